"""The format of a training ledger: phases, each with one or more estimates of its compute."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateline.amounts import UNKNOWN, Amount
from gateline.errors import InputError
from gateline.fields import Part, Written, amount, flag, stated_model
from gateline.fields import text as as_text
from gateline.numerals import clip, read_number
from gateline.quantities import QUANTITIES
from gateline.training.profiles import Kind

_NOT_STATED = (
    "forward_operations_per_token",
    "training_operations_per_token",
    "generator_share",
    "parameters",
    "active_parameters",
    "tokens",
    "chip_hours",
    "utilization",
)

STATED = tuple(
    name
    for name, entry in QUANTITIES.items()
    if "training" in entry.subjects and not entry.ratio and not entry.total_of and name not in _NOT_STATED
)
"""Quantities that a ledger may state under their canonical names."""

Modality = Literal["text", "code", "speech", "audio", "image", "video", "music", "sound", "biology", "weather", "other"]
LANGUAGE_IMAGE_OR_VIDEO = frozenset({"text", "code", "speech", "audio", "image", "video"})


def _length(text: Any) -> int:
    number = read_number(as_text(text, "sequence_length"))
    if number.denominator != 1 or number < 1:
        raise InputError(
            f"sequence_length: '{clip(str(text))}' is not a number of tokens. Write a whole number such as 8192."
        )
    return int(number)


class Estimate(Part):
    """One estimate of a phase's compute."""

    method: Literal["architecture", "hardware", "declared"]
    params: Annotated[Amount, amount("parameters")] = UNKNOWN
    active_params: Annotated[Amount, amount("active_parameters")] = UNKNOWN
    config: str = ""
    sequence_length: Annotated[int | None, Written(lambda text: _length(text), "tokens per sequence, such as 8192")] = (
        None
    )
    sequence_lengths: dict[str, str] = {}
    attention: Literal["causal", "half", "full"] = "causal"
    tokens: Annotated[Amount, amount("tokens")] = UNKNOWN
    chip: str = ""
    chip_hours: Annotated[Amount, amount("chip_hours")] = UNKNOWN
    peak: Annotated[Amount, amount("dense_rate")] = UNKNOWN
    utilization: Annotated[Amount, amount("utilization")] = UNKNOWN
    utilization_kind: Literal["mfu", "hfu"] = "mfu"
    compute: Annotated[Amount, amount("training_compute")] = UNKNOWN
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
        if self.utilization_kind == "hfu":
            raise InputError(
                "a hardware utilization (hfu) counts recomputed activations, which the rules leave out. Give the model utilization (mfu)."
            )
        if self.config and {"params", "active_params"} & self.model_fields_set:
            raise InputError("give either config, from which the parameters follow, or params.")
        if not self.config and {"sequence_length", "sequence_lengths", "attention"} & self.model_fields_set:
            raise InputError(
                "sequence lengths and attention need config; 6 × parameters × tokens leaves attention out."
            )
        if self.sequence_length is not None and self.sequence_lengths:
            raise InputError("give either sequence_length or sequence_lengths.")
        self._check_bounds()
        return self

    @property
    def lengths(self) -> int | dict[int, int] | None:
        """The length of the sequences, or how many there are of each length."""
        if self.sequence_lengths:
            return {_length(length): _length(times) for length, times in self.sequence_lengths.items()}
        return self.sequence_length

    def _check_bounds(self) -> None:
        bounds = [end for end in (self.low.low, self.compute.low, self.compute.high, self.high.high) if end is not None]
        if bounds != sorted(bounds):
            raise InputError("low, compute and high must rise in this order.")


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
    "architecture": {"sequence_length", "sequence_lengths", "attention"},
    "hardware": {"utilization_kind"},
    "declared": {"low", "high"},
}


class Phase(Part):
    """One stretch of compute of one kind.

    `published` says of generated data whether it is public, of a model (a teacher, a base) whether its parameters are;
    `generator` names the model that generates data, or is trained to; `training_share` is the share of all training
    operations that train on the data.
    """

    kind: Kind
    name: str = ""
    status: Literal["actual", "planned"] = "actual"
    actor: Literal["own", "other"] = "own"
    published: Annotated[bool | None, flag("published")] = None
    generator: str = ""
    training_share: Annotated[Amount, amount("generator_share")] = UNKNOWN
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
    notes: str = ""

    @property
    def stated(self) -> dict[str, Any]:
        """The quantities that the ledger states directly."""
        return {name: getattr(self, name) for name in STATED if name in self.model_fields_set}

    @model_validator(mode="after")
    def _one_total(self) -> Ledger:
        if bool(self.phases) == ("training_compute" in self.stated):
            raise InputError("a ledger has either phases or training_compute.")
        if self.phases and not any(phase.kind in TRAINING for phase in self.phases):
            raise InputError(f"phases: none trains the model; a ledger has at least one of {', '.join(TRAINING)}.")
        return self
