#!/usr/bin/env python3
"""What Python's users have: ThreadPool, Pool and ThreadPoolExecutor.

    bench.py list | notes | run WORKLOAD VARIANT [SCALE]

tests/bench/README.md describes the workloads and what is printed.
"""
import array
import concurrent.futures
import multiprocessing.pool
import os
import resource
import sys
import threading
import time

WORKERS = int(os.environ.get("BENCH_WORKERS", "2"))


# The tasks.

def same(number):
    return number


def microsecond(number):
    end = time.perf_counter_ns() + 1000
    while time.perf_counter_ns() < end:
        pass
    return number


def square(number):
    return number * number


# The peers, with the same methods each.

class MultiprocessingPool:
    """multiprocessing.pool.ThreadPool, or multiprocessing.Pool."""

    def __init__(self, make):
        self.pool = make(WORKERS)

    def submit(self, function, argument):
        return self.pool.apply_async(function, (argument,))

    def submit_with_callback(self, function, argument, callback):
        self.pool.apply_async(function, (argument,), callback=callback)

    def map(self, function, items):
        return self.pool.map(function, items)

    get = staticmethod(lambda result: result.get())
    is_ready = staticmethod(lambda result: result.ready())
    wait = staticmethod(lambda result, seconds: result.wait(seconds))

    def end(self):
        self.pool.close()
        self.pool.join()


class Executor:
    """concurrent.futures.ThreadPoolExecutor."""

    def __init__(self):
        self.pool = concurrent.futures.ThreadPoolExecutor(WORKERS)

    def submit(self, function, argument):
        return self.pool.submit(function, argument)

    def submit_with_callback(self, function, argument, callback):
        future = self.pool.submit(function, argument)
        future.add_done_callback(lambda done: callback(done.result()))

    def map(self, function, items):
        return list(self.pool.map(function, items))

    get = staticmethod(lambda future: future.result())
    is_ready = staticmethod(lambda future: future.done())

    @staticmethod
    def wait(future, seconds):
        concurrent.futures.wait([future], seconds)

    def end(self):
        self.pool.shutdown()


PEERS = {
    "python:ThreadPool": lambda: MultiprocessingPool(multiprocessing.pool.ThreadPool),
    "python:Pool": lambda: MultiprocessingPool(multiprocessing.Pool),
    "python:ThreadPoolExecutor": Executor,
}


# The workloads: each runs `count` tasks, checks them, and returns its metrics.

def cpu_ns():
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int(1e9 * (own.ru_utime + own.ru_stime +
                      children.ru_utime + children.ru_stime))


def timed(make, count, body):
    """The times per task of a body that has `count` tasks run, after a tenth of them to
    warm up.  The CPU time is that of the pool's whole life, since a child's is known
    when it has ended, over all of the tasks."""
    few = -(-count // 10)
    cpu = cpu_ns()
    pool = make()
    body(pool, few)
    start = time.perf_counter_ns()
    body(pool, count)
    elapsed = time.perf_counter_ns() - start
    pool.end()
    return elapsed / count, (cpu_ns() - cpu) / (count + few)


def per_task(make, count, body):
    elapsed, cpu = timed(make, count, body)
    return {"ns_per_task": elapsed, "cpu_ns_per_task": cpu}


def pipelined(make, count, function):
    def body(pool, count):
        results = [pool.submit(function, i) for i in range(count)]
        check(sum(pool.get(result) for result in results), count * (count - 1) // 2)
    return per_task(make, count, body)


def held(make, count):
    """The memory of tasks that wait for workers which are held."""
    pool = make()
    begin = threading.Event()
    holding = [pool.submit(lambda _: begin.wait(), None) for _ in range(WORKERS)]
    before = resident_bytes()
    results = [pool.submit(same, i) for i in range(count)]
    grown = resident_bytes() - before
    begin.set()
    check(sum(pool.get(result) for result in results), count * (count - 1) // 2)
    check(all(pool.get(result) for result in holding), True)
    pool.end()
    return {"bytes_per_task": grown / count}


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def round_trips(make, count, pause=0.0):
    taken = []

    def body(pool, count):
        taken.clear()
        for i in range(count):
            if pause:
                time.sleep(pause)
            start = time.perf_counter_ns()
            check(pool.get(pool.submit(same, i)), i)
            taken.append(time.perf_counter_ns() - start)
    _, cpu = timed(make, count, body)
    taken.sort()
    return {"p50_ns": taken[count // 2], "p99_ns": taken[count * 99 // 100],
            "cpu_ns_per_task": cpu}


def waits(make, count):
    """Polls of a result that is not ready, and waits for it of a millisecond."""
    pool = make()
    begin = threading.Event()
    result = pool.submit(lambda _: begin.wait(), None)
    start = time.perf_counter_ns()
    for _ in range(count):
        check(pool.is_ready(result), False)
    poll = (time.perf_counter_ns() - start) / count
    late = []
    for _ in range(count // 100 + 1):
        start = time.perf_counter_ns()
        pool.wait(result, 0.001)
        late.append(time.perf_counter_ns() - start - 1_000_000)
    begin.set()
    check(pool.get(result), True)
    pool.end()
    late.sort()
    return {"poll_ns": poll, "late_p50_ns": late[len(late) // 2],
            "late_p99_ns": late[len(late) * 99 // 100]}


def map_squares(make, count):
    items = array.array("d", range(count))

    def body(pool, count):
        squares = pool.map(square, items[:count] if count < len(items) else items)
        check(squares[-1], float(count - 1) ** 2)
        check(len(squares), count)
    elapsed, cpu = timed(make, count, body)
    return {"ns_per_item": elapsed, "cpu_ns_per_task": cpu}


def callbacks(make, count):
    def body(pool, count):
        seen = []
        last = threading.Event()

        def callback(value):
            seen.append(value)
            if len(seen) == count:
                last.set()

        for i in range(count):
            pool.submit_with_callback(same, i, callback)
        last.wait()
        check(sum(seen), count * (count - 1) // 2)
    return per_task(make, count, body)


def check(found, expected):
    if found != expected:
        sys.exit(f"bench.py: expected {expected}, found {found}")


WORKLOADS = {
    "W1": (10_000, lambda make, count: pipelined(make, count, same)),
    "W1u": (10_000, lambda make, count: pipelined(make, count, microsecond)),
    "W1M": (50_000, held),
    "W2h": (2_000, round_trips),
    "W2c": (200, lambda make, count: round_trips(make, count, 0.001)),
    "W4a": (1_000_000, map_squares),
    "W7": (20_000, waits),
    "W8": (10_000, callbacks),
}

# ThreadPoolExecutor makes a task of each item of a map.
SMALLER = {("W4a", "python:ThreadPoolExecutor"): 20_000}

# What holds a worker of another process cannot be sent there.
CASES = [(workload, variant) for workload in WORKLOADS for variant in PEERS
         if (workload, variant) not in (("W1M", "python:Pool"), ("W7", "python:Pool"))]

NOTES = """\
* python:ThreadPool: the task is a function of Python
* python:Pool: the task is a function of Python, in another process; the CPU time \
includes the start of the processes
* python:ThreadPoolExecutor: the task is a function of Python
W1 python:*: 10,000 tasks
W1u python:*: 10,000 tasks
W1M python:*: 50,000 tasks
W2h python:*: 2,000 round trips
W4a python:*: an array.array of 1,000,000 numbers; ThreadPoolExecutor has no chunks \
among threads, so 20,000
W7 python:*: 20,000 polls
W8 python:*: 10,000 tasks"""


def run(workload, variant, scale):
    count, body = WORKLOADS[workload]
    count = SMALLER.get((workload, variant), count)
    for metric, value in body(PEERS[variant], max(8, int(count * scale))).items():
        print(metric, round(value, 3))


def main(arguments):
    match arguments:
        case ["list"]:
            for workload, variant in CASES:
                print(workload, variant)
        case ["notes"]:
            print(NOTES)
        case ["run", workload, variant, *scale] if (
                (workload, variant) in CASES and len(scale) < 2):
            run(workload, variant, float(scale[0]) if scale else 1.0)
        case _:
            sys.exit("usage: bench.py list | notes | run WORKLOAD VARIANT [SCALE]")


if __name__ == "__main__":
    main(sys.argv[1:])
