"""Shipment ids that come twice, however many rows lie between: 16 bytes are kept for each id."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.int64]


class SeenIds:
    """The ids of all rows so far by a hash of 64 bits, with the row of each, in sorted runs of growing length.

    Two different ids of a ledger of 10^8 rows have one hash with a probability of 0.03 percent; the second is then rejected, with the
    row of the first.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Hashes, NDArray[np.int64]]] = []

    def add(self, ids: Iterable[str], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Take in the ids of some rows; for each, the number of the row that had it first, or zero. An empty id is none."""
        texts = [text.strip() for text in ids]
        hashes = np.fromiter(map(hash, texts), dtype=np.int64, count=len(texts))
        stated = np.array([bool(text) for text in texts], dtype=bool)
        first = np.zeros(len(texts), dtype=np.int64)
        here = np.flatnonzero(stated)
        order = here[np.argsort(hashes[here], kind="stable")]
        ordered, numbers = hashes[order], rows[order]
        for run, earlier in self._runs:
            place = np.minimum(np.searchsorted(run, ordered), len(run) - 1)
            seen = (run[place] == ordered) & (first[order] == 0)
            first[order[seen]] = earlier[place[seen]]
        again = np.zeros(len(order), dtype=bool)
        again[1:] = ordered[1:] == ordered[:-1]
        start = np.maximum.accumulate(np.where(again, 0, np.arange(len(order))))
        repeated = again & (first[order] == 0)
        first[order[repeated]] = numbers[start[repeated]]
        new = first[order] == 0
        self._keep(ordered[new], numbers[new])
        return first

    def _keep(self, hashes: Hashes, rows: NDArray[np.int64]) -> None:
        """Keep a sorted run; it is merged with those that are not much longer."""
        while self._runs and len(self._runs[-1][0]) < 2 * len(hashes):
            others, numbers = self._runs.pop()
            place = np.searchsorted(others, hashes)
            hashes, rows = np.insert(others, place, hashes), np.insert(numbers, place, rows)
        if len(hashes):
            self._runs.append((hashes, rows))
