"""Commands in documents: found, run in this process, and held against what the document shows."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from gateline.cli import main

ROOT = Path(__file__).parents[2]
LEFT_OUT = "…"
"""Stands alone in a line for lines of the output that a document does not show."""
STATUS = re.compile(r"\(exit status (\d)\)")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WIDTH = "100"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, what it wrote to each stream, and what a terminal shows of both."""

    status: int
    out: str
    err: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A command of a document, and the lines that the document says it prints."""

    command: str
    shown: tuple[str, ...]


def blocks(text: str, language: str) -> list[str]:
    """The blocks of code of a document in one language."""
    return [body for kind, body in BLOCK.findall(text) if kind == language]


def examples(text: str) -> Iterator[Example]:
    """The commands in the console blocks of a document, with what stands below each."""
    for body in blocks(text, "console"):
        for piece in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, *shown = piece.rstrip("\n").split("\n")
            yield Example(command, tuple(shown))


class _Shared(io.BytesIO):
    """Bytes that are written to a second place as well."""

    def __init__(self, also: io.BytesIO) -> None:
        super().__init__()
        self._also = also

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._also.write(data)
        return super().write(data)


def run(command: str, folder: Path) -> Ended:
    """Run ``gateline …`` (or ``cat FILE``) in a folder, as a shell without pipes would.

    Parameters
    ----------
    command : str
        The line as it stands in a document.
    folder : Path
        The working folder; `workspace` makes one in which the paths of the documents hold.
    """
    words = shlex.split(command)
    if words[0] == "cat":
        text = "".join((folder / word).read_text(encoding="utf-8") for word in words[1:])
        return Ended(0, text, "", text)
    if words[0] != "gateline":
        raise ValueError(f"'{command}' is neither a command of gateline nor cat.")
    both = io.BytesIO()
    out, err = _Shared(both), _Shared(both)
    streams = _stream(out), _stream(err)
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(streams[0]),
        contextlib.redirect_stderr(streams[1]),
        mock.patch.object(sys, "argv", words),
        mock.patch.dict(os.environ, {"COLUMNS": WIDTH, "NO_COLOR": "1"}),
    ):
        try:
            main()
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
    return Ended(status, *(stream.getvalue().decode() for stream in (out, err, both)))


def _stream(into: _Shared) -> io.TextIOWrapper:
    return io.TextIOWrapper(into, encoding="utf-8", newline="", write_through=True)


def workspace(folder: Path) -> Path:
    """A folder in which the example files have the paths that documents give them."""
    shutil.copytree(ROOT / "examples", folder / "examples", dirs_exist_ok=True)
    return folder


def differences(example: Example, ended: Ended) -> list[str]:
    """Lines that a document shows and the command did not print there, and a status that is another one.

    Shown lines follow each other as printed, save where ``…`` stands between them; spaces at the end do not matter.
    """
    shown, found = list(example.shown), []
    if shown and (status := STATUS.fullmatch(shown[-1])):
        shown.pop()
        if int(status[1]) != ended.status:
            found.append(f"exit status {ended.status}, not {status[1]}")
    printed = [line.rstrip() for line in ended.text.splitlines()]
    place, free = 0, False
    for line in (line.rstrip() for line in shown):
        if line == LEFT_OUT:
            free = True
            continue
        near = printed[place:] if free else printed[place : place + 1]
        if line not in near:
            found.append(f"not printed there: {line}")
            continue
        place += near.index(line) + 1
        free = False
    if shown and not free and place < len(printed):
        found.append(f"printed and not shown: {printed[place]}")
    return found
