"""One column of a block as the screener reads it: what every sort of cell can be asked, and cells of text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from gateline.amounts import Amount, check_end, read_amount, read_date, read_days
from gateline.errors import InputError
from gateline.fleet.faults import faults, is_sound, unsigned
from gateline.fleet.gather import gather
from gateline.fleet.headers import NumberColumn
from gateline.fleet.problems import Problems
from gateline.numerals import read_number
from gateline.quantities import Quantity
from gateline.rules.columns import Column, Names

Value = TypeVar("Value")
Place = npt.NDArray[np.integer[Any]]
Truth = npt.NDArray[np.bool_]
ReadName = Callable[[str, Quantity], str | None]

MAXIMUM_CELL = 200
MAXIMUM_COUNT_DIGITS = 12
NOT_A_COUNT = f"is not a whole number of units; write up to {MAXIMUM_COUNT_DIGITS} digits alone, such as 8"
"""A count of more digits is no count of chips, and its sums would not fit 64 bits."""
UNKNOWN_WORDS = ("", "unknown", "?")
FLAGS = {"yes": 1.0, "true": 1.0, "1": 1.0, "no": 0.0, "false": 0.0, "0": 0.0}
NAN = float("nan")


class Cells(Protocol):
    """The cells of one column in a block; what cannot be read goes to `problems`, and counts as unknown."""

    def numbers(self, column: NumberColumn, problems: Problems) -> Column:
        """Amounts in canonical units."""

    def flags(self, heading: str, problems: Problems) -> Column:
        """Flags as 1, 0 and NaN (unknown)."""

    def names(self, heading: str, entry: Quantity, read: ReadName, problems: Problems) -> Names:
        """Names."""

    def dates(self, heading: str, entry: Quantity, problems: Problems) -> Column:
        """Dates, or spans of them, as day numbers."""

    def days(self, default: int, problems: Problems) -> npt.NDArray[np.int64]:
        """The day number on which each row is screened; `default` where the row does not say."""

    def counts(self, problems: Problems) -> npt.NDArray[np.int64]:
        """How many units each row stands for."""

    def silent(self) -> Truth | None:
        """The rows that say in words that the value is unknown, where there are any."""

    def distinct(self) -> tuple[Sequence[str], Place]:
        """The different cells as text, and which of them each row has."""

    def codes(self) -> tuple[Place, int] | None:
        """A number for the cell of each row, where the column has numbers for its few cells; and how many there are."""

    def decoded(self, codes: Place) -> Cells:
        """The cells that have these numbers."""


@dataclass(frozen=True, slots=True)
class TextCells:
    """Cells of text; an empty one says nothing.

    Attributes
    ----------
    texts : sequence of str
        The cell of each row, or where `place` is given, the different cells.
    place : array of int, optional
        Which of them each row has.
    """

    texts: Sequence[str]
    place: Place | None = None

    def distinct(self) -> tuple[Sequence[str], Place]:
        """The different cells, and which of them each row has."""
        if self.place is not None:
            return self.texts, self.place
        numbered = {text: number for number, text in enumerate(dict.fromkeys(self.texts))}
        place = np.fromiter(map(numbered.__getitem__, self.texts), dtype=np.intp, count=len(self.texts))
        return list(numbered), place

    def codes(self) -> tuple[Place, int] | None:
        """A number for the cell of each row, where the cells came so."""
        return None if self.place is None else (self.place, len(self.texts))

    def decoded(self, codes: Place) -> TextCells:
        """The cells that have these numbers."""
        return TextCells(self.texts, codes)

    def silent(self) -> Truth | None:
        """The rows that say in words that the value is unknown, where there are any."""
        words = {text for text in set(self.texts) if text and text.strip().lower() in UNKNOWN_WORDS[1:]}
        if not words:
            return None
        said = np.array([text in words for text in self.texts], dtype=bool)
        return said if self.place is None else said[self.place]

    def read(
        self, column: str, read: Callable[[str], Value], otherwise: Value, problems: Problems
    ) -> tuple[list[Value], Place]:
        """`read` of each different cell, once, and which each row has; where it refuses, a reject and `otherwise`."""
        texts, place = self.distinct()
        values: list[Value] = []
        for number, text in enumerate(texts):
            try:
                if len(text) > MAXIMUM_CELL:
                    raise InputError(f"is longer than {MAXIMUM_CELL} characters")
                values.append(read(text.strip()))
            except InputError as error:
                values.append(otherwise)
                for row in np.flatnonzero(place == number).tolist():
                    problems.add(row, column, text[:MAXIMUM_CELL], str(error))
        return values, place

    def numbers(self, column: NumberColumn, problems: Problems) -> Column:
        """Amounts in canonical units: all at once where every cell is plain float text, else one by one, exactly."""
        values = self._plain(column)
        if values is None:
            amounts, place = self.read(column.heading, lambda text: read_amount_cell(text, column), Amount(), problems)
            return _spread(amounts, place)
        if not is_sound(values, column.entry) or np.isnan(values).any():
            values = self._reject_faulty(values, column, problems)
        values = values if self.place is None else gather(values, self.place)
        return Column(values, values)

    def _plain(self, column: NumberColumn) -> npt.NDArray[np.float64] | None:
        """The values of `texts`, if all of them are float text."""
        if max(map(len, self.texts), default=0) > MAXIMUM_CELL:
            return None
        texts = np.array(self.texts, dtype=str)
        try:
            return np.asarray(np.where(texts == "", "nan", texts).astype(np.float64) * float(column.factor))
        except ValueError:
            return None

    def _reject_faulty(
        self, values: npt.NDArray[np.float64], column: NumberColumn, problems: Problems
    ) -> npt.NDArray[np.float64]:
        """The values, unknown where they are no amount; each such row gets a reject."""
        sound = unsigned(values)
        stated = np.array([text != "" for text in self.texts], dtype=bool)
        for mask, reason in faults(values, stated, column.entry):
            for number in np.flatnonzero(mask).tolist():
                sound[number] = NAN
                rows = [number] if self.place is None else np.flatnonzero(self.place == number).tolist()
                for row in rows:
                    problems.add(row, column.heading, self.texts[number], reason)
        return sound

    def flags(self, heading: str, problems: Problems) -> Column:
        """Flags as 1, 0 and NaN (unknown)."""
        found, place = self.read(heading, _read_flag, NAN, problems)
        values = gather(np.array(found, dtype=np.float64), place)
        return Column(values, values)

    def names(self, heading: str, entry: Quantity, read: ReadName, problems: Problems) -> Names:
        """Names; an empty cell is unknown."""
        found, place = self.read(heading, lambda text: read(text, entry) if text else None, None, problems)
        values = np.empty(len(found), dtype=object)
        values[:] = found
        return Names(values, np.asarray(place, dtype=np.intp))

    def dates(self, heading: str, entry: Quantity, problems: Problems) -> Column:
        """Days, years and spans of them as day numbers; an empty cell is unknown."""
        amounts, place = self.read(
            heading, lambda text: read_days(text, entry) if text else Amount(), Amount(), problems
        )
        return _spread(amounts, place)

    def days(self, default: int, problems: Problems) -> npt.NDArray[np.int64]:
        """The day number on which each row is screened; `default` where the cell is empty."""

        def read(text: str) -> int:
            return read_date(text, "as_of").toordinal() if text else default

        found, place = self.read("as_of", read, default, problems)
        return gather(np.array(found, dtype=np.int64), place)

    def counts(self, problems: Problems) -> npt.NDArray[np.int64]:
        """How many units each row stands for; one where the cell is empty."""
        found, place = self.read("count", _read_count, 0, problems)
        return gather(np.array(found, dtype=np.int64), place)


def _spread(amounts: list[Amount], place: Place) -> Column:
    low, high = (
        np.array(
            [NAN if getattr(amount, end) is None else float(getattr(amount, end)) for amount in amounts],
            dtype=np.float64,
        )
        for end in ("low", "high")
    )
    first = gather(low, place)
    return Column(first, first if np.array_equal(low, high, equal_nan=True) else gather(high, place))


def read_amount_cell(text: str, column: NumberColumn) -> Amount:
    """A cell as people write amounts; a bare number is in the unit of the column, other text in its own."""
    if text.lower() in UNKNOWN_WORDS:
        return Amount()
    try:
        value = read_number(text) * column.factor
    except InputError:
        if column.factor != 1:
            raise
        return read_amount(text, replace(column.entry, bare=True))
    check_end(value, text, column.entry)
    return Amount(value, value)


def _read_flag(text: str) -> float:
    lowered = text.lower()
    if lowered in UNKNOWN_WORDS:
        return NAN
    if lowered not in FLAGS:
        raise InputError("is not yes, no or unknown")
    return FLAGS[lowered]


def _read_count(text: str) -> int:
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or len(text) > MAXIMUM_COUNT_DIGITS:
        raise InputError(NOT_A_COUNT)
    return int(text)
