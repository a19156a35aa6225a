"""How the chip that was asked about is drawn: thick ink, its colours those of the regions that it can lie in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gateline.report.pictures.labels import Page
from gateline.report.pictures.regions import Surface, Tone
from gateline.report.pictures.subject import Shape
from gateline.report.pictures.svg import Box, Markup, Scale, Words, el, fitted, join, text_width

NAME, SMALL = 12.5, 11.0
RADIUS = 9.0
HALF = 5.5
"""Half the width of a bar."""
STEP = 13.0


@dataclass(frozen=True, slots=True)
class Told:
    """What is written beside the chip: its name with what is known, what is not, and at which height the answer turns."""

    name: str
    detail: str
    turns: tuple[tuple[float, str, str], ...] = ()


def subject_mark(shape: Shape, x: Scale, y: Scale, tone: Tone, page: Page, clip: str) -> Markup:
    """The chip itself; the page then holds it. `clip` is the id of the frame, beyond which an area is not drawn."""
    places = places_of(shape, x, y)
    if shape.point:
        page.texts.append(Box(*places[0], *places[0]).grown(RADIUS))
        return ring(*places[0])
    if shape.corners:
        line = outline(places)
        return el(
            "path", d=line, class_="s-ink clear", stroke_width=3, stroke_linejoin="round", clip_path=f"url(#{clip})"
        )
    page.texts.extend(_boxes(places))
    tones = [tone(piece.answer) for piece in shape.pieces]
    return _bar(places, tones, open_start=shape.open_start, open_end=shape.open_end)


def places_of(shape: Shape, x: Scale, y: Scale) -> list[tuple[float, float]]:
    """The ends of its pieces, or its corners, on paper."""
    corners = shape.corners or (*(piece.start for piece in shape.pieces), shape.pieces[-1].stop)
    return [(x(float(across)), y(float(up))) for across, up in corners]


def subject_texts(shape: Shape, told: Told, x: Scale, y: Scale, page: Page) -> Iterator[Markup]:
    """Its texts, on the side and at the height where most of them fit and least is hidden; the page then holds them."""
    beside = RADIUS if shape.point else HALF
    sides = [
        list(_beside(_lines(told, top), at, page, beside, right=right))
        for at, top in _anchors(shape, places_of(shape, x, y))
        for right in (True, False)
    ]
    shown = max(sides, key=lambda side: (len(side), sum(len(words.text) for words in side), -_hidden(side, page)))
    for words in shown:
        page.texts.append(words.box)
        yield words.draw()


def _anchors(shape: Shape, places: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Where its texts may begin: the upper end of an upright bar, some heights beside a ring, places along the rest."""
    (x1, y1), (x2, y2) = places[0], places[-1]
    if shape.point:
        yield from ((x2, y2 + steps * STEP) for steps in (0, -2, 2, -3, 3))
    elif shape.corners:
        yield from places
    elif x1 == x2:
        yield x2, y2
    else:
        yield from ((x1 + (x2 - x1) * share, y1 + (y2 - y1) * share) for share in (0.9, 0.75, 0.6, 0.4, 0.2))


def _lines(told: Told, top: float) -> list[tuple[float, str, str, float]]:
    """Height, text, tone and size of each text."""
    lines = [(top + 4, told.name, "ink", NAME), (top + 6 + STEP, told.detail, "muted", SMALL)]
    return lines + [(place - 5, text, tone, SMALL + 0.5) for place, text, tone in told.turns]


def area_colours(shape: Shape, surfaces: Sequence[Surface], x: Scale, y: Scale, tone: Tone, clip: str) -> Markup:
    """The regions once more in full colour, within the outline of an area; nothing for a point or a line."""
    if not shape.corners:
        return Markup("")
    window = el("clipPath", el("path", d=outline(places_of(shape, x, y))), id=clip)
    areas = [
        el("rect", x=box.left, y=box.top, width=box.width, height=box.height, class_=f"f-{tone(surface.cell.answer)}")
        for surface in surfaces
        for box in [surface.box]
    ]
    return join([window, el("g", join(areas), clip_path=f"url(#{clip})", opacity="0.55")])


def outline(places: Sequence[tuple[float, float]]) -> str:
    """A closed path."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) + "Z"


def ring(x: float, y: float) -> Markup:
    """The mark of a chip of which both quantities are known."""
    return join(
        [
            el("circle", cx=x, cy=y, r=RADIUS, class_="f-paper s-ink", stroke_width=3),
            el("circle", cx=x, cy=y, r=3.4, class_="f-ink"),
        ]
    )


def _bar(places: Sequence[tuple[float, float]], tones: Sequence[str], *, open_start: bool, open_end: bool) -> Markup:
    """A bar through some places, in the tone of each stretch; a closed end has a cap, an open one runs on."""
    first, last = places[0], places[-1]
    parts = [_line(first, last, "ink", 2 * HALF)]
    caps = [end for end, is_open in ((first, open_start), (last, open_end)) if not is_open]
    parts += [el("circle", cx=x, cy=y, r=HALF, class_="f-ink") for x, y in caps]
    parts += [_line(one, two, tone, HALF + 0.5) for (one, two), tone in zip(pairwise(places), tones, strict=True)]
    return join(parts)


def _line(one: tuple[float, float], two: tuple[float, float], tone: str, width: float) -> Markup:
    line = f"M{one[0]:.1f} {one[1]:.1f}L{two[0]:.1f} {two[1]:.1f}"
    return el("path", d=line, class_=f"s-{tone} clear", stroke_width=width)


def _boxes(places: Sequence[tuple[float, float]]) -> Iterator[Box]:
    """A bar as boxes that names keep off; a slanted one in short stretches."""
    (x1, y1), (x2, y2) = places[0], places[-1]
    count = 1 if x1 == x2 or y1 == y2 else 40
    for number in range(count):
        left, right = (x1 + (x2 - x1) * share / count for share in (number, number + 1))
        low, high = (y1 + (y2 - y1) * share / count for share in (number, number + 1))
        yield Box(min(left, right), min(low, high), max(left, right), max(low, high)).grown(HALF)


def _hidden(side: Sequence[Words], page: Page) -> int:
    return sum(box.meets(mark) for box in [words.box for words in side] for mark in page.marks)


def _beside(
    lines: Sequence[tuple[float, str, str, float]], x: float, page: Page, beside: float, *, right: bool
) -> Iterator[Words]:
    """The texts on one side of a place, as many as fit."""
    room = (page.frame.right - x if right else x - page.frame.left) - beside - 8
    taken: list[Box] = []
    for height, text, tone, size in lines:
        bold = tone != "muted"
        whole = text_width(text, size, bold=bold) <= room
        shown = text if whole or text not in (lines[0][1], lines[1][1]) else fitted(text, room, size, bold=bold)
        at, anchor = (x + beside + 6, "start") if right else (x - beside - 6, "end")
        words = Words(shown, at, height, size, anchor, f"{tone} halo", bold)
        if shown and (free := _free(words, page, taken)):
            taken.append(free.box)
            yield free


def _free(words: Words, page: Page, taken: Sequence[Box]) -> Words | None:
    """The text, moved down or up until it covers no other."""
    for steps in (0, 1, -1, 2, -2, 3, -3, 4, 5, 6):
        moved = replace(words, y=words.y + steps * STEP)
        box = moved.box
        if page.frame.holds(box) and not any(map(box.meets, (*page.texts, *taken))):
            return moved
    return None
