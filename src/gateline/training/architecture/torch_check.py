"""What PyTorch counts when the model runs, against the closed form: needs the extra ``gateline[torch]``.

The model is built from its configuration on the ``meta`` device, where nothing is computed and shapes are all there
is. Attention runs eagerly, over the whole square; experts run as one gathered multiplication each. No weights are read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gateline.errors import InputError
from gateline.numerals import clip
from gateline.training.architecture.counting import Length, read_lengths
from gateline.training.architecture.families import read_model
from gateline.training.architecture.model import Model
from gateline.training.architecture.torch_run import build, freeze, observe, quiet
from gateline.training.architecture.tuning import FULL, Tuning

PACKAGES = ("torch", "transformers", "diffusers")

TOKEN_BY_TOKEN = {"mamba": 32}
"""Families whose reference code takes the tokens of every layer one by one, in Python, and how many of them are run.

Nothing that such a model computes for a token depends on how many there are.
"""

_CONVOLUTION = "padding of the short convolution, whose backward pass is counted for each of its groups"
NONE_OF_THE_MODEL = {
    "mamba": _CONVOLUTION,
    "mamba2": f"{_CONVOLUTION}; decays from chunk to chunk",
    "llama4_text": "experts that were not chosen, which this code runs and drops",
}
"""What the reference code of a family multiplies, or PyTorch counts, and the closed form leaves out."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure by two routes: the closed form and what PyTorch counted."""

    what: str
    counted: int
    observed: int

    @property
    def equal(self) -> bool:
        """Whether they are the same number."""
        return self.counted == self.observed


@dataclass(frozen=True, slots=True)
class Comparison:
    """One sequence of a model by both routes, attention over the whole square.

    Attributes
    ----------
    length : int, pair or None
        The sequence that ran.
    asked : int, pair or None
        The sequence that was asked for; longer where the reference code goes token by token.
    differences : tuple of Difference
        Parameters, forward operations [FLOP], backward operations [FLOP].
    besides : tuple of int
        Forward and backward operations in both figures that are none of the model, see `executed_besides` [FLOP].
    """

    model: Model
    length: Length | None
    asked: Length | None
    differences: tuple[Difference, ...]
    besides: tuple[int, int]
    tuning: Tuning = FULL

    @property
    def equal(self) -> bool:
        """Whether both routes give the same numbers."""
        return all(part.equal for part in self.differences)

    @property
    def told(self) -> str:
        """The outcome in one line."""
        if not self.equal:
            parts = [
                f"{part.what} {part.counted:,} here, {part.observed:,} there"
                for part in self.differences
                if not part.equal
            ]
            return f"PyTorch counts otherwise: {'; '.join(parts)}, {self._per} ({self._how}). Please report it."
        _, forward, backward = (part.observed for part in self.differences)
        return f"PyTorch counts the same: {forward:,} FLOP forward, {backward:,} backward {self._per} ({self._how}){self._more}."

    @property
    def _per(self) -> str:
        lengths = self.length if isinstance(self.length, tuple) else (self.length,)
        tokens = " and ".join(f"{number:,}" for number in lengths if number is not None)
        if self.model.unit == "token":
            return f"per sequence of {tokens} tokens"
        return f"per {self.model.unit}" + (f" with {tokens} tokens of text" if tokens else "")

    @property
    def _how(self) -> str:
        attention = [part for block in self.model.blocks for part in block.attention]
        parts = ["FlopCounterMode"]
        parts += ["full attention"] if attention else []
        parts += ["every parameter trained"] if self.tuning == FULL else []
        parts += ["no multi-token prediction"] if self.model.parameters.prediction else []
        causal = any(part.causal for part in attention)
        return ", ".join(parts) + ("; causal attention follows from the same parts" if causal else "")

    @property
    def _more(self) -> str:
        more = ""
        if any(self.besides):
            forward, backward = self.besides
            more = (
                f"; {forward:,} and {backward:,} of them are none of the model: {NONE_OF_THE_MODEL[self.model.family]}"
            )
        if self.length != self.asked:
            more += (
                f"; run instead of {self.asked:,} tokens, as this code takes them one by one and each costs the same"
            )
        return more


def verify(origin: str | Path | Mapping[str, Any], length: Length | None = None, tuning: Tuning = FULL) -> Comparison:
    """Parameters and operations of one sequence by both routes, attention over the whole square.

    Parameters
    ----------
    origin : path or mapping
        As for `read_model`.
    length : int, pair or None
        As for `Model.operations`; of `TOKEN_BY_TOKEN` families at most so many tokens run.
    tuning : Tuning
        Frozen parts; adapters are not built.

    Raises
    ------
    InputError
        If the configuration cannot be read, PyTorch is not installed, or its model does not run.
    """
    if any(find_spec(name) is None for name in PACKAGES):
        raise InputError('comparing with PyTorch needs the extra: pip install "gateline[torch]"')
    model = read_model(origin)
    read_lengths(length, model.axes)
    content = origin if isinstance(origin, Mapping) else _content(Path(origin))
    run = min(length, TOKEN_BY_TOKEN.get(model.family, length)) if isinstance(length, int) else length
    parameters, forward, backward = _observed(model, content, run, tuning)
    counted, besides = model.operations(run, "full", tuning).total, executed_besides(model, run)
    differences = (
        Difference("parameters", model.parameters.total, parameters),
        Difference("forward", int(counted.forward) + besides[0], forward),
        Difference("backward", int(counted.backward) + besides[1], backward),
    )
    return Comparison(model, run, length, differences, besides, tuning)


def _observed(model: Model, content: Mapping[str, Any], length: Length | None, tuning: Tuning) -> tuple[int, int, int]:
    try:
        with quiet(content):
            built = build(model, content)
            freeze(model, built, tuning)
            return sum(part.numel() for part in built.parameters()), *observe(model, built, content, length)
    except Exception as error:  # the code of another project, on a file that it may refuse in its own ways
        raise InputError(
            f"the comparison with PyTorch cannot be made: its {model.family} does not run with this configuration and "
            f"length ({type(error).__name__}: {clip(str(error), 160)})."
        ) from error


def _content(path: Path) -> dict[str, Any]:
    found = path / "config.json" if path.is_dir() else path
    content: dict[str, Any] = json.loads(found.read_text(encoding="utf-8-sig"))
    return content


def executed_besides(model: Model, length: int | tuple[int, int] | None) -> tuple[int, int]:
    """What PyTorch runs or counts beyond the closed form, forward and backward [FLOP].

    The reference code of Mamba pads its short convolution on both sides and drops the end, and the backward formula
    of PyTorch multiplies by the groups of a convolution once too often. That of Mamba-2 multiplies the states of all
    chunks, and an empty one, by a square of decays. That of Llama 4 sends every token through every expert and zeroes
    those that were not chosen.
    """
    if model.family in ("mamba", "mamba2") and isinstance(length, int):
        short = [part for block in model.blocks for part in block.products if part.name == "conv1d"]
        once = sum(part.forward(length) for part in short)
        padded = sum(part.forward(length + part.inputs - 1) for part in short)
        carried = _carried(model, length)
        return padded - once + carried, padded * (1 + short[0].outputs) - 2 * once + 2 * carried
    if model.family == "llama4_text" and isinstance(length, int):
        experts = [part for block in model.blocks for part in block.products if part.group == "experts"]
        more = sum(2 * part.weights * (part.stored - part.used) * length for part in experts)
        return more, 2 * more
    return 0, 0


def _carried(model: Model, length: int) -> int:
    """The product of the states of all chunks with their decays, in a whole number of chunks [FLOP]."""
    parts = [within for block in model.blocks for within in block.attention if within.blocked]
    return sum(
        2 * within.heads * within.key_width * within.value_width * (length // (within.chunk or length) + 1) ** 2
        for within in parts
    )
