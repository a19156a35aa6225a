"""Attention and plain feed-forward parts that encoders, encoder-decoders and diffusion models share."""

from __future__ import annotations

from collections.abc import Sequence

from gateline.training.architecture.parts import Attention, Product, Rows

GROUP = "attention projections"


def attended(
    names: tuple[str, str, str, str],
    hidden: int,
    heads: int,
    width: int,
    rows: Rows,
    stream: str,
    biases: Sequence[bool] = (True, True, True, True),
    causal: bool = False,
    reads: tuple[str, ...] = (),
    memory: tuple[str, Rows, int] | None = None,
) -> tuple[list[Product], Attention]:
    """Query, key, value and output, each a matrix, and the attention between them.

    Parameters
    ----------
    reads : tuple of str
        What the queries read besides the stream.
    memory : (str, Rows, int) or None
        For cross-attention: the stream of the keys and values, its rows and its width.
    """
    query, key, value, output = names
    own = (stream, *reads)
    source, key_rows, key_inputs = ((memory[0],), *memory[1:]) if memory else (own, rows, hidden)
    name = f"scores of {query}"
    attention = Attention(name, heads, width, width, rows, key_rows, (query,), (key,), (value,), causal=causal)
    products = [
        Product(query, hidden, heads * width, rows, own, GROUP, biases[0]),
        Product(key, key_inputs, heads * width, key_rows, source, GROUP, biases[1]),
        Product(value, key_inputs, heads * width, key_rows, source, GROUP, biases[2]),
        Product(output, heads * width, hidden, rows, (name,), GROUP, biases[3]),
    ]
    return products, attention


def plain(
    names: Sequence[str], hidden: int, inner: int, rows: Rows, reads: tuple[str, ...], bias: bool = True
) -> list[Product]:
    """Feed-forward: every name but the last widens, the last narrows."""
    *first, last = names
    group = "feed-forward"
    widening = [Product(name, hidden, inner, rows, reads, group, bias) for name in first]
    return [*widening, Product(last, inner, hidden, rows, tuple(first), group, bias)]
