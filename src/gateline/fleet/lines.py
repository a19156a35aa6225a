"""What a rule says of each row of a block: which line each row has, and what the lines say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.fleet.gather import counted

Place = npt.NDArray[np.integer[Any]]

SILENT = -1
"""Outcome of a rule that does not gate on the date of the row."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What one rule says in each line.

    Attributes
    ----------
    outcome : int8 array, shape (lines,)
        Values of `Outcome`, or `SILENT`.
    item : int16 array, shape (lines,)
        Positions among the rule's labels (`Verdicts.labels`).
    ways : int32 array or None
        How a presumption could be overcome, as positions in `Verdicts.texts`; other rules have none.
    """

    outcome: npt.NDArray[np.int8]
    item: npt.NDArray[np.int16]
    ways: npt.NDArray[np.int32] | None = None

    @classmethod
    def silent(cls, *, ways: bool) -> Lines:
        """The one line of a rule that does not gate."""
        none = np.zeros(1, dtype=np.int32)
        return cls(np.full(1, SILENT, dtype=np.int8), np.zeros(1, dtype=np.int16), none if ways else None)

    def __len__(self) -> int:
        return len(self.outcome)

    def parts(self) -> list[npt.NDArray[Any]]:
        """What there is, as columns."""
        return [self.outcome, self.item, *([] if self.ways is None else [self.ways])]

    def then(self, more: Lines) -> Lines:
        """These lines and others."""
        ways = None if self.ways is None or more.ways is None else np.concatenate([self.ways, more.ways])
        return Lines(np.concatenate([self.outcome, more.outcome]), np.concatenate([self.item, more.item]), ways)

    def take(self, lines: Place | slice) -> Lines:
        """Some of the lines."""
        return Lines(self.outcome[lines], self.item[lines], None if self.ways is None else self.ways[lines])


@dataclass(frozen=True, slots=True)
class RuleColumn:
    """What one rule says of each row of a block.

    Attributes
    ----------
    place : array of unsigned integers, shape (rows,)
        The line of each row. Rules that were looked up together share it.
    lines : Lines
    rows : int64 array or None
        How many rows have each line, where that has been counted.
    """

    place: Place
    lines: Lines
    rows: npt.NDArray[np.int64] | None = None

    def spread(self, place: Place, row: Place, rows: npt.NDArray[np.int64]) -> RuleColumn:
        """The column of a block of whose lines each says what this column says of a row."""
        return RuleColumn(place, self.lines.take(self.place[row]), rows)


def kept(rules: Mapping[str, RuleColumn], keep: npt.NDArray[np.bool_] | None) -> dict[str, RuleColumn]:
    """What is said of some rows, or where `keep` is None of all, and how many of them have each line."""
    found: dict[int, tuple[Place, npt.NDArray[np.int64]]] = {}
    for column in rules.values():
        if id(column.place) not in found:
            place = column.place if keep is None else column.place[keep]
            rows = column.rows if keep is None else None
            found[id(column.place)] = place, counted(place, len(column.lines)) if rows is None else rows
    return {
        rule: RuleColumn(place, column.lines, rows)
        for rule, column in rules.items()
        for place, rows in [found[id(column.place)]]
    }
