"""Options of the commands that screen tables."""

from __future__ import annotations

from pathlib import Path

import click

COLUMNS = click.option(
    "--columns",
    type=click.Choice(["all", "verdicts"]),
    default="all",
    show_default=True,
    help="Repeat the columns of the input, or only id (or row) and the new ones.",
)
TABLE_FORMAT = click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "arrow", "html"]),
    default="csv",
    show_default=True,
    help="What standard output gets: CSV, or an Arrow stream; html is a report for people, there or in the file of -o.",
)
REJECTS = click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    help="Where rows that cannot be screened are listed. Default: beside the output, or rejects.csv.",
)
ALLOW_REJECTS = click.option("--allow-rejects", is_flag=True, help="Exit 0 although rows were rejected.")
THREADS = click.option(
    "--threads", type=click.IntRange(1), help="Threads that screen. Default: as many as there are cores."
)
FAIL_ON = click.option(
    "--fail-on",
    type=click.Choice(["met", "undetermined"]),
    help="Exit 3 if the outcome of a row is met; with undetermined also 4 if one is undetermined. Totals do not count.",
)
