"""From the columns of a block to what every gating rule says of each row."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import zip_longest
from threading import RLock

import numpy as np
import numpy.typing as npt

from gateline.errors import InputError
from gateline.fleet.columns import Columns, take_rows, with_sources
from gateline.fleet.gather import gather
from gateline.fleet.lines import Lines, Place, RuleColumn
from gateline.fleet.problems import Problems
from gateline.gating import Choice, Request, can_gate, choose
from gateline.rules.columns import with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import NO_ITEM, OPEN_ITEM, Evaluation, evaluate
from gateline.rules.history import change_days
from gateline.rules.lookup import Block, Points, classify, place, smallest_unsigned, take
from gateline.rules.model import Outcome, Rule
from gateline.rules.program import Program, compile_version
from gateline.rules.table import DecisionTable, Present, compile_tables, present
from gateline.rules.ways import compile_ways, ways_out
from gateline.screening import settle_facts

OPEN_LABEL = Outcome.UNDETERMINED.word
"""Stands in the item column where several items are possible."""

COMPUTED = {"chip": ("total_processing_performance", "performance_density"), "training": ("training_compute",)}
"""The quantities that the result shows beside the verdicts."""

Gating = tuple[Choice, Program]
"""A rule that gates on a day, and its program."""

NO_CODE, OPEN_CODE = 0, 1
"""Where 'no item' and 'several' stand among a rule's labels."""

Rows = npt.NDArray[np.intp]
Days = npt.NDArray[np.int64] | None
"""The day number of each row; None where all rows are screened on the date asked for."""


@dataclass(slots=True)
class Answers:
    """What is said of a block.

    Attributes
    ----------
    points : dict of Points
        The inputs that have one value, with the ratios and sums that follow from them.
    rules : dict of RuleColumn
    assumed : dict
        Per rule, the scope facts that were assumed in at least one row.
    slow : set of str
        The rules that were too large for a table.
    """

    points: dict[str, Points]
    rules: dict[str, RuleColumn] = field(default_factory=dict)
    assumed: dict[str, dict[str, bool]] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)

    def add(self, part: Answers) -> None:
        """Take over what was assumed in a part of the rows, and which rules were slow."""
        for rule, facts in part.assumed.items():
            self.assumed.setdefault(rule, {}).update(facts)
        self.slow |= part.slow


@dataclass(frozen=True, slots=True)
class _Part:
    """Rules by their positions, and their table with its different answers as lines."""

    positions: list[int]
    table: DecisionTable | None
    line: Place
    lines: list[Lines]


class Verdicts:
    """Puts columns to the rules; what is compiled for a date is kept for the next block. Threads may share one.

    Attributes
    ----------
    rules : list of str
        The rules that have columns: those that gate on the date, or where rows are `dated`, could on theirs.
    labels : dict
        Per rule, what stands in its item column.
    """

    def __init__(self, specs: Specs, subject: str, request: Request, *, dated: bool) -> None:
        self._specs = specs
        self._subject = subject
        self._request = request
        self._lock = RLock()
        self._programs: dict[int, list[Gating]] = {}
        self._tables: dict[tuple[object, ...], list[_Part]] = {}
        self._needed: dict[frozenset[int], frozenset[str]] = {}
        self._texts: dict[str, int] = {"": 0}
        self._told: tuple[str, ...] = ()
        about = [rule for rule in specs.rules.values() if rule.subject == subject]
        self._turns = sorted({day for rule in about for day in change_days(specs, rule)})
        asked = {rule.id for rule in specs.select(request.rules)}
        if dated:
            self.rules = [rule.id for rule in about if (rule.id in asked if asked else can_gate(rule, request.role))]
        else:
            self.rules = [choice.rule.id for choice, _ in self.programs(request.as_of)]
        self.labels = {rule: _labels(specs.rules[rule]) for rule in self.rules}

    @classmethod
    def kept(cls, specs: Specs, subject: str, request: Request, *, dated: bool) -> Verdicts:
        """The same for every table that is put to the same rules, so that they are compiled once."""
        readings = tuple(sorted(request.readings.items()))
        key = (cls, subject, request.as_of, request.role, request.rules, request.strict_facts, readings, dated)
        if key not in specs.programs:
            specs.programs[key] = cls(specs, subject, request, dated=dated)
        found: Verdicts = specs.programs[key]
        return found

    @property
    def texts(self) -> tuple[str, ...]:
        """The ways out of presumptions that came up so far."""
        with self._lock:
            if len(self._told) < len(self._texts):
                self._told = tuple(self._texts)
            return self._told

    def has_ways(self, rule: str) -> bool:
        """Whether a rule has exclusions that somebody can bring about."""
        versions = self._specs.rules[rule].versions
        return any(exclusion.by for version in versions for exclusion in version.exclusions)

    def programs(self, day: date) -> list[Gating]:
        """The gating rules on a day, compiled; the same on all days between two on which something changes.

        Raises
        ------
        InputError
            If no rule had been issued by that day.
        """
        turn = bisect_right(self._turns, day)
        if turn not in self._programs:
            request = replace(self._request, as_of=day)
            gating = [choice for choice in choose(self._specs, self._subject, request) if choice.gating]
            self._programs[turn] = [
                (choice, compile_version(self._specs, choice.rule.id, choice.version, day, request.readings))
                for choice in gating
            ]
        return self._programs[turn]

    def needed(self, days: Days) -> frozenset[str]:
        """The inputs that the rules on some days read, that are shown, and from which these follow."""
        gating: list[Gating] = []
        for day, _ in self.stretches(days):
            with suppress(InputError):
                gating += self.programs(day)
        key = frozenset(id(program) for _, program in gating)
        if key not in self._needed:
            names = {*COMPUTED[self._subject], *(name for _, program in gating for name in program.names)}
            names.update(test.name for choice, _ in gating for _, test in choice.rule.listed_facts)
            self._needed[key] = with_sources(names)
        return self._needed[key]

    def answers(self, columns: Columns, days: Days, rows: int, problems: Problems) -> Answers:
        """What each rule says of each row on the day of the row; where it does not gate on that day, nothing.

        Parameters
        ----------
        columns : dict of canonical name to Column or Names, each of shape (rows,)
        days : int64 array of day numbers, or None where every row is screened on the date asked for
        rows : int
        problems : Problems
            Gets the rows on whose day no rule had been issued.
        """
        block = place(columns, rows)
        answers = Answers(block.points)
        if days is None:
            self._answer(answers, self._request.as_of, block)
            answers.rules = {rule: answers.rules[rule] for rule in self.rules}
            return answers
        said = {rule: Lines.silent(ways=self.has_ways(rule)) for rule in self.rules}
        places = {rule: np.zeros(rows, dtype=np.uint32) for rule in self.rules}
        for day, ordinals in self.stretches(days):
            here = np.flatnonzero(np.isin(days, ordinals))
            part = Answers({})
            try:
                self._answer(part, day, block if len(here) == rows else place(take_rows(columns, here), len(here)))
            except InputError:
                self._reject(days, ordinals, problems)
                continue
            for rule, column in part.rules.items():
                places[rule][here] = column.place + np.uint32(len(said[rule]))
                said[rule] = said[rule].then(column.lines)
            answers.add(part)
        answers.rules = {rule: RuleColumn(places[rule], lines) for rule, lines in said.items()}
        return answers

    def stretches(self, days: Days) -> Iterator[tuple[date, list[int]]]:
        """A day of each stretch in which nothing changes, and the days of the stretch that are there."""
        if days is None:
            yield self._request.as_of, []
            return
        stretches: dict[int, list[int]] = {}
        for ordinal in np.unique(days).tolist():
            stretches.setdefault(bisect_right(self._turns, date.fromordinal(ordinal)), []).append(ordinal)
        for ordinals in stretches.values():
            yield date.fromordinal(ordinals[0]), ordinals

    def _reject(self, days: npt.NDArray[np.int64], ordinals: list[int], problems: Problems) -> None:
        """Reject the rows of days on which no rule had been issued, each with the message of its day."""
        for ordinal in ordinals:
            day = date.fromordinal(ordinal)
            try:
                self.programs(day)
            except InputError as error:
                for row in np.flatnonzero(days == ordinal).tolist():
                    problems.add(row, "as_of", day.isoformat(), str(error))

    def _answer(self, answers: Answers, day: date, block: Block) -> None:
        """Rules that read the same columns are answered together; one for which facts are filled in alone."""
        alike: list[Gating] = []
        for choice, program in self.programs(day):
            request = replace(self._request, as_of=day)
            facts, assumed = settle_facts(self._specs, choice.rule, program, block.columns, request, block.rows)
            if assumed:
                answers.assumed[choice.rule.id] = dict(assumed)
            if facts:
                self._look_up(answers, [(choice, program)], block.add(facts))
            else:
                alike.append((choice, program))
        self._look_up(answers, alike, block)

    def _look_up(self, answers: Answers, gating: list[Gating], block: Block) -> None:
        """What rules say of each row: looked up, or where the table would be too large, evaluated."""
        for part in self._compiled(gating, present(block.columns)):
            rules = [gating[position] for position in part.positions]
            if part.table is None:
                self._evaluate(answers, rules[0], block)
                continue
            classified = classify(part.table, block)
            left = classified.left
            places = gather(part.line[classified.stretch], classified.states)
            if len(left):
                places = places.astype(np.uint32)
                places[left] = len(part.lines[0]) + np.arange(len(left))
            for (choice, program), lines, verdict in zip_longest(rules, part.lines, classified.verdicts):
                if len(left):
                    lines = lines.then(self._lines(choice.rule.id, program, verdict, block, left))
                answers.rules[choice.rule.id] = RuleColumn(places, lines)

    def _lines(self, rule: str, program: Program, verdict: Evaluation, block: Block, rows: Rows) -> Lines:
        """What the evaluator says of some rows, a line each."""
        ways = None
        if self.has_ways(rule):
            columns = with_ratios({name: take(column, rows) for name, column in block.columns.items()})
            ways = self._coded(ways_out(program, columns, len(rows)))
        return Lines(verdict.outcome, self._item_codes(rule, program)[verdict.item], ways)

    def _compiled(self, gating: list[Gating], inputs: Present) -> list[_Part]:
        """The tables of some rules for batches with these inputs."""
        key = (inputs, *(id(program) for _, program in gating))
        with self._lock:
            if key not in self._tables:
                self._tables[key] = [
                    self._part(positions, table, [gating[position] for position in positions])
                    for positions, table in compile_tables([program for _, program in gating], inputs)
                ]
            return self._tables[key]

    def _part(self, positions: list[int], table: DecisionTable | None, gating: list[Gating]) -> _Part:
        """A table with its different answers, of all rules and their ways, as lines."""
        if table is None:
            return _Part(positions, None, np.zeros(0, dtype=np.uint8), [])
        lines = []
        for number, (choice, program) in enumerate(gating):
            rule, ways = choice.rule.id, None
            if self.has_ways(rule):
                places, texts = compile_ways(program, table.axes)
                ways = self._coded(texts)[places]
            lines.append(Lines(table.outcomes[number], self._item_codes(rule, program)[table.items[number]], ways))
        answers = np.stack([column.astype(np.int32) for rule in lines for column in rule.parts()], axis=1)
        rows = np.ascontiguousarray(answers).view(np.dtype((np.void, answers.itemsize * answers.shape[1]))).ravel()
        _, first, line = np.unique(rows, return_index=True, return_inverse=True)
        return _Part(positions, table, line.astype(smallest_unsigned(len(first))), [rule.take(first) for rule in lines])

    def _item_codes(self, rule: str, program: Program) -> npt.NDArray[np.int16]:
        """The place among the rule's labels of each item of a program, and at the end of 'open' and 'none'."""
        codes = np.array([self.labels[rule].index(item.clause.id) for item in program.items], dtype=np.int16)
        ends = np.zeros(2, dtype=np.int16)
        ends[OPEN_ITEM], ends[NO_ITEM] = OPEN_CODE, NO_CODE
        return np.concatenate([codes, ends])

    def _evaluate(self, answers: Answers, gating: Gating, block: Block) -> None:
        """What a rule without a table says of each row."""
        (choice, program), rows = gating, np.arange(block.rows)
        verdict = evaluate(program, with_ratios(block.columns), block.rows)
        answers.rules[choice.rule.id] = RuleColumn(rows, self._lines(choice.rule.id, program, verdict, block, rows))
        answers.slow.add(choice.rule.id)

    def _coded(self, texts: Iterable[str]) -> npt.NDArray[np.int32]:
        with self._lock:
            codes = [self._texts.setdefault(text, len(self._texts)) for text in texts]
        return np.array(codes, dtype=np.int32)


def _labels(rule: Rule) -> tuple[str, ...]:
    """What stands in the item column of a rule: nothing, several, or an item of any version."""
    items = (item.id for version in rule.versions for item in version.items)
    return tuple(dict.fromkeys(("", OPEN_LABEL, *items)))
