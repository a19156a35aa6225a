"""Formulas and utilizations that papers publish, against the operations that follow from the sizes of the model.

A product is that of the printed formula, worked out by hand to five digits; it is not what the code printed.
"""

import math
from decimal import Context
from fractions import Fraction

import pytest
from support import check_ledger, names, table

from gateline.training.architecture import Model, by_convention, read_model
from gateline.training.utilization import Recompute, Utilization, model_utilization

ROWS = table("golden", "published_formulas.csv")


def model(row: dict[str, str]) -> Model:
    """A decoder of two feed-forward matrices, as all of these are."""
    sizes = {"n_layer": "layers", "n_embd": "width", "n_head": "heads", "n_inner": "inner", "vocab_size": "vocabulary"}
    return read_model(
        {"model_type": "gpt2", "n_positions": int(row["length"])} | {key: int(row[name]) for key, name in sizes.items()}
    )


def counted(row: dict[str, str]) -> Fraction:
    """What we count for a run; attention over every pair, as these papers have it [FLOP]."""
    return by_convention(model(row), "exact-full", int(row["length"])) * Fraction(row["tokens"])


def beyond(row: dict[str, str]) -> Fraction:
    """What a formula counts for a run beyond that [FLOP]: the layers once more, or look-ups and the softmax."""
    layers, width, heads = int(row["layers"]), int(row["width"]), int(row["heads"])
    length, vocabulary = int(row["length"]), int(row["vocabulary"])
    per_token = {
        "megatron-72": 0,
        "megatron-96": layers * (24 * width**2 + 4 * length * width),
        "chinchilla": 3 * (2 * vocabulary * width + 3 * heads * length * layers),
    }[row["formula"]]
    return per_token * Fraction(row["tokens"])


def digits(value: Fraction, count: int) -> Fraction:
    return Fraction(Context(prec=count).create_decimal(int(value)))


@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_a_printed_formula(row):
    """Its product to five digits is what we count and what the formula counts beyond."""
    assert digits(counted(row) + beyond(row), 5) == Fraction(row["expected"])


@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_the_figure_that_was_published(row):
    """To as many digits as are printed, or else with the reason."""
    assert row["note"]
    if row["published"]:
        printed = len(row["published"].partition("e")[0].replace(".", ""))
        agrees = digits(Fraction(row["expected"]), printed) == Fraction(row["published"])
        assert agrees == (row["agrees"] == "yes")


def test_recomputing_every_layer_is_a_third_more():
    """Four passes of the layers for three; the language head is not passed again, so the ratio is a little under 4/3."""
    row = next(row for row in ROWS if row["formula"] == "megatron-96")
    share = counted(row) / (counted(row) + beyond(row))
    assert Fraction(3, 4) < share < Fraction(3, 4) * Fraction(1001, 1000)
    assert model_utilization(Utilization("hfu", Fraction(1)), Recompute("full")) == Fraction(3, 4)


def test_what_was_published_of_glm_is_full_recomputation():
    """Hardware utilization 43.3 %, model utilization 32.5 % (arXiv:2210.02414): 0.433 × 3/4 is 0.32475."""
    found = model_utilization(Utilization("hfu", Fraction("0.433")), Recompute("full"))
    assert digits(found * 10**6, 3) == 325 * 10**3


def test_no_formula_is_left_out():
    assert [row["formula"] for row in ROWS].count("megatron-72") == 2
    assert {row["formula"] for row in ROWS} == {"megatron-72", "megatron-96", "chinchilla"}
    assert [row["agrees"] for row in ROWS if row["published"]] == ["no", "yes", "no", "no", "no"]


# Utilizations


@pytest.mark.parametrize(
    ("parameters", "sizes", "tokens_per_second", "chips", "peak", "with_attention", "without"),
    [
        ("540.35e9", (118, 48, 256), "238.3e3", 6144, "275e12", "0.4623", "0.4573"),  # PaLM, arXiv:2204.02311 app. B
        ("530e9", (105, 128, 160), "65.43e3", 2240, "312e12", "0.3027", "0.2977"),  # MT-NLG, arXiv:2201.11990
    ],
    ids=["PaLM 540B", "MT-NLG 530B"],
)
def test_model_utilization_from_the_throughput(
    parameters, sizes, tokens_per_second, chips, peak, with_attention, without
):
    """6N for each token, and 12 L H Q T for attention with T of 2,048; over what the chips could do in the same second."""
    layers, heads, width = sizes
    shape = {"num_hidden_layers": layers, "num_attention_heads": heads, "head_dim": width, "hidden_size": heads * width}
    other = {"model_type": "llama", "intermediate_size": 4 * heads * width, "vocab_size": 256000}
    described = read_model(shape | other)
    attention = by_convention(described, "palm", 2048) - by_convention(described, "6nd", 2048)
    capacity = chips * Fraction(peak) / Fraction(tokens_per_second)
    bare = 6 * Fraction(parameters)
    assert attention == 12 * layers * heads * width * 2048
    assert digits((bare + attention) / capacity * 10**8, 4) == Fraction(with_attention) * 10**8
    assert digits(bare / capacity * 10**8, 4) == Fraction(without) * 10**8


def test_an_hour_of_palm_by_both_routes():
    """6,144 chips at 45.73 % of 275 TFLOP/s do in an hour what 238,300 tokens a second need without attention."""
    tokens = 238_300 * 3600
    by_tokens = {"method": "architecture", "params": "540.35e9", "tokens": str(tokens)}
    by_hours = {"method": "hardware", "chip_hours": "6144", "peak": "275 TFLOP/s", "utilization": "45.73%"}
    phases = [{"kind": "continued_pretraining", "estimates": [by_tokens, by_hours]}]
    screening = check_ledger({"phases": phases}, "2026-11-21", "us.ca.sb53")
    column = screening.quantities["training_compute"]
    assert column.high[0] / column.low[0] < Fraction(10002, 10000)
    assert screening.remarks == ()


# SmolLM3

SMOLLM3 = {
    "model_type": "llama",
    "hidden_size": 2048,
    "num_hidden_layers": 36,
    "num_attention_heads": 16,
    "num_key_value_heads": 4,
    "intermediate_size": 11008,
    "vocab_size": 128256,
    "tie_word_embeddings": True,
}
"""The published sizes; half of the layers go without positions, which costs nothing."""
TOKENS = 11_135_877_120_000


@pytest.mark.parametrize(("rule", "expected"), [("full", "4.036e22"), ("half", "2.018e22")])
def test_attention_of_smollm3(rule, expected):
    """12 L d s for each token over sequences of 4,096, and half of it: beside 2.05791e23 by 6ND."""
    scores = read_model(SMOLLM3).operations(4096, rule)
    attention = (scores.breakdown["attention scores"].forward + scores.breakdown["attention scores"].backward) / 4096
    assert attention == 12 * 36 * 2048 * 4096 / {"full": 1, "half": 2}[rule]
    assert math.isclose(attention * TOKENS, float(expected), rel_tol=2e-4)


def test_parameters_of_smollm3():
    """3.08 billion, the tied table once."""
    assert digits(Fraction(read_model(SMOLLM3).parameters.total), 3) == 3_080_000_000


def test_three_routes_of_smollm3():
    """2.05791e23 by 6ND, 2.26e23 with causal attention, 2.3625e23 by 384 chips over 576 hours at 30 %: within 15 %."""
    by_tokens = {"method": "architecture", "params": "3.08e9", "tokens": str(TOKENS)}
    by_hours = {"method": "hardware", "chip_hours": "221184", "peak": "989 TFLOP/s", "utilization": "0.30"}
    phases = [{"kind": "pretraining", "estimates": [by_tokens, by_hours]}]
    screening = check_ledger({"phases": phases}, "2026-11-21", "us.ca.sb53")
    column = screening.quantities["training_compute"]
    assert (column.low[0], column.high[0]) == (205791009177600000000000, 236251054080000000000000)
    assert screening.remarks == ()
    assert digits(column.low[0], 6) == Fraction("2.05791e23")
