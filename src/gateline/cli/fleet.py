"""``gateline fleet``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateline.cli.options import AS_OF, EXIT_CODES, EXIT_ZERO, READING, ROLE, RULES, STRICT, options

if TYPE_CHECKING:
    from gateline.fleet.run import FleetSummary, Progress

LONG_BYTES = 5_000_000


@click.command()
@click.argument("file")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Result: .csv or .parquet. Default: CSV to standard output."
)
@options(AS_OF)
@click.option(
    "--columns",
    type=click.Choice(["all", "verdicts"]),
    default="all",
    show_default=True,
    help="Repeat the input columns, or only id (or row) and the new ones.",
)
@options(ROLE, RULES, READING, STRICT)
@click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    help="Where rows that cannot be read are listed. Default: beside the output, or rejects.csv.",
)
@click.option("--allow-rejects", is_flag=True, help="Exit 0 although rows were rejected.")
@click.option(
    "--fail-on",
    type=click.Choice(["met", "undetermined"]),
    help="Exit 3 if a row is met; with undetermined also 4 if one is undetermined.",
)
@options(EXIT_ZERO)
def fleet(
    file: str,
    output: Path | None,
    as_of: date,
    columns: str,
    role: str,
    rules: tuple[str, ...],
    readings: dict[str, str],
    strict_facts: bool,
    rejects: Path | None,
    allow_rejects: bool,
    fail_on: str | None,
    exit_zero: bool,
) -> int:
    """Screen every row of a CSV table of chips or models.

    Headings are canonical names with the unit in brackets: chip, dense_rate_16bit [TFLOP/s], applicable_die_area [mm^2],
    datacenter, io_bandwidth [GB/s], training_compute [FLOP], as_of, count. An empty cell is unknown.

    \b
    Examples:
        gateline fleet examples/fleet.csv -o verdicts.csv
        gateline fleet inventory.csv -o verdicts.parquet --as-of 2025-01-01 --fail-on met

    Exit status: 0 every row was screened, 2 bad usage or input or rejected rows, 3 and 4 with --fail-on, 1 failure.
    """
    from gateline.jobs import screen_fleet

    with _progress(file) as progress:
        summary = screen_fleet(
            file,
            output,
            as_of,
            role=role,
            rules=rules,
            readings=readings,
            strict_facts=strict_facts,
            rejects=rejects,
            all_columns=columns == "all",
            progress=progress,
        )
    _tell(summary, output, rejects)
    if summary.rejected and not allow_rejects:
        return 2
    return 0 if exit_zero else _failure(summary, fail_on)


def _failure(summary: FleetSummary, fail_on: str | None) -> int:
    code = EXIT_CODES[summary.outcome.word]
    return code if fail_on == "undetermined" or (fail_on == "met" and code == EXIT_CODES["met"]) else 0


@contextmanager
def _progress(file: str) -> Iterator[Progress | None]:
    """A bar on standard error for a long file on a terminal."""
    path = Path(file)
    if not sys.stderr.isatty() or not path.is_file() or path.stat().st_size < LONG_BYTES:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"Screening {path.name}", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _tell(summary: FleetSummary, output: Path | None, rejects: Path | None) -> None:
    """The summary, on standard error."""
    for remark in summary.remarks:
        click.echo(f"gateline: {remark}", err=True)
    click.echo(
        f"{summary.rows:,} rows read, {summary.rows - summary.rejected:,} screened, {summary.rejected:,} rejected",
        err=True,
    )
    if not summary.verdicts:
        click.echo("gateline: no rule gates on this date; --rule chooses others", err=True)
    for rule, counts in summary.verdicts.items():
        units = summary.units[rule]
        parts = [
            f"{word.replace('_', ' ')} {counts[word]:,}" + (f" ({units[word]:,} units)" if units != counts else "")
            for word in ("met", "undetermined", "not_met")
        ]
        items = ", ".join(f"{item} {number:,}" for item, number in sorted(summary.items[rule].items()))
        click.echo(f"{rule}: {', '.join(parts)}{f'  [{items}]' if items else ''}", err=True)
        if assumed := summary.assumed.get(rule):
            facts = ", ".join(f"{fact}={'yes' if value else 'no'}" for fact, value in assumed.items())
            click.echo(f"{rule}: assumed in rows that do not say: {facts}", err=True)
    if summary.rejected:
        beside = output.with_suffix(".rejects.csv") if output is not None else Path("rejects.csv")
        click.echo(f"rejected rows are listed in {rejects or beside}", err=True)
    if output is not None:
        click.echo(f"verdicts are in {output}", err=True)
