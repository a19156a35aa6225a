"""A whole ledger: blocks screened side by side, then taken in one after the other, so that ids and totals see all rows."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from gateline.errors import InputError
from gateline.fleet.headers import Header
from gateline.fleet.problems import Reject
from gateline.fleet.result import Chunk
from gateline.fleet.run import each_chunk
from gateline.fleet.tables import Plan, TableReader
from gateline.gating import Request
from gateline.rules.corpus import Specs
from gateline.shipments.ledger.answers import ItemMaker
from gateline.shipments.ledger.header import ID, header_remarks, read_ledger_header
from gateline.shipments.ledger.ids import SeenIds
from gateline.shipments.ledger.lines import CHARGE_HIGH, CHARGE_LOW, Lines
from gateline.shipments.ledger.result import PERFORMANCE, LedgerResult, finish
from gateline.shipments.ledger.screener import LedgerScreener, Screened
from gateline.shipments.ledger.spellings import Spellings
from gateline.shipments.ledger.summary import LedgerSummary, Told, tell
from gateline.shipments.ledger_columns import LedgerColumns

PARTIES = ("consignee", "end_user")
"""Columns whose names are compared with each other."""

Take = Callable[[LedgerColumns], None]


@dataclass(frozen=True, slots=True)
class LedgerSetting:
    """How ledgers are screened.

    Attributes
    ----------
    specs : Specs
    request : Request
        ``as_of`` is the day of rows that do not state their own, if `dated`.
    dated : bool
    items : callable
        What is shipped.
    all_columns : bool
        Whether the columns of the ledger are repeated.
    by_rule : bool
        Whether each rule has columns of its own.
    threads : int
        How many threads screen, beside the one that reads and the one that writes.
    """

    specs: Specs
    request: Request
    dated: bool
    items: ItemMaker
    all_columns: bool
    by_rule: bool
    threads: int


@dataclass(frozen=True, slots=True)
class _Read:
    """A chunk as a thread leaves it, with its ids, and the names of its parties as they are spelled."""

    chunk: Chunk
    screened: Screened
    ids: tuple[str, ...]
    names: dict[str, list[str]]


class LedgerRun:
    """Screens one ledger.

    Parameters
    ----------
    setting : LedgerSetting
    reader : TableReader
    take : callable
        Is given the accepted rows of each block, in their order.

    Raises
    ------
    InputError
        If the header cannot be used, or has a column that the result would write over.
    """

    def __init__(self, setting: LedgerSetting, reader: TableReader, take: Take) -> None:
        self._setting = setting
        self._reader = reader
        self._take = take
        self._header = read_ledger_header(list(reader.header), reader.source, dated=setting.dated)
        self._lines = Lines(setting.specs, by_rule=setting.by_rule)
        _check_headings(self._header, self._lines.headings)
        self._plan = Plan.of(self._header, all_columns=setting.all_columns)
        self._screener = LedgerScreener(
            setting.specs, self._header, setting.request, setting.items, self._lines, dated=setting.dated
        )
        self._seen = SeenIds()
        self._spellings = {name: Spellings() for name in PARTIES if name in self._header.words}
        self.summary = LedgerSummary(remarks=list(header_remarks(self._header)))

    @property
    def headings(self) -> tuple[str, ...]:
        """Those of what rules say of each row."""
        return self._lines.headings

    @property
    def told(self) -> Told:
        """The sums so far in words."""
        return tell(self.summary, self._lines.lines)

    def results(self) -> Generator[LedgerResult]:
        """What becomes of each block, in the order of its rows."""
        with closing(each_chunk(self._read, self._plan, self._reader, self._setting.threads)) as chunks:
            for read in chunks:
                result = self._finish(read)
                self.summary.add(result.summary)
                self._take(result.accepted)
                yield result
        self.summary.remarks += [
            remark for name, spellings in self._spellings.items() for remark in spellings.remarks(name)
        ]

    def _read(self, chunk: Chunk) -> _Read:
        screened = self._screener.screen(chunk.block)
        names = {name: _used(*chunk.block.cells[self._header.words[name]].distinct()) for name in self._spellings}
        return _Read(chunk, screened, self._ids(chunk), names)

    def _ids(self, chunk: Chunk) -> tuple[str, ...]:
        if ID not in self._header.own:
            return ()
        column = chunk.repeated[self._header.names[self._header.own[ID]]]
        cells = column.to_pylist() if hasattr(column, "to_pylist") else column
        return tuple("" if cell is None else str(cell) for cell in cells)

    def _finish(self, read: _Read) -> LedgerResult:
        for name, names in read.names.items():
            self._spellings[name].add(names)
        repeated: list[Reject] = []
        if read.ids:
            first = self._seen.add(read.ids, read.chunk.numbers)
            for position in np.flatnonzero(first).tolist():
                reason = f"is the id of row {int(first[position]):,} as well; a shipment counts once: take the row out, or give it an id of its own"
                repeated.append(Reject(int(read.chunk.numbers[position]), ID, read.ids[position][:80], reason))
        return finish(read.screened, read.chunk, read.ids, repeated, self._lines.lines, self._lines.headings)


def _used(texts: Sequence[str], place: Any) -> list[str]:
    """The different cells that some row has, without the empty ones."""
    used = np.flatnonzero(np.bincount(place, minlength=len(texts)))
    return [text.strip() for number in used.tolist() if (text := texts[number]).strip()]


def _check_headings(header: Header, headings: tuple[str, ...]) -> None:
    own = [] if PERFORMANCE in header.numbers else [PERFORMANCE]
    for heading in (*own, *headings, CHARGE_LOW, CHARGE_HIGH):
        if heading in header.names:
            raise InputError(
                f"{header.source}:1: the column '{heading}' is one that this run writes; rename it or take it out."
            )
