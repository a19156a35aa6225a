"""The cells of a ledger: each different one is read once, exactly, as it would be on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gateline.amounts import Amount
from gateline.fleet.cells import Cells, Place, TextCells, Truth, read_amount_cell
from gateline.fleet.headers import Header, NumberColumn
from gateline.fleet.problems import Problems
from gateline.fleet.read import Block
from gateline.inputs import Datum
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.charges import VALUE
from gateline.rules.columns import Column
from gateline.rules.corpus import Specs
from gateline.shipments.ledger.header import COUNT, DAY

STATED = "stated in the ledger"
SAYS_UNKNOWN, SAYS_NOTHING = -2, -1
HIGH_END = 2**24
"""More than the number of any day, so that two of them make one whole number."""
FEW = 2**18
"""Up to this many possible combinations, those that occur are found without sorting."""
MANY = 2**62


@dataclass(frozen=True, slots=True)
class Stated:
    """What a column states: its different values, and which of them each row has; None states nothing.

    Names of parties have in `spelled` the cell of each value, as people wrote it.
    """

    heading: str
    data: tuple[Datum | None, ...]
    place: Place
    spelled: tuple[str, ...] = ()


def read_columns(header: Header, block: Block, specs: Specs, problems: Problems) -> dict[str, Stated]:
    """The columns of quantities by canonical name, without the declared value; a cell that cannot be read goes to `problems`."""
    found = {}
    for name, position in header.words.items():
        found[name] = _words(name, header.names[position], block.cells[position], specs, problems)
    for name, column in header.numbers.items():
        if name != VALUE:
            found[name] = _amounts(column, block.cells[column.position], problems)
    return found


def read_value(header: Header, block: Block, problems: Problems) -> Column | None:
    """The declared value of each row [USD], which no rule tests and most rows have to themselves."""
    column = header.numbers.get(VALUE)
    return None if column is None else block.cells[column.position].numbers(column, problems)


def read_rates(header: Header, block: Block, problems: Problems) -> dict[int, Stated]:
    """The columns of dense rates by bit length."""
    rates = header.rates.items()
    return {bits: _amounts(column, block.cells[column.position], problems) for bits, column in rates}


def read_texts(header: Header, name: str, block: Block) -> tuple[Sequence[str], Place]:
    """The different cells of a column of names that is no quantity; of one that is not there, nothing."""
    if name not in header.own:
        return [""], np.zeros(block.rows, dtype=np.int32)
    return block.cells[header.own[name]].distinct()


def read_days(header: Header, block: Block, default: int | None, problems: Problems) -> NDArray[np.int64]:
    """The day number of each row; one that says nothing has the default, and without one is rejected."""
    if DAY not in header.own:
        return np.full(block.rows, default or 0, dtype=np.int64)
    days = block.cells[header.own[DAY]].days(default or 0, problems)
    refused = {reject.row for reject in problems.rejects} if default is None else set()
    for row in np.flatnonzero(days == 0).tolist():
        if row not in refused:
            problems.add(
                row, DAY, "", "is empty; write the day of the shipment, or give that of such rows with --as-of"
            )
    return days


def read_counts(header: Header, block: Block, problems: Problems) -> NDArray[np.int64]:
    """How many chips each row ships: one without a column; a cell that says nothing, zero or less is rejected."""
    if COUNT not in header.own:
        return np.ones(block.rows, dtype=np.int64)
    cells = block.cells[header.own[COUNT]]
    counts = cells.counts(problems)
    texts, place = cells.distinct()
    empty = np.array([not text.strip() for text in texts], dtype=bool)[place]
    refused = {reject.row for reject in problems.rejects if reject.column == COUNT}
    for row in np.flatnonzero(empty | (counts == 0)).tolist():
        if row not in refused:
            reason = "is empty; write how many chips" if empty[row] else "is no chips; write a whole number above zero"
            problems.add(row, COUNT, texts[place[row]], reason)
    return counts


def _words(name: str, heading: str, cells: Cells, specs: Specs, problems: Problems) -> Stated:
    entry = QUANTITIES[name]
    if entry.kind is Kind.FLAG:
        return _spans(heading, cells.flags(heading, problems), cells.silent(), flags=True)
    if entry.kind is Kind.DATE:
        return _spans(heading, cells.dates(heading, entry, problems), cells.silent(), flags=False)

    def read(text: str) -> Datum | None:
        return Datum(specs.read_name(text, entry), STATED) if text else None

    texts, codes = cells.distinct()
    data, place = TextCells(texts, codes).read(heading, read, None, problems)
    return Stated(heading, tuple(data), place, tuple(texts) if entry.of == "entity" else ())


def _amounts(column: NumberColumn, cells: Cells, problems: Problems) -> Stated:
    def read(text: str) -> Datum | None:
        return Datum(read_amount_cell(text, column), STATED) if text else None

    data, place = TextCells(*cells.distinct()).read(column.heading, read, None, problems)
    return Stated(column.heading, tuple(data), place)


def _spans(heading: str, column: Column, silent: Truth | None, *, flags: bool) -> Stated:
    """Flags, or spans of days, by their different values; `silent` are the rows that say in words that it is unknown."""
    low, high = (np.nan_to_num(end, nan=SAYS_NOTHING).astype(np.int64) for end in (column.low, column.high))
    code = np.where(low < 0, SAYS_NOTHING, low * HIGH_END + high)
    if silent is not None:
        code[silent] = SAYS_UNKNOWN
    distinct, place = np.unique(code, return_inverse=True)
    return Stated(heading, tuple(_span(number, flag=flags) for number in distinct.tolist()), place.ravel())


def _span(code: int, *, flag: bool) -> Datum | None:
    if code == SAYS_NOTHING:
        return None
    if code == SAYS_UNKNOWN:
        return Datum(None if flag else Amount(), STATED)
    low, high = divmod(code, HIGH_END)
    return Datum(bool(low), STATED) if flag else Datum(Amount(Fraction(low), Fraction(high)), STATED)


def distinct_rows(places: Sequence[Place], rows: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first row of each different combination of codes, and which combination each row has.

    With no columns all rows are alike.
    """
    code, size = np.zeros(rows, dtype=np.int64), 1
    for place in places:
        number = int(place.max(initial=0)) + 1
        if size * number > MANY:
            _, code = np.unique(code, return_inverse=True)
            code, size = code.ravel().astype(np.int64), int(code.max(initial=0)) + 1
        code = code * number + place
        size *= number
    if size > FEW:
        _, first, combination = np.unique(code, return_index=True, return_inverse=True)
        return first, combination.ravel()
    first_of = np.full(size, -1, dtype=np.intp)
    first_of[code[::-1]] = np.arange(rows - 1, -1, -1)
    used = np.flatnonzero(first_of >= 0)
    number_of = np.zeros(size, dtype=np.intp)
    number_of[used] = np.arange(len(used))
    return first_of[used], number_of[code]
