"""Five traps of the law on chips, and what readers of it have got wrong."""

import re
from datetime import date

import pytest
from support import SPECS, check_ledger, screen_chip_document, verdict_of

from gateline.errors import InputError
from gateline.jobs import screen_chip
from gateline.rules.model import FlagTest, ItemTest, MemberTest, Outcome, Status
from gateline.screening import Screening, Verdict

TODAY = "2026-11-21"
RULE = "us.ear.3a090"
LETTER = "us.bis.is-informed-2025-04"
H20 = ("nvidia-h20-96", "nvidia-h20-141")
D5 = "us.ear.country-group-d5"
MACAU_OR_D5 = "us.ear.macau-or-d5"


def screened(chip: str, as_of: str, *rules: str, role: str = "exporter") -> Screening:
    return screen_chip(chip, date.fromisoformat(as_of), role=role, rules=rules)


def on_the_text(as_of: str = "2024-06-01", **figures: str) -> Verdict:
    return verdict_of(screen_chip_document(figures, as_of), RULE)


def held(verdict: Verdict) -> list[str]:
    """Every item whose conditions and exclusions hold, whether or not it is the first."""
    return [item.clause.id for item in verdict.explanation.items if item.outcome is Outcome.MET]


def members(name: str, as_of: str = TODAY) -> frozenset[str]:
    return SPECS.members_on(name, date.fromisoformat(as_of))


# 1. H20 is in neither 3A090.a nor .b; it was caught by a letter.


@pytest.mark.parametrize("chip", H20)
@pytest.mark.parametrize("as_of", ["2024-06-01", "2025-04-09", TODAY])
def test_trap_1_h20_is_neither_a_nor_b(chip, as_of):
    """148 TFLOP/s × 16 = 2,368 is under 2,400; over 814 mm² it is 2.91, under 3.2. A tracker says .b.2; the text does not."""
    found = verdict_of(screened(chip, as_of), RULE)
    assert (found.outcome, held(found)) == (Outcome.NOT_MET, [])
    assert found.columns["total_processing_performance"].low[0] == 2368


@pytest.mark.parametrize("chip", H20)
def test_trap_1_h20_is_caught_by_the_letter_only(chip):
    """4 TB/s of memory are over the 1,400 GB/s of the letter; nothing that gates is met."""
    screening = screened(chip, "2025-04-15")
    assert screening.outcome is Outcome.NOT_MET
    met = {found.rule.id for found in screening.verdicts if found.outcome is Outcome.MET}
    assert met == {LETTER, "us.ear.3a991p"}
    assert verdict_of(screening, LETTER).explanation.item == "memory"


@pytest.mark.parametrize("chip", H20)
def test_trap_1_before_the_letter_there_is_only_the_residual_class(chip):
    met = {found.rule.id for found in screened(chip, "2025-04-08").verdicts if found.outcome is Outcome.MET}
    assert met == {"us.ear.3a991p"}
    with pytest.raises(InputError, match=re.escape(f"{LETTER}: no version in force on 2025-04-08")):
        screened(chip, "2025-04-08", LETTER)


@pytest.mark.parametrize("chip", H20)
@pytest.mark.parametrize("as_of", ["2023-11-17", "2024-06-01", TODAY])
def test_trap_1_h20_is_never_reported_as_free_of_control(chip, as_of):
    """296 TOPS are over the 8 of 3A991.p.1: not 3A090 does not mean EAR99."""
    found = verdict_of(screened(chip, as_of), "us.ear.3a991p")
    assert (found.outcome, found.explanation.item, found.rule.effect) == (Outcome.MET, "3A991.p.1", "residual")


@pytest.mark.parametrize("chip", ["L20", "L2", "RTX 4090D", "RTX 5090D"])
def test_trap_1_what_falls_out_of_3a090_falls_into_the_residual_class(chip):
    """L20 by density, L2 by performance, the two gaming parts by Note 2."""
    screening = screened(chip, TODAY)
    assert verdict_of(screening, RULE).outcome is Outcome.NOT_MET
    assert verdict_of(screening, "us.ear.3a991p").outcome is Outcome.MET


# 2. The text of .b.2 has no upper limit on performance; .a is tested first.


@pytest.mark.parametrize("performance", ["4800 TPP", "6128 TPP", "1e9 TPP"])
def test_trap_2_the_words_of_b_2_hold_for_chips_of_a_too(performance):
    """At a density of 3.88 both hold and .a.1 classifies; .b.1 ends at 4800, .b.2 nowhere."""
    found = on_the_text(total_processing_performance=performance, performance_density="3.88 TPP/mm^2", datacenter="yes")
    assert held(found) == ["3A090.a.1", "3A090.b.2"]
    assert found.explanation.item == "3A090.a.1"


def test_trap_2_the_items_stand_in_the_order_of_the_text():
    version = SPECS.rules[RULE].version_on(date.fromisoformat(TODAY))
    assert [item.id for item in version.items] == ["3A090.a.1", "3A090.a.2", "3A090.b.1", "3A090.b.2"]


@pytest.mark.parametrize("exception", ["us.ear.license-exception-nac", "us.ear.license-exception-aca"])
def test_trap_2_a_datacenter_chip_of_a_is_not_excepted_as_one_of_b(exception):
    """MI250X: 6,128 over its two dies is 3.88 or so, but it is .a, and for datacenters."""
    figures = {"total_processing_performance": "6128 TPP", "performance_density": "3.88 TPP/mm^2", "datacenter": "yes"}
    assert verdict_of(screen_chip_document(figures, TODAY), exception).outcome is Outcome.NOT_MET


# 3. Not for datacenters: below 4800 out whatever the density, from 4800 in, with a licence exception.


@pytest.mark.parametrize("density", ["1.6", "3.2", "5.92", "8.2", "1000"])
@pytest.mark.parametrize("performance", ["1600", "2400", "4707", "4799.999999"])
def test_trap_3_not_for_datacenters_below_4800_is_out_whatever_the_density(performance, density):
    found = on_the_text(
        total_processing_performance=f"{performance} TPP", performance_density=f"{density} TPP/mm^2", datacenter="no"
    )
    assert (found.outcome, held(found)) == (Outcome.NOT_MET, [])


@pytest.mark.parametrize("density", ["0.1", "1.6", "5.92"])
def test_trap_3_not_for_datacenters_at_4800_is_in_and_excepted(density):
    figures = {"performance_density": f"{density} TPP/mm^2", "datacenter": "no"}
    screening = screen_chip_document(figures | {"total_processing_performance": "4800 TPP"}, TODAY)
    answers = {
        rule: verdict_of(screening, rule).explanation.item
        for rule in (RULE, "us.ear.license-exception-nac", "us.ear.license-exception-aca")
    }
    assert answers == {
        RULE: "3A090.a.1",
        "us.ear.license-exception-nac": "3A090.a",
        "us.ear.license-exception-aca": "3A090.a",
    }


@pytest.mark.parametrize(
    ("chip", "item", "excepted"),
    [
        ("RTX 4090", "3A090.a.1", Outcome.MET),  # 5,285, gaming
        ("RTX 4090D", None, Outcome.NOT_MET),  # 4,707, gaming: Note 2
        ("L40S", "3A090.a.1", Outcome.NOT_MET),  # 5,864, datacenter
        ("L4", "3A090.a.2", Outcome.NOT_MET),  # 1,936 at 6.59, datacenter
        ("L40", "3A090.b.1", Outcome.MET),  # 2,897 at 4.76, datacenter
    ],
)
def test_trap_3_real_parts(chip, item, excepted):
    screening = screened(chip, TODAY)
    assert verdict_of(screening, RULE).explanation.item == item
    assert verdict_of(screening, "us.ear.license-exception-nac").outcome is excepted


# 4. D:5 never includes Macau, Hong Kong is China, Taiwan is in A:6.


@pytest.mark.parametrize("as_of", ["2022-10-21", "2023-01-18", "2023-11-17", "2025-01-16", TODAY])
def test_trap_4_d5_is_without_macau_and_with_hong_kong(as_of):
    assert "mo" not in members(D5, as_of)
    assert {"cn", "hk"} <= members(D5, as_of)
    assert members(MACAU_OR_D5, as_of) == members(D5, as_of) | {"mo"}


@pytest.mark.parametrize("rule", SPECS.rules)
def test_trap_4_no_rule_asks_for_d5_alone(rule):
    """Every provision says Macau or D:5, or D:1, D:4 or D:5, so a list that takes in D:5 without Macau is never tested."""
    tests = [test for version in SPECS.rules[rule].versions for clause in version.clauses for test in clause.conditions]
    lists = {test.list_id for test in tests if isinstance(test, MemberTest)}
    assert D5 not in lists
    assert [name for name in lists if members(D5) <= members(name) and "mo" not in members(name)] == []


def test_trap_4_some_rule_asks_for_macau_or_d5():
    """So that the test above cannot pass on nothing."""
    asking = {
        rule.id
        for rule in SPECS.rules.values()
        for version in rule.versions
        for clause in version.clauses
        for test in clause.conditions
        if isinstance(test, MemberTest) and test.list_id == MACAU_OR_D5
    }
    assert asking >= {"us.bis.gp10-2025-05", "us.ear.foundry-presumption", "us.ear.red-flag-19"}
    assert asking >= {
        "us.ear.license-requirement-enforced",
        "us.ear.license-requirement-hbm",
        "us.ear.review-policy-d5",
    }


@pytest.mark.parametrize("headquarters", ["MO", "Macau", "HK", "Hong Kong", "CN"])
def test_trap_4_macau_and_hong_kong_raise_red_flag_19(headquarters):
    figures = {"designer_headquarters": headquarters, "hbm": "yes", "approximated_transistor_count": "50000000001"}
    screening = screen_chip_document(figures, TODAY, "foundry")
    assert verdict_of(screening, "us.ear.red-flag-19").outcome is Outcome.MET


def test_trap_4_taiwan_is_in_a6_only():
    assert "tw" in members("us.ear.country-group-a6")
    groups = ("a1", "a5", "d1", "d4", "d5", "e1", "e2")
    assert [name for name in groups if "tw" in members(f"us.ear.country-group-{name}")] == []


def test_trap_4_taiwan_is_named_where_a1_and_a5_would_leave_it_out():
    """Note 1 to 3A090.a names it beside the two groups."""
    allowed = members("us.ear.authorized-designer-headquarters")
    assert allowed == members("us.ear.country-group-a1") | members("us.ear.country-group-a5") | {"tw"}


# 5. On the books is not enforced.


@pytest.mark.parametrize(("as_of", "status"), [("2025-05-12", Status.IN_FORCE), (TODAY, Status.CODIFIED_NOT_ENFORCED)])
def test_trap_5_model_weights_are_on_the_books_and_not_enforced(as_of, status):
    """In the Code of Federal Regulations since 2025-01-13, never enforced: shown as met, and without consequence."""
    screening = check_ledger({"training_compute": "1e26 FLOP"}, as_of)
    found = verdict_of(screening, "us.ear.4e091")
    assert (found.outcome, found.status, found.enforced, found.gating) == (Outcome.MET, status, False, False)


def test_trap_5_enforcement_and_being_in_force_are_two_periods():
    """3A090.c: in force from 2024-12-02, complied with from 2024-12-31."""
    stack = {"memory_bandwidth_density": "6.8 GB/s/mm^2", "dominant_function_processing": "no"}
    found = [
        verdict_of(screen_chip_document(stack, as_of), "us.ear.3a090c")
        for as_of in ("2024-12-02", "2024-12-30", "2024-12-31")
    ]
    standing = [(one.status, one.enforced, one.gating) for one in found]
    assert standing == [
        (Status.IN_FORCE, False, False),
        (Status.IN_FORCE, False, False),
        (Status.IN_FORCE, True, True),
    ]


# What others have got wrong.


def test_the_letter_is_no_part_of_3a090():
    """Its numbers bind those who received it: another authority, another addressee, no classification."""
    letter = SPECS.rules[LETTER]
    assert (letter.addressees, letter.effect) == (("recipient",), "licence")
    assert LETTER not in {rule.id for rule in SPECS.select(("us.ear",))}
    ear = [clause for rule in SPECS.select(("us.ear",)) for version in rule.versions for clause in version.clauses]
    assert [
        test for clause in ear for test in clause.conditions if isinstance(test, ItemTest) and test.rule == LETTER
    ] == []


@pytest.mark.parametrize("role", ["exporter", "foundry", "osat"])
def test_the_letter_never_gates_unasked(role):
    found = verdict_of(screened("H20", "2025-04-15", role=role), LETTER)
    assert (found.outcome, found.gating) == (Outcome.MET, False)
    assert found.why_not_gating == f"addresses recipient, not the {role}"


def test_the_rule_of_october_2022_took_effect_on_the_21st():
    """87 FR 62186 was issued on 2022-10-07; data sets that give that day for 3A090 mean the issue."""
    first = SPECS.rules[RULE].versions[0]
    assert (first.issued, first.effective.start) == (date(2022, 10, 7), date(2022, 10, 21))
    figures = {"total_processing_performance": "4800 TPP", "io_bandwidth": "600 GB/s"}
    standing = [on_the_text(as_of, **figures).gating for as_of in ("2022-10-07", "2022-10-20", "2022-10-21")]
    assert standing == [False, False, True]


def test_bills_are_shown_when_asked_for_and_change_nothing():
    """AI OVERWATCH leaves H20 under control, whatever the press said: 4,000 GB/s is not under 1,400."""
    assert not [found for found in screened("H20", TODAY).verdicts if found.rule.id.startswith("us.bill")]
    found = verdict_of(screened("H20", TODAY, "us.bill.ai-overwatch"), "us.bill.ai-overwatch")
    assert (found.outcome, found.status, found.enforced) == (Outcome.MET, Status.PROPOSED, False)


def test_no_rule_on_headquarters_asks_for_use_in_supercomputers():
    """The guidance of 2026-05-31 shows no such condition; a tracker does."""
    rules = [SPECS.rules[name] for name in ("us.bis.gp10-2025-05", "us.ear.red-flag-19")]
    tests = [
        test for rule in rules for version in rule.versions for clause in version.clauses for test in clause.conditions
    ]
    assert {test.flag for test in tests if isinstance(test, FlagTest)} == {"hbm"}
    assert not any(isinstance(test, ItemTest) and test.rule == "us.ear.supercomputer" for test in tests)
