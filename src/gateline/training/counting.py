"""From the compute of each phase to what each regime counts of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from gateline.amounts import Amount
from gateline.inputs import Datum, exact_array
from gateline.numerals import number
from gateline.rules.columns import Column
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import evaluate
from gateline.rules.model import Outcome
from gateline.rules.program import compile_version
from gateline.training.ledger import Phase
from gateline.training.profiles import Profile

GENERATOR_RULE = "us.ear.4e091-generator"
GENERATING = ("synthetic_generation", "synthetic_discarded", "teacher_forward")
NOTHING = Amount.exactly(0)
WHOLE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Counted:
    """The compute of one phase: its range over all estimates, one value, and how it came about."""

    phase: Phase
    amount: Amount
    best: Fraction
    how: str
    exact: bool


def count(profile: Profile, phases: Sequence[Counted], specs: Specs, as_of: date, readings: Mapping[str, str]) -> Datum:
    """What a regime counts of a ledger: from what surely counts to what could.

    Parameters
    ----------
    profile : Profile
    phases : sequence of Counted
    specs : Specs
        The generator rule of ECCN 4E091.
    as_of : date
    readings : mapping
        ``open-kinds`` says what becomes of kinds on which the text is silent or ambiguous.
    """
    generated = _generator_rule(phases, specs, as_of) if _has_generator_rule(profile) else {}
    parts = [(phase, _part(profile, phase, readings, generated)) for phase in phases]
    low = _sum([part.low for _, part in parts])
    high = _sum([part.high for _, part in parts])
    sure = [phase for phase, part in parts if part == phase.amount]
    perhaps = [phase for phase, part in parts if part not in (phase.amount, NOTHING)]
    exact = all(phase.exact for phase in sure) and not perhaps
    how = " + ".join(phase.how for phase in sure) or "nothing"
    if perhaps:
        named = ", ".join(f"{phase.phase.name or phase.phase.kind} {number(phase.best)}" for phase in perhaps)
        how += f"; open whether it counts: {named}"
    left_out = [phase.phase.name or phase.phase.kind for phase, part in parts if part == NOTHING]
    if left_out:
        how += f"; not counted: {', '.join(left_out)}"
    return Datum(Amount(low, high), how, best=_sum([phase.best for phase in sure]) if exact else None)


def _sum(ends: list[Fraction | None]) -> Fraction | None:
    return None if None in ends else sum((end for end in ends if end is not None), Fraction(0))


def _part(profile: Profile, phase: Counted, readings: Mapping[str, str], generated: Mapping[int, Amount]) -> Amount:
    """What of a phase counts, or could."""
    match profile.counts(phase.phase.kind):
        case "yes":
            return phase.amount
        case "no":
            return NOTHING
        case "unless-published":
            return _unless(phase.phase.published, phase.amount)
        case "generator":
            return generated.get(id(phase), Amount(Fraction(0), phase.amount.high))
        case _:
            choice = readings["open-kinds"]
            return {"count": phase.amount, "leave-out": NOTHING}.get(choice, Amount(Fraction(0), phase.amount.high))


def _unless(flag: bool | None, amount: Amount) -> Amount:
    """Nothing where the flag is true, all where it is not, either where nobody knows."""
    if flag is None:
        return Amount(Fraction(0), amount.high)
    return NOTHING if flag else amount


def _has_generator_rule(profile: Profile) -> bool:
    return any(entry.counts == "generator" for entry in profile.kinds)


def _generator_rule(phases: Sequence[Counted], specs: Specs, as_of: date) -> dict[int, Amount]:
    """What Note 3 adds: generating data with one model that passes the share, and training that model.

    Of several generators with unpublished parameters that pass it, the training of the largest alone counts; one that
    is larger and does not pass takes none out. A teacher of whose data the ledger says nothing stays open.
    """
    added: dict[int, Amount] = {}
    trained: list[Counted] = []
    for name in dict.fromkeys(phase.phase.generator for phase in phases if phase.phase.kind in GENERATING):
        data = [phase for phase in phases if phase.phase.kind in GENERATING and phase.phase.generator == name]
        passes = _passes(data, specs, as_of)
        for phase in data:
            added[id(phase)] = _as_far(passes, _unless(phase.phase.published, phase.amount))
        for phase in phases:
            if phase.phase.kind == "teacher_training" and phase.phase.generator == name:
                added[id(phase)] = _as_far(passes, _unless(phase.phase.published, phase.amount))
                trained.append(phase)
    counting = [phase for phase in trained if added[id(phase)] == phase.amount]
    for phase in trained:
        if any(phase.best < other.best for other in counting):
            added[id(phase)] = NOTHING
    return added


def _passes(data: list[Counted], specs: Specs, as_of: date) -> Outcome:
    """Whether the share of operations that train on one generator's unpublished data passes, as the evaluator says."""
    shares = [phase.phase.training_share for phase in data if phase.phase.published is not True]
    lows = sum((share.low or Fraction(0) for share in shares), Fraction(0))
    highs = (
        WHOLE
        if any(share.high is None for share in shares)
        else sum((share.high or Fraction(0) for share in shares), Fraction(0))
    )
    rule = specs.rules[GENERATOR_RULE]
    program = compile_version(specs, rule.id, rule.version_on(as_of) or rule.versions[0], as_of)
    column = Column(exact_array([min(lows, WHOLE)]), exact_array([min(highs, WHOLE)]))
    return Outcome(int(evaluate(program, {"generator_share": column}, 1).outcome[0]))


def _as_far(passes: Outcome, amount: Amount) -> Amount:
    """All of an amount, nothing of it, or either, as the share passes."""
    if passes is Outcome.MET:
        return amount
    return NOTHING if passes is Outcome.NOT_MET else Amount(Fraction(0), amount.high)
