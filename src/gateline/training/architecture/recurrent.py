"""State-space models: Mamba and Mamba-2."""

from __future__ import annotations

from gateline.training.architecture.config import Config
from gateline.training.architecture.decoder import TOKENS, Ends, decoder
from gateline.training.architecture.model import Model, Shape
from gateline.training.architecture.parts import TARGET, Attention, Block, Product, Role


def mamba(config: Config) -> Model:
    """Mamba: projections, a short convolution over each channel, and the state read out at every token.

    The update of the state is elementwise and is not counted; reading it out is a product of the state with a vector
    that the token makes.
    """
    hidden, number = config.count("hidden_size"), config.layers("num_hidden_layers")
    inner, state = config.count("expand", 2) * hidden, config.count("state_size")
    automatic = config.text("time_step_rank", "auto") == "auto"
    rank = -(-hidden // 16) if automatic else config.count("time_step_rank")
    bias, group = config.flag("use_bias", False), "projections"
    products = (
        Product("in_proj", hidden, 2 * inner, TOKENS, (TARGET,), group, bias),
        Product(
            "conv1d",
            config.count("conv_kernel", 4),
            inner,
            TOKENS,
            ("in_proj",),
            "convolutions",
            config.flag("use_conv_bias", True),
        ),
        Product("x_proj", inner, rank + 2 * state, TOKENS, ("conv1d",), group),
        Product("dt_proj", rank, inner, TOKENS, ("x_proj",), group, bias=True),
        Product("state", state, inner, TOKENS, ("x_proj", "dt_proj"), "state read-out", stored=0),
        Product("out_proj", inner, hidden, TOKENS, ("state",), group, bias),
    )
    layer = Block("layer", Role.LAYER, TARGET, products, vectors=hidden + inner * (state + 1))
    tied = config.flag("tie_word_embeddings", True)
    ends = Ends(config.count("vocab_size"), hidden, tied, hidden)
    return decoder(config, ends, [layer] * number, Shape(number, 1, 1, hidden))


def mamba2(config: Config) -> Model:
    """Mamba-2 as it is trained: within chunks like attention, between them by states.

    Each head scores the tokens of a chunk with one another, writes the chunk into its state, and reads the state of
    the chunks before. Carrying the state from chunk to chunk is elementwise and is not counted.

    References
    ----------
    .. [1] Dao and Gu, arXiv:2405.21060, section 6.
    """
    hidden, number = config.count("hidden_size"), config.layers("num_hidden_layers")
    inner, state = config.count("expand", 2) * hidden, config.count("state_size")
    heads, width = config.count("num_heads"), config.count("head_dim")
    if heads * width != inner:
        config.refuse("num_heads", f"{heads} heads of {width} are not the inner width {inner}.")
    mixed = inner + 2 * config.count("n_groups", 1) * state
    bias, group, scores = config.flag("use_bias", False), "projections", "scores within chunks"
    kernel, convolved = config.count("conv_kernel", 4), config.flag("use_conv_bias", True)
    made = ("conv1d",)
    products = (
        Product("in_proj", hidden, inner + mixed + heads, TOKENS, (TARGET,), group, bias),
        Product("conv1d", kernel, mixed, TOKENS, ("in_proj",), "convolutions", convolved),
        Product("state in", state, inner, TOKENS, made, "state", stored=0),
        Product("state out", state, inner, TOKENS, ("state in", *made), "state", stored=0),
        Product("out_proj", inner, hidden, TOKENS, (scores, "state out"), group, bias),
    )
    chunk = config.count("chunk_size")
    within = Attention(
        scores, heads, state, width, TOKENS, TOKENS, made, made, made, causal=True, chunk=chunk, blocked=True
    )
    layer = Block("layer", Role.LAYER, TARGET, products, (within,), vectors=hidden + inner + 3 * heads)
    ends = Ends(config.count("vocab_size"), hidden, config.flag("tie_word_embeddings", False), hidden)
    return decoder(config, ends, [layer] * number, Shape(number, heads, width, hidden))
