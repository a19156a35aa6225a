"""The catalogue beside a subject: what one rule version says of every chip, for pictures."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache, lru_cache

from gateline.chips.catalogue import Entry
from gateline.chips.chipfile import Chip
from gateline.chips.derive import completed, derive
from gateline.gating import Request
from gateline.inputs import Inputs, exact_value, stacked
from gateline.jobs.chip import chip_with_id, default_catalogue
from gateline.jobs.sweep import DEFINITION
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.columns import Column, with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import evaluate
from gateline.rules.history import change_days
from gateline.rules.model import Outcome, Rule, Version
from gateline.rules.program import compile_version
from gateline.rules.specfiles import default_specs
from gateline.screening import settle_facts

BRANDS = re.compile(
    r"\b(Data Center GPU|GeForce|Instinct|Radeon|Tesla|Jetson AGX|Platinum|Blackwell|Generation|Edition)\b"
)
DETAILS = re.compile(r"\(.*?\)| /.*|\b\d+(/\d+)?GB\b|\bSXM\d?\b")
APART = re.compile(r"(?<=\d) (?=D\b)")


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A chip of the catalogue: its known figures, and what the version says of it; the same only as itself.

    Attributes
    ----------
    id, name : str
    short : str
        As a picture names it.
    datacenter : bool or None
    values : mapping
        The quantities that have one value; what is a range or unknown is not there.
    outcome : Outcome
    item : str or None
    """

    id: str
    name: str
    short: str
    datacenter: bool | None
    values: Mapping[str, Fraction]
    outcome: Outcome
    item: str | None


def catalogue_points(
    specs: Specs, rule: Rule, version: Version, as_of: date, readings: Mapping[str, str]
) -> tuple[Point, ...]:
    """Every chip of the catalogue with the answer of one version of a rule, scope facts assumed as for a screening.

    Parameters
    ----------
    specs : Specs
    rule : Rule
    version : Version
    as_of : date
        Date on which the version is asked, and lists are read.
    readings : mapping
        Choice per reading; the others keep their default.
    """
    chosen = specs.choose_readings(readings)
    if specs is not default_specs():
        return _points(specs, rule, version, as_of, chosen)
    return _cached_points(rule.id, version.id, as_of, tuple(chosen.items()))


@lru_cache(maxsize=256)
def _cached_points(
    rule_id: str, version_id: str, as_of: date, readings: tuple[tuple[str, str], ...]
) -> tuple[Point, ...]:
    specs = default_specs()
    rule = specs.rules[rule_id]
    [version] = [version for version in rule.versions if version.id == version_id]
    return _points(specs, rule, version, as_of, dict(readings))


def _points(specs: Specs, rule: Rule, version: Version, as_of: date, readings: Mapping[str, str]) -> tuple[Point, ...]:
    entries = list(default_catalogue().entries.values())
    figures = [completed(inputs, as_of) for inputs in _derived(specs, as_of, readings)]
    columns, rows = stacked(figures), len(entries)
    program = compile_version(specs, rule.id, version, as_of, readings)
    facts, _ = settle_facts(specs, rule, program, columns, Request(as_of, readings=readings), rows)
    known = with_ratios({**columns, **facts})
    answers = evaluate(program, known, rows)
    labels = [*(item.clause.id for item in program.items), None]
    amounts = {
        name: column
        for name, column in known.items()
        if isinstance(column, Column) and QUANTITIES[name].kind is Kind.AMOUNT
    }
    return tuple(
        Point(
            id=entry.id,
            name=entry.name,
            short=short_name(entry),
            datacenter=_flag(known.get("datacenter"), row),
            values={name: value for name, column in amounts.items() if (value := _single(column, row)) is not None},
            outcome=Outcome(int(answers.outcome[row])),
            item=labels[max(int(answers.item[row]), -1)],
        )
        for row, entry in enumerate(entries)
    )


def short_name(entry: Entry) -> str:
    """A name as short as people say it: the family where the chip stands for it, else without brand and capacity.

    Examples
    --------
    >>> short_name(default_catalogue().entries["nvidia-rtx5090d-v2"])
    'RTX 5090D V2'
    """
    if entry.family and entry.reference:
        return entry.family
    bare = DETAILS.sub("", BRANDS.sub("", entry.name))
    return APART.sub("", " ".join(bare.split()))


def _single(column: Column, row: int) -> Fraction | None:
    low, high = exact_value(column.low[row]), exact_value(column.high[row])
    return low if low is not None and low == high and low >= 0 else None


def _flag(column: object, row: int) -> bool | None:
    value = _single(column, row) if isinstance(column, Column) else None
    return None if value is None else bool(value)


def _derived(specs: Specs, as_of: date, readings: Mapping[str, str]) -> tuple[Inputs, ...]:
    """The inputs of every chip; between two days on which a definition changes they are derived once."""
    if specs is not default_specs():
        return tuple(derive(chip, specs, as_of, readings) for chip in _chips())
    days = _definition_days()
    era = bisect_right(days, as_of)
    return _derived_in_era(days[era - 1] if era else date.min, tuple(readings.items()))


@lru_cache(maxsize=8)
def _derived_in_era(day: date, readings: tuple[tuple[str, str], ...]) -> tuple[Inputs, ...]:
    return tuple(derive(chip, default_specs(), day, dict(readings)) for chip in _chips())


@cache
def _definition_days() -> list[date]:
    specs = default_specs()
    definitions = [rule for rule in specs.rules.values() if rule.effect == DEFINITION]
    return sorted({day for rule in definitions for day in change_days(specs, rule)})


def _chips() -> Iterator[Chip]:
    return map(chip_with_id, default_catalogue().entries)
