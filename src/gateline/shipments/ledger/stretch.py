"""The rules about shipments on days between which nothing changes: which inputs are alike to them, and what each says."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gateline.amounts import Amount
from gateline.gating import Choice, Request, choose
from gateline.inputs import Inputs, exact_array, to_columns
from gateline.quantities import QUANTITIES
from gateline.rules.charges import charge
from gateline.rules.columns import RATIOS, TOTALS, Column, with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.evaluate import locate
from gateline.rules.explain import explain
from gateline.rules.model import Outcome
from gateline.rules.program import Axis, Cut, Program, compile_version
from gateline.screening import settle_facts
from gateline.shipments.licence import licence_outcomes

KIND = "shipment"
PARTS = frozenset(part for name in RATIOS for part in QUANTITIES[name].parts) | frozenset(
    part for parts in TOTALS.values() for part in parts
)
"""Inputs from which others follow: two values of one are alike only if they are the same."""

Keys = tuple[tuple[str, Hashable], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule says of a transaction.

    Attributes
    ----------
    rule : str
    outcome : Outcome
    item : str
        The deciding item; empty where there is none, or several are possible.
    met, undetermined : tuple of str
        The items that hold, and those that perhaps do, each on its own.
    missing : tuple of str
        Inputs that are enough to settle it.
    rate : Amount or None
        Share of the declared value that is charged.
    """

    rule: str
    outcome: Outcome
    item: str
    met: tuple[str, ...]
    undetermined: tuple[str, ...]
    missing: tuple[str, ...]
    rate: Amount | None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What all rules say of a transaction; the gating ones together, and the licence on the books and as enforced."""

    answers: tuple[Answer, ...]
    gating: Outcome
    on_the_books: Outcome
    enforced: Outcome


class Known:
    """Answers that the stretches of a ledger share; threads may share it."""

    def __init__(self) -> None:
        self.answers: dict[Hashable, Answer] = {}
        self.cells: dict[Hashable, Hashable] = {}
        self._texts: dict[Hashable, int] = {}

    def number(self, text: Hashable) -> int:
        """A number for the text of a rule; the same text has the same."""
        return self._texts.setdefault(text, len(self._texts))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one rule asks about on a day, so that its answer can be used wherever all of that is alike.

    Attributes
    ----------
    says : int
        A number for the text of the rule, made ready to run: where it is the same, inputs that are alike get the same answer.
    names : tuple of str
        The inputs on which the answer depends.
    axes : dict
        Where amounts are cut.
    lists : dict
        The lists on which names are looked up.
    """

    says: int
    names: tuple[str, ...]
    axes: dict[str, Axis]
    lists: dict[str, tuple[frozenset[str], ...]]

    @classmethod
    def of(cls, specs: Specs, choice: Choice, program: Program, day: date, known: Known) -> _Asked:
        """What a rule asks about on a day."""
        axes, listed = program.axes, choice.rule.listed_facts
        lists: dict[str, list[frozenset[str]]] = {}
        for axis in axes:
            if axis.members is not None:
                lists.setdefault(axis.name, []).append(axis.members)
        for _, test in listed:
            lists.setdefault(test.name, []).append(specs.members_on(test.list_id, day))
        expressions = tuple(clause.expression for clause in (*program.items, *program.exclusions))
        cut = tuple((axis.name, axis.list_id, axis.cuts) for axis in axes)
        parts = (part for name in program.names for part in QUANTITIES[name].parts)
        return cls(
            says=known.number((choice.rule.id, choice.version.id, cut, expressions)),
            names=tuple(dict.fromkeys((*program.names, *(test.name for _, test in listed), *parts))),
            axes={axis.name: axis for axis in axes if axis.members is None},
            lists={name: tuple(found) for name, found in lists.items()},
        )

    def key(self, name: str, value: object) -> Hashable:
        """What is the same for all values that are alike to the rule."""
        if isinstance(value, Amount) and name in self.axes and name not in PARTS:
            low, high = exact_array([value.low]), exact_array([value.high])
            first, last = locate((self.axes[name],), {name: Column(low, high)}, 1)
            return int(first[0, 0]), int(last[0, 0])
        if isinstance(value, str) and name not in PARTS:
            return tuple(value in members for members in self.lists.get(name, ()))
        return value


@dataclass(frozen=True)
class Stretch:
    """The rules about shipments on a day, and on all others of its stretch.

    Attributes
    ----------
    specs : Specs
    request : Request
        ``as_of`` is a day of the stretch.
    rules : tuple of (Choice, Program)
    """

    specs: Specs
    request: Request
    rules: tuple[tuple[Choice, Program], ...]
    cuts: dict[str, tuple[Cut, ...]]
    lists: dict[str, tuple[frozenset[str], ...]]
    asked: tuple[_Asked, ...]
    known: Known

    @classmethod
    def on(cls, specs: Specs, request: Request, known: Known) -> Stretch:
        """The rules on a day.

        Parameters
        ----------
        specs : Specs
        request : Request
        known : Known
            Answers that stretches share; it is added to.

        Raises
        ------
        InputError
            If a rule that was asked for is about something else, or no rule had been issued by that day.
        """
        chosen = choose(specs, KIND, request)
        day, readings = request.as_of, request.readings
        rules = [(each, compile_version(specs, each.rule.id, each.version, day, readings)) for each in chosen]
        cuts: dict[str, set[Cut]] = {}
        lists: dict[str, dict[frozenset[str], None]] = {}
        for axis in (axis for _, program in rules for axis in program.axes):
            if axis.members is None:
                cuts.setdefault(axis.name, set()).update(axis.cuts)
            else:
                lists.setdefault(axis.name, {})[axis.members] = None
        for choice, _ in rules:
            for _, test in choice.rule.listed_facts:
                lists.setdefault(test.name, {})[specs.members_on(test.list_id, day)] = None
        return cls(
            specs,
            request,
            tuple(rules),
            {name: tuple(sorted(found)) for name, found in cuts.items()},
            {name: tuple(found) for name, found in lists.items()},
            tuple(_Asked.of(specs, choice, program, day, known) for choice, program in rules),
            known,
        )

    @property
    def day(self) -> date:
        """A day of the stretch."""
        return self.request.as_of

    def tests(self, name: str) -> bool:
        """Whether any rule reads an input."""
        return name in self.cuts or name in self.lists or name in PARTS

    def keys(self, name: str, values: Sequence[object]) -> list[Hashable]:
        """For each value of an input what is the same for all values that are alike to the rules.

        Amounts are told apart by the cells of the evaluator that they touch, names by the lists that they are on.
        """
        if not self.tests(name):
            return [None] * len(values)
        amounts = [value for value in values if isinstance(value, Amount)]
        if name in PARTS or not values or len(amounts) < len(values):
            return [self._key(name, value) for value in values]
        low = exact_array([amount.low for amount in amounts])
        high = exact_array([amount.high for amount in amounts])
        first, last = self.cells(name, Column(low, high))
        return list(zip(first.tolist(), last.tolist(), strict=True))

    def cells(self, name: str, column: Column) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The first and the last cell that each amount touches, over the cuts of all rules."""
        first, last = locate((Axis(name, self.cuts[name]),), {name: column}, len(column.low))
        return first[0], last[0]

    def _key(self, name: str, value: object) -> Hashable:
        if name in PARTS or not isinstance(value, str):
            return value
        return tuple(value in members for members in self.lists.get(name, ()))

    def inputs_key(self, inputs: Inputs) -> Keys:
        """The same for several inputs of one transaction."""
        return tuple(
            (name, self.keys(name, [datum.value])[0]) for name, datum in sorted(inputs.items()) if self.tests(name)
        )

    def inside(self, name: str, cell: int) -> Fraction:
        """A value in a cell of an amount."""
        cuts = self.cuts[name]
        if cell == 0:
            return Fraction(0)
        below = cuts[cell - 1]
        if not below.above:
            return below.value
        return (below.value + cuts[cell].value) / 2 if cell < len(cuts) else below.value + 1

    def verdicts(self, inputs: Inputs) -> Verdicts:
        """What the rules say of a transaction; each rule is asked once about inputs that are alike to it."""
        answers = tuple(
            self._answer(asked, choice, program, inputs)
            for asked, (choice, program) in zip(self.asked, self.rules, strict=True)
        )
        gating = [answer.outcome for answer, (choice, _) in zip(answers, self.rules, strict=True) if choice.gating]
        told = (
            (choice.rule, choice.version.status_on(self.day), choice.version.enforced_on(self.day), answer.outcome)
            for answer, (choice, _) in zip(answers, self.rules, strict=True)
        )
        return Verdicts(answers, max(gating, default=Outcome.NOT_MET), *licence_outcomes(told, self.request.role))

    def _answer(self, asked: _Asked, choice: Choice, program: Program, inputs: Inputs) -> Answer:
        relevant = {name: inputs[name] for name in asked.names if name in inputs}
        key = (asked.says, *((name, self._alike(asked, name, datum.value)) for name, datum in relevant.items()))
        found = self.known.answers.get(key)
        if found is None:
            found = self._explained(choice, program, relevant)
            self.known.answers[key] = found
        return found

    def _alike(self, asked: _Asked, name: str, value: object) -> Hashable:
        """What is the same for all values that are alike to a rule; the cells of amounts are kept."""
        if not isinstance(value, Amount):
            return asked.key(name, value)
        place = (asked.says, name, value)
        if place not in self.known.cells:
            self.known.cells[place] = asked.key(name, value)
        return self.known.cells[place]

    def _explained(self, choice: Choice, program: Program, inputs: Inputs) -> Answer:
        columns = to_columns(inputs)
        facts, _ = settle_facts(self.specs, choice.rule, program, columns, self.request)
        completed = {**columns, **facts}
        explanation = explain(program, completed)
        charged = charge(choice.version, explanation, with_ratios(completed))
        return Answer(
            rule=choice.rule.id,
            outcome=explanation.outcome,
            item=explanation.item or "",
            met=tuple(each.clause.id for each in explanation.items if each.outcome is Outcome.MET),
            undetermined=tuple(each.clause.id for each in explanation.items if each.outcome is Outcome.UNDETERMINED),
            missing=explanation.settles if explanation.outcome is Outcome.UNDETERMINED else (),
            rate=charged.rate if charged else None,
        )
