"""CodeCarbon's ``emissions.csv``: a row per run, or several that each hold its whole duration so far."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

from gateline.training.records.model import Collected, Records, Span, held, seconds_again
from gateline.training.records.text import MAXIMUM_HOURS, Row, read_table
from gateline.training.utilization import Utilization

NEEDED = ("run_id", "duration", "gpu_count", "gpu_model")
MODEL = re.compile(r"(\d{1,4}) x (.+?)(?=\d{1,4} x |$)")


def read(path: str | Path) -> Records:
    """The accelerator time of the runs in an ``emissions.csv``.

    Raises
    ------
    InputError
        If a column is missing or a cell cannot be read.
    """
    table = read_table(path)
    table.require(*NEEDED)
    found = Collected(table.source, "codecarbon", len(table.rows))
    runs: dict[str, tuple[Row, Fraction]] = {}
    for row in table.rows:
        run, seconds = row.name("run_id"), row.number("duration", MAXIMUM_HOURS * 3600, "seconds")
        if not run:
            raise row.refusal("run_id", "is empty; without it a run that stands twice cannot be told. Fill it in.")
        if not row.count("gpu_count") or not seconds:
            found.remark("skipped", "no GPU or no time", row.line)
        elif run not in runs:
            runs[run] = (row, seconds)
        else:
            shorter = min((row, seconds), runs[run], key=lambda one: one[1])
            runs[run] = max(runs[run], (row, seconds), key=lambda one: one[1])
            found.remark("merged", "a row of a run whose longest row is counted", shorter[0].line)
    _count(list(runs.values()), found)
    return found.done()


def _count(runs: list[tuple[Row, Fraction]], found: Collected) -> None:
    """Entries of runs. No row names its machine, so runs at one time can be ranks that each saw all of its GPUs."""
    alike: dict[tuple[str, str, str], list[int]] = {}
    for place, (row, _) in enumerate(runs):
        if row.moment("timestamp"):
            alike.setdefault((row.text("project_name"), row.text("gpu_count"), row.text("gpu_model")), []).append(place)
    again = [Fraction(0)] * len(runs)
    for places in alike.values():
        spans = [span for place in places if (span := _span(*runs[place]))]
        for place, seconds in zip(places, seconds_again(spans), strict=True):
            again[place] = seconds
    for (row, seconds), doubtful in zip(runs, again, strict=True):
        if doubtful:
            found.remark(
                "noted", "at the time of another run with the same GPUs: a rank of it, or another machine", row.line
            )
        for part, certain in ((seconds - doubtful, True), (doubtful, False)):
            if part:
                _add(row, part, certain, found)


def _span(row: Row, seconds: Fraction) -> Span | None:
    """The time of a row, which is written when the run ends."""
    end = row.moment("timestamp")
    return Span(end - timedelta(microseconds=int(seconds * 10**6)), end, seconds) if end else None


def _add(row: Row, seconds: Fraction, certain: bool, found: Collected) -> None:
    """The GPUs of a row by their names, where gpu_model says as many as gpu_count."""
    count, span = row.count("gpu_count") or 0, _span(row, seconds)
    named = [(int(number), name.strip()) for number, name in MODEL.findall(row.name("gpu_model"))]
    if sum(number for number, _ in named) != count:
        named = [(count, named[0][1] if len(named) == 1 else "")]
        found.remark("noted", "gpu_model does not add up to gpu_count: gpu_count is taken", row.line)
    busy = row.number("gpu_utilization_percent", 100, "percent")
    for number, name in named:
        found.entries.append(
            held(
                name,
                number,
                seconds,
                start=span.start if span else None,
                end=span.end if span else None,
                job=row.name("run_id"),
                utilization=Utilization("nvidia_smi", busy / 100) if busy else None,
                certain=certain,
                rows=[row.line],
            )
        )
