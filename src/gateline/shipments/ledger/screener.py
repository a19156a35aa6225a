"""The function that screens one block of a ledger: each different transaction once, as one shipment would be."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from gateline.amounts import Amount
from gateline.errors import InputError
from gateline.fleet.cells import UNKNOWN_WORDS, TextCells
from gateline.fleet.headers import Header
from gateline.fleet.problems import Problems
from gateline.fleet.read import Block
from gateline.gating import Request
from gateline.inputs import Datum
from gateline.numerals import number
from gateline.rules.columns import Column
from gateline.rules.corpus import Specs
from gateline.shipments.item import PRESUMING, RULES_ABOUT_ITEMS
from gateline.shipments.ledger.answers import Derived, ItemMaker, Items, Shipped, StretchAnswers, turns_of
from gateline.shipments.ledger.cells import (
    STATED,
    Stated,
    distinct_rows,
    read_columns,
    read_counts,
    read_days,
    read_rates,
    read_texts,
    read_value,
)
from gateline.shipments.ledger.groups import Combination, Group
from gateline.shipments.ledger.header import CHIP, DAY, KIND, OF_TRANSACTION
from gateline.shipments.ledger.lines import Lines
from gateline.shipments.ledger.stretch import KIND as SUBJECT
from gateline.shipments.ledger.stretch import Known, Stretch
from gateline.shipments.transaction import STATED_AS, TOTALLED, TOTALS

ROUTE = ("origin", "destination", "end_user_country", "exported_from_united_states", "in_country_transfer", KIND)
TOGETHER = {
    KIND: ROUTE,
    "tariff_heading": ("tariff_heading",),
    **{
        name: (name, *(flag for flag, stated_as in STATED_AS.items() if stated_as == name))
        for name in dict.fromkeys(STATED_AS.values())
    },
}
"""Columns from which inputs follow together, by the column that a reject names."""
APART = frozenset(name for names in TOGETHER.values() for name in names)

MAXIMUM_CELL = 80
"""How much of a cell a reject shows."""
NOISE = 1e-12
LEAST = "least"

Rows = NDArray[np.intp]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """What follows from a group of columns in each row: the different things, and which of them each row has."""

    things: list[Derived]
    place: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Screened:
    """A block after screening; rows that have a problem are still in it.

    Attributes
    ----------
    rows : int
    problems : Problems
    days, counts : int64 array
        Day numbers, and chips.
    lines : int32 array
        The number of the line of each row.
    stated : dict of Stated
        What the columns state, by canonical name.
    found : dict of Found
        What is shipped (`Shipped`), on which route, and so on.
    value : Column or None
        The declared value [USD].
    """

    rows: int
    problems: Problems
    days: NDArray[np.int64]
    counts: NDArray[np.int64]
    lines: NDArray[np.int32]
    stated: Mapping[str, Stated]
    found: Mapping[str, Found]
    value: Column | None


class LedgerScreener:
    """Screens blocks of one ledger, in any thread.

    Parameters
    ----------
    specs : Specs
    header : Header
    request : Request
        ``as_of`` is the day of rows that do not state their own, if `dated`.
    items : callable
        What is shipped.
    lines : Lines
        Gets what is said.
    dated : bool
        Whether rows that do not state their day have another.
    """

    def __init__(
        self, specs: Specs, header: Header, request: Request, items: ItemMaker, lines: Lines, *, dated: bool
    ) -> None:
        self._specs = specs
        self._header = header
        self._request = request
        self._default = request.as_of.toordinal() if dated else None
        self._items = Items(specs, items, len(header.rates))
        self._lines = lines
        self._of_item = [name for name in (*header.words, *header.numbers) if name not in OF_TRANSACTION]
        about = (rule.id for rule in specs.rules.values() if rule.subject == SUBJECT)
        self._turns = sorted({*turns_of(specs, about), *turns_of(specs, RULES_ABOUT_ITEMS)})
        self._known = Known()
        self._stretches: dict[int, StretchAnswers | InputError] = {}
        self._lock = Lock()

    def screen(self, block: Block) -> Screened:
        """Screen a block."""
        problems = Problems()
        days = read_days(self._header, block, self._default, problems)
        counts = read_counts(self._header, block, problems)
        stated = read_columns(self._header, block, self._specs, problems)
        stated |= {name: self._names(name, block, problems) for name in (CHIP, KIND) if name in self._header.own}
        rates = {str(bits): column for bits, column in read_rates(self._header, block, problems).items()}
        groups = {CHIP: Group.of({**stated, **rates}, (CHIP, *self._of_item, *rates), block.rows)}
        groups |= {name: Group.of(stated, names, block.rows) for name, names in TOGETHER.items()}
        found = {name: Found([], np.zeros(block.rows, dtype=np.int32)) for name in groups}
        lines = np.zeros(block.rows, dtype=np.int32)
        for answers, rows in self._stretched(days, problems):
            part = _Part(answers, rows, problems, stated, counts)
            for name, group in groups.items():
                part.put(name, group, found[name])
            lines[rows] = part.lines(found[CHIP])
        return Screened(
            block.rows, problems, days, counts, lines, stated, found, read_value(self._header, block, problems)
        )

    def _names(self, name: str, block: Block, problems: Problems) -> Stated:
        """A column of names that is no quantity."""

        def read(text: str) -> Datum | None:
            return None if text.lower() in UNKNOWN_WORDS else Datum(text)

        data, place = TextCells(*read_texts(self._header, name, block)).read(name, read, None, problems)
        return Stated(name, tuple(data), place)

    def _stretched(self, days: NDArray[np.int64], problems: Problems) -> Iterator[tuple[StretchAnswers, Rows]]:
        """The rows of each stretch of days, without those of no day; those of days on which no rule had been issued are rejected."""
        dated = np.flatnonzero(days > 0)
        distinct, place = np.unique(days[dated], return_inverse=True)
        numbers = [self._stretch_of(day) for day in distinct.tolist()]
        for stretch in dict.fromkeys(numbers):
            of_stretch = np.array([other == stretch for other in numbers], dtype=bool)
            rows = dated[of_stretch[place.ravel()]]
            answers = self._answers(stretch, int(distinct[of_stretch][-1]))
            if isinstance(answers, StretchAnswers):
                yield answers, rows
                continue
            for row in rows.tolist():
                problems.add(row, DAY, date.fromordinal(int(days[row])).isoformat(), str(answers))

    def _stretch_of(self, day: int) -> int:
        """The number of the stretch of a day; a presumption may depend on the day itself."""
        return day if self._request.role in PRESUMING else bisect_right(self._turns, day)

    def _answers(self, stretch: int, day: int) -> StretchAnswers | InputError:
        """What is known of a stretch; the error where no rule had been issued."""
        with self._lock:
            if stretch not in self._stretches:
                request = replace(self._request, as_of=date.fromordinal(day))
                try:
                    rules = Stretch.on(self._specs, request, self._known)
                    self._stretches[stretch] = StretchAnswers(rules, self._items, self._lines)
                except InputError as error:
                    self._stretches[stretch] = error
            return self._stretches[stretch]


class _Part:
    """The rows of a block that lie on one stretch of days, and what is found out about them."""

    def __init__(
        self,
        answers: StretchAnswers,
        rows: Rows,
        problems: Problems,
        stated: Mapping[str, Stated],
        counts: NDArray[np.int64],
    ) -> None:
        self._answers = answers
        self._rows = rows
        self._problems = problems
        self._stated = stated
        self._counts = counts[rows]
        self._codes: dict[str, NDArray[np.int32]] = {}

    def put(self, name: str, group: Group, found: Found) -> None:
        """Find out what follows from a group of columns; rows of which it cannot be said are rejected."""
        place = group.place[self._rows]
        thing_of = np.zeros(len(group.combinations), dtype=np.int32)
        for combination in np.flatnonzero(np.bincount(place)).tolist():
            thing_of[combination] = len(found.things)
            found.things.append(self._made(name, group.combinations[combination], place == combination))
        things = thing_of[place]
        found.place[self._rows] = things
        self._codes[name] = np.array([thing.code for thing in found.things], dtype=np.int32)[things]

    def _made(self, name: str, stated: Combination, here: Truth) -> Derived:
        try:
            return self._answers.shipped(stated) if name == CHIP else self._answers.derived(name, stated)
        except InputError as error:
            column = stated[0][0] if name == CHIP and stated else name
            self._reject(here, column, ", ".join(_text(datum) for _, datum in stated), str(error))
            return Shipped(0, {}, None, Amount()) if name == CHIP else Derived(0, {})

    def _reject(self, here: Truth, column: str, value: str, reason: str) -> None:
        for row in self._rows[here].tolist():
            self._problems.add(row, column, value[:MAXIMUM_CELL], reason)

    def lines(self, items: Found) -> NDArray[np.int32]:
        """The number of the line of each row."""
        for name, column in self._stated.items():
            if name in OF_TRANSACTION - APART - set(TOTALS) and self._answers.stretch.tests(name):
                self._codes[name] = self._stated_codes(name, column)
        least = self._least(items)
        for name in TOTALS:
            if name in self._stated:
                self._check_total(self._stated[name], least)
            if self._answers.stretch.tests(name):
                self._codes[name] = self._total_codes(name, least)
        first, place = distinct_rows(list(self._codes.values()), len(self._rows))
        names = tuple(self._codes)
        codes = np.stack([self._codes[name][first] for name in names], axis=1).tolist()
        lines = [self._answers.line(names, tuple(combination)) for combination in codes]
        return np.array(lines, dtype=np.int32)[place]

    def _stated_codes(self, name: str, column: Stated) -> NDArray[np.int32]:
        """The class of what a column states; zero where it states nothing."""
        data = [(position, datum) for position, datum in enumerate(column.data) if datum is not None]
        keys = self._answers.stretch.keys(name, [datum.value for _, datum in data])
        classes, codes = self._answers.classes(name), np.zeros(len(column.data), dtype=np.int32)
        for (position, datum), key in zip(data, keys, strict=True):
            codes[position] = classes.code((STATED, key), {name: datum})
        return codes[column.place[self._rows]]

    def _least(self, items: Found) -> NDArray[np.float64]:
        """What each row adds at least to the totals [TPP]: its chips, where they are of the level that counts."""
        least = np.array([thing.least if isinstance(thing, Shipped) else 0.0 for thing in items.things])
        each = least[items.place[self._rows]]
        if TOTALLED in self._stated:
            column = self._stated[TOTALLED]
            full = np.array([thing.each if isinstance(thing, Shipped) else 0.0 for thing in items.things])
            said = np.array([-1 if datum is None else datum.value is True for datum in column.data], dtype=np.int8)
            level = said[column.place[self._rows]]
            each = np.where(level < 0, each, np.where(level == 1, full[items.place[self._rows]], 0.0))
        return each * self._counts

    def _total_codes(self, name: str, least: NDArray[np.float64]) -> NDArray[np.int32]:
        """The class of a total: what is stated of it, else that it is at least what the row adds."""
        stretch, classes = self._answers.stretch, self._answers.classes(name)
        first, _ = stretch.cells(name, Column(least, least))
        of_cell = np.zeros(int(first.max(initial=0)) + 1, dtype=np.int32)
        for cell in np.flatnonzero(np.bincount(first)).tolist():
            datum = Datum(Amount(stretch.inside(name, cell), None), "at least this shipment")
            of_cell[cell] = classes.code((LEAST, cell), {name: datum})
        codes = of_cell[first]
        if name not in self._stated:
            return codes
        stated = self._stated_codes(name, self._stated[name])
        return np.where(stated > 0, stated, codes)

    def _check_total(self, column: Stated, least: NDArray[np.float64]) -> None:
        """Reject rows whose total is less than what they add themselves; to all but the last digits of float64."""
        ends = [datum.value.high if datum and isinstance(datum.value, Amount) else None for datum in column.data]
        high = np.array([np.inf if end is None else float(end) for end in ends])[column.place[self._rows]]
        here = high < least * (1 - NOISE)
        for position in np.flatnonzero(here).tolist():
            alone = np.zeros(len(here), dtype=bool)
            alone[position] = True
            told = f"is less than this shipment brings ({number(Fraction(least[position]), 12)} TPP); write the total with this shipment in it"
            self._reject(alone, column.heading, number(Fraction(high[position]), 12), told)


def _text(datum: Datum) -> str:
    """A value as a reject shows it."""
    value = datum.value
    if isinstance(value, Amount):
        return " to ".join(dict.fromkeys(number(end, 12) for end in (value.low, value.high) if end is not None))
    return {True: "yes", False: "no", None: "unknown"}.get(value, str(value)) if not isinstance(value, str) else value
