"""``gateline chip``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateline.cli.options import (
    AS_OF,
    CHECK_FORMAT,
    EXIT_ZERO,
    OUTPUT,
    PICTURE,
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
from gateline.jobs.paths import check_apart

if TYPE_CHECKING:
    from gateline.jobs.timeline import Timeline
    from gateline.screening import Screening


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@options(AS_OF)
@click.option("--from", "origin", metavar="CC", help="Country from which it is shipped.")
@click.option("--to", "destination", metavar="CC", help="Country of destination.")
@click.option("--hq", "headquarters", metavar="CC", help="Headquarters of the recipient's ultimate parent.")
@click.option("--consignee", metavar="NAME", help="The ultimate consignee.")
@click.option("--end-user", metavar="NAME", help="The end user; of several, one that is on no list.")
@click.option("--end-user-country", metavar="CC", help="Where the end users are; --to where it is left out.")
@click.option(
    "--transaction",
    type=click.Choice(["export", "reexport", "transfer"]),
    help="What the shipment is; taken from --from and --to where it is left out.",
)
@options(SET, ROLE, RULES, READING, STRICT, CHECK_FORMAT, PICTURE, OUTPUT, EXIT_ZERO)
def chip(
    targets: tuple[str, ...],
    as_of: date,
    origin: str | None,
    destination: str | None,
    headquarters: str | None,
    consignee: str | None,
    end_user: str | None,
    end_user_country: str | None,
    transaction: str | None,
    changes: dict[str, str],
    role: str,
    rules: tuple[str, ...],
    readings: dict[str, str],
    strict_facts: bool,
    format_: str,
    picture: str,
    output: Path | None,
    exit_zero: bool,
) -> int:
    """Say how a chip is classified, which lines it crosses, how far away each is, and what is missing.

    TARGET is a chip of the catalogue (H20, "RTX 4090", nvidia-h100-sxm), a YAML or JSON file of a chip or of a system
    built from chips, or - for standard input. With --from, --to, --hq and the like also what rules say of a shipment: is a
    licence required, by the text and as enforced; which exceptions are open; how is an application reviewed; which tariff.

    \b
    Examples:
        gateline chip H20 --as-of 2024-06-01
        gateline chip examples/foundry-die.yaml --role foundry --format json
        gateline chip examples/server.yaml --format markdown -o server.md
        gateline chip H20 --format svg --picture plane -o plane.svg
        gateline chip H200 --from US --to CN --hq CN

    Exit status: 0 not met, 3 met, 4 undetermined, 2 bad usage or input, 1 failure.
    """
    from gateline.jobs import Transaction, screen_with_shipment
    from gateline.report.findings import Checked

    asked: dict[str, Any] = {"role": role, "rules": rules, "changes": changes, "readings": readings}
    given = Transaction(origin, destination, headquarters, transaction, consignee, end_user, end_user_country)
    checked = []
    for target in targets:
        screening = screen_with_shipment(target, as_of, given, strict_facts=strict_facts, **asked)
        timeline = _over_time(target, screening, asked) if format_ == "html" else None
        checked.append(Checked(screening, file_of(target), timeline=timeline))
    check_apart([("the input", Path(each.file)) for each in checked if each.file], [("the output", output)])
    show(checked, format_, output, picture)
    return exit_code([each.screening.gravest for each in checked], exit_zero=exit_zero)


def _over_time(target: str, screening: Screening, asked: dict[str, Any]) -> Timeline | None:
    """What rules said of a chip, until the end of the year of the check; what came from a pipe is gone."""
    if target == "-" or screening.subject.kind != "chip":
        return None
    from gateline.jobs import timeline_of_item

    return timeline_of_item(target, screening.request.as_of.replace(month=12, day=31), **asked)
