"""What the commands that screen tables do alike, before a run and at its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGTERM, signal
from typing import TYPE_CHECKING, NoReturn

import click
from click.core import ParameterSource

from gateline.cli.options import EXIT_CODES
from gateline.errors import InputError
from gateline.whole_files import remove_unfinished

if TYPE_CHECKING:
    from gateline.rules.model import Outcome


SUFFIXES_OF = {"csv": (".csv",), "arrow": (".arrow", ".feather")}
"""How the name of an output ends whose format is stated."""


@contextmanager
def ending_on_request() -> Iterator[None]:
    """Let SIGTERM end a run at once, whatever its threads wait for; what it was writing is removed."""

    def end(*_: object) -> NoReturn:
        remove_unfinished()
        with suppress(OSError):
            os.write(2, b"gateline: stopped.\n")  # a stream may be in use where the signal came
        os._exit(128 + SIGTERM)

    before = signal(SIGTERM, end)
    try:
        yield
    finally:
        signal(SIGTERM, before)


def check_format(format_: str, output: Path | str | None) -> None:
    """Refuse a format that is not the one that the name of the output says.

    Raises
    ------
    InputError
        Naming both; where no format is stated, the name alone says it.
    """
    from gateline.fleet.outputs import SUFFIXES

    source = click.get_current_context().get_parameter_source("format_")
    if output is None or source is ParameterSource.DEFAULT:
        return
    suffix, wanted = Path(output).suffix.lower(), SUFFIXES_OF.get(format_, (".html",))
    if suffix not in wanted and (format_ in SUFFIXES_OF or suffix in SUFFIXES):
        raise InputError(
            f"{output}: does not go with --format {format_}. End the name in {' or '.join(wanted)}, or leave --format out."
        )


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
