"""Samples of GPUs as DCGM and its Prometheus exporter take them: a GPU that is sampled is there, busy or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median_low

from gateline.errors import InputError
from gateline.numerals import number
from gateline.training.records.model import Collected, Records, held
from gateline.training.records.text import Row, Table, read_table
from gateline.training.utilization import Kind, Utilization

KINDS: dict[str, tuple[Kind, int]] = {
    "dcgm_fi_prof_pipe_tensor_active": ("tensor_active", 1),
    "dcgm_fi_prof_sm_active": ("sm_active", 1),
    "dcgm_fi_dev_gpu_util": ("nvidia_smi", 100),
}
"""Metrics that say how busy a GPU was, the most telling first, and their value when it is fully busy."""

STAMPS = ("timestamp", "time", "ts")
METRICS = ("__name__", "metric", "metric_name")
GAP = Fraction(5, 2)
"""Samples further apart than this many steps have a gap between them."""
SECONDS_FROM, SECONDS_TO = 10**9, 4 * 10**9
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Gpu:
    """The samples of one GPU: when, on which lines, and what was measured."""

    name: str = ""
    times: dict[Fraction, int] = field(default_factory=dict)
    values: dict[str, dict[Fraction, Fraction]] = field(default_factory=dict)
    sliced: bool = False


def is_samples(table: Table) -> bool:
    """Whether a table has times, GPUs and metrics of DCGM."""
    if not table.first(*STAMPS) or not table.first("uuid", "gpu"):
        return False
    wide = any(heading.startswith("dcgm_fi_") for heading in table.headings)
    metric = table.first(*METRICS)
    return wide or bool(metric and table.rows[0].text(metric).lower().startswith("dcgm_fi_"))


def read(path: str | Path) -> Records:
    """The accelerator time and the mean utilization of sampled GPUs.

    Raises
    ------
    InputError
        If the table is none of samples, or a cell cannot be read.
    """
    table = read_table(path)
    if not is_samples(table):
        raise InputError(
            f"{table.source}:1: is no table of DCGM samples. It has a timestamp, UUID or gpu, and columns named DCGM_FI_… or metric and value."
        )
    found = Collected(table.source, "dcgm", len(table.rows))
    gpus: dict[str, _Gpu] = {}
    for row in table.rows:
        _sample(row, table, gpus, found)
    step = _step(gpus, table.source)
    found.remark("noted", f"a sample stands for {number(step)} seconds, the usual time between two of one GPU")
    found.remark("noted", "a GPU counts as long as it is sampled, idle or not")
    for identity, gpu in gpus.items():
        _count(identity, gpu, step, found)
    return found.done()


def _sample(row: Row, table: Table, gpus: dict[str, _Gpu], found: Collected) -> None:
    time = _time(row, table.first(*STAMPS))
    host, number_on_host = row.name("hostname") or row.name("instance"), row.name("gpu")
    identity = row.name("uuid") or (f"{host} gpu {number_on_host}" if host and number_on_host else "")
    if not identity:
        raise row.refusal(table.first("uuid", "gpu"), "does not say which GPU it is. Export UUID, or Hostname and gpu.")
    gpu = gpus.setdefault(identity, _Gpu())
    gpu.name = gpu.name or row.name("modelname")
    gpu.sliced = gpu.sliced or bool(row.text("gpu_i_id"))
    gpu.times.setdefault(time, row.line)
    metric = table.first(*METRICS)
    written = {row.text(metric).lower(): "value"} if metric else {name: name for name in KINDS}
    for name, column in written.items():
        if name not in KINDS or column not in table.headings:
            continue
        value = row.number(column, KINDS[name][1], f"as {name.upper()} gives it")
        if value is None:
            continue
        share = value / KINDS[name][1]
        if gpu.values.setdefault(name, {}).setdefault(time, share) != share:
            found.remark("merged", "another value of one GPU and time: the first is kept", row.line)


def _time(row: Row, column: str) -> Fraction:
    """Seconds since 1970, from a time or from seconds or milliseconds."""
    cell = row.text(column)
    if cell.replace(".", "", 1).isdigit():
        value = row.number(column, SECONDS_TO * 1000, "seconds or milliseconds")
        for unit in (1, 1000):
            if value is not None and SECONDS_FROM <= value / unit <= SECONDS_TO:
                return value / unit
    found = row.moment(column) if not cell.replace(".", "", 1).isdigit() else None
    if found is None:
        raise row.refusal(column, "is not a time. Write it like 2026-03-01T10:00:00, or as seconds since 1970.")
    return Fraction((found - EPOCH) // timedelta(microseconds=1), 10**6)


def _step(gpus: dict[str, _Gpu], source: str) -> Fraction:
    """The usual time between two samples of a GPU."""
    steps = [after - before for gpu in gpus.values() for before, after in pairwise(sorted(gpu.times))]
    if not steps:
        raise InputError(f"{source}: has one sample of each GPU, which says nothing of time. Export a stretch of time.")
    return median_low(steps)


def _count(identity: str, gpu: _Gpu, step: Fraction, found: Collected) -> None:
    """An entry per stretch of samples without a gap."""
    times = sorted(gpu.times)
    stretches: list[list[Fraction]] = [[times[0]]]
    for before, after in pairwise(times):
        if after - before <= step * GAP:
            stretches[-1].append(after)
            continue
        hours = number((after - before - step) / 3600)
        found.remark("noted", f"gap of {hours} h in the samples of {identity}: not counted", gpu.times[after])
        stretches.append([after])
    if gpu.sliced:
        found.remark("noted", f"{identity} is divided (MIG): counted as one GPU, without a utilization")
    for stretch in stretches:
        start, end = stretch[0], stretch[-1] + step
        found.entries.append(
            held(
                gpu.name,
                1,
                end - start,
                start=_moment(start),
                end=_moment(end),
                job=identity,
                utilization=None if gpu.sliced else _mean(gpu, stretch),
                rows=[gpu.times[time] for time in stretch],
            )
        )


def _moment(seconds: Fraction) -> datetime:
    return EPOCH + timedelta(microseconds=int(seconds * 10**6))


def _mean(gpu: _Gpu, stretch: Sequence[Fraction]) -> Utilization | None:
    """The mean of the most telling metric over a stretch."""
    for metric, (kind, _) in KINDS.items():
        values = [gpu.values[metric][time] for time in stretch if time in gpu.values.get(metric, {})]
        if values:
            return Utilization(kind, sum(values, Fraction(0)) / len(values))
    return None
