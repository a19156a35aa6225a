"""Options that several commands share, and what every command does with its result."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gateline.cli.output import write_output
from gateline.errors import InputError

if TYPE_CHECKING:
    from gateline.report.findings import Checked
    from gateline.rules.model import Outcome

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


class Percent(click.ParamType[Fraction]):
    """A percentage above 0 and below 100, as a share."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """The share that the text says."""
        from gateline.numerals import read_number

        if isinstance(value, Fraction):
            return value
        try:
            share = read_number(str(value).strip().removesuffix("%")) / 100
        except InputError as error:
            self.fail(str(error), param, ctx)
        if not 0 < share < 1:
            self.fail(f"'{value}' is not a percentage above 0 and below 100. Write for example 90 %.", param, ctx)
        return share


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


def _format(names: Sequence[str], says: str) -> Callable[[Command], Command]:
    return click.option("--format", "format_", type=click.Choice(names), default="text", show_default=True, help=says)


BASIC_FORMATS = ("text", "json")
CHECK_FORMATS = (*BASIC_FORMATS, "html", "markdown", "sarif", "junit", "github")
RELEASE_FORMATS = (*CHECK_FORMATS, "model-card", "eu-form")
FORMAT = _format(BASIC_FORMATS, "Text for people, JSON for programs.")
PICTURE_FORMAT = "svg"
CHECK_FORMAT = _format(
    (*CHECK_FORMATS, PICTURE_FORMAT),
    "Text, an HTML page, Markdown or a picture (SVG) for people; JSON, SARIF, JUnit XML or GitHub annotations for programs.",
)
RELEASE_FORMAT = _format(
    (*RELEASE_FORMATS, PICTURE_FORMAT),
    "As for gateline chip; also the front matter of a model card, and the compute part of the EU documentation form.",
)
PICTURE = click.option(
    "--picture",
    default="",
    metavar="NAME",
    help="Which picture --format svg draws. Of a chip: plane, plane-far, memory; of a model: strip, phases.",
)
OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File to write instead of standard output."
)
EXIT_ZERO = click.option("--exit-zero", is_flag=True, help="Exit 0 even when a rule is met or undetermined.")


def options(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options at once, in the order in which help shows them."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def show(checked: Sequence[Checked], format_: str, output: Path | None, picture: str = "") -> None:
    """Print or write verdicts, and tell on standard error what is to be said about the inputs."""
    if picture and format_ != PICTURE_FORMAT:
        raise click.UsageError(f"--picture {picture} is drawn as SVG; add --format svg.")
    if format_ == PICTURE_FORMAT and len(checked) > 1:
        raise click.UsageError(f"a picture shows one subject, and {len(checked)} were given; name one.")
    from gateline.report.shipment import each_with_shipment

    screenings = each_with_shipment(each.screening for each in checked)
    for remark in dict.fromkeys(remark for screening in screenings for remark in screening.remarks):
        click.echo(f"gateline: {remark}", err=True)
    if format_ == "text" and output is None:
        from rich.console import Console

        from gateline.report import text

        text.write([each.screening for each in checked], Console(highlight=False))
        return
    if format_ == PICTURE_FORMAT:
        from gateline.report import pictures

        write_output(pictures.render(picture, checked[0].screening), output)
        return
    from gateline.report import formats

    write_output(formats.render(format_, checked), output)


def file_of(target: str) -> str:
    """The file that a target names, relative to the working directory where it lies below it; empty if it names none."""
    path = Path(target)
    if target == "-" or not path.is_file():
        return ""
    here = Path.cwd()
    whole = Path(os.path.normpath(here / path))
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)


def exit_code(outcomes: Sequence[Outcome], *, exit_zero: bool) -> int:
    """0, 3 or 4, by the gravest outcome."""
    return 0 if exit_zero or not outcomes else EXIT_CODES[max(outcomes).word]
