"""Performance added up by group and day, exactly, whatever the order of the rows and however a ledger is split."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateline.errors import InputError
from gateline.shipments.ledger_columns import Coded

MAXIMUM_CELLS = 2_000_000
"""Groups times days that one sum keeps; 48 bytes each, and more where a performance has so many digits that int64 cannot hold it."""
PENDING = 250_000
"""Cells that may wait before they are merged."""
LARGEST_INTEGER = 2**62
"""What is sure to stay below it is added as int64, anything else as Python's integers."""
DAY_BITS = 22
"""Enough for the number of any day up to the year 9999."""

Integers = NDArray[np.int64]
Exact = NDArray[Any]
"""Whole numbers: an int64 array, or an object array of Python's integers."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Sums over the rows of one group on one day, one entry each.

    Attributes
    ----------
    scale : int
        Performance is counted in units of 1/scale [TPP], so that every sum is a whole number.
    keys : int64 array
        Group and day in one number: `key`.
    least, most : int64 or object arrays
        Over the rows that surely count, and over those that may, of the performance that is known.
    unknown, rows : int64 arrays
        Rows that may count: those of unknown performance, and all of them.
    first : int64 array
        The smallest row number among them.
    """

    scale: int
    keys: Integers
    least: Exact
    most: Exact
    unknown: Integers
    rows: Integers
    first: Integers

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def groups(self) -> Integers:
        """The group of each cell."""
        return np.asarray(self.keys >> DAY_BITS, dtype=np.int64)

    @property
    def days(self) -> Integers:
        """The day of each cell, as its number in the calendar."""
        return np.asarray(self.keys & (2**DAY_BITS - 1), dtype=np.int64)

    def select(self, cells: NDArray[np.bool_] | slice) -> Cells:
        """Some of the cells."""
        return Cells(self.scale, *(getattr(self, name)[cells] for name in ARRAYS))

    def rescaled(self, scale: int) -> Cells:
        """The same sums in units of 1/scale, of which the own units are a multiple."""
        factor = scale // self.scale
        if factor == 1:
            return self
        dtype = _dtype(factor * int(self.most.max(initial=0)))
        return replace(
            self, scale=scale, least=self.least.astype(dtype) * factor, most=self.most.astype(dtype) * factor
        )

    @property
    def everything(self) -> Fraction:
        """The performance of all rows that may count, where it is known [TPP]."""
        return Fraction(_sum(self.most), self.scale)


ARRAYS = tuple(field.name for field in fields(Cells) if field.name != "scale")


def key(groups: Integers, days: Integers | int) -> Integers:
    """Group and day in one number, which sorts by group and then by day."""
    return np.asarray((groups << DAY_BITS) + days, dtype=np.int64)


def cells_of(keys: Integers, sure: NDArray[np.bool_], counts: Integers, performance: Coded, rows: Integers) -> Cells:
    """The cells of some rows that may count.

    Parameters
    ----------
    keys : int64 array, shape (n,)
        Group and day of each row.
    sure : bool array, shape (n,)
        Whether the row surely counts.
    counts, rows : int64 arrays, shape (n,)
        Chips, and row numbers.
    performance : Coded
        Total processing performance of one chip [TPP], with codes of these rows.
    """
    scale = lcm(*(Fraction(value).denominator for value in performance.values if value is not None))
    units = [0 if value is None else int(value * scale) for value in performance.values]
    bound = max(units, default=0) * int(counts.max(initial=0))
    most = np.array(units, dtype=_dtype(bound))[performance.codes] * counts
    known = np.array([value is not None for value in performance.values], dtype=bool)[performance.codes]
    return _merged(
        Cells(
            scale=scale,
            keys=keys,
            least=np.where(sure, most, 0),
            most=most,
            unknown=(~known).astype(np.int64),
            rows=np.ones(len(keys), dtype=np.int64),
            first=rows,
        )
    )


def _dtype(bound: int) -> type:
    return np.int64 if bound < LARGEST_INTEGER else object


def _sum(values: Exact) -> int:
    """The sum of whole numbers that are not negative, however large."""
    if values.dtype == object or int(values.max(initial=0)) * len(values) >= LARGEST_INTEGER:
        return sum(values.tolist())
    return int(values.sum())


def _summable(values: Exact) -> Exact:
    """The same numbers in a type that holds the sum of any of them."""
    return values.astype(_dtype(_sum(values)), copy=False)


def _merged(cells: Cells) -> Cells:
    """One cell for each group and day, in order."""
    if not len(cells):
        return cells
    order = np.argsort(cells.keys, kind="stable")
    keys = cells.keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    return Cells(
        scale=cells.scale,
        keys=keys[starts],
        least=np.add.reduceat(_summable(cells.least)[order], starts),
        most=np.add.reduceat(_summable(cells.most)[order], starts),
        unknown=np.add.reduceat(cells.unknown[order], starts),
        rows=np.add.reduceat(cells.rows[order], starts),
        first=np.minimum.reduceat(cells.first[order], starts),
    )


def _joined(parts: Iterable[Cells]) -> Cells:
    """The cells of all parts in one, with a scale that all of them have."""
    every = list(parts)
    scale = lcm(*(part.scale for part in every))
    rescaled = [part.rescaled(scale) for part in every]
    none = np.empty(0, dtype=np.int64)
    return Cells(scale, *(np.concatenate([none, *(getattr(part, name) for part in rescaled)]) for name in ARRAYS))


class Accumulator:
    """The cells of one sum while rows come in; what it holds is bounded by groups times days."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._parts: list[Cells] = []
        self._merged = 0

    def add(self, cells: Cells) -> None:
        """Take in the cells of some more rows.

        Raises
        ------
        InputError
            If the rows have too many groups and days.
        """
        self._parts.append(cells)
        if sum(map(len, self._parts)) > 2 * self._merged + PENDING:
            self.cells()

    def cells(self) -> Cells:
        """All cells so far, in order of group and day.

        Raises
        ------
        InputError
            If there are too many.
        """
        merged = _merged(_joined(self._parts))
        if len(merged) > MAXIMUM_CELLS:
            raise InputError(
                f"totals by {self._what} and day: more than {MAXIMUM_CELLS:,} of them. "
                f"Split the ledger by {self._what}, or leave the totals out."
            )
        self._parts, self._merged = [merged], len(merged)
        return merged


@dataclass(frozen=True, slots=True)
class Span:
    """Sums over some days: object arrays of the least and the most of what is known [TPP], and rows of unknown performance."""

    least: NDArray[Any]
    most: NDArray[Any]
    unknown: Integers


class Running:
    """Sums over any span of days of any group, from the cells of a whole ledger."""

    def __init__(self, cells: Cells) -> None:
        self._keys, self._scale = cells.keys, cells.scale
        self._sums = [_cumulative(values) for values in (cells.least, cells.most, cells.unknown)]

    def between(self, groups: Integers, start: Integers, end: Integers) -> Span:
        """Sums of each group from one day to another, both included."""
        before = np.searchsorted(self._keys, key(groups, start), side="left")
        after = np.searchsorted(self._keys, key(groups, end), side="right")
        least, most, unknown = (values[after] - values[before] for values in self._sums)
        return Span(_performance(least, self._scale), _performance(most, self._scale), unknown)


def _performance(units: Exact, scale: int) -> NDArray[Any]:
    """Exact values in TPP, whole numbers and fractions."""
    exact = units.astype(object)
    return exact if scale == 1 else np.array([Fraction(value, scale) for value in exact] or [], dtype=object)


def _cumulative(values: Exact) -> Exact:
    exact = _summable(values)
    return np.concatenate([np.zeros(1, dtype=exact.dtype), np.add.accumulate(exact)])
