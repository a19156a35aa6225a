"""Runs of MLflow: a file store (``mlruns``) or the table that ``search_runs`` gives, saved as CSV."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from gateline.errors import InputError
from gateline.training.records.model import Collected, Records, Span, held, seconds_again, seconds_of
from gateline.training.records.text import MAXIMUM_HOURS, Row, read_table, read_text

META = "meta.yaml"
GPU = re.compile(r"metrics\.system/(?:[^/]{1,60}/)?gpu_\d{1,3}_utilization_percentage")
COUNTS = ("gpu_count", "num_gpus", "n_gpus")
NAMES = ("gpu_name", "gpu_type", "gpu_model", "gpu", "accelerator")
PARENT = "tags.mlflow.parentrunid"
MAXIMUM_RUNS = 10_000
MAXIMUM_CELL = 2000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST = MAXIMUM_HOURS * 3600


def read(path: str | Path) -> Records:
    """The accelerator time of the runs of a file store, or of a table of runs.

    Raises
    ------
    InputError
        If there are none, or a file cannot be read.
    """
    if Path(path).is_dir():
        rows = list(_store(Path(path)))
        if not rows:
            raise InputError(f"{path}: holds no run of MLflow. Name a folder mlruns, or one inside of it.")
    else:
        table = read_table(path)
        table.require("run_id", "start_time", "end_time")
        rows = list(table.rows)
    found = Collected(str(path), "mlflow", len(rows))
    runs: dict[str, Row] = {}
    for row in rows:
        run = row.name("run_id")
        if not run:
            raise row.refusal("run_id", "is empty; without it a run that stands twice cannot be told. Fill it in.")
        if run in runs:
            found.remark("merged", "the same run again", row.line)
        runs.setdefault(run, row)
    _count([row for row in runs.values() if _countable(row, found)], runs, found)
    return found.done()


def meta_files(path: Path) -> list[Path]:
    """The files of runs and experiments at or below a folder."""
    files = []
    for file in path.rglob(META):
        if file.is_file() and not file.is_symlink():
            files.append(file)
        if len(files) > MAXIMUM_RUNS:
            raise InputError(f"{path}: holds more than {MAXIMUM_RUNS:,} runs. Name folders of fewer.")
    return sorted(files)


def _store(path: Path) -> Iterator[Row]:
    """The runs of a file store as rows with the columns of the table; a run's number stands for its line."""
    number = 0
    for file in meta_files(path):
        meta = _flat(file)
        run = meta.get("run_id") or meta.get("run_uuid")
        if not run:
            continue
        number += 1
        cells = {**meta, "run_id": run}
        for kind in ("params", "tags"):
            for inner in _files(file.parent / kind):
                cells[f"{kind}.{inner.name.lower()}"] = _first(inner)
        for inner in _files(file.parent / "metrics"):
            cells[f"metrics.{inner.relative_to(file.parent / 'metrics').as_posix().lower()}"] = "logged"
        yield Row(str(file), number, cells)


def _flat(file: Path) -> dict[str, str]:
    """The single values of a ``meta.yaml``, which MLflow writes one to a line, with empty ones among them."""
    pairs = (line.partition(":") for line in read_text(file).splitlines() if not line.startswith((" ", "-", "#")))
    return {key.strip().lower(): value.strip().strip("'\"") for key, mark, value in pairs if mark}


def _files(folder: Path) -> list[Path]:
    files = []
    for file in folder.rglob("*") if folder.is_dir() else ():
        if file.is_file() and not file.is_symlink():
            files.append(file)
        if len(files) > MAXIMUM_RUNS:
            raise InputError(f"{folder}: holds more than {MAXIMUM_RUNS:,} files; no run has.")
    return sorted(files)


def _first(file: Path) -> str:
    """The value of a parameter or tag; one of whole pages is none that is needed here."""
    if not 0 < file.stat().st_size <= MAXIMUM_CELL:
        return ""
    return read_text(file).strip() if file.read_bytes().strip() else ""


def _time(row: Row, column: str) -> datetime | None:
    """A time of a run: a date and time, or milliseconds since 1970."""
    cell = row.text(column)
    if not cell.isascii() or not cell.replace(".0", "").isdigit():
        return row.moment(column)
    milliseconds = row.number(column, 4 * 10**12, "milliseconds since 1970")
    if milliseconds is None or milliseconds < 10**12:
        raise row.refusal(column, "is not a time. Write it like 2026-03-01T10:00:00, or as milliseconds since 1970.")
    return EPOCH + timedelta(milliseconds=int(milliseconds))


def _gpus(row: Row) -> int:
    """How many GPUs a run had: as it says, else as many as were watched."""
    for name in COUNTS:
        for kind in ("params", "tags"):
            if stated := row.count(f"{kind}.{name}"):
                return stated
    return sum(1 for column in row.cells if GPU.fullmatch(column) and row.text(column))


def _name(row: Row) -> str:
    return next(filter(None, (row.name(f"{kind}.{name}") for name in NAMES for kind in ("params", "tags"))), "")


def _countable(row: Row, found: Collected) -> bool:
    """Whether a run has GPUs and a time; the rest is told."""
    start, end = _time(row, "start_time"), _time(row, "end_time")
    if start and end and end < start:
        raise row.refusal("end_time", "lies before start_time. Export the runs again.")
    if not _gpus(row):
        names = ", ".join(COUNTS)
        found.remark("open", f"says no number of GPUs: neither {names} nor system metrics were logged", row.line)
        return False
    if start is None or end is None:
        found.remark("open", "has not ended, so its time is not known", row.line)
        return False
    if _span(row).seconds > MOST:
        raise row.refusal("end_time", f"lies more than {MAXIMUM_HOURS:,} hours after start_time. Is the unit right?")
    return True


def _span(row: Row) -> Span:
    start, end = _time(row, "start_time") or EPOCH, _time(row, "end_time") or EPOCH
    length = end - start
    return Span(start, end, seconds_of(length.days, length.seconds, length.microseconds))


def _family(row: Row, runs: dict[str, Row]) -> tuple[str, ...]:
    """What runs at one time have in common if they can be parts of one: their parent, else experiment and name."""
    seen = [row.name("run_id")]
    while (parent := runs[seen[-1]].name(PARENT)) in runs and parent not in seen:
        seen.append(parent)
    root = runs[seen[-1]]
    name = root.name("tags.mlflow.runname") or root.name("run_name")
    return (root.name("experiment_id"), name) if name else (root.name("run_id"),)


def _count(rows: list[Row], runs: dict[str, Row], found: Collected) -> None:
    families: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(rows):
        families.setdefault(_family(row, runs), []).append(place)
    again = [Fraction(0)] * len(rows)
    for places in families.values():
        for place, seconds in zip(places, seconds_again([_span(rows[place]) for place in places]), strict=True):
            again[place] = seconds
    for row, doubtful in zip(rows, again, strict=True):
        span = _span(row)
        if doubtful:
            found.remark(
                "noted", "at the time of its parent or of a run of the same name: may be counted twice", row.line
            )
        for seconds, certain in ((span.seconds - doubtful, True), (doubtful, False)):
            if seconds:
                found.entries.append(
                    held(
                        _name(row),
                        _gpus(row),
                        seconds,
                        start=span.start,
                        end=span.end,
                        job=row.name("run_id"),
                        certain=certain,
                        rows=[row.line],
                    )
                )
