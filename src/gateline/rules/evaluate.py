"""The one evaluator: the only module in which a number is compared with a threshold.

An input is known, a range, or unknown (a range without ends). `locate` compares each end with the cuts and
so finds the cells that the input touches; the outcome is then taken over every combination of touched cells:
met if met in all of them, not met if met in none, else undetermined.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gateline.metrics.arrays import UNDEFINED, Array, is_unknown
from gateline.rules.columns import Columns, Names, membership
from gateline.rules.model import Outcome
from gateline.rules.program import Axis, Cut, Grid, Program

NO_ITEM = -1
"""Deciding item where no item can hold."""
OPEN_ITEM = -2
"""Deciding item where more than one answer is possible."""

NOISE_ULPS = 4
"""Float64 cuts move by this many units in the last place, to the side on which rounding noise counts as equality."""

MAXIMUM_COUNTED = 2**21
"""Up to this many possible patterns, the patterns of a batch are found by counting instead of sorting."""

Cells = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a version says of each row.

    Attributes
    ----------
    outcome : int8 array, shape (n,)
        Values of `Outcome`.
    item : int16 array, shape (n,)
        Position of the first item that holds; `NO_ITEM`, or `OPEN_ITEM` where several answers are possible.
    """

    outcome: npt.NDArray[np.int8]
    item: npt.NDArray[np.int16]


def evaluate(program: Program, columns: Columns, rows: int) -> Evaluation:
    """What the version says of each of `rows` rows.

    Parameters
    ----------
    program : Program
    columns : mapping of canonical name to Column or Names, each of shape (rows,)
        A name that is absent is unknown in every row.
    rows : int

    Returns
    -------
    Evaluation
    """
    patterns, place = find_patterns(program, columns, rows)
    settled = np.array([settle(program, tuple(pattern)) for pattern in patterns.T.tolist()], dtype=np.int16)
    table = settled.reshape(-1, 2)
    return Evaluation(table[place, 0].astype(np.int8), table[place, 1])


def find_patterns(program: Program, columns: Columns, rows: int) -> tuple[Cells, Cells]:
    """The different patterns of touched cells (first cells, then last cells), one per column, and which each row has."""
    first, last = locate(program.axes, columns, rows)
    return _distinct(first, last, tuple(axis.size for axis in program.axes))


def locate(axes: tuple[Axis, ...], columns: Columns, rows: int) -> tuple[Cells, Cells]:
    """First and last cell that each row touches on each axis, both of shape (axes, rows)."""
    first = np.zeros((len(axes), rows), dtype=np.intp)
    last = np.zeros((len(axes), rows), dtype=np.intp)
    for number, axis in enumerate(axes):
        column = columns.get(axis.name)
        if isinstance(column, Names):
            column = membership(column, axis.members or frozenset())
        if column is None:
            last[number] = axis.size - 1
        else:
            first[number] = _cells(axis, column.low)
            end = first[number] if column.high is column.low else _cells(axis, column.high)
            last[number] = np.where(is_unknown(column.high), len(axis.cuts), end)
    return first, last


def _cells(axis: Axis, values: Array) -> Cells:
    """The cell of each value; an unknown one gets the first."""
    passed = np.zeros(len(values), dtype=np.intp)
    exact = values.dtype == object
    with np.errstate(invalid="ignore"):
        for cut in axis.cuts:
            border = cut.value if exact else float_border(cut)
            passed += np.asarray(values > border if cut.above else values >= border, dtype=bool)
    if axis.can_be_undefined:
        passed += np.asarray(values == UNDEFINED, dtype=bool)
    return passed


def float_border(cut: Cut) -> float:
    """Where a cut lies on float64 columns: moved to the side on which rounding noise counts as equality."""
    value = float(cut.value)
    noise = NOISE_ULPS * math.ulp(value)
    return value + noise if cut.above else value - noise


def _distinct(first: Cells, last: Cells, sizes: tuple[int, ...]) -> tuple[Cells, Cells]:
    """The different patterns of touched cells, one per column, and which of them each row has."""
    both = np.concatenate([first, last])
    if both.shape[1] == 1:
        return both, np.zeros(1, dtype=np.intp)
    states = (*sizes, *sizes)
    space = math.prod(states)
    if space >= 2**62:
        patterns, place = np.unique(both, axis=1, return_inverse=True)
        return patterns, place.ravel()
    code = np.zeros(both.shape[1], dtype=np.int64)
    for cells, size in zip(both, states, strict=True):
        code *= size
        code += cells
    if space <= MAXIMUM_COUNTED:
        codes = np.flatnonzero(np.bincount(code, minlength=1))
        position = np.zeros(int(codes[-1]) + 1 if len(codes) else 1, dtype=np.intp)
        position[codes] = np.arange(len(codes))
        place = position[code]
    else:
        codes, place = np.unique(code, return_inverse=True)
    return _unpack(codes, states), place


def _unpack(codes: npt.NDArray[np.int64], states: tuple[int, ...]) -> Cells:
    cells = np.empty((len(states), len(codes)), dtype=np.intp)
    rest = codes.copy()
    for number in range(len(states) - 1, -1, -1):
        rest, cells[number] = np.divmod(rest, states[number])
    return cells


def settle(program: Program, pattern: tuple[int, ...]) -> tuple[int, int]:
    """Outcome and deciding item over all cells of a pattern (first cells, then last cells)."""
    if pattern not in program.settled:
        decision = decisions(program, touched(pattern))
        least, most = int(decision.min()), int(decision.max())
        program.settled[pattern] = (
            _outcome(least, most, len(program.items)),
            _deciding(least, most, len(program.items)),
        )
    outcome, item = program.settled[pattern]
    return outcome, item


def _outcome(least: int, most: int, items: int) -> Outcome:
    if most < items:
        return Outcome.MET
    return Outcome.NOT_MET if least == items else Outcome.UNDETERMINED


def _deciding(least: int, most: int, items: int) -> int:
    if least != most:
        return OPEN_ITEM
    return NO_ITEM if least == items else least


def touched(pattern: tuple[int, ...]) -> Grid:
    """The cells of a pattern as an open mesh: one array per axis, each along a dimension of its own."""
    axes = len(pattern) // 2
    return np.ix_(*(np.arange(pattern[axis], pattern[axes + axis] + 1) for axis in range(axes)))


def decisions(program: Program, cells: Grid) -> npt.NDArray[np.intp]:
    """Position of the first item that holds in each combination of `cells`; the number of items where none does."""
    decision = np.full(np.broadcast_shapes(*(axis.shape for axis in cells)), len(program.items), dtype=np.intp)
    for number in range(len(program.items) - 1, -1, -1):
        decision = np.where(program.items[number].expression.holds(cells), number, decision)
    return decision


def outcome_over(truth: npt.NDArray[np.bool_]) -> Outcome:
    """Met if true everywhere, not met if true nowhere, else undetermined."""
    if truth.all():
        return Outcome.MET
    return Outcome.UNDETERMINED if truth.any() else Outcome.NOT_MET
