"""Runs of Weights & Biases: ``wandb-metadata.json`` says which GPUs, the summary or history beside it how long."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from gateline.errors import InputError
from gateline.numerals import clip
from gateline.training.records.model import Collected, Records, Span, held, seconds_again
from gateline.training.records.text import MAXIMUM_HOURS, Row, mapping_row, parse_json, read_json, read_table, read_text
from gateline.training.records.trainer import OPERATIONS, SAYS_OPERATIONS, SAYS_TOKENS, TOKENS, counted, logged_numbers

METADATA = "wandb-metadata.json"
SUMMARY = "wandb-summary.json"
HISTORIES = ("*history*.csv", "*history*.json", "*history*.jsonl")
RUN = re.compile(r"(?:offline-)?run-\d{8}_\d{6}-(.{1,100})")
MAXIMUM_RUNS = 10_000
MOST = MAXIMUM_HOURS * 3600
FIGURES = {
    f"train/{TOKENS}": SAYS_TOKENS,
    TOKENS: SAYS_TOKENS,
    f"train/{OPERATIONS}": SAYS_OPERATIONS,
    OPERATIONS: SAYS_OPERATIONS,
}


@dataclass(frozen=True, slots=True)
class _Run:
    """One folder of a run: which GPUs it saw, since when, for how many seconds."""

    place: int
    id: str
    machine: str
    gpus: tuple[tuple[str, int], ...]
    start: datetime | None
    seconds: Fraction

    @property
    def end(self) -> datetime | None:
        """When it ended, if it did not pause."""
        return self.start + timedelta(microseconds=int(self.seconds * 10**6)) if self.start else None


def read(path: str | Path) -> Records:
    """The accelerator time of the runs at `path`: a ``wandb-metadata.json``, or a folder that holds some.

    Raises
    ------
    InputError
        If there is none, or a file cannot be read.
    """
    files = metadata_files(Path(path))
    if not files:
        raise InputError(f"{path}: holds no {METADATA}. Name the folder of a run, or one that holds such folders.")
    found = Collected(str(path), "wandb", len(files))
    runs = [run for place, file in enumerate(files, 1) if (run := _run(file, place, found))]
    _count(_longest(runs, found), found)
    return found.done()


def metadata_files(path: Path) -> list[Path]:
    """The metadata of the runs at or below `path`; links lead to what is listed already."""
    if path.is_file():
        return [path]
    files = []
    for file in path.rglob(METADATA):
        if file.is_file() and not file.is_symlink():
            files.append(file)
        if len(files) > MAXIMUM_RUNS:
            raise InputError(f"{path}: holds more than {MAXIMUM_RUNS:,} runs. Name folders of fewer.")
    return sorted(files)


def _run(file: Path, place: int, found: Collected) -> _Run | None:
    content = read_json(file)
    metadata = mapping_row(content, str(file))
    folder = file.parent.parent if file.parent.name == "files" else file.parent
    written = RUN.fullmatch(folder.name)
    identity = clip(written[1] if written else folder.name, 100)
    history = list(_history(file.parent))
    summary = read_json(file.parent / SUMMARY) if (file.parent / SUMMARY).is_file() else {}
    _figures(mapping_row(summary, str(file.parent / SUMMARY)), history, identity, found)
    gpus = _gpus(content, metadata)
    if not gpus:
        others = isinstance(content.get("tpu"), dict) or isinstance(content.get("trainium"), dict)
        found.remark(
            "open" if others else "skipped", "TPU or Trainium: not read yet" if others else "names no GPU", place
        )
        return None
    seconds = _seconds(summary, file.parent / SUMMARY, history)
    if not seconds:
        found.remark("open", "neither summary nor history has a _runtime", place)
        return None
    uuids = " ".join(sorted(str(gpu.get("uuid", "")) for gpu in _listed(content)))
    machine = " ".join(filter(None, [metadata.name("host"), uuids]))
    return _Run(place, identity, machine, gpus, metadata.moment("startedat"), seconds)


def _listed(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The mappings under gpu_nvidia, one per GPU."""
    listed = content.get("gpu_nvidia") or content.get("gpu_devices")
    return [gpu for gpu in listed if isinstance(gpu, dict)] if isinstance(listed, list) else []


def _gpus(content: dict[str, Any], metadata: Row) -> tuple[tuple[str, int], ...]:
    """Names and counts of the GPUs that the run saw."""
    rows = [mapping_row(gpu, metadata.source) for gpu in _listed(content)]
    names = Counter(row.name("name") for row in rows)
    count = metadata.count("gpu_count") or len(rows)
    if len(rows) == count:
        return tuple(names.items())
    return ((metadata.name("gpu"), count),) if count else ()


def _history(folder: Path) -> Iterator[Row]:
    """The rows of the history beside the metadata, in the order in which they were logged."""
    files = sorted({file for pattern in HISTORIES for file in folder.glob(pattern) if not file.is_symlink()})
    if len(files) > 1:
        raise InputError(f"{folder}: has several histories ({files[0].name}, {files[1].name}). Keep one.")
    for file in files:
        if file.suffix == ".csv":
            yield from read_table(file).rows
            continue
        content = _lines(file) if file.suffix == ".jsonl" else read_json(file)
        if not isinstance(content, list):
            raise InputError(f"{file}: is no history: a list of mappings is expected.")
        for line, entry in enumerate(content, 1):
            yield mapping_row(entry, str(file), line)


def _lines(file: Path) -> list[Any]:
    lines = read_text(file).splitlines()
    return [parse_json(text, f"{file}:{line}") for line, text in enumerate(lines, 1) if text.strip()]


def _seconds(summary: Any, source: Path, history: list[Row]) -> Fraction:
    """How long the run lasted: as the summary says, else up to the last logged step."""
    whole = mapping_row(summary, str(source))
    inner = mapping_row(summary.get("_wandb", {}), str(source))
    stated = inner.number("runtime", MOST, "seconds") or whole.number("_runtime", MOST, "seconds")
    logged = [value for row in history if (value := row.number("_runtime", MOST, "seconds"))]
    return stated or max(logged, default=Fraction(0))


def _figures(summary: Row, history: list[Row], identity: str, found: Collected) -> None:
    for name, convention in FIGURES.items():
        values = logged_numbers(history, name) or logged_numbers([summary], name)
        found.figures.extend(counted(name, values, convention, identity, found))


def _longest(runs: list[_Run], found: Collected) -> list[tuple[_Run, bool]]:
    """Runs by folder; a resumed run goes on counting its seconds, so shorter folders of it may be inside the longest."""
    parts: dict[tuple[str, str], list[_Run]] = {}
    for run in runs:
        parts.setdefault((run.id, run.machine), []).append(run)
    kept = []
    for folders in parts.values():
        longest = max(folders, key=lambda run: run.seconds)
        for run in folders:
            kept.append((run, run is longest))
            if run is not longest:
                found.remark("noted", "resumed: a later folder may hold this time already", run.place)
    return kept


def _count(runs: list[tuple[_Run, bool]], found: Collected) -> None:
    """Entries of runs. Runs of one machine at one time are ranks that each saw all of its GPUs."""
    machines: dict[str, list[int]] = {}
    for place, (run, certain) in enumerate(runs):
        if run.start and certain:
            machines.setdefault(run.machine, []).append(place)
    again = [Fraction(0)] * len(runs)
    for places in machines.values():
        spans = [
            Span(run.start, run.end, run.seconds)
            for run, _ in (runs[place] for place in places)
            if run.start and run.end
        ]
        for place, seconds in zip(places, seconds_again(spans), strict=True):
            again[place] = seconds
    for (run, certain), covered in zip(runs, again, strict=True):
        if covered and run.machine:
            found.remark("merged", "at the time of another run on the same machine: a rank of it", run.place)
        elif covered:
            found.remark("noted", "at the time of another run; no host is named: may be counted twice", run.place)
        for seconds, sure in ((run.seconds - covered, certain), (Fraction(0) if run.machine else covered, False)):
            for name, count in run.gpus if seconds else ():
                found.entries.append(
                    held(name, count, seconds, start=run.start, end=run.end, job=run.id, certain=sure, rows=[run.place])
                )
