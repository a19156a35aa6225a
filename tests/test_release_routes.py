"""From what a lab has to training compute: a configuration, records of accelerator time, phases that regimes count differently."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from gateline.documents import Document
from gateline.errors import InputError
from gateline.jobs import check_release, quick_ledger
from gateline.numerals import number
from gateline.rules.model import Outcome
from gateline.training.ledger import Ledger

DATA = Path(__file__).parent / "data"
DAY = date(2026, 11, 22)


def ledger(*phases: dict, **more) -> Ledger:
    """A ledger of phases, each with a declared compute."""
    written = [
        {"estimates": [{"method": "declared", "compute": phase.pop("compute")}]} | phase for phase in map(dict, phases)
    ]
    return Document("ledger", {"model": "x", "phases": written, **more}).validate(Ledger)


def amount(screening, name: str) -> tuple[Fraction, Fraction]:
    column = screening.quantities[name]
    return column.low[0], column.high[0]


def outcome(screening, rule: str) -> Outcome:
    return next(verdict.outcome for verdict in screening.verdicts if verdict.rule.id == rule)


@pytest.mark.parametrize(
    ("config", "tokens", "length", "attention", "published"),
    [
        ("llama-3.1-405b", "15.6e12", "8192", "causal", "3.94e25"),
        ("llama-3.1-405b", "15.6e12", "8192", "full", "4.10e25"),
        ("deepseek-v3", "14.8e12", "4096", "causal", "3.71e24"),
        ("deepseek-v3", "14.8e12", "4096", "full", "4.16e24"),
        ("qwen2.5-72b", "18e12", "4096", "causal", "8.01e24"),
        ("llama-3.1-70b", "15e12", "8192", "causal", "6.74e24"),
    ],
)
def test_a_configuration_and_tokens(config, tokens, length, attention, published):
    """Three digits as a survey of counters found them for these models, attention counted as named."""
    path = str(DATA / "configs" / f"{config}.json")
    screening = check_release(quick_ledger(config=path, tokens=tokens, seq_len=length, attention=attention), DAY)
    assert f"{float(amount(screening, 'training_compute')[0]):.2e}" == f"{float(published):.2e}"


def test_what_a_configuration_says_of_the_model():
    """671 billion parameters, about 37 billion of them active: as published of DeepSeek-V3."""
    path = str(DATA / "configs" / "deepseek-v3.json")
    screening = check_release(
        quick_ledger(config=path, tokens="1e12", seq_len="4096", multi_token_prediction="no"), DAY
    )
    assert round(amount(screening, "parameters")[0], -9) == 671_000_000_000
    assert 37_000_000_000 < amount(screening, "active_parameters")[0] < 38_000_000_000
    per_token = amount(screening, "training_operations_per_token")[0]
    assert per_token == 3 * amount(screening, "forward_operations_per_token")[0]
    assert amount(screening, "training_compute") == (per_token * 10**12,) * 2
    assert any("6nd-total" in remark and "hugging-face" in remark for remark in screening.remarks)


@pytest.mark.parametrize(
    ("said", "low", "high", "outcome"),
    [
        ("no", "9.89307e24", "9.89307e24", Outcome.NOT_MET),
        ("yes", "1.02956e25", "1.02956e25", Outcome.MET),
        (None, "9.89307e24", "1.02956e25", Outcome.UNDETERMINED),
    ],
)
def test_modules_that_predict_further_tokens_are_open_until_somebody_says(said, low, high, outcome):
    """DeepSeek-V3 at 3.95e13 tokens: 250,457,382,912 operations a token, and 260,649,271,296 with its module.

    The module by hand is in test_stages.py; 10^25 lies between the two.
    """
    path = str(DATA / "configs" / "deepseek-v3.json")
    ledger = quick_ledger(config=path, tokens="3.95e13", seq_len="4096", multi_token_prediction=said)
    screening = check_release(ledger, DAY, rules=("eu.ai-act.systemic-risk",))
    assert [number(end, 6) for end in amount(screening, "training_compute")] == [low, high]
    assert screening.outcome is outcome
    assert any("predict further tokens" in remark for remark in screening.remarks) is (said is None)


def test_a_model_without_such_modules_has_nothing_open():
    path = str(DATA / "configs" / "llama-3.1-8b.json")
    screening = check_release(quick_ledger(config=path, tokens="1e12", seq_len="4096"), DAY)
    low, high = amount(screening, "training_compute")
    assert low == high
    assert not any("predict further tokens" in remark for remark in screening.remarks)


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ({"config": "llama-3.1-8b", "tokens": "1e12"}, "sequence_length: is missing"),
        ({"config": "nowhere", "tokens": "1e12", "seq_len": "10"}, "cannot be read"),
        ({"config": "llama-3.1-8b", "tokens": "1e12", "seq_len": "1.5"}, "not a number of tokens"),
        ({"config": "llama-3.1-8b", "params": "8e9", "tokens": "1e12", "seq_len": "10"}, "give either config"),
        ({"params": "8e9", "tokens": "1e12", "seq_len": "10"}, "need config"),
    ],
)
def test_what_a_configuration_needs(figures, message):
    """One line says what is missing."""
    if "config" in figures:
        figures = figures | {"config": str(DATA / "configs" / f"{figures['config']}.json")}
    with pytest.raises(InputError, match=message):
        check_release(quick_ledger(**figures), DAY)


def test_records_of_accelerator_time():
    """16 and 12 accelerator-hours at 312 and 989.5 TFLOP/s would differ: the record's own name decides the peak."""
    source = str(DATA / "records" / "mlruns")
    screening = check_release(quick_ledger(records=source, utilization="0.4"), DAY)
    assert amount(screening, "training_compute")[0] == 4 * 3600 * 312 * 10**12 * Fraction("0.4")


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ({}, "Write --utilization"),
        ({"utilization": "0.4", "tokens": "1e12"}, "records give the chip-hours"),
        ({"utilization": "0.4"}, "say which it is with --chip"),
    ],
)
def test_what_records_need(figures, message):
    """Neither utilization nor the name of an accelerator is guessed."""
    with pytest.raises(InputError, match=message):
        check_release(quick_ledger(records=str(DATA / "records" / "sacct.txt"), **figures), DAY)


def sacct(tmp_path, *accelerators: str) -> str:
    """Jobs of one hour on ten accelerators each, as Slurm has them."""
    head = "JobID|State|Start|End|Elapsed|AllocTRES"
    hour = "COMPLETED|2026-03-01T00:00:00|2026-03-01T01:00:00|01:00:00"
    jobs = [f"{number}|{hour}|gres/gpu:{name}=10" for number, name in enumerate(accelerators, start=1)]
    path = tmp_path / "sacct.txt"
    path.write_text("\n".join([head, *jobs]) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("accelerator", "chip", "taken"),
    [
        ("h100", "nvidia-h100-pcie", Fraction("756.5")),  # TFLOP/s dense at 16 bit, of the data sheets
        ("h100", "H100 NVL", Fraction("835.5")),
        ("h100", "nvidia-h100-sxm", Fraction("989.5")),
        ("h100", "H100", Fraction("989.5")),
        ("h100", None, Fraction("989.5")),
        ("nvidia_h100_pcie", None, Fraction("756.5")),
        ("nvidia_h100_pcie", "nvidia-h100-sxm", Fraction("756.5")),  # the record knows its own chips
        ("unheard-of", "nvidia-h100-pcie", Fraction("756.5")),
    ],
)
def test_a_record_that_names_a_family_takes_the_chip_of_the_command_line(tmp_path, accelerator, chip, taken):
    """Ten hours at 40 % of the peak of the chip."""
    ledger = quick_ledger(records=sacct(tmp_path, accelerator), chip=chip, utilization="0.4")
    assert amount(check_release(ledger, DAY), "training_compute")[0] == 10 * 3600 * taken * 10**12 * Fraction("0.4")


@pytest.mark.parametrize("chip", ["nvidia-a100-sxm-80", "A100", "nvidia-h200-sxm"])
def test_a_chip_of_another_family_than_the_record_names_is_refused(tmp_path, chip):
    """Both names stand in the message."""
    with pytest.raises(InputError, match=f"'h100' in the record .* --chip says '{chip}'"):
        quick_ledger(records=sacct(tmp_path, "h100"), chip=chip, utilization="0.4")


@pytest.mark.parametrize(
    "figures",
    [
        {"chip": "H100", "chip_hours": "1e6"},
        {"chip": "H100", "records": "h100"},
        {"records": "h100"},
    ],
)
def test_the_name_of_a_family_is_told_with_the_other_variants(tmp_path, figures):
    """The peaks of one family differ by a third."""
    if "records" in figures:
        figures = figures | {"records": sacct(tmp_path, figures["records"])}
    screening = check_release(quick_ledger(utilization="0.4", **figures), DAY)
    name = figures.get("chip", "h100")
    assert (
        f"{name}: taken as nvidia-h100-sxm, the reference variant of the family; others are nvidia-h100-pcie, "
        "nvidia-h100-nvl." in screening.remarks
    )


@pytest.mark.parametrize("figures", [{"chip": "nvidia-h100-pcie"}, {"chip": "H100 PCIe"}])
def test_a_name_of_one_chip_needs_no_remark(figures):
    """Nothing was chosen."""
    screening = check_release(quick_ledger(utilization="0.4", chip_hours="1e6", **figures), DAY)
    assert not [remark for remark in screening.remarks if "taken as" in remark]


def test_discarded_samples_count_for_the_cumulative_threshold():
    """9.9e24 of updates and 2e23 to make 100 samples, of which 10 were kept: 1.01e25, over the line (Annex A.1)."""
    screening = check_release(
        ledger(
            {"kind": "pretraining", "compute": "9.9e24 FLOP"},
            {"kind": "synthetic_generation", "published": "no", "compute": "2e22 FLOP"},
            {"kind": "synthetic_discarded", "published": "no", "compute": "1.8e23 FLOP"},
        ),
        DAY,
    )
    assert amount(screening, "training_compute_eu_cumulative") == (Fraction("1.01e25"),) * 2
    assert amount(screening, "training_compute") == (Fraction("9.9e24"),) * 2
    assert outcome(screening, "eu.ai-act.systemic-risk") is Outcome.MET


@pytest.mark.parametrize(("published", "low", "high"), [("yes", "9e24", "9e24"), ("unknown", "9e24", "1.1e25")])
def test_public_data_need_not_count(published, low, high):
    """Data that is publicly accessible need not count; where nobody says, both are possible."""
    phase = {"kind": "synthetic_generation", "published": published, "compute": "2e24 FLOP"}
    screening = check_release(ledger({"kind": "pretraining", "compute": "9e24 FLOP"}, phase), DAY)
    assert amount(screening, "training_compute_eu_cumulative") == (Fraction(low), Fraction(high))


@pytest.mark.parametrize(
    ("share", "total", "expected"),
    [
        ("12%", "1.031e26", Outcome.MET),
        ("10%", "9.5e25", Outcome.NOT_MET),
        ("9%", "9.5e25", Outcome.NOT_MET),
        ("8% to 12%", None, Outcome.UNDETERMINED),
    ],
)
def test_the_generator_rule(share, total, expected):
    """ECCN 4E091, Note 3: 9.5e25 of its own, a generator trained with 8e24, 1e23 to generate, the share as given."""
    screening = check_release(
        ledger(
            {"kind": "pretraining", "compute": "9.5e25 FLOP"},
            {
                "kind": "synthetic_generation",
                "generator": "g",
                "published": "no",
                "training_share": share,
                "compute": "1e23 FLOP",
            },
            {"kind": "teacher_training", "generator": "g", "published": "no", "compute": "8e24 FLOP"},
        ),
        DAY,
        changes={"closed_weights": "yes"},
    )
    low, high = amount(screening, "training_compute_4e091")
    assert outcome(screening, "us.ear.4e091") is expected
    assert (low, high) == ((Fraction("9.5e25"), Fraction("1.031e26")) if total is None else (Fraction(total),) * 2)


def test_of_several_generators_the_largest_counts_alone():
    """Note 3: of generators with unpublished parameters that pass the share, the training of one."""
    generation = {"kind": "synthetic_generation", "published": "no", "training_share": "20%", "compute": "1e22 FLOP"}
    training = {"kind": "teacher_training", "published": "no"}
    screening = check_release(
        ledger(
            {"kind": "pretraining", "compute": "5e25 FLOP"},
            generation | {"generator": "small"},
            generation | {"generator": "large"},
            training | {"generator": "small", "compute": "3e24 FLOP"},
            training | {"generator": "large", "compute": "7e24 FLOP"},
        ),
        DAY,
    )
    assert amount(screening, "training_compute_4e091") == (Fraction("5.702e25"),) * 2


@pytest.mark.parametrize(("share", "published"), [("9%", "no"), ("20%", "yes")], ids=["below 10", "published"])
def test_a_larger_generator_that_does_not_count_takes_none_out(share, published):
    """Note 3: 5e25, data of 1e22 and a generator of 3e24 that pass; the larger passes no share, or is published."""
    generation = {"kind": "synthetic_generation", "published": "no", "compute": "1e22 FLOP"}
    training = {"kind": "teacher_training", "published": "no"}
    screening = check_release(
        ledger(
            {"kind": "pretraining", "compute": "5e25 FLOP"},
            generation | {"generator": "small", "training_share": "20%"},
            generation | {"generator": "large", "training_share": share},
            training | {"generator": "small", "compute": "3e24 FLOP"},
            training | {"generator": "large", "compute": "7e24 FLOP", "published": published},
        ),
        DAY,
    )
    expected = Fraction("5.301e25") if share == "9%" else Fraction("5.302e25")
    assert amount(screening, "training_compute_4e091") == (expected, expected)


def test_a_teacher_without_data_stays_open():
    """Whether its training counts depends on data of which the ledger says nothing."""
    teacher = {"kind": "teacher_training", "generator": "g", "published": "no", "compute": "8e24 FLOP"}
    screening = check_release(ledger({"kind": "pretraining", "compute": "9.5e25 FLOP"}, teacher), DAY)
    assert amount(screening, "training_compute_4e091") == (Fraction("9.5e25"), Fraction("1.03e26"))
    assert outcome(screening, "us.ear.4e091") is Outcome.UNDETERMINED


@pytest.mark.parametrize(
    ("choice", "low", "high"),
    [("either", "9e25", "1.1e26"), ("count", "1.1e26", "1.1e26"), ("leave-out", "9e25", "9e25")],
)
def test_kinds_on_which_a_text_is_silent(choice, low, high):
    """California says nothing of rollouts: they could count, and the verdict says that this decides."""
    given = ledger({"kind": "pretraining", "compute": "9e25 FLOP"}, {"kind": "rl_rollouts", "compute": "2e25 FLOP"})
    screening = check_release(given, DAY, readings={"open-kinds": choice})
    assert amount(screening, "training_compute_us_state") == (Fraction(low), Fraction(high))
    found = next(verdict for verdict in screening.verdicts if verdict.rule.id == "us.ca.sb53")
    assert {other.choice for other in found.alternatives} >= {"count", "leave-out"} - {choice}


def test_a_base_model_of_somebody_else():
    """A modification of 4.2e23 on a base of 8.4e23: half of it, over the third of the guidelines (paragraph 60)."""
    screening = check_release(
        ledger(
            {"kind": "base_model", "actor": "other", "published": "yes", "compute": "8.4e23 FLOP"},
            {"kind": "continued_pretraining", "compute": "4.2e23 FLOP"},
        ),
        DAY,
    )
    assert amount(screening, "modification_share_of_original") == (Fraction(1, 2),) * 2
    assert outcome(screening, "eu.ai-act.modifier") is Outcome.MET


@pytest.mark.parametrize(
    ("phases", "message"),
    [
        ([{"kind": "evaluation", "compute": "1e22 FLOP"}], "none trains the model"),
        (
            [{"kind": "pretraining", "published": "yes", "compute": "1e22 FLOP"}],
            "published does not belong to pretraining",
        ),
        ([{"kind": "sft", "generator": "g", "compute": "1e22 FLOP"}], "generator does not belong to sft"),
    ],
)
def test_phases_that_make_no_sense(phases, message):
    """What a phase cannot have is refused by name."""
    with pytest.raises(InputError, match=message):
        ledger(*phases)
