"""What several test files share: reading tables, and screening a subject written as plain text."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from gateline.chips.chipfile import Chip
from gateline.chips.derive import completed, derive
from gateline.documents import Document
from gateline.gating import Request
from gateline.inputs import exact_array, read_datum
from gateline.jobs import check_release
from gateline.rules.columns import Column, Columns, Names
from gateline.rules.model import Clause, ItemTest, Outcome, Version
from gateline.rules.program import Program, compile_version
from gateline.rules.specfiles import default_specs
from gateline.screening import Screening, Subject, Verdict, screen
from gateline.training.ledger import Ledger

SPECS = default_specs()
VERSIONS = [(rule.id, version) for rule in SPECS.rules.values() for version in rule.versions]


def table(*parts: str) -> list[dict[str, str]]:
    """The rows of a CSV file below tests/, each with a `case` name to show."""
    with Path(__file__).parent.joinpath(*parts).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def names(rows: list[dict[str, str]], column: str = "case") -> list[str]:
    """The names of the rows, for test ids."""
    return [row[column] for row in rows]


def nested(cells: Mapping[str, str]) -> dict[str, Any]:
    """Filled cells as a document; a column called `designer.status` is the key status of designer."""
    content: dict[str, Any] = {}
    for column, text in cells.items():
        if text:
            *groups, key = column.split(".")
            inner = content
            for group in groups:
                inner = inner.setdefault(group, {})
            inner[key] = text
    return content


def screen_chip_document(
    content: Mapping[str, Any],
    as_of: str,
    role: str = "exporter",
    *rules: str,
    readings: Mapping[str, str] | None = None,
) -> Screening:
    """Screen a chip written as the content of a chip file."""
    day = date.fromisoformat(as_of)
    chip = Document("a chip file", {"name": "X1", **content}).validate(Chip)
    request = Request(day, role, rules, readings=readings or {})
    subject = Subject("chip", "x1", "X1")
    return screen(SPECS, subject, lambda chosen: completed(derive(chip, SPECS, day, chosen), day), request)


def screen_stated(kind: str, stated: Mapping[str, str], as_of: str, *rules: str) -> Screening:
    """Screen a system or a die of which nothing is known but what is stated under canonical names."""
    inputs = {name: read_datum(name, text, SPECS, "stated") for name, text in stated.items()}
    request = Request(date.fromisoformat(as_of), "exporter", rules)
    return screen(SPECS, Subject(kind, "x1", "X1"), lambda _: inputs, request)


def check_ledger(
    content: Mapping[str, Any],
    as_of: str,
    *rules: str,
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    band: Fraction = Fraction(9, 10),
) -> Screening:
    """Check a training ledger written as the content of a ledger file."""
    ledger = Document("a ledger file", {"model": "Example-1", **content}).validate(Ledger)
    day = date.fromisoformat(as_of)
    return check_release(ledger, day, rules=rules, strict_facts=strict_facts, readings=readings, band=band)


def settings_of(text: str) -> dict[str, str]:
    """Settings written as `name=value`, separated by semicolons."""
    return {name.strip(): value.strip() for name, value in (part.split("=", 1) for part in text.split(";") if part)}


def verdict_of(screening: Screening, rule: str) -> Verdict:
    """The verdict of one rule."""
    return next(verdict for verdict in screening.verdicts if verdict.rule.id == rule)


def item_of(verdict: Verdict) -> str:
    """The deciding item: its id, `open` where a met rule could rest on several, empty where none is met."""
    if verdict.outcome is Outcome.MET:
        return verdict.explanation.item or "open"
    return ""


def a_day_of(version: Version) -> date:
    """The first day on which a version is in force; of a text that never was, the day on which it was issued."""
    day = version.effective.start if version.effective else version.issued
    assert day is not None
    return day


def days_of(version: Version) -> list[date]:
    """The first day of a version, and every later day on which a clause that it refers to changes."""
    first, last = a_day_of(version), version.effective.end if version.effective else None
    tests = [test for clause in version.clauses for test in clause.conditions if isinstance(test, ItemTest)]
    periods = [other.effective for test in tests for other in SPECS.rules[test.rule].versions]
    borders = {day for period in periods if period for day in (period.start, period.end) if day}
    return sorted({first} | {day for day in borders if first < day and (last is None or day < last)})


def step(value: Fraction | str, by: int, digits: int = 12) -> Fraction:
    """`value`, or its neighbour `by` steps away, among the decimals of that many significant digits."""
    near = Fraction(value)
    if near == 0:
        return Fraction(by, 10**digits)
    context = Context(prec=digits)
    number = context.divide(Decimal(near.numerator), Decimal(near.denominator))
    for _ in range(abs(by)):
        number = context.next_plus(number) if by > 0 else context.next_minus(number)
    return Fraction(number)


def readings_of(version: Version) -> list[dict[str, str]]:
    """Every combination of the readings on which the clauses of a version depend."""
    names = sorted({name for clause in version.clauses for name, _ in clause.under})
    choices = [[choice for choice, _ in SPECS.readings[name].choices] for name in names]
    return [dict(zip(names, combination, strict=True)) for combination in product(*choices)]


def program_of(rule_id: str, version: Version, readings: Mapping[str, str], day: date | None = None) -> Program:
    """A version as it runs on a day, or on its first."""
    return compile_version(SPECS, rule_id, version, day or a_day_of(version), readings)


def label(rule_id: str, version: Version, day: date, readings: Mapping[str, str]) -> str:
    """The name of a program: the version, the day if it is not the first, the readings."""
    later = [] if day == a_day_of(version) else [f"on:{day}"]
    return " ".join([f"{rule_id}@{version.id}", *later, *(f"{name}={choice}" for name, choice in readings.items())])


PROGRAMS = {
    label(rule, version, day, readings): program_of(rule, version, readings, day)
    for rule, version in VERSIONS
    for day in days_of(version)
    for readings in readings_of(version)
}
"""Every version of every rule on every day on which it starts to say something else, under every reading it names."""


def isolated(rule_id: str, version: Version, clause: Clause) -> Program:
    """A program whose only item is one clause of a version, its exclusions left out."""
    return program_of(rule_id, replace(version, items=(replace(clause, unless=(), under=()),), exclusions=()), {})


def exact(*values: Fraction | int | None) -> Column:
    """A column of points, as exact rationals; None is unknown."""
    ends = exact_array([None if value is None else Fraction(value) for value in values])
    return Column(ends, ends)


def as_floats(columns: Columns) -> dict[str, Column | Names]:
    """The same columns as float64, rounded once from their exact values."""
    return {
        name: column
        if isinstance(column, Names)
        else Column(*(end.astype(np.float64) for end in (column.low, column.high)))
        for name, column in columns.items()
    }


def a_name(*texts: str | None) -> Names:
    """A column of names."""
    values = np.empty(len(texts), dtype=object)
    values[:] = texts
    return Names(values)
