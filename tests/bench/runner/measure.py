"""Rounds of runs, interleaved, within a time."""
import time

from . import programs, workloads

LEAST_ROUNDS = 3


class Budget:
    """Whether there is time for one more round."""

    def __init__(self, minutes, rounds, clock=time.monotonic):
        self.clock = clock
        self.start = clock()
        self.seconds = minutes * 60
        self.rounds = rounds

    def has_round(self, done):
        if done >= self.rounds:
            return False
        if done < min(LEAST_ROUNDS, self.rounds):
            return True
        used = self.clock() - self.start
        return used + used / done <= self.seconds


def chosen(cases, only):
    """The cases of the named workloads, workload by workload; `W3` means `W3-2` and
    `W3-4` too.  Without names: all."""
    def wanted(name):
        return not only or name in only or name.partition("-")[0] in only
    order = workloads.in_order(case.workload for case in cases)
    return sorted((case for case in cases if wanted(case.workload)),
                  key=lambda case: order.index(case.workload))


def measure(cases, budget, workers, scale, say):
    """Each round runs every case once, so that what disturbs the machine disturbs all.
    A case that fails is not run again.  Returns (rounds, the cases of results)."""
    found = [{"workload": case.workload, "variant": case.variant, "runs": []}
             for case in cases]
    done = 0
    while budget.has_round(done):
        done += 1
        say(f"round {done} of {budget.rounds}")
        for case, result in zip(cases, found):
            if "failure" not in result:
                run_once(case, result, workers, scale, say)
    return done, found


def run_once(case, result, workers, scale, say):
    try:
        result["runs"].append(programs.run(case, workers, scale))
    except programs.Failed as failure:
        result["failure"] = str(failure)
        say(f"{case.workload} {case.variant}: {failure}")
