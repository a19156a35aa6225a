"""Totals of a shipment ledger as JSON, and how their amounts are told."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from gateline.amounts import Amount
from gateline.numerals import exact_text, is_decimal, is_exact_as_float
from gateline.quantities import QUANTITIES
from gateline.rules.model import QuantityTest
from gateline.shipments.totals import GroupTotal, Passing, QuotaTotals

Json = dict[str, Any]

ALONE = "Totals are those of this ledger alone: what others shipped and what went before is not in them."


def totals_object(found: QuotaTotals, as_of: date, reference: Fraction) -> Json:
    """The totals of one rule, as JSON types.

    Parameters
    ----------
    found : QuotaTotals
    as_of : date
        Day on which the rules apply.
    reference : Fraction
        Performance of the chip in whose equivalents totals are told [TPP].
    """
    rule, version = found.rule, found.version
    assert rule.total is not None
    return {
        "rule": rule.id,
        "title": rule.title,
        "version": version.id,
        "status": version.status_on(as_of).value,
        "enforced": version.enforced_on(as_of),
        "confidence": version.confidence,
        "quantity": rule.total.quantity,
        "by": list(rule.total.sum.by),
        "each": "calendar_year" if rule.total.yearly else None,
        "judged": "every_day" if rule.total.daily else "at_the_end",
        "outcome": found.outcome.word,
        "groups": [_group(group, rule.total.sum.by, reference) for group in by_gravity(found.groups)],
        "unplaced": {
            "rows": found.unplaced_rows,
            "performance": _amount(found.unplaced, "TPP"),
            "outcome": found.unplaced_outcome.word,
        },
        "absent": list(found.absent),
        "citations": [{"cite": citation.cite, "role": citation.role} for citation in version.citations],
        "notes": list(version.notes),
    }


def by_gravity(groups: Iterable[GroupTotal]) -> list[GroupTotal]:
    """Groups past their line first, then those nearest to it: by what is surely used of it, then by what perhaps is."""

    def place(group: GroupTotal) -> tuple[Any, ...]:
        least, most = _used(group)
        return -group.outcome, -least, -most, group.group, group.year or 0

    return sorted(groups, key=place)


def _used(group: GroupTotal) -> tuple[Fraction, Fraction | float]:
    """How much of the line is used, at least and at most."""
    if group.line is None:
        return Fraction(0), Fraction(0)
    reached = group.total if group.share is None else group.share
    most = math.inf if reached.high is None else reached.high / group.line.threshold
    return (reached.low or Fraction(0)) / group.line.threshold, most


def _group(group: GroupTotal, by: Sequence[str], reference: Fraction) -> Json:
    return {
        "group": dict(zip(by, group.group, strict=True)),
        "year": group.year,
        "rows": group.rows,
        "first_day": group.first_day.isoformat(),
        "last_day": group.last_day.isoformat(),
        "total": _amount(group.total, "TPP"),
        "h100_equivalents": _amount(per(group.total, reference), ""),
        "whole": _amount(group.whole, "TPP") if group.whole else None,
        "share": _amount(group.share, "") if group.share else None,
        "line": _line(group.line) if group.line else None,
        "left": _amount(group.left, "TPP"),
        "outcome": group.outcome.word,
        "at_end": group.at_end.word,
        "passed": _passed(group.passed) if group.passed else None,
    }


def _line(line: QuantityTest) -> Json:
    return {"op": line.operator, "threshold": float(line.threshold), "unit": QUANTITIES[line.quantity].unit}


def _passed(passed: Passing) -> Json:
    return {
        "day": passed.day.isoformat(),
        "item": passed.item,
        "rows": passed.rows,
        "first_row": passed.first_row,
        "total": _amount(passed.total, "TPP"),
        "share": _amount(passed.share, "") if passed.share else None,
    }


def _amount(amount: Amount, unit: str) -> Json:
    """A value or its ends as float64; `exact` where float64 does not hold a decimal value."""
    low, high = (None if end is None else float(end) for end in (amount.low, amount.high))
    found: Json = {"value": low if amount.known else None, "low": low, "high": high, "unit": unit}
    if amount.known and amount.low is not None and is_decimal(amount.low) and not is_exact_as_float(amount.low):
        found["exact"] = exact_text(amount.low)
    return found


def per(amount: Amount, reference: Fraction) -> Amount:
    """An amount divided by another that is known."""
    return Amount(*(None if end is None else end / reference for end in (amount.low, amount.high)))


def span(amount: Amount, write: Callable[[Fraction], str]) -> str:
    """An amount in words; one whose upper end nobody knows is at least its lower end."""
    low, high = amount.low, amount.high
    if low is not None and high is not None:
        return write(low) if low == high else f"{write(low)} to {write(high)}"
    return f"at least {write(low)}" if low is not None else f"at most {write(high)}" if high is not None else "unknown"


def in_full(value: Fraction) -> str:
    """Performance in full, whatever its size: what lies next to a line must be told from it."""
    return f"{int(value):,}" if value.denominator == 1 else f"{float(value):,.2f}"
