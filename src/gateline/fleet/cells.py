"""Cells of text to arrays: whole columns at once, and one by one only where a column has an odd cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from gateline.amounts import Amount, check_end, read_amount, read_days
from gateline.errors import InputError
from gateline.fleet.headers import NumberColumn
from gateline.numerals import read_number
from gateline.quantities import Quantity
from gateline.rules.columns import Column, Names

Value = TypeVar("Value")
MAXIMUM_CELL = 200
UNKNOWN_WORDS = ("", "unknown", "?")
FLAGS = {"yes": 1.0, "true": 1.0, "1": 1.0, "no": 0.0, "false": 0.0, "0": 0.0}
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Reject:
    """A cell that cannot be read; `row` counts data rows from one."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class Problems:
    """The rejects of a block, whose first row is number `start`."""

    start: int
    rejects: list[Reject] = field(default_factory=list)

    def add(self, row: int, column: str, value: str, reason: str) -> None:
        """Reject the cell in row `row` of the block."""
        self.rejects.append(Reject(self.start + row, column, value, reason))

    def bad_rows(self, rows: int) -> npt.NDArray[np.bool_]:
        """Which of the block's rows have a reject."""
        bad = np.zeros(rows, dtype=bool)
        bad[[reject.row - self.start for reject in self.rejects]] = True
        return bad


def read_distinct(
    cells: Sequence[str], column: str, read: Callable[[str], Value], otherwise: Value, problems: Problems
) -> tuple[list[Value], npt.NDArray[np.intp]]:
    """`read` of each distinct cell, once, and which of them each row has; where it refuses, a reject and `otherwise`."""
    numbered = {text: number for number, text in enumerate(dict.fromkeys(cells))}
    place = np.fromiter(map(numbered.__getitem__, cells), dtype=np.intp, count=len(cells))
    values: list[Value] = []
    for text, number in numbered.items():
        try:
            if len(text) > MAXIMUM_CELL:
                raise InputError(f"is longer than {MAXIMUM_CELL} characters")
            values.append(read(text.strip()))
        except InputError as error:
            values.append(otherwise)
            for row in np.flatnonzero(place == number).tolist():
                problems.add(row, column, text[:MAXIMUM_CELL], str(error))
    return values, place


def said_unknown(cells: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which cells say in words that the value is unknown; an empty cell says nothing."""
    words = [cell for cell in set(cells) if cell and cell.strip().lower() in UNKNOWN_WORDS[1:]]
    return np.isin(np.array(cells, dtype=object), words) if words else np.zeros(len(cells), dtype=bool)


def read_numbers(cells: Sequence[str], column: NumberColumn, problems: Problems) -> Column:
    """Amounts in canonical units; an empty cell is unknown."""
    texts = np.array(cells, dtype=str) if max(map(len, cells), default=0) <= MAXIMUM_CELL else None
    if texts is None:
        return _read_odd_numbers(cells, column, problems)
    unknown = texts == ""
    try:
        values = np.where(unknown, "nan", texts).astype(np.float64) * float(column.factor)
    except ValueError:
        return _read_odd_numbers(cells, column, problems)
    sound = np.where(_faulty(values, unknown, cells, column, problems), np.nan, values)
    return Column(sound, sound)


def _faulty(
    values: npt.NDArray[np.float64],
    unknown: npt.NDArray[np.bool_],
    cells: Sequence[str],
    column: NumberColumn,
    problems: Problems,
) -> npt.NDArray[np.bool_]:
    """Which values are no number, negative, or outside of what the quantity can be; each gets a reject."""
    entry = column.entry
    with np.errstate(invalid="ignore"):
        faults = (
            (
                ~np.isfinite(values) & ~unknown,
                "is not a finite number; leave the cell empty where the value is unknown",
            ),
            (values < 0, "is negative"),
            ((values == 0) & (not entry.zero), "must be greater than zero"),
            ((values > 1) & entry.share, "is more than 1; write a share"),
            (
                (values > 0) & (values < float(entry.minimum)),
                "is below 10^15: a lost superscript? Write 1e26, not 1026",
            ),
        )
    for mask, reason in faults:
        for row in np.flatnonzero(mask).tolist():
            problems.add(row, column.heading, cells[row], reason)
    return np.asarray(np.logical_or.reduce([mask for mask, _ in faults]), dtype=bool)


def _read_odd_numbers(cells: Sequence[str], column: NumberColumn, problems: Problems) -> Column:
    """A column in which some cell is not plain float text: each distinct cell is read once, exactly."""
    amounts, place = read_distinct(
        cells, column.heading, lambda text: _read_odd_number(text, column), Amount(), problems
    )
    return _spread(amounts, place)


def _spread(amounts: list[Amount], place: npt.NDArray[np.intp]) -> Column:
    low, high = (
        np.array(
            [NAN if getattr(amount, end) is None else float(getattr(amount, end)) for amount in amounts],
            dtype=np.float64,
        )
        for end in ("low", "high")
    )
    first = low[place]
    return Column(first, first if np.array_equal(low, high, equal_nan=True) else high[place])


def _read_odd_number(text: str, column: NumberColumn) -> Amount:
    """A cell as people write amounts; a bare number is in the unit of the column, other text in its own."""
    if text.lower() in UNKNOWN_WORDS:
        return Amount()
    entry = replace(column.entry, bare=True)
    try:
        value = read_number(text) * column.factor
    except InputError:
        if column.factor != 1:
            raise
        return read_amount(text, entry)
    check_end(value, text, entry)
    return Amount(value, value)


def read_flags(cells: Sequence[str], heading: str, problems: Problems) -> Column:
    """Flags as 1, 0 and NaN (unknown)."""

    def read(text: str) -> float:
        lowered = text.lower()
        if lowered in UNKNOWN_WORDS:
            return NAN
        if lowered not in FLAGS:
            raise InputError("is not yes, no or unknown")
        return FLAGS[lowered]

    found, place = read_distinct(cells, heading, read, NAN, problems)
    values = np.array(found, dtype=np.float64)[place]
    return Column(values, values)


def read_names(
    cells: Sequence[str], heading: str, entry: Quantity, read: Callable[[str, Quantity], str | None], problems: Problems
) -> Names:
    """Names; an empty cell is unknown."""
    found, place = read_distinct(cells, heading, lambda text: read(text, entry) if text else None, None, problems)
    values = np.empty(len(found), dtype=object)
    values[:] = found
    return Names(values[place])


def read_dates(cells: Sequence[str], heading: str, entry: Quantity, problems: Problems) -> Column:
    """Days, years and spans of them as day numbers; an empty cell is unknown."""
    amounts, place = read_distinct(
        cells, heading, lambda text: read_days(text, entry) if text else Amount(), Amount(), problems
    )
    return _spread(amounts, place)
