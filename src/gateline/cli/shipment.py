"""``gateline shipment``."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateline.cli.options import EXIT_ZERO, READING, ROLE, RULES, STRICT, Day, options
from gateline.cli.output import write_output
from gateline.cli.table_options import ALLOW_REJECTS, COLUMNS, FAIL_ON, REJECTS, TABLE_FORMAT, THREADS
from gateline.cli.table_runs import check_format, check_totals, ending_on_request, exit_status

if TYPE_CHECKING:
    from gateline.jobs.ledger import ScreenedLedger


@click.command()
@click.argument("file")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Result: .csv, .parquet, .arrow or .feather. Default: standard output.",
)
@click.option(
    "--as-of",
    type=Day(),
    help="Day of rows that do not state their own, which are rejected without it, and of the rules about totals (default: today).",
)
@options(COLUMNS)
@click.option("--by-rule", is_flag=True, help="Also write the outcome and the item of each rule in columns of its own.")
@options(TABLE_FORMAT, ROLE, RULES, READING, STRICT)
@click.option(
    "--totals",
    type=click.Path(path_type=Path),
    help="Where the totals of all consignees, countries and chips go, as JSON.",
)
@options(REJECTS, ALLOW_REJECTS, THREADS)
@click.option("--quiet", is_flag=True, help="Print no progress, totals or summary; only what went wrong.")
@options(FAIL_ON, EXIT_ZERO)
def shipment(
    file: str,
    output: Path | None,
    as_of: date | None,
    columns: str,
    by_rule: bool,
    format_: str,
    role: str,
    rules: tuple[str, ...],
    readings: dict[str, str],
    strict_facts: bool,
    totals: Path | None,
    rejects: Path | None,
    allow_rejects: bool,
    threads: int | None,
    quiet: bool,
    fail_on: str | None,
    exit_zero: bool,
) -> int:
    """Screen every row of a shipment ledger: CSV, Parquet, Arrow, or a folder of Parquet files.

    Headings are canonical names: id, as_of (day of the shipment), chip or figures such as dense_rate_16bit [TFLOP/s],
    count, from, to, hq (headquarters of the recipient's ultimate parent), consignee, end_user, end_user_country,
    transaction, declared_value [USD], tariff_heading, end_use, universal_validated_end_user and
    national_validated_end_user (yes or no). An empty cell is unknown.

    The result has one line for each row. Standard error gets the totals of the ledger against quotas and allocations,
    and a summary of the rows.

    \b
    Examples:
        gateline shipment examples/shipments.csv -o screened.csv --allow-rejects
        gateline shipment ledger.parquet -o screened.parquet --columns verdicts --fail-on met
        gateline shipment ledger.parquet --format html -o report.html

    Exit status: 0 every row was screened, 2 bad usage or input or rejected rows, 3 and 4 with --fail-on, 1 failure.
    """
    from gateline.cli.progress import progress
    from gateline.jobs import screen_ledger
    from gateline.jobs.fleet import check_paths, rejects_beside
    from gateline.report.ledger import summary_lines, totals_document, totals_in_short

    if format_ == "html" and by_rule:
        raise click.UsageError("--format html writes a report alone: without --by-rule.")
    check_paths(file, output, rejects or rejects_beside(output), totals)
    check_totals(totals)
    check_format(format_, output)
    with ending_on_request(), progress(quiet=quiet) as told:
        settings: dict[str, Any] = {"role": role, "rules": rules, "readings": readings, "strict_facts": strict_facts}
        settings["own_days"] = as_of is None
        settings |= {"rejects": rejects or rejects_beside(output), "threads": threads, "progress": told}
        if format_ == "html":
            screened = _report(file, output, as_of or date.today(), settings)
        else:
            screened = screen_ledger(
                file,
                output,
                as_of or date.today(),
                all_columns=columns == "all",
                by_rule=by_rule,
                arrow=format_ == "arrow",
                **settings,
            )
    if not quiet:
        from rich.console import Console

        console = Console(stderr=True, highlight=False)
        rest = "the file below" if totals else "--totals FILE"
        console.print(totals_in_short(screened, console.width, rest), soft_wrap=True)
        for line in summary_lines(screened):
            click.echo(line, err=True)
    if totals is not None:
        write_output(json.dumps(totals_document(screened), indent=1, ensure_ascii=False) + "\n", totals)
        if not quiet:
            click.echo(f"the totals are in {totals}", err=True)
    if screened.summary.rejected:
        click.echo(f"rejected rows are listed in {rejects or rejects_beside(output)}", err=True)
    if output is not None and not quiet:
        click.echo(f"the {'report' if format_ == 'html' else 'result'} is in {output}", err=True)
    return exit_status(screened.summary.rejected, screened.told.outcome, allow_rejects, fail_on, exit_zero)


def _report(file: str, output: Path | None, as_of: date, settings: dict[str, Any]) -> ScreenedLedger:
    """Write the report on a ledger."""
    from gateline.cli.output import write_output
    from gateline.jobs import ledger_excerpt
    from gateline.report.formats import html

    pages = html()
    examined = ledger_excerpt(file, as_of, **settings)
    write_output(pages.render_ledger(examined), output)
    return examined.screened
