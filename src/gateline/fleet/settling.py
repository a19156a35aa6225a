"""What would settle undetermined rows: rows that leave the same open are asked about once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.errors import InputError
from gateline.fleet.columns import Columns, take_rows
from gateline.fleet.verdicts import Days, Gating, Verdicts
from gateline.gating import Request
from gateline.quantities import QUANTITIES
from gateline.rules.columns import Names, with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import locate
from gateline.rules.explain import missing_inputs
from gateline.rules.program import Program
from gateline.screening import settle_facts

Rows = npt.NDArray[np.intp]
Settling = dict[str, dict[int, tuple[str, ...]]]
"""By rule and row, as few inputs as settle the answer, whatever they turn out to be."""


def settling(
    verdicts: Verdicts, specs: Specs, request: Request, columns: Columns, days: Days, undetermined: dict[str, Rows]
) -> Settling:
    """What would settle the rows of a block that rules leave undetermined.

    Parameters
    ----------
    verdicts : Verdicts
    specs, request
        As the rows were screened.
    columns : dict of Column or Names
        The inputs of the block.
    days : int64 array or None
        The day of each row.
    undetermined : dict
        By rule, the rows that it leaves undetermined.
    """
    found: Settling = {rule: {} for rule in undetermined}
    for day, ordinals in verdicts.stretches(days):
        try:
            gating = verdicts.programs(day)
        except InputError:  # no rule had been issued: its rows are rejected
            continue
        for each in gating:
            rule = each[0].rule.id
            rows = undetermined.get(rule, np.zeros(0, dtype=np.intp))
            here = rows if days is None else rows[np.isin(days[rows], ordinals)]
            if len(here):
                found[rule].update(_settled_by(each, specs, replace(request, as_of=day), columns, here))
    return found


def _settled_by(
    gating: Gating, specs: Specs, request: Request, columns: Columns, rows: Rows
) -> Iterator[tuple[int, tuple[str, ...]]]:
    choice, program = gating
    taken = take_rows(columns, rows)
    facts, _ = settle_facts(specs, choice.rule, program, taken, request, len(rows))
    known = with_ratios({**taken, **facts})
    first, group = _alike(program, known, len(rows))
    answers = [missing_inputs(program, take_rows(known, np.array([row])))[1] for row in first.tolist()]
    for row, number in zip(rows.tolist(), group.tolist(), strict=True):
        yield row, answers[number]


def _alike(program: Program, known: Columns, rows: int) -> tuple[Rows, Rows]:
    """The first of the rows that touch the same cells and leave the same inputs open, and which of these each row is."""
    low, high = locate(program.axes, known, rows)
    parts = dict.fromkeys(part for axis in program.axes for part in QUANTITIES[axis.name].parts)
    left_open: list[npt.NDArray[Any]] = [_is_open(known, part, rows) for part in parts]
    keys = np.concatenate([low, high, np.array(left_open, dtype=np.intp).reshape(len(left_open), rows)])
    _, first, group = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    return first, group.reshape(-1)


def _is_open(known: Columns, name: str, rows: int) -> npt.NDArray[np.bool_]:
    column = known.get(name)
    if column is None:
        return np.ones(rows, dtype=bool)
    return column.unknown() if isinstance(column, Names) else np.asarray(column.low != column.high, dtype=bool)
