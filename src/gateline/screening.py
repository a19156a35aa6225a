"""From inputs to verdicts: what is assumed, what comes out, and under which other reading it would come out otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gateline.accounts import ComputeAccount
from gateline.gating import Choice, Request, choose
from gateline.inputs import Inputs, drawn_columns, to_columns
from gateline.quantities import QUANTITIES
from gateline.rules.chances import Chances, chances
from gateline.rules.columns import Column, Columns, Names, fully_unknown, membership, stated_first, with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import evaluate
from gateline.rules.explain import Explanation, explain
from gateline.rules.model import Outcome, Reading, Rule, Status, Tolerance, Version
from gateline.rules.program import Program, compile_version


@dataclass(frozen=True, slots=True)
class Subject:
    """What is screened; `notes` is what its file says about its figures."""

    kind: str
    id: str
    name: str
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What another choice of a reading would make of a verdict."""

    reading: Reading
    chosen: str
    choice: str
    outcome: Outcome
    item: str | None


@dataclass(frozen=True, slots=True)
class Rounded:
    """The inputs, had the figures of the datasheet been printed with so many significant digits."""

    digits: int
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class Crossing:
    """What rounded figures would make of a verdict."""

    digits: int
    outcome: Outcome
    item: str | None


@dataclass(frozen=True, slots=True)
class Tolerated:
    """What a verdict would be anywhere within the error that the rule's authority accepts in a figure."""

    tolerance: Tolerance
    outcome: Outcome
    item: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says; `chances` where distributions went into its inputs."""

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
    crossings: tuple[Crossing, ...] = ()
    tolerated: tuple[Tolerated, ...] = ()
    chances: Chances | None = None

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
    account : ComputeAccount or None
        The ledger behind training compute.
    shipment : Screening or None
        What is said about a shipment of the subject, where one was asked about.
    """

    subject: Subject
    request: Request
    specs: Specs
    inputs: Inputs
    quantities: dict[str, Column]
    verdicts: tuple[Verdict, ...]
    remarks: tuple[str, ...] = ()
    exchange: tuple[tuple[str, Fraction], ...] = ()
    account: ComputeAccount | None = None
    shipment: Screening | None = None

    @property
    def outcome(self) -> Outcome:
        """Met if a gating rule is met, else undetermined if one is, else not met."""
        return max((verdict.outcome for verdict in self.verdicts if verdict.gating), default=Outcome.NOT_MET)

    @property
    def gravest(self) -> Outcome:
        """The outcome, or that of the shipment where it is graver."""
        return self.outcome if self.shipment is None else max(self.outcome, self.shipment.outcome)

    def tests(self, name: str) -> bool:
        """Whether any rule shown depends on an input, itself or as part of a ratio."""
        tested = {name for verdict in self.verdicts for name in verdict.tested}
        return name in tested or any(name in QUANTITIES[other].parts for other in tested)


def screen(
    specs: Specs,
    subject: Subject,
    derive: Callable[[Mapping[str, str]], Inputs],
    request: Request,
    remarks: tuple[str, ...] = (),
    exchange: tuple[tuple[str, Fraction], ...] = (),
    rounded: Sequence[Rounded] = (),
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
    rounded : sequence of Rounded
        The same with coarser figures, to see whether rounding could cross a line.

    Raises
    ------
    InputError
        If a rule or reading asked for does not exist, is about something else, or had no version by that date; or if
        no rule at all had one.
    """
    readings = specs.choose_readings(request.readings)
    inputs = derive(readings)
    columns = to_columns(inputs)
    others = _other_readings(specs, subject.kind, readings, derive, inputs)
    coarse: list[tuple[int, Columns]] = [
        (rounding.digits, to_columns(rounding.inputs)) for rounding in rounded if rounding.inputs != inputs
    ]
    drawn = drawn_columns(inputs)
    verdicts = [
        _verdict(specs, chosen, columns, request, others, coarse, drawn)
        for chosen in choose(specs, subject.kind, request)
    ]
    shown = with_ratios(columns)
    return Screening(
        subject=subject,
        request=request,
        specs=specs,
        inputs=inputs,
        quantities={name: shown[name] for name in QUANTITIES if isinstance(shown.get(name), Column)},  # type: ignore[misc]
        verdicts=tuple(sorted(verdicts, key=_rank)),
        remarks=remarks,
        exchange=exchange,
    )


def outcomes(specs: Specs, kind: str, inputs: Inputs, request: Request) -> dict[str, tuple[Outcome, tuple[str, ...]]]:
    """The outcome of every rule that speaks about a kind of subject, and the inputs that it tests."""
    columns = to_columns(inputs)
    found = {}
    for choice in choose(specs, kind, request):
        program = compile_version(specs, choice.rule.id, choice.version, request.as_of, request.readings)
        found[choice.rule.id] = _answer(specs, choice, columns, request, request.readings)[0], program.names
    return found


def _rank(verdict: Verdict) -> tuple[bool, bool, str]:
    """Gating rules first, of these the ones that classify before the ones that presume."""
    return not verdict.gating, verdict.rule.effect == "presumption", verdict.rule.id


@dataclass(frozen=True, slots=True)
class _Other:
    """The inputs under another choice of one reading, the rest as chosen; `same` if the choice changes none."""

    reading: Reading
    choice: str
    readings: Mapping[str, str]
    columns: Columns
    same: bool


def _other_readings(
    specs: Specs,
    kind: str,
    readings: Mapping[str, str],
    derive: Callable[[Mapping[str, str]], Inputs],
    inputs: Inputs,
) -> list[_Other]:
    found = []
    for name, reading in specs.readings.items():
        for choice, _ in reading.choices if reading.subject == kind else ():
            if choice != readings[name]:
                others = derive({**readings, name: choice})
                columns = to_columns(others)
                found.append(_Other(reading, choice, {**readings, name: choice}, columns, same=others == inputs))
    return found


def _verdict(
    specs: Specs,
    choice: Choice,
    columns: Columns,
    request: Request,
    others: list[_Other],
    coarse: list[tuple[int, Columns]],
    drawn: tuple[Columns, int],
) -> Verdict:
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
        crossings=tuple(_crossings(specs, choice, request, coarse, explanation)),
        tolerated=tuple(_tolerated(specs, choice, request, completed, columns)),
        chances=_chances(specs, choice, request, *drawn),
    )


def _alternatives(
    specs: Specs, choice: Choice, request: Request, others: list[_Other], explanation: Explanation
) -> Iterable[Alternative]:
    """The other readings under which this rule would come out differently."""
    chosen = specs.choose_readings(request.readings)
    spoken = {name for clause in choice.version.clauses for name, _ in clause.under}
    for other in others:
        if other.same and other.reading.id not in spoken:
            continue
        answer = _answer(specs, choice, other.columns, request, other.readings)
        if answer != (explanation.outcome, explanation.item):
            yield Alternative(other.reading, chosen[other.reading.id], other.choice, *answer)


def _crossings(
    specs: Specs, choice: Choice, request: Request, coarse: list[tuple[int, Columns]], explanation: Explanation
) -> Iterable[Crossing]:
    """The roundings under which this rule would come out differently."""
    for digits, columns in coarse:
        answer = _answer(specs, choice, columns, request, request.readings)
        if answer != (explanation.outcome, explanation.item):
            yield Crossing(digits, *answer)


def _tolerated(
    specs: Specs, choice: Choice, request: Request, completed: Columns, columns: Columns
) -> Iterable[Tolerated]:
    """What each tolerance of the rule makes of it, for a figure that is one value."""
    for tolerance in choice.version.tolerances:
        column = with_ratios(completed).get(tolerance.quantity)
        if not isinstance(column, Column) or fully_unknown(column)[0]:
            continue
        wider = Column(column.low * (1 - tolerance.share), column.high * (1 + tolerance.share))
        others = {**columns, tolerance.quantity: wider}
        yield Tolerated(tolerance, *_answer(specs, choice, others, request, request.readings))


def _chances(specs: Specs, choice: Choice, request: Request, drawn: Columns, rows: int) -> Chances | None:
    """How likely the rule is met; None where no input is a distribution."""
    if not rows:
        return None
    program = compile_version(specs, choice.rule.id, choice.version, request.as_of, request.readings)
    facts, _ = settle_facts(specs, choice.rule, program, drawn, request, rows)
    return chances(program, with_ratios({**drawn, **facts}), rows)


def _answer(
    specs: Specs, choice: Choice, columns: Columns, request: Request, readings: Mapping[str, str]
) -> tuple[Outcome, str | None]:
    """Outcome and deciding item of a rule for other inputs or readings."""
    program = compile_version(specs, choice.rule.id, choice.version, request.as_of, readings)
    facts, _ = settle_facts(specs, choice.rule, program, columns, request)
    evaluation = evaluate(program, with_ratios({**columns, **facts}), 1)
    position = int(evaluation.item[0])
    return Outcome(int(evaluation.outcome[0])), program.items[position].clause.id if position >= 0 else None


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
            listed = membership(names, specs.members_on(test.list_id, request.as_of))
            facts[flag] = stated_first(columns.get(flag), listed)
    assumed = []
    for flag, value in () if request.strict_facts else rule.scope_facts:
        if flag in program.names and _unstated(columns.get(flag)).any():
            assumption = np.full(rows, float(value))
            facts[flag] = stated_first(columns.get(flag), Column(assumption, assumption))
            assumed.append((flag, value))
    return facts, tuple(assumed)


def _unstated(column: Column | Names | None) -> npt.NDArray[np.bool_]:
    """The rows in which nobody stated a flag, or somebody stated that it is unknown."""
    return fully_unknown(column) if isinstance(column, Column) else np.array([True])
