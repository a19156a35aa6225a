"""Where the totals of a ledger stand: which lines they pass, on which day, and what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gateline.amounts import Amount
from gateline.inputs import OPEN_END, exact_value
from gateline.quantities import QUANTITIES
from gateline.rules.columns import Column
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import evaluate
from gateline.rules.model import Outcome, QuantityTest, Rule, Total, Version
from gateline.rules.program import Program, compile_version
from gateline.shipments.groups import UNPLACED, Groups
from gateline.shipments.sums import Cells, Integers, Running
from gateline.shipments.totals import GroupTotal, Passing, QuotaTotals, Stairs, Stretch

TODAY = "transaction_date"
EPOCH = date(1970, 1, 1).toordinal()
EPOCH_YEAR = 1970
YEARS = 10_000
PORTION = 50_000
"""Cells that are tested together, give or take those of a group."""
BOUNDLESS = float("inf")
"""Something per nothing. It passes any line; the item that it meets is the one whose line counts on a day."""


@dataclass(frozen=True, slots=True)
class _Points:
    """Where groups stand at the end of some days; ends that are not known are NaN."""

    groups: Integers
    days: Integers
    total: Column
    whole: Column | None
    share: Column | None


def standing(
    specs: Specs,
    as_of: date,
    rule: Rule,
    version: Version,
    groups: tuple[Groups, ...],
    cells: tuple[Cells, ...],
    absent: tuple[str, ...],
) -> QuotaTotals:
    """What a rule about totals says of a ledger.

    Parameters
    ----------
    specs, as_of, rule, version
        What is tested.
    groups : tuple of Groups
        Those of the sum, and of what it is divided by if it is.
    cells : tuple of Cells
        In the same order.
    absent : tuple of str
        Columns that the ledger does not have.
    """
    assert rule.total is not None
    total, own = rule.total, cells[0]
    account = _Account(total, groups, cells)
    test = _Test(compile_version(specs, rule.id, version, as_of), total)
    there = own.groups != UNPLACED
    loose = own.select(~there)
    nowhere = account.points(np.full(len(loose), len(groups[0])), loose.days)
    found = [
        group for portion in _portions(own.select(there)) for group in _group_totals(groups[0], portion, account, test)
    ]
    return QuotaTotals(
        rule=rule,
        version=version,
        groups=tuple(sorted(found, key=lambda group: (group.group, group.year or 0))),
        unplaced_rows=int(loose.rows.sum()),
        unplaced=Amount(loose.everything, None if loose.unknown.any() else loose.everything),
        unplaced_outcome=Outcome(max(test.outcomes(nowhere)[0], default=Outcome.NOT_MET)),
        absent=absent,
    )


def _portions(cells: Cells) -> Iterator[Cells]:
    """The cells of some groups at a time: exact fractions of all days at once would take more memory than the ledger."""
    starts = np.flatnonzero(np.diff(cells.groups, prepend=-1))
    wanted = np.searchsorted(starts, np.arange(0, len(cells), PORTION), side="right") - 1
    for start, stop in pairwise(np.unique([*starts[wanted], len(cells)]).tolist()):
        yield cells.select(slice(start, stop))


def _group_totals(groups: Groups, cells: Cells, account: _Account, test: _Test) -> Iterator[GroupTotal]:
    """The total of each group and period."""
    first = np.flatnonzero(np.diff(cells.groups * YEARS + account.periods(cells.days), prepend=-1))
    last = np.append(first[1:], len(cells)) - 1 if len(first) else first
    ends = account.points(cells.groups[first], account.ends(cells.days[last]))
    at_ends, _ = test.outcomes(ends)
    tested = np.repeat(test.may_pass(ends, cells.days[first]), last - first + 1)
    daily = account.points(cells.groups[tested], cells.days[tested])
    outcomes, items = np.zeros(len(cells), np.int8), np.zeros(len(cells), np.int16)
    outcomes[tested], items[tested] = test.outcomes(daily)
    places = np.cumsum(tested) - 1
    lines = {day: test.line(day) for day in np.unique(ends.days).tolist()}
    for number, (start, stop) in enumerate(zip(first.tolist(), (last + 1).tolist(), strict=True)):
        span = slice(start, stop)
        line = lines[int(ends.days[number])]
        passed = np.flatnonzero(outcomes[span] == Outcome.MET)
        yield GroupTotal(
            group=groups.label(int(cells.groups[start])),
            year=date.fromordinal(int(cells.days[start])).year if account.total.yearly else None,
            rows=int(cells.rows[span].sum()),
            first_day=date.fromordinal(int(cells.days[start])),
            last_day=date.fromordinal(int(cells.days[stop - 1])),
            total=_amount(ends.total, number),
            whole=_amount(ends.whole, number) if ends.whole else None,
            share=_amount(ends.share, number) if ends.share else None,
            outcome=Outcome(max([int(at_ends[number]), *(outcomes[span].tolist() if account.total.daily else ())])),
            at_end=Outcome(int(at_ends[number])),
            line=line,
            left=_left(line, ends, number),
            passed=_passing(
                cells,
                daily,
                start + int(passed[0]),
                int(places[start + passed[0]]),
                test.item(int(items[start + passed[0]])),
            )
            if len(passed)
            else None,
        )


def stairs(
    program: Program,
    total: Total,
    groups: tuple[Groups, ...],
    cells: tuple[Cells, ...],
    wanted: Sequence[tuple[str, ...]],
) -> Stairs:
    """How the totals of some groups came about, day by day, and the line that counts on each.

    Parameters
    ----------
    program : Program
        The rule that is tested.
    total, groups, cells
        As for `standing`.
    wanted : sequence of tuple of str
        The words of the groups.
    """
    account, test = _Account(total, groups, cells), _Test(program, total)
    numbers = {groups[0].label(number): number for number in range(1, len(groups[0]))}
    steps = []
    for label in wanted:
        days = account.changes(numbers[label])
        points = account.points(np.full_like(days, numbers[label]), days)
        reached = points.share or points.total
        steps.append(tuple((date.fromordinal(day), _amount(reached, place)) for place, day in enumerate(days.tolist())))
    shown = [day for group in steps for day, _ in group]
    return Stairs(tuple(_stretches(test, total, min(shown), max(shown))) if shown else (), tuple(steps))


def _stretches(test: _Test, total: Total, first: date, last: date) -> Iterator[Stretch]:
    """The lines of the years from `first` to `last`; one for each time on which the same counts."""
    years = [date(year, 1, 1) for year in range(first.year, last.year + 2)]
    cuts = sorted({*years, *(day for day in test.turns() if years[0] < day < years[-1])})
    before: Stretch | None = None
    for start, end in pairwise(cuts):
        line = test.line(start.toordinal())
        anew = before is None or (total.yearly and start in years)
        if before is not None and not anew and line is not None and before.line == line.threshold:
            before = Stretch(before.start, end, before.line, before.anew)
            continue
        if before is not None:
            yield before
        before = None if line is None else Stretch(start, end, line.threshold, anew)
    if before is not None:
        yield before


def _passing(cells: Cells, daily: _Points, cell: int, place: int, item: str) -> Passing:
    return Passing(
        day=date.fromordinal(int(cells.days[cell])),
        item=item,
        rows=int(cells.rows[cell]),
        first_row=int(cells.first[cell]),
        total=_amount(daily.total, place),
        share=_amount(daily.share, place) if daily.share else None,
    )


def _left(line: QuantityTest | None, ends: _Points, number: int) -> Amount:
    """What may be added before the line, with the whole as it is."""
    if line is None:
        return Amount()
    total = _amount(ends.total, number)
    whole = _amount(ends.whole, number) if ends.whole else Amount.exactly(1)
    return Amount(_less(line.threshold, whole.low, total.high), _less(line.threshold, whole.high, total.low))


def _less(threshold: Fraction, whole: Fraction | None, total: Fraction | None) -> Fraction | None:
    return None if whole is None or total is None else threshold * whole - total


def _amount(column: Column, number: int) -> Amount:
    return Amount(exact_value(column.low[number]), exact_value(column.high[number]))


class _Account:
    """The sums of a rule over any days: at least what surely counts, at most what may, with the rows that have no group."""

    def __init__(self, total: Total, groups: tuple[Groups, ...], cells: tuple[Cells, ...]) -> None:
        self.total = total
        self._cells = cells
        self._running = [Running(part) for part in cells]
        self._coarser = groups[0].within(groups[-1])
        self._until = max((int(part.days.max()) for part in cells if len(part)), default=1)

    def periods(self, days: Integers) -> Integers:
        """The calendar year of each day, or one period for all."""
        return _dates(days).astype("datetime64[Y]").astype(np.int64) + EPOCH_YEAR if self.total.yearly else days * 0

    def changes(self, group: int) -> Integers:
        """The days on which the total of a group, or what it is divided by, changes or may change."""
        own, *others = self._cells
        changed = [own.days[(own.groups == group) | (own.groups == UNPLACED)]]
        changed += [part.days[(part.groups == self._coarser[group]) | (part.groups == UNPLACED)] for part in others]
        return np.unique(np.concatenate(changed))

    def ends(self, days: Integers) -> Integers:
        """The last day of the ledger in the period of each day."""
        if not self.total.yearly:
            return np.full_like(days, self._until)
        return np.minimum(_ordinals(_dates(days).astype("datetime64[Y]") + 1) - 1, self._until)

    def points(self, groups: Integers, days: Integers) -> _Points:
        """Where groups stand at the end of some days."""
        starts = _ordinals(_dates(days).astype("datetime64[Y]")) if self.total.yearly else np.ones_like(days)
        total = _span(self._running[0], groups, starts, days)
        if self.total.per is None:
            return _Points(groups, days, total, None, None)
        whole = _span(self._running[1], self._coarser[groups], starts, days)
        return _Points(groups, days, total, whole, _share(self.total.share, total, whole))


def _dates(days: Integers) -> NDArray[np.datetime64]:
    return (days - EPOCH).astype("datetime64[D]")


def _ordinals(dates: NDArray[np.datetime64]) -> Integers:
    return dates.astype("datetime64[D]").astype(np.int64) + EPOCH


def _span(running: Running, groups: Integers, starts: Integers, days: Integers) -> Column:
    """The sums of groups; rows that have no group may be of any."""
    own = running.between(groups, starts, days)
    anyone = running.between(np.full_like(groups, UNPLACED), starts, days)
    high = own.most + anyone.most
    high[own.unknown + anyone.unknown > 0] = OPEN_END
    return Column(own.least, high)


def _share(name: str, part: Column, whole: Column) -> Column:
    """A sum per another: from the smallest quotient to the largest; open where nothing is known to divide by."""
    capped = QUANTITIES[name].share
    low, high = np.empty(len(part.low), dtype=object), np.empty(len(part.low), dtype=object)
    for row in range(len(low)):
        low[row], high[row] = _quotients(_amount(part, row), _amount(whole, row), capped=capped)
    return Column(low, high)


def _quotients(part: Amount, whole: Amount, *, capped: bool) -> tuple[Fraction | float, Fraction | float]:
    """The smallest quotient and the largest; a share of which the part is a part of the whole is at most one."""
    if not part.high and part.high is not None:
        return Fraction(0), Fraction(0)
    low = _quotient(part.low or Fraction(0), whole.high) if whole.high is not None else Fraction(0)
    high = _quotient(part.high, whole.low or Fraction(0)) if part.high is not None else BOUNDLESS
    return low, min(high, Fraction(1)) if capped else high


def _quotient(part: Fraction, whole: Fraction) -> Fraction | float:
    return part / whole if whole else BOUNDLESS if part else Fraction(0)


class _Test:
    """A rule about totals, put to points by the evaluator."""

    def __init__(self, program: Program, total: Total) -> None:
        self._program, self._total = program, total

    def outcomes(self, points: _Points) -> tuple[NDArray[np.int8], NDArray[np.int16]]:
        """Outcome and deciding item at each point."""
        columns = {TODAY: _exactly(points.days), self._total.sum.quantity: points.total}
        if self._total.per is not None and points.whole is not None and points.share is not None:
            columns |= {self._total.per.quantity: points.whole, self._total.share: points.share}
        evaluation = evaluate(self._program, columns, len(points.days))
        return evaluation.outcome, evaluation.item

    def may_pass(self, ends: _Points, first: Integers) -> NDArray[np.bool_]:
        """Whether any total up to that of the end could pass a line on a day from the first on; of shares, always."""
        if self._total.per is not None:
            return np.ones(len(first), dtype=bool)
        nothing = np.zeros(len(first), dtype=object)
        days = Column(first.astype(np.float64), ends.days.astype(np.float64))
        columns = {TODAY: days, self._total.quantity: Column(nothing, ends.total.high)}
        return np.asarray(evaluate(self._program, columns, len(first)).outcome != Outcome.NOT_MET, dtype=bool)

    def item(self, number: int) -> str:
        """The id of an item; nothing where more than one is possible."""
        return self._program.items[number].clause.id if number >= 0 else ""

    def turns(self) -> set[date]:
        """Days on which another line may begin to count: those that its items name, and the days after them."""
        tests = [test for item in self._program.items for test in item.clause.conditions]
        named = {int(test.threshold) for test in tests if isinstance(test, QuantityTest) and test.quantity == TODAY}
        return {date.fromordinal(day + later) for day in named for later in (0, 1)}

    def line(self, day: int) -> QuantityTest | None:
        """The line on the quantity that counts on a day, if there is one."""
        huge = np.array([BOUNDLESS], dtype=object)
        columns = {TODAY: _exactly(np.array([day])), self._total.quantity: Column(huge, huge)}
        number = int(evaluate(self._program, columns, 1).item[0])
        tests = self._program.items[number].clause.conditions if number >= 0 else ()
        lines = [test for test in tests if isinstance(test, QuantityTest) and test.quantity == self._total.quantity]
        return lines[0] if lines else None


def _exactly(days: Integers) -> Column:
    ordinals = days.astype(np.float64)
    return Column(ordinals, ordinals)
