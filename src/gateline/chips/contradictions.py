"""Statements about a chip that its other figures contradict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from gateline.amounts import Amount
from gateline.chips.chipfile import Chip
from gateline.chips.derive import follow
from gateline.inputs import Datum, Inputs, understated
from gateline.rules.corpus import Specs

RISING = (
    "total_processing_performance",
    "weighted_performance",
    "operation_rate",
    "performance_density",
    "dram_bandwidth",
    "io_bandwidth",
    "approximated_transistor_count",
)
"""Quantities of which more is the cautious side."""


def contradictions(chip: Chip, stated: Inputs, specs: Specs, as_of: date, readings: Mapping[str, str]) -> list[str]:
    """What is to be said of figures that are stated below what the other figures of the chip make.

    Parameters
    ----------
    chip : Chip
    stated : Inputs
        What is stated beside the chip.
    specs, as_of, readings
        As for `derive`.
    """
    said = {name: Datum(value, "stated") for name, value in chip.stated.items()} | stated
    follows = follow(chip, specs, as_of, readings)
    density = _density(follows | said)
    if density is not None:
        follows["performance_density"] = density
    return [
        f"{chip.name}: {told}" for told in understated({name: said[name] for name in RISING if name in said}, follows)
    ]


def _density(inputs: Inputs) -> Datum | None:
    """The least performance density that performance and area make."""
    performance, area = (
        inputs[name].value if name in inputs else None
        for name in ("total_processing_performance", "applicable_die_area")
    )
    if not isinstance(performance, Amount) or not isinstance(area, Amount) or not performance.low or not area.high:
        return None
    how = "total processing performance over applicable die area"
    return Datum(Amount(performance.low / area.high, None), how)
