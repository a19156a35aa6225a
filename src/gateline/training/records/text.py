"""Files of other tools, hostile until read: bounded, UTF-8, with the line of every row."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

from gateline.errors import InputError
from gateline.numerals import clip, read_number

MAXIMUM_BYTES = 64_000_000
MAXIMUM_DEPTH = 24
MAXIMUM_NAME = 200
MAXIMUM_HOURS = 10 * 366 * 24
MAXIMUM_COUNT = 10**6
FIRST_YEAR, LAST_YEAR = 2000, 2100
NOTHING = ("", "unknown", "none", "null", "n/a", "nan")
AMERICAN_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)


def read_text(path: str | Path) -> str:
    """The text of a file.

    Raises
    ------
    InputError
        If it cannot be read, is too large, empty, not UTF-8 or not text.
    """
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(MAXIMUM_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if len(data) > MAXIMUM_BYTES:
        raise InputError(f"{path}: is larger than {MAXIMUM_BYTES:,} bytes. Split the record.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{path}:{line}: holds a NUL, so it is no text. Export the record as text.")
    if not text.strip():
        raise InputError(f"{path}: is empty. A record has at least one entry.")
    return text


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its file, its line, and its cells by heading in lower case."""

    source: str
    line: int
    cells: dict[str, str]

    def refusal(self, column: str, problem: str) -> InputError:
        """What is wrong with a cell, with its place."""
        return InputError(f"{self.source}:{self.line}: {column}: '{clip(self.cells.get(column, ''))}' {problem}")

    def text(self, column: str) -> str:
        """A cell in one line; empty where the table has no such column or the cell says nothing."""
        cell = " ".join(self.cells.get(column, "").split())
        return "" if cell.lower() in NOTHING else cell

    def name(self, column: str) -> str:
        """A cell that is shown to people: short and printable."""
        cell = self.text(column)
        if len(cell) > MAXIMUM_NAME:
            raise self.refusal(column, f"has {len(cell):,} characters; a name has at most {MAXIMUM_NAME}.")
        if not cell.isprintable():
            raise self.refusal(column, "holds a mark that cannot be printed. Take it out.")
        return cell

    def number(self, column: str, most: int, unit: str) -> Fraction | None:
        """A number from zero to `most`; None where the cell says nothing."""
        cell = self.text(column)
        if not cell:
            return None
        try:
            value = read_number(cell)
        except InputError:
            raise self.refusal(column, f"is not a number of {unit}, such as 1.5.") from None
        if not 0 <= value <= most:
            raise self.refusal(column, f"is not from 0 to {most:,} {unit}. Is the unit right?")
        return value

    def count(self, column: str) -> int | None:
        """A whole number of things; None where the cell says nothing."""
        value = self.number(column, MAXIMUM_COUNT, "accelerators or machines")
        if value is not None and value.denominator != 1:
            raise self.refusal(column, "is not a whole number, such as 8.")
        return None if value is None else int(value)

    def moment(self, column: str) -> datetime | None:
        """A point in time; None where the cell says nothing."""
        cell = self.text(column)
        try:
            return moment(cell) if cell else None
        except ValueError:
            raise self.refusal(
                column, f"is not a time from {FIRST_YEAR} to {LAST_YEAR}. Write it like 2026-03-01T10:00:00."
            ) from None


def moment(text: str) -> datetime:
    """A time as ISO 8601, `2026-03-01 10:00:00 UTC` or `03/31/2026`, in UTC.

    Raises
    ------
    ValueError
        If it is none, or of a year that cannot be meant.
    """
    american = AMERICAN_DAY.fullmatch(text)
    iso = f"{american[3]}-{american[1]}-{american[2]}" if american else text.removesuffix(" UTC")
    found = datetime.fromisoformat(iso)
    whole = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    if not FIRST_YEAR <= whole.year <= LAST_YEAR:
        raise ValueError(text)
    return whole


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text: headings in lower case, and rows."""

    source: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]

    def require(self, *columns: str) -> None:
        """Refuse a table without these columns."""
        for column in columns:
            if column not in self.headings:
                raise InputError(f"{self.source}:1: the column {column} is missing. Export the record with it.")

    def first(self, *columns: str) -> str:
        """The first of these columns that the table has; empty where it has none."""
        return next((column for column in columns if column in self.headings), "")


def read_table(path: str | Path, mark: str = ",") -> Table:
    """The table at `path`, its cells separated by `mark`; only commas can be quoted.

    Raises
    ------
    InputError
        If it is no such table, a heading stands twice, or a row has another number of cells than the header.
    """
    source = str(path)
    lines = _rows(read_text(path), source, mark)
    _, header = next(lines)
    headings = tuple(" ".join(heading.split()).lower() for heading in header)
    for heading in headings:
        if heading and headings.count(heading) > 1:
            raise InputError(f"{source}:1: the heading '{clip(heading)}' stands twice; keep one.")
    rows = []
    for line, cells in lines:
        if not cells or cells == [""]:
            continue
        if len(cells) != len(headings):
            raise InputError(
                f"{source}:{line}: has {len(cells)} cells, the header has {len(headings)}. "
                "Export the record again, without columns of free text."
            )
        rows.append(Row(source, line, dict(zip(headings, cells, strict=True))))
    if not rows:
        raise InputError(f"{source}: has a header but no rows.")
    return Table(source, headings, tuple(rows))


def _rows(text: str, source: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    stream = StringIO(text, newline="")
    quoted = mark == ","
    records = csv.reader(stream, strict=True) if quoted else csv.reader(stream, delimiter=mark, quoting=csv.QUOTE_NONE)
    while True:
        line = records.line_num + 1
        try:
            cells = next(records, None)
        except csv.Error as error:
            raise InputError(f"{source}:{line}: is not a table of text: {error}. Export the record again.") from None
        if cells is None:
            return
        yield line, cells


def read_json(path: str | Path) -> Any:
    """The content of a JSON file, numbers as text.

    Tools write NaN and empty texts, which files for people may not hold; both are let through here, as text.

    Raises
    ------
    InputError
        If it is not JSON, nested too deeply, or has a key twice.
    """
    source = str(path)
    return parse_json(read_text(path), source)


def parse_json(text: str, source: str) -> Any:
    """The JSON value in `text`; `source` is how messages call it."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        content = dict(items)
        if len(content) < len(items):
            twice = next(key for key, _ in items if [name for name, _ in items].count(key) > 1)
            raise InputError(f"{source}: the key '{clip(twice)}' stands twice; keep one.")
        return content

    try:
        content = json.loads(text, object_pairs_hook=pairs, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise InputError(f"{source}:{error.lineno}: is not valid JSON: {error.msg}.") from None
    except RecursionError:
        raise InputError(f"{source}: is nested deeper than {MAXIMUM_DEPTH} levels.") from None
    if _depth(content) > MAXIMUM_DEPTH:
        raise InputError(f"{source}: is nested deeper than {MAXIMUM_DEPTH} levels.")
    return content


def _depth(content: Any) -> int:
    """How many mappings and lists stand inside each other, found level by level."""
    depth, level = 0, [content]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return depth


def mapping_row(content: Any, source: str, line: int = 1) -> Row:
    """The scalars of a mapping as a row, its keys in lower case."""
    if not isinstance(content, dict):
        raise InputError(f"{source}:{line}: a mapping is expected here.")
    cells = {key.lower(): str(value) for key, value in content.items() if isinstance(value, str | int)}
    return Row(source, line, cells)
