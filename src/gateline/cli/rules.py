"""``gateline rules``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from gateline.cli.options import AS_OF_OPTIONAL, FORMAT, options


@click.group()
def rules() -> None:
    """List, show and check the rules that ship with the program.

    \b
    Examples:
        gateline rules list
        gateline rules show us.ear.3a090
    """


@rules.command("list")
@options(AS_OF_OPTIONAL, FORMAT)
def list_(as_of: date | None, format_: str) -> None:
    """List every rule: id, subject, effect, status, title.

    \b
    Example:
        gateline rules list --as-of 2024-06-01
    """
    from gateline.report import corpus
    from gateline.rules.specfiles import default_specs

    click.echo(corpus.list_rules(default_specs(), as_of, format_), nl=False)


@rules.command()
@click.argument("rule_id", metavar="ID")
@options(FORMAT)
def show(rule_id: str, format_: str) -> None:
    """Show every version of a rule: items, thresholds, dates, status, citations.

    \b
    Example:
        gateline rules show us.ear.3a090
    """
    from gateline.report import corpus
    from gateline.rules.specfiles import default_specs

    click.echo(corpus.show_rules(default_specs().select((rule_id,)), format_), nl=False)


@rules.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check(folder: Path | None) -> None:
    """Check a folder of specs (default: the one that ships): format, names, units, references, sizes.

    \b
    Example:
        gateline rules check specs
    """
    from gateline.rules.program import compile_version
    from gateline.rules.specfiles import load_specs, specs_folder

    specs = load_specs(folder or specs_folder())
    for rule in specs.rules.values():
        for version in rule.versions:
            if version.effective is not None:
                compile_version(specs, rule.id, version, version.effective.start)
    versions = sum(len(rule.versions) for rule in specs.rules.values())
    click.echo(
        f"{len(specs.rules)} rules in {versions} versions and {len(specs.lists)} lists are in order ({specs.version}, {specs.digest})."
    )
