"""Every threshold of every rule version: one step below it, at it, and one step above, on both number types."""

from fractions import Fraction

import numpy as np
import pytest
from support import (
    SPECS,
    VERSIONS,
    a_day_of,
    a_name,
    as_floats,
    check_ledger,
    exact,
    isolated,
    program_of,
    screen_chip_document,
    step,
    verdict_of,
)

from gateline.metrics import processing_performance
from gateline.quantities import BIT_LENGTHS, QUANTITIES, Kind
from gateline.rules.columns import Column, with_ratios
from gateline.rules.evaluate import evaluate
from gateline.rules.explain import explain
from gateline.rules.model import Clause, FlagTest, ItemTest, MemberTest, Outcome, QuantityTest, belongs

THRESHOLDS = [
    (rule, version, clause, number)
    for rule, version in VERSIONS
    for clause in version.clauses
    for number, test in enumerate(clause.conditions)
    if isinstance(test, QuantityTest)
]
THRESHOLD_NAMES = [f"{rule}@{version.id}/{clause.id}[{number}]" for rule, version, clause, number in THRESHOLDS]
ON_EACH_SIDE = {
    ">=": (False, True, True),
    ">": (False, False, True),
    "<=": (True, True, False),
    "<": (True, False, False),
}
PERFORMANCE_CUTS = (1600, 2400, 4800)
DENSITY_CUTS = ("1.6", "3.2", "5.92")
PERFORMANCE_2023 = {
    *(f"total_processing_performance {line} TPP" for line in (">= 4800", "< 4800", ">= 2400", ">= 1600")),
    *(f"performance_density {line} TPP/mm^2" for line in (">= 5.92", "< 5.92", ">= 3.2", ">= 1.6")),
}
PERFORMANCE_OF_A_BILL = {
    *(f"total_processing_performance >= {line} TPP" for line in ("4800", "2400", "1600")),
    *(f"performance_density >= {line} TPP/mm^2" for line in ("1.6", "3.2")),
}
BANDWIDTH_OF_THE_LETTER = {
    "dram_bandwidth >= 1400 GB/s",
    "io_bandwidth >= 1100 GB/s",
    "combined_bandwidth >= 1700 GB/s",
}
PRESUMPTION = {
    "total_processing_performance < 1600 TPP",
    "total_processing_performance < 4800 TPP",
    "performance_density < 5.92 TPP/mm^2",
    *(f"approximated_transistor_count < {count} billion" for count in (30, 35, 40)),
    *(f"transaction_date {line}-01-01" for line in (">= 2027", "< 2028", ">= 2028", "< 2029", ">= 2029")),
}
ADVANCED_NODE = {"process_node <= 16 nm", "nand_layers >= 128"}
STATE_LAW = {"training_compute_us_state > 1e26 FLOP", "annual_gross_revenue > 500e6 USD"}
QUARTER_DAYS = tuple(f"{year}-{month}-01" for year in (2025, 2026, 2027) for month in ("01", "04", "07", "10"))[1:]
NVEU_MULTIPLES = ("1", "1.5", "2", "2.5", "3", "4.25", "5.5", "6.75", "8")
"""The allocations of national validated end users, quarter by quarter, per the first one; all of 2027 has the last."""
LINES = {
    "us.ear.3a090@2022-10-21": {"io_bandwidth >= 600 GB/s", "weighted_performance >= 4800 TPP"},
    "us.ear.3a090@2023-11-17": PERFORMANCE_2023,
    "us.ear.3a090c@2024-12-02": {"memory_bandwidth_density > 2 GB/s/mm^2"},
    "us.ear.license-exception-hbm@2024-12-02": {"memory_bandwidth_density < 3.3 GB/s/mm^2"},
    "us.ear.3a991p@2022-10-21": {"operation_rate >= 8 TOPS", "io_bandwidth >= 150 GB/s"},
    "us.ear.red-flag-19@2023-11-17": {"total_transistor_count > 50 billion"},
    "us.ear.case-by-case-2026@2026-01-15": {
        "total_processing_performance < 21000 TPP",
        "dram_bandwidth < 6500 GB/s",
    },
    "us.ear.case-by-case-2026-shipment@2026-01-15": {"performance_to_china_per_united_states <= 50%"},
    "us.ear.license-exception-lpp@2025-01-13": {"performance_to_consignee_in_year <= 26900000 TPP"},
    "us.ear.aia-certificate@2025-01-13": {"performance_to_consignee >= 253000000 TPP"},
    "us.ear.review-policy-2025-text@2025-01-13": {
        "performance_to_country <= 790000000 TPP",
        "performance_to_country > 790000000 TPP",
    },
    "us.ear.totals.lpp@2025-01-13": {"performance_to_consignee_in_year > 26900000 TPP"},
    "us.ear.totals.country-allocation@2025-01-13": {"performance_to_country > 790000000 TPP"},
    "us.ear.totals.aia-certificate@2025-01-13": {"performance_to_consignee >= 253000000 TPP"},
    "us.ear.totals.uveu-outside@2025-01-13": {"share_outside_supplement_5a > 25%"},
    "us.ear.totals.uveu-country@2025-01-13": {"share_in_country_outside_supplement_5a > 7%"},
    "us.ear.totals.uveu-outside-us@2025-01-13": {"share_outside_united_states > 50%"},
    "us.ear.totals.case-by-case-2026@2026-01-15": {"performance_to_china_per_united_states > 50%"},
    "us.ear.totals.nveu@2025-01-13": {
        *(f"transaction_date {sign} {day}" for day in QUARTER_DAYS for sign in ("<", ">=")),
        "transaction_date >= 2025-01-01",
        "transaction_date < 2028-01-01",
        *(f"performance_to_company_in_country > {Fraction(times) * 633_000_000} TPP" for times in NVEU_MULTIPLES),
    },
    "us.bis.red-flags-2025-05@2025-05-13": {"first_order_date >= 2022-10-01"},
    "us.tariff.section-232-entry@2026-01-15": {"new_datacenter_load > 100 MW"},
    "us.ear.foundry-presumption@2025-01-16": PRESUMPTION
    | {"days_since_application < 180 day", "standing_date < 2026-04-13", "standing_date > 2026-04-13"},
    "us.ear.foundry-presumption@2026-04-07": PRESUMPTION
    | {"days_since_application < 180 day", "standing_date < 2026-12-31", "standing_date > 2026-12-31"},
    "us.ear.advanced-node-ic@2024-12-02": ADVANCED_NODE
    | {"dram_cell_area < 0.0019 um^2", "dram_density > 0.288 Gbit/mm^2"},
    "us.ear.advanced-node-ic@2025-01-16": ADVANCED_NODE
    | {"dram_cell_area < 0.0026 um^2", "dram_density > 0.20 Gbit/mm^2", "through_silicon_vias > 3000"},
    "us.ear.applicable-advanced-logic@2025-01-16": {"process_node <= 16 nm"},
    "us.ear.supercomputer@2022-10-21": {
        "double_precision_rate >= 100 PFLOP/s",
        "single_precision_rate >= 200 PFLOP/s",
        "envelope_volume <= 41600 ft^3",
    },
    "us.tariff.section-232@2026-01-15": {
        *(f"total_processing_performance {line} TPP" for line in ("> 14000", "< 17500", "> 20800", "< 21100")),
        *(f"dram_bandwidth {line} GB/s" for line in ("> 4500", "< 5000", "> 5800", "< 6200")),
    },
    "us.bis.is-informed-2025-04@2025-04-09": BANDWIDTH_OF_THE_LETTER,
    "us.bill.ai-overwatch@2025-12-18": PERFORMANCE_OF_A_BILL | BANDWIDTH_OF_THE_LETTER,
    "us.bill.ai-overwatch@2026-04-30": PERFORMANCE_OF_A_BILL
    | BANDWIDTH_OF_THE_LETTER
    | {
        "total_processing_performance >= 21000 TPP",
        "performance_density >= 21 TPP/mm^2",
        "first_marketed > 2026-01-01",
    },
    "us.bill.safe-chips@2025-12-04": PERFORMANCE_OF_A_BILL
    | {"dram_bandwidth >= 4100 GB/s", "io_bandwidth >= 1100 GB/s", "combined_bandwidth >= 5000 GB/s"},
    "us.ear.4e091@2025-01-13": {
        "training_compute_4e091 >= 1e26 FLOP",
        "additional_training_compute <= 2.5e25 FLOP",
        "additional_share_of_original <= 25%",
        "additional_training_share <= 25%",
    },
    "us.ear.4e091-generator@2025-01-13": {"generator_share > 10%"},
    "eu.ai-act.systemic-risk@2025-08-02": {"training_compute_eu_cumulative > 1e25 FLOP"},
    "eu.ai-act.gpai@2025-08-02": {"training_compute > 1e23 FLOP"},
    "eu.ai-act.gpai-draft-2025@2025-04-22": {"training_compute > 1e22 FLOP"},
    "eu.ai-act.modifier@2025-08-02": {
        "modification_share_of_original > 1/3",
        "modification_training_compute > 10^25/3 FLOP",
        "modification_training_compute > 10^23/3 FLOP",
    },
    "kr.ai-basic-act@2026-01-22": {"training_compute_kr >= 1e26 FLOP"},
    "us.ca.sb53@2026-01-01": STATE_LAW,
    "us.ny.raise@2027-01-01": STATE_LAW,
    "us.il.pa104-538@2027-01-01": STATE_LAW,
    "us.ct.pa26-15@2026-10-01": {"training_compute_silent > 1e26 FLOP", "annual_gross_revenue > 500e6 USD"},
    "us.ny.raise-2025-text@2025-12-19": {
        "training_compute_silent > 1e26 FLOP",
        "compute_cost > 100e6 USD",
        "compute_cost > 5e6 USD",
    },
    "us.ca.sb1047@2024-09-29": {
        "training_compute_silent > 1e26 FLOP",
        "compute_cost > 100e6 USD",
        "original_training_compute > 1e26 FLOP",
        "modification_training_compute >= 3e25 FLOP",
        "compute_cost > 10e6 USD",
    },
    "us.treasury.850-notifiable@2025-01-02": {"training_compute_silent > 1e23 FLOP"},
    "us.treasury.850-prohibited@2025-01-02": {
        "training_compute_silent > 1e25 FLOP",
        "training_compute_silent > 1e24 FLOP",
    },
    "us.eo14110.model@2023-10-30": {"training_compute_silent > 1e26 FLOP"},
    "us.eo14110.bio@2023-10-30": {"training_compute_silent > 1e23 FLOP"},
    "us.eo14110.cluster@2023-10-30": {"network_bandwidth > 100 Gbit/s", "training_rate >= 1e20 op/s"},
    "us.bis.nprm-2024@2024-09-11": {"training_compute_silent > 1e26 FLOP"},
    "us.bis.nprm-2024-cluster@2024-09-11": {"network_bandwidth > 300 Gbit/s", "training_rate > 1e20 op/s"},
    "us.bill.s2938@2025-09-29": {"training_compute_silent > 1e26 FLOP"},
    "us.bill.hr9925@2026-07-23": {"training_compute_us_state > 1e26 FLOP"},
    "us.bill.hr8094@2026-03-26": {"training_compute_us_state > 1e26 FLOP"},
}
"""The signs and numbers of every version that has any, as the provisions state them."""


def around(test):
    """The threshold and its neighbours: 12 significant digits for amounts, a day for dates."""
    if QUANTITIES[test.quantity].kind is Kind.DATE:
        return [test.threshold + by for by in (-1, 0, 1)]
    return [step(test.threshold, by) for by in (-1, 0, 1)]


def satisfying(tests, rows, day):
    """Columns in which every condition holds, each quantity well inside what its conditions allow."""
    columns = {}
    tests = [written for test in tests for written in written_out(test, day)]
    for test in tests:
        match test:
            case FlagTest():
                columns[test.flag] = exact(*[int(test.wanted)] * rows)
            case MemberTest():
                listed = sorted(SPECS.members_on(test.list_id, day))
                columns[test.name] = a_name(*[listed[0] if test.wanted else "nowhere"] * rows)
            case QuantityTest():
                bounds = [rest for rest in tests if isinstance(rest, QuantityTest) and rest.quantity == test.quantity]
                columns[test.quantity] = exact(*[inside(bounds)] * rows)
    return columns


def written_out(test, day):
    """A condition; in place of a reference what meets the first item that it names, and what no exclusion takes out."""
    if not isinstance(test, ItemTest):
        return [test]
    assert test.wanted, "no rule has a threshold beside an item that must not hold; write the inputs here"
    version = SPECS.rules[test.rule].version_on(day)
    item = next(item for item in version.items if belongs(item.id, test.item))
    flags = [rest for out in version.exclusions for rest in out.conditions if isinstance(rest, FlagTest)]
    return [*item.conditions, *(FlagTest(rest.flag, not rest.wanted) for rest in flags)]


def inside(bounds):
    """A value that satisfies all the bounds on one quantity."""
    lower = [test.threshold for test in bounds if test.operator in (">", ">=")]
    upper = [test.threshold for test in bounds if test.operator in ("<", "<=")]
    if lower and upper:
        return (max(lower) + min(upper)) / 2
    return max(lower) * 2 if lower else min(upper) / 2


def truth_of(test, value):
    """Whether a condition holds, by the meaning of its sign and nothing else."""
    return {
        ">=": value > test.threshold or value == test.threshold,
        ">": value > test.threshold,
        "<=": not value > test.threshold,
        "<": not value > test.threshold and value != test.threshold,
    }[test.operator]


@pytest.mark.parametrize("number_type", ["exact", "float64"])
@pytest.mark.parametrize(("rule", "version", "clause", "number"), THRESHOLDS, ids=THRESHOLD_NAMES)
def test_one_step_below_at_and_one_step_above(rule, version, clause, number, number_type):
    """The other conditions of the clause hold, so that this one alone decides."""
    test = clause.conditions[number]
    others = [rest for rest in clause.conditions if rest is not test]
    values = around(test)
    columns = satisfying(others, len(values), a_day_of(version)) | {test.quantity: exact(*values)}
    columns = columns if number_type == "exact" else as_floats(columns)
    found = evaluate(isolated(rule, version, clause), columns, len(values)).outcome
    expected = [truth_of(test, value) for value in values]
    assert tuple(expected) == ON_EACH_SIDE[test.operator]
    assert found.tolist() == [Outcome.MET if true else Outcome.NOT_MET for true in expected]


@pytest.mark.parametrize(("rule", "version", "clause", "number"), THRESHOLDS, ids=THRESHOLD_NAMES)
def test_the_report_on_each_condition_agrees(rule, version, clause, number):
    """In the whole version too, the line on this condition says the same, whatever becomes of the rest."""
    test = clause.conditions[number]
    program = program_of(rule, version, dict(clause.under))
    for value in around(test):
        explanation = explain(program, {test.quantity: exact(value)})
        report = next(part for part in (*explanation.items, *explanation.exclusions) if part.clause.id == clause.id)
        assert (report.conditions[number].outcome is Outcome.MET) == truth_of(test, value)


@pytest.mark.parametrize("name", LINES)
def test_the_lines_are_those_of_the_text(name):
    """Each sign and number that the provision states, and no other."""
    version = next(version for rule, version in VERSIONS if f"{rule}@{version.id}" == name)
    tests = [test for clause in version.clauses for test in clause.conditions]
    found = {f"{test.quantity} {test.operator} {test.text}" for test in tests if isinstance(test, QuantityTest)}
    assert found == LINES[name]


def test_every_version_that_has_a_number_is_in_the_list():
    """A rule that is added cannot bring a number that nobody compared with the text."""
    assert set(LINES) == {f"{rule}@{version.id}" for rule, version, _, _ in THRESHOLDS}


def test_greater_is_not_at_least():
    """The same 10^26 operations meet 4E091 (or more) and not SB 53 (greater than)."""
    content = {"training_compute": "1e26 FLOP", "annual_gross_revenue": "1e6 USD"}
    screening = check_ledger(content, "2026-11-21")
    outcomes = {
        rule: verdict_of(screening, rule).outcome for rule in ("us.ear.4e091", "us.ca.sb53", "us.eo14110.model")
    }
    assert outcomes == {
        "us.ear.4e091": Outcome.MET,
        "us.ca.sb53": Outcome.NOT_MET,
        "us.eo14110.model": Outcome.NOT_MET,
    }


@pytest.mark.parametrize("text", ["1e26 FLOP", "10^26 FLOP", "10**26 FLOP", "1 x 10^26", "100e24", "1e2 YFLOP", "1e26"])
def test_the_line_is_met_however_it_is_written(text):
    """In binary floats 10**26 >= 1e26 is false and 10**23 > 1e23 is true."""
    assert verdict_of(check_ledger({"training_compute": text}, "2026-11-21"), "us.ear.4e091").outcome is Outcome.MET


@pytest.mark.parametrize("text", ["1e23 FLOP", "10^23 FLOP", "1e20 kFLOP", "100 ZFLOP"])
def test_the_strict_line_is_not_met_however_it_is_written(text):
    assert (
        verdict_of(check_ledger({"training_compute": text}, "2026-11-21"), "eu.ai-act.gpai").outcome is Outcome.NOT_MET
    )


def rates_around(cut, bits):
    """The rate at 12 significant digits that is nearest to a cut, and its neighbours."""
    return [step(Fraction(cut, bits), by) for by in (-1, 0, 1)]


@pytest.mark.parametrize("cut", PERFORMANCE_CUTS)
@pytest.mark.parametrize("bits", BIT_LENGTHS)
def test_rates_times_bit_length_meet_the_line_exactly(bits, cut):
    """Decimal rates of 12 digits times the bit length, in rationals and in float64, against exact arithmetic."""
    rule, version = next(pair for pair in VERSIONS if pair[1].id == "2023-11-17")
    rates = rates_around(cut, bits)
    expected = [
        3 if rate * bits >= 4800 else 2 if rate * bits >= 2400 else 1 if rate * bits >= 1600 else 0 for rate in rates
    ]
    levels = {0: -1, 1: 3, 2: 2, 3: 0}  # none, .b.2, .b.1, .a.1 at a density of 4
    program = program_of(rule, version, {})
    for kind in (object, np.float64):
        performance = processing_performance(
            np.array(rates, dtype=object).astype(kind), np.array([bits] * 3).astype(kind)
        )
        density = exact(4, 4, 4) if kind is object else as_floats({"density": exact(4, 4, 4)})["density"]
        columns = {"total_processing_performance": Column(performance, performance), "performance_density": density}
        found = evaluate(program, columns | {"datacenter": exact(1, 1, 1)}, 3)
        assert found.item.tolist() == [levels[level] for level in expected]


@pytest.mark.parametrize("cut", PERFORMANCE_CUTS)
@pytest.mark.parametrize("bits", [4, 8, 16, 32, 64])
def test_rates_written_as_text_meet_the_line_exactly(bits, cut):
    """The same through a chip file: cut ÷ bits is a finite decimal for these bit lengths."""
    lowest = {1600: "3A090.b.2", 2400: "3A090.b.1", 4800: "3A090.a.1"}[cut]
    for rate, reached in zip(rates_around(cut, bits), (False, True, True), strict=True):
        rates = [{"format": "X", "bits": str(bits), "rate": f"{float(rate)!r} TFLOP/s"}]
        assert Fraction(repr(float(rate))) == rate
        content = {"rates": rates, "performance_density": "4 TPP/mm^2", "datacenter": "yes"}
        found = verdict_of(screen_chip_document(content, "2024-01-01"), "us.ear.3a090").explanation
        assert (found.item == lowest) == reached


@pytest.mark.parametrize("cut", DENSITY_CUTS)
@pytest.mark.parametrize("by", [-1, 0, 1])
def test_noise_in_a_float_quotient_never_decides(cut, by):
    """Areas whose quotient is exactly a cut: float64 lands on both sides of it, the outcome does not."""
    areas = [Fraction(number, 10) for number in range(1001, 9000, 7)]
    performance = [step(area * Fraction(cut), by) for area in areas]
    columns = {"total_processing_performance": exact(*performance), "applicable_die_area": exact(*areas)}
    floats = with_ratios(as_floats(columns))
    quotient, line = floats["performance_density"].low, float(cut)
    if by == 0:
        assert (quotient < line).any()
        assert (quotient > line).any()
    for rule, version, clause, number in THRESHOLDS:
        test = clause.conditions[number]
        if test.quantity == "performance_density" and test.threshold == Fraction(cut):
            alone = isolated(rule, version, Clause("alone", "", (test,)))
            expected = [
                Outcome.MET if truth_of(test, top / area) else Outcome.NOT_MET
                for top, area in zip(performance, areas, strict=True)
            ]
            assert evaluate(alone, with_ratios(columns), len(areas)).outcome.tolist() == expected
            assert evaluate(alone, floats, len(areas)).outcome.tolist() == expected


@pytest.mark.parametrize(
    ("ulps", "equal"), [(-5, False), (-4, True), (-1, True), (0, True), (1, True), (4, True), (5, False)]
)
@pytest.mark.parametrize("operator", [">=", ">", "<=", "<"])
def test_four_units_in_the_last_place_count_as_equality(operator, ulps, equal):
    """Float64 noise of up to four units counts as being at the line; the fifth does not."""
    rule, version = next(pair for pair in VERSIONS if pair[0] == "us.ear.3a090")
    line = 4800.0
    test = QuantityTest("total_processing_performance", operator, Fraction(4800), "4800 TPP")
    alone = isolated(rule, version, Clause("alone", "", (test,)))
    value = np.array([line + ulps * np.spacing(line)])
    expected = truth_of(test, Fraction(4800) if equal else Fraction(float(value[0])))
    found = evaluate(alone, {test.quantity: Column(value, value)}, 1).outcome[0]
    assert found == (Outcome.MET if expected else Outcome.NOT_MET)
