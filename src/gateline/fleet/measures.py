"""What is added up of a block: which amounts, and by which cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from gateline.fleet.cells import Place
from gateline.fleet.columns import Columns
from gateline.fleet.headers import Header
from gateline.fleet.read import Block
from gateline.fleet.sums import Weights
from gateline.fleet.totals import Measured
from gateline.quantities import BIT_LENGTHS
from gateline.rules.columns import Column, Names

RATES = {f"dense_rate_{bits}bit": bits for bits in BIT_LENGTHS}
"""The bit length of each rate that is added up."""
ADDED_UP = {
    "chip": ("total_processing_performance", "operation_rate", *RATES),
    "training": ("training_compute",),
}
"""The amounts that are added up of each subject: the first by group too, the others over the whole table."""
Days = npt.NDArray[np.int64] | None
Truth = npt.NDArray[np.bool_]


def measure(header: Header, subject: str, block: Block, columns: Columns, days: Days) -> Measured:
    """What is added up of a block whose columns have been read; rates are taken out of `columns`, no rule reads them."""
    main, *others = ADDED_UP[subject]
    unknown = np.full(block.rows, np.nan)
    amounts = {name: _amount(columns, name) for name in others}
    for name in RATES:
        columns.pop(name, None)
    labels: dict[str, tuple[Sequence[str], Place]] = {
        name: block.cells[header.own[name]].distinct() for name in ("chip", "consignee") if name in header.own
    }
    if isinstance(names := columns.get("destination"), Names):
        labels["destination"] = _countries(names)
    if days is not None:
        first = int(days.min(initial=date.max.toordinal()))
        span = int(days.max(initial=first)) - first + 1
        used = np.flatnonzero(np.bincount(days - first, minlength=span))
        position = np.zeros(span, dtype=np.intp)
        position[used] = np.arange(len(used))
        labels["as_of"] = [date.fromordinal(first + day).isoformat() for day in used.tolist()], position[days - first]
    return Measured(main, _amount(columns, main) or Column(unknown, unknown), amounts, labels)


def weights(
    keep: Truth | None, counts: npt.NDArray[np.int64] | None, place: Place | None, entries: int
) -> tuple[Weights, Weights]:
    """How many rows and units each entry stands for; None where it is one.

    Parameters
    ----------
    keep : bool array or None
        The rows that were not rejected; None where all were kept.
    counts : int64 array or None
        The units of each row.
    place : array or None
        The entry of each row; None where each row is one.
    entries : int
    """
    rows = None if keep is None else keep.astype(np.int64)
    units = rows if counts is None else counts if rows is None else counts * rows
    if place is None:
        return rows, units
    added = _add_to(place, rows, entries)
    return added, added if counts is None else _add_to(place, units, entries)


def _add_to(place: Place, values: Weights, entries: int) -> npt.NDArray[np.int64]:
    if values is None:
        return np.bincount(place, minlength=entries)
    added = np.zeros(entries, dtype=np.int64)
    np.add.at(added, place, values)
    return added


def _amount(columns: Columns, name: str) -> Column | None:
    found = columns.get(name)
    return found if isinstance(found, Column) else None


def _countries(names: Names) -> tuple[list[str], Place]:
    """The codes of countries, and which of them each entry has."""
    if names.place is not None:
        return [_shown(name) for name in names.distinct.tolist()], names.place
    numbered: dict[str, int] = {}
    place = [numbered.setdefault(_shown(name), len(numbered)) for name in names.distinct.tolist()]
    return list(numbered), np.array(place, dtype=np.intp)


def _shown(name: str | None) -> str:
    return "" if name is None else name.upper()
