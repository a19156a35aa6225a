"""Which function reads which family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from gateline.numerals import clip
from gateline.training.architecture import (
    dense,
    diffusion,
    encoders,
    latent,
    mixtures,
    recurrent,
    translation,
    unet,
)
from gateline.training.architecture.config import Config, read_config
from gateline.training.architecture.model import Model

FAMILIES: dict[str, Callable[[Config], Model]] = {
    **dict.fromkeys(dense.STYLES, dense.like_llama),
    "gpt2": dense.gpt2,
    "gpt_neox": dense.gpt_neox,
    "falcon": dense.falcon,
    "mixtral": mixtures.mixtral,
    "qwen2_moe": mixtures.qwen2_moe,
    "qwen3_moe": mixtures.qwen3_moe,
    "gpt_oss": mixtures.gpt_oss,
    "llama4_text": mixtures.llama4_text,
    "deepseek_v2": latent.deepseek,
    "deepseek_v3": latent.deepseek,
    "bert": encoders.bert,
    "roberta": encoders.bert,
    "vit": encoders.vit,
    "t5": translation.t5,
    "whisper": translation.whisper,
    "mamba": recurrent.mamba,
    "mamba2": recurrent.mamba2,
    "UNet2DConditionModel": unet.unet,
    "DiTTransformer2DModel": diffusion.dit,
    "SD3Transformer2DModel": diffusion.stable_diffusion_3,
}
"""By `model_type` of a transformers configuration, or `_class_name` of a diffusers one."""

ACCEPTED = (
    "hidden_size, num_hidden_layers, num_attention_heads, num_key_value_heads, head_dim, intermediate_size, "
    "vocab_size, tie_word_embeddings, attention_bias, mlp_bias, sliding_window"
)
"""What a plain decoder is described by, under `model_type: llama`."""


def read_model(origin: str | Path | Mapping[str, Any]) -> Model:
    """A model from its configuration.

    Parameters
    ----------
    origin : path or mapping
        A `config.json`, a folder that holds one, or hyperparameters under the same names.

    Raises
    ------
    InputError
        If the family is unknown, a key is missing or has no value that it can have, or sizes contradict each other.

    Examples
    --------
    >>> sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    >>> read_model({"model_type": "llama", "vocab_size": 32, **sizes}).parameters.total
    1176
    """
    config = read_config(origin)
    key = "_class_name" if config.has("_class_name") else "model_type"
    family = config.text(key)
    if family not in FAMILIES:
        _unknown(config, key, family)
    return FAMILIES[family](config)


def _unknown(config: Config, key: str, family: str) -> NoReturn:
    if config.size("text_config"):
        config.refuse(
            key, f"'{clip(family)}' joins several models; give the content of text_config as a file of its own."
        )
    said = f"'{clip(family)}' is not a family that can be counted" if family else "is missing"
    config.refuse(
        key,
        f"{said}. Known: {', '.join(sorted(FAMILIES))}. A plain decoder with gated feed-forward of another name: write "
        f"model_type llama with {ACCEPTED}.",
    )
