"""``gateline catalogue``."""

from __future__ import annotations

import click

from gateline.cli.options import FORMAT, options


@click.group()
def catalogue() -> None:
    """List and show the chips of the catalogue.

    \b
    Examples:
        gateline catalogue list
        gateline catalogue show H20
    """


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
    if found.others:
        others = ", ".join(entry.id for entry in found.others)
        click.echo(f"gateline: {name}: taken as {found.entry.id}; other variants are {others}.", err=True)
    click.echo(corpus.show_chip(found.entry, default_catalogue(), format_), nl=False)
