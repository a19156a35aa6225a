"""Workload 1: raw specifications in memory, each tool from the form that it likes best to columns in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from benchmarks.compare import Plain, plain, require_equal
from benchmarks.measure import Cost, interleaved
from benchmarks.rivals import duckdb_rules, numba_rules, pandas_rules, polars_rules
from benchmarks.rivals.law import DENSITY, LABELS, TPP
from benchmarks.rows import arrays, table
from gateline import screen_table

DAY = date(2026, 11, 21)
RULES = ("us.ear.3a090", "us.ear.foundry-presumption")
RESULT = (TPP, DENSITY, *LABELS)
GATELINE = "gateline, 2 threads"

Contestant = tuple[Callable[[], object], Callable[[object], Plain]]
"""What is timed, and what brings its result into the common form."""


def contestants(rows: int) -> dict[str, Contestant]:
    """Every tool with its own copy of the table; the rules as they read, and folded by hand for these columns."""
    data, bare = table(rows), arrays(rows)
    frame, frame_with_nan = pl.from_arrow(data), pd.DataFrame(bare)
    connection = duckdb.connect(config={"threads": 2})
    connection.register("given", data)
    connection.execute("CREATE TABLE chips AS SELECT * FROM given")

    def gateline(threads: int, given: object) -> Callable[[], pa.Table]:
        return lambda: screen_table(given, DAY, role="foundry", rules=RULES, threads=threads)

    def polars(*, folded: bool) -> Callable[[], pl.DataFrame]:
        query = polars_rules.screen(frame.lazy(), folded=folded).select(RESULT)
        return lambda: query.collect(engine="streaming")

    def duck(*, folded: bool) -> Callable[[], pa.Table]:
        columns = ", ".join(f'"{name}"' for name in RESULT)
        query = duckdb_rules.screen(connection.table("chips"), folded=folded).project(columns)
        return lambda: query.to_arrow_table()

    found: dict[str, Contestant] = {
        GATELINE: (gateline(2, data), plain),
        "gateline, 1 thread": (gateline(1, data), plain),
        "gateline, 2 threads, NumPy arrays with NaN": (gateline(2, bare), plain),
    }
    for words, folded in (("as the rules read", False), ("folded by hand", True)):
        found[f"Polars, {words}"] = (polars(folded=folded), lambda result: plain(result.to_arrow()))
        found[f"DuckDB, {words}"] = (duck(folded=folded), plain)
        found[f"pandas, {words}"] = (
            lambda folded=folded: pandas_rules.screen(frame_with_nan, folded=folded),
            lambda result: {name: result[name].to_numpy() for name in RESULT},
        )
    for threads in (1, 2):
        found[f"Numba, one fused loop, {threads} thread{'s'[: threads - 1]}"] = (
            lambda threads=threads: numba_rules.screen(bare, threads),
            dict,
        )
    return found


def check(found: dict[str, Contestant]) -> None:
    """Refuse to time tools that do not agree in every row."""
    expected: Plain = {}
    for name, (run, form) in found.items():
        result = form(run())
        expected = expected or result
        require_equal(name, result, expected)


def measure(rows: int, rounds: int) -> dict[str, Cost]:
    """What each tool takes for a table of so many rows."""
    found = contestants(rows)
    check(found)
    return interleaved({name: run for name, (run, _) in found.items()}, rounds)
