"""The chip that was asked about, on a plane: a ring, a bar, a diagonal or an area, coloured by what the rule says there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from gateline.amounts import UNKNOWN, Amount
from gateline.inputs import exact_value
from gateline.report.pictures.regions import Answer, Regions, answers
from gateline.report.pictures.svg import Scale
from gateline.rules.columns import Column, Columns
from gateline.rules.program import Program

Corner = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a chip on a plane: its two quantities, and the one that ties them, where there is such.

    `tie` is the die area: the upper quantity is the other one per area.
    """

    x: Amount
    y: Amount
    tie: Amount = UNKNOWN

    @property
    def placed(self) -> bool:
        """Whether there is anything to draw."""
        return not (self.x.unknown and self.y.unknown and self.tie.unknown)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line, alike to the rule from end to end."""

    start: Corner
    stop: Corner
    answer: Answer


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a chip can lie: pieces of a line (one of no length is a point), or the corners of an area."""

    pieces: tuple[Piece, ...] = ()
    corners: tuple[Corner, ...] = ()
    open_start: bool = False
    open_end: bool = False

    @property
    def point(self) -> Corner | None:
        """The one place, where there is one."""
        piece = self.pieces[0] if len(self.pieces) == 1 else None
        return piece.start if piece and piece.start == piece.stop else None


def amount_of(column: object) -> Amount:
    """A column of one row as an amount; a ratio without value is unknown."""
    if not isinstance(column, Column):
        return UNKNOWN
    low, high = exact_value(column.low[0]), exact_value(column.high[0])
    return UNKNOWN if low is not None and low < 0 else Amount(low, high)


def shape_of(
    standing: Standing, program: Program, others: Columns, regions: Regions, x: Scale, y: Scale
) -> Shape | None:
    """Where the chip can lie within a frame; None where nothing is known of it, or it lies beyond the frame.

    Parameters
    ----------
    standing : Standing
    program : Program
    others : mapping of canonical name to Column or Names, each of shape (1,)
        The other inputs of the chip.
    regions : Regions
    x, y : Scale
        The frame, which the open ends of what is known run to.
    """
    if not standing.placed:
        return None
    across, up = _framed(standing.x, x), _framed(standing.y, y)
    if standing.x.known:
        start, stop, along = (across.low, up.low), (across.low, up.high), up
    elif standing.y.known and standing.tie.unknown:
        start, stop, along = (across.low, up.low), (across.high, up.low), across
    elif standing.tie.known and standing.tie.low:
        area = standing.tie.low
        along = _framed(standing.x, Scale(max(x.low, y.low * float(area)), min(x.high, y.high * float(area)), 0, 1))
        start, stop = (along.low, along.low / area), (along.high, along.high / area)
    else:
        return Shape(corners=tuple(_corners(standing, across, up)))
    if start[0] > stop[0] or start[1] > stop[1]:
        return None
    pieces = _pieces(start, stop, program, others, regions)
    return Shape(tuple(pieces), open_start=along.open_low, open_end=along.open_high)


@dataclass(frozen=True, slots=True)
class _Run:
    """An amount within a frame, and which of its ends run on."""

    low: Fraction
    high: Fraction
    open_low: bool
    open_high: bool


def _framed(amount: Amount, scale: Scale) -> _Run:
    low, high = Fraction(scale.low), Fraction(scale.high)
    open_low = amount.low is None or amount.low < low
    open_high = amount.high is None or amount.high > high
    return _Run(low if open_low else amount.low or low, high if open_high else amount.high or high, open_low, open_high)


def _corners(standing: Standing, across: _Run, up: _Run) -> Iterator[Corner]:
    """A parallelogram between two areas, or a rectangle where the upper quantity is known by itself."""
    for area, edge, sides in (
        (standing.tie.high, up.low, (across.low, across.high)),
        (standing.tie.low, up.high, (across.high, across.low)),
    ):
        yield from ((side, side / area if area else edge) for side in sides)


def _pieces(start: Corner, stop: Corner, program: Program, others: Columns, regions: Regions) -> list[Piece]:
    """A line cut where it passes a line of the rule; each piece is answered at its middle."""
    shares = sorted({Fraction(0), Fraction(1), *_crossings(start, stop, regions)})
    ends = [_along(start, stop, share) for share in shares]
    if start == stop:
        ends = [start, start]
    middles = [((one[0] + two[0]) / 2, (one[1] + two[1]) / 2) for one, two in pairwise(ends)]
    points = {regions.x: [middle[0] for middle in middles], regions.y: [middle[1] for middle in middles]}
    found = answers(program, others, points)
    return [Piece(one, two, answer) for (one, two), answer in zip(pairwise(ends), found, strict=True)]


def _crossings(start: Corner, stop: Corner, regions: Regions) -> Iterator[Fraction]:
    for axis, cuts in enumerate((regions.x_cuts, regions.y_cuts)):
        run = stop[axis] - start[axis]
        if run:
            yield from (share for cut in cuts if 0 < (share := (cut - start[axis]) / run) < 1)


def _along(start: Corner, stop: Corner, share: Fraction) -> Corner:
    return start[0] + (stop[0] - start[0]) * share, start[1] + (stop[1] - start[1]) * share
