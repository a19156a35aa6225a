"""What PyTorch counts when the model runs, against the closed form: needs the extra ``gateline[torch]``.

The model is built from its configuration on the ``meta`` device, where nothing is computed and shapes are all there
is. Attention runs eagerly, over the whole square; experts run as one gathered multiplication each. No weights are read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateline.errors import InputError
from gateline.training.architecture.families import read_model
from gateline.training.architecture.model import Model
from gateline.training.architecture.parts import SOURCE, TARGET
from gateline.training.architecture.tuning import FULL, Tuning

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


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure by two routes: the closed form and what PyTorch counted."""

    what: str
    counted: int
    observed: int

    @property
    def equal(self) -> bool:
        """Whether they are the same number."""
        return self.counted == self.observed


def verify(
    origin: str | Path | Mapping[str, Any], length: int | tuple[int, int] | None = None, tuning: Tuning = FULL
) -> tuple[Difference, ...]:
    """Parameters and operations of one sequence by both routes, attention over the whole square.

    Parameters
    ----------
    origin : path or mapping
        As for `read_model`.
    length : int, pair or None
        As for `Model.operations`.
    tuning : Tuning
        Frozen parts; adapters are not built.

    Returns
    -------
    tuple of Difference
        Parameters, forward operations [FLOP], backward operations [FLOP].

    Raises
    ------
    InputError
        If the configuration cannot be read, or PyTorch is not installed.
    """
    if find_spec("transformers") is None or find_spec("diffusers") is None:
        raise InputError("Comparing with PyTorch needs its packages. Install them with: pip install 'gateline[torch]'")
    model = read_model(origin)
    content = dict(origin) if isinstance(origin, Mapping) else _content(Path(origin))
    built = build(model, content)
    freeze(model, built, tuning)
    counted = model.operations(length, "full", tuning).total
    forward, backward = observe(model, built, content, length)
    known_forward, known_backward = executed_besides(model, length)
    return (
        Difference("parameters", model.parameters.total, sum(part.numel() for part in built.parameters())),
        Difference("forward", int(counted.forward) + known_forward, forward),
        Difference("backward", int(counted.backward) + known_backward, backward),
    )


def _content(path: Path) -> dict[str, Any]:
    found = path / "config.json" if path.is_dir() else path
    content: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return content


def build(model: Model, content: dict[str, Any]) -> Any:
    """The model of this configuration on the meta device."""
    import torch

    if "_class_name" in content:
        import diffusers

        with torch.device("meta"):
            return getattr(diffusers, model.family).from_config(content)
    import transformers

    config = transformers.AutoConfig.for_model(**content)
    config.use_cache = False
    config._attn_implementation = "eager"
    config._experts_implementation = "batched_mm"
    loader = getattr(transformers, LOADERS.get(model.family, CAUSAL))
    with torch.device("meta"):
        return loader.from_config(config)


def freeze(model: Model, built: Any, tuning: Tuning) -> None:
    """Turn off gradients for the layers and embeddings that are frozen."""
    if tuning.frozen_embeddings:
        built.get_input_embeddings().requires_grad_(False)
    if tuning.frozen_layers:
        for layer in _layers(built, model.shape.layers)[: tuning.frozen_layers]:
            layer.requires_grad_(False)


def _layers(built: Any, number: int) -> Any:
    import torch

    return next(part for part in built.modules() if isinstance(part, torch.nn.ModuleList) and len(part) == number)


def observe(model: Model, built: Any, content: dict[str, Any], length: int | tuple[int, int] | None) -> tuple[int, int]:
    """Operations that PyTorch counts, forward and backward [FLOP]."""
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    inputs = _inputs(model, content, length)
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        output = built(**inputs)
    forward = counter.get_total_flops()
    result = output["logits"] if "logits" in output else output["sample"]
    with FlopCounterMode(display=False) as counter:
        result.sum().backward()
    return forward, counter.get_total_flops()


def _inputs(model: Model, content: dict[str, Any], length: int | tuple[int, int] | None) -> dict[str, Any]:
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


def _latents(model: Model, content: dict[str, Any], length: int | tuple[int, int] | None) -> dict[str, Any]:
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


def executed_besides(model: Model, length: int | tuple[int, int] | None) -> tuple[int, int]:
    """What PyTorch runs or counts beyond the closed form, forward and backward [FLOP].

    The reference code of Mamba pads its short convolution on both sides and drops the end, and the backward formula
    of PyTorch multiplies by the groups of a convolution once too often. That of Mamba-2 multiplies the states of all
    chunks, and an empty one, by a square of decays. That of Llama 4 sends every token through every expert and zeroes
    those that were not chosen.
    """
    if model.family in ("mamba", "mamba2") and isinstance(length, int):
        short = [part for block in model.blocks for part in block.products if part.name == "conv1d"]
        once = sum(part.forward(length) for part in short)
        padded = sum(part.forward(length + part.inputs - 1) for part in short)
        carried = _carried(model, length)
        return padded - once + carried, padded * (1 + short[0].outputs) - 2 * once + 2 * carried
    if model.family == "llama4_text" and isinstance(length, int):
        experts = [part for block in model.blocks for part in block.products if part.group == "experts"]
        more = sum(2 * part.weights * (part.stored - part.used) * length for part in experts)
        return more, 2 * more
    return 0, 0


def _carried(model: Model, length: int) -> int:
    """The product of the states of all chunks with their decays, in a whole number of chunks [FLOP]."""
    parts = [within for block in model.blocks for within in block.attention if within.blocked]
    return sum(
        2 * within.heads * within.key_width * within.value_width * (length // (within.chunk or length) + 1) ** 2
        for within in parts
    )
