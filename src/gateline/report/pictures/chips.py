"""The catalogue on a plane: a mark per chip, its name where there is room, ticks for what is not published."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from gateline.jobs.points import Point
from gateline.numerals import number
from gateline.report.pictures.frame import Sign
from gateline.report.pictures.labels import Mark, Page, Segment, place_names
from gateline.report.pictures.regions import Answer, Tone, group_of, item_tones
from gateline.report.pictures.svg import Box, Markup, Scale, el, join
from gateline.report.wording import WORD
from gateline.rules.program import Program

FAMOUS = (
    "nvidia-h100-sxm", "nvidia-a100-sxm-80", "nvidia-h20-96", "nvidia-a800-sxm-80", "nvidia-h800-sxm", "nvidia-h200-sxm",
    "nvidia-b200-hgx", "nvidia-b300-hgx", "nvidia-rtx4090", "nvidia-rtx5090", "nvidia-l40s", "nvidia-l20", "nvidia-l4",
    "nvidia-l2", "amd-mi300x", "amd-mi325x", "amd-mi308x", "amd-mi250x", "amd-mi355x", "huawei-910b1", "huawei-910c",
    "intel-gaudi2", "intel-gaudi3-oam", "google-tpu-v4", "google-tpu-v5p", "google-tpu-v7", "aws-trainium2",
    "nvidia-v100-sxm2", "nvidia-t4", "nvidia-a10", "nvidia-a30", "nvidia-rtx-a6000", "cerebras-wse3", "nvidia-gb200-gpu",
    "microsoft-maia200", "nvidia-rubin-r200", "groq-lpu-v1", "meta-mtia-v2", "biren-br100", "cambricon-mlu590",
)  # fmt: skip
"""Chips that people look for first; their names find a place before others."""
FIRST = 1000.0
SAME = 4.0
"""Marks nearer than this share a name."""
NAMES_IN_ONE = 2


@dataclass(frozen=True, slots=True)
class Spot:
    """A chip and where its mark lies."""

    point: Point
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Spread:
    """The chips within a frame, those of which only the first quantity is known, and how many lie beyond it."""

    inside: tuple[Spot, ...]
    without: tuple[Spot, ...]
    beyond: int


@lru_cache(maxsize=256)
def spread(points: tuple[Point, ...], leave: str, names: tuple[str, str], x: Scale, y: Scale) -> Spread:
    """Where chips lie by two quantities; `leave` is the id of the chip that is drawn by itself."""
    inside, without, beyond = [], [], 0
    for point in points:
        across, up = (point.values.get(name) for name in names)
        if point.id == leave or across is None:
            continue
        if not x.holds(float(across)) or (up is not None and not y.holds(float(up))):
            beyond += 1
        elif up is None:
            without.append(Spot(point, x(float(across)), y.stop))
        else:
            inside.append(Spot(point, x(float(across)), y(float(up))))
    return Spread(tuple(inside), tuple(without), beyond)


def keep_free(page: Page, chips: Spread) -> None:
    """Let names know of the marks."""
    page.marks.extend(Mark(spot.x, spot.y, "").box for spot in chips.inside)
    page.texts.extend(Box(spot.x - 2, spot.y, spot.x + 2, spot.y + 9) for spot in chips.without)


def chip_marks(
    chips: Spread, tone: Tone, shown: tuple[tuple[str, str], ...], *, in_full: bool = True
) -> Iterator[Markup]:
    """All marks, each with its name, in full or short, and its figures as a title; `shown` are the quantities with their short names."""
    ticks = (
        el("path", el("title", _title(spot.point, shown, in_full=in_full)), d=f"M{spot.x:.1f} {spot.y:.1f}v8")
        for spot in chips.without
    )
    if chips.without:
        yield el("g", join(ticks), class_="s-ink clear", stroke_width=2.4)

    def look(spot: Spot) -> tuple[str, str]:
        return _SHAPE[spot.point.datacenter], tone(Answer(spot.point.outcome, spot.point.item))

    for (_, hue), alike in groupby(sorted(chips.inside, key=look), key=look):
        spots = list(alike)
        shapes = (_named(each, shown, in_full=in_full) for each in spots)
        yield el("g", join(shapes), **_paint(spots[0].point.datacenter, hue))


_SHAPE = {True: "circle", False: "diamond", None: "square"}


def mark(datacenter: bool | None, tone: str, x: float, y: float) -> Markup:
    """A circle for a chip for data centres, a hollow diamond for another, a square where it is not known."""
    return el("g", _shape(datacenter, x, y), **_paint(datacenter, tone))


def _paint(datacenter: bool | None, tone: str) -> dict[str, str | float]:
    if datacenter is False:
        return {"class_": f"f-paper s-{tone}", "stroke_width": 2}
    return {"class_": f"f-{tone} s-paper", "stroke_width": 1}


def _shape(datacenter: bool | None, x: float, y: float, title: str = "") -> Markup:
    inside = [el("title", title)] if title else []
    if datacenter:
        return el("circle", *inside, cx=x, cy=y, r=4.4)
    if datacenter is None:
        return el("rect", *inside, x=x - 3.8, y=y - 3.8, width=7.6, height=7.6)
    return el("path", *inside, d=f"M{x:.1f} {y - 5.2:.1f}l5.2 5.2l-5.2 5.2l-5.2-5.2z")


@lru_cache(maxsize=4096)
def _named(spot: Spot, shown: tuple[tuple[str, str], ...], *, in_full: bool) -> Markup:
    """A mark with its title; the catalogue lies in the same places in every picture of a version."""
    return _shape(spot.point.datacenter, spot.x, spot.y, _title(spot.point, shown, in_full=in_full))


def _title(point: Point, shown: Sequence[tuple[str, str]], *, in_full: bool) -> str:
    figures = [
        f"{short} {number(point.values[name])}" if name in point.values else f"{short} unknown" for name, short in shown
    ]
    return (
        f"{point.name if in_full else point.short}: {', '.join(figures)}; {point.item or WORD[point.outcome].lower()}"
    )


def chip_names(chips: Spread, page: Page, most: int) -> Iterator[Markup]:
    """The names of the chips, those that people look for and then those near a line first."""
    for label in place_names(_marks(chips.inside, tuple(page.lines)), page, most):
        yield from label.draw()


@lru_cache(maxsize=64)
def _marks(spots: tuple[Spot, ...], lines: tuple[Segment, ...]) -> tuple[Mark, ...]:
    """What is to be named: chips that lie in one place together."""
    groups: list[list[tuple[float, Spot]]] = []
    for spot in spots:
        entry = _rank(spot, lines), spot
        near = next((group for group in groups if _same(group[0][1], spot)), None)
        if near is None:
            groups.append([entry])
        else:
            near.append(entry)
    marks = []
    for group in groups:
        ordered = sorted(group, key=lambda entry: (-entry[0], entry[1].point.short))
        names = list(dict.fromkeys(spot.point.short for _, spot in ordered))
        more = f" +{len(names) - NAMES_IN_ONE}" if len(names) > NAMES_IN_ONE else ""
        rank, spot = ordered[0]
        marks.append(Mark(spot.x, spot.y, " · ".join(names[:NAMES_IN_ONE]) + more, rank))
    return tuple(marks)


def _same(one: Spot, other: Spot) -> bool:
    return abs(one.x - other.x) < SAME and abs(one.y - other.y) < SAME


def _rank(spot: Spot, lines: Sequence[Segment]) -> float:
    if spot.point.id in FAMOUS:
        return FIRST - FAMOUS.index(spot.point.id)
    return -min((_distance(spot, line) for line in lines), default=0.0)


def _distance(spot: Spot, line: Segment) -> float:
    """How far a mark is from a level or upright line."""
    x1, y1, x2, y2 = line
    across = max(min(x1, x2) - spot.x, 0.0, spot.x - max(x1, x2))
    return math.hypot(across, max(min(y1, y2) - spot.y, 0.0, spot.y - max(y1, y2)))


def mark_key(program: Program, chips: Spread) -> Iterator[Sign]:
    """What the marks mean: a colour per group of items, undetermined and none; shapes that some chip here has."""
    names: dict[str, list[str]] = {}
    for item, tone in item_tones(program).items():
        group = group_of(item)
        if group not in names.setdefault(tone, []):
            names[tone].append(group)
    signs = {tone: ", ".join(groups) for tone, groups in names.items()} | {
        "open": "undetermined",
        "none": "none of these",
    }
    flags = {spot.point.datacenter for spot in chips.inside}
    yield from (Sign(mark(True, tone, 0, 0), text) for tone, text in signs.items())
    if False in flags:
        yield Sign(mark(False, "none", 0, 0), "not for data centres")
    if None in flags:
        yield Sign(mark(None, "muted", 0, 0), "use unknown")
