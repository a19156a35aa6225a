"""What a file says of a model, its size or its configuration and what of it is trained, and of the sequences it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from gateline.amounts import read_flag
from gateline.errors import InputError
from gateline.fields import Part, Written, text
from gateline.numerals import clip, read_number
from gateline.training.architecture import Tuning
from gateline.training.factors import Factor, factor

MAXIMUM_WHOLE = 10**12
MAXIMUM_TARGETS = 64


def read_whole(given: Any, what: str, example: int, least: int = 1) -> int:
    """A whole number; `what` says of what.

    Raises
    ------
    InputError
        If it is none, below `least` or above 10^12.
    """
    if not isinstance(given, str):
        raise InputError(f"a whole number is expected here, such as {example}.")
    number = read_number(given)
    if number.denominator != 1 or not least <= number <= MAXIMUM_WHOLE:
        raise InputError(
            f"'{clip(given)}' is not a number of {what}. Write a whole number from {least} to 10^12, such as {example}."
        )
    return int(number)


def whole(what: str, example: int, least: int = 1) -> Written:
    """Reads a whole number; `what` says of what."""
    return Written(lambda given: read_whole(given, what, example, least), f"number of {what}, such as {example}")


def _yes_or_no(given: Any) -> bool:
    word = text(given, "yes or no")
    flag = read_flag(word, "value")
    if flag is None:
        raise InputError(f"'{clip(word)}' is neither yes nor no, and the operations follow from it. Write one of them.")
    return flag


YES_OR_NO = Written(_yes_or_no, "yes or no")


@dataclass(frozen=True, slots=True)
class OneOrMore:
    """Marks a list that may be written as its only entry."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """What is not a list is read as a list of it."""
        return core_schema.no_info_before_validator_function(_listed, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Either is let through."""
        listed = handler(schema)
        return {"anyOf": [listed["items"], listed]}


def _listed(given: Any) -> Any:
    return given if isinstance(given, list) else [given]


class Sequences(Part):
    """The sequences that a model by configuration reads, and how its attention is counted."""

    sequence_length: Annotated[int | None, whole("tokens", 8192)] = None
    sequence_lengths: dict[str, str] = {}
    attention: Literal["causal", "half", "full"] = "causal"

    @property
    def lengths(self) -> int | dict[int, int] | None:
        """The length of the sequences, or how many there are of each length."""
        if self.sequence_lengths:
            return {
                read_whole(length, "tokens", 8192): read_whole(times, "sequences", 100)
                for length, times in self.sequence_lengths.items()
            }
        return self.sequence_length

    def check_sequences(self, has_config: bool) -> None:
        """Refuse what has no effect, and two ways of saying the same.

        Raises
        ------
        InputError
            For lengths or attention without a configuration, or lengths given twice.
        """
        if not has_config and {"sequence_length", "sequence_lengths", "attention"} & self.model_fields_set:
            raise InputError(
                "sequence lengths and attention need config; 6 × parameters × tokens leaves attention out."
            )
        if self.sequence_length is not None and self.sequence_lengths:
            raise InputError("give either sequence_length or sequence_lengths.")


class Figures(Part):
    """A model by its size or by its configuration."""

    params: Annotated[Factor, factor("parameters")] = Factor()
    active_params: Annotated[Factor, factor("active_parameters")] = Factor()
    config: str = ""

    @property
    def has_active(self) -> bool:
        """Whether the active parameters are stated."""
        return "active_params" in self.model_fields_set

    def check_route(self) -> None:
        """Refuse a model described twice.

        Raises
        ------
        InputError
            If both a configuration and parameters are given.
        """
        if self.config and {"params", "active_params"} & self.model_fields_set:
            raise InputError("give either config, from which the parameters follow, or params.")

    def check_described(self) -> None:
        """Refuse a model that is not described, or twice.

        Raises
        ------
        InputError
            If there is neither a configuration nor parameters, or both.
        """
        if not {"config", "params", "active_params"} & self.model_fields_set:
            raise InputError("a model needs params, active_params or config.")
        self.check_route()


class Lora(Part):
    """Adapters of low rank: everything but them is frozen."""

    rank: Annotated[int, whole("dimensions", 16)]
    targets: Annotated[list[str], Field(min_length=1, max_length=MAXIMUM_TARGETS), OneOrMore()]


class Trained(Figures):
    """A model, and what of it is trained: all of it where nothing else is said.

    `adapter_params` are the parameters of adapters on a frozen model of `params`; with a configuration, `lora` says
    which matrices have adapters, and the frozen parts can be named.
    """

    adapter_params: Annotated[Factor, factor("parameters")] = Factor()
    lora: Lora | None = None
    frozen_layers: Annotated[int, whole("layers, from the first", 12, least=0)] = 0
    frozen_embeddings: Annotated[bool, YES_OR_NO] = False
    frozen_head: Annotated[bool, YES_OR_NO] = False
    multi_token_prediction: Annotated[bool | None, YES_OR_NO] = None

    @property
    def has_adapters(self) -> bool:
        """Whether only adapters of a stated size are trained."""
        return "adapter_params" in self.model_fields_set

    @property
    def tuning(self) -> Tuning:
        """What is trained of a model by configuration."""
        if self.lora is not None:
            return Tuning(rank=self.lora.rank, targets=tuple(self.lora.targets))
        return Tuning(self.frozen_layers, self.frozen_embeddings, self.frozen_head)

    def check_tuning(self) -> None:
        """Refuse what does not go with the way in which the model is described.

        Raises
        ------
        InputError
            For `lora` and frozen parts without a configuration or with each other, `adapter_params` with one.
        """
        if self.config and self.has_adapters:
            raise InputError("adapter_params go with params; with config write lora: {rank: 16, targets: all-linear}.")
        for key in BY_CONFIGURATION:
            if key in self.model_fields_set and not self.config:
                raise InputError(f"{key} needs config, from which the layers follow; with params write adapter_params.")
        if self.lora is not None and FROZEN & self.model_fields_set:
            raise InputError("lora freezes all other parameters; leave the frozen parts out.")


FROZEN = {"frozen_layers", "frozen_embeddings", "frozen_head"}
BY_CONFIGURATION = ("lora", *sorted(FROZEN), "multi_token_prediction")
TUNING = ("adapter_params", *BY_CONFIGURATION)
"""The keys that say what is trained."""


class ReadingModel(Figures):
    """A model that reads or writes and is not trained, or all of it."""

    @model_validator(mode="after")
    def _complete(self) -> ReadingModel:
        self.check_described()
        return self


class LearningModel(Trained):
    """A model that is trained, all of it or in part."""

    @model_validator(mode="after")
    def _complete(self) -> LearningModel:
        self.check_described()
        self.check_tuning()
        return self
