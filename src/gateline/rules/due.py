"""When a duty falls due, as a rule says it: on a day, with an event, or so long after one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Unit(StrEnum):
    """What a period is counted in."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Length:
    """How long a period is."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'' if self.number == 1 else 's'}"


class Count(StrEnum):
    """What the end of a period means: the last day, the last day of each turn, or the first day."""

    WITHIN = "within"
    EVERY = "every"
    EARLIEST = "earliest"


@dataclass(frozen=True, slots=True)
class AfterEvent:
    """A period that runs from an event.

    Attributes
    ----------
    not_before : date or None
        The period ends on this day if it would end earlier.
    or_from_check : bool
        Whether it runs from the day of the check where nobody stated the event.
    """

    count: Count
    length: Length
    event: str
    not_before: date | None = None
    or_from_check: bool = False


@dataclass(frozen=True, slots=True)
class OnDay:
    """A day that the text names."""

    day: date


@dataclass(frozen=True, slots=True)
class EachYear:
    """Days of every year, each a month and a day of it."""

    days: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class WithEvent:
    """Before or with an event."""

    event: str


Due = AfterEvent | OnDay | EachYear | WithEvent


def days_of_year(due: EachYear) -> list[str]:
    """The days as people write them, month first: 04-15."""
    return [f"{month:02}-{day:02}" for month, day in due.days]


def event_of(due: Due | None) -> str | None:
    """The date on which it depends when a duty falls due, if it depends on one."""
    return due.event if isinstance(due, AfterEvent | WithEvent) else None
