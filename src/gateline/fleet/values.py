"""One column of a block that holds numbers, flags or dates as such, and not as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.fleet.cells import MAXIMUM_COUNT_DIGITS, NAN, NOT_A_COUNT, Place, ReadName, Truth
from gateline.fleet.faults import faults, is_sound, unsigned
from gateline.fleet.headers import NumberColumn
from gateline.fleet.problems import Problems
from gateline.metrics.arrays import select, strips, stripwise, unknown_where
from gateline.quantities import Quantity
from gateline.rules.columns import Column, MaskedColumn, Names

FEW = 2**12
"""Up to this many neighbouring whole numbers are few: the days of eleven years, the two values of a flag."""

Faults = Iterator[tuple[Truth, str]]


@dataclass(frozen=True)
class ValueCells:
    """Cells of numbers, of flags as 0 and 1, or of dates as day numbers; NaN says nothing.

    Attributes
    ----------
    stored : float64 array; of `FlagCells`, uint8 array
    show : callable
        The cell of a row as text, for people.
    whole : bool
        Whether the column holds flags or dates, of which there are few.
    missing : bool array or None
        The rows that say nothing, whatever is stored there.
    """

    stored: npt.NDArray[Any]
    show: Callable[[int], str]
    whole: bool = False
    missing: Truth | None = None

    @cached_property
    def values(self) -> npt.NDArray[np.float64]:
        """What is stored, with NaN in the rows that are missing."""
        stored = self.stored.astype(np.float64, copy=False)
        return stored if self.missing is None else stripwise(unknown_where, self.missing, stored)

    def distinct(self) -> tuple[Sequence[str], Place]:
        """The different values as text, empty where nothing is said, and which each row has."""
        _, first, place = np.unique(self.values, return_index=True, return_inverse=True)
        return ["" if np.isnan(self.values[row]) else self.show(row) for row in first.tolist()], place.ravel()

    def codes(self) -> tuple[Place, int] | None:
        """The whole numbers counted from the smallest, where they are few; what is missing comes last."""
        if not self.whole or not len(self.stored):
            return None
        low, high = np.fmin.reduce(self.values), np.fmax.reduce(self.values)
        if np.isnan(low) or high - low >= FEW:
            return None
        unsaid = int(high - low) + 1
        codes = np.empty(len(self.values), dtype=np.int32)
        for strip in strips(len(codes)):
            part = self.values[strip]
            codes[strip] = select(part == part, part - low, np.full(len(part), float(unsaid)))
        return codes, unsaid + 1

    def decoded(self, codes: Place) -> ValueCells:
        """The cells that have these numbers."""
        low, high = np.fmin.reduce(self.values), np.fmax.reduce(self.values)
        values = np.where(codes > high - low, NAN, low + codes)

        def show(row: int) -> str:
            return self.show(int((self.values == values[row]).argmax()))

        return ValueCells(values, show, self.whole)

    def silent(self) -> Truth | None:
        """No row says anything in words."""
        return None

    def numbers(self, column: NumberColumn, problems: Problems) -> Column:
        """Amounts in canonical units."""
        with np.errstate(over="ignore", invalid="ignore"):
            stored = self.stored if column.factor == 1 else self.stored * float(column.factor)
        if self.missing is not None:
            if is_sound(stored, column.entry, self.missing):
                return MaskedColumn(stored, self.missing)
            stored = unknown_where(self.missing, stored)
        if not is_sound(stored, column.entry):
            found = faults(stored, ~np.isnan(stored), column.entry)
            stored = unsigned(self._reject(column.heading, stored, found, problems))
        return Column(stored, stored)

    def flags(self, heading: str, problems: Problems) -> Column:
        """Flags as 1, 0 and NaN (unknown)."""
        flags = _as_flags(self.stored, self.missing)
        if flags is None:
            bad = (self.values != 0) & (self.values != 1) & ~np.isnan(self.values)
            values = self._reject(heading, self.values, iter([(bad, "is not yes, no or unknown")]), problems)
            return Column(values, values)
        return flags

    def names(self, heading: str, entry: Quantity, read: ReadName, problems: Problems) -> Names:  # noqa: ARG002
        """Names; of numbers there are none."""
        raise AssertionError(f"{heading}: the schema has been checked for text")

    def dates(self, heading: str, entry: Quantity, problems: Problems) -> Column:  # noqa: ARG002
        """Dates as day numbers."""
        values = self._calendar_days(heading, problems)
        return Column(values, values)

    def days(self, default: int, problems: Problems) -> npt.NDArray[np.int64]:
        """The day number on which each row is screened; `default` where nothing is said."""
        values = self._calendar_days("as_of", problems)
        return np.asarray(np.where(np.isnan(values), default, values).astype(np.int64))

    def counts(self, problems: Problems) -> npt.NDArray[np.int64]:
        """How many units each row stands for; one where nothing is said."""
        with np.errstate(invalid="ignore"):
            bad = (self.values < 0) | (self.values >= 10**MAXIMUM_COUNT_DIGITS) | (np.trunc(self.values) != self.values)
        bad &= ~np.isnan(self.values)
        values = self._reject("count", self.values, iter([(bad, NOT_A_COUNT)]), problems)
        return np.asarray(np.where(bad, 0, np.where(np.isnan(values), 1, values)).astype(np.int64))

    def _calendar_days(self, heading: str, problems: Problems) -> npt.NDArray[np.float64]:
        with np.errstate(invalid="ignore"):
            bad = (self.values < date.min.toordinal()) | (self.values > date.max.toordinal())
        return self._reject(heading, self.values, iter([(bad, "is not in the years 1 to 9999")]), problems)

    def _reject(
        self, heading: str, values: npt.NDArray[np.float64], found: Faults, problems: Problems
    ) -> npt.NDArray[np.float64]:
        """The values, unknown where something is wrong; each such row gets a reject."""
        sound = values
        for mask, reason in found:
            rows = np.flatnonzero(mask).tolist()
            if rows:
                sound = np.where(mask, NAN, sound)
            for row in rows:
                problems.add(row, heading, self.show(row), reason)
        return sound


@dataclass(frozen=True)
class FlagCells(ValueCells):
    """Cells of flags as such: `stored` has a zero or a one for each row."""

    def codes(self) -> tuple[Place, int]:
        """No, yes, and what is missing."""
        return self.stored if self.missing is None else np.maximum(self.stored, 2 * self.missing.view(np.uint8)), 3

    def decoded(self, codes: Place) -> FlagCells:
        """The cells that have these numbers."""
        return FlagCells((codes == 1).view(np.uint8), lambda row: "yes" if codes[row] else "no", self.whole, codes == 2)

    def flags(self, heading: str, problems: Problems) -> Column:  # noqa: ARG002
        """The flags; none of them is wrong."""
        return MaskedColumn(self.stored, np.zeros(len(self.stored), bool) if self.missing is None else self.missing)


def _as_flags(values: npt.NDArray[np.float64], missing: Truth | None) -> MaskedColumn | None:
    """Zeros and ones as small numbers; None where a row says something else. Without `missing`, NaN says nothing."""
    yes, said = np.empty(len(values), dtype=bool), np.empty(len(values), dtype=bool)
    for strip in strips(len(values)):
        part, known = values[strip], said[strip]
        np.equal(part, 1, out=yes[strip])
        np.equal(part, 0, out=known)
        np.logical_or(known, yes[strip], out=known)
        silent = part != part if missing is None else missing[strip]
        if not (known | silent).all():
            return None
    return MaskedColumn(yes.view(np.uint8), ~said if missing is None else missing)
