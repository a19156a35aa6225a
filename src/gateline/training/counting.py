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

ENDLESS = Fraction(10) ** 40
"""More operations than anything takes [FLOP]."""
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

    def either(self, other: Part) -> Part:
        """What counts where this or the other is right."""
        return Part(self.surely and other.surely, self.possibly or other.possibly)


WHOLE, NOTHING, OPEN = (
    Part(surely=True, possibly=True),
    Part(surely=False, possibly=False),
    Part(surely=False, possibly=True),
)


CountedPart = tuple[Counted, Part]


def parts(
    profile: Profile, phases: Sequence[Counted], specs: Specs, as_of: date, readings: Mapping[str, str]
) -> list[CountedPart]:
    """Which phases of a ledger a regime counts, in their order; of a phase of which only a part can count, that part.

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
    return [
        generated.get(id(phase), (phase, OPEN))
        if profile.counts(phase.phase.kind) == "generator"
        else (phase, _part(profile, phase, readings))
        for phase in phases
    ]


def total(parts: Sequence[CountedPart]) -> Datum:
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


def _part(profile: Profile, phase: Counted, readings: Mapping[str, str]) -> Part:
    """Whether a phase counts, or could."""
    match profile.counts(phase.phase.kind):
        case "yes":
            return WHOLE
        case "no":
            return NOTHING
        case "unless-published":
            return _unless(phase.phase.published)
        case _:
            return {"count": WHOLE, "leave-out": NOTHING}.get(readings["open-kinds"], OPEN)


def _unless(flag: bool | None) -> Part:
    """Nothing where the flag is true, all where it is not, either where nobody knows."""
    if flag is None:
        return OPEN
    return NOTHING if flag else WHOLE


def _has_generator_rule(profile: Profile) -> bool:
    return any(entry.counts == "generator" for entry in profile.kinds)


def _generator_rule(phases: Sequence[Counted], specs: Specs, as_of: date) -> dict[int, CountedPart]:
    """What Note 3 adds: generating data with one model that passes the share, and training that model.

    Data without a name are of one generator, which may be any of those that are named. Of several generators with
    unpublished parameters that pass, the training of the largest alone counts. A teacher of whose data the ledger says
    nothing stays open.
    """
    names = dict.fromkeys(phase.phase.generator for phase in phases if phase.phase.kind in GENERATING)
    shares = {name: _share(phases, name) for name in names}
    added: dict[int, CountedPart] = {}
    trained: list[list[CountedPart]] = []
    for name, share in shares.items():
        perhaps = [shares[other] for other in names if other != name and "" in (other, name)]
        passes = _passes(_with_any(share, perhaps), specs, as_of)
        own = [
            (phase, _as_far(passes, _unless(phase.phase.published)))
            for phase in phases
            if phase.phase.generator == name
        ]
        added |= {id(phase): (phase, part) for phase, part in own if phase.phase.kind in GENERATING}
        trained.append([(phase, part) for phase, part in own if phase.phase.kind == "teacher_training"])
    return added | _largest_alone(trained)


def _share(phases: Sequence[Counted], generator: str) -> Amount:
    """The share of operations that train on unpublished data of a generator; where nobody says, data may be published."""
    data = [phase.phase for phase in phases if phase.phase.kind in GENERATING and phase.phase.generator == generator]
    lows = [phase.training_share.low or Fraction(0) for phase in data if phase.published is False]
    highs = [phase.training_share.high for phase in data if phase.published is not True]
    return Amount(min(sum(lows, Fraction(0)), ALL), _at_most_all(_sum(highs)))


def _with_any(share: Amount, perhaps: Sequence[Amount]) -> Amount:
    """A share, to which one of some others may belong."""
    highs = [_sum([share.high, other.high]) for other in perhaps]
    return Amount(share.low, max(map(_at_most_all, highs), default=share.high))


def _at_most_all(share: Fraction | None) -> Fraction:
    return ALL if share is None else min(share, ALL)


def _largest_alone(generators: Sequence[Sequence[CountedPart]]) -> dict[int, CountedPart]:
    """The training of the largest of generators, and of one that could be larger, as much as it could be."""
    sure = max(generators, key=lambda generator: (_least(generator), _most(generator)), default=())
    largest = max(generators, key=_most, default=())
    added = {id(phase): (phase, NOTHING) for generator in generators for phase, _ in generator}
    if largest is not sure and _most(largest) > _most(sure):
        more = _share_above(_most(sure), largest)
        added |= {id(phase): (phase.scaled(more), OPEN) for phase, part in largest if part.possibly}
    return added | {id(phase): (phase, part) for phase, part in sure}


def _least(generator: Sequence[CountedPart]) -> Fraction:
    """What the training of a generator adds at least."""
    return sum((phase.amount.low or Fraction(0) for phase, part in generator if part.surely), Fraction(0))


def _most(generator: Sequence[CountedPart]) -> Fraction:
    """What the training of a generator could add; more than any other where nobody knows."""
    highs = [phase.amount.high for phase, part in generator if part.possibly]
    return sum((ENDLESS if high is None else high for high in highs), Fraction(0))


def _share_above(most: Fraction, generator: Sequence[CountedPart]) -> Fraction:
    """How much of a generator's training comes on top of another's; all of it where either may be another in each draw."""
    whole = _most(generator)
    if whole >= ENDLESS or any(phase.drawn is not None for phase, _ in generator):
        return ALL
    return (whole - most) / whole


def _passes(share: Amount, specs: Specs, as_of: date) -> Outcome:
    """Whether the share of operations that train on one generator's unpublished data passes, as the evaluator says."""
    rule = specs.rules[GENERATOR_RULE]
    program = compile_version(specs, rule.id, rule.version_on(as_of) or rule.versions[0], as_of)
    column = Column(exact_array([share.low]), exact_array([share.high]))
    return Outcome(int(evaluate(program, {"generator_share": column}, 1).outcome[0]))


def _as_far(passes: Outcome, part: Part) -> Part:
    """The part, nothing of it, or either, as the share passes."""
    if passes is Outcome.MET:
        return part
    return NOTHING if passes is Outcome.NOT_MET else Part(surely=False, possibly=part.possibly)
