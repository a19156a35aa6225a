"""Training compute from ledgers and from quick figures: the range, the best estimate, what it could be exchanged for."""

from datetime import date
from fractions import Fraction

import pytest

from gateline.amounts import Amount
from gateline.documents import parse_document
from gateline.errors import InputError
from gateline.jobs import check_release, quick_ledger
from gateline.training.ledger import Ledger

DAY = date(2026, 11, 21)


def ledger(text: str) -> Ledger:
    return parse_document(text, "ledger").validate(Ledger)


def estimates(*entries: str, kind: str = "pretraining") -> str:
    return f"model: M\nphases:\n  - kind: {kind}\n    estimates:\n" + "".join(
        f"      - {{{entry}}}\n" for entry in entries
    )


def screened(content: Ledger | str, **options):
    return check_release(content if isinstance(content, Ledger) else ledger(content), DAY, **options)


def counted(content: Ledger | str):
    return screened(content).inputs["training_compute"]


def refusal(text: str) -> str:
    with pytest.raises(InputError) as refused:
        screened(text)
    return str(refused.value)


def outcome(screening, rule: str) -> str:
    return next(found.outcome.word for found in screening.verdicts if found.rule.id == rule)


CONTRACT = """
model: Example-1
modality: [text]
phases:
  - kind: pretraining
    status: actual
    estimates:
      - {method: architecture, params: 405e9, tokens: 15.6e12}
      - {method: hardware, chip: H100, chip_hours: 30.84e6, utilization: 0.40, utilization_kind: mfu}
  - kind: sft
    estimates: [{method: declared, compute: 2.1e23 FLOP, low: 1.8e23 FLOP, high: 2.4e23 FLOP}]
"""
BY_ARCHITECTURE = Fraction("3.7908e25")
BY_HARDWARE = Fraction("30.84e6") * 3600 * Fraction("989.5e12") * Fraction("0.40")  # 4.394e25


def test_the_example_of_the_interface():
    """Llama 3.1 405B by both routes, and fine-tuning on top: 3.7908e25 is the first estimate and so the best."""
    found = counted(CONTRACT)
    assert found.best == BY_ARCHITECTURE + Fraction("2.1e23")
    assert found.value.low == BY_ARCHITECTURE + Fraction("1.8e23")
    assert float(found.value.high) == pytest.approx(float(BY_HARDWARE + Fraction("2.4e23")), rel=1e-3)
    assert screened(CONTRACT).inputs["generates_language_image_or_video"].value is True


def test_the_two_routes_agree_within_the_tolerance():
    """They differ by less than 30 percent, so nothing is remarked but the family."""
    (remark,) = screened(CONTRACT).remarks
    assert remark.startswith("H100: taken as nvidia-h100-sxm")


@pytest.mark.parametrize(
    ("name", "stated", "told"),
    [
        ("training_compute", "1e20 FLOP", True),
        ("training_compute", "3.75e25 FLOP", True),
        ("training_compute", "3.76e25 FLOP", False),  # 0.8 % below
        ("training_compute", "1e26 FLOP", False),  # the cautious side
        ("original_training_compute", "1e20 FLOP", False),
    ],
)
def test_compute_stated_below_what_the_figures_make_is_told(name, stated, told):
    """6 × 405e9 × 15.6e12 = 3.79e25; what is stated counts all the same."""
    screening = screened(quick_ledger(params="405e9", tokens="15.6e12"), changes={name: stated})
    remarks = [remark for remark in screening.remarks if "is stated and counts" in remark]
    assert len(remarks) == told
    assert all("other figures make 3.791e25 FLOP" in remark and remark.startswith(f"{name}: ") for remark in remarks)


@pytest.mark.parametrize(
    ("figures", "compute"),
    [
        ({"params": "405e9", "tokens": "15.6e12"}, "3.7908e25"),
        ({"params": "405B", "tokens": "15.6T"}, "3.7908e25"),
        ({"params": "405 billion", "tokens": "15.6 trillion"}, "3.7908e25"),
        ({"active_params": "37e9", "tokens": "14.8e12"}, "3.2856e24"),
        ({"params": "671e9", "active_params": "37e9", "tokens": "14.8e12"}, "3.2856e24"),
        ({"compute": "3.8e25 FLOP"}, "3.8e25"),
        ({"compute": "10^26"}, "1e26"),
        ({"chip": "nvidia-a100-sxm-80", "chip_hours": "1e6", "utilization": "50%"}, "5.616e23"),  # 312e12 × 3.6e9 × 0.5
    ],
)
def test_quick_figures(figures, compute):
    """6 × parameters × tokens, chip-hours × dense 16-bit peak × utilization, or the figure itself; exactly."""
    assert counted(quick_ledger(**figures)).value == Amount.exactly(Fraction(compute))


@pytest.mark.parametrize(
    ("figures", "problem"),
    [
        ({}, "no figures given"),
        ({"params": "405e9"}, "needs tokens"),
        ({"tokens": "15.6e12"}, "needs params or active_params"),
        ({"chip": "H100", "chip_hours": "1e6"}, "needs utilization"),
        ({"chip_hours": "1e6", "utilization": "0.4"}, "needs chip or peak"),
        ({"chip": "H100", "utilization": "0.4"}, "needs chip_hours"),
        ({"params": "0", "tokens": "1e12"}, "greater than zero"),
        ({"params": "-405e9", "tokens": "1e12"}, "negative"),
        ({"params": "405e9 FLOP", "tokens": "1e12"}, "takes no unit"),
        ({"compute": "1026"}, "lost superscript"),
        ({"compute": "1e26 FLOPS"}, "ambiguous"),
        ({"compute": "1e26 TFLOP/s"}, "has dimension"),
        ({"chip": "H100", "chip_hours": "1e6", "utilization": "1.4"}, "more than 1"),
        ({"compute": "unknown"}, "needs a value"),
        ({"chip": "no such chip", "chip_hours": "1e6", "utilization": "0.4"}, "not in the catalogue"),
        ({"chip": "RTX", "chip_hours": "1e6", "utilization": "0.4"}, "could mean several chips"),
    ],
)
def test_quick_figures_that_make_no_estimate(figures, problem):
    """What is missing or wrong is said in the words of the options."""
    with pytest.raises(InputError, match=problem):
        screened(quick_ledger(**figures))


def test_a_quick_figure_of_two_routes():
    """Both routes at once are a range between them, the declared figure being the best."""
    found = counted(quick_ledger(compute="4e25", params="405e9", tokens="15.6e12"))
    assert (found.value.low, found.value.high, found.best) == (BY_ARCHITECTURE, Fraction("4e25"), Fraction("4e25"))


def test_the_first_estimate_is_the_best():
    """The order in the file says which estimate to show; the range takes them all."""
    one, other = "method: declared, compute: 1e25", "method: declared, compute: 1.2e25"
    first, second = counted(estimates(one, other)), counted(estimates(other, one))
    assert first.value == second.value == Amount(Fraction("1e25"), Fraction("1.2e25"))
    assert (first.best, second.best) == (Fraction("1e25"), Fraction("1.2e25"))


@pytest.mark.parametrize(
    ("entry", "low", "high", "best"),
    [
        ("method: declared, compute: 1e25", "1e25", "1e25", "1e25"),
        ("method: declared, compute: 0.8e25 to 1.2e25 FLOP", "0.8e25", "1.2e25", None),
        ("method: declared, compute: 1e25, low: 0.7e25, high: 1.3e25", "0.7e25", "1.3e25", "1e25"),
        ("method: declared, compute: 1e25, low: 0.7e25", "0.7e25", "1e25", "1e25"),
        ("method: architecture, params: 1e9 to 3e9, tokens: 1e12", "6e21", "18e21", None),
        ("method: architecture, params: 1e9, tokens: 1e12 to 2e12", "6e21", "12e21", None),
        ("method: architecture, params: 600e9, active_params: 37e9, tokens: 1e12", "2.22e23", "2.22e23", "2.22e23"),
        ("method: hardware, peak: 300 TFLOP/s, chip_hours: 200000, utilization: 0.5", "1.08e23", "1.08e23", "1.08e23"),
        ("method: hardware, peak: 150 TMAC/s, chip_hours: 200000, utilization: 50%", "1.08e23", "1.08e23", "1.08e23"),
        (
            "method: hardware, peak: 300 TFLOP/s, chip_hours: 200000, utilization: 0.4 to 0.6",
            "0.864e23",
            "1.296e23",
            None,
        ),
        (
            "method: hardware, chip: H100, peak: 1 PFLOP/s, chip_hours: 1e6, utilization: 0.5",
            "1.8e24",
            "1.8e24",
            "1.8e24",
        ),
    ],
)
def test_one_estimate(entry, low, high, best):
    """Ranges of inputs become a range of compute; only a value that was given is shown as the best."""
    found = counted(estimates(entry))
    assert (found.value.low, found.value.high) == (Fraction(low), Fraction(high))
    assert found.best == (None if best is None else Fraction(best))


def test_phases_are_added():
    """Every phase that updates parameters counts, planned ones too."""
    text = "model: M\nphases:\n" + "".join(
        f"  - {{kind: {kind}, status: {status}, estimates: [{{method: declared, compute: {compute}}}]}}\n"
        for kind, status, compute in [
            ("pretraining", "actual", "9e24"),
            ("continued_pretraining", "actual", "6e23"),
            ("sft", "actual", "1e23"),
            ("rl_updates", "planned", "3e23"),
        ]
    )
    found = counted(text)
    assert found.value == Amount.exactly(10**25)
    assert outcome(screened(text), "eu.ai-act.systemic-risk") == "not_met"
    assert outcome(screened(text.replace("3e23", "3.000000000001e23")), "eu.ai-act.systemic-risk") == "met"


def test_a_range_across_the_line_is_undetermined():
    """0.9e25 to 1.1e25 lies on both sides of 10^25, whatever the best estimate."""
    screening = screened(estimates("method: declared, compute: 1.05e25, low: 0.9e25, high: 1.1e25"))
    assert outcome(screening, "eu.ai-act.systemic-risk") == "undetermined"
    assert outcome(screening, "eu.ai-act.gpai") == "met"


def test_estimates_far_apart_are_remarked():
    """Model H of the EU Annex: 6.587e23 by hardware against 6.6e22 by 6ND, ten times apart; the reader is told."""
    text = estimates(
        "method: hardware, peak: 989 TFLOP/s, chip_hours: 370000, utilization: 0.5",
        "method: architecture, params: 1.23e9, tokens: 9e12",
    )
    assert "phases[0] (pretraining): the estimates differ by a factor of 9.92" in screened(text).remarks[0]


@pytest.mark.parametrize(
    ("second", "remarked"), [("1.3e25", False), ("1.300001e25", True), ("0.75e25", True), ("0.8e25", False)]
)
def test_the_tolerance_between_estimates(second, remarked):
    """Thirty percent is the EU's tolerance (Annex A.2, paragraph 120); exactly thirty is within it."""
    text = estimates("method: declared, compute: 1e25", f"method: declared, compute: {second}")
    assert bool(screened(text).remarks) is remarked


HARDWARE = "method: hardware, peak: 1000 TFLOP/s, chip_hours: 1e6, utilization: 0.4, utilization_kind: {}"


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("hfu", "Say how they were recomputed: none, full, or selective with its share"),
        ("hfu, recompute: selective", "selective needs the share of the forward operations"),
        ("hfu, recompute: full, recompute_share: 0.3", "a share belongs to selective"),
        ("tensor_active", "no share of the peak: it is the share of cycles in which a tensor core was busy"),
        ("sm_active", "memory and communication included"),
        ("nvidia_smi", "which can be 100 percent at a few percent of the peak"),
        ("mbu", "'mfu', 'hfu', 'tensor_active', 'sm_active' or 'nvidia_smi'"),
    ],
)
def test_a_utilization_that_is_no_share_of_the_peak_is_refused(kind, problem):
    assert problem in refusal(estimates(HARDWARE.format(kind)))


@pytest.mark.parametrize(
    ("recompute", "share"),
    [  # of the six parts of a step, the forward pass is two
        ("none", Fraction(1)),
        ("full", Fraction(6, 8)),
        ("selective, recompute_share: 0.25", Fraction(12, 13)),
    ],
)
def test_a_hardware_utilization_with_its_recompute_policy(recompute, share):
    """10^6 hours × 3600 s × 10^15 × 0.4 are done by the hardware; the model's part is what the rules count."""
    found = counted(estimates(HARDWARE.format(f"hfu, recompute: {recompute}")))
    assert found.value.low == found.value.high == Fraction(144, 100) * 10**24 * share


@pytest.mark.parametrize("kind", ["pre-training", "rollouts", "evaluations", "Pretraining"])
def test_an_unknown_kind_of_phase_gets_the_list(kind):
    """The kinds that can be counted are listed."""
    message = refusal(estimates("method: declared, compute: 1e25", kind=f"'{kind}'"))
    assert message.startswith(f"ledger:3: phases[0].kind: '{kind}' is not one of ")
    for known in ("pretraining", "continued_pretraining", "sft", "rl_updates"):
        assert f"'{known}'" in message


@pytest.mark.parametrize(
    ("modality", "expected"),
    [
        ("[text]", True),
        ("[code]", True),
        ("[speech]", True),
        ("[image]", True),
        ("[video]", True),
        ("[text, image]", True),
        ("[music, text]", True),
        ("[music]", False),
        ("[biology]", False),
        ("[weather, sound]", False),
    ],
)
def test_modality_settles_the_fact(modality, expected):
    """Guidelines para 17 is about language, and images or video from text; a music generator is not meant (para 20)."""
    text = f"modality: {modality}\n" + estimates("method: declared, compute: 1.5e23")
    assert screened(text).inputs["generates_language_image_or_video"].value is expected
    assert outcome(screened(text), "eu.ai-act.gpai") == ("met" if expected else "not_met")


@pytest.mark.parametrize(
    ("modality", "expected"),
    [("[text]", "not_met"), ("[biology]", "met"), ("[biology, text]", "undetermined")],
)
def test_modality_says_whether_the_data_is_primarily_biological(modality, expected):
    """10^23 is the line of EO 14110 for models trained on primarily biological sequence data, whatever that means."""
    text = f"modality: {modality}\n" + estimates("method: declared, compute: 1.5e23")
    assert outcome(screened(text), "us.eo14110.bio") == expected


def test_an_unknown_modality_gets_the_list():
    """A word that is none of them is refused with all of them."""
    message = refusal("modality: [smell]\n" + estimates("method: declared, compute: 1e25"))
    assert message.startswith("ledger:1: modality[0]: 'smell' is not one of ")
    assert "'music'" in message


@pytest.mark.parametrize(
    "bounds",
    ["low: 1.1e25", "high: 0.9e25", "low: 1.2e25, high: 1.3e25", "low: 1.3e25, high: 0.7e25"],
)
def test_bounds_stand_around_the_value(bounds):
    """Low, compute and high rise in this order."""
    assert "low, compute and high must rise in this order" in refusal(
        estimates(f"method: declared, compute: 1e25, {bounds}")
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (estimates("method: architecture, params: 1e9"), "an estimate by architecture needs tokens"),
        (estimates("method: hardware, chip: H100, utilization: 0.4"), "an estimate by hardware needs chip_hours"),
        (estimates("method: declared"), "an estimate by declared needs compute"),
        (estimates("method: guess, compute: 1e25"), "'guess' is not one of 'architecture', 'hardware' or 'declared'"),
        (
            estimates("method: declared, compute: 1e25, tokens: 1e12"),
            "tokens does not belong to an estimate by declared",
        ),
        (
            estimates("method: architecture, params: 1e9, tokens: 1e12, low: 1e21"),
            "low does not belong to an estimate by architecture",
        ),
        (estimates("method: declared, compute: 1025"), "lost superscript"),
        (estimates("method: declared, compute: at least 1e25"), "phases[0] (pretraining): compute: an estimate needs"),
        (estimates("method: declared, compute: unknown"), "phases[0] (pretraining): compute: an estimate needs"),
        ("model: M\nphases:\n  - {kind: sft, estimates: []}\n", "ledger:3: phases[0].estimates"),
        (estimates("method: hardware, chip: '', chip_hours: 1e6, utilization: 0.4"), "chip"),
        ("model: M\nphases: []\n", "either phases or training_compute"),
        ("model: M\n", "either phases or training_compute"),
        (
            "training_compute: 1e26\n" + estimates("method: declared, compute: 1e25"),
            "either phases or training_compute",
        ),
        ("phases: []\n", "ledger:1: model: is missing"),
        ("model: M\nmodality: []\ntraining_compute: 1e26\n", "ledger:2: modality"),
        ("model: M\nmodality: text\ntraining_compute: 1e26\n", "ledger:2: modality: a list is expected here"),
    ],
)
def test_ledgers_that_cannot_be_used(text, problem):
    """Refused with the place and the remedy."""
    assert problem in refusal(text)


def test_a_chip_without_a_16_bit_rate():
    """A K80 has no 16-bit rate: the message asks for the peak instead of taking another rate."""
    entry = "method: hardware, chip: K80, chip_hours: 1e6, utilization: 0.4"
    assert "'K80' has no 16-bit rate in the catalogue. Give the rate as peak" in refusal(estimates(entry))
    with_peak = counted(estimates(f"{entry}, peak: 4.11 TFLOP/s"))
    assert with_peak.value == Amount.exactly(Fraction("4.11e12") * 10**6 * 3600 * Fraction("0.4"))


def test_an_integer_rate_is_not_a_peak_for_training():
    """Of the 16-bit rates only floating-point ones measure training; H20 is 148 TFLOP/s."""
    found = counted(estimates("method: hardware, chip: H20, chip_hours: 1000, utilization: 1"))
    assert found.value == Amount.exactly(148 * 10**12 * 3600 * 1000)


def test_what_training_compute_can_be_exchanged_for():
    """A token costs six operations per active parameter, an H100-hour 3600 seconds of utilized peak."""
    exchange = dict(screened(CONTRACT).exchange)
    assert exchange["tokens"] == 6 * 405 * 10**9
    assert float(exchange["H100-hours"]) == pytest.approx(3600 * 989.5e12 * 0.40, rel=1e-3)
    moe = "method: architecture, params: 671e9, active_params: 37e9, tokens: 14.8e12"
    assert dict(screened(estimates(moe)).exchange) == {"tokens": 6 * 37 * 10**9}
    assert screened(estimates("method: declared, compute: 1e25")).exchange == ()


def test_stated_facts():
    """A ledger may state compute and facts outright; a stated fact is not assumed."""
    text = "model: M\ntraining_compute: 2e26\nclosed_weights: no\nannual_gross_revenue: 600e6 USD\n"
    screening = screened(text)
    assert screening.inputs["training_compute"].value == Amount.exactly(2 * 10**26)
    verdict = next(found for found in screening.verdicts if found.rule.id == "us.ear.4e091")
    assert verdict.outcome.word == "not_met"  # published parameters are excluded
    assert "closed_weights" not in dict(verdict.assumptions)


@pytest.mark.parametrize(
    ("additional", "original", "of_original", "of_total"),
    [
        ("2.4e25", "9e25", "not_met", "not_met"),  # at most 2.5e25
        ("2.5e25", "9e25", "not_met", "not_met"),  # that border is included
        ("2.6e25", "9e25", "met", "not_met"),  # 28.9 percent of the original, 22.4 of all
        ("2.6e25", "7.8e25", "met", "not_met"),  # exactly 25 percent of all
        ("2.6e25", "7.7e25", "met", "met"),  # 25.2 percent of all
        ("2.9e25", "1.2e26", "not_met", "not_met"),
        ("3e25", "1.2e26", "not_met", "not_met"),  # exactly 25 percent of the original
        ("3.1e25", "1.2e26", "met", "not_met"),
        ("3.29e25", "5.8e24", "not_met", "not_met"),  # below 10^26 in all
    ],
)
def test_further_training_of_published_weights(additional, original, of_original, of_total):
    """ECCN 4E091, exclusion 1: at most 2.5 × 10^25 operations or 25 percent, of the original's or of all."""
    total = Fraction(additional) + Fraction(original)
    text = (
        f"model: M\ntraining_compute: {int(total)}\nadditional_training_compute: {additional}\n"
        "derived_from_published_weights: yes\n"
    )
    assert outcome(screened(text, readings={"4e091-share": "original"}), "us.ear.4e091") == of_original
    assert outcome(screened(text, readings={"4e091-share": "total"}), "us.ear.4e091") == of_total


def test_a_change_replaces_the_ledger():
    """An input set from outside wins over the ledger, by canonical name only."""
    assert outcome(screened(CONTRACT, changes={"training_compute": "1e24"}), "eu.ai-act.systemic-risk") == "not_met"
    with pytest.raises(InputError, match="not a known quantity"):
        screened(CONTRACT, changes={"compute_used": "1e24"})
    with pytest.raises(InputError, match="not a known quantity"):
        screened(CONTRACT, changes={"applicable_die_area": "1 mm^2"})


@pytest.mark.parametrize("name", ["params", "tokens", "chip_hours"])
def test_figures_of_a_phase_are_not_stated_at_the_top(name):
    """What belongs to an estimate is refused elsewhere."""
    assert "unknown key" in refusal(f"{name}: 1e12\n" + estimates("method: declared, compute: 1e25"))
