"""The closed forms against what PyTorch counts when the model runs: equal to the last digit, for every family."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from gateline.training.architecture import FAMILIES, Tuning, read_model
from gateline.training.architecture.torch_check import Difference, build, observe, verify

SIZES = {
    "hidden_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "vocab_size": 128,
    "max_position_embeddings": 64,
}

CASES: dict[str, dict[str, Any]] = {
    "llama": {"model_type": "llama", **SIZES, "num_key_value_heads": 2},
    "llama-bias": {
        "model_type": "llama",
        **SIZES,
        "attention_bias": True,
        "mlp_bias": True,
        "head_dim": 24,
        "tie_word_embeddings": True,
    },
    "mistral": {"model_type": "mistral", **SIZES, "num_key_value_heads": 2, "sliding_window": 8},
    "granite": {"model_type": "granite", **SIZES, "num_key_value_heads": 2},
    "qwen2": {"model_type": "qwen2", **SIZES, "num_key_value_heads": 2},
    "qwen3": {"model_type": "qwen3", **SIZES, "num_key_value_heads": 2, "head_dim": 24},
    "gemma": {"model_type": "gemma", **SIZES, "num_key_value_heads": 1, "head_dim": 32},
    "gemma2": {"model_type": "gemma2", **SIZES, "num_key_value_heads": 2, "head_dim": 32, "sliding_window": 8},
    "gemma3_text": {
        "model_type": "gemma3_text",
        **SIZES,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "sliding_window": 8,
    },
    "phi3": {"model_type": "phi3", **SIZES, "num_key_value_heads": 2, "sliding_window": 8, "pad_token_id": 0},
    "olmo2": {"model_type": "olmo2", **SIZES, "num_key_value_heads": 2},
    "starcoder2": {"model_type": "starcoder2", **SIZES, "num_key_value_heads": 2},
    "gpt2": {"model_type": "gpt2", "n_embd": 64, "n_layer": 3, "n_head": 4, "vocab_size": 128, "n_positions": 64},
    "gpt_neox": {"model_type": "gpt_neox", **SIZES},
    "gpt_neox-seq": {"model_type": "gpt_neox", **SIZES, "use_parallel_residual": False, "attention_bias": False},
    "falcon": {
        "model_type": "falcon",
        "hidden_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "vocab_size": 128,
    },
    "falcon-new": {
        "model_type": "falcon",
        "hidden_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_kv_heads": 2,
        "new_decoder_architecture": True,
        "vocab_size": 128,
        "bias": True,
    },
    "falcon-seq": {
        "model_type": "falcon",
        "hidden_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "parallel_attn": False,
        "multi_query": False,
        "alibi": False,
        "vocab_size": 128,
    },
    "mixtral": {
        "model_type": "mixtral",
        **SIZES,
        "num_key_value_heads": 2,
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
    },
    "qwen2_moe": {
        "model_type": "qwen2_moe",
        **SIZES,
        "num_key_value_heads": 2,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 48,
        "shared_expert_intermediate_size": 80,
        "mlp_only_layers": [1],
    },
    "qwen3_moe": {
        "model_type": "qwen3_moe",
        **SIZES,
        "num_key_value_heads": 2,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 48,
        "head_dim": 24,
        "decoder_sparse_step": 2,
    },
    "gpt_oss": {
        "model_type": "gpt_oss",
        **SIZES,
        "num_key_value_heads": 2,
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
        "head_dim": 24,
        "sliding_window": 8,
    },
    "deepseek_v2": {
        "model_type": "deepseek_v2",
        **SIZES,
        "kv_lora_rank": 32,
        "q_lora_rank": None,
        "qk_nope_head_dim": 16,
        "qk_rope_head_dim": 8,
        "v_head_dim": 12,
        "n_routed_experts": 4,
        "n_shared_experts": 2,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 48,
        "first_k_dense_replace": 1,
        "n_group": 1,
        "topk_group": 1,
    },
    "deepseek_v3": {
        "model_type": "deepseek_v3",
        **SIZES,
        "kv_lora_rank": 32,
        "q_lora_rank": 24,
        "qk_nope_head_dim": 16,
        "qk_rope_head_dim": 8,
        "v_head_dim": 12,
        "n_routed_experts": 4,
        "n_shared_experts": 1,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 48,
        "first_k_dense_replace": 1,
        "n_group": 2,
        "topk_group": 1,
        "num_nextn_predict_layers": 1,
        "num_key_value_heads": 4,
    },
    "llama4_text": {
        "model_type": "llama4_text",
        **SIZES,
        "num_key_value_heads": 2,
        "num_local_experts": 4,
        "num_experts_per_tok": 1,
        "head_dim": 16,
        "intermediate_size_mlp": 120,
        "interleave_moe_layer_step": 2,
        "attention_chunk_size": 8,
    },
    "bert": {"model_type": "bert", **SIZES},
    "roberta": {"model_type": "roberta", **SIZES},
    "vit": {
        "model_type": "vit",
        "hidden_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "intermediate_size": 96,
        "image_size": 32,
        "patch_size": 8,
        "num_channels": 3,
        "num_labels": 5,
    },
    "t5": {
        "model_type": "t5",
        "d_model": 64,
        "num_heads": 4,
        "d_kv": 24,
        "d_ff": 96,
        "num_layers": 2,
        "num_decoder_layers": 3,
        "vocab_size": 128,
    },
    "t5-gated": {
        "model_type": "t5",
        "d_model": 64,
        "num_heads": 4,
        "d_kv": 24,
        "d_ff": 96,
        "num_layers": 2,
        "vocab_size": 128,
        "feed_forward_proj": "gated-gelu",
    },
    "whisper": {
        "model_type": "whisper",
        "d_model": 64,
        "num_mel_bins": 16,
        "encoder_layers": 2,
        "decoder_layers": 3,
        "encoder_attention_heads": 4,
        "decoder_attention_heads": 2,
        "encoder_ffn_dim": 96,
        "decoder_ffn_dim": 80,
        "vocab_size": 128,
        "max_source_positions": 30,
        "max_target_positions": 40,
        "pad_token_id": 0,
        "decoder_start_token_id": 1,
        "bos_token_id": 0,
        "eos_token_id": 0,
    },
    "unet": {
        "_class_name": "UNet2DConditionModel",
        "sample_size": 8,
        "in_channels": 4,
        "out_channels": 4,
        "block_out_channels": [32, 64, 64],
        "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
        "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
        "cross_attention_dim": 24,
        "attention_head_dim": 4,
        "layers_per_block": 2,
        "norm_num_groups": 8,
    },
    "unet-xl": {
        "_class_name": "UNet2DConditionModel",
        "sample_size": 8,
        "in_channels": 4,
        "out_channels": 4,
        "block_out_channels": [32, 64],
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
        "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"],
        "cross_attention_dim": 24,
        "attention_head_dim": [2, 4],
        "layers_per_block": 2,
        "norm_num_groups": 8,
        "use_linear_projection": True,
        "transformer_layers_per_block": [1, 3],
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 88,
    },
    "dit": {
        "_class_name": "DiTTransformer2DModel",
        "num_attention_heads": 4,
        "attention_head_dim": 8,
        "in_channels": 4,
        "out_channels": 8,
        "num_layers": 3,
        "sample_size": 8,
        "patch_size": 2,
        "num_embeds_ada_norm": 10,
        "attention_bias": True,
        "norm_type": "ada_norm_zero",
    },
    "sd3": {
        "_class_name": "SD3Transformer2DModel",
        "num_attention_heads": 4,
        "attention_head_dim": 8,
        "in_channels": 4,
        "out_channels": 4,
        "num_layers": 3,
        "sample_size": 8,
        "patch_size": 2,
        "joint_attention_dim": 24,
        "caption_projection_dim": 32,
        "pooled_projection_dim": 40,
        "pos_embed_max_size": 8,
        "qk_norm": "rms_norm",
        "dual_attention_layers": [0, 1],
    },
    "mamba2": {
        "model_type": "mamba2",
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "state_size": 8,
        "num_heads": 8,
        "head_dim": 16,
        "n_groups": 2,
        "chunk_size": 4,
        "vocab_size": 128,
    },
    "mamba": {
        "model_type": "mamba",
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "state_size": 8,
        "vocab_size": 128,
        "expand": 2,
        "conv_kernel": 4,
    },
}

FIXED = ("vit", "DiTTransformer2DModel")
"""Families whose input has one size."""


def _lengths(case: dict[str, Any]) -> list[Any]:
    family = case.get("model_type", case.get("_class_name"))
    if family in FIXED:
        return [None]
    return [(12, 17), (20, 9)] if family == "t5" else [12, 20]


RUNS = [(name, length) for name, case in CASES.items() for length in _lengths(case)]


def test_every_family_is_compared() -> None:
    assert {case.get("model_type", case.get("_class_name")) for case in CASES.values()} == set(FAMILIES)


@pytest.mark.parametrize(("name", "length"), RUNS, ids=[f"{name} {length}" for name, length in RUNS])
def test_the_closed_form_is_what_pytorch_counts(name: str, length: Any) -> None:
    differences = verify(CASES[name], length)
    assert [part.what for part in differences] == ["parameters", "forward", "backward"]
    assert [part for part in differences if not part.equal] == []


PUBLISHED = sorted(
    path
    for path in (Path(__file__).parents[1] / "data" / "configs").glob("*.json")
    if path.stem != "t5-v1.1-base"  # transformers ties its head; the published checkpoint has one of its own
)


@pytest.mark.parametrize("path", PUBLISHED, ids=[path.stem for path in PUBLISHED])
def test_published_configurations_have_the_parameters_that_pytorch_builds(path: Path) -> None:
    model = read_model(path)
    built = build(model, json.loads(path.read_text(encoding="utf-8")))
    assert model.parameters.total == sum(part.numel() for part in built.parameters())


@pytest.mark.parametrize("name", ["llama", "gemma2", "olmo2", "mixtral", "deepseek_v3", "falcon"])
@pytest.mark.parametrize(
    "tuning",
    [
        Tuning(frozen_embeddings=True),
        Tuning(frozen_layers=2),
        Tuning(frozen_layers=2, frozen_embeddings=True),
        Tuning(frozen_layers=3, frozen_embeddings=True),
    ],
    ids=["embeddings", "two layers", "both", "all but the head"],
)
def test_frozen_parts_are_left_out_as_pytorch_does(name: str, tuning: Tuning) -> None:
    assert [part for part in verify(CASES[name], 12, tuning) if not part.equal] == []


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
    assert all(part.equal for part in verify(path, 12))
    assert verify(tmp_path, 12) == verify(path, 12)


def test_a_difference_is_told() -> None:
    assert not Difference("forward", 1, 2).equal
