"""A rule version made ready to run: its thresholds as cuts on axes, its conditions as cells on them.

Each quantity that the version tests is an axis, cut where a threshold lies. Between two neighbouring
cuts every value is alike to the rule, so a row is described by one cell number per axis, and the rule
by which cells it holds in. Items of other rules are written out in place, so that inputs which two
rules share stay one input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import reduce
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.errors import SpecError
from gateline.quantities import QUANTITIES
from gateline.rules.corpus import Specs
from gateline.rules.model import Clause, Condition, FlagTest, ItemTest, MemberTest, QuantityTest, Version, belongs

MAXIMUM_CELLS = 2**24
"""More cells than this and a rule version is to be split; every row must stay cheap to settle."""

MAXIMUM_KEPT = 4096
"""Programs kept for the next row or subject; a program holds its version, so that its identity stays its own."""

Grid = tuple[npt.NDArray[np.intp], ...]
Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """A border between two cells: the upper cell starts at `value`, or just above it if `above`."""

    value: Fraction
    above: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """One input of a version, and where its cells lie.

    A flag is cut at one (no is zero, yes is one); so is membership of a list. A ratio has one more cell,
    at the end, for 'has no value'.
    """

    name: str
    cuts: tuple[Cut, ...]
    members: frozenset[str] | None = None
    list_id: str = ""
    can_be_undefined: bool = False

    @property
    def size(self) -> int:
        """The number of cells."""
        return len(self.cuts) + 1 + self.can_be_undefined


@dataclass(frozen=True, slots=True)
class Within:
    """Holds in the cells from `start` up to but not including `stop` of one axis."""

    axis: int
    start: int
    stop: int

    def holds(self, cells: Grid) -> Truth:
        """Where it holds, for cell numbers that broadcast against each other."""
        return np.asarray((cells[self.axis] >= self.start) & (cells[self.axis] < self.stop))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds where one of its parts does; with no parts, nowhere."""

    parts: tuple[Expression, ...]

    def holds(self, cells: Grid) -> Truth:
        """Where it holds."""
        return np.asarray(_combine(np.logical_or, [part.holds(cells) for part in self.parts], empty=False))


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds where all of its parts do."""

    parts: tuple[Expression, ...]

    def holds(self, cells: Grid) -> Truth:
        """Where it holds."""
        return np.asarray(_combine(np.logical_and, [part.holds(cells) for part in self.parts], empty=True))


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where its part does not."""

    part: Expression

    def holds(self, cells: Grid) -> Truth:
        """Where it holds."""
        return np.asarray(~self.part.holds(cells))


Expression = Within | AnyOf | AllOf | Not


def _combine(join: np.ufunc, truths: list[Truth], *, empty: bool) -> Any:
    return reduce(join, truths) if truths else np.asarray(empty)


@dataclass(frozen=True, slots=True)
class CompiledClause:
    """An item or exclusion: each of its conditions, all of them, and all of them less its exclusions."""

    clause: Clause
    conditions: tuple[Expression, ...]
    together: Expression
    expression: Expression


@dataclass(frozen=True)
class Program:
    """A version on one day, ready to evaluate.

    `settled`, `reported` and `reasons` keep what the evaluator and the explanation found for a pattern of touched cells.
    """

    rule_id: str
    version: Version
    day: date
    axes: tuple[Axis, ...]
    items: tuple[CompiledClause, ...]
    exclusions: tuple[CompiledClause, ...]
    settled: dict[tuple[int, ...], Any] = field(default_factory=dict, compare=False, repr=False)
    reported: dict[tuple[int, ...], Any] = field(default_factory=dict, compare=False, repr=False)
    reasons: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs that the version tests."""
        return tuple(dict.fromkeys(axis.name for axis in self.axes))


def compile_version(
    specs: Specs, rule_id: str, version: Version, day: date, readings: Mapping[str, str] | None = None
) -> Program:
    """The program of `version` as it runs on `day`, under the readings chosen and the defaults of the others.

    Raises
    ------
    SpecError
        If the version has too many cells.
    InputError
        If a reading or a choice does not exist.
    """
    chosen = specs.choose_readings(readings or {})
    key = (id(version), day, *chosen.values())
    if key not in specs.programs:
        if len(specs.programs) >= MAXIMUM_KEPT:
            specs.programs.clear()
        specs.programs[key] = _compile(specs, rule_id, version, day, chosen)
    found: Program = specs.programs[key]
    return found


def _compile(specs: Specs, rule_id: str, version: Version, day: date, chosen: Mapping[str, str]) -> Program:
    axes = _axes(specs, list(_tests(specs, version, day, chosen)), day)
    cells = prod(axis.size for axis in axes)
    if cells > MAXIMUM_CELLS:
        raise SpecError(f"{rule_id} {version.id}: has {cells:,} cells, more than {MAXIMUM_CELLS:,}; split the version.")
    items, exclusions = _Builder(specs, day, axes, chosen).clauses(version)
    return Program(rule_id, version, day, axes, tuple(items), tuple(exclusions.values()))


def _tests(specs: Specs, version: Version, day: date, readings: Mapping[str, str]) -> Iterator[Condition]:
    """All conditions of a version, those of the items it refers to included, without the references."""
    clauses = [clause for clause in version.clauses if clause.speaks(readings)]
    for condition in (condition for clause in clauses for condition in clause.conditions):
        if not isinstance(condition, ItemTest):
            yield condition
        elif (referred := specs.rules[condition.rule].version_on(day)) is not None:
            yield from _tests(specs, referred, day, readings)


def _axes(specs: Specs, tests: list[Condition], day: date) -> tuple[Axis, ...]:
    cuts: dict[tuple[str, str], set[Cut]] = {}
    for test in tests:
        cuts.setdefault(_axis_key(test), set()).add(_cut(test))
    return tuple(
        Axis(
            name=name,
            cuts=tuple(sorted(cuts[name, list_id])),
            members=specs.members_on(list_id, day) if list_id else None,
            list_id=list_id,
            can_be_undefined=QUANTITIES[name].ratio is not None,
        )
        for name, list_id in cuts
    )


def _axis_key(test: Condition) -> tuple[str, str]:
    match test:
        case QuantityTest():
            return test.quantity, ""
        case FlagTest():
            return test.flag, ""
        case MemberTest():
            return test.name, test.list_id
        case ItemTest():
            raise AssertionError("references are written out before axes are made")


def _cut(test: Condition) -> Cut:
    if isinstance(test, QuantityTest):
        return Cut(test.threshold, above=test.operator in (">", "<="))
    return Cut(Fraction(1), above=False)


@dataclass(frozen=True, slots=True)
class _Builder:
    specs: Specs
    day: date
    axes: tuple[Axis, ...]
    readings: Mapping[str, str]

    def clauses(self, version: Version) -> tuple[list[CompiledClause], dict[str, CompiledClause]]:
        """The items and exclusions of a version that belong to the readings."""
        speaking = [clause for clause in version.exclusions if clause.speaks(self.readings)]
        exclusions = {clause.id: self.clause(clause, {}) for clause in speaking}
        return [self.clause(item, exclusions) for item in version.items if item.speaks(self.readings)], exclusions

    def clause(self, clause: Clause, exclusions: dict[str, CompiledClause]) -> CompiledClause:
        conditions = tuple(self.condition(condition) for condition in clause.conditions)
        together = AllOf(conditions)
        out = AnyOf(tuple(exclusions[name].expression for name in clause.unless if name in exclusions))
        return CompiledClause(clause, conditions, together, AllOf((together, Not(out))))

    def condition(self, test: Condition) -> Expression:
        if isinstance(test, ItemTest):
            return self.reference(test)
        keys = [(axis.name, axis.list_id) for axis in self.axes]
        number = keys.index(_axis_key(test))
        axis = self.axes[number]
        border, last = axis.cuts.index(_cut(test)) + 1, len(axis.cuts) + 1
        upper = test.operator in (">", ">=") if isinstance(test, QuantityTest) else test.wanted
        return Within(number, border, last) if upper else Within(number, 0, border)

    def reference(self, test: ItemTest) -> Expression:
        version = self.specs.rules[test.rule].version_on(self.day)
        if version is None:
            return AnyOf(()) if test.wanted else Not(AnyOf(()))
        items, _ = self.clauses(version)
        found = AnyOf(tuple(item.expression for item in items if belongs(item.clause.id, test.item)))
        return found if test.wanted else Not(found)
