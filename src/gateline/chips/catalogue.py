"""The catalogue: every chip under ``specs/chips``, found by id, name, alias or family."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from gateline.chips.chipfile import Chip
from gateline.documents import Document, read_document
from gateline.errors import InputError, SpecError
from gateline.numerals import clip


@dataclass(frozen=True, slots=True)
class Entry:
    """One chip of the catalogue, not yet read in full: where it stands, and by which names it goes."""

    id: str
    name: str
    vendor: str
    vendor_headquarters: str
    family: str
    reference: bool
    aliases: tuple[str, ...]
    document: Document
    place: tuple[str | int, ...]

    @property
    def part(self) -> Document:
        """The chip as its file has it, and its vendor."""
        part = self.document.part(self.place)
        maker = {"vendor": self.vendor, "vendor_headquarters": self.vendor_headquarters}
        return Document(part.source, {**part.content, **maker}, part.lines)

    def read(self) -> Chip:
        """The chip itself."""
        return self.part.validate(Chip)


@dataclass(frozen=True, slots=True)
class Found:
    """A chip that a name led to; `others` are the other variants of a family of which it is the reference."""

    entry: Entry
    others: tuple[Entry, ...] = ()

    def told(self, name: str) -> str:
        """What is to be said where `name` is that of a family: which variant was taken, and what the others are."""
        if not self.others:
            return ""
        others = ", ".join(entry.id for entry in self.others)
        return f"{clip(name)}: taken as {self.entry.id}, the reference variant of the family; others are {others}."


def fold(name: str) -> str:
    """A name without case, spaces and punctuation: 'RTX 4090' and 'rtx-4090' are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@dataclass(frozen=True)
class Catalogue:
    """All chips under a folder."""

    folder: Path

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Every chip by id, in the order of the files."""
        found: dict[str, Entry] = {}
        for path in sorted(self.folder.glob("*.yaml")):
            if path.name == "sources.yaml":
                continue
            for entry in _entries(path):
                if entry.id in found:
                    raise SpecError(f"{path}: the id {entry.id} stands twice in the catalogue.")
                found[entry.id] = entry
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[Entry]]:
        names: dict[str, list[Entry]] = {}
        for entry in self.entries.values():
            for name in {fold(text) for text in (entry.id, entry.name, *entry.aliases)}:
                names.setdefault(name, []).append(entry)
        return names

    @cached_property
    def _families(self) -> dict[str, list[Entry]]:
        families: dict[str, list[Entry]] = {}
        for entry in self.entries.values():
            if entry.family:
                families.setdefault(fold(entry.family), []).append(entry)
        return families

    @cached_property
    def _sources(self) -> dict[str, str]:
        content = read_document(self.folder / "sources.yaml").content
        return {source["key"]: source["cite"] for source in content["sources"]}

    def sources_of(self, entry: Entry) -> dict[str, str]:
        """What the source keys of a chip stand for."""
        keys = [key.strip().removesuffix(" (recalled)") for key in _source_keys(entry.part.content)]
        return {key: self._sources.get(key, "") for key in dict.fromkeys(keys)}

    def find(self, name: str) -> Found:
        """The chip called `name`.

        Raises
        ------
        InputError
            If no chip is called so (the message suggests near names), or if several are (it lists them).
        """
        if name.lower() in self.entries:
            return Found(self.entries[name.lower()])
        folded = fold(name)
        for family in (folded, *self._without_vendor(folded)):
            if family in self._families:
                return _reference(self._families[family])
        exact = self._by_name.get(folded, [])
        if len(exact) == 1:
            return Found(exact[0])
        candidates = exact or self._starting_with(folded)
        if len(candidates) == 1:
            return Found(candidates[0])
        if candidates:
            listed = ", ".join(entry.id for entry in candidates[:12]) + (" …" if len(candidates) > 12 else "")
            raise InputError(f"'{clip(name)}' could mean several chips: {listed}. Write one of these ids.")
        raise InputError(f"'{clip(name)}' is not in the catalogue. {self._near(folded)}")

    def _without_vendor(self, folded: str) -> list[str]:
        vendors = {fold(entry.vendor) for entry in self.entries.values()}
        return [folded.removeprefix(vendor) for vendor in vendors if folded.startswith(vendor)]

    def _starting_with(self, folded: str) -> list[Entry]:
        """Chips one of whose names, without the vendor, starts with `folded`."""
        if len(folded) < 2:
            return []
        return [
            entry
            for entry in self.entries.values()
            if any(
                fold(text).removeprefix(fold(entry.vendor)).startswith(folded)
                for text in (entry.name, entry.family, entry.id)
            )
        ]

    def _near(self, folded: str) -> str:
        names = {
            fold(text): text for entry in self.entries.values() for text in (entry.family or entry.name, *entry.aliases)
        }
        near = [names[match] for match in get_close_matches(folded, names, n=3, cutoff=0.6)]
        listing = "'gateline catalogue list' shows all; a chip that is not there can be described in a file."
        return f"Did you mean {' or '.join(near)}? {listing}" if near else listing[0].upper() + listing[1:]


def _source_keys(content: Any) -> Iterator[str]:
    if isinstance(content, list):
        for item in content:
            yield from [item] if isinstance(item, str) else _source_keys(item)
    elif isinstance(content, dict):
        for key, value in content.items():
            if key == "source":
                yield from str(value).split(",")
            elif key == "sources" or isinstance(value, dict) or (isinstance(value, list) and key != "aliases"):
                yield from _source_keys(value)


def _reference(members: list[Entry]) -> Found:
    references = [entry for entry in members if entry.reference]
    if len(references) != 1:
        raise SpecError(
            f"the family {members[0].family} has {len(references)} reference variants; it needs exactly one."
        )
    return Found(references[0], tuple(entry for entry in members if entry is not references[0]))


def _entries(path: Path) -> Iterator[Entry]:
    document = read_document(path)
    vendor = _require(document, document.content, (), "vendor")
    headquarters = str(document.content.get("headquarters", ""))
    chips = document.content.get("chips")
    if not isinstance(chips, list):
        raise SpecError(f"{path}: chips: a list of chips is expected.")
    for number, content in enumerate(chips):
        place = ("chips", number)
        yield Entry(
            id=_require(document, content, place, "id"),
            name=_require(document, content, place, "name"),
            vendor=vendor,
            vendor_headquarters=headquarters,
            family=str(content.get("family", "")),
            reference=content.get("reference") == "yes",
            aliases=tuple(content.get("aliases", ())),
            document=document,
            place=place,
        )


def _require(document: Document, content: Any, place: tuple[str | int, ...], key: str) -> str:
    if not isinstance(content, dict) or not isinstance(content.get(key), str):
        raise SpecError(f"{document.where(place)}: {key} is missing; it is required.")
    return str(content[key])
