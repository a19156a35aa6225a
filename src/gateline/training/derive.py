"""From a training ledger to training compute and the facts that rules test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path

from gateline.amounts import Amount
from gateline.errors import InputError
from gateline.inputs import Datum, Inputs, exact_array
from gateline.metrics import compute_from_architecture, compute_from_hardware, operations_per_token
from gateline.metrics.training import OPERATIONS_PER_TERA, SECONDS_PER_HOUR
from gateline.numerals import number
from gateline.rules.corpus import Specs
from gateline.training.counting import Counted, count
from gateline.training.described import Described, describe
from gateline.training.ledger import LANGUAGE_IMAGE_OR_VIDEO, Estimate, Ledger, Phase
from gateline.training.profiles import load_profiles

UPDATING = ("pretraining", "continued_pretraining", "sft", "rl_updates")
"""Kinds of compute that update the parameters."""
DISAGREEMENT = Fraction(3, 10)
"""Two estimates further apart than this are pointed out; no rule depends on it."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a ledger comes to: the compute of each phase, the ledger's facts, and what a reader should know."""

    ledger: Ledger
    phases: tuple[Counted, ...]
    facts: Inputs
    exchange: tuple[tuple[str, Fraction], ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Estimated:
    """An estimate: its range, its middle, how it came about, and whether it is one value."""

    amount: Amount
    best: Fraction
    how: str
    exact: bool


def account(ledger: Ledger, peaks: dict[str, Amount], folder: Path = Path()) -> Account:
    """The compute of each phase, as the range that its estimates span, and the ledger's facts.

    Parameters
    ----------
    ledger : Ledger
    peaks : dict
        Dense 16-bit rate [TFLOP/s] of each chip that the ledger names.
    folder : Path
        Where the ledger stands; paths of configurations start there.

    Raises
    ------
    InputError
        If an estimate has an input without a value, or a configuration cannot be used.
    """
    remarks: list[str] = []
    facts: Inputs = {}
    reader = _Reader(peaks, folder, remarks, facts)
    phases = tuple(_phase(number, phase, reader) for number, phase in enumerate(ledger.phases))
    if ledger.modality is not None:
        generates = bool(LANGUAGE_IMAGE_OR_VIDEO.intersection(ledger.modality))
        facts["generates_language_image_or_video"] = Datum(generates, f"modality: {', '.join(ledger.modality)}")
    facts.update({name: Datum(value, "stated") for name, value in ledger.stated.items()})
    return Account(ledger, phases, facts, tuple(_exchange(ledger, reader)), tuple(remarks))


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
            inputs[profile.quantity] = count(profile, counted.phases, specs, as_of, readings)
        inputs |= _of_the_base(counted.phases)
    return inputs | counted.facts


def _of_the_base(phases: tuple[Counted, ...]) -> Inputs:
    """What follows from a base model in the ledger: its compute, and the further training by whoever keeps the ledger."""
    bases = [phase for phase in phases if phase.phase.kind == "base_model"]
    if not bases:
        return {}
    original = _sum(bases)
    further = _sum([phase for phase in phases if phase.phase.kind in UPDATING])
    found: Inputs = {
        "original_training_compute": Datum(original, "base model"),
        "additional_training_compute": Datum(further, "training on the base model"),
    }
    published = {phase.phase.published for phase in bases}
    if published in ({True}, {False}):
        found["derived_from_published_weights"] = Datum(published == {True}, "base model")
    if all(phase.phase.actor == "other" for phase in bases):
        found["modification_training_compute"] = Datum(further, "training on somebody else's model")
        found["distinct_modifier"] = Datum(True, "the base model is somebody else's")
    return found


def _sum(phases: list[Counted]) -> Amount:
    lows, highs = [phase.amount.low for phase in phases], [phase.amount.high for phase in phases]
    low = None if None in lows else sum((end for end in lows if end is not None), Fraction(0))
    high = None if None in highs else sum((end for end in highs if end is not None), Fraction(0))
    return Amount(low, high)


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


@dataclass(frozen=True)
class _Reader:
    """What estimates are read with: peaks and configurations; what they tell is gathered in `remarks` and `facts`."""

    peaks: dict[str, Amount]
    folder: Path
    remarks: list[str]
    facts: Inputs
    described: dict[int, Described] = field(default_factory=dict)

    def describe(self, estimate: Estimate) -> Described:
        """The description behind an estimate, read once."""
        if id(estimate) not in self.described:
            self.described[id(estimate)] = describe(estimate, self.folder)
        return self.described[id(estimate)]


def _phase(number: int, phase: Phase, reader: _Reader) -> Counted:
    """One phase: the range over all its estimates, the first being the best."""
    where = f"phases[{number}] ({phase.name or phase.kind})"
    try:
        estimates = [_estimate(estimate, reader) for estimate in phase.estimates]
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    least, most = min(estimate.best for estimate in estimates), max(estimate.best for estimate in estimates)
    if most > least * (1 + DISAGREEMENT):
        reader.remarks.append(
            f"{where}: the estimates differ by a factor of {float(most / least):.2f}; the rules see the range between them."
        )
    lows = [estimate.amount.low for estimate in estimates]
    highs = [estimate.amount.high for estimate in estimates]
    low = None if None in lows else min(end for end in lows if end is not None)
    high = None if None in highs else max(end for end in highs if end is not None)
    planned = ", planned" if phase.status == "planned" else ""
    how = f"{phase.name or phase.kind}{planned}: {' or '.join(estimate.how for estimate in estimates)}"
    return Counted(phase, Amount(low, high), estimates[0].best, how, estimates[0].exact)


def _estimate(estimate: Estimate, reader: _Reader) -> _Estimated:
    if estimate.config:
        return _by_configuration(estimate, reader)
    if estimate.method == "architecture":
        return _by_architecture(estimate)
    if estimate.method == "hardware":
        return _by_hardware(estimate, reader.peaks)
    low = estimate.compute.low if estimate.low.unknown else estimate.low.low
    high = estimate.compute.high if estimate.high.unknown else estimate.high.high
    return _Estimated(Amount(low, high), _best(estimate.compute, "compute"), "declared", estimate.compute.known)


def _by_configuration(estimate: Estimate, reader: _Reader) -> _Estimated:
    described = reader.describe(estimate)
    worth, tokens = described.operations.training, _best(estimate.tokens, "tokens")
    for name, datum in described.facts().items():
        reader.facts.setdefault(name, datum)
    reader.remarks.append(described.told(tokens))
    reader.remarks.extend(described.model.remarks)
    ends = [None if end is None else end * worth for end in (estimate.tokens.low, estimate.tokens.high)]
    return _Estimated(Amount(*ends), tokens * worth, described.how(tokens), estimate.tokens.known)


def _by_architecture(estimate: Estimate) -> _Estimated:
    counted = _counted_parameters(estimate)
    low, high = (
        _end(
            compute_from_architecture(
                exact_array([getattr(counted, end)]), exact_array([getattr(estimate.tokens, end)])
            )[0]
        )
        for end in ("low", "high")
    )
    parameters, tokens = _best(counted, "params"), _best(estimate.tokens, "tokens")
    best = compute_from_architecture(exact_array([parameters]), exact_array([tokens]))[0]
    active = "active parameters" if "active_params" in estimate.model_fields_set else "parameters"
    return _Estimated(
        Amount(low, high),
        best,
        f"6 × {number(parameters)} {active} × {number(tokens)} tokens",
        counted.known and estimate.tokens.known,
    )


def _counted_parameters(estimate: Estimate) -> Amount:
    """The active parameters of a mixture of experts, else all of them."""
    return estimate.active_params if "active_params" in estimate.model_fields_set else estimate.params


def _by_hardware(estimate: Estimate, peaks: dict[str, Amount]) -> _Estimated:
    parts = {"chip_hours": estimate.chip_hours, "peak": _peak(estimate, peaks), "utilization": estimate.utilization}
    low, high = (
        _end(compute_from_hardware(*(exact_array([getattr(part, end)]) for part in parts.values()))[0])
        for end in ("low", "high")
    )
    at_least = estimate.chip_hours.low if estimate.chip_hours.high is None else None
    hours_held = at_least if at_least is not None else _best(estimate.chip_hours, "chip_hours")
    best = [hours_held, *(_best(part, name) for name, part in list(parts.items())[1:])]
    compute = compute_from_hardware(*(exact_array([value]) for value in best))[0]
    chip = f"{estimate.chip}-hours" if estimate.chip else "chip-hours"
    hours, peak, utilization = (number(value, 6) for value in best)
    return _Estimated(
        Amount(low, high),
        compute,
        f"{hours} {chip} × {peak} TFLOP/s (dense) × {utilization}",
        all(part.known for part in parts.values()),
    )


def _peak(estimate: Estimate, peaks: dict[str, Amount]) -> Amount:
    return estimate.peak if "peak" in estimate.model_fields_set else peaks[estimate.chip]


def _best(amount: Amount, name: str) -> Fraction:
    """One value of an amount: the value, or the middle of a range."""
    if amount.low is None or amount.high is None:
        raise InputError(f"{name}: an estimate needs a value or a range with two ends.")
    return (amount.low + amount.high) / 2


def _end(value: object) -> Fraction | None:
    return value if isinstance(value, Fraction) else None


def _exchange(ledger: Ledger, reader: _Reader) -> list[tuple[str, Fraction]]:
    """What one token and one chip-hour of the first phase are worth, in operations."""
    worth: dict[str, Fraction] = {}
    for estimate in ledger.phases[0].estimates if ledger.phases else []:
        if estimate.config:
            described = reader.describe(estimate)
            worth.setdefault(f"{described.unit}s", described.operations.training)
        elif estimate.method == "architecture":
            worth.setdefault(
                "tokens", operations_per_token(exact_array([_best(_counted_parameters(estimate), "params")]))[0]
            )
        elif estimate.method == "hardware":
            rate = (
                _best(_peak(estimate, reader.peaks), "peak")
                * OPERATIONS_PER_TERA
                * _best(estimate.utilization, "utilization")
            )
            worth.setdefault(f"{estimate.chip or 'chip'}-hours", rate * SECONDS_PER_HOUR)
    return list(worth.items())
