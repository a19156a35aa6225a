"""``gateline chip``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from gateline.cli.options import (
    AS_OF,
    CHECK_FORMAT,
    EXIT_ZERO,
    OUTPUT,
    READING,
    ROLE,
    RULES,
    SET,
    STRICT,
    exit_code,
    file_of,
    options,
    show,
)


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@options(AS_OF)
@click.option("--to", "destination", metavar="CC", help="Country of destination.")
@click.option("--hq", "headquarters", metavar="CC", help="Headquarters of the recipient's ultimate parent.")
@options(SET, ROLE, RULES, READING, STRICT, CHECK_FORMAT, OUTPUT, EXIT_ZERO)
def chip(
    targets: tuple[str, ...],
    as_of: date,
    destination: str | None,
    headquarters: str | None,
    changes: dict[str, str],
    role: str,
    rules: tuple[str, ...],
    readings: dict[str, str],
    strict_facts: bool,
    format_: str,
    output: Path | None,
    exit_zero: bool,
) -> int:
    """Say how a chip is classified, which lines it crosses, how far away each is, and what is missing.

    TARGET is a chip of the catalogue (H20, "RTX 4090", nvidia-h100-sxm), a YAML or JSON file of a chip or of a system
    built from chips, or - for standard input.

    \b
    Examples:
        gateline chip H20 --as-of 2024-06-01
        gateline chip examples/foundry-die.yaml --role foundry --format json
        gateline chip examples/server.yaml --format markdown -o server.md

    Exit status: 0 not met, 3 met, 4 undetermined, 2 bad usage or input, 1 failure.
    """
    from gateline.jobs import screen_target
    from gateline.report.findings import Checked

    given = {"destination": destination, "headquarters": headquarters}
    changes = changes | {name: value for name, value in given.items() if value is not None}
    checked = [
        Checked(
            screen_target(
                target, as_of, role=role, rules=rules, changes=changes, readings=readings, strict_facts=strict_facts
            ),
            file_of(target),
        )
        for target in targets
    ]
    show(checked, format_, output)
    return exit_code([each.screening.outcome for each in checked], exit_zero=exit_zero)
