"""What others mean by "training operations": named conventions, each from the same description.

All give operations of forward and backward together, per unit of the model [FLOP].
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from gateline.errors import InputError
from gateline.numerals import clip
from gateline.training.architecture.counting import Lengths, read_lengths
from gateline.training.architecture.model import Model
from gateline.training.architecture.parts import Role

FORWARD_AND_BACKWARD = 3
"""A backward pass costs twice a forward pass."""
PER_PARAMETER = 6
"""Operations per parameter and token: a multiply-accumulate forward and two backward."""


def exact_causal(model: Model, lengths: Lengths) -> Fraction:
    """Every matrix multiplication and convolution, attention over the keys that a query sees."""
    return model.operations(lengths, "causal").training


def exact_full(model: Model, lengths: Lengths) -> Fraction:
    """The same, attention over all keys: what eager code runs and PyTorch counts."""
    return model.operations(lengths, "full").training


def six_active(model: Model, _: Lengths) -> Fraction:
    """6 × the parameters active for one token, looked-up tables included.

    References
    ----------
    .. [1] Kaplan et al., arXiv:2001.08361, section 2.1 (there without embeddings; see `six_matmul`).
    """
    return Fraction(PER_PARAMETER * model.parameters.active)


def six_matmul(model: Model, _: Lengths) -> Fraction:
    """6 × the active parameters that are multiplied: the language head counts, the looked-up table does not."""
    return Fraction(PER_PARAMETER * model.parameters.matmul_active)


def six_total(model: Model, _: Lengths) -> Fraction:
    """6 × all parameters, also those of experts not chosen.

    References
    ----------
    .. [1] Hoffmann et al., arXiv:2203.15556, section 3 (of dense models, where all are active).
    """
    return Fraction(PER_PARAMETER * model.parameters.total)


def palm(model: Model, lengths: Lengths) -> Fraction:
    """6 N + 12 L H Q T: N active parameters, L layers, H heads of width Q, T the length, mean over tokens.

    References
    ----------
    .. [1] Chowdhery et al., arXiv:2204.02311, appendix B.
    """
    batch, shape = read_lengths(lengths, model.axes), model.shape
    tokens = sum((source + target) * times for source, target, times in batch.shapes)
    squares = sum((source + target) ** 2 * times for source, target, times in batch.shapes)
    attention = 12 * shape.layers * shape.heads * shape.head_width * Fraction(squares, tokens)
    return six_active(model, lengths) + attention


def megatron(model: Model, lengths: Lengths) -> Fraction:
    """Attention over half the length in every layer, windows unknown; no router; multi-token prediction counted.

    References
    ----------
    .. [1] Megatron-LM, megatron/training/training.py, num_floating_point_operations.
    """
    operations = model.operations(lengths, "half", prediction=True)
    router = operations.breakdown.get("router")
    left_out = router.forward / operations.units if router else Fraction(0)
    return FORWARD_AND_BACKWARD * (operations.forward - left_out)


def hugging_face(model: Model, lengths: Lengths) -> Fraction:
    """`total_flos` of the trainer of transformers: 6 × numbers in the main input × parameters outside tables.

    All experts, no attention; a tied head counts as a table; pixels and mel values count as tokens; of an
    encoder-decoder only the source.

    References
    ----------
    .. [1] transformers, Trainer.floating_point_ops and PreTrainedModel.num_parameters(exclude_embeddings=True).
    """
    batch, parameters = read_lengths(lengths, model.axes), model.parameters
    units = model.operations(lengths).units
    return PER_PARAMETER * Fraction(batch.rows(model.main_input), units) * (parameters.total - parameters.embedding)


PER_UNIT: dict[str, Callable[[Model, Lengths], Fraction]] = {
    "exact-causal": exact_causal,
    "exact-full": exact_full,
    "hugging-face": hugging_face,
}
"""Conventions for every model."""

PER_TOKEN: dict[str, Callable[[Model, Lengths], Fraction]] = {
    "6nd": six_active,
    "6nd-matmul": six_matmul,
    "6nd-total": six_total,
}
"""Conventions for models whose unit is a token."""

TRANSFORMER: dict[str, Callable[[Model, Lengths], Fraction]] = {"palm": palm, "megatron": megatron}
"""Conventions for models of one sequence of tokens that attend."""


def conventions(model: Model) -> dict[str, Callable[[Model, Lengths], Fraction]]:
    """Those that are defined for the model, by name."""
    known = dict(PER_UNIT)
    if model.unit == "token":
        known |= PER_TOKEN
    layers = [block for block in model.blocks if block.role is Role.LAYER]
    if model.unit == "token" and len(model.axes) == 1 and all(block.attention for block in layers):
        known |= TRANSFORMER
    return known


def by_convention(model: Model, name: str, lengths: Lengths = None) -> Fraction:
    """Training operations per unit [FLOP] under the convention `name`.

    Raises
    ------
    InputError
        If it is unknown or not defined for the model.
    """
    known = conventions(model)
    if name not in known:
        raise InputError(f"'{clip(name)}' is no convention for {model.family}. It has {', '.join(known)}.")
    return known[name](model, lengths)


def spread(model: Model, lengths: Lengths = None) -> dict[str, Fraction]:
    """Training operations per unit [FLOP] under every convention that is defined for the model."""
    return {name: count(model, lengths) for name, count in conventions(model).items()}
