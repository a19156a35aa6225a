"""One block of rows: from cells of text to the outcome of every rule in every row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gateline.amounts import Amount, read_date
from gateline.chips.derive import AREA_WITHOUT_DIE, TF32_BITS
from gateline.errors import InputError
from gateline.fleet.cells import (
    NAN,
    Problems,
    read_dates,
    read_distinct,
    read_flags,
    read_names,
    read_numbers,
    said_unknown,
)
from gateline.fleet.headers import Header
from gateline.gating import Choice, Request, can_gate, choose
from gateline.inputs import Inputs
from gateline.metrics import compute_from_architecture, processing_performance, total_processing_performance
from gateline.metrics.arrays import is_unknown
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.columns import Column, Names, stated_first, with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import NO_ITEM, OPEN_ITEM, Evaluation, evaluate
from gateline.rules.model import Outcome
from gateline.rules.program import Program, compile_version
from gateline.screening import settle_facts

OPEN_LABEL = Outcome.UNDETERMINED.word
"""Stands in the item column where several items are possible."""

TRAINING_ROLE = "developer"
"""Whose duties gate in a table of models."""

MAXIMUM_COUNT_DIGITS = 12
"""A count of more digits is no count of chips, and its sums would not fit 64 bits."""

SILENT = -1
"""Outcome of a rule that does not gate on the date of the row."""

ChipFigures = Callable[[str], Inputs]
Columns = dict[str, Column | Names]


@dataclass(frozen=True, slots=True)
class RuleColumn:
    """What one rule says of each row of a block; `SILENT` where it does not gate."""

    outcome: npt.NDArray[np.int8]
    item: npt.NDArray[np.object_]

    def put(self, program: Program, verdict: Evaluation, rows: npt.NDArray[np.intp]) -> None:
        """Write what the rule says of some rows of the block."""
        labels = np.array([*(item.clause.id for item in program.items), "", OPEN_LABEL], dtype=object)
        none, several = len(labels) - 2, len(labels) - 1
        position = np.where(verdict.item == OPEN_ITEM, several, np.where(verdict.item == NO_ITEM, none, verdict.item))
        self.outcome[rows] = verdict.outcome
        self.item[rows] = labels[position]


@dataclass(frozen=True, slots=True)
class Screened:
    """A block after screening: rejects, the quantities computed, counts and the rules' columns."""

    problems: Problems
    columns: Columns
    counts: npt.NDArray[np.int64]
    rules: dict[str, RuleColumn]


class Screener:
    """Screens blocks of one table; what is compiled for a date is kept for the next block.

    `assumed` gathers, per rule, the scope facts that were assumed in at least one row.
    """

    def __init__(self, specs: Specs, header: Header, request: Request, figures: ChipFigures) -> None:
        self.specs = specs
        self.header = header
        self.subject = header.subject()
        self.request = replace(request, role=TRAINING_ROLE) if self.subject == "training" else request
        self.assumed: dict[str, dict[str, bool]] = {}
        self._figures = figures
        self._chips: dict[str, Inputs] = {}
        self._programs: dict[date, list[tuple[Choice, Program]]] = {}

    def screen(self, rows: Sequence[Sequence[str]], start: int) -> Screened:
        """Screen a block whose first row is data row number `start`."""
        cells = list(zip(*rows, strict=True))
        problems = Problems(start)
        days = self._days(cells, len(rows), problems)
        counts = self._counts(cells, len(rows), problems)
        columns = with_ratios(self._columns(cells, problems))
        return Screened(problems, columns, counts, self._rules(columns, days, len(rows), problems))

    def _days(self, cells: list[tuple[str, ...]], rows: int, problems: Problems) -> npt.NDArray[np.int64]:
        """The day number on which each row is screened."""
        default = self.request.as_of.toordinal()
        position = self.header.own.get("as_of")
        if position is None:
            return np.full(rows, default, dtype=np.int64)

        def read(text: str) -> int:
            return read_date(text, "as_of").toordinal() if text else default

        found, place = read_distinct(cells[position], "as_of", read, default, problems)
        return np.array(found, dtype=np.int64)[place]

    def _counts(self, cells: list[tuple[str, ...]], rows: int, problems: Problems) -> npt.NDArray[np.int64]:
        position = self.header.own.get("count")
        if position is None:
            return np.ones(rows, dtype=np.int64)
        found, place = read_distinct(cells[position], "count", _count, 0, problems)
        return np.array(found, dtype=np.int64)[place]

    def _columns(self, cells: list[tuple[str, ...]], problems: Problems) -> Columns:
        """Every input of the block: what the row states, else what its chip has."""
        columns: Columns = self._from_chips(cells, problems)
        if self.header.rates:
            silent = [said_unknown(cells[column.position]) for column in self.header.rates.values()]
            stated = self._performance(cells, problems)
            _prefer(columns, "total_processing_performance", stated, np.logical_or.reduce(silent))
        for name, position in self.header.words.items():
            _prefer(
                columns, name, self._words(name, position, cells[position], problems), said_unknown(cells[position])
            )
        for name, column in self.header.numbers.items():
            numbers = read_numbers(cells[column.position], column, problems)
            _prefer(columns, name, numbers, said_unknown(cells[column.position]))
        _with_planar(columns, problems)
        if "tokens" in columns:
            columns["training_compute"] = stated_first(columns.get("training_compute"), _architecture(columns))
        _with_original(columns)
        return columns

    def _words(self, name: str, position: int, cells: tuple[str, ...], problems: Problems) -> Column | Names:
        entry, heading = QUANTITIES[name], self.header.names[position]
        if entry.kind is Kind.FLAG:
            return read_flags(cells, heading, problems)
        if entry.kind is Kind.DATE:
            return read_dates(cells, heading, entry, problems)
        return read_names(cells, heading, entry, self.specs.read_name, problems)

    def _performance(self, cells: list[tuple[str, ...]], problems: Problems) -> Column:
        """Total processing performance from the rate columns; an empty cell leaves the upper end open."""
        rates = {
            bits: read_numbers(cells[column.position], column, problems) for bits, column in self.header.rates.items()
        }
        tf32 = int(self.specs.choose_readings(self.request.readings)["tf32"])
        bits = np.array([tf32 if bits == TF32_BITS else bits for bits in rates], dtype=np.float64)[:, np.newaxis]
        ends = [np.stack([getattr(rate, end) for rate in rates.values()]) for end in ("low", "high")]
        least = total_processing_performance(processing_performance(np.nan_to_num(ends[0]), bits)[np.newaxis])
        most = total_processing_performance(processing_performance(ends[1], bits)[np.newaxis])
        empty = is_unknown(ends[0]).all(axis=0) & is_unknown(ends[1]).all(axis=0)
        low = np.where(empty, np.nan, least)
        return _column(low, most)

    def _from_chips(self, cells: list[tuple[str, ...]], problems: Problems) -> Columns:
        position = self.header.own.get("chip")
        if position is None:
            return {}
        nothing: Inputs = {}
        figures, place = read_distinct(cells[position], "chip", self._chip, nothing, problems)
        names = dict.fromkeys(name for inputs in figures for name in inputs)
        return {name: _gather(name, figures, place) for name in names}

    def _chip(self, name: str) -> Inputs:
        if name not in self._chips:
            self._chips[name] = self._figures(name) if name else {}
        return self._chips[name]

    def rule_ids(self) -> list[str]:
        """The rules that have columns: those that gate on the date, or could on the dates that rows state."""
        if "as_of" not in self.header.own:
            return [choice.rule.id for choice, _ in self.programs(self.request.as_of)]
        asked = {rule.id for rule in self.specs.select(self.request.rules)}
        about = [rule for rule in self.specs.rules.values() if rule.subject == self.subject]
        return [rule.id for rule in about if (rule.id in asked if asked else can_gate(rule, self.request.role))]

    def _rules(
        self, columns: Columns, days: npt.NDArray[np.int64], rows: int, problems: Problems
    ) -> dict[str, RuleColumn]:
        """Each rule on each date of the block; where it does not gate on a row's date, it says nothing."""
        found = {
            rule: RuleColumn(np.full(rows, SILENT, dtype=np.int8), np.full(rows, "", dtype=object))
            for rule in self.rule_ids()
        }
        for ordinal in np.unique(days).tolist():
            here = np.flatnonzero(days == ordinal)
            day = date.fromordinal(ordinal)
            try:
                programs = self.programs(day)
            except InputError as error:
                for row in here.tolist():
                    problems.add(row, "as_of", day.isoformat(), str(error))
                continue
            part = columns if len(here) == rows else _take(columns, here)
            for choice, program in programs:
                verdict = self._evaluate(choice, program, part, len(here), day)
                found[choice.rule.id].put(program, verdict, here)
        return found

    def _evaluate(self, choice: Choice, program: Program, columns: Columns, rows: int, day: date) -> Evaluation:
        request = replace(self.request, as_of=day)
        facts, assumed = settle_facts(self.specs, choice.rule, program, columns, request, rows)
        self.assumed.setdefault(choice.rule.id, {}).update(assumed)
        return evaluate(program, {**columns, **facts}, rows)

    def programs(self, day: date) -> list[tuple[Choice, Program]]:
        """The gating rules on a day, compiled.

        Raises
        ------
        InputError
            If no rule had been issued by that day.
        """
        if day not in self._programs:
            request = replace(self.request, as_of=day)
            gating = [choice for choice in choose(self.specs, self.subject, request) if choice.gating]
            self._programs[day] = [
                (choice, compile_version(self.specs, choice.rule.id, choice.version, day, self.request.readings))
                for choice in gating
            ]
        return self._programs[day]


def _column(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> Column:
    """A column that shares one array where all of its values are points."""
    return Column(low, low if np.array_equal(low, high, equal_nan=True) else high)


def _count(text: str) -> int:
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or len(text) > MAXIMUM_COUNT_DIGITS:
        raise InputError("is not a whole number of units")
    return int(text)


def _prefer(columns: Columns, name: str, stated: Column | Names, silent: npt.NDArray[np.bool_]) -> None:
    """Put what rows state before what was there; a row that says 'unknown' (`silent`) states just that."""
    before = columns.get(name)
    if isinstance(stated, Names):
        if isinstance(before, Names):
            stated = Names(np.where(stated.unknown() & ~silent, before.values, stated.values))
        columns[name] = stated
        return
    merged = stated_first(stated, before) if isinstance(before, Column) else stated
    if silent.any():
        merged = stated_first(
            Column(np.where(silent, np.nan, merged.low), np.where(silent, np.nan, merged.high)), stated
        )
    columns[name] = merged


def _with_planar(columns: Columns, problems: Problems) -> None:
    """Where no die is non-planar there is no applicable die area; a row that says both is rejected."""
    flag, area = columns.get("non_planar_transistors"), columns.get("applicable_die_area")
    if not isinstance(flag, Column):
        return
    planar = np.asarray(flag.low == 0, dtype=bool)
    if isinstance(area, Column):
        for row in np.flatnonzero((area.high == 0) & (flag.low == 1)).tolist():
            problems.add(row, "applicable_die_area", "0", AREA_WITHOUT_DIE)
        columns["applicable_die_area"] = stated_first(area, _column(*(np.where(planar, 0.0, np.nan) for _ in range(2))))
    elif planar.any():
        columns["applicable_die_area"] = _column(*(np.where(planar, 0.0, np.nan) for _ in range(2)))


def _with_original(columns: Columns) -> None:
    """The compute of the original model, where it follows from the total and the further training."""
    whole, further = columns.get("training_compute"), columns.get("additional_training_compute")
    if not isinstance(whole, Column) or not isinstance(further, Column):
        return
    low, high = whole.low - further.high, whole.high - further.low
    sound = _column(np.where(low > 0, low, np.nan), np.where(high > 0, high, np.nan))
    stated = columns.get("original_training_compute")
    columns["original_training_compute"] = stated_first(stated, sound)


def _architecture(columns: Columns) -> Column:
    """Training compute as 6 × (active) parameters × tokens."""
    dense, active, tokens = (columns.get(name) for name in ("parameters", "active_parameters", "tokens"))
    parameters = active if isinstance(active, Column) else dense
    if isinstance(active, Column) and isinstance(dense, Column):
        parameters = stated_first(active, dense)
    if not isinstance(parameters, Column) or not isinstance(tokens, Column):
        unknown = np.full(len(tokens.low) if isinstance(tokens, Column) else 0, np.nan)
        return Column(unknown, unknown)
    low, high = (compute_from_architecture(getattr(parameters, end), getattr(tokens, end)) for end in ("low", "high"))
    return _column(low, high)


def _gather(name: str, figures: list[Inputs], place: npt.NDArray[np.intp]) -> Column | Names:
    """One quantity of every row's chip."""
    values = [figure[name].value if name in figure else None for figure in figures]
    if QUANTITIES[name].kind is Kind.NAME:
        names = np.empty(len(values), dtype=object)
        names[:] = values
        return Names(names[place])
    low, high = (np.array([_end(value, end) for value in values], dtype=np.float64) for end in ("low", "high"))
    same = np.array_equal(low, high, equal_nan=True)
    return Column(column := low[place], column if same else high[place])


def _end(value: Amount | bool | str | None, end: str) -> float:
    if isinstance(value, Amount):
        known: Fraction | None = getattr(value, end)
        return NAN if known is None else float(known)
    return float(value) if isinstance(value, bool) else NAN


def _take(columns: Columns, rows: npt.NDArray[np.intp]) -> Columns:
    taken: Columns = {}
    for name, column in columns.items():
        if isinstance(column, Names):
            taken[name] = Names(column.values[rows])
        else:
            low = column.low[rows]
            taken[name] = Column(low, low if column.high is column.low else column.high[rows])
    return taken
