"""The inputs of one subject: each value with where it is from, and the columns that rules read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gateline.amounts import Amount, read_amount, read_days, read_flag
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.columns import Column, Names
from gateline.rules.corpus import Specs

OPEN_END = float("nan")


@dataclass(frozen=True, slots=True)
class Datum:
    """One input: its value, how it came about, where it is from and how good it is.

    Attributes
    ----------
    value : Amount, bool, str or None
        None is an unknown flag or name.
    best : Fraction or None
        The value to show where `value` is a range around a first estimate.
    """

    value: Amount | bool | str | None
    how: str = ""
    source: str = ""
    confidence: str = ""
    best: Fraction | None = None


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


def _column(name: str, datum: Datum) -> Column | Names:
    if QUANTITIES[name].kind is Kind.NAME:
        values = np.empty(1, dtype=object)
        values[0] = datum.value
        return Names(values)
    if isinstance(datum.value, Amount):
        low = exact_array([datum.value.low])
        return Column(low, low if datum.value.known or datum.value.unknown else exact_array([datum.value.high]))
    return _flags([datum.value if isinstance(datum.value, bool) else None])
