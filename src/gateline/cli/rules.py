"""``gateline rules``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from gateline.cli import COMMANDS
from gateline.cli.options import AS_OF_OPTIONAL, FORMAT, options
from gateline.errors import InputError


@click.group(
    help=f"""{COMMANDS["rules"]}

    \b
    Examples:
        gateline rules list
        gateline rules show us.ear.3a090
        gateline rules diff us.ear.3a090 2022-10-21 2023-11-17
        gateline rules check
    """
)
def rules() -> None:
    """What is done with the rules."""


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
@click.argument("rule_id", metavar="ID")
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@options(FORMAT)
def diff(rule_id: str, old: str, new: str, format_: str) -> None:
    """Show what changed between two versions of a rule: dates, items, thresholds, citations, notes.

    A and B are ids of versions, or dates on which a version was in force.

    \b
    Example:
        gateline rules diff us.ear.3a090 2022-10-21 2023-11-17
    """
    from gateline.report import history as report
    from gateline.rules.history import difference, find_version
    from gateline.rules.specfiles import default_specs

    specs = default_specs()
    found = specs.select((rule_id,))
    if len(found) > 1:
        raise InputError(f"{rule_id}: stands for {', '.join(rule.id for rule in found)}. Write one of these ids.")
    [rule] = found
    versions = {text: find_version(rule, text) for text in (old, new)}
    for text, version in versions.items():
        if version.id != text:
            click.echo(f"gateline: {text}: taken as version {version.id}, in force on that day.", err=True)
    click.echo(report.write(difference(rule, versions[old], versions[new]), specs, format_), nl=False)


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
