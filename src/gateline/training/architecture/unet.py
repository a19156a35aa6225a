"""The denoising U-Net of Stable Diffusion 1, 2 and XL, as diffusers configures it (``UNet2DConditionModel``)."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateline.training.architecture.config import Config
from gateline.training.architecture.counting import DATA
from gateline.training.architecture.layers import attended, plain
from gateline.training.architecture.model import Model, Shape
from gateline.training.architecture.parts import SOURCE, Block, Product, Role, Rows

LATENT, TIME = "latent", "time"
ONE = Rows(fixed=1)

WANTED = {
    "mid_block_type": ("UNetMidBlock2DCrossAttn",),
    "time_embedding_type": ("positional",),
    "resnet_time_scale_shift": ("default",),
    "attention_type": ("default",),
    "addition_embed_type": ("text_time",),
}
"""Values that are read, where these keys have one."""

REFUSED = (
    "class_embed_type",
    "encoder_hid_dim_type",
    "num_attention_heads",
    "time_cond_proj_dim",
    "time_embedding_dim",
)
OFF = ("only_cross_attention", "dual_cross_attention", "class_embeddings_concat", "mid_block_only_cross_attention")


@dataclass(slots=True)
class _Net:
    """The blocks so far, the side of the square of latents [pixels], and what all blocks share."""

    side: int
    time: int
    text: int
    linear: bool
    blocks: list[Block] = field(default_factory=list)

    @property
    def rows(self) -> Rows:
        return Rows(fixed=self.side * self.side)

    def convolve(self, name: str, inputs: int, outputs: int, kernel: int = 3, data: bool = False) -> None:
        """A convolution by itself."""
        reads = (DATA,) if data else (LATENT,)
        product = Product(name, inputs * kernel**2, outputs, self.rows, reads, "convolutions", bias=True)
        self.blocks.append(Block(name, Role.BETWEEN, LATENT, (product,), normed=False))

    def residual(self, inputs: int, outputs: int) -> None:
        """Two convolutions with the time between them, and a shortcut where the width changes."""
        group = "convolutions"
        products = [
            Product("conv1", 9 * inputs, outputs, self.rows, (LATENT,), group, bias=True),
            Product("time_emb_proj", self.time, outputs, ONE, (TIME,), "time", bias=True),
            Product("conv2", 9 * outputs, outputs, self.rows, ("conv1",), group, bias=True),
        ]
        if inputs != outputs:
            products.append(Product("conv_shortcut", inputs, outputs, self.rows, (LATENT,), group, bias=True))
        vectors = 2 * inputs + 2 * outputs
        self.blocks.append(Block("residual", Role.LAYER, LATENT, tuple(products), vectors=vectors))

    def transformer(self, width: int, heads: int, depth: int) -> None:
        """Layers of self-attention, attention to the text and a gated feed-forward part."""
        kind = "attention projections"
        ends = [Product(name, width, width, self.rows, (LATENT,), kind, bias=True) for name in ("proj_in", "proj_out")]
        each, bare = width // heads, (False, False, False, True)
        own, scores = attended(_names("attn1"), width, heads, each, self.rows, LATENT, bare)
        memory, reads = (DATA, Rows(source=1), self.text), ("attn1.to_out",)
        cross, crossed = attended(
            _names("attn2"), width, heads, each, self.rows, LATENT, bare, reads=reads, memory=memory
        )
        feed = plain(("ff.gate", "ff.value", "ff.out"), width, 4 * width, self.rows, (LATENT, "attn2.to_out"))
        layer = Block("transformer", Role.LAYER, LATENT, (*own, *cross, *feed), (scores, crossed), vectors=6 * width)
        self.blocks += [
            Block("proj_in", Role.BETWEEN, LATENT, (ends[0],), vectors=2 * width),
            *[layer] * depth,
            Block("proj_out", Role.BETWEEN, LATENT, (ends[1],), normed=False),
        ]


def _names(prefix: str) -> tuple[str, str, str, str]:
    return f"{prefix}.to_q", f"{prefix}.to_k", f"{prefix}.to_v", f"{prefix}.to_out"


@dataclass(frozen=True, slots=True)
class _Stage:
    """One resolution: its width, how many residual blocks, the heads, and layers of each transformer (0 for none)."""

    width: int
    residuals: int
    heads: int
    down: int
    up: int


def unet(config: Config) -> Model:
    """The U-Net; per image of the configured size, for a text of `source` tokens."""
    _check(config)
    widths = config.counts("block_out_channels")
    stages = _stages(config, widths)
    side, last = config.count("sample_size"), len(widths) - 1
    if side % 2**last:
        config.refuse("sample_size", f"{side} cannot be halved {last} times.")
    net = _Net(side, 4 * widths[0], config.count("cross_attention_dim"), config.flag("use_linear_projection", False))
    net.blocks.append(_time(config, widths[0], net.time))
    inputs, outputs = config.count("in_channels"), config.count("out_channels")
    net.convolve("conv_in", inputs, widths[0], config.count("conv_in_kernel", 3), data=True)
    skips = _down(net, stages)
    net.residual(widths[-1], widths[-1])
    net.transformer(widths[-1], stages[-1].heads, config.counts("transformer_layers_per_block", [1])[-1])
    net.residual(widths[-1], widths[-1])
    _up(net, stages, skips)
    net.blocks.append(Block("norm", Role.BETWEEN, LATENT, vectors=2 * widths[0]))
    net.convolve("conv_out", widths[0], outputs, config.count("conv_out_kernel", 3))
    shape = Shape(len(widths), stages[-1].heads, widths[-1] // stages[-1].heads, widths[-1])
    pixels = Rows(fixed=inputs * side * side)
    remarks = ("One denoising step of one image; the text encoder and the image autoencoder are not in it.",)
    return Model(config.text("_class_name"), tuple(net.blocks), shape, (SOURCE,), "image", pixels, remarks)


def _down(net: _Net, stages: list[_Stage]) -> list[int]:
    """The way down; the widths that the way up joins again."""
    width = stages[0].width
    skips = [width]
    for number, stage in enumerate(stages):
        for _ in range(stage.residuals):
            net.residual(width, stage.width)
            width = stage.width
            if stage.down:
                net.transformer(width, stage.heads, stage.down)
            skips.append(width)
        if number < len(stages) - 1:
            net.side //= 2
            net.convolve("downsample", width, width)
            skips.append(width)
    return skips


def _up(net: _Net, stages: list[_Stage], skips: list[int]) -> None:
    width = stages[-1].width
    for number, stage in reversed(list(enumerate(stages))):
        for _ in range(stage.residuals + 1):
            net.residual(width + skips.pop(), stage.width)
            width = stage.width
            if stage.up:
                net.transformer(width, stage.heads, stage.up)
        if number:
            net.side *= 2
            net.convolve("upsample", width, width)


def _time(config: Config, width: int, time: int) -> Block:
    products = [
        Product("time_embedding.linear_1", width, time, ONE, (DATA,), "time", bias=True),
        Product("time_embedding.linear_2", time, time, ONE, ("time_embedding.linear_1",), "time", bias=True),
    ]
    if config.has("addition_embed_type"):
        more = config.count("projection_class_embeddings_input_dim")
        products += [
            Product("add_embedding.linear_1", more, time, ONE, (DATA,), "time", bias=True),
            Product("add_embedding.linear_2", time, time, ONE, ("add_embedding.linear_1",), "time", bias=True),
        ]
    return Block("time", Role.EMBEDDING, TIME, tuple(products))


def _check(config: Config) -> None:
    for key, known in WANTED.items():
        if config.has(key) and config.text(key) not in known:
            config.refuse(key, f"only {' or '.join(known)} can be counted.")
    for key in REFUSED:
        if config.has(key):
            config.refuse(key, "a U-Net with this key cannot be counted yet.")
    for key in OFF:
        if config.flag(key, False):
            config.refuse(key, "a U-Net in which this is true cannot be counted yet.")


def _stages(config: Config, widths: list[int]) -> list[_Stage]:
    number = len(widths)
    downs = config.texts("down_block_types", number)
    ups = config.texts("up_block_types", number)
    if downs is None or ups is None:
        config.refuse("down_block_types", "and up_block_types are required.")
    for kind in (*downs, *ups):
        if kind.replace("CrossAttn", "") not in ("DownBlock2D", "UpBlock2D"):
            config.refuse("down_block_types", "and up_block_types: only (CrossAttn)DownBlock2D and UpBlock2D are read.")
    residuals = _each(config, "layers_per_block", number, 2)
    heads, depths = (
        _each(config, "attention_head_dim", number, 8),
        _each(config, "transformer_layers_per_block", number, 1),
    )
    for width, count in zip(widths, heads, strict=True):
        if width % count:
            config.refuse("attention_head_dim", f"{count} heads do not divide the width {width}.")
    return [
        _Stage(
            widths[index],
            residuals[index],
            heads[index],
            depths[index] if downs[index].startswith("Cross") else 0,
            depths[index] if ups[number - 1 - index].startswith("Cross") else 0,
        )
        for index in range(number)
    ]


def _each(config: Config, key: str, number: int, default: int) -> list[int]:
    values = config.counts(key, [default])
    values = values * number if len(values) == 1 else values
    if len(values) != number:
        config.refuse(key, f"has {len(values)} entries; {number} are expected, one for each resolution.")
    return values
