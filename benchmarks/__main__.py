"""``python -m benchmarks``: every workload, each in a process of its own, and the table of results in README.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.report import write_report

GROWTH = (10**5, 10**6, 10**7, 10**8)
WORKLOADS = ("in_memory", "parquet", "dictionary", "growth", "workers", "everyday")
README = Path(__file__).with_name("README.md")


def main() -> None:
    """Run what is asked for, and write the report."""
    options = _options()
    if options.workload:
        print(json.dumps(_run(options)))
        return
    found = {}
    for workload in options.only or WORKLOADS:
        print(f"{workload} …", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "benchmarks", "--workload", workload, *_passed_on(options)]
        found[workload] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    write_report(options.output, found, options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=10**7, help="rows in memory, by dictionary and for the workers")
    parser.add_argument("--parquet-rows", type=int, default=2 * 10**7, help="rows of the Parquet file")
    parser.add_argument("--largest", type=int, default=GROWTH[-1], help="rows of the largest table that grows")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the medians are taken")
    parser.add_argument("--folder", type=Path, help="where files are written; a temporary folder by default")
    parser.add_argument("--output", type=Path, default=README, help="where the results go")
    parser.add_argument("--only", nargs="+", choices=WORKLOADS, help="workloads that are run")
    parser.add_argument("--workload", choices=WORKLOADS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _passed_on(options: argparse.Namespace) -> list[str]:
    """The options that the process of a workload needs too."""
    names = ("rows", "parquet_rows", "largest", "rounds", "folder")
    given = {f"--{name.replace('_', '-')}": getattr(options, name) for name in names}
    return [text for name, value in given.items() if value is not None for text in (name, str(value))]


def _run(options: argparse.Namespace) -> dict[str, Any]:
    """The result of one workload, ready for JSON; imports happen here so that no workload pays for another's."""
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="gateline-bench-") as name:
        return _measured(options, Path(name))


def _measured(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    match options.workload:
        case "in_memory":
            from benchmarks import in_memory

            return {"rows": options.rows, "costs": _told(in_memory.measure(options.rows, options.rounds))}
        case "parquet":
            from benchmarks import parquet

            costs = parquet.measure(options.parquet_rows, options.rounds, folder)
            return {"rows": options.parquet_rows, **{words: _told(each) for words, each in costs.items()}}
        case "dictionary":
            from benchmarks import dictionary

            return {"rows": options.rows, "costs": _told(dictionary.measure(options.rows, options.rounds))}
        case "growth":
            from benchmarks import growth

            sizes = tuple(size for size in GROWTH if size <= options.largest)
            return {"sizes": [asdict(each) for each in growth.measure(sizes, options.rounds, folder)]}
        case "workers":
            from benchmarks import workers

            offered = workers.offered()
            costs = workers.measure(options.rows, options.rounds, folder) if offered else {}
            return {"rows": options.rows, "costs": _told(costs)}
        case _:
            from benchmarks import everyday

            return {"costs": _told(everyday.measure(options.rounds))}


def _told(costs: dict[str, Any]) -> dict[str, Any]:
    return {name: asdict(cost) for name, cost in costs.items()}


if __name__ == "__main__":
    main()
