"""The rules, lists and countries of one data release, loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from gateline.errors import InputError
from gateline.numerals import clip
from gateline.quantities import MAXIMUM_LISTED, Quantity
from gateline.rules.model import Country, NamedList, Reading, Rule, belongs


@dataclass(frozen=True)
class Specs:
    """One data release.

    Attributes
    ----------
    folder : Path
        Where it was read.
    version : str
        The version of the data.
    digest : str
        SHA-256 over every file, so that a verdict can say which bytes decided it.
    rules, lists : dict
        By id.
    countries : dict
        By lower-case ISO 3166 code, name and alias.
    readings : dict
        The choices that the law leaves open, by id.
    programs : dict
        Versions made ready to run, kept by `gateline.rules.program`.
    """

    folder: Path
    version: str
    digest: str
    rules: dict[str, Rule]
    lists: dict[str, NamedList]
    countries: dict[str, Country]
    readings: dict[str, Reading]
    programs: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs; `programs` go by the identities of objects, which it has not."""
        return {**self.__dict__, "programs": {}}

    @property
    def checked(self) -> date | None:
        """The latest day on which a source was looked at: what changed later is not in the data."""
        rules = [version.citations for rule in self.rules.values() for version in rule.versions]
        lists = [named.citations for named in self.lists.values()]
        days = [citation.checked for citations in (*rules, *lists) for citation in citations if citation.checked]
        return max(days, default=None)

    def choose_readings(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """The choice for every reading: the one made, else the default.

        Raises
        ------
        InputError
            If a reading or a choice does not exist; the message lists what does.
        """
        for name, choice in chosen.items():
            if name not in self.readings:
                raise InputError(f"no reading is called '{clip(name)}'. Readings: {', '.join(self.readings)}.")
            choices = [known for known, _ in self.readings[name].choices]
            if choice not in choices:
                raise InputError(f"the reading {name} has no choice '{clip(choice)}'. Choices: {', '.join(choices)}.")
        return {name: chosen.get(name, reading.default) for name, reading in self.readings.items()}

    def select(self, prefixes: tuple[str, ...]) -> list[Rule]:
        """The rules whose id is one of `prefixes` or lies below one.

        Raises
        ------
        InputError
            If a prefix selects nothing; the message suggests near ids.
        """
        for prefix in prefixes:
            if not any(belongs(rule, prefix) for rule in self.rules):
                near = get_close_matches(prefix, self.rules, n=3, cutoff=0.5)
                known = ", ".join(sorted(self.rules)[:MAXIMUM_LISTED])
                hint = f"Did you mean {' or '.join(near)}?" if near else f"Rules: {known} …; see 'gateline rules list'."
                raise InputError(f"no rule is called '{clip(prefix)}'. {hint}")
        return [rule for name, rule in self.rules.items() if any(belongs(name, prefix) for prefix in prefixes)]

    def members_on(self, list_id: str, day: date) -> frozenset[str]:
        """The names on a list on `day`, lower-case, those of included lists too."""
        named = self.lists[list_id]
        own = {member.name.lower() for member in named.members if member.listed(day)}
        return frozenset(own.union(*(self.members_on(included, day) for included in named.includes)))

    def read_name(self, text: str, entry: Quantity) -> str | None:
        """The country code or the entity name (lower-case) that `text` means; None for ``unknown``.

        Raises
        ------
        InputError
            If it names no country; the message suggests near names.
        """
        name = text.strip().lower()
        if name in ("unknown", "?"):
            return None
        if not name or not name.isprintable():
            raise InputError(
                f"{entry.name}: '{clip(text)}' is not a name. Write for example {entry.example}, or unknown."
            )
        if entry.of != "country":
            return name
        if name not in self.countries:
            raise InputError(f"{entry.name}: '{clip(text)}' is not a country. {self._near_countries(name)}")
        return self.countries[name].code.lower()

    def _near_countries(self, name: str) -> str:
        near = [self.countries[known] for known in get_close_matches(name, self.countries, n=3, cutoff=0.6)]
        if not near:
            return "Write an ISO 3166 code such as CN, or the country's name."
        return f"Did you mean {' or '.join(f'{country.name} ({country.code})' for country in dict.fromkeys(near))}?"
