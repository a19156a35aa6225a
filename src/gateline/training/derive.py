"""From the account of a ledger to training compute as each regime counts it, and the facts that rules test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from gateline.accounts import Line
from gateline.amounts import Amount
from gateline.errors import InputError
from gateline.inputs import Datum, Inputs
from gateline.rules.corpus import Specs
from gateline.training.account import Account
from gateline.training.base_model import of_the_base
from gateline.training.counting import Counted, parts, total
from gateline.training.profiles import load_profiles


def derive(phases: Sequence[Counted], facts: Inputs, specs: Specs, as_of: date, readings: Mapping[str, str]) -> Inputs:
    """Training compute as each regime counts it, and what follows from a base model.

    Parameters
    ----------
    phases : sequence of Counted
    facts : Inputs
        What is stated beside them.
    specs : Specs
        What each regime counts.
    as_of : date
    readings : mapping
        Choice per reading.
    """
    if not phases:
        return {}
    counts = [(profile, parts(profile, phases, specs, as_of, readings)) for profile in load_profiles(specs.folder)]
    return {profile.quantity: total(found) for profile, found in counts} | of_the_base(counts, facts)


def lines(counted: Account, specs: Specs, as_of: date, readings: Mapping[str, str]) -> tuple[Line, ...]:
    """The phases of a ledger as reports show them, with what counts for whom."""
    counts: list[dict[str, str]] = [{} for _ in counted.phases]
    for profile in load_profiles(specs.folder):
        for count, (_, part) in zip(counts, parts(profile, counted.phases, specs, as_of, readings), strict=True):
            count[profile.id] = part.word
    return tuple(
        Line(
            phase.label,
            phase.phase.kind,
            phase.phase.status,
            phase.phase.dates,
            phase.amount,
            phase.best,
            phase.estimates,
            count,
        )
        for phase, count in zip(counted.phases, counts, strict=True)
    )


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
