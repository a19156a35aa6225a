"""A whole table: blocks through the screener, verdicts and rejects out, totals at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gateline.errors import InputError
from gateline.fleet.block import OPEN_LABEL, ChipFigures, Screened, Screener
from gateline.fleet.cells import Problems, Reject
from gateline.fleet.headers import Header, near_names, read_header
from gateline.fleet.tables import Output, TableReader
from gateline.gating import Request
from gateline.metrics import UNDEFINED
from gateline.numerals import clip
from gateline.rules.columns import Column, Names
from gateline.rules.corpus import Specs
from gateline.rules.model import Outcome

Progress = Callable[[int, int], None]
"""Told after each block how many bytes have been read, and how many there are."""

COMPUTED = {"chip": ("total_processing_performance", "performance_density"), "training": ("training_compute",)}
WORDS = np.array([*(outcome.word for outcome in Outcome), ""], dtype=object)
REJECT_COLUMNS = ("row", "column", "value", "reason")


@dataclass(slots=True)
class FleetSummary:
    """What became of a table.

    Attributes
    ----------
    rows, rejected : int
        Data rows read, and how many of them could not be screened.
    verdicts : dict
        For each rule, how many rows have each outcome.
    units : dict
        The same counted in units, where the table has a column ``count``.
    items : dict
        For each rule, how many rows have each deciding item.
    assumed : dict
        For each rule, the scope facts that were assumed in rows that do not state them.
    remarks : list of str
        What a reader should know about how the table was read.
    """

    rows: int = 0
    rejected: int = 0
    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    units: dict[str, Counter[str]] = field(default_factory=dict)
    items: dict[str, Counter[str]] = field(default_factory=dict)
    assumed: dict[str, dict[str, bool]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """The gravest outcome of any row under any rule."""
        found = [outcome for counts in self.verdicts.values() for outcome in Outcome if counts[outcome.word]]
        return max(found, default=Outcome.NOT_MET)


def run(
    specs: Specs,
    table: AbstractContextManager[TableReader],
    output: Path | None,
    rejects: Path,
    request: Request,
    figures: ChipFigures,
    *,
    all_columns: bool,
    progress: Progress | None = None,
) -> FleetSummary:
    """Screen a table block by block.

    Parameters
    ----------
    specs : Specs
    table : context manager of TableReader
        Opens the table.
    output : Path or None
        Where the verdicts go: CSV or Parquet by its name, standard output if None.
    rejects : Path
        Where cells that cannot be read are listed; a list of an earlier run is replaced, even by an empty one.
    request : Request
        ``as_of`` is the date of rows that do not state their own.
    figures : callable
        The figures of a chip of the catalogue by name.
    all_columns : bool
        Whether the input columns are repeated.
    progress : callable
        Called with bytes read and bytes in all after each block.

    Raises
    ------
    InputError
        If the table, or a file to be written, cannot be used.
    """
    with table as reader:
        header = read_header(list(reader.header), reader.source)
        screener = Screener(specs, header, request, figures)
        _refuse_clash(reader.source, header, screener)
        summary = FleetSummary(remarks=_remarks(header), assumed=screener.assumed)
        with Output(output) as out:
            found = _screen(reader, screener, summary, out, all_columns=all_columns, progress=progress)
            _write_rejects(rejects, found)
            if summary.rejected == summary.rows:
                raise InputError(_nothing_read(reader.source, summary.rows, found[0], rejects))
    return summary


def _refuse_clash(source: str, header: Header, screener: Screener) -> None:
    """Columns of the input that the result would write over."""
    written = [f"{rule}:{column}" for rule in screener.rule_ids() for column in ("outcome", "item", "to_overcome")]
    for heading in written:
        if heading in header.names:
            raise InputError(
                f"{source}:1: the column '{heading}' is one that this run writes; rename it or take it out."
            )


def _screen(
    reader: TableReader,
    screener: Screener,
    summary: FleetSummary,
    out: Output,
    *,
    all_columns: bool,
    progress: Progress | None,
) -> list[Reject]:
    """Screen and write block after block; what cannot be read comes back."""
    found: list[Reject] = []
    for rows in reader.blocks():
        start = summary.rows + 1
        good, ragged = _even(rows, len(reader.header), start)
        screened = screener.screen(good.rows, start) if good.rows else None
        problems = ragged + (_renumber(screened.problems, good.numbers) if screened else [])
        found += problems
        summary.rows += len(rows)
        summary.rejected += len({reject.row for reject in problems})
        if screened is not None:
            keep = ~screened.problems.bad_rows(len(good.rows))
            _count(summary, screened, keep)
            out.writer.write(_columns(screener, good, screened, keep, all_columns=all_columns))
        if progress is not None:
            progress(reader.position(), reader.size)
    return found


def _nothing_read(source: str, rows: int, first: Reject, rejects: Path) -> str:
    where = f"row {first.row}, {first.column or 'all cells'}: '{clip(first.value)}': {first.reason}"
    return f"{source}: none of the {rows:,} rows could be read; {where.rstrip('.')}. {rejects} lists all."


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows with as many cells as the header, and their numbers in the table."""

    rows: list[list[str]]
    numbers: list[int]


def _even(rows: list[list[str]], width: int, start: int) -> tuple[_Rows, list[Reject]]:
    """Rows with as many cells as the header, and rejects for the others."""
    if set(map(len, rows)) == {width}:
        return _Rows(rows, list(range(start, start + len(rows)))), []
    numbered = list(enumerate(rows, start))
    ragged = [
        Reject(number, "", ",".join(row)[:80], f"has {len(row)} cells, the header has {width}")
        for number, row in numbered
        if len(row) != width
    ]
    even = [(number, row) for number, row in numbered if len(row) == width]
    return _Rows([row for _, row in even], [number for number, _ in even]), ragged


def _renumber(problems: Problems, numbers: Sequence[int]) -> list[Reject]:
    return [
        Reject(numbers[reject.row - problems.start], reject.column, reject.value, reject.reason)
        for reject in problems.rejects
    ]


def _remarks(header: Header) -> list[str]:
    remarks = [
        f"column '{heading}' is not known and is passed through; did you mean {name}?"
        for heading, name in near_names(header)
    ]
    if header.rates:
        bits = ", ".join(str(bits) for bits in sorted(header.rates))
        remarks.append(
            f"total processing performance is the highest over the rate columns present ({bits} bit); an empty cell is unknown, 0 is 'not offered'."
        )
    return remarks


def _count(summary: FleetSummary, screened: Screened, keep: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
    for rule, column in screened.rules.items():
        counts, units = (totals.setdefault(rule, Counter()) for totals in (summary.verdicts, summary.units))
        items = summary.items.setdefault(rule, Counter())
        for outcome in Outcome:
            chosen = keep & (column.outcome == outcome)
            counts[outcome.word] += int(chosen.sum())
            units[outcome.word] += int(screened.counts[chosen].sum())
        items.update(item for item in column.item[keep].tolist() if item and item != OPEN_LABEL)


def _columns(
    screener: Screener, good: _Rows, screened: Screened, keep: np.ndarray[Any, np.dtype[np.bool_]], *, all_columns: bool
) -> dict[str, Sequence[Any]]:
    """The columns of the result, rejected rows left out."""
    header = screener.header
    rows = good.rows if keep.all() else [good.rows[row] for row in np.flatnonzero(keep).tolist()]
    cells = list(zip(*rows, strict=True)) or [()] * len(header.names)
    result: dict[str, Sequence[Any]] = {}
    if all_columns:
        result |= {name: cells[position] for position, name in enumerate(header.names)}
    elif "id" in header.own:
        result["id"] = cells[header.own["id"]]
    else:
        result["row"] = np.array(good.numbers, dtype=np.int64)[keep]
    for name in COMPUTED[screener.subject]:
        if name not in header.numbers:
            result[name] = _points(screened.columns.get(name), len(good.rows))[keep]
    for rule, verdict in screened.rules.items():
        result[f"{rule}:outcome"] = WORDS[verdict.outcome[keep]]
        result[f"{rule}:item"] = verdict.item[keep]
        if verdict.ways is not None:
            result[f"{rule}:to_overcome"] = verdict.ways[keep]
    return result


def _points(column: Column | Names | None, rows: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The values that are known; NaN where there is a range, nothing, or no value at all."""
    if not isinstance(column, Column):
        return np.full(rows, np.nan)
    return np.where((column.low == column.high) & (column.low != UNDEFINED), column.low, np.nan)


def _write_rejects(path: Path, rejects: list[Reject]) -> None:
    if not rejects and not path.exists():
        return
    rejects = sorted(rejects, key=lambda reject: reject.row)
    columns = {name: [getattr(reject, name) for reject in rejects] for name in REJECT_COLUMNS}
    with Output(path) as out:
        out.writer.write(columns)
