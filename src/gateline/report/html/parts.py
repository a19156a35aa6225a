"""What a page is made of: marks, tables, lists, sections. Every text is plain; templates escape it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateline.report.wording import words
from gateline.rules.model import Outcome


@dataclass(frozen=True, slots=True)
class Mark:
    """An outcome with its glyph; `text` is what stands beside it."""

    outcome: Outcome
    text: str

    @classmethod
    def of(cls, outcome: Outcome, text: str | None = None) -> Mark:
        """The outcome with its own word, or with another text."""
        return cls(outcome, text or words(outcome.word))


@dataclass(frozen=True, slots=True)
class Lines:
    """Several lines in one cell; those after the first are smaller."""

    lines: tuple[str, ...]


Cell = str | Mark | Lines


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; a muted one is shown for completeness."""

    cells: tuple[Cell, ...]
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption and the headings of its columns; the first cell of each row is its heading.

    `look` is its class in the style sheet.
    """

    kind = "table"
    caption: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    kind = "bullets"
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a `quiet` one is small print."""

    kind = "paragraph"
    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as SVG, made by this program, and the sentence below it."""

    kind = "picture"
    svg: str
    caption: str


Block = Table | Bullets | Paragraph | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


def table(
    caption: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], note: str = "", look: str = ""
) -> Iterator[Table]:
    """A table, or nothing where there are no rows."""
    listed = tuple(Row(tuple(row)) for row in rows)
    if listed:
        yield Table(caption, tuple(headings), listed, note, look)


def bullets(lines: Iterable[str]) -> Iterator[Bullets]:
    """A list, or nothing where there are no lines."""
    listed = tuple(lines)
    if listed:
        yield Bullets(listed)


def section(title: str, *blocks: Iterable[Block]) -> Iterator[Section]:
    """A section, or nothing where it would be empty."""
    listed = tuple(block for part in blocks for block in part)
    if listed:
        yield Section(title, listed)
