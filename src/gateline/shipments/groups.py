"""Groups of rows: those that have the same words, however these are spelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gateline.shipments.ledger_columns import Coded

UNPLACED = 0
"""The group of rows one of whose words is unknown."""


class Groups:
    """The groups of a ledger by some of its words, numbered from one in the order in which they come.

    Spelling in capitals and spaces makes no group of its own, since it would split a total; the label is the spelling that sorts first.
    """

    def __init__(self, by: tuple[str, ...]) -> None:
        self.by = by
        self._numbers: dict[tuple[str, ...], int] = {}
        self._labels: list[tuple[str, ...]] = [()]

    def __len__(self) -> int:
        return len(self._labels)

    def place(self, words: Mapping[str, Coded], rows: int) -> NDArray[np.int64]:
        """The group of each row; `UNPLACED` where a word is unknown or its column is not there."""
        if any(name not in words for name in self.by):
            return np.zeros(rows, dtype=np.int64)
        columns = [words[name] for name in self.by]
        code = np.zeros(rows, dtype=np.int64)
        for column in columns:
            code = code * len(column.values) + column.codes
        distinct, first, place = np.unique(code, return_index=True, return_inverse=True)
        found = [self._number([column.values[column.codes[row]] for column in columns]) for row in first]
        return np.array(found or [0], dtype=np.int64)[place] if len(distinct) else np.zeros(0, dtype=np.int64)

    def label(self, group: int) -> tuple[str, ...]:
        """The words of a group."""
        return self._labels[group]

    def within(self, coarser: Groups) -> NDArray[np.int64]:
        """The group of `coarser` in which each group lies, and one that has none; past its last one where there is none."""
        places = [self.by.index(name) for name in coarser.by]
        found = np.full(len(self) + 1, len(coarser), dtype=np.int64)
        for words, number in self._numbers.items():
            found[number] = coarser._numbers.get(tuple(words[place] for place in places), len(coarser))
        return found

    def _number(self, words: Sequence[object]) -> int:
        label = tuple(" ".join(str(word).split()) for word in words if word is not None)
        if len(label) < len(words) or not all(label):
            return UNPLACED
        folded = tuple(word.casefold() for word in label)
        number = self._numbers.setdefault(folded, len(self._labels))
        if number == len(self._labels):
            self._labels.append(label)
        else:
            self._labels[number] = min(self._labels[number], label)
        return number
