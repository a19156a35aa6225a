"""Decoders with a mixture of experts: Mixtral, Qwen, gpt-oss, Llama 4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from gateline.training.architecture.config import Config
from gateline.training.architecture.decoder import (
    GATED,
    Ends,
    Experts,
    Heads,
    attention_of,
    chosen,
    decoder,
    feed_forward,
    grouped_heads,
    head_width,
    layer,
    repeated,
    windows,
)
from gateline.training.architecture.model import Model, Shape
from gateline.training.architecture.parts import TARGET, Block


@dataclass(frozen=True, slots=True)
class _Body:
    """The layers of one mixture: heads, which layers have experts, and how wide the others are."""

    heads: Heads
    experts: Experts
    sparse: Callable[[int], bool]
    dense: int
    seen: list[int | None]
    extra: int
    chunks: list[int | None] | None = None


def _build(config: Config, body: _Body, tied: bool) -> Model:
    hidden, number = config.count("hidden_size"), config.layers("num_hidden_layers")

    def make(index: int) -> Block:
        chunk = body.chunks[index] if body.chunks else None
        products, attention = attention_of(replace(body.heads, window=body.seen[index], chunk=chunk), hidden)
        reads = (TARGET, body.heads.names[-1])
        if body.sparse(index):
            products += body.experts.products(hidden, reads)
        else:
            products += feed_forward(GATED, hidden, body.dense, reads)
        return layer(products, attention, 2 * hidden + body.extra)

    ends = Ends(config.count("vocab_size"), hidden, config.flag("tie_word_embeddings", tied), hidden)
    shape = Shape(number, body.heads.count, body.heads.width, hidden)
    return decoder(config, ends, repeated(number, make), shape)


def _heads(config: Config, bias: bool = False, output_bias: bool = False) -> Heads:
    heads = config.count("num_attention_heads")
    width = head_width(config, config.count("hidden_size"), heads)
    return Heads(heads, grouped_heads(config, heads), width, bias, output_bias)


def mixtral(config: Config) -> Model:
    """Mixtral: every layer a mixture, no shared expert."""
    count, inner = config.count("num_local_experts"), config.count("intermediate_size")
    experts = Experts(count, chosen(config, "num_experts_per_tok", count), inner)
    seen = windows(config, config.layers("num_hidden_layers"), lambda _: True)
    return _build(config, _Body(_heads(config), experts, lambda _: True, inner, seen, 0), tied=False)


def _sparse(config: Config) -> Callable[[int], bool]:
    step = config.count("decoder_sparse_step", 1)
    dense = set(config.counts("mlp_only_layers", []))
    return lambda index: index not in dense and (index + 1) % step == 0


def qwen2_moe(config: Config) -> Model:
    """Qwen 1.5 and 2: a shared expert with its own gate."""
    count, number = config.count("num_experts"), config.layers("num_hidden_layers")
    experts = Experts(
        count,
        chosen(config, "num_experts_per_tok", count),
        config.count("moe_intermediate_size"),
        config.count("shared_expert_intermediate_size"),
        shared_gate=True,
        shared_name="mlp.shared_expert",
    )
    sliding = config.flag("use_sliding_window", False)
    last = config.count("max_window_layers", number, zero=True)
    seen = windows(config, number, lambda index: sliding and index % 2 == 0 and index < last)
    own = _heads(config, config.flag("qkv_bias", True))
    return _build(config, _Body(own, experts, _sparse(config), config.count("intermediate_size"), seen, 0), tied=False)


def qwen3_moe(config: Config) -> Model:
    """Qwen 3: norms of queries and keys, no shared expert."""
    count, number = config.count("num_experts"), config.layers("num_hidden_layers")
    inner = config.count("moe_intermediate_size")
    experts = Experts(count, chosen(config, "num_experts_per_tok", count), inner)
    sliding = config.flag("use_sliding_window", False)
    bias = config.flag("attention_bias", False)
    own = _heads(config, bias, bias)
    seen = windows(config, number, lambda _: sliding)
    dense = config.count("intermediate_size")
    return _build(config, _Body(own, experts, _sparse(config), dense, seen, 2 * own.width), tied=False)


def gpt_oss(config: Config) -> Model:
    """gpt-oss: biases everywhere, a learned sink for each head, every other layer a window."""
    count, number = config.count("num_local_experts"), config.layers("num_hidden_layers")
    inner, bias = config.count("intermediate_size"), config.flag("attention_bias", True)
    experts = Experts(count, chosen(config, "num_experts_per_tok", count), inner, bias=True, router="mlp.router")
    config.count("head_dim")
    own = _heads(config, bias, bias)
    seen = windows(config, number, lambda index: index % 2 == 0)
    return _build(config, _Body(own, experts, lambda _: True, inner, seen, own.count), tied=False)


def llama4_text(config: Config) -> Model:
    """Llama 4, text part: one shared expert beside the chosen one; three of four layers attend within a chunk."""
    count, number = config.count("num_local_experts"), config.layers("num_hidden_layers")
    inner, dense = config.count("intermediate_size"), config.count("intermediate_size_mlp")
    step = config.count("interleave_moe_layer_step", 1)
    sparse = set(config.counts("moe_layers", range(step - 1, number, step)))
    experts = Experts(
        count,
        chosen(config, "num_experts_per_tok", count),
        inner,
        inner,
        router="feed_forward.router",
        shared_name="feed_forward.shared_expert",
    )
    types = config.texts("layer_types", number)
    chunk = config.optional("attention_chunk_size")
    chunks = [chunk if (types[i] == "chunked_attention" if types else (i + 1) % 4) else None for i in range(number)]
    bias = config.flag("attention_bias", False)
    own = _heads(config, bias, bias)
    body = _Body(own, experts, sparse.__contains__, dense, [None] * number, 0, chunks)
    return _build(config, body, tied=False)
