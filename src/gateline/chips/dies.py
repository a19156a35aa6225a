"""From the dies of a chip to areas, nodes and transistor counts, under the readings that the law leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

import numpy as np

from gateline.amounts import Amount
from gateline.chips.chipfile import Chip, Die
from gateline.chips.telling import confidences, describe, sources
from gateline.inputs import Datum, Inputs, exact_array, exact_value
from gateline.metrics import applicable_die_area, approximated_transistor_count
from gateline.metrics.arrays import Array
from gateline.rules.columns import Column
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import evaluate
from gateline.rules.model import Outcome
from gateline.rules.program import compile_version

SMALLEST_DIE = Fraction(1, 10**6)
"""A die that is there has an area, even where only an upper end is known: a square micrometre [mm²] at the least."""
RETICLE = Fraction(26 * 33)
"""The field that a lithography scanner exposes at once, 26 mm by 33 mm [mm²]; a die is no larger."""
ADVANCED_LOGIC = "us.ear.applicable-advanced-logic"


def put_dies(chip: Chip, specs: Specs, as_of: date, readings: Mapping[str, str], inputs: Inputs) -> None:
    """Add what follows from the dies: whether one is non-planar, node, applicable area, transistor count."""
    if not chip.dies:
        return
    dies = [_limited(die) for die in chip.dies] if readings["die-limit"] == "reticle" else chip.dies
    origin = sources(dies), confidences(dies)
    planar = [die.planar for die in dies]
    known_planar = None if all(flag is not False for flag in planar) and None in planar else False in planar
    inputs["non_planar_transistors"] = Datum(known_planar, "from the dies", *origin)
    inputs["process_node"] = Datum(_smallest(die.node for die in dies), "most advanced die", *origin)
    counted = _counted(dies, readings)
    area = Amount(_area(counted, "low"), _area(counted, "high"))
    inputs["applicable_die_area"] = Datum(area, _how_area(counted), *origin)
    count = _transistors(dies, specs, as_of)
    inputs["approximated_transistor_count"] = Datum(count, _how_counted(dies), *origin)
    everything = _counted_transistors(dies, np.ones(len(dies), dtype=bool), np.ones(len(dies), dtype=bool))
    least = everything.low if everything.low is not None else count.low
    inputs["total_transistor_count"] = Datum(Amount(least, everything.high), _how_counted(dies), *origin)


def _limited(die: Die) -> Die:
    """The die, no larger than a scanner can expose where its area is unknown and how many there are is stated."""
    counted = die.area.unknown and "count" in die.model_fields_set
    return die.model_copy(update={"area": Amount(None, RETICLE)}) if counted else die


def _counted(dies: list[Die], readings: Mapping[str, str]) -> list[Die]:
    """The dies whose area counts under the reading; the law's text names all logic dies."""
    compute = [die for die in dies if die.kind != "other"]
    narrow = readings["die-area"] == "compute" and any(die.planar is not True for die in compute)
    return compute if narrow else dies


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
    known = exact_value(total[0])
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
    return _counted_transistors(dies, outcome == Outcome.MET, outcome != Outcome.NOT_MET)


def _counted_transistors(dies: list[Die], least: Array, most: Array) -> Amount:
    """The transistors of the dies that count at the least, and at the most."""
    ends = []
    for end, counted in (("low", least), ("high", most)):
        densities, areas, counts = (exact_array(values).reshape(-1, 1) for values in _count_parts(dies, end))
        total = approximated_transistor_count(densities, areas, counts, np.asarray(counted).reshape(-1, 1))
        ends.append(exact_value(total[0]))
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
