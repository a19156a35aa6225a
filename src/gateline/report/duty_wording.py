"""Duties and their dates in words."""

from __future__ import annotations

from datetime import date

from gateline.report.wording import words
from gateline.rules.deadlines import Deadline
from gateline.rules.due import AfterEvent, Count, Due, EachYear, OnDay, Unit, WithEvent, days_of_year, event_of
from gateline.rules.model import Point
from gateline.screening import Verdict

RUNS = {Count.WITHIN: "", Count.EVERY: "every ", Count.EARLIEST: "not earlier than "}
"""What stands before the length of a period."""


def duty_text(point: Point, found: Deadline | None, verdict: Verdict, as_of: date) -> str:
    """What a duty asks for, and by which date: the date, or what has to be stated to know it."""
    told = f"{point.says} ({point.cite})"
    if point.due is None or found is None:
        return told
    return f"{told}: {_deadline_text(point.due, found, verdict, as_of)}"


def _deadline_text(due: Due, found: Deadline, verdict: Verdict, as_of: date) -> str:
    event = event_of(due)
    if found.start is None and event is not None:
        return f"{due_text(due)} (state it with --set {event}=DATE)"
    counted = due_text(due, f" {found.start}{', the day of this check' if found.assumed else ''}")
    if found.day is None and verdict.version.effective is not None:
        begins = verdict.version.effective.start
        return f"no date, since the rule takes effect on {begins}, after the event ({counted})"
    past = f", past as of {as_of}" if found.past else ""
    return f"{_by(due, found)}{past}" + ("" if isinstance(due, OnDay) else f" ({counted})")


def _by(due: Due, found: Deadline) -> str:
    if isinstance(due, AfterEvent) and due.count is Count.EARLIEST:
        return f"from {found.day}"
    hours = isinstance(due, AfterEvent) and due.length.unit is Unit.HOUR
    return f"by {found.day}{', at the hour of the event' if hours else ''}"


def due_text(due: Due, when: str = "") -> str:
    """When a duty falls due, as the rule says it; `when` follows the name of the event."""
    match due:
        case OnDay():
            return f"by {due.day}"
        case EachYear():
            return f"each year by {', '.join(days_of_year(due))}"
        case WithEvent():
            return f"before or with the event: {words(due.event)}{when}"
        case AfterEvent():
            bound = f", not before {due.not_before}" if due.not_before else ""
            once = due.count is Count.EVERY and due.length.number == 1
            return f"{RUNS[due.count]}{due.length.unit if once else due.length} after {words(due.event)}{when}{bound}"
