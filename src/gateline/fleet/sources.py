"""Which sort of table a source is, and what reads it."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

from gateline.errors import InputError
from gateline.fleet.tables import TableReader, open_csv, open_csv_input

PARQUET_SUFFIXES = (".parquet", ".pq")
ARROW_SUFFIXES = (".arrow", ".feather", ".ipc")
STANDARD_INPUT = "standard input"
ARROW_STARTS = (b"\xff\xff\xff\xff", b"ARROW1")
PARQUET_START = b"PAR1"


def open_table(source: str) -> AbstractContextManager[TableReader]:
    """A table by its name: a CSV, Parquet or Arrow file, a folder of Parquet files, or ``-`` for standard input.

    Raises
    ------
    InputError
        If it is missing, or what reads it is not installed.
    """
    if source == "-":
        return _standard_input()
    path = Path(source)
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
    """CSV, or an Arrow stream if it starts like one."""
    if sys.stdin is None:
        raise InputError(f"{STANDARD_INPUT}: is closed. Name a file, or pipe a table in.")
    binary = sys.stdin.buffer
    start = binary.peek(len(PARQUET_START)) if hasattr(binary, "peek") else b""
    if start.startswith(PARQUET_START):
        raise InputError(f"{STANDARD_INPUT}: is Parquet, which is not read from a pipe. Name the file.")
    if start.startswith(ARROW_STARTS):
        return nullcontext(arrow_module(STANDARD_INPUT).stream_of(binary, STANDARD_INPUT))
    return open_csv_input(binary, STANDARD_INPUT)


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
