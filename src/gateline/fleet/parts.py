"""Folders of Parquet files: their parts, the columns that stand in the names of folders, and whether all are alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from gateline.errors import InputError
from gateline.fleet.arrow_tables import PARTITION, ArrowReader, faults, parquet_batches

NOTHING = "__HIVE_DEFAULT_PARTITION__"
"""Stands for 'no value' in the name of a folder."""
HIDDEN = ("_", ".")
"""What starts so is no data."""
PART_ROWS = 2**20
"""A Parquet file is cut, between row groups, into parts of at least so many rows."""


@dataclass(frozen=True, slots=True)
class Part:
    """A Parquet file of a folder, or some row groups of one file.

    Attributes
    ----------
    path : Path
    name : str
        Where its result goes below the output folder.
    rows : int
    partition : tuple of (str, str or None)
        The columns that stand in the names of its folders, and their values.
    groups : tuple of int or None
        Its row groups; None for all.
    first : int
        The number of its first row in the file.
    """

    path: Path
    name: str
    rows: int
    partition: tuple[tuple[str, str | None], ...] = ()
    groups: tuple[int, ...] | None = None
    first: int = 1

    def open(self) -> ArrowReader:
        """The part as a table of its own."""
        with faults(str(self.path)):
            schema = pq.read_schema(self.path)
        return _reader(str(self.path), [self], with_partition(schema, self.partition))


def parts_of(path: Path) -> list[Part]:
    """The parts of a folder of Parquet files in the order of their names, or of one Parquet file.

    Raises
    ------
    InputError
        If there is none, or two do not have the same columns.
    """
    if not path.is_dir():
        return _cut(path)
    files = [file for file in sorted(path.rglob("*.parquet")) if not _hidden(file.relative_to(path))]
    if not files:
        raise InputError(f"{path}: has no Parquet files. Name a folder that has, or a CSV, Parquet or Arrow file.")
    parts, schemas = [], []
    for file in files:
        with faults(str(file)):
            metadata = pq.read_metadata(file)
            schemas.append(metadata.schema.to_arrow_schema())
        name = file.relative_to(path)
        parts.append(Part(file, name.as_posix(), metadata.num_rows, tuple(_partition(name))))
        _check_alike(parts[0], schemas[0], parts[-1], schemas[-1])
    return parts


def _cut(path: Path) -> list[Part]:
    """One Parquet file by its row groups."""
    with faults(str(path)):
        metadata = pq.read_metadata(path)
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    parts: list[Part] = []
    groups: list[int] = []
    first = 1
    for group in range(len(sizes)):
        groups.append(group)
        rows = sum(sizes[number] for number in groups)
        if rows >= PART_ROWS or group == len(sizes) - 1:
            parts.append(Part(path, f"{path.stem}-{len(parts):05d}.parquet", rows, (), tuple(groups), first))
            groups, first = [], first + rows
    return parts


def _hidden(name: Path) -> bool:
    return any(part.startswith(HIDDEN) for part in name.parts)


def _partition(name: Path) -> Iterator[tuple[str, str | None]]:
    """The columns in the names of folders such as ``as_of=2026-01-01``."""
    for folder in name.parts[:-1]:
        column, found, text = folder.partition("=")
        if found:
            yield unquote(column), None if text == NOTHING else unquote(text)


def with_partition(schema: pa.Schema, partition: tuple[tuple[str, str | None], ...]) -> pa.Schema:
    """A schema with the columns that stand in the names of folders; one that the file has too is the folder's."""
    for name, _ in partition:
        place = schema.get_field_index(name)
        schema = schema.append(pa.field(name, PARTITION)) if place < 0 else schema.set(place, pa.field(name, PARTITION))
    return schema


def _check_alike(first: Part, wanted: pa.Schema, part: Part, schema: pa.Schema) -> None:
    """Refuse a part whose columns are not those of the first."""
    columns, others = ({field.name: str(field.type) for field in each} for each in (schema, wanted))
    columns |= {name: "in the name of a folder" for name, _ in part.partition}
    others |= {name: "in the name of a folder" for name, _ in first.partition}
    for name in [*others, *columns]:
        if name not in columns:
            raise InputError(
                f"{part.path}: has no column '{name}', which {first.path} has. Give all files the same columns."
            )
        if name not in others:
            raise InputError(
                f"{part.path}: has a column '{name}' that {first.path} has not. Give all files the same columns."
            )
        if columns[name] != others[name]:
            raise InputError(
                f"{part.path}: column '{name}' is {columns[name]}, but {others[name]} in {first.path}. "
                "Give all files the same columns."
            )


@contextmanager
def open_folder(path: Path) -> Iterator[ArrowReader]:
    """A folder of Parquet files as one table.

    Raises
    ------
    InputError
        If there is none, or two do not have the same columns.
    """
    parts = parts_of(path)
    yield _reader(str(path), parts, with_partition(pq.read_schema(parts[0].path), parts[0].partition))


def _reader(source: str, parts: list[Part], schema: pa.Schema) -> ArrowReader:
    def batches(names: list[str]) -> Iterator[pa.RecordBatch]:
        for part in parts:
            partition: Mapping[str, str | None] = dict(part.partition)
            yield from parquet_batches(part.path, schema, names, partition, part.groups)

    return ArrowReader(source, schema, batches, sum(part.rows for part in parts))
