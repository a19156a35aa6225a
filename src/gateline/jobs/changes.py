"""Inputs that people override or add, as text under canonical names."""

from __future__ import annotations

from dataclasses import replace

from gateline.errors import InputError
from gateline.inputs import Inputs, read_datum
from gateline.quantities import QUANTITIES, quantity
from gateline.rules.corpus import Specs
from gateline.screening import Screening


def read_changes(changes: dict[str, str], known: tuple[str, ...], specs: Specs) -> Inputs:
    """The inputs that `changes` states.

    Raises
    ------
    InputError
        If a name is not among `known`, is set twice, or its value cannot be read.
    """
    inputs: Inputs = {}
    for name, text in changes.items():
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
