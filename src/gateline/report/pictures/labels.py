"""Names beside marks: each takes the cheapest free place around its mark, and the same one every time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from gateline.report.pictures.svg import Box, Markup, Words, el, text_width

Segment = tuple[float, float, float, float]

DIRECTIONS = tuple((math.cos(math.radians(turn)), math.sin(math.radians(turn))) for turn in
                   (0, 180, -30, 30, 150, 210, -60, 60, 120, 240, -90, 90))  # fmt: skip
"""Right and left first; a name above or below its mark reads worst."""
RINGS = (3.0, 12.0, 24.0, 38.0)
"""Distances from the edge of the mark."""
RING_COST, DIRECTION_COST, MARK_COST, LINE_COST = 14.0, 0.6, 30.0, 3.0
MOST_COST = 60.0
"""A name that would cost more is left out."""
SIZE = 11.0
APART = 2.0
"""Between two texts."""
REACH = 60.0
"""Marks and lines farther than this from a mark, beyond the name itself, cannot be touched by its name."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark to be named; those of the highest `rank` choose first."""

    x: float
    y: float
    name: str
    rank: float = 0.0
    radius: float = 4.5
    bold: bool = False

    @property
    def box(self) -> Box:
        """What it covers."""
        return Box(self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius)


@dataclass(frozen=True, slots=True)
class Label:
    """A name that found a place; `leader` leads from its mark where it stands away from it."""

    words: Words
    leader: Segment | None

    def draw(self) -> Iterable[Markup]:
        """The leader, and the name above it."""
        if self.leader:
            x1, y1, x2, y2 = self.leader
            yield el("path", d=f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", class_="s-muted clear", stroke_width=0.8)
        yield self.words.draw()


@dataclass(slots=True)
class Page:
    """What is already on a plot: texts, marks, lines and leaders; names keep off them."""

    frame: Box
    texts: list[Box] = field(default_factory=list)
    marks: list[Box] = field(default_factory=list)
    lines: list[Segment] = field(default_factory=list)
    leaders: list[Segment] = field(default_factory=list)

    def near(self, box: Box) -> Page:
        """The part of it that a name within `box` could touch."""
        return Page(
            self.frame,
            box.touched(self.texts),
            box.touched(self.marks),
            [line for line in self.lines if _span(line).meets(box)],
            [line for line in self.leaders if _span(line).meets(box)],
        )


def place_names(marks: Sequence[Mark], page: Page, most: int) -> list[Label]:
    """Names for as many marks as find a place, at most `most`; the page then holds them.

    Those that find none are left out: each mark has its name as a title as well.
    """
    placed: list[Label] = []
    for mark in sorted(marks, key=lambda mark: (-mark.rank, mark.x, mark.y, mark.name)):
        if len(placed) == most:
            break
        if label := _cheapest(mark, page):
            placed.append(label)
            page.texts.append(label.words.box)
            if label.leader:
                page.leaders.append(label.leader)
    return placed


def _cheapest(mark: Mark, page: Page) -> Label | None:
    """The free place with the least cost; a farther ring is tried only while it could be cheaper."""
    width = text_width(mark.name, SIZE, bold=mark.bold)
    reach = REACH + mark.radius
    near = page.near(Box(mark.x - reach - width, mark.y - reach, mark.x + reach + width, mark.y + reach))
    best: tuple[float, Label] | None = None
    for ring, distance in enumerate(RINGS):
        if best and best[0] <= ring * RING_COST:
            break
        for number, (label, box, wide) in enumerate(_around(mark, distance, leads=ring > 0)):
            cost = ring * RING_COST + number * DIRECTION_COST
            if best and best[0] <= cost:
                break
            room = (best[0] if best else MOST_COST) - cost
            extra = _cost(label, (box, wide), near, mark, room)
            if extra is not None and extra < room:
                best = cost + extra, label
    return best[1] if best else None


@lru_cache(maxsize=1024)
def _around(mark: Mark, distance: float, *, leads: bool) -> tuple[tuple[Label, Box, Box], ...]:
    """The name in each direction, what it covers, and that with a margin; the marks of the catalogue lie in the same places in every picture."""
    labels = (_label(mark, direction, distance + mark.radius, leads=leads) for direction in DIRECTIONS)
    return tuple((label, label.words.box, label.words.box.grown(APART)) for label in labels)


def _label(mark: Mark, direction: tuple[float, float], distance: float, *, leads: bool) -> Label:
    across, down = direction
    x, y = mark.x + across * distance, mark.y + down * distance
    anchor = "start" if across > 0.3 else "end" if across < -0.3 else "middle"
    base = y + SIZE * (0.76 if down > 0.6 else -0.24 if down < -0.6 else 0.26)
    words = Words(mark.name, x, base, SIZE, anchor, "halo", mark.bold)
    if not leads:
        return Label(words, None)
    start = mark.x + across * mark.radius, mark.y + down * mark.radius
    return Label(words, (*start, x - across, y - down))


def _cost(label: Label, boxes: tuple[Box, Box], page: Page, mark: Mark, most: float) -> float | None:
    """What the name would cover; None where it may not stand, or that alone would cost `most`."""
    box, wide = boxes
    if not page.frame.holds(box) or wide.touched(page.texts):
        return None
    own = mark.box
    covered = len(box.touched(page.marks)) - box.meets(own)
    if covered * MARK_COST >= most:
        return None
    if any(_crosses(line, box) for line in page.leaders):
        return None
    if label.leader and any(_crosses(label.leader, text) for text in page.texts):
        return None
    crossed = sum(_crosses(line, box) for line in page.lines)
    if label.leader:
        covered += sum(_crosses(label.leader, other) for other in page.marks if other != own)
    return covered * MARK_COST + crossed * LINE_COST


@lru_cache(maxsize=1024)
def _span(line: Segment) -> Box:
    x1, y1, x2, y2 = line
    return Box(min(x1, x2) - 0.5, min(y1, y2) - 0.5, max(x1, x2) + 0.5, max(y1, y2) + 0.5)


def _crosses(line: Segment, box: Box) -> bool:
    """Whether a segment passes through a box: what is left of it between the sides (Liang and Barsky)."""
    x1, y1, x2, y2 = line
    first, last = 0.0, 1.0
    for run, room in ((x1 - x2, x1 - box.left), (x2 - x1, box.right - x1),
                      (y1 - y2, y1 - box.top), (y2 - y1, box.bottom - y1)):  # fmt: skip
        if run == 0:
            if room < 0:
                return False
        elif run < 0:
            first = max(first, room / run)
        else:
            last = min(last, room / run)
    return first < last
