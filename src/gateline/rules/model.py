"""What a rule is: dated versions, items made of conditions, exclusions, citations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from fractions import Fraction

from gateline.rules.due import Due, event_of


class Outcome(IntEnum):
    """Three-valued: unknown is an answer, between the other two."""

    NOT_MET = 0
    UNDETERMINED = 1
    MET = 2

    @property
    def word(self) -> str:
        """The word used in files and JSON."""
        return self.name.lower()


class Status(StrEnum):
    """Where a text stands in law."""

    PROPOSED = "proposed"
    ENACTED = "enacted"
    IN_FORCE = "in_force"
    CODIFIED_NOT_ENFORCED = "codified_not_enforced"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    VETOED = "vetoed"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to but not including `end`; None is an end that is not set."""

    start: date
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Whether `day` lies in the period."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a text stands, and what it did."""

    cite: str
    role: str
    checked: date | None = None


@dataclass(frozen=True, slots=True)
class QuantityTest:
    """A quantity, or a date as a day number, against a threshold."""

    quantity: str
    operator: str
    threshold: Fraction
    text: str


@dataclass(frozen=True, slots=True)
class FlagTest:
    """A flag that must be true, or false."""

    flag: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class MemberTest:
    """A name that must be on a dated list, or must not."""

    name: str
    list_id: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class ItemTest:
    """Another rule's item, or group of items, that must hold, or must not."""

    rule: str
    item: str
    wanted: bool


Condition = QuantityTest | FlagTest | MemberTest | ItemTest


def asks_about(test: Condition) -> str:
    """What a condition asks about: the name of an input, or another rule's item."""
    match test:
        case QuantityTest():
            return test.quantity
        case FlagTest():
            return test.flag
        case MemberTest():
            return test.name
        case ItemTest():
            return f"{test.rule}/{test.item}"


@dataclass(frozen=True, slots=True)
class Clause:
    """An item or an exclusion: it holds when all of its conditions hold and none of its exclusions does.

    `by` says who has to give what the clause asks for, where that matters. `rate` is the share of the declared value
    that is charged under an item.
    """

    id: str
    says: str
    conditions: tuple[Condition, ...]
    unless: tuple[str, ...] = ()
    cite: str = ""
    under: tuple[tuple[str, str], ...] = ()
    by: str = ""
    rate: Fraction | None = None

    def speaks(self, readings: Mapping[str, str]) -> bool:
        """Whether the clause belongs to the readings chosen."""
        return all(readings.get(reading) == choice for reading, choice in self.under)


@dataclass(frozen=True, slots=True)
class Point:
    """Something that a rule asks for and that no input settles: a person has to establish it, and by when."""

    id: str
    says: str
    cite: str = ""
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The error in a figure that the authority of a rule accepts, as a share of the figure."""

    quantity: str
    share: Fraction
    says: str
    cite: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A choice that the law leaves open: what it asks, and the choices with what each says."""

    id: str
    subject: str
    asks: str
    default: str
    choices: tuple[tuple[str, str], ...]
    cite: str


@dataclass(frozen=True, slots=True)
class Version:
    """One complete statement of a rule."""

    id: str
    status: Status
    confidence: str
    citations: tuple[Citation, ...]
    items: tuple[Clause, ...]
    exclusions: tuple[Clause, ...] = ()
    issued: date | None = None
    effective: Period | None = None
    enforced: Period | None = None
    status_since: date | None = None
    notes: tuple[str, ...] = ()
    checklist: tuple[Point, ...] = ()
    tolerances: tuple[Tolerance, ...] = ()

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Items and exclusions."""
        return (*self.items, *self.exclusions)

    @property
    def events(self) -> frozenset[str]:
        """The dates on which it depends when the points of the checklist fall due."""
        return frozenset(event for point in self.checklist if (event := event_of(point.due)) is not None)

    def status_on(self, day: date) -> Status:
        """Where this version stood on `day`; what is in force today may have been only enacted then."""
        if self.effective is None:
            return self.status
        if day < self.effective.start:
            return Status.ENACTED
        if not self.effective.holds(day):
            return self.status
        if self.status is Status.CODIFIED_NOT_ENFORCED and (self.status_since is None or day >= self.status_since):
            return self.status
        return Status.IN_FORCE

    def enforced_on(self, day: date) -> bool:
        """Whether this version was both in force and enforced on `day`."""
        return all(period is not None and period.holds(day) for period in (self.effective, self.enforced))


@dataclass(frozen=True, slots=True)
class Sum:
    """Performance of the rows that meet the conditions, added up for each group of words."""

    by: tuple[str, ...]
    quantity: str
    counts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """What a rule about totals adds up over the rows of a ledger.

    The sum runs from the first row on, or anew each year if `yearly`. With `per`, the quantity `share` is the sum per that
    other sum. The line holds on every day if `daily`, else for the total at the end.
    """

    sum: Sum
    per: Sum | None = None
    share: str = ""
    yearly: bool = False
    daily: bool = True

    @property
    def quantity(self) -> str:
        """The quantity that has the line."""
        return self.share or self.sum.quantity


@dataclass(frozen=True, slots=True)
class ScopeFact:
    """A flag about scope, and what it is taken for where nobody states it, nor the quantity `unless`."""

    flag: str
    assumed: bool
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A provision and its versions, oldest first."""

    id: str
    title: str
    authority: str
    subject: str
    effect: str
    addressees: tuple[str, ...]
    versions: tuple[Version, ...]
    scope_facts: tuple[ScopeFact, ...] = ()
    listed_facts: tuple[tuple[str, MemberTest], ...] = ()
    total: Total | None = None

    def version_on(self, day: date) -> Version | None:
        """The version that speaks on `day`: the one in force, else the last that was, else the next one issued.

        Of texts that never took effect, the latest. None where nothing had been issued yet.
        """
        running = [version for version in self.versions if version.effective and version.effective.holds(day)]
        if running:
            return running[-1]
        ended = [version for version in self.versions if version.effective and version.effective.start <= day]
        if ended:
            return ended[-1]
        issued = [version for version in self.versions if version.issued and version.issued <= day]
        awaited = [version for version in issued if version.effective] or issued[::-1]
        return awaited[0] if awaited else None


@dataclass(frozen=True, slots=True)
class Member:
    """One name on a list, and the period in which it stands there."""

    name: str
    label: str
    since: date | None = None
    until: date | None = None
    confidence: str = ""
    note: str = ""

    def listed(self, day: date) -> bool:
        """Whether the name is on the list on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Country:
    """An entry of ISO 3166-1: its code of two letters, and its name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class NamedList:
    """A dated list of countries, entities or products."""

    id: str
    title: str
    of: str
    confidence: str
    citations: tuple[Citation, ...]
    members: tuple[Member, ...]
    includes: tuple[str, ...] = ()


def belongs(identifier: str, group: str) -> bool:
    """Whether `identifier` is `group` or lies below it: 3A090.a.1 belongs to 3A090.a."""
    return identifier == group or identifier.startswith(f"{group}.")
