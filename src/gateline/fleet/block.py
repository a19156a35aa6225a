"""One block of rows: from cells of text to the outcome of every rule in every row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from gateline.amounts import read_date
from gateline.chips.derive import FUNCTION, STACK
from gateline.chips.rates import TF32_BITS
from gateline.errors import InputError
from gateline.fleet.cells import (
    Problems,
    read_dates,
    read_distinct,
    read_flags,
    read_names,
    read_numbers,
    said_unknown,
)
from gateline.fleet.columns import (
    Columns,
    architecture_compute,
    gather,
    points_or_range,
    prefer,
    take,
    with_all_transistors,
    with_function,
    with_modifier,
    with_original,
    with_planar,
    with_standing,
)
from gateline.fleet.dies import read_dies
from gateline.fleet.headers import Header
from gateline.gating import Choice, Request, can_gate, choose
from gateline.inputs import Inputs
from gateline.metrics import processing_performance, total_processing_performance
from gateline.metrics.arrays import is_unknown
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.columns import Column, Names, stated_first, with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import NO_ITEM, OPEN_ITEM, Evaluation, evaluate
from gateline.rules.model import Outcome
from gateline.rules.program import Program, compile_version
from gateline.rules.table import DecisionTable, classify, compile_table, present
from gateline.rules.ways import ways_out
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


@dataclass(frozen=True, slots=True)
class RuleColumn:
    """What one rule says of each row of a block; `SILENT` where it does not gate.

    `ways` says how a presumption could be overcome; other rules have none.
    """

    outcome: npt.NDArray[np.int8]
    item: npt.NDArray[np.object_]
    ways: npt.NDArray[np.object_] | None = None

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


Gating = tuple[Choice, Program]
"""A rule that gates on a day, and its program."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Rules, and the columns that they read."""

    rules: list[Gating]
    columns: Columns


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
        self._programs: dict[date, list[Gating]] = {}
        self._tables: dict[tuple[object, ...], DecisionTable | None] = {}

    def screen(self, rows: Sequence[Sequence[str]], start: int) -> Screened:
        """Screen a block whose first row is data row number `start`."""
        cells = list(zip(*rows, strict=True))
        problems = Problems(start)
        days = self._days(cells, len(rows), problems)
        counts = self._counts(cells, len(rows), problems)
        columns = self._columns(cells, days, problems)
        return Screened(problems, with_ratios(columns), counts, self._rules(columns, days, len(rows), problems))

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

    def _columns(self, cells: list[tuple[str, ...]], days: npt.NDArray[np.int64], problems: Problems) -> Columns:
        """Every input of the block: what the row states, else what its chip has."""
        columns: Columns = self._from_chips(cells, problems)
        if self.header.dies:
            self._put_dies(columns, cells, problems)
        if self.header.rates:
            silent = np.logical_or.reduce([said_unknown(cells[rate.position]) for rate in self.header.rates.values()])
            for name, stated in self._performance(cells, problems).items():
                prefer(columns, name, stated, silent)
        for name, position in self.header.words.items():
            prefer(columns, name, self._words(name, position, cells[position], problems), said_unknown(cells[position]))
        for name, column in self.header.numbers.items():
            numbers = read_numbers(cells[column.position], column, problems)
            prefer(columns, name, numbers, said_unknown(cells[column.position]))
        with_planar(columns, problems)
        with_function(columns, self._said_unknown(cells, (FUNCTION, *STACK), len(days)))
        with_standing(columns, days)
        with_all_transistors(columns)
        if "tokens" in columns:
            columns["training_compute"] = stated_first(columns.get("training_compute"), architecture_compute(columns))
        with_original(columns)
        with_modifier(columns)
        return columns

    def _said_unknown(self, cells: list[tuple[str, ...]], names: Sequence[str], rows: int) -> npt.NDArray[np.bool_]:
        """The rows that say in words that one of some inputs is unknown."""
        positions = [self.header.words[name] for name in names if name in self.header.words]
        positions += [self.header.numbers[name].position for name in names if name in self.header.numbers]
        found = [said_unknown(cells[position]) for position in positions]
        return np.logical_or.reduce(found) if found else np.zeros(rows, dtype=bool)

    def _put_dies(self, columns: Columns, cells: list[tuple[str, ...]], problems: Problems) -> None:
        """What follows from the dies that rows describe, before what their chips have."""
        readings = self.specs.choose_readings(self.request.readings)
        found, place = read_dies(self.header, cells, self.specs, self.request.as_of, readings, problems)
        for name in dict.fromkeys(name for inputs in found for name in inputs):
            prefer(columns, name, gather(name, found, place), np.zeros(len(place), dtype=bool))

    def _words(self, name: str, position: int, cells: tuple[str, ...], problems: Problems) -> Column | Names:
        entry, heading = QUANTITIES[name], self.header.names[position]
        if entry.kind is Kind.FLAG:
            return read_flags(cells, heading, problems)
        if entry.kind is Kind.DATE:
            return read_dates(cells, heading, entry, problems)
        return read_names(cells, heading, entry, self.specs.read_name, problems)

    def _performance(self, cells: list[tuple[str, ...]], problems: Problems) -> dict[str, Column]:
        """What the rate columns say: performance, and the rate alone; an empty cell leaves the upper end open."""
        rates = {
            bits: read_numbers(cells[column.position], column, problems) for bits, column in self.header.rates.items()
        }
        tf32 = int(self.specs.choose_readings(self.request.readings)["tf32"])
        lengths = [tf32 if bits == TF32_BITS else bits for bits in rates]
        return {
            "total_processing_performance": _highest(list(rates.values()), lengths),
            "operation_rate": _highest(list(rates.values()), [1 for _ in rates]),
        }

    def _from_chips(self, cells: list[tuple[str, ...]], problems: Problems) -> Columns:
        position = self.header.own.get("chip")
        if position is None:
            return {}
        nothing: Inputs = {}
        figures, place = read_distinct(cells[position], "chip", self._chip, nothing, problems)
        names = dict.fromkeys(name for inputs in figures for name in inputs)
        return {name: gather(name, figures, place) for name in names}

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
            rule: RuleColumn(
                np.full(rows, SILENT, dtype=np.int8),
                np.full(rows, "", dtype=object),
                np.full(rows, "", dtype=object) if self.has_ways(rule) else None,
            )
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
            part = columns if len(here) == rows else take(columns, here)
            for group in self._groups(programs, part, len(here), day):
                for (choice, program), verdict in zip(group.rules, self._answers(group, len(here)), strict=True):
                    column = found[choice.rule.id]
                    column.put(program, verdict, here)
                    if column.ways is not None:
                        column.ways[here] = ways_out(program, with_ratios(group.columns), len(here))
        return found

    def _groups(self, programs: list[Gating], columns: Columns, rows: int, day: date) -> list[_Group]:
        """The rules that read the same columns together; one for which facts are filled in reads its own."""
        alike = _Group([], columns)
        groups = [alike]
        for choice, program in programs:
            request = replace(self.request, as_of=day)
            facts, assumed = settle_facts(self.specs, choice.rule, program, columns, request, rows)
            self.assumed.setdefault(choice.rule.id, {}).update(assumed)
            if facts:
                groups.append(_Group([(choice, program)], {**columns, **facts}))
            else:
                alike.rules.append((choice, program))
        return [group for group in groups if group.rules]

    def _answers(self, group: _Group, rows: int) -> list[Evaluation]:
        """What each rule of a group says of each row: looked up, or where the table would be too large, evaluated."""
        programs = [program for _, program in group.rules]
        inputs = present(group.columns)
        key = (inputs, *map(id, programs))
        if key not in self._tables:
            self._tables[key] = compile_table(programs, inputs)
        table = self._tables[key]
        if table is None:
            completed = with_ratios(group.columns)
            return [evaluate(program, completed, rows) for program in programs]
        answers = classify(table, group.columns, rows)
        return [answers.of(number) for number in range(len(programs))]

    def has_ways(self, rule: str) -> bool:
        """Whether a rule has exclusions that somebody can bring about."""
        versions = self.specs.rules[rule].versions
        return any(exclusion.by for version in versions for exclusion in version.exclusions)

    def programs(self, day: date) -> list[Gating]:
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


def _highest(rates: list[Column], lengths: list[int]) -> Column:
    """The highest product of rate and bit length in each row."""
    bits = np.array(lengths, dtype=np.float64)[:, np.newaxis]
    ends = [np.stack([getattr(rate, end) for rate in rates]) for end in ("low", "high")]
    least = total_processing_performance(processing_performance(np.nan_to_num(ends[0]), bits)[np.newaxis])
    most = total_processing_performance(processing_performance(ends[1], bits)[np.newaxis])
    empty = is_unknown(ends[0]).all(axis=0) & is_unknown(ends[1]).all(axis=0)
    return points_or_range(np.where(empty, np.nan, least), most)


def _count(text: str) -> int:
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or len(text) > MAXIMUM_COUNT_DIGITS:
        raise InputError("is not a whole number of units")
    return int(text)
