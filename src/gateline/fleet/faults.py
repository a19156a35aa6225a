"""What no value of a quantity can be, told of whole columns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from gateline.metrics.arrays import strips
from gateline.quantities import Quantity

Truth = npt.NDArray[np.bool_]

LARGEST = 1e100
"""Larger than every quantity; products and quotients of what is smaller are finite."""


def is_sound(values: npt.NDArray[np.float64], entry: Quantity, missing: Truth | None = None) -> bool:
    """Whether the numbers can all be values of a quantity, as they stand; two passes say so without looking at each.

    Of a zero with a sign it says no: nothing is wrong with it, but it has to become zero (`unsigned`).

    Where the rows that are `missing` are told, no other has NaN. What stands in them has to be sound as well.
    """
    least, most = max(float(entry.minimum), 1 / LARGEST), 1 if entry.share else LARGEST
    for strip in strips(len(values)):
        part = values[strip]
        low, high = np.fmin.reduce(part), np.fmax.reduce(part)
        if low < least and (low < 0 or not entry.zero or _between(part, least) or _signed_zero(part)):
            return False
        if high > most or (missing is not None and not ((part == part) | missing[strip]).all()):
            return False
    return True


def _between(values: npt.NDArray[np.float64], least: float) -> bool:
    """Whether a value lies above zero, but below the least that one can be."""
    return bool(((values > 0) & (values < least)).any())


def _signed_zero(values: npt.NDArray[np.float64]) -> bool:
    """Whether a value is zero with a sign, which is printed otherwise and divides to another infinity."""
    return bool((np.signbit(values) & (values == 0)).any())


def unsigned(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A copy of the values, in which zero has no sign."""
    return values + 0.0


def faults(values: npt.NDArray[np.float64], stated: Truth, entry: Quantity) -> Iterator[tuple[Truth, str]]:
    """What is wrong with which values; `stated` marks those that are there, and so cannot be NaN."""
    with np.errstate(invalid="ignore"):
        yield (
            ~np.isfinite(values) & stated,
            "is not a finite number; leave the cell empty where the value is unknown",
        )
        yield values < 0, "is negative"
        if not entry.zero:
            yield values == 0, "must be greater than zero"
        if entry.share:
            yield values > 1, "is more than 1; write a share"
        yield (
            np.isfinite(values) & ((values > LARGEST) | ((values > 0) & (values < 1 / LARGEST))),
            "has an exponent beyond ±99; no quantity here needs one",
        )
        if entry.minimum:
            yield (
                (values > 0) & (values < float(entry.minimum)) & (values >= 1 / LARGEST),
                "is below 10^15: a lost superscript? Write 1e26, not 1026",
            )
