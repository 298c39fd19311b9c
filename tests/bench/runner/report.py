"""Results as files: results.json, results.md and a picture of each metric."""
import fnmatch
import json
import pathlib

from . import bars, figures, overview, svg, targets, workloads


def write(results, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    (folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    names = workloads.in_order(case["workload"] for case in results["cases"])
    parts = [opening(results), overviews(results["cases"], folder),
             target_table(results["cases"])]
    for name in names:
        pictures = draw(results["cases"], name, folder)
        parts.append(section(results, name, pictures))
    parts.append(differences(results))
    (folder / "results.md").write_text("\n".join(parts))


def opening(results):
    machine, settings = results["machine"], results["settings"]
    rounds = f"{settings['rounds']} times"
    if settings["rounds"] < settings["rounds_asked"]:
        rounds += f" (not {settings['rounds_asked']}, for lack of time)"
    return f"""\
# Benchmarks of {machine['date']}

Made by `tests/bench/run` at {machine['commit']}, with {settings['workers']} workers. All cases ran in turn, {rounds},
at {settings['scale']:g} of the full size. The figures are medians; the spread is from the least to the most. A ratio is
our median over that of the best peer in the same run: for C the best of C, C++ and Go, for a language the best in it.

{machine_list(machine)}
"""


def machine_list(machine):
    peers = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return f"""\
- CPU: {machine['cpu']}, {machine['cpus']} CPUs for this process, {machine['memory_gib']} GiB
- System: {machine['system']}, {machine['kernel']}; load before the run {machine['load_at_start']}
- Compiler: {machine['compiler']}; Python {machine['python']}
- Packages: {peers}"""


def overviews(cases, folder):
    """Draw what sums a run up: C's use of this library, and that of the languages."""
    lines = []
    for file, title, in_c in (("overview", "This library from C, and the best peer", True),
                              ("languages", "This library from a language, and its best peer",
                               False)):
        found = list(overview.rows(cases, lambda variant, in_c=in_c: figures.is_ours(variant)
                                   and (figures.language(variant) == "c") == in_c))
        if found:
            (folder / f"{file}.svg").write_text(overview.picture(title, found))
            lines.append(f"![{title}]({file}.svg)")
    return "\n".join(lines + [""])


# ---- the targets ----

def target_table(cases):
    lines = ["## Targets", "", "| workload | target | limit | measured | |",
             "| --- | --- | --- | --- | --- |"]
    present = {case["workload"] for case in cases}
    for target in targets.ALL:
        if target.workload in present:
            lines.append(target_row(targets.outcome(target, cases)))
    return "\n".join(lines + [""])


def target_row(outcome):
    target = outcome.target
    sign = "at least" if target.more else "at most"
    if outcome.value is None:
        found, verdict = "not measured", ""
    else:
        found = svg.number(outcome.value) + (f" of {outcome.against}" if outcome.against else "")
        verdict = "met" if outcome.met else "**not met**"
    return f"| {target.workload} | {target.text} | {sign} {target.limit:g} | {found} | {verdict} |"


# ---- a workload ----

def metrics_of(cases, name):
    """The metrics to show: those of the list, or else all that were measured."""
    listed = workloads.known(name).metrics
    if listed:
        return listed
    found = {metric for case in cases if case["workload"] == name
             for run in case["runs"] for metric in run}
    return tuple(workloads.Metric(metric, metric, "") for metric in sorted(found))


def draw(cases, name, folder):
    """Draw a workload's pictures; the names of their files.  A second metric that is a
    percentile of the first is a mark in its picture."""
    title = f"{name}: {workloads.known(name).title}"
    listed = metrics_of(cases, name)
    drawn = []
    for metric in listed:
        if "p99" in metric.name:
            continue
        table = figures.table(cases, name, metric.name)
        if not table:
            continue
        high = next((m for m in listed if m.name == metric.name.replace("p50", "p99")
                     and m is not metric), None)
        marks = figures.table(cases, name, high.name) if high else {}
        file = name.lower() + ("" if metric is listed[0] else "-" + metric.name) + ".svg"
        picture = bars.bar_chart(title, metric, table, marks, high.label if high else "")
        (folder / file).write_text(picture)
        drawn.append(file)
    return drawn


def section(results, name, pictures):
    cases = results["cases"]
    lines = [f"## {name}: {workloads.known(name).title}", ""]
    lines += [f"![{name}]({picture})" for picture in pictures]
    for metric in metrics_of(cases, name):
        table = figures.table(cases, name, metric.name)
        if table:
            lines += ["", *metric_table(cases, name, metric, table)]
    failures = [case for case in cases if case["workload"] == name and "failure" in case]
    lines += [f"\n{case['variant']} failed in round {len(case['runs']) + 1}: it {case['failure']}." for case in failures]
    notes = notes_on(results, name)
    if notes:
        lines += ["", "What differs:", "", *notes]
    return "\n".join(lines + [""])


def metric_table(cases, name, metric, table):
    cpu = figures.table(cases, name, workloads.CPU.name)
    unit = f", {metric.unit}" if metric.unit else ""
    used = " CPU time, ns |" if cpu else ""
    yield f"| variant | {metric.label}{unit} | spread |{used} ratio to the best peer |"
    yield "| --- | ---: | ---: |" + (" ---: |" if cpu else "") + " --- |"
    order = sorted(table, key=lambda variant: table[variant].median, reverse=metric.more)
    for variant in order:
        value = table[variant]
        spread = f"{svg.number(value.least)} to {svg.number(value.most)}"
        used = svg.number(cpu[variant].median) if variant in cpu else ""
        shown = f"**{variant}**" if figures.is_ours(variant) else variant
        cells = [shown, svg.number(value.median), spread, *([used] if cpu else []),
                 ratio_text(variant, table, metric.more)]
        yield "| " + " | ".join(cells) + " |"


def ratio_text(variant, table, more):
    if not figures.is_ours(variant):
        return ""
    value, peer = figures.ratio_to_best(variant, table, more)
    return "" if value is None else f"{svg.number(value)} of {peer}"


def notes_on(results, name):
    """The notes that concern a workload alone and one of its variants."""
    variants = [case["variant"] for case in results["cases"] if case["workload"] == name]
    return [f"- {variant}: {text}" for workload, variant, text in results["notes"]
            if workload != "*" and fnmatch.fnmatch(name, workload)
            and fnmatch.filter(variants, variant)]


def differences(results):
    lines = [f"- {variant}: {text}" for workload, variant, text in results["notes"]
             if workload == "*"]
    return "\n".join(["## What differs in all workloads", "", *lines, ""])
