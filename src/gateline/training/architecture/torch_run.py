"""A model of transformers or diffusers on the meta device, and what PyTorch counts when it runs there.

The meta device knows sizes and no values, so a model of any size is built and run within the memory of its graph.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gateline.training.architecture.model import Model
from gateline.training.architecture.parts import SOURCE, TARGET
from gateline.training.architecture.tuning import Tuning

if TYPE_CHECKING:
    import torch

CAUSAL, MASKED = "AutoModelForCausalLM", "AutoModelForMaskedLM"
LOADERS = {
    "bert": MASKED,
    "roberta": MASKED,
    "t5": "AutoModelForSeq2SeqLM",
    "whisper": "AutoModelForSpeechSeq2Seq",
    "vit": "AutoModelForImageClassification",
}
"""The class of transformers that builds a family; a causal language model for the others."""

ABOUT_RUNNING = (
    "auto_map",
    "gradient_checkpointing",
    "output_attentions",
    "output_hidden_states",
    "quantization_config",
    "return_dict",
    "rope_parameters",
    "rope_scaling",
    "torchscript",
    "use_cache",
)
"""Keys that say how the code runs, or turn positions: no multiplication of a matrix depends on them."""


@contextmanager
def quiet(content: Mapping[str, Any]) -> Iterator[None]:
    """Without what the library of this configuration says about faster kernels: no count depends on it."""
    logger = _library(content).logging
    level = logger.get_verbosity()
    logger.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.set_verbosity(level)


def _library(content: Mapping[str, Any]) -> Any:
    return import_module("diffusers" if "_class_name" in content else "transformers")


def build(model: Model, content: Mapping[str, Any]) -> Any:
    """The model of this configuration on the meta device."""
    import torch

    library = _library(content)
    kept = {key: value for key, value in content.items() if key not in ABOUT_RUNNING}
    if "_class_name" in content:
        with torch.device("meta"):
            return getattr(library, model.family).from_config(kept)
    config = library.AutoConfig.for_model(**kept)
    config.use_cache = False
    config._attn_implementation = "eager"
    config._experts_implementation = "batched_mm"
    loader = getattr(library, LOADERS.get(model.family, CAUSAL))
    with torch.device("meta"):
        built = loader.from_config(config, trust_remote_code=False)
        if model.family == "t5" and kept.get("tie_word_embeddings") is False:
            # transformers ties this head whatever the file says; the published checkpoint has one of its own
            built.lm_head = torch.nn.Linear(config.d_model, config.vocab_size, bias=False)
    return built


def freeze(model: Model, built: Any, tuning: Tuning) -> None:
    """Turn off gradients for the layers, the embeddings and the head that are frozen; a tied head is the embeddings."""
    if tuning.frozen_embeddings:
        built.get_input_embeddings().requires_grad_(False)
    if tuning.frozen_head and built.get_output_embeddings().weight is not built.get_input_embeddings().weight:
        built.get_output_embeddings().requires_grad_(False)
    if tuning.frozen_layers:
        for layer in _layers(built, model.shape.layers)[: tuning.frozen_layers]:
            layer.requires_grad_(False)


def _layers(built: Any, number: int) -> Any:
    import torch

    return next(part for part in built.modules() if isinstance(part, torch.nn.ModuleList) and len(part) == number)


def observe(
    model: Model, built: Any, content: Mapping[str, Any], length: int | tuple[int, int] | None
) -> tuple[int, int]:
    """Operations that PyTorch counts, forward and backward [FLOP]."""
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    inputs = sample(model, content, length)
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        output = built(**inputs)
    forward = counter.get_total_flops()
    result = output["logits"] if "logits" in output else output["sample"]
    with FlopCounterMode(display=False) as counter:
        result.sum().backward()
    return forward, counter.get_total_flops()


def sample(model: Model, content: Mapping[str, Any], length: int | tuple[int, int] | None) -> dict[str, Any]:
    """One sequence, image or clip of this length, as the model takes it."""
    import torch

    if "_class_name" in content:
        return _latents(model, content, length)
    if model.family == "vit":
        size = content["image_size"]
        return {"pixel_values": torch.empty(1, content.get("num_channels", 3), size, size, device="meta")}
    tokens = dict(zip(model.axes, length if isinstance(length, tuple) else (length,), strict=True))
    if model.family == "whisper":
        frames = torch.empty(1, content["num_mel_bins"], 2 * content["max_source_positions"], device="meta")
        words = _words(tokens[TARGET])
        mask = _mask(tokens[TARGET], tokens[TARGET])
        return {"input_features": frames, "decoder_input_ids": words, "decoder_attention_mask": mask}
    if len(model.axes) == 2:
        return {
            "input_ids": _words(tokens[SOURCE]),
            "decoder_input_ids": _words(tokens[TARGET]),
            "attention_mask": _mask(1, tokens[SOURCE]),
            "decoder_attention_mask": _mask(tokens[TARGET], tokens[TARGET]),
        }
    (number,) = tokens.values()
    mask = {} if model.family in ("mamba", "mamba2") else {"attention_mask": _mask(number, number)}
    return {"input_ids": _words(number), **mask}


def _words(number: int | None) -> torch.Tensor:
    import torch

    return torch.zeros(1, number or 0, dtype=torch.long, device="meta")


def _mask(queries: int | None, keys: int | None) -> torch.Tensor:
    import torch

    return torch.zeros(1, 1, queries or 0, keys or 0, device="meta")


def _latents(model: Model, content: Mapping[str, Any], length: int | tuple[int, int] | None) -> dict[str, Any]:
    import torch

    side, channels = content["sample_size"], content["in_channels"]
    latents = torch.empty(1, channels, side, side, device="meta")
    step = torch.zeros(1, dtype=torch.long, device="meta")
    if model.family == "DiTTransformer2DModel":
        return {"hidden_states": latents, "timestep": step, "class_labels": step}
    width = content["joint_attention_dim" if model.family == "SD3Transformer2DModel" else "cross_attention_dim"]
    text = {"encoder_hidden_states": torch.empty(1, length, width, device="meta")}
    if model.family == "SD3Transformer2DModel":
        pooled = torch.empty(1, content["pooled_projection_dim"], device="meta")
        return {"hidden_states": latents, "timestep": step, "pooled_projections": pooled, **text}
    if content.get("addition_embed_type") is None:
        return {"sample": latents, "timestep": step, **text}
    times = 6 * content["addition_time_embed_dim"]
    pooled = torch.empty(1, content["projection_class_embeddings_input_dim"] - times, device="meta")
    more = {"text_embeds": pooled, "time_ids": torch.zeros(1, 6, device="meta")}
    return {"sample": latents, "timestep": step, **text, "added_cond_kwargs": more}
