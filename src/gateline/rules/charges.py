"""What is charged under the items of a rule: a share of the declared value."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gateline.amounts import Amount
from gateline.rules.columns import Column, Columns
from gateline.rules.explain import Explanation
from gateline.rules.model import Outcome, Version

VALUE = "declared_value"


@dataclass(frozen=True, slots=True)
class Charge:
    """A share of the declared value, and the amount [USD]; both are ranges where the item is open."""

    rate: Amount
    amount: Amount


def charge(version: Version, explanation: Explanation, columns: Columns) -> Charge | None:
    """What is charged under the item that decides, or under those that could; None of a rule that charges nothing.

    Parameters
    ----------
    version : Version
    explanation : Explanation
        What stands behind the verdict of this version.
    columns : Columns
        The inputs of one subject, the declared value among them [USD].
    """
    if explanation.outcome is Outcome.NOT_MET or all(item.rate is None for item in version.items):
        return None
    rates = [
        report.clause.rate or Fraction(0)
        for report in explanation.items
        if (report.clause.id == explanation.item if explanation.settled else report.outcome is not Outcome.NOT_MET)
    ]
    if explanation.outcome is Outcome.UNDETERMINED:
        rates.append(Fraction(0))
    rate = Amount(min(rates), max(rates))
    value = columns.get(VALUE)
    low, high = (value.low[0], value.high[0]) if isinstance(value, Column) else (None, None)
    return Charge(rate, Amount(_of(low, rate.low) or Fraction(0), _of(high, rate.high)))


def _of(value: object, rate: Fraction | None) -> Fraction | None:
    """That share of a value; no share of it is nothing, whatever the value."""
    if rate == 0:
        return Fraction(0)
    return value * rate if isinstance(value, Fraction) and rate is not None else None
