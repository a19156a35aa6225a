"""Totals of a shipment ledger against allocations, limits and ratios: hand arithmetic, and laws that hold for any ledger."""

import json
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from io import StringIO
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from support import SPECS, table

from gateline.errors import InputError
from gateline.jobs.totals import reference_performance
from gateline.report.totals import totals_object
from gateline.report.totals_text import totals_text
from gateline.rules.model import MemberTest, Outcome, QuantityTest
from gateline.shipments import standing, sums
from gateline.shipments.ledger_columns import Coded, LedgerColumns
from gateline.shipments.quotas import Quotas

ROOT = Path(__file__).parents[1]
AS_OF = date(2026, 6, 1)
H100 = Fraction(15832)
LPP, COUNTRY, AIA, NVEU, PRODUCT, OUTSIDE, ONE_COUNTRY, ABROAD = (
    f"us.ear.totals.{name}"
    for name in (
        "lpp",
        "country-allocation",
        "aia-certificate",
        "nveu",
        "case-by-case-2026",
        "uveu-outside",
        "uveu-country",
        "uveu-outside-us",
    )
)
UNIVERSAL, NATIONAL = "universal_validated_end_user", "national_validated_end_user"
WORDS = ("chip", "consignee", "destination", "headquarters", "item_of_a_level", UNIVERSAL, NATIONAL)


def row(day, count, destination, consignee="Alpha", **more):
    """One shipment; everything about it is known unless `more` says otherwise."""
    words = {"chip": "h100", "headquarters": "fr", "item_of_a_level": "yes", UNIVERSAL: "yes", NATIONAL: "yes"}
    return words | {"day": day, "count": count, "tpp": H100, "destination": destination, "consignee": consignee} | more


def coded(values):
    distinct = list(dict.fromkeys(values))
    return Coded(np.array([distinct.index(value) for value in values], dtype=np.int32), tuple(distinct))


def columns(rows, numbers=None, words=WORDS):
    return LedgerColumns(
        rows=np.array(numbers if numbers is not None else range(1, len(rows) + 1), dtype=np.int64),
        ids=None,
        days=np.array([each["day"] for each in rows], dtype="datetime64[D]"),
        counts=np.array([each["count"] for each in rows], dtype=np.int64),
        performance=coded([each["tpp"] for each in rows]),
        words={name: coded([each.get(name) for each in rows]) for name in words},
    )


def totals_of(rule, rows, words=WORDS, as_of=AS_OF):
    quotas = Quotas(SPECS, as_of, (rule,))
    quotas.add(columns(rows, words=words))
    return quotas.totals()[0]


def only(rule, rows, **more):
    """The one group of a ledger."""
    (group,) = totals_of(rule, rows, **more).groups
    return group


def exactly(amount):
    assert amount.low == amount.high
    return amount.low


# Limits on sums. A chip of 1 TPP makes the count the total.


@pytest.mark.parametrize(
    ("rule", "line", "destination", "at_line"),
    [
        (LPP, 26_900_000, "in", Outcome.NOT_MET),  # 15 CFR 740.29: "may not exceed"
        (COUNTRY, 790_000_000, "in", Outcome.NOT_MET),  # 15 CFR 742.6(b)(10)(iii)(B): up to the allocation
        (AIA, 253_000_000, "fr", Outcome.MET),  # 15 CFR 740.27: read as that much or more
    ],
)
def test_at_the_line_and_one_beside_it(rule, line, destination, at_line):
    outcomes = []
    for count in (line - 1, line, line + 1):
        group = only(rule, [row("2025-03-01", count, destination, tpp=Fraction(1))])
        assert (exactly(group.total), exactly(group.left)) == (count, line - count)
        outcomes.append(group.outcome)
    assert outcomes == [Outcome.NOT_MET, at_line, Outcome.MET]


def test_1699_h100s_a_year_are_allowed_and_one_more_is_not():
    """1,699 × 15,832 = 26,898,568, and 1,700 × 15,832 = 26,914,400; the line is 26,900,000."""
    rows = [row("2025-02-01", 1000, "in"), row("2025-03-01", 699, "in"), row("2025-04-01", 1, "br")]
    before, after = only(LPP, rows[:2]), only(LPP, rows)
    assert (before.outcome, before.passed, exactly(before.left)) == (Outcome.NOT_MET, None, 1432)
    assert (after.outcome, exactly(after.total), exactly(after.left)) == (Outcome.MET, 26_914_400, -14_400)
    assert (after.passed.day, after.passed.first_row, after.passed.rows) == (date(2025, 4, 1), 3, 1)


def test_a_year_starts_anew():
    """26,898,568 on the last day of 2025 and on the first of 2026: neither year is passed."""
    ledger = totals_of(LPP, [row("2025-12-31", 1699, "in"), row("2026-01-01", 1699, "in")])
    assert [(group.year, exactly(group.total)) for group in ledger.groups] == [(2025, 26_898_568), (2026, 26_898_568)]
    assert ledger.outcome is Outcome.NOT_MET
    cumulative = only(COUNTRY, [row("2025-12-31", 40_000, "in"), row("2026-01-01", 9_899, "in")])
    assert (cumulative.year, cumulative.outcome, cumulative.passed.day) == (None, Outcome.MET, date(2026, 1, 1))


def test_rows_of_one_day_are_taken_together():
    """Whichever row comes first: the day passes the line, with both of its rows."""
    rows = [row("2025-02-01", 1, "in"), row("2025-03-01", 900, "in"), row("2025-03-01", 900, "in")]
    found = [only(LPP, each).passed for each in (rows, rows[::-1])]
    assert [(passed.day, passed.rows) for passed in found] == [(date(2025, 3, 1), 2)] * 2
    assert [passed.first_row for passed in found] == [2, 1]


@pytest.mark.parametrize(
    ("rule", "counted", "not_counted"),
    [
        (LPP, ("in", "fr"), ("us", "cn", "mo", "ru")),  # nothing goes to Macau or D:5 under it
        (COUNTRY, ("in", "ae"), ("fr", "us", "cn", "mo")),  # Supplement No. 5(a) has no allocation
        (AIA, ("fr", "jp"), ("in", "us", "cn")),
        (NVEU, ("in", "fr"), ("us", "cn", "mo")),
    ],
)
def test_which_destinations_count(rule, counted, not_counted):
    for destination in (*counted, *not_counted):
        groups = totals_of(rule, [row("2025-03-01", 1, destination)]).groups
        assert len(groups) == (destination in counted), destination


@pytest.mark.parametrize("rule", [LPP, COUNTRY, AIA, NVEU, OUTSIDE, ONE_COUNTRY])
def test_what_counts_is_of_the_a_level_and_of_the_rule_s_time(rule):
    destination = "fr" if rule == AIA else "in"
    assert totals_of(rule, [row("2025-03-01", 1, destination, item_of_a_level="no")]).groups == ()
    assert totals_of(rule, [row("2025-01-12", 1, destination)]).groups == ()
    assert len(totals_of(rule, [row("2025-01-13", 1, destination)]).groups) == 1


@pytest.mark.parametrize("rule", [COUNTRY, NVEU])
def test_allocations_end_with_2027(rule):
    assert len(totals_of(rule, [row("2027-12-31", 1, "in")]).groups) == 1
    assert totals_of(rule, [row("2028-01-01", 1, "in")]).groups == ()


def test_lists_are_those_of_the_day_of_the_row():
    """Nicaragua is in D:5 from 2024-03-15 on (89 FR 18780), and not on the day before."""
    rule, d5 = SPECS.rules[PRODUCT], MemberTest("destination", "us.ear.country-group-d5", wanted=True)
    total = replace(rule.total, sum=replace(rule.total.sum, counts=(d5,)))
    specs = replace(SPECS, rules={PRODUCT: replace(rule, total=total)}, programs={})
    quotas = Quotas(specs, AS_OF)
    quotas.add(columns([row("2024-03-15", 2, "ni"), row("2024-03-14", 1, "ni")]))
    (group,) = quotas.totals()[0].groups
    assert (exactly(group.total), group.first_day) == (2 * H100, date(2024, 3, 15))


# The table of national validated end users: 15 CFR part 748 Supp. No. 10, in the worked example O9

QUARTERS = [example for example in table("golden", "worked_examples.csv") if example["example"] == "O9"]
MONTHS = {"Q1": ("01-13", "03-31"), "Q2": ("04-01", "06-30"), "Q3": ("07-01", "09-30"), "Q4": ("10-01", "12-31")}


@pytest.mark.parametrize("example", QUARTERS, ids=[example["case"] for example in QUARTERS])
@pytest.mark.parametrize("end", [0, 1])
def test_allocations_of_national_validated_end_users(example, end):
    year, quarter = example["case"].split()
    allowance = int(example["content"].partition("=")[2].partition(";")[0])
    day = f"{year}-{MONTHS[quarter][end]}"
    at, above = (only(NVEU, [row(day, allowance + more, "in", tpp=Fraction(1))]) for more in (0, 1))
    assert (at.outcome, exactly(at.left), at.line.threshold) == (Outcome.NOT_MET, 0, allowance)
    assert (above.outcome, exactly(above.left), above.passed.day) == (Outcome.MET, -1, date.fromisoformat(day))


def test_2027_has_one_figure_for_all_quarters():
    """5,064,000,000 = 8 × 633,000,000, from the first quarter of 2027 to the last."""
    for month in ("02", "05", "08", "11"):
        assert only(NVEU, [row(f"2027-{month}-01", 1, "in")]).line.threshold == 8 * 633_000_000


def test_an_allocation_passed_in_one_quarter_stays_passed_when_the_next_raises_it():
    """633,000,001 in the first quarter of 2025; at the end the line is 949,500,000."""
    rows = [row("2025-02-01", 633_000_001, "in", tpp=Fraction(1)), row("2025-05-01", 1, "br", tpp=Fraction(1))]
    india = next(group for group in totals_of(NVEU, rows).groups if group.group == ("Alpha", "in"))
    assert (india.outcome, india.at_end, india.passed.day) == (Outcome.MET, Outcome.NOT_MET, date(2025, 2, 1))
    assert exactly(india.left) == 949_500_000 - 633_000_001


def test_allocations_are_per_company_and_country():
    rows = [row("2025-02-01", 400_000_000, to, who, tpp=Fraction(1)) for to in ("in", "br") for who in ("A", "B")]
    ledger = totals_of(NVEU, rows)
    assert [group.group for group in ledger.groups] == [("A", "br"), ("A", "in"), ("B", "br"), ("B", "in")]
    assert ledger.outcome is Outcome.NOT_MET


# Ratios


@pytest.mark.parametrize(
    ("rule", "abroad", "at_home", "there", "home"),
    [
        (OUTSIDE, 25, 75, "in", "fr"),  # 25 percent outside of Supplement No. 5(a)
        (ONE_COUNTRY, 7, 93, "in", "fr"),  # 7 percent in one country
        (ABROAD, 50, 50, "fr", "us"),  # 50 percent outside of the United States
    ],
)
def test_shares_of_universal_validated_end_users(rule, abroad, at_home, there, home):
    headquarters = "us" if rule == ABROAD else "fr"

    def shares(more):
        day, count = "2025-03-01", (abroad + more, at_home)
        rows = [row(day, n, to, headquarters=headquarters) for n, to in zip(count, (there, home), strict=True)]
        return only(rule, rows)

    at, above = shares(0), shares(1)
    assert (exactly(at.share), at.outcome, exactly(at.left)) == (Fraction(abroad, 100), Outcome.NOT_MET, 0)
    assert (exactly(above.share), above.outcome) == (Fraction(abroad + 1, 101), Outcome.MET)


def test_seven_percent_are_of_all_that_a_company_has():
    """7 and 6 of 100 in two countries: each within 7 percent, though 13 lie outside."""
    rows = [row("2025-03-01", n, to) for n, to in ((7, "in"), (6, "br"), (87, "fr"))]
    groups = totals_of(ONE_COUNTRY, rows).groups
    assert [(group.group[1], exactly(group.share)) for group in groups] == [
        ("br", Fraction(6, 100)),
        ("in", Fraction(7, 100)),
    ]
    assert {group.outcome for group in groups} == {Outcome.NOT_MET}


@pytest.mark.parametrize(
    ("rule", "flag", "there"),
    [(NVEU, NATIONAL, "in"), (OUTSIDE, UNIVERSAL, "in"), (ONE_COUNTRY, UNIVERSAL, "in"), (ABROAD, UNIVERSAL, "fr")],
)
def test_only_who_holds_an_authorization_has_its_allocation(rule, flag, there):
    """15 CFR 748.15: a billion TPP abroad of a company without the authorization are under no line of Supplement No. 10."""
    headquarters = "us" if rule == ABROAD else "fr"
    other = {UNIVERSAL: NATIONAL, NATIONAL: UNIVERSAL}[flag]
    big = row("2025-03-01", 10**9, there, tpp=Fraction(1), headquarters=headquarters) | {other: "no"}
    assert totals_of(rule, [big]).outcome is Outcome.MET
    assert totals_of(rule, [big | {flag: "no", other: "yes"}]).groups == ()
    said, silent = row("2025-03-02", 10**9, there, tpp=Fraction(1)) | {flag: "no"}, big | {flag: None}
    (group,) = totals_of(rule, [silent, said]).groups
    assert (group.total.low, group.total.high, group.outcome) == (0, 10**9, Outcome.UNDETERMINED)


@pytest.mark.parametrize(("count", "outcome"), [(633_000_000, Outcome.NOT_MET), (633_000_001, Outcome.UNDETERMINED)])
def test_without_the_column_an_allocation_is_open_only_where_all_rows_together_pass_it(count, outcome):
    """The first quarter of 2025 allows 633,000,000."""
    words = tuple(name for name in WORDS if name != NATIONAL)
    found = totals_of(NVEU, [row("2025-03-01", count, "in", tpp=Fraction(1))], words=words)
    assert (found.absent, found.outcome) == ((NATIONAL,), outcome)
    assert (found.groups[0].total.low, found.groups[0].total.high) == (0, count)


@pytest.mark.parametrize("rule", [OUTSIDE, ONE_COUNTRY])
def test_without_the_column_a_share_is_open_as_soon_as_something_lies_abroad(rule):
    """One of 100 lies abroad, but nobody knows of which rows the consignee had the authorization."""
    words = tuple(name for name in WORDS if name != UNIVERSAL)
    home, abroad = row("2025-03-01", 99, "fr"), row("2025-03-01", 1, "in")
    found = totals_of(rule, [home, abroad], words=words)
    (group,) = found.groups
    assert (group.share.low, group.share.high, found.outcome) == (0, 1, Outcome.UNDETERMINED)
    assert found.absent == (UNIVERSAL,)
    assert totals_of(rule, [home], words=words).outcome is Outcome.NOT_MET


def test_a_share_of_the_first_days_counts_even_if_it_falls_later():
    rows = [row("2025-03-01", 1, "in"), row("2025-03-02", 99, "fr")]
    found = only(OUTSIDE, rows)
    assert (found.outcome, found.at_end, found.passed.day) == (Outcome.MET, Outcome.NOT_MET, date(2025, 3, 1))
    assert (exactly(found.passed.share), exactly(found.share)) == (1, Fraction(1, 100))


@pytest.mark.parametrize(
    ("china", "united_states", "outcome"),
    [
        ((50, 0), 100, Outcome.NOT_MET),  # exactly 50 percent
        ((25, 25), 100, Outcome.NOT_MET),  # China and Macau together
        ((25, 26), 100, Outcome.MET),
        ((1, 0), 0, Outcome.MET),  # half of nothing is nothing
    ],
)
def test_a_product_s_share_for_china(china, united_states, outcome):
    """15 CFR part 748 Supp. No. 2 para (dd)(1)(iii): at most 50 percent of what went to US customers."""
    rows = [row("2025-03-01", n, to) for n, to in ((china[0], "cn"), (china[1], "mo"), (united_states, "us")) if n]
    found = only(PRODUCT, rows)
    assert found.outcome is outcome
    assert exactly(found.total) == sum(china) * H100
    assert exactly(found.whole) == united_states * H100
    assert exactly(found.left) == united_states * H100 / 2 - sum(china) * H100


def test_a_product_is_judged_at_the_end_and_by_itself():
    """From launch to application: what stood above on a day in between decides nothing; another product's US sales neither."""
    rows = [row("2025-03-01", 1, "cn"), row("2025-03-02", 2, "us"), row("2025-03-02", 500, "us", chip="other")]
    found = only(PRODUCT, rows)
    assert (found.group, found.outcome, found.passed.day) == (("h100",), Outcome.NOT_MET, date(2025, 3, 1))


def test_us_end_use_is_where_the_end_users_are():
    rows = [row("2025-03-01", 1, "cn"), row("2025-03-01", 2, "us", end_user_country="cn")]
    assert only(PRODUCT, rows, words=(*WORDS, "end_user_country")).outcome is Outcome.MET
    assert only(PRODUCT, rows).outcome is Outcome.NOT_MET  # without the column, end users are at the destination


# What is unknown


def test_unknown_performance_makes_a_total_at_least():
    within = only(LPP, [row("2025-02-01", 10, "in"), row("2025-02-02", 1, "in", tpp=None)])
    assert (within.total.low, within.total.high, within.outcome) == (158_320, None, Outcome.UNDETERMINED)
    assert (within.left.low, within.left.high) == (None, 26_900_000 - 158_320)
    above = only(LPP, [row("2025-02-01", 1700, "in"), row("2025-02-02", 1, "in", tpp=None)])
    assert (above.outcome, above.passed.day) == (Outcome.MET, date(2025, 2, 1))
    alone = only(LPP, [row("2025-02-02", 1, "in", tpp=None)])
    assert (alone.total.low, alone.outcome) == (0, Outcome.UNDETERMINED)


@pytest.mark.parametrize("unknown", ["consignee", "item_of_a_level", "destination"])
def test_a_row_that_perhaps_counts_raises_the_upper_end_alone(unknown):
    """1,699 H100s surely count; one more, of which a word is unknown, could pass the line and does not surely."""
    rows = [row("2025-02-01", 1699, "in"), row("2025-03-01", 1, "in") | {unknown: None}]
    found = only(LPP, rows)
    assert (found.total.low, found.total.high) == (26_898_568, 26_914_400)
    assert (found.outcome, found.passed) == (Outcome.UNDETERMINED, None)


def test_rows_without_a_group_count_for_every_group_from_their_day_on():
    rows = [row("2025-02-01", 1699, "in", who) for who in "AB"] + [row("2026-02-01", 1, "in", None)]
    ledger = totals_of(LPP, rows)
    assert [group.outcome for group in ledger.groups] == [Outcome.NOT_MET] * 2  # the row is of another year
    assert (ledger.unplaced_rows, exactly(ledger.unplaced)) == (1, H100)
    assert ledger.outcome is Outcome.NOT_MET  # one H100 passes nothing, whoever has it
    rows[-1] = row("2025-02-01", 1, "in", None)
    assert [group.outcome for group in totals_of(LPP, rows).groups] == [Outcome.UNDETERMINED] * 2


@pytest.mark.parametrize("chips", [1699, 1700])
def test_rows_without_a_group_could_be_of_a_group_of_their_own(chips):
    ledger = totals_of(LPP, [row("2025-02-01", chips, "in", None)])
    assert (ledger.groups, ledger.absent) == ((), ())
    assert ledger.outcome is (Outcome.NOT_MET if chips == 1699 else Outcome.UNDETERMINED)


@pytest.mark.parametrize("absent", ["consignee", "item_of_a_level"])
def test_an_absent_column_is_named_and_never_within(absent):
    words = tuple(name for name in WORDS if name != absent)
    ledger = totals_of(LPP, [row("2025-02-01", 1700, "in")], words=words)
    assert (ledger.absent, ledger.outcome) == ((absent,), Outcome.UNDETERMINED)


def test_unknown_us_shipments_leave_a_product_open():
    rows = [row("2025-03-01", 1, "cn"), row("2025-03-01", 1, "us", tpp=None)]
    assert only(PRODUCT, rows).outcome is Outcome.UNDETERMINED


def test_spelling_makes_no_group_of_its_own():
    """A limit cannot be split by writing a name in capitals or with two spaces."""
    rows = [row("2025-02-01", 1699, "in", "Example  Cloud"), row("2025-02-02", 1, "in", "EXAMPLE CLOUD")]
    found = only(LPP, rows)
    assert (found.group, found.outcome) == (("EXAMPLE CLOUD",), Outcome.MET)


def test_exact_where_float64_is_not():
    """0.1 + 0.2 and counts beyond 2^53 and 2^63."""
    ten = [row("2025-02-01", 269_000_000, "in", tpp=Fraction(1, 10))]
    assert only(LPP, ten).outcome is Outcome.NOT_MET
    assert only(LPP, [*ten, row("2025-02-01", 1, "in", tpp=Fraction(1, 10**30))]).outcome is Outcome.MET
    many = [row("2025-02-01", 2**62, "in", tpp=Fraction(10**6 + 1)), row("2025-02-01", 2**62, "in", tpp=Fraction(1))]
    assert exactly(only(LPP, many).total) == 2**62 * (10**6 + 2)


# Laws

LEDGERS = st.lists(
    st.builds(
        row,
        st.dates(date(2025, 1, 10), date(2026, 3, 1)).map(str),
        st.integers(1, 3000),
        st.sampled_from(["in", "br", "fr", "us", "cn", "mo", None]),
        st.sampled_from(["Alpha", "alpha", "Beta", None]),
        tpp=st.sampled_from([H100, Fraction(24949, 10), Fraction(1, 3), None]),
        headquarters=st.sampled_from(["fr", "us", "cn", None]),
        item_of_a_level=st.sampled_from(["yes", "yes", "no", None]),
        universal_validated_end_user=st.sampled_from(["yes", "no", None]),
        national_validated_end_user=st.sampled_from(["yes", "no", None]),
    ),
    max_size=12,
)


def totals_in_parts(rows, numbers, cuts):
    quotas = Quotas(SPECS, AS_OF)
    for start, stop in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        quotas.add(columns(rows[start:stop], numbers[start:stop]))
    return quotas.totals()


@settings(deadline=None, max_examples=40)
@given(LEDGERS, st.data())
def test_neither_order_nor_split_matters(rows, data):
    whole = totals_in_parts(rows, list(range(len(rows))), [])
    order = data.draw(st.permutations(range(len(rows))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    assert totals_in_parts([rows[place] for place in order], list(order), cuts) == whole


@settings(deadline=None, max_examples=40)
@given(LEDGERS, st.sampled_from([1, 2, 3]))
def test_groups_tested_together_or_apart_come_out_alike(rows, portion):
    numbers = list(range(len(rows)))
    whole = totals_in_parts(rows, numbers, [])
    with mock.patch.object(standing, "PORTION", portion):
        assert totals_in_parts(rows, numbers, []) == whole


@settings(deadline=None, max_examples=40)
@given(LEDGERS)
def test_learning_something_never_flips_a_settled_outcome(rows):
    """A row whose performance becomes known settles what was open, and turns nothing round."""
    known = [{**each, "tpp": each["tpp"] or H100} for each in rows]
    before, after = (totals_in_parts(each, list(range(len(rows))), []) for each in (rows, known))
    for old, new in zip(before, after, strict=True):
        assert old.outcome in (Outcome.UNDETERMINED, new.outcome)
        for group, later in zip(old.groups, new.groups, strict=True):
            assert group.outcome in (Outcome.UNDETERMINED, later.outcome)


@settings(deadline=None, max_examples=40)
@given(LEDGERS)
def test_totals_are_those_of_adding_up_row_by_row(rows):
    """The country allocation again, in plain Python: items of the .a level to India or Brazil from 2025-01-13 on."""
    expected = {}
    for each in rows:
        sure = each["item_of_a_level"] == "yes" and each["tpp"] is not None and each["day"] >= "2025-01-13"
        if sure and each["destination"] in ("in", "br"):
            expected[each["destination"]] = expected.get(each["destination"], 0) + each["count"] * each["tpp"]
    found = {group.group[0]: group.total.low for group in totals_of(COUNTRY, rows).groups if group.total.low}
    assert found == expected


# Bounds and mistakes


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(sums, "MAXIMUM_CELLS", 3)
    rows = [row(str(date(2025, 2, 1) + timedelta(days)), 1, "in") for days in range(4)]
    assert only(LPP, rows[:3]).rows == 3
    with pytest.raises(InputError, match=r"totals by consignee and day: more than 3 of them\. Split the ledger"):
        totals_of(LPP, rows)


def test_cells_are_merged_on_the_way(monkeypatch):
    monkeypatch.setattr(sums, "PENDING", 1)
    rows = [row("2025-02-01", 1, "in")] * 50
    assert totals_in_parts(rows, list(range(50)), list(range(1, 50)))[3].groups[0].rows == 50


def test_mistakes_are_named():
    with pytest.raises(InputError, match="row 1: has no day"):
        totals_of(LPP, [row("NaT", 1, "in")])
    with pytest.raises(InputError, match=r"us\.ear\.3a090: is not a rule about totals"):
        Quotas(SPECS, AS_OF, ("us.ear.3a090",))
    with pytest.raises(InputError, match=r"us\.ear\.totals\.lpp: had not been issued by 2024-01-01"):
        Quotas(SPECS, date(2024, 1, 1), (LPP,))
    with pytest.raises(InputError, match="item_of_a_level: 'perhaps' is not yes or no"):
        totals_of(LPP, [row("2025-02-01", 1, "in", item_of_a_level="perhaps")])


def test_nothing_shipped_is_nothing_passed():
    assert [(found.outcome, found.groups, found.absent) for found in Quotas(SPECS, AS_OF).totals()] == [
        (Outcome.NOT_MET, (), ())
    ] * 8


# One figure, wherever it stands


@pytest.mark.parametrize(
    ("total", "one_shipment"),
    [
        (LPP, "us.ear.license-exception-lpp"),
        (COUNTRY, "us.ear.review-policy-2025-text"),
        (AIA, "us.ear.aia-certificate"),
        (PRODUCT, "us.ear.case-by-case-2026-shipment"),
    ],
)
def test_lines_of_totals_are_those_of_the_rules_about_one_shipment(total, one_shipment):
    """The same quantity, the same figure, and the same side of it: within is at most, past is more than."""
    sides = {"<=": "up", ">": "up", ">=": "down", "<": "down"}
    lines = [
        {
            (test.quantity, test.threshold, sides[test.operator])
            for clause in SPECS.rules[rule].versions[-1].clauses
            for test in clause.conditions
            if isinstance(test, QuantityTest)
        }
        for rule in (total, one_shipment)
    ]
    assert lines[0] == lines[1]
    assert len(lines[0]) == 1
    assert SPECS.rules[total].versions[-1].status is SPECS.rules[one_shipment].versions[-1].status


def test_fifty_thousand_gpus_per_country():
    """The press figure: 790,000,000 / 15,832 = 49,898.9; so 49,898 H100s are within the allocation, and one more is not."""
    assert Fraction(790_000_000) / H100 == pytest.approx(49_898.9, abs=0.05)
    within, above = (only(COUNTRY, [row("2025-03-01", count, "in")]) for count in (49_898, 49_899))
    assert (within.outcome, exactly(within.left)) == (Outcome.NOT_MET, 14_864)  # 49,898 × 15,832 = 789,985,136
    assert (above.outcome, exactly(above.left)) == (Outcome.MET, -968)


@pytest.mark.parametrize(
    ("line", "h100s"),
    [
        (26_900_000, "1,699.1"),
        (790_000_000, "49,898.9"),
        (253_000_000, "15,980.3"),
        (633_000_000, "39,982.3"),
        (5_064_000_000, "319,858.5"),
    ],
)
def test_lines_in_h100s(line, h100s):
    """The published quotients by 15,832, cut after one digit, from the chip of the catalogue."""
    performance = reference_performance(SPECS, AS_OF)
    assert performance == 1979 * 8
    assert f"{float(line / performance):,.1f}" == h100s
    assert h100s in (ROOT / "docs" / "shipments-totals.md").read_text(encoding="utf-8")


# Reports


def shown(rule, rows, width=200, words=WORDS):
    return printed([totals_of(rule, rows, words=words)], width)


def printed(totals, width=200):
    console = Console(width=width, file=StringIO())
    console.print(totals_text(totals, AS_OF, H100, width, "--totals FILE"), soft_wrap=True)
    return console.file.getvalue()


def test_a_total_as_json():
    rows = [
        row("2025-02-01", 1699, "in", "Alpha"),
        row("2025-03-01", 1, "in", "Alpha"),
        row("2025-03-01", 1, "in", None),
    ]
    found = totals_object(totals_of(LPP, rows), AS_OF, H100)
    exact = {"value": 26_914_400.0, "low": 26_914_400.0, "high": 26_914_400.0, "unit": "TPP"}
    assert (found["rule"], found["status"], found["enforced"]) == (LPP, "codified_not_enforced", False)
    assert (found["by"], found["each"], found["judged"], found["outcome"]) == (
        ["consignee"],
        "calendar_year",
        "every_day",
        "met",
    )
    assert found["groups"] == [
        {
            "group": {"consignee": "Alpha"},
            "year": 2025,
            "rows": 2,
            "first_day": "2025-02-01",
            "last_day": "2025-03-01",
            "total": {"value": None, "low": 26_914_400.0, "high": 26_930_232.0, "unit": "TPP"},
            "h100_equivalents": {"value": None, "low": 1700.0, "high": 1701.0, "unit": ""},
            "whole": None,
            "share": None,
            "line": {"op": ">", "threshold": 26_900_000.0, "unit": "TPP"},
            "left": {"value": None, "low": -30_232.0, "high": -14_400.0, "unit": "TPP"},
            "outcome": "met",
            "at_end": "met",
            "passed": {
                "day": "2025-03-01",
                "item": "passed",
                "rows": 1,
                "first_row": 2,
                "total": exact | {"value": None, "high": 26_930_232.0},
                "share": None,
            },
        }
    ]
    assert found["unplaced"]["rows"] == 1
    assert found["unplaced"]["outcome"] == "not_met"


def test_a_share_of_nothing_is_valid_json():
    """No number is infinite in JSON: the share is null, and the two sums say why."""
    found = totals_object(totals_of(PRODUCT, [row("2025-03-01", 1, "cn")]), AS_OF, H100)
    text = json.dumps(found, allow_nan=False)
    (group,) = json.loads(text)["groups"]
    assert (group["share"]["value"], group["whole"]["value"], group["outcome"]) == (None, 0.0, "met")
    assert "15,832 TPP   against 0 TPP   1 H100   first passed on 2025-03-01 (row 1)" in shown(
        PRODUCT, [row("2025-03-01", 1, "cn")]
    )


def test_a_block_in_full():
    """1,000 H100 on one day and 1,700 on the next: 2,700 × 15,832 = 42,746,400, which is 158.9 percent of 26,900,000."""
    rows = [row("2025-02-01", 1000, "in"), row("2025-02-02", 1000, "in"), row("2025-02-02", 700, "br")]
    assert shown(LPP, rows).splitlines() == [
        "■ passed: Limit of License Exception LPP per consignee and calendar year; line > 26,900,000 TPP; "
        "each calendar year; us.ear.totals.lpp; codified, not enforced",
        "    Alpha, 2025   42,746,400 TPP   159 % of the line   2,700 H100   passed on 2025-02-02 (2 rows, the first 2)",
        "Totals are those of this ledger alone: what others shipped and what went before is not in them. "
        "All groups and the notes: --totals FILE",
    ]


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        (COUNTRY, ["Country allocation of 2025 to 2027; line > 790,000,000 TPP; 2025-01-13 to 2027-12-31; "]),
        (AIA, ["total per consignee; line ≥ 253,000,000 TPP; since 2025-01-13; "]),
        (PRODUCT, ["share of a product; line > 50 %; judged at the end of the ledger; ", "; in force"]),
        (NVEU, ["; line > 633,000,000 TPP at the end of the ledger; "]),
    ],
)
def test_line_and_period_stand_in_the_heading(rule, parts):
    heading, *_ = shown(rule, [row("2025-03-01", 1, {AIA: "fr", PRODUCT: "cn"}.get(rule, "in"))]).splitlines()
    for part in parts:
        assert part in heading


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_the_terminal(width):
    """Names as long as they get, of wide letters too, and the largest totals."""
    rows = [row("2025-03-01", 3 * 10**8, "in", name) for name in ("A long name of a company " * 3, "星" * 60, "B")]
    totals = [totals_of(rule, rows) for rule in (LPP, COUNTRY, NVEU, OUTSIDE, ONE_COUNTRY)]
    lines = printed(totals, width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert sum("星" in line for line in lines) == 4
    assert "line > 26,900,000 TPP" in "\n".join(lines)


def test_what_lies_next_to_a_line_is_told_from_it():
    """49,899 × 15,832 = 790,000,968, which is 100.0001 percent; 49,898 are 99.998 percent; the line itself is 100."""
    over, under = (shown(COUNTRY, [row("2025-03-01", count, "in")]) for count in (49_899, 49_898))
    for part in (
        "■ passed",
        "790,000,968 TPP   just over 100 % of the line   49,900 H100   passed on 2025-03-01 (row 1)",
    ):
        assert part in over
    assert "□ not passed" in under
    assert "789,985,136 TPP   just under 100 % of the line" in under
    at = shown(COUNTRY, [row("2025-03-01", 790_000_000, "in", tpp=Fraction(1))])
    assert "790,000,000 TPP   100 % of the line" in at


def test_a_line_that_a_total_left_behind_is_told():
    """One H100 abroad and 99 at home the day after: 100 percent, then 1 percent."""
    text = shown(OUTSIDE, [row("2025-03-01", 1, "in"), row("2025-03-02", 99, "fr")])
    assert "1 % of 1,583,200 TPP   1 H100   passed on 2025-03-01 (row 1), not passed at the end" in text


def test_what_is_not_known_is_told():
    rows = [row("2025-02-01", 1, "in", tpp=None), row("2025-02-01", 1, "in", None)]
    text = shown(LPP, rows)
    assert "◧ undetermined" in text
    assert "at least 0 TPP   at least 0 % of the line   at least 0 H100" in text
    assert "    1 row of unknown consignee, 15,832 TPP: any total may have that on top" in text
    assert "no column" not in text
    words = tuple(name for name in WORDS if name not in ("consignee", NATIONAL))
    text = shown(NVEU, [row("2025-02-01", 1, "in")], words=words)
    assert "    1 row of unknown consignee or destination, 15,832 TPP: any total" in text
    assert "no column consignee" not in text
    assert f"no column {NATIONAL} (the consignee is authorized as a national validated end user for" in text


def test_the_nearest_come_first_and_the_rest_is_counted():
    text = shown(LPP, [row("2025-02-01", count, "in", f"Company {count:02}") for count in range(1, 15)])
    names = [line.split(",")[0].strip() for line in text.splitlines() if line.strip().startswith("Company")]
    assert names == ["Company 14", "Company 13", "Company 12"]
    assert "and 11 more, none nearer" in text


def test_groups_that_are_not_shown_are_not_said_to_be_within():
    """1,700 H100 a year are past the line: of five such companies two are not shown, and of one nobody knows."""
    rows = [row("2025-02-01", 1700, "in", f"Company {number}") for number in range(5)]
    rows += [row("2025-02-01", 1700, "in", "Other", tpp=None), row("2025-02-01", 1, "in", "Small")]
    assert "and 4 more, 2 of them passed, 1 of them undetermined" in shown(LPP, rows)


def test_of_open_totals_the_largest_comes_first():
    """The least is zero for each of them."""
    rows = [row("2025-02-01", 10**9 + count, "in", f"C{count}") | {NATIONAL: None} for count in (1, 3, 2)]
    text = shown(NVEU, rows)
    assert [line.split(",")[0].strip() for line in text.splitlines() if "H100" in line] == ["C3", "C2", "C1"]


def test_rules_under_which_nothing_counts_share_a_line():
    """What is past its line and enforced comes first; the ids of idle rules stand together."""
    rows = [row("2025-03-01", 1, "cn", headquarters="cn")]
    quotas = Quotas(SPECS, AS_OF)
    quotas.add(columns(rows))
    first, *_ = lines = printed(quotas.totals(), 1000).splitlines()
    assert PRODUCT in first
    (idle,) = [line for line in lines if line.startswith("nothing to add up: ")]
    assert idle.removeprefix("nothing to add up: ").split(", ") == [
        AIA,
        COUNTRY,
        LPP,
        NVEU,
        ONE_COUNTRY,
        ABROAD,
        OUTSIDE,
    ]
    assert printed(Quotas(SPECS, AS_OF).totals(), 1000).count("\n") == 1


def test_a_hostile_name_is_text():
    text = shown(LPP, [row("2025-02-01", 1, "in", "\x1b[31m[red]A\u202e\nB" + "x" * 90)])
    line = next(line for line in text.splitlines() if "[red]A" in line)
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert "…" in line
