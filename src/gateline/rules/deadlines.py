"""The calendar dates on which duties fall due.

The day of an event is not counted, and months and years are those of the calendar (Regulation (EEC, Euratom)
1182/71, article 3(1) and (2)). Weekends and holidays extend nothing here: the date is the earlier, safe one.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date
from fractions import Fraction

from gateline.rules.columns import Column, Columns, Names
from gateline.rules.due import AfterEvent, Count, Due, EachYear, Length, OnDay, Unit
from gateline.rules.model import Point, Version

HOURS_PER_DAY = 24
MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a duty falls due, as far as the dates that were stated tell.

    Attributes
    ----------
    day : date or None
        The last day for it, or the first where it must not be earlier. None where nobody stated the event, or where
        the event lies before the rule takes effect and the text names no later day of its own.
    start : date or None
        The day of the event.
    assumed : bool
        Whether nobody stated the event, so that `start` is the day of the check.
    past : bool
        Whether a last day lies before the day of the check.
    """

    day: date | None
    start: date | None = None
    assumed: bool = False
    past: bool = False


def end_of(start: date, length: Length) -> date:
    """The last day of a period that runs from an event on `start`; that day is not counted.

    A period of hours, which are whole days, ends on the day found at the hour of the event. A period of months or years
    ends on the day with the same number, or on the last of the month where there is none. What would end after the
    last day of the calendar ends on it.

    References
    ----------
    .. [1] Regulation (EEC, Euratom) 1182/71, art. 3(1) and (2)(c).

    Examples
    --------
    >>> print(end_of(date(2026, 11, 22), Length(14, Unit.DAY)))
    2026-12-06
    >>> print(end_of(date(2027, 1, 31), Length(1, Unit.MONTH)))
    2027-02-28
    """
    match length.unit:
        case Unit.HOUR:
            return _days_later(start, length.number // HOURS_PER_DAY)
        case Unit.DAY:
            return _days_later(start, length.number)
        case Unit.MONTH:
            return _months_later(start, length.number)
        case Unit.YEAR:
            return _months_later(start, length.number * MONTHS_PER_YEAR)


def _days_later(start: date, days: int) -> date:
    return date.fromordinal(min(start.toordinal() + days, date.max.toordinal()))


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.year * MONTHS_PER_YEAR + start.month - 1 + months, MONTHS_PER_YEAR)
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def duties(version: Version, columns: Columns, as_of: date) -> list[tuple[Point, Deadline | None]]:
    """The points of a version's checklist, each with when it falls due, if the rule says so."""
    return [
        (point, None if point.due is None else deadline(point.due, version, columns, as_of))
        for point in version.checklist
    ]


def deadline(due: Due, version: Version, columns: Columns, as_of: date) -> Deadline:
    """When a duty of a version falls due.

    Parameters
    ----------
    due : Due
    version : Version
        Nothing is counted from an event before it takes effect, but where the text names a day that comes first.
    columns : Columns
        The inputs of one subject; dates are day numbers. An event known only as a range of dates counts from the first
        of them that the version covers, or from the last where the duty must not be earlier.
    as_of : date
        The day of the check.

    Returns
    -------
    Deadline
    """
    if isinstance(due, OnDay):
        return Deadline(due.day, past=due.day < as_of)
    if isinstance(due, EachYear):
        return Deadline(_next_day(due, max(as_of, _first_day(version))))
    days = _stated(columns.get(due.event))
    assumed = days is None and isinstance(due, AfterEvent) and due.or_from_check
    if days is None and not assumed:
        return Deadline(None)
    first, last = days or (as_of, as_of)
    begins = _first_day(version)
    if last < begins and not (isinstance(due, AfterEvent) and due.not_before and due.not_before >= begins):
        return Deadline(None, last, assumed)
    if not isinstance(due, AfterEvent):
        start = max(first, begins)
        return Deadline(start, start, past=start < as_of)
    start = last if last < begins or due.count is Count.EARLIEST else max(first, begins)
    return _counted(due, start, assumed, as_of)


def _counted(due: AfterEvent, start: date, assumed: bool, as_of: date) -> Deadline:
    day = max(end_of(start, due.length), due.not_before or date.min)
    return Deadline(day, start, assumed, past=day < as_of and due.count is not Count.EARLIEST)


def _first_day(version: Version) -> date:
    """The first day of a version; a text that never took effect has none."""
    return version.effective.start if version.effective else date.min


def _stated(column: Column | Names | None) -> tuple[date, date] | None:
    """The first and last day that a date could be, if anything is known of it."""
    if not isinstance(column, Column):
        return None
    low, high = column.low[0], column.high[0]
    if not isinstance(low, Fraction) or not isinstance(high, Fraction):
        return None
    return date.fromordinal(int(low)), date.fromordinal(int(high))


def _next_day(due: EachYear, day: date) -> date | None:
    """The first of the days of each year that is not before `day`."""
    years = range(day.year, min(day.year + 1, MAXYEAR) + 1)
    return min(
        (found for year in years for found in (date(year, *each) for each in due.days) if found >= day), default=None
    )
