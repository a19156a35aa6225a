"""The format of rule files, as pydantic models; the JSON Schema for editors comes from here."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from gateline.errors import InputError
from gateline.fields import Part, Written
from gateline.numerals import read_number
from gateline.quantities import Kind
from gateline.rules.condition_schema import ConditionEntry, Truth
from gateline.rules.due_schema import DueEntry
from gateline.rules.model import (
    Citation,
    Clause,
    MemberTest,
    Period,
    Point,
    Rule,
    ScopeFact,
    Status,
    Tolerance,
    Version,
    belongs,
)
from gateline.rules.schema_parts import Day, registered
from gateline.rules.total_schema import TotalEntry

Confidence = Literal["primary", "secondary", "uncertain"]


def _share(text: str) -> Fraction:
    share = read_number(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 < share < 1:
        raise InputError(f"'{text}' is not a share between 0 and 1. Write for example 30 %.")
    return share


Share = Annotated[Fraction, Written(lambda text: _share(str(text)), "a share, such as 30 %")]


class PeriodEntry(Part):
    """A period: ``from`` is its first day, ``to`` the first day after it."""

    start: Day = Field(alias="from")
    end: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> PeriodEntry:
        if self.end is not None and self.end <= self.start:
            raise InputError(f"the period ends on {self.end}, before it starts on {self.start}.")
        return self

    def build(self) -> Period:
        """The period itself."""
        return Period(self.start, self.end)


class CitationEntry(Part):
    """A source, what it did, and when it was last looked at."""

    cite: str
    role: str
    checked: Day | None = None

    def build(self) -> Citation:
        """The citation itself."""
        return Citation(self.cite, self.role, self.checked)


class ExclusionEntry(Part):
    """A group of conditions that takes an item out."""

    id: str
    says: str
    cite: str = ""
    by: str = ""
    under: dict[str, str] = {}
    all: Annotated[list[ConditionEntry], Field(min_length=1)]

    def build(self, unless: tuple[str, ...] = ()) -> Clause:
        """The clause itself."""
        return Clause(
            self.id,
            self.says,
            tuple(condition.build() for condition in self.all),
            unless,
            self.cite,
            tuple(self.under.items()),
            self.by,
        )


class ItemEntry(ExclusionEntry):
    """A group of conditions that meets the rule, unless one of the named exclusions (or groups of them) holds."""

    unless: list[str] = []
    rate: Share | None = None

    def build(self, unless: tuple[str, ...] = ()) -> Clause:
        """The clause itself."""
        return replace(super().build(unless), rate=self.rate)


class PointEntry(Part):
    """A point that a person has to establish, and when it falls due."""

    id: str
    says: str
    cite: str = ""
    due: DueEntry | None = None

    def build(self) -> Point:
        """The point itself."""
        return Point(self.id, self.says, self.cite, self.due.build() if self.due else None)


class ToleranceEntry(Part):
    """The error in a figure that the authority accepts."""

    quantity: str
    share: Share
    says: str
    cite: str

    def build(self) -> Tolerance:
        """The tolerance itself."""
        return Tolerance(registered(self.quantity, Kind.AMOUNT).name, self.share, self.says, self.cite)


class VersionEntry(Part):
    """One complete statement of a rule."""

    id: str
    issued: Day | None = None
    effective: PeriodEntry | Literal["never"]
    enforced: PeriodEntry | Literal["never"]
    status: Status
    status_since: Day | None = None
    confidence: Confidence
    citations: Annotated[list[CitationEntry], Field(min_length=1)]
    notes: list[str] = []
    checklist: list[PointEntry] = []
    tolerances: list[ToleranceEntry] = []
    exclusions: list[ExclusionEntry] = []
    items: Annotated[list[ItemEntry], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> VersionEntry:
        identifiers = [
            *(clause.id for clause in (*self.exclusions, *self.items)),
            *(point.id for point in self.checklist),
        ]
        for identifier in identifiers:
            if identifiers.count(identifier) > 1:
                raise InputError(f"the id {identifier} stands twice in version {self.id}.")
        for item in self.items:
            for group in item.unless:
                if not any(belongs(exclusion.id, group) for exclusion in self.exclusions):
                    raise InputError(f"{item.id}: unless names {group}, which is no exclusion of version {self.id}.")
        return self

    def build(self) -> Version:
        """The version itself, with groups of exclusions written out."""
        named = {
            item.id: tuple(rest.id for rest in self.exclusions if any(belongs(rest.id, group) for group in item.unless))
            for item in self.items
        }
        return Version(
            id=self.id,
            status=self.status,
            confidence=self.confidence,
            citations=tuple(entry.build() for entry in self.citations),
            items=tuple(item.build(named[item.id]) for item in self.items),
            exclusions=tuple(exclusion.build() for exclusion in self.exclusions),
            issued=self.issued,
            effective=None if self.effective == "never" else self.effective.build(),
            enforced=None if self.enforced == "never" else self.enforced.build(),
            status_since=self.status_since,
            notes=tuple(self.notes),
            checklist=tuple(point.build() for point in self.checklist),
            tolerances=tuple(tolerance.build() for tolerance in self.tolerances),
        )


class ScopeFactEntry(Part):
    """A fact about scope, and the value taken where nobody states it, nor the quantity `unless`, on which it bears."""

    flag: str
    assume: Truth
    unless: str = ""

    def build(self) -> ScopeFact:
        """The fact as the evaluator reads it."""
        return ScopeFact(self.flag, self.assume, self.unless)


class ListedFactEntry(Part):
    """A flag that, where nobody states it, follows from a name being on a list."""

    flag: str
    name: str
    on: str

    def build(self) -> tuple[str, MemberTest]:
        """The flag, and the test that gives it."""
        return registered(self.flag, Kind.FLAG).name, MemberTest(
            registered(self.name, Kind.NAME).name, self.on, wanted=True
        )


class RuleFile(Part):
    """A rule file: one provision, all its versions."""

    schema_: Literal["1"] = Field(alias="schema")
    id: str
    title: str
    authority: str
    subject: Literal["chip", "die", "training", "phase", "cluster", "shipment", "total"]
    effect: Literal[
        "classification",
        "presumption",
        "licence",
        "review_policy",
        "notification",
        "exception",
        "tariff",
        "allocation",
        "end_use",
        "prohibition",
        "residual",
        "red_flag",
        "definition",
    ]
    addressees: Annotated[
        list[Literal["exporter", "importer", "foundry", "osat", "developer", "investor", "recipient"]],
        Field(min_length=1),
    ]
    scope_facts: list[ScopeFactEntry] = []
    listed_facts: list[ListedFactEntry] = []
    total: TotalEntry | None = None
    versions: Annotated[list[VersionEntry], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> RuleFile:
        for fact in self.scope_facts:
            registered(fact.flag, Kind.FLAG)
            if fact.unless:
                registered(fact.unless, Kind.AMOUNT)
        if (self.subject == "total") is (self.total is None):
            raise InputError("a rule of the subject total, and no other, says under total what is added up.")
        identifiers = [version.id for version in self.versions]
        if sorted(set(identifiers)) != identifiers:
            raise InputError("versions stand oldest first, each with an id of its own.")
        periods = [version.effective for version in self.versions if version.effective != "never"]
        for earlier, later in pairwise(periods):
            if earlier.end is None or earlier.end > later.start:
                raise InputError(
                    f"the version from {earlier.start} runs into the one from {later.start}; set its 'to'."
                )
        return self

    def build(self) -> Rule:
        """The rule itself."""
        return Rule(
            id=self.id,
            title=self.title,
            authority=self.authority,
            subject=self.subject,
            effect=self.effect,
            addressees=tuple(self.addressees),
            versions=tuple(version.build() for version in self.versions),
            scope_facts=tuple(fact.build() for fact in self.scope_facts),
            listed_facts=tuple(fact.build() for fact in self.listed_facts),
            total=self.total.build() if self.total else None,
        )
