"""Every row of a table against the rules about its subject."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from gateline.chips.chipfile import Chip
from gateline.chips.derive import completed, derive
from gateline.errors import InputError
from gateline.fleet.designs import SUFFIXES, read_designs
from gateline.fleet.outputs import SUFFIXES as OUTPUT_SUFFIXES
from gateline.fleet.outputs import Output
from gateline.fleet.run import Progress, Setting, run
from gateline.fleet.sources import PARQUET_SUFFIXES, arrow_module, open_table
from gateline.fleet.summary import FleetSummary
from gateline.gating import Request
from gateline.inputs import Inputs
from gateline.jobs.chip import default_catalogue, doubts
from gateline.rules.corpus import Specs
from gateline.rules.specfiles import default_specs


@dataclass(frozen=True, slots=True)
class CatalogueFigures:
    """The figures of a chip of the catalogue by its name, under readings on a day; kept with the specs for the next table."""

    specs: Specs
    as_of: date
    readings: Mapping[str, str]

    def __call__(self, name: str) -> Inputs:
        """The figures of one chip.

        Raises
        ------
        InputError
            If no chip has that name.
        """
        entry = default_catalogue().find(name).entry
        key = (CatalogueFigures, entry.id, self.as_of, tuple(sorted(self.readings.items())))
        if key not in self.specs.programs:
            derived = derive(entry.read(), self.specs, self.as_of, self.readings)
            self.specs.programs[key] = completed(derived, self.as_of)
        found: Inputs = self.specs.programs[key]
        return found


def default_threads() -> int:
    """As many threads as there are cores for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
    threads: int | None = None,
    arrow: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
    specs: Specs | None = None,
) -> FleetSummary:
    """Screen every row of a table, in blocks, with the same outcome as one by one.

    Parameters
    ----------
    source : str
        A CSV, Parquet, Arrow or Feather file, a folder of Parquet files, ``-`` for CSV or an Arrow stream on standard input, or a YAML or JSON file with a list
        of tape-outs. Headings are canonical names, with the unit in brackets where it is not the canonical one: ``chip``, ``dense_rate_16bit [TFLOP/s]``,
        ``applicable_die_area [mm^2]``, ``as_of``.
    output : Path or None
        CSV, Parquet, Arrow or Feather by its name, which appears only when it is complete; None writes to standard output. For a folder or a Parquet file it
        can be a folder, which gets one part per file or stretch of row groups, and ``_manifest.json`` when all are there.
    as_of : date
        Date for rows that do not state their own.
    role, rules, strict_facts, readings, specs
        As for `screen_chip`.
    rejects : Path, optional
        Where cells that cannot be read are listed. By default beside the output, with ``.rejects.csv`` in its name.
    all_columns : bool
        Whether the input columns are repeated in the output.
    threads : int, optional
        How many threads screen; as many as there are cores by default. The result does not depend on it.
    arrow : bool
        Whether standard output gets an Arrow stream instead of CSV.
    resume : bool
        Whether parts of an output folder that an earlier run finished in the same setting are kept.
    progress : callable
        Called with the rows screened so far, how much of the table has been read, and how much there is.

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
    setting = Setting(
        specs,
        Request(as_of, role, rules, strict_facts, readings or {}),
        CatalogueFigures(specs, as_of, chosen),
        all_columns,
        threads or default_threads(),
    )
    if output is not None and _is_folder(source, output):
        return _screen_parts(setting, Path(source), output, rejects, progress, resume=resume)
    if resume:
        raise InputError("--resume goes on with a folder; name a folder of Parquet files and an output folder.")
    listed = rejects or rejects_beside(output)
    _check_paths(source, output, listed)
    to = Output(output, arrow=arrow)
    if Path(source).suffix.lower() not in SUFFIXES:
        return run(setting, open_table(source), to, listed, progress)

    remarks: list[str] = []

    def checked(chip: Chip) -> Inputs:
        remarks.extend(doubts(chip))
        return completed(derive(chip, specs, as_of, chosen), as_of)

    designs = read_designs(source, checked)
    setting = replace(setting, figures=designs.figures, all_columns=False)
    summary = run(setting, nullcontext(designs), to, listed, progress)
    summary.remarks += remarks
    return summary


def rejects_beside(output: Path | None) -> Path:
    """Where cells that cannot be read are listed, if nobody says."""
    return Path("rejects.csv") if output is None else output.with_suffix(".rejects.csv")


def _is_folder(source: str, output: Path) -> bool:
    """Whether a table of several parts goes to a folder."""
    parted = Path(source).is_dir() or Path(source).suffix.lower() in PARQUET_SUFFIXES
    return parted and output.suffix.lower() not in OUTPUT_SUFFIXES


def _screen_parts(
    setting: Setting, source: Path, output: Path, rejects: Path | None, progress: Progress | None, *, resume: bool
) -> FleetSummary:
    """A folder of Parquet files, or the row groups of one, part by part into a folder."""
    arrow_module(str(source))
    from gateline.fleet.folders import REJECTS, FolderRun, run_folder
    from gateline.fleet.parts import parts_of

    if rejects is not None:
        raise InputError(f"{rejects}: an output folder has the rejects of each part in {REJECTS}; leave --rejects out.")
    if source.is_dir() and (source.resolve() == output.resolve() or source.resolve() in output.resolve().parents):
        raise InputError(f"{output}: lies in the folder that is read; name another folder.")
    parts = parts_of(source)
    inside = 0 if len(parts) >= setting.threads else setting.threads
    return run_folder(FolderRun(setting, output, resume, inside), parts, progress)


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
