"""The files that a run reads and writes: nothing is written over what is read, nor two results into one file."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gateline.errors import InputError

Named = tuple[str, Path | None]
"""What messages call a file, and where it is; None where it is none."""


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
