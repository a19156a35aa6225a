"""What no value of a quantity can be, told of whole columns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from gateline.quantities import Quantity

Truth = npt.NDArray[np.bool_]

LARGEST = 1e100
"""Larger than every quantity; products and quotients of what is smaller are finite."""


def is_sound(values: npt.NDArray[np.float64], entry: Quantity, missing: Truth | None = None) -> bool:
    """Whether the known values can all be values of a quantity; two passes say so without looking at each.

    Rows that are `missing` may hold anything; where they are told, NaN in another row is not sound.
    """
    if missing is not None:
        return bool((_possible(values, entry) | missing).all())
    low, high = np.fmin.reduce(values, initial=np.nan), np.fmax.reduce(values, initial=np.nan)
    if np.isnan(low):
        return True
    least = max(float(entry.minimum), 1 / LARGEST)
    above = low >= least or bool(low == 0 and entry.zero and not _between(values, least))
    return bool(above and high <= (1 if entry.share else LARGEST))


def _possible(values: npt.NDArray[np.float64], entry: Quantity) -> Truth:
    """The rows whose value is known and one that a quantity of this sort can have."""
    possible: Truth = values >= max(float(entry.minimum), 1 / LARGEST)
    if entry.zero:
        possible |= values == 0
    possible &= values <= (1 if entry.share else LARGEST)
    return possible


def _between(values: npt.NDArray[np.float64], least: float) -> bool:
    """Whether a value lies above zero, but below the least that one can be."""
    return bool(((values > 0) & (values < least)).any())


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
