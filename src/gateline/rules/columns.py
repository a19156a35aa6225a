"""Columns of inputs, and the ratios that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gateline.metrics.arrays import Array, is_unknown, select, unknown_where
from gateline.metrics.chips import memory_bandwidth_density, performance_density
from gateline.metrics.training import additional_training_share
from gateline.quantities import QUANTITIES

Values = npt.NDArray[np.float64] | npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Column:
    """An amount, a date (day number) or a flag (0, 1) per row, as the ends of what it could be.

    Both ends belong to the range; NaN is an end that is not known. Object arrays hold exact rationals.
    A column whose values are all points uses one array for both ends.
    """

    low: Array
    high: Array

    @property
    def ranged(self) -> bool:
        """Whether rows may hold a range."""
        return self.high is not self.low

    @property
    def constant(self) -> bool:
        """Whether one known or unknown value stands for every row."""
        return not self.ranged and self.low.strides == (0,)

    def is_open(self, row: int = 0) -> bool:
        """Whether the row has no single value."""
        return bool(self.low[row] != self.high[row])


class MaskedColumn(Column):
    """A column of points with a mask of the rows in which nothing is said, as Arrow has it.

    To write NaN into these rows takes longer than to compare the column with its cuts. It is done when somebody asks
    for an end; the decision table reads `values` and `missing` instead.

    Parameters
    ----------
    values : float64 or, for flags, uint8 array
        In the rows that are missing there is anything that a value of the quantity can be, or NaN: formulas take it as it is.
    missing : bool array
        All rows that are unknown: no other has NaN.
    """

    __slots__ = ("_filled", "missing", "values")
    values: Values
    missing: npt.NDArray[np.bool_]
    _filled: npt.NDArray[np.float64] | None

    def __init__(self, values: Values, missing: npt.NDArray[np.bool_]) -> None:
        for name, value in (("values", values), ("missing", missing), ("_filled", None)):
            object.__setattr__(self, name, value)

    @property
    def low(self) -> Array:
        """The values, and NaN in the rows that are missing."""
        filled = self._filled
        if filled is None:
            filled = unknown_where(self.missing, self.values.astype(np.float64, copy=False))
            object.__setattr__(self, "_filled", filled)
        return filled

    high = low
    ranged = False
    constant = False


@dataclass(frozen=True, slots=True)
class Names:
    """A name per row, lower-case; None where it is unknown.

    Where `place` is given, `distinct` are the different names, and `place` says which of them each row has.
    """

    distinct: npt.NDArray[np.object_]
    place: npt.NDArray[np.intp] | None = None

    @property
    def values(self) -> npt.NDArray[np.object_]:
        """The name of each row."""
        return self.distinct if self.place is None else self.distinct[self.place]

    def is_open(self, row: int = 0) -> bool:
        """Whether the row has no name."""
        return self.distinct[row if self.place is None else self.place[row]] is None

    def unknown(self) -> npt.NDArray[np.bool_]:
        """The rows without a name."""
        unknown = np.asarray(self.distinct == np.array(None, dtype=object), dtype=bool)
        return unknown if self.place is None else unknown[self.place]

    def take(self, rows: npt.NDArray[np.intp]) -> Names:
        """The names of some rows."""
        return Names(self.distinct[rows]) if self.place is None else Names(self.distinct, self.place[rows])


Columns = Mapping[str, Column | Names]

RATIOS: dict[str, Callable[[Array, Array], Array]] = {
    "performance_density": performance_density,
    "memory_bandwidth_density": memory_bandwidth_density,
    "additional_training_share": additional_training_share,
    "additional_share_of_original": additional_training_share,
    "modification_share_of_original": additional_training_share,
}
"""The formula of each quantity that the registry defines as a ratio."""

TOTALS = {name: entry.total_of for name, entry in QUANTITIES.items() if entry.total_of}
"""The parts of each quantity that the registry defines as a sum."""


def with_ratios(columns: Columns, names: Container[str] | None = None) -> dict[str, Column | Names]:
    """`columns`, and every ratio and sum of which a part is there; rows that state it themselves keep what they state.

    A part that is not there is unknown. A ratio of ranges runs from the smallest quotient to the largest; the lower end of a sum takes a part whose own
    lower end is unknown as zero. Where `names` are given, only the ratios and sums among them are worked out.
    """
    result = dict(columns)
    for name in RATIOS:
        parts = _parts(columns, QUANTITIES[name].parts) if names is None or name in names else []
        if parts:
            above, below = parts
            low = per(name, above.low, below.high)
            points = above.low is above.high and below.low is below.high and not is_unknown(below.low).any()
            computed = Column(low, low if points else per(name, above.high, _from_zero(name, below.low)))
            result[name] = stated_first(columns.get(name), computed)
    for name, total_of in TOTALS.items():
        parts = _parts(columns, total_of) if names is None or name in names else []
        if parts:
            result[name] = stated_first(columns.get(name), _total(parts))
    return result


def _parts(columns: Columns, names: Sequence[str]) -> list[Column]:
    """The parts of a ratio or sum, unknown where they are not there; none where no part is."""
    known = [part for name in names if isinstance(part := columns.get(name), Column)]
    if not known:
        return []
    unknown = np.full_like(known[0].low, np.nan)
    found = [columns.get(name) for name in names]
    return [part if isinstance(part, Column) else Column(unknown, unknown) for part in found]


def _total(parts: Sequence[Column]) -> Column:
    """The sum of parts; one of which nothing is known adds nothing at the low end."""
    high = np.sum([part.high for part in parts], axis=0)
    if all(part.low is part.high for part in parts) and not is_unknown(high).any():
        return Column(high, high)
    silent = np.logical_and.reduce([fully_unknown(part) for part in parts])
    low = np.sum([np.where(is_unknown(part.low), 0, part.low) for part in parts], axis=0)
    return Column(np.where(silent, np.nan, low), high)


def per(name: str, numerator: Array, denominator: Array) -> Array:
    """One end of a ratio; nothing per something is nothing, however much the something is."""
    ratio, quotient = QUANTITIES[name].ratio, RATIOS[name](numerator, denominator)
    assert ratio is not None
    return quotient if QUANTITIES[ratio.denominator].zero else np.where(numerator == 0, numerator, quotient)


def _from_zero(name: str, low: Array) -> Array:
    """Lower ends of a ratio's denominator, with zero where none is known and it can be zero."""
    return np.where(is_unknown(low), 0, low) if QUANTITIES[QUANTITIES[name].parts[1]].zero else low


def stated_first(stated: Column | Names | None, otherwise: Column) -> Column:
    """What is stated in each row, and `otherwise` where nothing is."""
    if not isinstance(stated, Column):
        return otherwise
    unstated = fully_unknown(stated)
    low = select(unstated, otherwise.low, stated.low)
    points = stated.low is stated.high and otherwise.low is otherwise.high
    return Column(low, low if points else select(unstated, otherwise.high, stated.high))


def fully_unknown(column: Column) -> npt.NDArray[np.bool_]:
    """The rows of which nothing is known."""
    if isinstance(column, MaskedColumn):
        return column.missing
    unknown = is_unknown(column.low)
    return unknown if column.high is column.low else unknown & is_unknown(column.high)


def membership(names: Names, listed: frozenset[str]) -> Column:
    """Whether each name is on a list, as a flag."""
    if names.place is None:
        numbered = {name: number for number, name in enumerate(dict.fromkeys(names.distinct.tolist()))}
        different = list(numbered)
        place = np.fromiter(map(numbered.__getitem__, names.distinct), dtype=np.intp, count=len(names.distinct))
    else:
        different, place = names.distinct.tolist(), names.place
    on = np.array([np.nan if name is None else name in listed for name in different], dtype=np.float64)
    flags = on[place]
    return Column(flags, flags)
