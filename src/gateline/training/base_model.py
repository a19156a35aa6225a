"""What follows from a base model in a ledger: its compute, whose it is, and the training since, as each regime counts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from gateline.amounts import Amount
from gateline.inputs import Datum, Inputs
from gateline.training.counting import OPEN, WHOLE, Counted, CountedPart, total
from gateline.training.profiles import FurtherEntry, Profile

ORIGINAL = "original_training_compute"
MODIFICATION = "modification_training_compute"
ADDITIONAL = "additional_training_compute"
SHARE = "additional_training_share"

Parts = Sequence[CountedPart]
"""The phases of a ledger, each with whether it counts."""


def of_the_base(counts: Sequence[tuple[Profile, Parts]], facts: Inputs) -> Inputs:
    """The inputs that follow from the base models of a ledger; none without one.

    Where some bases are one's own and others are not, one's own could be part of the original or of the modification.

    Parameters
    ----------
    counts : sequence of (Profile, Parts)
        What each regime counts.
    facts : Inputs
        What is stated; a regime may ask for a flag.
    """
    bases = [phase for phase, _ in counts[0][1] if _is_base(phase)]
    if not bases:
        return {}
    foreign = [(base, WHOLE) for base in bases if base.phase.actor != "own"]
    own = [(base, OPEN if foreign else WHOLE) for base in bases if base.phase.actor == "own"]
    found = {ORIGINAL: replace(total([*foreign, *own]), how="base model"), "distinct_modifier": _modifier(bases)}
    since = _since(counts, facts)
    if foreign and MODIFICATION in since:
        found[MODIFICATION] = _further([*since[MODIFICATION], *own])
    if ADDITIONAL in since:
        found[ADDITIONAL] = _further(since[ADDITIONAL])
        if not {ADDITIONAL, "training_compute"} & facts.keys():
            found[SHARE] = _share(found[ADDITIONAL], total([(base, WHOLE) for base in bases]))
    published = {base.phase.published for base in bases}
    if published in ({True}, {False}):
        found["derived_from_published_weights"] = Datum(published == {True}, "base model")
    return found


def _is_base(phase: Counted) -> bool:
    return phase.phase.kind == "base_model"


def _modifier(bases: Sequence[Counted]) -> Datum:
    """Whether the base is somebody else's; one that is makes a modifier, whoever made the others."""
    actors = {base.phase.actor for base in bases}
    if "other" in actors:
        return Datum(True, "the base model is somebody else's")
    if actors == {"own"}:
        return Datum(False, "the base model is one's own")
    return Datum(None, "nobody says whose the base model is (actor: own or other)")


def _since(counts: Sequence[tuple[Profile, Parts]], facts: Inputs) -> dict[str, Parts]:
    """The phases after the base by the quantity that they add up to; where two regimes could be right, as either says."""
    found: dict[str, Parts] = {}
    for profile, parts in counts:
        if profile.further is None or not _could_hold(profile.further, facts):
            continue
        since = [(phase, part) for phase, part in parts if not _is_base(phase)]
        other = found.get(profile.further.quantity, since)
        found[profile.further.quantity] = [
            (phase, part.either(also)) for (phase, part), (_, also) in zip(since, other, strict=True)
        ]
    return found


def _could_hold(further: FurtherEntry, facts: Inputs) -> bool:
    stated = facts[further.flag].value if further.flag in facts else None
    return stated is None or stated == further.is_


def _further(parts: Parts) -> Datum:
    counted = total(parts)
    return replace(counted, how=f"training on the base model: {counted.how}")


def _share(part: Datum, rest: Datum) -> Datum:
    """What a part is of itself and the rest."""
    assert isinstance(part.value, Amount)
    assert isinstance(rest.value, Amount)
    ends = (part.value.low, rest.value.high), (part.value.high, rest.value.low)
    return Datum(Amount(*(_quotient(*end) for end in ends)), "training on the base model per all training")


def _quotient(part: Fraction | None, rest: Fraction | None) -> Fraction | None:
    return None if part is None or rest is None else part / (part + rest)
