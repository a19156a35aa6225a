"""``gateline release``."""

from __future__ import annotations

from datetime import date

import click

from gateline.cli.options import AS_OF, EXIT_ZERO, FORMAT, READING, RULES, SET, STRICT, exit_code, options, show


@click.command()
@click.argument("target", required=False)
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
@click.option("--chip", metavar="NAME", help="Accelerator, for example H100; its dense 16-bit rate is the peak.")
@click.option("--chip-hours", metavar="N", help="Accelerator-hours, for example 30.84e6.")
@click.option(
    "--records",
    metavar="FILE",
    help="Records of accelerator time: sacct -P, a bill, DCGM, W&B, MLflow, CodeCarbon; with --utilization, and --chip for accelerators that they do not name.",
)
@click.option("--utilization", metavar="SHARE", help="Model-operation utilization (MFU), for example 0.40.")
@click.option("--compute", metavar="FLOP", help='Training compute as already counted, for example "3.8e25 FLOP".')
@options(AS_OF, SET, RULES, READING, STRICT, FORMAT, EXIT_ZERO)
def release(
    target: str | None,
    as_of: date,
    changes: dict[str, str],
    rules: tuple[str, ...],
    readings: dict[str, str],
    strict_facts: bool,
    format_: str,
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

    Exit status: 0 not met, 3 met, 4 undetermined, 2 bad usage or input, 1 failure.
    """
    from gateline.jobs import check_release, quick_ledger

    given = {name: value for name, value in figures.items() if value is not None}
    if target is not None and given:
        raise click.UsageError(
            f"give either a ledger or figures, not both (read {target} and --{min(given).replace('_', '-')})."
        )
    ledger = target if target is not None else quick_ledger(**given)
    screening = check_release(ledger, as_of, rules=rules, changes=changes, readings=readings, strict_facts=strict_facts)
    show([screening], format_)
    return exit_code([screening.outcome], exit_zero=exit_zero)
