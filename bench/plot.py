"""The plot of docs/performance.md: what a page costs against how many records there are, both by powers of ten."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 220, 20, 60
LINES = {  # colour and dashes, so that they can be told apart without colours
    "page": ("#16423c", ""),
    "everything but Flask and Jinja": ("#1d70b8", "8 4"),
    "tantivy, the same page": ("#912b88", "2 4"),
    "FTS5, any word": ("#6a5400", "10 3 2 3"),
    "Datasette, all words": ("#d4351c", "4 2"),
    "Datasette, any word": ("#505a5f", "1 3"),
}
NAMES = {"page": "our page, whole", "everything but Flask and Jinja": "our search, without the page"}
SPACE = 16  # between two labels
Costs = Mapping[int, Mapping[str, float]]


def draw_plot(costs: Costs) -> str:
    """An SVG of the mean processor ms of each of LINES, by number of records."""
    return "\n".join(_draw(costs)) + "\n"


def write_plot(costs: Costs, path: Path) -> None:
    """Write the plot."""
    path.write_text(draw_plot(costs), encoding="utf-8")


def _draw(costs: Costs) -> Iterator[str]:
    sizes = sorted(costs)
    every = [cost for found in costs.values() for name, cost in found.items() if name in LINES]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))

    def x(size: int) -> float:
        first, last = math.log10(sizes[0]), math.log10(sizes[-1])
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(size) - first) / ((last - first) or 1)

    def y(cost: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - math.log10(cost)) / (high - low)

    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">'
    yield '<title id="t">What a search page costs against the number of records</title>'
    yield '<desc id="d">The figures of the table in docs/performance.md; both axes go up by tens.</desc>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    yield '<g font-family="Helvetica Neue, Helvetica, Arial, sans-serif" font-size="13" fill="#0b0c0c">'
    for power in range(low, high + 1):
        at, label = y(10**power), f"{10**power:,} ms" if power >= 0 else f"{10**power} ms"
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#b1b4b6"/>'
        yield f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{label}</text>'
    for size in sizes:
        yield f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">{size:,}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">records</text>'
    yield from _draw_lines([(name, [(x(size), y(costs[size][name])) for size in sizes]) for name in LINES])
    yield "</g>\n</svg>"


def _draw_lines(lines: list[tuple[str, list[tuple[float, float]]]]) -> Iterator[str]:
    """The lines with their dots and, from the top down and never on each other, their labels."""
    lowest = 0.0
    for name, points in sorted(lines, key=lambda line: line[1][-1][1]):
        colour, dashes = LINES[name]
        path = " ".join(f"{at:.1f},{height:.1f}" for at, height in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
        yield from (f'<circle cx="{at:.1f}" cy="{height:.1f}" r="3.5" fill="{colour}"/>' for at, height in points)
        lowest = max(points[-1][1] + 4, lowest + SPACE)
        yield f'<text x="{WIDTH - RIGHT + 10}" y="{lowest:.1f}" fill="{colour}">{NAMES.get(name, name)}</text>'
