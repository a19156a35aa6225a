"""The account of a ledger: what each phase took, by each of its estimates, and what a reader should know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from gateline.amounts import Amount
from gateline.errors import InputError
from gateline.inputs import Datum, Drawn, Inputs, Swing
from gateline.metrics.training import OPERATIONS_PER_TERA, SECONDS_PER_HOUR
from gateline.numerals import number
from gateline.training.architecture import read_model
from gateline.training.counting import Counted
from gateline.training.described import Described, describe
from gateline.training.estimates import (
    Product,
    architecture_product,
    declared_product,
    described_product,
    hardware_product,
    token_worth,
)
from gateline.training.factors import DRAWS, Draws, Factor
from gateline.training.ledger import BIOLOGY, LANGUAGE_IMAGE_OR_VIDEO, Estimate, Ledger, Phase
from gateline.training.limits import default_limits
from gateline.training.mistakes import Rates, find_mistakes
from gateline.training.recipes import staged

DISAGREEMENT = Fraction(3, 10)
"""Two estimates further apart than this are pointed out; no rule depends on it."""
LIKELY_MISTAKE = Fraction(2)
"""Two estimates further apart than this factor point to a mistake in one of them; no rule depends on it."""
BAND = Fraction(9, 10)
"""The share of a distribution that must lie on one side of a line, unless somebody asks for another."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a ledger comes to: the compute of each phase, the ledger's facts, and what a reader should know."""

    ledger: Ledger
    phases: tuple[Counted, ...]
    facts: Inputs
    exchange: tuple[tuple[str, Fraction], ...]
    remarks: tuple[str, ...]


def account(
    ledger: Ledger,
    peaks: dict[str, Amount],
    rates: Mapping[str, Rates],
    folder: Path = Path(),
    level: Fraction = BAND,
    configurations: Mapping[str, Mapping[str, Any]] | None = None,
) -> Account:
    """The compute of each phase, as the range that its estimates span, and the ledger's facts.

    Parameters
    ----------
    ledger : Ledger
    peaks : dict
        Dense 16-bit rate [TFLOP/s] of each chip that the ledger names.
    rates : mapping
        Dense rates, by bits, of each chip beside which the ledger states a peak, as far as they are known.
    folder : Path
        Where the ledger stands; paths of configurations start there.
    level : Fraction
        How much of a distribution its band holds.

    Raises
    ------
    InputError
        If an estimate has an input without a value or a sparse peak, or a configuration cannot be used.
    """
    remarks: list[str] = []
    facts: Inputs = {}
    reader = _Reader(peaks, folder, level, remarks, facts, configurations or {})
    phases = tuple(_phase(position, phase, reader) for position, phase in enumerate(ledger.phases))
    phases += tuple(staged(ledger.stages, len(phases), folder, level, remarks))
    remarks.extend(find_mistakes(ledger, phases, reader.describe, rates, default_limits()))
    if any(phase.drawn is not None for phase in phases):
        remarks.append(
            f"where inputs are distributions, a line counts as passed or missed only if the whole {number(level * 100)} % band "
            "lies on one side of it (--band)."
        )
    facts.update(_of_the_modality(ledger))
    facts.update({name: Datum(value, "stated") for name, value in ledger.stated.items()})
    return Account(ledger, phases, facts, tuple(_exchange(ledger, reader)), tuple(remarks))


def _of_the_modality(ledger: Ledger) -> Inputs:
    """What follows from the sorts of data; of biology among others nobody knows whether it is the primary data."""
    if ledger.modality is None:
        return {}
    how, sorts = f"modality: {', '.join(ledger.modality)}", set(ledger.modality)
    found = {"generates_language_image_or_video": Datum(bool(LANGUAGE_IMAGE_OR_VIDEO & sorts), how)}
    if BIOLOGY not in sorts or sorts == {BIOLOGY}:
        found["biological_sequence_data"] = Datum(sorts == {BIOLOGY}, how)
    return found


@dataclass(frozen=True)
class _Reader:
    """What estimates are read with: peaks and configurations; what they tell is gathered in `remarks` and `facts`."""

    peaks: dict[str, Amount]
    folder: Path
    level: Fraction
    remarks: list[str]
    facts: Inputs
    configurations: Mapping[str, Mapping[str, Any]]
    described: dict[int, Described] = field(default_factory=dict)

    def describe(self, estimate: Estimate) -> Described:
        """The description behind an estimate, read once."""
        if id(estimate) not in self.described:
            given = self.configurations.get(estimate.config)
            model = read_model(self.folder / estimate.config if given is None else given)
            self.described[id(estimate)] = describe(estimate, model)
        return self.described[id(estimate)]

    def peak(self, estimate: Estimate) -> Factor:
        """The dense peak of an estimate by hardware: stated, or the chip's."""
        return estimate.peak if "peak" in estimate.model_fields_set else Factor(self.peaks[estimate.chip])

    def product(self, estimate: Estimate) -> Product:
        """The estimate as a product of its inputs."""
        if estimate.config:
            return self._by_configuration(estimate)
        if estimate.method == "architecture":
            return architecture_product(estimate)
        if estimate.method == "hardware":
            return hardware_product(estimate, self.peak(estimate))
        return declared_product(estimate)

    def _by_configuration(self, estimate: Estimate) -> Product:
        described = self.describe(estimate)
        for name, datum in described.facts().items():
            self.facts.setdefault(name, datum)
        self.remarks.append(described.told(estimate.tokens.best("tokens")))
        self.remarks.extend((*described.open(), *described.model.remarks))
        return described_product(estimate, described)


def _phase(position: int, phase: Phase, reader: _Reader) -> Counted:
    """One phase: the range over all its estimates, the first being the best."""
    where = f"phases[{position}] ({phase.name or phase.kind})"
    try:
        products = [reader.product(estimate) for estimate in phase.estimates]
        estimates = tuple((product.method, product.best, product.how) for product in products)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    reader.remarks.extend(_disagreement(where, [best for _, best, _ in estimates]))
    drawn = _drawn(position, products, reader.level)
    planned = ", planned" if phase.status == "planned" else ""
    return Counted(
        phase,
        drawn.band if drawn else _span([product.amount for product in products]),
        estimates[0][1],
        f"{phase.name or phase.kind}{planned}: {' or '.join(product.how for product in products)}",
        products[0].exact,
        drawn,
        tuple(_swings(products, reader.level)),
        estimates,
    )


def _disagreement(where: str, bests: Sequence[Fraction]) -> Iterable[str]:
    """What to say where estimates of one thing lie far apart."""
    least, most = min(bests), max(bests)
    if most <= least * (1 + DISAGREEMENT):
        return
    text = (
        f"{where}: the estimates differ by a factor of {float(most / least):.2f}; the rules see the range between them."
    )
    if most > least * LIKELY_MISTAKE:
        text += (
            " More than twofold points to a mistake: multiply-accumulates taken for operations, a sparse peak, all parameters "
            "for the active ones, unique tokens for those seen, hours of other work."
        )
    yield text


def _span(amounts: Sequence[Amount]) -> Amount:
    """From the lowest end to the highest, open where one is."""
    lows, highs = [amount.low for amount in amounts], [amount.high for amount in amounts]
    low = None if None in lows else min(end for end in lows if end is not None)
    high = None if None in highs else max(end for end in highs if end is not None)
    return Amount(low, high)


def _drawn(position: int, products: Sequence[Product], level: Fraction) -> Drawn | None:
    """Draws of a phase: the lowest and the highest of its estimates in each; None where no input is a distribution."""
    drawn = [product.drawn((position, place)) for place, product in enumerate(products)]
    if all(found is None for found in drawn):
        return None
    ends = [found or _ends(product.amount) for found, product in zip(drawn, products, strict=True)]
    low = np.minimum.reduce([low for low, _ in ends]) + np.zeros(DRAWS)
    high = np.maximum.reduce([high for _, high in ends]) + np.zeros(DRAWS)
    return Drawn(low, high, level)


def _ends(amount: Amount) -> tuple[Draws, Draws]:
    low, high = (
        0.0 if amount.low is None else float(amount.low),
        np.inf if amount.high is None else float(amount.high),
    )
    return np.full(DRAWS, low), np.full(DRAWS, high)


def _swings(products: Sequence[Product], level: Fraction) -> Iterable[Swing]:
    """What moves a phase: each input of each estimate, and which estimate is right."""
    several = len(products) > 1
    for product in products:
        for swing in product.swings(level):
            yield replace(swing, what=f"{swing.what} ({product.method})") if several else swing
    if several:
        bests = [product.best for product in products]
        yield Swing("which estimate is right", min(bests), max(bests))


def _exchange(ledger: Ledger, reader: _Reader) -> list[tuple[str, Fraction]]:
    """What one token and one chip-hour of the first phase are worth, in operations."""
    worth: dict[str, Fraction] = {}
    for estimate in ledger.phases[0].estimates if ledger.phases else []:
        if estimate.config:
            described = reader.describe(estimate)
            worth.setdefault(f"{described.unit}s", described.operations.training)
        elif estimate.method == "architecture":
            worth.setdefault("tokens", token_worth(estimate))
        elif estimate.method == "hardware":
            rate = (
                reader.peak(estimate).best("peak")
                * OPERATIONS_PER_TERA
                * estimate.utilization.best("utilization")
                * estimate.model_share
            )
            worth.setdefault(f"{estimate.chip or 'chip'}-hours", rate * SECONDS_PER_HOUR)
    return list(worth.items())
