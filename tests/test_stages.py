"""Post-training in a ledger: stages by recipe, adapters and frozen parts; expected figures by hand or from the law."""

import json
import math
from datetime import date
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

import jsonschema
import pytest

from gateline.amounts import Amount
from gateline.documents import parse_document, read_document
from gateline.errors import InputError
from gateline.jobs import check_release
from gateline.rules.model import Outcome
from gateline.training.account import account
from gateline.training.architecture import Tuning, read_model, reinforcement
from gateline.training.ledger import Ledger
from tests.support import verdict_of

DAY = date(2026, 11, 21)
ROOT = Path(__file__).parents[1]
CONFIGS = ROOT / "tests" / "data" / "configs"

RL = """
  - recipe: reinforcement
    name: RL
    policy: {params: 32e9}
    reference: {params: 32e9}
    rollouts: {count: 1e6, prompt: 500, completion: 8000}
"""


def ledger(text: str) -> Ledger:
    return parse_document(text, "ledger").validate(Ledger)


def stages(text: str, phases: str = "") -> Ledger:
    return ledger(f"model: M\n{phases}stages:\n{text}")


def accounted(content: Ledger, folder: Path = CONFIGS):
    return account(content, {}, {}, folder)


def parts(content: Ledger, folder: Path = CONFIGS) -> dict[str, tuple[str, Fraction]]:
    """Kind and compute of each part of a ledger, by name."""
    return {part.label: (part.phase.kind, part.best) for part in accounted(content, folder).phases}


def estimate(entry: str) -> Ledger:
    return ledger(f"model: M\nphases:\n  - kind: sft\n    estimates: [{{method: architecture, {entry}}}]\n")


def refusal(text: str) -> str:
    with pytest.raises(InputError) as refused:
        accounted(ledger(text))
    return str(refused.value)


FULL_PPO = """
  - recipe: reinforcement
    name: RL
    policy: {params: 32e9}
    reference: {params: 32e9}
    reward: {params: 7e9}
    value: {active_params: 7e9}
    rollouts: {count: 1e6, prompt: 500, completion: 8000}
    epochs: 2
    reread: yes
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 2 × 32e9 × 8.5e9 tokens = 5.44e20 for a forward pass, 6 × 32e9 × 8.5e9 = 1.632e21 for an update
        (
            RL,
            {
                "RL: rollouts": ("rl_rollouts", "5.44e20"),
                "RL: reference forward": ("reward_model_forward", "5.44e20"),
                "RL: updates": ("rl_updates", "1.632e21"),
            },
        ),
        # 2 × 7e9 × 8.5e9 = 1.19e20; 6 × 7e9 × 8.5e9 × 2 epochs = 7.14e20; 2 × 1.632e21
        (
            FULL_PPO,
            {
                "RL: rollouts": ("rl_rollouts", "5.44e20"),
                "RL: policy forward": ("rl_rollouts", "5.44e20"),
                "RL: reference forward": ("reward_model_forward", "5.44e20"),
                "RL: reward forward": ("reward_model_forward", "1.19e20"),
                "RL: value forward": ("reward_model_forward", "1.19e20"),
                "RL: value updates": ("reward_model_training", "7.14e20"),
                "RL: updates": ("rl_updates", "3.264e21"),
            },
        ),
        # GRPO on a mixture with adapters, by length: 1e6 × 1,000 + 1e5 × 10,000 = 2e9 tokens; (4 × 3e9 + 6 × 5e7) × 2e9
        (
            "  - recipe: reinforcement\n    policy: {params: 30e9, active_params: 3e9, adapter_params: 5e7}\n    rollouts:\n"
            "      - {count: 1e6, prompt: 200, completion: 800}\n      - {count: 1e5, prompt: 200, completion: 9800}\n",
            {
                "reinforcement: rollouts": ("rl_rollouts", "1.2e19"),
                "reinforcement: updates": ("rl_updates", "2.46e19"),
            },
        ),
        # 5e5 × (900 + 800) = 8.5e8 tokens × 6 × 8e9, and × 2 × 8e9
        (
            "  - recipe: preference\n    name: DPO\n    policy: {params: 8e9}\n    reference: {params: 8e9}\n"
            "    pairs: {count: 5e5, chosen: 900, rejected: 800}\n",
            {
                "DPO: updates": ("sft", "4.08e19"),
                "DPO: reference forward": ("reward_model_forward", "1.36e19"),
            },
        ),
        # (4 × 8e9 + 6 × 2e7) × 8.5e8 tokens; a loss without a reference
        (
            "  - recipe: preference\n    policy: {params: 8e9, adapter_params: 2e7}\n"
            "    pairs: [{count: 5e5, chosen: 900, rejected: 800}]\n",
            {"preference: updates": ("sft", "2.7302e19")},
        ),
        # 6 × 2.6e9 × 2e12 and 2 × 27e9 × 2e12
        (
            "  - recipe: distillation\n    student: {params: 2.6e9}\n    teacher: {params: 27e9}\n    tokens: 2e12\n",
            {
                "distillation: updates": ("sft", "3.12e22"),
                "distillation: teacher forward": ("teacher_forward", "1.08e23"),
            },
        ),
        (
            "  - recipe: distillation\n    as: pretraining\n    student: {params: 2.6e9}\n    teacher: {params: 27e9}\n    tokens: 2e12\n",
            {
                "distillation: updates": ("pretraining", "3.12e22"),
                "distillation: teacher forward": ("teacher_forward", "1.08e23"),
            },
        ),
        (
            "  - recipe: fine-tuning\n    model: {params: 7e9, adapter_params: 2e7}\n    tokens: 1e8\n",
            {"fine-tuning: updates": ("sft", "2.812e18")},
        ),
        (
            "  - recipe: fine-tuning\n    model: {params: 7e9}\n    tokens: 1e8\n",
            {"fine-tuning: updates": ("sft", "4.2e18")},
        ),
    ],
)
def test_the_parts_of_a_stage(text, expected):
    """2N per token forward, 6N to train, 4N + 6n with adapters (Hu et al.; Rafailov et al.; Ouyang et al.)."""
    wanted = {name: (kind, Fraction(value)) for name, (kind, value) in expected.items()}
    assert parts(stages(text)) == wanted


GENERATION = "  - recipe: generation\n    name: Data\n    model: {params: 70e9}\n    requests: {count: 1e6, prompt: 100, completion: 900}\n"
TRAINED = "phases:\n  - kind: pretraining\n    estimates: [{method: declared, compute: 1e20}]\n"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", {"Data: samples": "1.4e20"}),  # 2 × 70e9 × 1e6 × 1,000
        ("    discarded: 0 %\n", {"Data: samples": "1.4e20"}),
        ("    discarded: 90 %\n", {"Data: samples": "1.4e19", "Data: discarded samples": "1.26e20"}),
        ("    discarded: 1\n", {"Data: discarded samples": "1.4e20"}),
    ],
)
def test_samples_that_are_thrown_away_stand_apart(more, expected):
    found = parts(stages(GENERATION + more, TRAINED))
    del found["pretraining"]
    kinds = {"Data: samples": "synthetic_generation", "Data: discarded samples": "synthetic_discarded"}
    assert found == {name: (kinds[name], Fraction(value)) for name, value in expected.items()}


def test_adapters_in_an_estimate():
    """(4 × 7e9 + 6 × 2e7) × 1e8 tokens, against 6 × 7e9 × 1e8 where everything is trained; and what a token is worth."""
    found = accounted(estimate("params: 7e9, adapter_params: 2e7, tokens: 1e8"))
    assert found.phases[0].best == Fraction("2.812e18")
    assert found.exchange == (("tokens", Fraction("2.812e10")),)
    assert accounted(estimate("params: 7e9, tokens: 1e8")).phases[0].best == Fraction("4.2e18")


SIZES = {
    "model_type": "llama",
    "hidden_size": "4",
    "num_hidden_layers": "2",
    "num_attention_heads": "2",
    "intermediate_size": "8",
    "vocab_size": "8",
}
# A layer: 4 × 16 + 3 × 32 = 160 weights; 3 tokens see 6 pairs in 2 heads of width 2. Forward, for a sequence of 3:
LAYER = 2 * 160 * 3 + 2 * 2 * (2 + 2) * 6
HEAD = 2 * (4 * 8) * 3
BELOW = 2 * 160 * 3 + 2 * (2 * 2 * (2 + 2) * 6)  # gradients of activations alone; both operands of attention have one
SMALL = 2 * 4 * 3  # one half of an adapter of rank 1


@pytest.fixture
def tiny(tmp_path) -> Path:
    """A folder with a configuration of two layers."""
    entries = ", ".join(f'"{key}": "{value}"' for key, value in SIZES.items())
    (tmp_path / "tiny.json").write_text(f"{{{entries}}}", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("tuning", "operations"),
    [
        ("", 3 * (2 * LAYER + HEAD)),
        # nothing below the second layer needs a gradient; its norm does, and so the products behind it
        ("frozen_layers: 1, frozen_embeddings: yes", LAYER + 3 * LAYER + 3 * HEAD),
        ("frozen_layers: 1", LAYER + BELOW + 3 * LAYER + 3 * HEAD),
        ("frozen_head: yes", 3 * 2 * LAYER + 2 * HEAD),
        # LoRA on the queries. First layer: one weight gradient before nothing, two behind it, one operand of attention,
        # gradients through the output and the feed-forward matrices. Second: gradients through everything.
        (
            "lora: {rank: 1, targets: q_proj}",
            2 * LAYER + HEAD + 4 * SMALL + (3 * SMALL + 96 + 2 * (16 + 96) * 3) + (4 * SMALL + BELOW) + HEAD,
        ),
    ],
)
def test_what_is_trained_by_hand(tiny, tuning, operations):
    """Frozen matrices need no gradient of their own, and nothing below the first trained parameter any at all."""
    described = f"config: tiny.json{', ' if tuning else ''}{tuning}"
    expected = Fraction(operations, 3) * 10**15
    by_estimate = accounted(estimate(f"{described}, tokens: 1e15, sequence_length: 3"), tiny)
    by_stage = accounted(
        stages(f"  - recipe: fine-tuning\n    model: {{{described}}}\n    tokens: 1e15\n    sequence_length: 3\n"), tiny
    )
    assert (by_estimate.phases[0].best, by_stage.phases[0].best) == (expected, expected)


def test_lora_on_all_matrices_and_frozen_parts_are_told(tiny):
    tuned = accounted(
        estimate("config: tiny.json, lora: {rank: 2, targets: all-linear}, tokens: 3, sequence_length: 3"), tiny
    )
    assert "LoRA of rank 2 on all-linear" in tuned.phases[0].how
    assert "the same with every parameter trained by other conventions" in tuned.remarks[0]
    frozen = accounted(
        estimate("config: tiny.json, frozen_layers: 1, frozen_head: yes, tokens: 3, sequence_length: 3"), tiny
    )
    assert "frozen: the first 1 layers, head" in frozen.phases[0].how


def test_multi_token_prediction_of_deepseek_v3():
    """The module by hand: joint projection, attention from latents, router, 8 + 1 experts, head; each trained (6 ×)."""
    attention = 7168 * 1536 + 1536 * 128 * 192 + 7168 * 576 + 512 * 128 * 256 + 128 * 128 * 7168
    module = 2 * 7168 * 7168 + attention + 7168 * 256 + 9 * 3 * 7168 * 2048 + 7168 * 129280
    pairs = 3 * 2 * 128 * (192 + 128) * Fraction(4097, 2)  # forward and backward; 4096 tokens see 2048.5 on average
    entry = "config: deepseek-v3.json, tokens: 1e12, sequence_length: 4096"
    without, with_it = (
        accounted(estimate(f"{entry}{more}")).phases[0].best for more in ("", ", multi_token_prediction: yes")
    )
    assert with_it - without == (6 * module + pairs) * 10**12


def test_modules_for_further_tokens_are_open_in_a_stage_too():
    """A token costs 250,457,382,912 without the module of DeepSeek-V3 and 260,649,271,296 with it (by hand above)."""
    entry = "  - recipe: fine-tuning\n    model: {{config: deepseek-v3.json{0}}}\n    tokens: 1e10\n    sequence_length: 4096\n"
    ends = {"": (250_457_382_912, 260_649_271_296)}
    ends |= {"no": (ends[""][0],) * 2, "yes": (ends[""][1],) * 2}
    for said, (low, high) in ends.items():
        text = entry.format(f", multi_token_prediction: {said}" if said else "")
        (phase,) = accounted(stages(text)).phases
        assert phase.amount == Amount(Fraction(low * 10**10), Fraction(high * 10**10)), said
        assert phase.best == (high if said == "yes" else low) * 10**10
        assert ("which is open" in phase.how) is (said == "")


# Llama 3.1 8B: 32 layers of 4096 with 8 × 128 keys and values, feed-forward 14336, 128,256 words
BODY = 32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336)
WORDS = 4096 * 128_256


def llama_forward(tokens: int, heads_read: int, head: int = WORDS) -> int:
    """2 × weights × tokens and 2 × (128 + 128) for each of 32 heads in 32 layers and each pair that is seen."""
    return 2 * BODY * tokens + 2 * head * heads_read + 32 * 32 * 2 * 256 * tokens * (tokens + 1) // 2


LLAMA = "{config: llama-3.1-8b.json}"
BY_CONFIGURATION = f"""
  - recipe: reinforcement
    name: RL
    policy: {LLAMA}
    reference: {LLAMA}
    reward: {LLAMA}
    value: {LLAMA}
    rollouts: [{{count: 1e6, prompt: 500, completion: 8000}}, {{count: 10, prompt: 3, completion: 4}}]
    epochs: 2
    reread: yes
"""


def test_a_stage_by_configuration_by_hand():
    """Each token enters once and the head runs for each written one; reward and value models have one output."""

    def both(cost) -> int:
        return 10**6 * cost(500, 8000) + 10 * cost(3, 4)

    read = both(lambda prompt, written: llama_forward(prompt + written, prompt + written))
    scored = both(lambda prompt, written: llama_forward(prompt + written, prompt + written, 4096))
    expected = {
        "rollouts": both(lambda prompt, written: llama_forward(prompt + written - 1, written)),
        "policy forward": read,
        "reference forward": read,
        "reward forward": scored,
        "value forward": scored,
        "value updates": 2 * 3 * scored,
        "updates": 2 * 3 * read,
    }
    found = parts(stages(BY_CONFIGURATION))
    assert {name.removeprefix("RL: "): value for name, (_, value) in found.items()} == expected


def test_a_ledger_comes_to_what_the_library_says():
    """The same run put to `reinforcement` with adapters; the ledger's parts are its parts."""
    text = BY_CONFIGURATION.replace(
        f"policy: {LLAMA}", "policy: {config: llama-3.1-8b.json, lora: {rank: 16, targets: [q_proj, v_proj]}}"
    )
    model = read_model(CONFIGS / "llama-3.1-8b.json")
    rollouts = {(500, 8000): 10**6, (3, 4): 10}
    tuning = Tuning(rank=16, targets=("q_proj", "v_proj"))
    run = reinforcement(model, rollouts, model, model, model, epochs=2, reread=True, tuning=tuning)
    found = parts(stages(text))
    assert {name.removeprefix("RL: "): value for name, (_, value) in found.items()} == run.parts


def test_sizes_and_configurations_mix():
    """A policy by configuration, a reward model by size."""
    text = BY_CONFIGURATION.replace(f"reward: {LLAMA}", "reward: {params: 7e9}")
    found = parts(stages(text))
    assert found["RL: reward forward"][1] == 2 * 7 * 10**9 * (8500 * 10**6 + 70)
    assert found["RL: updates"] == parts(stages(BY_CONFIGURATION))["RL: updates"]


def test_attention_of_a_stage():
    """Over all keys a sequence of S tokens has S² pairs, causal S(S + 1)/2; each stage has its own."""
    text = f"  - recipe: preference\n    policy: {LLAMA}\n    pairs: {{count: 1000, chosen: 900, rejected: 800}}\n    name: %s\n"
    found = parts(stages(text % "causal" + text % "full" + "    attention: full\n"))
    squares = 32 * 32 * 2 * 256 * (900**2 + 800**2)
    assert found["full: updates"][1] == 3 * 1000 * (2 * (BODY + WORDS) * 1700 + squares)
    assert found["causal: updates"][1] == 3 * 1000 * (llama_forward(900, 900) + llama_forward(800, 800))


def test_distillation_and_fine_tuning_by_lengths():
    """Per token at the lengths of the stage; a histogram counts sequences, here one of 2 and two of 5 tokens."""
    forward = Fraction(llama_forward(2, 2) + 2 * llama_forward(5, 5), 12)
    text = (
        f"  - recipe: distillation\n    student: {LLAMA}\n    teacher: {LLAMA}\n    tokens: 1e9\n"
        "    sequence_lengths: {2: 1, 5: 2}\n"
    )
    found = parts(stages(text))
    assert found["distillation: updates"][1] == 3 * forward * 10**9
    assert found["distillation: teacher forward"][1] == forward * 10**9


@pytest.mark.parametrize(
    ("quantity", "low", "high"),
    [
        ("training_compute", "1.632e21", "2.176e21"),  # updates; rollouts open
        ("training_compute_eu_cumulative", "2.176e21", "2.72e21"),  # with rollouts (Annex A.1 para 117); reference open
        ("training_compute_4e091", "1.632e21", "2.72e21"),  # Note 2 says nothing of rollouts or of reading models
        ("training_compute_us_state", "1.632e21", "2.72e21"),  # silent
        ("training_compute_silent", "0", "2.72e21"),
    ],
)
def test_what_counts_of_reinforcement(quantity, low, high):
    """Updates 1.632e21, rollouts and the reference 5.44e20 each."""
    found = check_release(stages(RL), DAY).inputs[quantity]
    assert found.value == Amount(Fraction(low), Fraction(high))


def test_a_second_reading_counts_as_rollouts():
    """The choice under which the cumulative figure has it: 1.632e21 + 2 × 5.44e20 surely."""
    found = check_release(stages(RL + "    reread: yes\n"), DAY).inputs["training_compute_eu_cumulative"]
    assert found.value == Amount(Fraction("2.72e21"), Fraction("3.264e21"))


SYNTHETIC = """
  - recipe: generation
    model: {params: 100e9}
    requests: {count: 1e9, prompt: 100, completion: 900}
    discarded: 0.9
    published: %s
"""


@pytest.mark.parametrize(
    ("published", "low", "high", "outcome"),
    [
        ("no", "1.01e25", "1.01e25", Outcome.MET),
        ("yes", "9.9e24", "9.9e24", Outcome.NOT_MET),
        ("unknown", "9.9e24", "1.01e25", Outcome.UNDETERMINED),
    ],
)
def test_discarded_samples_count_in_the_cumulative_figure(published, low, high, outcome):
    """Annex A.1 para 117: 9.9e24 of updates and 2e23 for a hundred samples of which ten are kept are 1.01e25."""
    updates = "phases:\n  - kind: pretraining\n    estimates: [{method: declared, compute: 9.9e24}]\n"
    screening = check_release(stages(SYNTHETIC % published, updates), DAY)
    assert screening.inputs["training_compute_eu_cumulative"].value == Amount(Fraction(low), Fraction(high))
    assert screening.inputs["training_compute"].value == Amount.exactly(Fraction("9.9e24"))
    assert verdict_of(screening, "eu.ai-act.systemic-risk").outcome is outcome


@pytest.mark.parametrize(
    ("share", "compute"),
    [("12 %", "1.031e26"), ("9 %", "9.5e25")],  # 9.5e25 + 8e24 + 1e23, or none of them
)
def test_the_generator_rule_sees_the_share_once(share, compute):
    """ECCN 4E091, Note 3: nothing trains on what is discarded, so that half of the samples leaves the share as it is."""
    phases = (
        "phases:\n  - kind: pretraining\n    estimates: [{method: declared, compute: 9.5e25}]\n"
        "  - kind: teacher_training\n    generator: T\n    published: no\n    estimates: [{method: declared, compute: 8e24}]\n"
    )
    text = (
        "  - recipe: generation\n    model: {params: 50e9}\n    requests: {count: 1e9, prompt: 100, completion: 900}\n"
        f"    discarded: 50 %\n    published: no\n    generator: T\n    training_share: {share}\n"
    )
    found = check_release(stages(text, phases), date(2025, 2, 1)).inputs["training_compute_4e091"]
    assert found.value == Amount.exactly(Fraction(compute))


def test_a_stage_on_somebody_elses_model():
    """6 × 32e9 × 8.5e9 tokens of updates on a base of 6 × 32e9 × 20e12; and no phase says what a token is worth.

    Whether the rollouts and what the reference reads (2 × 32e9 × 8.5e9 each) are part of the modification depends on
    whether the original has systemic risk.
    """
    base = (
        "phases:\n  - kind: base_model\n    actor: other\n    published: yes\n"
        "    estimates: [{method: architecture, params: 32e9, tokens: 20e12}]\n"
    )
    inputs = check_release(stages(RL, base), DAY).inputs
    assert inputs["original_training_compute"].value == Amount.exactly(Fraction("3.84e24"))
    assert inputs["modification_training_compute"].value == Amount(Fraction("1.632e21"), Fraction("2.72e21"))
    assert accounted(stages(RL)).exchange == ()


def test_a_planned_stage():
    """Its parts are planned, on its days."""
    text = RL + "    status: planned\n    dates: 2026-12-01 to 2026-12-20\n"
    for part in accounted(stages(text)).phases:
        assert part.phase.status == "planned"
        assert part.phase.dates == Amount(*(Fraction(date(2026, 12, day).toordinal()) for day in (1, 20)))
        assert part.how.startswith(f"{part.label}, planned: ")


def test_the_account_of_a_part():
    """What was multiplied with what, with tokens as they were seen."""
    text = RL.replace("params: 32e9}", "params: 32e9, adapter_params: 2e7}", 1) + "    epochs: 3\n"
    rollouts, _, updates = accounted(stages(text)).phases
    assert rollouts.how == "RL: rollouts: 2 × 3.2e10 policy parameters × 8.5e9 tokens"
    assert updates.how == (
        "RL: updates: (4 × 3.2e10 policy parameters + 6 × 20,000,000 policy adapter parameters) × 2.55e10 tokens"
    )
    described = accounted(
        stages(f"  - recipe: preference\n    policy: {LLAMA}\n    pairs: {{count: 1, chosen: 9, rejected: 9}}\n")
    )
    assert described.phases[0].how.endswith("FLOP per token (llama, causal attention) × 18 tokens")


def test_what_a_description_leaves_out_is_told_once():
    """Two stages with one configuration."""
    stage = "  - {recipe: fine-tuning, model: {config: bert-base.json}, tokens: 1e9, sequence_length: 512}\n"
    (remark,) = accounted(stages(stage * 2)).remarks
    assert "head for masked words is counted at every position" in remark


def test_a_range_goes_through():
    """1e6 to 2e6 rollouts of 8,500 tokens, and 5e9 to 7e9 parameters of the reward model: ends by ends."""
    text = RL.replace("1e6", "1e6 to 2e6") + "    reward: {params: 5e9 to 7e9}\n"
    found = {part.label: part for part in accounted(stages(text)).phases}
    assert found["RL: updates"].amount == Amount(Fraction("1.632e21"), Fraction("3.264e21"))
    assert found["RL: updates"].best == Fraction("2.448e21")
    assert not found["RL: updates"].exact
    assert found["RL: reward forward"].amount == Amount(Fraction("8.5e19"), Fraction("2.38e20"))


Z = NormalDist().inv_cdf(0.95)  # nine tenths of a normal distribution lie within so many standard deviations


def test_parts_of_a_stage_share_what_is_uncertain():
    """All parts rise with the number of rollouts, so that their sum has its distribution: 2.176e21 × e^(±z ln 1.2)."""
    text = RL.replace("1e6", "1e6 ± 20 %").replace("    reference: {params: 32e9}\n", "")
    found = check_release(stages(text), DAY).inputs["training_compute_eu_cumulative"].value
    spread = math.exp(Z * math.log(1.2))
    assert float(found.low) == pytest.approx(2.176e21 / spread, rel=1e-4)
    assert float(found.high) == pytest.approx(2.176e21 * spread, rel=1e-4)


def test_lengths_are_independent_of_each_other():
    """Two counts alike, each ± 20 %: the sum of two lognormals of one deviation has about 1/√2 of it."""
    shape = "{count: 5e5 ± 20 %, prompt: 500, completion: 8000}"
    text = RL.replace("{count: 1e6, prompt: 500, completion: 8000}", f"[{shape}, {shape}]")
    found = next(part for part in accounted(stages(text)).phases if part.label == "RL: updates")
    assert found.best == Fraction("1.632e21")
    assert [swing.what for swing in found.swings] == ["rollouts[0]", "rollouts[1]"]
    width = math.log(float(found.amount.high) / float(found.amount.low))
    assert width == pytest.approx(2 * Z * math.log(1.2) / math.sqrt(2), rel=0.03)


def test_adapters_move_updates_alone():
    """Nothing else depends on how many parameters they have."""
    text = RL.replace("params: 32e9}", "params: 32e9, adapter_params: 1e7 to 3e7}", 1)
    exact = {part.label: part.exact for part in accounted(stages(text)).phases}
    assert exact == {"RL: rollouts": True, "RL: reference forward": True, "RL: updates": False}


def test_stages_are_independent_of_each_other():
    """Two stages alike have a narrower sum than one of twice the size: about 1/√2 of the width of its logarithm."""
    one = RL.replace("1e6", "1e6 ± 5 %").replace("    reference: {params: 32e9}\n", "")
    two = one + one.replace("name: RL", "name: Again")
    found = check_release(stages(two), DAY).inputs["training_compute_eu_cumulative"].value
    width = math.log(float(found.high) / float(found.low))
    assert width == pytest.approx(2 * Z * math.log(1.05) / math.sqrt(2), rel=0.03)


def test_adapters_are_added_not_multiplied():
    """4N + 6n with N = 1e9 ± 50 % and n = 1e9 keeps its 6e9: the band and the swing are those of 4N alone."""
    found = accounted(estimate("params: 1e9 ± 50 %, adapter_params: 1e9, tokens: 1e12")).phases[0]
    spread = math.exp(Z * math.log(1.5))
    low, high = (4e9 / spread + 6e9) * 1e12, (4e9 * spread + 6e9) * 1e12
    assert float(found.amount.low) == pytest.approx(low, rel=1e-4)
    assert float(found.amount.high) == pytest.approx(high, rel=1e-4)
    (swing,) = found.swings
    assert (swing.what, float(swing.low), float(swing.high)) == ("parameters", pytest.approx(low), pytest.approx(high))


STAGE = "model: M\nstages:\n  - "
REINFORCED = STAGE + "{recipe: reinforcement, policy: %s, rollouts: %s}\n"
ROLLOUT = "{count: 1, prompt: 1, completion: 1}"


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        (STAGE + "{recipe: RLHF}\n", "stages[0].recipe", "is not one of"),
        (STAGE + "{recipe: reinforcement, policy: {params: 1e9}}\n", "stages[0]", "needs rollouts"),
        (STAGE + "{recipe: fine-tuning, model: {params: 1e9}, tokns: 1e9}\n", "stages[0].tokns", "Did you mean tokens"),
        (
            STAGE + "{recipe: fine-tuning, model: {params: 1e9}, tokens: 1e9, epochs: 2}\n",
            "stages[0]",
            "epochs does not belong to a stage of fine-tuning; it takes attention, dates, model, name",
        ),
        (
            STAGE + "{recipe: fine-tuning, model: {params: 1e9}, tokens: 1e9, as: pretraining}\n",
            "stages[0]",
            "as does not belong",
        ),
        (REINFORCED % ("{}", ROLLOUT), "stages[0].policy", "needs params, active_params or config"),
        (REINFORCED % ("{params: 1e9, config: a.json}", ROLLOUT), "stages[0].policy", "either config"),
        (REINFORCED % ("32e9", ROLLOUT), "stages[0].policy", "a mapping is expected"),
        (
            REINFORCED % ("{config: a.json, lora: {targets: q_proj}}", ROLLOUT),
            "stages[0].policy.lora.rank",
            "is missing",
        ),
        (
            REINFORCED % ("{config: a.json, lora: {rank: 0, targets: q_proj}}", ROLLOUT),
            "stages[0].policy.lora.rank",
            "'0' is not a number of dimensions",
        ),
        (
            REINFORCED % ("{config: a.json, lora: {rank: 8, targets: []}}", ROLLOUT),
            "stages[0].policy.lora.targets",
            "at least 1",
        ),
        (
            REINFORCED % ("{config: a.json, lora: {rank: 8, targets: q_proj}, frozen_layers: 1}", ROLLOUT),
            "stages[0].policy",
            "leave the frozen parts out",
        ),
        (
            REINFORCED % ("{params: 1e9, lora: {rank: 8, targets: q_proj}}", ROLLOUT),
            "stages[0].policy",
            "lora needs config",
        ),
        (
            REINFORCED % ("{config: a.json, adapter_params: 1e7}", ROLLOUT),
            "stages[0].policy",
            "adapter_params go with params",
        ),
        (
            REINFORCED % ("{config: a.json, frozen_head: unknown}", ROLLOUT),
            "stages[0].policy.frozen_head",
            "neither yes nor no",
        ),
        (REINFORCED % ("{params: 1e9}", "[]"), "stages[0].rollouts", "at least 1"),
        (REINFORCED % ("{params: 1e9}", "many"), "stages[0].rollouts[0]", "a mapping is expected"),
        (
            REINFORCED % ("{params: 1e9}", f"[{ROLLOUT}, {{count: 1, prompt: 1.5, completion: 1}}]"),
            "stages[0].rollouts[1].prompt",
            "'1.5' is not a number of tokens. Write a whole number",
        ),
        (
            REINFORCED % ("{params: 1e9}", "[{count: 1, prompt: 1, completion: 0}]"),
            "stages[0].rollouts[0].completion",
            "'0' is not a number of tokens",
        ),
        (
            REINFORCED % ("{params: 1e9}", "[{count: 1, prompt: 1e13, completion: 1}]"),
            "stages[0].rollouts[0].prompt",
            "from 1 to 10^12",
        ),
        (
            REINFORCED % ("{params: 1e9}", "[{count: -1, prompt: 1, completion: 1}]"),
            "stages[0].rollouts[0].count",
            "negative",
        ),
        (REINFORCED % ("{params: 1e9}", "[{count: 1, prompt: 1}]"), "stages[0].rollouts[0].completion", "is missing"),
        (
            REINFORCED % ("{params: 1e9}", f"[{', '.join([ROLLOUT] * 65)}]"),
            "stages[0].rollouts",
            "at most 64",
        ),
        (
            "model: M\nstages: [" + ", ".join(["{recipe: fine-tuning, model: {params: 1e9}, tokens: 1}"] * 33) + "]\n",
            "stages",
            "at most 32",
        ),
        (
            STAGE + "{recipe: generation, model: {params: 1e9, adapter_params: 1e7}, requests: " + ROLLOUT + "}\n",
            "stages[0]",
            "adapter_params does not belong to generation",
        ),
        (
            STAGE + "{recipe: generation, model: {params: 1e9}, requests: " + ROLLOUT + "}\n",
            "ledger:1",
            "none trains the model",
        ),
        (
            STAGE + "{recipe: generation, model: {params: 1e9}, discarded: 10 % to 20 %, requests: " + ROLLOUT + "}\n",
            "stages[0].discarded",
            "is not one share",
        ),
        (
            STAGE + "{recipe: fine-tuning, model: {params: 1e9}, tokens: 1e9, sequence_length: 5}\n",
            "stages[0]",
            "need config",
        ),
        (
            STAGE + "{recipe: fine-tuning, model: {params: 1e9}, tokens: 1e9}\ntraining_compute: 1e25\n",
            "ledger:1",
            "either phases or training_compute",
        ),
        # found when the ledger is added up
        (REINFORCED % ("{params: unknown}", ROLLOUT), "stages[0].policy", "a value or a range with two ends"),
        (
            REINFORCED % ("{params: 1e9}", "{count: at least 5, prompt: 1, completion: 1}"),
            "stages[0]: rollouts",
            "a value or a range with two ends",
        ),
        (REINFORCED % ("{config: nowhere.json}", ROLLOUT), "stages[0].policy", "cannot be read"),
        (
            REINFORCED % ("{config: bert-base.json}", ROLLOUT),
            "stages[0].policy",
            "generation: needs a decoder; bert is none",
        ),
        (
            REINFORCED % ("{params: 1e9}", ROLLOUT + ", reward: {config: t5-base.json}"),
            "stages[0].reward",
            "scoring: needs a decoder; t5 is none",
        ),
        (
            REINFORCED % ("{config: llama-3.1-8b.json, lora: {rank: 8, targets: [c_attn]}}", ROLLOUT),
            "stages[0].policy",
            "'c_attn' is no matrix of this model",
        ),
        (
            STAGE + "{recipe: fine-tuning, model: {config: llama-3.1-8b.json}, tokens: 1e9}\n",
            "stages[0].model",
            "sequence_length: is missing",
        ),
    ],
)
def test_stages_that_cannot_be_used(text, place, problem):
    """One line that says where, and what is wrong there."""
    said = refusal(text)
    assert place in said
    assert problem in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("params: 7e9, tokens: 1e8, lora: {rank: 8, targets: q_proj}", "lora needs config"),
        ("params: 7e9, tokens: 1e8, multi_token_prediction: yes", "multi_token_prediction needs config"),
        ("config: llama-3.1-8b.json, adapter_params: 2e7, tokens: 1e8", "adapter_params go with params"),
        ("adapter_params: 2e7, tokens: 1e8", "needs params or active_params or config"),
        ("config: llama-3.1-8b.json, frozen_layers: 33, tokens: 1e8, sequence_length: 9", "the model's 32 layers"),
        ("config: llama-3.1-8b.json, frozen_layers: -1, tokens: 1e8, sequence_length: 9", "from 0 to 10^12"),
    ],
)
def test_estimates_that_cannot_be_used(entry, problem):
    with pytest.raises(InputError, match=problem.replace("^", r"\^")):
        accounted(estimate(entry))


def test_what_is_trained_belongs_to_estimates_by_architecture():
    entry = "{method: declared, compute: 1e20, adapter_params: 2e7}"
    with pytest.raises(InputError, match="adapter_params does not belong to an estimate by declared"):
        ledger(f"model: M\nphases: [{{kind: sft, estimates: [{entry}]}}]\n")


EXAMPLE = ROOT / "examples" / "post-training.yaml"


def test_the_example():
    """6 × 405e9 × 8.5e8 tokens of preferences; LoRA costs 4 per parameter and, at this length, less than half as much for attention."""
    found = parts(read_document(EXAMPLE).validate(Ledger), EXAMPLE.parent)
    assert found["Preferences: updates"] == ("sft", Fraction("2.0655e21"))
    assert found["Worked solutions: discarded samples"] == (
        "synthetic_discarded",
        Fraction("2.22e20"),
    )  # 2 × 37e9 × 3e9
    kind, compute = found["Instructions: updates"]
    assert kind == "sft"
    assert 4 * 405 * 10**18 < compute < 6 * 405 * 10**18
    assert verdict_of(check_release(str(EXAMPLE), DAY), "eu.ai-act.systemic-risk").outcome is Outcome.MET


def test_editors_take_what_is_taken():
    """The JSON Schema lets the example through, single entries and lists alike, and refuses an unknown recipe."""
    schema = json.loads((ROOT / "specs" / "schemas" / "ledger.schema.json").read_text(encoding="utf-8"))
    content = read_document(EXAMPLE).content
    jsonschema.validate(content, schema)
    content["stages"][0]["recipe"] = "RLHF"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, schema)
