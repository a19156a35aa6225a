"""The rules on chips and systems against a table that a lawyer can read, and what the tables reach together."""

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from coverage_table import (
    COVERAGE,
    Row,
    coverage,
    decided,
    golden_rows,
    has_triple,
    is_about_models,
    oracle_rows,
    reported,
    thresholds,
)
from support import (
    SPECS,
    VERSIONS,
    item_of,
    nested,
    screen_chip_document,
    screen_stated,
    settings_of,
    table,
    verdict_of,
)

from gateline.rules.model import Clause, QuantityTest
from gateline.screening import Verdict

ROWS = table("golden", "chip_rules.csv")
NAMES = [f"{row['rule']}: {row['case']}" for row in ROWS]
RATE = re.compile(r"(?P<bits>\d+)(?: (?P<engine>matrix|vector|analog))?(?: on (?P<unit>\w+))?: (?P<rate>.+)")
ALL = golden_rows()
HARDWARE = [(rule, version) for rule, version in VERSIONS if not is_about_models(rule)]
CLAUSES = [(rule, version, clause) for rule, version in HARDWARE for clause in version.clauses]
LINES = [(rule, version, clause, test) for rule, version in HARDWARE for clause, test in thresholds(version)]


def rate_of(text: str) -> dict[str, str]:
    """A rate written as `4 analog on array: 300 TOPS`; without an engine it is one of matrix units."""
    found = RATE.fullmatch(text.strip())
    assert found is not None, text
    bits, engine, unit, rate = found.group("bits", "engine", "unit", "rate")
    return {
        "format": f"{bits}-bit",
        "bits": bits,
        "rate": rate,
        "engine": engine or "matrix",
        "processing_unit": unit or "",
    }


def screened(row: dict[str, str]) -> Verdict:
    stated, kind = settings_of(row["inputs"]), SPECS.rules[row["rule"]].subject
    if kind != "chip":
        return verdict_of(screen_stated(kind, stated, row["as_of"], row["rule"]), row["rule"])
    rates = stated.pop("rates", "")
    content = nested(stated) | ({"rates": [rate_of(text) for text in rates.split(",")]} if rates else {})
    readings = settings_of(row["readings"])
    screening = screen_chip_document(content, row["as_of"], "exporter", row["rule"], readings=readings)
    return verdict_of(screening, row["rule"])


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_golden_row(row):
    found = screened(row)
    taken_out = {name for item in found.explanation.items for name in item.excluded_by}
    got = (found.outcome.word, item_of(found), taken_out)
    assert got == (row["outcome"], row["item"], set(row["excluded_by"].split())), row["source"]


def test_every_case_has_a_name_and_a_source():
    assert len(set(NAMES)) == len(NAMES)
    assert [row["case"] for row in ROWS if not row["source"] or not row["inputs"]] == []


def rows_of(rule: str, version_id: str) -> list[Row]:
    return [row for row in ALL if (row.rule, row.version) == (rule, version_id)]


@pytest.mark.parametrize(
    ("rule", "version", "clause"),
    CLAUSES,
    ids=[f"{rule}@{version.id}/{clause.id}" for rule, version, clause in CLAUSES],
)
def test_every_item_and_exclusion_decides_in_one_row_and_not_in_another(rule, version, clause):
    """Of an item: it is met first; of an exclusion: it takes an item out. Rows that are open count for neither."""
    settled = [row for row in rows_of(rule, version.id) if row.outcome != "undetermined"]
    assert decided(settled)[rule, version.id, clause.id] > 0
    assert [row for row in settled if not row.rests_on(clause)] != []


@pytest.mark.parametrize(
    ("rule", "version", "clause", "test"),
    LINES,
    ids=[
        f"{rule}@{version.id}/{clause.id}: {test.quantity} {test.operator} {test.text}"
        for rule, version, clause, test in LINES
    ],
)
def test_every_threshold_has_a_row_below_at_and_above(rule, version, clause, test):
    """The three rows differ in this quantity only, and the answer changes where the sign of the text says."""
    assert has_triple(rows_of(rule, version.id), clause, test)


def row_at(value: str, outcome: str) -> Row:
    item = "a" if outcome == "met" else ""
    return Row("us.ear.3a090c", "2025-06-01", {"memory_bandwidth_density": f"{value} GB/s/mm^2"}, "", outcome, item, ())


@pytest.mark.parametrize(
    ("below", "at", "above", "complete"),
    [
        ("not_met", "not_met", "met", True),
        ("not_met", "met", "met", False),
        ("met", "not_met", "not_met", False),
        ("not_met", "not_met", "not_met", False),
        ("", "not_met", "met", False),
        ("not_met", "", "met", False),
        ("not_met", "not_met", "", False),
    ],
)
def test_a_triple_that_is_wrong_or_lacks_a_row_is_none(below, at, above, complete):
    """For a sign of 'greater than' only the row above may be met."""
    test = QuantityTest("memory_bandwidth_density", ">", Fraction(2), "2 GB/s/mm^2")
    pairs = zip(("1.999", "2", "2.001"), (below, at, above), strict=True)
    rows = [row_at(value, outcome) for value, outcome in pairs if outcome]
    assert has_triple(rows, Clause("a", "", (test,)), test) is complete


def test_rows_far_from_a_line_or_otherwise_unlike_are_no_triple():
    test = QuantityTest("memory_bandwidth_density", ">", Fraction(2), "2 GB/s/mm^2")
    clause = Clause("a", "", (test,))
    near = [row_at("1.999", "not_met"), row_at("2", "not_met"), row_at("2.001", "met")]
    far = [row_at("1.9", "not_met"), *near[1:]]
    unlike = [Row(row.rule, row.as_of, row.inputs | {"hbm": str(n)}, "", *row.answer) for n, row in enumerate(near)]
    assert [has_triple(rows, clause, test) for rows in (near, far, unlike)] == [True, False, False]


def test_values_of_sums_ratios_and_applications_are_worked_out_from_what_the_row_states():
    """1000 + 700, 242 ÷ 121, and 2026-07-05 to 2027-01-01, which is the day of the question or of the transaction."""
    inputs = {
        "dram_bandwidth": "1 TB/s",
        "io_bandwidth": "700 GB/s",
        "memory_bandwidth": "242 GB/s",
        "package_area": "121 mm^2",
        "designer_application_date": "2026-07-05",
    }
    of_the_question = Row("us.ear.3a090", "2027-01-01", inputs, "", "not_met", "", ())
    of_the_transaction = replace(
        of_the_question, as_of="2026-08-01", inputs=inputs | {"transaction_date": "2027-01-01"}
    )
    of_a_year = replace(of_the_question, inputs=inputs | {"transaction_date": "2027"})
    names = ("combined_bandwidth", "memory_bandwidth_density", "days_since_application", "standing_date")
    new_year = date(2027, 1, 1).toordinal()
    assert [of_the_question.value(name) for name in names] == [1700, 2, 180, new_year]
    assert [of_the_transaction.value(name) for name in names] == [1700, 2, 180, new_year]
    assert [of_a_year.value(name) for name in names] == [1700, 2, None, None]
    assert of_the_question.value("total_processing_performance") is None


def test_oracles_are_put_to_rules_that_spoke():
    """Every statement that somebody published is about a rule of the data, on a day on which it had a version."""
    for row in oracle_rows():
        assert SPECS.rules[row.rule].version_on(date.fromisoformat(row.as_of)) is not None, row


def test_the_document_says_what_the_tables_say():
    """`python tests/coverage_table.py` writes it again."""
    assert COVERAGE.read_text(encoding="utf-8") == coverage()


def test_the_document_has_every_version_and_every_clause():
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in coverage().splitlines() if line[:1] == "|"
    ]
    assert [(line[0], line[1]) for line in lines[2:] if line[0]] == [(rule, version.id) for rule, version in VERSIONS]
    assert len([line for line in lines if line[2]]) == 2 + sum(len(reported(*pair)) for pair in VERSIONS)
