"""Names that are perhaps one party's, spelled in two ways: told, never merged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

LEGAL_FORMS = frozenset(
    [
        "ab",
        "ag",
        "as",
        "bhd",
        "bv",
        "co",
        "company",
        "corp",
        "corporation",
        "gmbh",
        "inc",
        "incorporated",
        "kg",
        "kk",
        "limited",
        "llc",
        "llp",
        "lp",
        "ltd",
        "nv",
        "oy",
        "plc",
        "pte",
        "pty",
        "sa",
        "sarl",
        "sas",
        "sdn",
        "se",
        "spa",
        "srl",
        "the",
    ]
)
"""Words that say of which form a company is, without dots."""
MAXIMUM_NAMES = 2**20
"""Spellings that are compared."""
SHOWN = 20
"""How many pairs are told one by one."""


def bare(name: str) -> str:
    """A name without case, spaces, punctuation and legal form."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).replace(".", "")
    words = re.findall(r"\w+", letters.replace("_", " "))
    kept = [word for word in words if word not in LEGAL_FORMS]
    return "".join(kept or words)


class Spellings:
    """The different spellings of the names of a column."""

    def __init__(self) -> None:
        self._spelled: dict[str, set[str]] = {}
        self._known: set[str] = set()

    def add(self, names: Iterable[str]) -> None:
        """Take in some names."""
        for name in names:
            if name not in self._known and len(self._known) < MAXIMUM_NAMES:
                self._known.add(name)
                self._spelled.setdefault(bare(name), set()).add(name)

    def remarks(self, column: str) -> Iterator[str]:
        """Which names are spelled in several ways."""
        several = sorted(sorted(names) for names in self._spelled.values() if len(names) > 1)
        for names in several[:SHOWN]:
            told = " and ".join(f"'{_plain(name)}'" for name in names)
            counted = len({" ".join(name.casefold().split()) for name in names})
            yield f"{column}: {told} {_counted(counted)}. Give them one spelling."
        if len(several) > SHOWN:
            yield f"{column}: {len(several) - SHOWN:,} more names are spelled in several ways."
        if len(self._known) >= MAXIMUM_NAMES:
            yield f"{column}: only the first {MAXIMUM_NAMES:,} names were compared with each other."


def _counted(names: int) -> str:
    """As how many names the spellings of one count; capitals and spaces make no other name."""
    if names == 1:
        return "differ only in capitals and spaces, and count as one"
    return f"are perhaps one, and count as {names}"


def _plain(name: str) -> str:
    """A name that can be printed, not too long."""
    text = "".join(letter if letter.isprintable() else "?" for letter in name)
    return text if len(text) <= 60 else f"{text[:57]}…"
