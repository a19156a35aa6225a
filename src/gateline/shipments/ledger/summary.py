"""What became of a ledger, added up chunk by chunk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gateline.rules.model import Outcome
from gateline.shipments.ledger.lines import Line


@dataclass(slots=True)
class Tally:
    """How many rows, and how many chips."""

    rows: int = 0
    chips: int = 0

    def add(self, rows: int, chips: int) -> None:
        """Add some."""
        self.rows += rows
        self.chips += chips


@dataclass(slots=True)
class LedgerSummary:
    """What became of a ledger, or of a part of it.

    Attributes
    ----------
    rows, rejected : int
        Data rows read, and how many of them could not be screened.
    lines : dict
        Rows and chips by the number of their line.
    reasons : Counter
        Rejected rows by the column that is to blame.
    remarks : list of str
        What a reader should know about how the ledger was read.
    """

    rows: int = 0
    rejected: int = 0
    lines: dict[int, Tally] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)

    def add(self, part: LedgerSummary) -> None:
        """Add what became of another part."""
        self.rows += part.rows
        self.rejected += part.rejected
        self.reasons.update(part.reasons)
        for code, tally in part.lines.items():
            self.lines.setdefault(code, Tally()).add(tally.rows, tally.chips)

    def count(self, lines: NDArray[np.int32], counts: NDArray[np.int64]) -> None:
        """Count some rows by their lines."""
        rows = np.bincount(lines)
        chips = np.zeros(len(rows), dtype=np.int64)
        np.add.at(chips, lines, counts)
        for code in np.flatnonzero(rows).tolist():
            self.lines.setdefault(code, Tally()).add(int(rows[code]), int(chips[code]))


@dataclass(frozen=True, slots=True)
class Told:
    """A summary in words: rows and chips by outcome, and by what rules say.

    Attributes
    ----------
    gating, on_the_books, enforced : dict of Outcome to Tally
    met, undetermined : dict of effect to dict of name to Tally
    """

    gating: dict[Outcome, Tally]
    on_the_books: dict[Outcome, Tally]
    enforced: dict[Outcome, Tally]
    met: dict[str, dict[str, Tally]]
    undetermined: dict[str, dict[str, Tally]]

    @property
    def outcome(self) -> Outcome:
        """The gravest outcome of any row."""
        return max(self.gating, default=Outcome.NOT_MET)


def tell(summary: LedgerSummary, lines: list[Line]) -> Told:
    """The sums of a summary by what its lines say."""
    told = Told({}, {}, {}, {}, {})
    for code, tally in summary.lines.items():
        line = lines[code]
        for outcomes, outcome in (
            (told.gating, line.gating),
            (told.on_the_books, line.on_the_books),
            (told.enforced, line.enforced),
        ):
            outcomes.setdefault(outcome, Tally()).add(tally.rows, tally.chips)
        for sums, names in ((told.met, line.met), (told.undetermined, line.undetermined)):
            for effect, name in names:
                sums.setdefault(effect, {}).setdefault(name, Tally()).add(tally.rows, tally.chips)
    return told
