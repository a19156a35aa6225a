"""A whole table: blocks read, screened and written at the same time; rejects as they come, sums at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateline.errors import InputError
from gateline.fleet.headers import Header, near_names, read_header
from gateline.fleet.outputs import Output
from gateline.fleet.pipeline import ahead, in_order
from gateline.fleet.problems import Reject
from gateline.fleet.read import ChipFigures
from gateline.fleet.rejects import RejectsFile
from gateline.fleet.result import Result, screen_chunk, written
from gateline.fleet.screener import Screener
from gateline.fleet.summary import FleetSummary
from gateline.fleet.tables import Plan, TableReader
from gateline.gating import Request
from gateline.numerals import clip
from gateline.rules.corpus import Specs

Progress = Callable[[int, int, int], None]
"""Told after each block how many rows have been screened, how much of the table has been read, and how much there is."""

BLOCKS_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Setting:
    """How tables are screened, whichever they are.

    Attributes
    ----------
    specs : Specs
    request : Request
        ``as_of`` is the date of rows that do not state their own.
    figures : callable
        The figures of a chip of the catalogue by name.
    all_columns : bool
        Whether the input columns are repeated.
    threads : int
        How many threads screen, beside the one that reads and the one that writes.
    """

    specs: Specs
    request: Request
    figures: ChipFigures
    all_columns: bool
    threads: int


def run(
    setting: Setting,
    table: AbstractContextManager[TableReader],
    output: Output,
    rejects: Path,
    progress: Progress | None = None,
) -> FleetSummary:
    """Screen a table block by block.

    Parameters
    ----------
    setting : Setting
    table : context manager of TableReader
        Opens the table.
    output : Output
        Where the verdicts go.
    rejects : Path
        Where cells that cannot be read are listed; a list of an earlier run is replaced, even by an empty one.
    progress : callable
        Called after each block.

    Raises
    ------
    InputError
        If the table, or a file to be written, cannot be used, or no row at all could be read.
    """
    with table as reader:
        screener, plan = prepare(setting, reader)
        summary = FleetSummary(remarks=remarks(plan.header))
        with output as out:
            with RejectsFile(rejects) as listed:
                for result in stream(screener, plan, reader, setting.threads):
                    summary.add(result.summary)
                    out.write(result.columns)
                    if result.rejects:
                        listed.write(result.rejects)
                    if progress is not None:
                        progress(summary.rows, reader.position(), reader.size)
            if summary.rejected == summary.rows:
                raise InputError(nothing_read(reader.source, summary.rows, listed.first, rejects))
    return summary


def prepare(setting: Setting, reader: TableReader) -> tuple[Screener, Plan]:
    """What screens the blocks of a table, and how it is read.

    Raises
    ------
    InputError
        If the header cannot be used, or has a column that the result would write over.
    """
    header = read_header(list(reader.header), reader.source)
    screener = Screener(setting.specs, header, setting.request, setting.figures)
    for heading in written(screener):
        if heading in header.names:
            raise InputError(
                f"{reader.source}:1: the column '{heading}' is one that this run writes; rename it or take it out."
            )
    return screener, Plan.of(header, all_columns=setting.all_columns)


def stream(screener: Screener, plan: Plan, reader: TableReader, threads: int, first: int = 1) -> Iterator[Result]:
    """What becomes of each block of a table, in the order of its rows.

    Parameters
    ----------
    screener, plan, reader
    threads : int
        How many threads screen, beside one that reads; none means that the caller does both.
    first : int
        The number of the first row.
    """

    def screen(numbered: tuple[Any, int]) -> Result:
        block, start = numbered
        return screen_chunk(screener, reader.chunk(plan, block, start))

    blocks = _numbered(reader.blocks(plan), first)
    return in_order(ahead(blocks, BLOCKS_AHEAD), screen, threads) if threads else map(screen, blocks)


def _numbered(blocks: Iterable[Any], first: int) -> Iterator[tuple[Any, int]]:
    """Blocks with the number of their first row."""
    for block in blocks:
        yield block, first
        first += len(block)


def nothing_read(source: str, rows: int, first: Reject | None, rejects: Path) -> str:
    """What to say of a table of which every row was rejected."""
    assert first is not None, "every row was rejected"
    where = f"row {first.row}, {first.column or 'all cells'}: '{clip(first.value)}': {first.reason}"
    return f"{source}: none of the {rows:,} rows could be read; {where.rstrip('.')}. {rejects} lists all."


def remarks(header: Header) -> list[str]:
    """What a reader should know about how a header was understood."""
    found = [
        f"column '{heading}' is not known and is passed through; did you mean {name}?"
        for heading, name in near_names(header)
    ]
    if header.rates:
        bits = ", ".join(str(bits) for bits in sorted(header.rates))
        found.append(
            f"total processing performance is the highest over the rate columns present ({bits} bit); an empty cell is unknown, 0 is 'not offered'."
        )
    return found
