"""Looking up many entries of small arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.metrics.arrays import strips

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
