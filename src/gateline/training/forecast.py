"""Where in a ledger lines are passed, in which phase and on which day, and what a day of training is worth."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial

from gateline.accounts import Passage
from gateline.rules.model import Outcome
from gateline.training.account import Account
from gateline.training.counting import Counted

Outcomes = Callable[[Account], Mapping[str, Outcome]]
"""What each rule says of a ledger."""


def passages(counted: Account, outcomes: Outcomes) -> list[Passage]:
    """Where each rule comes out graver than it did before, phase by phase.

    Parameters
    ----------
    counted : Account
        Its phases are taken by their first days; those without days where they stand.
    outcomes : callable
        What the rules of interest say of an account.

    Returns
    -------
    list of Passage
        In the order in which they happen. A phase with days is taken to go on evenly, so that a day follows.
    """
    phases = _in_order(counted.phases)
    found: list[Passage] = []
    before: dict[str, Outcome] = {}
    for number, phase in enumerate(phases):
        after = outcomes(replace(counted, phases=phases[: number + 1]))
        passed = {rule: outcome for rule, outcome in after.items() if outcome > before.get(rule, Outcome.NOT_MET)}
        for rule, outcome in passed.items():
            day = _day(counted, phases[:number], phase, partial(_reached, outcomes, rule, outcome))
            found.append(Passage(rule, outcome, phase.label, phase.phase.status, day))
        before |= after
    return found


def _reached(outcomes: Outcomes, rule: str, outcome: Outcome, trial: Account) -> bool:
    return outcomes(trial)[rule] >= outcome


def _in_order(phases: Sequence[Counted]) -> tuple[Counted, ...]:
    """By first day, a phase without one after what stands before it."""
    latest = Fraction(0)
    keyed = []
    for position, phase in enumerate(phases):
        latest = latest if phase.phase.dates.low is None else phase.phase.dates.low
        keyed.append(((latest, position), phase))
    return tuple(phase for _, phase in sorted(keyed, key=lambda pair: pair[0]))


def _day(
    counted: Account, done: tuple[Counted, ...], running: Counted, passes: Callable[[Account], bool]
) -> date | None:
    """The first day of a phase at whose end the rule is passed; None where its days are not known."""
    days = _days(running)
    if days is None:
        return None
    first, length = days

    def passed(elapsed: int) -> bool:
        part = running.scaled(Fraction(elapsed, length))
        return passes(replace(counted, phases=(*done, part)))

    elapsed = bisect_left(range(1, length + 1), True, key=passed) + 1
    return date.fromordinal(first + elapsed - 1)


def _days(phase: Counted) -> tuple[int, int] | None:
    """The first day of a phase, and how many it has."""
    low, high = phase.phase.dates.low, phase.phase.dates.high
    return None if low is None or high is None else (int(low), int(high - low) + 1)


def daily_rate(phases: Sequence[Counted], as_of: date) -> Iterable[tuple[str, Fraction]]:
    """What a day is worth [FLOP] in the phase that started last by a date; before all of them, in the first."""
    dated = sorted(((days, phase) for phase in phases if (days := _days(phase)) is not None), key=lambda pair: pair[0])
    started = [pair for pair in dated if pair[0][0] <= as_of.toordinal()]
    for (_, length), phase in started[-1:] or dated[:1]:
        yield f"days at the rate of {phase.label}", phase.best / length
