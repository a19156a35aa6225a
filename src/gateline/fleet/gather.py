"""Looking up many entries of small arrays, and counting how often each is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.metrics.arrays import strips

FEW_ENTRIES = 2**13
"""With more, sums of strips take longer than one sum."""

Entries = npt.NDArray[Any]
Place = npt.NDArray[np.integer[Any]]


def gather(entries: Entries, place: Place) -> Entries:
    """``entries[place]``, for numbers and places that are known to be inside."""
    [found] = gather_each([entries], place)
    return found


def gather_each(tables: Sequence[Entries], place: Place) -> list[Entries]:
    """``entries[place]`` for the entries of several tables.

    The results lie in one piece of memory: the system hands out a large piece in large pages, which costs a fraction of what many small
    pages do. Places are made into indices of 64 bits strip by strip, once for all tables.
    """
    rows = len(place)
    memory = np.empty(rows * sum(entries.itemsize for entries in tables), dtype=np.uint8)
    found: dict[int, Entries] = {}
    start = 0
    for number in sorted(range(len(tables)), key=lambda number: -tables[number].itemsize):
        end = start + rows * tables[number].itemsize
        found[number] = memory[start:end].view(tables[number].dtype)
        start = end
    for strip in strips(rows):
        index = place[strip].astype(np.intp)
        for number, entries in enumerate(tables):
            np.take(entries, index, out=found[number][strip], mode="clip")
    return [found[number] for number in range(len(tables))]


def counted(place: Place, entries: int) -> npt.NDArray[np.int64]:
    """How many rows have each of so many entries."""
    found = np.zeros(entries, dtype=np.int64)
    for strip in strips(len(place)) if entries < FEW_ENTRIES else (slice(None),):
        found += np.bincount(place[strip], minlength=entries)
    return found
