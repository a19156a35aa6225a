"""From the cells of a block to the columns that rules read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from gateline.chips.contradictions import RISING
from gateline.chips.derive import FUNCTION, STACK
from gateline.chips.rates import TF32_BITS
from gateline.fleet.cells import Cells, TextCells, Truth
from gateline.fleet.columns import (
    Columns,
    architecture_compute,
    column_of,
    prefer,
    spread,
    understated,
    understated_density,
    with_all_transistors,
    with_function,
    with_modifier,
    with_original,
    with_planar,
    with_standing,
)
from gateline.fleet.dies import read_dies
from gateline.fleet.headers import Header
from gateline.fleet.problems import Problems
from gateline.gating import Request
from gateline.inputs import Inputs
from gateline.metrics import processing_performance
from gateline.metrics.arrays import stripwise
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.columns import Column, MaskedColumn, Names, stated_first
from gateline.rules.corpus import Specs


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a chip, and what is to be said of its name."""

    inputs: Inputs
    remark: str = ""


ChipFigures = Callable[[str], Figures]
NOTHING = Figures({})
"""What is known of a chip that is not named."""


@dataclass(frozen=True, slots=True)
class Block:
    """The cells of a block by the position of their column; columns that mean nothing here are not there."""

    cells: Mapping[int, Cells]
    rows: int


@dataclass(slots=True)
class BlockReader:
    """Reads the columns of every block of one table; figures of chips are kept for the next block."""

    specs: Specs
    header: Header
    request: Request
    figures: ChipFigures
    _chips: dict[str, Figures] = field(default_factory=dict)
    _last: tuple[tuple[object, ...], Columns] = field(default_factory=lambda: ((), {}))

    def days(self, block: Block, problems: Problems) -> npt.NDArray[np.int64] | None:
        """The day number on which each row is screened; None where it is the same for all of them."""
        position = self.header.own.get("as_of")
        if position is None:
            return None
        return block.cells[position].days(self.request.as_of.toordinal(), problems)

    def counts(self, block: Block, problems: Problems) -> npt.NDArray[np.int64] | None:
        """How many units each row stands for; None where each is one."""
        position = self.header.own.get("count")
        return None if position is None else block.cells[position].counts(problems)

    def columns(
        self, block: Block, days: npt.NDArray[np.int64] | None, needed: frozenset[str], problems: Problems
    ) -> Columns:
        """Every input of the block that is needed: what the row states, else what its chip has, else what follows."""
        columns = self._from_chips(block, needed, problems)
        if self.header.dies:
            self._put_dies(columns, block, problems)
        if self.header.rates:
            self._put_performance(columns, block, needed, problems)
        for name, position in self.header.words.items():
            cells = block.cells[position]
            prefer(columns, name, self._words(name, cells, problems), cells.silent)
        for name, column in self.header.numbers.items():
            cells = block.cells[column.position]
            stated = cells.numbers(column, problems)
            if name in RISING:
                understated(name, stated, columns.get(name), problems)
            prefer(columns, name, stated, cells.silent)
        with_planar(columns, problems)
        if "performance_density" in self.header.numbers:
            understated_density(columns, problems)
        self._put_derived(columns, block, days, needed, problems)
        return columns

    def _put_derived(
        self,
        columns: Columns,
        block: Block,
        days: npt.NDArray[np.int64] | None,
        needed: frozenset[str],
        problems: Problems,
    ) -> None:
        """What follows from the inputs, as far as it is needed."""
        if FUNCTION in needed:
            with_function(columns, self._said_unknown(block, (FUNCTION, *STACK)))
        if needed & {"standing_date", "days_since_application"}:
            today = np.broadcast_to(np.float64(self.request.as_of.toordinal()), block.rows)
            with_standing(columns, today if days is None else days.astype(np.float64))
        if "total_transistor_count" in needed:
            with_all_transistors(columns)
        if "tokens" in columns:
            computed = architecture_compute(columns, problems)
            understated("training_compute", columns.get("training_compute"), computed, problems)
            columns["training_compute"] = stated_first(columns.get("training_compute"), computed)
        if "original_training_compute" in needed:
            with_original(columns)
        if "distinct_modifier" in needed:
            with_modifier(columns)

    def _said_unknown(self, block: Block, names: Sequence[str]) -> Truth:
        """The rows that say in words that one of some inputs is unknown."""
        positions = [self.header.words[name] for name in names if name in self.header.words]
        positions += [self.header.numbers[name].position for name in names if name in self.header.numbers]
        said = np.zeros(block.rows, dtype=bool)
        for position in positions:
            silent = block.cells[position].silent()
            if silent is not None:
                said |= silent
        return said

    def _put_dies(self, columns: Columns, block: Block, problems: Problems) -> None:
        """What follows from the dies that rows describe, before what their chips have."""
        readings = self.specs.choose_readings(self.request.readings)
        found, place = read_dies(self.header, block.cells, self.specs, self.request.as_of, readings, problems)
        for name in _named(found):
            prefer(columns, name, spread(column_of(name, found), place), lambda: None)

    def _words(self, name: str, cells: Cells, problems: Problems) -> Column | Names:
        entry, heading = QUANTITIES[name], self.header.names[self.header.words[name]]
        if entry.kind is Kind.FLAG:
            return cells.flags(heading, problems)
        if entry.kind is Kind.DATE:
            return cells.dates(heading, entry, problems)
        return cells.names(heading, entry, self.specs.read_name, problems)

    def _put_performance(self, columns: Columns, block: Block, needed: frozenset[str], problems: Problems) -> None:
        """What the rate columns say: performance, and the rate alone; an empty cell leaves the upper end open."""
        cells = [block.cells[rate.position] for rate in self.header.rates.values()]
        rates = [cell.numbers(rate, problems) for cell, rate in zip(cells, self.header.rates.values(), strict=True)]
        tf32 = int(self.specs.choose_readings(self.request.readings)["tf32"])
        lengths = [tf32 if bits == TF32_BITS else bits for bits in self.header.rates]

        def silent() -> Truth | None:
            said = [words for words in (cell.silent() for cell in cells) if words is not None]
            return np.logical_or.reduce(said) if said else None

        prefer(columns, "total_processing_performance", _highest(rates, lengths), silent)
        if "operation_rate" in needed:
            prefer(columns, "operation_rate", _highest(rates, [1 for _ in rates]), silent)
        for bits, cell, rate in zip(self.header.rates, cells, rates, strict=True):
            if f"dense_rate_{bits}bit" in needed:
                prefer(columns, f"dense_rate_{bits}bit", rate, cell.silent)

    def _from_chips(self, block: Block, needed: frozenset[str], problems: Problems) -> Columns:
        position = self.header.own.get("chip")
        if position is None:
            return {}
        cells = block.cells[position]
        assert isinstance(cells, TextCells), "the schema has been checked for text"
        figures, place = cells.read("chip", self._chip, NOTHING, problems)
        if remarked := [number for number, of in enumerate(figures) if of.remark]:
            used = np.zeros(len(figures), dtype=bool)
            used[place] = True
            problems.remarks += [figures[number].remark for number in remarked if used[number]]
        known = self._known_of([of.inputs for of in figures], needed)
        return {name: spread(column, place) for name, column in known.items()}

    def _known_of(self, figures: list[Inputs], needed: frozenset[str]) -> Columns:
        """What is needed of some chips; the blocks of a table mostly name the same ones."""
        key = (needed, *map(id, figures))
        before, known = self._last  # both at once: another thread may put in what its block names
        if before != key:
            known = {name: column_of(name, figures) for name in _named(figures) if name in needed}
            self._last = key, known
        return known

    def _chip(self, name: str) -> Figures:
        if name not in self._chips:
            self._chips[name] = self.figures(name) if name else NOTHING
        return self._chips[name]


def _named(figures: Iterable[Inputs]) -> Iterable[str]:
    """The names of all that is known of some chips, each once."""
    return dict.fromkeys(name for inputs in figures for name in inputs)


def _highest(rates: list[Column], lengths: list[int]) -> Column:
    """The highest product of rate and bit length in each row, at least that of the rates that are known."""
    products = [_product(rate, np.array(float(length))) for rate, length in zip(rates, lengths, strict=True)]
    if len(products) == 1:
        return products[0]
    low, high = products[0].low, products[0].high
    for product in products[1:]:
        low, high = np.fmax(low, product.low), np.maximum(high, product.high)
    points = all(product.high is product.low for product in products) and not np.isnan(high.min(initial=0.0))
    return Column(low, low if points or high is low else high)


def _product(rate: Column, length: npt.NDArray[np.float64]) -> Column:
    product = partial(processing_performance, bit_length=length)
    if isinstance(rate, MaskedColumn):
        return MaskedColumn(stripwise(product, rate.values), rate.missing)
    low = stripwise(product, rate.low)
    return Column(low, low if rate.high is rate.low else stripwise(product, rate.high))
