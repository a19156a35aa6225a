"""What a person wants to see of a screened table: the sums, what would settle it, and the first rows that matter."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from gateline.errors import InputError
from gateline.fleet.problems import Reject
from gateline.fleet.rejects import RejectsFile
from gateline.fleet.result import ITEM, OUTCOME, WORDS, Chunk, Coded, Result, screen_chunk
from gateline.fleet.run import Progress, Setting, each_chunk, nothing_read, prepare, remarks
from gateline.fleet.screener import Known, Screener
from gateline.fleet.settling import Rows, Settling, settling
from gateline.fleet.summary import FleetSummary
from gateline.fleet.tables import TableReader
from gateline.rules.model import Outcome

MOST_ROWS = 150
"""As many rows of each outcome are listed."""
MOST_REJECTS = 50
IDENTITY = ("id", "chip", "as_of", "count")
"""The columns by which people know a row."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One row that is met or undetermined.

    Attributes
    ----------
    number : int
        Of the row in the table, from one.
    cells : mapping
        What the table says it is, by heading.
    figures : mapping
        Computed quantities; None where there is no one value.
    verdicts : mapping
        By rule its outcome and deciding item, where it is not `not met`.
    settles : mapping
        By rule, the inputs that would settle it.
    """

    number: int
    cells: dict[str, str]
    figures: dict[str, float | None]
    verdicts: dict[str, tuple[Outcome, str]]
    settles: dict[str, tuple[str, ...]]

    @property
    def outcome(self) -> Outcome:
        """The gravest outcome of the row."""
        return max(outcome for outcome, _ in self.verdicts.values())


@dataclass(slots=True)
class Excerpt:
    """What became of a table, and the first rows of each outcome that is not `not met`.

    Attributes
    ----------
    source, subject : str
        The table, and what its rows are about.
    summary : FleetSummary
    settles : dict
        By rule, how many undetermined rows which inputs would settle.
    listed : dict
        By outcome, the first rows of which it is the gravest.
    counts : Counter
        By outcome, of how many rows it is the gravest.
    rejects : list of Reject
        The first of them.
    """

    source: str
    subject: str
    summary: FleetSummary = field(default_factory=FleetSummary)
    settles: dict[str, Counter[tuple[str, ...]]] = field(default_factory=dict)
    listed: dict[Outcome, list[Listed]] = field(default_factory=lambda: {Outcome.MET: [], Outcome.UNDETERMINED: []})
    counts: Counter[Outcome] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)

    def add(self, examined: Examined) -> None:
        """Add a block; blocks come in the order of their rows."""
        self.summary.add(examined.result.summary)
        self.rejects += islice(examined.result.rejects, MOST_REJECTS - len(self.rejects))
        self.counts.update(examined.counts)
        for rule, found in examined.settles.items():
            self.settles.setdefault(rule, Counter()).update(found.values())
        for listed in examined.listed:
            known = self.listed[listed.outcome]
            if len(known) < MOST_ROWS:
                known.append(listed)


@dataclass(frozen=True, slots=True)
class Examined:
    """A block after screening, with what would settle its undetermined rows, and the first rows that matter."""

    result: Result
    settles: Settling
    listed: list[Listed]
    counts: Counter[Outcome]


def excerpt(
    setting: Setting, table: AbstractContextManager[TableReader], rejects: Path | None, progress: Progress | None = None
) -> Excerpt:
    """Screen a table for its excerpt.

    Parameters and errors are those of `run`; the verdicts go nowhere else. Without a file of rejects the excerpt has the
    first of them, also where no row could be read.
    """
    with table as reader:
        screener, plan = prepare(setting, reader)
        found = Excerpt(reader.source, screener.subject, FleetSummary(remarks=remarks(plan.header)))
        screened = each_chunk(lambda chunk: _examine(screener, chunk), plan, reader, setting.threads)
        with closing(screened), nullcontext() if rejects is None else RejectsFile(rejects) as listed:
            for examined in screened:
                found.add(examined)
                if listed is not None and examined.result.rejects:
                    listed.write(examined.result.rejects)
                if progress is not None:
                    progress(found.summary.rows, reader.position(), reader.size)
        if listed is not None and rejects is not None and found.summary.rejected == found.summary.rows:
            raise InputError(nothing_read(reader.source, found.summary.rows, listed.first, rejects))
    return found


def _examine(screener: Screener, chunk: Chunk) -> Examined:
    result = screen_chunk(screener, chunk)
    bad = np.isin(chunk.numbers, [reject.row for reject in result.rejects])
    kept = np.flatnonzero(~bad)
    outcomes = {rule: _outcomes(result, rule) for rule in screener.verdicts.rules}
    open_rows = {rule: kept[found == Outcome.UNDETERMINED] for rule, found in outcomes.items()}
    settles: Settling = {}
    if any(map(len, open_rows.values())):
        columns, days = screener.inputs(chunk.block)
        settles = settling(screener.verdicts, screener.specs, screener.request, columns, days, open_rows)
    gravest = np.max([*outcomes.values(), np.zeros(len(kept), dtype=np.int64)], axis=0)
    rows = np.sort(
        np.concatenate(
            [np.flatnonzero(gravest == outcome)[:MOST_ROWS] for outcome in (Outcome.MET, Outcome.UNDETERMINED)]
        )
    )
    listed = [_listed(screener, result, outcomes, settles, int(row), kept, chunk) for row in rows]
    counts = Counter({outcome: int((gravest == outcome).sum()) for outcome in Outcome})
    return Examined(result, settles, listed, counts)


def _outcomes(result: Result, rule: str) -> Any:
    """The outcome of each row; one that does not gate on its day counts as not met."""
    column = result.columns[f"{rule}:{OUTCOME}"]
    assert isinstance(column, Coded)
    values = np.array([Outcome[word.upper()].value if word else 0 for word in WORDS])
    return values[column.place]


def _listed(
    screener: Screener, result: Result, outcomes: dict[str, Any], settles: Settling, row: int, kept: Rows, chunk: Chunk
) -> Listed:
    header, place = screener.header, int(kept[row])
    names = [header.names[header.own[name]] for name in IDENTITY if name in header.own] or [header.names[0]]
    return Listed(
        number=int(chunk.numbers[place]),
        cells={name: _cell(result.columns[name], row) for name in names if name in result.columns},
        figures={name: _figure(result.columns[name], row) for name in screener.computed()},
        verdicts={
            rule: (Outcome(int(found[row])), _cell(result.columns[f"{rule}:{ITEM}"], row))
            for rule, found in outcomes.items()
            if found[row]
        },
        settles={rule: found[place] for rule, found in settles.items() if place in found},
    )


def _cell(column: Any, row: int) -> str:
    if isinstance(column, Coded):
        return column.texts[int(column.place[row])]
    cell = column[row]
    cell = cell.as_py() if hasattr(cell, "as_py") else cell
    return "" if cell is None else str(cell)


def _figure(column: Any, row: int) -> float | None:
    return float(column.values[row]) if isinstance(column, Known) and column.known[row] else None
