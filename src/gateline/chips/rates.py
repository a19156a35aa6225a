"""From the rates of a chip to what it can compute, under the readings that the law leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gateline.amounts import Amount
from gateline.chips.chipfile import Chip, Rate
from gateline.chips.telling import confidences, describe, sources
from gateline.inputs import Datum, Inputs, exact_array, exact_value
from gateline.metrics import processing_performance, total_processing_performance
from gateline.numerals import exact_text
from gateline.quantities import BIT_LENGTHS

TF32_BITS = 19
"""Significant bits of a TF32 operand; no other format has as many."""
ANALOG_BITS = Fraction(8)
"""What an analog or multi-level unit counts as in the rule of 2022."""


@dataclass(frozen=True, slots=True)
class _Term:
    """A rate, the bit length by which it is multiplied (None counts operations alone), and both ends of the product."""

    rate: Rate
    bits: Fraction | None
    low: Fraction
    high: Fraction | None

    @property
    def reach(self) -> Fraction:
        """The most that is known of it."""
        return self.high or self.low


def _terms(rates: list[Rate], lengths: list[Fraction | None]) -> list[_Term]:
    """The product of each rate and its bit length; at the low end an unknown rate adds nothing."""
    bits = exact_array([length or Fraction(1) for length in lengths])
    lows, highs = (
        processing_performance(exact_array([getattr(rate.rate, end) for rate in rates]), bits)
        for end in ("low", "high")
    )
    return [
        _Term(rate, length, exact_value(low) or Fraction(0), exact_value(high))
        for rate, length, low, high in zip(rates, lengths, lows, highs, strict=True)
    ]


def put_performance(chip: Chip, readings: Mapping[str, str], inputs: Inputs) -> None:
    """Add what follows from the rates: total processing performance, and the rate alone."""
    rates = [_with_bits(rate, readings) for rate in chosen_rates(chip.rates, readings)]
    if not rates:
        return
    lengths = [rate.bits.low for rate in rates]
    inputs["total_processing_performance"] = _aggregate(_terms(rates, lengths), readings)
    if any(rate.engine == "analog" for rate in rates):
        weights = [ANALOG_BITS if rate.engine == "analog" else rate.bits.low for rate in rates]
        inputs["weighted_performance"] = _aggregate(_terms(rates, weights), readings)
    inputs["operation_rate"] = _aggregate(_terms(rates, [None] * len(rates)), readings)


def together(rates: list[Rate], readings: Mapping[str, str]) -> Amount:
    """What several rates come to: the highest of a unit, over the units as the readings say."""
    total = _aggregate(_terms(rates, [None] * len(rates)), readings).value
    assert isinstance(total, Amount)
    return total


def rates_by_length(chip: Chip, readings: Mapping[str, str]) -> Inputs:
    """The dense rate at each bit length that the chip has, as ``dense_rate_16bit`` and so on."""
    rates = chosen_rates(chip.rates, readings)
    found: Inputs = {}
    for bits in BIT_LENGTHS:
        alike = [rate for rate in rates if rate.bits.low == bits]
        if alike:
            found[f"dense_rate_{bits}bit"] = Datum(together(alike, readings), "the highest rate of its formats")
    return found


def chosen_rates(rates: list[Rate], readings: Mapping[str, str]) -> list[Rate]:
    """The rates that count: the shipped or the silicon peak, without or with what compression adds."""
    chosen = [rate for rate in rates if not rate.is_special]
    if readings["fp4"] == "compressed":
        chosen = _replaced(chosen, [rate for rate in rates if rate.compressed])
    if readings["peak"] == "silicon":
        chosen = _replaced(chosen, [rate for rate in rates if rate.peak == "silicon"])
    return chosen


def with_rounded_figures(chip: Chip, digits: int) -> Chip:
    """The chip as a datasheet would print it that rounds rates and memory bandwidth to so many significant digits."""
    rates = [rate.model_copy(update={"rate": rate.rate.rounded(digits)}) for rate in chip.rates]
    memory = chip.memory
    if memory is not None:
        memory = memory.model_copy(update={"bandwidth": memory.bandwidth.rounded(digits)})
    coarse: Chip = chip.model_copy(update={"rates": rates, "memory": memory})
    return coarse


def _replaced(rates: list[Rate], others: list[Rate]) -> list[Rate]:
    """`rates`, with those of the same format and unit replaced by `others`."""
    taken = {(rate.format, rate.processing_unit) for rate in others}
    return [rate for rate in rates if (rate.format, rate.processing_unit) not in taken] + others


def _with_bits(rate: Rate, readings: Mapping[str, str]) -> Rate:
    """The rate with the bit length that the reading gives a TF32 operand: one of 19 bits, whatever its name."""
    if rate.bits != Amount.exactly(TF32_BITS):
        return rate
    return rate.model_copy(update={"bits": Amount.exactly(int(readings["tf32"]))})


def _aggregate(terms: list[_Term], readings: Mapping[str, str]) -> Datum:
    """The highest product over the formats of a unit, over the units as the reading says."""
    units: dict[tuple[str, str], list[_Term]] = {}
    for term in terms:
        units.setdefault(_unit(term.rate, readings), []).append(term)
    best = [_best(unit) for unit in units.values()]
    if readings["units"] == "largest":
        best = [max(best, key=lambda terms: terms[0].reach)]
        ends = [[_total([unit], end) for unit in units.values()] for end in ("low", "high")]
        low, high = (None if None in totals else max(end for end in totals if end is not None) for totals in ends)
    else:
        low, high = (_total(list(units.values()), end) for end in ("low", "high"))
    rates = [term.rate for unit in best for term in unit]
    return Datum(Amount(low, high), " + ".join(map(_how, best)), sources(rates), confidences(rates))


def _unit(rate: Rate, readings: Mapping[str, str]) -> tuple[str, str]:
    """The unit to which a rate belongs; vector units are units of their own only if all are added up."""
    return rate.processing_unit, rate.engine if readings["units"] == "all" else ""


def _total(units: list[list[_Term]], end: str) -> Fraction | None:
    performance = np.full((len(units), max(map(len, units)), 1), Fraction(0), dtype=object)
    for number, unit in enumerate(units):
        performance[number, : len(unit), 0] = exact_array([getattr(term, end) for term in unit])
    return exact_value(total_processing_performance(performance)[0])


def _best(unit: list[_Term]) -> list[_Term]:
    """The formats that share the highest product, of the widest bit length among equals."""
    top = max(term.reach for term in unit)
    tied = [term for term in unit if term.reach == top]
    widest = max(term.rate.bits.low or 0 for term in tied)
    return [term for term in tied if term.rate.bits.low == widest]


def _how(best: list[_Term]) -> str:
    rate, bits = best[0].rate, best[0].bits
    remarks = [
        "/".join(dict.fromkeys(term.rate.format for term in best)),
        "compressed" if rate.compressed else "dense",
        *filter(None, [rate.processing_unit, "silicon peak" if rate.peak == "silicon" else ""]),
    ]
    times = f" × {exact_text(bits)} bit" if bits is not None else ""
    return f"{describe(rate.rate, 'TFLOP/s')}{times} ({', '.join(remarks)})"
