"""Rules as one decision table: each row becomes one number, and the answer of every rule is looked up.

A row that states an input, leaves it unknown, or says what it is at least, lies in one cell of a grid: on each axis the
stretch between two neighbouring cuts, 'unknown', or 'from a stretch on'. The answers of all cells are worked out once
by the evaluator's own `decisions`, an open cell being the union of the cells along its axis. A batch is then a few
comparisons per input and one lookup (`gateline.rules.lookup`). Inputs that the batch does not have are unknown in every
row and take no axis, so that the table is as large as the data needs and no larger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.quantities import QUANTITIES
from gateline.rules.columns import RATIOS, TOTALS, Column, Columns
from gateline.rules.evaluate import NO_ITEM, OPEN_ITEM, decisions, float_border
from gateline.rules.model import Outcome
from gateline.rules.program import Axis, Cut, Grid, Program

MAXIMUM_STATES = 2**20
"""A larger table would not fit the cache, and takes longer to work out than it saves."""

Decisions = npt.NDArray[np.intp]
End = Callable[..., Decisions]


@dataclass(frozen=True, slots=True)
class Present:
    """The inputs that a batch has; those of which rows may know the lower end only, and those alike in every row."""

    names: frozenset[str]
    open: frozenset[str]
    constant: frozenset[str]


@dataclass(frozen=True)
class SharedAxis:
    """An input of several rules, cut wherever one of them cuts it.

    Its states are, in this order: the cells between the cuts; for a ratio, 'has no value'; 'unknown'; where the input
    can be open, 'from the second cell on', 'from the third' and so on; and for a ratio 'unknown, and perhaps without a
    value', which stands for a denominator that is unknown and can be zero. `borders` is where the cuts lie on float64.
    """

    name: str
    list_id: str
    cuts: tuple[Cut, ...]
    members: frozenset[str] | None
    can_be_undefined: bool
    can_be_open: bool
    borders: tuple[float, ...]

    @cached_property
    def states(self) -> int:
        """How many states there are."""
        return self.unknown + 1 + self.can_be_open * len(self.cuts) + self.can_be_undefined

    @cached_property
    def unknown(self) -> int:
        """The state 'unknown', which is 'from the first cell on'."""
        return len(self.cuts) + 1 + self.can_be_undefined


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """The answers of several rules for every combination of states.

    Attributes
    ----------
    programs : tuple of Program
    axes : tuple of SharedAxis
        The inputs that the batch has; all others are unknown. Those alike in every row come first, so that a batch uses
        one stretch of the table; then those with few states, so that the sum over the axes stays small for long.
    outcomes : int8 array, shape (rules, product of the numbers of states)
    items : int16 array, of the same shape
    """

    programs: tuple[Program, ...]
    axes: tuple[SharedAxis, ...]
    outcomes: npt.NDArray[np.int8]
    items: npt.NDArray[np.int16]

    @property
    def states(self) -> int:
        """How many combinations of states there are."""
        return int(self.outcomes.shape[1])


def present(columns: Columns) -> Present:
    """The inputs that a batch has, with the ratios and sums that follow from them."""
    ranged = {name for name, column in columns.items() if isinstance(column, Column) and column.ranged}
    names = set(columns)
    for name in RATIOS:
        parts = QUANTITIES[name].parts
        if any(part in columns for part in parts):
            names.add(name)
            ranged |= {name} if parts[0] in ranged else set()
    for name, total_of in TOTALS.items():
        if any(part in columns for part in total_of):
            names.add(name)
            ranged |= {name} if len(total_of) > 1 or total_of[0] in ranged else set()
    constant = {name for name, column in columns.items() if isinstance(column, Column) and column.constant}
    return Present(frozenset(names), frozenset(ranged), frozenset(constant))


def compile_table(programs: Sequence[Program], inputs: Present) -> DecisionTable | None:
    """The table of `programs` for batches that have these inputs; None where it would be too large."""
    axes = _shared_axes(programs, inputs)
    if prod(axis.states for axis in axes) > MAXIMUM_STATES:
        return None
    outcomes, items = [], []
    for program in programs:
        least, most = (end.ravel() for end in _ends(program, axes))
        none = len(program.items)
        undecided = np.where(least == none, Outcome.NOT_MET, Outcome.UNDETERMINED)
        outcomes.append(np.where(most < none, Outcome.MET, undecided).astype(np.int8))
        items.append(np.where(least != most, OPEN_ITEM, np.where(least == none, NO_ITEM, least)).astype(np.int16))
    return DecisionTable(tuple(programs), axes, np.stack(outcomes), np.stack(items))


def compile_tables(programs: Sequence[Program], inputs: Present) -> list[tuple[list[int], DecisionTable | None]]:
    """Tables that together hold all programs, as few as fit, each with the positions of its programs.

    A program that fits no table stands alone, without one.
    """
    parts: list[list[int]] = []
    for number in range(len(programs)):
        for part in parts:
            axes = _shared_axes([programs[other] for other in (*part, number)], inputs)
            if prod(axis.states for axis in axes) <= MAXIMUM_STATES:
                part.append(number)
                break
        else:
            parts.append([number])
    return [(part, compile_table([programs[number] for number in part], inputs)) for part in parts]


def _shared_axes(programs: Sequence[Program], inputs: Present) -> tuple[SharedAxis, ...]:
    cuts: dict[tuple[str, str], set[Cut]] = {}
    kept: dict[tuple[str, str], Axis] = {}
    for axis in (axis for program in programs for axis in program.axes if axis.name in inputs.names):
        cuts.setdefault((axis.name, axis.list_id), set()).update(axis.cuts)
        kept[axis.name, axis.list_id] = axis
    ordered = {key: tuple(sorted(found)) for key, found in cuts.items()}
    axes = [
        SharedAxis(
            name=axis.name,
            list_id=axis.list_id,
            cuts=ordered[key],
            members=axis.members,
            can_be_undefined=axis.can_be_undefined,
            can_be_open=axis.name in inputs.open,
            borders=tuple(float_border(cut) for cut in ordered[key]),
        )
        for key, axis in kept.items()
    ]
    return tuple(sorted(axes, key=lambda axis: (axis.name not in inputs.constant, axis.states)))


def _ends(program: Program, axes: tuple[SharedAxis, ...]) -> tuple[Decisions, Decisions]:
    """The first and the last decision that are possible in each combination of states."""
    least, most = over_states(decisions(program, every_cell(program)), program, axes)
    states = tuple(axis.states for axis in axes)
    return np.broadcast_to(least, states), np.broadcast_to(most, states)


def every_cell(program: Program) -> Grid:
    """All cells of a program as an open mesh."""
    return np.ix_(*(np.arange(axis.size) for axis in program.axes))


def over_states(
    values: npt.NDArray[Any], program: Program, axes: tuple[SharedAxis, ...]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The least and the greatest of what holds in the cells that each combination of states stands for.

    Worked out over the program's own cells, and then read off for the shared states, of which there may be more.

    Parameters
    ----------
    values : array, one dimension per axis of the program
        A dimension of one entry says that the axis does not matter; so does one of the result.
    program : Program
    axes : tuple of SharedAxis
        The inputs that the batch has.
    """
    shared = {(axis.name, axis.list_id): number for number, axis in enumerate(axes)}
    values = values.reshape((1,) * (len(program.axes) - values.ndim) + values.shape)
    absent = tuple(n for n, axis in enumerate(program.axes) if (axis.name, axis.list_id) not in shared)
    own = [axis for axis in program.axes if (axis.name, axis.list_id) in shared]
    places = [shared[axis.name, axis.list_id] for axis in own]
    ends = []
    for end, result in ((np.min, values.min(axis=absent)), (np.max, values.max(axis=absent))):
        for number, (axis, place) in enumerate(zip(own, places, strict=True)):
            if result.shape[number] > 1:
                result = _in_states(result, end, axis, axes[place], number)
        ordered = result.transpose(np.argsort(places))
        sizes = dict(zip(sorted(places), ordered.shape, strict=True))
        ends.append(ordered.reshape(tuple(sizes.get(place, 1) for place in range(len(axes)))))
    return ends[0], ends[1]


def _in_states(decision: Decisions, end: End, axis: Axis, shared: SharedAxis, number: int) -> Decisions:
    """The decisions in the shared states along an axis: an open one is an end over the cells that it stands for."""
    last = len(axis.cuts)
    cells = [0, *np.cumsum([cut in axis.cuts for cut in shared.cuts]).tolist()]
    settled = np.take(decision, [*cells, *([last + 1] if axis.can_be_undefined else [])], axis=number)
    starts = cells if shared.can_be_open else [0]
    parts = [settled]
    for start in starts:
        parts.append(end(np.take(decision, range(start, last + 1), axis=number), axis=number, keepdims=True))
    if axis.can_be_undefined:
        parts.append(end(decision, axis=number, keepdims=True))
    return np.concatenate(parts, axis=number)
