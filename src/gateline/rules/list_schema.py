"""The formats of list files, of the readings and of the countries, as pydantic models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gateline.errors import InputError
from gateline.fields import Part
from gateline.rules.model import Member, NamedList, Reading
from gateline.rules.schema import CitationEntry, Confidence
from gateline.rules.schema_parts import Day


class MemberEntry(Part):
    """A country (by code), or an entity or product (by name), on a list."""

    code: str = ""
    name: str
    aliases: list[str] = []
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = Field(default=None, alias="to")
    cite: str = ""
    confidence: Confidence | None = None
    note: str = ""

    def build(self) -> list[Member]:
        """One member per name by which it may be looked up."""
        names = [self.code] if self.code else [self.name, *self.aliases]
        return [Member(name, self.name, self.since, self.until, self.confidence or "", self.note) for name in names]


class ListFile(Part):
    """A list file: names, each with the period in which it stands on the list."""

    schema_: Literal["1"] = Field(alias="schema")
    id: str
    title: str
    of: Literal["country", "entity", "product"]
    citations: Annotated[list[CitationEntry], Field(min_length=1)]
    confidence: Confidence
    includes: list[str] = []
    members: list[MemberEntry] = []

    @model_validator(mode="after")
    def _codes(self) -> ListFile:
        for member in self.members:
            if (self.of == "country") != bool(member.code):
                raise InputError(f"{member.name}: a list of countries has codes, another list has none.")
        return self

    def build(self) -> NamedList:
        """The list itself."""
        return NamedList(
            id=self.id,
            title=self.title,
            of=self.of,
            confidence=self.confidence,
            citations=tuple(entry.build() for entry in self.citations),
            members=tuple(built for member in self.members for built in member.build()),
            includes=tuple(self.includes),
        )


class ChoiceEntry(Part):
    """One way to read the law."""

    id: str
    says: str


class ReadingEntry(Part):
    """A choice that the law leaves open."""

    id: str
    subject: Literal["chip", "training", "cluster", "shipment"]
    asks: str
    default: str
    choices: Annotated[list[ChoiceEntry], Field(min_length=2)]
    cite: str

    @model_validator(mode="after")
    def _has_default(self) -> ReadingEntry:
        if self.default not in [choice.id for choice in self.choices]:
            raise InputError(f"the default {self.default} is not one of the choices.")
        return self

    def build(self) -> Reading:
        """The reading itself."""
        choices = tuple((choice.id, choice.says) for choice in self.choices)
        return Reading(self.id, self.subject, self.asks, self.default, choices, self.cite)


class ReadingsFile(Part):
    """All readings."""

    schema_: Literal["1"] = Field(alias="schema")
    readings: list[ReadingEntry]


class CountryEntry(Part):
    """A country code and the names by which people call it."""

    code: str
    name: str
    aliases: list[str] = []


class CountriesFile(Part):
    """All ISO 3166-1 codes."""

    schema_: Literal["1"] = Field(alias="schema")
    countries: list[CountryEntry]
