"""The format of a training ledger: phases, each with one or more estimates of its compute."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateline.amounts import UNKNOWN, Amount
from gateline.errors import InputError
from gateline.fields import amount, stated_model
from gateline.quantities import QUANTITIES
from gateline.training.factors import Factor, factor
from gateline.training.figures import TUNING, Sequences, Trained
from gateline.training.profiles import Kind
from gateline.training.stages import MAXIMUM_STAGES, Stage, Stretch
from gateline.training.utilization import Kind as UtilizationKind
from gateline.training.utilization import Policy, Recompute, Utilization, model_utilization

_NOT_STATED = (
    "forward_operations_per_token",
    "training_operations_per_token",
    "generator_share",
    "parameters",
    "active_parameters",
    "tokens",
    "chip_hours",
    "utilization",
    "recompute_share",
    "phase_days",
)

STATED = tuple(
    name
    for name, entry in QUANTITIES.items()
    if "training" in entry.subjects and not entry.ratio and not entry.total_of and name not in _NOT_STATED
)
"""Quantities that a ledger may state under their canonical names."""

Modality = Literal["text", "code", "speech", "audio", "image", "video", "music", "sound", "biology", "weather", "other"]
BIOLOGY = "biology"
LANGUAGE_IMAGE_OR_VIDEO = frozenset({"text", "code", "speech", "audio", "image", "video"})


class Estimate(Trained, Sequences):
    """One estimate of a phase's compute."""

    method: Literal["architecture", "hardware", "declared"]
    tokens: Annotated[Factor, factor("tokens")] = Factor()
    chip: str = ""
    chip_hours: Annotated[Factor, factor("chip_hours")] = Factor()
    peak: Annotated[Factor, factor("dense_rate")] = Factor()
    utilization: Annotated[Factor, factor("utilization")] = Factor()
    utilization_kind: UtilizationKind = "mfu"
    recompute: Policy | None = None
    recompute_share: Annotated[Amount, amount("recompute_share")] = UNKNOWN
    compute: Annotated[Factor, factor("training_compute")] = Factor()
    low: Annotated[Amount, amount("training_compute")] = UNKNOWN
    high: Annotated[Amount, amount("training_compute")] = UNKNOWN
    source: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Estimate:
        needed = {
            "architecture": (("tokens",), ("params", "active_params", "config")),
            "hardware": (("chip_hours",), ("utilization",), ("chip", "peak")),
            "declared": (("compute",),),
        }[self.method]
        for choices in needed:
            if not self.model_fields_set.intersection(choices):
                raise InputError(f"an estimate by {self.method} needs {' or '.join(choices)}.")
        allowed = {"method", "source"}.union(*needed, EXTRA[self.method])
        for key in sorted(self.model_fields_set - allowed):
            raise InputError(
                f"{key} does not belong to an estimate by {self.method}; it takes {', '.join(sorted(allowed))}."
            )
        if self.method == "hardware":
            _ = self.model_share
        self.check_route()
        self.check_tuning()
        self.check_sequences(bool(self.config))
        self._check_bounds()
        return self

    @property
    def model_share(self) -> Fraction:
        """The model utilization for each unit of the utilization that is stated."""
        recompute = None if self.recompute is None else Recompute(self.recompute, self.recompute_share.low)
        return model_utilization(Utilization(self.utilization_kind, Fraction(1)), recompute)

    def _check_bounds(self) -> None:
        compute = self.compute.amount
        bounds = [end for end in (self.low.low, compute.low, compute.high, self.high.high) if end is not None]
        if bounds != sorted(bounds):
            raise InputError("low, compute and high must rise in this order.")
        if self.compute.spread is not None and {"low", "high"} & self.model_fields_set:
            raise InputError("compute is a distribution, so low and high have no place beside it; leave them out.")


TRAINING = ("pretraining", "continued_pretraining", "sft", "rl_updates", "base_model")
"""Kinds of which a ledger has at least one."""

ABOUT: dict[str, tuple[str, ...]] = {
    "published": ("synthetic_generation", "synthetic_discarded", "teacher_forward", "teacher_training", "base_model"),
    "generator": ("synthetic_generation", "synthetic_discarded", "teacher_forward", "teacher_training"),
    "training_share": ("synthetic_generation", "synthetic_discarded", "teacher_forward"),
    "actor": ("base_model", "teacher_training"),
}
"""Which keys of a phase say something of which kinds."""

EXTRA: dict[str, set[str]] = {
    "architecture": {"sequence_length", "sequence_lengths", "attention", *TUNING},
    "hardware": {"utilization_kind", "recompute", "recompute_share"},
    "declared": {"low", "high"},
}


class Phase(Stretch):
    """One stretch of compute of one kind."""

    kind: Kind
    actor: Literal["own", "other"] | None = None
    estimates: Annotated[list[Estimate], Field(min_length=1)]

    @model_validator(mode="after")
    def _belongs(self) -> Phase:
        for key, kinds in ABOUT.items():
            if key in self.model_fields_set and self.kind not in kinds:
                raise InputError(f"{key} does not belong to {self.kind}; it says something of {', '.join(kinds)}.")
        return self


_Stated: Any = stated_model("Stated", STATED)


class Ledger(_Stated):  # type: ignore[misc]
    """A training ledger."""

    schema_: Literal["1"] = Field(default="1", alias="schema")
    model: str
    modality: Annotated[list[Modality], Field(min_length=1)] | None = None
    phases: list[Phase] = []
    stages: Annotated[list[Stage], Field(max_length=MAXIMUM_STAGES)] = []
    notes: str = ""

    @property
    def stated(self) -> dict[str, Any]:
        """The quantities that the ledger states directly."""
        return {name: getattr(self, name) for name in STATED if name in self.model_fields_set}

    @model_validator(mode="after")
    def _one_total(self) -> Ledger:
        if bool(self.phases or self.stages) == ("training_compute" in self.stated):
            raise InputError("a ledger has either phases or training_compute; stages stand for phases.")
        trains = any(phase.kind in TRAINING for phase in self.phases) or any(stage.trains for stage in self.stages)
        if (self.phases or self.stages) and not trains:
            raise InputError(
                f"phases: none trains the model; a ledger has at least one of {', '.join(TRAINING)}, or a stage that trains."
            )
        return self
