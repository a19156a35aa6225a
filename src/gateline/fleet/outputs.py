"""Files that are written block by block, and appear when they are complete or not at all."""

from __future__ import annotations

import csv
import errno
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol

import numpy as np

from gateline.errors import InputError
from gateline.fleet.result import Coded, ResultColumn
from gateline.fleet.screener import Known
from gateline.whole_files import beside, put_in_place

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ARROW_SUFFIXES = (".parquet", ".arrow", ".feather")
SUFFIXES = (".csv", *ARROW_SUFFIXES)


class Writer(Protocol):
    """Takes blocks of named columns."""

    def write(self, columns: Mapping[str, ResultColumn]) -> None:
        """Add a block."""

    def finish(self) -> None:
        """Complete the output."""

    def abandon(self) -> None:
        """Let go of the output, which is not wanted."""


class CsvWriter:
    """Blocks of columns as CSV; text that a spreadsheet would take for a formula gets an apostrophe."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._rows = csv.writer(stream, lineterminator="\n")
        self._started = False

    def write(self, columns: Mapping[str, ResultColumn]) -> None:
        """Add a block."""
        if not self._started:
            self._rows.writerow([harmless(name) for name in columns])
            self._started = True
        self._rows.writerows(zip(*map(_cells, columns.values()), strict=True))

    def finish(self) -> None:
        """Complete the file; standard output stays open."""
        self._stream.flush()
        if self._stream is not sys.stdout:
            self._stream.close()

    def abandon(self) -> None:
        """Close the file, whatever of it can still be written."""
        if self._stream is not sys.stdout:
            with suppress(OSError):
                self._stream.close()


def _cells(column: ResultColumn) -> list[Any]:
    """A column as CSV cells; an unknown number is an empty cell."""
    if isinstance(column, Coded):
        return _coded(column.texts, column.place)
    if isinstance(column, Known):
        return [
            value if known else "" for value, known in zip(column.values.tolist(), column.known.tolist(), strict=True)
        ]
    if isinstance(column, np.ndarray):
        return list(column.tolist())
    if hasattr(column, "to_pylist"):
        return _arrow_cells(column)
    safe = {cell: harmless(cell) for cell in set(column)}
    return list(map(safe.__getitem__, column))


def _coded(texts: Sequence[str], place: Any) -> list[str]:
    safe = [harmless(text) for text in texts]
    return list(map(safe.__getitem__, place.tolist()))


def _arrow_cells(array: Any) -> list[Any]:
    """An Arrow column as CSV cells; a null, and a number that is none, is an empty cell."""
    cells = array.to_pylist()
    shown = {False: "no", True: "yes"}
    return [
        "" if cell is None or cell != cell else shown[cell] if isinstance(cell, bool) else harmless(cell)
        for cell in cells
    ]


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet evaluates; numbers stay as they are."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA_STARTS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


class Output:
    """A file that appears under its name only when it is complete; without a path, standard output.

    Use as a context: left normally, the file is renamed into place; left by an exception, it is removed.

    Parameters
    ----------
    path : Path or None
        CSV, Parquet or Arrow by its name.
    arrow : bool
        Whether standard output gets an Arrow stream instead of CSV.
    """

    def __init__(self, path: Path | None, *, arrow: bool = False) -> None:
        self.path = path
        self._arrow = arrow
        self._temporary: Path | None = None
        self.writer: Writer

    def __enter__(self) -> Output:
        if self.path is None:
            self.writer = _arrow_writers().stream(sys.stdout.buffer) if self._arrow else CsvWriter(sys.stdout)
            return self
        if self.path.is_dir():
            raise InputError(f"{self.path}: is a folder; name a file.")
        if self.path.suffix.lower() not in SUFFIXES:
            raise InputError(
                f"{self.path}: the output is CSV, Parquet or Arrow; end its name in .csv, .parquet, .arrow or .feather."
            )
        make = _arrow_writers().of_file(self.path.suffix.lower()) if self.path.suffix.lower() != ".csv" else _csv
        try:
            self._temporary = beside(self.path)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written: {error.strerror or error}.") from None
        self.writer = make(self._temporary)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._temporary is None or self.path is None:
            return self.writer.finish() if kind is None else None
        try:
            if kind is None:
                with self._named():
                    self.writer.finish()
                put_in_place(self._temporary, self.path)
            else:
                self.writer.abandon()
        finally:
            self._temporary.unlink(missing_ok=True)
        return None

    def write(self, columns: Mapping[str, ResultColumn]) -> None:
        """Add a block.

        Raises
        ------
        OSError
            Naming the file, if it cannot be written: the disk is full, a quota is used up.
        """
        with self._named():
            self.writer.write(columns)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Give an error of the system the name of the file."""
        try:
            yield
        except OSError as error:
            if self.path is None:
                raise
            reason = os.strerror(error.errno) if error.errno else str(error).splitlines()[0]
            raise OSError(error.errno or errno.EIO, reason, str(self.path)) from None


def _csv(path: Path) -> Writer:
    return CsvWriter(path.open("w", encoding="utf-8", newline=""))


def _arrow_writers() -> Any:
    """The writers that need pyarrow."""
    try:
        from gateline.fleet import arrow_writers
    except ImportError:
        raise InputError(
            "Parquet and Arrow output need pyarrow. Install it with: pip install 'gateline[arrow]'"
        ) from None
    return arrow_writers
