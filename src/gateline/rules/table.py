"""Rules as one decision table: each row becomes one number, and the answer of every rule is looked up.

A row that states each input or leaves it unknown lies in one cell of a grid: on each axis the stretch between two
neighbouring cuts, or 'unknown'. The answers of all cells are worked out once by the evaluator's own `decisions`, an
unknown cell being the union of the cells along its axis. A batch is then a few comparisons per input, in blocks that
fit the cache, and one lookup. Inputs that the batch does not have are unknown in every row and take no axis, so that
the table is as large as the data needs and no larger. Ranges are left to the evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.metrics.arrays import UNDEFINED, Array, is_unknown
from gateline.quantities import QUANTITIES
from gateline.rules.columns import RATIOS, TOTALS, Column, Columns, Names, fully_unknown, membership, per, with_ratios
from gateline.rules.evaluate import NO_ITEM, OPEN_ITEM, Evaluation, decisions, evaluate, float_border
from gateline.rules.model import Outcome
from gateline.rules.program import Axis, Cut, Program

MAXIMUM_STATES = 2**20
"""A larger table would not fit the cache, and takes longer to work out than it saves."""
BLOCK_ROWS = 2**18
"""Rows per block: the block's inputs and states stay in the cache of a core, and threads have enough to do."""

States = npt.NDArray[np.unsignedinteger[Any]]
Decisions = npt.NDArray[np.intp]
Truth = npt.NDArray[np.bool_]
PERHAPS_UNDEFINED = -np.inf
"""Marks a ratio whose denominator is unknown and can be zero, so that it is unknown or has no value."""


@dataclass(frozen=True, slots=True)
class SharedAxis:
    """An input of several rules, cut wherever one of them cuts it.

    Its states are the cells between the cuts; for a ratio, 'has no value'; 'unknown'; and for a ratio 'unknown, and
    perhaps without a value', which stands for a denominator that is unknown and can be zero.
    """

    name: str
    list_id: str
    cuts: tuple[Cut, ...]
    members: frozenset[str] | None
    can_be_undefined: bool

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self.cuts) + 2 + 2 * self.can_be_undefined

    @property
    def unknown(self) -> int:
        """The state 'unknown'."""
        return len(self.cuts) + 1 + self.can_be_undefined


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """The answers of several rules for every combination of states.

    Attributes
    ----------
    programs : tuple of Program
    axes : tuple of SharedAxis
        The inputs that the batch has; all others are unknown.
    answer : array of unsigned integers, shape (product of the numbers of states,)
        Which line of `answers` a combination has.
    outcomes : int8 array, shape (lines, rules)
    items : int16 array, shape (lines, rules)
    """

    programs: tuple[Program, ...]
    axes: tuple[SharedAxis, ...]
    answer: States
    outcomes: npt.NDArray[np.int8]
    items: npt.NDArray[np.int16]


def compile_table(programs: Sequence[Program], present: frozenset[str]) -> DecisionTable | None:
    """The table of `programs` for batches that have the inputs `present`; None where it would be too large."""
    axes = _shared_axes(programs, present)
    if prod(axis.states for axis in axes) > MAXIMUM_STATES:
        return None
    ends = [_ends(program, axes) for program in programs]
    lines = np.stack([part.ravel() for least, most in ends for part in (least, most)], axis=1)
    distinct, answer = np.unique(lines, axis=0, return_inverse=True)
    least, most = distinct[:, 0::2], distinct[:, 1::2]
    none = np.array([len(program.items) for program in programs])
    outcomes = np.where(most < none, Outcome.MET, np.where(least == none, Outcome.NOT_MET, Outcome.UNDETERMINED))
    items = np.where(least != most, OPEN_ITEM, np.where(least == none, NO_ITEM, least))
    width = np.uint8 if len(distinct) <= 2**8 else np.uint16 if len(distinct) <= 2**16 else np.uint32
    return DecisionTable(
        tuple(programs), axes, answer.ravel().astype(width), outcomes.astype(np.int8), items.astype(np.int16)
    )


def _shared_axes(programs: Sequence[Program], present: frozenset[str]) -> tuple[SharedAxis, ...]:
    cuts: dict[tuple[str, str], set[Cut]] = {}
    kept: dict[tuple[str, str], Axis] = {}
    for axis in (axis for program in programs for axis in program.axes if axis.name in present):
        cuts.setdefault((axis.name, axis.list_id), set()).update(axis.cuts)
        kept[axis.name, axis.list_id] = axis
    return tuple(
        SharedAxis(name, list_id, tuple(sorted(cuts[name, list_id])), axis.members, axis.can_be_undefined)
        for (name, list_id), axis in kept.items()
    )


def _ends(program: Program, axes: tuple[SharedAxis, ...]) -> tuple[Decisions, Decisions]:
    """The first and the last decision that are possible in each combination of states.

    Worked out over the program's own cells, and then read off for the shared states, of which there may be more.
    """
    shared = {(axis.name, axis.list_id): number for number, axis in enumerate(axes)}
    decided = decisions(program, np.ix_(*(np.arange(axis.size) for axis in program.axes)))
    decided = np.broadcast_to(decided, tuple(axis.size for axis in program.axes))
    absent = tuple(n for n, axis in enumerate(program.axes) if (axis.name, axis.list_id) not in shared)
    own = [axis for axis in program.axes if (axis.name, axis.list_id) in shared]
    ends = []
    for end, decision in ((np.min, decided.min(axis=absent)), (np.max, decided.max(axis=absent))):
        for number, axis in enumerate(own):
            decision = _with_unknown(decision, end, axis, number)
        places = [shared[axis.name, axis.list_id] for axis in own]
        read = decision[np.ix_(*(_states(axis, axes[place]) for axis, place in zip(own, places, strict=True)))]
        ordered = read.transpose(np.argsort(places))
        apart = tuple(axes[place].states if place in places else 1 for place in range(len(axes)))
        ends.append(np.broadcast_to(ordered.reshape(apart), tuple(axis.states for axis in axes)))
    return ends[0], ends[1]


def _with_unknown(decision: Decisions, end: Callable[..., Decisions], axis: Axis, number: int) -> Decisions:
    """The decisions, with those of the unknown states along an axis: an end over the cells that they stand for."""
    cells = np.take(decision, range(len(axis.cuts) + 1), axis=number)
    parts = [decision, end(cells, axis=number, keepdims=True)]
    if axis.can_be_undefined:
        parts.append(end(decision, axis=number, keepdims=True))
    return np.concatenate(parts, axis=number)


def _states(axis: Axis, shared: SharedAxis) -> npt.NDArray[np.intp]:
    """The state of a program's axis for each state of the shared axis."""
    cells = [0, *np.cumsum([cut in axis.cuts for cut in shared.cuts]).tolist()]
    rest = range(len(axis.cuts) + 1, len(axis.cuts) + 2 + 2 * axis.can_be_undefined)
    return np.array([*cells, *rest], dtype=np.intp)


@dataclass(frozen=True, slots=True)
class Classified:
    """What every rule of a table says of each row.

    Attributes
    ----------
    line : array of unsigned integers, shape (rows,)
        Which line of `outcomes` and `items` the row has.
    outcomes : int8 array, shape (lines, rules)
    items : int16 array, shape (lines, rules)
    """

    line: States
    outcomes: npt.NDArray[np.int8]
    items: npt.NDArray[np.int16]

    def of(self, rule: int) -> Evaluation:
        """What the rule in that position says of each row."""
        return Evaluation(self.outcomes[:, rule][self.line], self.items[:, rule][self.line])


def classify(table: DecisionTable, columns: Columns, rows: int, threads: int = 1) -> Classified:
    """What the rules of a table say of each row; the same as the evaluator says of it.

    Parameters
    ----------
    table : DecisionTable
    columns : mapping of canonical name to Column or Names, each of shape (rows,)
        Float64, without ratios and sums, which follow from them; a name that is absent is unknown in every row.
    rows : int
    threads : int
        NumPy lets go of the interpreter in a block's comparisons, so that blocks run side by side.
    """
    numbers = {name: column for name, column in columns.items() if isinstance(column, Column)}
    listed = {axis: _listed(axis, columns) for axis in table.axes if axis.members is not None}
    line = np.empty(rows, dtype=table.answer.dtype)

    def work(start: int) -> npt.NDArray[np.intp]:
        block = slice(start, min(start + BLOCK_ROWS, rows))
        values, ranged = _points({name: _part(column, block) for name, column in numbers.items()})
        inputs = [listed[axis][block] if axis in listed else values[axis.name] for axis in table.axes]
        _look_up(table, inputs, line[block])
        return np.flatnonzero(ranged) + start

    starts = range(0, rows, BLOCK_ROWS)
    if threads > 1 and len(starts) > 1:
        with ThreadPoolExecutor(threads) as pool:
            ranged = list(pool.map(work, starts))
    else:
        ranged = list(map(work, starts))
    left = np.concatenate([np.empty(0, dtype=np.intp), *ranged])
    classified = Classified(line, table.outcomes, table.items)
    return classified if not len(left) else _with_ranges(table, classified, columns, left)


def present(columns: Columns) -> frozenset[str]:
    """The inputs that a batch has, with the ratios and sums that follow from them."""
    derived = {name for name in (*RATIOS, *TOTALS) if any(part in columns for part in QUANTITIES[name].parts)}
    return frozenset({*columns, *derived})


def _listed(axis: SharedAxis, columns: Columns) -> Array:
    names = columns[axis.name]
    assert isinstance(names, Names)
    return membership(names, axis.members or frozenset()).low


def _part(column: Column, block: slice) -> Column:
    low = column.low[block]
    return Column(low, low if column.high is column.low else column.high[block])


def _points(columns: dict[str, Column]) -> tuple[dict[str, Array], Truth]:
    """Each input of a block as points, NaN where unknown, and which rows hold a range, which is neither."""
    ranged = np.zeros(len(next(iter(columns.values())).low) if columns else 0, dtype=bool)
    values = {}
    for name, column in columns.items():
        values[name] = column.low
        if column.high is not column.low:
            point, unknown = column.low == column.high, fully_unknown(column)
            ranged |= ~(point | unknown)
            values[name] = np.where(point, column.low, np.nan)
    for name in RATIOS:
        above, below = (values.get(part) for part in QUANTITIES[name].parts)
        some = above if above is not None else below
        if some is not None:
            unknown = np.full_like(some, np.nan)
            below = unknown if below is None else below
            computed = per(name, unknown if above is None else above, below)
            if QUANTITIES[QUANTITIES[name].parts[1]].zero:
                computed = np.where(is_unknown(below), PERHAPS_UNDEFINED, computed)
            values[name] = _first(values.get(name), computed)
    for name, parts in TOTALS.items():
        known = [values[part] for part in parts if part in values]
        if known:
            total = np.sum(known, axis=0) if len(known) > 1 else known[0]
            partly = ~np.logical_and.reduce([is_unknown(part) for part in known])
            if len(known) == len(parts):
                partly &= is_unknown(total)
            ranged |= partly & (is_unknown(values[name]) if name in values else True)
            values[name] = _first(values.get(name), total)
    return values, ranged


def _first(stated: Array | None, computed: Array) -> Array:
    return computed if stated is None else np.where(is_unknown(stated), computed, stated)


def _look_up(table: DecisionTable, inputs: list[Array], line: States) -> None:
    """The lines of one block: a few comparisons per input, made in place, and one lookup."""
    code = np.zeros(len(line), dtype=np.intp)
    passed, state = np.empty(len(line), dtype=bool), np.empty(len(line), dtype=np.uint8)
    ones = passed.view(np.uint8)
    for axis, values in zip(table.axes, inputs, strict=True):
        np.not_equal(values, values, out=passed)
        np.multiply(ones, axis.unknown, out=state)
        for cut in axis.cuts:
            (np.greater if cut.above else np.greater_equal)(values, float_border(cut), out=passed)
            np.add(state, ones, out=state)
        if axis.can_be_undefined:
            np.equal(values, UNDEFINED, out=passed)
            np.add(state, ones, out=state)
            np.equal(values, PERHAPS_UNDEFINED, out=passed)
            np.multiply(ones, axis.unknown + 1, out=ones)
            np.add(state, ones, out=state)
        np.multiply(code, axis.states, out=code)
        np.add(code, state, out=code)
    np.take(table.answer, code, out=line, mode="clip")


def _with_ranges(
    table: DecisionTable, classified: Classified, columns: Columns, left: npt.NDArray[np.intp]
) -> Classified:
    """The answers with those of the rows that hold a range, which the evaluator gives."""
    part = {name: _rows(column, left) for name, column in columns.items()}
    verdicts = [evaluate(program, with_ratios(part), len(left)) for program in table.programs]
    answers = np.stack([end for verdict in verdicts for end in (verdict.outcome, verdict.item)], axis=1)
    distinct, place = np.unique(answers, axis=0, return_inverse=True)
    line = classified.line.astype(np.uint32)
    line[left] = len(classified.outcomes) + place.ravel()
    outcomes = np.concatenate([classified.outcomes, distinct[:, 0::2].astype(np.int8)])
    return Classified(line, outcomes, np.concatenate([classified.items, distinct[:, 1::2].astype(np.int16)]))


def _rows(column: Column | Names, rows: npt.NDArray[np.intp]) -> Column | Names:
    if isinstance(column, Names):
        return Names(column.values[rows])
    low = column.low[rows]
    return Column(low, low if column.high is column.low else column.high[rows])
