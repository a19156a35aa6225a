"""What a model is made of, for counting: matrix multiplications, attention, looked-up tables and vectors, in blocks.

A convolution is a matrix multiplication of the patch under the kernel. Nothing here knows a model family.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SOURCE, TARGET = "source", "target"


class Role(StrEnum):
    """What a block is in its model."""

    EMBEDDING = "embedding"
    LAYER = "layer"
    BETWEEN = "between layers"
    HEAD = "head"
    PREDICTION = "multi-token prediction"


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows enter an operation per sequence: so many per source token, per target token, and always.

    Examples
    --------
    >>> Rows(target=1).at(0, 4096)
    4096
    """

    source: int = 0
    target: int = 0
    fixed: int = 0

    def at(self, source: int, target: int) -> int:
        """The rows of one sequence of these lengths [tokens]."""
        return self.source * source + self.target * target + self.fixed


PER_TARGET = Rows(target=1)
"""One row for each token of a decoder."""


@dataclass(frozen=True, slots=True)
class Product:
    """A multiplication by a trained matrix, or several of one size.

    Attributes
    ----------
    name : str
        Path below the block, as the checkpoint calls it.
    inputs, outputs : int
        Size of the matrix; for a convolution, input channels per group × kernel, and output channels.
    reads : tuple of str
        The operations of the same block, or the streams, from which its input comes.
    stored, used : int
        How many matrices there are, and how many of them one row goes through. None is stored where the matrix is
        itself computed.
    group : str
        What the breakdown adds it to.
    tied : bool
        Whether the matrix is the embedding table, whose parameters are counted there.
    """

    name: str
    inputs: int
    outputs: int
    rows: Rows
    reads: tuple[str, ...]
    group: str
    bias: bool = False
    stored: int = 1
    used: int = 1
    tied: bool = False

    @property
    def weights(self) -> int:
        """The parameters of one matrix, without the bias."""
        return self.inputs * self.outputs

    def forward(self, rows: int) -> int:
        """Operations of so many rows: two for each multiplication with its addition."""
        return 2 * self.weights * self.used * rows


@dataclass(frozen=True, slots=True)
class Attention:
    """Scores of queries with keys, and the mean of values that they weigh: two multiplications without parameters.

    Attributes
    ----------
    key_width, value_width : int
        Widths of one head.
    of_queries, of_keys, of_values : tuple of str
        The operations that make them.
    causal : bool
        Whether a query sees only what stands before it and itself.
    window, chunk : int or None
        At most so many keys, the query's own included; or only keys of the same stretch of this length.
    blocked : bool
        Whether the code never leaves the chunk, so that even the full square is one of each chunk.
    """

    name: str
    heads: int
    key_width: int
    value_width: int
    queries: Rows
    keys: Rows
    of_queries: tuple[str, ...]
    of_keys: tuple[str, ...]
    of_values: tuple[str, ...]
    causal: bool = False
    window: int | None = None
    chunk: int | None = None
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Parameters that are looked up by an index, not multiplied."""

    name: str
    entries: int
    width: int

    @property
    def weights(self) -> int:
        """The parameters of the table."""
        return self.entries * self.width


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the model: what it computes, in order, and the parameters that are neither matrix nor table.

    Attributes
    ----------
    stream : str
        The sequence of states that it reads and adds to.
    vectors : int
        Parameters of norms, learned vectors, and biases that belong to no product.
    normed : bool
        Whether a trained norm stands before the products that read the stream.
    """

    name: str
    role: Role
    stream: str
    products: tuple[Product, ...] = ()
    attention: tuple[Attention, ...] = ()
    tables: tuple[Table, ...] = ()
    vectors: int = 0
    normed: bool = True

    @property
    def parameters(self) -> int:
        """All parameters that the block adds to the model."""
        own = sum(
            (0 if product.tied else product.weights * product.stored) + product.outputs * product.stored * product.bias
            for product in self.products
        )
        return own + sum(table.weights for table in self.tables) + self.vectors

    @property
    def idle(self) -> int:
        """Parameters of experts that one token does not go through."""
        return sum(
            (product.weights + product.outputs * product.bias) * (product.stored - product.used)
            for product in self.products
            if product.stored
        )
