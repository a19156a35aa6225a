"""Workload 3: a table that names its chips by a dictionary, against the same figures written out as numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.in_memory import DAY
from benchmarks.measure import Cost, interleaved
from benchmarks.rows import SEED, UNKNOWN
from gateline import screen_table
from gateline.amounts import Amount
from gateline.jobs.chip import default_catalogue
from gateline.jobs.fleet import CatalogueFigures
from gateline.rules.specfiles import default_specs

RULES = ("us.ear.3a090", "us.ear.foundry-presumption")
FIGURES = (
    "total_processing_performance",
    "applicable_die_area",
    "process_node",
    "approximated_transistor_count",
    "non_planar_transistors",
    "hbm",
    "datacenter",
)
NAMES = ("designer", "designer_headquarters")
"""What the rules read of a chip, numbers and names."""

Chips = dict[str, dict[str, float | str | None]]


def catalogue() -> Chips:
    """The chips of the catalogue whose figures are single values, or unknown."""
    specs = default_specs()
    figures_of = CatalogueFigures(specs, DAY, specs.choose_readings({}))
    found: Chips = {}
    for name in default_catalogue().entries:
        figures = figures_of(name).inputs
        values = [figures[figure].value if figure in figures else None for figure in FIGURES]
        if all(not isinstance(value, Amount) or value.low == value.high for value in values):
            found[name] = dict(zip(FIGURES, map(_number, values), strict=True))
            found[name] |= {told: figures[told].value if told in figures else None for told in NAMES}
    return found


def _number(value: Amount | bool | str | None) -> float:
    if isinstance(value, Amount):
        return float("nan") if value.low is None else float(value.low)
    return float("nan") if value is None else float(value)


def tables(rows: int) -> tuple[pa.Table, pa.Table]:
    """The same rows by name and by figures; a flag of the row itself stands in both."""
    chips = catalogue()
    draw = np.random.default_rng(SEED)
    place = draw.integers(0, len(chips), rows).astype(np.int32)
    attested = pa.array(draw.integers(0, 2, rows) == 1, mask=draw.random(rows) < UNKNOWN)
    by_name = {"chip": pa.DictionaryArray.from_arrays(pa.array(place), pa.array(list(chips)))}
    by_figures = {}
    for figure in (*FIGURES, *NAMES):
        column = [figures[figure] for figures in chips.values()]
        by_figures[figure] = _repeated(column, place, of_numbers=figure in FIGURES)
    own = {"transistor_count_attested": attested}
    return pa.table(by_name | own), pa.table(by_figures | own)


def _repeated(column: list[float | str | None], place: npt.NDArray[np.int32], *, of_numbers: bool) -> pa.Array:
    """A figure of the chip of each row: numbers as such, names by a dictionary."""
    if of_numbers:
        return pa.array(np.array(column)[place], from_pandas=True)
    return pa.DictionaryArray.from_arrays(pa.array(place), pa.array(column, type=pa.string()))


def measure(rows: int, rounds: int) -> dict[str, Cost]:
    """What both tables take, on one thread; they must get the same verdicts."""
    by_name, by_figures = tables(rows)

    def screen(table: pa.Table) -> pa.Table:
        return screen_table(table, DAY, role="foundry", rules=RULES, threads=1)

    named, written_out = screen(by_name), screen(by_figures)
    for column in [name for name in written_out.column_names if name.endswith(("outcome", "item"))]:
        if named[column].cast(pa.string()) != written_out[column].cast(pa.string()):
            raise AssertionError(f"{column} differs between names and figures")
    contestants = {"by chip name": lambda: screen(by_name), "by figures": lambda: screen(by_figures)}
    return interleaved(contestants, rounds)
