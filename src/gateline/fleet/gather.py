"""Looking up many entries of small arrays, and counting how often each is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.metrics.arrays import fresh, strips

RECORD_BYTES = 16
"""Entries of so many bytes are copied as fast as those of eight."""
LOOKED_UP = 2**15
"""Rows that are looked up at a time: their places, of 64 bits, and their records stay in the cache."""
FEW_ENTRIES = 2**13
"""With more, sums of strips take longer than one sum."""

Entries = npt.NDArray[Any]
Place = npt.NDArray[np.integer[Any]]


def gather(entries: Entries, place: Place) -> Entries:
    """``entries[place]``, for numbers and places that are known to be inside."""
    [found] = gather_each([entries], place)
    return found


def gather_each(tables: Sequence[Entries], place: Place) -> list[Entries]:
    """``entries[place]`` for the entries of several tables, which are all of one length.

    What is looked up at one place lies there side by side, so that there are fewer lookups; each strip is sorted into its columns while it is
    in the cache. The results lie in one piece of memory.
    """
    columns = _side_by_side(len(place), tables)
    records = [_Records.of(tables, numbers) for numbers in _shares(tables)]
    for strip in strips(len(place), LOOKED_UP):
        index = place[strip].astype(np.intp)
        for record in records:
            record.look_up(index, columns, strip)
    return columns


def _side_by_side(rows: int, tables: Sequence[Entries]) -> list[Entries]:
    """Columns to be filled with the entries of some tables, one after the other in memory; the widest first."""
    memory = fresh(rows * sum(entries.itemsize for entries in tables), np.uint8)
    columns: dict[int, Entries] = {}
    start = 0
    for number in _widest_first(tables):
        end = start + rows * tables[number].itemsize
        columns[number] = memory[start:end].view(tables[number].dtype)
        start = end
    return [columns[number] for number in range(len(tables))]


def _widest_first(tables: Sequence[Entries]) -> list[int]:
    return sorted(range(len(tables)), key=lambda number: -tables[number].itemsize)


def _shares(tables: Sequence[Entries]) -> list[list[int]]:
    """The numbers of the tables, together where an entry of each fits a record."""
    shares: list[list[int]] = []
    free: list[int] = []
    for number in _widest_first(tables):
        size = tables[number].itemsize
        share = next((share for share, room in enumerate(free) if room >= size), None)
        if share is None:
            shares.append([])
            free.append(RECORD_BYTES)
            share = len(shares) - 1
        shares[share].append(number)
        free[share] -= size
    return shares


@dataclass(frozen=True, slots=True)
class _Records:
    """The entries of some tables, side by side."""

    numbers: list[int]
    entries: Entries

    @classmethod
    def of(cls, tables: Sequence[Entries], numbers: list[int]) -> _Records:
        if len(numbers) == 1:
            return cls(numbers, tables[numbers[0]])
        fields = [(str(number), tables[number].dtype) for number in numbers]
        left = RECORD_BYTES - sum(kind.itemsize for _, kind in fields)
        entries: Entries = np.zeros(len(tables[numbers[0]]), dtype=[*fields, ("left", np.dtype((np.void, left)))])
        for number in numbers:
            entries[str(number)] = tables[number]
        return cls(numbers, entries)

    def look_up(self, index: npt.NDArray[np.intp], columns: list[Entries], strip: slice) -> None:
        """Fill a strip of the columns."""
        if len(self.numbers) == 1:
            np.take(self.entries, index, out=columns[self.numbers[0]][strip], mode="clip")
            return
        found = np.take(self.entries, index, mode="clip")
        for number in self.numbers:
            columns[number][strip] = found[str(number)]


def counted(place: Place, entries: int) -> npt.NDArray[np.int64]:
    """How many rows have each of so many entries."""
    found = np.zeros(entries, dtype=np.int64)
    for strip in strips(len(place), LOOKED_UP) if entries < FEW_ENTRIES else (slice(None),):
        found += np.bincount(place[strip], minlength=entries)
    return found
