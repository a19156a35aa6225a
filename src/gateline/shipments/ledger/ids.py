"""Shipment ids that come twice, however many rows lie between: 16 bytes are kept for each id."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.int64]
Rows = NDArray[np.int64]

BUCKETS = 64
"""Ids are kept apart by their hashes, so that putting some in order takes memory for a small part of them."""


class SeenIds:
    """The ids of all rows so far by a hash of 64 bits, with the row of each.

    Two different ids of a ledger of 10^8 rows have one hash with a probability of 0.03 percent; the second is then rejected, with the
    row of the first.
    """

    def __init__(self) -> None:
        self._buckets = [_Bucket() for _ in range(BUCKETS)]

    def add(self, ids: Iterable[str], rows: Rows) -> Rows:
        """Take in the ids of some rows; for each, the number of the row that had it first, or zero. An empty id is none."""
        texts = [text.strip() for text in ids]
        hashes = np.fromiter(map(hash, texts), dtype=np.int64, count=len(texts))
        stated = np.array([bool(text) for text in texts], dtype=bool)
        first = np.zeros(len(texts), dtype=np.int64)
        here = np.flatnonzero(stated)
        bucket = hashes % BUCKETS
        order = here[np.lexsort((hashes[here], bucket[here]))]
        ends = np.searchsorted(bucket[order], np.arange(BUCKETS + 1))
        for number, kept in enumerate(self._buckets):
            part = order[ends[number] : ends[number + 1]]
            if len(part):
                first[part] = kept.add(hashes[part], rows[part])
        return first


class _Bucket:
    """Hashes with their rows, in sorted runs of growing length."""

    def __init__(self) -> None:
        self._runs: list[tuple[Hashes, Rows]] = []

    def add(self, hashes: Hashes, rows: Rows) -> Rows:
        """Take in hashes in order; for each, the row that had it first, or zero."""
        first = np.zeros(len(hashes), dtype=np.int64)
        for run, earlier in self._runs:
            place = np.minimum(np.searchsorted(run, hashes), len(run) - 1)
            seen = (run[place] == hashes) & (first == 0)
            first[seen] = earlier[place[seen]]
        again = np.zeros(len(hashes), dtype=bool)
        again[1:] = hashes[1:] == hashes[:-1]
        start = np.maximum.accumulate(np.where(again, 0, np.arange(len(hashes))))
        repeated = again & (first == 0)
        first[repeated] = rows[start[repeated]]
        new = first == 0
        self._keep(hashes[new], rows[new])
        return first

    def _keep(self, hashes: Hashes, rows: Rows) -> None:
        """Keep a sorted run; it is merged with those that are not much longer."""
        while self._runs and len(self._runs[-1][0]) < 2 * len(hashes):
            others, numbers = self._runs.pop()
            place = np.searchsorted(others, hashes)
            hashes, rows = np.insert(others, place, hashes), np.insert(numbers, place, rows)
        if len(hashes):
            self._runs.append((hashes, rows))
