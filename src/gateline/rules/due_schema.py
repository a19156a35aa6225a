"""The format of the key ``due`` of a checklist, as a pydantic model."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from gateline.errors import InputError
from gateline.fields import Part, Written
from gateline.numerals import clip
from gateline.quantities import Kind
from gateline.rules.deadlines import HOURS_PER_DAY
from gateline.rules.due import AfterEvent, Count, Due, EachYear, Length, OnDay, Unit, WithEvent
from gateline.rules.schema_parts import Day, registered

LENGTH = re.compile(r"([1-9]\d{0,2}) (hour|day|month|year)s?", re.ASCII)
DAY_OF_YEAR = re.compile(r"(\d\d)-(\d\d)", re.ASCII)
SHORT_YEAR = 2027
"""Any year without a 29 February, which is no day of every year."""


def _length(text: object) -> Length:
    found = LENGTH.fullmatch(str(text))
    if found is None:
        raise InputError(
            f"'{clip(str(text))}' is not a period. Write for example 14 days, 72 hours, 3 months or 2 years."
        )
    length = Length(int(found[1]), Unit(found[2]))
    if length.unit is Unit.HOUR and length.number % HOURS_PER_DAY:
        raise InputError(f"'{clip(str(text))}' is not a number of whole days; write hours as 24, 48, 72 and so on.")
    return length


def _day_of_year(text: object) -> tuple[int, int]:
    found = DAY_OF_YEAR.fullmatch(str(text))
    try:
        day = date(SHORT_YEAR, int(found[1]), int(found[2])) if found else None
    except ValueError:
        day = None
    if day is None:
        raise InputError(f"'{clip(str(text))}' is not a day of every year. Write month and day, for example 04-15.")
    return day.month, day.day


Period = Annotated[Length, Written(_length, "a period such as 14 days, 72 hours, 3 months or 2 years")]
DayOfYear = Annotated[tuple[int, int], Written(_day_of_year, "a month and a day, such as 04-15")]


class DueEntry(Part):
    """When a point falls due; exactly one of within, every, earliest, on, each_year and with says how."""

    within: Period | None = None
    every: Period | None = None
    earliest: Period | None = None
    on: Day | None = None
    each_year: Annotated[list[DayOfYear], Field(min_length=1)] | None = None
    with_: str | None = Field(default=None, alias="with")
    after: str | None = None
    not_before: Day | None = None
    else_: Literal["as_of"] | None = Field(default=None, alias="else")

    _KEYS: dict[str, set[str]] = {
        "within": {"after", "not_before", "else_"},
        "every": {"after"},
        "earliest": {"after"},
        "on": set(),
        "each_year": set(),
        "with_": set(),
    }

    @model_validator(mode="after")
    def _one_kind(self) -> DueEntry:
        given = {key for key in type(self).model_fields if getattr(self, key) is not None}
        kinds = given & set(self._KEYS)
        if len(kinds) != 1:
            raise InputError("due has exactly one of the keys within, every, earliest, on, each_year, with.")
        kind = kinds.pop()
        if foreign := sorted(key.strip("_") for key in given - self._KEYS[kind] - {kind}):
            raise InputError(f"{', '.join(foreign)} does not belong to {kind.strip('_')}.")
        if "after" in self._KEYS[kind] and self.after is None:
            raise InputError(f"{kind} also has the key after, which names the event from which it runs.")
        self.build()
        return self

    def build(self) -> Due:
        """The due date itself, with its event."""
        if self.on is not None:
            return OnDay(self.on)
        if self.each_year is not None:
            return EachYear(tuple(sorted(self.each_year)))
        if self.with_ is not None:
            return WithEvent(registered(self.with_, Kind.DATE).name)
        count, length = next((count, length) for count in Count if (length := getattr(self, count)) is not None)
        event = registered(str(self.after), Kind.DATE).name
        return AfterEvent(count, length, event, self.not_before, self.else_ is not None)
