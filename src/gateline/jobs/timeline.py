"""On which dates a chip's verdicts change, and why: one chip, or the whole catalogue at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from gateline.amounts import Amount
from gateline.chips.telling import describe
from gateline.gating import Choice
from gateline.jobs.chip import Target, default_catalogue, find_chip
from gateline.jobs.sweep import KIND, Span, Sweep
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.corpus import Specs
from gateline.rules.history import Reason, reasons
from gateline.rules.model import Citation, Outcome, Rule, Status, Version
from gateline.rules.program import Program
from gateline.rules.specfiles import default_specs
from gateline.screening import Subject

RECIPIENT = "recipient"

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
class Timeline:
    """Every change of what the rules say of one chip, by date; the first of each rule is where it starts to speak."""

    subject: Subject
    span: Span
    changes: tuple[Change, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """The gravest gating outcome of a chip, and the items behind it; None where no rule gates.

    `items` has the rule and its deciding item, or None for an item that is open; `letters` the rules known only from
    letters to named recipients that reach the chip.
    """

    outcome: Outcome | None
    items: tuple[tuple[str, str | None], ...] = ()
    letters: tuple[str, ...] = ()


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
    target: str | Path | Target,
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
    target : str, Path or Target
        As for `screen_chip`; a system has no timeline.
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
    [timeline] = chip_timelines(
        [target], start, end, role=role, rules=rules, changes=changes, readings=readings, specs=specs
    )
    return timeline


def chip_timelines(
    targets: Sequence[str | Path | Target],
    start: date | None,
    end: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    specs: Specs | None = None,
) -> tuple[Timeline, ...]:
    """The timelines of several chips, in less time than one by one.

    Parameters
    ----------
    targets : sequence of str, Path or Target
        Each as for `screen_chip`.
    start, end, role, rules, changes, readings, specs
        As for `chip_timeline`.

    Returns
    -------
    tuple of Timeline
        In the order of `targets`.

    Raises
    ------
    InputError
        As for `chip_timeline`.

    Examples
    --------
    >>> from datetime import date
    >>> both = chip_timelines(["H20", "H100"], None, date(2024, 6, 1), rules=("us.ear.3a090",))
    >>> [timeline.changes[-1].outcome.word for timeline in both]
    ['not_met', 'met']
    """
    specs = specs or default_specs()
    found = [find_chip(target) for target in targets]
    chips = [each.chip for each in found]
    sweep = Sweep.over(chips, start, end, role, rules, changes or {}, readings or {}, specs)
    listed: list[list[Change]] = [[] for _ in found]
    for rule in sweep.rules:
        for row, change in _changes(sweep, rule):
            listed[row].append(change)
    return tuple(
        Timeline(
            Subject(KIND, each.id, each.chip.name, each.chip.notes),
            sweep.span,
            tuple(sorted(told, key=lambda change: (change.day, not change.gating, change.rule.id))),
            tuple(filter(None, (each.remark, sweep.idle()))),
        )
        for each, told in zip(found, listed, strict=True)
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

    Examples
    --------
    >>> from datetime import date
    >>> matrix = catalogue_timeline(date(2023, 6, 1), date(2024, 6, 1), rules=("us.ear.3a090",))
    >>> [str(milestone.day) for milestone in matrix.milestones]
    ['2023-06-01', '2023-11-17']
    >>> [cells] = [cells for subject, cells in matrix.rows if subject.id == "nvidia-a800-sxm-80"]
    >>> [cell.outcome.word for cell in cells]
    ['not_met', 'met']
    """
    specs = specs or default_specs()
    entries = list(default_catalogue().entries.values())
    chips = [entry.read() for entry in entries]
    sweep = Sweep.over(chips, start, end, role, rules, changes or {}, readings or {}, specs)
    histories = {}
    for number, rule in enumerate(sweep.rules, start=1):
        histories[rule.id] = dict(_answers(sweep, rule))
        if progress is not None:
            progress(number, len(sweep.rules))
    milestones, columns = _milestones(sweep, histories)
    subjects = [Subject(KIND, entry.id, entry.name) for entry in entries]
    rows = zip(subjects, zip(*columns, strict=True), strict=True)
    return Matrix(sweep.span, milestones, tuple(rows), tuple(filter(None, (sweep.idle(),))))


def _changes(sweep: Sweep, rule: Rule) -> Iterator[tuple[int, Change]]:
    """The changes of what one rule says of each chip, with the number of the chip."""
    before: dict[int, Change] = {}
    for day in sweep.days(rule):
        choice = sweep.choice(rule, day)
        if choice is None:
            continue
        program, evaluation = sweep.evaluate(choice, day)
        why = tuple(reasons(sweep.span.specs, rule, day, sweep.span.readings))
        told = Change(
            day=day,
            rule=rule,
            version=choice.version,
            status=choice.version.status_on(day),
            enforced=choice.version.enforced_on(day),
            gating=choice.gating,
            why_not_gating=choice.why_not_gating,
            outcome=Outcome.NOT_MET,
            item=None,
            why=why,
        )
        for row, (outcome, position) in enumerate(zip(evaluation.outcome, evaluation.item, strict=True)):
            item = program.items[position].clause.id if position >= 0 else None
            change = replace(told, outcome=Outcome(int(outcome)), item=item)
            if row not in before or _said(change) != _said(before[row]):
                yield row, _explained(sweep, row, change, before.get(row), program)
            before[row] = change


def _said(change: Change) -> tuple[object, ...]:
    return change.version, change.status, change.enforced, change.gating, change.outcome, change.item


def _explained(sweep: Sweep, row: int, change: Change, before: Change | None, program: Program) -> Change:
    """The change, with a reason also where the data says of nothing that it happened on its day."""
    if change.why:
        return change
    if before is None:
        since = Reason(f"version {change.version.id} speaks since before this date", change.version.citations)
        return replace(change, why=(since,))
    return replace(change, why=tuple(_input_reasons(sweep, row, before.day, change.day, program)))


def _input_reasons(sweep: Sweep, row: int, earlier: date, later: date, program: Program) -> Iterator[Reason]:
    """What the rule asks about and is another on the later day, because a definition changed or days are counted."""
    old, new = sweep.inputs(earlier)[row], sweep.inputs(later)[row]
    names = dict.fromkeys(part for name in program.names for part in (name, *QUANTITIES[name].parts))
    for name in names:
        value = new[name].value if name in new else None
        if isinstance(value, Amount) and (name not in old or old[name].value != value):
            entry = QUANTITIES[name]
            told = "this day" if entry.kind is Kind.DATE else f"{describe(value, entry.unit)} on this day"
            yield Reason(f"{entry.short} is {told}")


@dataclass(frozen=True, slots=True)
class _Answer:
    """Whether a rule gates on a day, or is a letter in force, and what it says of each chip."""

    gating: bool
    letter: bool
    outcomes: tuple[Outcome, ...]
    items: tuple[str | None, ...]


def _answers(sweep: Sweep, rule: Rule) -> Iterator[tuple[date, _Answer]]:
    """What a rule says of each chip, from each day on which that can change."""
    for day in sweep.days(rule):
        choice = sweep.choice(rule, day)
        letter = choice is not None and _is_letter(choice, day)
        if choice is None or not (choice.gating or letter):
            yield day, _Answer(False, False, (), ())
            continue
        program, evaluation = sweep.evaluate(choice, day)
        labels = [*(item.clause.id for item in program.items), None]
        yield (
            day,
            _Answer(
                choice.gating,
                letter,
                tuple(map(Outcome, evaluation.outcome.tolist())),
                tuple(labels[max(position, -1)] for position in evaluation.item.tolist()),
            ),
        )


def _is_letter(choice: Choice, day: date) -> bool:
    """Whether a rule binds only those who received it, and does so on the day."""
    return choice.rule.addressees == (RECIPIENT,) and choice.version.enforced_on(day)


def _milestones(
    sweep: Sweep, histories: dict[str, dict[date, _Answer]]
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


def _milestone(sweep: Sweep, day: date, moved: list[Rule]) -> Milestone:
    span = sweep.span
    why = [(rule, tuple(reasons(span.specs, rule, day, span.readings))) for rule in moved]
    return Milestone(day, tuple((rule, found) for rule, found in why if found))


def _cell(answers: Mapping[str, _Answer], row: int) -> Cell:
    gating = {rule: answer for rule, answer in answers.items() if answer.gating}
    letters = tuple(rule for rule, answer in answers.items() if answer.letter and answer.outcomes[row] is Outcome.MET)
    gravest = max((answer.outcomes[row] for answer in gating.values()), default=None)
    if not gravest:
        return Cell(gravest, letters=letters)
    items = [(rule, answer.items[row]) for rule, answer in gating.items() if answer.outcomes[row] == gravest]
    return Cell(gravest, tuple(items), letters)
