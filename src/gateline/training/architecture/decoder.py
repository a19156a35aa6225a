"""Layers of a decoder, from the choices in which the families differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateline.training.architecture.config import Config
from gateline.training.architecture.model import Model, Shape
from gateline.training.architecture.parts import PER_TARGET, TARGET, Attention, Block, Product, Role, Table

TOKENS = PER_TARGET
SELF = "attention scores of self"


@dataclass(frozen=True, slots=True)
class Heads:
    """Self-attention of one layer: queries, keys, values and output, with their biases.

    Attributes
    ----------
    kv : int
        Key and value heads: as many as `count`, fewer (grouped), or one.
    names : tuple of str
        The matrices in the checkpoint: query, key, value and output, or one fused matrix and the output.
    """

    count: int
    kv: int
    width: int
    bias: bool = False
    output_bias: bool = False
    names: tuple[str, ...] = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj")
    window: int | None = None
    chunk: int | None = None


def attention_of(heads: Heads, hidden: int) -> tuple[list[Product], Attention]:
    """The products and the attention of one layer."""
    *inner, output = heads.names
    sizes = [heads.count * heads.width, heads.kv * heads.width, heads.kv * heads.width]
    if len(inner) == 1:
        sizes = [sum(sizes)]
    products = [
        Product(name, hidden, size, TOKENS, (TARGET,), "attention projections", heads.bias)
        for name, size in zip(inner, sizes, strict=True)
    ]
    products.append(
        Product(output, heads.count * heads.width, hidden, TOKENS, (SELF,), "attention projections", heads.output_bias)
    )
    attention = Attention(
        SELF,
        heads.count,
        heads.width,
        heads.width,
        TOKENS,
        TOKENS,
        (inner[0],),
        (inner[len(inner) // 2],),
        (inner[-1],),
        causal=True,
        window=heads.window,
        chunk=heads.chunk,
    )
    return products, attention


def feed_forward(
    names: tuple[str, ...],
    hidden: int,
    inner: int,
    reads: tuple[str, ...],
    bias: bool = False,
    group: str = "feed-forward",
    experts: tuple[int, int] = (1, 1),
) -> list[Product]:
    """Gate, up and down; or up and down; or a fused gate and up, and down.

    Parameters
    ----------
    names : tuple of str
        Three names: gated. Two: plain; gated and fused where the first name has ``gate_up`` in it.
    experts : pair of int
        How many there are, and how many of them a token goes through.
    """
    *first, last = names
    fused = len(first) == 1 and "gate_up" in first[0]
    products = [
        Product(name, hidden, inner * (2 if fused else 1), TOKENS, reads, group, bias, *experts) for name in first
    ]
    return [*products, Product(last, inner, hidden, TOKENS, tuple(first), group, bias, *experts)]


GATED = ("mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")
EXPERTS = ("mlp.experts.gate_up_proj", "mlp.experts.down_proj")


@dataclass(frozen=True, slots=True)
class Experts:
    """A mixture of experts in place of the feed-forward part.

    Attributes
    ----------
    shared : int
        Inner width of the experts that every token goes through; 0 for none.
    shared_gate : bool
        Whether a product with one output weighs the shared expert.
    """

    count: int
    chosen: int
    inner: int
    shared: int = 0
    shared_gate: bool = False
    bias: bool = False
    router: str = "mlp.gate"
    shared_name: str = "mlp.shared_experts"

    def products(self, hidden: int, reads: tuple[str, ...]) -> list[Product]:
        """The router, the experts and the shared expert."""
        router = Product(self.router, hidden, self.count, TOKENS, reads, "router", self.bias)
        experts = feed_forward(EXPERTS, hidden, self.inner, reads, self.bias, "experts", (self.count, self.chosen))
        if not self.shared:
            return [router, *experts]
        names = tuple(f"{self.shared_name}.{part}_proj" for part in ("gate", "up", "down"))
        shared = feed_forward(names, hidden, self.shared, reads, group="shared experts")
        gate = [Product("mlp.shared_expert_gate", hidden, 1, TOKENS, reads, "router")] if self.shared_gate else []
        return [router, *experts, *shared, *gate]


@dataclass(frozen=True, slots=True)
class Ends:
    """What stands before and after the layers.

    Attributes
    ----------
    positions : int
        Learned positions; 0 for none.
    norm, head_bias
        Parameters of the last norm, and whether the language head has a bias.
    """

    vocabulary: int
    hidden: int
    tied: bool
    norm: int
    positions: int = 0
    head_bias: bool = False


def layer(products: list[Product], attention: Attention | None, vectors: int, normed: bool = True) -> Block:
    """One layer of a decoder."""
    found = () if attention is None else (attention,)
    return Block("layer", Role.LAYER, TARGET, tuple(products), found, vectors=vectors, normed=normed)


def decoder(config: Config, ends: Ends, layers: list[Block], shape: Shape, after: tuple[Block, ...] = ()) -> Model:
    """The model of these layers between token embeddings and a language head, and what comes `after` it."""
    tables = [Table("embed_tokens", ends.vocabulary, ends.hidden)]
    if ends.positions:
        tables.append(Table("positions", ends.positions, ends.hidden))
    first = Block("embeddings", Role.EMBEDDING, TARGET, tables=tuple(tables))
    head = Product(
        "lm_head", ends.hidden, ends.vocabulary, TOKENS, (TARGET,), "language head", ends.head_bias, tied=ends.tied
    )
    last = Block("head", Role.HEAD, TARGET, (head,), vectors=ends.norm)
    return Model(config.text("model_type"), (first, *layers, last, *after), shape)


def repeated(number: int, make: Callable[[int], Block]) -> list[Block]:
    """Layers from `make`, equal ones being one object."""
    made: dict[tuple[object, ...], Block] = {}
    blocks = []
    for index in range(number):
        block = make(index)
        blocks.append(made.setdefault((block.products, block.attention, block.vectors), block))
    return blocks


def head_width(config: Config, hidden: int, heads: int) -> int:
    """`head_dim`, or the hidden size over the heads, which then has to divide."""
    if config.has("head_dim"):
        return config.count("head_dim")
    if hidden % heads:
        config.refuse(
            "hidden_size", f"{hidden} is not divisible by {heads} attention heads, and head_dim is not given."
        )
    return hidden // heads


def grouped_heads(config: Config, heads: int, key: str = "num_key_value_heads") -> int:
    """The key and value heads: as many as heads where not said; a divisor of them."""
    kv = config.count(key, heads)
    if heads % kv:
        config.refuse(key, f"{kv} does not divide the {heads} attention heads.")
    return kv


def chosen(config: Config, key: str, experts: int) -> int:
    """How many experts a token goes through; not more than there are."""
    number = config.count(key)
    if number > experts:
        config.refuse(key, f"{number} is more than the {experts} experts that there are.")
    return number


def windows(config: Config, number: int, default: Callable[[int], bool]) -> list[int | None]:
    """The window of each layer: by `layer_types` where given, else where `default` says so."""
    window = config.optional("sliding_window")
    types = config.texts("layer_types", number)
    if types is None:
        return [window if window is not None and default(index) else None for index in range(number)]
    for word in types:
        if word not in ("full_attention", "sliding_attention", "attention", "hybrid"):
            config.refuse("layer_types", f"'{word[:40]}' is neither full_attention nor sliding_attention.")
    if window is None and "sliding_attention" in types:
        config.refuse("sliding_window", "is missing; layer_types has sliding_attention.")
    return [window if word == "sliding_attention" else None for word in types]
