"""Rules on training compute against a table that a lawyer can read, and the arithmetic behind the figures."""

from fractions import Fraction
from shutil import copytree

import pytest
from support import SPECS, check_ledger, screen_stated, settings_of, table, verdict_of

from gateline.errors import InputError, SpecError
from gateline.rules.explain import Flip
from gateline.rules.model import Outcome, QuantityTest, Status
from gateline.rules.specfiles import load_specs, specs_folder
from gateline.screening import Screening

ROWS = table("golden", "training.csv")
REVENUE = {"annual_gross_revenue": "1e6 USD"}
ABOUT_MODELS = {rule.id for rule in SPECS.rules.values() if rule.subject == "training"}
ON_REQUEST = {
    "eu.ai-act.gpai-draft-2025",
    "us.bill.hr8094",
    "us.bill.hr9925",
    "us.bill.s2938",
    "us.bis.nprm-2024",
    "us.ny.raise-2025-text",
}
"""Bills, proposals, drafts, and what was replaced before it took effect."""
MORE_THAN = {
    "eu.ai-act.gpai": "1e23",
    "eu.ai-act.gpai-draft-2025": "1e22",
    "eu.ai-act.systemic-risk": "1e25",
    "us.bill.hr8094": "1e26",
    "us.bill.hr9925": "1e26",
    "us.bill.s2938": "1e26",
    "us.bis.nprm-2024": "1e26",
    "us.ca.sb1047": "1e26",
    "us.ca.sb53": "1e26",
    "us.ct.pa26-15": "1e26",
    "us.eo14110.bio": "1e23",
    "us.eo14110.model": "1e26",
    "us.il.pa104-538": "1e26",
    "us.ny.raise": "1e26",
    "us.ny.raise-2025-text": "1e26",
    "us.treasury.850-notifiable": "1e23",
    "us.treasury.850-prohibited": "1e24",
}
AT_LEAST = {"kr.ai-basic-act": "1e26", "us.ear.4e091": "1e26"}
"""On which side of the line training compute of exactly the (lowest) figure lies, by the words of each text."""
SPECIAL_FACTS = {
    "annual_gross_revenue": "600e6 USD",
    "compute_cost": "200e6 USD",
    "covered_foreign_person": "yes",
    "biological_sequence_data": "yes",
    "state_of_the_art_technology": "yes",
    "broad_grave_risk": "yes",
    "knowledge_distillation": "no",
}
"""What some of the rules ask for beside compute."""
COUNTED = {
    "training_compute": {"eu.ai-act.gpai", "eu.ai-act.gpai-draft-2025"},
    "training_compute_eu_cumulative": {"eu.ai-act.systemic-risk"},
    "training_compute_4e091": {"us.ear.4e091"},
    "training_compute_us_state": {
        "us.ca.sb53",
        "us.ny.raise",
        "us.il.pa104-538",
        "us.bill.hr9925",
        "us.bill.hr8094",
    },
    "training_compute_kr": {"kr.ai-basic-act"},
    "training_compute_silent": {
        "us.bill.s2938",
        "us.bis.nprm-2024",
        "us.ca.sb1047",
        "us.ct.pa26-15",
        "us.eo14110.bio",
        "us.eo14110.model",
        "us.ny.raise-2025-text",
        "us.treasury.850-prohibited",
    },
}
"""Which compute each rule tests. 31 CFR 850.217 tests that of the last line too; what is prohibited is not notifiable."""


def compute_of(screening: Screening) -> tuple[Fraction, Fraction]:
    """The ends of the training compute that the rules see."""
    column = screening.quantities["training_compute"]
    return column.low[0], column.high[0]


def counted(**estimate: str) -> Fraction:
    """Training compute of a ledger with one phase and one estimate."""
    phase = {"kind": "pretraining", "estimates": [estimate]}
    low, high = compute_of(check_ledger({"phases": [phase]}, "2026-11-21"))
    assert low == high
    return low


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['rule']}: {row['case']}" for row in ROWS])
def test_golden_row(row):
    content = {"training_compute": row["training_compute"], **settings_of(row["facts"])}
    screening = check_ledger(content, row["as_of"], *row["asked"].split(), readings=settings_of(row["readings"]))
    found = verdict_of(screening, row["rule"])
    met = [item.clause.id for item in found.explanation.items if item.outcome is Outcome.MET]
    got = (found.outcome.word, " ".join(met), "yes" if found.gating else "no")
    assert got == (row["outcome"], row["items"], row["gating"]), row["source"]


def test_the_table_has_every_rule_and_both_sides_of_it():
    assert {row["rule"] for row in ROWS} == ABOUT_MODELS
    for rule in ABOUT_MODELS:
        assert {"met", "not_met"} <= {row["outcome"] for row in ROWS if row["rule"] == rule}
    assert len({(row["rule"], row["case"]) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("rule", "as_of", "status"),
    [
        ("eu.ai-act.systemic-risk", "2024-07-12", Status.ENACTED),
        ("eu.ai-act.systemic-risk", "2025-08-01", Status.ENACTED),
        ("eu.ai-act.systemic-risk", "2025-08-02", Status.IN_FORCE),
        ("us.ca.sb53", "2025-09-29", Status.ENACTED),
        ("us.ca.sb53", "2026-01-01", Status.IN_FORCE),
        ("us.ear.4e091", "2025-01-13", Status.IN_FORCE),
        ("us.ear.4e091", "2025-05-12", Status.IN_FORCE),
        ("us.ear.4e091", "2025-05-13", Status.CODIFIED_NOT_ENFORCED),
        ("us.ear.4e091", "2026-11-21", Status.CODIFIED_NOT_ENFORCED),
        ("us.eo14110.model", "2025-01-19", Status.IN_FORCE),
        ("us.eo14110.model", "2025-01-20", Status.REVOKED),
        ("us.eo14110.bio", "2025-01-19", Status.IN_FORCE),
        ("us.eo14110.bio", "2025-01-20", Status.REVOKED),
        ("us.ca.sb1047", "2024-09-29", Status.VETOED),
        ("us.treasury.850-notifiable", "2024-11-15", Status.ENACTED),
        ("us.treasury.850-notifiable", "2025-01-02", Status.IN_FORCE),
        ("us.treasury.850-prohibited", "2025-01-01", Status.ENACTED),
        ("us.treasury.850-prohibited", "2026-11-21", Status.IN_FORCE),
        ("eu.ai-act.modifier", "2025-08-01", Status.ENACTED),
        ("eu.ai-act.modifier", "2025-08-02", Status.IN_FORCE),
        ("kr.ai-basic-act", "2026-01-22", Status.IN_FORCE),
        ("us.ct.pa26-15", "2026-09-30", Status.ENACTED),
        ("us.ct.pa26-15", "2026-10-01", Status.IN_FORCE),
        ("us.ny.raise", "2026-12-31", Status.ENACTED),
        ("us.ny.raise", "2027-01-01", Status.IN_FORCE),
        ("us.il.pa104-538", "2026-12-31", Status.ENACTED),
        ("us.il.pa104-538", "2027-01-01", Status.IN_FORCE),
    ],
)
def test_status_on_a_date(rule, as_of, status):
    assert verdict_of(check_ledger({"training_compute": "2e26 FLOP"}, as_of), rule).status is status


@pytest.mark.parametrize(
    ("rule", "last_silent_day"),
    [
        ("eu.ai-act.systemic-risk", "2024-07-11"),
        ("eu.ai-act.modifier", "2025-07-17"),
        ("kr.ai-basic-act", "2026-01-21"),
        ("us.ca.sb53", "2025-09-28"),
        ("us.ca.sb1047", "2024-09-28"),
        ("us.ct.pa26-15", "2026-05-26"),
        ("us.ear.4e091", "2025-01-12"),
        ("us.il.pa104-538", "2026-07-05"),
        ("us.ny.raise", "2026-03-26"),
        ("us.treasury.850-notifiable", "2024-11-14"),
        ("us.treasury.850-prohibited", "2024-11-14"),
    ],
)
def test_a_rule_is_silent_until_it_is_issued(rule, last_silent_day):
    screening = check_ledger({"training_compute": "2e26 FLOP"}, last_silent_day)
    assert rule not in [verdict.rule.id for verdict in screening.verdicts]


def test_before_the_first_order_nothing_speaks_of_training():
    with pytest.raises(InputError, match="no rule about a model had been issued by 2023-10-29"):
        check_ledger({"training_compute": "2e26 FLOP"}, "2023-10-29")


def test_only_enforced_rules_decide_the_overall_outcome():
    """10^26 meets 4E091, which nobody enforces, and the EU's lines, but not California's; before 2026-08-02 none gates."""
    before, after = (check_ledger({"training_compute": "1e26 FLOP"}, day) for day in ("2026-08-01", "2026-08-02"))
    assert before.outcome is Outcome.NOT_MET
    assert after.outcome is Outcome.MET
    assert {verdict.rule.id for verdict in after.verdicts if verdict.gating} == {
        "eu.ai-act.gpai",
        "eu.ai-act.modifier",
        "eu.ai-act.systemic-risk",
        "us.ca.sb53",
    }


@pytest.mark.parametrize("rule", [*MORE_THAN, *AT_LEAST])
def test_exactly_the_figure(rule):
    """Greater than in every text but two: ECCN 4E091 ("10^26 or more") and Korea's decree."""
    line = (MORE_THAN | AT_LEAST)[rule]
    day = "2024-06-01" if rule.startswith("us.eo14110") else "2026-11-21"
    content = {"training_compute": f"{line} FLOP", **SPECIAL_FACTS}
    found = verdict_of(check_ledger(content, day, rule), rule).outcome
    assert found is (Outcome.MET if rule in AT_LEAST else Outcome.NOT_MET)
    more = verdict_of(
        check_ledger(content | {"training_compute": f"{Fraction(line) + 1} FLOP"}, day, rule), rule
    ).outcome
    assert more is Outcome.MET


def test_every_rule_with_a_line_of_compute_is_on_the_sheet():
    """The signs in the data are those of the sheet, and no rule is left out of it."""
    signs = {
        (rule.id, test.operator)
        for rule in SPECS.rules.values()
        for version in rule.versions
        for item in version.items
        for test in item.conditions
        if isinstance(test, QuantityTest) and test.quantity.startswith("training_compute")
    }
    assert signs == {*((rule, ">") for rule in MORE_THAN), *((rule, ">=") for rule in AT_LEAST)}
    assert {*MORE_THAN, *AT_LEAST, "eu.ai-act.modifier"} == ABOUT_MODELS


@pytest.mark.parametrize("counted", COUNTED)
def test_each_rule_tests_the_compute_that_its_text_counts(counted):
    """All at 10^21 but one: only the rules that test this one are met."""
    content = dict.fromkeys(COUNTED, "1e21 FLOP") | {counted: "5e26 FLOP"} | SPECIAL_FACTS
    screening = screen_stated("training", content, "2026-11-21", *ABOUT_MODELS)
    met = {verdict.rule.id for verdict in screening.verdicts if verdict.outcome is Outcome.MET}
    assert met == COUNTED[counted]


def test_850_217_tests_the_compute_of_a_text_that_says_nothing():
    content = dict.fromkeys(COUNTED, "5e26 FLOP") | SPECIAL_FACTS | {"biological_sequence_data": "no"}
    screenings = [
        screen_stated("training", content | {"training_compute_silent": compute}, "2026-11-21")
        for compute in ("1e21 FLOP", "1e24 FLOP")
    ]
    outcomes = [verdict_of(screening, "us.treasury.850-notifiable").outcome for screening in screenings]
    assert outcomes == [Outcome.NOT_MET, Outcome.MET]


@pytest.mark.parametrize("compute", ["1e21", "5e22", "2e23", "1e25", "3.7908e25", "1e26"])
def test_a_lab_that_states_its_compute_alone_gets_an_answer(compute):
    """No rule that asks for a special fact leaves an ordinary release open, and none of them is met by it."""
    screening = check_ledger({"training_compute": f"{compute} FLOP"}, "2026-11-21")
    met = {verdict.rule.id for verdict in screening.verdicts if verdict.gating and verdict.outcome is Outcome.MET}
    lines = {"eu.ai-act.gpai": 10**23, "eu.ai-act.systemic-risk": 10**25}
    assert met == {rule for rule, line in lines.items() if Fraction(compute) > line}
    assert screening.outcome is (Outcome.MET if met else Outcome.NOT_MET)
    assert not [v.rule.id for v in screening.verdicts if v.gating and v.outcome is Outcome.UNDETERMINED]
    for rule in ("us.ca.sb53", "us.ct.pa26-15", "us.ny.raise", "us.il.pa104-538"):
        assert verdict_of(screening, rule).outcome is Outcome.NOT_MET


def test_rules_about_investors_do_not_gate_for_a_developer():
    screening = check_ledger({"training_compute": "5e26 FLOP", **SPECIAL_FACTS}, "2026-11-21")
    for rule in ("us.treasury.850-notifiable", "us.treasury.850-prohibited"):
        assert verdict_of(screening, rule).why_not_gating == "addresses investor, not the developer"


def test_texts_without_force_are_shown_when_asked_for():
    content = {"training_compute": "2e26 FLOP", **SPECIAL_FACTS}
    shown = {verdict.rule.id for verdict in check_ledger(content, "2026-11-21").verdicts}
    assert shown.isdisjoint(ON_REQUEST)
    for rule in ON_REQUEST:
        found = verdict_of(check_ledger(content, "2026-11-21", rule), rule)
        assert (found.outcome, found.gating) == (Outcome.MET, True)
        assert found.status in (Status.PROPOSED, Status.SUPERSEDED)


def test_new_york_on_either_side_of_new_year():
    """2e26 and 600 million dollars: a large developer, from 2027-01-01."""
    content = {"training_compute": "2e26 FLOP", "annual_gross_revenue": "600e6 USD"}
    eve, day = (verdict_of(check_ledger(content, on), "us.ny.raise") for on in ("2026-12-31", "2027-01-01"))
    assert (eve.gating, eve.why_not_gating) == (False, "enacted, in force from 2027-01-01")
    assert (day.gating, day.why_not_gating) == (True, "")
    assert eve.outcome is day.outcome is Outcome.MET


def test_what_settles_a_modification_of_unknown_share():
    """1e24 on an original of unknown compute: a third is passed below 3e24."""
    content = {
        "training_compute": "9e24 FLOP",
        "distinct_modifier": "yes",
        "modification_training_compute": "1e24 FLOP",
    }
    found = verdict_of(check_ledger(content, "2026-11-21"), "eu.ai-act.modifier").explanation
    assert (found.outcome, found.missing) == (Outcome.UNDETERMINED, ("original_training_compute",))
    line = Fraction(3 * 10**24)
    assert found.flips == (
        Flip("original_training_compute", "<", line, "para-60"),
        Flip("original_training_compute", ">=", line, "not_met"),
    )


@pytest.mark.parametrize("printed", ["1026", "1026 FLOP", "1023 FLOP"])
def test_a_rule_whose_figure_lost_its_superscript_is_refused(tmp_path, printed):
    """The official page of Illinois prints 1026 for 10^26."""
    specs = copytree(specs_folder(), tmp_path / "specs")
    path = specs / "rules" / "us" / "il" / "pa104-538.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count("value: 1e26 FLOP") == 2
    path.write_text(text.replace("value: 1e26 FLOP", f"value: {printed}"), encoding="utf-8")
    with pytest.raises(SpecError, match=r"pa104-538\.yaml:\d+: .*lost superscript\?"):
        load_specs(specs)


@pytest.mark.parametrize(
    ("rule", "deadlines"),
    [
        ("eu.ai-act.systemic-risk", ["two weeks", "two significant figures", "six months"]),
        ("us.ca.sb53", ["15 days", "24 hours", "30 days", "3 months"]),
        ("us.ny.raise", ["72 hours", "24 hours", "30 days", "3 months", "two years"]),
        ("us.il.pa104-538", ["72 hours", "every year", "2028-01-01", "90 days", "30 days", "3 months"]),
        ("us.ct.pa26-15", ["2027-01-01"]),
        ("us.treasury.850-notifiable", ["30 days after completion"]),
        ("us.bis.nprm-2024", ["15 April, 15 July, 15 October and 15 January", "30 days"]),
    ],
)
def test_duties_and_their_deadlines_are_on_the_checklist(rule, deadlines):
    (version,) = SPECS.rules[rule].versions
    told = " ".join(point.says for point in version.checklist)
    assert [deadline for deadline in deadlines if deadline not in told] == []


def test_illinois_has_no_limit_of_24_hours():
    """Unlike California and New York."""
    (version,) = SPECS.rules["us.il.pa104-538"].versions
    assert not [point for point in version.checklist if "24 hours" in point.says]


def test_the_reading_of_25_percent_decides_and_the_report_says_so():
    """9.0e25 published and 2.6e25 more: over 25 % of the original, under 25 % of the whole."""
    content = {
        "training_compute": "1.16e26 FLOP",
        "additional_training_compute": "2.6e25 FLOP",
        "derived_from_published_weights": "yes",
    }
    found = verdict_of(check_ledger(content, "2026-11-21"), "us.ear.4e091")
    assert found.outcome is Outcome.MET
    (other,) = found.alternatives
    assert (other.reading.id, other.chosen, other.choice) == ("4e091-share", "original", "total")
    assert (other.outcome, other.item) == (Outcome.NOT_MET, None)


def test_no_reading_is_named_where_none_decides():
    content = {
        "training_compute": "1.14e26 FLOP",
        "additional_training_compute": "2.4e25 FLOP",
        "derived_from_published_weights": "yes",
    }
    assert verdict_of(check_ledger(content, "2026-11-21"), "us.ear.4e091").alternatives == ()


def test_scope_facts_nobody_stated_are_assumed_and_named():
    content = {"training_compute": "2e26 FLOP", **REVENUE}
    screening = check_ledger(content, "2026-11-21")
    assumed = {verdict.rule.id: dict(verdict.assumptions) for verdict in screening.verdicts}
    assert assumed == {
        "eu.ai-act.gpai": {"generates_language_image_or_video": True},
        "eu.ai-act.modifier": {"distinct_modifier": False, "original_compute_unknowable": False},
        "eu.ai-act.systemic-risk": {"general_purpose_model": True},
        "kr.ai-basic-act": {},
        "us.ca.sb1047": {"distinct_modifier": False},
        "us.ca.sb53": {"foundation_model": True},
        "us.ct.pa26-15": {"foundation_model": True},
        "us.ear.4e091": {
            "closed_weights": True,
            "derived_from_published_weights": False,
            "below_best_published_model": False,
        },
        "us.eo14110.bio": {},
        "us.eo14110.model": {},
        "us.il.pa104-538": {"foundation_model": True},
        "us.ny.raise": {"foundation_model": True, "new_york_nexus": True, "academic_research": False},
        "us.treasury.850-notifiable": {},
        "us.treasury.850-prohibited": {},
    }
    strict = check_ledger(content, "2026-11-21", strict_facts=True)
    special = {"kr.ai-basic-act", "us.eo14110.bio", "us.treasury.850-prohibited"}
    assert {verdict.rule.id for verdict in strict.verdicts if verdict.outcome is Outcome.UNDETERMINED} == {
        rule for rule, facts in assumed.items() if facts
    } | special
    assert verdict_of(strict, "us.eo14110.model").outcome is Outcome.MET
    assert verdict_of(strict, "us.treasury.850-notifiable").outcome is Outcome.NOT_MET
    assert not any(verdict.assumptions for verdict in strict.verdicts)


@pytest.mark.parametrize(
    ("rule", "flag"),
    [
        ("eu.ai-act.systemic-risk", "general_purpose_model"),
        ("eu.ai-act.gpai", "generates_language_image_or_video"),
        ("us.ca.sb53", "foundation_model"),
        ("us.ear.4e091", "closed_weights"),
    ],
)
def test_a_fact_stated_to_be_unknown_is_assumed_unless_facts_are_strict(rule, flag):
    content = {"training_compute": "2e26 FLOP", flag: "unknown"}
    relaxed, strict = (
        verdict_of(check_ledger(content, "2026-11-21", strict_facts=strictness), rule) for strictness in (False, True)
    )
    assert (relaxed.outcome, (flag, True) in relaxed.assumptions) == (Outcome.MET, True)
    assert (strict.outcome, strict.assumptions) == (Outcome.UNDETERMINED, ())


def test_an_unknown_total_flips_at_the_line_and_not_beside_it():
    """SB 53 is met above 10^26, 4E091 at 10^26: the stretches say so."""
    screening = check_ledger({"training_compute": "unknown", **REVENUE}, "2026-11-21")
    line = Fraction(10**26)
    assert verdict_of(screening, "us.ca.sb53").explanation.flips == (
        Flip("training_compute", "<=", line, "not_met"),
        Flip("training_compute", ">", line, "frontier-model"),
    )
    assert verdict_of(screening, "us.ear.4e091").explanation.flips == (
        Flip("training_compute", "<", line, "not_met"),
        Flip("training_compute", ">=", line, "4E091"),
    )


@pytest.mark.parametrize(
    ("params", "tokens", "expected"),
    [
        ("174.6e9", "300e9", 31428 * 10**19),  # GPT-3 175B
        ("405e9", "15.6e12", 37908 * 10**21),  # Llama 3.1 405B
        ("405B", "15.6T", 37908 * 10**21),
        ("3.08e9", "11135877120000", 205791009177600000000000),  # SmolLM3
        ("37e9", "14.8e12", 32856 * 10**20),  # DeepSeek-V3, active parameters
        ("2.6e9", "2e12", 312 * 10**20),  # student of a distillation
        ("3.8e9", "3.3e12", 7524 * 10**19),  # EU Annex A.3, model A
        ("0.6e9", "36e12", 1296 * 10**20),  # C
        ("1.54e9", "18e12", 16632 * 10**19),  # D
        ("1.7e9", "36e12", 3672 * 10**20),  # E
        ("2.5e9", "12e12", 18 * 10**22),  # F
        ("2.6e9", "10004e9", 1560624 * 10**17),  # G: 61 billion tokens seen 164 times
    ],
)
def test_six_operations_per_parameter_and_token(params, tokens, expected):
    """Products by hand; in binary floats 6 × 3.8e9 × 3.3e12 is already off."""
    assert counted(method="architecture", params=params, tokens=tokens) == expected


@pytest.mark.parametrize(
    ("chip_hours", "peak", "utilization", "expected"),
    [
        ("200_000", "300 TFLOP/s", "50%", 108 * 10**21),  # EU Annex A.3, model B
        ("370000", "989 TFLOP/s", "0.5", 658674 * 10**18),  # H
        ("221184", "989 TFLOP/s", "0.30", 236251054080000000000000),  # SmolLM3: 384 units for 576 hours
        ("1", "1 TFLOP/s", "1", 36 * 10**14),
    ],
)
def test_hours_times_peak_times_utilization(chip_hours, peak, utilization, expected):
    assert counted(method="hardware", chip_hours=chip_hours, peak=peak, utilization=utilization) == expected


def test_the_two_routes_of_model_h_lie_on_either_side_of_the_line():
    """EU Annex A.3, model H: 6.58674e23 by hardware, about 6.6e22 by architecture; the indicator stays open."""
    hardware = {"method": "hardware", "chip_hours": "370000", "peak": "989 TFLOP/s", "utilization": "0.5"}
    architecture = {"method": "architecture", "params": "1.23e9", "tokens": "9e12"}
    screening = check_ledger({"phases": [{"kind": "pretraining", "estimates": [hardware, architecture]}]}, "2026-11-21")
    assert compute_of(screening) == (6642 * 10**19, 658674 * 10**18)
    assert verdict_of(screening, "eu.ai-act.gpai").outcome is Outcome.UNDETERMINED
    assert "differ by a factor of 9.92" in screening.remarks[0]


def test_phases_add_up_and_ranges_with_them():
    """2.43e24 pre-training, 1 to 2 × 10^23 of fine-tuning: between 2.53e24 and 2.63e24."""
    pretraining = {
        "kind": "pretraining",
        "estimates": [{"method": "architecture", "params": "405e9", "tokens": "1e12"}],
    }
    tuning = {"kind": "sft", "estimates": [{"method": "declared", "compute": "1.5e23", "low": "1e23", "high": "2e23"}]}
    screening = check_ledger({"phases": [pretraining, tuning]}, "2026-11-21")
    assert compute_of(screening) == (253 * 10**22, 263 * 10**22)


def test_a_sum_that_reaches_the_line_exactly_is_not_above_it():
    """9.999e24 and 1e21 make 10^25, which is not greater than 10^25; a step more is."""
    phases = [
        {"kind": kind, "estimates": [{"method": "declared", "compute": compute}]}
        for kind, compute in (("pretraining", "9.999e24"), ("rl_updates", "1e21"))
    ]
    more = [phases[0], {"kind": "rl_updates", "estimates": [{"method": "declared", "compute": "1.00000000001e21"}]}]
    outcomes = [
        verdict_of(check_ledger({"phases": listed}, "2026-11-21"), "eu.ai-act.systemic-risk").outcome.word
        for listed in (phases, more)
    ]
    assert outcomes == ["not_met", "met"]
