"""From a chip's figures to the quantities that rules test, each with how it came about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

import numpy as np

from gateline.amounts import UNKNOWN, Amount
from gateline.chips.chipfile import Chip, Die, Rate
from gateline.errors import InputError
from gateline.inputs import Datum, Inputs, exact_array
from gateline.metrics import (
    applicable_die_area,
    approximated_transistor_count,
    processing_performance,
    total_processing_performance,
)
from gateline.metrics.arrays import Array
from gateline.numerals import exact_text, number
from gateline.quantities import QUANTITIES
from gateline.rules.columns import Column
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import evaluate
from gateline.rules.model import Outcome
from gateline.rules.program import compile_version

TF32_BITS = 19
"""Significant bits of a TF32 operand; no other format has as many."""
SMALLEST_DIE = Fraction(1, 10**6)
"""A die that is there has an area, even where only an upper end is known: a square micrometre [mm²] at the least."""

AREA_WITHOUT_DIE = (
    "applicable_die_area: 0 means that no die is non-planar, but one is. Leave the area out where it is not known."
)
ADVANCED_LOGIC = "us.ear.applicable-advanced-logic"
NOT_HBM = ("GDDR", "LPDDR", "DDR", "SRAM")


def derive(chip: Chip, specs: Specs, as_of: date, readings: Mapping[str, str]) -> Inputs:
    """Every quantity that can be had from the chip's figures; what they do not say is left out, which is unknown.

    Parameters
    ----------
    chip : Chip
    specs : Specs
        Countries, and the definition of the dies whose transistors count.
    as_of : date
        Day on which that definition is taken.
    readings : mapping
        Choice per reading; ``tf32`` says how many bits a TF32 operand has.

    Raises
    ------
    InputError
        If a stated value cannot be read.
    """
    inputs: Inputs = {}
    _performance(chip, readings, inputs)
    _dies(chip, specs, as_of, inputs)
    _memory(chip, inputs)
    _bandwidth(chip, inputs)
    _people(chip, specs, inputs)
    if chip.datacenter is not None:
        inputs["datacenter"] = Datum(
            chip.datacenter.value, chip.datacenter.basis, ", ".join(chip.sources), chip.confidence
        )
    for name, value in chip.stated.items():
        inputs[name] = Datum(specs.read_name(value, QUANTITIES[name]) if isinstance(value, str) else value, "stated")
    return with_planar(inputs)


def with_planar(inputs: Inputs) -> Inputs:
    """The inputs, and what follows where there is no non-planar die: no applicable area, or the other way round."""
    flag, area = inputs.get("non_planar_transistors"), inputs.get("applicable_die_area")
    if (area is None or area.value == UNKNOWN) and flag is not None and flag.value is False:
        return inputs | {"applicable_die_area": Datum(Amount.exactly(0), "no die with non-planar transistors")}
    if area is not None and area.value == Amount.exactly(0):
        if flag is not None and flag.value is True:
            raise InputError(AREA_WITHOUT_DIE)
        return inputs | {"non_planar_transistors": Datum(False, "applicable die area is zero")}
    return inputs


def _performance(chip: Chip, readings: Mapping[str, str], inputs: Inputs) -> None:
    if not chip.rates:
        return
    rates = [_read_bits(rate, readings) for rate in chip.rates]
    units = list(dict.fromkeys(rate.processing_unit for rate in rates))
    low, high = (_total(rates, units, end) for end in ("low", "high"))
    best = [_best([rate for rate in rates if rate.processing_unit == unit]) for unit in units]
    sources = dict.fromkeys(source for rates in best for rate in rates for source in [rate.source] if source)
    confidences = dict.fromkeys(rate.confidence for rates in best for rate in rates if rate.confidence)
    inputs["total_processing_performance"] = Datum(
        Amount(low, high), " + ".join(_how(rates) for rates in best), ", ".join(sources), ", ".join(confidences)
    )


def _read_bits(rate: Rate, readings: Mapping[str, str]) -> Rate:
    """The rate with the bit length that the reading gives a TF32 operand: one of 19 bits, whatever its name."""
    if rate.bits != Amount.exactly(TF32_BITS):
        return rate
    return rate.model_copy(update={"bits": Amount.exactly(int(readings["tf32"]))})


def _total(rates: list[Rate], units: list[str], end: str) -> Fraction | None:
    """One end of total processing performance; at the low end an unknown rate adds nothing."""
    missing = Fraction(0) if end == "low" else None
    performance = np.full((len(units), len(rates), 1), Fraction(0), dtype=object)
    for position, rate in enumerate(rates):
        known = getattr(rate.rate, end)
        values = exact_array([missing if known is None else known])
        performance[units.index(rate.processing_unit), position] = processing_performance(
            values, exact_array([rate.bits.low])
        )
    return _value(total_processing_performance(performance)[0])


def _best(rates: list[Rate]) -> list[Rate]:
    """The formats that share the highest product of rate and bit length, of the widest bit length among equals."""

    def product(rate: Rate) -> Fraction:
        assert rate.bits.low is not None
        return (rate.rate.high or rate.rate.low or Fraction(0)) * rate.bits.low

    top = max(product(rate) for rate in rates)
    tied = [rate for rate in rates if product(rate) == top]
    widest = max(rate.bits.low or 0 for rate in tied)
    return [rate for rate in tied if rate.bits.low == widest]


def _how(rates: list[Rate]) -> str:
    names = "/".join(dict.fromkeys(rate.format for rate in rates))
    unit = f", {rates[0].processing_unit}" if rates[0].processing_unit else ""
    bits = exact_text(rates[0].bits.low or Fraction(0))
    return f"{describe(rates[0].rate, 'TFLOP/s')} × {bits} bit ({names}, dense{unit})"


def describe(amount: Amount, unit: str) -> str:
    """An amount in words, for the account of how a quantity came about."""
    text = f" {unit}" if unit else ""
    if amount.unknown:
        return "unknown"
    if amount.known and amount.low is not None:
        return f"{number(amount.low, 12)}{text}"
    if amount.low is None or amount.high is None:
        known = amount.low if amount.high is None else amount.high
        return f"{'at least' if amount.high is None else 'at most'} {number(known or Fraction(0), 12)}{text}"
    return f"{number(amount.low, 12)} to {number(amount.high, 12)}{text}"


def _value(end: object) -> Fraction | None:
    return end if isinstance(end, Fraction) else Fraction(end) if isinstance(end, int) else None


def _dies(chip: Chip, specs: Specs, as_of: date, inputs: Inputs) -> None:
    if not chip.dies:
        return
    sources = ", ".join(dict.fromkeys(die.source for die in chip.dies if die.source))
    confidences = ", ".join(dict.fromkeys(die.confidence for die in chip.dies if die.confidence))
    planar = [die.planar for die in chip.dies]
    known_planar = None if all(flag is not False for flag in planar) and None in planar else False in planar
    inputs["non_planar_transistors"] = Datum(known_planar, "from the dies", sources, confidences)
    inputs["process_node"] = Datum(_smallest(die.node for die in chip.dies), "most advanced die", sources, confidences)
    area = Amount(_area(chip.dies, "low"), _area(chip.dies, "high"))
    inputs["applicable_die_area"] = Datum(area, _how_area(chip.dies), sources, confidences)
    inputs["approximated_transistor_count"] = Datum(
        _transistors(chip.dies, specs, as_of), _how_counted(chip.dies), sources, confidences
    )


def _smallest(nodes: Iterable[Amount]) -> Amount:
    listed = list(nodes)
    lows, highs = [node.low for node in listed], [node.high for node in listed if node.high is not None]
    low = None if None in lows else min(low for low in lows if low is not None)
    return Amount(low, min(highs, default=None))


def _area(dies: list[Die], end: str) -> Fraction | None:
    """One end of the applicable die area; a die that may be planar adds nothing at the low end."""
    counts = exact_array([Fraction(die.count) for die in dies]).reshape(-1, 1)
    if end == "low":
        areas, counted = (
            [die.area.low for die in dies],
            [die.planar is False and die.area.low is not None for die in dies],
        )
    else:
        areas, counted = [die.area.high for die in dies], [die.planar is not True for die in dies]
    total = applicable_die_area(exact_array(areas).reshape(-1, 1), counts, np.array(counted).reshape(-1, 1))
    known = _value(total[0])
    if end == "high" or known != 0:
        return known
    if any(die.planar is False for die in dies):
        return SMALLEST_DIE if _area(dies, "high") is not None else None
    return None if any(die.planar is None for die in dies) and _area(dies, "high") is None else known


def _how_area(dies: list[Die]) -> str:
    applicable = [die for die in dies if die.planar is not True]
    if not applicable:
        return "no die with non-planar transistors"
    return " + ".join(_how_die(die) for die in applicable)


def _how_die(die: Die) -> str:
    count = f"{die.count} × " if die.count > 1 else ""
    remarks = ", ".join(filter(None, [die.name, "" if die.planar is False else "planar or not is unknown"]))
    return f"{count}{describe(die.area, 'mm^2')}{f' ({remarks})' if remarks else ''}"


def _transistors(dies: list[Die], specs: Specs, as_of: date) -> Amount:
    """The transistors of the dies to which the foundry rule's definition applies, or could apply."""
    outcome = _advanced(dies, specs, as_of)
    ends = []
    for end, counted in (("low", outcome == Outcome.MET), ("high", outcome != Outcome.NOT_MET)):
        densities, areas, counts = (exact_array(values).reshape(-1, 1) for values in _count_parts(dies, end))
        total = approximated_transistor_count(densities, areas, counts, np.asarray(counted).reshape(-1, 1))
        ends.append(_value(total[0]))
    return Amount(*ends)


def _count_parts(dies: list[Die], end: str) -> tuple[list[Fraction | None], ...]:
    """Density, area and number of each die; a count from the design replaces density times area."""
    designed = [getattr(die.design_transistors, end) for die in dies]
    densities = [
        getattr(die.transistor_density, end) if own is None else own for die, own in zip(dies, designed, strict=True)
    ]
    areas = [getattr(die.area, end) if own is None else Fraction(1) for die, own in zip(dies, designed, strict=True)]
    return densities, areas, [Fraction(die.count) for die in dies]


def _advanced(dies: list[Die], specs: Specs, as_of: date) -> Array:
    """Whether each die is an applicable advanced logic IC, as the one evaluator says."""
    rule = specs.rules[ADVANCED_LOGIC]
    program = compile_version(specs, rule.id, rule.version_on(as_of) or rule.versions[0], as_of)
    low, high = (exact_array([getattr(die.node, end) for die in dies]) for end in ("low", "high"))
    flag = exact_array([None if die.planar is None else Fraction(not die.planar) for die in dies])
    columns = {"process_node": Column(low, high), "non_planar_transistors": Column(flag, flag)}
    return evaluate(program, columns, len(dies)).outcome


def _how_counted(dies: list[Die]) -> str:
    if all(die.design_transistors.unknown and die.transistor_density.unknown for die in dies):
        return "needs the transistor density of the node, or a count from the design; a marketing count is not used"
    return " + ".join(_how_count(die) for die in dies)


def _how_count(die: Die) -> str:
    count = f"{die.count} × " if die.count > 1 else ""
    if not die.design_transistors.unknown:
        return f"{count}{describe(die.design_transistors, '')} (count from the design)"
    return f"{count}{describe(die.transistor_density, 'per mm^2')} × {describe(die.area, 'mm^2')}"


def _memory(chip: Chip, inputs: Inputs) -> None:
    memory = chip.memory
    if memory is None:
        return
    if not memory.bandwidth.unknown:
        inputs["dram_bandwidth"] = Datum(memory.bandwidth, memory.type, memory.source, memory.confidence)
    kind = memory.type.upper()
    known = memory.hbm
    if known is None and "hbm" not in memory.model_fields_set and kind:
        known = True if "HBM" in kind else False if kind.startswith(NOT_HBM) else None
    inputs["hbm"] = Datum(known, memory.type, memory.source, memory.confidence)


def _bandwidth(chip: Chip, inputs: Inputs) -> None:
    if not chip.links:
        return
    low = sum((link.bandwidth.low or Fraction(0) for link in chip.links), Fraction(0))
    highs = [link.bandwidth.high for link in chip.links]
    high = (
        None
        if None in highs or not chip.links_complete
        else sum((end for end in highs if end is not None), Fraction(0))
    )
    how = " + ".join(f"{describe(link.bandwidth, 'GB/s')} {link.name}" for link in chip.links)
    sources = ", ".join(dict.fromkeys(link.source for link in chip.links if link.source)) or ", ".join(chip.sources)
    inputs["io_bandwidth"] = Datum(
        Amount(low, high), how + ("" if chip.links_complete else " + others"), sources, chip.confidence
    )


def _people(chip: Chip, specs: Specs, inputs: Inputs) -> None:
    if chip.designer is not None:
        status = chip.designer.status
        _name(inputs, "designer", chip.designer.name, specs)
        _name(inputs, "designer_headquarters", chip.designer.headquarters, specs)
        if status != "unknown":
            inputs["designer_approved"] = Datum(status == "approved", "stated")
            inputs["designer_authorized"] = Datum(status == "authorized", "stated")
        inputs["performance_attested"] = Datum(chip.designer.performance_attested, "stated")
    if chip.packaging is not None:
        packaging = chip.packaging
        _name(inputs, "packager", packaging.name, specs)
        _name(inputs, "packaging_country", packaging.country, specs)
        by_fabricator = None if packaging.by == "unknown" else packaging.by == "fabricator"
        inputs["packaged_by_fabricator"] = Datum(by_fabricator, "stated")
        if packaging.by == "fabricator":
            inputs["osat_approved"] = Datum(False, "packaged by the fabricator")
        elif packaging.approved is not None:
            inputs["osat_approved"] = Datum(packaging.approved, "stated")
        inputs["transistor_count_attested"] = Datum(packaging.transistor_count_attested, "stated")


def _name(inputs: Inputs, name: str, text: str, specs: Specs) -> None:
    if text:
        inputs[name] = Datum(specs.read_name(text, QUANTITIES[name]), "stated")
