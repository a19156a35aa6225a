"""Where in a ledger lines are passed, in which phase and on which day, and what a day of training is worth."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import groupby

from gateline.accounts import Passage
from gateline.rules.model import Outcome
from gateline.training.account import Account
from gateline.training.counting import Counted

Outcomes = Callable[[Account], Mapping[str, Outcome]]
"""What each rule says of a ledger."""


def passages(counted: Account, outcomes: Outcomes) -> list[Passage]:
    """Where each rule comes out graver than it did before.

    Parameters
    ----------
    counted : Account
        Its phases are taken where they stand, those with days among each other by their days. A phase with days is
        taken to go on evenly; phases may overlap.
    outcomes : callable
        What the rules of interest say of an account.

    Returns
    -------
    list of Passage
        In the order in which they happen.
    """
    found: list[Passage] = []
    before: Mapping[str, Outcome] = {}
    done: tuple[Counted, ...] = ()
    for dated, group in groupby(counted.phases, key=_has_days):
        for step in [tuple(group)] if dated else ((phase,) for phase in group):
            after = outcomes(replace(counted, phases=(*done, *step)))
            passed = [rule for rule, outcome in after.items() if outcome > before.get(rule, Outcome.NOT_MET)]
            found += sorted(
                (_passage(rule, after[rule], counted, done, step, outcomes) for rule in passed),
                key=lambda passage: passage.day or date.min,
            )
            before, done = after, (*done, *step)
    return found


def _has_days(phase: Counted) -> bool:
    return None not in (phase.phase.dates.low, phase.phase.dates.high)


def _passage(
    rule: str,
    outcome: Outcome,
    counted: Account,
    done: tuple[Counted, ...],
    step: tuple[Counted, ...],
    outcomes: Outcomes,
) -> Passage:
    if not _has_days(step[0]):
        return Passage(rule, outcome, step[0].label, step[0].phase.status, None)
    first, last = min(_days(phase)[0] for phase in step), max(_days(phase)[1] for phase in step)

    def reached(day: int) -> bool:
        so_far = replace(counted, phases=(*done, *_until(step, day)))
        return outcomes(so_far)[rule] >= outcome

    day = bisect_left(range(first, last), True, key=reached) + first
    running = _running(step, day) or [max(step, key=lambda phase: _days(phase)[1])]
    label = " and ".join(dict.fromkeys(phase.label for phase in running))
    return Passage(rule, outcome, label, running[0].phase.status, date.fromordinal(day))


def _days(phase: Counted) -> tuple[int, int]:
    """The first and the last day of a phase that has days."""
    return int(phase.phase.dates.low or 0), int(phase.phase.dates.high or 0)


def _until(phases: Sequence[Counted], day: int) -> Iterable[Counted]:
    """What is done of phases at the end of a day."""
    for phase in phases:
        first, last = _days(phase)
        if day >= first:
            yield phase.scaled(Fraction(min(day, last) - first + 1, last - first + 1))


def _running(phases: Sequence[Counted], day: int) -> list[Counted]:
    return [phase for phase in phases if _days(phase)[0] <= day <= _days(phase)[1]]


def daily_rate(phases: Sequence[Counted], as_of: date) -> Iterable[tuple[str, Fraction]]:
    """What a day is worth [FLOP] in the phases that run on a date; else in the last that ran, or the first to come."""
    dated = sorted(filter(_has_days, phases), key=_days)
    if not dated:
        return
    today = as_of.toordinal()
    started = [phase for phase in dated if _days(phase)[0] <= today]
    day = min(today, max(_days(phase)[1] for phase in started)) if started else _days(dated[0])[0]
    running = _running(dated, day)
    rate = sum((phase.best / (_days(phase)[1] - _days(phase)[0] + 1) for phase in running), Fraction(0))
    yield f"days at the rate of {' and '.join(dict.fromkeys(phase.label for phase in running))}", rate
