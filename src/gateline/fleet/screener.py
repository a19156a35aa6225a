"""The function that screens one block: cells in, verdicts, computed quantities and rejects out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.fleet.cells import Place
from gateline.fleet.columns import Columns
from gateline.fleet.gather import FEW_ENTRIES, counted, gather, gather_each
from gateline.fleet.headers import Header
from gateline.fleet.lines import RuleColumn
from gateline.fleet.measures import ADDED_UP, measure, weights
from gateline.fleet.problems import Problems
from gateline.fleet.read import Block, BlockReader, ChipFigures
from gateline.fleet.totals import Measured, Totals, totals_of
from gateline.fleet.verdicts import COMPUTED, Answers, Days, Verdicts
from gateline.gating import Request
from gateline.rules.corpus import Specs
from gateline.rules.lookup import smallest_unsigned

TRAINING_ROLE = "developer"
"""Whose duties gate in a table of models."""
MAXIMUM_DISTINCT = 2**18
"""Up to this many possible different rows, they are counted."""
WORTHWHILE = 4
"""Different rows are screened alone where there are so many times fewer of them."""

Values = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Known:
    """A quantity in each row, and in which rows it has one value."""

    values: Values
    known: Truth


@dataclass(frozen=True, slots=True)
class Screened:
    """A block after screening.

    Attributes
    ----------
    rows : int
    problems : Problems
    computed : dict of Known
        Quantities that follow from the inputs, by canonical name.
    counts : int64 array or None
        How many units each row stands for; None where each is one.
    rules : dict of RuleColumn
    assumed : dict
        Per rule, the scope facts that were assumed in at least one row.
    slow : set of str
        The rules that were too large for a table.
    totals : Totals or None
        What the rows without rejects come to, where that was asked for.
    """

    rows: int
    problems: Problems
    computed: dict[str, Known]
    counts: npt.NDArray[np.int64] | None
    rules: dict[str, RuleColumn]
    assumed: dict[str, dict[str, bool]]
    slow: set[str]
    totals: Totals | None = None


@dataclass(frozen=True, slots=True)
class _Few:
    """The different rows of a block.

    Attributes
    ----------
    rows : Block
        Each of them once.
    code : array of unsigned integers
        A number for each row of the block, the same for those that are alike.
    row : array of int
        Which of the different rows has each number.
    counts : int64 array
        How many rows of the block have each number.
    """

    rows: Block
    code: Place
    row: Place
    counts: npt.NDArray[np.int64]

    def position(self) -> Place:
        """Which of the different rows each row of the block is."""
        return gather(self.row, self.code)

    def spread(self, computed: dict[str, Known]) -> dict[str, Known]:
        """The quantities of every row of the block."""
        parts = [part[self.row] for known in computed.values() for part in (known.values, known.known)]
        found = iter(gather_each(parts, self.code))
        return {name: Known(next(found), next(found)) for name in computed}


class Screener:
    """Screens blocks of one table, in any thread; it can be sent to another process.

    Parameters
    ----------
    specs : Specs
    header : Header
    request : Request
        ``as_of`` is the date of rows that do not state their own.
    figures : callable
        The figures of a chip by name; to be sent to another process it must be a function of a module, or the like.
    totals : bool
        Whether blocks are added up.
    """

    def __init__(
        self, specs: Specs, header: Header, request: Request, figures: ChipFigures, *, totals: bool = False
    ) -> None:
        self.specs = specs
        self.header = header
        self.subject = header.subject()
        self.request = replace(request, role=TRAINING_ROLE) if self.subject == "training" else request
        self.verdicts = Verdicts.kept(specs, self.subject, self.request, dated="as_of" in header.own)
        self._figures = figures
        self._reader = BlockReader(specs, header, self.request, figures)
        self._totals = totals
        self._added_up = frozenset(ADDED_UP[self.subject]) if totals else frozenset()

    def __reduce__(self) -> tuple[Any, ...]:
        """What another process makes it from; what was compiled stays here."""
        make = partial(Screener, totals=self._totals)
        return make, (self.specs, self.header, self.request, self._figures)

    def computed(self) -> list[str]:
        """The quantities that the result shows: those that the table does not state itself."""
        return [name for name in COMPUTED[self.subject] if name not in self.header.numbers]

    def screen(self, block: Block) -> Screened:
        """Screen a block; where few different rows are in it, each of them once."""
        problems = Problems()
        counts = self._reader.counts(block, problems)
        few = self._few(block)
        if few is None:
            screened, measured = self._screen(block, counts, problems)
            return replace(screened, totals=_added_up(measured, screened, problems, counts, None))
        screened, measured = self._screen(few.rows, None, Problems())
        if screened.problems != Problems():
            problems.add_all(screened.problems.spread(few.position()))
        return Screened(
            rows=block.rows,
            problems=problems,
            computed=few.spread(screened.computed),
            counts=counts,
            rules={rule: column.spread(few.code, few.row, few.counts) for rule, column in screened.rules.items()},
            assumed=screened.assumed,
            slow=screened.slow,
            totals=_added_up(measured, screened, problems, counts, few.position()) if self._totals else None,
        )

    def inputs(self, block: Block) -> tuple[Columns, Days]:
        """What is known of each row of a block, and the day on which it is screened; faults are told by `screen`."""
        faults = Problems()
        days = self._reader.days(block, faults)
        return self._reader.columns(block, days, self.verdicts.needed(days), faults), days

    def _few(self, block: Block) -> _Few | None:
        """The different rows of a block, where they are known to be few."""
        count = self.header.own.get("count")
        read = {position: cells for position, cells in block.cells.items() if position != count}
        sizes: dict[int, int] = {}
        code: Place = np.zeros(block.rows, dtype=np.uint8)
        states = 1
        for position, cells in read.items():
            found = cells.codes()
            if found is None or states * found[1] > MAXIMUM_DISTINCT:
                return None
            place, sizes[position] = found
            states *= sizes[position]
            kind = smallest_unsigned(states + 1)
            code = code.astype(kind) * kind(sizes[position]) + place.astype(kind)
        if not read:
            return None
        counts = counted(code, states)
        used = np.flatnonzero(counts)
        if len(used) * WORTHWHILE > block.rows:
            return None
        cells_used, rest = {}, used
        for position, size in reversed(sizes.items()):
            rest, codes = np.divmod(rest, size)
            cells_used[position] = read[position].decoded(codes)
        row = np.zeros(int(used[-1]) + 1, dtype=np.int32)
        row[used] = np.arange(len(used), dtype=np.int32)
        few = _Few(Block(cells_used, len(used)), code, row, counts[: len(row)])
        if len(row) <= FEW_ENTRIES:
            return few
        return _Few(few.rows, few.position(), np.arange(len(used)), counts[used])

    def _screen(
        self, block: Block, counts: npt.NDArray[np.int64] | None, problems: Problems
    ) -> tuple[Screened, Measured | None]:
        days = self._reader.days(block, problems)
        columns = self._reader.columns(block, days, self.verdicts.needed(days) | self._added_up, problems)
        measured = measure(self.header, self.subject, block, columns, days) if self._totals else None
        answers = self.verdicts.answers(columns, days, block.rows, problems)
        screened = Screened(
            rows=block.rows,
            problems=problems,
            computed={name: _known(answers, name, block.rows) for name in self.computed()},
            counts=counts,
            rules=answers.rules,
            assumed=answers.assumed,
            slow=answers.slow,
        )
        return screened, measured


def _added_up(
    measured: Measured | None,
    screened: Screened,
    problems: Problems,
    counts: npt.NDArray[np.int64] | None,
    position: Place | None,
) -> Totals | None:
    """What a block comes to, whose rows are entries of what was screened, at `position`."""
    if measured is None:
        return None
    rows = screened.rows if position is None else len(position)
    keep = ~problems.bad_rows(rows) if problems.rejects else None
    return totals_of(measured, screened.rules, *weights(keep, counts, position, screened.rows))


def _known(answers: Answers, name: str, rows: int) -> Known:
    points = answers.points.get(name)
    if points is None:
        return Known(np.zeros(rows), np.zeros(rows, dtype=bool))
    return Known(points.values, points.known())
