"""From inputs to verdicts: which rules speak on a date, which of them gate, what is assumed, what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gateline.amounts import Amount, read_amount, read_days, read_flag
from gateline.errors import InputError
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.columns import Column, Columns, Names, fully_unknown, stated_first, with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import evaluate
from gateline.rules.explain import Explanation, explain
from gateline.rules.model import Outcome, Reading, Rule, Status, Version, belongs
from gateline.rules.program import Program, compile_version

GATING_EFFECTS = ("classification", "presumption", "notification")
NEVER_SHOWN = ("definition",)
SUBJECTS = {"chip": "a chip", "training": "a model"}
OPEN_END = float("nan")


@dataclass(frozen=True, slots=True)
class Datum:
    """One input: its value, how it came about, where it is from and how good it is.

    Attributes
    ----------
    value : Amount, bool, str or None
        None is an unknown flag or name.
    best : Fraction or None
        The value to show where `value` is a range around a first estimate.
    """

    value: Amount | bool | str | None
    how: str = ""
    source: str = ""
    confidence: str = ""
    best: Fraction | None = None


Inputs = dict[str, Datum]


def read_datum(name: str, text: str, specs: Specs, how: str) -> Datum:
    """A value that somebody states under a canonical name.

    Raises
    ------
    InputError
        If the text is not a value of that quantity.
    """
    entry = QUANTITIES[name]
    if entry.kind is Kind.FLAG:
        return Datum(read_flag(text, name), how)
    if entry.kind is Kind.DATE:
        return Datum(read_days(text, entry), how)
    if entry.kind is Kind.NAME:
        return Datum(specs.read_name(text, entry), how)
    return Datum(read_amount(text, entry), how)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is screened; `notes` is what its file says about its figures."""

    kind: str
    id: str
    name: str
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """How to screen: on which date, for whom, which rules gate, whether scope facts may be assumed, which readings."""

    as_of: date
    role: str
    rules: tuple[str, ...] = ()
    strict_facts: bool = False
    readings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alternative:
    """What another choice of a reading would make of a verdict."""

    reading: Reading
    chosen: str
    choice: str
    outcome: Outcome
    item: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says."""

    rule: Rule
    version: Version
    status: Status
    enforced: bool
    gating: bool
    why_not_gating: str
    explanation: Explanation
    assumptions: tuple[tuple[str, bool], ...]
    columns: Columns
    tested: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The outcome of the rule."""
        return self.explanation.outcome


@dataclass(frozen=True, slots=True)
class Screening:
    """Everything that is said about one subject.

    Attributes
    ----------
    remarks : tuple of str
        What the person who asked should know about how the inputs were taken.
    exchange : tuple of (str, Fraction)
        Other measures of training compute, such as tokens, and the operations in one of each.
    """

    subject: Subject
    request: Request
    specs: Specs
    inputs: Inputs
    quantities: dict[str, Column]
    verdicts: tuple[Verdict, ...]
    remarks: tuple[str, ...] = ()
    exchange: tuple[tuple[str, Fraction], ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Met if a gating rule is met, else undetermined if one is, else not met."""
        return max((verdict.outcome for verdict in self.verdicts if verdict.gating), default=Outcome.NOT_MET)

    def tests(self, name: str) -> bool:
        """Whether any rule shown depends on an input, itself or as part of a ratio."""
        tested = {name for verdict in self.verdicts for name in verdict.tested}
        ratios = [ratio for other in tested if (ratio := QUANTITIES[other].ratio) is not None]
        return name in tested or any(name in (ratio.numerator, ratio.denominator) for ratio in ratios)


def screen(
    specs: Specs,
    subject: Subject,
    derive: Callable[[Mapping[str, str]], Inputs],
    request: Request,
    remarks: tuple[str, ...] = (),
    exchange: tuple[tuple[str, Fraction], ...] = (),
) -> Screening:
    """What every rule about this kind of subject says on the date.

    Parameters
    ----------
    specs : Specs
    subject : Subject
    derive : callable
        The inputs under a choice of readings (a mapping of every reading to a choice).
    request : Request
    remarks, exchange
        Passed on to the result.

    Raises
    ------
    InputError
        If a rule or reading asked for does not exist, is about something else, or had no version by that date; or if
        no rule at all had one.
    """
    readings = specs.choose_readings(request.readings)
    inputs = derive(readings)
    columns = to_columns(inputs)
    others = _other_readings(specs, subject.kind, readings, derive)
    verdicts = [_verdict(specs, chosen, columns, request, others) for chosen in choose(specs, subject.kind, request)]
    shown = with_ratios(columns)
    return Screening(
        subject=subject,
        request=request,
        specs=specs,
        inputs=inputs,
        quantities={name: shown[name] for name in QUANTITIES if isinstance(shown.get(name), Column)},  # type: ignore[misc]
        verdicts=tuple(sorted(verdicts, key=lambda verdict: (not verdict.gating, verdict.rule.id))),
        remarks=remarks,
        exchange=exchange,
    )


@dataclass(frozen=True, slots=True)
class _Other:
    """The inputs under another choice of one reading, the rest as chosen."""

    reading: Reading
    choice: str
    readings: Mapping[str, str]
    columns: Columns


def _other_readings(
    specs: Specs,
    kind: str,
    readings: Mapping[str, str],
    derive: Callable[[Mapping[str, str]], Inputs],
) -> list[_Other]:
    changed = [
        (reading, choice, {**readings, name: choice})
        for name, reading in specs.readings.items()
        for choice, _ in reading.choices
        if reading.subject == kind and choice != readings[name]
    ]
    return [_Other(reading, choice, others, to_columns(derive(others))) for reading, choice, others in changed]


@dataclass(frozen=True, slots=True)
class Choice:
    """A rule, the version that speaks, and whether it gates."""

    rule: Rule
    version: Version
    gating: bool
    why_not_gating: str = ""


def choose(specs: Specs, subject_kind: str, request: Request) -> list[Choice]:
    """The rules that speak about a kind of subject on the date, and which of them gate."""
    asked = {rule.id for rule in specs.select(request.rules)}
    about = [rule for rule in specs.rules.values() if rule.subject == subject_kind and rule.effect not in NEVER_SHOWN]
    for prefix in request.rules:
        if not any(belongs(rule.id, prefix) for rule in about):
            raise InputError(f"{prefix}: is not a rule that classifies {SUBJECTS[subject_kind]}. Choose another rule.")
    choices = []
    for rule in about:
        version = rule.version_on(request.as_of)
        if version is not None:
            choices.append(_choice(rule, version, asked, request))
        elif rule.id in asked:
            raise InputError(f"{rule.id}: no version in force on {request.as_of}; {_starts([rule])}.")
    if not choices:
        raise InputError(
            f"no rule about {SUBJECTS[subject_kind]} had been issued by {request.as_of}; {_starts(about)}."
        )
    return choices


def _starts(rules: list[Rule]) -> str:
    starts = sorted({version.effective.start for rule in rules for version in rule.versions if version.effective})
    return f"versions start on {', '.join(map(str, starts))}"


def _choice(rule: Rule, version: Version, asked: set[str], request: Request) -> Choice:
    if asked:
        return Choice(rule, version, rule.id in asked, "" if rule.id in asked else "another rule was chosen")
    reason = _why_not(rule, version, request)
    return Choice(rule, version, not reason, reason)


def can_gate(rule: Rule, role: str) -> bool:
    """Whether a rule gates for a role on some date."""
    return (
        rule.effect in GATING_EFFECTS and role in rule.addressees and any(version.enforced for version in rule.versions)
    )


def _why_not(rule: Rule, version: Version, request: Request) -> str:
    status = version.status_on(request.as_of)
    if status is not Status.IN_FORCE:
        return {
            Status.CODIFIED_NOT_ENFORCED: "codified, not enforced",
            Status.ENACTED: f"enacted, in force from {version.effective.start if version.effective else 'a later date'}",
        }.get(status, status.value.replace("_", " "))
    if not version.enforced_on(request.as_of):
        return f"in force, enforced from {version.enforced.start}" if version.enforced else "in force, not enforced"
    if request.role not in rule.addressees:
        return f"addresses {' and '.join(rule.addressees)}, not the {request.role}"
    return "" if rule.effect in GATING_EFFECTS else f"its effect is {rule.effect.replace('_', ' ')}"


def _verdict(specs: Specs, choice: Choice, columns: Columns, request: Request, others: list[_Other]) -> Verdict:
    program = compile_version(specs, choice.rule.id, choice.version, request.as_of, request.readings)
    facts, assumptions = settle_facts(specs, choice.rule, program, columns, request)
    completed = {**columns, **facts}
    explanation = explain(program, completed)
    return Verdict(
        rule=choice.rule,
        version=choice.version,
        status=choice.version.status_on(request.as_of),
        enforced=choice.version.enforced_on(request.as_of),
        gating=choice.gating,
        why_not_gating=choice.why_not_gating,
        explanation=explanation,
        assumptions=assumptions,
        columns=with_ratios(completed),
        tested=program.names,
        alternatives=tuple(_alternatives(specs, choice, request, others, explanation)),
    )


def _alternatives(
    specs: Specs, choice: Choice, request: Request, others: list[_Other], explanation: Explanation
) -> Iterable[Alternative]:
    """The other readings under which this rule would come out differently."""
    chosen = specs.choose_readings(request.readings)
    for other in others:
        program = compile_version(specs, choice.rule.id, choice.version, request.as_of, other.readings)
        facts, _ = settle_facts(specs, choice.rule, program, other.columns, request)
        evaluation = evaluate(program, with_ratios({**other.columns, **facts}), 1)
        outcome, position = Outcome(int(evaluation.outcome[0])), int(evaluation.item[0])
        item = program.items[position].clause.id if position >= 0 else None
        if (outcome, item) != (explanation.outcome, explanation.item):
            yield Alternative(other.reading, chosen[other.reading.id], other.choice, outcome, item)


def settle_facts(
    specs: Specs, rule: Rule, program: Program, columns: Columns, request: Request, rows: int = 1
) -> tuple[dict[str, Column], tuple[tuple[str, bool], ...]]:
    """Flags that nobody stated but that follow from a list, or are taken in the direction in which the rule applies.

    Returns
    -------
    (dict, tuple)
        The flags filled in, row by row, and the scope facts that were assumed in at least one row.
    """
    facts: dict[str, Column] = {}
    for flag, test in rule.listed_facts:
        names = columns.get(test.name)
        if flag in program.names and isinstance(names, Names):
            listed = specs.members_on(test.list_id, request.as_of)
            values = [OPEN_END if name is None else float(name in listed) for name in names.values.tolist()]
            facts[flag] = _fill(columns.get(flag), np.array(values))
    assumed = []
    for flag, value in () if request.strict_facts else rule.scope_facts:
        if flag in program.names and _unstated(columns.get(flag)).any():
            facts[flag] = _fill(columns.get(flag), np.full(rows, float(value)))
            assumed.append((flag, value))
    return facts, tuple(assumed)


def _unstated(column: Column | Names | None) -> npt.NDArray[np.bool_]:
    """The rows in which nobody stated a flag, or somebody stated that it is unknown."""
    return fully_unknown(column) if isinstance(column, Column) else np.array([True])


def _fill(column: Column | Names | None, values: npt.NDArray[np.float64]) -> Column:
    """`values` where a flag is not stated, else what is stated."""
    return stated_first(column, Column(values, values))


def _flags(values: Iterable[bool | None]) -> Column:
    ends = exact_array([None if value is None else Fraction(value) for value in values])
    return Column(ends, ends)


def exact_array(values: Iterable[Fraction | None]) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    """An object array of exact rationals, NaN where the value is None."""
    items = [OPEN_END if value is None else value for value in values]
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def to_columns(inputs: Inputs) -> dict[str, Column | Names]:
    """The inputs of one subject as exact columns of one row."""
    return {name: _column(name, datum) for name, datum in inputs.items()}


def _column(name: str, datum: Datum) -> Column | Names:
    if QUANTITIES[name].kind is Kind.NAME:
        values = np.empty(1, dtype=object)
        values[0] = datum.value
        return Names(values)
    if isinstance(datum.value, Amount):
        low = exact_array([datum.value.low])
        return Column(low, low if datum.value.known or datum.value.unknown else exact_array([datum.value.high]))
    return _flags([datum.value if isinstance(datum.value, bool) else None])
