"""Why a row came out as it did: read from the cells that the evaluator saw, nothing decided again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise, product

import numpy as np

from gateline.quantities import QUANTITIES, Kind, Quantity
from gateline.rules.columns import Column, Columns, Names, with_ratios
from gateline.rules.evaluate import NO_ITEM, OPEN_ITEM, decisions, evaluate, locate, outcome_over, settle, touched
from gateline.rules.model import Clause, Condition, Outcome, belongs
from gateline.rules.program import AnyOf, Axis, CompiledClause, Grid, Program

Pattern = tuple[int, ...]
Parts = tuple[tuple[str, ...], ...]
"""The open inputs behind each axis of a program."""

UNSET = float("nan")
MAXIMUM_TRIED = 6
"""Up to this many missing inputs, every set of them is tried for the smallest that settles the answer."""


@dataclass(frozen=True, slots=True)
class ConditionReport:
    """One condition, and how it came out on its own."""

    test: Condition
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ClauseReport:
    """One item or exclusion; `excluded_by` names the exclusions that took an item out."""

    clause: Clause
    outcome: Outcome
    conditions: tuple[ConditionReport, ...]
    excluded_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flip:
    """A stretch of one input over which the answer is settled, whatever the other unknowns are.

    `then` is the deciding item, ``met`` if only the outcome is settled, or ``not_met``. A stretch with two
    borders has the lower one in `start`.
    """

    quantity: str
    operator: str
    value: Fraction | bool
    then: str
    start: tuple[str, Fraction] | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What stands behind the verdict on one row.

    `missing` are the inputs whose knowledge could change the answer; `settles` are as few of them as settle it
    whatever they turn out to be, where that is fewer than all.
    """

    outcome: Outcome
    item: str | None
    settled: bool
    items: tuple[ClauseReport, ...]
    exclusions: tuple[ClauseReport, ...]
    missing: tuple[str, ...]
    settles: tuple[str, ...]
    flips: tuple[Flip, ...]


def explain(program: Program, inputs: Columns) -> Explanation:
    """The verdict on a batch of one, with its reasons.

    Parameters
    ----------
    program : Program
    inputs : mapping of canonical name to Column or Names, each of shape (1,)
        Without the ratios, which follow from them.
    """
    columns = with_ratios(inputs)
    pattern = _pattern(program, columns)
    found, item = settle(program, pattern)
    outcome = Outcome(found)
    items, exclusions = _reports(program, pattern)
    missing, settles = _reasons(program, pattern, columns) if item == OPEN_ITEM else ((), ())
    known = outcome.word if outcome is Outcome.MET else ""
    return Explanation(
        outcome=outcome,
        item=program.items[item].clause.id if item >= 0 else None,
        settled=item != OPEN_ITEM,
        items=items,
        exclusions=exclusions,
        missing=missing,
        settles=settles,
        flips=tuple(flip for name in missing for flip in flips(program, inputs, name) if flip.then != known),
    )


def missing_inputs(program: Program, columns: Columns) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The inputs whose knowledge could change the answer of a batch of one, and as few of them as settle it.

    Parameters
    ----------
    program : Program
    columns : mapping of canonical name to Column or Names, each of shape (1,)
        With the ratios.
    """
    return _reasons(program, _pattern(program, columns), columns)


def _pattern(program: Program, columns: Columns) -> Pattern:
    """The first and then the last cells that a batch of one touches."""
    first, last = locate(program.axes, columns, 1)
    return (*first[:, 0].tolist(), *last[:, 0].tolist())


def _reports(program: Program, pattern: Pattern) -> tuple[tuple[ClauseReport, ...], tuple[ClauseReport, ...]]:
    """How items and exclusions came out."""
    if pattern not in program.reported:
        cells = touched(pattern)
        items = tuple(_report(compiled, cells, program.exclusions) for compiled in program.items)
        program.reported[pattern] = items, tuple(_report(compiled, cells, ()) for compiled in program.exclusions)
    items, exclusions = program.reported[pattern]
    return items, exclusions


def _reasons(program: Program, pattern: Pattern, columns: Columns) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What `missing_inputs` gives, for a pattern and the inputs that are open behind each of its axes."""
    parts = tuple(tuple(_parts(axis, columns)) for axis in program.axes)
    if (pattern, parts) not in program.reasons:
        cells = touched(pattern)
        missing = tuple(_missing(program, cells, parts))
        program.reasons[pattern, parts] = missing, _settling(program, cells, parts, missing)
    missing, settles = program.reasons[pattern, parts]
    return missing, settles


def group_outcome(program: Program, inputs: Columns, group: str, *, exclusions: bool = True) -> Outcome:
    """Whether one of a group of items holds in a batch of one: 3A090.a takes in 3A090.a.1 and 3A090.a.2.

    Parameters
    ----------
    program : Program
    inputs : mapping of canonical name to Column or Names, each of shape (1,)
    group : str
        Empty for all items.
    exclusions : bool
        Whether what an exclusion takes out does not hold; without them only the parameters of the items are tested.
    """
    cells = touched(_pattern(program, with_ratios(inputs)))
    items = [item for item in program.items if not group or belongs(item.clause.id, group)]
    parts = tuple(item.expression if exclusions else item.together for item in items)
    return outcome_over(AnyOf(parts).holds(cells))


def _report(compiled: CompiledClause, cells: Grid, exclusions: tuple[CompiledClause, ...]) -> ClauseReport:
    conditions = tuple(
        ConditionReport(test, outcome_over(expression.holds(cells)))
        for test, expression in zip(compiled.clause.conditions, compiled.conditions, strict=True)
    )
    own = [rest for rest in exclusions if rest.clause.id in compiled.clause.unless]
    took_out = (
        tuple(rest.clause.id for rest in own if rest.expression.holds(cells).all())
        if compiled.together.holds(cells).all()
        else ()
    )
    return ClauseReport(compiled.clause, outcome_over(compiled.expression.holds(cells)), conditions, took_out)


def _missing(program: Program, cells: Grid, parts: Parts) -> Iterable[str]:
    """The inputs whose knowledge could change the answer, ratios replaced by their unknown parts."""
    decision = decisions(program, cells)
    named: dict[str, None] = {}
    for number, names in enumerate(parts):
        if (decision != decision.take([0], axis=number)).any():
            named.update(dict.fromkeys(names))
    return named


def _settling(program: Program, cells: Grid, parts: Parts, missing: tuple[str, ...]) -> tuple[str, ...]:
    """The smallest set of missing inputs that settles the answer; of many, one from which none can be left out."""
    if not missing:
        return ()
    answer = decisions(program, cells)
    if answer.max() == len(program.items):  # whether it is met is open, so which item is met does not matter yet
        answer = np.where(answer < len(program.items), 1, 0)
    needed = [frozenset(names) for names in parts]

    def settles(names: Iterable[str]) -> bool:
        loose = tuple(number for number, behind in enumerate(needed) if not behind <= frozenset(names))
        return bool((answer.min(axis=loose) == answer.max(axis=loose)).all())

    if len(missing) <= MAXIMUM_TRIED:
        for size in range(len(missing)):
            for names in combinations(missing, size):
                if settles(names):
                    return names
        return missing
    kept = list(missing)
    for name in missing:
        if settles([other for other in kept if other != name]):
            kept.remove(name)
    return tuple(kept)


def _parts(axis: Axis, columns: Columns) -> list[str]:
    parts = [name for name in QUANTITIES[axis.name].parts if name not in columns or columns[name].is_open()]
    return parts or [axis.name]


def flips(program: Program, inputs: Columns, name: str) -> list[Flip]:
    """The stretches of the input `name` over which the answer is settled, in rising order."""
    entry = QUANTITIES[name]
    if entry.kind is Kind.NAME:
        return []
    if entry.kind is Kind.FLAG:
        return [
            Flip(name, "is", bool(value), then)
            for value, then in zip((0, 1), _try(program, inputs, name, [0, 1]), strict=True)
            if then
        ]
    points = _points(program, inputs, entry)
    answers = _try(program, inputs, name, [point for point, _ in points])
    bounded = isinstance(column := inputs.get(name), Column) and isinstance(column.low[0], Fraction)
    least = points[0][0] if points and (bounded or entry.kind is Kind.DATE) else Fraction(0)
    return list(_stretches(name, points, answers, least))


def _try(program: Program, inputs: Columns, name: str, values: list[Fraction] | list[int]) -> list[str]:
    """The answer at each value of one input, the others as they are; empty where it stays open."""
    rows = len(values)
    trial: dict[str, Column | Names] = {}
    for other, column in inputs.items():
        if isinstance(column, Names):
            trial[other] = Names(np.repeat(column.values, rows))
        else:
            trial[other] = Column(np.repeat(column.low, rows), np.repeat(column.high, rows))
    exact = np.array([Fraction(value) for value in values], dtype=object)
    verdict = evaluate(program, with_ratios(trial | {name: Column(exact, exact)}, program.names), rows)
    return [
        _answer(program, int(item), int(outcome)) for item, outcome in zip(verdict.item, verdict.outcome, strict=True)
    ]


def _answer(program: Program, item: int, outcome: int) -> str:
    if item >= 0:
        return program.items[item].clause.id
    if item == NO_ITEM:
        return Outcome.NOT_MET.word
    return Outcome.MET.word if outcome == Outcome.MET else ""


def _points(program: Program, inputs: Columns, entry: Quantity) -> list[tuple[Fraction, bool]]:
    """Values of an input in rising order: each border at which the answer can change (True), and one between each two."""
    column = inputs.get(entry.name)
    low, high = (column.low[0], column.high[0]) if isinstance(column, Column) else (UNSET, UNSET)
    inside = {border for border in _borders(program, inputs, entry.name) if not (border < low or border > high)}
    borders: list[Fraction] = sorted(inside | {end for end in (low, high) if isinstance(end, Fraction)})
    step = Fraction(1) if entry.kind is Kind.DATE else None
    points = [(border, True) for border in borders]
    points += [
        (_between(left, right, step), False) for left, right in pairwise(borders) if not step or left + step < right
    ]
    if borders and not isinstance(low, Fraction):
        points.append((borders[0] - step if step else borders[0] / 2, False))
    if borders and not isinstance(high, Fraction):
        points.append((borders[-1] + step if step else borders[-1] * 2 or Fraction(1), False))
    return sorted(points)


def _between(left: Fraction, right: Fraction, step: Fraction | None) -> Fraction:
    return left + step if step else (left + right) / 2


def _borders(program: Program, inputs: Columns, name: str) -> Iterable[Fraction]:
    """Where the cuts of every axis lie in terms of the input `name`."""
    for axis in program.axes:
        ratio, total_of = QUANTITIES[axis.name].ratio, QUANTITIES[axis.name].total_of
        for cut in axis.cuts:
            if axis.name == name:
                yield cut.value
            elif name in total_of:
                others = [_ends(inputs, part) | {Fraction(0)} for part in total_of if part != name]
                yield from (border for ends in product(*others) if (border := cut.value - sum(ends)) > 0)
            elif ratio is not None and name == ratio.denominator:
                yield from (top / cut.value for top in _ends(inputs, ratio.numerator) if cut.value)
            elif ratio is not None and name == ratio.numerator:
                yield from (cut.value * bottom for bottom in _ends(inputs, ratio.denominator))


def _ends(inputs: Columns, name: str) -> set[Fraction]:
    column = inputs.get(name)
    ends = (column.low[0], column.high[0]) if isinstance(column, Column) else ()
    return {end for end in ends if isinstance(end, Fraction) and end > 0}


def _stretches(name: str, points: list[tuple[Fraction, bool]], answers: list[str], least: Fraction) -> Iterable[Flip]:
    """Runs of equal answers; a run that ends at a border includes it, one that ends short of it does not.

    A run over all points starts at the least value that the input can have.
    """
    start = 0
    for stop in range(1, len(points) + 1):
        if stop < len(points) and answers[stop] == answers[start]:
            continue
        if answers[start]:
            yield _stretch(name, points, start, stop, answers[start], least)
        start = stop


def _stretch(name: str, points: list[tuple[Fraction, bool]], start: int, stop: int, then: str, least: Fraction) -> Flip:
    lower = None if start == 0 else _lower_border(points, start)
    if stop == len(points):
        operator, value = lower or (">=", least)
        return Flip(name, operator, value, then)
    inclusive = points[stop - 1][1]
    operator, value = ("<=", points[stop - 1][0]) if inclusive else ("<", points[stop][0])
    return Flip(name, operator, value, then, lower)


def _lower_border(points: list[tuple[Fraction, bool]], start: int) -> tuple[str, Fraction]:
    return (">=", points[start][0]) if points[start][1] else (">", points[start - 1][0])
