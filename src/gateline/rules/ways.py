"""Which ways out of a rule are open in each row, and who would have to give what they ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import compress
from math import prod

import numpy as np
import numpy.typing as npt

from gateline.rules.columns import Columns
from gateline.rules.evaluate import find_patterns, touched
from gateline.rules.model import Clause, asks_about
from gateline.rules.program import Expression, Grid, Program
from gateline.rules.table import SharedAxis, every_cell, over_states

Truth = npt.NDArray[np.bool_]
Ends = Callable[[Expression], tuple[Truth, Truth]]
"""Where an expression holds whatever the open inputs are, and where it holds for some of them."""


def ways_out(program: Program, columns: Columns, rows: int) -> npt.NDArray[np.object_]:
    """For each row the exclusion that takes it out, else those that still could and what they wait for.

    Parameters
    ----------
    program : Program
    columns : mapping of canonical name to Column or Names, each of shape (rows,)
    rows : int

    Returns
    -------
    object array of str, shape (rows,)
        Empty where the rule does not concern the row whatever the exclusions say.
    """
    patterns, place = find_patterns(program, columns, rows)
    texts = np.array([_ways(program, touched(tuple(pattern))) for pattern in patterns.T.tolist()], dtype=object)
    return texts[place]


def _ways(program: Program, cells: Grid) -> str:
    def ends(expression: Expression) -> tuple[Truth, Truth]:
        truth = expression.holds(cells)
        return np.asarray(truth.all()), np.asarray(truth.any())

    return _text(program, [bool(fact) for fact in _facts(program, ends)])


def compile_ways(program: Program, axes: tuple[SharedAxis, ...]) -> tuple[npt.NDArray[np.intp], list[str]]:
    """What `ways_out` says of a row in each combination of states of a decision table with these axes.

    Returns
    -------
    (array of int, shape (product of the numbers of states,), list of str)
        Which text each combination has, and the different texts.
    """
    cells = every_cell(program)

    def ends(expression: Expression) -> tuple[Truth, Truth]:
        return over_states(expression.holds(cells), program, axes)

    facts = list(_facts(program, ends))
    shape = tuple(axis.states for axis in axes)
    packed = np.zeros((prod(shape), -(-len(facts) // 8)), dtype=np.uint8)
    for number, fact in enumerate(facts):
        packed[:, number // 8] |= np.broadcast_to(fact.view(np.uint8) << np.uint8(number % 8), shape).ravel()
    rows = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, place = np.unique(rows, return_index=True, return_inverse=True)
    different = np.unpackbits(packed[first], axis=1, bitorder="little").astype(bool)
    return place, [_text(program, row) for row in different.tolist()]


def _facts(program: Program, ends: Ends) -> Iterator[Truth]:
    """What a text depends on: whether the rule concerns the row; per exclusion whether it takes the row out, whether it
    could, and which of its conditions are open. What would not be told is false, so that fewer texts differ."""
    nowhere = np.asarray(False)
    concerned = reduce(np.logical_or, (ends(item.together)[1] for item in program.items), nowhere)
    yield concerned
    takes = [ends(way.expression) for way in program.exclusions]
    taken = reduce(np.logical_or, (sure for sure, _ in takes), nowhere)
    for way, (sure, perhaps) in zip(program.exclusions, takes, strict=True):
        is_open = np.asarray(perhaps & ~taken & concerned)
        yield np.asarray(sure & concerned)
        yield is_open
        for condition in way.conditions:
            holds, can_hold = ends(condition)
            yield np.asarray(can_hold & ~holds & is_open)


def _text(program: Program, facts: list[bool]) -> str:
    concerned, *rest = facts
    if not concerned:
        return ""
    taken, open_ways, start = [], [], 0
    for way in program.exclusions:
        waits = start + 2
        end = waits + len(way.conditions)
        if rest[start]:
            taken.append(way.clause.id)
        if rest[start + 1]:
            open_ways.append(_way(way.clause, tuple(rest[waits:end])))
        start = end
    return f"overcome by {', '.join(taken)}" if taken else "; or ".join(open_ways) or "no way is open"


def _way(way: Clause, waits: tuple[bool, ...]) -> str:
    """Who has to give what, and which inputs are still open."""
    open_inputs = dict.fromkeys(asks_about(test) for test in compress(way.conditions, waits))
    giver = f"{way.by}: " if way.by else ""
    return f"{giver}{way.says} [open: {', '.join(open_inputs)}]"
