"""A picture of how a metric changes with the number of workers: a line per variant."""
from . import figures, svg

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 460, 80, 220, 66, 50
COLOURS = ["#d9822b", "#6f8f3f", "#9b59b6", "#c0504d", "#3aa6a6", "#8c7b6b", "#b0a000"]


def line_chart(title, metric, points):
    """`points` is variant -> {workers: median}."""
    values = [value for line in points.values() for value in line.values()]
    counts = sorted({count for line in points.values() for count in line})
    height = HEIGHT - TOP - BOTTOM
    kind = svg.LinearScale if metric.more or min(values) <= 0 else svg.LogScale
    up = kind(values, 0, height)
    across = svg.LinearScale([max(counts)], LEFT, WIDTH - LEFT - RIGHT)

    def place(count, value):
        return across.place(count), HEIGHT - BOTTOM - up.place(value)

    parts = heading(title, metric) + axes(counts, up, place)
    order = sorted(points, key=lambda name: points[name][max(points[name])],
                   reverse=not metric.more)
    for row, name in enumerate(order):
        parts += line(row, name, points[name], place)
    described = f"Lines over 1 to {max(counts)} workers, {metric.label} {metric.unit}: " + "; ".join(
        f"{name} " + ", ".join(f"{count}: {svg.number(value)}"
                               for count, value in sorted(points[name].items()))
        for name in order)
    return svg.document(WIDTH, HEIGHT, title, described + ".", parts)


def heading(title, metric):
    unit = f", {metric.unit}" if metric.unit else ""
    better = "more is better" if metric.more else "less is better"
    return [svg.text(16, 26, title, "title"),
            svg.text(16, 48, f"{metric.label}{unit}, over the number of workers: {better}",
                     "soft")]


def axes(counts, up, place):
    parts = []
    for value in up.ticks():
        x, y = place(0, value)
        parts.append(f'<line class="rule" x1="{x:.1f}" y1="{y:.1f}" '
                     f'x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(svg.text(x - 8, y + 4, f"{value:,g}", "soft end"))
    for count in counts:
        x, _ = place(count, up.ticks()[0])
        parts.append(svg.text(x, HEIGHT - BOTTOM + 22, str(count), "soft middle"))
    return parts


def line(row, name, values, place):
    """One line; its name stands in the legend, in the order of the lines' ends."""
    ours = figures.is_ours(name)
    kind = 'class="ours-line"' if ours else \
        f'class="line" stroke="{COLOURS[row % len(COLOURS)]}"'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in
                    (place(count, values[count]) for count in sorted(values)))
    x, y = WIDTH - RIGHT + 14, TOP + 18 * row
    return [f'<polyline {kind} points="{path}"/>',
            f'<line {kind} x1="{x}" y1="{y}" x2="{x + 24}" y2="{y}"/>',
            svg.text(x + 32, y + 4, name, "ours" if ours else "")]
