"""Which ways out of a rule are open in each row, and who would have to give what they ask for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gateline.rules.columns import Columns
from gateline.rules.evaluate import find_patterns, outcome_over, touched
from gateline.rules.model import Outcome, asks_about
from gateline.rules.program import CompiledClause, Grid, Program


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
    if not any(item.together.holds(cells).any() for item in program.items):
        return ""
    taken = [way.clause.id for way in program.exclusions if way.expression.holds(cells).all()]
    if taken:
        return f"overcome by {', '.join(taken)}"
    open_ways = [way for way in program.exclusions if way.expression.holds(cells).any()]
    return "; or ".join(_way(way, cells) for way in open_ways) or "no way is open"


def _way(way: CompiledClause, cells: Grid) -> str:
    """Who has to give what, and which inputs are still open."""
    open_inputs = dict.fromkeys(
        asks_about(test)
        for test, expression in zip(way.clause.conditions, way.conditions, strict=True)
        if outcome_over(expression.holds(cells)) is Outcome.UNDETERMINED
    )
    giver = f"{way.clause.by}: " if way.clause.by else ""
    return f"{giver}{way.clause.says} [open: {', '.join(open_inputs)}]"
