"""Rules and chips as lists and pages, for reading and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import yaml

from gateline.chips.catalogue import Catalogue, Entry
from gateline.report.duty_wording import due_text
from gateline.report.wording import percent
from gateline.rules.corpus import Specs
from gateline.rules.model import (
    Clause,
    Condition,
    FlagTest,
    ItemTest,
    MemberTest,
    Period,
    Point,
    QuantityTest,
    Rule,
    ScopeFact,
    Version,
)

Json = dict[str, Any]


def list_rules(specs: Specs, as_of: date | None, format_: str) -> str:
    """One line per rule; with a date, the version and status on that day."""
    rows = [_rule_row(rule, as_of) for rule in specs.rules.values()]
    return _json(rows) if format_ == "json" else _table(rows)


def _rule_row(rule: Rule, as_of: date | None) -> Json:
    version = rule.versions[-1] if as_of is None else rule.version_on(as_of)
    status = "not issued" if version is None else version.status_on(as_of or date.max) if as_of else version.status
    return {
        "id": rule.id,
        "subject": rule.subject,
        "effect": rule.effect,
        "version": version.id if version else "-",
        "status": str(status),
        "title": rule.title,
    }


def show_rules(rules: Sequence[Rule], format_: str) -> str:
    """Every version of one rule, or of several."""
    pages = [_rule(rule) for rule in rules]
    if format_ == "json":
        return _json(pages[0] if len(pages) == 1 else pages)
    return "---\n".join(map(_yaml, pages))


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.id,
        "title": rule.title,
        "authority": rule.authority,
        "subject": rule.subject,
        "effect": rule.effect,
        "addressees": list(rule.addressees),
        "scope_facts": [_scope_fact(fact) for fact in rule.scope_facts],
        "versions": [version_page(version) for version in rule.versions],
    }


def _scope_fact(fact: ScopeFact) -> Json:
    return {"fact": fact.flag, "assumed": fact.assumed} | ({"unless_stated": fact.unless} if fact.unless else {})


def version_page(version: Version) -> Json:
    """One version of a rule, as JSON types."""
    return {
        "id": version.id,
        "status": version.status.value,
        "issued": _iso(version.issued),
        "effective": _period(version.effective),
        "enforced": _period(version.enforced),
        "confidence": version.confidence,
        "citations": [f"{citation.cite} ({citation.role})" for citation in version.citations],
        "items": [_clause(item) for item in version.items],
        "exclusions": [_clause(exclusion) for exclusion in version.exclusions],
        "checklist": [_point(point) for point in version.checklist],
        "notes": list(version.notes),
    }


def _point(point: Point) -> Json:
    due = {"due": due_text(point.due)} if point.due else {}
    return {"id": point.id, "says": point.says, "cite": point.cite, **due}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _period(period: Period | None) -> Json | None:
    return {"from": _iso(period.start), "to": _iso(period.end)} if period else None


def _clause(clause: Clause) -> Json:
    found: Json = {
        "id": clause.id,
        "says": clause.says,
        "cite": clause.cite,
        "all": [_condition(test) for test in clause.conditions],
    }
    more = {
        "unless": list(clause.unless),
        "under": dict(clause.under),
        "by": clause.by,
        "rate": percent(clause.rate) if clause.rate else "",
    }
    return found | {key: value for key, value in more.items() if value}


def _condition(test: Condition) -> str:
    """A condition in one line, with the names that files use."""
    match test:
        case QuantityTest():
            return f"{test.quantity} {test.operator} {test.text}"
        case FlagTest():
            return f"{test.flag} is {'yes' if test.wanted else 'no'}"
        case MemberTest():
            return f"{test.name} {'on' if test.wanted else 'not on'} {test.list_id}"
        case ItemTest():
            return f"{test.rule}/{test.item} {'met' if test.wanted else 'not met'}"


def list_chips(catalogue: Catalogue, format_: str) -> str:
    """One line per chip."""
    rows = [
        {
            "id": entry.id,
            "name": entry.name,
            "vendor": entry.vendor,
            "family": entry.family,
            "reference": "yes" if entry.reference else "",
        }
        for entry in catalogue.entries.values()
    ]
    return _json(rows) if format_ == "json" else _table(rows)


def show_chip(entry: Entry, catalogue: Catalogue, format_: str) -> str:
    """Every figure of a chip as its file has it, and what its source keys stand for."""
    page = {**entry.part.content, "sources": catalogue.sources_of(entry)}
    return _json(page) if format_ == "json" else _yaml(page)


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _yaml(content: Any) -> str:
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110))


def _table(rows: Iterable[Json]) -> str:
    """Columns as wide as their widest entry, the last one open."""
    listed = [[str(value) for value in row.values()] for row in rows]
    widths = [max(len(row[number]) for row in listed) for number in range(len(listed[0]) - 1)]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip() + "\n"
        for row in listed
    )
