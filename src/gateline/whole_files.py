"""Files that appear under their name only when they are complete: written beside it, then renamed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_unfinished = set[Path]()
"""Files made by `beside` that have not got their name; of a write that failed, what is gone already."""


def beside(path: Path) -> Path:
    """A new empty file in the folder of another; of a link, in the folder of the file that it leads to.

    Raises
    ------
    OSError
        If none can be made there.
    """
    place = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    os.close(handle)
    _unfinished.add(Path(name))
    return Path(name)


def put_in_place(written: Path, path: Path) -> None:
    """Give what was written `beside` a path its name, and the rights that a new file has; a link stays a link."""
    written.chmod(0o666 & ~_umask())
    written.replace(path.resolve())
    _unfinished.discard(written)


def remove_unfinished() -> None:
    """Remove every file that has not got its name, where a run ends in the middle of writing it."""
    for written in tuple(_unfinished):
        written.unlink(missing_ok=True)


def write_beside(path: Path, text: str) -> Path:
    """The file beside another that holds a text; none where it cannot be written.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    written = beside(path)
    try:
        written.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    return written


def write_whole(path: Path, text: str) -> None:
    """Write a text to a file, or leave everything as it was.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    written = write_beside(path, text)
    try:
        put_in_place(written, path)
    finally:
        written.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
