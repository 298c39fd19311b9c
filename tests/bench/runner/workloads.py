"""What each workload is, and which of its metrics is shown how."""
import collections

# more: whether more is better.
Metric = collections.namedtuple("Metric", "name label unit more", defaults=(False,))
Workload = collections.namedtuple("Workload", "name title metrics")

PER_TASK = Metric("ns_per_task", "time per task", "ns")
EFFICIENCY = Metric("efficiency", "of the ideal", "", True)
ROUND_TRIP = (Metric("p50_ns", "median", "ns"), Metric("p99_ns", "99th percentile", "ns"))
PER_NODE = Metric("ns_per_node", "time per node", "ns")
CPU = Metric("cpu_ns_per_task", "CPU time per task", "ns")

ALL = [
    Workload("W1", "One producer, empty tasks, every result kept and waited for", (PER_TASK,)),
    Workload("W1u", "The same, with tasks of a microsecond", (PER_TASK,)),
    Workload("W1M", "Memory of an outstanding task",
             (Metric("bytes_per_task", "memory per task", "bytes"),)),
    Workload("W2h", "Submit one and wait for it, back to back", ROUND_TRIP),
    Workload("W2c", "Submit one and wait for it, after a millisecond of sleep", ROUND_TRIP),
    Workload("W3-2", "Two producers, empty tasks", (PER_TASK,)),
    Workload("W3-4", "Four producers, empty tasks", (PER_TASK,)),
    Workload("W4a", "Map the square of a double over an array",
             (Metric("ns_per_item", "time per item", "ns"),)),
    Workload("W4b", "Map a microsecond of work", (EFFICIENCY,)),
    Workload("W5", "Uneven tasks, 1 us to 1 ms, shuffled", (EFFICIENCY,)),
    Workload("W5s", "Uneven tasks, 1 us to 1 ms, the long ones last", (EFFICIENCY,)),
    Workload("W6-16", "A tree of depth 16: each node submits two and waits for both",
             (PER_NODE,)),
    Workload("W6-20", "A tree of depth 20: each node submits two and waits for both",
             (PER_NODE,)),
    Workload("W7", "Poll a result that is not ready; wait for it for a millisecond",
             (Metric("poll_ns", "time per poll", "ns"),
              Metric("late_p50_ns", "lateness, median", "ns"),
              Metric("late_p99_ns", "lateness, 99th percentile", "ns"))),
    Workload("W8", "Empty tasks, each with a callback", (PER_TASK,)),
    Workload("idle", "A pool that has nothing to do",
             (Metric("cpu_ms_per_s", "CPU time per second", "ms"),
              Metric("rss_kib_64_workers", "memory of 64 workers beyond their stacks",
                     "KiB"))),
]


def known(name):
    """The workload of that name; one that is not in the list has all its metrics."""
    for workload in ALL:
        if workload.name == name:
            return workload
    return Workload(name, name, ())


def in_order(names):
    """Names of workloads in the order of the list, others after them."""
    order = [workload.name for workload in ALL]
    return sorted(set(names), key=lambda name: (
        order.index(name) if name in order else len(order), name))
