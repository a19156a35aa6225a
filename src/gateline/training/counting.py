"""From the compute of each phase to what each regime counts of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gateline.amounts import Amount
from gateline.inputs import Datum, Drawn, Swing, exact_array
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
ALL = Fraction(1)


@dataclass(frozen=True, slots=True)
class Counted:
    """The compute of one phase.

    Attributes
    ----------
    phase : Phase
    amount : Amount
        Its range over all estimates, or the band where distributions went into them [FLOP].
    best : Fraction
        Its first estimate [FLOP].
    how : str
        How it came about.
    exact : bool
        Whether it is one value.
    drawn : Drawn or None
    swings : tuple of Swing
        What moves it.
    estimates : tuple of (str, Fraction, str)
        Method, value [FLOP] and account of each estimate.
    """

    phase: Phase
    amount: Amount
    best: Fraction
    how: str
    exact: bool
    drawn: Drawn | None = None
    swings: tuple[Swing, ...] = ()
    estimates: tuple[tuple[str, Fraction, str], ...] = ()

    @property
    def label(self) -> str:
        """What reports call the phase."""
        return self.phase.name or self.phase.kind

    def scaled(self, share: Fraction) -> Counted:
        """So much of the phase, from its start."""
        amount = Amount(*(None if end is None else end * share for end in (self.amount.low, self.amount.high)))
        part = float(share)
        drawn = self.drawn and replace(self.drawn, low=self.drawn.low * part, high=self.drawn.high * part)
        swings = tuple(replace(swing, low=swing.low * share, high=swing.high * share) for swing in self.swings)
        return replace(self, amount=amount, best=self.best * share, drawn=drawn, swings=swings)


@dataclass(frozen=True, slots=True)
class Part:
    """Whether a phase counts: surely, and possibly."""

    surely: bool
    possibly: bool

    @property
    def word(self) -> str:
        """The word used in reports."""
        return "yes" if self.surely else "open" if self.possibly else "no"


WHOLE, NOTHING, OPEN = (
    Part(surely=True, possibly=True),
    Part(surely=False, possibly=False),
    Part(surely=False, possibly=True),
)


def parts(
    profile: Profile, phases: Sequence[Counted], specs: Specs, as_of: date, readings: Mapping[str, str]
) -> list[tuple[Counted, Part]]:
    """Which phases of a ledger a regime counts.

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
    return [(phase, _part(profile, phase, readings, generated)) for phase in phases]


def total(parts: Sequence[tuple[Counted, Part]]) -> Datum:
    """The sum of phases, from what surely counts to what could, with how it came about."""
    sure = [phase for phase, part in parts if part == WHOLE]
    perhaps = [phase for phase, part in parts if part == OPEN]
    how = " + ".join(phase.how for phase in sure) or "nothing"
    if perhaps:
        how += f"; open whether it counts: {', '.join(f'{phase.label} {number(phase.best)}' for phase in perhaps)}"
    if left_out := [phase.label for phase, part in parts if part == NOTHING]:
        how += f"; not counted: {', '.join(left_out)}"
    drawn = _drawn(sure, perhaps)
    amount = Amount(
        _sum([phase.amount.low for phase in sure]), _sum([phase.amount.high for phase in (*sure, *perhaps)])
    )
    one = not perhaps and all(phase.exact or phase.drawn is not None for phase in sure)
    best = _sum([phase.best for phase in sure]) if one else None
    swings = [replace(swing, what=f"{phase.label}: {swing.what}") for phase in sure for swing in phase.swings]
    swings += [Swing(f"{phase.label}: whether it counts", Fraction(0), phase.best) for phase in perhaps]
    return Datum(drawn.band if drawn else amount, how, best=best, drawn=drawn, swings=tuple(swings))


def _drawn(sure: Sequence[Counted], perhaps: Sequence[Counted]) -> Drawn | None:
    """The sum of draws, a phase without any at both of its ends; None where no phase has some."""
    drawn = [phase.drawn for phase in (*sure, *perhaps) if phase.drawn is not None]
    if not drawn:
        return None
    low = sum((_ends(phase)[0] for phase in sure), np.zeros(len(drawn[0].low)))
    high = sum((_ends(phase)[1] for phase in (*sure, *perhaps)), np.zeros(len(drawn[0].low)))
    return Drawn(low, high, drawn[0].level)


def _ends(phase: Counted) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    if phase.drawn is not None:
        return phase.drawn.low, phase.drawn.high
    low, high = phase.amount.low, phase.amount.high
    return np.array([float(low or 0)]), np.array([np.inf if high is None else float(high)])


def _sum(ends: list[Fraction | None]) -> Fraction | None:
    return None if None in ends else sum((end for end in ends if end is not None), Fraction(0))


def _part(profile: Profile, phase: Counted, readings: Mapping[str, str], generated: Mapping[int, Part]) -> Part:
    """Whether a phase counts, or could."""
    match profile.counts(phase.phase.kind):
        case "yes":
            return WHOLE
        case "no":
            return NOTHING
        case "unless-published":
            return _unless(phase.phase.published)
        case "generator":
            return generated.get(id(phase), OPEN)
        case _:
            return {"count": WHOLE, "leave-out": NOTHING}.get(readings["open-kinds"], OPEN)


def _unless(flag: bool | None) -> Part:
    """Nothing where the flag is true, all where it is not, either where nobody knows."""
    if flag is None:
        return OPEN
    return NOTHING if flag else WHOLE


def _has_generator_rule(profile: Profile) -> bool:
    return any(entry.counts == "generator" for entry in profile.kinds)


def _generator_rule(phases: Sequence[Counted], specs: Specs, as_of: date) -> dict[int, Part]:
    """What Note 3 adds: generating data with one model that passes the share, and training that model.

    Of several generators with unpublished parameters that pass it, the training of the largest alone counts; one that
    is larger and does not pass takes none out. A teacher of whose data the ledger says nothing stays open.
    """
    added: dict[int, Part] = {}
    trained: list[Counted] = []
    for name in dict.fromkeys(phase.phase.generator for phase in phases if phase.phase.kind in GENERATING):
        data = [phase for phase in phases if phase.phase.kind in GENERATING and phase.phase.generator == name]
        passes = _passes(data, specs, as_of)
        for phase in data:
            added[id(phase)] = _as_far(passes, _unless(phase.phase.published))
        for phase in phases:
            if phase.phase.kind == "teacher_training" and phase.phase.generator == name:
                added[id(phase)] = _as_far(passes, _unless(phase.phase.published))
                trained.append(phase)
    counting = [phase for phase in trained if added[id(phase)] == WHOLE]
    for phase in trained:
        if any(phase.best < other.best for other in counting):
            added[id(phase)] = NOTHING
    return added


def _passes(data: list[Counted], specs: Specs, as_of: date) -> Outcome:
    """Whether the share of operations that train on one generator's unpublished data passes, as the evaluator says."""
    shares = [phase.phase.training_share for phase in data if phase.phase.published is not True]
    lows = sum((share.low or Fraction(0) for share in shares), Fraction(0))
    highs = (
        ALL
        if any(share.high is None for share in shares)
        else sum((share.high or Fraction(0) for share in shares), Fraction(0))
    )
    rule = specs.rules[GENERATOR_RULE]
    program = compile_version(specs, rule.id, rule.version_on(as_of) or rule.versions[0], as_of)
    column = Column(exact_array([min(lows, ALL)]), exact_array([min(highs, ALL)]))
    return Outcome(int(evaluate(program, {"generator_share": column}, 1).outcome[0]))


def _as_far(passes: Outcome, part: Part) -> Part:
    """The part, nothing of it, or either, as the share passes."""
    if passes is Outcome.MET:
        return part
    return NOTHING if passes is Outcome.NOT_MET else Part(surely=False, possibly=part.possibly)
