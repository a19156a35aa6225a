"""Chips of the catalogue whose names look like what somebody typed."""

from __future__ import annotations

from difflib import get_close_matches

from gateline.chips.catalogue import Entry, fold
from gateline.jobs import default_catalogue

SIMILAR = 0.6


def find_chips(query: str, limit: int) -> list[Entry]:
    """Up to `limit` chips: first those called so, then those whose names contain it, then similar ones.

    An empty query finds the first of the catalogue.
    """
    entries = list(default_catalogue().entries.values())
    wanted = fold(query)
    names = {entry.id: _names(entry) for entry in entries}
    exact = [entry for entry in entries if wanted in names[entry.id]]
    inside = [entry for entry in entries if any(wanted in name for name in names[entry.id])]
    similar = get_close_matches(wanted, {name for found in names.values() for name in found}, n=limit, cutoff=SIMILAR)
    near = [entry for name in similar for entry in entries if name in names[entry.id]]
    return list({entry.id: entry for entry in (*exact, *inside, *near)}.values())[:limit]


def _names(entry: Entry) -> list[str]:
    return [fold(name) for name in (entry.family, entry.id, entry.name, *entry.aliases) if name]
