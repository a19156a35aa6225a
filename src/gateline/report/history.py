"""What changed between two versions of a rule, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any

from gateline.numerals import exact_text, number
from gateline.quantities import QUANTITIES, Kind
from gateline.report.duty_json import due_object
from gateline.report.duty_wording import due_text
from gateline.report.verdict_json import NOTICE, plain
from gateline.report.wording import OPERATOR, condition_text, percent, words
from gateline.rules.corpus import Specs
from gateline.rules.due import AfterEvent, EachYear, OnDay, WithEvent
from gateline.rules.history import (
    ClauseDifference,
    ConditionChange,
    Entries,
    FieldChange,
    ThresholdDifference,
    VersionDifference,
)
from gateline.rules.model import Citation, Clause, Condition, FlagTest, ItemTest, MemberTest, Period, QuantityTest
from gateline.version import __version__

FORMAT = "gateline.rules-diff/1"
NEW, GONE, OTHER = "+", "-", "~"
INDENT = "    "
TOLD = ("id", "says", "cite", "conditions")
"""Parts of a clause that have a place of their own."""
Json = dict[str, Any]


def write(difference: VersionDifference, specs: Specs, format_: str) -> str:
    """What changed from one version to another, as text or JSON."""
    if format_ == "json":
        return json.dumps(_object(difference, specs), indent=2, ensure_ascii=False) + "\n"
    return "\n".join(_lines(difference)) + "\n"


def _lines(difference: VersionDifference) -> Iterator[str]:
    rule = difference.rule
    yield f"{rule.id}  {rule.title}"
    yield f"{difference.old.id} → {difference.new.id}"
    if difference.empty:
        yield "The two say the same."
    yield from _part("Standing", (_field(change) for change in difference.fields if change.name != "id"))
    yield from _part("What is tested", map(words, _entry_lines(difference.tests)))
    yield from _part("Thresholds", (line for each in difference.thresholds for line in _threshold_lines(each)))
    yield from _part("Items", (line for item in difference.items for line in _clause_lines(item)))
    yield from _part("Exclusions", (line for clause in difference.exclusions for line in _clause_lines(clause)))
    for entries in difference.entries:
        yield from _part(words(entries.name).capitalize(), _entry_lines(entries))


def _part(heading: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading over some lines, if there are any."""
    listed = list(lines)
    if listed:
        yield from ("", heading, *listed)


def _field(change: FieldChange) -> str:
    return f"{OTHER} {words(change.name)}: {_words(change.old)} → {_words(change.new)}"


def _entry_lines(entries: Entries) -> Iterator[str]:
    for sign, listed in ((NEW, entries.added), (GONE, entries.removed)):
        yield from (f"{sign} {_words(entry)}" for entry in listed)


def _threshold_lines(difference: ThresholdDifference) -> Iterator[str]:
    yield from (f"{OTHER} {_moved(change)}" for change in difference.moved)
    for sign, tests in ((NEW, difference.added), (GONE, difference.removed)):
        if tests:
            listed = ", ".join(f"{OPERATOR[test.operator]} {test.text}" for test in tests)
            yield f"{sign} {words(difference.quantity)} {listed}"


def _moved(change: ConditionChange) -> str:
    """What a condition asked for and asks for now; for a threshold also how far it moved."""
    old, new = condition_text(change.old), condition_text(change.new)
    if change.by is None or not isinstance(change.old, QuantityTest) or not isinstance(change.new, QuantityTest):
        return f"{old} → {new}"
    text = f"{old} → {OPERATOR[change.new.operator]} {change.new.text}"
    return f"{text} ({_distance(change.by, change.old)})" if change.by else text


def _distance(by: Fraction, old: QuantityTest) -> str:
    entry = QUANTITIES[old.quantity]
    unit = "days" if entry.kind is Kind.DATE else entry.unit
    amount = f"{exact_text(abs(by))} {unit}".rstrip()
    direction = "up" if by > 0 else "down"
    if entry.kind is Kind.DATE:
        return f"{amount} {'later' if by > 0 else 'earlier'}"
    share = f", {number(abs(by) / old.threshold * 100, 3)} %" if old.threshold else ""
    return f"{direction} by {amount}{share}"


def _clause_lines(difference: ClauseDifference) -> Iterator[str]:
    sign = NEW if difference.old is None else GONE if difference.new is None else OTHER
    clause = difference.new or difference.old
    assert clause is not None
    if sign == OTHER:
        yield f"{sign} {difference.id}"
        yield from (f"{INDENT}{_field(change)}" for change in difference.fields)
        yield from (f"{INDENT}{OTHER} {_moved(change)}" for change in difference.conditions)
        for entries in difference.entries:
            name = "" if entries.name == "conditions" else f"{words(entries.name)} "
            for mark, listed in ((NEW, entries.added), (GONE, entries.removed)):
                yield from (f"{INDENT}{mark} {name}{_words(entry)}" for entry in listed)
        return
    yield f"{sign} {difference.id}: {clause.says}{f' ({clause.cite})' if clause.cite else ''}"
    yield from (f"{INDENT}{condition_text(test)}" for test in clause.conditions)
    yield from (f"{INDENT}{words(name)} {_words(value)}" for name, value in _rest(clause).items() if value)


def _rest(clause: Clause) -> Json:
    """What a clause has beside its text and conditions: exclusions, readings, days."""
    rest = {field.name: getattr(clause, field.name) for field in fields(clause) if field.name not in TOLD}
    return {name: value for name, value in rest.items() if value is not None}


def _words(value: Any) -> str:
    """A value of a version or clause in words."""
    match value:
        case None:
            return "none"
        case Period():
            return f"from {value.start}" + (f" to {value.end}" if value.end else "")
        case Citation():
            return f"{value.cite} ({value.role})"
        case QuantityTest() | FlagTest() | MemberTest() | ItemTest():
            return condition_text(value)
        case AfterEvent() | OnDay() | EachYear() | WithEvent():
            return due_text(value)
        case Enum():
            return words(str(value.value))
        case Fraction():
            return percent(value)
        case tuple():
            return ", ".join(map(_words, value))
    if is_dataclass(value):
        parts = (getattr(value, field.name) for field in fields(value))
        return "; ".join(_words(part) for part in parts if part not in (None, ""))
    return str(value) or "none"


def _object(difference: VersionDifference, specs: Specs) -> Json:
    rule = difference.rule
    return {
        "format": FORMAT,
        "gateline": __version__,
        "specs": {"version": specs.version, "digest": specs.digest},
        "rule": rule.id,
        "title": rule.title,
        "old": difference.old.id,
        "new": difference.new.id,
        "fields": [_field_json(change) for change in difference.fields if change.name != "id"],
        "tests": _entries_json(difference.tests),
        "thresholds": [_threshold_json(each) for each in difference.thresholds],
        "items": [_clause_difference_json(item) for item in difference.items],
        "exclusions": [_clause_difference_json(clause) for clause in difference.exclusions],
        **{entries.name: _entries_json(entries) for entries in difference.entries},
        "notice": NOTICE,
    }


def _field_json(change: FieldChange) -> Json:
    return {"name": change.name, "old": _plain(change.old), "new": _plain(change.new)}


def _entries_json(entries: Entries) -> Json:
    return {"added": _plain(entries.added), "removed": _plain(entries.removed)}


def _threshold_json(difference: ThresholdDifference) -> Json:
    return {
        "quantity": difference.quantity,
        "unit": QUANTITIES[difference.quantity].unit,
        "added": _plain(difference.added),
        "removed": _plain(difference.removed),
        "moved": [_change_json(change) for change in difference.moved],
    }


def _change_json(change: ConditionChange) -> Json:
    by = {} if change.by is None else {"by": plain(change.by)}
    return {"old": _plain(change.old), "new": _plain(change.new), **by}


def _clause_difference_json(difference: ClauseDifference) -> Json:
    if difference.old is None or difference.new is None:
        clause = difference.new or difference.old
        assert clause is not None
        return {"id": clause.id, "change": "added" if difference.old is None else "removed", **_clause_json(clause)}
    return {
        "id": difference.id,
        "change": "changed",
        "fields": [_field_json(change) for change in difference.fields],
        "moved": [_change_json(change) for change in difference.conditions],
        **{entries.name: _entries_json(entries) for entries in difference.entries},
    }


def _clause_json(clause: Clause) -> Json:
    return {
        "says": clause.says,
        "cite": clause.cite,
        "conditions": [_condition_json(test) for test in clause.conditions],
        **{name: _plain(value) for name, value in _rest(clause).items()},
    }


def _plain(value: Any) -> Any:
    """A value of a version or clause as JSON types."""
    match value:
        case Period():
            return {"from": value.start.isoformat(), "to": value.end.isoformat() if value.end else None}
        case QuantityTest() | FlagTest() | MemberTest() | ItemTest():
            return _condition_json(value)
        case AfterEvent() | OnDay() | EachYear() | WithEvent():
            return due_object(value)
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case Fraction():
            return float(value)
        case tuple():
            return [_plain(entry) for entry in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _condition_json(test: Condition) -> Json:
    match test:
        case QuantityTest():
            if QUANTITIES[test.quantity].kind is Kind.DATE:
                return {"date": test.quantity, "op": test.operator, "value": test.text}
            found = {"quantity": test.quantity, "op": test.operator, **plain(test.threshold)}
            return {**found, "unit": QUANTITIES[test.quantity].unit}
        case FlagTest():
            return {"flag": test.flag, "is": test.wanted}
        case MemberTest():
            return {"name": test.name, "on": test.list_id, "is": test.wanted}
        case ItemTest():
            return {"item": f"{test.rule}/{test.item}", "is": test.wanted}
