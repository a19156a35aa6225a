"""Every row of a table against the rules about its subject."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import date
from pathlib import Path

from gateline.chips.chipfile import Chip
from gateline.chips.derive import completed, derive
from gateline.errors import InputError
from gateline.fleet.designs import SUFFIXES, read_designs
from gateline.fleet.run import FleetSummary, Progress, run
from gateline.fleet.tables import open_csv
from gateline.gating import Request
from gateline.inputs import Inputs
from gateline.jobs.chip import default_catalogue, doubts
from gateline.rules.corpus import Specs
from gateline.rules.specfiles import default_specs


def screen_fleet(
    source: str,
    output: Path | None,
    as_of: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    all_columns: bool = True,
    progress: Progress | None = None,
    specs: Specs | None = None,
) -> FleetSummary:
    """Screen every row of a table, in blocks, with the same outcome as one by one.

    Parameters
    ----------
    source : str
        A CSV file, ``-`` for standard input, or a YAML or JSON file with a list of tape-outs. Headings are canonical names, with the unit in brackets where it
        is not the canonical one: ``chip``, ``dense_rate_16bit [TFLOP/s]``, ``applicable_die_area [mm^2]``, ``as_of``.
    output : Path or None
        CSV or Parquet by its name; None writes CSV to standard output. It appears only when it is complete.
    as_of : date
        Date for rows that do not state their own.
    role, rules, strict_facts, readings, specs
        As for `screen_chip`.
    rejects : Path, optional
        Where cells that cannot be read are listed. By default beside the output, with ``.rejects.csv`` in its name.
    all_columns : bool
        Whether the input columns are repeated in the output.
    progress : callable
        Called with bytes read and bytes in all.

    Returns
    -------
    FleetSummary

    Raises
    ------
    InputError
        If the table or an output cannot be used, or no row at all can be read.
    """
    specs = specs or default_specs()
    chosen = specs.choose_readings(readings or {})
    beside = output.with_suffix(".rejects.csv") if output is not None else Path("rejects.csv")
    _check_paths(source, output, rejects or beside)

    remarks: list[str] = []

    def inputs(chip: Chip) -> Inputs:
        return completed(derive(chip, specs, as_of, chosen), as_of)

    def checked(chip: Chip) -> Inputs:
        remarks.extend(doubts(chip))
        return inputs(chip)

    designs = read_designs(source, checked) if Path(source).suffix.lower() in SUFFIXES else None
    summary = run(
        specs,
        open_csv(source) if designs is None else nullcontext(designs),
        output,
        rejects or beside,
        Request(as_of, role, rules, strict_facts, readings or {}),
        (lambda name: inputs(default_catalogue().find(name).entry.read())) if designs is None else designs.figures,
        all_columns=all_columns and designs is None,
        progress=progress,
    )
    summary.remarks += remarks
    return summary


def _check_paths(source: str, output: Path | None, rejects: Path) -> None:
    """Refuse to write over the table that is read, or two results into one file."""
    named = {"the table": None if source == "-" else Path(source), "the output": output, "the rejects file": rejects}
    seen: dict[Path, str] = {}
    for role, path in named.items():
        if path is None:
            continue
        if path.resolve() in seen:
            raise InputError(f"{path}: is {seen[path.resolve()]} and {role} at once; name another file.")
        seen[path.resolve()] = role
