"""Tables: headers, cells, rejects, output files, and the same answer as one by one."""

import csv
import io
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from gateline.cli import group
from gateline.errors import InputError
from gateline.fleet import headers, tables
from gateline.fleet.headers import near_names, read_header
from gateline.jobs import default_catalogue, screen_chip, screen_fleet
from gateline.rules.model import Outcome

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 21)
RULE = "us.ear.3a090"


def table(path: Path, text: str) -> str:
    """A CSV file with this text."""
    path.write_text(text, encoding="utf-8")
    return str(path)


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def screened(tmp_path: Path, text: str, **options):
    """Rows of the result, rows of the rejects file, and the summary."""
    output = tmp_path / "out.csv"
    summary = screen_fleet(table(tmp_path / "in.csv", text), output, DAY, **options)
    rejects = tmp_path / "out.rejects.csv"
    return rows_of(output), rows_of(rejects) if rejects.exists() else [], summary


def test_a_missing_table_is_named(tmp_path):
    """Whatever its format."""
    for name in ("x.parquet", "x.arrow", "x.csv"):
        with pytest.raises(InputError, match=rf"{name}: cannot be read: No such file or directory\."):
            screen_fleet(str(tmp_path / name), tmp_path / "out.csv", DAY)


def test_example_file(tmp_path):
    """The example that ships: eleven rows screened on their own dates, three rejected with reasons."""
    output = tmp_path / "verdicts.csv"
    summary = screen_fleet(str(ROOT / "examples" / "fleet.csv"), output, DAY)
    found = {row["id"]: (row[f"{RULE}:outcome"], row[f"{RULE}:item"]) for row in rows_of(output)}
    assert found == {
        "1": ("met", "3A090.a.1"),
        "2": ("not_met", ""),
        "3": ("not_met", ""),
        "4": ("met", "3A090.a.1"),
        "5": ("not_met", ""),
        "6": ("met", "3A090.a.1"),
        "7": ("met", "3A090.a.2"),
        "8": ("undetermined", "undetermined"),
        "9": ("met", "3A090.a.1"),
        "10": ("met", "undetermined"),
        "11": ("met", "3A090.a.1"),
    }
    rejects = {row["row"]: (row["column"], row["value"]) for row in rows_of(tmp_path / "verdicts.rejects.csv")}
    assert rejects == {
        "12": ("chip", "H1OO"),
        "13": ("dense_rate_16bit [TFLOP/s]", "-5"),
        "14": ("as_of", "2023-02-30"),
    }
    assert (summary.rows, summary.rejected) == (14, 3)
    assert summary.units[RULE]["met"] == 512 + 256 + 40 + 2000 + 64 + 10 + 384


def test_every_chip_of_the_catalogue_comes_out_as_it_does_alone(tmp_path):
    """A row of a table equals a batch of one, for every chip and both versions of the rule."""
    names = list(default_catalogue().entries)
    days = [date(2023, 6, 1), DAY]
    text = "chip,as_of\n" + "".join(f"{name},{day}\n" for name in names for day in days)
    found, rejects, _ = screened(tmp_path, text)
    assert rejects == []
    for row in found:
        (alone,) = [v for v in screen_chip(row["chip"], date.fromisoformat(row["as_of"])).verdicts if v.rule.id == RULE]
        assert row[f"{RULE}:outcome"] == alone.outcome.word, row
        expected = alone.explanation.item or ("" if alone.explanation.settled else "undetermined")
        assert row[f"{RULE}:item"] == expected, row


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("599.999999999", "not_met"),
        ("600", "met"),
        ("600.000000001", "met"),
        ("", "undetermined"),
        ("unknown", "undetermined"),
        ("6e2", "met"),
        ("500 to 700", "undetermined"),
        ("600 to 700", "met"),
    ],
)
def test_rate_cells_at_the_line(tmp_path, cell, outcome):
    """600 TOPS at 8 bits is exactly 4800; an empty cell is unknown, not zero."""
    (row,), _, _ = screened(tmp_path, f"dense_rate_8bit [TOPS],datacenter,applicable_die_area\n{cell},yes,9999\n")
    assert row[f"{RULE}:outcome"] == outcome


def test_an_empty_rate_cell_beside_a_known_one_leaves_the_upper_end_open(tmp_path):
    """148 TFLOP/s at 16 bits is 2368; what the 8-bit rate adds is not known, and 0 says that it adds nothing."""
    text = "dense_rate_8bit [TOPS],dense_rate_16bit [TFLOP/s],applicable_die_area,datacenter\n,148,814,yes\n0,148,814,yes\n,300,814,yes\n"
    found, _, _ = screened(tmp_path, text)
    assert [row[f"{RULE}:outcome"] for row in found] == ["undetermined", "not_met", "met"]
    assert [row["total_processing_performance"] for row in found] == ["", "2368.0", ""]


def test_units_in_headings(tmp_path):
    """A heading's unit converts the column; 0.3 PFLOP/s at 16 bits is exactly 4800."""
    (row,), _, _ = screened(
        tmp_path, "dense_rate_16bit [PFLOP/s],applicable_die_area [cm^2],datacenter\n0.3,8.14,yes\n"
    )
    assert (row["total_processing_performance"], row[f"{RULE}:item"]) == ("4800.0", "3A090.a.1")
    assert float(row["performance_density"]) == pytest.approx(4800 / 814)


def test_a_cell_wins_over_the_catalogue(tmp_path):
    """What the row states replaces what its chip has, and only that."""
    found, _, _ = screened(tmp_path, "chip,datacenter\nRTX 4090D,\nRTX 4090D,yes\n")
    assert [row[f"{RULE}:item"] for row in found] == ["", "3A090.a.2"]


def test_a_stated_density_beside_a_computed_one(tmp_path):
    """A row may state performance density itself; rows that do not get it from their area."""
    text = "total_processing_performance,performance_density,applicable_die_area,datacenter\n2000,6,,yes\n2000,,500,yes\n2000,,,yes\n"
    found, _, _ = screened(tmp_path, text)
    assert [row[f"{RULE}:item"] for row in found] == ["3A090.a.2", "3A090.b.2", "undetermined"]


def test_planar_chip_has_no_performance_density(tmp_path):
    """With an applicable area of zero only .a.1 can be met, and the density column stays empty."""
    found, _, _ = screened(
        tmp_path, "total_processing_performance,applicable_die_area,datacenter\n3000,0,yes\n4800,0,yes\n"
    )
    assert [(row["performance_density"], row[f"{RULE}:item"]) for row in found] == [("", ""), ("", "3A090.a.1")]


def test_models(tmp_path):
    """A table of models: exactly 10^25 is not more than 10^25; parameters and tokens make compute; assumptions are told."""
    text = (
        "id,training_compute,parameters,tokens,active_parameters\na,1e25,,,\nb,,405e9,15.6e12,\nc,,671e9,14.8e12,37e9\n"
    )
    found, _, summary = screened(tmp_path, text)
    assert [row["eu.ai-act.systemic-risk:outcome"] for row in found] == ["not_met", "met", "not_met"]
    assert [row["us.ca.sb53:outcome"] for row in found] == ["not_met"] * 3
    assert summary.assumed["us.ca.sb53"] == {"foundation_model": True}


def test_figures_of_a_model_that_come_to_next_to_nothing(tmp_path):
    """6 × 405e9 × 15.6 is 3.79e13, 6 × 1e6 × 1.6e8 is 9.6e14 and 6 × 1e6 × 1.7e8 is 1.02e15; a range reaches over it."""
    text = (
        "id,parameters,tokens\na,405e9,15.6\nb,405e9,15.6e12\nc,1e6,1.6e8\nd,1e6,1.7e8\ne,1e6,1e6 to 1e9\nf,,15.6\n"
        "g,37e9,14.8\n"
    )
    found, rejects, _ = screened(tmp_path, text)
    assert [row["id"] for row in found] == ["b", "d", "e", "f"]
    assert [(row["row"], row["column"], row["value"]) for row in rejects] == [
        ("1", "tokens", "15.6"),
        ("3", "tokens", "160,000,000"),
        ("7", "tokens", "14.8"),
    ]
    assert rejects[0]["reason"].startswith("for 4.05e11 parameters comes to 3.791e13 FLOP, below 10^15")


def test_strict_facts_leave_scope_open_row_by_row(tmp_path):
    """A stated fact counts; an unstated one is assumed unless strict."""
    text = "training_compute,general_purpose_model\n2e25,\n2e25,yes\n2e25,no\n"
    rule = "eu.ai-act.systemic-risk"
    found, _, _ = screened(tmp_path, text)
    assert [row[f"{rule}:outcome"] for row in found] == ["met", "met", "not_met"]
    found, _, _ = screened(tmp_path, text, strict_facts=True)
    assert [row[f"{rule}:outcome"] for row in found] == ["undetermined", "met", "not_met"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("chip\n", "has a header but no rows"),
        ("chip;count\nH100;3\n", "not separated by commas"),
        ("colour,size\nred,3\n", "no column is known"),
        ("chip,training_compute\nH100,1e25\n", "split it"),
        ("applicable_die_area [mm^2],die_area\n1,2\n", "both hold applicable_die_area"),
        ("applicable_die_area [GB/s]\n1\n", "expected [length]^2"),
        ("dense_rate_7bit\n1\n", "bit lengths are"),
        ('chip\n"H100\n', "is not valid CSV"),
        ("chip,note\nH100,a\nH100,b\0c\n", "in.csv:3: has a NUL byte"),
        ("ch\0ip\nH100\n", "in.csv:1: has a NUL byte"),
        ("chip\nnone such\n", "none of the 1 rows could be read"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path, text, message):
    """One message says why, and no output is left behind."""
    with pytest.raises(InputError) as caught:
        screen_fleet(table(tmp_path / "in.csv", text), tmp_path / "out.csv", DAY)
    assert message in str(caught.value)
    assert [path.name for path in tmp_path.iterdir() if "rejects" not in path.name] == ["in.csv"]


@pytest.mark.parametrize(
    ("heading", "cell", "reason"),
    [
        ("applicable_die_area", "-1", "negative"),
        ("applicable_die_area", "nan", "not a finite number"),
        ("applicable_die_area", "inf", "not a finite number"),
        ("applicable_die_area", "1e400", "not a finite number"),
        ("applicable_die_area", "wide", "not a number"),
        ("applicable_die_area", "9" * 300, "longer than"),
        ("dense_rate_16bit", "1979 TFLOP/s sparse", "sparse"),
        ("datacenter", "maybe", "not yes, no or unknown"),
        ("as_of", "2020-01-01", "no rule about a chip had been issued"),
        ("as_of", "21/11/2026", "not a date"),
        ("count", "-3", "not a whole number"),
        ("count", "1.5", "not a whole number"),
        ("to", "Atlantis", "not a country"),
        ("chip", "gaudi", "could mean several chips"),
    ],
)
def test_cells_that_cannot_be_read(tmp_path, heading, cell, reason):
    """The row goes to the rejects with its number, column, value and reason; the others are screened."""
    text = f"total_processing_performance,{heading}\n4800,\n4800,{cell}\n"
    found, rejects, summary = screened(tmp_path, text)
    assert [row[f"{RULE}:outcome"] for row in found] == ["met"] or heading == "datacenter"
    assert len(found) == 1
    (reject,) = rejects
    assert (reject["row"], reject["column"]) == ("2", heading)
    assert reject["value"] == (cell[:200] if not cell.startswith("-") else cell)
    assert reason in reject["reason"]
    assert summary.rejected == 1


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("threads", [1, 3])
def test_zero_has_no_sign(tmp_path, monkeypatch, suffix, threads):
    """A rate, a bandwidth or an area of -0 is 0, with unknown figures beside it or without, and so is what follows."""
    monkeypatch.setattr(tables, "BLOCK_ROWS", 2)
    columns = ("dense_rate_16bit", "io_bandwidth", "applicable_die_area", "total_processing_performance")
    found = {}
    for zero in ("-0.0", "0"):
        for name, read in zip(
            columns, ([zero, "1e12", ""], [zero, zero, "5"], [zero, "", "100"], ["", "", zero]), strict=True
        ):
            path = tmp_path / f"{name}.{suffix}"
            cells = [*read, "7"]
            if suffix == "csv":
                text = "".join(f"{number},{cell},500\n" for number, cell in enumerate(cells))
                table(path, f"id,{name},approximated_transistor_count\n{text}")
            else:
                typed = pyarrow.array([float(cell) if cell else None for cell in cells])
                data = {"id": ["0", "1", "2", "3"], name: typed, "approximated_transistor_count": [500.0] * 4}
                pyarrow.parquet.write_table(pyarrow.table(data), path)
            screen_fleet(str(path), tmp_path / "out.csv", DAY, all_columns=False, threads=threads)
            found[name, zero] = (tmp_path / "out.csv").read_text(encoding="utf-8")
    for name in columns:
        assert found[name, "-0.0"] == found[name, "0"]
        assert "-0" not in found[name, "-0.0"]
    assert "0,0.0," in found["dense_rate_16bit", "-0.0"]


def test_ragged_rows_keep_their_numbers(tmp_path):
    """A row with too many or too few cells is rejected by its number in the table."""
    found, rejects, summary = screened(tmp_path, "chip,count\nH100,1\nH100\nH100,1,2\nL4,bad\nL4,5\n")
    assert [row["chip"] for row in found] == ["H100", "L4"]
    assert [(row["row"], row["column"]) for row in rejects] == [("2", ""), ("3", ""), ("4", "count")]
    assert (summary.rows, summary.rejected) == (5, 3)


def test_blocks_do_not_change_the_result(tmp_path, monkeypatch):
    """The same table in blocks of three rows and in one gives the same bytes, though chips and dates differ by block."""
    names = ["H100", "huawei-910d", "RTX 4090D", "nvidia-k80-gk210", "tpu v5e", "nope", "aws-trainium2"]
    text = "chip,as_of\n" + "".join(f"{name},{day}\n" for name in names for day in ("2023-01-01", "2026-01-01", ""))
    written = []
    for size in (3, 100):
        monkeypatch.setattr(tables, "BLOCK_ROWS", size)
        screened(tmp_path, text)
        written.append([(tmp_path / name).read_bytes() for name in ("out.csv", "out.rejects.csv")])
    assert written[0] == written[1]


def test_no_formula_reaches_a_spreadsheet(tmp_path):
    """Text that starts like a formula is quoted, in headings too; numbers stay numbers."""
    found, rejects, _ = screened(tmp_path, 'chip,consignee,=A1\nH100,"=HYPERLINK(""x"")",-5\n@SUM(1),+1,x\n')
    (row,) = found
    assert row["consignee"] == '\'=HYPERLINK("x")'
    assert row["'=A1"] == "-5"
    assert rejects[0]["value"] == "'@SUM(1)"


def test_parquet_holds_the_same_as_csv(tmp_path):
    """Verdicts as text, quantities as numbers, unknown as null."""
    source = str(ROOT / "examples" / "fleet.csv")
    screen_fleet(source, tmp_path / "out.parquet", DAY, all_columns=False)
    screen_fleet(source, tmp_path / "out.csv", DAY, all_columns=False)
    stored = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert stored.schema.field("total_processing_performance").type == pyarrow.float64()
    shown = [{key: "" if value is None else str(value) for key, value in row.items()} for row in stored.to_pylist()]
    assert shown == rows_of(tmp_path / "out.csv")
    assert stored.column("performance_density").null_count == 2


def test_verdict_columns_have_a_row_number_without_an_id(tmp_path):
    """With --columns verdicts a table without ids is numbered, rejected rows included in the count."""
    found, _, _ = screened(tmp_path, "chip\nnope\nH100\n", all_columns=False)
    assert [row["row"] for row in found] == ["2"]
    assert set(found[0]) == {
        "row",
        "total_processing_performance",
        "performance_density",
        f"{RULE}:outcome",
        f"{RULE}:item",
        "us.ear.3a090c:outcome",
        "us.ear.3a090c:item",
    }


def test_output_that_fails_midway_leaves_the_old_file(tmp_path, monkeypatch):
    """A broken byte in a later block: exit by exception, the file of the last run untouched, no temporary left."""
    monkeypatch.setattr(tables, "BLOCK_ROWS", 2)
    output = tmp_path / "out.csv"
    output.write_text("the last run\n", encoding="utf-8")
    broken = tmp_path / "in.csv"
    broken.write_bytes(b"chip\n" + b"H100\n" * 30_000 + b"\xff\n")
    with pytest.raises(InputError, match="not UTF-8"):
        screen_fleet(str(broken), output, DAY)
    assert output.read_text(encoding="utf-8") == "the last run\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_verdicts_stand_under_their_rule_whatever_each_block_leaves_open(tmp_path, monkeypatch):
    """A fact that is assumed in the second block only moves no column: 2e25 is over 10^25 (EU), not over 10^26 (California)."""
    monkeypatch.setattr(tables, "BLOCK_ROWS", 2)
    rows, _, _ = screened(tmp_path, "training_compute,general_purpose_model\n" + "2e25,yes\n" * 2 + "2e25,\n" * 2)
    found = [(row["eu.ai-act.systemic-risk:outcome"], row["us.ca.sb53:outcome"]) for row in rows]
    assert found == [("met", "not_met")] * 4


def test_a_heading_that_is_nearly_known_is_pointed_out(tmp_path):
    """A misspelt heading is passed through, and the summary says what was probably meant."""
    _, _, summary = screened(tmp_path, "chip,applicable_die_aera\nH100,5\n")
    assert any("applicable_die_aera" in remark and "applicable_die_area" in remark for remark in summary.remarks)


def test_names_of_families_are_told_once_each(tmp_path, monkeypatch):
    """However many rows and blocks name them; a rejected name and an id are no families."""
    monkeypatch.setattr(tables, "BLOCK_ROWS", 2)
    _, _, summary = screened(tmp_path, "chip\nH20\nA100\nH20\nnvidia-h100-pcie\nH1OO\nH20\n")
    assert [remark for remark in summary.remarks if "taken as" in remark] == [
        "H20: taken as nvidia-h20-96, the reference variant of the family; others are nvidia-h20-141.",
        "A100: taken as nvidia-a100-sxm-80, the reference variant of the family; others are nvidia-a100-sxm-40, "
        "nvidia-a100-pcie-40, nvidia-a100-pcie-80.",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "chip,total_processing_performance\nH100,100\nH100,15674\nH100,15673\nH100,\nH100,20000\nH100,1\nH100,2\n",
            "4 rows state total_processing_performance below what the other figures make, and it counts: row 1, row 3, "
            "row 6, ….",  # 989.5 × 16 = 15,832; 15,673.68 is one percent less
        ),
        (
            "dense_rate_16bit,total_processing_performance\n1000,2000\n1000,16000\n,2000\n",
            "1 row states total_processing_performance below what the other figures make, and it counts: row 1.",
        ),
        (
            "total_processing_performance,applicable_die_area,performance_density\n2000,100,1\n2000,100,20\n2000,0,\n2000,,1\n",
            "1 row states performance_density below what the other figures make, and it counts: row 1.",
        ),
        (
            "parameters,tokens,training_compute\n405e9,15.6e12,1e20\n405e9,15.6e12,3.8e25\n405e9,15.6e12,\n405e9,,1e20\n",
            "1 row states training_compute below what the other figures make, and it counts: row 1.",
        ),
    ],
)
def test_rows_that_state_less_than_their_figures_make(tmp_path, monkeypatch, text, told):
    """More is the cautious side; the same whatever the blocks are."""
    for size in (2, 100):
        monkeypatch.setattr(tables, "BLOCK_ROWS", size)
        _, rejects, summary = screened(tmp_path, text)
        assert rejects == []
        assert [remark for remark in summary.remarks if "it counts" in remark] == [told]


def test_rows_of_few_values_that_state_less_than_their_figures_make(tmp_path):
    """A column of codes is screened once for each of its values; every row is counted all the same."""
    stated = pyarrow.array(["100", "20000"] * 50).dictionary_encode()
    chip = pyarrow.array(["nvidia-h100-sxm"] * 100).dictionary_encode()
    path = tmp_path / "in.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"chip": chip, "total_processing_performance": stated}), path)
    for output in (tmp_path / "out.csv", tmp_path / "out"):
        summary = screen_fleet(str(path), output, DAY)
        (remark,) = [remark for remark in summary.remarks if "it counts" in remark]
        assert remark.startswith("50 rows state total_processing_performance")
        of = "" if output.suffix else " of in.parquet"
        assert remark.endswith(f": row 1{of}, row 3{of}, row 5{of}, ….")
    again = screen_fleet(str(path), tmp_path / "out", DAY, resume=True)
    assert (again.skipped, again.remarks) == (1, summary.remarks)


@pytest.mark.parametrize(
    ("heading", "meant"),
    [("Applicable Die Aera [mm^2]", "applicable_die_area"), ("dense_rate_16bits", "dense_rate_16bit"), ("remark", "")],
)
def test_which_heading_is_near_to_which(heading, meant):
    """Capitals, spaces and units do not count; a word that has too few letters in common is no slip."""
    assert near_names(read_header(["chip", heading], "t.csv")) == ([(heading, meant)] if meant else [])


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("name", ["fleet", "shipment"])
def test_as_many_columns_as_a_table_may_have(tmp_path, monkeypatch, name, suffix):
    """4,096 are read, and none is compared letter by letter with all names; one more is refused, text and Arrow alike."""
    looked_up = []
    monkeypatch.setattr(headers, "get_close_matches", lambda word, *_, **__: looked_up.append(word) or [])
    for columns, code in ((4096, 0), (4097, 2)):
        names = ["chip", "as_of", "to", "hq", *(f"x{number}" for number in range(columns - 4))]
        cells = ["H100", "2026-06-01", "FR", "CN", *[""] * (columns - 4)]
        source = tmp_path / f"{columns}.{suffix}"
        if suffix == "csv":
            table(source, f"{','.join(names)}\n{','.join(cells)}\n")
        else:
            pyarrow.parquet.write_table(pyarrow.table({n: [c] for n, c in zip(names, cells, strict=True)}), source)
        done = CliRunner().invoke(group, [name, str(source), "-o", str(tmp_path / "out.csv"), "--columns", "verdicts"])
        if code:
            assert str(done.exception).startswith(f"{source}:1: has 4,097 columns, a table has at most 4,096.")
        else:
            assert done.exit_code == 0, done.exception
    assert looked_up == []


def test_header_meanings():
    """Canonical names, aliases, short names, units and free columns are told apart."""
    header = read_header(["chip", "die_area [cm^2]", "to", "dense_rate_4bit", "remark"], "t.csv")
    assert header.own == {"chip": 0}
    assert header.numbers["applicable_die_area"].factor == 100
    assert header.words == {"destination": 2}
    assert list(header.rates) == [4]
    assert header.passed == ["remark"]


def command(*arguments: str, folder: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``gateline fleet`` in a folder."""
    words = [sys.executable, "-m", "gateline", "fleet", *arguments, "--as-of", "2026-11-21"]
    return subprocess.run(words, cwd=folder, input=stdin, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("chip\nH100\n", [], 0),
        ("chip\nH100\n", ["--fail-on", "met"], 3),
        ("chip\nH100\n", ["--fail-on", "met", "--exit-zero"], 0),
        ("chip\nhuawei-910d\n", ["--fail-on", "met"], 0),
        ("chip\nhuawei-910d\n", ["--fail-on", "undetermined"], 4),
        ("chip\nH20\n", ["--fail-on", "undetermined"], 0),
        ("chip\nH20\nnope\n", [], 2),
        ("chip\nH20\nnope\n", ["--allow-rejects"], 0),
        ("chip\nH20\nnope\n", ["--exit-zero"], 2),
    ],
)
def test_exit_codes(tmp_path, text, options, code):
    """Verdicts do not fail a run unless asked to; rejects do unless allowed."""
    done = command("-", *options, folder=tmp_path, stdin=text)
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith("chip,total_processing_performance")
    assert "rows read" in done.stderr


def test_same_bytes_twice(tmp_path):
    """Same input, same data: same bytes."""
    first, second = (command(str(ROOT / "examples" / "fleet.csv"), folder=tmp_path).stdout for _ in range(2))
    assert first == second


def test_outcomes_of_a_large_batch_match_plain_arithmetic(tmp_path):
    """A hundred thousand random chips against ECCN 3A090 written out by hand in NumPy."""
    draw = np.random.default_rng(7)
    tpp, area, datacenter = (
        draw.integers(1000, 6000, 100_000),
        draw.integers(200, 1600, 100_000),
        draw.integers(0, 2, 100_000),
    )
    text = "total_processing_performance,applicable_die_area,datacenter\n" + "".join(
        f"{t},{a},{'yes' if d else 'no'}\n" for t, a, d in zip(tpp, area, datacenter, strict=True)
    )
    _, _, summary = screened(tmp_path, text)
    density = tpp / area
    controlled = (tpp >= 4800) | ((tpp >= 1600) & (density >= 5.92))
    lower = ~controlled & (((tpp >= 2400) & (density >= 1.6)) | ((tpp >= 1600) & (density >= 3.2)))
    met = (controlled | lower) & ~((datacenter == 0) & (tpp < 4800))
    assert summary.verdicts[RULE] == {"met": int(met.sum()), "undetermined": 0, "not_met": int((~met).sum())}
    assert summary.outcome is Outcome.MET


def test_names_and_lists_work_row_by_row(tmp_path):
    """A designer on the approved list counts as approved, an empty cell is unknown, a stated flag wins over the list."""
    heading = (
        "process_node,performance_attested,total_processing_performance,designer,designer_approved,designer_authorized"
    )
    rows = ["Nvidia,,no", "nobody inc,,no", ",,no", "nobody inc,yes,no"]
    other = ",packaged_by_fabricator,osat_approved"
    text = f"{heading}{other}\n" + "".join(f"7,yes,1000,{row},no,no\n" for row in rows)
    rule = "us.ear.foundry-presumption"
    found, _, _ = screened(tmp_path, text, role="foundry", rules=(rule,))
    assert [row[f"{rule}:outcome"] for row in found] == ["not_met", "met", "undetermined", "not_met"]


def test_a_cell_that_says_unknown_is_unknown(tmp_path):
    """'unknown' replaces what the catalogue has; an empty cell leaves it."""
    text = "chip,datacenter,applicable_die_area\nRTX 4090D,unknown,\nRTX 4090D,,\nL4,,unknown\nL4,,\n"
    found, _, _ = screened(tmp_path, text)
    assert [row[f"{RULE}:outcome"] for row in found] == ["undetermined", "not_met", "undetermined", "met"]


def test_the_tf32_reading_holds_for_tables(tmp_path):
    """160 TFLOP/s at 19 bits are 3040 TPP; counted as 32 bits they are 5120."""
    text = "dense_rate_19bit [TFLOP/s],applicable_die_area,datacenter\n160,2000,yes\n"
    for readings, item in (({}, ""), ({"tf32": "32"}, "3A090.a.1")):
        found, _, _ = screened(tmp_path, text, readings=readings)
        assert found[0][f"{RULE}:item"] == item


def test_planar_chips_and_derived_models_come_out_as_they_do_alone(tmp_path):
    """No non-planar die means no applicable area; both at once is a contradiction; the original's compute follows."""
    text = "total_processing_performance,non_planar_transistors,applicable_die_area,datacenter\n3000,no,,yes\n3000,yes,0,yes\n"
    found, rejects, _ = screened(tmp_path, text)
    assert [row[f"{RULE}:outcome"] for row in found] == ["not_met"]
    assert "no die is non-planar, but one is" in rejects[0]["reason"]
    text = "training_compute,additional_training_compute,derived_from_published_weights\n1.16e26,2.6e25,yes\n1.49e26,2.9e25,yes\n"
    found, _, _ = screened(tmp_path, text, rules=("us.ear.4e091",))
    assert [row["us.ear.4e091:outcome"] for row in found] == ["met", "not_met"]


def test_whose_the_original_is_is_not_assumed_in_rows_that_state_one(tmp_path):
    """Nobody modifies where no original is stated; where one is, it is open who does, until somebody says."""
    text = (
        "original_training_compute,modification_training_compute,distinct_modifier\n"
        ",,\n1e24,,\n1e24,5e23,\n1e24,,no\n1e24,3e23,\n"
    )
    rule = "eu.ai-act.modifier"
    found, _, summary = screened(tmp_path, text, rules=(rule,))
    assert [row[f"{rule}:outcome"] for row in found] == ["not_met", "undetermined", "met", "not_met", "not_met"]
    assert summary.assumed[rule]["distinct_modifier"] is False
    found, _, summary = screened(tmp_path, text.replace("\n,,", ""), rules=(rule,))
    assert [row[f"{rule}:outcome"] for row in found] == ["undetermined", "met", "not_met", "not_met"]
    assert "distinct_modifier" not in summary.assumed[rule]


@pytest.mark.parametrize(
    "options",
    [
        ["-o", "in.csv"],
        ["-o", "out.csv", "--rejects", "in.csv"],
        ["-o", "out.csv", "--rejects", "./out.csv"],
        ["-o", "hard.csv"],
        ["-o", "soft.csv"],
        ["-o", "hard.html", "--format", "html"],
        ["-o", "d.csv"],
    ],
)
def test_no_file_is_written_over_another(tmp_path, options):
    """The table that is read, the output and the rejects are three files, and none is a folder."""
    (tmp_path / "d.csv").mkdir()
    source = tmp_path / "in.csv"
    source.write_text("chip\nH100\nnope\n", encoding="utf-8")
    (tmp_path / "soft.csv").symlink_to(source)
    for name in ("hard.csv", "hard.html"):
        (tmp_path / name).hardlink_to(source)
    done = command("in.csv", *options, folder=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert source.read_text(encoding="utf-8") == "chip\nH100\nnope\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.csv", "hard.csv", "hard.html", "in.csv", "soft.csv"]
    assert (tmp_path / "hard.csv").samefile(source)


@pytest.mark.parametrize(
    ("format_", "output"),
    [("html", "x.parquet"), ("html", "x.csv"), ("arrow", "x.csv"), ("arrow", "x.parquet"), ("csv", "x.feather")],
)
@pytest.mark.parametrize("name", ["fleet", "shipment"])
def test_a_format_that_the_name_of_the_output_denies(tmp_path, name, format_, output):
    """One line names both, and nothing is written."""
    source = table(tmp_path / "in.csv", "chip,as_of,to,hq\nH100,2026-06-01,FR,CN\n")
    done = CliRunner().invoke(group, [name, source, "-o", str(tmp_path / output), "--format", format_])
    assert isinstance(done.exception, InputError)
    assert f"{output}: does not go with --format {format_}. End the name in ." in str(done.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(("format_", "output"), [("csv", "x.csv"), ("arrow", "x.feather"), ("html", "x.html")])
def test_a_format_that_the_name_of_the_output_says_too(tmp_path, format_, output):
    source = table(tmp_path / "in.csv", "chip\nH100\n")
    done = CliRunner().invoke(group, ["fleet", source, "-o", str(tmp_path / output), "--format", format_])
    assert (done.exit_code, (tmp_path / output).exists()) == (0, True)


def test_rejects_of_an_earlier_run_do_not_stay(tmp_path):
    """A table that was put right leaves an empty rejects file, not the old one."""
    assert len(screened(tmp_path, "chip\nnope\nH100\n")[1]) == 1
    assert screened(tmp_path, "chip\nH20\nH100\n")[1] == []


def test_a_result_is_not_screened_over_itself(tmp_path):
    """A column that the run would write over is refused by name."""
    with pytest.raises(InputError, match="is one that this run writes"):
        screened(tmp_path, f"chip,{RULE}:outcome\nH100,mine\n")


def test_large_counts_add_up(tmp_path):
    """Units are summed without overflow; a count that no chip has is refused."""
    _, rejects, summary = screened(tmp_path, "chip,count\n" + "H100,999999999999\n" * 3000 + "H100,1234567890123\n")
    assert summary.units[RULE]["met"] == 3000 * 999999999999
    assert len(rejects) == 1
