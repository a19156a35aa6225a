"""A table as it lies on disk: CSV, or a JSON list of flat mappings, hostile until read."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

from gateline.errors import InputError
from gateline.numerals import clip

MAXIMUM_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class Reject:
    """A cell, or a whole row where `column` is empty, that cannot be used, and why."""

    place: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by folded heading, and where it stands (``line 7``)."""

    place: str
    cells: dict[str, str]


@dataclass(slots=True)
class Table:
    """A table: its headings as they stand, its rows, and the rows that have no shape."""

    source: str
    headings: list[str]
    rows: list[Row] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def fold_heading(heading: str) -> str:
    """A heading without case and without doubled spaces: 'Process Size (nm)' is 'process size (nm)'."""
    return " ".join(heading.split()).lower()


def read_table(path: str) -> Table:
    """The table at `path`, or on standard input for ``-``.

    Raises
    ------
    InputError
        If it cannot be read, is too large, not UTF-8, neither CSV nor JSON, or has a heading twice.
    """
    source = "standard input" if path == "-" else path
    text = _read_text(path, source)
    return _read_json(text, source) if text.lstrip()[:1] in ("[", "{") else _read_csv(text, source)


def _read_text(path: str, source: str) -> str:
    try:
        if path == "-" and sys.stdin is None:
            raise InputError("standard input: is closed. Name a file, or pipe a table in.")
        if path == "-":
            data = sys.stdin.buffer.read(MAXIMUM_BYTES + 1)
        else:
            with Path(path).open("rb") as stream:
                data = stream.read(MAXIMUM_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"{source}: cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if len(data) > MAXIMUM_BYTES:
        raise InputError(f"{source}: is larger than {MAXIMUM_BYTES:,} bytes. Split the table.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None


def _read_csv(text: str, source: str) -> Table:
    lines = _csv_lines(text, source)
    _, header = next(lines, (1, []))
    if not any(heading.strip() for heading in header):
        raise InputError(f"{source}: is empty. A table has a header line and at least one row.")
    table = Table(source, header)
    folded = [fold_heading(heading) for heading in header]
    for heading in folded:
        if heading and folded.count(heading) > 1:
            raise InputError(f"{source}:1: the heading '{clip(heading)}' stands twice; keep one.")
    for line, cells in lines:
        if len(cells) == len(folded):
            table.rows.append(Row(f"line {line}", dict(zip(folded, cells, strict=True))))
        elif cells:
            reason = f"has {len(cells)} cells, the header has {len(folded)}"
            table.rejects.append(Reject(f"line {line}", "", ",".join(cells)[:80], reason))
    return table


def _csv_lines(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """Each record, and the line on which it starts."""
    records = csv.reader(StringIO(text, newline=""), strict=True)
    while True:
        line = records.line_num + 1
        try:
            cells = next(records, None)
        except csv.Error as error:
            raise InputError(f"{source}:{line}: is not valid CSV: {error}.") from None
        if cells is None:
            return
        yield line, cells


def _read_json(text: str, source: str) -> Table:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        content = {fold_heading(key): value for key, value in items}
        if len(content) < len(items):
            _refuse(source, "an entry has a key twice; keep one")
        return content

    try:
        content = json.loads(text, object_pairs_hook=pairs, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise InputError(f"{source}:{error.lineno}: is not valid JSON: {error.msg}.") from None
    except RecursionError:
        _refuse(source, "is nested too deeply; a list of flat mappings is expected")
    if not isinstance(content, list):
        _refuse(source, "a list of flat mappings is expected, one per chip")
    table = Table(source, [])
    headings: dict[str, None] = {}
    for number, entry in enumerate(content, 1):
        place = f"entry {number}"
        if not isinstance(entry, dict):
            table.rejects.append(Reject(place, "", str(entry)[:80], "is not a mapping"))
            continue
        nested = [key for key, value in entry.items() if isinstance(value, dict | list)]
        if nested:
            table.rejects.append(Reject(place, nested[0], str(entry[nested[0]])[:80], "is a list or a mapping"))
            continue
        headings.update(dict.fromkeys(entry))
        table.rows.append(Row(place, {key: _json_cell(value) for key, value in entry.items()}))
    table.headings = list(headings)
    return table


def _json_cell(value: Any) -> str:
    return "" if value is None else str(value)


def _refuse(source: str, problem: str) -> NoReturn:
    raise InputError(f"{source}: {problem}.")
