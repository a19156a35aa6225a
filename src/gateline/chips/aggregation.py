"""What counts as one integrated circuit: a die, a package, or all packages of a board."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from gateline.amounts import Amount
from gateline.chips.chipfile import Chip, Die
from gateline.inputs import Inputs

SUMMED = (
    "total_processing_performance",
    "weighted_performance",
    "operation_rate",
    "applicable_die_area",
    "dram_bandwidth",
    "io_bandwidth",
)
"""What a board of several packages has more of; transistors are counted per package by definition (15 CFR 772.1)."""


def at_level(chip: Chip, level: str, inputs: Inputs) -> Inputs:
    """The inputs of one package as those of what the reading takes for one integrated circuit.

    A die has its share of a package whose compute dies are all of one sort; its links to the other dies count as inputs and outputs
    but are not published, so that its bandwidth has no upper end.
    """
    if level == "board" and chip.packages_per_board > 1:
        return _scaled(inputs, Fraction(chip.packages_per_board), f"{chip.packages_per_board} packages on a board: ")
    compute = [die for die in chip.dies if die.kind == "compute"]
    if level == "die" and len(compute) == 1 and compute[0].count > 1:
        share = _scaled(inputs, Fraction(1, compute[0].count), f"one of {compute[0].count} compute dies: ")
        return _with_die_area(compute[0], _with_open_links(share))
    return inputs


def _scaled(inputs: Inputs, factor: Fraction, how: str) -> Inputs:
    return {
        name: replace(datum, value=_times(datum.value, factor), how=how + datum.how)
        if name in SUMMED and isinstance(datum.value, Amount)
        else datum
        for name, datum in inputs.items()
    }


def _times(amount: Amount, factor: Fraction) -> Amount:
    ends = [None if end is None else end * factor for end in (amount.low, amount.high)]
    return Amount(*ends)


def _with_open_links(inputs: Inputs) -> Inputs:
    links = inputs.get("io_bandwidth")
    if links is None or not isinstance(links.value, Amount):
        return inputs
    return inputs | {"io_bandwidth": replace(links, value=Amount(links.value.low, None))}


def _with_die_area(die: Die, inputs: Inputs) -> Inputs:
    area = inputs.get("applicable_die_area")
    if area is None or die.planar is not False:
        return inputs
    return inputs | {"applicable_die_area": replace(area, value=die.area, how=f"one {die.name}".strip())}
