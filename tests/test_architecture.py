"""Operations from the architecture, against published totals, published operations per token and hand arithmetic.

What is published stands in tests/oracles/published_architectures.csv with its source; what PyTorch counts for the same
configurations is held equal in tests/torch (docs/accuracy.md).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from architectures import CONFIGS, PUBLISHED_CONFIGS, Figure, content, published_figures
from hypothesis import given
from hypothesis import strategies as st

from gateline.cli import main
from gateline.errors import InputError
from gateline.jobs import comparison
from gateline.jobs.comparison import compare_with_torch
from gateline.numerals import rounded
from gateline.training.architecture import (
    FAMILIES,
    Model,
    Tuning,
    by_convention,
    distillation,
    generation,
    preference,
    read_model,
    reinforcement,
    spread,
    torch_check,
    training,
)
from gateline.training.architecture.torch_check import Comparison, Difference

TINY: dict[str, Any] = {
    "model_type": "llama",
    "hidden_size": 4,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "intermediate_size": 6,
    "vocab_size": 8,
}
"""One layer: query 16, key and value 8 each, output 16, feed-forward 72, head 32; table 32, norms 12."""

MIXTURE: dict[str, Any] = {
    **TINY,
    "model_type": "mixtral",
    "num_local_experts": 4,
    "num_experts_per_tok": 2,
}
"""The same with four experts of 72 and a router of 16."""


def config(name: str) -> Model:
    """The model of one of the published configurations."""
    return read_model(CONFIGS / f"{name}.json")


PUBLISHED = published_figures()


@pytest.mark.parametrize("figure", PUBLISHED, ids=[f"{figure.config} {figure.quantity}" for figure in PUBLISHED])
def test_published_figures_follow_from_the_configuration(figure: Figure) -> None:
    """To the digits that are printed; a figure with which we do not agree says why."""
    assert (figure.rounded == Fraction(figure.published)) == figure.agrees
    assert figure.agrees or figure.note


def test_every_published_configuration_has_a_published_figure() -> None:
    unpublished = {"llama-4-scout-text", "stable-diffusion-3-medium", "dit-xl-2-256"}  # no count of entries is printed
    counted = {figure.config for figure in PUBLISHED if figure.quantity == "parameters"}
    assert counted == set(PUBLISHED_CONFIGS) - unpublished


def test_active_parameters_are_fewer_where_there_are_experts() -> None:
    models = {figure.config: figure.model for figure in PUBLISHED if figure.quantity.startswith("active")}
    assert all(model.parameters.active < model.parameters.total for model in models.values())
    assert len(models) == 7


@pytest.mark.parametrize(
    ("length", "share", "of_truth"),
    [(4096, "6.7", None), (2**15, "36", None), (2**17, "70", "0.32"), (2**20, "95", "0.055")],
)
def test_attention_takes_over_with_length(length: int, share: str, of_truth: str | None) -> None:
    model = config("llama-3.1-8b")
    counted = model.operations(length)
    percent = 100 * counted.breakdown["attention scores"].forward / counted.total.forward
    assert Fraction(rounded(percent, len(share.replace(".", "")))) == Fraction(share)
    if of_truth:
        found = rounded(by_convention(model, "6nd", length) / counted.training, 2)
        assert abs(Fraction(found) - Fraction(of_truth)) <= Fraction("0.01")


@pytest.mark.parametrize(
    ("name", "length", "against", "times"),
    [
        ("gpt2", 1024, "exact-causal", "0.64"),
        ("vit-large-16-224", None, "exact-full", "745"),
        ("whisper-large-v3", 448, "exact-full", "328"),
        ("deepseek-v3", 4096, "exact-causal", "16"),
    ],
)
def test_total_flos_is_as_far_off_as_surveyed(name: str, length: int | None, against: str, times: str) -> None:
    model = config(name)
    ratio = by_convention(model, "hugging-face", length) / by_convention(model, against, length)
    assert Fraction(rounded(ratio, len(times.replace("0.", "")))) == Fraction(times)


def test_one_layer_by_hand() -> None:
    model = read_model(TINY)
    parameters = model.parameters
    assert (parameters.total, parameters.active, parameters.embedding) == (196, 196, 32)
    assert (parameters.matmul, parameters.matmul_active, parameters.prediction) == (152, 152, 0)
    causal, full, half = (model.operations(3, rule) for rule in ("causal", "full", "half"))  # type: ignore[arg-type]
    linear = 2 * 152 * 3
    assert causal.total.forward == linear + 2 * 2 * (2 + 2) * 6
    assert full.total.forward == linear + 2 * 2 * (2 + 2) * 9
    assert half.total.forward == linear + 2 * 2 * (2 + 2) * Fraction(9, 2)
    assert (causal.forward, causal.backward, causal.training) == (336, 672, 1008)
    assert (causal.units, causal.sequences) == (3, 1)
    assert causal.breakdown["language head"].forward == 2 * 32 * 3


def test_one_mixture_by_hand() -> None:
    parameters = read_model(MIXTURE).parameters
    assert parameters.total == 196 + 3 * 72 + 16
    assert parameters.active == 196 + 72 + 16
    assert read_model(MIXTURE).operations(3).breakdown["experts"].forward == 2 * (2 * 72) * 3


@pytest.mark.parametrize(("length", "pairs"), [(2, 3), (3, 6), (5, 12), (9, 24)])
def test_a_window_counts_the_keys_that_a_query_sees(length: int, pairs: int) -> None:
    windowed = read_model({**TINY, "model_type": "mistral", "sliding_window": 3})
    assert windowed.operations(length).breakdown["attention scores"].forward == 2 * 2 * (2 + 2) * pairs


def test_gemma2_alternates_windows() -> None:
    assert [block.attention[0].window for block in config("gemma-2-9b").blocks[1:5]] == [4096, None, 4096, None]


def test_chunks_see_only_themselves() -> None:
    sizes = {**TINY, "model_type": "llama4_text", "intermediate_size_mlp": 6, "num_local_experts": 2}
    sizes |= {"num_experts_per_tok": 1, "attention_chunk_size": 4, "head_dim": 2, "num_hidden_layers": 4}
    scores = read_model(sizes).operations(10).breakdown["attention scores"].forward
    assert scores == 2 * 2 * (2 + 2) * (3 * (10 + 10 + 3) + 55)  # three layers in chunks of 4, 4 and 2; one over all


MAMBA2: dict[str, Any] = {
    "model_type": "mamba2",
    "hidden_size": 4,
    "num_hidden_layers": 1,
    "state_size": 3,
    "num_heads": 2,
    "head_dim": 4,
    "chunk_size": 4,
    "vocab_size": 8,
    "tie_word_embeddings": True,
}


@pytest.mark.parametrize(("rule", "pairs"), [("causal", 10 + 10 + 3), ("full", 16 + 16 + 4), ("half", 18)])
def test_mamba2_by_hand(rule: Any, pairs: int) -> None:
    counted = read_model(MAMBA2).operations(10, rule)
    assert counted.breakdown["attention scores"].forward == 2 * 2 * (3 + 4) * pairs
    projections, convolution, states, head = 4 * (8 + 14 + 2) + 8 * 4, 4 * 14, 2 * 3 * 8, 4 * 8
    rest = counted.total.forward - counted.breakdown["attention scores"].forward
    assert rest == 2 * 10 * (projections + convolution + states + head)


def test_heads_of_mamba2_fill_the_inner_width() -> None:
    with pytest.raises(InputError, match="num_heads: 3 heads of 4 are not the inner width 8"):
        read_model({**MAMBA2, "num_heads": 3})


def test_multi_token_prediction_is_a_switch() -> None:
    model = config("deepseek-v3")
    without, with_it = model.operations(4096), model.operations(4096, prediction=True)
    joint, head = 2 * 7168 * 7168, 7168 * 129280
    layer = model.operations(4096).breakdown  # one more layer of experts, its joint projection and a pass of the head
    assert with_it.breakdown["language head"].forward == 2 * layer["language head"].forward
    share = with_it.training / without.training
    assert Fraction(rounded(100 * (share - 1), 2)) == Fraction("4.1")
    assert with_it.total.forward - without.total.forward > 2 * 4096 * (joint + head)


lengths = st.integers(1, 20_000)


@pytest.mark.parametrize("sizes", [TINY, MIXTURE], ids=["dense", "mixture"])
@given(length=lengths)
def test_causal_is_at_most_full_and_backward_is_twice_forward(sizes: dict[str, Any], length: int) -> None:
    model = read_model(sizes)
    causal, full = model.operations(length), model.operations(length, "full")
    assert causal.forward <= full.forward
    assert (causal.forward == full.forward) == (length == 1)
    assert causal.backward == 2 * causal.forward


@given(histogram=st.dictionaries(lengths, st.integers(1, 50), min_size=1, max_size=5))
def test_a_histogram_is_the_sum_of_its_sequences(histogram: dict[int, int]) -> None:
    model = read_model(TINY)
    counted = model.operations(histogram)
    alone = {length: model.operations(length).total for length in histogram}
    assert counted.total.forward == sum(alone[length].forward * times for length, times in histogram.items())
    assert counted.total.backward == sum(alone[length].backward * times for length, times in histogram.items())
    assert counted.units == sum(length * times for length, times in histogram.items())


@given(length=lengths, times=st.integers(1, 1000))
def test_a_histogram_of_one_length_is_that_length(length: int, times: int) -> None:
    model = read_model(TINY)
    assert model.operations({length: times}).training == model.operations(length).training


@given(first=lengths, second=lengths)
def test_without_attention_operations_per_token_do_not_depend_on_length(first: int, second: int) -> None:
    model = config("mamba-2.8b")
    assert model.operations(first).training == model.operations(second).training


@pytest.mark.parametrize("name", PUBLISHED_CONFIGS)
def test_active_parameters_are_at_most_all_and_parts_add_up(name: str) -> None:
    model = config(name)
    parameters = model.parameters
    assert 0 < parameters.matmul_active <= parameters.active <= parameters.total
    lengths = {0: None, 1: 64, 2: (64, 32)}[len(model.axes)]
    counted = model.operations(lengths)  # type: ignore[arg-type]
    assert sum(cost.forward for cost in counted.breakdown.values()) == counted.forward * counted.units


def test_every_family_has_a_published_configuration_or_says_why_not() -> None:
    read = {config(name).family for name in PUBLISHED_CONFIGS}
    assert set(FAMILIES) - read == {"granite", "gemma3_text"}  # gated; the same layers as llama and gemma2


def test_an_encoder_decoder_takes_two_lengths() -> None:
    model = config("t5-base")
    counted = model.operations((512, 128))
    assert counted.units == 640
    encoder = 12 * (4 * 768 * 768 + 2 * 768 * 3072)
    decoder_target = 12 * (6 * 768 * 768 + 2 * 768 * 3072)  # four of self-attention, query and output of the other
    decoder_source = 12 * 2 * 768 * 768
    linear = encoder * 512 + decoder_target * 128 + decoder_source * 512 + 768 * 32128 * 128
    scores = 12 * 768 * 2 * (512 * 512 + 128 * 129 // 2 + 128 * 512)
    assert counted.total.forward == 2 * (linear + scores)


def test_an_image_model_takes_no_length() -> None:
    model = config("vit-large-16-224")
    patches, positions, hidden = 196, 197, 1024
    layer = positions * (4 * hidden**2 + 2 * hidden * 4096) + 2 * hidden * positions**2
    assert model.operations().forward == 2 * (24 * layer + patches * 768 * hidden + 1000 * hidden)
    first = 2 * patches * 768 * hidden  # pixels need no gradient
    assert model.operations().backward == 2 * model.operations().forward - first


def test_frozen_layers_end_the_backward_pass() -> None:
    model = read_model({**TINY, "num_hidden_layers": 3})
    layer = 2 * 120 * 3 + 2 * 2 * (2 + 2) * 6
    head = 2 * 32 * 3
    frozen = model.operations(3, tuning=Tuning(frozen_layers=2, frozen_embeddings=True)).total
    assert frozen.forward == 3 * layer + head
    assert frozen.backward == 2 * (layer + head)
    kept = model.operations(3, tuning=Tuning(frozen_layers=2)).total  # the gradient goes down to the embeddings
    scores = 2 * 2 * (2 + 2) * 6
    assert kept.backward == 2 * (layer + head) + 2 * (2 * 120 * 3 + 2 * scores)


def test_adapters_by_hand() -> None:
    counted = read_model(TINY).operations(3, tuning=Tuning(rank=2, targets=("o_proj",))).total
    pair = 2 * (4 * 2 + 2 * 4) * 3
    scores = 2 * 2 * (2 + 2) * 6
    assert counted.forward == 2 * 152 * 3 + scores + pair
    down, up = pair // 2, pair // 2
    feed, head = 2 * 72 * 3, 2 * 32 * 3
    assert counted.backward == down + 2 * up + feed + head  # nothing below the adapter needs a gradient


@pytest.mark.parametrize(
    ("tuning", "message"),
    [
        (Tuning(frozen_layers=2), "frozen_layers: 2 is not between 0 and the model's 1 layers"),
        (Tuning(rank=4), "rank and targets"),
        (Tuning(targets=("q_proj",)), "rank and targets"),
        (Tuning(rank=4, targets=("wq",)), "targets: 'wq' is no matrix of this model. It has down_proj, gate_proj"),
        (Tuning(rank=4, targets=("q_proj",), frozen_layers=1), "leave the frozen parts out"),
    ],
)
def test_a_tuning_that_does_not_fit_is_refused(tuning: Tuning, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_model(TINY).operations(3, tuning=tuning)


BODY_OF_THREE = 2 * 120 * 3 + 2 * 2 * (2 + 2) * 6


def test_generation_by_hand() -> None:
    # two tokens read, two written: three enter the layers, the head runs twice
    assert generation(read_model(TINY), {(2, 2): 5}).parts == {"generation": 5 * (BODY_OF_THREE + 2 * 32 * 2)}


def test_phases_are_made_of_passes() -> None:
    policy, other = read_model(TINY), read_model(MIXTURE)
    cost = {length: policy.operations(length).total for length in (3, 4)}
    assert training(policy, {3: 2}).total == 6 * cost[3].forward
    taught = distillation(policy, other, {3: 2}).parts
    assert taught == {"updates": 6 * cost[3].forward, "teacher forward": 2 * other.operations(3).total.forward}
    preferred = preference(policy, {(3, 4): 7}, policy).parts
    both = 7 * (cost[3].forward + cost[4].forward)
    assert preferred == {"updates": 3 * both, "reference forward": both}
    assert preference(policy, {(3, 4): 7}, None).parts == {"updates": 3 * both}
    assert preference(policy, {(3, 3): 1}, None).total == 6 * cost[3].forward


def test_reinforcement_by_hand() -> None:
    policy = read_model(TINY)
    read = policy.operations(3).total.forward
    scored = read - 2 * 32 * 3 + 2 * 4 * 3  # one output in place of eight
    written = generation(policy, {(1, 2): 8}).total
    grouped = reinforcement(policy, {(1, 2): 8}, reference=policy).parts
    assert grouped == {"rollouts": written, "reference forward": 8 * read, "updates": 24 * read}
    full = reinforcement(
        policy, {(1, 2): 8}, reference=policy, reward=policy, value=policy, epochs=4, reread=True
    ).parts
    assert full == {
        "rollouts": written,
        "policy forward": 8 * read,
        "reference forward": 8 * read,
        "reward forward": 8 * scored,
        "value forward": 8 * scored,
        "value updates": 4 * 24 * scored,
        "updates": 4 * 24 * read,
    }


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda model: generation(model, {}), "at least one pair"),
        (lambda model: generation(model, {(0, 4): 1}), "all at least 1"),
        (lambda model: generation(model, {(2, 4): -1, (3, 3): 2}), "all at least 1"),
        (lambda model: preference(model, {4: 1}, None), "two whole numbers"),
        (lambda _: generation(config("bert-base"), {(1, 1): 1}), "generation: needs a decoder; bert is none"),
        (lambda model: reinforcement(model, {(1, 1): 1}, epochs=0), "epochs: a whole number"),
    ],
)
def test_a_phase_that_makes_no_sense_is_refused(run: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(read_model(TINY))


@pytest.mark.parametrize(
    ("sizes", "by_hand"),
    [
        # 196 parameters, of them a table of 32 and norms of 12
        (TINY, {"6nd": 6 * 196, "6nd-matmul": 6 * 152, "6nd-total": 6 * 196, "hugging-face": 6 * (196 - 32)}),
        # the head is the table: 32 fewer, and what is no table is 32 fewer too, though the head is multiplied
        (
            {**TINY, "tie_word_embeddings": True},
            {"6nd": 6 * 164, "6nd-matmul": 6 * 152, "6nd-total": 6 * 164, "hugging-face": 6 * (164 - 32)},
        ),
        # three more experts of 72 and a router of 16; two experts are chosen
        (
            MIXTURE,
            {"6nd": 6 * 284, "6nd-matmul": 6 * 240, "6nd-total": 6 * 428, "hugging-face": 6 * (428 - 32)},
        ),
    ],
    ids=["dense", "tied", "mixture"],
)
def test_multiples_of_parameters_by_hand(sizes: dict[str, Any], by_hand: dict[str, int]) -> None:
    model = read_model(sizes)
    assert {name: by_convention(model, name, 3) for name in by_hand} == by_hand


def test_palm_by_hand() -> None:
    assert by_convention(config("llama-2-7b"), "palm", 4096) == 6 * 6_738_415_616 + 12 * 32 * 4096 * 4096


def test_palm_takes_the_mean_length_over_tokens() -> None:
    model = read_model(TINY)
    assert by_convention(model, "palm", {2: 3, 6: 1}) == 6 * 196 + 12 * 4 * Fraction(3 * 4 + 36, 12)


def test_megatron_leaves_out_the_router_and_takes_half_the_length() -> None:
    per_token = 2 * (48 + 2 * 72 + 32) + 2 * 2 * (2 + 2) * Fraction(3, 2)
    assert by_convention(read_model(MIXTURE), "megatron", 3) == 3 * per_token


def test_the_spread_has_what_is_defined() -> None:
    assert set(spread(read_model(TINY), 3)) == {
        "exact-causal",
        "exact-full",
        "hugging-face",
        "6nd",
        "6nd-matmul",
        "6nd-total",
        "palm",
        "megatron",
    }
    assert set(spread(config("vit-large-16-224"))) == {"exact-causal", "exact-full", "hugging-face"}
    assert "palm" not in spread(config("mamba-2.8b"), 64)
    with pytest.raises(InputError, match="'palm' is no convention for vit"):
        by_convention(config("vit-large-16-224"), "palm")


def without(key: str) -> dict[str, Any]:
    """The tiny model with one key less."""
    return {name: value for name, value in TINY.items() if name != key}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (without("hidden_size"), "hidden_size: is missing; it is required"),
        (without("vocab_size"), "vocab_size: is missing"),
        (without("model_type"), "model_type: is missing. Known: DiT"),
        (
            {**TINY, "model_type": "rwkv9"},
            "'rwkv9' is not a family that can be counted.*model_type llama with hidden_size",
        ),
        ({**TINY, "model_type": "rwkv\x1b[31m"}, r"'rwkv\?\[31m' is not a family"),
        ({"model_type": "gemma3", "text_config": TINY}, "give the content of text_config"),
        ({**TINY, "num_attention_heads": 3}, "4 is not divisible by 3 attention heads, and head_dim is not given"),
        ({**TINY, "num_attention_heads": 4, "num_key_value_heads": 3}, "3 does not divide the 4 attention heads"),
        ({**TINY, "hidden_size": 4.5}, "hidden_size: '4.5' is not a whole number"),
        ({**TINY, "hidden_size": -4}, "hidden_size: '-4' is not a whole number"),
        ({**TINY, "hidden_size": 0}, "hidden_size: 0 is not between 1 and"),
        ({**TINY, "hidden_size": "4" * 12}, "is not a whole number"),
        ({**TINY, "hidden_size": [4]}, "hidden_size: .* is not a whole number"),
        ({**TINY, "num_hidden_layers": 10**6}, "more than 2000 layers"),
        ({**TINY, "attention_bias": "perhaps"}, "attention_bias: 'perhaps' is neither true nor false"),
        ({**TINY, "tie_word_embeddings": 1}, "tie_word_embeddings: '1' is neither true nor false"),
        ({**TINY, "layer_types": ["full_attention"] * 2}, "layer_types: has 2 entries; 1 are expected"),
        ({**TINY, "layer_types": ["sliding_attention"]}, "sliding_window: is missing"),
        ({**TINY, "layer_types": ["linear_attention"]}, "'linear_attention' is neither"),
        ({**TINY, "model_type": ["llama"]}, "model_type: text is expected here"),
        ({**MIXTURE, "num_experts_per_tok": 5}, "5 is more than the 4 experts"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(content: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_model(content)


def write(folder: Path, text: str) -> Path:
    """A config.json with this text."""
    path = folder / "config.json"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_or_file_is_read_as_published(tmp_path: Path) -> None:
    published = {**TINY, "_name_or_path": "", "rope_scaling": None, "id2label": {"0": "a"}, "rms_norm_eps": 1e-05}
    path = write(tmp_path, json.dumps({**published, "time_step_limit": [0.0, float("inf")]}))
    assert read_model(path) == read_model(tmp_path) == read_model(TINY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("[1, 2]", "a mapping of names to values is expected"),
        ('{"model_type": "llama", "model_type": "gpt2"}', "the key 'model_type' stands twice"),
        ('{"model_type": "llama"', "is not valid JSON"),
        ('{"a": ' * 40 + "1" + "}" * 40, "nested deeper than 24 levels"),
        ('{"model_type": "llama", "hidden_size": NaN}', "hidden_size: is missing"),
    ],
)
def test_a_hostile_file_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_model(write(tmp_path, text))
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"config\.json: cannot be read"):
        read_model(tmp_path)


def test_without_pytorch_the_comparison_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_check, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r'needs the extra: pip install "gateline\[torch\]"'):
        torch_check.verify(TINY)


TINY_AT_3 = (Difference("parameters", 196, 196), Difference("forward", 1056, 1056), Difference("backward", 2112, 2112))
"""Forward by hand: 2 × 152 × 3 + 2 × 2 heads × (2 + 2) × 9 pairs."""


@pytest.mark.parametrize(
    ("sizes", "length", "asked", "besides", "tuning", "line"),
    [
        (
            TINY,
            3,
            3,
            (0, 0),
            Tuning(),
            "PyTorch counts the same: 1,056 FLOP forward, 2,112 backward per sequence of 3 tokens (FlopCounterMode, full "
            "attention, every parameter trained; causal attention follows from the same parts).",
        ),
        (
            TINY,
            3,
            3,
            (0, 0),
            Tuning(frozen_layers=1),
            "PyTorch counts the same: 1,056 FLOP forward, 2,112 backward per sequence of 3 tokens (FlopCounterMode, full "
            "attention; causal attention follows from the same parts).",
        ),
        (
            content("mamba-2.8b"),
            32,
            4096,
            (5, 7),
            Tuning(),
            "PyTorch counts the same: 1,056 FLOP forward, 2,112 backward per sequence of 32 tokens (FlopCounterMode, every "
            "parameter trained); 5 and 7 of them are none of the model: padding of the short convolution, whose backward "
            "pass is counted for each of its groups; run instead of 4,096 tokens, as this code takes them one by one and "
            "each costs the same.",
        ),
        (
            content("stable-diffusion-v1-5-unet"),
            77,
            77,
            (0, 0),
            Tuning(),
            "PyTorch counts the same: 1,056 FLOP forward, 2,112 backward per image with 77 tokens of text (FlopCounterMode, "
            "full attention, every parameter trained).",
        ),
        (
            content("deepseek-v3"),
            3,
            3,
            (0, 0),
            Tuning(),
            "PyTorch counts the same: 1,056 FLOP forward, 2,112 backward per sequence of 3 tokens (FlopCounterMode, full "
            "attention, every parameter trained, no multi-token prediction; causal attention follows from the same parts).",
        ),
    ],
    ids=["tokens", "frozen", "token by token", "image", "prediction"],
)
def test_a_comparison_is_told_in_one_line(
    sizes: dict[str, Any], length: int, asked: int, besides: tuple[int, int], tuning: Tuning, line: str
) -> None:
    assert Comparison(read_model(sizes), length, asked, TINY_AT_3, besides, tuning).told == line


def test_a_difference_is_told_with_both_numbers() -> None:
    differences = (TINY_AT_3[0], Difference("forward", 1056, 1057), TINY_AT_3[2])
    compared = Comparison(read_model(TINY), 3, 3, differences, (0, 0))
    assert not compared.equal
    assert compared.told.startswith(
        "PyTorch counts otherwise: forward 1,056 here, 1,057 there, per sequence of 3 tokens"
    )


@dataclass
class Torch:
    """Stands for PyTorch: what it was asked to run, and how far it is from the closed form."""

    off: int = 0
    asked: list[tuple[Path, Any]] = field(default_factory=list)

    def verify(self, origin: Path, length: Any) -> Comparison:
        """A comparison with this difference."""
        self.asked.append((origin, length))
        forward = Difference("forward", 1056, 1056 + self.off)
        return Comparison(read_model(origin), length, length, (TINY_AT_3[0], forward, TINY_AT_3[2]), (0, 0))


@pytest.fixture
def pytorch(monkeypatch: pytest.MonkeyPatch) -> Torch:
    """In place of PyTorch, which is not installed where these tests run."""
    stands = Torch()
    monkeypatch.setattr(comparison, "verify", stands.verify)
    return stands


def release(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit status of the command."""
    monkeypatch.setattr("sys.argv", ["gateline", "release", "--verify-with-torch", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


GPT2 = ("--config", str(CONFIGS / "gpt2.json"), "--tokens", "1e9", "--seq-len", "512")


@pytest.mark.parametrize(("off", "status", "word"), [(0, 0, "the same: 1,056 FLOP"), (1, 1, "1,056 here, 1,057 there")])
def test_the_command_tells_and_stops_where_pytorch_counts_otherwise(
    off: int,
    status: int,
    word: str,
    pytorch: Torch,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytorch.off = off
    assert release(monkeypatch, *GPT2) == status
    streams = capsys.readouterr()
    assert word in streams.err
    assert (streams.out == "") == bool(off)
    assert pytorch.asked == [(CONFIGS / "gpt2.json", 512)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--params", "1e9", "--tokens", "1e9"), "nothing to compare with PyTorch: no configuration is given"),
        (("-",), "give a file, not standard input"),
        (GPT2[:4], "sequence_length: is missing"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    arguments: tuple[str, ...],
    message: str,
    pytorch: Torch,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert release(monkeypatch, *arguments) == 2
    assert message in capsys.readouterr().err
    assert pytorch.asked == []


def test_without_pytorch_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch_check, "find_spec", lambda _: None)
    assert release(monkeypatch, *GPT2) == 2
    streams = capsys.readouterr()
    assert streams.err.strip().endswith('needs the extra: pip install "gateline[torch]"')
    assert streams.out == ""


def test_of_a_histogram_the_shortest_and_the_longest_are_run_once(tmp_path: Path, pytorch: Torch) -> None:
    estimate = "{method: architecture, config: config.json, tokens: 1e9, sequence_lengths: {2048: 7, 64: 1, 512: 9}}"
    write(tmp_path, json.dumps(TINY))
    ledger = tmp_path / "ledger.yaml"
    phases = f"  - {{kind: pretraining, estimates: [{estimate}]}}\n  - {{kind: sft, estimates: [{estimate}]}}\n"
    ledger.write_text(f"model: x\nphases:\n{phases}", encoding="utf-8")
    assert len(compare_with_torch(str(ledger))) == 2
    assert pytorch.asked == [(tmp_path / "config.json", 64), (tmp_path / "config.json", 2048)]


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("llama-3.1-8b", None, "0 given for each sequence; this model takes one, target"),
        ("llama-3.1-8b", (3, 4), "2 given for each sequence; this model takes one"),
        ("t5-base", 4, r"1 given for each sequence; this model takes a pair, \(source, target\)"),
        ("vit-large-16-224", 4, "this model takes none, its input has one size"),
        ("gpt2", 0, "whole numbers from 1"),
        ("gpt2", {4: 0}, "whole numbers from 1"),
        ("gpt2", 1.5, "whole numbers from 1"),
        ("gpt2", {}, "a histogram has between 1 and"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(name: str, given: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        config(name).operations(given)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("sample_size", 60, "60 cannot be halved 3 times"),
        ("attention_head_dim", 7, "7 heads do not divide the width 320"),
        ("class_embed_type", "timestep", "class_embed_type: a U-Net with this key cannot be counted yet"),
        ("only_cross_attention", True, "in which this is true"),
        ("down_block_types", ["SkipDownBlock2D"] * 4, r"only \(CrossAttn\)DownBlock2D"),
    ],
)
def test_a_net_that_is_not_read_is_refused(key: str, value: Any, message: str) -> None:
    content = json.loads((CONFIGS / "stable-diffusion-v1-5-unet.json").read_text(encoding="utf-8"))
    with pytest.raises(InputError, match=message):
        read_model({**content, key: value})
