"""Which sort of table a source is, and what reads it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from gateline.errors import InputError
from gateline.fleet.tables import TableReader, open_csv, open_csv_input

PARQUET_SUFFIXES = (".parquet", ".pq")
ARROW_SUFFIXES = (".arrow", ".feather", ".ipc")
STANDARD_INPUT = "standard input"
ARROW_STARTS = (b"\xff\xff\xff\xff", b"ARROW1")
PARQUET_START = b"PAR1"


def open_table(source: str) -> AbstractContextManager[TableReader]:
    """A table by its name: a CSV, Parquet or Arrow file, a folder of Parquet files, a pipe, or ``-`` for standard input.

    Raises
    ------
    InputError
        If it is missing, or what reads it is not installed.
    """
    if source == "-":
        return _standard_input()
    path = Path(source)
    if path.exists() and not path.is_file() and not path.is_dir():
        return _open_pipe(path)
    if path.is_dir():
        folder: AbstractContextManager[TableReader] = arrow_module(source, "parts").open_folder(path)
        return folder
    suffix = path.suffix.lower()
    if suffix in PARQUET_SUFFIXES:
        parquet: AbstractContextManager[TableReader] = arrow_module(source).open_parquet(path)
        return parquet
    if suffix in ARROW_SUFFIXES:
        arrow: AbstractContextManager[TableReader] = arrow_module(source).open_arrow(path)
        return arrow
    return open_csv(source)


def _standard_input() -> AbstractContextManager[TableReader]:
    """The table that is piped in."""
    if sys.stdin is None:
        raise InputError(f"{STANDARD_INPUT}: is closed. Name a file, or pipe a table in.")
    return _piped(sys.stdin.buffer, STANDARD_INPUT)


@contextmanager
def _open_pipe(path: Path) -> Iterator[TableReader]:
    """A pipe that has a name, or a device."""
    try:
        binary = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}.") from None
    with binary, _piped(binary, str(path)) as reader:
        yield reader


def _piped(binary: IO[bytes], source: str) -> AbstractContextManager[TableReader]:
    """CSV, or an Arrow stream if it starts like one; it is read once, from its start, and nobody knows its length."""
    start = binary.peek(len(PARQUET_START)) if hasattr(binary, "peek") else b""
    if start.startswith(PARQUET_START):
        raise InputError(f"{source}: is Parquet, which is not read from a pipe. Name the file.")
    if start.startswith(ARROW_STARTS):
        return nullcontext(arrow_module(source).stream_of(binary, source))
    return open_csv_input(binary, source)


def arrow_module(source: str, name: str = "arrow_tables") -> Any:
    """The module that reads `source`, which needs pyarrow.

    Raises
    ------
    InputError
        If pyarrow is not installed.
    """
    try:
        return import_module(f"gateline.fleet.{name}")
    except ImportError:
        raise InputError(
            f"{source}: Parquet and Arrow are read with pyarrow. Install it with: pip install 'gateline[arrow]'"
        ) from None
