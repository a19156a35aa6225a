"""``gateline timeline``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import click

from gateline.cli.options import READING, ROLE, SET, Day, options

if TYPE_CHECKING:
    from gateline.jobs.timeline import Progress, Timeline


@click.command()
@click.argument("targets", nargs=-1, metavar="TARGET...")
@click.option("--all", "whole", is_flag=True, help="Every chip of the catalogue, one column per date of a change.")
@click.option("--from", "start", type=Day(), help="First day. Default: the day on which the first rule was issued.")
@click.option("--to", "end", type=Day(), default=date.today, show_default="today", help="Last day.")
@options(ROLE)
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="ID",
    help="Rule, or prefix such as us.ear, to list; it gates instead of the default set. Repeatable.",
)
@options(SET, READING)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "csv", "svg"]),
    default="text",
    show_default=True,
    help="Text for people, JSON for programs; CSV with --all; SVG is the picture of one chip.",
)
def timeline(
    targets: tuple[str, ...],
    whole: bool,
    start: date | None,
    end: date,
    role: str,
    rules: tuple[str, ...],
    changes: dict[str, str],
    readings: dict[str, str],
    format_: str,
) -> None:
    """List the dates on which a chip's verdicts change, and why: a version starts or ends, a list changes.

    TARGET is a chip, as for 'gateline chip'; systems are not supported. The first line of a rule is the first day on which it says anything.

    \b
    Examples:
        gateline timeline H20
        gateline timeline "RTX 4090" --rule us.ear.3a090 --format json
        gateline timeline --all --format csv
        gateline timeline A800 --format svg > a800.svg

    Exit status: 0 the dates are listed, 2 bad usage or input, 1 failure.
    """
    if whole == bool(targets):
        raise click.UsageError("Name chips, or write --all for every chip of the catalogue: one of the two.")
    if format_ == "csv" and not whole:
        raise click.UsageError("CSV is for --all; the changes of single chips are text or JSON.")
    if format_ == "svg" and len(targets) != 1:
        raise click.UsageError("the picture shows one chip over time; name one.")
    if whole:
        _whole(start, end, role, rules, changes, readings, format_)
        return
    from gateline.jobs import chip_timeline

    found = [
        chip_timeline(target, start, end, role=role, rules=rules, changes=changes, readings=readings)
        for target in targets
    ]
    _tell([remark for timeline in found for remark in timeline.remarks])
    _show(found, format_)


def _show(timelines: list[Timeline], format_: str) -> None:
    from rich.console import Console

    from gateline.report import timeline as report

    if format_ == "svg":
        from gateline.report.pictures import PICTURES

        click.echo(PICTURES["timeline"].draw(timelines[0]), nl=False)
    elif format_ == "json":
        click.echo(report.timelines_json(timelines), nl=False)
    else:
        report.write(timelines, Console(highlight=False))


def _whole(
    start: date | None,
    end: date,
    role: str,
    rules: tuple[str, ...],
    changes: dict[str, str],
    readings: dict[str, str],
    format_: str,
) -> None:
    """The whole catalogue at once."""
    from gateline.jobs import catalogue_timeline
    from gateline.report import timeline as report

    with _progress() as progress:
        matrix = catalogue_timeline(
            start, end, role=role, rules=rules, changes=changes, readings=readings, progress=progress
        )
    _tell(matrix.remarks)
    forms = {"text": report.matrix_text, "json": report.matrix_json, "csv": report.matrix_csv}
    click.echo(forms[format_](matrix), nl=False)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on standard error, on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Screening the catalogue", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _tell(remarks: list[str] | tuple[str, ...]) -> None:
    for remark in dict.fromkeys(remarks):
        click.echo(f"gateline: {remark}", err=True)
