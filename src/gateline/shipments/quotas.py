"""Running totals of a shipment ledger against the lines of the rules about totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gateline.errors import InputError
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.columns import Column, Columns, Names
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import evaluate
from gateline.rules.model import Clause, MemberTest, Outcome, Rule, Status, Sum, Total, Version, asks_about
from gateline.rules.program import compile_version
from gateline.shipments.groups import Groups
from gateline.shipments.ledger_columns import Coded, LedgerColumns
from gateline.shipments.standing import stairs, standing
from gateline.shipments.sums import Accumulator, Integers, cells_of, key
from gateline.shipments.totals import QuotaTotals, Stairs

SUBJECT = "total"
EPOCH = date(1970, 1, 1).toordinal()
FLAG_VALUES = {"yes": 1.0, "no": 0.0, None: float("nan")}
FALLS_BACK_ON = {"end_user_country": "destination"}
"""Columns that are taken from another one where a ledger does not have them, as for one shipment."""


class Quotas:
    """Totals of the rows of a ledger, which may come in any order and in batches of any size.

    Parameters
    ----------
    specs : Specs
    as_of : date
        Day whose versions of the rules about totals apply.
    rules : tuple of str
        Ids, or what they start with; without any, every rule about totals that had been issued by then.

    Raises
    ------
    InputError
        If a rule that was asked for does not exist, is about something else, or had no version by then.
    """

    def __init__(self, specs: Specs, as_of: date, rules: tuple[str, ...] = ()) -> None:
        self._specs = specs
        self._day = as_of
        self._quotas = [_Quota(specs, rule, version) for rule, version in _chosen(specs, as_of, rules)]
        self._groups = {added.by: Groups(added.by) for quota in self._quotas for added in quota.sums}
        self._seen: set[str] = set()
        self._rows = 0

    def add(self, columns: LedgerColumns) -> None:
        """Take in some more rows.

        Parameters
        ----------
        columns : LedgerColumns
            Words that conditions ask about: ``destination``, ``headquarters`` and ``end_user_country`` as country codes (an absent
            ``end_user_country`` is the destination), ``item_of_a_level`` as ``yes`` or ``no``. What is None, or has
            no column, is unknown: the row then perhaps counts.

        Raises
        ------
        InputError
            If a day is missing, or there are too many groups and days.
        """
        if np.isnat(columns.days).any():
            row = int(columns.rows[int(np.isnat(columns.days).argmax())])
            raise InputError(f"row {row}: has no day. Totals run by day; give the day of the shipment.")
        self._rows += len(columns.rows)
        self._seen |= set(columns.words)
        words = dict(columns.words)
        for name, other in FALLS_BACK_ON.items():
            if name not in words and other in words:
                words[name] = words[other]
        days = columns.days.astype("datetime64[D]").astype(np.int64) + EPOCH
        placed = {by: groups.place(words, len(days)) for by, groups in self._groups.items()}
        inputs = _inputs(words, days, {name for quota in self._quotas for name in quota.names})
        for quota in self._quotas:
            quota.add(columns, days, placed, inputs)

    def totals(self) -> tuple[QuotaTotals, ...]:
        """The totals of all rows so far, one entry per rule.

        Raises
        ------
        InputError
            If there are too many groups and days.
        """
        return tuple(
            standing(
                self._specs,
                self._day,
                quota.rule,
                quota.version,
                tuple(self._groups[added.by] for added in quota.sums),
                tuple(accumulator.cells() for accumulator in quota.accumulators),
                tuple(name for name in quota.asked if name not in self._seen) if self._rows else (),
            )
            for quota in self._quotas
        )

    def stairs(self, found: QuotaTotals, wanted: Sequence[tuple[str, ...]]) -> Stairs:
        """How the totals of some groups of a rule came about.

        Parameters
        ----------
        found : QuotaTotals
            One of `totals`.
        wanted : sequence of tuple of str
            The words of the groups.
        """
        quota = next(quota for quota in self._quotas if quota.rule.id == found.rule.id)
        assert quota.rule.total is not None
        return stairs(
            compile_version(self._specs, quota.rule.id, quota.version, self._day),
            quota.rule.total,
            tuple(self._groups[added.by] for added in quota.sums),
            tuple(accumulator.cells() for accumulator in quota.accumulators),
            wanted,
        )


class _Quota:
    """One rule about totals, and its sums while rows come in."""

    def __init__(self, specs: Specs, rule: Rule, version: Version) -> None:
        self.rule, self.version = rule, version
        self.sums = _sums(rule.total)
        self._scopes = [_Scope(specs, rule.id, added) for added in self.sums]
        self.accumulators = [Accumulator(" and ".join(added.by)) for added in self.sums]

    @property
    def names(self) -> frozenset[str]:
        """The inputs that its scopes test."""
        return frozenset(asks_about(test) for added in self.sums for test in added.counts)

    @property
    def asked(self) -> tuple[str, ...]:
        """The columns of a ledger that it needs."""
        grouped = [name for added in self.sums for name in added.by]
        tested = [name for name in sorted(self.names) if QUANTITIES[name].kind is not Kind.DATE]
        return tuple(dict.fromkeys([*grouped, *(name for name in tested if name not in FALLS_BACK_ON)]))

    def add(
        self, columns: LedgerColumns, days: Integers, placed: Mapping[tuple[str, ...], Integers], inputs: Columns
    ) -> None:
        for added, scope, accumulator in zip(self.sums, self._scopes, self.accumulators, strict=True):
            counted = scope.counted(days, inputs)
            here = np.flatnonzero(counted)
            if len(here):
                accumulator.add(
                    cells_of(
                        keys=key(placed[added.by][here], days[here]),
                        sure=counted[here] == Outcome.MET,
                        counts=columns.counts[here],
                        performance=Coded(columns.performance.codes[here], columns.performance.values),
                        rows=columns.rows[here],
                    )
                )


class _Scope:
    """Which rows a sum counts: its conditions, put to every row by the evaluator, with lists as of the day of the row."""

    def __init__(self, specs: Specs, rule_id: str, added: Sum) -> None:
        self._specs, self._rule, self._added = specs, rule_id, added
        clause = Clause("counts", "", added.counts)
        self._version = Version(added.quantity, Status.IN_FORCE, "", (), (clause,))

    @cached_property
    def _changes(self) -> Integers:
        """Days on which one of its lists changes."""
        lists = {test.list_id for test in self._added.counts if isinstance(test, MemberTest)}
        return np.array(sorted({day.toordinal() for name in lists for day in _changes(self._specs, name)}), np.int64)

    def counted(self, days: Integers, inputs: Columns) -> NDArray[np.int8]:
        """Whether each row counts, as values of `Outcome`."""
        epochs = np.searchsorted(self._changes, days, side="right")
        result = np.zeros(len(days), dtype=np.int8)
        for epoch in np.unique(epochs).tolist():
            here = np.flatnonzero(epochs == epoch)
            program = compile_version(self._specs, self._rule, self._version, date.fromordinal(int(days[here[0]])))
            result[here] = evaluate(program, _take(inputs, here), len(here)).outcome
        return result


def _sums(total: Total | None) -> tuple[Sum, ...]:
    return () if total is None else tuple(added for added in (total.sum, total.per) if added is not None)


def _chosen(specs: Specs, as_of: date, rules: tuple[str, ...]) -> Iterable[tuple[Rule, Version]]:
    asked = specs.select(rules) if rules else list(specs.rules.values())
    for rule in asked:
        if rule.subject != SUBJECT:
            if rule.id in rules:
                raise InputError(f"{rule.id}: is not a rule about totals. Choose another rule.")
            continue
        version = rule.version_on(as_of)
        if version is not None:
            yield rule, version
        elif rule.id in rules:
            raise InputError(f"{rule.id}: had not been issued by {as_of}. Choose a later date.")


def _changes(specs: Specs, list_id: str) -> Iterable[date]:
    named = specs.lists[list_id]
    for member in named.members:
        yield from (day for day in (member.since, member.until) if day is not None)
    for included in named.includes:
        yield from _changes(specs, included)


def _inputs(words: Mapping[str, Coded], days: Integers, names: Iterable[str]) -> dict[str, Column | Names]:
    """The columns that conditions on rows ask about."""
    found: dict[str, Column | Names] = {}
    for name in names:
        if QUANTITIES[name].kind is Kind.DATE:
            ordinals = days.astype(np.float64)
            found[name] = Column(ordinals, ordinals)
        elif name in words and QUANTITIES[name].kind is Kind.FLAG:
            flags = np.array([_flag(name, value) for value in words[name].values], np.float64)[words[name].codes]
            found[name] = Column(flags, flags)
        elif name in words:
            distinct = np.array(
                [None if word is None else str(word).strip().lower() for word in words[name].values] + [None]
            )
            found[name] = Names(distinct, words[name].codes.astype(np.intp))
    return found


def _flag(name: str, value: object) -> float:
    if value not in FLAG_VALUES:
        raise InputError(f"{name}: '{value}' is not yes or no.")
    return FLAG_VALUES[value]


def _take(inputs: Columns, rows: NDArray[np.intp]) -> dict[str, Column | Names]:
    taken: dict[str, Column | Names] = {}
    for name, column in inputs.items():
        if isinstance(column, Names):
            taken[name] = column.take(rows)
        else:
            low = column.low[rows]
            taken[name] = Column(low, low)
    return taken
