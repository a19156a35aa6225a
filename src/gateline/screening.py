"""From inputs to verdicts: what is assumed, what comes out, and under which other reading it would come out otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gateline.accounts import ComputeAccount
from gateline.gating import Choice, Request, choose
from gateline.inputs import Inputs, drawn_columns, stacked, to_columns
from gateline.quantities import QUANTITIES
from gateline.rules.chances import Chances, chances
from gateline.rules.columns import Column, Columns, Names, fully_unknown, membership, stated_first, with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import evaluate
from gateline.rules.explain import Explanation, explain
from gateline.rules.model import Outcome, Reading, Rule, Status, Tolerance, Version
from gateline.rules.program import Program, compile_version

Answer = tuple[Outcome, str | None]
"""The outcome of a rule, and the item that decides."""


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
    consulted = _Consulted(readings)
    inputs = derive(consulted)
    columns = to_columns(inputs)
    variants = _variants(specs, subject.kind, consulted, derive, inputs, rounded)
    drawn = drawn_columns(inputs)
    verdicts = [
        _verdict(specs, chosen, columns, request, variants, drawn) for chosen in choose(specs, subject.kind, request)
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
        [(outcome, _)] = _answers(specs, choice, columns, request, request.readings)
        found[choice.rule.id] = outcome, program.names
    return found


def _rank(verdict: Verdict) -> tuple[bool, bool, str]:
    """Gating rules first, of these the ones that classify before the ones that presume."""
    return not verdict.gating, verdict.rule.effect == "presumption", verdict.rule.id


class _Consulted(Mapping[str, str]):
    """Readings that remember which of them somebody looked at."""

    def __init__(self, readings: Mapping[str, str]) -> None:
        self._readings = readings
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return self._readings[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._readings)

    def __len__(self) -> int:
        return len(self._readings)


@dataclass(frozen=True, slots=True)
class _Other:
    """Another choice of one reading, the rest as chosen, and the row of the inputs under it."""

    reading: Reading
    choice: str
    readings: Mapping[str, str]
    row: int


@dataclass(frozen=True, slots=True)
class _Variants:
    """The inputs under other readings and from rounded figures, a row for each that differs; row 0 are the inputs themselves.

    `coarse` are the numbers of digits with their rows.
    """

    others: tuple[_Other, ...]
    coarse: tuple[tuple[int, int], ...]
    inputs: tuple[Inputs, ...]
    columns: Columns


def _variants(
    specs: Specs,
    kind: str,
    readings: _Consulted,
    derive: Callable[[Mapping[str, str]], Inputs],
    inputs: Inputs,
    rounded: Sequence[Rounded],
) -> _Variants:
    """The variants of the inputs; what never looked at a reading does not depend on it."""
    rows, consulted, others = [inputs], frozenset(readings.names), []
    for name, reading in specs.readings.items():
        for choice, _ in reading.choices if reading.subject == kind else ():
            if choice != readings[name]:
                changed = {**readings, name: choice}
                others.append(_Other(reading, choice, changed, _row(rows, derive(changed)) if name in consulted else 0))
    coarse = tuple((rounding.digits, _row(rows, rounding.inputs)) for rounding in rounded)
    return _Variants(tuple(others), coarse, tuple(rows), stacked(rows))


def _row(rows: list[Inputs], inputs: Inputs) -> int:
    """The row of some inputs, a new one if they are."""
    if inputs not in rows:
        rows.append(inputs)
    return rows.index(inputs)


def _verdict(
    specs: Specs,
    choice: Choice,
    columns: Columns,
    request: Request,
    variants: _Variants,
    drawn: tuple[Columns, int],
) -> Verdict:
    program = compile_version(specs, choice.rule.id, choice.version, request.as_of, request.readings)
    facts, assumptions = settle_facts(specs, choice.rule, program, columns, request)
    completed = {**columns, **facts}
    explanation = explain(program, completed)
    answers = _answers(specs, choice, variants.columns, request, request.readings, len(variants.inputs))
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
        alternatives=tuple(_alternatives(specs, choice, request, variants, answers)),
        crossings=tuple(
            Crossing(digits, *answers[row]) for digits, row in variants.coarse if answers[row] != answers[0]
        ),
        tolerated=tuple(_tolerated(specs, choice, request, completed, columns)),
        chances=_chances(specs, choice, request, *drawn),
    )


def _alternatives(
    specs: Specs, choice: Choice, request: Request, variants: _Variants, answers: Sequence[Answer]
) -> Iterable[Alternative]:
    """The other readings under which this rule would come out differently."""
    chosen = specs.choose_readings(request.readings)
    spoken = {name for clause in choice.version.clauses for name, _ in clause.under}
    for other in variants.others:
        answer = answers[other.row]
        if other.reading.id in spoken:
            columns = to_columns(variants.inputs[other.row])
            [answer] = _answers(specs, choice, columns, request, other.readings)
        if answer != answers[0]:
            yield Alternative(other.reading, chosen[other.reading.id], other.choice, *answer)


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
        [answer] = _answers(specs, choice, others, request, request.readings)
        yield Tolerated(tolerance, *answer)


def _chances(specs: Specs, choice: Choice, request: Request, drawn: Columns, rows: int) -> Chances | None:
    """How likely the rule is met; None where no input is a distribution."""
    if not rows:
        return None
    program = compile_version(specs, choice.rule.id, choice.version, request.as_of, request.readings)
    facts, _ = settle_facts(specs, choice.rule, program, drawn, request, rows)
    return chances(program, with_ratios({**drawn, **facts}), rows)


def _answers(
    specs: Specs, choice: Choice, columns: Columns, request: Request, readings: Mapping[str, str], rows: int = 1
) -> list[Answer]:
    """Outcome and deciding item of a rule for each row of inputs under some readings."""
    program = compile_version(specs, choice.rule.id, choice.version, request.as_of, readings)
    facts, _ = settle_facts(specs, choice.rule, program, columns, request, rows)
    found = evaluate(program, with_ratios({**columns, **facts}, program.names), rows)
    return [
        (Outcome(outcome), program.items[item].clause.id if item >= 0 else None)
        for outcome, item in zip(found.outcome.tolist(), found.item.tolist(), strict=True)
    ]


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
    for fact in () if request.strict_facts else rule.scope_facts:
        free = _unstated(columns.get(fact.flag)) & _unstated(columns.get(fact.unless))
        if fact.flag in program.names and free.any():
            assumption = np.where(np.broadcast_to(free, rows), float(fact.assumed), np.nan)
            facts[fact.flag] = stated_first(columns.get(fact.flag), Column(assumption, assumption))
            assumed.append((fact.flag, fact.assumed))
    return facts, tuple(assumed)


def _unstated(column: Column | Names | None) -> npt.NDArray[np.bool_]:
    """The rows in which nobody stated an input, or somebody stated that it is unknown."""
    return fully_unknown(column) if isinstance(column, Column) else np.array([True])
