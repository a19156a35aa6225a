"""What the picture of totals shows of a rule about totals: its groups past the line or nearest to it, with their stairs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from gateline.amounts import Amount
from gateline.jobs.ledger import ExaminedLedger
from gateline.numerals import clip, number
from gateline.quantities import QUANTITIES
from gateline.report.pictures.totals import Account, Period, Totals
from gateline.report.totals import by_gravity
from gateline.report.wording import OPERATOR, words
from gateline.rules.model import Outcome
from gateline.shipments.totals import GroupTotal, QuotaTotals, Stairs

SHOWN = 6
HUNDRED = Fraction(100)
NOTHING = Amount.exactly(0)
NAME_LENGTH = 60
COUNTRIES = ("destination", "end_user_country")


def quota(examined: ExaminedLedger, found: QuotaTotals) -> Totals:
    """The totals of one rule as a picture takes them.

    Parameters
    ----------
    examined : ExaminedLedger
    found : QuotaTotals
        One of its totals.
    """
    labels = list(dict.fromkeys(group.group for group in by_gravity(found.groups) if not of_nothing(group)))
    stairs = examined.stairs(found, labels[:SHOWN])
    scale = Fraction(1) if found.rule.total and QUANTITIES[found.rule.total.quantity].unit else HUNDRED
    periods = tuple(
        Period(stretch.start, stretch.end, stretch.line * scale, stretch.anew) for stretch in stairs.stretches
    )
    accounts = tuple(_accounts(found, labels, stairs, scale))
    rest = len(labels) - len(accounts)
    title, unit = ("cumulative performance", "TPP") if scale == 1 else ("share", "%")
    return Totals(
        title, unit, cap(found, examined.screened.as_of), periods, accounts, f"And {rest:,} more." if rest else ""
    )


def has_picture(found: QuotaTotals) -> bool:
    """Whether there is a total to draw: a share of nothing is none."""
    return any(not of_nothing(group) for group in found.groups)


def of_nothing(group: GroupTotal) -> bool:
    """Whether a total is told as a share, and there is nothing of which it is one."""
    return group.whole == NOTHING and group.share is not None and group.share.unknown


def cap(found: QuotaTotals, as_of: date) -> str:
    """The line with its citation and status: ``> 26.9 million TPP a year (15 CFR 740.29), codified not enforced``."""
    lines = list(dict.fromkeys(group.line for group in found.groups if group.line))
    each = " a year" if found.rule.total and found.rule.total.yearly else ""
    told = f"{OPERATOR[lines[0].operator]} {_amount_text(lines[0].threshold, found)}" if lines else ""
    line = "a line that rises" if len(lines) > 1 else f"{told}{each}"
    cites = [citation.cite for citation in found.version.citations if citation.role == "text"]
    status = words(found.version.status_on(as_of).value).replace(" not ", ", not ")
    return f"{line} ({cites[0]}), {status}" if cites else f"{line}, {status}"


def _amount_text(value: Fraction, found: QuotaTotals) -> str:
    if found.rule.total and not QUANTITIES[found.rule.total.quantity].unit:
        return f"{number(value * 100)} %"
    return f"{number(value / 10**6)} million TPP" if value >= 10**6 else f"{number(value)} TPP"


def _accounts(found: QuotaTotals, labels: list[tuple[str, ...]], stairs: Stairs, scale: Fraction) -> Iterator[Account]:
    for label, steps in zip(labels, stairs.steps, strict=False):
        own = [group for group in found.groups if group.group == label]
        passed = [group.passed.day for group in own if group.outcome is Outcome.MET and group.passed]
        exact = all(amount.known for _, amount in steps)
        yield Account(
            name=group_name(found, label),
            detail=_detail(own),
            steps=tuple((day, (amount.low or Fraction(0)) * scale) for day, amount in steps),
            passed=min(passed, default=None),
            open=max(group.outcome for group in own) is Outcome.UNDETERMINED,
            most=() if exact else tuple((day, _most(amount, scale)) for day, amount in steps),
        )


def _most(amount: Amount, scale: Fraction) -> Fraction | None:
    return None if amount.high is None else amount.high * scale


def group_name(found: QuotaTotals, label: tuple[str, ...]) -> str:
    """The words of a group, countries in capitals."""
    by = found.rule.total.sum.by if found.rule.total else ()
    told = (word.upper() if name in COUNTRIES else word for name, word in zip(by, label, strict=True))
    return ", ".join(clip(word, NAME_LENGTH) for word in told)


def _detail(own: list[GroupTotal]) -> str:
    rows = sum(group.rows for group in own)
    days = f"{min(group.first_day for group in own)} to {max(group.last_day for group in own)}"
    said = "undetermined, " if max(group.outcome for group in own) is Outcome.UNDETERMINED else ""
    return f"{said}{rows:,} row{'' if rows == 1 else 's'}, {days}"
