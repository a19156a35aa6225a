"""From a screened block to the columns of the result, the rows that totals take in, and the sums."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateline.amounts import Amount
from gateline.fleet.problems import Reject
from gateline.fleet.result import Chunk, Coded, ResultColumn
from gateline.fleet.screener import Known
from gateline.inputs import Datum
from gateline.quantities import QUANTITIES, Kind
from gateline.shipments.ledger.answers import Shipped
from gateline.shipments.ledger.cells import Stated
from gateline.shipments.ledger.header import CHIP, KIND
from gateline.shipments.ledger.lines import CHARGE_HIGH, CHARGE_LOW, Line
from gateline.shipments.ledger.screener import Found, Screened
from gateline.shipments.ledger.summary import LedgerSummary
from gateline.shipments.ledger_columns import Coded as Words
from gateline.shipments.ledger_columns import LedgerColumns

PERFORMANCE = "total_processing_performance"
EPOCH = np.datetime64("0001-01-01", "D") - np.timedelta64(1, "D")
"""The day with the number zero."""
WORD = {True: "yes", False: "no", None: None}

Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LedgerResult:
    """What became of a chunk: the columns of the result, the rejects, the sums, and the rows that were accepted."""

    columns: dict[str, ResultColumn]
    rejects: list[Reject]
    summary: LedgerSummary
    accepted: LedgerColumns


def finish(
    screened: Screened,
    chunk: Chunk,
    ids: tuple[str, ...],
    repeated: list[Reject],
    lines: list[Line],
    headings: tuple[str, ...],
) -> LedgerResult:
    """The result of a chunk.

    Parameters
    ----------
    screened : Screened
    chunk : Chunk
        As it was read.
    ids : tuple of str
        The id of each row, where the ledger has ids.
    repeated : list of Reject
        Rows whose id came before, by their number in the ledger.
    lines : list of Line
        What the numbers of lines stand for.
    headings : tuple of str
        Those of their cells.
    """
    rejects = sorted(
        [*chunk.ragged, *screened.problems.numbered(chunk.numbers), *repeated], key=lambda reject: reject.row
    )
    refused = np.array(sorted({reject.row for reject in rejects}), dtype=np.int64)
    keep = ~np.isin(chunk.numbers, refused)
    summary = LedgerSummary(chunk.block.rows + len(chunk.ragged), len(refused))
    summary.reasons = Counter({reject.row: reject.column for reject in rejects[::-1]}.values())
    summary.count(screened.lines[keep], screened.counts[keep])
    columns: dict[str, ResultColumn] = {name: _kept(column, keep) for name, column in chunk.repeated.items()}
    columns |= _said(screened, keep, lines, headings)
    return LedgerResult(columns, rejects, summary, accepted(screened, chunk.numbers, ids, keep))


def _kept(column: Any, keep: Truth) -> Any:
    """The rows of a column that are not rejected."""
    if keep.all():
        return column
    if isinstance(column, np.ndarray):
        return column[keep]
    return column.filter(keep) if hasattr(column, "filter") else list(compress(column, keep))


def _said(screened: Screened, keep: Truth, lines: list[Line], headings: tuple[str, ...]) -> dict[str, ResultColumn]:
    """What is computed and said: each text once, in the order in which rows have it."""
    columns: dict[str, ResultColumn] = {}
    if PERFORMANCE not in screened.stated:
        columns[PERFORMANCE] = _performance(screened.found[CHIP], keep)
    codes = screened.lines[keep]
    used, first, place = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    said = [lines[code] for code in used[order].tolist()]
    line_of = np.empty(len(order), dtype=np.int32)
    line_of[order] = np.arange(len(order), dtype=np.int32)
    rows = line_of[place.ravel()]
    for number, heading in enumerate(headings):
        texts: dict[str, int] = {}
        coded = np.array([texts.setdefault(line.cells[number], len(texts)) for line in said], dtype=np.int32)
        columns[heading] = Coded(coded[rows], tuple(texts) or ("",))
    return columns | _charges(screened, keep, said, rows)


def _performance(items: Found, keep: Truth) -> Known:
    """The performance of one chip in each row [TPP], where it is one value."""
    known = [thing.performance if isinstance(thing, Shipped) else Amount() for thing in items.things]
    values = np.array([float(amount.low) if amount.known and amount.low is not None else np.nan for amount in known])
    found = values[items.place[keep]] if len(values) else np.zeros(0)
    return Known(found, ~np.isnan(found))


def _charges(screened: Screened, keep: Truth, said: list[Line], rows: NDArray[np.int32]) -> dict[str, ResultColumn]:
    """Least and most that is charged: that share of the declared value; no share of it is nothing, whatever the value."""
    columns: dict[str, ResultColumn] = {}
    for heading, end, name in ((CHARGE_LOW, 0, "low"), (CHARGE_HIGH, 1, "high")):
        rates = np.array([float(line.rate[end]) if line.rate else np.nan for line in said], dtype=np.float64)
        rate = rates[rows] if len(rates) else np.zeros(0)
        value = np.full(len(rate), np.nan) if screened.value is None else getattr(screened.value, name)[keep]
        charge = np.where(rate == 0, 0.0, rate * (np.nan_to_num(value) if name == "low" else value))
        columns[heading] = Known(charge, ~np.isnan(charge))
    return columns


def accepted(screened: Screened, numbers: NDArray[np.int64], ids: tuple[str, ...], keep: Truth) -> LedgerColumns:
    """The rows that are not rejected, as totals take them in."""
    items = screened.found[CHIP]
    shipped = [thing if isinstance(thing, Shipped) else None for thing in items.things]
    exact = [thing.performance.low if thing and thing.performance.known else None for thing in shipped]
    words: dict[str, Words] = {}
    for found in screened.found.values():
        words |= _derived_words(found, keep)
    for name, column in screened.stated.items():
        if name in QUANTITIES and QUANTITIES[name].kind in (Kind.NAME, Kind.FLAG):
            words[name] = _stated_words(column, words.get(name), keep)
    words[CHIP] = Words(items.place[keep], tuple(thing.name if thing else None for thing in shipped))
    if KIND in screened.stated:
        words[KIND] = _stated_words(screened.stated[KIND], None, keep)
    return LedgerColumns(
        rows=numbers[keep],
        ids=list(compress(ids, keep)) if ids else None,
        days=(EPOCH + screened.days[keep]).astype("datetime64[D]"),
        counts=screened.counts[keep],
        performance=Words(items.place[keep], tuple(exact)),
        words=words,
    )


def _derived_words(found: Found, keep: Truth) -> dict[str, Words]:
    """Names and flags that follow from a group of columns."""
    names = dict.fromkeys(
        name for thing in found.things for name in thing.inputs if QUANTITIES[name].kind in (Kind.NAME, Kind.FLAG)
    )
    place = found.place[keep]
    return {name: Words(place, tuple(_word(thing.inputs.get(name)) for thing in found.things)) for name in names}


def _stated_words(column: Stated, before: Words | None, keep: Truth) -> Words:
    """What a column states, and where it states nothing, what was there."""
    place = column.place[keep].astype(np.int32)
    values = tuple(_word(datum) for datum in column.data)
    if column.spelled:
        values = tuple(None if value is None else text for value, text in zip(values, column.spelled, strict=True))
    if before is None:
        return Words(place, values)
    silent = np.array([datum is None for datum in column.data], dtype=bool)[place]
    return Words(np.where(silent, before.codes + np.int32(len(values)), place), values + before.values)


def _word(datum: Datum | None) -> str | None:
    value = None if datum is None else datum.value
    return value if isinstance(value, str) else WORD[value] if isinstance(value, bool) else None
