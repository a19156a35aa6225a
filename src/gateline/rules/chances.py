"""How likely a rule and its conditions hold, where inputs are distributions: the share of draws in which they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gateline.rules.columns import Columns
from gateline.rules.evaluate import evaluate, locate
from gateline.rules.model import Condition, Outcome, QuantityTest
from gateline.rules.program import Program


@dataclass(frozen=True, slots=True)
class Chance:
    """A probability: from what is sure to what is possible, where inputs also have ranges or are unknown."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Chances:
    """The probability that a rule is met, and that each of its conditions on a quantity holds."""

    met: Chance
    conditions: Mapping[Condition, Chance]


def chances(program: Program, columns: Columns, rows: int) -> Chances:
    """The shares of equally likely rows in which the rule and its conditions hold.

    Parameters
    ----------
    program : Program
    columns : mapping of canonical name to Column or Names, each of shape (rows,)
        With the ratios that follow from them. Both ends of a row are one draw of the inputs.
    rows : int
    """
    outcome = evaluate(program, columns, rows).outcome
    first, last = (tuple(cells) for cells in locate(program.axes, columns, rows))
    found: dict[Condition, Chance] = {}
    for item in program.items:
        for test, expression in zip(item.clause.conditions, item.conditions, strict=True):
            if isinstance(test, QuantityTest):
                ends = expression.holds(first), expression.holds(last)
                found[test] = Chance(_share(ends[0] & ends[1]), _share(ends[0] | ends[1]))
    return Chances(Chance(_share(outcome == Outcome.MET), _share(outcome != Outcome.NOT_MET)), found)


def _share(truth: npt.NDArray[np.bool_]) -> float:
    return float(np.mean(truth))
