"""Passes of a model over sequences, by its size or by its configuration, as products of their inputs.

By size a token costs two operations for each parameter forward and six where the parameter is trained; attention is
left out. By configuration it costs what the architecture makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any, Literal

from gateline.amounts import Amount
from gateline.metrics.arrays import Array
from gateline.numerals import number
from gateline.training.architecture import FULL, Model, Operations, Tuning, generation
from gateline.training.architecture.counting import AttentionRule
from gateline.training.described import DIGITS, check_lengths, told
from gateline.training.estimates import FORWARD, FROZEN, TRAINED, Product, counted_parameters
from gateline.training.factors import Factor
from gateline.training.figures import Figures, Trained

Pass = Literal["forward", "training", "generation"]
"""A model reads, learns from, or writes sequences."""

FIXED = ""
"""In a cost: what depends on no input."""
MODULES = "share of modules for further tokens"
"""In a cost: what they take where nobody said whether they are trained."""
UNSAID = Factor(Amount(Fraction(0), Fraction(1)), central=Fraction(0))

Cost = Mapping[str, Fraction]
"""Operations for each unit of an input, such as a number of parameters, by its name; and `FIXED` ones [FLOP]."""


@dataclass(frozen=True, slots=True)
class Load:
    """Sequences of one shape, or single tokens.

    Attributes
    ----------
    name : str
        What messages call it.
    count : Factor
        How many there are.
    tokens : int
        The tokens of each.
    written : int
        How many of them a model writes.
    lengths : int, dict or None
        The length of the sequences to which the tokens belong, or how many there are of each length.
    """

    name: str
    count: Factor
    tokens: int
    lengths: int | dict[int, int] | None
    written: int = 0


@dataclass(frozen=True, slots=True)
class BySize:
    """A model by the number of its parameters; `adapters` where only these are trained."""

    role: str
    parameters: Factor
    active: bool
    adapters: Factor | None
    unit: str = "token"
    told: str = ""

    @property
    def factors(self) -> Mapping[str, Factor]:
        """The inputs on which costs depend, by name."""
        adapters = {} if self.adapters is None else {self._adapters: self.adapters}
        return {self._parameters: self.parameters, **adapters}

    @property
    def _parameters(self) -> str:
        return f"{self.role} active parameters" if self.active else f"{self.role} parameters"

    @property
    def _adapters(self) -> str:
        return f"{self.role} adapter parameters"

    def cost(self, passed: Pass, load: Load) -> Cost:
        """The operations of one of a load; adapters matter to training alone, elsewhere they are merged."""
        if passed != "training":
            return {self._parameters: Fraction(FORWARD * load.tokens)}
        trained = Fraction(TRAINED * load.tokens)
        if self.adapters is None:
            return {self._parameters: trained}
        return {self._parameters: Fraction(FROZEN * load.tokens), self._adapters: trained}


@dataclass(frozen=True, slots=True)
class ByConfiguration:
    """A model by its architecture, with what of it is trained; `known` are operations by length that were counted once.

    `prediction` is None where nobody said whether modules that predict further tokens are trained.
    """

    model: Model
    attention: AttentionRule
    tuning: Tuning
    prediction: bool | None
    known: dict[tuple[str, bool], Operations] = field(default_factory=dict)

    @property
    def factors(self) -> Mapping[str, Factor]:
        """The inputs on which costs depend: none but what nobody said."""
        return {MODULES: UNSAID} if self._open else {}

    @property
    def _open(self) -> bool:
        return self.prediction is None and bool(self.model.parameters.prediction)

    @property
    def unit(self) -> str:
        """What it counts by: a token, an image, a clip."""
        return self.model.unit

    @property
    def told(self) -> str:
        """How its costs came about."""
        prediction = self.prediction if self._open else bool(self.prediction)
        return f"{self.model.family}, {self.attention} attention{told(self.tuning, prediction)}"

    def cost(self, passed: Pass, load: Load) -> Cost:
        """The operations of one of a load.

        Raises
        ------
        InputError
            If the lengths or what is trained do not fit the model, or it is to write and is no decoder.
        """
        if passed == "generation":
            shape = (load.tokens - load.written, load.written)
            return {FIXED: generation(self.model, {shape: 1}, self.attention).total}
        operations = self._operations(load.lengths, bool(self.prediction))
        if passed != "training":
            return {FIXED: load.tokens * operations.forward}
        fixed = {FIXED: load.tokens * operations.training}
        if not self._open:
            return fixed
        more = self._operations(load.lengths, True).training - operations.training
        return fixed | {MODULES: load.tokens * more}

    def _operations(self, lengths: int | dict[int, int] | None, prediction: bool) -> Operations:
        check_lengths(self.model, lengths)
        key = str(lengths), prediction
        if key not in self.known:
            self.known[key] = self.model.operations(lengths, self.attention, self.tuning, prediction)
        return self.known[key]


def by_size(role: str, figures: Figures) -> BySize:
    """The model in a role."""
    adapters = figures.adapter_params if isinstance(figures, Trained) and figures.has_adapters else None
    return BySize(role, counted_parameters(figures), figures.has_active, adapters)


def trained_by(figures: Figures, passed: Pass) -> tuple[Tuning, bool | None]:
    """What of a model by configuration is trained, and whether with multi-token prediction; it matters to training alone."""
    if passed == "training" and isinstance(figures, Trained):
        return figures.tuning, figures.multi_token_prediction
    return FULL, False


def passes(model: BySize | ByConfiguration, passed: Pass, loads: Sequence[Load], times: Fraction) -> Product:
    """Passes of a model over loads, so many times, as a product whose inputs other parts of a stage share.

    Raises
    ------
    InputError
        If an input has no value, or the model cannot be used for them.
    """
    costs = [{name: times * value for name, value in model.cost(passed, load).items()} for load in loads]
    terms = [(load.name, name, value) for load, cost in zip(loads, costs, strict=True) for name, value in cost.items()]
    sizes = {name: factor for name, factor in model.factors.items() if name in costs[0]}
    factors = {**sizes, **{load.name: load.count for load in loads}}

    def formula(*values: Array) -> Array:
        given = dict(zip(factors, values, strict=True))
        return reduce(add, (_term(given, *term) for term in terms))

    return Product("architecture", formula, tuple(factors.items()), _how(model, loads, costs, times), apart=True)


def _term(given: Mapping[str, Array], count: str, name: str, value: Fraction) -> Array:
    """So many times what depends on one input, exact where these are."""
    counted = given[count]
    scale: Any = value if counted.dtype == object else float(value)
    product: Array = counted * scale
    return product if name == FIXED else product * given[name]


def _how(model: BySize | ByConfiguration, loads: Sequence[Load], costs: Sequence[Cost], times: Fraction) -> str:
    """The account of passes: what a token costs on average, and how many there are."""
    counts = [load.count.best(load.name) for load in loads]
    tokens = times * sum((count * load.tokens for count, load in zip(counts, loads, strict=True)), Fraction(0))
    each = {
        name: sum((count * cost[name] for count, cost in zip(counts, costs, strict=True)), Fraction(0)) / tokens
        for name in costs[0]
    }
    terms = [
        f"{number(value)} × {number(model.factors[name].best(name))} {name}"
        if name
        else f"{number(value, DIGITS)} FLOP per {model.unit} ({model.told})"
        for name, value in each.items()
    ]
    joined = f"({' + '.join(terms)})" if len(terms) > 1 else terms[0]
    return f"{joined} × {number(tokens)} {model.unit}s"
