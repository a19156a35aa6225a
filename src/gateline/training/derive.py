"""From the account of a ledger to training compute as each regime counts it, and the facts that rules test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from gateline.accounts import Line
from gateline.amounts import Amount
from gateline.errors import InputError
from gateline.inputs import Datum, Inputs
from gateline.rules.corpus import Specs
from gateline.training.account import Account
from gateline.training.counting import WHOLE, Counted, parts, total
from gateline.training.profiles import load_profiles

UPDATING = ("pretraining", "continued_pretraining", "sft", "rl_updates")
"""Kinds of compute that update the parameters."""


def derive(counted: Account, specs: Specs, as_of: date, readings: Mapping[str, str]) -> Inputs:
    """Training compute as each regime counts it, what follows from a base model, and the ledger's facts.

    Parameters
    ----------
    counted : Account
    specs : Specs
        What each regime counts.
    as_of : date
    readings : mapping
        Choice per reading.
    """
    inputs: Inputs = {}
    if counted.phases:
        for profile in load_profiles(specs.folder):
            inputs[profile.quantity] = total(parts(profile, counted.phases, specs, as_of, readings))
        inputs |= _of_the_base(counted.phases)
    return inputs | counted.facts


def lines(counted: Account, specs: Specs, as_of: date, readings: Mapping[str, str]) -> tuple[Line, ...]:
    """The phases of a ledger as reports show them, with what counts for whom."""
    counts: dict[int, dict[str, str]] = {id(phase): {} for phase in counted.phases}
    for profile in load_profiles(specs.folder):
        for phase, part in parts(profile, counted.phases, specs, as_of, readings):
            counts[id(phase)][profile.id] = part.word
    return tuple(
        Line(
            phase.label,
            phase.phase.kind,
            phase.phase.status,
            phase.phase.dates,
            phase.amount,
            phase.best,
            phase.estimates,
            counts[id(phase)],
        )
        for phase in counted.phases
    )


def _of_the_base(phases: tuple[Counted, ...]) -> Inputs:
    """What follows from a base model in the ledger: its compute, and the further training by whoever keeps the ledger."""
    bases = [phase for phase in phases if phase.phase.kind == "base_model"]
    if not bases:
        return {}
    further = _all_of([phase for phase in phases if phase.phase.kind in UPDATING])
    found: Inputs = {
        "original_training_compute": replace(_all_of(bases), how="base model"),
        "additional_training_compute": replace(further, how="training on the base model"),
    }
    published = {phase.phase.published for phase in bases}
    if published in ({True}, {False}):
        found["derived_from_published_weights"] = Datum(published == {True}, "base model")
    if all(phase.phase.actor == "other" for phase in bases):
        found["modification_training_compute"] = replace(further, how="training on somebody else's model")
        found["distinct_modifier"] = Datum(True, "the base model is somebody else's")
    return found


def _all_of(phases: list[Counted]) -> Datum:
    return total([(phase, WHOLE) for phase in phases])


def with_modifier(inputs: Inputs) -> Inputs:
    """The inputs; whoever states a modification of somebody else's model modifies one."""
    if "modification_training_compute" not in inputs or "distinct_modifier" in inputs:
        return inputs
    return inputs | {"distinct_modifier": Datum(True, "a modification is stated")}


def with_original(inputs: Inputs) -> Inputs:
    """The inputs, and the compute of the original model where it follows from the total and the further training."""
    whole, further = (
        inputs[name].value if name in inputs else None for name in ("training_compute", "additional_training_compute")
    )
    if "original_training_compute" in inputs or not isinstance(whole, Amount) or not isinstance(further, Amount):
        return inputs
    low = None if whole.low is None or further.high is None else max(whole.low - further.high, Fraction(0))
    high = None if whole.high is None or further.low is None else whole.high - further.low
    if high is not None and high <= 0:
        raise InputError("additional_training_compute: is not less than training_compute, of which it is a part.")
    original = Datum(Amount(low or None, high), "training compute less the additional part")
    return inputs | {"original_training_compute": original}
