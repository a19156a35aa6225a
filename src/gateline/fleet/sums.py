"""Sums by group that are exact: the same however a table is cut, in whatever order its rows come.

A float64 stands for the decimal number of up to `DIGITS` digits that is nearest to it, which is what its cell says. As a
whole number of a power of ten it is added without rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor, log10

import numpy as np
import numpy.typing as npt

from gateline.fleet.gather import gather

DIGITS = 14
PLACES = 130
"""A sum is a whole number of 10^-130; amounts lie between 10^-100 and 10^100."""
ENTRIES = 2**17
"""So many products of a piece of a number and a piece of its weight stay below 2^53, where float64 counts exactly."""
CACHED, FEW_GROUPS = 2**14, 2**8
NUMBER_BITS, WEIGHT_BITS, COUNT_BITS = 24, 12, 36
FRACTION_BITS, EXPONENT_BIAS = 52, 1022

Group = npt.NDArray[np.intp]
Values = npt.NDArray[np.float64]
Weights = npt.NDArray[np.int64] | None
"""How often each entry counts; None where each counts once."""


def _scales() -> npt.NDArray[np.int16]:
    """By the exponent of a float64: the power of ten that makes it a whole number of up to `DIGITS` digits."""
    ends = [floor(DIGITS - (exponent - EXPONENT_BIAS) * log10(2)) for exponent in range(2**11)]
    return np.clip(np.array(ends, dtype=np.int16), -PLACES, PLACES)


SCALES = _scales()
POWERS = np.array([float(f"1e{scale}") for scale in SCALES.tolist()])
SCALES[0] = 0
"""Zero has the scale of numbers in everyday use, so that few scales come together."""


def as_fraction(total: int) -> Fraction:
    """A sum as a number."""
    return Fraction(total, 10**PLACES)


def from_fraction(value: Fraction) -> int:
    """A number that was a sum."""
    return int(value * 10**PLACES)


def count(group: Group, groups: int, weights: Weights) -> list[int]:
    """How many entries each group has.

    Parameters
    ----------
    group : array of the number of each entry's group
    groups : int
    weights : int64 array or None
        Not negative.
    """
    totals = [0] * groups
    for here in _stretches(len(group), groups):
        for shift, piece in _pieces(weights, here, COUNT_BITS):
            found = np.bincount(group[here], piece, groups).astype(np.int64).tolist()
            totals = [total + (number << shift) for total, number in zip(totals, found, strict=True)]
    return totals


def add_up(group: Group, groups: int, values: Values, weights: Weights) -> list[int]:
    """The exact sum of each group, in units of 10^-`PLACES`.

    Parameters
    ----------
    group : array of the number of each entry's group
    groups : int
    values : float64 array
        Neither negative nor NaN.
    weights : int64 array or None
        How often each value is added; not negative.

    Examples
    --------
    >>> once = np.zeros(3, dtype=np.intp)
    >>> [total] = add_up(once, 1, np.array([0.1, 0.2, 1e26]), None)
    >>> as_fraction(total) == Fraction(3, 10) + 10**26
    True
    """
    totals = [0] * groups
    for here in _stretches(len(group), groups):
        exponent = (values[here].view(np.int64) >> FRACTION_BITS).astype(np.int16)
        scale = gather(SCALES, exponent)
        least = int(scale.min())
        span = int(scale.max()) - least + 1
        whole = np.rint(values[here] * gather(POWERS, exponent))
        high = np.floor(whole * 2.0**-NUMBER_BITS)
        cell = group[here] if span == 1 else group[here] * span + (scale - least)
        sums = [0] * (groups * span)
        for bits, part in ((0, whole - high * 2.0**NUMBER_BITS), (NUMBER_BITS, high)):
            for shift, piece in _pieces(weights, here, WEIGHT_BITS):
                found = np.bincount(cell, part if piece is None else part * piece, groups * span)
                more = found.astype(np.int64).tolist()
                sums = [total + (number << (bits + shift)) for total, number in zip(sums, more, strict=True)]
        for step in range(span):
            unit = 10 ** (PLACES - least - step)
            totals = [total + number * unit for total, number in zip(totals, sums[step::span], strict=True)]
    return totals


def _stretches(entries: int, groups: int) -> Iterator[slice]:
    """Stretches that stay in the cache, unless the sums of many groups would cost more than that saves."""
    step = CACHED if groups <= FEW_GROUPS else ENTRIES
    for start in range(0, entries, step):
        yield slice(start, start + step)


def _pieces(weights: Weights, here: slice, bits: int) -> Iterator[tuple[int, Values | None]]:
    """Weights in pieces of so many bits, lowest first, each with the place at which it stands."""
    if weights is None:
        yield 0, None
        return
    most = int(weights[here].max()).bit_length()
    for shift in range(0, most, bits):
        piece = weights[here] >> shift if shift else weights[here]
        yield shift, (piece & ((1 << bits) - 1) if most > shift + bits else piece).astype(np.float64)
