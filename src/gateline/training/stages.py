"""Stages of post-training in a ledger: recipes whose parts are phases of different kinds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateline.amounts import UNKNOWN, Amount, read_amount
from gateline.errors import InputError
from gateline.fields import Part, Written, amount, days, flag, text
from gateline.numerals import clip
from gateline.quantities import Kind, Quantity
from gateline.training.factors import BASES, Factor, factor, read_factor
from gateline.training.figures import (
    TUNING,
    YES_OR_NO,
    Figures,
    LearningModel,
    OneOrMore,
    ReadingModel,
    Sequences,
    whole,
)

MAXIMUM_STAGES = 32
MAXIMUM_SHAPES = 64

COUNT = Quantity(
    name="count",
    kind=Kind.AMOUNT,
    says="how many, repeated ones included",
    example="1e6",
    bare=True,
    zero=False,
)
DISCARDED = Quantity(
    name="discarded",
    kind=Kind.AMOUNT,
    says="share of what is generated that is thrown away",
    example="90%",
    bare=True,
    share=True,
    percent=True,
)

_COUNTED = Written(
    lambda given: read_factor(given, COUNT),
    f"{COUNT.says}; for example {COUNT.example}, 1e6 to 2e6, {COUNT.example} ± 5 %, or a mapping with value, basis "
    f"({', '.join(BASES)}) and source",
    mapping=("value", "basis", "source"),
)


def _share(given: Any) -> Amount:
    written = text(given, "discarded")
    share = read_amount(written, DISCARDED)
    if not share.known:
        raise InputError(f"'{clip(written)}' is not one share. Write for example {DISCARDED.example}, or leave it out.")
    return share


class Requests(Part):
    """So many sequences of a prompt and what a model writes after it [tokens]."""

    count: Annotated[Factor, _COUNTED]
    prompt: Annotated[int, whole("tokens", 500)]
    completion: Annotated[int, whole("tokens", 8000)]


class Pairs(Part):
    """So many pairs of a chosen and a rejected text, the prompt included in each [tokens]."""

    count: Annotated[Factor, _COUNTED]
    chosen: Annotated[int, whole("tokens", 900)]
    rejected: Annotated[int, whole("tokens", 800)]


class Stretch(Part):
    """What phases and stages say of themselves.

    `dates` are the days from the first to the last; planned where they lie ahead.
    `published` says of generated data whether it is public, of a model (a teacher, a base) whether its parameters are;
    `generator` names the model that generates data, or is trained to; `training_share` is the share of all training
    operations that train on the data.
    """

    name: str = ""
    status: Literal["actual", "planned"] = "actual"
    dates: Annotated[Amount, days("phase_days")] = UNKNOWN
    published: Annotated[bool | None, flag("published")] = None
    generator: str = ""
    training_share: Annotated[Amount, amount("generator_share")] = UNKNOWN


Shapes = Field(min_length=1, max_length=MAXIMUM_SHAPES)

ROLES = ("policy", "reference", "reward", "value", "student", "teacher", "model")
"""The keys under which a stage describes models."""


class Stage(Stretch, Sequences):
    """A stage of training by a recipe. Its parts are phases of these kinds, by which laws count them:

    reinforcement: rollouts and a second reading of them by the policy (`reread`) are rl_rollouts; what the reference,
    reward and value models read is reward_model_forward; updates of the value model are reward_model_training, of the
    policy rl_updates. With a value model this is PPO, without one GRPO.
    preference (DPO): updates are sft, what the reference reads is reward_model_forward.
    distillation: updates of the student are sft, or pretraining with `as`; what the teacher reads is teacher_forward.
    generation: samples are synthetic_generation, the share `discarded` of them synthetic_discarded.
    fine-tuning: updates are sft.
    """

    recipe: Literal["reinforcement", "preference", "distillation", "generation", "fine-tuning"]
    policy: LearningModel | None = None
    reference: ReadingModel | None = None
    reward: ReadingModel | None = None
    value: ReadingModel | None = None
    rollouts: Annotated[list[Requests], Shapes, OneOrMore()] = []
    epochs: Annotated[int, whole("epochs", 1)] = 1
    reread: Annotated[bool, YES_OR_NO] = False
    pairs: Annotated[list[Pairs], Shapes, OneOrMore()] = []
    student: LearningModel | None = None
    teacher: ReadingModel | None = None
    as_: Literal["sft", "pretraining"] = Field(default="sft", alias="as")
    model: LearningModel | None = None
    tokens: Annotated[Factor, factor("tokens")] = Factor()
    requests: Annotated[list[Requests], Shapes, OneOrMore()] = []
    discarded: Annotated[Amount, Written(_share, f"{DISCARDED.says}; for example {DISCARDED.example}")] = (
        Amount.exactly(0)
    )

    @property
    def trains(self) -> bool:
        """Whether parameters of the model are updated."""
        return self.recipe != "generation"

    @property
    def label(self) -> str:
        """What reports call the stage."""
        return self.name or self.recipe

    def figures(self, role: str) -> Figures | None:
        """The model in a role, where the stage has it."""
        found: Figures | None = getattr(self, role)
        return found

    @model_validator(mode="after")
    def _belongs(self) -> Stage:
        needed, more = RECIPES[self.recipe]
        for key in needed:
            if key not in self.model_fields_set or getattr(self, key) is None:
                raise InputError(f"a stage of {self.recipe} needs {key}.")
        taken = {"recipe", "name", "status", "dates", *needed, *more}
        for key in sorted(self.model_fields_set - taken):
            written = Stage.model_fields[key].alias or key
            known = ", ".join(sorted(Stage.model_fields[name].alias or name for name in taken))
            raise InputError(f"{written} does not belong to a stage of {self.recipe}; it takes {known}.")
        models = [found for role in ROLES if (found := self.figures(role)) is not None]
        self.check_sequences(any(found.config for found in models))
        if self.model is not None and not self.trains:
            for key in sorted(set(TUNING) & self.model.model_fields_set):
                raise InputError(f"model: {key} does not belong to generation, which trains nothing; leave it out.")
        return self


_LENGTHS = ("sequence_length", "sequence_lengths", "attention")
_DATA = ("published", "generator", "training_share")

RECIPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "reinforcement": (("policy", "rollouts"), ("reference", "reward", "value", "epochs", "reread", "attention")),
    "preference": (("policy", "pairs"), ("reference", "attention")),
    "distillation": (("student", "teacher", "tokens"), ("as_", *_LENGTHS, *_DATA)),
    "generation": (("model", "requests"), ("discarded", "attention", *_DATA)),
    "fine-tuning": (("model", "tokens"), _LENGTHS),
}
"""Which keys a recipe needs, and which it takes beyond them."""
