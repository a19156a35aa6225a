"""Rules on training compute against a table that a lawyer can read, and the arithmetic behind the figures."""

from fractions import Fraction

import pytest
from support import check_ledger, settings_of, table, verdict_of

from gateline.errors import InputError
from gateline.rules.explain import Flip
from gateline.rules.model import Outcome, Status
from gateline.screening import Screening

ROWS = table("golden", "training.csv")
REVENUE = {"annual_gross_revenue": "1e6 USD"}


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
    rules = {row["rule"] for row in ROWS}
    assert rules == {"eu.ai-act.gpai", "eu.ai-act.systemic-risk", "us.ca.sb53", "us.ear.4e091", "us.eo14110.model"}
    for rule in rules:
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
    ],
)
def test_status_on_a_date(rule, as_of, status):
    assert verdict_of(check_ledger({"training_compute": "2e26 FLOP"}, as_of), rule).status is status


@pytest.mark.parametrize(
    ("rule", "last_silent_day"),
    [("eu.ai-act.systemic-risk", "2024-07-11"), ("us.ca.sb53", "2025-09-28"), ("us.ear.4e091", "2025-01-12")],
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
        "eu.ai-act.systemic-risk",
        "us.ca.sb53",
    }


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
        "eu.ai-act.systemic-risk": {"general_purpose_model": True},
        "us.ca.sb53": {"foundation_model": True},
        "us.ear.4e091": {
            "closed_weights": True,
            "derived_from_published_weights": False,
            "below_best_published_model": False,
        },
        "us.eo14110.model": {},
    }
    strict = check_ledger(content, "2026-11-21", strict_facts=True)
    assert {verdict.rule.id: verdict.outcome for verdict in strict.verdicts} == {
        rule: Outcome.UNDETERMINED if facts else Outcome.MET for rule, facts in assumed.items()
    }
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
