"""Every row of a table against the rules about its subject."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from gateline.chips.chipfile import Chip
from gateline.chips.contradictions import contradictions
from gateline.chips.derive import completed, derive
from gateline.chips.rates import rates_by_length
from gateline.errors import InputError
from gateline.fleet.designs import SUFFIXES, read_designs
from gateline.fleet.excerpt import Excerpt, excerpt
from gateline.fleet.outputs import SUFFIXES as OUTPUT_SUFFIXES
from gateline.fleet.outputs import Output
from gateline.fleet.read import Figures
from gateline.fleet.run import Progress, Setting, run
from gateline.fleet.sources import PARQUET_SUFFIXES, arrow_module, open_table
from gateline.fleet.storage import folder_of, is_url
from gateline.fleet.summary import FleetSummary
from gateline.fleet.tables import TableReader
from gateline.gating import Request
from gateline.inputs import Inputs
from gateline.jobs.chip import default_catalogue, doubts
from gateline.jobs.paths import as_path, check_apart, path_text
from gateline.numerals import clip
from gateline.rules.corpus import Specs
from gateline.rules.specfiles import default_specs


@dataclass(frozen=True, slots=True)
class CatalogueFigures:
    """The figures of a chip of the catalogue by its name, under readings on a day; kept with the specs for the next table."""

    specs: Specs
    as_of: date
    readings: Mapping[str, str]

    def __call__(self, name: str) -> Figures:
        """The figures of one chip, and what its name was taken as.

        Raises
        ------
        InputError
            If no chip has that name.
        """
        found = default_catalogue().find(name)
        entry = found.entry
        key = (CatalogueFigures, entry.id, self.as_of, tuple(sorted(self.readings.items())))
        if key not in self.specs.programs:
            chip = entry.read()
            figures = completed(derive(chip, self.specs, self.as_of, self.readings), self.as_of)
            self.specs.programs[key] = figures | rates_by_length(chip, self.readings)
        return Figures(self.specs.programs[key], found.told(name))


def number_of_threads(asked: int | None) -> int:
    """As many threads as were asked for, else as there are cores for this process.

    Raises
    ------
    InputError
        If it is not a whole number above zero.
    """
    if asked is not None:
        if not isinstance(asked, int) or isinstance(asked, bool) or asked < 1:
            raise InputError(f"threads: {clip(repr(asked))} is not a whole number above zero, such as 2.")
        return asked
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def screen_fleet(
    source: Path | str,
    output: Path | str | None,
    as_of: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    rejects: Path | str | None = None,
    all_columns: bool = True,
    threads: int | None = None,
    arrow: bool = False,
    resume: bool = False,
    totals: bool = False,
    cluster: str = "",
    workers: int = 0,
    progress: Progress | None = None,
    specs: Specs | None = None,
) -> FleetSummary:
    """Screen every row of a table, in blocks, with the same outcome as one by one.

    Parameters
    ----------
    source : Path or str
        A CSV, Parquet, Arrow or Feather file, a folder of Parquet files, ``-`` for CSV or an Arrow stream on standard input, or a YAML or JSON file with a list
        of tape-outs. Headings are canonical names, with the unit in brackets where it is not the canonical one: ``chip``, ``dense_rate_16bit [TFLOP/s]``,
        ``applicable_die_area [mm^2]``, ``as_of``.
    output : Path, str or None
        CSV, Parquet, Arrow or Feather by its name, which appears only when it is complete; None writes to standard output. For a folder or a Parquet file it
        can be a folder, which gets one part per file or stretch of row groups, and ``_manifest.json`` when all are there. With such an output, it and `source`
        can be URLs that fsspec knows.
    as_of : date
        Date for rows that do not state their own.
    role, rules, strict_facts, readings, specs
        As for `screen_chip`.
    rejects : Path or str, optional
        Where cells that cannot be read are listed. By default beside the output, with ``.rejects.csv`` in its name.
    all_columns : bool
        Whether the input columns are repeated in the output.
    threads : int, optional
        How many threads screen; as many as there are cores by default. The result does not depend on it.
    arrow : bool
        Whether standard output gets an Arrow stream instead of CSV.
    resume : bool
        Whether parts of an output folder that an earlier run finished in the same setting are kept.
    totals : bool
        Whether the table is added up, too; see `fleet_totals`.
    cluster : str
        The address of a Dask scheduler, whose workers screen the parts of a folder.
    workers : int
        How many processes on this machine do, one thread each.
    progress : callable
        Called with the rows screened so far, how much of the table has been read, and how much there is.

    Returns
    -------
    FleetSummary

    Raises
    ------
    InputError
        If the table or an output cannot be used, or no row at all can be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     source, output = Path(folder, "chips.csv"), Path(folder, "verdicts.csv")
    ...     _ = source.write_text("chip,count\\nH100,8\\nH20,16\\n")
    ...     summary = screen_fleet(source, output, date(2024, 6, 1), rules=("us.ear.3a090",))
    ...     lines = output.read_text().splitlines()
    >>> [line.split(",")[-2:] for line in lines[1:]]
    [['met', '3A090.a.1'], ['not_met', '']]
    >>> summary.rows, summary.rejected
    (2, 0)
    """
    specs = specs or default_specs()
    request = Request(as_of, role, rules, strict_facts, readings or {})
    source, rejects = path_text(source, "source"), as_path(rejects, "rejects")
    output = None if output is None else path_text(output, "output")
    setting = Setting(
        specs,
        request,
        CatalogueFigures(specs, as_of, specs.choose_readings(request.readings)),
        all_columns,
        number_of_threads(threads),
        totals,
    )
    if output is not None and _is_folder(source, output):
        return _PartsRun(setting, source, output, rejects, resume, cluster, workers).screen(progress)
    _check_whole(source, output, {"--resume": resume, "--cluster": bool(cluster), "--workers": bool(workers)})
    path = as_path(output, "output")
    listed = rejects or rejects_beside(path)
    check_paths(source, path, listed)
    to = Output(path, arrow=arrow)
    setting, table, doubted = _opened(source, setting)
    summary = run(setting, table, to, listed, progress)
    summary.remarks += doubted
    return summary


def fleet_excerpt(
    source: Path | str,
    as_of: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    rejects: Path | str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    specs: Specs | None = None,
) -> Excerpt:
    """Screen a table and keep the sums, what would settle undetermined rows, and the first rows that matter.

    Parameters
    ----------
    source, as_of, role, rules, strict_facts, readings, threads, progress, specs
        As for `screen_fleet`.
    rejects : Path or str, optional
        Where cells that cannot be read are listed; ``rejects.csv`` by default.

    Returns
    -------
    Excerpt
        The verdicts of all rows are not written.

    Raises
    ------
    InputError
        If the table or the file of rejects cannot be used, or no row at all can be read.
    """
    specs = specs or default_specs()
    request = Request(as_of, role, rules, strict_facts, readings or {})
    setting = Setting(
        specs,
        request,
        CatalogueFigures(specs, as_of, specs.choose_readings(request.readings)),
        all_columns=True,
        threads=number_of_threads(threads),
    )
    source = path_text(source, "source")
    listed = as_path(rejects, "rejects") or rejects_beside(None)
    check_paths(source, None, listed)
    setting, table, doubted = _opened(source, setting)
    found = excerpt(setting, table, listed, progress)
    found.summary.remarks += doubted
    return found


def _opened(source: str, setting: Setting) -> tuple[Setting, AbstractContextManager[TableReader], list[str]]:
    """A table, or a list of tape-outs as one; how it is screened; and what is to be said of the tape-outs."""
    if Path(source).suffix.lower() not in SUFFIXES:
        return setting, open_table(source), []
    specs, request = setting.specs, setting.request
    chosen = specs.choose_readings(request.readings)
    doubted: list[str] = []

    def checked(chip: Chip) -> Inputs:
        doubted.extend((*contradictions(chip, {}, specs, request.as_of, chosen), *doubts(chip)))
        return completed(derive(chip, specs, request.as_of, chosen), request.as_of) | rates_by_length(chip, chosen)

    designs = read_designs(source, checked)
    return replace(setting, figures=designs.figures, all_columns=False), nullcontext(designs), doubted


def rejects_beside(output: Path | None) -> Path:
    """Where cells that cannot be read are listed, if nobody says."""
    return Path("rejects.csv") if output is None else output.with_suffix(".rejects.csv")


def _is_folder(source: str, output: Path | str) -> bool:
    """Whether a table of several parts goes to a folder."""
    parted = is_url(source) or Path(source).is_dir() or Path(source).suffix.lower() in PARQUET_SUFFIXES
    return parted and Path(output).suffix.lower() not in OUTPUT_SUFFIXES


def _check_whole(source: str, output: Path | str | None, asked: Mapping[str, bool]) -> None:
    """Refuse what is for tables of several parts."""
    for option, given in asked.items():
        if given:
            raise InputError(
                f"{option} is for folders; name a folder of Parquet files, or one file, and an output folder."
            )
    for name in (source, output):
        if is_url(name):
            raise InputError(
                f"{name}: URLs are for folders of Parquet files, or one file, and an output folder. Name such, or a file on this machine."
            )


@dataclass(frozen=True, slots=True)
class _PartsRun:
    """A folder of Parquet files, or the row groups of one, part by part into a folder."""

    setting: Setting
    source: str
    output: Path | str
    rejects: Path | None
    resume: bool
    cluster: str
    workers: int

    def screen(self, progress: Progress | None) -> FleetSummary:
        """Screen the parts in threads, or on the workers that are named."""
        arrow_module(self.source)
        from gateline.fleet.folders import REJECTS, FolderRun, in_threads, run_folder
        from gateline.fleet.parts import parts_of

        if self.rejects is not None:
            raise InputError(
                f"{self.rejects}: an output folder has the rejects of each part in {REJECTS}; leave --rejects out."
            )
        self._check_apart()
        engine = self._scheduler() or in_threads
        single = Path(self.source).suffix.lower() in PARQUET_SUFFIXES and not folder_of(self.source).is_folder()
        above, _, file = self.source.rpartition("/") if single else (self.source, "", "")
        parts = parts_of(folder_of(above or ("/" if self.source.startswith("/") else ".")), file)
        inside = 0 if len(parts) >= self.setting.threads else self.setting.threads
        return run_folder(FolderRun(self.setting, folder_of(self.output), self.resume, inside), parts, progress, engine)

    def _scheduler(self) -> Any:
        """What screens the parts elsewhere, where that was asked for.

        Raises
        ------
        InputError
            If Dask is not installed.
        """
        if not self.cluster and not self.workers:
            return None
        if self.cluster and self.workers:
            raise InputError("--cluster names workers that are there, --workers starts some; give one of them.")
        try:
            from gateline.fleet.cluster import Scheduler
        except ImportError:
            raise InputError(
                "--cluster and --workers need Dask. Install it with: pip install 'gateline[cluster]'"
            ) from None
        return Scheduler(self.cluster, self.workers)

    def _check_apart(self) -> None:
        """Refuse to write into the folder that is read."""
        read, written = str(self.source).rstrip("/"), str(self.output).rstrip("/")
        if not is_url(self.source) and not is_url(self.output):
            if not Path(read or "/").is_dir():
                return
            read, written = str(Path(read or "/").resolve()), str(Path(written).resolve())
        if f"{written}/".startswith(f"{read}/"):
            raise InputError(f"{self.output}: lies in the folder that is read; name another folder.")


def check_paths(source: str, output: Path | None, rejects: Path, totals: Path | None = None) -> None:
    """Refuse to write over the table that is read, or two results into one file.

    Raises
    ------
    InputError
        If two of the paths are one.
    """
    check_apart(
        [("the table", None if source == "-" else Path(source))],
        [("the output", output), ("the rejects file", rejects), ("the file of the totals", totals)],
    )
