"""The format of a training ledger: phases, each with one or more estimates of its compute."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateline.amounts import UNKNOWN, Amount
from gateline.errors import InputError
from gateline.fields import Part, amount, stated_model
from gateline.quantities import QUANTITIES

_NOT_STATED = ("parameters", "active_parameters", "tokens", "chip_hours", "utilization")

STATED = tuple(
    name
    for name, entry in QUANTITIES.items()
    if "training" in entry.subjects and entry.ratio is None and name not in _NOT_STATED
)
"""Quantities that a ledger may state under their canonical names."""

Modality = Literal["text", "code", "speech", "audio", "image", "video", "music", "sound", "biology", "weather", "other"]
LANGUAGE_IMAGE_OR_VIDEO = frozenset({"text", "code", "speech", "audio", "image", "video"})


class Estimate(Part):
    """One estimate of a phase's compute."""

    method: Literal["architecture", "hardware", "declared"]
    params: Annotated[Amount, amount("parameters")] = UNKNOWN
    active_params: Annotated[Amount, amount("active_parameters")] = UNKNOWN
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
            "architecture": (("tokens",), ("params", "active_params")),
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
        self._check_bounds()
        return self

    def _check_bounds(self) -> None:
        bounds = [end for end in (self.low.low, self.compute.low, self.compute.high, self.high.high) if end is not None]
        if bounds != sorted(bounds):
            raise InputError("low, compute and high must rise in this order.")


EXTRA: dict[str, set[str]] = {
    "architecture": set(),
    "hardware": {"utilization_kind"},
    "declared": {"low", "high"},
}


class Phase(Part):
    """One stretch of training whose operations update the parameters."""

    kind: Literal["pretraining", "continued_pretraining", "sft", "rl_updates"]
    name: str = ""
    status: Literal["actual", "planned"] = "actual"
    estimates: Annotated[list[Estimate], Field(min_length=1)]


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
        return self
