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

DIGITS = 14
PLACES = 130
"""A sum is a whole number of 10^-130; amounts lie between 10^-100 and 10^100."""
ENTRIES = 2**17
"""So many products of a piece of a number and a piece of its weight stay below 2^53, where float64 counts exactly."""
NUMBER_BITS, WEIGHT_BITS, COUNT_BITS = 24, 12, 36
FRACTION_BITS, EXPONENT_BIAS = 52, 1022

Group = npt.NDArray[np.intp]
Values = npt.NDArray[np.float64]
Weights = npt.NDArray[np.int64] | None
"""How often each entry counts; None where each counts once."""


def _scales() -> npt.NDArray[np.intp]:
    """By the exponent of a float64: the power of ten that makes it a whole number of up to `DIGITS` digits."""
    ends = [floor(DIGITS - (exponent - EXPONENT_BIAS) * log10(2)) for exponent in range(2**11)]
    return np.clip(np.array(ends, dtype=np.intp), -PLACES, PLACES)


SCALES = _scales()
POWERS = np.array([float(f"1e{scale}") for scale in SCALES.tolist()])


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
    for here in _stretches(len(group)):
        for shift, piece in _pieces(None if weights is None else weights[here], COUNT_BITS):
            found = np.bincount(group[here], piece, groups)
            for number in np.flatnonzero(found).tolist():
                totals[number] += int(found[number]) << shift
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
    for here in _stretches(len(group)):
        exponent = values[here].view(np.int64) >> FRACTION_BITS
        scale = SCALES[exponent]
        least = int(scale.min(initial=PLACES))
        span = int(scale.max(initial=least)) - least + 1
        whole = np.rint(values[here] * POWERS[exponent])
        high = np.floor(whole * 2.0**-NUMBER_BITS)
        cell = group[here] * span + (scale - least)
        for bits, part in ((0, whole - high * 2.0**NUMBER_BITS), (NUMBER_BITS, high)):
            for shift, piece in _pieces(None if weights is None else weights[here], WEIGHT_BITS):
                found = np.bincount(cell, part if piece is None else part * piece, groups * span)
                for number in np.flatnonzero(found).tolist():
                    unit = 10 ** (PLACES - least - number % span)
                    totals[number // span] += (int(found[number]) << (bits + shift)) * unit
    return totals


def _stretches(entries: int) -> Iterator[slice]:
    for start in range(0, entries, ENTRIES):
        yield slice(start, start + ENTRIES)


def _pieces(weights: Weights, bits: int) -> Iterator[tuple[int, Values | None]]:
    """Weights in pieces of so many bits, lowest first, each with the place at which it stands."""
    if weights is None:
        yield 0, None
        return
    for shift in range(0, int(weights.max(initial=0)).bit_length(), bits):
        yield shift, ((weights >> shift) & ((1 << bits) - 1)).astype(np.float64)
