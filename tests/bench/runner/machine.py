"""What a run was made on."""
import datetime
import os
import pathlib
import platform
import subprocess


def describe(root):
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
        "cpu": cpu_model(),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "system": system_name(),
        "load_at_start": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "compiler": first_line("cc", "--version"),
        "commit": commit(root),
        "packages": packages(root),
    }


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return (done.stdout.splitlines() or ["unknown"])[0]


def commit(root):
    return first_line("git", "-C", str(root), "-c", "safe.directory=*", "describe",
                      "--always", "--dirty")


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def system_name():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return "unknown"


def packages(root):
    """The versions of the Debian packages that the benchmarks need."""
    listed = pathlib.Path(root, "packaging", "dependencies").read_text().splitlines()
    names = [line.split()[1] for line in listed if line.startswith("bench ")]
    if not names:
        return {}
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *names],
                          capture_output=True, text=True, check=False)
    pairs = [line.split() for line in done.stdout.splitlines()]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
