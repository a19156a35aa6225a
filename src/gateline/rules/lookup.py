"""Batches put to a decision table: points on its axes, the state of each row, and what every rule says of it.

Each input of a block is one array of float64 with NaN where it is unknown; where rows may know the lower end only, a
mask says which do. The state of a row on an axis is then a sum of comparisons, made in place on small integers. Rows
that hold a range with an upper end are left to the evaluator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.metrics.arrays import UNDEFINED, Array, fresh, is_unknown, select, strips, unknown_where
from gateline.quantities import QUANTITIES
from gateline.rules.columns import RATIOS, TOTALS, Column, Columns, MaskedColumn, Names, membership, per, with_ratios
from gateline.rules.evaluate import Evaluation, evaluate
from gateline.rules.table import DecisionTable, SharedAxis

Truth = npt.NDArray[np.bool_]
States = npt.NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Points:
    """One input of every row of a block.

    Attributes
    ----------
    values : float64 array, or uint8 array of flags
        The value, or the lower end; NaN where the row is unknown, `UNDEFINED` where there is no value.
    open : bool array or None
        The rows of which the upper end is not known; None where these are the unknown ones alone.
    undefined, perhaps : bool array or None
        The rows of a ratio that have no value, and those that are unknown and perhaps have none.
    missing : bool array or None
        The unknown rows; `values` then has anything there, and no NaN elsewhere, and there is no `open`.
    """

    values: Array
    open: Truth | None = None
    undefined: Truth | None = None
    perhaps: Truth | None = None
    missing: Truth | None = None

    def take(self, rows: slice) -> Points:
        """The points of some neighbouring rows."""
        masks = (self.open, self.undefined, self.perhaps, self.missing)
        return Points(self.values[rows], *(None if mask is None else mask[rows] for mask in masks))

    def unknown(self) -> Truth:
        """The rows of which not even a lower end is known."""
        return is_unknown(self.values) if self.missing is None else self.missing

    def known(self) -> Truth:
        """The rows that have a value, and not only a lower end."""
        known = ~self.unknown()
        for without in (self.open, self.undefined):
            if without is not None:
                known &= ~without
        return known

    def filled(self) -> Points:
        """The same with NaN in the unknown rows."""
        if self.missing is None:
            return self
        return Points(unknown_where(self.missing, self.values), None, self.undefined, self.perhaps)


@dataclass(frozen=True, slots=True)
class Block:
    """The inputs of a block by name, and the rows that hold a range with an upper end, where there are any.

    In `points` such an input counts as unknown.
    """

    columns: Columns
    rows: int
    points: dict[str, Points]
    ranged: Truth

    def add(self, flags: Mapping[str, Column]) -> Block:
        """The same with other flags: no ratio or sum follows from one."""
        ranged = self.ranged.copy()
        points = self.points | {name: _own(flag, ranged) for name, flag in flags.items()}
        return Block({**self.columns, **flags}, self.rows, points, ranged)

    def left(self) -> npt.NDArray[np.intp]:
        """The numbers of the rows that a table does not answer."""
        return np.flatnonzero(self.ranged)


@dataclass(frozen=True, slots=True)
class Classified:
    """The state of each row of a block, and the answers of those rows that have none.

    Attributes
    ----------
    table : DecisionTable
    stretch : slice
        The part of the table in which the block lies.
    states : array of unsigned integers, shape (rows,)
        Positions in the stretch.
    left : array of row numbers
    verdicts : list of Evaluation
        What each rule says of the rows `left`.
    """

    table: DecisionTable
    stretch: slice
    states: States
    left: npt.NDArray[np.intp]
    verdicts: list[Evaluation]

    def of(self, rule: int) -> Evaluation:
        """What the rule in that position says of each row."""
        outcome = self.table.outcomes[rule][self.stretch][self.states]
        item = self.table.items[rule][self.stretch][self.states]
        if len(self.left):
            outcome[self.left], item[self.left] = self.verdicts[rule].outcome, self.verdicts[rule].item
        return Evaluation(outcome, item)


def place(columns: Columns, rows: int) -> Block:
    """The inputs of a block as points, with the ratios and sums that follow from them.

    Parameters
    ----------
    columns : mapping of canonical name to Column or Names, each of shape (rows,)
        Float64, without ratios and sums that follow from others; a name that is absent is unknown in every row.
    rows : int
    """
    ranged = np.zeros(rows, dtype=bool)
    points: dict[str, Points] = {}
    for name, column in columns.items():
        if isinstance(column, MaskedColumn):
            points[name] = Points(column.values, missing=column.missing)
        elif isinstance(column, Column):
            points[name] = _own(column, ranged)
    for name in RATIOS:
        _put_ratio(name, points, ranged)
    for name, parts in TOTALS.items():
        known = [points[part] for part in parts if part in points]
        if known:
            _put_first(name, points, _total(known, missing=len(known) < len(parts)))
    return Block(columns, rows, points, ranged)


def classify(table: DecisionTable, block: Block) -> Classified:
    """What the rules of a table say of each row of a block; the same as the evaluator says of it."""
    inputs = [_input(axis, block) for axis in table.axes]
    first, constant = 0, 0
    while constant < len(inputs) and inputs[constant].values.strides == (0,):
        axis, points = table.axes[constant], inputs[constant]
        first = first * axis.states + int(_state(axis, points.take(slice(1)), np.empty(1, dtype=bool))[0])
        constant += 1
    span = prod(axis.states for axis in table.axes[constant:])
    stretch = slice(first * span, (first + 1) * span)
    states = _states(table.axes[constant:], inputs[constant:], block.rows)
    left = block.left()
    if not len(left):
        return Classified(table, stretch, states, left, [])
    completed = with_ratios({name: take(column, left) for name, column in block.columns.items()})
    verdicts = [evaluate(program, completed, len(left)) for program in table.programs]
    return Classified(table, stretch, states, left, verdicts)


def take(column: Column | Names, rows: npt.NDArray[np.intp]) -> Column | Names:
    """Some rows of a column."""
    if isinstance(column, Names):
        return column.take(rows)
    low = column.low[rows]
    return Column(low, low if column.high is column.low else column.high[rows])


def _own(column: Column, ranged: Truth) -> Points:
    """A column as points; the rows that are neither known, unknown nor open are marked in `ranged`."""
    if column.high is column.low:
        return Points(column.low)
    top = is_unknown(column.high)
    between = (column.low != column.high) & ~top
    if not between.any():
        return Points(column.low, open=top)
    ranged |= between
    return Points(np.where(between, np.nan, column.low), open=top | between)


def _put_ratio(name: str, points: dict[str, Points], ranged: Truth) -> None:
    above, below = (points.get(part) for part in QUANTITIES[name].parts)
    some = above or below
    if some is None:
        return
    unknown = Points(np.broadcast_to(np.nan, some.values.shape))
    computed = _ratio(name, above or unknown, below or unknown, ranged)
    _put_first(name, points, computed)


def _ratio(name: str, above: Points, below: Points, ranged: Truth) -> Points:
    """The quotient of two inputs; rows of which the denominator is open are marked in `ranged`."""
    zero = QUANTITIES[QUANTITIES[name].parts[1]].zero
    if above.open is not None or below.open is not None or not zero:
        above, below = above.filled(), below.filled()
    denominator = below.values
    if below.open is not None:
        ranged |= below.open & ~is_unknown(denominator)
        denominator = np.where(below.open, np.nan, denominator)
    without = is_unknown(denominator) if below.missing is None else below.missing
    quotient, undefined = fresh(len(denominator), np.float64), np.empty(len(denominator), dtype=bool)
    for strip in strips(len(denominator)):
        quotient[strip] = per(name, above.values[strip], denominator[strip])
        np.equal(quotient[strip], UNDEFINED, out=undefined[strip])
    missing = None
    if above.missing is not None or below.missing is not None:
        undefined &= ~without
        missing = (above.unknown() | without) & ~undefined
    return Points(
        quotient,
        open=None if above.open is None else (above.open & ~undefined) | is_unknown(quotient),
        undefined=undefined if undefined.any() else None,
        perhaps=without if zero else None,
        missing=missing,
    )


def _total(parts: list[Points], *, missing: bool) -> Points:
    """The sum of parts; where one is unknown or open, the sum is at least what is known."""
    if len(parts) == 1 and not missing:
        return parts[0]
    parts = [part.filled() for part in parts]
    silent = np.logical_and.reduce([is_unknown(part.values) for part in parts])
    low = np.sum([np.where(is_unknown(part.values), 0.0, part.values) for part in parts], axis=0)
    low[silent] = np.nan
    tops = [is_unknown(part.values) if part.open is None else part.open for part in parts]
    return Points(low, open=np.full(len(low), True) if missing else np.logical_or.reduce(tops))


def _put_first(name: str, points: dict[str, Points], computed: Points) -> None:
    """Put what rows state before what is computed."""
    if name not in points:
        points[name] = computed
        return
    stated, computed = points[name].filled(), computed.filled()
    unstated = is_unknown(stated.values)
    values = select(unstated, computed.values, stated.values)
    masks = [
        None if mask is None else mask & unstated for mask in (computed.open, computed.undefined, computed.perhaps)
    ]
    if stated.open is not None or computed.open is not None:
        own = np.zeros(len(values), dtype=bool) if stated.open is None else stated.open & ~unstated
        masks[0] = own | (unstated & (is_unknown(computed.values) if computed.open is None else computed.open))
    points[name] = Points(values, *masks)


def _input(axis: SharedAxis, block: Block) -> Points:
    """What a block has of the input of an axis."""
    if axis.members is None:
        return block.points[axis.name]
    names = block.columns[axis.name]
    assert isinstance(names, Names)
    return Points(membership(names, axis.members).low)


def _states(axes: Sequence[SharedAxis], inputs: Sequence[Points], rows: int) -> States:
    """The state of each row: on each axis a few comparisons, made in place, and one sum over the axes."""
    codes: States = np.empty(rows, dtype=smallest_unsigned(prod(axis.states for axis in axes)))
    for strip in strips(rows):
        codes[strip] = _strip_states(axes, [points.take(strip) for points in inputs], strip.stop - strip.start)
    return codes


def _strip_states(axes: Sequence[SharedAxis], inputs: Sequence[Points], rows: int) -> States:
    """The states of a strip, as small numbers for as long as the sum allows it."""
    passed = np.empty(rows, dtype=bool)
    code: States = np.zeros(rows, dtype=np.uint8)
    states = 1
    for axis, points in zip(axes, inputs, strict=True):
        states *= axis.states
        code = code.astype(smallest_unsigned(states), copy=False)
        if states > axis.states:
            np.multiply(code, axis.states, out=code)
        np.add(code, _state(axis, points, passed), out=code)
    return code


def smallest_unsigned(numbers: int) -> type[np.unsignedinteger[Any]]:
    """The smallest type that holds so many numbers from zero."""
    return np.uint8 if numbers <= 2**8 else np.uint16 if numbers <= 2**16 else np.uint32


def _border_of(values: Array, border: float, *, above: bool) -> float:
    """A border among values of this type; among whole numbers, one that parts them in the same way."""
    return border if values.dtype == np.float64 else floor(border) if above else ceil(border)


def _state(axis: SharedAxis, points: Points, passed: Truth) -> States:
    """The state of each row on one axis; `passed` is written over."""
    state: States = np.zeros(len(passed), dtype=np.uint8 if axis.states < 2**8 else np.uint32)
    for cut, border in zip(axis.cuts, axis.borders, strict=True):
        compare = np.greater if cut.above else np.greater_equal
        compare(points.values, _border_of(points.values, border, above=cut.above), out=passed)
        np.add(state, passed.view(np.uint8), out=state)
    if points.undefined is not None:
        np.add(state, points.undefined.view(np.uint8), out=state)
    unknown = state.dtype.type(axis.unknown)
    if points.missing is not None:
        np.maximum(state, points.missing.view(np.uint8) * unknown, out=state)
    else:
        top = np.not_equal(points.values, points.values, out=passed) if points.open is None else points.open
        np.add(state, top.view(np.uint8) * unknown, out=state)
    if points.perhaps is not None:
        np.add(state, points.perhaps.view(np.uint8) * np.uint8(axis.states - 1 - axis.unknown), out=state)
    return state
