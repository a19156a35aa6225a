"""Lines of equal die area: where both axes are logarithmic, diagonals of a plane of performance and density."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gateline.report.pictures.labels import Page
from gateline.report.pictures.svg import Markup, Scale, Words, el

AREAS = (100, 300, 858, 2400)
"""Die areas of the diagonals [mm²]."""
RETICLE = 858
"""One exposure field of 26 mm by 33 mm [mm²]."""


def area_lines(x: Scale, y: Scale, page: Page, *, narrow: bool) -> Iterator[Markup]:
    """Lines of equal die area, each with its name where it is least in the way; the page then holds the names."""
    for area in AREAS:
        left = max(x.low, area * y.low)
        right = min(x.high, area * y.high)
        if left >= right:
            continue
        start = x(left), y(left / area)
        stop = x(right), y(right / area)
        line = f"M{start[0]:.1f} {start[1]:.1f}L{stop[0]:.1f} {stop[1]:.1f}"
        yield el("path", d=line, class_="s-muted clear", stroke_dasharray="1 4", stroke_width=1)
        text = f"{area:,} mm²{' (one reticle)' if area == RETICLE and not narrow else ''}"
        if label := _along(text, start, stop, page):
            page.texts.append(label.box)
            yield label.draw()


def _along(text: str, start: tuple[float, float], stop: tuple[float, float], page: Page) -> Words | None:
    """A text on a line where it covers least; None where the line has no room for it."""
    turn = math.degrees(math.atan2(stop[1] - start[1], stop[0] - start[0]))
    shares = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
    places = [(start[0] + (stop[0] - start[0]) * share, start[1] + (stop[1] - start[1]) * share) for share in shares]
    labels = [Words(text, x, y - 3, 11, "middle", "muted halo", turn=turn) for x, y in places]
    free = [each for each in labels if page.frame.holds(each.box) and not any(map(each.box.meets, page.texts))]
    return min(free, key=lambda label: sum(map(label.box.meets, page.marks)), default=None)
