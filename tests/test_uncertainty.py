"""Inputs as ranges and distributions, what becomes of them, and where in time lines are passed.

Expected values are worked out here from the definitions: one standard deviation of a lognormal input multiplies or
divides it by 1 + the deviation stated, and 90 % of it lie within 1.644854 standard deviations.
"""

from datetime import date
from fractions import Fraction
from math import exp, hypot, isclose, log, log1p
from statistics import NormalDist

import pytest
from support import check_ledger, verdict_of

from gateline.amounts import Amount
from gateline.errors import InputError
from gateline.quantities import QUANTITIES
from gateline.report import text as card
from gateline.report.verdict_json import verdict_object
from gateline.rules.model import Outcome
from gateline.training.factors import Factor, Lognormal, Uniform, read_factor

NORMAL = NormalDist()
REACH = 1.6448536269514722
"""Standard deviations within which 90 % of a normal distribution lie: Φ(1.6449) = 0.95."""
SYSTEMIC = "eu.ai-act.systemic-risk"


def ledger(*phases, **more):
    return {"modality": ["text"], "phases": list(phases), **more}


def pretraining(*estimates, **more):
    return {"kind": "pretraining", "estimates": list(estimates), **more}


def six_nd(params, tokens):
    return {"method": "architecture", "params": params, "tokens": tokens}


def declared(compute):
    return {"method": "declared", "compute": compute}


def screened(*phases, as_of="2026-11-21", **more):
    return check_ledger(ledger(*phases), as_of, **more)


def band(screening, quantity="training_compute"):
    column = screening.quantities[quantity]
    return float(column.low[0]), float(column.high[0])


# Reading


@pytest.mark.parametrize(
    ("written", "median", "deviation"),
    [
        ("1e13 ± 5 %", 1e13, log(1.05)),
        ("1e13 +/- 5%", 1e13, log(1.05)),
        ("1e13 +- 20 %", 1e13, log(1.2)),
        ("4e12 to 9e12 (90 %)", 6e12, log(9 / 4) / (2 * REACH)),
        ("4e12 to 9e12 (50 %)", 6e12, log(9 / 4) / (2 * 0.6744897501960817)),  # quartiles of the normal distribution
    ],
)
def test_a_lognormal_input(written, median, deviation):
    spread = read_factor(written, QUANTITIES["tokens"]).spread
    assert isinstance(spread, Lognormal)
    assert isclose(float(spread.median), median, rel_tol=1e-12)
    assert isclose(spread.deviation, deviation, rel_tol=1e-9)


def test_a_uniform_input():
    read = read_factor("0.38 to 0.43 (uniform)", QUANTITIES["utilization"])
    assert read.spread == Uniform(Fraction(38, 100), Fraction(43, 100))
    assert read.best("utilization") == Fraction(405, 1000)


def test_what_an_input_rests_on():
    given = {"value": "1e13 ± 5 %", "basis": "measured", "source": "log of the run"}
    read = read_factor(given, QUANTITIES["tokens"])
    assert (read.basis, read.source) == ("measured", "log of the run")


def test_a_range_is_no_distribution():
    assert read_factor("1e13 to 2e13", QUANTITIES["tokens"]) == Factor(Amount(Fraction(10**13), Fraction(2 * 10**13)))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("1e13 ± 5", "percent of the value"),
        ("40 % ± 10 %", "can be taken in two ways"),
        ("1e13 ± 0 %", "not a percentage above 0"),
        ("1e13 ± 100 %", "not a percentage above 0"),
        ("1e13 ± five %", "is not a number"),
        ("1e13 to 2e13 ± 5 %", "not one value"),
        ("unknown ± 5 %", "not one value"),
        ("1e13 (90 %)", "no range above zero"),
        ("1e13 to 2e13 (90)", "not a percentage"),
        ("1e13 to 2e13 (gamma)", "not a percentage"),
        ({"value": "1e13", "bases": "measured"}, "'bases' is not known here; it takes value, basis, source"),
        ({"basis": "measured"}, "value is missing"),
        ({"value": "1e13", "basis": "guessed"}, "not one of measured, planned, datasheet, assumed"),
        ({"value": ["1e13"]}, "a value is expected"),
        (["1e13"], "a value is expected"),
    ],
)
def test_an_input_that_cannot_be_read(given, says):
    with pytest.raises(InputError, match=says) as caught:
        read_factor(given, QUANTITIES["tokens" if "%" not in str(given)[:6] else "utilization"])
    assert "\n" not in str(caught.value)


def test_bounds_beside_a_distribution_are_refused():
    with pytest.raises(InputError, match="compute is a distribution, so low and high have no place"):
        screened(pretraining({**declared("1e25 FLOP ± 5 %"), "low": "9e24 FLOP"}))


# One product


def test_the_band_of_one_lognormal_input():
    """6 × 1e11 × (1e13 ± 10 %): 6e24 times or through 1.1 ** 1.6449."""
    low, high = band(screened(pretraining(six_nd("1e11", "1e13 ± 10 %"))))
    assert isclose(low, 6e24 / 1.1**REACH, rel_tol=1e-4)
    assert isclose(high, 6e24 * 1.1**REACH, rel_tol=1e-4)


def test_the_band_of_several_lognormal_inputs_is_that_of_their_product():
    """Logarithms add, so their variances do."""
    hardware = {"method": "hardware", "peak": "1000 TFLOP/s", "chip_hours": "1e7 ± 12 %", "utilization": "0.4 ± 20 %"}
    low, high = band(screened(pretraining(hardware)))
    median, deviation = 1e7 * 3600 * 1e15 * 0.4, hypot(log(1.12), log(1.2))
    assert isclose(low, median * exp(-REACH * deviation), rel_tol=1e-4)
    assert isclose(high, median * exp(REACH * deviation), rel_tol=1e-4)


def test_the_band_of_a_uniform_input():
    """Of 8e24 to 1.2e25, 90 % lie from 8.2e24 to 1.18e25."""
    low, high = band(screened(pretraining(declared("8e24 FLOP to 1.2e25 FLOP (uniform)"))))
    assert isclose(low, 8.2e24, rel_tol=1e-4)
    assert isclose(high, 1.18e25, rel_tol=1e-4)


def test_a_utilization_stays_below_one():
    """Half of 0.9 ± 50 % would lie above 0.9 and a third above 1; the band ends at the peak."""
    hardware = {"method": "hardware", "peak": "1000 TFLOP/s", "chip_hours": "1e7", "utilization": "0.9 ± 50 %"}
    low, high = band(screened(pretraining(hardware)))
    assert high == pytest.approx(3.6e25, rel=1e-12)
    assert isclose(low, 3.6e25 * 0.9 / 1.5**REACH, rel_tol=1e-3)


def test_the_probability_of_passing_a_line():
    """9.5e24 ± 10 % passes 10^25 where the normal variable passes ln(10 / 9.5) / ln 1.1 = 0.538: in 29.5 of 100 cases."""
    verdict = verdict_of(screened(pretraining(declared("9.5e24 FLOP ± 10 %"))), SYSTEMIC)
    expected = 1 - NORMAL.cdf(log(10 / 9.5) / log(1.1))
    assert isclose(expected, 0.295, abs_tol=1e-3)
    (chance,) = verdict.chances.conditions.values()
    assert chance.low == chance.high
    assert isclose(chance.low, expected, abs_tol=1e-4)
    assert verdict.chances.met == chance
    assert verdict.outcome is Outcome.UNDETERMINED


# Sums of phases, ranges and open kinds


def passing(line, phases):
    """P(X + Y > line) for two lognormals, integrated over X."""
    (first, first_deviation), (second, second_deviation) = phases
    steps = 4000
    total = 0.0
    for step in range(steps):
        value = first * exp(first_deviation * NORMAL.inv_cdf((step + 0.5) / steps))
        rest = line - value
        total += 1.0 if rest <= 0 else 1 - NORMAL.cdf(log(rest / second) / second_deviation)
    return total / steps


def test_a_sum_of_phases_is_drawn():
    first, second = (8e24, log1p(0.10)), (1.5e24, log1p(0.40))
    found = screened(
        pretraining(declared("8e24 FLOP ± 10 %")), {"kind": "sft", "estimates": [declared("1.5e24 FLOP ± 40 %")]}
    )
    (chance,) = verdict_of(found, SYSTEMIC).chances.conditions.values()
    assert chance.low == chance.high
    assert isclose(chance.low, passing(1e25, (first, second)), abs_tol=0.01)
    low, high = band(found)
    assert isclose(passing(low, (first, second)), 0.95, abs_tol=0.005)
    assert isclose(passing(high, (first, second)), 0.05, abs_tol=0.005)


def test_a_range_beside_a_distribution_gives_two_probabilities():
    """Nothing is known of where in its range a value lies: with 0 the line is at 10^25, with 1e24 at 9e24."""
    found = screened(
        pretraining(declared("9.5e24 FLOP ± 10 %")),
        {"kind": "sft", "estimates": [{**declared("5e23 FLOP"), "low": "1e20 FLOP", "high": "1e24 FLOP"}]},
    )
    told = verdict_of(found, SYSTEMIC).chances
    (chance,) = told.conditions.values()
    assert isclose(chance.low, 1 - NORMAL.cdf(log(10 / 9.5) / log(1.1)), abs_tol=1e-3)
    assert isclose(chance.high, 1 - NORMAL.cdf(log(9 / 9.5) / log(1.1)), abs_tol=1e-3)
    assert told.met == chance


def test_a_range_among_the_factors_of_a_distribution():
    """10^6 to 2 × 10^6 hours: the band starts at the lower and ends at the higher."""
    hardware = {"method": "hardware", "peak": "1000 TFLOP/s", "chip_hours": "1e6 to 2e6", "utilization": "0.4 ± 10 %"}
    low, high = band(screened(pretraining(hardware)))
    assert isclose(low, 1e6 * 3600 * 1e15 * 0.4 / 1.1**REACH, rel_tol=1e-4)
    assert isclose(high, 2e6 * 3600 * 1e15 * 0.4 * 1.1**REACH, rel_tol=1e-4)


def test_an_open_kind_widens_the_probability():
    """Failed segments may count or not: 9.5e24 ± 10 %, with 1e24 or without."""
    found = screened(
        pretraining(declared("9.5e24 FLOP ± 10 %")), {"kind": "failed_segment", "estimates": [declared("1e24 FLOP")]}
    )
    (chance,) = verdict_of(found, SYSTEMIC).chances.conditions.values()
    assert isclose(chance.low, 1 - NORMAL.cdf(log(10 / 9.5) / log(1.1)), abs_tol=1e-3)
    assert isclose(chance.high, 1 - NORMAL.cdf(log(9 / 9.5) / log(1.1)), abs_tol=1e-3)


def test_two_estimates_make_a_probability_between_them():
    """Of two estimates one is right: the lower in each draw at one end, the higher at the other."""
    found = screened(pretraining(declared("9e24 FLOP"), declared("1.02e25 FLOP ± 1 %")))
    (chance,) = verdict_of(found, SYSTEMIC).chances.conditions.values()
    assert chance.low == 0.0
    assert isclose(chance.high, 1 - NORMAL.cdf(log(1 / 1.02) / log(1.01)), abs_tol=1e-3)


# The verdict


@pytest.mark.parametrize(
    ("deviations_above", "level", "outcome"),
    [  # the band of 90 % ends 1.645, that of 50 % ends 0.674 standard deviations below the median
        (1.66, "90", Outcome.MET),
        (1.63, "90", Outcome.UNDETERMINED),
        (0.69, "50", Outcome.MET),
        (0.66, "50", Outcome.UNDETERMINED),
        (-1.63, "90", Outcome.UNDETERMINED),
        (-1.66, "90", Outcome.NOT_MET),
    ],
)
def test_the_whole_band_has_to_lie_on_one_side(deviations_above, level, outcome):
    median = 1e25 * 1.1**deviations_above
    found = screened(pretraining(declared(f"{median:.9e} FLOP ± 10 %")), band=Fraction(level) / 100)
    assert verdict_of(found, SYSTEMIC).outcome is outcome


def test_the_rule_for_distributions_is_said():
    found = screened(pretraining(declared("1e25 FLOP ± 10 %")))
    assert any("only if the whole 90 % band lies on one side" in remark for remark in found.remarks)
    assert not any("band" in remark for remark in screened(pretraining(declared("1e25 FLOP"))).remarks)


def test_values_stay_exact_without_a_distribution():
    """Exactly 10^25 is not greater than 10^25."""
    verdict = verdict_of(screened(pretraining(declared("1e25 FLOP"))), SYSTEMIC)
    assert verdict.outcome is Outcome.NOT_MET
    assert verdict.chances is None


def test_the_same_ledger_gives_the_same_bytes():
    phases = [pretraining(six_nd("1e11 ± 2 %", "1.6e13 ± 10 %"), declared("1e25 FLOP to 2e25 FLOP (uniform)"))]
    assert verdict_object(screened(*phases)) == verdict_object(screened(*phases))


def test_what_each_input_contributes():
    """Bands of ± 20 % and ± 5 %: the swings are 1.2^1.645 - 1.2^-1.645 = 0.609 and 0.161, squared 93.5 and 6.5 of 100."""
    given = {"value": "1e13 ± 20 %", "basis": "planned", "source": "budget"}
    moved = verdict_object(screened(pretraining(six_nd("1e11 ± 5 %", given))))["quantities"]["training_compute"][
        "moved_by"
    ]
    swings = [1.2**REACH - 1.2**-REACH, 1.05**REACH - 1.05**-REACH]
    shares = [swing**2 / sum(other**2 for other in swings) for swing in swings]
    assert [entry["what"] for entry in moved] == ["pretraining: tokens", "pretraining: parameters"]
    assert [entry["share"] for entry in moved] == pytest.approx(shares, rel=1e-6)
    assert (moved[0]["basis"], moved[0]["source"]) == ("planned", "budget")


def test_probabilities_in_the_card_and_in_json(capsys):
    from rich.console import Console

    found = screened(pretraining(declared("9.5e24 FLOP ± 10 %")))
    card.write([found], Console(width=200))
    printed = capsys.readouterr().out
    assert "29.5 % likely" in printed
    assert "90 % band" in printed
    (verdict,) = [entry for entry in verdict_object(found)["verdicts"] if entry["rule"] == SYSTEMIC]
    assert verdict["probability"]["low"] == pytest.approx(0.295, abs=1e-3)
    assert verdict["items"][0]["conditions"][1]["probability"] == verdict["probability"]
    assert verdict_object(found)["quantities"]["training_compute"]["level"] == 0.9


# The error that the guidelines accept


@pytest.mark.parametrize(
    ("compute", "outcome", "within"),
    [  # 10^25 / 1.3 = 7.6923e24 and 10^25 / 0.7 = 1.42857e25 (C(2025) 5045 final, Annex A.2 para 120)
        ("7.6923e24", Outcome.NOT_MET, Outcome.NOT_MET),
        ("7.6924e24", Outcome.NOT_MET, Outcome.UNDETERMINED),
        ("9.702e24", Outcome.NOT_MET, Outcome.UNDETERMINED),  # DeepSeek-V4-Pro as reported
        ("1.0692e25", Outcome.MET, Outcome.UNDETERMINED),  # Pangu Ultra
        ("1.4285e25", Outcome.MET, Outcome.UNDETERMINED),
        ("1.4286e25", Outcome.MET, Outcome.MET),
    ],
)
def test_the_error_of_thirty_percent(compute, outcome, within):
    found = screened(pretraining(declared(f"{compute} FLOP")))
    verdict = verdict_of(found, SYSTEMIC)
    (tolerated,) = verdict.tolerated
    assert (verdict.outcome, tolerated.outcome) == (outcome, within)
    assert tolerated.tolerance.share == Fraction(3, 10)


def test_the_marks_of_the_accepted_error_are_told():
    from gateline.report.wording import tolerance_text

    verdict = verdict_of(screened(pretraining(declared("1.0692e25 FLOP"))), SYSTEMIC)
    line = tolerance_text(verdict.tolerated[0], verdict)
    assert "possibly above 1e25 from 7.6923e24 FLOP, surely from 1.4286e25" in line
    assert "UNDETERMINED" in line


# Time


def dated(start, end, compute, **more):
    return pretraining(declared(compute), dates=f"{start} to {end}", **more)


def passages(*phases, rule=SYSTEMIC, **more):
    return [passage for passage in screened(*phases, **more).account.passages if passage.rule == rule]


@pytest.mark.parametrize(
    ("compute", "day"),
    [  # a hundred days from 1 January: after 50 days (19 February) exactly 10^25 is done, and a day more passes it
        ("2e25 FLOP", date(2026, 2, 20)),
        ("2.0001e25 FLOP", date(2026, 2, 19)),
        ("1.00001e25 FLOP", date(2026, 4, 10)),
        ("1.1e27 FLOP", date(2026, 1, 1)),
    ],
)
def test_the_day_on_which_a_line_is_passed(compute, day):
    (passage,) = passages(dated("2026-01-01", "2026-04-10", compute))
    assert (passage.outcome, passage.day, passage.phase) == (Outcome.MET, day, "pretraining")


def test_the_planned_phase_that_passes_a_line():
    """9e24 are done; of 2e24 in 20 days half has to be passed: on the eleventh day."""
    (passage,) = passages(
        dated("2026-01-01", "2026-04-10", "9e24 FLOP"),
        {
            "kind": "continued_pretraining",
            "name": "anneal",
            "status": "planned",
            "dates": "2026-12-01 to 2026-12-20",
            "estimates": [declared("2e24 FLOP")],
        },
    )
    assert (passage.phase, passage.status, passage.day) == ("anneal", "planned", date(2026, 12, 11))


def test_phases_are_taken_by_their_days():
    """The later phase stands first in the ledger and still passes the line."""
    (passage,) = passages(
        dated("2026-06-01", "2026-06-30", "6e24 FLOP", name="second"), dated("2026-01-01", "2026-01-31", "6e24 FLOP")
    )
    assert (passage.phase, passage.day) == ("second", date(2026, 6, 21))


def test_phases_that_overlap_go_on_together():
    """5e23 a day for ten days, then 1.5e24: 9.5e24 after day 13, and more than 10^25 on day 14."""
    (passage,) = passages(
        dated("2026-01-01", "2026-01-20", "1e25 FLOP", name="first"),
        dated("2026-01-11", "2026-01-20", "1e25 FLOP", name="second"),
    )
    assert (passage.phase, passage.day) == ("first and second", date(2026, 1, 14))


def test_a_base_model_without_days_is_there_from_the_start():
    """9e24 are there; the phase adds 1e23 a day, so that after ten days 10^25 is reached and on the next passed."""
    (passage,) = passages(
        {"kind": "base_model", "estimates": [declared("9e24 FLOP")]},
        dated("2026-01-01", "2026-01-20", "2e24 FLOP"),
    )
    assert (passage.phase, passage.day) == ("pretraining", date(2026, 1, 11))


def test_the_parts_of_a_stage_go_on_together():
    """2 × 1e12 × 5e12 rollouts and 6 × 1e12 × 5e12 updates, 4e25 in forty days: 1e24 a day, so day 11 passes 10^25."""
    policy = {"params": "1e12"}
    stage = {
        "recipe": "reinforcement",
        "name": "RL",
        "policy": policy,
        "rollouts": {"count": "5e8", "prompt": "5000", "completion": "5000"},
        "dates": "2026-01-01 to 2026-02-09",
    }
    found = check_ledger({"modality": ["text"], "stages": [stage]}, "2026-11-21").account.passages
    (passage,) = [passage for passage in found if passage.rule == SYSTEMIC]
    assert (passage.phase, passage.day) == ("RL: rollouts and RL: updates", date(2026, 1, 11))


def test_without_days_the_phase_is_named():
    (passage,) = passages(
        pretraining(declared("9e24 FLOP")), {"kind": "sft", "name": "tuning", "estimates": [declared("2e24 FLOP")]}
    )
    assert (passage.phase, passage.day) == ("tuning", None)


def test_an_open_line_is_passed_twice():
    """From 9e24 at least and 1.1e25 at most to 1.8e25 at least."""
    found = passages(
        pretraining({**declared("1e25 FLOP"), "low": "9e24 FLOP", "high": "1.1e25 FLOP"}),
        {"kind": "sft", "estimates": [declared("9e24 FLOP")]},
    )
    assert [(passage.outcome, passage.phase) for passage in found] == [
        (Outcome.UNDETERMINED, "pretraining"),
        (Outcome.MET, "sft"),
    ]


def test_nothing_is_passed_below_every_line():
    assert not passages(pretraining(declared("9e24 FLOP")))


@pytest.mark.parametrize(
    ("as_of", "label", "rate"),
    [  # 31 days of 3.1e24 and 10 days of 5e24: 1e23 and 5e23 a day
        ("2026-01-15", "first", Fraction(10**23)),
        ("2026-02-01", "first", Fraction(10**23)),
        ("2026-03-02", "second", Fraction(5 * 10**23)),
        ("2026-06-01", "second", Fraction(5 * 10**23)),
        ("2025-12-31", "first", Fraction(10**23)),
    ],
)
def test_what_a_day_is_worth(as_of, label, rate):
    found = screened(
        dated("2026-01-01", "2026-01-31", "3.1e24 FLOP", name="first"),
        dated("2026-03-01", "2026-03-10", "5e24 FLOP", name="second"),
        as_of=as_of,
    )
    assert found.exchange[-1] == (f"days at the rate of {label}", rate)


def test_a_day_of_phases_that_run_together():
    found = screened(
        dated("2026-01-01", "2026-01-20", "1e25 FLOP", name="first"),
        dated("2026-01-11", "2026-01-20", "1e25 FLOP", name="second"),
        as_of="2026-01-15",
    )
    assert found.exchange[-1] == ("days at the rate of first and second", Fraction(15 * 10**23))


def test_which_phases_count_for_whom():
    found = screened(
        pretraining(declared("1e25 FLOP")),
        {"kind": "rl_rollouts", "estimates": [declared("1e24 FLOP")]},
        {"kind": "evaluation", "estimates": [declared("1e23 FLOP")]},
    )
    counts = {line.kind: line.counts for line in found.account.lines}
    assert counts["pretraining"]["eu.ai-act.cumulative"] == "yes"
    assert counts["rl_rollouts"]["eu.ai-act.cumulative"] == "yes"
    assert counts["rl_rollouts"]["eu.ai-act.parameter-updates"] == "open"
    assert counts["evaluation"]["eu.ai-act.cumulative"] == "no"
