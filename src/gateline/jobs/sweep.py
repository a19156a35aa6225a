"""Several chips put to the rules day by day, what is computed for one day kept for the next rule."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from gateline.amounts import Amount
from gateline.chips.chipfile import STATED, Chip
from gateline.chips.derive import completed, derive
from gateline.errors import InputError
from gateline.gating import Choice, Request, check_day, check_role, choose
from gateline.inputs import Inputs, stacked
from gateline.jobs.changes import overridden, read_changes
from gateline.quantities import QUANTITIES
from gateline.rules.columns import Column, Names, with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import Evaluation, evaluate
from gateline.rules.history import DAYS, change_days, day_counts, first_day
from gateline.rules.model import Rule
from gateline.rules.program import Program, compile_version
from gateline.screening import settle_facts

KIND = "chip"
DEFINITION = "definition"
"""Effect of the rules that say how an input is derived."""


@dataclass(frozen=True, slots=True)
class Span:
    """How a timeline was asked for: the first and last day, for whom, under which readings, with which data."""

    start: date
    end: date
    role: str
    readings: Mapping[str, str]
    specs: Specs


@dataclass(frozen=True)
class Sweep:
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
    ) -> Sweep:
        """The sweep that was asked for.

        Raises
        ------
        InputError
            If a part of what was asked cannot be used, or the last day lies before the first.
        """
        check_role(KIND, role)
        check_day("end", end)
        if start is not None:
            check_day("start", start)
        rules = Request(end, role, rules, readings=readings).rules
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
            self._columns[day] = stacked(self.inputs(day))
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
