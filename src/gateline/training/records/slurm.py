"""Slurm accounting: ``sacct -P`` with JobID, State, Start, End, ElapsedRaw and AllocTRES."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from gateline.errors import InputError
from gateline.training.records.model import Collected, Records, Span, held, seconds_again
from gateline.training.records.text import MAXIMUM_HOURS, Row, Table, read_table

MARK = "|"
JOB = re.compile(
    r"(?P<run>\d{1,12}(?:_\d{1,10}|_\[[0-9,%:-]+\])?(?:\+\d{1,6})?)(?:\.(?P<step>[A-Za-z0-9_+]{1,60}))?", re.ASCII
)
ELAPSED = re.compile(r"(?:(\d{1,5})-)?(?:(\d{1,2}):)?(\d{1,2}):(\d{1,2})(?:\.\d+)?", re.ASCII)
SLICE = re.compile(r"\d+g\.\d+gb|\bmig", re.IGNORECASE)
TYPE = re.compile(r"[A-Za-z0-9_.:()+-]{1,100}", re.ASCII)
WAITING = re.compile(r"_\[")
RUNNING = ("RUNNING", "SUSPENDED", "COMPLETING", "RESIZING", "STOPPED", "SIGNALING", "STAGE_OUT", "CONFIGURING")


@dataclass(slots=True)
class _Job:
    """The rows of one job: those of its allocation, and those of its steps."""

    whole: list[Row] = field(default_factory=list)
    steps: dict[str, list[Row]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Run:
    """One time that a job ran."""

    row: Row
    seconds: Fraction
    start: datetime | None
    end: datetime | None


def read(path: str | Path) -> Records:
    """The accelerator time of the jobs in an export of ``sacct -P``.

    Raises
    ------
    InputError
        If a column is missing or a cell cannot be read, with file and line.
    """
    table = read_table(path, MARK)
    table.require("jobid", "alloctres")
    if not table.first("elapsedraw", "elapsed"):
        raise InputError(f"{table.source}:1: a column ElapsedRaw or Elapsed is missing. Export the record with it.")
    found = Collected(table.source, "slurm", len(table.rows))
    for name, job in _jobs(table, found).items():
        _count_job(name, job, found)
    return found.done()


def _jobs(table: Table, found: Collected) -> dict[str, _Job]:
    """Rows by job; a raw id, where there is one, joins two ways to write a task of an array."""
    jobs: dict[str, _Job] = {}
    for row in table.rows:
        written = JOB.fullmatch(row.text("jobid"))
        if written is None:
            raise row.refusal("jobid", "is not a job id of Slurm, such as 123, 123_4, 123+0 or 123.batch.")
        if WAITING.search(written["run"]):
            if _seconds(row):
                raise row.refusal("jobid", "stands for several tasks but has a time. Export with sacct --array.")
            found.remark("skipped", "tasks of an array that have not started", row.line)
            continue
        raw = JOB.fullmatch(row.text("jobidraw"))
        name = " ".join(filter(None, [row.name("cluster"), raw["run"] if raw else written["run"]]))
        job = jobs.setdefault(name, _Job())
        if written["step"]:
            job.steps.setdefault(written["step"], []).append(row)
        else:
            job.whole.append(row)
    return jobs


def _count_job(name: str, job: _Job, found: Collected) -> None:
    """One job: its own rows; its steps are inside of them."""
    rows = job.whole
    lines = [row.line for step in job.steps.values() for row in step]
    if not rows and "extern" in job.steps:
        rows = job.steps["extern"]
        inside = [line for line in lines if line not in {row.line for row in rows}]
        found.remark("noted", "no row of the job: its step extern lasts as long and holds the same", *_lines(rows))
        found.remark("merged", "step of a job that is counted as a whole", *inside)
    elif not rows:
        held_any = any(_gpus(row) for step in job.steps.values() for row in step)
        why = "steps without a row of their job: steps can share GPUs. Export with sacct -X as well"
        found.remark("open" if held_any else "skipped", why if held_any else "no GPU was allocated", *lines)
        return
    elif lines:
        found.remark("merged", "step of a job that is counted as a whole", *lines)
    runs = [run for row in rows if (run := _run(row, found))]
    _count_runs(name, _distinct(runs, found), found)


def _lines(rows: Iterable[Row]) -> list[int]:
    return [row.line for row in rows]


def _run(row: Row, found: Collected) -> _Run | None:
    """The run of a row of a job; None where it has no time or no GPU."""
    seconds = _seconds(row)
    start, end = row.moment("start"), row.moment("end")
    if start and end and end < start:
        raise row.refusal("end", "lies before Start. Export the record again.")
    if not _gpus(row):
        shared = "gres/shard" in row.text("alloctres")
        found.remark("open" if shared else "skipped", "shards of a GPU" if shared else "no GPU was allocated", row.line)
        return None
    if not seconds:
        found.remark("skipped", "has not run", row.line)
        return None
    if row.text("state").upper().startswith(RUNNING) or (start and not end):
        found.remark("noted", "not finished: counted up to the export", row.line)
    return _Run(row, seconds, start, end)


def _seconds(row: Row) -> Fraction:
    raw = row.number("elapsedraw", MAXIMUM_HOURS * 3600, "seconds")
    if raw is not None:
        return raw
    written = row.text("elapsed")
    found = ELAPSED.fullmatch(written)
    if found is None and written:
        raise row.refusal("elapsed", "is not a duration of Slurm, such as 1-02:03:04 or 02:03:04.")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
    if hours > 23 or minutes > 59 or seconds > 59 or days * 24 > MAXIMUM_HOURS:
        raise row.refusal("elapsed", "is not a duration of Slurm, such as 1-02:03:04 or 02:03:04.")
    return Fraction(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _gpus(row: Row) -> list[tuple[str, int]]:
    """Types and counts of the GPUs of an allocation; a total beside its types adds nothing but the rest."""
    total, typed = 0, []
    for part in row.text("alloctres").split(","):
        key, _, value = part.strip().partition("=")
        resource, _, kind = key.partition(":")
        if resource.lower() != "gres/gpu":
            continue
        if not value.isascii() or not value.isdigit() or len(value) > 6:
            raise row.refusal("alloctres", "has no whole number of GPUs, such as gres/gpu:h100=8.")
        if kind and not TYPE.fullmatch(kind):
            raise row.refusal("alloctres", "has a type of GPU that is no plain word, such as h100.")
        if kind:
            typed.append(("" if kind == "(null)" else kind, int(value)))
        else:
            total = max(total, int(value))
    known = sum(count for _, count in typed)
    if total and known > total:
        raise row.refusal("alloctres", f"has {known} GPUs by type but {total} in all. Export the record again.")
    rest = [("", total - known)] if total > known else []
    return [(kind, count) for kind, count in typed + rest if count]


def _distinct(runs: list[_Run], found: Collected) -> list[_Run]:
    """Runs of one job; of rows with the same start the longest stays, because the others are earlier exports of it."""
    longest: dict[datetime | None, _Run] = {}
    for run in sorted(runs, key=lambda run: -run.seconds):
        if run.start in longest:
            found.remark("merged", "the same run of a job again", run.row.line)
        longest.setdefault(run.start, run)
    distinct = sorted(longest.values(), key=lambda run: run.row.line)
    if len(distinct) > 1:
        found.remark("noted", "requeued: each run of the job is counted", *(run.row.line for run in distinct))
    return distinct


def _count_runs(name: str, runs: list[_Run], found: Collected) -> None:
    """Entries of a job's runs; a job cannot run twice at a time, so what overlaps may be counted already."""
    again = [Fraction(0)] * len(runs)
    timed = [place for place, run in enumerate(runs) if run.start and run.end]
    spans = [Span(run.start, run.end, run.seconds) for run in runs if run.start and run.end]
    for place, seconds in zip(timed, seconds_again(spans), strict=True):
        again[place] = seconds
    for run, doubtful in zip(runs, again, strict=True):
        if doubtful:
            found.remark("noted", "overlaps another run of the job: may be counted twice", run.row.line)
        for kind, count in _gpus(run.row):
            if SLICE.search(kind):
                found.remark(
                    "open", f"slices of a GPU ({kind}): how much of a chip they are is not known", run.row.line
                )
                continue
            for seconds, certain in ((run.seconds - doubtful, True), (doubtful, False)):
                if seconds:
                    found.entries.append(
                        held(
                            kind,
                            count,
                            seconds,
                            start=run.start,
                            end=run.end,
                            job=name,
                            certain=certain,
                            rows=[run.row.line],
                        )
                    )
