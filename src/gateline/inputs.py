"""The inputs of one subject: each value with where it is from, and the columns that rules read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gateline.amounts import Amount, read_amount, read_days, read_flag
from gateline.numerals import number, rounded
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.columns import Column, Names
from gateline.rules.corpus import Specs

OPEN_END = float("nan")
UNDERSTATED = Fraction(99, 100)
"""A stated figure below this share of what other figures make is pointed out; no rule depends on it."""
BAND_DIGITS = 6
FLOAT_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Swing:
    """How far an amount moves with one thing alone, between its ends; and what that rests on."""

    what: str
    low: Fraction
    high: Fraction
    basis: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Equally likely values of an amount, with whatever is only a range at its low and at its high end.

    `level` is the share of them that the band holds.
    """

    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    level: Fraction

    @property
    def band(self) -> Amount:
        """From a value that is missed to one that is passed with half of what the level leaves, rounded outwards."""
        tail = float(1 - self.level) / 2
        low, high = float(np.quantile(self.low, tail)), float(np.quantile(self.high, 1 - tail))
        return Amount(_outwards(low, "<="), _outwards(high, ">=") if math.isfinite(high) else None)


def _outwards(end: float, operator: str) -> Fraction:
    """The end of a band, rounded to the side that holds it; noise in its last digits moves nothing."""
    return Fraction(rounded(Fraction(rounded(Fraction(end), FLOAT_DIGITS)), BAND_DIGITS, operator))


@dataclass(frozen=True, slots=True)
class Datum:
    """One input: its value, how it came about, where it is from and how good it is.

    Attributes
    ----------
    value : Amount, bool, str or None
        None is an unknown flag or name.
    best : Fraction or None
        The value to show where `value` is a range around a first estimate.
    drawn : Drawn or None
        Where distributions went into it; `value` is then their band.
    swings : tuple of Swing
        What moves it, where something does.
    """

    value: Amount | bool | str | None
    how: str = ""
    source: str = ""
    confidence: str = ""
    best: Fraction | None = None
    drawn: Drawn | None = field(default=None, compare=False, repr=False)
    swings: tuple[Swing, ...] = ()


Inputs = dict[str, Datum]


def read_datum(name: str, text: str, specs: Specs, how: str) -> Datum:
    """A value that somebody states under a canonical name.

    Raises
    ------
    InputError
        If the text is not a value of that quantity.
    """
    entry = QUANTITIES[name]
    if entry.kind is Kind.FLAG:
        return Datum(read_flag(text, name), how)
    if entry.kind is Kind.DATE:
        return Datum(read_days(text, entry), how)
    if entry.kind is Kind.NAME:
        return Datum(specs.read_name(text, entry), how)
    return Datum(read_amount(text, entry), how)


def understated(stated: Inputs, follows: Inputs) -> list[str]:
    """What is to be said of amounts that are stated and lie below what follows from other figures.

    To state more than follows is the cautious side, and what is stated counts.
    """
    told = []
    for name, datum in stated.items():
        other = follows[name].value if name in follows else None
        if not isinstance(datum.value, Amount) or not isinstance(other, Amount):
            continue
        most, least = datum.value.high, other.low
        if most is not None and least is not None and most < least * UNDERSTATED:
            unit = f" {QUANTITIES[name].unit}".rstrip()
            told.append(
                f"{name}: {number(most)}{unit} is stated and counts, but other figures make {number(least)}{unit}: "
                f"{follows[name].how}. Correct one of them."
            )
    return told


def _flags(values: Iterable[bool | None]) -> Column:
    ends = exact_array([None if value is None else Fraction(value) for value in values])
    return Column(ends, ends)


def exact_array(values: Iterable[Fraction | None]) -> npt.NDArray[np.object_]:
    """An object array of exact rationals, NaN where the value is None."""
    items = [OPEN_END if value is None else value for value in values]
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def exact_value(value: object) -> Fraction | None:
    """One entry of an exact array; None where it is NaN."""
    return value if isinstance(value, Fraction) else Fraction(value) if isinstance(value, int) else None


def to_columns(inputs: Inputs) -> dict[str, Column | Names]:
    """The inputs of one subject as exact columns of one row."""
    return {name: _column(name, datum) for name, datum in inputs.items()}


def drawn_columns(inputs: Inputs) -> tuple[dict[str, Column | Names], int]:
    """The inputs as float64 columns with one row per draw, and how many; nothing where no input is a distribution."""
    rows = max((len(datum.drawn.low) for datum in inputs.values() if datum.drawn is not None), default=0)
    if not rows:
        return {}, 0
    return {name: _drawn_column(_column(name, datum), datum.drawn, rows) for name, datum in inputs.items()}, rows


def _drawn_column(column: Column | Names, drawn: Drawn | None, rows: int) -> Column | Names:
    if drawn is not None:
        return Column(drawn.low, drawn.high)
    if isinstance(column, Names):
        return Names(np.repeat(column.values, rows))
    low = np.repeat(column.low.astype(np.float64), rows)
    return Column(low, low if column.high is column.low else np.repeat(column.high.astype(np.float64), rows))


def _column(name: str, datum: Datum) -> Column | Names:
    if QUANTITIES[name].kind is Kind.NAME:
        values = np.empty(1, dtype=object)
        values[0] = datum.value
        return Names(values)
    if isinstance(datum.value, Amount):
        low = exact_array([datum.value.low])
        return Column(low, low if datum.value.known or datum.value.unknown else exact_array([datum.value.high]))
    return _flags([datum.value if isinstance(datum.value, bool) else None])


def stacked(figures: list[Inputs]) -> dict[str, Column | Names]:
    """The inputs of several subjects as exact columns, one row each; what one does not have is unknown."""
    names = dict.fromkeys(name for inputs in figures for name in inputs)
    return {name: _stacked_input(name, [inputs.get(name) for inputs in figures]) for name in names}


def _stacked_input(name: str, data: list[Datum | None]) -> Column | Names:
    values = [None if datum is None else datum.value for datum in data]
    if QUANTITIES[name].kind is Kind.NAME:
        names = np.empty(len(values), dtype=object)
        names[:] = values
        return Names(names)
    amounts = [value if isinstance(value, Amount) else _answer(value) for value in values]
    low = exact_array([amount.low for amount in amounts])
    points = all(amount.known or amount.unknown for amount in amounts)
    return Column(low, low if points else exact_array([amount.high for amount in amounts]))


def _answer(value: object) -> Amount:
    return Amount.exactly(int(value)) if isinstance(value, bool) else Amount()
