"""The closed forms against what PyTorch counts when the model runs: equal to the last digit, for every family."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from accuracy_table import small
from architectures import ASPECTS, CASES, lengths_of, small_runs

from gateline.errors import InputError
from gateline.training.architecture import FAMILIES, Tuning, by_convention, read_model
from gateline.training.architecture.torch_check import verify
from gateline.training.architecture.torch_run import build, observe, sample

RUNS = small_runs()


def test_every_family_is_compared() -> None:
    assert {case.get("model_type", case.get("_class_name")) for case in CASES.values()} == set(FAMILIES)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_aspect_is_compared_at_two_sizes(aspect: str) -> None:
    runs = [(name, length) for name, length in RUNS if name in ASPECTS[aspect]]
    assert {name for name, _ in runs} == set(ASPECTS[aspect])
    assert len(runs) >= 2
    assert all(length is None or (name, length) in runs for name in ASPECTS[aspect] for length in lengths_of(name))


@pytest.mark.parametrize(("name", "length"), RUNS, ids=[f"{name} {length}" for name, length in RUNS])
def test_the_closed_form_is_what_pytorch_counts(name: str, length: Any) -> None:
    compared = small(name, length)
    assert [part.what for part in compared.differences] == ["parameters", "forward", "backward"]
    assert compared.equal, compared.told
    assert compared.length == length


TRAINER = [name for name, case in CASES.items() if "model_type" in case]


@pytest.mark.parametrize("name", TRAINER)
def test_total_flos_is_what_the_trainer_of_transformers_counts(name: str) -> None:
    """Trainer.floating_point_ops: 6 × numbers in the main input × parameters that belong to no table."""
    model, case = read_model(CASES[name]), CASES[name]
    length = lengths_of(name)[0]
    built = build(model, case)
    numbers = sample(model, case, length)[built.main_input_name].numel()
    counted = by_convention(model, "hugging-face", length) * model.operations(length).units
    assert counted == 6 * numbers * built.num_parameters(exclude_embeddings=True)


class Predicting(torch.nn.Module):
    """DeepSeek-V3 with a module for one more token: arXiv:2412.19437, section 2.2, equations 21 to 23."""

    def __init__(self, case: dict[str, Any]) -> None:
        super().__init__()
        self.main = build(read_model(case), case)
        self.main.model.norm = Kept()
        config = self.main.config
        with torch.device("meta"):
            self.norms = torch.nn.ModuleList(torch.nn.RMSNorm(config.hidden_size) for _ in range(3))
            self.joint = torch.nn.Linear(2 * config.hidden_size, config.hidden_size, bias=False)
            self.layer = type(self.main.model.layers[-1])(config, config.num_hidden_layers - 1)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> dict[str, torch.Tensor]:
        first = self.main(input_ids=input_ids, attention_mask=attention_mask).logits
        states, following = self.main.model.norm.states, self.main.model.embed_tokens(input_ids)
        states = self.joint(torch.cat([self.norms[0](states), self.norms[1](following)], dim=-1))
        positions = self.main.model.rotary_emb(states, torch.zeros_like(input_ids))
        states = self.layer(states, attention_mask=attention_mask, position_embeddings=positions)
        return {"logits": first + self.main.lm_head(self.norms[2](states))}


class Kept(torch.nn.Module):
    """A last norm that keeps what it reads."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        self.states = states
        return states


@pytest.mark.parametrize("length", [12, 20])
def test_multi_token_prediction_costs_what_pytorch_counts(length: int) -> None:
    case = CASES["deepseek_v3"]
    model = read_model(case)
    predicting = Predicting(case)
    counted = model.operations(length, "full", prediction=True).total
    assert observe(model, predicting, case, length) == (counted.forward, counted.backward)
    own = sum(part.numel() for name, part in predicting.named_parameters() if not name.startswith("main."))
    assert own == model.parameters.prediction


@pytest.mark.parametrize("name", ["llama", "gemma2", "olmo2", "mixtral", "deepseek_v3", "falcon"])
@pytest.mark.parametrize(
    "tuning",
    [
        Tuning(frozen_embeddings=True),
        Tuning(frozen_layers=2),
        Tuning(frozen_layers=2, frozen_embeddings=True),
        Tuning(frozen_layers=3, frozen_embeddings=True),
        Tuning(frozen_head=True),
        Tuning(frozen_layers=1, frozen_embeddings=True, frozen_head=True),
    ],
    ids=["embeddings", "two layers", "both", "all but the head", "head", "ends and a layer"],
)
def test_frozen_parts_are_left_out_as_pytorch_does(name: str, tuning: Tuning) -> None:
    compared = verify(CASES[name], 12, tuning)
    assert compared.equal, compared.told


class Adapted(torch.nn.Module):
    """A frozen matrix with an adapter of low rank beside it."""

    def __init__(self, base: torch.nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base
        self.down = torch.nn.Linear(base.in_features, rank, bias=False, device="meta")
        self.up = torch.nn.Linear(rank, base.out_features, bias=False, device="meta")

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return self.base(states) + self.up(self.down(states))


@pytest.mark.parametrize(
    "targets", [("q_proj", "v_proj"), ("k_proj",), ("o_proj",), ("gate_proj", "up_proj", "down_proj"), ("all-linear",)]
)
def test_adapters_cost_what_pytorch_counts(targets: tuple[str, ...]) -> None:
    case, rank = CASES["llama"], 4
    model = read_model(case)
    built = build(model, case).requires_grad_(False)
    layers = [part for name, part in built.named_modules() if name.endswith(("self_attn", "mlp"))]
    for part in layers:
        for name, inner in list(part.named_children()):
            if isinstance(inner, torch.nn.Linear) and (name in targets or targets == ("all-linear",)):
                setattr(part, name, Adapted(inner, rank))
    counted = model.operations(12, "full", Tuning(rank=rank, targets=targets)).total
    assert observe(model, built, case, 12) == (counted.forward, counted.backward)


def test_a_file_is_read_by_both_routes(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(CASES["gpt2"]), encoding="utf-8")
    assert verify(path, 12).equal
    assert verify(tmp_path, 12) == verify(path, 12)


MORE_KEYS: dict[str, dict[str, Any]] = {
    "recomputed": {"gradient_checkpointing": True},
    "outputs": {"return_dict": False, "torchscript": True, "output_attentions": True, "output_hidden_states": True},
    "positions": {"rope_scaling": {"type": "dynamic", "factor": 2.0}},
    "new positions": {"rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000.0}},
    "quantized": {"quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}},
    "foreign code": {"auto_map": {"AutoModelForCausalLM": "nobody/nothing--modeling.Model"}},
}
"""Keys of published files that say how the code runs: what is multiplied does not depend on them."""


@pytest.mark.parametrize("more", MORE_KEYS.values(), ids=MORE_KEYS)
def test_keys_about_running_change_nothing(more: dict[str, Any]) -> None:
    assert verify(CASES["llama"] | more, 12) == verify(CASES["llama"], 12)


def test_a_model_that_goes_token_by_token_runs_with_few() -> None:
    compared = verify(CASES["mamba"], 33)
    assert compared.equal, compared.told
    assert (compared.length, compared.asked) == (32, 33)


@pytest.mark.parametrize(
    ("sizes", "length", "message"),
    [
        (CASES["bert"], 100, "its bert does not run with this configuration and length"),  # 64 positions
        (CASES["llama"], 10**12, "its llama does not run with this configuration and length"),  # a mask of 10^24
        (CASES["llama"], (3, 4), "2 given for each sequence; this model takes one"),
    ],
    ids=["too long for its table", "too long for any", "two lengths"],
)
def test_what_does_not_run_is_told_in_one_line(sizes: dict[str, Any], length: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        verify(sizes, length)
    assert "\n" not in str(caught.value)


def test_the_command_compares_llama_405b() -> None:
    """2 × 403,752,091,648 parameters of matrices × 8,192 tokens, and 126 layers of 2 × 2 × 16,384 × 8,192² for pairs."""
    config = Path(__file__).parents[2] / "examples" / "config.json"
    arguments = ["release", "--config", str(config), "--tokens", "15.6e12", "--seq-len", "8192", "--verify-with-torch"]
    done = subprocess.run([sys.executable, "-m", "gateline", *arguments], capture_output=True, text=True, check=False)
    layer = 16384 * (16384 + 2 * 1024 + 16384 + 3 * 53248)
    forward = 2 * 8192 * (126 * layer + 16384 * 128256) + 126 * 4 * 16384 * 8192**2
    first, *_ = done.stderr.splitlines()
    assert first.startswith(
        f"gateline: PyTorch counts the same: {forward:,} FLOP forward, {2 * forward:,} backward per sequence of 8,192 tokens"
    )
    assert done.returncode == 3
