"""A picture of one metric: a bar for each variant, the best first."""
from . import figures, svg

WIDTH, LEFT, RIGHT, TOP, ROW = 860, 220, 140, 66, 24


def bar_chart(title, metric, table, marks=None, mark_label=""):
    """`table` and `marks` are variant -> Figure; a mark is a second value on the bar's
    line, as the 99th percentile is."""
    marks = marks or {}
    order = sorted(table, key=lambda name: table[name].median, reverse=metric.more)
    values = [table[name].median for name in order]
    values += [marks[name].median for name in order if name in marks]
    scale = scale_for(metric, values)
    bottom = TOP + ROW * len(order)
    parts = heading(title, metric, bool(marks) and mark_label) + axis(scale, bottom)
    for row, name in enumerate(order):
        parts += bar(scale, TOP + ROW * row, name, table[name], marks.get(name))
    words = ", ".join(f"{name} {svg.number(table[name].median)}" for name in order)
    described = f"Bars, the best first, {metric.label} {metric.unit}: {words}."
    return svg.document(WIDTH, bottom + 34, title, described, parts)


def scale_for(metric, values):
    length = WIDTH - LEFT - RIGHT
    if metric.more or min(values) <= 0:
        return svg.LinearScale(values, LEFT, length)
    return svg.LogScale(values, LEFT, length)


def heading(title, metric, mark_label):
    unit = f", {metric.unit}" if metric.unit else ""
    better = "more is better" if metric.more else "less is better, each line is ten times more"
    words = f"{metric.label}{unit}: {better}"
    if mark_label:
        words += f"; the mark is the {mark_label}"
    return [svg.text(16, 26, title, "title"), svg.text(16, 48, words, "soft")]


def axis(scale, bottom):
    parts = []
    for value in scale.ticks():
        x = scale.place(value)
        parts.append(f'<line class="rule" x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" '
                     f'y2="{bottom + 4}"/>')
        parts.append(svg.text(x, bottom + 22, f"{value:,g}", "soft middle"))
    return parts


def bar(scale, y, name, value, mark):
    kind = "ours" if figures.is_ours(name) else "peer"
    shown = svg.number(value.median)
    end = max(scale.place(value.median), scale.start + 1)
    emphasis = "ours" if kind == "ours" else ""
    parts = [svg.text(LEFT - 10, y + 16, name, f"end {emphasis}".strip()),
             f'<rect class="{kind}" x="{scale.start}" y="{y + 4}" '
             f'width="{end - scale.start:.1f}" height="{ROW - 8}" rx="2"/>']
    if mark:
        x = scale.place(mark.median)
        parts.append(f'<line class="mark" x1="{x:.1f}" y1="{y + 2}" x2="{x:.1f}" '
                     f'y2="{y + ROW - 2}"/>')
        end = max(end, x)
        shown += " / " + svg.number(mark.median)
    return parts + [svg.text(end + 6, y + 16, shown, emphasis)]
