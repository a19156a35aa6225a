"""A CSV table in memory, screened as a file would be, without writing one."""

from __future__ import annotations

import csv
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO

from gateline.errors import InputError
from gateline.fleet.excerpt import Excerpt, excerpt
from gateline.fleet.outputs import CsvWriter, harmless
from gateline.fleet.problems import Reject
from gateline.fleet.run import Setting, prepare, remarks, stream
from gateline.fleet.summary import FleetSummary
from gateline.fleet.tables import open_csv_input
from gateline.gating import Request
from gateline.jobs.fleet import CatalogueFigures
from gateline.jobs.ledger import ExaminedLedger, examine_ledger
from gateline.rules.specfiles import default_specs

MAXIMUM_BYTES = 2_000_000
MAXIMUM_ROWS = 20_000
MAXIMUM_COLUMNS = 256
MAXIMUM_CELL = 4_096


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """How a table is screened; `maximum_rows` is how many rows it may have."""

    as_of: date
    role: str = "exporter"
    rules: tuple[str, ...] = ()
    all_columns: bool = True
    maximum_rows: int = MAXIMUM_ROWS


@dataclass(frozen=True, slots=True)
class ScreenedTable:
    """The verdicts as CSV, what became of the rows, and the cells that could not be read."""

    text: str
    summary: FleetSummary
    rejects: tuple[Reject, ...]

    def rejects_csv(self) -> str:
        """The cells that could not be read as CSV, with the columns of a rejects file."""
        stream = StringIO()
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(("row", "column", "value", "reason"))
        rows.writerows((each.row, *map(harmless, (each.column, each.value, each.reason))) for each in self.rejects)
        return stream.getvalue()


def screen_csv(data: bytes, asked: TableQuestion, source: str = "table") -> ScreenedTable:
    """Screen every row of a CSV table, with the same outcome as `gateline.screen_fleet`.

    Parameters
    ----------
    data : bytes
        UTF-8, with or without a byte order mark.
    asked : TableQuestion
    source : str
        What messages call the table.

    Returns
    -------
    ScreenedTable

    Raises
    ------
    InputError
        If the table is too large, cannot be read, or has no row that can be screened.
    """
    check_size(data, asked.maximum_rows, source)
    setting = _setting(asked)
    text, rejects = StringIO(), list[Reject]()
    with open_csv_input(BytesIO(data), source) as reader:
        screener, plan = prepare(setting, reader)
        summary, writer = FleetSummary(remarks=remarks(plan.header)), CsvWriter(text)
        with closing(stream(screener, plan, reader, setting.threads)) as results:
            for result in results:
                summary.add(result.summary)
                writer.write(result.columns)
                rejects.extend(result.rejects)
    return ScreenedTable(text.getvalue(), summary, tuple(rejects))


def excerpt_csv(data: bytes, asked: TableQuestion, source: str = "table") -> Excerpt:
    """The sums of a CSV table, what would settle undetermined rows, and the first rows that matter.

    Parameters and errors are those of `screen_csv`; of a table in which no row can be screened it has the first rejects.
    """
    check_size(data, asked.maximum_rows, source)
    return excerpt(_setting(asked), open_csv_input(BytesIO(data), source), None)


def ledger_csv(data: bytes, asked: TableQuestion, source: str = "ledger") -> ExaminedLedger:
    """What becomes of a shipment ledger: sums, totals, and the first rows that matter.

    Parameters and errors are those of `screen_csv`; `all_columns` is not asked.
    """
    check_size(data, asked.maximum_rows, source)
    with open_csv_input(BytesIO(data), source) as reader:
        return examine_ledger(reader, asked.as_of, asked.role, asked.rules)


def _setting(asked: TableQuestion) -> Setting:
    specs = default_specs()
    figures = CatalogueFigures(specs, asked.as_of, specs.choose_readings({}))
    return Setting(specs, Request(asked.as_of, asked.role, asked.rules), figures, asked.all_columns, threads=1)


def check_size(data: bytes, maximum_rows: int, source: str) -> None:
    """Refuse a table that is too large, or holds what no table holds, before it is screened.

    Bytes that are no text and lines that are no CSV are left to the reader, which says where they stand.

    Raises
    ------
    InputError
        Naming the limit.
    """
    if len(data) > MAXIMUM_BYTES:
        raise InputError(f"{source}: has {len(data):,} bytes; at most {MAXIMUM_BYTES:,} are read. {_OTHERWISE}")
    if b"\0" in data:
        raise InputError(f"{source}: holds a NUL byte; it is no text. Save the file as CSV in UTF-8.")
    rows = csv.reader(StringIO(data.decode("utf-8-sig", errors="replace"), newline=""), strict=True)
    with suppress(csv.Error):
        for number, row in enumerate(rows):
            if number > maximum_rows:
                raise InputError(f"{source}: has more than {maximum_rows:,} rows. {_OTHERWISE}")
            _check_cells(source, number + 1, row)


_OTHERWISE = "Use 'gateline fleet FILE' on the command line, which has no such limit."


def _check_cells(source: str, number: int, row: list[str]) -> None:
    if len(row) > MAXIMUM_COLUMNS:
        raise InputError(f"{source}:{number}: has {len(row)} columns; at most {MAXIMUM_COLUMNS} are read. {_OTHERWISE}")
    if any(len(cell) > MAXIMUM_CELL for cell in row):
        raise InputError(f"{source}:{number}: has a cell of more than {MAXIMUM_CELL:,} characters. Shorten it.")
