"""Which parameters are trained: all, all but frozen ones, or adapters of low rank."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateline.errors import InputError
from gateline.numerals import clip
from gateline.training.architecture.parts import Block, Product, Role

ALL_LINEAR = "all-linear"


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is trained.

    Attributes
    ----------
    frozen_layers : int
        So many layers, from the first, are not trained. With an encoder, its layers come first.
    frozen_embeddings, frozen_head : bool
        Whether the embeddings and the language head are not trained; a tied head follows the embeddings.
    rank : int
        Rank of the adapters (LoRA); with it nothing but the adapters is trained.
    targets : tuple of str
        Last part of the name of the matrices that get adapters, such as ``q_proj``; or ``all-linear``, every matrix
        but those of the embeddings and the head.

    References
    ----------
    .. [1] Hu et al., arXiv:2106.09685, section 4.1.
    """

    frozen_layers: int = 0
    frozen_embeddings: bool = False
    frozen_head: bool = False
    rank: int = 0
    targets: tuple[str, ...] = ()

    def trains_base(self, block: Block, layer: int) -> bool:
        """Whether the block's own parameters are trained; `layer` is its number among the layers."""
        if self.rank:
            return False
        if block.role is Role.EMBEDDING:
            return not self.frozen_embeddings
        return not self.frozen_head if block.role is Role.HEAD else layer >= self.frozen_layers

    def trains_product(self, product: Product, base: bool) -> bool:
        """Whether a matrix is trained, in a block whose own parameters are (`base`)."""
        return product.group == "adapter" or (not (self.rank or self.frozen_embeddings) if product.tied else base)

    def adapt(self, block: Block) -> Block:
        """The block with its adapters, each pair after the matrix that it adapts."""
        products = [part for product in block.products for part in (product, *self._adapters(block, product))]
        return replace(block, products=tuple(products))

    def check(self, blocks: tuple[Block, ...]) -> None:
        """Refuse a tuning that names what the model does not have.

        Raises
        ------
        InputError
            For more frozen layers than there are, targets without a rank or unknown ones, a negative number.
        """
        layers = sum(block.role is Role.LAYER for block in blocks)
        if not 0 <= self.frozen_layers <= layers:
            raise InputError(f"frozen_layers: {self.frozen_layers} is not between 0 and the model's {layers} layers.")
        if self.rank < 0 or bool(self.rank) != bool(self.targets):
            raise InputError("rank and targets: adapters need a positive rank and at least one target, or neither.")
        if self.rank and (self.frozen_layers or self.frozen_embeddings or self.frozen_head):
            raise InputError("rank: with adapters all other parameters are frozen; leave the frozen parts out.")
        names = sorted({_last(product) for block in blocks if block.role is Role.LAYER for product in block.products})
        for target in self.targets:
            if target != ALL_LINEAR and target not in names:
                raise InputError(
                    f"targets: '{clip(target)}' is no matrix of this model. It has {', '.join(names)}; or {ALL_LINEAR}."
                )

    def _adapters(self, block: Block, product: Product) -> list[Product]:
        if not self.rank or block.role is not Role.LAYER:
            return []
        if ALL_LINEAR not in self.targets and _last(product) not in self.targets:
            return []
        down = replace(product, name=f"{product.name}.lora_A", outputs=self.rank, bias=False, group="adapter")
        up = replace(down, name=f"{product.name}.lora_B", inputs=self.rank, outputs=product.outputs, reads=(down.name,))
        return [down, up]


def _last(product: Product) -> str:
    return product.name.rpartition(".")[2]


FULL = Tuning()
"""Everything is trained."""
