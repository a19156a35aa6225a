"""Cells that cannot be read: which, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Reject:
    """A cell that cannot be read; `row` counts data rows from one."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class Problems:
    """The rejects of a block, and what is to be said of its cells; `row` counts its rows from zero."""

    rejects: list[Reject] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, row: int, column: str, value: str, reason: str) -> None:
        """Reject the cell in row `row` of the block."""
        self.rejects.append(Reject(row, column, value, reason))

    def bad_rows(self, rows: int) -> npt.NDArray[np.bool_]:
        """Which of the block's rows have a reject."""
        bad = np.zeros(rows, dtype=bool)
        bad[[reject.row for reject in self.rejects]] = True
        return bad

    def spread(self, place: npt.NDArray[np.integer]) -> Problems:
        """The rejects of every row, from those of the block that `place` points into."""
        rows = {row: np.flatnonzero(place == row).tolist() for row in {reject.row for reject in self.rejects}}
        return Problems(
            [
                Reject(row, reject.column, reject.value, reject.reason)
                for reject in self.rejects
                for row in rows[reject.row]
            ]
        )

    def numbered(self, numbers: npt.NDArray[np.int64]) -> list[Reject]:
        """The rejects by the numbers of their rows in the table, in the order of the rows."""
        found = [
            Reject(int(numbers[reject.row]), reject.column, reject.value, reject.reason) for reject in self.rejects
        ]
        return sorted(found, key=lambda reject: reject.row)
