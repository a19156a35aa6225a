"""Building blocks of input files: values under canonical names, read as text with their units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    create_model,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from gateline.amounts import Amount, read_amount, read_days, read_flag
from gateline.errors import InputError
from gateline.quantities import QUANTITIES, Kind


class Part(BaseModel):
    """A mapping in an input file: no unknown keys."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


@dataclass(frozen=True, slots=True)
class Written:
    """Marks a field whose value people write as text: how it is read, and how an editor's schema describes it.

    `mapping` names the keys with which it may be written as a mapping instead.
    """

    read: Callable[[Any], Any]
    says: str
    mapping: tuple[str, ...] = ()

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        """The text is read; what a default holds is left alone."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, _: CoreSchema, __: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Editors type what YAML types, so plain numbers and yes or no are let through to be read as text."""
        plain = {"type": ["string", "number", "boolean"], "description": self.says}
        if not self.mapping:
            return plain
        keys = {key: {"type": ["string", "number"]} for key in self.mapping}
        return {**plain, "type": [*plain["type"], "object"], "properties": keys, "additionalProperties": False}


def amount(name: str) -> Written:
    """Reads an amount of the quantity `name`."""
    entry = QUANTITIES[name]
    return Written(lambda value: read_amount(text(value, name), entry), f"{entry.says}; for example {entry.example}")


def flag(name: str) -> Written:
    """Reads yes, no or unknown; `name` is the key that a message shows."""
    says = f"{QUANTITIES[name].says}; yes, no or unknown" if name in QUANTITIES else "yes, no or unknown"
    return Written(lambda value: read_flag(text(value, name), name), says)


def days(name: str) -> Written:
    """Reads a date, a year or a span."""
    entry = QUANTITIES[name]
    return Written(lambda value: read_days(text(value, name), entry), f"{entry.says}; for example {entry.example}")


def text(value: Any, name: str) -> str:
    """`value`, which must be text and not a list or mapping."""
    if not isinstance(value, str):
        example = QUANTITIES[name].example if name in QUANTITIES else "yes"
        raise InputError(f"{name}: a value is expected here, for example '{example}'.")
    return value


def _stated_value(name: str) -> Any:
    entry = QUANTITIES[name]
    if entry.kind is Kind.FLAG:
        return Annotated[bool | None, flag(name)]
    if entry.kind is Kind.DATE:
        return Annotated[Amount | None, days(name)]
    return str if entry.kind is Kind.NAME else Annotated[Amount | None, amount(name)]


def stated_model(title: str, names: tuple[str, ...]) -> Any:
    """A model with one optional field per canonical name, under that name or an alias of it."""
    fields: dict[str, Any] = {
        name: (_stated_value(name), Field(default=None, validation_alias=AliasChoices(name, *QUANTITIES[name].aliases)))
        for name in names
    }
    return create_model(title, __base__=Part, **fields)
