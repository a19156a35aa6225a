"""What is shipped, and the level that it takes: the rules about ICs are put to each sort of chip in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from gateline.amounts import Amount
from gateline.chips.dies import ADVANCED_LOGIC
from gateline.clusters.derive import Contained, Member, as_flag, contained
from gateline.gating import Request
from gateline.inputs import Datum, Inputs, to_columns
from gateline.rules.corpus import Specs
from gateline.rules.explain import group_outcome
from gateline.rules.model import Outcome
from gateline.rules.program import compile_version
from gateline.screening import settle_facts

OF_EITHER = {
    "item_of_a_level": Contained("us.ear.3a090", "3A090.a"),
    "item_of_a_or_b_level": Contained("us.ear.3a090", "3A090"),
    "item_reached_by_letter_2025_04": Contained("us.bis.is-informed-2025-04"),
    "contains_section_232": Contained("us.tariff.section-232"),
}
"""What an IC, or an IC of a system, has to meet."""
OF_MEMORY = Contained("us.ear.3a090c")
SLOW_MEMORY = Contained("us.ear.license-exception-hbm")
"""What a memory stack has to meet, by itself or in a system; one beside what computes is part of that."""
SYSTEM_LEVELS = (Contained("us.ear.4a090"), Contained("us.ear.z-paragraphs"))
"""What gives a system the level of its ICs: the first, or where another entry describes it too, the second."""
WITHIN = Contained("us.ear.case-by-case-2026")
PRESUMPTION = "us.ear.foundry-presumption"
PRESUMING = ("foundry", "osat")
"""Roles under which an advanced logic die is presumed to be of the .a level and for datacenters."""
RULES_ABOUT_ITEMS = (
    *dict.fromkeys(wanted.rule for wanted in (*OF_EITHER.values(), OF_MEMORY, SLOW_MEMORY, WITHIN)),
    ADVANCED_LOGIC,
)
"""The rules on which the level of a chip, and the figures that it rests on, depend for an exporter."""
ENTRIES = ("described_in_5a002", "described_in_4a004")
"""Entries of systems whose lines on license exceptions are narrower than the exceptions."""
CARRIED = (
    "datacenter",
    "designer",
    "designer_headquarters",
    "designer_approved",
    "designer_authorized",
    *ENTRIES,
)
"""Inputs of an item that rules about shipments test themselves."""


@dataclass(frozen=True, slots=True)
class Item:
    """What is shipped.

    Attributes
    ----------
    kind : str
        ``chip`` or ``cluster``.
    inputs : Inputs
        As rules about chips, or about systems, read them.
    members : tuple of Member
        The chips of a system with their inputs; of a chip, the chip itself.
    """

    kind: str
    inputs: Inputs
    members: tuple[Member, ...]


def level(item: Item, specs: Specs, as_of: date, readings: Mapping[str, str], role: str) -> Inputs:
    """The inputs of the rules about shipments that follow from the item alone.

    Parameters
    ----------
    item : Item
    specs : Specs
        The rules about ICs and systems, which the evaluator puts to the item.
    as_of : date
        Day on which they are taken.
    readings : mapping
        Choice per reading, the same under which the item's inputs were derived.
    role : str
        For a foundry or an OSAT the presumption of Note 1 to 3A090.a counts as the .a level.

    Returns
    -------
    Inputs
        Flags on the level of the item, and those of its own inputs that the rules test.
    """
    inputs = {name: item.inputs[name] for name in CARRIED if name in item.inputs}
    for flag, wanted in OF_EITHER.items():
        inputs[flag] = contained(wanted, item.members, specs, as_of, readings)
    inputs["item_within_case_by_case_2026"] = _every(
        item, OF_EITHER["item_of_a_or_b_level"], WITHIN, specs, as_of, readings
    )
    inputs["item_of_3a090_c"] = contained(OF_MEMORY, item.members, specs, as_of, readings)
    inputs["item_open_to_license_exception_hbm"] = _both(
        contained(SLOW_MEMORY, item.members, specs, as_of, readings),
        _every(item, OF_MEMORY, SLOW_MEMORY, specs, as_of, readings),
    )
    if item.kind == "chip":
        inputs |= {flag: Datum(False, "an IC, and no system") for flag in ENTRIES}
    else:
        inputs |= _of_system(item, specs, as_of, readings)
    return _presumed(inputs, item, specs, as_of, readings, role) if role in PRESUMING else inputs


def performance(item: Item) -> Amount:
    """Total processing performance of the item [TPP], added up over its chips; at least that of the known ones."""
    found = [
        (member.count, datum.value)
        for member in item.members
        if (datum := member.inputs.get("total_processing_performance")) and isinstance(datum.value, Amount)
    ]
    low = sum((count * (amount.low or Fraction(0)) for count, amount in found), Fraction(0))
    whole = len(found) == len(item.members) and all(amount.high is not None for _, amount in found)
    high = sum((count * (amount.high or Fraction(0)) for count, amount in found), Fraction(0))
    return Amount(low, high if whole else None)


def _of_system(item: Item, specs: Specs, as_of: date, readings: Mapping[str, str]) -> Inputs:
    """What a system's own inputs say: which entries reach it at which level, and what its file says that it contains."""
    stated = {"item_of_a_level": "contains_3a090_a", "contains_section_232": "contains_section_232"}
    found = {flag: item.inputs[name] for flag, name in stated.items() if name in item.inputs}
    outcomes = []
    for wanted in SYSTEM_LEVELS:
        version = specs.rules[wanted.rule].version_on(as_of)
        if version is not None:
            program = compile_version(specs, wanted.rule, version, as_of, readings)
            outcomes.append(group_outcome(program, to_columns(item.inputs), wanted.group))
    if not outcomes:
        return found
    how = item.inputs["contains_3a090"].how if "contains_3a090" in item.inputs else ""
    return found | {"item_of_a_or_b_level": Datum(as_flag(max(outcomes)), how)}


def _every(
    item: Item, control: Contained, limits: Contained, specs: Specs, as_of: date, readings: Mapping[str, str]
) -> Datum:
    """Whether every IC that is controlled is within some limits."""
    answers = []
    for member in item.members:
        controlled = contained(control, [member], specs, as_of, readings)
        within = contained(limits, [member], specs, as_of, readings)
        answers.append((True if controlled.value is False else within.value, within.how))
    return Datum(_all(value for value, _ in answers), "; ".join(how for _, how in answers))


def _both(first: Datum, second: Datum) -> Datum:
    return replace(first, value=_all((first.value, second.value)))


def _all(values: Iterable[Any]) -> bool | None:
    """Whether all of some flags hold, of which some may be unknown."""
    found = list(values)
    return False if False in found else None if None in found else True


def _presumed(inputs: Inputs, item: Item, specs: Specs, as_of: date, readings: Mapping[str, str], role: str) -> Inputs:
    """The inputs as the presumption has them: of the .a level and for datacenters, unless it is overcome."""
    version = specs.rules[PRESUMPTION].version_on(as_of)
    if version is None or not version.enforced_on(as_of):
        return inputs
    program = compile_version(specs, PRESUMPTION, version, as_of, readings)
    outcomes = []
    for member in item.members:
        columns = to_columns(member.inputs)
        facts, _ = settle_facts(specs, specs.rules[PRESUMPTION], program, columns, Request(as_of, role))
        outcomes.append(group_outcome(program, {**columns, **facts}, ""))
    presumed = max(outcomes)
    if presumed is Outcome.NOT_MET:
        return inputs
    raised = ("item_of_a_level", "item_of_a_or_b_level", "datacenter")
    return inputs | {name: _raised(inputs.get(name, Datum(None)), presumed) for name in raised}


def _raised(datum: Datum, presumed: Outcome) -> Datum:
    if datum.value is True:
        return datum
    told = "presumed" if presumed is Outcome.MET else "perhaps presumed"
    how = f"{datum.how}; {told} (Note 1 to 3A090.a)" if datum.how else f"{told} (Note 1 to 3A090.a)"
    return replace(datum, value=as_flag(presumed), how=how)
