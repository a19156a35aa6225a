"""Files, folders and URLs as callers name them: text or paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateline.errors import InputError
from gateline.numerals import clip


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
