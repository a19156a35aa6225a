"""What every formula needs: a check of its inputs, and reductions that keep the unknown unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.errors import InputError

Array = npt.NDArray[Any]
"""A float64 array, or an object array of ``fractions.Fraction`` and NaN."""

UNDEFINED = float("inf")
"""Marks a quantity that has no value (not an unknown one): no condition on it ever holds."""


STRIP = 2**17
"""Rows that are worked on at a time where several steps read the same numbers: a column of them stays in the cache."""


LARGE_PAGE = 2**21
"""Bytes of a large page of memory, and where one can start."""


def strips(rows: int, length: int | None = None) -> Iterator[slice]:
    """Stretches of `length` rows (by default `STRIP`), and a last one of those that are left."""
    step = length or STRIP
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def fresh(rows: int, kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """A column to be filled. A long one starts where a large page of memory can: the system clears one in less time than many small."""
    kind = np.dtype(kind)
    size = rows * kind.itemsize
    if size < 2 * LARGE_PAGE:
        return np.empty(rows, dtype=kind)
    memory = np.empty(size + LARGE_PAGE, dtype=np.uint8)
    start = -memory.ctypes.data % LARGE_PAGE
    return memory[start : start + size].view(kind)


def stripwise(formula: Callable[..., Array], *columns: Array) -> npt.NDArray[np.float64]:
    """What a formula of several steps makes of float64 columns of one length, row by row."""
    result = fresh(len(columns[0]), np.float64)
    for strip in strips(len(result)):
        result[strip] = formula(*(column[strip] for column in columns))
    return result


def is_unknown(values: Array) -> npt.NDArray[np.bool_]:
    """Where `values` are NaN; works on object arrays too, because only NaN differs from itself."""
    with np.errstate(invalid="ignore"):
        return np.asarray(values != values, dtype=bool)


def require(name: str, values: Array, unit: str, *, positive: bool) -> None:
    """Raise unless every known value is positive (or, if not `positive`, at least zero); rows are the last axis."""
    if values.dtype == np.float64:
        least = np.fmin.reduce(values, axis=None, initial=UNDEFINED)
        if least > 0 or (least == 0 and not positive):
            return
    with np.errstate(invalid="ignore"):
        bad = np.asarray(values <= 0 if positive else values < 0, dtype=bool)
    if bad.any():
        first = np.unravel_index(int(bad.argmax()), bad.shape)
        wanted = "positive" if positive else "zero or more"
        raise InputError(f"{name}: row {first[-1]} is {float(values[first]):g} {unit}; it must be {wanted}.")


def largest(values: Array, axis: int) -> Array:
    """Maximum along `axis`; unknown where any entry is unknown. An empty axis gives zero."""
    unknown = is_unknown(values)
    return np.where(unknown.any(axis=axis), np.nan, np.where(unknown, 0, values).max(axis=axis, initial=0))


def quotient(numerator: Array, denominator: Array) -> Array:
    """`numerator` per `denominator`; `UNDEFINED` where the denominator is zero, NaN where either is unknown."""
    empty = np.asarray(denominator == 0, dtype=bool)
    if numerator.dtype == object or denominator.dtype == object:
        return np.asarray(np.where(empty, UNDEFINED, numerator / np.where(empty, 1, denominator)))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        result = np.asarray(numerator / denominator)
    return np.fmax(result, value_where(UNDEFINED, empty)) if empty.any() else result


def value_where(value: float, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Zero or `UNDEFINED` in some rows and NaN in the others.

    A float64 of which all bits are set is NaN. Taken so, no row needs a branch, which costs ten times as much where the
    rows come in no order.
    """
    bits = (rows.view(np.int8) - np.int8(1)).astype(np.int64)
    np.bitwise_or(bits, np.float64(value).view(np.int64), out=bits)
    return bits.view(np.float64)


def unknown_where(rows: npt.NDArray[np.bool_], values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """NaN in some rows and the values in the others: NaN has all bits set, so that one pass puts it."""
    bits = np.negative(rows.view(np.int8)).astype(np.int64)
    np.bitwise_or(bits, values.view(np.int64), out=bits)
    return bits.view(np.float64)


def select(rows: npt.NDArray[np.bool_], chosen: Array, otherwise: Array) -> Array:
    """`chosen` in some rows and `otherwise` in the others; float64 without branches."""
    if chosen.dtype != np.float64 or otherwise.dtype != np.float64:
        return np.where(rows, chosen, otherwise)
    mask = np.negative(rows.view(np.int8)).astype(np.int64)
    bits = np.bitwise_xor(chosen.view(np.int64), otherwise.view(np.int64))
    np.bitwise_and(bits, mask, out=bits)
    np.bitwise_xor(bits, otherwise.view(np.int64), out=bits)
    return bits.view(np.float64)
