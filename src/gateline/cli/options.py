"""Options that several commands share, and what every command does with its result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gateline.errors import InputError

if TYPE_CHECKING:
    from gateline.rules.model import Outcome
    from gateline.screening import Screening

Command = TypeVar("Command", bound=Callable[..., Any])
EXIT_CODES = {"not_met": 0, "met": 3, "undetermined": 4}


class Day(click.ParamType[date]):
    """A calendar date."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date that the text says."""
        from gateline.amounts import read_date

        if isinstance(value, date):
            return value
        try:
            return read_date(str(value), "date")
        except InputError as error:
            self.fail(str(error).removeprefix("date: "), param, ctx)


def _settings(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for value in values:
        name, found, text = value.partition("=")
        if not found or not name or not text.strip():
            raise click.BadParameter(
                f"'{value}' is not NAME=VALUE; write for example --set die_area=\"814 mm^2\" or --reading tf32=32."
            )
        if name in settings:
            raise click.BadParameter(f"{name} is set twice; set it once.")
        settings[name] = text
    return settings


AS_OF = click.option(
    "--as-of", type=Day(), default=date.today, show_default="today", help="Date on which the rules apply."
)
ROLE = click.option(
    "--role",
    type=click.Choice(["exporter", "foundry", "osat"]),
    default="exporter",
    show_default=True,
    help="Whose duties gate.",
)
AS_OF_OPTIONAL = click.option("--as-of", type=Day(), help="Show the version and status on this date.")
RULES = click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="ID",
    help="Rule, or prefix such as us.ear, that gates instead of the default set. Repeatable.",
)
SET = click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_settings,
    help="State an input, or override one. Repeatable.",
)
READING = click.option(
    "--reading",
    "readings",
    multiple=True,
    metavar="NAME=CHOICE",
    callback=_settings,
    help="Choose a reading where the law leaves one, such as tf32=32. Repeatable.",
)
STRICT = click.option("--strict-facts", is_flag=True, help="Leave scope facts that nobody stated unknown.")
FORMAT = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for people, JSON for programs.",
)
EXIT_ZERO = click.option("--exit-zero", is_flag=True, help="Exit 0 even when a rule is met or undetermined.")


def options(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options at once, in the order in which help shows them."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def show(screenings: Sequence[Screening], format_: str) -> None:
    """Print verdicts to standard output, and what is to be said about the inputs to standard error."""
    for remark in dict.fromkeys(remark for screening in screenings for remark in screening.remarks):
        click.echo(f"gateline: {remark}", err=True)
    if format_ == "json":
        from gateline.report import verdict_json

        sys.stdout.write(verdict_json.write(screenings))
        return
    from rich.console import Console

    from gateline.report import text

    text.write(screenings, Console(highlight=False))


def exit_code(outcomes: Sequence[Outcome], *, exit_zero: bool) -> int:
    """0, 3 or 4, by the gravest outcome."""
    return 0 if exit_zero or not outcomes else EXIT_CODES[max(outcomes).word]
