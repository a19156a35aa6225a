"""Encoder-decoders: T5 and Whisper."""

from __future__ import annotations

from gateline.training.architecture.config import Config
from gateline.training.architecture.counting import DATA
from gateline.training.architecture.layers import attended, plain
from gateline.training.architecture.model import Model, Shape
from gateline.training.architecture.parts import SOURCE, TARGET, Block, Product, Role, Rows, Table

ENCODED, DECODED = Rows(source=1), Rows(target=1)


def _names(prefix: str) -> tuple[str, str, str, str]:
    return f"{prefix}.q", f"{prefix}.k", f"{prefix}.v", f"{prefix}.o"


def t5(config: Config) -> Model:
    """T5: relative positions of the first layer shared by all, embeddings tied unless the file says otherwise."""
    hidden, heads, width = config.count("d_model"), config.count("num_heads"), config.count("d_kv")
    inner, number = config.count("d_ff"), config.layers("num_layers")
    decoders, vocabulary = config.layers("num_decoder_layers", number), config.count("vocab_size")
    buckets = Table("relative_attention_bias", config.count("relative_attention_num_buckets", 32), heads)
    gated = config.text("feed_forward_proj", "relu").startswith("gated")
    feed = ("wi_0", "wi_1", "wo") if gated else ("wi", "wo")
    bare = (False,) * 4
    own, scores = attended(_names("SelfAttention"), hidden, heads, width, ENCODED, SOURCE, bare)
    own += plain(feed, hidden, inner, ENCODED, (SOURCE, "SelfAttention.o"), bias=False)
    encoder = Block("encoder", Role.LAYER, SOURCE, tuple(own), (scores,), vectors=2 * hidden)
    decoder = _decoder_layer(hidden, heads, width, inner, feed)
    tied = config.flag("tie_word_embeddings", True)
    head = Product("lm_head", hidden, vocabulary, DECODED, (TARGET,), "language head", tied=tied)
    blocks = (
        Block("embeddings", Role.EMBEDDING, SOURCE, tables=(Table("shared", vocabulary, hidden), buckets)),
        Block("embeddings", Role.EMBEDDING, TARGET, tables=(buckets,)),
        *[encoder] * number,
        Block("encoder norm", Role.BETWEEN, SOURCE, vectors=hidden),
        *[decoder] * decoders,
        Block("head", Role.HEAD, TARGET, (head,), vectors=hidden),
    )
    shape = Shape(number + decoders, heads, width, hidden)
    return Model(config.text("model_type"), blocks, shape, (SOURCE, TARGET), main_input=ENCODED)


def _decoder_layer(hidden: int, heads: int, width: int, inner: int, feed: tuple[str, ...]) -> Block:
    bare = (False,) * 4
    own, scores = attended(_names("SelfAttention"), hidden, heads, width, DECODED, TARGET, bare, causal=True)
    memory = (SOURCE, ENCODED, hidden)
    cross, crossed = attended(
        _names("EncDecAttention"),
        hidden,
        heads,
        width,
        DECODED,
        TARGET,
        bare,
        reads=("SelfAttention.o",),
        memory=memory,
    )
    products = own + cross + plain(feed, hidden, inner, DECODED, (TARGET, "EncDecAttention.o"), bias=False)
    return Block("decoder", Role.LAYER, TARGET, tuple(products), (scores, crossed), vectors=3 * hidden)


def whisper(config: Config) -> Model:
    """Whisper: clips of one length (two mel frames for each position of the encoder), text of any length."""
    hidden, mel = config.count("d_model"), config.count("num_mel_bins")
    positions, vocabulary = config.count("max_source_positions"), config.count("vocab_size")
    encoders, decoders = config.layers("encoder_layers"), config.layers("decoder_layers")
    frames, heard = Rows(fixed=2 * positions), Rows(fixed=positions)
    first = Product("conv1", 3 * mel, hidden, frames, (DATA,), "convolutions", bias=True)
    second = Product("conv2", 3 * hidden, hidden, heard, ("conv1",), "convolutions", bias=True)
    heads = config.count("encoder_attention_heads")
    own, scores = attended(_half("self_attn"), hidden, heads, _width(config, hidden, heads), heard, SOURCE, BIASES)
    own += plain(("fc1", "fc2"), hidden, config.count("encoder_ffn_dim"), heard, (SOURCE, "self_attn.out_proj"))
    encoder = Block("encoder", Role.LAYER, SOURCE, tuple(own), (scores,), vectors=4 * hidden)
    decoder, width = _whisper_decoder(config, hidden, heard)
    tied = config.flag("tie_word_embeddings", True)
    head = Product("proj_out", hidden, vocabulary, DECODED, (TARGET,), "language head", tied=tied)
    tables = (
        Table("embed_tokens", vocabulary, hidden),
        Table("embed_positions", config.count("max_target_positions"), hidden),
    )
    blocks = (
        Block("convolutions", Role.EMBEDDING, SOURCE, (first, second), tables=(Table("positions", positions, hidden),)),
        Block("embeddings", Role.EMBEDDING, TARGET, tables=tables),
        *[encoder] * encoders,
        Block("encoder norm", Role.BETWEEN, SOURCE, vectors=2 * hidden),
        *[decoder] * decoders,
        Block("head", Role.HEAD, TARGET, (head,), vectors=2 * hidden),
    )
    shape = Shape(encoders + decoders, config.count("decoder_attention_heads"), width, hidden)
    given = Rows(fixed=2 * positions * mel)
    return Model(config.text("model_type"), blocks, shape, (TARGET,), "clip", given)


BIASES = (True, False, True, True)


def _half(prefix: str) -> tuple[str, str, str, str]:
    return f"{prefix}.q_proj", f"{prefix}.k_proj", f"{prefix}.v_proj", f"{prefix}.out_proj"


def _whisper_decoder(config: Config, hidden: int, heard: Rows) -> tuple[Block, int]:
    heads = config.count("decoder_attention_heads")
    width = _width(config, hidden, heads)
    own, scores = attended(_half("self_attn"), hidden, heads, width, DECODED, TARGET, BIASES, causal=True)
    memory = (SOURCE, heard, hidden)
    reads = ("self_attn.out_proj",)
    cross, crossed = attended(
        _half("encoder_attn"), hidden, heads, width, DECODED, TARGET, BIASES, reads=reads, memory=memory
    )
    feed = plain(("fc1", "fc2"), hidden, config.count("decoder_ffn_dim"), DECODED, (TARGET, "encoder_attn.out_proj"))
    return Block("decoder", Role.LAYER, TARGET, (*own, *cross, *feed), (scores, crossed), vectors=6 * hidden), width


def _width(config: Config, hidden: int, heads: int) -> int:
    if hidden % heads:
        config.refuse("d_model", f"{hidden} is not divisible by {heads} attention heads.")
    return hidden // heads
