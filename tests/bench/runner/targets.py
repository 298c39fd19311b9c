"""What the library aims at, and whether a run met it."""
import collections

from . import figures

# Measured and limit are of the same kind: a ratio, or a value in the metric's unit.
Target = collections.namedtuple("Target", "workload text measure limit more",
                                defaults=(False,))
Outcome = collections.namedtuple("Outcome", "target value against met")


def to_best(metric, ours="asyncresult", without=()):
    """The ratio to the best peer, but for some."""
    def measure(cases, workload):
        table = figures.table(cases, workload, metric)
        return figures.ratio_to_best(ours, table, without=without)
    return measure


def to_peers(metric, ours, peers, of_workload=None):
    """The ratio to the best of some variants."""
    def measure(cases, workload):
        table = figures.table(cases, of_workload or workload, metric)
        peer = figures.best(peers, table)
        return figures.ratio(ours, peer, table), peer
    return measure


def value_of(metric, ours="asyncresult"):
    def measure(cases, workload):
        found = figures.table(cases, workload, metric).get(ours)
        return (found.median if found else None), ""
    return measure


def language_targets():
    task = "pipelined C task that does nothing"
    found = [
        Target("W1", f"LuaJIT, {task}, against luv",
               to_peers("ns_per_task", "luajit:asyncresult", ["luajit:luv"]), 0.1),
        Target("W1", f"Lua, {task}, against luv",
               to_peers("ns_per_task", "lua:asyncresult", ["lua:luv"]), 0.3),
        Target("W1", f"Ruby, {task}, against Thread and Queue",
               to_peers("ns_per_task", "ruby:asyncresult", ["ruby:thread-queue"]), 0.5),
        Target("W1", f"Go, {task}, in batches, against a worker pool of Go",
               to_peers("ns_per_task", "go:asyncresult-batch", ["go:worker-pool"]), 0.5),
        Target("W1", f"Go, {task}, one at a time, against a worker pool of Go",
               to_peers("ns_per_task", "go:asyncresult", ["go:worker-pool"]), 1.5),
    ]
    for variant in ("lua:asyncresult", "luajit:asyncresult", "ruby:asyncresult",
                    "go:asyncresult-array"):
        found.append(Target("W4a", f"{variant}, over a typed array, against C",
                            to_peers("ns_per_item", variant, ["asyncresult"]), 1.1))
    return found


ALL = [
    Target("W1", "against the best peer whose submit does not run the task itself",
           to_best("ns_per_task", without=("libgomp",)), 0.2),
    Target("W1M", "bytes of a task", value_of("bytes_per_task"), 112),
    Target("W2h", "when the waiter may run it, against oneTBB",
           to_peers("p50_ns", "asyncresult-helping", ["onetbb"]), 0.6),
    Target("W2h", "when it may not, against libgomp",
           to_peers("p50_ns", "asyncresult", ["libgomp"]), 1.0),
    Target("W2c", "median, against the best peer", to_best("p50_ns", "asyncresult-helping"),
           0.8),
    Target("W2c", "99th percentile, against the best peer",
           to_best("p99_ns", "asyncresult-helping"), 0.8),
    Target("W2c", "not helping, against libuv, GLib and Asio",
           to_peers("p50_ns", "asyncresult", ["libuv", "glib-pool", "glib-task", "asio"]), 1.0),
    Target("W3-2", "against the best peer", to_best("ns_per_task"), 0.75),
    Target("W3-4", "against the best peer", to_best("ns_per_task"), 0.75),
    Target("W4a", "by function pointer, against the best peer", to_best("ns_per_item"), 1.05),
    Target("W4a", "by a kernel of ranges, against the best peer",
           to_best("ns_per_item", "asyncresult-range"), 0.9),
    Target("W4b", "of the ideal", value_of("efficiency"), 0.99, True),
    Target("W5", "of the ideal", value_of("efficiency"), 0.99, True),
    Target("W5s", "of the ideal", value_of("efficiency"), 0.98, True),
    Target("W6-20", "against oneTBB", to_peers("ns_per_node", "asyncresult", ["onetbb"]), 0.5),
    Target("W7", "ns of a poll", value_of("poll_ns"), 3),
    Target("W7", "median lateness, against the best peer", to_best("late_p50_ns"), 0.5),
    Target("W8", "against the best peer of C and C++",
           to_best("ns_per_task", without=("go:worker-pool", "go:goroutines")), 0.12),
    Target("idle", "ms of CPU time per second, measuring included", value_of("cpu_ms_per_s"), 0.1),
    Target("idle", "KiB of 64 workers beyond their stacks", value_of("rss_kib_64_workers"), 64),
    *language_targets(),
]


def outcome(target, cases):
    value, against = target.measure(cases, target.workload)
    if value is None:
        return Outcome(target, None, "", None)
    met = value >= target.limit if target.more else value <= target.limit
    return Outcome(target, value, against, met)
