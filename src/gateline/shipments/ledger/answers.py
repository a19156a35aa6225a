"""What was found out about transactions on days between which nothing changes, kept for the next block."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Generic, TypeVar

from gateline.amounts import Amount
from gateline.chips.rates import TF32_BITS
from gateline.gating import Request
from gateline.inputs import Datum, Inputs
from gateline.rules.corpus import Specs
from gateline.rules.history import change_days
from gateline.shipments.item import PRESUMING, RULES_ABOUT_ITEMS, Item, level, performance
from gateline.shipments.ledger.cells import STATED
from gateline.shipments.ledger.groups import Classes, Combination
from gateline.shipments.ledger.header import CHIP, KIND
from gateline.shipments.ledger.lines import Lines
from gateline.shipments.ledger.stretch import Stretch
from gateline.shipments.transaction import TOTALLED, derive

MAXIMUM_KEPT = 2**16
"""Combinations whose answer is kept."""

ItemMaker = Callable[[str, Inputs, date], Item]
"""The item that is shipped: by its name in the catalogue, or empty; with what the row states of it; on a day."""
Key = TypeVar("Key")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Derived:
    """Inputs that follow from some columns together, and their class."""

    code: int
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class Shipped(Derived):
    """What is shipped, as rules about shipments see it, with the performance of one [TPP]."""

    name: str | None
    performance: Amount

    @property
    def each(self) -> float:
        """The performance of one, at least [TPP]."""
        return float(self.performance.low or 0)

    @property
    def least(self) -> float:
        """What one adds at least to a total [TPP]: nothing, unless it is known to be of the level that counts."""
        datum = self.inputs.get(TOTALLED)
        return self.each if datum is not None and datum.value is True else 0.0


class Kept(Generic[Key, Found]):
    """Answers by what was asked; where there are very many, it starts again."""

    def __init__(self) -> None:
        self._found: dict[Key, Found] = {}

    def get(self, key: Key, make: Callable[[], Found]) -> Found:
        """The answer, made now if it is not there."""
        found = self._found.get(key)
        if found is None:
            found = make()
            if len(self._found) >= MAXIMUM_KEPT:
                self._found = {}
            self._found[key] = found
        return found


@dataclass(frozen=True, slots=True)
class Leveled:
    """An item with the level that it takes: the name of its chip, its performance [TPP], and the inputs that follow."""

    name: str | None
    performance: Amount
    inputs: Inputs


class Items:
    """What rows ship, kept for all days between which no rule about items changes.

    Parameters
    ----------
    specs : Specs
    make : callable
        The item that is shipped.
    rates : int
        How many columns of dense rates there are; a row that leaves one empty has at least some performance.
    """

    def __init__(self, specs: Specs, make: ItemMaker, rates: int) -> None:
        self._specs = specs
        self._make = make
        self._rates = rates
        self._turns = turns_of(specs, RULES_ABOUT_ITEMS)
        self._kept: Kept[tuple[int, Combination], Leveled] = Kept()

    def leveled(self, stated: Combination, request: Request) -> Leveled:
        """What a row ships.

        Raises
        ------
        InputError
            If no chip is called so, or the figures contradict each other.
        """
        day = request.as_of.toordinal()
        stretch = day if request.role in PRESUMING else bisect_right(self._turns, day)
        return self._kept.get((stretch, stated), lambda: self._leveled(dict(stated), request))

    def _leveled(self, stated: Inputs, request: Request) -> Leveled:
        readings = self._specs.choose_readings(request.readings)
        name = stated.pop(CHIP, Datum("")).value
        rates = {int(bits): stated.pop(bits) for bits in list(stated) if bits.isdigit()}
        if rates:
            stated = _from_rates(rates, readings, whole=len(rates) == self._rates) | stated
        item = self._make(str(name), stated, request.as_of)
        inputs = level(item, self._specs, request.as_of, readings, request.role)
        return Leveled(item.members[0].name or None, performance(item), inputs)


def turns_of(specs: Specs, rules: Iterable[str]) -> list[int]:
    """The days on which what some rules say can change."""
    return sorted({day.toordinal() for rule in rules for day in change_days(specs, specs.rules[rule])})


class StretchAnswers:
    """Answers on the days of a stretch; threads may share it.

    Parameters
    ----------
    stretch : Stretch
    items : Items
        What is shipped.
    lines : Lines
        Gets what is said.
    """

    def __init__(self, stretch: Stretch, items: Items, lines: Lines) -> None:
        self.stretch = stretch
        self._all_items = items
        self._lines = lines
        self._classes: dict[str, Classes] = {}
        self._items: Kept[Combination, Shipped] = Kept()
        self._derived: Kept[tuple[str, Combination], Derived] = Kept()
        self._told: Kept[tuple[int, ...], int] = Kept()

    def classes(self, group: str) -> Classes:
        """The classes of the inputs of a group."""
        return self._classes.setdefault(group, Classes())

    def shipped(self, stated: Combination) -> Shipped:
        """What a row ships.

        Raises
        ------
        InputError
            If no chip is called so, or the figures contradict each other.
        """
        return self._items.get(stated, lambda: self._shipped(stated))

    def _shipped(self, stated: Combination) -> Shipped:
        leveled = self._all_items.leveled(stated, self.stretch.request)
        code = self.classes(CHIP).code(self.stretch.inputs_key(leveled.inputs), leveled.inputs)
        return Shipped(code, leveled.inputs, leveled.name, leveled.performance)

    def derived(self, group: str, stated: Combination) -> Derived:
        """What follows from some columns together.

        Raises
        ------
        InputError
            If they contradict each other.
        """
        return self._derived.get((group, stated), lambda: self._derive(group, dict(stated)))

    def _derive(self, group: str, stated: Inputs) -> Derived:
        kind = stated.pop(KIND, Datum(None)).value
        inputs = derive(stated, str(kind).lower() if kind else None, self.stretch.specs, self.stretch.day)
        return Derived(self.classes(group).code(self.stretch.inputs_key(inputs), inputs), inputs)

    def line(self, groups: tuple[str, ...], codes: tuple[int, ...]) -> int:
        """The number of the line for transactions whose inputs are of some classes, a later group before an earlier."""
        return self._told.get(codes, lambda: self._line(groups, codes) + 1) - 1

    def _line(self, groups: tuple[str, ...], codes: tuple[int, ...]) -> int:
        inputs: Inputs = {}
        for group, code in zip(groups, codes, strict=True):
            inputs |= self.classes(group).inputs[code]
        return self._lines.code(self.stretch, self.stretch.verdicts(inputs))


def _from_rates(rates: Mapping[int, Datum], readings: Mapping[str, str], *, whole: bool) -> Inputs:
    """Performance and rate as the highest over the columns, at least that of those that say something."""
    tf32 = int(readings["tf32"])
    known = [(tf32 if bits == TF32_BITS else bits, datum.value) for bits, datum in rates.items()]
    amounts = [(bits, amount) for bits, amount in known if isinstance(amount, Amount)]
    return {
        name: Datum(
            Amount(_highest([weigh(bits, amount.low) for bits, amount in amounts]), _top(weigh, amounts, whole=whole)),
            STATED,
        )
        for name, weigh in (("total_processing_performance", _product), ("operation_rate", _alone))
    }


def _product(bits: int, end: Fraction | None) -> Fraction | None:
    return None if end is None else bits * end


def _alone(_: int, end: Fraction | None) -> Fraction | None:
    return end


def _highest(ends: list[Fraction | None]) -> Fraction | None:
    return max((end for end in ends if end is not None), default=None)


def _top(
    weigh: Callable[[int, Fraction | None], Fraction | None], amounts: list[tuple[int, Amount]], *, whole: bool
) -> Fraction | None:
    """The upper end, where every rate has one."""
    ends = [weigh(bits, amount.high) for bits, amount in amounts]
    return _highest(ends) if whole and None not in ends else None
