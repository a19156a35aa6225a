"""What a person wants to see of a screened ledger beside its sums: the first rows that matter, and the first rejects."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from gateline.fleet.problems import Reject
from gateline.fleet.result import Coded
from gateline.rules.model import Outcome
from gateline.shipments.ledger.lines import ENFORCED, GATING
from gateline.shipments.ledger.result import LedgerResult

MOST_ROWS = 75
"""As many rows of each outcome are listed."""
MOST_REJECTS = 50
IDENTITY = ("id", "as_of", "chip", "count", "to", "destination", "hq", "headquarters", "consignee")
"""The columns by which people know a shipment."""


@dataclass(frozen=True, slots=True)
class ListedShipment:
    """One row of which a rule that gates is met or undetermined.

    Attributes
    ----------
    number : int
        Of the row in the ledger, from one.
    cells : dict
        What the ledger says it is, by heading.
    outcome, enforced : Outcome
        Of the rules that gate, and whether a licence is required as enforced.
    says : dict
        What rules say, by heading of the result, where they say something.
    """

    number: int
    cells: dict[str, str]
    outcome: Outcome
    enforced: Outcome
    says: dict[str, str]


@dataclass(slots=True)
class LedgerExcerpt:
    """The first rows of each outcome that is not `not met`, and the first rejects."""

    listed: dict[Outcome, list[ListedShipment]] = field(
        default_factory=lambda: {Outcome.MET: [], Outcome.UNDETERMINED: []}
    )
    rejects: list[Reject] = field(default_factory=list)

    def watch(self, results: Generator[LedgerResult], headings: tuple[str, ...]) -> Generator[LedgerResult]:
        """Results as they come, in the order of their rows; `headings` are those of what rules say."""
        with closing(results):
            for result in results:
                self.rejects += islice(result.rejects, MOST_REJECTS - len(self.rejects))
                for outcome, known in self.listed.items():
                    known += islice(_of(result, outcome, headings), MOST_ROWS - len(known))
                yield result


def _of(result: LedgerResult, outcome: Outcome, headings: tuple[str, ...]) -> Iterator[ListedShipment]:
    column = result.columns[GATING]
    assert isinstance(column, Coded)
    there = np.array([text == outcome.word for text in column.texts], dtype=bool)[column.place]
    for row in np.flatnonzero(there).tolist():
        said = {name: _cell(result.columns, name, row) for name in headings}
        yield ListedShipment(
            number=int(result.accepted.rows[row]),
            cells={name: _cell(result.columns, name, row) for name in result.columns if name.strip() in IDENTITY},
            outcome=outcome,
            enforced=Outcome[said[ENFORCED].upper()],
            says={name: text for name, text in said.items() if text},
        )


def _cell(columns: Mapping[str, Any], name: str, row: int) -> str:
    column = columns[name]
    if isinstance(column, Coded):
        return column.texts[int(column.place[row])]
    cell = column[row]
    cell = cell.as_py() if hasattr(cell, "as_py") else cell
    return "" if cell is None else str(cell)
