"""The results as Markdown: what was measured, on which machine, with which versions, and the ratios that matter."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.in_memory import GATELINE

TOOLS = ("gateline", "numpy", "pyarrow", "polars", "duckdb", "pandas", "numba")
ONE_FILE = "gateline, into one file"
INTRODUCTION = """# Benchmarks

`make bench` writes this page: do not edit it. Every tool gets the same rows and the same two rules, ECCN 3A090 and the
foundry presumption, with a tenth of the cells unknown; before a tool is timed its outcomes, items and quantities are
compared with gateline's in every row. Times are medians of rounds in which every tool has its turn. Processor time adds
up all cores. The rivals' rules are typed in by hand ([law.py](rivals/law.py)), once as they read and once with the
columns that these tables lack worked into them; gateline reads its own from `specs/`, refuses impossible figures,
counts outcomes, numbers the rows and tells how a presumption could be overcome, which the rivals do not.
"""

Costs = dict[str, dict[str, float]]


def write_report(path: Path, found: dict[str, Any], rounds: int) -> None:
    """Write the page for the workloads that were run."""
    parts = [INTRODUCTION, "\n".join(_machine(rounds))]
    for workload, result in found.items():
        parts.append("\n".join(SECTIONS[workload](result)))
    path.write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")


def _machine(rounds: int) -> Iterator[str]:
    cores, memory = os.cpu_count(), os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    yield f"* {datetime.now(UTC):%Y-%m-%d}, {_processor()}, {cores} cores, {memory / 2**30:.0f} GiB, {platform.system()} {platform.release()}"
    yield f"* Python {platform.python_version()}, " + ", ".join(f"{tool} {version(tool)}" for tool in TOOLS)
    yield f"* {rounds} rounds; load of the machine at the end (1, 5, 15 minutes): {load}"


def _processor() -> str:
    """The name of the processor, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _table(costs: Costs, rows: int, own: str) -> Iterator[str]:
    """A line per tool; the ratio says how many times as long as gateline it takes."""
    yield "| | million rows/s | ns per row | processor ns per row | times gateline |"
    yield "|---|---:|---:|---:|---:|"
    for name, cost in costs.items():
        seconds, processor = cost["seconds"], cost["processor"]
        ratio = seconds / costs[own]["seconds"]
        yield f"| {name} | {rows / seconds / 1e6:.2f} | {seconds / rows * 1e9:.1f} | {processor / rows * 1e9:.1f} | {ratio:.2f} |"


def _in_memory(result: dict[str, Any]) -> Iterator[str]:
    costs, rows = result["costs"], result["rows"]
    yield f"## In memory: {rows:,} rows, eight float64 columns"
    yield ""
    yield from _table(costs, rows, GATELINE)
    bound = min(cost["seconds"] for name, cost in costs.items() if name.startswith("Numba"))
    yield ""
    yield f"gateline reaches {bound / costs[GATELINE]['seconds']:.0%} of the fused loop, which goes over each row once. gateline makes a pass of"
    yield "NumPy over a column of a block for each of 10 cuts, 20 to check figures and flags and 9 for the two quantities, and then"
    yield "works on small integers. Why that is so much, and what was tried: docs/decisions/0018-benchmarks.md."


def _parquet(result: dict[str, Any]) -> Iterator[str]:
    rows = result["rows"]
    yield f"## Parquet to Parquet: {rows:,} rows, Snappy, the input as pyarrow writes it where nothing else is asked for"
    for words in ("verdicts only", "all columns"):
        yield ""
        yield f"### {words.capitalize()}"
        yield ""
        yield from _table(result[words], rows, ONE_FILE)
    yield ""
    yield "With verdicts only, every tool writes the number of the row, two quantities and the verdicts; gateline also writes how"
    yield "the presumption could be overcome."


def _dictionary(result: dict[str, Any]) -> Iterator[str]:
    costs, rows = result["costs"], result["rows"]
    yield f"## Chips by name: {rows:,} rows, one thread"
    yield ""
    yield from _table(costs, rows, "by chip name")


def _growth(result: dict[str, Any]) -> Iterator[str]:
    yield "## Growth: a Parquet file to verdicts, each size in a fresh process"
    yield ""
    yield "| rows | seconds | ns per row | peak memory above the interpreter, MiB |"
    yield "|---:|---:|---:|---:|"
    for size in result["sizes"]:
        seconds, rows = size["seconds"], size["rows"]
        yield f"| {rows:,} | {seconds:.2f} | {seconds / rows * 1e9:.0f} | {size['memory'] / 2**20:.0f} |"


def _workers(result: dict[str, Any]) -> Iterator[str]:
    costs, rows = result["costs"], result["rows"]
    yield f"## Workers: a folder of {rows:,} rows in eight parts"
    yield ""
    if not costs:
        yield "This version has no worker processes."
        return
    yield "| | seconds | seconds of these to start |"
    yield "|---|---:|---:|"
    net = {}
    for name in ("one worker", "two workers"):
        seconds, start = costs[name]["seconds"], costs[f"{name}, start only"]["seconds"]
        net[name] = seconds - start
        yield f"| {name} | {seconds:.2f} | {start:.2f} |"
    yield ""
    yield f"Two workers are {net['one worker'] / net['two workers']:.2f} times as fast as one, the start left out."


def _everyday(result: dict[str, Any]) -> Iterator[str]:
    yield "## One chip, and the start"
    yield ""
    yield "| | milliseconds |"
    yield "|---|---:|"
    for name, cost in result["costs"].items():
        yield f"| {name} | {cost['seconds'] * 1000:.1f} |"


SECTIONS = {
    "in_memory": _in_memory,
    "parquet": _parquet,
    "dictionary": _dictionary,
    "growth": _growth,
    "workers": _workers,
    "everyday": _everyday,
}
