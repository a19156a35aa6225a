"""Workload 5: a folder of parts by one worker process and by two, each of one thread."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.in_memory import DAY
from benchmarks.measure import Cost, interleaved
from benchmarks.rows import write_parquet
from gateline.cli.fleet import fleet

PARTS = 8
OPTIONS = f"--as-of {DAY} --role foundry --columns verdicts --threads 1 --quiet".split()


def offered() -> bool:
    """Whether this version of gateline has worker processes."""
    return any(parameter.name == "workers" for parameter in fleet.params)


def measure(rows: int, rounds: int, folder: Path) -> dict[str, Cost]:
    """What the command takes with one worker and with two, less what it takes for a folder of almost no rows."""
    parts, few = folder / "parts", folder / "few"
    for place, size in ((parts, rows // PARTS), (few, 1000)):
        place.mkdir()
        for number in range(PARTS):
            write_parquet(place / f"part-{number}.parquet", size)
    found = interleaved(_contestants(parts, few, folder / "screened"), rounds)
    _require_equal(folder / "screened-1", folder / "screened-2")
    return found


def _contestants(parts: Path, few: Path, output: Path) -> dict[str, Callable[[], None]]:
    def run(source: Path, workers: int) -> Callable[[], None]:
        target = output.with_name(f"{output.name}-{workers}")

        def screen() -> None:
            shutil.rmtree(target, ignore_errors=True)
            command = [sys.executable, "-m", "gateline", "fleet", str(source), "-o", str(target), *OPTIONS]
            subprocess.run([*command, "--workers", str(workers)], check=True)

        return screen

    numbers = {"one worker": 1, "two workers": 2}
    starts = {f"{name}, start only": run(few, number) for name, number in numbers.items()}
    return starts | {name: run(parts, number) for name, number in numbers.items()}


def _require_equal(one: Path, other: Path) -> None:
    """Refuse results that differ."""
    for file in sorted(one.glob("*.parquet")):
        if not pq.read_table(file).equals(pq.read_table(other / file.name)):
            raise AssertionError(f"{file.name} differs between one worker and two")
