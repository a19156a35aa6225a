"""What the commands that screen tables do alike, before a run and at its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gateline.cli.options import EXIT_CODES
from gateline.errors import InputError

if TYPE_CHECKING:
    from gateline.rules.model import Outcome


def check_totals(path: Path | None) -> None:
    """Refuse a file of totals that cannot be written, before hours of work.

    Raises
    ------
    InputError
        If its name is that of a table, or no file can be there.
    """
    from gateline.fleet.outputs import SUFFIXES

    if path is None:
        return
    if path.suffix.lower() in SUFFIXES or path.is_dir() or not path.resolve().parent.is_dir():
        raise InputError(
            f"{path}: totals are written as JSON; name a file such as totals.json in a folder that is there."
        )


def exit_status(rejected: int, outcome: Outcome, allow_rejects: bool, fail_on: str | None, exit_zero: bool) -> int:
    """2 where rows were rejected and may not be; 3 or 4 by the gravest outcome of a row, as far as a run fails on it."""
    if rejected and not allow_rejects:
        return 2
    code = EXIT_CODES[outcome.word]
    failing = fail_on == "undetermined" or (fail_on == "met" and code == EXIT_CODES["met"])
    return code if failing and not exit_zero else 0
