"""What the formats of rule and list files share: how a day is written, and how an entry of the registry is named."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from gateline.amounts import read_date
from gateline.errors import InputError
from gateline.fields import Written
from gateline.quantities import Kind, Quantity, quantity

Day = Annotated[date, Written(lambda text: read_date(str(text), "date"), "a date such as 2026-11-21")]


def registered(name: str, kind: Kind) -> Quantity:
    """The registry entry called `name`, which must be of that kind.

    Raises
    ------
    InputError
        If there is none, it is of another kind, or `name` is an alias.
    """
    entry = quantity(name)
    if entry.kind is not kind:
        raise InputError(f"{name} is a {entry.kind}, not a {kind}.")
    if entry.name != name:
        raise InputError(f"write the canonical name {entry.name}, not {name}.")
    return entry
