"""Diffusion transformers of diffusers: DiT (class-conditioned) and Stable Diffusion 3 (joint attention with the text)."""

from __future__ import annotations

from gateline.training.architecture.config import Config
from gateline.training.architecture.counting import DATA
from gateline.training.architecture.layers import attended, plain
from gateline.training.architecture.model import Model, Shape
from gateline.training.architecture.parts import SOURCE, Attention, Block, Product, Role, Rows, Table

LATENT, TIME, TEXT = "latent", "time", "text"
FREQUENCIES = 256
"""Width of the sinusoidal features of a time step, fixed in the code of diffusers."""
ONE = Rows(fixed=1)


def _linear(name: str, inputs: int, outputs: int, rows: Rows, reads: str, group: str = "conditioning") -> Product:
    return Product(name, inputs, outputs, rows, (reads,), group, bias=True)


def _twice(name: str, inputs: int, hidden: int, rows: Rows) -> list[Product]:
    """Two products, as time steps and pooled text are embedded."""
    first = f"{name}.linear_1"
    return [_linear(first, inputs, hidden, rows, DATA), _linear(f"{name}.linear_2", hidden, hidden, rows, first)]


def _patches(config: Config, hidden: int) -> tuple[Product, Rows, int]:
    """The embedding of patches, how many there are, and the numbers in one."""
    side, patch = config.count("sample_size"), config.count("patch_size")
    if side % patch:
        config.refuse("sample_size", f"{side} is not divisible by the patch of {patch}.")
    rows, inputs = Rows(fixed=(side // patch) ** 2), config.count("in_channels")
    return _linear("pos_embed.proj", inputs * patch**2, hidden, rows, DATA, "patches"), rows, patch**2


def dit(config: Config) -> Model:
    """DiT: every layer embeds time step and class for itself; the output uses those of the first layer once more."""
    if config.text("norm_type", "ada_norm_zero") != "ada_norm_zero":
        config.refuse("norm_type", "only ada_norm_zero can be counted.")
    heads, width = config.count("num_attention_heads"), config.count("attention_head_dim")
    hidden, number = heads * width, config.layers("num_layers")
    embed, rows, patch = _patches(config, hidden)
    bias = config.flag("attention_bias", True)
    names = ("attn1.to_q", "attn1.to_k", "attn1.to_v", "attn1.to_out")
    own, scores = attended(names, hidden, heads, width, rows, LATENT, (bias, bias, bias, True))
    feed = plain(("ff.in", "ff.out"), hidden, 4 * hidden, rows, (LATENT, "attn1.to_out"))
    classes = Table("class_embedder", config.count("num_embeds_ada_norm") + 1, hidden)

    def layer(passes: int) -> Block:
        time = _twice("timestep_embedder", FREQUENCIES, hidden, Rows(fixed=passes))
        modulation = _linear("norm1.linear", hidden, 6 * hidden, ONE, "timestep_embedder.linear_2")
        return Block("layer", Role.LAYER, LATENT, (*time, modulation, *own, *feed), (scores,), (classes,))

    channels = config.count("out_channels", config.count("in_channels"))
    out = (
        _linear("proj_out_1", hidden, 2 * hidden, ONE, LATENT),
        _linear("proj_out_2", hidden, patch * channels, rows, LATENT, "patches"),
    )
    first = Block("patches", Role.EMBEDDING, LATENT, (embed,), normed=False)
    layers = [layer(1 if index else 2) for index in range(min(number, 2))]
    blocks = (first, layers[0], *layers[1:] * (number - 1), Block("head", Role.HEAD, LATENT, out))
    return _model(config, blocks, Shape(number, heads, width, hidden), ())


def stable_diffusion_3(config: Config) -> Model:
    """Stable Diffusion 3: two streams, patches and text, that attend to each other; the last layer drops the text."""
    normed = config.has("qk_norm")
    if normed and config.text("qk_norm") != "rms_norm":
        config.refuse("qk_norm", "only rms_norm can be counted.")
    heads, width = config.count("num_attention_heads"), config.count("attention_head_dim")
    hidden, number = heads * width, config.layers("num_layers")
    embed, rows, patch = _patches(config, hidden)
    text = Rows(source=1)
    if config.count("caption_projection_dim") != hidden:
        config.refuse("caption_projection_dim", f"is not the inner width, {heads} heads × {width}.")
    time = _twice("timestep_embedder", FREQUENCIES, hidden, ONE)
    time += _twice("text_embedder", config.count("pooled_projection_dim"), hidden, ONE)
    context = _linear("context_embedder", config.count("joint_attention_dim"), hidden, text, DATA)
    dual = set(config.counts("dual_attention_layers", []))
    layers = [_joint(hidden, heads, rows, index in dual, index == number - 1, normed) for index in range(number)]
    out = (
        _linear("norm_out.linear", hidden, 2 * hidden, ONE, TIME),
        _linear("proj_out", hidden, patch * config.count("out_channels"), rows, LATENT, "patches"),
    )
    blocks = (
        Block("patches", Role.EMBEDDING, LATENT, (embed,), normed=False),
        Block("time", Role.EMBEDDING, TIME, tuple(time), normed=False),
        Block("text", Role.EMBEDDING, TEXT, (context,), normed=False),
        *layers,
        Block("head", Role.HEAD, LATENT, out),
    )
    return _model(config, blocks, Shape(number, heads, width, hidden), (SOURCE,))


def _joint(hidden: int, heads: int, rows: Rows, dual: bool, last: bool, normed: bool) -> Block:
    """One layer; the text stream is carried in the same block, as it always needs a gradient where patches do."""
    text, width, group = Rows(source=1), hidden // heads, "attention projections"
    both = Rows(source=1, fixed=rows.fixed)
    products = [
        _linear("norm1.linear", hidden, (9 if dual else 6) * hidden, ONE, TIME),
        _linear("norm1_context.linear", hidden, (2 if last else 6) * hidden, ONE, TIME),
        *(_linear(f"attn.to_{part}", hidden, hidden, rows, LATENT, group) for part in "qkv"),
        *(_linear(f"attn.add_{part}_proj", hidden, hidden, text, TEXT, group) for part in "qkv"),
    ]
    queries, keys, values = ((f"attn.to_{part}", f"attn.add_{part}_proj") for part in "qkv")
    attention = [Attention("joint scores", heads, width, width, both, both, queries, keys, values)]
    products.append(_linear("attn.to_out", hidden, hidden, rows, "joint scores", group))
    products += plain(("ff.in", "ff.out"), hidden, 4 * hidden, rows, ("attn.to_out",))
    if not last:
        products.append(_linear("attn.to_add_out", hidden, hidden, text, "joint scores", group))
        products += plain(("ff_context.in", "ff_context.out"), hidden, 4 * hidden, text, ("attn.to_add_out",))
    if dual:
        names = ("attn2.to_q", "attn2.to_k", "attn2.to_v", "attn2.to_out")
        own, scores = attended(names, hidden, heads, width, rows, LATENT)
        products += own
        attention.append(scores)
    vectors = (4 + 2 * dual) * width * normed
    return Block("layer", Role.LAYER, LATENT, tuple(products), tuple(attention), vectors=vectors)


def _model(config: Config, blocks: tuple[Block, ...], shape: Shape, axes: tuple[str, ...]) -> Model:
    given = Rows(fixed=config.count("in_channels") * config.count("sample_size") ** 2)
    remarks = ("One denoising step of one image; text encoders and the image autoencoder are not in it.",)
    return Model(config.text("_class_name"), blocks, shape, axes, "image", given, remarks)
