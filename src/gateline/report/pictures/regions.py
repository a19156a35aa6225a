"""The plane of two quantities cut into the cells of a rule version, each with the answer of the evaluator.

Nothing here knows a threshold: the cuts are those of the compiled version, and one representative of each cell is put
to the one evaluator. A new version draws itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from gateline.inputs import exact_array
from gateline.report.pictures.labels import Segment
from gateline.report.pictures.svg import Box, Markup, Scale, el, join
from gateline.rules.columns import Column, Columns, Names
from gateline.rules.evaluate import evaluate, locate
from gateline.rules.model import Outcome
from gateline.rules.program import Grid, Program


@dataclass(frozen=True, slots=True)
class Answer:
    """What a version says: the outcome, the deciding item, and whether an exclusion took an item out."""

    outcome: Outcome
    item: str | None
    excluded: bool = False


Tone = Callable[[Answer], str]
"""How an answer is coloured; empty where it is left blank."""


def item_tones(program: Program) -> dict[str, str]:
    """The tone of each item: the first group of items of a version, and the others."""
    groups = list(dict.fromkeys(group_of(item.clause.id) for item in program.items))
    return {item.clause.id: "second" if group_of(item.clause.id) in groups[1:] else "met" for item in program.items}


def tone_of(program: Program) -> Tone:
    """How marks are coloured: by the group of the item that is met, as undetermined, or as none."""
    tones = item_tones(program)

    def tone(answer: Answer) -> str:
        if answer.outcome is Outcome.MET:
            return tones.get(answer.item or "", "met")
        return "open" if answer.outcome is Outcome.UNDETERMINED else "none"

    return tone


def surface_tone_of(program: Program) -> Tone:
    """The same for regions: where no item holds the paper stays blank."""
    tone = tone_of(program)
    return lambda answer: "" if answer.outcome is Outcome.NOT_MET else tone(answer)


def group_of(item: str) -> str:
    """The group of an item.

    Examples
    --------
    >>> group_of("3A090.a.1")
    '3A090.a'
    """
    return ".".join(item.split(".")[:2])


@dataclass(frozen=True, slots=True)
class Cell:
    """A rectangle of a plane in the units of its quantities; None is an end that lies open."""

    left: Fraction | None
    right: Fraction | None
    bottom: Fraction | None
    top: Fraction | None
    answer: Answer


@dataclass(frozen=True, slots=True)
class Regions:
    """The cells of a plane, `rows` from the bottom up and each from left to right."""

    x: str
    y: str
    x_cuts: tuple[Fraction, ...]
    y_cuts: tuple[Fraction, ...]
    rows: tuple[tuple[Answer, ...], ...]

    def cells(self) -> Iterator[Cell]:
        """Every cell."""
        for bottom_top, row in zip(_stretches(self.y_cuts), self.rows, strict=True):
            for left_right, answer in zip(_stretches(self.x_cuts), row, strict=True):
                yield Cell(*left_right, *bottom_top, answer)


def cut_plane(program: Program, others: Columns, x: str, y: str) -> Regions:
    """The plane of two quantities as a version sees it, the other inputs being `others`.

    Parameters
    ----------
    program : Program
    others : mapping of canonical name to Column or Names, each of shape (1,)
        A name that is absent is unknown; what it says of `x` and `y` is left aside.
    x, y : str
        Canonical names.
    """
    cuts = {name: _cuts(program, name) for name in (x, y)}
    across, up = (list(map(_representative, _stretches(cuts[name]))) for name in (x, y))
    points = [(right, above) for above in up for right in across]
    found = answers(program, others, {x: [point[0] for point in points], y: [point[1] for point in points]})
    rows = [tuple(found[start : start + len(across)]) for start in range(0, len(found), len(across))]
    return Regions(x, y, cuts[x], cuts[y], tuple(rows))


def answers(program: Program, others: Columns, points: Mapping[str, Sequence[Fraction | None]]) -> list[Answer]:
    """What a version says of several points, the other inputs being those of `others` in each.

    Parameters
    ----------
    program : Program
    others : mapping of canonical name to Column or Names, each of shape (1,)
    points : mapping of canonical name to values
        As many of each.
    """
    rows = len(next(iter(points.values())))
    columns: dict[str, Column | Names] = {}
    for name in program.names:
        column = others.get(name)
        if name in points:
            ends = exact_array(points[name])
            columns[name] = Column(ends, ends)
        elif isinstance(column, Names):
            columns[name] = Names(np.repeat(column.values, rows))
        elif column is not None:
            columns[name] = Column(np.repeat(column.low, rows), np.repeat(column.high, rows))
    found = evaluate(program, columns, rows)
    first, last = (tuple(cells) for cells in locate(program.axes, columns, rows))
    out = _taken_out(program, first) & _taken_out(program, last)
    labels = [*(item.clause.id for item in program.items), None]
    return [
        Answer(Outcome(int(outcome)), labels[max(int(item), -1)], bool(excluded))
        for outcome, item, excluded in zip(found.outcome, found.item, out, strict=True)
    ]


def _taken_out(program: Program, cells: Grid) -> np.ndarray:
    """Where an exclusion takes out an item that would hold."""
    out = np.zeros(cells[0].shape if cells else 1, dtype=bool)
    for item in program.items:
        out |= item.together.holds(cells) & ~item.expression.holds(cells)
    return out


def _cuts(program: Program, name: str) -> tuple[Fraction, ...]:
    return tuple(sorted({cut.value for axis in program.axes if axis.name == name for cut in axis.cuts}))


def _stretches(cuts: Sequence[Fraction]) -> list[tuple[Fraction | None, Fraction | None]]:
    """From open end to open end."""
    return list(pairwise([None, *cuts, None]))


def _representative(stretch: tuple[Fraction | None, Fraction | None]) -> Fraction:
    """A value between two cuts."""
    left, right = stretch
    if left is None:
        return Fraction(1) if right is None else right / 2
    return left * 2 or Fraction(1) if right is None else (left + right) / 2


@dataclass(frozen=True, slots=True)
class Surface:
    """A rectangle on paper, and the cell that it shows."""

    box: Box
    cell: Cell


def on_paper(regions: Regions, x: Scale, y: Scale) -> list[Surface]:
    """The cells within a frame; `y` runs upwards, so that it starts at the bottom."""
    surfaces = []
    for cell in regions.cells():
        left, right = (_within(x, end, edge) for end, edge in ((cell.left, x.low), (cell.right, x.high)))
        bottom, top = (_within(y, end, edge) for end, edge in ((cell.bottom, y.low), (cell.top, y.high)))
        box = Box(left, top, right, bottom)
        if box.width > 0 and box.height > 0:
            surfaces.append(Surface(box, cell))
    return surfaces


def _within(scale: Scale, end: Fraction | None, edge: float) -> float:
    return scale(edge if end is None else scale.within(float(end)))


def merged(surfaces: Sequence[Surface], key: Callable[[Answer], object]) -> list[Surface]:
    """Neighbouring cells with the same key as one rectangle: first along each row, then rows of the same width."""
    runs: list[Surface] = []
    for surface in surfaces:
        last = runs[-1] if runs else None
        if (
            last
            and _alike(last, surface, key)
            and (last.box.right, last.box.top) == (surface.box.left, surface.box.top)
        ):
            runs[-1] = _joined(last, surface)
        else:
            runs.append(surface)
    whole: list[Surface] = []
    for run in runs:
        for number, below in enumerate(whole):
            sides = (below.box.left, below.box.right, below.box.top)
            if _alike(below, run, key) and sides == (run.box.left, run.box.right, run.box.bottom):
                whole[number] = _joined(below, run)
                break
        else:
            whole.append(run)
    return whole


def _alike(one: Surface, other: Surface, key: Callable[[Answer], object]) -> bool:
    return key(one.cell.answer) == key(other.cell.answer)


def _joined(first: Surface, last: Surface) -> Surface:
    """From the lower left one to the upper right one."""
    cell = Cell(first.cell.left, last.cell.right, first.cell.bottom, last.cell.top, first.cell.answer)
    return Surface(Box(first.box.left, last.box.top, last.box.right, first.box.bottom), cell)


def borders(surfaces: Sequence[Surface], key: Callable[[Answer], object]) -> list[Segment]:
    """The lines between neighbouring cells with different keys."""
    found: list[Segment] = []
    for one in surfaces:
        for other in surfaces:
            if key(one.cell.answer) == key(other.cell.answer):
                continue
            if one.box.right == other.box.left and one.box.top == other.box.top:
                found.append((one.box.right, one.box.top, one.box.right, one.box.bottom))
            if one.box.top == other.box.bottom and one.box.left == other.box.left:
                found.append((one.box.left, one.box.top, one.box.right, one.box.top))
    return found


def painted(surfaces: Sequence[Surface], tone: Tone, hatch_of: Callable[[str], str]) -> Markup:
    """The surfaces in their tones, those of the second class hatched, and a line wherever the tone changes; dashed between items of one tone."""
    parts: list[Markup] = []
    areas = [(tone(surface.cell.answer), surface.box) for surface in merged(surfaces, tone)]
    for name in dict.fromkeys(name for name, _ in areas if name):
        path = "".join(_outline(box) for other, box in areas if other == name)
        parts.append(el("path", d=path, class_=f"region t-{name} crisp"))
        if name == "second":
            parts.append(el("path", d=path, fill=hatch_of(name)))
    between = borders(surfaces, tone)
    inner = [line for line in borders(surfaces, lambda answer: answer.item) if line not in between]
    if inner:
        parts.append(el("path", d=_strokes(inner), class_="s-muted clear", stroke_width=1, stroke_dasharray="5 4"))
    if between:
        parts.append(el("path", d=_strokes(between), class_="s-ink clear", stroke_width=1.2, stroke_linecap="square"))
    return join(parts)


def _strokes(lines: Sequence[Segment]) -> str:
    return "".join(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" for x1, y1, x2, y2 in lines)


def _outline(box: Box) -> str:
    return f"M{box.left:.1f} {box.top:.1f}H{box.right:.1f}V{box.bottom:.1f}H{box.left:.1f}Z"
