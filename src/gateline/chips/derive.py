"""From a chip's figures to the quantities that rules test, each with how it came about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from fractions import Fraction

from gateline.amounts import UNKNOWN, Amount, read_days
from gateline.chips.aggregation import at_level
from gateline.chips.chipfile import LONGEST_OPERAND, Chip
from gateline.chips.dies import put_dies
from gateline.chips.rates import put_performance
from gateline.chips.telling import describe
from gateline.errors import InputError
from gateline.inputs import Datum, Inputs
from gateline.quantities import QUANTITIES
from gateline.rules.corpus import Specs

AREA_WITHOUT_DIE = (
    "applicable_die_area: 0 means that no die is non-planar, but one is. Leave the area out where it is not known."
)
NOT_HBM = re.compile(r"((GDDR|LPDDR|DDR)\d\w?|SRAM|NONE)\b[^a-z]*", re.IGNORECASE)
"""Memory types that are no high-bandwidth memory; a name that says more, such as 'DDR 3D stacked', is left open."""
FUNCTION = "dominant_function_processing"
STACK = ("memory_bandwidth", "package_area", "memory_bandwidth_density")
"""What is stated of a memory stack, and not of a processor that has one."""


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
        Choice per reading, such as ``tf32``, ``units``, ``peak``, ``die-area``, ``aggregation``.

    Raises
    ------
    InputError
        If a stated value cannot be read.
    """
    inputs = follow(chip, specs, as_of, readings)
    for name, value in chip.stated.items():
        inputs[name] = Datum(specs.read_name(value, QUANTITIES[name]) if isinstance(value, str) else value, "stated")
    return inputs


def follow(chip: Chip, specs: Specs, as_of: date, readings: Mapping[str, str]) -> Inputs:
    """What follows from the chip's figures alone, whatever it states under canonical names; as for `derive`."""
    inputs: Inputs = {}
    put_performance(chip, readings, inputs)
    put_dies(chip, specs, as_of, readings, inputs)
    _memory(chip, inputs)
    _bandwidth(chip, inputs)
    _people(chip, specs, inputs)
    _market(chip, readings, inputs)
    inputs = at_level(chip, readings["aggregation"], inputs)
    if _computes_in_memory_alone(chip, inputs):
        inputs[FUNCTION] = Datum(None, "high-bandwidth memory, and no die but such as carry it")
    return inputs


def _computes_in_memory_alone(chip: Chip, inputs: Inputs) -> bool:
    """Whether what computes could be a memory stack with its base die, which is memory all the same."""
    with_memory = "hbm" in inputs and inputs["hbm"].value is True
    return with_memory and bool(chip.dies) and all(die.kind == "other" for die in chip.dies)


def completed(inputs: Inputs, as_of: date) -> Inputs:
    """The inputs, and what follows from them once everything that is stated is there."""
    return _with_standing(_with_function(_with_operations(_with_all_transistors(with_planar(inputs)))), as_of)


def _with_operations(inputs: Inputs) -> Inputs:
    """The inputs, with the least rate that the performance allows where no rate is known."""
    performance = inputs.get("total_processing_performance")
    if "operation_rate" in inputs or performance is None or not isinstance(performance.value, Amount):
        return inputs
    least = performance.value.low
    if least is None:
        return inputs
    how = f"total processing performance over {LONGEST_OPERAND} bit, the longest operand"
    return inputs | {"operation_rate": Datum(Amount(least / LONGEST_OPERAND, None), how)}


def _with_all_transistors(inputs: Inputs) -> Inputs:
    """The inputs, with the transistors of all dies: at least those of the applicable ones where only these are known."""
    applicable = inputs.get("approximated_transistor_count")
    if "total_transistor_count" in inputs or applicable is None or not isinstance(applicable.value, Amount):
        return inputs
    least = Datum(Amount(applicable.value.low, None), "at least the applicable dies")
    return inputs | {"total_transistor_count": least}


def _with_function(inputs: Inputs) -> Inputs:
    """The inputs, with the dominant function of what is plainly no memory stack.

    That is what computes and has no high-bandwidth memory, or has it beside logic dies or co-packaged; and logic dies
    without such memory.
    """
    if FUNCTION in inputs or any(name in inputs for name in STACK):
        return inputs
    performance, memory = inputs.get("total_processing_performance"), inputs.get("hbm")
    computes = performance is not None and isinstance(performance.value, Amount) and bool(performance.value.low)
    logic, beside = "process_node" in inputs, inputs.get("co_packaged_memory")
    without = memory is not None and memory.value is False
    if computes and (memory is None or without or logic or (beside is not None and beside.value is True)):
        return inputs | {FUNCTION: Datum(True, "described by what it computes, not as a memory stack")}
    if logic and without:
        return inputs | {FUNCTION: Datum(True, "logic dies without high-bandwidth memory")}
    return inputs


def _with_standing(inputs: Inputs, as_of: date) -> Inputs:
    """The inputs, with the day that counts for a designer's standing, and the days since its application."""
    if "standing_date" in inputs or "days_since_application" in inputs:
        return inputs
    stated = inputs.get("transaction_date")
    known = stated is not None and isinstance(stated.value, Amount) and not stated.value.unknown
    day = replace(stated) if known and stated is not None else Datum(Amount.exactly(as_of.toordinal()), "as of")
    inputs = inputs | {"standing_date": day}
    filed = inputs.get("designer_application_date")
    if filed is None or not isinstance(filed.value, Amount) or not isinstance(day.value, Amount):
        return inputs
    days = Amount(_days(day.value.low, filed.value.high), _days(day.value.high, filed.value.low))
    return inputs | {"days_since_application": Datum(days, "from the application to that day")}


def _days(later: Fraction | None, earlier: Fraction | None) -> Fraction | None:
    """Days from one day to another; None where one is unknown, or nothing has been filed by then."""
    return None if later is None or earlier is None or earlier > later else later - earlier


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


def _memory(chip: Chip, inputs: Inputs) -> None:
    memory = chip.memory
    if memory is None:
        return
    if not memory.bandwidth.unknown:
        inputs["dram_bandwidth"] = Datum(memory.bandwidth, memory.type, memory.source, memory.confidence)
    kind = memory.type.upper()
    known = memory.hbm
    if known is None and "hbm" not in memory.model_fields_set and kind:
        known = True if "HBM" in kind else False if NOT_HBM.fullmatch(kind) else None
    inputs["hbm"] = Datum(known, memory.type, memory.source, memory.confidence)
    if memory.co_packaged is not None:
        inputs["co_packaged_memory"] = Datum(memory.co_packaged, "stated")


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


def _market(chip: Chip, readings: Mapping[str, str], inputs: Inputs) -> None:
    """Product name, day of marketing, and whether it is designed or marketed for datacenters."""
    inputs["product"] = Datum((chip.family or chip.name).lower(), "family" if chip.family else "name")
    with suppress(InputError):  # a release date in words, such as "third quarter", is no date
        inputs["first_marketed"] = Datum(read_days(chip.released, QUANTITIES["first_marketed"]), "release date")
    if chip.datacenter is None:
        return
    datum = Datum(chip.datacenter.value, chip.datacenter.basis, ", ".join(chip.sources), chip.confidence)
    if datum.value is None and datum.how and readings["datacenter"] != "open":
        datum = replace(datum, value=readings["datacenter"] == "yes")
    inputs["datacenter"] = datum


def _people(chip: Chip, specs: Specs, inputs: Inputs) -> None:
    if chip.vendor_headquarters:
        _name(inputs, "designer", chip.vendor, specs, "maker, from the catalogue")
        _name(inputs, "designer_headquarters", chip.vendor_headquarters, specs, "maker, from the catalogue")
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


def _name(inputs: Inputs, name: str, text: str, specs: Specs, how: str = "stated") -> None:
    if text:
        inputs[name] = Datum(specs.read_name(text, QUANTITIES[name]), how)
