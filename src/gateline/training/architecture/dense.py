"""Dense decoders: gated or plain feed-forward, all heads, grouped heads or one, full or sliding attention.

What a family adds to its configuration (biases, norms, tied embeddings) is what its code in transformers does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateline.training.architecture.config import Config
from gateline.training.architecture.decoder import (
    GATED,
    Ends,
    Heads,
    attention_of,
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
class Style:
    """How a family with the configuration keys of Llama differs from it.

    Attributes
    ----------
    bias, output_bias, feed_bias : bool or str
        Whether the products have a bias, or the key that says so.
    bias_default : bool
        What holds where that key is missing.
    norms : int
        Norms of the hidden size in a layer.
    query_norm : str
        Norm of queries and keys: none, of one head (``head``), or of all heads together (``all``).
    norm_bias : bool
        Whether norms have a bias.
    windowed : callable
        Which layers have the sliding window where `layer_types` does not say.
    """

    tied: bool = False
    bias: bool | str = False
    output_bias: bool | str = False
    feed_bias: bool | str = False
    bias_default: bool = False
    norms: int = 2
    query_norm: str = ""
    norm_bias: bool = False
    input_norm: bool = True
    attention_names: tuple[str, ...] = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj")
    feed_names: tuple[str, ...] = GATED
    windowed: Callable[[Config, int], bool] = lambda _, __: False
    needs_head_dim: bool = False


def _qwen_window(config: Config, index: int) -> bool:
    return config.flag("use_sliding_window", False) and index >= config.count("max_window_layers", zero=True)


def _gemma3_window(config: Config, index: int) -> bool:
    return bool((index + 1) % config.count("sliding_window_pattern", 6))


LLAMA = Style(bias="attention_bias", output_bias="attention_bias", feed_bias="mlp_bias")
GEMMA = Style(tied=True, bias="attention_bias", output_bias="attention_bias", needs_head_dim=True)

STYLES = {
    "llama": LLAMA,
    "granite": LLAMA,
    "mistral": Style(windowed=lambda _, __: True),
    "qwen2": Style(bias=True, windowed=_qwen_window),
    "qwen3": Style(
        bias="attention_bias",
        output_bias="attention_bias",
        query_norm="head",
        windowed=_qwen_window,
        needs_head_dim=True,
    ),
    "gemma": GEMMA,
    "gemma2": Style(
        tied=True,
        bias="attention_bias",
        output_bias="attention_bias",
        norms=4,
        needs_head_dim=True,
        windowed=lambda _, index: index % 2 == 0,
    ),
    "gemma3_text": Style(
        tied=True,
        bias="attention_bias",
        output_bias="attention_bias",
        norms=4,
        query_norm="head",
        needs_head_dim=True,
        windowed=_gemma3_window,
    ),
    "phi3": Style(
        attention_names=("self_attn.qkv_proj", "self_attn.o_proj"),
        feed_names=("mlp.gate_up_proj", "mlp.down_proj"),
        windowed=lambda _, __: True,
    ),
    "olmo2": Style(bias="attention_bias", output_bias="attention_bias", query_norm="all", input_norm=False),
    "starcoder2": Style(
        tied=True,
        bias="use_bias",
        output_bias="use_bias",
        feed_bias="use_bias",
        bias_default=True,
        norm_bias=True,
        feed_names=("mlp.c_fc", "mlp.c_proj"),
        windowed=lambda _, __: True,
    ),
}


def like_llama(config: Config) -> Model:
    """A decoder with the configuration keys of Llama."""
    style = STYLES[config.text("model_type")]
    hidden, number = config.count("hidden_size"), config.layers("num_hidden_layers")
    heads, inner = config.count("num_attention_heads"), config.count("intermediate_size")
    width = config.count("head_dim") if style.needs_head_dim else head_width(config, hidden, heads)
    kv = grouped_heads(config, heads)
    bias, output_bias, feed_bias = (
        choice if isinstance(choice, bool) else config.flag(choice, style.bias_default)
        for choice in (style.bias, style.output_bias, style.feed_bias)
    )
    norm = hidden * (1 + style.norm_bias)
    query_norm = {"": 0, "head": 2 * width, "all": (heads + kv) * width}[style.query_norm]
    seen = windows(config, number, lambda index: style.windowed(config, index))

    def make(index: int) -> Block:
        own = Heads(heads, kv, width, bias, output_bias, style.attention_names, seen[index])
        products, attention = attention_of(own, hidden)
        products += feed_forward(style.feed_names, hidden, inner, (TARGET, own.names[-1]), feed_bias)
        return layer(products, attention, style.norms * norm + query_norm, style.input_norm)

    ends = Ends(config.count("vocab_size"), hidden, config.flag("tie_word_embeddings", style.tied), norm)
    return decoder(config, ends, repeated(number, make), Shape(number, heads, width, hidden))


def gpt2(config: Config) -> Model:
    """GPT-2: one matrix for queries, keys and values, learned positions, a tied head."""
    hidden, number, heads = config.count("n_embd"), config.layers("n_layer"), config.count("n_head")
    width, inner = _width(config, "n_embd", hidden, heads), config.count("n_inner", 4 * hidden)
    own = Heads(heads, heads, width, True, True, ("attn.c_attn", "attn.c_proj"))
    products, attention = attention_of(own, hidden)
    products += feed_forward(("mlp.c_fc", "mlp.c_proj"), hidden, inner, (TARGET, own.names[-1]), bias=True)
    tied = config.flag("tie_word_embeddings", True)
    ends = Ends(config.count("vocab_size"), hidden, tied, 2 * hidden, config.count("n_positions"))
    layers = [layer(products, attention, 4 * hidden)] * number
    return decoder(config, ends, layers, Shape(number, heads, width, hidden))


def gpt_neox(config: Config) -> Model:
    """GPT-NeoX and Pythia: attention and feed-forward beside or behind each other."""
    hidden, number = config.count("hidden_size"), config.layers("num_hidden_layers")
    heads, bias = config.count("num_attention_heads"), config.flag("attention_bias", True)
    width = _width(config, "hidden_size", hidden, heads)
    own = Heads(heads, heads, width, bias, bias, ("attention.query_key_value", "attention.dense"))
    products, attention = attention_of(own, hidden)
    reads = (TARGET,) if config.flag("use_parallel_residual", True) else (TARGET, own.names[-1])
    names = ("mlp.dense_h_to_4h", "mlp.dense_4h_to_h")
    products += feed_forward(names, hidden, config.count("intermediate_size"), reads, bias=True)
    ends = Ends(config.count("vocab_size"), hidden, config.flag("tie_word_embeddings", False), 2 * hidden)
    layers = [layer(products, attention, 4 * hidden)] * number
    return decoder(config, ends, layers, Shape(number, heads, width, hidden))


def falcon(config: Config) -> Model:
    """Falcon: one key and value head, grouped ones (new decoder architecture), or all."""
    hidden, number = config.count("hidden_size"), config.layers("num_hidden_layers")
    heads, bias = config.count("num_attention_heads"), config.flag("bias", False)
    width = _width(config, "hidden_size", hidden, heads)
    grouped, parallel = config.flag("new_decoder_architecture", False), config.flag("parallel_attn", True)
    single = config.flag("multi_query", True)
    kv = grouped_heads(config, heads, "num_kv_heads") if grouped else 1 if single else heads
    norms = config.count("num_ln_in_parallel_attn", 2 if grouped else 1) if parallel else 2
    own = Heads(heads, kv, width, bias, bias, ("self_attention.query_key_value", "self_attention.dense"))
    products, attention = attention_of(own, hidden)
    reads = (TARGET,) if parallel or grouped else (TARGET, own.names[-1])
    inner = config.count("ffn_hidden_size", 4 * hidden)
    products += feed_forward(("mlp.dense_h_to_4h", "mlp.dense_4h_to_h"), hidden, inner, reads, bias)
    ends = Ends(config.count("vocab_size"), hidden, config.flag("tie_word_embeddings", True), 2 * hidden)
    layers = [layer(products, attention, 2 * norms * hidden)] * number
    return decoder(config, ends, layers, Shape(number, heads, width, hidden))


def _width(config: Config, key: str, hidden: int, heads: int) -> int:
    if hidden % heads:
        config.refuse(key, f"{hidden} is not divisible by {heads} attention heads.")
    return hidden // heads
