"""Cells that cannot be read: which, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Reject:
    """A cell that cannot be read; `row` counts data rows from one."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class Problems:
    """The rejects of a block, and what is to be said of its cells; `row` counts its rows from zero.

    `understated` are the rows that state an input below what their other figures make, by its name.
    """

    rejects: list[Reject] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    understated: dict[str, Rows] = field(default_factory=dict)

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
            ],
            self.remarks,
            {name: np.flatnonzero(np.isin(place, found)) for name, found in self.understated.items()},
        )

    def add_all(self, other: Problems) -> None:
        """Add what is to be said of the same block by another step."""
        self.rejects += other.rejects
        self.remarks += other.remarks
        self.understate(other.understated)

    def understate(self, found: Mapping[str, Rows]) -> None:
        """Add rows that state an input below what their other figures make."""
        for name, rows in found.items():
            self.understated[name] = np.union1d(self.understated.get(name, rows), rows)

    def numbered(self, numbers: npt.NDArray[np.int64]) -> list[Reject]:
        """The rejects by the numbers of their rows in the table, in the order of the rows."""
        found = [
            Reject(int(numbers[reject.row]), reject.column, reject.value, reject.reason) for reject in self.rejects
        ]
        return sorted(found, key=lambda reject: reject.row)
