"""The format of rule files, as pydantic models; the JSON Schema for editors comes from here."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from gateline.amounts import read_amount, read_date
from gateline.errors import InputError
from gateline.fields import Part, Written
from gateline.numerals import read_number
from gateline.quantities import Kind
from gateline.rules.due_schema import DueEntry
from gateline.rules.model import (
    Citation,
    Clause,
    Condition,
    FlagTest,
    ItemTest,
    MemberTest,
    Period,
    Point,
    QuantityTest,
    Rule,
    Status,
    Tolerance,
    Version,
    belongs,
)
from gateline.rules.schema_parts import Day, registered

Truth = Annotated[bool, Written(lambda text: _truth(str(text)), "yes or no")]
Operator = Literal[">=", ">", "<=", "<"]
Confidence = Literal["primary", "secondary", "uncertain"]


def _truth(text: str) -> bool:
    if text not in ("yes", "no"):
        raise InputError(f"'{text}' is not yes or no.")
    return text == "yes"


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


CONDITION_KEYS = {
    "quantity": {"op", "value"},
    "date": {"op", "value"},
    "flag": {"wanted"},
    "name": {"on", "wanted"},
    "item": {"wanted"},
}
"""What a condition of each kind has besides its name."""


class ConditionEntry(Part):
    """One condition; exactly one of quantity, date, flag, name and item says which kind."""

    quantity: str | None = None
    date: str | None = None
    flag: str | None = None
    name: str | None = None
    item: str | None = None
    op: Operator | None = None
    value: str | None = None
    on: str | None = None
    wanted: Truth | None = Field(default=None, alias="is")

    @model_validator(mode="after")
    def _one_kind(self) -> ConditionEntry:
        given = {key for key in type(self).model_fields if getattr(self, key) is not None}
        kinds = given & set(CONDITION_KEYS)
        if len(kinds) != 1:
            raise InputError("a condition has exactly one of the keys quantity, date, flag, name, item.")
        kind = kinds.pop()
        if given != CONDITION_KEYS[kind] | {kind}:
            wanted = ", ".join(sorted(key.replace("wanted", "is") for key in CONDITION_KEYS[kind]))
            raise InputError(f"a condition on a {kind} also has the keys {wanted}, and no others.")
        self.build()
        return self

    def build(self) -> Condition:
        """The condition itself, with its threshold in canonical units."""
        if self.flag is not None:
            return FlagTest(registered(self.flag, Kind.FLAG).name, bool(self.wanted))
        if self.name is not None:
            return MemberTest(registered(self.name, Kind.NAME).name, str(self.on), bool(self.wanted))
        if self.item is not None:
            rule, found, item = self.item.partition("/")
            if not found or not rule or not item:
                raise InputError(
                    f"'{self.item}' does not name an item; write rule/item, for example us.ear.3a090/3A090.a."
                )
            return ItemTest(rule, item, bool(self.wanted))
        return self._threshold()

    def _threshold(self) -> QuantityTest:
        text = str(self.value)
        if self.date is not None:
            entry = registered(self.date, Kind.DATE)
            return QuantityTest(entry.name, str(self.op), Fraction(read_date(text, entry.name).toordinal()), text)
        entry = registered(str(self.quantity), Kind.AMOUNT)
        amount = read_amount(text, entry)
        if amount.low is None or not amount.known:
            raise InputError(f"{entry.name}: '{text}' is not one value; a threshold is.")
        return QuantityTest(entry.name, str(self.op), amount.low, text)


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
    """A fact about scope, and the value under which the rule applies."""

    flag: str
    assume: Truth


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
    subject: Literal["chip", "die", "training", "phase", "cluster", "shipment"]
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
        "definition",
    ]
    addressees: Annotated[
        list[Literal["exporter", "importer", "foundry", "osat", "developer", "investor", "recipient"]],
        Field(min_length=1),
    ]
    scope_facts: list[ScopeFactEntry] = []
    listed_facts: list[ListedFactEntry] = []
    versions: Annotated[list[VersionEntry], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> RuleFile:
        for fact in self.scope_facts:
            registered(fact.flag, Kind.FLAG)
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
            scope_facts=tuple((fact.flag, fact.assume) for fact in self.scope_facts),
            listed_facts=tuple(fact.build() for fact in self.listed_facts),
        )
