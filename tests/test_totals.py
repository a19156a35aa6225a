"""Totals of a fleet: exact sums by group, the same however a table is cut, and nothing unknown taken as zero."""

import json
from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from support import SPECS

from gateline.amounts import Amount
from gateline.cli import group
from gateline.errors import InputError
from gateline.fleet import arrow_tables, measures, totals
from gateline.fleet.arrow_run import BatchScreener
from gateline.fleet.run import Setting
from gateline.fleet.summary import FleetSummary
from gateline.fleet.sums import add_up, as_fraction, count
from gateline.gating import Request
from gateline.jobs import fleet_totals, screen_fleet
from gateline.jobs.fleet import CatalogueFigures
from gateline.report.fleet_totals import lines, totals_object
from gateline.report.fleet_totals import write as totals_text

DAY = date(2026, 11, 21)
RULE = "us.ear.3a090"
H100 = 15832
"""Total processing performance of the H100 SXM: 1,979 TFLOP/s dense at 8 bits, 989.5 at 16 (datasheet, halved for sparsity)."""
NAMES = ["H100", "H20", "L4", None]
PLACES = ["CN", "Germany", "de", None]


def write(path, **columns):
    pq.write_table(pa.table(columns), path)
    return str(path)


def added_up(tmp_path, utilization=None, day=DAY, **columns):
    """The totals of a table with these columns."""
    source = write(tmp_path / "in.parquet", **columns)
    summary = screen_fleet(source, tmp_path / "out.parquet", day, rules=(RULE,), totals=True)
    return totals_object(fleet_totals(summary, day, utilization=utilization))


# Sums


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_sum_is_that_of_the_decimals(data):
    """Sums of decimals with up to 12 digits times whole numbers, by exact rationals read from the same text."""
    digits = st.integers(0, 10**12 - 1)
    texts = data.draw(st.lists(st.builds("{}e{}".format, digits, st.integers(-40, 40)), max_size=30))
    weights = data.draw(st.lists(st.integers(0, 10**12), min_size=len(texts), max_size=len(texts)))
    groups = data.draw(st.lists(st.integers(0, 2), min_size=len(texts), max_size=len(texts)))
    expected = [Fraction(0)] * 3
    for text, weight, number in zip(texts, weights, groups, strict=True):
        expected[number] += Fraction(text) * weight
    arrays = np.array(groups, dtype=np.intp), 3, np.array(texts, dtype=np.float64).reshape(-1)
    assert [as_fraction(total) for total in add_up(*arrays, np.array(weights, dtype=np.int64))] == expected


def test_many_entries_lose_nothing():
    """300,000 times 0.1 is 30,000; a float64 sum is off. Counts of 10^12 each pass 2^53 in one block."""
    here = np.zeros(300_000, dtype=np.intp)
    assert as_fraction(add_up(here, 1, np.full(300_000, 0.1), None)[0]) == 30_000
    assert count(here, 1, np.full(300_000, 10**12 - 1)) == [300_000 * (10**12 - 1)]
    assert as_fraction(add_up(here, 1, np.full(300_000, 0.7), np.full(300_000, 10**12 - 1))[0]) == 210_000 * (
        10**12 - 1
    )


# A table, however it is cut

ROW = st.fixed_dictionaries(
    {
        "chip": st.sampled_from(NAMES),
        "dense_rate_8bit [TOPS]": st.sampled_from([None, 600.0, 123.456, 1979.0]) | st.floats(0, 1e6),
        "dense_rate_16bit": st.sampled_from([None, 300.0, 0.1]),
        "applicable_die_area": st.sampled_from([None, 500.0, 814.0]),
        "datacenter": st.sampled_from([True, False, None]),
        "to": st.sampled_from(PLACES),
        "consignee": st.sampled_from(["A", " A ", "B", None]),
        "as_of": st.sampled_from([date(2023, 6, 1), date(2024, 6, 1), None]),
        "count": st.sampled_from([0, 1, 7, 10**11, -1]),
    }
)
TYPES = {
    "chip": pa.string(),
    "datacenter": pa.bool_(),
    "to": pa.string(),
    "consignee": pa.string(),
    "as_of": pa.date32(),
    "count": pa.int64(),
}


def table_of(rows):
    names = list(rows[0])
    return pa.table({name: pa.array([row[name] for row in rows], TYPES.get(name, pa.float64())) for name in names})


def screener_of(schema):
    figures = CatalogueFigures(SPECS, DAY, SPECS.choose_readings({}))
    return BatchScreener.of(Setting(SPECS, Request(DAY, "exporter"), figures, False, 1, totals=True), schema)


def together(screener, table, cuts):
    """What the pieces of a table come to, added up."""
    summary = FleetSummary()
    ends = [0, *sorted(cut % (table.num_rows + 1) for cut in cuts), table.num_rows]
    for start, end in pairwise(ends):
        for batch in table.slice(start, end - start).combine_chunks().to_batches():
            summary.add(screener.screen(batch, start + 1)[2])
    return summary.totals


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(ROW, min_size=1, max_size=40), cuts=st.lists(st.integers(0, 40), max_size=4), data=st.data())
def test_cuts_and_order_change_nothing(rows, cuts, data):
    """Equal to the last digit, whether rows are screened one by one or few different ones once; rejects included."""
    other = data.draw(st.permutations(rows))
    screener = screener_of(table_of(rows).schema)
    whole = together(screener, table_of(rows), [])
    assert together(screener, table_of(other), cuts) == whole
    coded = table_of(rows * 4)
    for name in ("dense_rate_8bit [TOPS]", "dense_rate_16bit", "applicable_die_area"):
        place = coded.schema.get_field_index(name)
        coded = coded.set_column(place, name, coded.column(place).cast(pa.string()).dictionary_encode())
    for name in ("chip", "to", "consignee"):
        place = coded.schema.get_field_index(name)
        coded = coded.set_column(place, name, coded.column(place).dictionary_encode())
    four = FleetSummary(totals=None)
    for _ in range(4):
        four.add(FleetSummary(totals=whole))
    assert together(screener_of(coded.schema), coded, cuts) == four.totals


def test_groups_are_those_of_the_rows(tmp_path):
    """Against sums in plain rationals, row by row: 8 and 16 bit rates, the higher product counts."""
    rows = 5_000
    random = np.random.default_rng(7)
    eight, sixteen = random.integers(0, 10**6, rows), random.integers(0, 10**6, rows)
    counts = random.integers(0, 10**9, rows)
    places = random.choice(["CN", "DE", "SG"], rows)
    days = random.choice(["2023-06-01", "2024-06-01"], rows)
    expected = defaultdict(Fraction)
    for row in range(rows):
        best = max(Fraction(int(eight[row]), 1000) * 8, Fraction(int(sixteen[row]), 1000) * 16)
        for key in (("all", ""), ("destination", places[row]), ("as_of", days[row])):
            expected[key] += best * int(counts[row])
    found = added_up(
        tmp_path,
        **{
            "dense_rate_8bit [TOPS]": eight / 1000,
            "dense_rate_16bit": sixteen / 1000,
            "to": places,
            "as_of": days,
            "count": counts,
        },
    )
    told = {("all", ""): found["all"]}
    told |= {(name, each["value"]): each for name in ("destination", "as_of") for each in found["by"][name]}
    assert {
        key: Fraction(each["sum"].get("exact") or repr(each["sum"]["value"])) for key, each in told.items()
    } == expected
    assert found["all"]["units"] == int(counts.sum())


def test_threads_and_blocks_change_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS", 7)
    source = write(
        tmp_path / "in.parquet",
        chip=[NAMES[row % 4] for row in range(100)],
        consignee=[f"c{row % 9}" for row in range(100)],
    )
    found = []
    for threads in (1, 3):
        summary = screen_fleet(source, tmp_path / "out.parquet", DAY, totals=True, threads=threads)
        found.append(totals_object(fleet_totals(summary, DAY)))
    assert found[0] == found[1]
    assert {each["value"]: each["rows"] for each in found[0]["by"]["consignee"]} == {
        f"c{name}": 12 if name == 0 else 11 for name in range(9)
    }


# By hand


def test_a_fleet_by_hand(tmp_path):
    """512 H100 and 64 units of 640 TOPS at 8 and 320 TFLOP/s at 16 bit: 512 × 15,832 + 64 × 5,120 TPP."""
    found = added_up(
        tmp_path,
        chip=["H100", None],
        **{"dense_rate_8bit [TOPS]": [None, 640.0], "dense_rate_16bit": [None, 320.0]},
        applicable_die_area=[None, 814.0],
        datacenter=[True, True],
        count=[512, 64],
    )
    total = 512 * H100 + 64 * 5120
    assert found["all"]["sum"] == {"value": total}
    assert found["all"]["h100_equivalents"]["value"] == pytest.approx(total / H100, rel=1e-15)
    assert found["all"]["outcomes"][RULE]["met"] == {
        name: value for name, value in found["all"].items() if name != "outcomes"
    }
    peaks = {peak["bits"]: peak for peak in found["peaks"]}
    assert peaks[8]["rate"]["value"] == (512 * 1979 + 64 * 640) * 10**12
    assert peaks[None]["rate"]["value"] == (512 * 1979 + 64 * 640) * 10**12
    assert peaks[64]["units_unknown"] == 64
    assert peaks[64]["rate"]["value"] is None


def test_units_below_the_unknown_make_a_total_at_least(tmp_path):
    """2 units of 100 TPP, 3 of which nothing is known, 4 with one rate of two: 50 × 16 and an open end."""
    found = added_up(
        tmp_path,
        total_processing_performance=[100.0, None, None],
        dense_rate_16bit=[None, None, 50.0],
        dense_rate_8bit=[None, None, None],
        count=[2, 3, 4],
    )
    assert found["all"]["sum"] == {"value": None, "low": 3400.0, "high": None}
    assert (found["all"]["units_unknown"], found["all"]["units_without_upper_end"]) == (3, 7)


def test_one_open_end_is_enough(tmp_path):
    """4 units with 50 TFLOP/s at 16 bit and nothing said at 8: something is known of each, yet any could do more."""
    found = added_up(
        tmp_path,
        day=date(2024, 6, 1),
        dense_rate_16bit=[50.0],
        dense_rate_8bit=pa.array([None], pa.float64()),
        count=[4],
    )
    assert found["all"]["units_unknown"] == 0
    assert found["all"]["sum"] == {"value": None, "low": 3200.0, "high": None}
    assert {each["outcome"] for each in found["clusters"]} == {"undetermined"}


def test_a_range_has_both_ends(tmp_path):
    (tmp_path / "in.csv").write_text(
        "total_processing_performance,count\n100 to 200,3\n>= 50,0\n10,1\n", encoding="utf-8"
    )
    summary = screen_fleet(str(tmp_path / "in.csv"), tmp_path / "out.csv", DAY, rules=(RULE,), totals=True)
    assert totals_object(fleet_totals(summary, DAY))["all"]["sum"] == {"value": None, "low": 310.0, "high": 610.0}


def test_rejected_rows_leave_every_sum_open(tmp_path):
    found = added_up(tmp_path, total_processing_performance=[100.0, -5.0], to=["CN", "DE"])
    assert found["rows"] == {"read": 2, "rejected": 1}
    assert found["all"]["sum"] == {"value": None, "low": 100.0, "high": None}
    assert [each["value"] for each in found["by"]["destination"]] == ["CN"]
    assert "1 rejected rows are in no total" in found["remarks"][0]


def test_days_at_a_utilization(tmp_path):
    """One H100 for a day at 40 % of 1,979 TFLOP/s does 1979e12 × 0.4 × 86,400 = 6.839424e19 operations."""
    found = added_up(tmp_path, Fraction(2, 5), chip=["H100"], count=[1000])
    days = found["peaks"][-1]["days_to"]
    assert days["1e23"]["value"] == pytest.approx(1e23 / (1000 * 6.839424e19), rel=1e-14)
    assert days["1e26"]["value"] == pytest.approx(1e26 / (1000 * 6.839424e19), rel=1e-14)


@pytest.mark.parametrize(
    ("units", "day", "outcome"),
    [
        # 10^20 op/s is 50,530.57 times 1,979 TFLOP/s; the order says 10^20 or more, and that of its network is not known.
        (50_530, date(2024, 6, 1), "not_met"),
        (50_531, date(2024, 6, 1), "undetermined"),
        (50_531, date(2026, 11, 21), "undetermined"),
    ],
)
def test_the_lines_about_clusters(tmp_path, units, day, outcome):
    found = added_up(tmp_path, day=day, chip=["H100"], count=[units])
    clusters = {each["rule"]: each for each in found["clusters"]}
    assert clusters["us.eo14110.cluster"]["outcome"] == outcome
    if outcome == "undetermined":
        assert "network_bandwidth" in clusters["us.eo14110.cluster"]["missing"]


def test_an_unknown_rate_is_not_below_a_line(tmp_path):
    """One unit of which nothing is known: the cluster could be any."""
    found = added_up(tmp_path, chip=["H100", None], day=date(2024, 6, 1))
    assert {each["outcome"] for each in found["clusters"]} == {"undetermined"}


def test_a_total_exactly_on_a_line(tmp_path):
    """10^8 units of 0.1 TFLOP/s, ten times, are exactly 10^20 op/s: met by the order, which says 10^20, were the rest known."""
    found = added_up(tmp_path, dense_rate_8bit=[0.1] * 10, count=[10**8] * 10, day=date(2024, 9, 30))
    assert found["peaks"][-1]["rate"]["value"] == 10**20
    clusters = {each["rule"]: each["outcome"] for each in found["clusters"]}
    assert clusters == {"us.eo14110.cluster": "undetermined", "us.bis.nprm-2024-cluster": "not_met"}


# Groups


def test_labels_are_told_apart_and_harmless(tmp_path):
    long = "x" * 300
    found = added_up(
        tmp_path, total_processing_performance=[1.0] * 5, consignee=[long + "a", long + "b", "a", "", None]
    )
    told = [each["value"] for each in found["by"]["consignee"]]
    assert told[0] is None
    assert len(told) == 4
    assert max(map(len, filter(None, told))) < 200


def test_cells_give_no_control_marks(tmp_path):
    source = write(
        tmp_path / "in.parquet", total_processing_performance=[1.0], consignee=["=1+1\x00\x1b[31m\u202e\u009b"]
    )
    text = totals_text(fleet_totals(screen_fleet(source, tmp_path / "o.parquet", DAY, totals=True), DAY))
    assert text.isascii()
    assert text.replace("\n", "").isprintable()


def test_countries_by_name_and_code_are_one_group(tmp_path):
    found = added_up(tmp_path, total_processing_performance=[1.0, 2.0, 4.0], to=["Germany", "de", None])
    assert [(each["value"], each["sum"]["value"]) for each in found["by"]["destination"]] == [(None, 4.0), ("DE", 3.0)]


@pytest.mark.parametrize("block", [3, 100])
def test_too_many_groups_are_none_in_any_order(tmp_path, monkeypatch, block):
    """Whether they are too many does not depend on where the table was cut."""
    monkeypatch.setattr(totals, "MAXIMUM_GROUPS", 4)
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS", block)
    found = added_up(
        tmp_path,
        total_processing_performance=[1.0] * 12,
        consignee=[f"c{row % 5}" for row in range(12)],
        to=["CN", "DE", "SG"] * 4,
    )
    assert found["by"]["consignee"] is None
    assert len(found["by"]["destination"]) == 3
    assert found["all"]["rows"] == 12
    assert "consignee: has more than" in found["remarks"][0]


def test_models_are_added_up_by_their_compute(tmp_path):
    found = added_up_models(tmp_path, training_compute=[1e25, 3e25, None])
    assert found["quantity"] == "training_compute"
    assert found["all"]["sum"] == {"value": None, "low": 4e25, "high": None}
    assert "peaks" not in found


def added_up_models(tmp_path, **columns):
    source = write(tmp_path / "models.parquet", **columns)
    return totals_object(fleet_totals(screen_fleet(source, tmp_path / "o.parquet", DAY, totals=True), DAY))


def test_nothing_is_added_up_unasked(tmp_path):
    source = write(tmp_path / "in.parquet", chip=["H100"])
    summary = screen_fleet(source, tmp_path / "out.parquet", DAY)
    assert summary.totals is None
    with pytest.raises(InputError, match="was not added up"):
        fleet_totals(summary, DAY)


def test_verdicts_are_the_same_with_totals(tmp_path):
    source = write(tmp_path / "in.parquet", chip=NAMES * 3, consignee=["A", "B", "C"] * 4, count=range(12))
    for name, asked in (("plain", False), ("added", True)):
        screen_fleet(source, tmp_path / f"{name}.parquet", DAY, totals=asked)
    assert (tmp_path / "plain.parquet").read_bytes() == (tmp_path / "added.parquet").read_bytes()


def test_a_resumed_folder_has_the_totals_of_all_parts(tmp_path):
    (tmp_path / "in").mkdir()
    for part in range(3):
        write(tmp_path / "in" / f"{part}.parquet", chip=["H100", "H20"], dense_rate_8bit=[None, 0.1 + part])
    first = screen_fleet(str(tmp_path / "in"), tmp_path / "out", DAY, totals=True)
    (tmp_path / "out" / "1.parquet").unlink()
    again = screen_fleet(str(tmp_path / "in"), tmp_path / "out", DAY, totals=True, resume=True)
    assert again.skipped == 2
    assert again.totals == first.totals


def test_the_rates_of_a_chip_by_precision():
    """H100 SXM: 1,979 at 8, 989.5 at 16 (datasheet, halved), 66.9 at 64 bit with tensor cores."""
    figures = CatalogueFigures(SPECS, DAY, SPECS.choose_readings({}))("nvidia-h100-sxm").inputs
    assert figures["dense_rate_8bit"].value == Amount.exactly(1979)
    assert {name for name in figures if name.startswith("dense_rate_")} <= set(measures.RATES)


# The command


def run(*arguments):
    return CliRunner().invoke(group, ["fleet", *map(str, arguments)], standalone_mode=False)


def test_the_command_writes_and_tells_them(tmp_path):
    source = write(tmp_path / "in.parquet", chip=["H100"], count=[1000])
    found = run(
        source,
        "-o",
        tmp_path / "o.csv",
        "--totals",
        tmp_path / "t.json",
        "--utilization",
        "40%",
        "--as-of",
        "2026-11-21",
    )
    assert found.exception is None
    assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))["all"]["sum"]["value"] == 15_832_000
    assert "total: 1,000 units, 1.5832e7 TPP" in found.stderr or "total: 1,000 units, 15,832,000 TPP" in found.stderr
    assert "days at 40 % of that: 10^23 1.46211" in found.stderr


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--utilization", "0.4"], "--totals"),
        (["--totals", "in.parquet"], "is the table and the file of the totals at once"),
        (["--totals", "o.csv"], "is the output and the file of the totals at once"),
        (["--totals", "o.rejects.csv"], "is the rejects file and the file of the totals at once"),
        (["--totals", "t.csv"], "t.csv: totals are written as JSON"),
        (["--totals", "t.parquet"], "t.parquet: totals are written as JSON"),
        (["--totals", "."], "name a file"),
        (["--totals", "not/there.json"], "in a folder that is there"),
        (["--totals", "t.json", "--utilization", "0"], "not a share above 0"),
        (["--totals", "t.json", "--utilization", "1.5"], "not a share above 0"),
        (["--totals", "t.json", "--utilization", "nan"], "not a number"),
    ],
)
def test_the_command_refuses(tmp_path, monkeypatch, more, says):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "in.parquet", chip=["H100"])
    found = run("in.parquet", "-o", "o.csv", *more)
    assert says in str(found.exception)
    assert not (tmp_path / "o.csv").exists()


def test_what_people_read_stays_true(tmp_path):
    """A lower end is rounded down and an upper end up: 1,234,567,891 is at least 1.23456e9 and at most 1.23457e9."""
    source = write(tmp_path / "in.parquet", total_processing_performance=[1234567891.0, None])
    summary = screen_fleet(source, tmp_path / "o.parquet", DAY, totals=True)
    assert "at least 1.23456e9 TPP" in next(lines(fleet_totals(summary, DAY))).replace("1,234,560,000", "1.23456e9")
