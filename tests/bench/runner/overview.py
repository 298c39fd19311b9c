"""A picture of how many times as fast as its best peer this library is, per workload."""
import math

from . import figures, svg, workloads

WIDTH, LEFT, RIGHT, TOP, ROW = 860, 210, 200, 66, 24


def rows(cases, wanted):
    """(label, times as fast, peer) for each workload and variant of ours that is wanted
    and has a peer, by the workload's first metric."""
    for name in workloads.in_order(case["workload"] for case in cases):
        for metric in workloads.known(name).metrics[:1]:
            table = figures.table(cases, name, metric.name)
            for variant in sorted(filter(wanted, table)):
                ratio, peer = figures.ratio_to_best(variant, table, metric.more)
                if ratio:
                    yield label(name, variant), ratio if metric.more else 1 / ratio, peer


def label(name, variant):
    language, _, peer = variant.rpartition(":")
    way = peer.removeprefix("asyncresult").lstrip("-")
    return " ".join(filter(None, (name, language, way)))


def picture(title, found):
    scale = Scale([times for _, times, _ in found])
    bottom = TOP + ROW * len(found)
    parts = [svg.text(16, 26, title, "title"),
             svg.text(16, 48, "times as good as the best peer: to the right of 1 is better",
                      "soft")]
    for value in scale.ticks():
        x = scale.place(value)
        kind = "mark" if value == 1 else "rule"
        parts.append(f'<line class="{kind}" x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" '
                     f'y2="{bottom + 4}"/>')
        parts.append(svg.text(x, bottom + 22, f"{value:g}", "soft middle"))
    for row, line in enumerate(found):
        parts += bar(scale, TOP + ROW * row, *line)
    words = ", ".join(f"{what} {svg.number(times)} of {peer}" for what, times, peer in found)
    return svg.document(WIDTH, bottom + 34, title, f"Bars, times as good: {words}.", parts)


class Scale:
    """Powers of ten to both sides of 1."""

    def __init__(self, values):
        self.low = min(-1, math.floor(math.log10(min(values))))
        self.high = max(1, math.ceil(math.log10(max(values))))

    def place(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return LEFT + (WIDTH - LEFT - RIGHT) * share

    def ticks(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def bar(scale, y, what, times, peer):
    kind = "ours" if times >= 1 else "peer"
    start, end = sorted((scale.place(1), scale.place(times)))
    beside = max(end, scale.place(1)) + 6
    return [svg.text(LEFT - 10, y + 16, what, "end"),
            f'<rect class="{kind}" x="{start:.1f}" y="{y + 4}" '
            f'width="{max(end - start, 1):.1f}" height="{ROW - 8}" rx="2"/>',
            svg.text(beside, y + 16, f"{svg.number(times)} times {peer}")]
