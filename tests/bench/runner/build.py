"""Installs what the benchmarks need and builds them."""
import pathlib
import subprocess

JOBS = ("build", "bench")


def install(root):
    subprocess.run([root / "packaging" / "install-dependencies", *JOBS], check=True)


def build(root, folder, say):
    """A Release build of everything that is measured; what it prints is kept in a file
    of the folder, and shown when it fails."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    say(f"building in {folder}")
    steps = [
        ["cmake", "-S", root, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
         "-DBUILD_TESTING=OFF", "-DASYR_COMMAND=OFF", "-DASYR_BENCH=ON"],
        ["cmake", "--build", folder],
    ]
    with open(pathlib.Path(folder, "bench-build.log"), "w+", encoding="utf-8") as log:
        for step in steps:
            done = subprocess.run(step, stdout=log, stderr=subprocess.STDOUT, check=False)
            if done.returncode != 0:
                log.seek(0)
                raise SystemExit(log.read() + f"the build failed; see {log.name}")
