"""Totals of a shipment ledger: tables for the terminal, and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateline.amounts import Amount
from gateline.numerals import clip, exact_text, is_decimal, is_exact_as_float, number
from gateline.quantities import QUANTITIES
from gateline.report.wording import OPERATOR, SIGN, WORD, percent
from gateline.rules.model import Outcome, QuantityTest
from gateline.shipments.totals import GroupTotal, Passing, QuotaTotals

Json = dict[str, Any]
SHOWN_GROUPS = 10
NAME_LENGTH = 40
SHORT_DIGITS = 6
NOTHING = Amount.exactly(0)
STYLE = {Outcome.MET: "bold red", Outcome.UNDETERMINED: "bold yellow", Outcome.NOT_MET: "green"}


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
    """Groups past their line first, then those nearest to it."""
    return sorted(groups, key=lambda group: (-group.outcome, -_used(group), group.group, group.year or 0))


def _used(group: GroupTotal) -> Fraction:
    """How much of the line is used, at least."""
    if group.line is None:
        return Fraction(0)
    reached = group.total.low if group.share is None else group.share.low
    return (reached or Fraction(0)) / group.line.threshold


def _group(group: GroupTotal, by: Sequence[str], reference: Fraction) -> Json:
    return {
        "group": dict(zip(by, group.group, strict=True)),
        "year": group.year,
        "rows": group.rows,
        "first_day": group.first_day.isoformat(),
        "last_day": group.last_day.isoformat(),
        "total": _amount(group.total, "TPP"),
        "h100_equivalents": _amount(_per(group.total, reference), ""),
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


def _per(amount: Amount, reference: Fraction) -> Amount:
    return Amount(*(None if end is None else end / reference for end in (amount.low, amount.high)))


def totals_tables(totals: Sequence[QuotaTotals], as_of: date, reference: Fraction) -> RenderableType:
    """The rules about totals under which something counts: the groups past their line or nearest to it, and in a line the rest."""
    parts: list[RenderableType] = []
    for found in totals:
        if found.groups or found.unplaced_rows:
            parts += [_heading(found, as_of), *([_table(found, reference)] if found.groups else [])]
            parts += [Text(line, style="yellow") for line in _warnings(found)]
    if idle := [found.rule.id for found in totals if not found.groups and not found.unplaced_rows]:
        parts.append(Text(f"Nothing in the ledger counts under {', '.join(idle)}."))
    notes = dict.fromkeys(
        note for found in totals if found.groups or found.unplaced_rows for note in found.version.notes
    )
    parts += [Text(f"- {note}", style="dim") for note in notes]
    return Group(*parts)


def _heading(found: QuotaTotals, as_of: date) -> Text:
    status = found.version.status_on(as_of).value.replace("_", " ")
    return Text.assemble(
        (f"{SIGN[found.outcome]} {_word(found.outcome)}", STYLE[found.outcome]),
        (f"  {found.rule.id}", "bold"),
        f"  {found.rule.title} ({status})",
    )


def _word(outcome: Outcome) -> str:
    return "not passed in this ledger" if outcome is Outcome.NOT_MET else WORD[outcome]


def _table(found: QuotaTotals, reference: Fraction) -> Table:
    total = found.rule.total
    assert total is not None
    table = Table(box=None, padding=(0, 2, 0, 0))
    words_of = (*total.sum.by, *(("year",) if total.yearly else ()))
    figures = ("total [TPP]", "in H100s", *(("share",) if total.share else ()), "line", "left [TPP]")
    for heading in (*words_of, *figures, "first past the line"):
        table.add_column(heading, justify="right" if heading in figures else "left", overflow="fold")
    for group in by_gravity(found.groups)[:SHOWN_GROUPS]:
        table.add_row(*map(Text, _cells(group, reference)), style=STYLE[group.outcome])
    return table


def _cells(group: GroupTotal, reference: Fraction) -> Iterator[str]:
    yield from (clip(word, NAME_LENGTH) for word in group.group)
    if group.year is not None:
        yield str(group.year)
    yield _span(group.total, _whole)
    yield _span(_per(group.total, reference), _short)
    if group.share is not None:
        yield "of nothing" if group.whole == NOTHING and group.share.unknown else _span(group.share, _percent)
    yield _line_text(group.line) if group.line else ""
    yield _span(group.left, _whole)
    yield _passing_text(group.passed) if group.passed else ""


def _line_text(line: QuantityTest) -> str:
    write = _whole if QUANTITIES[line.quantity].unit else _percent
    return f"{OPERATOR[line.operator]} {write(line.threshold)}"


def _passing_text(passed: Passing) -> str:
    rows = f"row {passed.first_row}" if passed.rows == 1 else f"{passed.rows:,} rows, the first {passed.first_row}"
    return f"{passed.day} ({rows})"


def _span(amount: Amount, write: Callable[[Fraction], str]) -> str:
    """An amount in words; one whose upper end nobody knows is at least its lower end."""
    low, high = amount.low, amount.high
    if low is not None and high is not None:
        return write(low) if low == high else f"{write(low)} to {write(high)}"
    return f"at least {write(low)}" if low is not None else f"at most {write(high)}" if high is not None else "unknown"


def _whole(value: Fraction) -> str:
    """Performance in full, whatever its size: what lies next to a line must be told from it."""
    return f"{int(value):,}" if value.denominator == 1 else f"{float(value):,.2f}"


def _short(value: Fraction) -> str:
    return number(value, SHORT_DIGITS)


def _percent(share: Fraction) -> str:
    return percent(share, SHORT_DIGITS)


def _warnings(found: QuotaTotals) -> Iterator[str]:
    """What the table leaves out, and why a total is open."""
    if (rest := len(found.groups) - SHOWN_GROUPS) > 0:
        yield f"{rest:,} more, none of them nearer to the line; all are in the JSON."
    if found.absent:
        yield f"No column {', '.join(found.absent)}: what it would say is unknown in every row."
    if found.unplaced_rows:
        total = found.rule.total
        by = " and ".join(total.sum.by) if total else ""
        performance = _span(found.unplaced, _whole)
        yield f"Rows of unknown {by}: {found.unplaced_rows:,}, {performance} TPP. Each total may have them on top."
