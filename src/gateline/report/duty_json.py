"""Duties and when they fall due, as JSON types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from gateline.rules.deadlines import Deadline, duties
from gateline.rules.due import AfterEvent, Count, Due, EachYear, OnDay, WithEvent, days_of_year
from gateline.screening import Verdict

Json = dict[str, Any]


def duty_objects(verdict: Verdict, as_of: date) -> Iterator[Json]:
    """Each duty of a verdict, with the date on which it falls due."""
    for point, found in duties(verdict.version, verdict.columns, as_of):
        due = None if point.due is None or found is None else _found(found) | due_object(point.due)
        yield {"id": point.id, "says": point.says, "cite": point.cite, "due": due}


def due_object(due: Due) -> Json:
    """When a duty falls due, as the rule says it: always the same keys, null where they do not apply."""
    runs = due if isinstance(due, AfterEvent) else None
    return {
        **{str(count): str(runs.length) if runs and runs.count is count else None for count in Count},
        "on": _iso(due.day) if isinstance(due, OnDay) else None,
        "each_year": days_of_year(due) if isinstance(due, EachYear) else None,
        "with": due.event if isinstance(due, WithEvent) else None,
        "after": runs.event if runs else None,
        "not_before": _iso(runs.not_before) if runs else None,
    }


def _found(found: Deadline) -> Json:
    return {"date": _iso(found.day), "past": found.past, "from": _iso(found.start), "assumed": found.assumed}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
