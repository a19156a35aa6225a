"""Parquet, Arrow files and streams, and whatever hands over Arrow data, read in blocks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gateline.errors import InputError
from gateline.fleet.arrow_cells import check_schema, is_text, read_cells
from gateline.fleet.read import Block
from gateline.fleet.result import ROW, Chunk
from gateline.fleet.tables import Plan
from gateline.metrics.arrays import fresh, strips

BLOCK_ROWS = 2**18
"""Rows of a block that is read: so many that threads have something to do between two of Python's steps, and few in memory at once.

What reads a column more than once works through it in strips that stay in the cache (`gateline.metrics.arrays.strips`).
"""
BLOCK_ROWS_IN_MEMORY = 2**21
"""Most rows of a block of a table in memory, whose result stays there: memory is handed out in large pages where columns are long."""
BUFFER_BYTES = 2**22
"""How much of a column is read at a time, whatever the size of its row group."""
FILE_START = b"ARROW1\x00\x00"

PARTITION = pa.dictionary(pa.int32(), pa.string())
"""The type of a column that stands in the names of folders."""

Batches = Callable[[list[str]], Iterable[pa.RecordBatch]]


def chunk_of(plan: Plan, batch: pa.RecordBatch, start: int) -> Chunk:
    """A record batch made ready to be screened; `start` is the number of its first row."""
    place = {name: position for position, name in enumerate(batch.schema.names)}
    names = plan.header.names
    cells = {position: read_cells(batch.column(place[names[position]])) for position in plan.header.known()}
    numbers = fresh(batch.num_rows, np.int64)
    for strip in strips(batch.num_rows):
        numbers[strip] = np.arange(start + strip.start, start + strip.stop)
    repeated = {names[position]: _repeated(batch.column(place[names[position]])) for position in plan.repeated}
    return Chunk(Block(cells, batch.num_rows), numbers, repeated or {ROW: numbers})


def repeated_type(kind: pa.DataType) -> pa.DataType:
    """The type of a column that is repeated; not every reader knows views."""
    return pa.large_string() if pa.types.is_string_view(kind) else kind


def _repeated(array: pa.Array) -> pa.Array:
    kind = repeated_type(array.type)
    return array if kind == array.type else array.cast(kind)


class ArrowReader:
    """Record batches in blocks.

    Parameters
    ----------
    source : str
        What messages call the table.
    schema : pyarrow.Schema
    batches : callable
        The record batches with the columns of these names.
    size : int
        Its number of rows, zero where that is not known.
    sharing : int, optional
        For batches that are in memory already: how many threads share each. Others are cut into blocks of `BLOCK_ROWS`.
    """

    def __init__(self, source: str, schema: pa.Schema, batches: Batches, size: int = 0, sharing: int = 0) -> None:
        self.source = source
        self.schema = schema
        self.header = tuple(schema.names)
        self.size = size
        self._batches = batches
        self._sharing = sharing
        self._read = 0

    def position(self) -> int:
        """How many rows have been read."""
        return self._read

    def blocks(self, plan: Plan) -> Iterator[pa.RecordBatch]:
        """Blocks with the columns that the plan uses."""
        check_schema(plan.header, self.schema)
        seen = False
        with faults(self.source):
            for batch in self._batches([plan.header.names[position] for position in plan.used()]):
                rows = _share(batch.num_rows, self._sharing) if self._sharing else BLOCK_ROWS
                for start in range(0, batch.num_rows, rows):
                    seen = True
                    block = batch.slice(start, rows)
                    self._read += block.num_rows
                    yield block
        if not seen:
            raise InputError(f"{self.source}: has columns but no rows.")

    def chunk(self, plan: Plan, block: pa.RecordBatch, start: int) -> Chunk:
        """A block made ready to be screened."""
        return chunk_of(plan, block, start)


@contextmanager
def faults(source: str) -> Iterator[None]:
    """Turn what Arrow refuses into one line with a place."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number else str(error).splitlines()[0].rstrip(".")
        raise InputError(f"{source}: cannot be read: {reason}.") from None


@contextmanager
def open_parquet(path: Path) -> Iterator[ArrowReader]:
    """A Parquet file.

    Raises
    ------
    InputError
        If it is missing, cut off, or no Parquet file.
    """
    with faults(str(path)):
        metadata = pq.read_metadata(path)
    schema = metadata.schema.to_arrow_schema()
    yield ArrowReader(str(path), schema, lambda names: parquet_batches(path, schema, names), metadata.num_rows)


def parquet_batches(
    path: Any,
    schema: pa.Schema,
    names: list[str],
    partition: Mapping[str, str | None] = MappingProxyType({}),
    groups: Sequence[int] | None = None,
) -> Iterator[pa.RecordBatch]:
    """The batches of a Parquet file, page by page, text by its dictionary; checksums of pages hold where they are.

    Parameters
    ----------
    path : Path or file
    schema : pyarrow.Schema
    names : list of str
        The columns that are read, in this order.
    partition : mapping
        Columns that have one value, which stands in the name of a folder.
    groups : sequence of int, optional
        The row groups that are read; all of them by default.
    """
    stored = [name for name in names if name not in partition]
    text = [name for name in stored if is_text(schema.field(name).type)]
    with pq.ParquetFile(
        path, buffer_size=BUFFER_BYTES, pre_buffer=False, read_dictionary=text, page_checksum_verification=True
    ) as file:
        for batch in file.iter_batches(batch_size=BLOCK_ROWS, columns=stored, row_groups=groups):
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            columns |= {name: _constant(text, batch.num_rows) for name, text in partition.items() if name in names}
            yield pa.RecordBatch.from_arrays([columns[name] for name in names], names=names)


def _constant(text: str | None, rows: int) -> pa.DictionaryArray:
    indices = pa.array(np.zeros(rows, dtype=np.int32), mask=np.full(rows, text is None))
    return pa.DictionaryArray.from_arrays(indices, pa.array([text or ""], type=pa.string()))


@contextmanager
def open_arrow(path: Path) -> Iterator[ArrowReader]:
    """An Arrow or Feather file, or an Arrow stream that was saved as one.

    Raises
    ------
    InputError
        If it is missing, cut off, or no such file.
    """
    with faults(str(path)):
        source = pa.OSFile(str(path))
        framed = source.read(len(FILE_START)) == FILE_START
        source.seek(0)
        reader = _file(source, str(path)) if framed else _stream(pa.ipc.open_stream(source), str(path))
    with source:
        yield reader


def _file(source: pa.NativeFile, name: str) -> ArrowReader:
    file = pa.ipc.open_file(source)
    batches = (file.get_batch(number) for number in range(file.num_record_batches))
    return ArrowReader(name, file.schema, lambda names: (batch.select(names) for batch in batches))


def stream_of(binary: IO[bytes], source: str) -> ArrowReader:
    """An Arrow stream that is read as it comes, or an Arrow file, which is a stream with a frame.

    Raises
    ------
    InputError
        If it is none.
    """
    with faults(source):
        if binary.peek(len(FILE_START)).startswith(FILE_START):  # type: ignore[attr-defined]
            binary.read(len(FILE_START))
        return _stream(pa.ipc.open_stream(binary), source)


def from_python(data: Any, threads: int) -> ArrowReader:
    """A dict of NumPy arrays, or anything that hands over Arrow data: pyarrow, Polars, DuckDB, pandas; `threads` share its blocks.

    Raises
    ------
    InputError
        If it is something else, or its columns are not of one length.
    """
    source = "the data"
    try:
        if isinstance(data, Mapping):
            data = pa.table(dict(data))
        if hasattr(data, "__arrow_c_stream__"):
            return _stream(pa.RecordBatchReader.from_stream(data), source, threads)
    except OverflowError:
        raise InputError(
            f"{source}: a whole number of more than 64 bits cannot be held in a column. Give numbers as float64, or as text."
        ) from None
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InputError(f"{source}: cannot be read as columns: {str(error).splitlines()[0].rstrip('.')}.") from None
    raise InputError(
        f"{source}: a {type(data).__name__} is no table. Give a dict of arrays, or what has __arrow_c_stream__: "
        "a table of pyarrow, Polars, DuckDB or pandas."
    )


def _share(rows: int, threads: int) -> int:
    """Rows of a block of a batch in memory, so that every thread gets as many."""
    turns = max(1, ceil(rows / (threads * BLOCK_ROWS_IN_MEMORY)))
    return max(BLOCK_ROWS, ceil(rows / (threads * turns)))


def _stream(reader: pa.RecordBatchReader, source: str, sharing: int = 0) -> ArrowReader:
    return ArrowReader(source, reader.schema, lambda names: (batch.select(names) for batch in reader), sharing=sharing)
