"""Where a result goes: standard output, or a file that appears under its name only when it is complete."""

from __future__ import annotations

import sys
from pathlib import Path

from gateline.errors import InputError
from gateline.whole_files import write_whole

STANDARD_OUTPUT = Path("-")


def write_output(text: str, path: Path | None) -> None:
    """Write a result to a file, or to standard output for None and ``-``.

    Parameters
    ----------
    text : str
    path : Path or None
        A file there is replaced; a device or a pipe is written to.

    Raises
    ------
    InputError
        If it is a folder, or cannot be written.
    """
    if path is None or path == STANDARD_OUTPUT:
        sys.stdout.write(text)
        return
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file.")
    try:
        write_whole(path, text) if path.is_file() or not path.exists() else _append(path, text)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}.") from None


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8", errors="replace", newline="\n") as stream:
        stream.write(text)
