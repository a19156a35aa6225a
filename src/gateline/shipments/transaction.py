"""From where to whom: what is stated of a transaction, and what follows from it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from fractions import Fraction

from gateline.amounts import Amount
from gateline.errors import InputError
from gateline.inputs import Datum, Inputs
from gateline.numerals import clip, number
from gateline.quantities import QUANTITIES
from gateline.rules.corpus import Specs
from gateline.shipments.item import CARRIED

PLACES = ("destination", "headquarters")
OF_SHIPMENT = tuple(name for name, entry in QUANTITIES.items() if "shipment" in entry.subjects)
STATED = (*PLACES, *OF_SHIPMENT, *CARRIED, "contains_section_232")
"""Quantities that may be stated of a shipment under their canonical names."""
EXPORT, REEXPORT, TRANSFER = "export", "reexport", "transfer"
KINDS = (EXPORT, REEXPORT, TRANSFER)
ONE_PLACE = "us.ear.china"
"""Destinations that the regulations treat as one."""
UNITED_STATES = "us.ear.united-states"
CUSTOMS_TERRITORY = "us.tariff.customs-territory"
IN_WORDS = tuple(name for name in OF_SHIPMENT if QUANTITIES[name].words)
"""Names that are one of a few words, such as what an article may be imported for; flags tell the word to rules."""
STATED_AS = {f"{name}_{word.replace('-', '_')}": name for name in IN_WORDS for word in QUANTITIES[name].words} | {
    "headquarters_known": "headquarters"
}
"""The name under which people state what a flag tells."""
HEADING_DIGITS = 6
TOTALS = ("performance_to_consignee_in_year", "performance_to_consignee", "performance_to_country")
TOTALLED = "item_of_a_level"


def derive(stated: Inputs, kind: str | None, specs: Specs, as_of: date) -> Inputs:
    """What is stated of a transaction, and what follows from it.

    Parameters
    ----------
    stated : Inputs
        Under names of `STATED`.
    kind : str or None
        ``export``, ``reexport``, ``transfer``, or None where origin and destination say it, or nobody does.
    specs : Specs
    as_of : date
        Day on which lists are taken.

    Raises
    ------
    InputError
        If the kind contradicts origin and destination, or an end use, a heading or a number of units is none.
    """
    inputs = _movement(stated, kind, specs, as_of) | stated
    if "destination" in stated and "end_user_country" not in stated:
        inputs["end_user_country"] = replace(stated["destination"], how="taken as the country of destination")
    if "tariff_heading" in stated:
        inputs["tariff_heading"] = replace(stated["tariff_heading"], value=_heading(stated["tariff_heading"].value))
    for name in IN_WORDS:
        if name in stated:
            inputs |= {flag: datum for flag, datum in _in_words(name, stated[name]).items() if flag not in stated}
    if "headquarters" in stated and "headquarters_known" not in stated:
        known = stated["headquarters"].value is not None
        inputs["headquarters_known"] = Datum(known, "from headquarters" if known else "headquarters stated as unknown")
    if "origin" in stated and "from_customs_territory" not in stated:
        origin = stated["origin"].value
        within = None if origin is None else origin in specs.members_on(CUSTOMS_TERRITORY, as_of)
        inputs["from_customs_territory"] = Datum(within, "from origin")
    if "units" in stated:
        _check_units(stated["units"])
    return inputs


def with_totals(inputs: Inputs, performance: Amount) -> Inputs:
    """The inputs, with totals that nobody stated as at least what this shipment brings.

    Parameters
    ----------
    inputs : Inputs
        Of the item and the transaction.
    performance : Amount
        Total processing performance of one item [TPP].

    Raises
    ------
    InputError
        If a stated total is less than this shipment brings.
    """
    units = inputs.get("units")
    fewest = units.value.low if units and isinstance(units.value, Amount) and units.value.low else Fraction(1)
    of_level = inputs.get(TOTALLED)
    least = fewest * (performance.low or Fraction(0)) if of_level and of_level.value is True else Fraction(0)
    how = f"at least this shipment: {number(fewest)} × {number(performance.low or Fraction(0))} TPP"
    found = dict(inputs)
    for name in TOTALS:
        stated = inputs.get(name)
        if stated is None:
            found[name] = Datum(Amount(least, None), how)
        elif isinstance(stated.value, Amount) and stated.value.high is not None and stated.value.high < least:
            raise InputError(
                f"{name}: {number(stated.value.high)} TPP is less than this shipment brings ({number(least)} TPP). "
                "Write the total with this shipment in it."
            )
    return found


def _movement(stated: Inputs, kind: str | None, specs: Specs, as_of: date) -> Inputs:
    """Whether the item leaves the United States, or stays in a country."""
    origin, destination = (_country(stated, name) for name in ("origin", "destination"))
    if kind is not None and kind not in KINDS:
        raise InputError(f"transaction: '{clip(kind)}' is none. Write {', '.join(KINDS)}.")
    found = _kind(origin, destination, specs, as_of) if origin else ()
    if kind and found and kind not in found:
        raise InputError(
            f"transaction: {kind} does not fit a shipment from {origin.upper()}"
            f"{f' to {destination.upper()}' if destination else ''}, which is {_with_article(found)}. Leave one of them out."
        )
    kinds = (kind,) if kind else found
    if not kinds:
        return {}
    how = "stated" if kind else "from origin and destination"
    return {
        "exported_from_united_states": Datum(_settled(EXPORT, kinds), how),
        "in_country_transfer": Datum(_settled(TRANSFER, kinds), how),
    }


def _with_article(kinds: tuple[str, ...]) -> str:
    return " or ".join(f"{'an' if kind == EXPORT else 'a'} {kind}" for kind in kinds)


def _country(stated: Inputs, name: str) -> str:
    datum = stated.get(name)
    return datum.value if datum is not None and isinstance(datum.value, str) else ""


def _kind(origin: str, destination: str, specs: Specs, as_of: date) -> tuple[str, ...]:
    """What a shipment from `origin` can be; where the destination is known, one thing."""
    away = EXPORT if origin in specs.members_on(UNITED_STATES, as_of) else REEXPORT
    if not destination:
        return away, TRANSFER
    places = {origin, destination}
    one = len(places) == 1 or any(places <= specs.members_on(area, as_of) for area in (ONE_PLACE, UNITED_STATES))
    return (TRANSFER,) if one else (away,)


def _settled(kind: str, kinds: tuple[str, ...]) -> bool | None:
    return None if kind in kinds and len(kinds) > 1 else kind in kinds


def _heading(value: object) -> str | None:
    """A number of the tariff schedule as its subheading of six digits."""
    if not isinstance(value, str):
        return None
    digits = re.sub(r"[.\s]", "", value)
    if not digits.isascii() or not digits.isdigit() or len(digits) < HEADING_DIGITS:
        raise InputError(
            f"tariff_heading: '{clip(value)}' is no number of the tariff schedule. Write for example 8473.30."
        )
    return f"{digits[:4]}.{digits[4:HEADING_DIGITS]}"


def _in_words(name: str, stated: Datum) -> Inputs:
    """The flags that a word settles: one holds, the others do not."""
    if not isinstance(stated.value, str):
        return {}
    words = QUANTITIES[name].words
    said = stated.value.replace("_", "-").replace(" ", "-")
    told = name.replace("_", " ")
    if said not in words:
        near = get_close_matches(said, words, n=2, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"{told.capitalize()}s: {', '.join(words)}."
        raise InputError(f"{name}: '{clip(stated.value)}' is none. {hint}")
    flags = {word: f"{name}_{word.replace('-', '_')}" for word in words}
    return {flag: Datum(word == said, f"{told}: {said}") for word, flag in flags.items() if flag in QUANTITIES}


def _check_units(units: Datum) -> None:
    ends = (units.value.low, units.value.high) if isinstance(units.value, Amount) else ()
    for end in ends:
        if end is not None and end.denominator != 1:
            raise InputError(f"units: {number(end)} is not a number of items. Write a whole number such as 8.")
