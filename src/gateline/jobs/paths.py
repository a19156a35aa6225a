"""The files of a run as callers name them, text or paths; and that nothing is written over what is read."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from gateline.errors import InputError
from gateline.numerals import clip

Named = tuple[str, Path | None]
"""What messages call a file, and where it is; None where it is none."""


def path_text(name: Any, argument: str) -> str:
    """The name of a file, a folder or a URL as text, from text or a path.

    Raises
    ------
    InputError
        If it is neither, or no file can be called so.
    """
    if not isinstance(name, (str, Path)):
        raise InputError(f"{argument}: {clip(repr(name))} is no name of a file. Give a str or a Path.")
    if "\0" in str(name):
        raise InputError(f"{argument}: {clip(str(name))} holds a NUL character; no file is called so.")
    return str(name)


def as_path(name: Any, argument: str) -> Path | None:
    """A path from text or a path; None stays None.

    Raises
    ------
    InputError
        If it is something else.
    """
    return None if name is None else Path(path_text(name, argument))


def check_apart(read: Iterable[Named], written: Iterable[Named]) -> None:
    """Refuse to write over a file that is read, or two results into one file; a link is the file to which it leads.

    Raises
    ------
    InputError
        If two of the files are one.
    """
    taken = [(role, path) for role, path in read if path is not None]
    for role, path in written:
        if path is None or (path.exists() and not path.is_file()):
            continue
        for other, known in taken:
            if _one_file(path, known):
                raise InputError(f"{path}: is {other} and {role} at once; name another file.")
        taken.append((role, path))


def _one_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file; of a hard link only the file itself says so."""
    if one.resolve() == other.resolve():
        return True
    with suppress(OSError):
        return one.samefile(other)
    return False
