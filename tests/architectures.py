"""Models by which the counts from the architecture are held against others: small ones of every family, published ones.

Needs no PyTorch: ``tests/torch`` runs them, ``tests/test_architecture.py`` compares what is published of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from support import table

from gateline.numerals import rounded
from gateline.training.architecture import Model, by_convention, read_model

CONFIGS = Path(__file__).parent / "data" / "configs"

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
    "vit-wide": {
        "model_type": "vit",
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 96,
        "image_size": 48,
        "patch_size": 8,
        "num_channels": 3,
        "num_labels": 5,
    },
    "dit-wide": {
        "_class_name": "DiTTransformer2DModel",
        "num_attention_heads": 4,
        "attention_head_dim": 8,
        "in_channels": 4,
        "out_channels": 8,
        "num_layers": 2,
        "sample_size": 12,
        "patch_size": 2,
        "num_embeds_ada_norm": 10,
        "attention_bias": True,
        "norm_type": "ada_norm_zero",
    },
}

ASPECTS = {
    "every head with keys and values of its own": ("llama-bias", "gpt2", "gpt_neox", "falcon-seq"),
    "heads in groups that share keys and values": ("llama", "qwen2", "qwen3", "falcon-new"),
    "one key and value for all heads": ("gemma", "falcon"),
    "gated feed-forward": ("llama", "gemma", "t5-gated"),
    "plain feed-forward": ("gpt2", "falcon", "starcoder2", "t5"),
    "experts with a router": ("mixtral", "qwen3_moe", "gpt_oss"),
    "shared experts beside them": ("qwen2_moe", "deepseek_v2", "deepseek_v3", "llama4_text"),
    "latent attention": ("deepseek_v2", "deepseek_v3"),
    "a window in every layer": ("mistral", "phi3"),
    "layers with and without a window": ("gemma2", "gemma3_text", "gpt_oss", "llama4_text"),
    "tied embeddings": ("llama-bias", "gemma", "gpt2", "t5"),
    "encoder": ("bert", "roberta"),
    "encoder and decoder": ("t5", "t5-gated", "whisper"),
    "images": ("vit", "vit-wide"),
    "state space": ("mamba", "mamba2"),
    "diffusion, U-Net": ("unet", "unet-xl"),
    "diffusion, transformer": ("dit", "dit-wide", "sd3"),
}
"""What is particular about a model, and the small ones that have it; multi-token prediction has a test of its own."""

RUN_AT = {"bert": 512, "roberta": 512, "gpt2": 1024, "whisper": 448, "UNet2DConditionModel": 77, "mamba": 8}
"""The length at which the published models of a family run, where it is not that of `published_length`."""


def lengths_of(name: str) -> tuple[Any, ...]:
    """The two lengths at which a small model runs; none where its input has one size, of which there are two models."""
    return {0: (None,), 1: (12, 20), 2: ((12, 17), (20, 9))}[len(read_model(CASES[name]).axes)]


def small_runs() -> list[tuple[str, Any]]:
    """Every small model at each of its lengths."""
    return [(name, length) for name in CASES for length in lengths_of(name)]


def published_length(model: Model) -> Any:
    """A length at which a model of this family is trained, or that it can take."""
    return {0: None, 1: RUN_AT.get(model.family, 4096), 2: (512, 512)}[len(model.axes)]


PUBLISHED_CONFIGS = {path.stem: path for path in sorted(CONFIGS.glob("*.json"))}


@dataclass(frozen=True)
class Figure:
    """A figure that somebody published of a model, and ours."""

    config: str
    quantity: str
    length: int | None
    tokens: Fraction
    published: str
    agrees: bool
    note: str
    source: str

    @property
    def digits(self) -> int:
        """The significant digits that are printed."""
        return len(self.published.partition("e")[0].replace(".", "").lstrip("0"))

    @property
    def model(self) -> Model:
        """The model, from its configuration."""
        return read_model(PUBLISHED_CONFIGS[self.config])

    @property
    def ours(self) -> Fraction:
        """The figure that follows from the configuration."""
        model = self.model
        if self.quantity in COUNTED:
            return Fraction(COUNTED[self.quantity](model))
        return by_convention(model, self.quantity, self.length) * self.tokens

    @property
    def rounded(self) -> Fraction:
        """Ours, to the digits that are printed."""
        return Fraction(rounded(self.ours, self.digits))

    @property
    def difference(self) -> Fraction:
        """Ours less the published one, as a share of it."""
        return self.ours / Fraction(self.published) - 1


COUNTED: dict[str, Callable[[Model], Fraction | int]] = {
    "parameters": lambda model: model.parameters.total,
    "active parameters": lambda model: model.parameters.active,
    "active parameters without tables": lambda model: model.parameters.active - model.parameters.embedding,
    "forward multiply-accumulates": lambda model: model.operations().forward / 2,
}
"""Figures that are no convention of training operations."""


def published_figures() -> list[Figure]:
    """The rows of the table of published figures."""
    return [
        Figure(
            row["config"],
            row["quantity"],
            int(row["length"]) if row["length"] else None,
            Fraction(row["tokens"] or 1),
            row["published"],
            row["agrees"] == "yes",
            row["note"],
            row["source"],
        )
        for row in table("oracles", "published_architectures.csv")
    ]


def content(name: str) -> dict[str, Any]:
    """A published configuration as it is written."""
    read: dict[str, Any] = json.loads(PUBLISHED_CONFIGS[name].read_text(encoding="utf-8"))
    return read
