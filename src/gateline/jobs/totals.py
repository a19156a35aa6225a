"""What totals are compared with in words: the catalogue's H100."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from gateline.amounts import Amount
from gateline.jobs.chip import chip_inputs, find_chip
from gateline.rules.corpus import Specs

REFERENCE = "nvidia-h100-sxm"


def reference_performance(specs: Specs, as_of: date) -> Fraction:
    """Total processing performance of the chip in whose equivalents totals are told [TPP]."""
    inputs = chip_inputs(find_chip(REFERENCE).chip, {}, specs, as_of, specs.choose_readings({}))
    value = inputs["total_processing_performance"].value
    assert isinstance(value, Amount)
    assert value.low
    return value.low
