"""Shipment ledgers: each row as one shipment, whatever the split; bad rows named and counted; nothing lost."""

import csv
import importlib.util
import json
import random
import re
import shlex
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from gateline.cli import group
from gateline.errors import InputError
from gateline.fleet import arrow_tables, tables
from gateline.jobs import screen_ledger, screen_shipment, screen_shipments
from gateline.quantities import QUANTITIES, Kind
from gateline.report.shipment import charge_of, licence
from gateline.rules.model import Outcome
from gateline.shipments.ledger.ids import SeenIds
from gateline.shipments.ledger.spellings import Spellings, bare

ROOT = Path(__file__).parents[1]
NATIONAL = "national_validated_end_user"
ENFORCED, ON_THE_BOOKS = "licence:enforced", "licence:on_the_books"
BLANK = ""
DAY = date(2026, 11, 21)
"""On which totals are told."""


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def screened(folder, text, as_of=None, **options):
    """Screen a ledger of text: the rows of the result, the rejects, and what became of it."""
    source = folder / "ledger.csv"
    source.write_text(text, encoding="utf-8")
    output, rejects = folder / "screened.csv", folder / "screened.rejects.csv"
    rejects.unlink(missing_ok=True)
    done = screen_ledger(source, output, as_of or DAY, own_days=as_of is None, **options)
    return rows_of(output), rows_of(rejects) if rejects.exists() else [], done


# Each row is one shipment

CHIPS = (
    "H100",
    "nvidia-h20-96",
    "RTX 4090",
    "A100",
    "L40S",
    "nvidia-h800-sxm",
    "MI308X",
    "huawei-910b2",
    "B200",
    BLANK,
)
COUNTRIES = ("US", "CN", "HK", "MO", "FR", "AE", "SA", "SG", "TW", "RU", "KH", "IN", "GB", "unknown", BLANK)
DAYS = (
    *("2022-10-20", "2022-10-21", "2023-11-16", "2023-11-17", "2024-04-04", "2024-12-31", "2025-01-12", "2025-01-13"),
    *("2025-05-13", "2025-05-15", "2026-01-14", "2026-01-15", "2026-06-01", "2026-07-10", "2026-11-20"),
)
VALUES = {
    "destination": COUNTRIES,
    "headquarters": COUNTRIES,
    "origin": ("US", "TW", "SG", "CN", BLANK),
    "end_user_country": ("CN", "MO", "FR", BLANK, BLANK),
    "transaction": ("export", *[BLANK] * 8, "reexport", "transfer"),
    "consignee": ("Example Cloud", "Group 42 Holding Ltd", "G42", "unknown", BLANK),
    "count": ("1", "8", "1699", "1700", "15980", "15981", "49898", "49899", "1000000"),
    "declared_value": ("30000", "0.1", BLANK),
    "tariff_heading": (BLANK, "8473.30", "8471500150", "8542.31", BLANK, BLANK, "84"),
    "end_use": (BLANK, "us-repair", "us datacenter", "other", "consumer", BLANK, "home"),
    "new_datacenter_load": ("100", "100.001", "120", BLANK),
    "performance_to_china_per_united_states": ("50%", "0.500001", "10%", "unknown", BLANK),
    "performance_to_consignee_in_year": ("26900000", "26900001", "1000", BLANK, BLANK),
    "majority_owned_from_macau_or_d5": ("yes", "no", "unknown", BLANK),
    "private_end_user": ("yes", "no", BLANK),
    "notified_bis_on": ("2023-12-01", "2026-05-01", BLANK),
    "item_of_a_level": ("yes", "no", "unknown", BLANK, BLANK, BLANK, BLANK),
    "datacenter": ("yes", "no", "unknown", BLANK, BLANK),
    "total_processing_performance": ("4800", "4799.99999999", "15832", "1600", BLANK, BLANK, BLANK),
    "applicable_die_area": ("814", "1", BLANK, BLANK, BLANK),
    "memory_bandwidth_density": ("3.3", "2", BLANK, BLANK, BLANK, BLANK),
}
OF_ITS_OWN = {"origin", "destination", "headquarters", "end_user_country", "transaction", "consignee"}
COLUMNS = {"chip": CHIPS, "as_of": DAYS, **VALUES}


def random_rows(seed, number):
    """Rows whose cells are drawn one by one; some contradict themselves, as those of people do."""
    draw = random.Random(seed)
    return [{name: draw.choice(values) for name, values in COLUMNS.items()} for _ in range(number)]


def alone(row):
    """The same row as one shipment, None where that is an error; a bare figure is in the unit of its quantity."""
    stated = {name: text for name, text in row.items() if text and name not in ("chip", "as_of", "count")}
    parts = {name: stated.pop(name) for name in OF_ITS_OWN & stated.keys()}
    units = {name: QUANTITIES[name].unit for name in stated if QUANTITIES[name].kind is Kind.AMOUNT}
    changes = {name: f"{text} {units[name]}" if units.get(name) else text for name, text in stated.items()}
    try:
        return screen_shipment(
            row["chip"], date.fromisoformat(row["as_of"]), changes=changes | {"units": row["count"]}, **parts
        )
    except InputError:
        return None


def as_ledger(rows):
    """Rows as columns, each with its number as id."""
    ledger = {name: pa.array([row[name] for row in rows]) for name in COLUMNS}
    return {"id": pa.array([str(number) for number in range(1, len(rows) + 1)]), **ledger}


def check_as_one_by_one(rows, table, rejects):
    found = {line["id"]: line for line in table.to_pylist()}
    refused = {reject.row for reject in rejects}
    assert len(found) + len(refused) == len(rows)
    for number, row in enumerate(rows, 1):
        screening = alone(row)
        assert (screening is None) == (number in refused), (row, [each for each in rejects if each.row == number])
        if screening is None:
            continue
        line = found[str(number)]
        written, enforced = licence(screening)
        assert (line["outcome"], line[ON_THE_BOOKS], line[ENFORCED]) == (
            screening.outcome.word,
            written.word,
            enforced.word,
        ), row
        spoken = {verdict.rule.id for verdict in screening.verdicts}
        for verdict in screening.verdicts:
            rule, explanation = verdict.rule.id, verdict.explanation
            assert (line[f"{rule}:outcome"], line[f"{rule}:item"]) == (verdict.outcome.word, explanation.item or ""), (
                rule,
                row,
            )
            if verdict.rule.effect == "red_flag":
                for outcome in (Outcome.MET, Outcome.UNDETERMINED):
                    flags = [f"{rule} {each.clause.id}" for each in explanation.items if each.outcome is outcome]
                    assert line[f"red_flag:{outcome.word}"] == "; ".join(flags), row
            elif verdict.outcome is Outcome.UNDETERMINED:
                told = f"{rule} (missing {', '.join(explanation.settles)}"
                assert told in line[f"{verdict.rule.effect}:undetermined"], row
        silent = [name for name in line if name.endswith(":outcome") and name.removesuffix(":outcome") not in spoken]
        assert {line[name] for name in silent} <= {""}
        charges = [charge for verdict in screening.verdicts if (charge := charge_of(verdict))]
        low, high = (line[f"tariff:charge_{end} [USD]"] for end in ("low", "high"))
        if charges:
            (charge,) = charges
            assert low == pytest.approx(float(charge.amount.low))
            assert high == (None if charge.amount.high is None else pytest.approx(float(charge.amount.high)))
        else:
            assert (low, high) == (None, None)


@pytest.mark.parametrize("seed", range(3))
def test_a_row_says_what_one_shipment_says(seed):
    """Every rule, the licence, what is missing and the charge; a row is rejected where one shipment is an error."""
    rows = [row for row in random_rows(seed, 30) if row["chip"]]
    rejects = []
    table = screen_shipments(as_ledger(rows), DAY, by_rule=True, rejects=rejects)
    check_as_one_by_one(rows, table, rejects)


# Splits, threads and formats

TEXT_COLUMNS = list(COLUMNS)


def as_csv(rows):
    lines = [",".join(["id", *TEXT_COLUMNS])]
    lines += [",".join([str(number), *(row[name] for name in TEXT_COLUMNS)]) for number, row in enumerate(rows, 1)]
    return "\n".join(lines) + "\n"


PLAIN = dict.fromkeys(
    ("total_processing_performance", "applicable_die_area", "memory_bandwidth_density", "datacenter"), BLANK
)
ROWS = [{**row, **PLAIN} for row in random_rows(seed=232, number=100)]
"""Rows in no order of days, about half of which contradict themselves; without figures, so that few items are different."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The rows as one block in one thread."""
    return screened(tmp_path_factory.mktemp("whole"), as_csv(ROWS), threads=1, by_rule=True)


@pytest.mark.parametrize(("block", "threads"), [(7, 3), (1, 2)])
def test_the_result_depends_neither_on_blocks_nor_on_threads(tmp_path, monkeypatch, whole, block, threads):
    """Rows, rejects, sums and totals."""
    monkeypatch.setattr(tables, "BLOCK_ROWS", block)
    found, rejects, done = screened(tmp_path, as_csv(ROWS), threads=threads, by_rule=True)
    assert found == whole[0]
    assert rejects == whole[1]
    assert (done.told, done.totals) == (whole[2].told, whole[2].totals)
    assert done.summary.reasons == whole[2].summary.reasons


def test_a_folder_of_parquet_files_is_one_ledger(tmp_path, monkeypatch, whole):
    """Split between files and blocks, and with an id that comes again in another file."""
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS", 20)
    folder = tmp_path / "ledger"
    folder.mkdir()
    for number, start in enumerate(range(0, len(ROWS), 37)):
        part = ROWS[start : start + 37]
        columns = {"id": [str(start + place + 1) for place in range(len(part))]}
        columns |= {name: [row[name] for row in part] for name in TEXT_COLUMNS}
        pq.write_table(pa.table(columns), folder / f"part-{number}.parquet")
    output = tmp_path / "screened.csv"
    done = screen_ledger(folder, output, DAY, by_rule=True, threads=2)
    assert rows_of(output) == whole[0]
    assert (done.told, done.totals) == (whole[2].told, whole[2].totals)


def test_an_id_that_comes_again_in_another_file_is_found(tmp_path):
    for number, name in enumerate(("H100", "A100")):
        columns = {"id": ["S1"], "as_of": ["2026-06-01"], "chip": [name], "to": ["FR"], "hq": ["FR"]}
        pq.write_table(pa.table(columns), tmp_path / f"part-{number}.parquet")
    screen_ledger(tmp_path, tmp_path / "screened.csv", DAY)
    (reject,) = rows_of(tmp_path / "screened.rejects.csv")
    assert (reject["row"], reject["column"]) == ("2", "id")


def test_no_row_is_lost(whole):
    """Rows in = rows out + rejected rows; each reject names a row that is not among the results."""
    found, rejects, done = whole
    out, refused = {row["id"] for row in found}, {row["row"] for row in rejects}
    assert out | refused == {str(number) for number in range(1, len(ROWS) + 1)}
    assert out & refused == set()
    assert (done.summary.rows, done.summary.rejected) == (len(ROWS), len(refused))
    assert len(out) > 20


def test_typed_columns_say_what_text_says():
    """Dates, flags and numbers of Arrow, nulls for what is not said."""
    rows = [row for row in ROWS if row["chip"]][:40]
    text = as_ledger(rows)
    typed = dict(text)
    typed["as_of"] = pa.array([date.fromisoformat(row["as_of"]) for row in rows])
    typed["count"] = pa.array([int(row["count"]) for row in rows])
    typed["new_datacenter_load"] = pa.array(
        [float(cell) if (cell := row["new_datacenter_load"]) else None for row in rows]
    )
    flags = {"yes": True, "no": False}
    for name in ("private_end_user",):
        typed[name] = pa.array([flags.get(row[name]) for row in rows])
    first, second = [], []
    tables_of = [screen_shipments(each, DAY, by_rule=True, rejects=to) for each, to in ((text, first), (typed, second))]
    assert tables_of[0].to_pylist() == tables_of[1].to_pylist()
    assert {reject.row for reject in first} == {reject.row for reject in second}


# The law, by hand

HEAD = "as_of,chip,from,to,hq,count,declared_value [USD],tariff_heading\n"


@pytest.mark.parametrize(
    ("line", "books", "enforced"),
    [
        ("2023-11-16,A800,US,CN,CN,1,,", "not_met", "not_met"),  # 4992 TPP, but 400 GB/s: not yet controlled
        ("2023-11-17,A800,US,CN,CN,1,,", "met", "met"),  # 3A090.a since 88 FR 73458
        ("2026-06-01,H100,US,FR,FR,1,,", "met", "not_met"),  # worldwide text, not enforced since 2025-05-13
        ("2026-06-01,H100,US,FR,CN,1,,", "met", "met"),  # headquarters in D:5, wherever it is
        ("2026-06-01,H100,US,FR,,1,,", "met", "undetermined"),  # nobody knows whose it is
        ("2026-06-01,T4,US,CN,CN,1,,", "not_met", "not_met"),  # 65 TFLOP/s × 16 = 1040 TPP
    ],
)
def test_licence_on_the_books_and_enforced(tmp_path, line, books, enforced):
    (row,), _, _ = screened(tmp_path, HEAD + line + "\n")
    assert (row[ON_THE_BOOKS], row[ENFORCED]) == (books, enforced)


def test_the_charge_is_a_quarter_of_the_declared_value(tmp_path):
    """Proclamation 11002: 25 percent of the value for heading 9903.79.01; an open end use leaves nothing to a quarter."""
    text = (
        "as_of,chip,from,to,declared_value [USD],tariff_heading,end_use\n"
        "2026-06-01,H200,TW,US,30000,8473.30,other\n"
        "2026-06-01,H200,TW,US,30000,8473.30,\n"
        "2026-06-01,H200,TW,US,,8473.30,other\n"
        "2026-06-01,H200,TW,US,30000,8473.30,us-repair\n"
    )
    found, _, _ = screened(tmp_path, text)
    charged = [(row["tariff:charge_low [USD]"], row["tariff:charge_high [USD]"]) for row in found]
    assert charged == [("7500.0", "7500.0"), ("0.0", "7500.0"), ("0.0", ""), ("0.0", "0.0")]
    assert [row["tariff:rate"] for row in found] == ["25%", "0% to 25%", "25%", "0%"]


# Bad input


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ("2026-06-01,H100,US,Fraance,FR,1,,", "to", "Did you mean France (FR)?"),
        ("2026-06-01,H1OO,US,FR,FR,1,,", "chip", "is not in the catalogue"),
        ("2019-01-01,H100,US,FR,FR,1,,", "as_of", "had been issued by 2019-01-01"),
        ("2025-02-30,H100,US,FR,FR,1,,", "as_of", "not a date"),
        (",H100,US,FR,FR,1,,", "as_of", "is empty; write the day"),
        ("2026-06-01,H100,US,FR,FR,-4,,", "count", "is not a whole number"),
        ("2026-06-01,H100,US,FR,FR,,,", "count", "is empty; write how many"),
        ("2026-06-01,H100,US,FR,FR,0,,", "count", "is no chips"),
        ("2026-06-01,H100,US,FR,FR,1.5,,", "count", "is not a whole number"),
        ("2026-06-01,H100,US,FR,FR,1,-3,", "declared_value [USD]", "is negative"),
        ("2026-06-01,H100,US,FR,FR,1,,84", "tariff_heading", "is no number of the tariff schedule"),
        ("2026-06-01,H100,US,FR,FR,1", "", "has 6 cells, the header has 8"),
    ],
)
def test_a_bad_row_is_rejected_with_its_place_and_its_reason(tmp_path, cells, column, reason):
    """The good row beside it stays."""
    found, rejects, done = screened(tmp_path, f"{HEAD}2026-06-01,H100,US,FR,CN,2,,\n{cells}\n")
    assert [row["licence:enforced"] for row in found] == ["met"]
    (reject,) = rejects
    assert (reject["row"], reject["column"]) == ("2", column)
    assert reason in reject["reason"]
    assert (done.summary.rows, done.summary.rejected) == (2, 1)


def test_a_date_that_cannot_be_read_beside_one_before_the_first_rule(tmp_path):
    """Two rejects, each with its own reason; the row on a day of rules is screened."""
    text = "id,as_of,chip,to,hq\na,2026-02-30,H100,CN,CN\nb,2020-01-01,H100,CN,CN\nc,2026-01-01,H100,CN,CN\n"
    found, rejects, _ = screened(tmp_path, text)
    assert [(row["id"], row["licence:enforced"]) for row in found] == [("c", "met")]
    assert [(reject["row"], reject["value"]) for reject in rejects] == [("1", "2026-02-30"), ("2", "2020-01-01")]
    assert "not a date" in rejects[0]["reason"]
    assert "had been issued by 2020-01-01" in rejects[1]["reason"]


def test_a_transaction_that_contradicts_its_route_is_rejected(tmp_path):
    text = "as_of,chip,from,to,transaction\n2026-06-01,H100,US,FR,transfer\n2026-06-01,H100,US,FR,export\n"
    found, (reject,), _ = screened(tmp_path, text)
    assert len(found) == 1
    assert "does not fit a shipment from US to FR" in reject["reason"]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("as_of,to,hq", "no column says what is shipped. Add chip"),
        ("as_of,chip,count", "no column says where to. Add to"),
        ("chip,to,hq", "no column says when. Add as_of"),
        ("as_of,chip,to,destination", "both hold destination"),
        ("as_of,chip,to,count,units", "both hold count"),
        ("as_of,chip,to,outcome", "is one that this run writes"),
        ("as_of,chip,to,declared_value [GB]", "declared_value"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused(tmp_path, header, message):
    cells = ",".join("2026-06-01" for _ in header.split(","))
    with pytest.raises(InputError, match=message.replace("[", r"\[")):
        screened(tmp_path, f"{header}\n{cells}\n")


def test_missing_columns_are_told_with_what_they_leave_open(tmp_path):
    _, _, done = screened(tmp_path, "chip,to\nH100,CN\n", date(2026, 6, 1))
    told = "\n".join(done.summary.remarks)
    for name in ("headquarters", "origin", "consignee", "count"):
        assert f"no column {name}: " in told


def test_the_day_of_rows_that_state_none_is_the_one_that_is_given(tmp_path):
    """An H20 was not controlled in 2024; the letters of 2025 are the recipients' alone; A800 tells the dates apart."""
    found, rejects, _ = screened(tmp_path, "chip,as_of,to,hq\nA800,,CN,CN\nA800,2024-01-01,CN,CN\n", date(2023, 6, 1))
    assert rejects == []
    assert [row[ENFORCED] for row in found] == ["not_met", "met"]


def test_an_id_counts_once(tmp_path):
    """The second row is refused with the number of the first; rows without an id are not compared."""
    text = "id,as_of,chip,to,hq\nS1,2026-06-01,H100,FR,FR\n,2026-06-01,H100,FR,FR\nS1 ,2026-06-01,H100,FR,FR\n,2026-06-01,H100,FR,FR\n"
    found, (reject,), _ = screened(tmp_path, text)
    assert len(found) == 3
    assert (reject["row"], reject["column"], reject["reason"]) == (
        "3",
        "id",
        "is the id of row 1 as well; a shipment counts once: take the row out, or give it an id of its own",
    )


def test_ids_are_found_again_over_any_number_of_blocks():
    """Against a plain dictionary."""
    draw = random.Random(7)
    seen, first = SeenIds(), {}
    for block in range(60):
        ids = [f"S{draw.randrange(900)}" for _ in range(draw.randrange(1, 60))]
        rows = np.arange(len(ids)) + 1 + 100 * block
        expected = []
        for name, row in zip(ids, rows.tolist(), strict=True):
            expected.append(first.get(name, 0))
            first.setdefault(name, row)
        assert seen.add(ids, rows).tolist() == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Example Cloud Ltd", "EXAMPLE CLOUD LTD"),
        ("Example Cloud Ltd", "Example Cloud Limited"),
        ("Shanghai Example Co., Ltd.", "Shanghai Example Co Ltd"),
        ("Data Star", "DataStar"),
        ("Société Exemple S.A.", "Societe Exemple SA"),
        ("Example-Cloud", "Example  Cloud"),
    ],
)
def test_two_spellings_are_told_and_not_merged(tmp_path, one, other):
    text = f'as_of,chip,to,hq,count,consignee\n2026-06-01,H100,FR,FR,1,"{one}"\n2026-06-01,H100,FR,FR,1,"{other}"\n'
    found, _, done = screened(tmp_path, text)
    assert [row["consignee"] for row in found] == [one, other]
    (told,) = [remark for remark in done.summary.remarks if "Give them one spelling" in remark]
    same = " ".join(one.lower().split()) == " ".join(other.lower().split())
    assert ("differ only in capitals and spaces, and count as one" if same else "perhaps one, and count as 2") in told
    assert f"'{one}'" in told
    assert f"'{other}'" in told


@pytest.mark.parametrize(("one", "other"), [("Example Cloud 1 Ltd", "Example Cloud 2 Ltd"), ("Ltd", "Inc")])
def test_other_names_are_not_taken_for_spellings(one, other):
    assert bare(one) != bare(other)
    spellings = Spellings()
    spellings.add([one, other])
    assert list(spellings.remarks("consignee")) == []


def test_no_cell_becomes_a_formula(tmp_path):
    text = 'as_of,chip,to,hq,consignee,note\n2026-06-01,H100,FR,CN,"=1+1","@x"\n'
    (row,), _, _ = screened(tmp_path, text)
    assert (row["consignee"], row["note"]) == ("'=1+1", "'@x")


def test_a_chip_cell_opens_no_file(tmp_path):
    """Names are those of the catalogue."""
    _, (reject,), _ = screened(tmp_path, "as_of,chip,to\n2026-06-01,H100,FR\n2026-06-01,/etc/hostname,FR\n")
    assert reject["column"] == "chip"


# Figures instead of a name


def test_figures_of_a_row(tmp_path):
    """300 TFLOP/s at 16 bits is exactly 4800 TPP; an empty rate leaves the upper end open."""
    text = (
        "as_of,dense_rate_16bit [TFLOP/s],dense_rate_8bit [TOPS],applicable_die_area [cm^2],datacenter,to,hq\n"
        "2026-06-01,300,0,8.14,yes,CN,CN\n"
        "2026-06-01,148,,8.14,yes,CN,CN\n"
        "2026-06-01,50,0,8.14,yes,CN,CN\n"
    )
    found, _, _ = screened(tmp_path, text)
    assert [row[ENFORCED] for row in found] == ["met", "undetermined", "not_met"]
    assert [row["total_processing_performance"] for row in found] == ["4800.0", "", "800.0"]


def test_the_level_may_be_stated(tmp_path):
    text = (
        "as_of,item_of_a_level,item_of_a_or_b_level,item_of_3a090_c,to,hq\n"
        "2026-06-01,yes,yes,no,CN,CN\n2026-06-01,no,no,no,CN,CN\n2026-06-01,,,,CN,CN\n"
    )
    found, _, _ = screened(tmp_path, text)
    assert [row[ENFORCED] for row in found] == ["met", "not_met", "undetermined"]


# Totals in the same pass


def test_totals_take_in_accepted_rows_alone(tmp_path):
    """LPP: 26,900,000 TPP a year and consignee. 1,699 H100 are 26,898,568 TPP, and one more is past the line."""
    head = "id,as_of,chip,count,from,to,hq,consignee\n"
    rows = "1,2026-02-01,H100,1699,US,IN,IN,Example\n1,2026-02-01,H100,1,US,IN,IN,Example\n"
    lpp = lambda done: next(found for found in done.totals if found.rule.id == "us.ear.totals.lpp")  # noqa: E731
    _, _, below = screened(tmp_path, head + rows, date(2026, 11, 20))
    _, _, above = screened(tmp_path, head + rows.replace("\n1,", "\n2,"), date(2026, 11, 20))
    assert lpp(below).outcome is Outcome.NOT_MET
    assert lpp(above).outcome is Outcome.MET
    assert lpp(above).groups[0].passed.first_row == 1


# The command


def run(*arguments):
    return CliRunner().invoke(group, ["shipment", *map(str, arguments)])


def test_the_command_says_what_became_of_the_example(tmp_path):
    done = run(
        ROOT / "examples/shipments.csv", "-o", tmp_path / "out.csv", "--totals", tmp_path / "t.json", "--allow-rejects"
    )
    assert done.exit_code in (0, None), done.output
    totals = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    assert totals["format"] == "gateline.ledger-totals/1"
    assert {found["rule"] for found in totals["totals"]} >= {"us.ear.totals.lpp", "us.ear.totals.country-allocation"}
    rejects = rows_of(tmp_path / "out.rejects.csv")
    assert totals["rows"] == len(rows_of(tmp_path / "out.csv")) + len({row["row"] for row in rejects})
    told = done.stderr.splitlines()
    places = [
        next(number for number, line in enumerate(told) if part in line)
        for part in (
            "■ passed: Limit of License Exception LPP",
            "Krypton Telecom VN 509 Ltd., 2026   46,120,000 TPP    171 % of the line",  # 46.12 / 26.9 = 1.714
            "VN   46,120,000 TPP   5.84 % of the line   2,913 H100",  # 46,120,000 / 15,832 = 2,913.1
            f"no column {NATIONAL}",
            "Totals are those of this ledger alone",
            "count as one. Give them one spelling",
            "rows by licence enforced: MET",
            "the result is in",
        )
    ]
    assert places == sorted(places)
    assert "All groups and the notes: the file below" in " ".join(map(str.strip, told))
    assert f"the totals are in {tmp_path / 't.json'}" in told


def test_quiet_prints_no_totals(tmp_path):
    done = run(ROOT / "examples/shipments.csv", "-o", tmp_path / "out.csv", "--quiet", "--allow-rejects")
    assert done.stderr.splitlines() == [f"rejected rows are listed in {tmp_path / 'out.rejects.csv'}"]


def test_a_consignee_says_whether_it_is_a_validated_end_user(tmp_path):
    """50,000 H100 × 15,832 = 791,600,000: past the 633,000,000 of the first quarter of 2025 for those that have the allocation."""
    text = f"as_of,chip,count,from,to,hq,consignee,{NATIONAL}\n" + "".join(
        f"2025-03-01,H100,50000,US,IN,IN,{name},{flag}\n"
        for name, flag in (("Has Ltd", "yes"), ("Has Not Ltd", "no"), ("Perhaps Ltd", ""), ("Unknown Ltd", "unknown"))
    )
    _, rejects, done = screened(tmp_path, text)
    (found,) = [found for found in done.totals if found.rule.id == "us.ear.totals.nveu"]
    assert rejects == []
    assert found.absent == ()
    assert {group.group[0]: group.outcome for group in found.groups} == {
        "Has Ltd": Outcome.MET,
        "Perhaps Ltd": Outcome.UNDETERMINED,
        "Unknown Ltd": Outcome.UNDETERMINED,
    }


def test_names_are_told_as_they_are_spelled(tmp_path):
    """Of several spellings the one that sorts first; a party of a list is found however it is spelled."""
    head = "as_of,chip,count,to,hq,consignee\n"
    _, _, done = screened(
        tmp_path, head + "2026-06-01,H100,1,IN,IN,example CLOUD\n2026-06-01,H100,1,IN,IN,Example  Cloud\n"
    )
    (lpp,) = [found for found in done.totals if found.rule.id == "us.ear.totals.lpp"]
    assert [group.group for group in lpp.groups] == [("Example Cloud",)]


def test_the_name_of_a_family_is_told(tmp_path):
    """As for one chip: the reference variant stands for it."""
    _, _, done = screened(tmp_path, "as_of,chip,to,hq\n2026-06-01,A100,FR,FR\n2026-06-01,nvidia-t4,FR,FR\n")
    assert [remark for remark in done.summary.remarks if "reference variant" in remark] == [
        "A100: taken as nvidia-a100-sxm-80, the reference variant of the family; others are nvidia-a100-sxm-40, "
        "nvidia-a100-pcie-40, nvidia-a100-pcie-80."
    ]


@pytest.mark.parametrize(
    ("options", "code"),
    [([], 0), (["--fail-on", "met"], 3), (["--fail-on", "met", "--exit-zero"], 0), (["--fail-on", "undetermined"], 3)],
)
def test_exit_codes(tmp_path, options, code):
    source = tmp_path / "l.csv"
    source.write_text("as_of,chip,to,hq\n2026-06-01,H100,FR,CN\n", encoding="utf-8")
    done = CliRunner().invoke(group, ["shipment", str(source), "--quiet", *options], standalone_mode=False)
    assert done.return_value == code
    assert "us.ear.license-requirement-enforced a.headquarters" in done.stdout


def test_the_generated_ledger_is_the_same_each_time(tmp_path):
    """And its first rows are those of the example; half of a thousand rows name a chip and a country that exist."""
    spec = importlib.util.spec_from_file_location("make_shipments", ROOT / "examples/make_shipments.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("one.csv", "two.csv"):
        module.write(tmp_path / name, 500, 2026)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    module.write(tmp_path / "other.csv", 500, 1)
    assert (tmp_path / "other.csv").read_bytes() != (tmp_path / "one.csv").read_bytes()


@pytest.mark.parametrize("name", ["ledger.csv", "out.csv", "out.rejects.csv", "totals.csv", "nowhere/totals.json"])
def test_totals_are_written_over_nothing_else(tmp_path, name):
    """And a place where they cannot be written is refused before the ledger is screened."""
    source = tmp_path / "ledger.csv"
    text = "as_of,chip,to,hq\n2026-06-01,H100,FR,CN\n"
    source.write_text(text, encoding="utf-8")
    done = run(source, "-o", tmp_path / "out.csv", "--totals", tmp_path / name)
    assert isinstance(done.exception, InputError)
    assert source.read_text(encoding="utf-8") == text
    assert not (tmp_path / "out.csv").exists()


GUIDE = (ROOT / "docs/shipments.md").read_text(encoding="utf-8")


def test_the_commands_of_the_guide_run(tmp_path, monkeypatch, capsys):
    """Those that are shown with a prompt, and the lines of Python."""
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\$ gateline (.*)$", GUIDE, flags=re.MULTILINE)
    assert commands
    for command in commands:
        words = [str(ROOT / word) if word.startswith("examples/") else word for word in shlex.split(command)]
        assert CliRunner().invoke(group, words, standalone_mode=False).return_value == 0
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)
    exec(compile(code, "shipments.md", "exec"), {})
    assert capsys.readouterr().out.strip() == "['met', 'not_met']"
