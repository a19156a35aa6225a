"""When duties fall due: a table that a lawyer can read, the calendar by hand, and what reports say of it."""

from dataclasses import replace
from datetime import date
from io import StringIO
from shutil import copytree

import pytest
from rich.console import Console
from support import SPECS, VERSIONS, check_ledger, exact, table

from gateline.documents import Document
from gateline.errors import InputError, SpecError
from gateline.jobs import check_release, quick_ledger
from gateline.report import corpus, history, text
from gateline.report.verdict_json import verdict_object
from gateline.rules.deadlines import Deadline, deadline, end_of
from gateline.rules.due import AfterEvent, Count, EachYear, Length, OnDay, Unit, WithEvent, event_of
from gateline.rules.due_schema import DueEntry
from gateline.rules.history import difference
from gateline.rules.model import Period
from gateline.rules.specfiles import load_specs, specs_folder

ROWS = table("golden", "deadlines.csv")
NOTICE, SB53, ILLINOIS = "eu.ai-act.systemic-risk", "us.ca.sb53", "us.il.pa104-538"
LARGE = {"training_compute": "2e26 FLOP", "annual_gross_revenue": "600e6 USD"}
EVENT = "line_known_on"
KEYS = {
    *("date", "past", "within", "every", "earliest", "on", "each_year", "with", "after", "not_before", "from"),
    "assumed",
}
(EU_VERSION,) = SPECS.rules[NOTICE].versions


def day(text: str) -> date:
    return date.fromisoformat(text)


def days(first: str, last: str = "") -> dict:
    """The event of these tests as a column: known, or known to lie between two days."""
    low, high = (exact(day(each).toordinal()) for each in (first, last or first))
    return {EVENT: replace(low, high=high.low)}


def due_of(content: dict, as_of: str, rule: str, point: str) -> dict:
    """The key `due` of a point in the JSON verdict."""
    verdicts = verdict_object(check_ledger(content, as_of, rule))["verdicts"]
    (verdict,) = (each for each in verdicts if each["rule"] == rule)
    (found,) = (each for each in verdict["checklist"] if each["id"] == point)
    return found["due"]


def card(content: dict, as_of: str, *rules: str) -> str:
    """The card as plain text, its lines joined."""
    printed = StringIO()
    text.write([check_ledger(content, as_of, *rules)], Console(width=400, file=printed))
    return " ".join(printed.getvalue().replace("│", " ").split())


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['rule']}/{row['point']} {row['event_date']}" for row in ROWS])
def test_the_golden_table(row):
    content = LARGE | ({row["event"]: row["event_date"]} if row["event"] else {})
    assert due_of(content, row["as_of"], row["rule"], row["point"])["date"] == row["expected"], row["source"]


def test_the_golden_table_has_every_due_point_with_its_event():
    """A deadline that is added to the data needs a row with an independent date; a point without one has none.

    Those of shipments are in tests/test_shipments.py.
    """
    wanted = {
        (rule, point.id, event_of(point.due) or "")
        for rule, version in VERSIONS
        for point in version.checklist
        if point.due is not None and SPECS.rules[rule].subject != "shipment"
    }
    found = {(row["rule"], row["point"], row["event"]) for row in ROWS}
    assert found == wanted | {(NOTICE, "notice", "")}


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        ("2026-11-22", Length(14, Unit.DAY), "2026-12-06"),  # 22 + 14 - 30
        ("2026-12-31", Length(1, Unit.DAY), "2027-01-01"),
        ("2026-11-20", Length(24, Unit.HOUR), "2026-11-21"),
        ("2026-11-29", Length(72, Unit.HOUR), "2026-12-02"),
        ("2027-01-31", Length(1, Unit.MONTH), "2027-02-28"),  # Regulation 1182/71 art. 3(2)(c): the last day
        ("2028-01-31", Length(1, Unit.MONTH), "2028-02-29"),  # a leap year
        ("2027-02-28", Length(1, Unit.MONTH), "2027-03-28"),  # the same number, not again the last day
        ("2026-12-15", Length(1, Unit.MONTH), "2027-01-15"),
        ("2026-11-30", Length(12, Unit.MONTH), "2027-11-30"),
        ("2026-12-31", Length(24, Unit.MONTH), "2028-12-31"),
        ("2028-02-29", Length(1, Unit.YEAR), "2029-02-28"),
        ("2028-02-29", Length(4, Unit.YEAR), "2032-02-29"),
        ("2027-03-01", Length(2, Unit.YEAR), "2029-03-01"),
        ("9999-12-30", Length(14, Unit.DAY), "9999-12-31"),  # the calendar ends
        ("9999-11-30", Length(3, Unit.MONTH), "9999-12-31"),
    ],
)
def test_the_end_of_a_period(start, length, end):
    assert end_of(day(start), length) == day(end)


@pytest.mark.parametrize("as_of", ["2026-12-05", "2026-12-06", "2026-12-07"])
def test_a_deadline_is_past_on_the_day_after_it(as_of):
    """14 days after 2026-11-22 end with 2026-12-06, and that day can still be used."""
    within = AfterEvent(Count.WITHIN, Length(14, Unit.DAY), EVENT)
    found = deadline(within, EU_VERSION, days("2026-11-22"), day(as_of))
    assert found == Deadline(day("2026-12-06"), day("2026-11-22"), past=as_of == "2026-12-07")


def test_what_can_be_asked_for_at_the_earliest_is_never_past():
    """From 2026-05-22 on a reassessment can be asked for; that this day is over is no delay."""
    earliest = AfterEvent(Count.EARLIEST, Length(6, Unit.MONTH), EVENT)
    found = deadline(earliest, EU_VERSION, days("2025-11-22"), day("2026-11-22"))
    assert found == Deadline(day("2026-05-22"), day("2025-11-22"))


@pytest.mark.parametrize(
    ("count", "first", "last", "start", "end"),
    [
        (Count.WITHIN, "2026-11-20", "2026-11-30", "2026-11-20", "2026-12-20"),  # the earlier end is the safe one
        (Count.EVERY, "2026-11-20", "2026-11-30", "2026-11-20", "2026-12-20"),
        (Count.EARLIEST, "2026-11-20", "2026-11-30", "2026-11-30", "2026-12-30"),  # here the later one
        (Count.WITHIN, "2025-01-01", "2025-12-31", "2025-08-02", "2025-09-02"),  # in force since 2025-08-02
        (Count.WITHIN, "2025-08-02", "2025-08-02", "2025-08-02", "2025-09-02"),
    ],
)
def test_an_event_known_as_a_range(count, first, last, start, end):
    due = AfterEvent(count, Length(1, Unit.MONTH), EVENT)
    found = deadline(due, EU_VERSION, days(first, last), day("2025-08-02"))
    assert (found.start, found.day) == (day(start), day(end))


@pytest.mark.parametrize("due", [AfterEvent(Count.WITHIN, Length(14, Unit.DAY), EVENT), WithEvent(EVENT)])
def test_an_event_before_the_rule_takes_effect_gives_no_date(due):
    """The AI Act's duties apply from 2025-08-02; what happened before is under article 111(3), not under two weeks."""
    assert deadline(due, EU_VERSION, days("2025-08-01"), day("2026-11-22")) == Deadline(None, day("2025-08-01"))


@pytest.mark.parametrize(("as_of", "past"), [("2025-08-02", False), ("2025-08-03", True)])
def test_a_duty_with_an_event_is_due_on_its_first_day(as_of, past):
    """Deployed at some time in 2025; the duties apply from 2025-08-02, and on that day it is not too late."""
    found = deadline(WithEvent(EVENT), EU_VERSION, days("2025-01-01", "2025-12-31"), day(as_of))
    assert found == Deadline(day("2025-08-02"), day("2025-08-02"), past=past)


def test_a_text_that_never_took_effect_counts_from_any_event():
    proposed = replace(EU_VERSION, effective=None)
    found = deadline(WithEvent(EVENT), proposed, days("2024-01-05"), day("2026-11-22"))
    assert found == Deadline(day("2024-01-05"), day("2024-01-05"), past=True)


@pytest.mark.parametrize("columns", [{}, {EVENT: exact(None)}], ids=["nobody spoke", "unknown"])
def test_an_event_that_nobody_stated(columns):
    """It has no date, unless the text runs from what is known on the day of the check at the latest."""
    within = AfterEvent(Count.WITHIN, Length(14, Unit.DAY), EVENT)
    as_of = day("2026-11-22")
    assert deadline(within, EU_VERSION, columns, as_of) == Deadline(None)
    assert deadline(WithEvent(EVENT), EU_VERSION, columns, as_of) == Deadline(None)
    assumed = deadline(replace(within, or_from_check=True), EU_VERSION, columns, as_of)
    assert assumed == Deadline(day("2026-12-06"), as_of, assumed=True)
    before = deadline(replace(within, or_from_check=True), EU_VERSION, columns, day("2025-08-01"))
    assert before == Deadline(None, day("2025-08-01"), assumed=True)


def test_a_stated_event_goes_before_the_day_of_the_check():
    found = due_of({"training_compute": "2e25 FLOP", EVENT: "2026-11-02"}, "2026-11-22", NOTICE, "notice")
    assert (found["date"], found["from"], found["assumed"], found["past"]) == ("2026-11-16", "2026-11-02", False, True)


@pytest.mark.parametrize(
    ("as_of", "next_day"),
    [
        ("2027-01-14", "2027-01-15"),
        ("2027-01-15", "2027-01-15"),
        ("2027-01-16", "2027-07-01"),
        ("2027-12-31", "2028-01-15"),
        ("2025-07-01", "2026-01-15"),  # before the rule takes effect on 2025-08-02
        ("9999-07-02", None),
    ],
)
def test_the_next_day_of_every_year(as_of, next_day):
    found = deadline(EachYear(((1, 15), (7, 1))), EU_VERSION, {}, day(as_of))
    assert found == Deadline(day(next_day) if next_day else None)


def test_a_day_that_the_text_names_is_past_afterwards():
    version = replace(EU_VERSION, effective=Period(day("2026-01-01")))
    for as_of, past in (("2028-01-01", False), ("2028-01-02", True)):
        assert deadline(OnDay(day("2028-01-01")), version, {}, day(as_of)) == Deadline(day("2028-01-01"), past=past)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"within": "14 days", "after": "incident_on"}, "'incident_on' is not a known quantity. Did you mean"),
        ({"with": "training_compute"}, "training_compute is a amount, not a date"),
        ({"within": "14 days", "after": "export_year"}, "write the canonical name transaction_date, not export_year"),
        ({"within": "14 days"}, "within also has the key after, which names the event"),
        ({"within": "soon", "after": EVENT}, "'soon' is not a period. Write for example 14 days"),
        ({"within": "0 days", "after": EVENT}, "'0 days' is not a period"),
        ({"within": "1000 years", "after": EVENT}, "'1000 years' is not a period"),
        ({"within": "36 hours", "after": EVENT}, "'36 hours' is not a number of whole days"),
        ({"within": "14 days", "every": "1 year", "after": EVENT}, "due has exactly one of the keys within, every"),
        ({"after": EVENT}, "due has exactly one of the keys within, every"),
        ({"on": "2028-01-01", "after": EVENT}, "after does not belong to on"),
        ({"every": "1 year", "after": EVENT, "not_before": "2028-01-01"}, "not_before does not belong to every"),
        ({"with": EVENT, "else": "as_of"}, "else does not belong to with"),
        ({"within": "14 days", "after": EVENT, "else": "today"}, "'today' is not one of 'as_of'"),
        ({"on": "1 January 2028"}, "'1 January 2028' is not a date"),
        ({"each_year": ["02-29"]}, "'02-29' is not a day of every year"),
        ({"each_year": ["4-15"]}, "'4-15' is not a day of every year"),
        ({"each_year": []}, "each_year"),
        ({"until": "2028-01-01"}, "unknown key"),
    ],
)
def test_a_due_date_that_cannot_be_used_is_refused(entry, message):
    with pytest.raises(InputError, match=r"^a rule") as refused:
        Document("a rule", entry).validate(DueEntry)
    assert message in str(refused.value)


def test_an_event_that_is_no_date_of_the_registry_is_refused_with_its_line(tmp_path):
    specs = copytree(specs_folder(), tmp_path / "specs")
    path = specs / "rules" / "us" / "ca" / "sb53.yaml"
    content = path.read_text(encoding="utf-8")
    line = next(number for number, each in enumerate(content.splitlines(), 1) if "after: incident_known_on" in each)
    path.write_text(content.replace("after: incident_known_on", "after: incidents_known_on"), encoding="utf-8")
    with pytest.raises(SpecError, match=rf"sb53\.yaml:{line}: .*due: 'incidents_known_on' is not a known quantity"):
        load_specs(specs)


def test_the_card_counts_from_the_check_where_nobody_stated_the_event_and_says_so():
    printed = card({"training_compute": "2e25 FLOP"}, "2026-11-22")
    assert "art. 52(1)): by 2026-12-06 (14 days after line known on 2026-11-22, the day of this check)" in printed
    assert (
        "art. 52(5)): not earlier than 6 months after designated on (state it with --set designated_on=DATE)" in printed
    )
    assert "art. 111(3)): by 2027-08-02 " in printed


def test_the_card_names_what_to_state():
    printed = card(LARGE, "2026-11-22", SB53, ILLINOIS)
    assert "15 days after incident known on (state it with --set incident_known_on=DATE)" in printed
    assert "before or with the event: deployed on (state it with --set deployed_on=DATE)" in printed
    assert "90 days after first qualified on, not before 2028-01-01 (state it with" in printed
    assert "every 3 months after last internal use summary on (state it with" in printed
    assert "every year after last audit on (state it with" in printed


def test_the_card_marks_a_deadline_that_is_past():
    """15 days after 2026-10-31 end on 2026-11-15; 24 hours after the same day at its hour on 2026-11-01."""
    known = {"incident_known_on": "2026-10-31", "imminent_danger_known_on": "2026-10-31", "deployed_on": "2026-11-23"}
    printed = card(LARGE | known, "2026-11-22", SB53)
    assert "by 2026-11-15, past as of 2026-11-22 (15 days after incident known on 2026-10-31)" in printed
    hours = "(24 hours after imminent danger known on 2026-10-31)"
    assert f"by 2026-11-01, at the hour of the event, past as of 2026-11-22 {hours}" in printed
    assert "by 2026-11-23 (before or with the event: deployed on 2026-11-23)" in printed
    assert printed.count("past as of") == 2


def test_the_card_says_why_there_is_no_date():
    printed = card(LARGE | {"incident_known_on": "2026-12-31"}, "2027-01-02", ILLINOIS)
    said = "no date, since the rule takes effect on 2027-01-01, after the event"
    assert f"{said} (72 hours after incident known on 2026-12-31)" in printed


def test_the_card_has_other_kinds_of_dates():
    stated = {"designated_on": "2026-08-31", "first_qualified_on": "2027-06-01"}
    printed = card(LARGE | stated, "2027-06-02", NOTICE, ILLINOIS, "us.bis.nprm-2024")
    assert "from 2027-02-28 (not earlier than 6 months after designated on 2026-08-31)" in printed
    assert "by 2028-01-01 (90 days after first qualified on 2027-06-01, not before 2028-01-01)" in printed
    assert "by 2027-07-15 (each year by 01-15, 04-15, 07-15, 10-15)" in printed


def test_a_rule_that_is_not_met_shows_no_duties():
    assert "to the Commission within two weeks" not in card({"training_compute": "1e25 FLOP"}, "2026-11-22")


def test_the_keys_in_json_are_always_the_same():
    content = verdict_object(check_ledger(LARGE, "2026-11-22", *sorted({row["rule"] for row in ROWS})))
    points = [point for verdict in content["verdicts"] for point in verdict["checklist"]]
    assert {frozenset(point) for point in points} == {frozenset({"id", "says", "cite", "due"})}
    found = [point["due"] for point in points if point["due"] is not None]
    assert {frozenset(each) for each in found} == {frozenset(KEYS)}
    kinds = [[key for key in ("within", "every", "earliest", "on", "each_year", "with") if each[key]] for each in found]
    assert {len(each) for each in kinds} == {1}
    assert {each for (each,) in kinds} == {"within", "every", "earliest", "on", "each_year", "with"}


def test_a_deadline_in_json():
    expected = dict.fromkeys(KEYS) | {
        "date": "2028-01-01",
        "past": False,
        "within": "90 days",
        "after": "first_qualified_on",
        "not_before": "2028-01-01",
        "from": "2027-06-01",
        "assumed": False,
    }
    assert due_of(LARGE | {"first_qualified_on": "2027-06-01"}, "2027-06-02", ILLINOIS, "audit") == expected


def test_a_point_without_a_date_has_none_in_json():
    assert due_of(LARGE, "2026-11-22", NOTICE, "duties") is None


def test_an_event_of_a_duty_is_not_told_to_be_without_effect():
    """An event on which no rule shown depends is: the questions of BIS belong to a proposal that is asked for."""
    events = {"incident_known_on": "2026-11-20", "agency_questions_on": "2026-11-20"}
    told = " ".join(check_release(quick_ledger(compute="2e26"), day("2026-11-22"), changes=events).remarks)
    assert "no rule shown depends on agency_questions_on; it is kept" in told


def test_the_rule_page_says_when_points_fall_due():
    page = corpus.show_rules([SPECS.rules[SB53]], "yaml")
    assert "due: 24 hours after imminent danger known on" in page


def test_a_difference_of_versions_tells_deadlines_in_words():
    """A point without one stays as it was; a period that changes is told old and new."""
    rule = SPECS.rules[SB53]
    (old,) = rule.versions
    (first, second, *rest) = old.checklist
    assert isinstance(second.due, AfterEvent)
    longer = replace(second, due=replace(second.due, length=Length(20, Unit.DAY)))
    new = replace(old, id="2030-01-01", checklist=(replace(first, due=None), longer, *rest))
    written = history.write(difference(rule, old, new), SPECS, "text")
    assert "15 days after incident known on" in written
    assert "20 days after incident known on" in written
    assert "none" not in written.lower()
    assert '"within": "20 days"' in history.write(difference(rule, old, new), SPECS, "json")
