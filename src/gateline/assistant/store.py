"""What an assistant can read beside the answers of tools: full verdicts of this session, rules and chips."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from gateline.errors import InputError
from gateline.jobs import default_catalogue
from gateline.numerals import clip
from gateline.report import corpus
from gateline.rules.specfiles import default_specs

SCHEME = "gateline://"
KEPT = 64
LISTED = {
    "rules": "Every rule: id, subject, effect, version, status, title.",
    "chips": "Every chip of the catalogue: id, name, vendor, family.",
}
TEMPLATES = {
    "verdict/{key}": "A full verdict that a tool gave in this session.",
    "rules/{id}": "Every version of a rule: items, thresholds, dates, status, citations.",
    "chips/{id}": "Every figure of a chip, with its source and confidence.",
}


@dataclass(slots=True)
class Store:
    """Full verdicts by address, the latest `KEPT` of them; nothing outlives the session."""

    _verdicts: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def keep(self, verdict: str) -> str:
        """The address under which a full verdict can be read from now on."""
        address = f"{SCHEME}verdict/{sha256(verdict.encode()).hexdigest()[:16]}"
        self._verdicts[address] = verdict
        self._verdicts.move_to_end(address)
        while len(self._verdicts) > KEPT:
            self._verdicts.popitem(last=False)
        return address

    def read(self, address: str) -> str:
        """The JSON at an address.

        Raises
        ------
        InputError
            If there is none.
        """
        if address in self._verdicts:
            return self._verdicts[address]
        kind, _, name = address.removeprefix(SCHEME).partition("/")
        if not address.startswith(SCHEME) or kind not in READERS:
            known = ", ".join(SCHEME + path for path in (*LISTED, *TEMPLATES))
            raise InputError(f"'{clip(address)}' is not kept, or no longer. Addresses are {known}.")
        return READERS[kind](name)


def _rules(name: str) -> str:
    specs = default_specs()
    return corpus.show_rules(specs.select((name,)), "json") if name else corpus.list_rules(specs, None, "json")


def _chips(name: str) -> str:
    catalogue = default_catalogue()
    if name:
        return corpus.show_chip(catalogue.find(name).entry, catalogue, "json")
    return corpus.list_chips(catalogue, "json")


READERS: dict[str, Callable[[str], str]] = {"rules": _rules, "chips": _chips}
