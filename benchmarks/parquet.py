"""Workload 2: from a Parquet file to Parquet, verdicts only or beside the input columns; Snappy for all tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow.parquet as pq

from benchmarks.compare import Plain, plain, require_equal
from benchmarks.in_memory import DAY, RESULT, RULES
from benchmarks.measure import Cost, interleaved
from benchmarks.rivals import duckdb_rules, polars_rules
from benchmarks.rows import write_parquet
from gateline import screen_fleet

ROW = "row"
"""Numbers the rows where the input columns are left out, so that verdicts can be brought back to them."""


def contestants(source: Path, folder: Path, *, all_columns: bool) -> dict[str, Callable[[], Path]]:
    """What writes the verdicts of a file, each tool into files of its own; rivals with the rules as they read or folded."""

    def gateline(output: Path) -> Callable[[], Path]:
        def run() -> Path:
            if output.suffix != ".parquet":
                _clear(output)
            screen_fleet(str(source), output, DAY, role="foundry", rules=RULES, all_columns=all_columns, threads=2)
            return output

        return run

    def polars(output: Path, *, folded: bool) -> Callable[[], Path]:
        def run() -> Path:
            table = pl.scan_parquet(source, row_index_name=None if all_columns else ROW)
            screened = polars_rules.in_words(polars_rules.screen(table, folded=folded))
            chosen = screened if all_columns else screened.select(ROW, *RESULT)
            chosen.sink_parquet(output, compression="snappy")
            return output

        return run

    def duck(output: Path, *, folded: bool) -> Callable[[], Path]:
        def run() -> Path:
            connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": True})
            table = connection.read_parquet(str(source), file_row_number=not all_columns)
            screened = duckdb_rules.screen(table, folded=folded, words=True)
            names = ", ".join(f'"{name}"' for name in RESULT)
            chosen = screened if all_columns else screened.project(f"file_row_number AS {ROW}, {names}")
            chosen.write_parquet(str(output), compression="snappy")
            return output

        return run

    found = {
        "gateline, into one file": gateline(folder / "gateline.parquet"),
        "gateline, into a folder": gateline(folder / "gateline"),
    }
    for words, folded in (("as the rules read", False), ("folded by hand", True)):
        found[f"Polars, {words}"] = polars(folder / f"polars-{folded}.parquet", folded=folded)
        found[f"DuckDB, {words}"] = duck(folder / f"duckdb-{folded}.parquet", folded=folded)
    return found


def _clear(folder: Path) -> None:
    """Empty an output folder: gateline refuses one that is not."""
    for file in sorted(folder.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()


def check(found: dict[str, Callable[[], Path]]) -> None:
    """Refuse to time tools that do not write the same, row by row."""
    expected: Plain = {}
    for name, run in found.items():
        output = run()
        files = [output] if output.is_file() else sorted(output.glob("*.parquet"))
        parts = [plain(pq.read_table(file, columns=list(RESULT))) for file in files]
        result = {column: np.concatenate([part[column] for part in parts]) for column in RESULT}
        expected = expected or result
        require_equal(name, result, expected)


def measure(rows: int, rounds: int, folder: Path) -> dict[str, dict[str, Cost]]:
    """What each tool takes for a file of so many rows, for verdicts only and for all columns."""
    source = folder / "specifications.parquet"
    write_parquet(source, rows)
    costs = {}
    for words, all_columns in (("verdicts only", False), ("all columns", True)):
        found = contestants(source, folder, all_columns=all_columns)
        check(found)
        costs[words] = interleaved(found, rounds)
    return costs
