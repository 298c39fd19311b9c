"""What the pictures share: a file of SVG that is read in light and in dark, with words
for those who cannot see it."""
import math
from xml.sax.saxutils import escape

# No variables of CSS: not every program that shows SVG knows them.
STYLE = """\
svg { font: 13px system-ui, sans-serif; }
.paper { fill: #ffffff; }
text { fill: #1f2328; }
.title { font-size: 16px; font-weight: 600; }
.soft { fill: #59636e; }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.rule { stroke: #d1d9e0; }
.mark { stroke: #1f2328; stroke-width: 2; }
.peer { fill: #9aa4b0; }
.ours { fill: #0b6bcb; }
text.ours { font-weight: 600; }
.line { fill: none; stroke-width: 2; }
.ours-line { fill: none; stroke: #0b6bcb; stroke-width: 4; }
@media (prefers-color-scheme: dark) {
  .paper { fill: #0d1117; }
  text { fill: #e6edf3; }
  .soft { fill: #9198a1; }
  .rule { stroke: #30363d; }
  .mark { stroke: #e6edf3; }
  .peer { fill: #5d6772; }
  .ours { fill: #4ea1ff; }
  .ours-line { stroke: #4ea1ff; }
}
"""


def document(width, height, title, description, parts):
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             f'width="{width}" height="{height}" role="img" aria-labelledby="title desc">',
             f'<title id="title">{escape(title)}</title>',
             f'<desc id="desc">{escape(description)}</desc>',
             f"<style>\n{STYLE}</style>",
             f'<rect class="paper" width="{width}" height="{height}"/>',
             *parts, "</svg>", ""]
    return "\n".join(lines)


def text(x, y, words, classes=""):
    kind = f' class="{classes}"' if classes else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{kind}>{escape(words)}</text>'


def number(value):
    """A value as it is shown: three digits that count, thousands set apart."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 3)}f}"


class LogScale:
    """Places on a line for values between powers of ten."""

    def __init__(self, values, start, length):
        self.low = math.floor(math.log10(min(values)))
        if 10**self.low == min(values):
            self.low -= 1  # so that the least has some length
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.start, self.length = start, length

    def place(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + self.length * share

    def ticks(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


class LinearScale:
    """Places on a line for values from 0."""

    def __init__(self, values, start, length):
        self.high = max(1.0, max(values))
        self.start, self.length = start, length

    def place(self, value):
        return self.start + self.length * value / self.high

    def ticks(self):
        return [0.0, 0.25, 0.5, 0.75, 1.0]
