"""Encoders: BERT and RoBERTa with their masked-language head, and the vision transformer."""

from __future__ import annotations

from gateline.training.architecture.config import Config
from gateline.training.architecture.counting import DATA
from gateline.training.architecture.layers import attended, plain
from gateline.training.architecture.model import Model, Shape
from gateline.training.architecture.parts import SOURCE, Block, Product, Role, Rows, Table

TOKENS = Rows(source=1)
NAMES = ("attention.query", "attention.key", "attention.value", "attention.output")
FEED = ("intermediate.dense", "output.dense")


def _shape(config: Config) -> Shape:
    hidden, heads = config.count("hidden_size"), config.count("num_attention_heads")
    if hidden % heads:
        config.refuse("hidden_size", f"{hidden} is not divisible by {heads} attention heads.")
    return Shape(config.layers("num_hidden_layers"), heads, hidden // heads, hidden)


def bert(config: Config) -> Model:
    """BERT or RoBERTa with the head for masked words, which every position passes; no pooler."""
    if config.flag("is_decoder", False) or config.flag("add_cross_attention", False):
        config.refuse("is_decoder", "a BERT that decodes is not read. Describe the model under another family.")
    shape, vocabulary = _shape(config), config.count("vocab_size")
    hidden = shape.hidden
    tables = (
        Table("word_embeddings", vocabulary, hidden),
        Table("position_embeddings", config.count("max_position_embeddings"), hidden),
        Table("token_type_embeddings", config.count("type_vocab_size", 2), hidden),
    )
    first = Block("embeddings", Role.EMBEDDING, SOURCE, tables=tables, vectors=2 * hidden, normed=False)
    products, attention = attended(NAMES, hidden, shape.heads, shape.head_width, TOKENS, SOURCE)
    products += plain(FEED, hidden, config.count("intermediate_size"), TOKENS, (SOURCE, NAMES[-1]))
    layer = Block("layer", Role.LAYER, SOURCE, tuple(products), (attention,), vectors=4 * hidden, normed=False)
    transform = Product("transform", hidden, hidden, TOKENS, (SOURCE,), "language head", bias=True)
    tied = config.flag("tie_word_embeddings", True)
    head = Product("decoder", hidden, vocabulary, TOKENS, ("transform",), "language head", bias=True, tied=tied)
    last = Block("head", Role.HEAD, SOURCE, (transform, head), vectors=2 * hidden, normed=False)
    blocks = (first, *[layer] * shape.layers, last)
    remarks = (
        "The head for masked words is counted at every position; the pooler and the next-sentence head are not.",
    )
    return Model(config.text("model_type"), blocks, shape, (SOURCE,), main_input=TOKENS, remarks=remarks)


def vit(config: Config) -> Model:
    """The vision transformer, for images of the configured size; with a classifier where labels are given."""
    shape = _shape(config)
    hidden, channels = shape.hidden, config.count("num_channels", 3)
    height, width = _pair(config, "image_size")
    down, across = _pair(config, "patch_size")
    if height % down or width % across:
        config.refuse("image_size", f"{height} × {width} is not divisible by the patch of {down} × {across}.")
    patches = (height // down) * (width // across)
    rows = Rows(fixed=patches + 1)
    embed = Product("patches", channels * down * across, hidden, Rows(fixed=patches), (DATA,), "patches", bias=True)
    first = Block("embeddings", Role.EMBEDDING, SOURCE, (embed,), vectors=hidden * (patches + 2), normed=False)
    bias = config.flag("qkv_bias", True)
    products, attention = attended(NAMES, hidden, shape.heads, shape.head_width, rows, SOURCE, (bias, bias, bias, True))
    products += plain(FEED, hidden, config.count("intermediate_size"), rows, (SOURCE, NAMES[-1]))
    layer = Block("layer", Role.LAYER, SOURCE, tuple(products), (attention,), vectors=4 * hidden)
    labels = config.count("num_labels", config.size("id2label"), zero=True)
    one = Rows(fixed=1)
    head = (Product("classifier", hidden, labels, one, (SOURCE,), "classifier", bias=True),) if labels else ()
    last = Block("head", Role.HEAD, SOURCE, head, vectors=2 * hidden)
    blocks = (first, *[layer] * shape.layers, last)
    pixels = Rows(fixed=channels * height * width)
    remarks = () if labels else ("No labels are configured, so no classifier is counted.",)
    return Model(config.text("model_type"), blocks, shape, (), "image", pixels, remarks)


def _pair(config: Config, key: str) -> tuple[int, int]:
    sizes = config.counts(key)
    if len(sizes) not in (1, 2):
        config.refuse(key, "one whole number, or height and width, is expected here.")
    return sizes[0], sizes[-1]
