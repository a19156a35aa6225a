"""Where a result goes: standard output, or a file that appears under its name only when it is complete."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from gateline.errors import InputError

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
        _replace(path, text) if path.is_file() or not path.exists() else _append(path, text)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}.") from None


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8", errors="replace", newline="\n") as stream:
        stream.write(text)


def _replace(path: Path, text: str) -> None:
    """Write beside the file and rename; a link stays a link."""
    place = path.resolve()
    handle, name = tempfile.mkstemp(prefix=".gateline.", dir=place.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as stream:
            stream.write(text)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
