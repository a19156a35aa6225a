"""Tables in and out: CSV read in blocks, CSV and Parquet written as the blocks come, complete or not at all."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol

import numpy as np

from gateline.errors import InputError

BLOCK_ROWS = 2**16
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class TableReader(Protocol):
    """A table in blocks of rows of text."""

    @property
    def source(self) -> str:
        """What messages call it."""

    @property
    def header(self) -> Sequence[str]:
        """The headings."""

    @property
    def size(self) -> int:
        """Its length in bytes, zero where that is not known."""

    def position(self) -> int:
        """How many bytes have been read."""

    def blocks(self) -> Iterator[list[list[str]]]:
        """Blocks of rows."""


@contextmanager
def open_csv(source: str) -> Iterator[CsvReader]:
    """The CSV file `source`, or standard input for ``-``, open for reading.

    Raises
    ------
    InputError
        If the file is missing, empty, not UTF-8 or not comma-separated.
    """
    if source == "-":
        if sys.stdin is None:
            raise InputError("standard input: is closed. Name a file, or pipe a table in.")
        with _decoded(sys.stdin.buffer) as text:
            yield CsvReader(text, "standard input", 0)
        return
    if Path(source).suffix.lower() in (".parquet", ".arrow", ".feather"):
        raise InputError(f"{source}: tables are read as CSV; save it as comma-separated CSV.")
    try:
        binary = Path(source).open("rb")
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {error.strerror or error}.") from None
    with binary, _decoded(binary) as text:
        yield CsvReader(text, source, Path(source).stat().st_size, binary.tell)


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
        self._rows = csv.reader(text, strict=True)
        self.header = self._read_header()

    def position(self) -> int:
        """How many bytes have been read."""
        return self._position()

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

    def blocks(self) -> Iterator[list[list[str]]]:
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


class Writer(Protocol):
    """Takes blocks of named columns."""

    def write(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add a block."""

    def finish(self) -> None:
        """Complete the output."""


class CsvWriter:
    """Blocks of columns as CSV; text that a spreadsheet would take for a formula gets an apostrophe."""

    def __init__(self, stream: IO[str]) -> None:
        self._rows = csv.writer(stream, lineterminator="\n")
        self._started = False

    def write(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add a block."""
        if not self._started:
            self._rows.writerow([harmless(name) for name in columns])
            self._started = True
        self._rows.writerows(zip(*map(_cells, columns.values()), strict=True))

    def finish(self) -> None:
        """Nothing is left to do."""


def _cells(column: Sequence[Any]) -> list[Any]:
    """A column as CSV cells; an unknown number is an empty cell."""
    kind = getattr(getattr(column, "dtype", None), "kind", "O")
    if kind == "f":
        return ["" if value != value else value for value in np.asarray(column).tolist()]
    if kind == "i":
        return list(np.asarray(column).tolist())
    safe = {cell: harmless(cell) for cell in set(column)}
    return list(map(safe.__getitem__, column))


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet evaluates; numbers stay as they are."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA_STARTS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


class ParquetWriter:
    """Blocks of columns as row groups of a Parquet file."""

    def __init__(self, path: Path) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise InputError("Parquet output needs pyarrow. Install it with: pip install 'gateline[arrow]'") from None
        self._arrow = pyarrow
        self._path = path
        self._file: Any = None

    def write(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add a block."""
        table = self._arrow.table({name: self._array(column) for name, column in columns.items()})
        if self._file is None:
            self._file = self._arrow.parquet.ParquetWriter(self._path, table.schema)
        self._file.write_table(table)

    def _array(self, column: Sequence[Any]) -> Any:
        dtype = getattr(column, "dtype", None)
        if dtype is not None and dtype.kind == "f":
            return self._arrow.array(column, from_pandas=True)
        if dtype is not None and dtype.kind == "i":
            return self._arrow.array(column)
        return self._arrow.array(list(column), type=self._arrow.string())

    def finish(self) -> None:
        """Write the footer."""
        if self._file is not None:
            self._file.close()


class Output:
    """A file that appears under its name only when it is complete; without a path, standard output.

    Use as a context: left normally, the file is renamed into place; left by an exception, it is removed.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._temporary: Path | None = None
        self._stream: IO[str] | None = None
        self.writer: Writer

    def __enter__(self) -> Output:
        if self.path is None:
            self.writer = CsvWriter(sys.stdout)
            return self
        if self.path.is_dir():
            raise InputError(f"{self.path}: is a folder; name a file.")
        if self.path.suffix.lower() not in (".csv", ".parquet"):
            raise InputError(f"{self.path}: the output is CSV or Parquet; end its name in .csv or .parquet.")
        try:
            handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.resolve().parent)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written: {error.strerror or error}.") from None
        self._temporary = Path(name)
        if self.path.suffix.lower() == ".parquet":
            os.close(handle)
            self.writer = self._guarded_parquet(self._temporary)
        else:
            self._stream = os.fdopen(handle, "w", encoding="utf-8", newline="")
            self.writer = CsvWriter(self._stream)
        return self

    def _guarded_parquet(self, path: Path) -> ParquetWriter:
        try:
            return ParquetWriter(path)
        except InputError:
            path.unlink()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.finish()
        if self._stream is not None:
            self._stream.close()
        if self._temporary is None or self.path is None:
            return
        if kind is None:
            self._temporary.chmod(0o666 & ~_umask())
            self._temporary.replace(self.path.resolve())
        else:
            self._temporary.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
