"""Every tool says the same of every row, and every workload runs: small and untimed, as CI does."""

import pytest

from benchmarks import dictionary, in_memory, parquet
from benchmarks.compare import require_equal
from benchmarks.growth import measure as measure_growth
from benchmarks.measure import Cost, interleaved
from benchmarks.report import write_report
from benchmarks.rivals.law import LABELS
from benchmarks.rows import arrays, blocks, write_parquet
from gateline.rules.columns import Column, with_ratios
from gateline.rules.evaluate import OPEN_ITEM, evaluate
from gateline.rules.program import compile_version
from gateline.rules.specfiles import default_specs

ROWS = 20_000


@pytest.fixture(scope="module")
def tools():
    """What each tool says in memory."""
    return {name: form(run()) for name, (run, form) in in_memory.contestants(ROWS).items()}


def test_tools_agree_in_memory(tools):
    """Eleven of them, and every verdict occurs."""
    expected = tools[in_memory.GATELINE]
    for name, result in tools.items():
        require_equal(name, result, expected)
    assert len(tools) == 11
    assert all(set(expected[name]) == {0, 1, 2} for name in LABELS if name.endswith("outcome"))


def test_the_evaluator_agrees(tools):
    """It takes no table, no threads and no Arrow; the columns are named once more here."""
    columns = {name: Column(values, values) for name, values in arrays(ROWS).items()}
    performance = columns.pop("dense_rate_16bit [TFLOP/s]").low * 16
    columns["total_processing_performance"] = Column(performance, performance)
    specs = default_specs()
    version = specs.rules["us.ear.3a090"].version_on(in_memory.DAY)
    found = evaluate(compile_version(specs, "us.ear.3a090", version, in_memory.DAY), with_ratios(columns), ROWS)
    said = tools[in_memory.GATELINE]
    assert [int(outcome) for outcome in found.outcome] == said["us.ear.3a090:outcome"].tolist()
    items = [5 if item == OPEN_ITEM else int(item) + 1 for item in found.item]
    assert items == said["us.ear.3a090:item"].tolist()


def test_a_difference_in_one_row_is_found(tools):
    """The comparison names the tool, the column and the row."""
    expected = tools[in_memory.GATELINE]
    changed = {name: values.copy() for name, values in expected.items()}
    changed["us.ear.3a090:item"][7] += 1
    with pytest.raises(AssertionError, match=r"Tool: us\.ear\.3a090:item differs in row 7"):
        require_equal("Tool", changed, expected)


@pytest.mark.parametrize("all_columns", [False, True])
def test_tools_write_the_same(tmp_path, all_columns):
    """One file or a folder; the input columns make no difference."""
    write_parquet(tmp_path / "in.parquet", ROWS)
    parquet.check(parquet.contestants(tmp_path / "in.parquet", tmp_path, all_columns=all_columns))


def test_a_longer_table_starts_with_the_shorter():
    """Draws do not depend on how many rows are asked for."""
    (short,), (long,) = blocks(10), blocks(20)
    assert all((short[name] == long[name][:10])[short[name] == short[name]].all() for name in short)


def test_chips_by_name_and_by_figures_agree():
    """Which is checked before they are timed."""
    assert set(dictionary.measure(2000, 1)) == {"by chip name", "by figures"}


def test_rounds_are_interleaved():
    """One that does not count comes first."""
    order = []
    costs = interleaved({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 2)
    assert "".join(order) == "ababab"
    assert set(costs) == {"a", "b"}


def test_report_and_growth(tmp_path):
    """A process of its own tells its time and peak memory; the report states the ratio of the times."""
    (size,) = measure_growth((1000,), 1, tmp_path)
    assert size.rows == 1000
    assert 10 * 2**20 < size.memory < 2**30
    costs = {in_memory.GATELINE: Cost(2.0, 4.0), "Polars": Cost(3.0, 5.0), "Numba": Cost(0.5, 0.5)}
    told = {name: {"seconds": cost.seconds, "processor": cost.processor} for name, cost in costs.items()}
    write_report(tmp_path / "README.md", {"in_memory": {"rows": 10**9, "costs": told}}, 3)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| Polars | 333.33 | 3.0 | 5.0 | 1.50 |" in text
    assert "25% of the fused loop" in text
