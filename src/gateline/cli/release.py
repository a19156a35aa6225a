"""``gateline release``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateline.cli.options import (
    AS_OF,
    EXIT_ZERO,
    OUTPUT,
    PICTURE,
    READING,
    RELEASE_FORMAT,
    RULES,
    SET,
    STRICT,
    Percent,
    exit_code,
    file_of,
    options,
    show,
)
from gateline.jobs.paths import check_apart

if TYPE_CHECKING:
    from gateline.report.findings import Checked

FILES = {"config": "the configuration", "records": "the file of records"}
"""Keys of figures that name a file, and what messages call it."""


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--params", metavar="N", help="Parameters, for example 405e9 or 405B.")
@click.option("--active-params", metavar="N", help="Parameters active for one token (mixture of experts).")
@click.option("--tokens", metavar="N", help="Tokens seen in training, for example 15.6e12 or 15.6T.")
@click.option(
    "--config", metavar="FILE", help="A Hugging Face config.json, or a folder that holds one; needs --tokens."
)
@click.option("--seq-len", metavar="N", help="Tokens per sequence, for --config; for example 8192.")
@click.option(
    "--attention",
    type=click.Choice(["causal", "half", "full"]),
    help="Which keys a query counts, for --config. Default: causal.",
)
@click.option(
    "--multi-token-prediction",
    type=click.Choice(["yes", "no"]),
    help="Whether modules that predict further tokens were trained, for --config. Default: open where it has some.",
)
@click.option("--chip", metavar="NAME", help="Accelerator, for example H100; its dense 16-bit rate is the peak.")
@click.option("--chip-hours", metavar="N", help="Accelerator-hours, for example 30.84e6.")
@click.option(
    "--records",
    metavar="FILE",
    help="Records of accelerator time: sacct -P, a bill, DCGM, W&B, MLflow, CodeCarbon; with --utilization, and --chip for accelerators that they do not name.",
)
@click.option("--utilization", metavar="SHARE", help="Model-operation utilization (MFU), for example 0.40.")
@click.option("--compute", metavar="FLOP", help='Training compute as already counted, for example "3.8e25 FLOP".')
@click.option(
    "--band",
    type=Percent(),
    default="90 %",
    show_default=True,
    help="Where inputs are distributions: how much of the result must lie on one side of a line to settle it.",
)
@click.option(
    "--verify-with-torch",
    is_flag=True,
    help="Let PyTorch count the configuration too, and stop if it counts otherwise; needs gateline[torch].",
)
@options(AS_OF, SET, RULES, READING, STRICT, RELEASE_FORMAT, PICTURE, OUTPUT, EXIT_ZERO)
def release(
    targets: tuple[str, ...],
    as_of: date,
    changes: dict[str, str],
    rules: tuple[str, ...],
    readings: dict[str, str],
    strict_facts: bool,
    band: Fraction,
    verify_with_torch: bool,
    format_: str,
    picture: str,
    output: Path | None,
    exit_zero: bool,
    **figures: str | None,
) -> int:
    """Say how much training compute a model took, and which thresholds it meets.

    TARGET is a training ledger (YAML or JSON), or - for standard input; quick figures can be given instead.

    \b
    Examples:
        gateline release --params 405e9 --tokens 15.6e12
        gateline release --records sacct.txt --chip H100 --utilization 0.40
        gateline release --config examples/config.json --tokens 15e12 --seq-len 8192
        gateline release examples/ledger.yaml --format json
        gateline release examples/ledger.yaml --format eu-form -o compute.md
        gateline release examples/ledger.yaml --format svg --picture strip -o strip.svg

    Exit status: 0 not met, 3 met, 4 undetermined, 2 bad usage or input, 1 failure.
    """
    given = {name: value for name, value in figures.items() if value is not None}
    if targets and given:
        raise click.UsageError(
            f"give either a ledger or figures, not both (read {targets[0]} and --{min(given).replace('_', '-')})."
        )
    if verify_with_torch and not _verified(targets, given):
        return 1
    question = {"rules": rules, "changes": changes, "readings": readings, "strict_facts": strict_facts, "band": band}
    checked = [_check_file(target, as_of, question) for target in targets] or [_check_figures(given, as_of, question)]
    check_apart(_read_files(checked), [("the output", output)])
    show(checked, format_, output, picture)
    return exit_code([each.screening.outcome for each in checked], exit_zero=exit_zero)


def _check_figures(given: dict[str, str], as_of: date, question: dict[str, Any]) -> Checked:
    from gateline.jobs import check_release, quick_ledger
    from gateline.report.findings import Checked

    screening = check_release(quick_ledger(**given), as_of, **question)
    return Checked(screening, stated={"phases": [{"kind": "pretraining", "estimates": [given]}]})


def _check_file(target: str, as_of: date, question: dict[str, Any]) -> Checked:
    from gateline.documents import read_document
    from gateline.jobs import check_release
    from gateline.report.findings import Checked
    from gateline.training.ledger import Ledger

    document = read_document(target)
    file = file_of(target)
    screening = check_release(target if file else document.validate(Ledger), as_of, **question)
    line = document.lines.get(("phases",)) or document.lines.get(("stages",), 1)
    return Checked(screening, file, line, document.content)


def _read_files(checked: Sequence[Checked]) -> Iterator[tuple[str, Path]]:
    """The files from which figures came: ledgers, and the configurations and records that they name."""
    for each in checked:
        if each.file:
            yield "the input", Path(each.file)
        for key, name in _named_files(each.stated):
            path = Path(each.file).parent / name
            yield FILES[key], path / "config.json" if path.is_dir() else path


def _named_files(content: Any) -> Iterator[tuple[str, str]]:
    """Every file that a ledger names, with its key."""
    if isinstance(content, list):
        for part in content:
            yield from _named_files(part)
    elif isinstance(content, Mapping):
        for key, part in content.items():
            if key in FILES and isinstance(part, str):
                yield key, part
            else:
                yield from _named_files(part)


def _verified(targets: tuple[str, ...], given: dict[str, str]) -> bool:
    """Whether PyTorch counts every configuration as we do; each outcome is told."""
    from gateline.jobs import quick_ledger
    from gateline.jobs.comparison import compare_with_torch

    ledgers = targets or (quick_ledger(**given),)
    compared = [comparison for ledger in ledgers for comparison in compare_with_torch(ledger)]
    for comparison in compared:
        click.echo(f"gateline: {comparison.told}", err=True)
    return all(comparison.equal for comparison in compared)
