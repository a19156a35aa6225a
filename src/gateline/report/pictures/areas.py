"""Lines of equal die area: where both axes are logarithmic, diagonals of a plane of performance and density."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

from gateline.report.pictures.labels import Page
from gateline.report.pictures.svg import Box, Markup, Scale, Words, el

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
    free = [
        (label, box)
        for label, box in _places(text, start, stop)
        if page.frame.holds(box) and not box.touched(page.texts)
    ]
    label, _ = min(free, key=lambda each: len(each[1].touched(page.marks)), default=(None, None))
    return label


@lru_cache(maxsize=128)
def _places(text: str, start: tuple[float, float], stop: tuple[float, float]) -> tuple[tuple[Words, Box], ...]:
    """A text in several places on a line, and what it covers in each."""
    turn = math.degrees(math.atan2(stop[1] - start[1], stop[0] - start[0]))
    shares = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
    places = [(start[0] + (stop[0] - start[0]) * share, start[1] + (stop[1] - start[1]) * share) for share in shares]
    labels = [Words(text, x, y - 3, 11, "middle", "muted halo", turn=turn) for x, y in places]
    return tuple((label, label.box) for label in labels)
