"""What a table comes to: rows, units and amounts by chip, destination, consignee and date, and by verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.amounts import Amount
from gateline.fleet.cells import Place
from gateline.fleet.lines import RuleColumn
from gateline.fleet.sums import Group, Weights, add_up, as_fraction, count, from_fraction
from gateline.rules.columns import Column
from gateline.rules.model import Outcome

MAXIMUM_GROUPS = 10_000
"""A column with more different cells than this is not added up by them."""
MAXIMUM_LABEL = 160
OUTCOMES = [(int(outcome), outcome.word) for outcome in Outcome]

Said = tuple[tuple[str, str], ...]
"""What every rule that gates says of a row: pairs of rule and outcome."""
Truth = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Tally:
    """A sum over units, with what is not known of them.

    Attributes
    ----------
    rows, units : int
    unknown : int
        Units of which nothing is known; they add nothing.
    open : int
        Units without an upper end, the unknown ones among them.
    low, high : int
        The sums of the lower ends and of the upper ends that are known, in units of 10^-130.
    """

    rows: int = 0
    units: int = 0
    unknown: int = 0
    open: int = 0
    low: int = 0
    high: int = 0

    def add(self, other: Tally) -> None:
        """Add the same sum over other units."""
        self.rows += other.rows
        self.units += other.units
        self.unknown += other.unknown
        self.open += other.open
        self.low += other.low
        self.high += other.high

    @property
    def amount(self) -> Amount:
        """The sum; without an upper end where one of the units has none."""
        return Amount(as_fraction(self.low), None if self.open else as_fraction(self.high))


ByVerdict = dict[Said, Tally]


@dataclass(slots=True)
class Totals:
    """What a table, or a part of it, comes to.

    Attributes
    ----------
    quantity : str
        The canonical name of the main amount.
    whole : dict
        The tally of the main amount by what the rules say.
    groups : dict
        For each column by which the table is added up, the same for each of its cells; None where they are too many.
    amounts : dict
        The tallies of other amounts, over the whole table.
    """

    quantity: str = ""
    whole: ByVerdict = field(default_factory=dict)
    groups: dict[str, dict[str, ByVerdict] | None] = field(default_factory=dict)
    amounts: dict[str, Tally] = field(default_factory=dict)

    def add(self, part: Totals) -> None:
        """Add what another part of the same table comes to."""
        self.quantity = part.quantity
        _add(self.whole, part.whole)
        for name, found in part.groups.items():
            own = self.groups.setdefault(name, {})
            if own is None or found is None:
                self.groups[name] = None
                continue
            for label, group in found.items():
                _add(own.setdefault(label, {}), group)
            if len(own) > MAXIMUM_GROUPS:
                self.groups[name] = None
        _add(self.amounts, part.amounts)

    def told(self) -> dict[str, Any]:
        """The totals as JSON, without loss."""
        return {
            "quantity": self.quantity,
            "whole": _told(self.whole),
            "groups": {
                name: None if found is None else {label: _told(group) for label, group in found.items()}
                for name, found in self.groups.items()
            },
            "amounts": {name: _numbers(tally) for name, tally in self.amounts.items()},
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Totals:
        """Totals from JSON."""
        groups = {
            name: None if found is None else {label: _read(group) for label, group in found.items()}
            for name, found in told["groups"].items()
        }
        amounts = {name: _tally(numbers) for name, numbers in told["amounts"].items()}
        return cls(told["quantity"], _read(told["whole"]), groups, amounts)


def _add(own: dict[Any, Tally], other: Mapping[Any, Tally]) -> None:
    for key, tally in other.items():
        own.setdefault(key, Tally()).add(tally)


def _told(group: ByVerdict) -> list[Any]:
    return [[dict(verdict), _numbers(tally)] for verdict, tally in group.items()]


def _read(told: Sequence[Any]) -> ByVerdict:
    return {tuple(verdict.items()): _tally(numbers) for verdict, numbers in told}


def _numbers(tally: Tally) -> list[Any]:
    *counts, low, high = astuple(tally)
    return [*counts, str(as_fraction(low)), str(as_fraction(high))]


def _tally(numbers: Sequence[Any]) -> Tally:
    rows, units, unknown, topless, low, high = numbers
    return Tally(rows, units, unknown, topless, from_fraction(Fraction(low)), from_fraction(Fraction(high)))


@dataclass(frozen=True, slots=True)
class Measured:
    """What is added up of a block, entry by entry; an entry is a row, or stands for several that are alike.

    Attributes
    ----------
    quantity : str
    main : Column
        The amount that is added up by group.
    amounts : dict of Column or None
        Those that are added up over the whole table; None is unknown in every entry.
    labels : dict
        For each column by which the table is added up, its different cells and which of them each entry has.
    """

    quantity: str
    main: Column
    amounts: dict[str, Column | None]
    labels: dict[str, tuple[Sequence[str], Place]]


def totals_of(measured: Measured, rules: Mapping[str, RuleColumn], rows: Weights, units: Weights) -> Totals:
    """What a block comes to.

    Parameters
    ----------
    measured : Measured
    rules : dict of RuleColumn
        What each rule says of each entry.
    rows, units : int64 array or None
        How many rows, and units, each entry stands for; None where it is one.
    """
    verdicts, said = _verdicts(rules, len(measured.main.low))
    nothing = np.zeros(len(said), dtype=np.intp)
    whole = zip(verdicts, _tallies(measured.main, said, len(verdicts), rows, units), strict=True)
    totals = Totals(measured.quantity, {verdict: tally for verdict, tally in whole if tally.rows})
    for name, (texts, place) in measured.labels.items():
        totals.groups[name] = _grouped(measured.main, (texts, place), (verdicts, said), rows, units)
    all_rows, all_units = (sum(getattr(tally, each) for tally in totals.whole.values()) for each in ("rows", "units"))
    for name, column in measured.amounts.items():
        totals.amounts[name] = Tally(all_rows, all_units, all_units, all_units)
        if column is not None:
            [totals.amounts[name]] = _tallies(column, nothing, 1, rows, units)
    return totals


def _grouped(
    main: Column, labels: tuple[Sequence[str], Place], said: tuple[list[Said], Group], rows: Weights, units: Weights
) -> dict[str, ByVerdict] | None:
    """The tallies by label and by what the rules say; None where there are too many labels."""
    (texts, place), (verdicts, verdict) = labels, said
    used, cell = _compress(place * np.intp(len(verdicts)) + verdict, len(texts) * len(verdicts))
    found: dict[str, ByVerdict] = {}
    for number, tally in zip(used.tolist(), _tallies(main, cell, len(used), rows, units), strict=True):
        if tally.rows:
            label = _label(texts[number // len(verdicts)])
            _add(found.setdefault(label, {}), {verdicts[number % len(verdicts)]: tally})
    return found if len(found) <= MAXIMUM_GROUPS else None


def _label(text: str) -> str:
    """A cell as the name of its group; a long one is cut, and told apart by its digest."""
    name = text.strip()
    if len(name) <= MAXIMUM_LABEL:
        return name
    return f"{name[:MAXIMUM_LABEL]}… ({sha256(name.encode()).hexdigest()[:12]})"


def _tallies(column: Column, group: Group, groups: int, rows: Weights, units: Weights) -> Iterator[Tally]:
    """The sum of an amount over each group."""
    silent = np.isnan(column.low)
    low = np.ascontiguousarray(np.where(silent, 0.0, column.low))
    if column.high is column.low:
        topless, unknown, highs = silent, silent, None
    else:
        topless = np.isnan(column.high)
        unknown = silent & topless
        highs = add_up(group, groups, np.ascontiguousarray(np.where(topless, 0.0, column.high)), units)
    lows = add_up(group, groups, low, units)
    return map(
        Tally,
        count(group, groups, rows),
        count(group, groups, units),
        _count_of(unknown, group, groups, units),
        _count_of(topless, group, groups, units),
        lows,
        lows if highs is None else highs,
    )


def _count_of(mask: Truth, group: Group, groups: int, units: Weights) -> list[int]:
    """The units of each group that are in a mask."""
    if not mask.any():
        return [0] * groups
    return count(group, groups, mask.astype(np.int64) if units is None else units * mask)


def _verdicts(rules: Mapping[str, RuleColumn], entries: int) -> tuple[list[Said], Group]:
    """What the rules say together, each combination once, and which of them each entry has."""
    together: dict[int, list[tuple[str, RuleColumn]]] = {}
    for rule, column in rules.items():
        together.setdefault(id(column.place), []).append((rule, column))
    told: list[Said] = [()]
    said: Group = np.zeros(entries, dtype=np.intp)
    for columns in together.values():
        lines = np.stack([column.lines.outcome for _, column in columns])
        different, line = np.unique(lines, axis=1, return_inverse=True)
        words = [_said([rule for rule, _ in columns], outcomes) for outcomes in different.T.tolist()]
        place = line.ravel().astype(np.intp)[columns[0][1].place]
        used, said = _compress(said * len(words) + place, len(told) * len(words))
        told = [told[number // len(words)] + words[number % len(words)] for number in used.tolist()]
    return [tuple(sorted(verdict)) for verdict in told], said


def _said(rules: list[str], outcomes: list[int]) -> Said:
    """What rules say in one line; one that does not gate says nothing."""
    words = dict(OUTCOMES)
    return tuple((rule, words[outcome]) for rule, outcome in zip(rules, outcomes, strict=True) if outcome in words)


def _compress(code: Group, size: int) -> tuple[Group, Group]:
    """The numbers that occur, and for each entry the place of its own among them."""
    if size > 2 * len(code) + 2**16:
        used, place = np.unique(code, return_inverse=True)
        return used, place.ravel()
    used = np.flatnonzero(np.bincount(code, minlength=1)) if len(code) else np.zeros(0, dtype=np.intp)
    position = np.zeros(int(used[-1]) + 1 if len(used) else 0, dtype=np.intp)
    position[used] = np.arange(len(used))
    return used, position[code]
