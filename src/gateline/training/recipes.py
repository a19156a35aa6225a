"""From stages of a ledger to phases and what they come to: each recipe as passes of its models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from gateline.amounts import Amount
from gateline.errors import InputError
from gateline.inputs import Drawn
from gateline.training.architecture import Model, read_model
from gateline.training.architecture.phases import scoring
from gateline.training.counting import Counted
from gateline.training.estimates import Product
from gateline.training.ledger import ABOUT, Phase
from gateline.training.passes import ByConfiguration, BySize, Load, Pass, by_size, passes, trained_by
from gateline.training.profiles import Kind
from gateline.training.stages import Pairs, Requests, Stage

SCORING = ("reward", "value")
"""Roles of models with one output in place of the language head."""

ALL, NONE = Fraction(1), Amount.exactly(0)


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a stage: the passes of one model, and which kind of compute they are."""

    name: str
    kind: Kind
    role: str
    passed: Pass
    loads: Sequence[Load]
    times: Fraction = ALL


def staged(
    stages: Sequence[Stage], position: int, folder: Path, level: Fraction, remarks: list[str]
) -> Iterator[Counted]:
    """The parts of stages as counted phases; what the descriptions of models leave out is added to `remarks`.

    Parameters
    ----------
    stages : sequence of Stage
    position : int
        How many phases stand before them, which starts their draws.
    folder : Path
        Where the ledger stands; paths of configurations start there.
    level : Fraction
        How much of a distribution its band holds.
    remarks : list of str

    Raises
    ------
    InputError
        If an input has no value, or a configuration cannot be read or used as the recipe does.
    """
    reader = _Reader(folder)
    for number, stage in enumerate(stages):
        for step in RECIPES[stage.recipe](stage):
            product = reader.product(f"stages[{number}]", stage, step)
            yield _counted(stage, step, product, (position + number,), level)
    remarks.extend(dict.fromkeys(remark for model in reader.models.values() for remark in model.remarks))


@dataclass(frozen=True, slots=True)
class _Reader:
    """The models of a ledger's stages, each read once."""

    folder: Path
    models: dict[str, Model] = field(default_factory=dict)
    described: dict[tuple[object, ...], ByConfiguration] = field(default_factory=dict)

    def product(self, where: str, stage: Stage, step: Step) -> Product:
        """What a step comes to."""
        place = where
        try:
            for load in step.loads:
                load.count.best(load.name)
            place = f"{where}.{step.role}"
            return passes(self._costed(stage, step), step.passed, step.loads, step.times)
        except InputError as error:
            raise InputError(f"{place}: {error}") from None

    def _costed(self, stage: Stage, step: Step) -> BySize | ByConfiguration:
        figures = stage.figures(step.role)
        assert figures is not None
        if not figures.config:
            return by_size(step.role, figures)
        tuning, prediction = trained_by(figures, step.passed)
        key = (figures.config, step.role in SCORING, stage.attention, tuning, prediction)
        if key not in self.described:
            model = self._model(step.role, figures.config)
            self.described[key] = ByConfiguration(model, stage.attention, tuning, prediction)
        return self.described[key]

    def _model(self, role: str, config: str) -> Model:
        if config not in self.models:
            self.models[config] = read_model(self.folder / config)
        return scoring(self.models[config]) if role in SCORING else self.models[config]


def _counted(stage: Stage, step: Step, product: Product, place: tuple[int, ...], level: Fraction) -> Counted:
    """A step as a counted phase."""
    phase = Phase.model_construct(
        kind=step.kind,
        name=f"{stage.label}: {step.name}",
        status=stage.status,
        dates=stage.dates,
        estimates=[],
        **_about(stage, step),
    )
    drawn = product.drawn(place)
    band = drawn and Drawn(*drawn, level)
    planned = ", planned" if stage.status == "planned" else ""
    return Counted(
        phase,
        band.band if band else product.amount,
        product.best,
        f"{phase.name}{planned}: {product.how}",
        product.exact,
        band,
        tuple(product.swings(level)),
        ((product.method, product.best, product.how),),
    )


def _about(stage: Stage, step: Step) -> dict[str, Any]:
    """What the stage says of its data, as far as it says it of this kind; nothing trains on what is discarded."""
    said = {
        key: getattr(stage, key) for key, kinds in ABOUT.items() if key in Stage.model_fields and step.kind in kinds
    }
    return said | {"training_share": NONE} if step.kind == "synthetic_discarded" else said


def _reinforcement(stage: Stage) -> Iterator[Step]:
    rollouts = _written("rollouts", stage.rollouts)
    yield Step("rollouts", "rl_rollouts", "policy", "generation", rollouts)
    if stage.reread:
        yield Step("policy forward", "rl_rollouts", "policy", "forward", rollouts)
    for role in ("reference", "reward", "value"):
        if stage.figures(role) is not None:
            yield Step(f"{role} forward", "reward_model_forward", role, "forward", rollouts)
    epochs = Fraction(stage.epochs)
    if stage.value is not None:
        yield Step("value updates", "reward_model_training", "value", "training", rollouts, epochs)
    yield Step("updates", "rl_updates", "policy", "training", rollouts, epochs)


def _preference(stage: Stage) -> Iterator[Step]:
    read = [
        Load(name, pair.count, tokens, tokens)
        for name, pair in _named("pairs", stage.pairs)
        for tokens in (pair.chosen, pair.rejected)
    ]
    yield Step("updates", "sft", "policy", "training", read)
    if stage.reference is not None:
        yield Step("reference forward", "reward_model_forward", "reference", "forward", read)


def _distillation(stage: Stage) -> Iterator[Step]:
    yield Step("updates", stage.as_, "student", "training", [_tokens(stage)])
    yield Step("teacher forward", "teacher_forward", "teacher", "forward", [_tokens(stage)])


def _generation(stage: Stage) -> Iterator[Step]:
    requests = _written("requests", stage.requests)
    discarded = stage.discarded.low or Fraction(0)
    if discarded != ALL:
        yield Step("samples", "synthetic_generation", "model", "generation", requests, ALL - discarded)
    if discarded:
        yield Step("discarded samples", "synthetic_discarded", "model", "generation", requests, discarded)


def _fine_tuning(stage: Stage) -> Iterator[Step]:
    yield Step("updates", "sft", "model", "training", [_tokens(stage)])


RECIPES: dict[str, Callable[[Stage], Iterator[Step]]] = {
    "reinforcement": _reinforcement,
    "preference": _preference,
    "distillation": _distillation,
    "generation": _generation,
    "fine-tuning": _fine_tuning,
}


Shape = TypeVar("Shape", Requests, Pairs)


def _named(key: str, shapes: Sequence[Shape]) -> list[tuple[str, Shape]]:
    """Shapes with the names by which messages call them."""
    names = [key] if len(shapes) == 1 else [f"{key}[{place}]" for place in range(len(shapes))]
    return list(zip(names, shapes, strict=True))


def _written(key: str, shapes: Sequence[Requests]) -> list[Load]:
    """Sequences whose second part a model writes."""
    return [
        Load(name, shape.count, tokens, tokens, shape.completion)
        for name, shape in _named(key, shapes)
        for tokens in (shape.prompt + shape.completion,)
    ]


def _tokens(stage: Stage) -> Load:
    return Load("tokens", stage.tokens, 1, stage.lengths)
