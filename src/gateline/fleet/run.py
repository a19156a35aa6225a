"""A whole table: blocks read, screened and written at the same time; rejects as they come, sums at the end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from gateline.errors import InputError
from gateline.fleet.headers import Header, near_names, read_header
from gateline.fleet.outputs import Output
from gateline.fleet.pipeline import ahead, in_order
from gateline.fleet.problems import Reject
from gateline.fleet.read import ChipFigures
from gateline.fleet.rejects import RejectsFile
from gateline.fleet.result import Chunk, Result, ResultColumn, screen_chunk, written
from gateline.fleet.screener import Screener
from gateline.fleet.summary import FleetSummary
from gateline.fleet.tables import Plan, TableReader
from gateline.gating import Request
from gateline.numerals import clip
from gateline.rules.corpus import Specs

Progress = Callable[[int, int, int], None]
"""Told after each block how many rows have been screened, how much of the table has been read, and how much there is."""

BLOCKS_AHEAD = 4

Made = TypeVar("Made")


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
    totals : bool
        Whether the table is added up.
    """

    specs: Specs
    request: Request
    figures: ChipFigures
    all_columns: bool
    threads: int
    totals: bool = False


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

        def results() -> Generator[Written]:
            with closing(stream(screener, plan, reader, setting.threads)) as screened:
                for result in screened:
                    summary.add(result.summary)
                    yield result

        write_results(results(), reader, output, rejects, progress)
    return summary


class Written(Protocol):
    """What became of a chunk: the columns of the result without rejected rows, and the rejects."""

    @property
    def columns(self) -> Mapping[str, ResultColumn]:
        """The columns of the result."""

    @property
    def rejects(self) -> list[Reject]:
        """The cells that cannot be read."""

    @property
    def summary(self) -> Counted:
        """How many rows were read and rejected, among other things."""


class Counted(Protocol):
    """How many rows were read, and how many of them rejected."""

    rows: int
    rejected: int


def write_results(
    results: Generator[Written], reader: TableReader, output: Output, rejects: Path, progress: Progress | None
) -> None:
    """Write what becomes of each chunk of a table as it comes.

    Raises
    ------
    InputError
        If no row at all could be read.
    """
    with output as out, closing(watched(results, reader, rejects, progress)) as watching:
        for result in watching:
            out.write(result.columns)


def watched(
    results: Generator[Written], reader: TableReader, rejects: Path, progress: Progress | None
) -> Generator[Written]:
    """What becomes of each chunk of a table as it comes; its rejects are listed, and its rows told, once it was used.

    Raises
    ------
    InputError
        If no row at all could be read.
    """
    rows = rejected = 0
    with closing(results), RejectsFile(rejects) as listed:
        for result in results:
            yield result
            rows += result.summary.rows
            rejected += result.summary.rejected
            if result.rejects:
                listed.write(result.rejects)
            if progress is not None:
                progress(rows, reader.position(), reader.size)
    if rejected == rows:
        raise InputError(nothing_read(reader.source, rows, listed.first, rejects))


def prepare(setting: Setting, reader: TableReader) -> tuple[Screener, Plan]:
    """What screens the blocks of a table, and how it is read.

    Raises
    ------
    InputError
        If the header cannot be used, or has a column that the result would write over.
    """
    header = read_header(list(reader.header), reader.source)
    if setting.totals:
        header = replace(header, grouped=("consignee",))
    screener = Screener(setting.specs, header, setting.request, setting.figures, totals=setting.totals)
    for heading in written(screener):
        if heading in header.names:
            raise InputError(
                f"{reader.source}:1: the column '{heading}' is one that this run writes; rename it or take it out."
            )
    return screener, Plan.of(header, all_columns=setting.all_columns)


def stream(screener: Screener, plan: Plan, reader: TableReader, threads: int, first: int = 1) -> Generator[Result]:
    """What becomes of each block of a table, in the order of its rows; close it, so that its threads end.

    Parameters
    ----------
    screener, plan, reader
    threads : int
        How many threads screen, beside one that reads; none means that the caller does both.
    first : int
        The number of the first row.
    """

    return each_chunk(lambda chunk: screen_chunk(screener, chunk), plan, reader, threads, first)


def each_chunk(
    screen: Callable[[Chunk], Made], plan: Plan, reader: TableReader, threads: int, first: int = 1
) -> Generator[Made]:
    """What `screen` makes of each chunk of a table, in the order of its rows; parameters are those of `stream`."""

    def make(numbered: tuple[Any, int]) -> Made:
        block, start = numbered
        return screen(reader.chunk(plan, block, start))

    blocks = _numbered(reader.blocks(plan), first)
    return in_order(ahead(blocks, BLOCKS_AHEAD), make, threads) if threads else (make(block) for block in blocks)


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
