"""Performance added up by group and day, exactly, whatever the order of the rows and however a ledger is split."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateline.errors import InputError
from gateline.shipments.ledger_columns import Coded

MAXIMUM_CELLS = 2_000_000
"""Groups times days that one sum keeps; about 300 bytes each."""
PENDING = 250_000
"""Cells that may wait before they are merged."""
LARGEST_INTEGER = 2**62
DAY_BITS = 22
"""Enough for the number of any day up to the year 9999."""

Integers = NDArray[np.int64]
Exact = NDArray[Any]
"""An int64 array, or an object array of integers and fractions."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Sums over the rows of one group on one day, one entry each.

    Attributes
    ----------
    keys : int64 array
        Group and day in one number: `key`.
    least, most : int64 or object arrays [TPP]
        Over the rows that surely count, and over those that may, of the performance that is known.
    unknown, rows : int64 arrays
        Rows that may count: those of unknown performance, and all of them.
    first : int64 array
        The smallest row number among them.
    """

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

    def select(self, cells: NDArray[np.bool_]) -> Cells:
        """Some of the cells."""
        return Cells(*(getattr(self, name)[cells] for name in FIELDS))


FIELDS = tuple(field.name for field in fields(Cells))


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
    bound = max(units, default=0) * int(counts.max(initial=0)) * len(keys)
    exact = np.int64 if bound < LARGEST_INTEGER else object
    most = np.array(units, dtype=exact)[performance.codes] * counts
    known = np.array([value is not None for value in performance.values], dtype=bool)[performance.codes]
    cells = _merged(
        Cells(
            keys=keys,
            least=np.where(sure, most, 0),
            most=most,
            unknown=(~known).astype(np.int64),
            rows=np.ones(len(keys), dtype=np.int64),
            first=rows,
        )
    )
    return Cells(
        cells.keys,
        _scaled(cells.least, scale),
        _scaled(cells.most, scale),
        cells.unknown,
        cells.rows,
        cells.first,
    )


def _scaled(values: Exact, scale: int) -> Exact:
    """Exact values, whole numbers divided by `scale`."""
    exact = values.astype(object)
    return exact if scale == 1 else np.array([Fraction(value, scale) for value in exact] or [], dtype=object)


def _merged(cells: Cells) -> Cells:
    """One cell for each group and day, in order."""
    if not len(cells):
        return cells
    order = np.argsort(cells.keys, kind="stable")
    keys = cells.keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    return Cells(
        keys=keys[starts],
        least=np.add.reduceat(cells.least[order], starts),
        most=np.add.reduceat(cells.most[order], starts),
        unknown=np.add.reduceat(cells.unknown[order], starts),
        rows=np.add.reduceat(cells.rows[order], starts),
        first=np.minimum.reduceat(cells.first[order], starts),
    )


def _joined(parts: Iterable[Cells]) -> Cells:
    every = list(parts)
    none = np.empty(0, dtype=np.int64)
    if not every:
        return Cells(none, none.astype(object), none.astype(object), none, none, none)
    return Cells(*(np.concatenate([getattr(part, name) for part in every]) for name in FIELDS))


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
    """Sums over some days: least and most of what is known, and rows of unknown performance."""

    least: Exact
    most: Exact
    unknown: Integers


class Running:
    """Sums over any span of days of any group, from the cells of a whole ledger."""

    def __init__(self, cells: Cells) -> None:
        self._keys = cells.keys
        self._sums = [_cumulative(values) for values in (cells.least, cells.most, cells.unknown)]

    def between(self, groups: Integers, start: Integers, end: Integers) -> Span:
        """Sums of each group from one day to another, both included."""
        before = np.searchsorted(self._keys, key(groups, start), side="left")
        after = np.searchsorted(self._keys, key(groups, end), side="right")
        least, most, unknown = (values[after] - values[before] for values in self._sums)
        return Span(least, most, unknown)


def _cumulative(values: Exact) -> Exact:
    return np.concatenate([np.zeros(1, dtype=values.dtype), np.add.accumulate(values)])
