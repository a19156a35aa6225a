"""Blocks of columns as Parquet, as an Arrow file or as an Arrow stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gateline.fleet.arrow_tables import repeated_type
from gateline.fleet.outputs import Writer
from gateline.fleet.result import ITEM, OUTCOME, ROW, WAYS, Coded, ResultColumn, written
from gateline.fleet.screener import Known, Screener
from gateline.fleet.tables import Plan

ROW_GROUP = 2**19
"""Rows that are gathered for a row group: few enough to be kept in memory, many enough to be read fast."""


def to_batch(columns: Mapping[str, ResultColumn]) -> pa.RecordBatch:
    """The columns of a block as a record batch."""
    return pa.RecordBatch.from_arrays([to_arrow(column) for column in columns.values()], names=list(columns))


def to_arrow(column: ResultColumn) -> pa.Array:
    """A column of the result: text by its dictionary, a quantity as float64 with nulls, the rest as it came."""
    if isinstance(column, Coded):
        return pa.DictionaryArray.from_arrays(pa.array(column.place), _dictionary(column.texts), safe=False)
    if isinstance(column, Known):
        return _known(column)
    if isinstance(column, np.ndarray):
        return pa.array(column)
    return column if isinstance(column, pa.Array) else pa.array(column, type=pa.string())


@lru_cache(maxsize=64)
def _dictionary(texts: tuple[str, ...]) -> pa.Array:
    """The different texts of a column, which many blocks share."""
    return pa.array(texts, type=pa.string())


def _known(column: Known) -> pa.Array:
    """Without a copy of the values: only the mask of the nulls is made."""
    rows, nulls = len(column.values), len(column.values) - int(np.count_nonzero(column.known))
    mask = pa.py_buffer(np.packbits(column.known, bitorder="little")) if nulls else None
    data = pa.py_buffer(np.ascontiguousarray(column.values))
    return pa.Array.from_buffers(pa.float64(), rows, [mask, data], null_count=nulls)


def schema_of(screener: Screener, plan: Plan, schema: pa.Schema) -> pa.Schema:
    """The schema of the result of a table with this schema."""
    repeated = [schema.field(position) for position in plan.repeated]
    fields = [field.with_type(repeated_type(field.type)) for field in repeated] or [pa.field(ROW, pa.int64())]
    fields += [pa.field(name, pa.float64()) for name in screener.computed()]
    places = {OUTCOME: pa.int8(), ITEM: pa.int16(), WAYS: pa.int32()}
    for heading in written(screener)[len(screener.computed()) :]:
        place = places[heading.rpartition(":")[2]]
        fields.append(pa.field(heading, pa.dictionary(place, pa.string())))
    return pa.schema(fields)


def plain(batch: pa.RecordBatch, headings: list[str]) -> pa.RecordBatch:
    """The batch with some dictionary columns as the text that they stand for."""
    for heading in headings:
        position = batch.schema.get_field_index(heading)
        batch = batch.set_column(position, heading, batch.column(position).dictionary_decode())
    return batch


class ParquetWriter:
    """Blocks as row groups of a Parquet file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None
        self._batches: list[pa.RecordBatch] = []
        self._rows = 0

    def write(self, columns: Mapping[str, ResultColumn]) -> None:
        """Add a block; it is written with others, as one row group."""
        batch = to_batch(columns)
        self._batches.append(batch)
        self._rows += batch.num_rows
        if self._rows >= ROW_GROUP:
            self._write_group()

    def _write_group(self) -> None:
        table = _with_one_dictionary(pa.Table.from_batches(self._batches))
        if self._file is None:
            self._file = _open_parquet(self._path, table.schema)
        if table.num_rows:
            self._file.write_table(table.cast(self._file.schema), row_group_size=table.num_rows)
        self._batches, self._rows = [], 0

    def finish(self) -> None:
        """Write what is left, and the footer."""
        if self._batches:
            self._write_group()
        if self._file is not None:
            self._file.close()

    def abandon(self) -> None:
        """Close the file, whatever of it can still be written."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()


def _open_parquet(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A file whose numbers are stored plainly, which is faster than a dictionary that is given up, and verdicts by it.

    Verdicts have no nulls, and their statistics would cost as much as they do.
    """
    said = [name for name in schema.names if _is_verdict(name)]
    numbered = [field.name for field in schema if field.name == ROW and field.type == pa.int64()]
    for name in [*said, *numbered]:
        position = schema.get_field_index(name)
        schema = schema.set(position, schema.field(position).with_nullable(False))
    return pq.ParquetWriter(
        path,
        schema,
        use_dictionary=[field.name for field in schema if not _is_number(field.type)],
        write_statistics=[name for name in schema.names if name not in said],
        column_encoding=dict.fromkeys(numbered, "DELTA_BINARY_PACKED"),
    )


def _is_verdict(heading: str) -> bool:
    return heading.endswith((f":{OUTCOME}", f":{ITEM}", f":{WAYS}"))


def _with_one_dictionary(table: pa.Table) -> pa.Table:
    """The table with one dictionary per column."""
    return table.unify_dictionaries() if any(_differ(column) for column in table.columns) else table


def _differ(column: pa.ChunkedArray) -> bool:
    """Whether the chunks of a column have different dictionaries."""
    if not pa.types.is_dictionary(column.type) or column.num_chunks < 2:
        return False
    first, *rest = (chunk.dictionary for chunk in column.chunks)
    return not all(other.equals(first) for other in rest)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind))


class ArrowWriter:
    """Blocks as record batches; dictionaries that differ from block to block are written out as text."""

    def __init__(self, sink: Any, make: Callable[[Any, pa.Schema], Any]) -> None:
        self._sink = sink
        self._make = make
        self._stream: Any = None
        self._plain: list[str] = []

    def write(self, columns: Mapping[str, ResultColumn]) -> None:
        """Add a block."""
        batch = to_batch(columns)
        if self._stream is None:
            fixed = [name for name in columns if name.endswith((f":{OUTCOME}", f":{ITEM}"))]
            self._plain = [
                field.name for field in batch.schema if pa.types.is_dictionary(field.type) and field.name not in fixed
            ]
        batch = plain(batch, self._plain)
        if self._stream is None:
            self._stream = self._make(self._sink, batch.schema)
        self._stream.write_batch(batch)

    def finish(self) -> None:
        """Write the end."""
        if self._stream is not None:
            self._stream.close()

    def abandon(self) -> None:
        """Close the file, whatever of it can still be written."""
        with suppress(OSError):
            self.finish()


def of_file(suffix: str) -> Callable[[Path], Writer]:
    """What makes the writer of a file with this ending."""
    return ParquetWriter if suffix == ".parquet" else _arrow_file


def _arrow_file(path: Path) -> ArrowWriter:
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    return ArrowWriter(str(path), lambda sink, schema: pa.ipc.new_file(sink, schema, options=options))


def stream(sink: IO[bytes]) -> ArrowWriter:
    """A writer of an Arrow stream."""
    return ArrowWriter(sink, pa.ipc.new_stream)
