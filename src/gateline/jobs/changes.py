"""Inputs that people override or add, as text under canonical names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateline.errors import InputError
from gateline.inputs import Inputs, read_datum
from gateline.numerals import clip
from gateline.quantities import QUANTITIES, Kind, quantity
from gateline.rules.corpus import Specs
from gateline.screening import Screening


def stated_texts(changes: Any) -> Mapping[str, str]:
    """The changes, all of them text by name.

    Raises
    ------
    InputError
        If one is something else, such as a number, whose unit nobody could know.
    """
    if not isinstance(changes, Mapping):
        raise InputError(
            f"changes: {clip(repr(changes))} is no dict. Give texts by name, such as {{'die_area': '814 mm^2'}}."
        )
    for name, value in changes.items():
        if not isinstance(name, str):
            raise InputError(f"changes: {clip(repr(name))} is no name. Give text such as 'die_area'.")
        if not isinstance(value, str):
            raise InputError(f"{clip(name)}: {clip(repr(value))} is not text. Write it as text{_as_text(name, value)}.")
    return changes


def _as_text(name: str, value: object) -> str:
    """How a value would be written that is none; of a name that is not known there is nothing to say."""
    try:
        entry = quantity(name)
    except InputError:
        return ""
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and entry.kind is Kind.AMOUNT
    return f' such as "{value} {entry.unit}"' if number and entry.unit else f' such as "{entry.example}"'


def read_changes(changes: Mapping[str, str], known: tuple[str, ...], specs: Specs) -> Inputs:
    """The inputs that `changes` states.

    Raises
    ------
    InputError
        If a name is not among `known`, is set twice, or its value cannot be read.
    """
    inputs: Inputs = {}
    for name, text in stated_texts(changes).items():
        canonical = quantity(name, among=known).name
        if canonical in inputs:
            raise InputError(f"{canonical}: is set twice, once under another name; set it once.")
        inputs[canonical] = read_datum(canonical, text, specs, "set on the command line")
    return inputs


def overridden(inputs: Inputs, stated: Inputs) -> Inputs:
    """The inputs with what is stated in their place; what is the same quantity by another definition goes with it."""
    restated = {
        name for name, entry in QUANTITIES.items() if len(entry.total_of) == 1 and set(entry.total_of) & set(stated)
    }
    return {name: datum for name, datum in inputs.items() if name not in restated} | stated


def with_idle(screening: Screening, stated: Inputs) -> Screening:
    """The screening, with a remark on inputs that were stated and on which no rule shown depends, nor a date of its duties."""
    events = {event for verdict in screening.verdicts for event in verdict.version.events}
    idle = [name for name in stated if not screening.tests(name) and name not in events]
    remark = f"no rule shown depends on {', '.join(idle)}; it is kept with the inputs and changes nothing."
    return replace(screening, remarks=(*screening.remarks, remark)) if idle else screening
