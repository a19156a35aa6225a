"""Markdown from text that others wrote: shown as it is, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gateline.report.escape import plain as in_one_line

Pages = dict[str, str]
"""Markdown by path below the folder of pages."""

MARKS = re.compile(r"[^\w\s,./()%;?'–-]|_|(?<=\w)\.(?=\s)|(?<=www)\.", re.ASCII)
"""What Markdown or one of its extensions could take for markup."""
FENCE = re.compile(r"`{3,}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
EMPTY = "–"
WIDE = "---\nhide: [toc]\n---\n"
"""Before the heading of a page whose table takes the place of its table of contents."""


def plain(text: object) -> str:
    """Text that Markdown shows as it is: in one line, each mark as a character reference.

    Examples
    --------
    >>> plain("<b>a*b*</b>")
    '&#60;b&#62;a&#42;b&#42;&#60;/b&#62;'
    """
    return MARKS.sub(lambda found: f"&#{ord(found[0])};" if found[0].isascii() else found[0], in_one_line(str(text)))


def code(text: object) -> str:
    """Text as code, in a line of prose or a cell."""
    return f"<code>{plain(text)}</code>"


def link(text: object, path: str) -> str:
    """A link to another page, with the text as it is."""
    return f"[{plain(text)}]({path})"


def heading(level: int, text: object) -> str:
    """A heading."""
    return f"{'#' * level} {plain(text)}\n"


def block(text: str, language: str = "text") -> str:
    """Text in a block of code, whatever fences it has itself."""
    fence = "`" * (1 + max((len(found) for found in FENCE.findall(text)), default=2))
    lines = (line.rstrip() for line in text.splitlines())
    return "\n".join([f"{fence}{language}", *lines, fence, ""])


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; nothing where there is no row."""
    listed = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    if not listed:
        return ""
    return "\n".join([f"| {' | '.join(headings)} |", f"| {' | '.join('---' for _ in headings)} |", *listed, ""])


def whole(text: str) -> str:
    """Markdown that is not broken into lines."""
    return f'<span class="whole">{text}</span>'


def _cell(text: str) -> str:
    """A cell: never empty, and a day in one piece."""
    return whole(text) if DAY.fullmatch(text) else text or EMPTY


def bullets(lines: Iterable[str]) -> str:
    """A list of Markdown; nothing without lines."""
    return "".join(f"* {line}\n" for line in lines)


def part(level: int, title: str, body: str) -> str:
    """A heading and what stands below it; nothing where nothing does."""
    return f"{heading(level, title)}\n{body}" if body else ""


def page(*parts: str) -> str:
    """Parts with an empty line between them."""
    return "\n".join(text for text in parts if text)
