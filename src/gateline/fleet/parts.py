"""Folders of Parquet files: their parts, the columns that stand in the names of folders, and whether all are alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from gateline.errors import InputError
from gateline.fleet.arrow_tables import PARTITION, ArrowReader, faults, parquet_batches
from gateline.fleet.storage import Folder, LocalFolder

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
    folder : Folder
    file : str
        Its name in the folder.
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

    folder: Folder
    file: str
    name: str
    rows: int
    partition: tuple[tuple[str, str | None], ...] = ()
    groups: tuple[int, ...] | None = None
    first: int = 1

    def open(self) -> ArrowReader:
        """The part as a table of its own."""
        return _reader(self.where, [self], with_partition(self.metadata().schema.to_arrow_schema(), self.partition))

    @property
    def where(self) -> str:
        """What messages call its file."""
        return self.folder.where(self.file)

    def metadata(self) -> pq.FileMetaData:
        """The footer of its file.

        Raises
        ------
        InputError
            If it is missing, cut off, or no Parquet file.
        """
        with faults(self.where), _closed(self.folder.source(self.file)) as source:
            return pq.read_metadata(source)


def parts_of(folder: Folder, file: str = "") -> list[Part]:
    """The parts of a folder of Parquet files in the order of their names, or those of one Parquet file in it.

    Raises
    ------
    InputError
        If there is none, or two do not have the same columns.
    """
    if file:
        return _cut(Part(folder, file, file, 0))
    with faults(str(folder)):
        found = [name for name in folder.files() if name.endswith(".parquet") and not _hidden(PurePosixPath(name))]
    if not found:
        raise InputError(f"{folder}: has no Parquet files. Name a folder that has, or a CSV, Parquet or Arrow file.")
    parts, schemas = [], []
    for name in found:
        part = Part(folder, name, name, 0, tuple(_partition(PurePosixPath(name))))
        metadata = part.metadata()
        schemas.append(metadata.schema.to_arrow_schema())
        parts.append(replace(part, rows=metadata.num_rows))
        _check_alike(parts[0], schemas[0], parts[-1], schemas[-1])
    return parts


def _cut(whole: Part) -> list[Part]:
    """One Parquet file by its row groups."""
    metadata = whole.metadata()
    stem = PurePosixPath(whole.file).stem
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    parts: list[Part] = []
    groups: list[int] = []
    first = 1
    for group in range(len(sizes)):
        groups.append(group)
        rows = sum(sizes[number] for number in groups)
        if rows >= PART_ROWS or group == len(sizes) - 1:
            name = f"{stem}-{len(parts):05d}.parquet"
            parts.append(Part(whole.folder, whole.file, name, rows, (), tuple(groups), first))
            groups, first = [], first + rows
    return parts


def _hidden(name: PurePosixPath) -> bool:
    return any(part.startswith(HIDDEN) for part in name.parts)


def _partition(name: PurePosixPath) -> Iterator[tuple[str, str | None]]:
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
                f"{part.where}: has no column '{name}', which {first.where} has. Give all files the same columns."
            )
        if name not in others:
            raise InputError(
                f"{part.where}: has a column '{name}' that {first.where} has not. Give all files the same columns."
            )
        if columns[name] != others[name]:
            raise InputError(
                f"{part.where}: column '{name}' is {columns[name]}, but {others[name]} in {first.where}. "
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
    parts = parts_of(LocalFolder(path))
    schema = parts[0].metadata().schema.to_arrow_schema()
    yield _reader(str(path), parts, with_partition(schema, parts[0].partition))


def _closed(source: Any) -> AbstractContextManager[Any]:
    """What pyarrow reads, closed afterwards where it was opened for that; a path is not."""
    return nullcontext(source) if isinstance(source, Path) else closing(source)


def _reader(source: str, parts: list[Part], schema: pa.Schema) -> ArrowReader:
    def batches(names: list[str]) -> Iterator[pa.RecordBatch]:
        for part in parts:
            partition: Mapping[str, str | None] = dict(part.partition)
            with _closed(part.folder.source(part.file)) as source:
                yield from parquet_batches(source, schema, names, partition, part.groups)

    return ArrowReader(source, schema, batches, sum(part.rows for part in parts))
