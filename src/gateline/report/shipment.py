"""What reports say of a shipment beside its verdicts: whether a licence is required, and what is charged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from gateline.amounts import Amount
from gateline.numerals import number
from gateline.report.wording import WORD, percent
from gateline.rules.charges import Charge, charge
from gateline.rules.model import Outcome
from gateline.screening import Screening, Verdict
from gateline.shipments.licence import RED_FLAG, licence_outcomes

KIND = "shipment"


def each_with_shipment(screenings: Iterable[Screening]) -> Iterator[Screening]:
    """Every screening, and after it that of its shipment."""
    for screening in screenings:
        yield screening
        if screening.shipment is not None:
            yield screening.shipment


def licence(screening: Screening) -> tuple[Outcome, Outcome] | None:
    """Whether a licence is required on the books, and as BIS enforces it; None where the subject is no shipment.

    Requirements that bind somebody else, such as the recipients of a letter, are left out of both.
    """
    if screening.subject.kind != KIND:
        return None
    return licence_outcomes(
        ((verdict.rule, verdict.status, verdict.enforced, verdict.outcome) for verdict in screening.verdicts),
        screening.request.role,
    )


def licence_text(screening: Screening) -> str:
    """The same in words; empty where the subject is no shipment."""
    found = licence(screening)
    if found is None:
        return ""
    written, enforced = found
    return f"Licence by destination and headquarters: on the books {WORD[written]}, enforced {WORD[enforced]}"


def matters(verdict: Verdict, screening: Screening) -> bool:
    """Whether a verdict that does not gate is told in full: what in-force rules say of a shipment, unless not met.

    Red flags have a checklist of their own.
    """
    shown = screening.subject.kind == KIND and verdict.enforced
    return shown and verdict.outcome is not Outcome.NOT_MET and verdict.rule.effect != RED_FLAG


def charge_of(verdict: Verdict) -> Charge | None:
    """What is charged under a verdict, if anything can be."""
    return charge(verdict.version, verdict.explanation, verdict.columns)


def charge_text(found: Charge) -> str:
    """A charge in words: 25 % of the declared value, 7,500 USD."""
    rate = _span(found.rate, percent)
    amount = _span(found.amount, lambda value: number(value, 12))
    known = found.amount.high is not None
    return f"Charge: {rate} of the declared value" + (
        f", {amount} USD." if known else " (state it with --set declared_value=...)."
    )


def _span(amount: Amount, write: Callable[[Fraction], str]) -> str:
    ends = [end for end in (amount.low, amount.high) if isinstance(end, Fraction)]
    return " to ".join(dict.fromkeys(write(end) for end in ends))
