"""Operations of a forward and a backward pass over a chain of blocks, exactly, for any mixture of lengths.

Two operations for each multiply-accumulate of a matrix multiplication or convolution; nothing else is counted. The
backward pass of a multiplication costs as much as the forward pass for each operand that needs a gradient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from gateline.errors import InputError
from gateline.training.architecture.parts import SOURCE, TARGET, Attention, Block, Role, Rows
from gateline.training.architecture.tuning import Tuning

AttentionRule = Literal["causal", "half", "full"]
Length = int | tuple[int, int]
Lengths = Length | Mapping[int, int] | Mapping[tuple[int, int], int] | None

DATA = "data"
"""Reads of this name need no gradient: pixels, mel frames, noise, text states of another model."""

MAXIMUM_LENGTH = 10**12
MAXIMUM_DISTINCT = 10**6


@dataclass(frozen=True, slots=True)
class Cost:
    """Operations of a part [FLOP], all sequences together."""

    forward: Fraction = Fraction(0)
    backward: Fraction = Fraction(0)

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.forward + other.forward, self.backward + other.backward)


@dataclass(frozen=True, slots=True)
class Operations:
    """Operations of a forward and a backward pass.

    Attributes
    ----------
    forward, backward : Fraction
        Per unit [FLOP].
    units, sequences : int
        How many units (tokens, images, clips) and sequences they are a mean of.
    breakdown : dict of str to Cost
        The same by part of the model, all sequences together [FLOP].
    """

    forward: Fraction
    backward: Fraction
    units: int
    sequences: int
    breakdown: dict[str, Cost]

    @property
    def training(self) -> Fraction:
        """Forward and backward, per unit [FLOP]."""
        return self.forward + self.backward

    @property
    def total(self) -> Cost:
        """All sequences together [FLOP]."""
        return Cost(self.forward * self.units, self.backward * self.units)


@dataclass(frozen=True, slots=True)
class Batch:
    """Sequences by length: (source, target) and how many; with their sums [tokens]."""

    shapes: tuple[tuple[int, int, int], ...]
    sequences: int
    source: int
    target: int

    def rows(self, rows: Rows) -> int:
        """Rows over all sequences."""
        return rows.source * self.source + rows.target * self.target + rows.fixed * self.sequences

    def pairs(self, attention: Attention, rule: AttentionRule) -> Fraction:
        """Pairs of a query and a key over all sequences."""
        return sum(
            (
                times * pairs(attention, attention.queries.at(source, target), attention.keys.at(source, target), rule)
                for source, target, times in self.shapes
            ),
            Fraction(0),
        )


def pairs(attention: Attention, queries: int, keys: int, rule: AttentionRule) -> Fraction:
    """Pairs of a query and a key in one sequence.

    Examples
    --------
    >>> seen = Attention("a", 1, 1, 1, Rows(target=1), Rows(target=1), (), (), (), causal=True, window=3)
    >>> [int(pairs(seen, 5, 5, rule)) for rule in ("full", "causal")]
    [25, 12]
    """
    whole, rest = divmod(queries, attention.chunk or queries)
    if rule != "causal" or not attention.causal:
        square = whole * (attention.chunk or queries) ** 2 + rest**2 if attention.blocked else queries * keys
        return Fraction(square, 2 if rule == "half" and attention.causal else 1)
    if attention.chunk is not None:
        return Fraction(whole * _triangle(attention.chunk) + _triangle(rest))
    window = queries if attention.window is None else min(attention.window, queries)
    return Fraction(_triangle(window) + (queries - window) * window)


def _triangle(length: int) -> int:
    return length * (length + 1) // 2


def read_lengths(lengths: Lengths, axes: tuple[str, ...]) -> Batch:
    """The sequences that are counted.

    Raises
    ------
    InputError
        If a length has not the axes of the model, or is not a positive whole number.
    """
    histogram: Mapping[object, int] = lengths if isinstance(lengths, Mapping) else {lengths: 1}  # type: ignore[assignment]
    if not 0 < len(histogram) <= MAXIMUM_DISTINCT:
        raise InputError(f"lengths: a histogram has between 1 and {MAXIMUM_DISTINCT:,} different lengths.")
    shapes = tuple(_shape(length, times, axes) for length, times in histogram.items())
    return Batch(
        shapes,
        sum(times for _, _, times in shapes),
        sum(source * times for source, _, times in shapes),
        sum(target * times for _, target, times in shapes),
    )


def _shape(length: object, times: int, axes: tuple[str, ...]) -> tuple[int, int, int]:
    parts = () if length is None else length if isinstance(length, tuple) else (length,)
    if len(parts) != len(axes):
        wanted = {0: "none, its input has one size", 1: f"one, {''.join(axes)}", 2: "a pair, (source, target)"}
        raise InputError(f"lengths: {len(parts)} given for each sequence; this model takes {wanted[len(axes)]}.")
    for number in (*parts, times):
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= MAXIMUM_LENGTH:
            raise InputError("lengths: a length and a number of sequences are whole numbers from 1 to 10^12.")
    named = dict(zip(axes, parts, strict=True))
    return named.get(SOURCE, 0), named.get(TARGET, 0), times


@dataclass(slots=True)
class _Pass:
    """One walk along the blocks: what needs a gradient so far, and what it all costs."""

    batch: Batch
    rule: AttentionRule
    tuning: Tuning
    streams: dict[str, bool] = field(default_factory=dict)
    costs: dict[str, Cost] = field(default_factory=dict)

    def walk(self, blocks: Iterable[Block]) -> None:
        layer = 0
        known: dict[tuple[object, ...], tuple[dict[str, Cost], bool]] = {}
        for block in blocks:
            base = self.tuning.trains_base(block, layer)
            key = (id(block), base, tuple(sorted(self.streams.items())))
            if key not in known:
                known[key] = self._block(self.tuning.adapt(block), base)
            costs, trained = known[key]
            for group, cost in costs.items():
                self.costs[group] = self.costs.get(group, Cost()) + cost
            self.streams[block.stream] = self.streams.get(block.stream, False) or trained
            layer += block.role is Role.LAYER

    def _block(self, block: Block, base: bool) -> tuple[dict[str, Cost], bool]:
        """What the block costs by group, and whether what it adds to its stream needs a gradient."""
        normed = base and block.normed and block.vectors > 0
        needs = {DATA: False, **self.streams, block.stream: self.streams.get(block.stream, False) or normed}
        waiting = {attention.name: attention for attention in block.attention}
        costs: dict[str, Cost] = {}
        for product in block.products:
            for name in product.reads:
                if name in waiting:
                    self._attention(waiting.pop(name), needs, costs)
            reads = any(needs[name] for name in product.reads)
            trained = self.tuning.trains_product(product, base)
            forward = Fraction(product.forward(self.batch.rows(product.rows)))
            _charge(costs, product.group, forward, forward * (reads + trained))
            parent = product.name.rpartition(".lora_B")[0]
            needs[product.name] = reads or trained or (base and product.bias)
            if parent:
                needs[parent] = True
        own = base and bool(block.vectors or block.tables)
        return costs, own or any(needs[product.name] for product in block.products)

    def _attention(self, attention: Attention, needs: dict[str, bool], costs: dict[str, Cost]) -> None:
        scale = 2 * attention.heads * self.batch.pairs(attention, self.rule)
        scores, mean = scale * attention.key_width, scale * attention.value_width
        queries, keys, values = (
            any(needs[name] for name in names)
            for names in (attention.of_queries, attention.of_keys, attention.of_values)
        )
        backward = scores * (queries + keys) + mean * ((queries or keys) + values)
        _charge(costs, "attention scores", scores + mean, backward)
        needs[attention.name] = queries or keys or values


def _charge(costs: dict[str, Cost], group: str, forward: Fraction, backward: Fraction) -> None:
    costs[group] = costs.get(group, Cost()) + Cost(forward, backward)


def count(
    blocks: tuple[Block, ...],
    axes: tuple[str, ...],
    unit: str,
    lengths: Lengths,
    attention: AttentionRule,
    tuning: Tuning,
) -> Operations:
    """Operations of the blocks; see `Model.operations`."""
    tuning.check(blocks)
    batch = read_lengths(lengths, axes)
    walked = _Pass(batch, attention, tuning)
    walked.walk(blocks)
    units = batch.rows(Rows(source=1, target=1)) if unit == "token" else batch.sequences
    total = sum(walked.costs.values(), Cost())
    return Operations(total.forward / units, total.backward / units, units, batch.sequences, walked.costs)
