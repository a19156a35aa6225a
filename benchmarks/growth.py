"""Workload 4: time and memory as the table grows, each size in a fresh process, from a file that is streamed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.in_memory import DAY, RULES
from benchmarks.measure import peak_memory
from benchmarks.rows import write_parquet

BARE = "from pathlib import Path; print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"


@dataclass(frozen=True, slots=True)
class Growth:
    """What one size takes.

    Attributes
    ----------
    rows : int
    seconds : float
        Median over the runs, from the open file to the closed one; starting the process and compiling the rules is left
        out.
    memory : int
        The peak of the whole process in bytes, above that of a bare interpreter: the highest of the runs.
    """

    rows: int
    seconds: float
    memory: int


def measure(sizes: tuple[int, ...], rounds: int, folder: Path) -> list[Growth]:
    """What each size takes; the largest is run once."""
    bare = int(subprocess.run([sys.executable, "-c", BARE], check=True, capture_output=True).stdout) * 1024
    found = []
    for rows in sizes:
        source, output = folder / f"growth-{rows}.parquet", folder / "growth-out.parquet"
        write_parquet(source, rows)
        runs = [_fresh(source, output) for _ in range(1 if rows == max(sizes) else rounds)]
        source.unlink()
        output.unlink()
        seconds, peaks = zip(*runs, strict=True)
        found.append(Growth(rows, median(seconds), max(peaks) - bare))
    return found


def _fresh(source: Path, output: Path) -> tuple[float, int]:
    """The seconds and the peak memory in bytes of a process that screens one file."""
    command = [sys.executable, "-m", "benchmarks.growth", str(source), str(output)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    return told["seconds"], told["memory"]


def main(source: Path, output: Path) -> None:
    """Screen a short table, so that the rules are compiled, and then one file; tell what the file took."""
    from gateline import screen_fleet

    def screen(table: Path) -> None:
        screen_fleet(str(table), output, DAY, role="foundry", rules=RULES, all_columns=False, threads=2)

    short = output.with_name("growth-short.parquet")
    write_parquet(short, 1000)
    screen(short)
    start = time.perf_counter()
    screen(source)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "memory": peak_memory()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
