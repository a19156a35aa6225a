"""On which dates a chip's verdicts change, and why: one chip, or the whole catalogue at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from gateline.amounts import Amount
from gateline.chips.chipfile import STATED, Chip
from gateline.chips.derive import completed, derive
from gateline.chips.telling import describe
from gateline.errors import InputError
from gateline.gating import Choice, Request, choose
from gateline.inputs import Datum, Inputs, exact_array
from gateline.jobs.changes import read_changes
from gateline.jobs.chip import default_catalogue, find_chip, overridden
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.columns import Column, Names, with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import Evaluation, evaluate
from gateline.rules.history import DAYS, Reason, change_days, day_counts, first_day, reasons
from gateline.rules.model import Citation, Outcome, Rule, Status, Version
from gateline.rules.program import Program, compile_version
from gateline.rules.specfiles import default_specs
from gateline.screening import Subject, settle_facts

KIND = "chip"
DEFINITION = "definition"
"""Effect of the rules that say how an input is derived."""

Progress = Callable[[int, int], None]
"""Told after each rule how many are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule says of a chip from a day on, different from what it said before; `why` says what happened."""

    day: date
    rule: Rule
    version: Version
    status: Status
    enforced: bool
    gating: bool
    why_not_gating: str
    outcome: Outcome
    item: str | None
    why: tuple[Reason, ...]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Where the reasons stand; where none has a source, those of the version."""
        found = dict.fromkeys(citation for reason in self.why for citation in reason.citations)
        return tuple(found) or self.version.citations


@dataclass(frozen=True, slots=True)
class Span:
    """How a timeline was asked for: the first and last day, for whom, under which readings, with which data."""

    start: date
    end: date
    role: str
    readings: Mapping[str, str]
    specs: Specs


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every change of what the rules say of one chip, by date; the first of each rule is where it starts to speak."""

    subject: Subject
    span: Span
    changes: tuple[Change, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """The gravest gating outcome of a chip, and the items behind it; None where no rule gates.

    `items` has the rule and its deciding item, or None for an item that is open.
    """

    outcome: Outcome | None
    items: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Milestone:
    """A day from which at least one chip has another gating outcome or item, each rule that moved, and why."""

    day: date
    why: tuple[tuple[Rule, tuple[Reason, ...]], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The catalogue over time: a row of cells per chip, a column per milestone."""

    span: Span
    milestones: tuple[Milestone, ...]
    rows: tuple[tuple[Subject, tuple[Cell, ...]], ...]
    remarks: tuple[str, ...] = ()


def chip_timeline(
    target: str,
    start: date | None,
    end: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    specs: Specs | None = None,
) -> Timeline:
    """Every date on which what a rule says of a chip changes, and why.

    Parameters
    ----------
    target : str
        As for `screen_chip`.
    start : date or None
        First day; None is the first day on which a rule about chips was issued.
    end : date
        Last day, itself included.
    role : str
        ``exporter``, ``foundry`` or ``osat``: whose duties gate.
    rules : tuple of str
        Ids or prefixes of the rules to list; they gate instead of those that gate by default.
    changes : dict
        Inputs to override or add, as for `screen_chip`.
    readings : mapping, optional
        Choice per reading, as for `screen_chip`.
    specs : Specs, optional
        Another data release than the one that ships with the program.

    Returns
    -------
    Timeline
        On every day, the last change of each rule up to it is what `screen_chip` says on that day.

    Raises
    ------
    InputError
        If the target, a change, a rule, a reading or the span cannot be used.

    Examples
    --------
    >>> from datetime import date
    >>> timeline = chip_timeline("A800", None, date(2024, 6, 1), rules=("us.ear.3a090",))
    >>> [(str(change.day), change.outcome.word) for change in timeline.changes][-1]
    ('2023-11-17', 'met')
    """
    specs = specs or default_specs()
    found = find_chip(target)
    sweep = _Sweep.over([found.chip], start, end, role, rules, changes or {}, readings or {}, specs)
    listed = [change for rule in sweep.rules for change in _changes(sweep, rule)]
    return Timeline(
        Subject(KIND, found.id, found.chip.name, found.chip.notes),
        sweep.span,
        tuple(sorted(listed, key=lambda change: (change.day, not change.gating, change.rule.id))),
        tuple(filter(None, (found.remark, sweep.idle()))),
    )


def catalogue_timeline(
    start: date | None,
    end: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    specs: Specs | None = None,
) -> Matrix:
    """The gating outcome and item of every chip of the catalogue, from each date on which that of any chip changes.

    Parameters
    ----------
    start, end, role, rules, changes, readings, specs
        As for `chip_timeline`.
    progress : callable
        Called with the number of rules done, and of all.

    Returns
    -------
    Matrix

    Raises
    ------
    InputError
        If a change, a rule, a reading or the span cannot be used.
    """
    specs = specs or default_specs()
    entries = list(default_catalogue().entries.values())
    chips = [entry.read() for entry in entries]
    sweep = _Sweep.over(chips, start, end, role, rules, changes or {}, readings or {}, specs)
    histories = {}
    for number, rule in enumerate(sweep.rules, start=1):
        histories[rule.id] = dict(_answers(sweep, rule))
        if progress is not None:
            progress(number, len(sweep.rules))
    milestones, columns = _milestones(sweep, histories)
    subjects = [Subject(KIND, entry.id, entry.name) for entry in entries]
    rows = zip(subjects, zip(*columns, strict=True), strict=True)
    return Matrix(sweep.span, milestones, tuple(rows), tuple(filter(None, (sweep.idle(),))))


@dataclass(frozen=True)
class _Sweep:
    """Some chips, stacked as the rows of exact columns, and the rules to be put to them day by day.

    What is computed for a day is kept for the next rule; `tested` gathers the inputs that rules ask about.
    """

    chips: list[Chip]
    stated: Inputs
    rules: list[Rule]
    asked: bool
    span: Span
    definition_days: list[date]
    tested: set[str] = field(default_factory=set)
    _derived: dict[int, list[Inputs]] = field(default_factory=dict)
    _columns: dict[date, dict[str, Column | Names]] = field(default_factory=dict)
    _choices: dict[date, dict[str, Choice]] = field(default_factory=dict)

    @classmethod
    def over(
        cls,
        chips: list[Chip],
        start: date | None,
        end: date,
        role: str,
        rules: tuple[str, ...],
        changes: dict[str, str],
        readings: Mapping[str, str],
        specs: Specs,
    ) -> _Sweep:
        """The sweep that was asked for.

        Raises
        ------
        InputError
            If a part of what was asked cannot be used, or the last day lies before the first.
        """
        listed = _asked(specs, rules, role) if rules else _ever_shown(specs, role)
        first = min(filter(None, map(first_day, listed)))
        if end < (start or first):
            raise InputError(
                f"the timeline ends on {end}, before it starts on {start or first}; set --to to a later day."
            )
        definitions = [rule for rule in specs.rules.values() if rule.effect == DEFINITION]
        return cls(
            chips=chips,
            stated=read_changes(changes, (*STATED, "datacenter", "designer"), specs),
            rules=listed,
            asked=bool(rules),
            span=Span(start or first, end, role, specs.choose_readings(readings), specs),
            definition_days=sorted({day for rule in definitions for day in change_days(specs, rule)}),
        )

    def days(self, rule: Rule) -> list[date]:
        """The first day, and those on which what the rule says of a chip could change."""
        days = change_days(self.span.specs, rule) | {*self.definition_days, *self._counted_days(rule)}
        return sorted({self.span.start, *(day for day in days if self.span.start < day <= self.span.end)})

    def _counted_days(self, rule: Rule) -> Iterator[date]:
        """The days on which a count of days reaches what a condition asks about."""
        counts = day_counts(self.span.specs, rule)
        for inputs in self.inputs(self.span.end) if counts else ():
            for since in _counts_of_days(inputs):
                for ordinal in (self.span.end.toordinal() - since + count for count in counts | {0}):
                    if 0 < ordinal <= self.span.end.toordinal():
                        yield date.fromordinal(ordinal)

    def choice(self, rule: Rule, day: date) -> Choice | None:
        """Which version of a rule speaks on a day, and whether it gates; None where it says nothing yet.

        What a screening leaves out, because another text has replaced it, does not gate.
        """
        version = rule.version_on(day)
        if version is None:
            return None
        if day not in self._choices:
            speaking = tuple(known.id for known in self.rules if known.version_on(day) is not None)
            request = Request(day, self.span.role, speaking if self.asked else ())
            self._choices[day] = _shown(self.span.specs, request)
        left_out = Choice(rule, version, gating=False, why_not_gating=version.status_on(day).value.replace("_", " "))
        return self._choices[day].get(rule.id, left_out)

    def inputs(self, day: date) -> list[Inputs]:
        """What is known of each chip on a day; between two days on which a definition changes it is derived once."""
        span, era = self.span, bisect_right(self.definition_days, day)
        if era not in self._derived:
            derived = [derive(chip, span.specs, day, span.readings) for chip in self.chips]
            self._derived[era] = [overridden(inputs, self.stated) for inputs in derived]
        return [completed(inputs, day) for inputs in self._derived[era]]

    def columns(self, day: date) -> dict[str, Column | Names]:
        """The inputs of all chips on a day as columns."""
        if day not in self._columns:
            self._columns[day] = _stack(self.inputs(day))
        return self._columns[day]

    def evaluate(self, choice: Choice, day: date) -> tuple[Program, Evaluation]:
        """What a version says of each chip on a day."""
        specs, rows, columns = self.span.specs, len(self.chips), self.columns(day)
        program = compile_version(specs, choice.rule.id, choice.version, day, self.span.readings)
        request = Request(day, self.span.role, readings=self.span.readings)
        facts, _ = settle_facts(specs, choice.rule, program, columns, request, rows)
        self.tested.update(part for name in program.names for part in (name, *QUANTITIES[name].parts))
        return program, evaluate(program, with_ratios({**columns, **facts}), rows)

    def idle(self) -> str:
        """A remark on inputs that were stated and that no rule asks about; empty where there is none."""
        names = [name for name in self.stated if name not in self.tested]
        return f"no rule listed depends on {', '.join(names)}; it changes nothing." if names else ""


def _asked(specs: Specs, rules: tuple[str, ...], role: str) -> list[Rule]:
    """The rules that were asked for by name."""
    return [choice.rule for choice in choose(specs, KIND, Request(date.max, role, rules)) if choice.gating]


def _ever_shown(specs: Specs, role: str) -> list[Rule]:
    """The rules that a screening shows on any day."""
    about = [rule for rule in specs.rules.values() if rule.subject == KIND]
    return [
        rule for rule in about if any(rule.id in _shown(specs, Request(day, role)) for day in change_days(specs, rule))
    ]


def _shown(specs: Specs, request: Request) -> dict[str, Choice]:
    """The rules that a screening shows; none where it would end because there is none."""
    with suppress(InputError):
        return {choice.rule.id: choice for choice in choose(specs, KIND, request)}
    return {}


def _counts_of_days(inputs: Inputs) -> Iterator[int]:
    for name, datum in inputs.items():
        if QUANTITIES[name].unit == DAYS and isinstance(datum.value, Amount):
            yield from (int(end) for end in (datum.value.low, datum.value.high) if end is not None)


def _stack(figures: list[Inputs]) -> dict[str, Column | Names]:
    """The inputs of several subjects as exact columns, one row each; what one does not have is unknown."""
    names = dict.fromkeys(name for inputs in figures for name in inputs)
    return {name: _stacked(name, [inputs.get(name) for inputs in figures]) for name in names}


def _stacked(name: str, data: list[Datum | None]) -> Column | Names:
    values = [None if datum is None else datum.value for datum in data]
    if QUANTITIES[name].kind is Kind.NAME:
        names = np.empty(len(values), dtype=object)
        names[:] = values
        return Names(names)
    amounts = [value if isinstance(value, Amount) else _flag(value) for value in values]
    low = exact_array([amount.low for amount in amounts])
    points = all(amount.known or amount.unknown for amount in amounts)
    return Column(low, low if points else exact_array([amount.high for amount in amounts]))


def _flag(value: object) -> Amount:
    return Amount.exactly(int(value)) if isinstance(value, bool) else Amount()


def _changes(sweep: _Sweep, rule: Rule) -> Iterator[Change]:
    """The changes of what one rule says of the only chip."""
    before: Change | None = None
    for day in sweep.days(rule):
        choice = sweep.choice(rule, day)
        if choice is None:
            continue
        program, evaluation = sweep.evaluate(choice, day)
        position = int(evaluation.item[0])
        change = Change(
            day=day,
            rule=rule,
            version=choice.version,
            status=choice.version.status_on(day),
            enforced=choice.version.enforced_on(day),
            gating=choice.gating,
            why_not_gating=choice.why_not_gating,
            outcome=Outcome(int(evaluation.outcome[0])),
            item=program.items[position].clause.id if position >= 0 else None,
            why=(),
        )
        if before is None or _said(change) != _said(before):
            yield _explained(sweep, change, before, program)
        before = change


def _said(change: Change) -> tuple[object, ...]:
    return change.version, change.status, change.enforced, change.gating, change.outcome, change.item


def _explained(sweep: _Sweep, change: Change, before: Change | None, program: Program) -> Change:
    """The change with what the data says happened on its day."""
    span = sweep.span
    why = reasons(span.specs, change.rule, change.day, span.readings)
    if before is None and not why:
        why = [Reason(f"version {change.version.id} speaks since before this date", change.version.citations)]
    if before is not None and not why:
        why = list(_input_reasons(sweep, before.day, change.day, program))
    return replace(change, why=tuple(why))


def _input_reasons(sweep: _Sweep, earlier: date, later: date, program: Program) -> Iterator[Reason]:
    """What the rule asks about and is another on the later day, because a definition changed or days are counted."""
    [old], [new] = sweep.inputs(earlier), sweep.inputs(later)
    names = dict.fromkeys(part for name in program.names for part in (name, *QUANTITIES[name].parts))
    for name in names:
        value = new[name].value if name in new else None
        if isinstance(value, Amount) and (name not in old or old[name].value != value):
            entry = QUANTITIES[name]
            yield Reason(f"{entry.short} is {describe(value, entry.unit)} on this day")


@dataclass(frozen=True, slots=True)
class _Answer:
    """Whether a rule gates on a day, and what it says of each chip."""

    gating: bool
    outcomes: tuple[Outcome, ...]
    items: tuple[str | None, ...]


def _answers(sweep: _Sweep, rule: Rule) -> Iterator[tuple[date, _Answer]]:
    """What a rule says of each chip, from each day on which that can change."""
    for day in sweep.days(rule):
        choice = sweep.choice(rule, day)
        if choice is None or not choice.gating:
            yield day, _Answer(False, (), ())
            continue
        program, evaluation = sweep.evaluate(choice, day)
        labels = [*(item.clause.id for item in program.items), None]
        yield (
            day,
            _Answer(
                True,
                tuple(map(Outcome, evaluation.outcome.tolist())),
                tuple(labels[max(position, -1)] for position in evaluation.item.tolist()),
            ),
        )


def _milestones(
    sweep: _Sweep, histories: dict[str, dict[date, _Answer]]
) -> tuple[tuple[Milestone, ...], list[list[Cell]]]:
    """The days on which a cell changes, and the cells of all chips from each of them on."""
    milestones: list[Milestone] = []
    columns: list[list[Cell]] = []
    current: dict[str, _Answer] = {}
    told = current
    for day in sorted({day for history in histories.values() for day in history}):
        current = {**current, **{rule: history[day] for rule, history in histories.items() if day in history}}
        cells = [_cell(current, row) for row in range(len(sweep.chips))]
        if not columns or cells != columns[-1]:
            moved = [rule for rule in sweep.rules if current.get(rule.id) != told.get(rule.id)]
            milestones.append(_milestone(sweep, day, moved if columns else []))
            columns.append(cells)
            told = current
    return tuple(milestones), columns


def _milestone(sweep: _Sweep, day: date, moved: list[Rule]) -> Milestone:
    span = sweep.span
    why = [(rule, tuple(reasons(span.specs, rule, day, span.readings))) for rule in moved]
    return Milestone(day, tuple((rule, found) for rule, found in why if found))


def _cell(answers: Mapping[str, _Answer], row: int) -> Cell:
    gating = {rule: answer for rule, answer in answers.items() if answer.gating}
    gravest = max((answer.outcomes[row] for answer in gating.values()), default=None)
    if not gravest:
        return Cell(gravest)
    items = [(rule, answer.items[row]) for rule, answer in gating.items() if answer.outcomes[row] == gravest]
    return Cell(gravest, tuple(items))
