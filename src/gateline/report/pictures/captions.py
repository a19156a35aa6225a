"""What regions are called: each item in the largest of its rectangles, in the corner that hides the fewest marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gateline.numerals import number
from gateline.report.pictures.labels import Page
from gateline.report.pictures.regions import Answer, Cell, Surface, Tone, merged
from gateline.report.pictures.svg import Box, Markup, Words, text_width
from gateline.rules.model import Outcome

NAME, SPAN = 13.5, 11.0
INSET = 8.0
HIDDEN = 100.0
"""What a hidden mark costs, in steps away from the corners."""
PLACES = tuple(
    sorted(
        ((left / 10, top / 10) for left in range(11) for top in range(11)),
        key=lambda place: (min(place[0], 1 - place[0]) + min(place[1], 1 - place[1]), place),
    )
)
"""Places in a rectangle as shares of its free room, corners first."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How the captions of a plane call things: its quantities, the entry, and what stands where no item holds."""

    x: str
    y: str
    any_y: str
    nothing: str
    excluded: str


def captions(surfaces: Sequence[Surface], tone: Tone, naming: Naming, page: Page) -> Iterator[Markup]:
    """The captions that find room; the page then holds them."""
    largest: dict[Answer, Surface] = {}
    for surface in merged(surfaces, lambda answer: answer):
        answer = surface.cell.answer
        if answer not in largest or _size(surface) > _size(largest[answer]):
            largest[answer] = surface
    for answer, surface in largest.items():
        name = _name(answer, naming)
        span = _span(surface.cell, naming) if answer.outcome is not Outcome.NOT_MET else _why_not(answer, naming)
        for lines in ([name, span], [name]):
            placed = in_corner([line for line in lines if line], surface.box, tone(answer), page)
            if placed:
                page.texts.extend(text.box for text in placed)
                yield from (text.draw() for text in placed)
                break


def _size(surface: Surface) -> float:
    return surface.box.width * surface.box.height


def _name(answer: Answer, naming: Naming) -> str:
    if answer.outcome is Outcome.MET:
        return answer.item or "met"
    return "undetermined" if answer.outcome is Outcome.UNDETERMINED else naming.nothing


def _why_not(answer: Answer, naming: Naming) -> str:
    return naming.excluded if answer.excluded else "by these numbers"


def _span(cell: Cell, naming: Naming) -> str:
    """The span of a rectangle in words, from its own borders."""
    across = _ends(naming.x, cell.left, cell.right)
    up = _ends(naming.y, cell.bottom, cell.top)
    if not up:
        return f"{across} {naming.any_y}".strip()
    return ", ".join(filter(None, (across, up)))


def _ends(name: str, low: Fraction | None, high: Fraction | None) -> str:
    if low is None:
        return "" if high is None else f"{name} under {number(high)}"
    return f"{name} from {number(low)}" if high is None else f"{name} {number(low)} to {number(high)}"


def in_corner(lines: Sequence[str], room: Box, tone: str, page: Page) -> list[Words]:
    """Two lines in a corner of a rectangle, or near one where marks lie; none where they do not fit."""
    sizes = [(NAME, True), *[(SPAN, False)] * (len(lines) - 1)]
    widths = [text_width(line, size, bold=bold) for line, (size, bold) in zip(lines, sizes, strict=True)]
    inner = room.grown(-INSET)
    down = inner.height - NAME - (SPAN + 4) * (len(lines) - 1)
    across = inner.width - max(widths)
    if down < 0 or across < 0:
        return []
    hidden = [mark for mark in page.marks if mark.meets(room)]
    taken = [text for text in page.texts if text.meets(room)]
    best: tuple[float, list[Words]] | None = None
    for step, (left, top) in enumerate(PLACES):
        if best and best[0] <= step:
            break
        x, y = inner.left + across * left, inner.top + down * top + NAME * 0.8
        anchor = "start" if left < 0.5 else "end"
        x += max(widths) if anchor == "end" else 0
        texts = [
            Words(line, x, y + row * (SPAN + 5), size, anchor, f"{tone if bold else 'muted'} halo", bold)
            for row, (line, (size, bold)) in enumerate(zip(lines, sizes, strict=True))
        ]
        boxes = [text.box.grown(1) for text in texts]
        cost = step + HIDDEN * sum(mark.meets(box) for box in boxes for mark in hidden)
        if any(text.meets(box) for box in boxes for text in taken):
            continue
        if best is None or cost < best[0]:
            best = cost, texts
    return best[1] if best else []
