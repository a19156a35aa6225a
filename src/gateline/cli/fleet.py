"""``gateline fleet``."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateline.cli.options import AS_OF, EXIT_ZERO, READING, ROLE, RULES, STRICT, Place, Share, options
from gateline.cli.table_options import ALLOW_REJECTS, COLUMNS, FAIL_ON, REJECTS, TABLE_FORMAT, THREADS
from gateline.cli.table_runs import check_format, check_totals, ending_on_request, exit_status
from gateline.errors import InputError

if TYPE_CHECKING:
    from gateline.fleet.summary import FleetSummary


@click.command()
@click.argument("file")
@click.option(
    "-o",
    "--output",
    type=Place(),
    help="Result: .csv, .parquet, .arrow or .feather, or for Parquet a folder. Default: standard output.",
)
@options(AS_OF, COLUMNS, TABLE_FORMAT, ROLE, RULES, READING, STRICT, REJECTS, ALLOW_REJECTS)
@click.option("--totals", type=click.Path(path_type=Path), help="JSON file that gets what the table comes to.")
@click.option("--utilization", type=Share(), help="Share of the peak rate for the days in the totals, such as 0.4.")
@click.option("--resume", is_flag=True, help="Keep the parts of an output folder that an earlier run finished.")
@options(THREADS)
@click.option(
    "--cluster", metavar="ADDRESS", default="", help="Dask scheduler whose workers screen the parts of a folder."
)
@click.option("--workers", type=click.IntRange(1), help="Processes on this machine that screen the parts of a folder.")
@click.option("--quiet", is_flag=True, help="Say nothing of the progress, and nothing of a run without faults.")
@options(FAIL_ON, EXIT_ZERO)
def fleet(
    file: str,
    output: Path | str | None,
    as_of: date,
    columns: str,
    format_: str,
    role: str,
    rules: tuple[str, ...],
    readings: dict[str, str],
    strict_facts: bool,
    rejects: Path | None,
    allow_rejects: bool,
    totals: Path | None,
    utilization: Fraction | None,
    resume: bool,
    threads: int | None,
    cluster: str,
    workers: int | None,
    quiet: bool,
    fail_on: str | None,
    exit_zero: bool,
) -> int:
    """Screen every row of a table of chips or models: CSV, Parquet, Arrow, or a folder of Parquet files.

    Headings are canonical names with the unit in brackets: chip, dense_rate_16bit [TFLOP/s], applicable_die_area [mm^2],
    datacenter, io_bandwidth [GB/s], training_compute [FLOP], as_of, count. An empty cell is unknown.

    \b
    Examples:
        gateline fleet examples/fleet.csv -o verdicts.csv --allow-rejects
        gateline fleet inventory.parquet -o verdicts.parquet --as-of 2025-01-01 --fail-on met
        gateline fleet shipments/ -o screened/ --columns verdicts --resume
        gateline fleet fleet.parquet -o out.parquet --totals totals.json --utilization 0.4
        gateline fleet s3://bucket/in -o s3://bucket/out --cluster tcp://scheduler:8786
        gateline fleet inventory.parquet --format html -o report.html

    Exit status: 0 every row was screened, 2 bad usage or input or rejected rows, 3 and 4 with --fail-on, 1 failure.
    """
    from gateline.cli.progress import progress
    from gateline.jobs import screen_fleet
    from gateline.jobs.fleet import check_paths, rejects_beside

    if format_ == "html" and (resume or cluster or workers or totals):
        raise click.UsageError(
            "--format html writes a report alone: without --resume, --cluster, --workers and --totals."
        )
    if utilization is not None and totals is None:
        raise InputError("--utilization is for the days in the totals; name their file with --totals.")
    single = None if isinstance(output, str) else output
    check_paths(file, single, rejects or rejects_beside(single), totals)
    check_totals(totals)
    check_format(format_, output)
    asked: dict[str, Any] = {"role": role, "rules": rules, "readings": readings, "strict_facts": strict_facts}
    with ending_on_request(), progress(quiet=quiet) as told:
        settings: dict[str, Any] = {**asked, "rejects": rejects, "threads": threads, "progress": told}
        if format_ == "html":
            summary = _report(file, output, as_of, asked, settings)
        else:
            summary = screen_fleet(
                file,
                output,
                as_of,
                all_columns=columns == "all",
                arrow=format_ == "arrow",
                resume=resume,
                totals=totals is not None,
                cluster=cluster,
                workers=workers or 0,
                **settings,
            )
    if not quiet:
        _tell(summary)
    if totals is not None:
        _write_totals(summary, totals, as_of, readings, utilization, quiet=quiet)
    if summary.rejected:
        click.echo(f"rejected rows are listed in {_where_rejects(output, rejects)}", err=True)
    if output is not None and not quiet:
        click.echo(f"{'the report is' if format_ == 'html' else 'verdicts are'} in {output}", err=True)
    return exit_status(summary.rejected, summary.outcome, allow_rejects, fail_on, exit_zero)


def _write_totals(
    summary: FleetSummary,
    path: Path,
    as_of: date,
    readings: dict[str, str],
    utilization: Fraction | None,
    *,
    quiet: bool,
) -> None:
    """The totals in a file, and in a few lines on standard error."""
    from gateline.cli.output import write_output
    from gateline.jobs.fleet_sums import fleet_totals
    from gateline.report.fleet_totals import lines, write

    found = fleet_totals(summary, as_of, readings=readings, utilization=utilization)
    write_output(write(found), path)
    if not quiet:
        for line in lines(found):
            click.echo(line, err=True)
        click.echo(f"totals are in {path}", err=True)


def _report(
    file: str, output: Path | str | None, as_of: date, asked: dict[str, Any], settings: dict[str, Any]
) -> FleetSummary:
    """Write the report on a table."""
    if isinstance(output, str):
        raise click.UsageError("--format html writes one file; name it with -o, not a URL.")
    from gateline.cli.output import write_output
    from gateline.gating import Request
    from gateline.jobs import fleet_excerpt
    from gateline.jobs.fleet import rejects_beside
    from gateline.report.formats import html
    from gateline.rules.specfiles import default_specs

    pages = html()
    settings["rejects"] = settings["rejects"] or rejects_beside(output)
    excerpt = fleet_excerpt(file, as_of, **settings)
    write_output(pages.render_fleet(excerpt, default_specs(), Request(as_of, **asked)), output)
    return excerpt.summary


def _where_rejects(output: Path | str | None, rejects: Path | None) -> Path | str:
    """The file, or for an output folder the folder, that lists cells that cannot be read."""
    from gateline.jobs.fleet import rejects_beside

    if isinstance(output, str):
        return f"{output.rstrip('/')}/_rejects"
    return output / "_rejects" if output is not None and output.is_dir() else rejects or rejects_beside(output)


def _tell(summary: FleetSummary) -> None:
    """The summary, on standard error."""
    for remark in summary.remarks:
        click.echo(f"gateline: {remark}", err=True)
    if summary.skipped:
        click.echo(f"gateline: {summary.skipped:,} parts were finished by an earlier run and are kept", err=True)
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
    if summary.slow:
        rules = ", ".join(sorted(summary.slow))
        click.echo(
            f"gateline: too many combinations for a table, evaluated row by row, which is slower: {rules}", err=True
        )
