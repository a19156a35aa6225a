"""Tables as they are read: what every sort of table can be asked, and CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np

from gateline.errors import InputError
from gateline.fleet.cells import TextCells
from gateline.fleet.headers import Header
from gateline.fleet.problems import Reject
from gateline.fleet.read import Block
from gateline.fleet.result import ROW, Chunk

BLOCK_ROWS = 2**16


@dataclass(frozen=True, slots=True)
class Plan:
    """How a table is read: its header, and which columns the result repeats.

    Attributes
    ----------
    header : Header
    repeated : tuple of int
        Positions of the columns that are repeated; none means that rows are numbered instead.
    """

    header: Header
    repeated: tuple[int, ...]

    @classmethod
    def of(cls, header: Header, *, all_columns: bool) -> Plan:
        """All columns are repeated, or only ``id``, if there is one."""
        own = (header.own["id"],) if "id" in header.own else ()
        return cls(header, tuple(range(len(header.names))) if all_columns else own)

    def used(self) -> list[int]:
        """The positions of the columns that are read."""
        return sorted({*self.repeated, *self.header.known()})


class TableReader(Protocol):
    """A table in blocks of rows."""

    @property
    def source(self) -> str:
        """What messages call it."""

    @property
    def header(self) -> Sequence[str]:
        """The headings."""

    @property
    def size(self) -> int:
        """Its length in bytes or rows, zero where that is not known."""

    def position(self) -> int:
        """How much of that has been read."""

    def blocks(self, plan: Plan) -> Iterator[Any]:
        """Blocks of rows, as they come from the table; the length of a block is how many rows it has."""

    def chunk(self, plan: Plan, block: Any, start: int) -> Chunk:
        """A block made ready to be screened; `start` is the number of its first row. Threads call it side by side."""


@contextmanager
def open_csv(source: str) -> Iterator[CsvReader]:
    """The CSV file `source`, open for reading.

    Raises
    ------
    InputError
        If the file is missing, empty, not UTF-8 or not comma-separated.
    """
    try:
        binary = Path(source).open("rb")
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {error.strerror or error}.") from None
    with binary, _decoded(binary) as text:
        yield CsvReader(text, source, Path(source).stat().st_size, binary.tell)


@contextmanager
def open_csv_input(binary: IO[bytes], source: str) -> Iterator[CsvReader]:
    """CSV that comes from somewhere else than a file, such as standard input."""
    with _decoded(binary) as text:
        yield CsvReader(text, source, 0)


@contextmanager
def _decoded(binary: IO[bytes]) -> Iterator[TextIOWrapper]:
    """Bytes as text, without closing them afterwards."""
    text = TextIOWrapper(binary, encoding="utf-8-sig", newline="")
    try:
        yield text
    finally:
        text.detach()


class CsvReader:
    """A CSV file in blocks of rows.

    Attributes
    ----------
    size : int
        Its length in bytes, zero where that is not known.
    """

    def __init__(self, text: TextIOWrapper, source: str, size: int, position: Callable[[], int] = lambda: 0) -> None:
        self.source = source
        self.size = size
        self._position = position
        self._rows = csv.reader(self._lines(text), strict=True)
        self.header = self._read_header()

    def position(self) -> int:
        """How many bytes have been read."""
        return self._position()

    def _lines(self, text: TextIOWrapper) -> Iterator[str]:
        """The lines of the file, none of which has a NUL."""
        for line in text:
            if "\0" in line:
                raise InputError(
                    f"{self.source}:{self._rows.line_num + 1}: has a NUL byte; it is no text. Save the table as CSV in UTF-8."
                )
            yield line

    def _read_header(self) -> list[str]:
        with self._faults():
            header = next(self._rows, None)
        if not header or not any(cell.strip() for cell in header):
            raise InputError(f"{self.source}: is empty. A table has a header line and at least one row.")
        if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
            raise InputError(f"{self.source}:1: is not separated by commas. Save the table as comma-separated CSV.")
        return header

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn what the decoder and the CSV reader refuse into a message with a place."""
        try:
            yield
        except UnicodeDecodeError as error:
            raise InputError(
                f"{self.source}: the byte {error.object[error.start]:#04x} is not UTF-8. Save the file as UTF-8."
            ) from None
        except csv.Error as error:
            raise InputError(f"{self.source}:{self._rows.line_num}: is not valid CSV: {error}.") from None

    def blocks(self, plan: Plan) -> Iterator[list[list[str]]]:  # noqa: ARG002 (every column is read)
        """Blocks of up to `BLOCK_ROWS` rows; blank lines are left out."""
        seen = False
        while True:
            with self._faults():
                rows = [row for row in islice(self._rows, BLOCK_ROWS) if row]
            if not rows:
                break
            seen = True
            yield rows
        if not seen:
            raise InputError(f"{self.source}: has a header but no rows.")

    def chunk(self, plan: Plan, block: list[list[str]], start: int) -> Chunk:
        """A block made ready to be screened."""
        return text_chunk(plan, block, start)


def text_chunk(plan: Plan, rows: list[list[str]], start: int) -> Chunk:
    """Rows of text made ready to be screened; those that have not as many cells as the header are rejected."""
    width = len(plan.header.names)
    numbers, ragged = np.arange(start, start + len(rows), dtype=np.int64), []
    if set(map(len, rows)) != {width}:
        ragged = [
            Reject(number, "", ",".join(row)[:80], f"has {len(row)} cells, the header has {width}")
            for number, row in enumerate(rows, start)
            if len(row) != width
        ]
        even = [len(row) == width for row in rows]
        numbers, rows = numbers[even], [row for row in rows if len(row) == width]
    columns = list(zip(*rows, strict=True)) or [()] * width
    block = Block({position: TextCells(columns[position]) for position in plan.header.known()}, len(rows))
    repeated: dict[str, Any] = {plan.header.names[position]: columns[position] for position in plan.repeated}
    return Chunk(block, numbers, repeated or {ROW: numbers}, ragged)
