"""Building blocks of input files: values under canonical names, read as text with their units."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, create_model

from gateline.amounts import Amount, read_amount, read_days, read_flag
from gateline.errors import InputError
from gateline.quantities import QUANTITIES, Kind


class Part(BaseModel):
    """A mapping in an input file: no unknown keys."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


def amount(name: str) -> BeforeValidator:
    """Reads an amount of the quantity `name`."""
    return BeforeValidator(
        lambda value: value if isinstance(value, Amount) else read_amount(text(value, name), QUANTITIES[name])
    )


def flag(name: str) -> BeforeValidator:
    """Reads yes, no or unknown; `name` is the key that a message shows."""
    return BeforeValidator(
        lambda value: value if isinstance(value, bool) or value is None else read_flag(text(value, name), name)
    )


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
        return Annotated[Amount | None, BeforeValidator(lambda value: read_days(text(value, name), entry))]
    return str if entry.kind is Kind.NAME else Annotated[Amount | None, amount(name)]


def stated_model(title: str, names: tuple[str, ...]) -> Any:
    """A model with one optional field per canonical name, under that name or an alias of it."""
    fields: dict[str, Any] = {
        name: (_stated_value(name), Field(default=None, validation_alias=AliasChoices(name, *QUANTITIES[name].aliases)))
        for name in names
    }
    return create_model(title, __base__=Part, **fields)
