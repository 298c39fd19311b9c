"""The programs: what they can run, and running it."""
import collections
import os
import pathlib
import shlex
import subprocess

Case = collections.namedtuple("Case", "workload variant command")
Note = collections.namedtuple("Note", "workload variant text")


class Failed(Exception):
    """A program that ended in another way than with its metrics."""


def commands(build):
    """The command of each program of a build folder, as a list of words."""
    path = pathlib.Path(build, "tests", "bench", "programs.txt")
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        raise Failed(f"expected a build with ASYR_BENCH=ON, found no {path}") from None
    return [shlex.split(line) for line in lines if line]


def ask(command, arguments, workers=None, timeout=30):
    """The lines that a program answers."""
    environment = dict(os.environ)
    if workers is not None:
        environment["BENCH_WORKERS"] = str(workers)
    try:
        done = subprocess.run(command + arguments, stdin=subprocess.DEVNULL, timeout=timeout,
                              capture_output=True, text=True, check=False, env=environment)
    except subprocess.TimeoutExpired:
        raise Failed(f"did not end within {timeout} s") from None
    except OSError as failure:
        raise Failed(f"could not be started: {failure}") from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["nothing said"]
        raise Failed(f"ended with status {done.returncode}: {said[-1]}")
    return done.stdout.splitlines()


def cases(all_commands):
    found = []
    for command in all_commands:
        for line in ask(command, ["list"]):
            workload, variant = line.split()
            found.append(Case(workload, variant, command))
    return found


def notes(all_commands):
    """What differs: Note(workload or "*", variant or a pattern, text)."""
    found = []
    for command in all_commands:
        for line in ask(command, ["notes"]):
            where, colon, text = line.partition(": ")
            if not colon:
                raise Failed(f"expected a note `WORKLOAD VARIANT: TEXT`, found `{line}`")
            found.append(Note(*where.split(), text))
    return found


def run(case, workers, scale, timeout=30):
    """The metrics of one run."""
    arguments = ["run", case.workload, case.variant, str(scale)]
    metrics = {}
    for line in ask(case.command, arguments, workers, timeout):
        name, value = line.split()
        metrics[name] = float(value)
    if not metrics:
        raise Failed("printed no metrics")
    return metrics
