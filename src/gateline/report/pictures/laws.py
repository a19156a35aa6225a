"""The laws that draw a line through training compute, and where a model stands before each: what pictures need of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gateline.accounts import Line
from gateline.amounts import Amount
from gateline.inputs import Datum, Drawn, exact_array
from gateline.quantities import QUANTITIES
from gateline.report.pictures.notation import power
from gateline.report.wording import OPERATOR
from gateline.rules.columns import Column
from gateline.rules.evaluate import evaluate
from gateline.rules.model import Outcome, QuantityTest, Status
from gateline.rules.program import compile_version
from gateline.screening import Screening, Verdict
from gateline.training.profiles import load_profiles

ENDED = (Status.REVOKED, Status.VETOED, Status.SUPERSEDED)
OPERATIONS = "FLOP"


@dataclass(frozen=True, slots=True)
class Band:
    """Where the compute lies that a law counts, with its middle, and what the law would say if it lay there.

    `end` is None where nobody knows an upper end.
    """

    start: Fraction
    end: Fraction | None
    middle: Fraction | None
    outcome: Outcome

    @property
    def is_point(self) -> bool:
        """Whether no uncertainty is given."""
        return self.start == self.end


@dataclass(frozen=True, slots=True)
class Law:
    """A rule with a line on a count of operations.

    Attributes
    ----------
    verdict : Verdict
    test : QuantityTest
        Its line.
    profile : str
        Id of what it counts.
    clear : Band
        What it clearly counts.
    wide : Band or None
        With what its text leaves open, where that is more.
    level : Fraction or None
        The share of a distribution that the bands hold, where there is one.
    """

    verdict: Verdict
    test: QuantityTest
    profile: str
    clear: Band
    wide: Band | None
    level: Fraction | None

    @property
    def name(self) -> str:
        """Its title up to the first comma."""
        return self.verdict.rule.title.split(",")[0]

    @property
    def line(self) -> str:
        """Its operator and its line."""
        return f"{OPERATOR[self.test.operator]} {power(self.test.threshold)}"


def laws(screening: Screening) -> list[Law]:
    """The rules that are or will be law and have a line on compute that is known, the lowest line first."""
    profiles = {profile.quantity: profile.id for profile in load_profiles(screening.specs.folder)}
    found = []
    for verdict in screening.verdicts:
        test = next(_lines(verdict, screening), None) if verdict.status not in ENDED else None
        if test is not None:
            found.append(_law(screening, verdict, test, profiles.get(test.quantity, "")))
    return sorted(found, key=lambda law: (law.test.threshold, not law.verdict.gating, law.verdict.rule.id))


def _lines(verdict: Verdict, screening: Screening) -> Iterator[QuantityTest]:
    """The lines of a rule on operations of which there is a figure."""
    for item in verdict.version.items:
        for test in item.conditions:
            if isinstance(test, QuantityTest) and QUANTITIES[test.quantity].unit == OPERATIONS:
                datum = screening.inputs.get(test.quantity)
                if datum is not None and isinstance(datum.value, Amount) and not datum.value.unknown:
                    yield test


def _law(screening: Screening, verdict: Verdict, test: QuantityTest, profile: str) -> Law:
    datum = screening.inputs[test.quantity]
    value = datum.value if isinstance(datum.value, Amount) else Amount()
    lines = screening.account.lines if screening.account is not None else ()
    spans = _drawn(datum.drawn) if datum.drawn is not None else _summed(value, datum, lines, profile)
    bands = [_band(screening, verdict, test.quantity, *span) for span in spans]
    return Law(
        verdict,
        test,
        profile,
        bands[0],
        bands[1] if len(bands) > 1 else None,
        datum.drawn.level if datum.drawn else None,
    )


Span = tuple[Fraction, Fraction | None, Fraction | None]
"""Start, end and middle."""


def _drawn(drawn: Drawn) -> list[Span]:
    """The share of the draws that the band holds, without and with what is open."""
    tail = float(1 - drawn.level) / 2
    spans = [
        (Fraction(float(np.quantile(values, tail))), _finite(np.quantile(values, 1 - tail)), _finite(np.median(values)))
        for values in (drawn.low, drawn.high)
    ]
    return spans[:1] if np.array_equal(drawn.low, drawn.high) else spans


def _finite(value: float) -> Fraction | None:
    return Fraction(float(value)) if np.isfinite(value) else None


def _summed(value: Amount, datum: Datum, lines: tuple[Line, ...], profile: str) -> list[Span]:
    """The sums over the phases that count, without and with those that the text leaves open; the ends are the amount's."""
    start = value.low or Fraction(0)
    counted = [line for line in lines if line.counts.get(profile) == "yes"]
    open_ = [line for line in lines if line.counts.get(profile) == "open"]
    if not open_ or not counted:
        return [(start, value.high, datum.best)]
    middle = _sum(line.best for line in counted)
    clear_end = _least(_sum(line.amount.high for line in counted), value.high)
    wide_start = max(start, _sum(line.amount.low or Fraction(0) for line in (*counted, *open_)) or start)
    wide_start = wide_start if value.high is None else min(wide_start, value.high)
    wide_middle = _sum(line.best for line in (*counted, *open_))
    return [(start, clear_end, middle), (wide_start, value.high, wide_middle)]


def _sum(values: Iterator[Fraction | None] | Iterator[Fraction]) -> Fraction | None:
    total = Fraction(0)
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _least(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)


def _band(
    screening: Screening, verdict: Verdict, name: str, start: Fraction, end: Fraction | None, middle: Fraction | None
) -> Band:
    """A span, and what the rule says anywhere in it."""
    request = screening.request
    program = compile_version(screening.specs, verdict.rule.id, verdict.version, request.as_of, request.readings)
    within = {**verdict.columns, name: Column(exact_array([start]), exact_array([end]))}
    outcome = Outcome(int(evaluate(program, within, 1).outcome[0]))
    inside = middle if middle is not None and start <= middle and (end is None or middle <= end) else None
    return Band(start, end, inside, outcome)
