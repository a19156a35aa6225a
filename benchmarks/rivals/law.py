"""ECCN 3A090 and the foundry presumption by hand, on 2026-11-21, in the operators that the rivals share.

``>=``, ``<``, ``&``, ``|`` and ``~`` work on Polars expressions, on DuckDB expressions and on `masks.Truth` alike, with
Kleene's logic: what is unknown stays unknown unless it does not matter. The thresholds are typed in again, from the
law, so that the comparison with gateline is one of two readings.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

OUTCOMES = ("not_met", "undetermined", "met")
ITEMS = ("", "3A090.a.1", "3A090.a.2", "3A090.b.1", "3A090.b.2", "undetermined")
PRESUMED = ("", "presumed-3A090.a.node", "presumed-3A090.a.non-planar", "undetermined")
TPP, DENSITY = "total_processing_performance", "performance_density"
LABELS = {
    "us.ear.3a090:outcome": OUTCOMES,
    "us.ear.3a090:item": ITEMS,
    "us.ear.foundry-presumption:outcome": OUTCOMES,
    "us.ear.foundry-presumption:item": PRESUMED,
}
"""The verdict columns, and what their numbers stand for."""

Look = Callable[[str], Any]
"""Gives a column by its heading."""


def line(value: float) -> float:
    """A threshold for figures that were computed: a quotient that is equal but for rounding is not below it.

    A chip of 1761.6 on 550.5 mm² has a density of exactly 3.2, and of 3.1999999999999997 in float64.
    """
    return value - 4 * math.ulp(value)


LEAST, MIDDLE, MOST = line(1600), line(2400), line(4800)
LOW, HALF, HIGH = line(1.6), line(3.2), line(5.92)
ABOVE_16 = 16 + 4 * math.ulp(16)


def classification(look: Look) -> list[Any]:
    """The items of ECCN 3A090, each less Note 2, which takes out what is under 4800 and not for datacenters."""
    performance, density = look(TPP), look(DENSITY)
    in_scope = (look("datacenter") >= 1) | (performance >= MOST)
    return [
        (performance >= MOST) & in_scope,
        (performance >= LEAST) & (density >= HIGH) & in_scope,
        (performance >= MIDDLE) & (performance < MOST) & (density >= LOW) & (density < HIGH) & in_scope,
        (performance >= LEAST) & (density >= HALF) & (density < HIGH) & in_scope,
    ]


def presumption(look: Look, nothing: Any) -> list[Any]:
    """The items of Note 1 to 3A090.a as they read; `nothing` stands for what no column says."""
    performance, density, transistors = look(TPP), look(DENSITY), look("approximated_transistor_count")
    planar = approved = authorized = headquarters = attests = applied = country = no_memory = nothing
    in_2027 = from_2029 = nothing
    low = performance < LEAST
    middle = (performance < MOST) & (density < HIGH)
    flat = (performance < MOST) & planar
    designer = attests & approved & (low | middle | flat)
    by_standing = attests & authorized & headquarters & (low | middle | flat)
    designer = designer | by_standing | (by_standing & applied)
    inside, attested = look("packaged_by_fabricator") >= 1, look("transistor_count_attested") >= 1
    few = (
        (transistors < 30e9)
        | ((transistors < 35e9) & no_memory & in_2027)
        | ((transistors < 40e9) & no_memory & from_2029)
    )
    fabricator = inside & country & attested & few
    packager = ~inside & (look("osat_approved") >= 1) & attested & few
    out = designer | fabricator | packager
    return [(look("process_node") < ABOVE_16) & ~out, ~planar & ~out]


def presumption_folded(look: Look) -> tuple[Any, Any]:
    """Where Note 1 is met, and where it is not, with what no column says worked into it by hand.

    No designer's route can be sure, and none is possible from 4800; the fabricator's is possible below 40 billion.
    """
    transistors, inside = look("approximated_transistor_count"), look("packaged_by_fabricator") >= 1
    attested = look("transistor_count_attested") >= 1
    packager = ~inside & (look("osat_approved") >= 1) & attested
    possible = attested & (transistors < 40e9) & (inside | (look("osat_approved") >= 1))
    met = (look("process_node") < ABOVE_16) & (look(TPP) >= MOST) & ~possible
    return met, packager & (transistors < 30e9)
