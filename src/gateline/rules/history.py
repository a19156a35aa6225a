"""What changes in the rules over time: the days on which one can change, why it did, and how two versions differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from gateline.errors import InputError
from gateline.numerals import clip
from gateline.quantities import QUANTITIES
from gateline.rules.corpus import Specs
from gateline.rules.model import (
    Citation,
    Clause,
    Condition,
    ItemTest,
    MemberTest,
    Period,
    QuantityTest,
    Rule,
    Version,
    asks_about,
)

A_DAY = timedelta(days=1)
LOWER_SIDE = (">=", ">")
DAYS = "day"
STANDING = "standing_date"
"""The date that is the day of the question where nobody states another."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Something in the data that happened on a day, in words, and where it stands."""

    text: str
    citations: tuple[Citation, ...] = ()


def first_day(rule: Rule) -> date | None:
    """The first day on which a rule says anything."""
    starts = [version.effective.start for version in rule.versions if version.effective]
    return min([*starts, *(version.issued for version in rule.versions if version.issued)], default=None)


def change_days(specs: Specs, rule: Rule) -> frozenset[date]:
    """Every day on which what a rule says of the same inputs can change.

    These are the days on which a version is issued, starts, ends or changes its standing, somebody joins or leaves a
    list that it tests, and the day of the question passes a date that it tests; those of the rules whose items it
    refers to as well.
    """
    days: set[date] = set()
    for part in _with_referred(specs, rule):
        for version in part.versions:
            days.update(_version_days(version))
    for test in _all_tests(specs, rule):
        if isinstance(test, QuantityTest) and test.quantity == STANDING:
            days.update(date.fromordinal(int(test.threshold) + late) for late in (0, 1))
    for list_id in {test.list_id for test in _all_tests(specs, rule) if isinstance(test, MemberTest)}:
        days.update(_list_days(specs, list_id))
    return frozenset(days)


def day_counts(specs: Specs, rule: Rule) -> frozenset[int]:
    """The numbers of days after which a condition that counts days from some date can turn."""
    counted = [
        test
        for test in _all_tests(specs, rule)
        if isinstance(test, QuantityTest) and QUANTITIES[test.quantity].unit == DAYS
    ]
    return frozenset(int(test.threshold) + late for test in counted for late in (0, 1))


def reasons(specs: Specs, rule: Rule, day: date, readings: Mapping[str, str]) -> list[Reason]:
    """What happened on `day` to the version of a rule that speaks, and to what it tests."""
    new, old = rule.version_on(day), _version_before(rule, day)
    if new is None:
        return []
    found = list(_version_reasons(rule, day))
    if old is None:
        return found
    after, before = (
        list(_speaking(specs, version, when, readings)) for version, when in ((new, day), (old, day - A_DAY))
    )
    for referred in dict.fromkeys(test.rule for test in _conditions(after) if isinstance(test, ItemTest)):
        found += _referred_reasons(specs.rules[referred], day)
    lists_before = _lists(specs, rule, before)
    for list_id in _lists(specs, rule, after):
        found += _list_reasons(specs, list_id, day) if list_id in lists_before else []
    return found


def _version_before(rule: Rule, day: date) -> Version | None:
    return None if day == date.min else rule.version_on(day - A_DAY)


def _ends(period: Period | None) -> Iterator[date]:
    if period is not None:
        yield from filter(None, (period.start, period.end))


def _version_days(version: Version) -> Iterator[date]:
    yield from _ends(version.effective)
    yield from _ends(version.enforced)
    yield from filter(None, (version.issued, version.status_since))


def _conditions(clauses: Iterable[Clause]) -> Iterator[Condition]:
    for clause in clauses:
        yield from clause.conditions


def _with_referred(specs: Specs, rule: Rule) -> list[Rule]:
    """A rule, and those whose items it refers to, directly or not."""
    found = {rule.id: rule}
    for version in rule.versions:
        for test in _conditions(version.clauses):
            if isinstance(test, ItemTest):
                found |= {part.id: part for part in _with_referred(specs, specs.rules[test.rule])}
    return list(found.values())


def _all_tests(specs: Specs, rule: Rule) -> Iterator[Condition]:
    """Every condition of every version of a rule, those of the rules that it refers to included."""
    yield from (test for _, test in rule.listed_facts)
    for part in _with_referred(specs, rule):
        yield from (test for version in part.versions for test in _conditions(version.clauses))


def _speaking(specs: Specs, version: Version, day: date, readings: Mapping[str, str]) -> Iterator[Clause]:
    """The clauses of a version that speak on a day, and those of the versions that it refers to."""
    for clause in version.clauses:
        if clause.speaks(readings):
            yield clause
            for test in clause.conditions:
                referred = specs.rules[test.rule].version_on(day) if isinstance(test, ItemTest) else None
                yield from _speaking(specs, referred, day, readings) if referred is not None else ()


def _lists(specs: Specs, rule: Rule, clauses: Iterable[Clause]) -> list[str]:
    """The lists that some clauses ask about, and those that they include."""
    named = [test.list_id for test in _conditions(clauses) if isinstance(test, MemberTest)]
    named += [test.list_id for _, test in rule.listed_facts]
    return list(dict.fromkeys(part for list_id in named for part in _with_included(specs, list_id)))


def _with_included(specs: Specs, list_id: str) -> Iterator[str]:
    yield list_id
    for included in specs.lists[list_id].includes:
        yield from _with_included(specs, included)


def _list_days(specs: Specs, list_id: str) -> Iterator[date]:
    for part in _with_included(specs, list_id):
        for member in specs.lists[part].members:
            yield from filter(None, (member.since, member.until))


def _version_reasons(rule: Rule, day: date) -> Iterator[Reason]:
    """What happened to the version that speaks on a day, and to the one that spoke before."""
    new, old = rule.version_on(day), _version_before(rule, day)
    if new is None:
        return
    told = list(_starting(new, old, day))
    ended = new.effective is not None and new.effective.end == day
    if ended:
        told.append(f"version {new.id} ends: {_words(new.status)}")
    if new.enforced and new.enforced.start == day:
        told.append("it is enforced from this day" if told else f"version {new.id} is enforced from this day")
    if new.enforced and new.enforced.end == day and not ended:
        told.append(f"version {new.id} is no longer enforced")
    if new.status_since == day and not ended:
        told.append(f"version {new.id} is {_words(new.status)} from this day")
    for text in told:
        yield Reason(text, new.citations)


def _referred_reasons(rule: Rule, day: date) -> Iterator[Reason]:
    """Which version of a rule that is referred to has come to speak."""
    new, old = rule.version_on(day), _version_before(rule, day)
    if new is not None:
        for text in _starting(new, old, day):
            yield Reason(f"{rule.id}, to which it refers: {text}", new.citations)


def _starting(new: Version, old: Version | None, day: date) -> Iterator[str]:
    before = f" in place of version {old.id}" if old is not None and old is not new else ""
    if new.effective and new.effective.start == day:
        yield f"version {new.id} takes effect{before}"
    elif new is not old:
        yield f"version {new.id} is issued{before}" if new.issued == day else f"version {new.id} speaks{before}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _list_reasons(specs: Specs, list_id: str, day: date) -> Iterator[Reason]:
    """Who joined or left one list on a day."""
    named = specs.lists[list_id]
    labels = {member.name: member.label or member.name for member in named.members}
    now, before = ({member.name for member in named.members if member.listed(when)} for when in (day, day - A_DAY))
    for changed, verb in ((now - before, "joined"), (before - now, "left")):
        if changed:
            names = ", ".join(sorted(labels[name] for name in changed))
            yield Reason(f"{names} {verb} the list {list_id}", named.citations)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A part that has one value, and another value afterwards."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Entries:
    """What was added to a part that has several entries, and what was taken out."""

    name: str
    added: tuple[Any, ...]
    removed: tuple[Any, ...]

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return bool(self.added or self.removed)


@dataclass(frozen=True, slots=True)
class ConditionChange:
    """A condition on the same thing that now asks for something else; `by` is how far a threshold moved."""

    old: Condition
    new: Condition

    @property
    def by(self) -> Fraction | None:
        """The new threshold less the old one."""
        if isinstance(self.old, QuantityTest) and isinstance(self.new, QuantityTest):
            return self.new.threshold - self.old.threshold
        return None


@dataclass(frozen=True, slots=True)
class ClauseDifference:
    """What became of one item or exclusion; `old` is None where it is new, `new` where it is gone."""

    old: Clause | None
    new: Clause | None
    fields: tuple[FieldChange, ...] = ()
    entries: tuple[Entries, ...] = ()
    conditions: tuple[ConditionChange, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        gone_or_new = self.old is None or self.new is None
        return gone_or_new or bool(self.fields or self.conditions or any(self.entries))

    @property
    def id(self) -> str:
        """The id of the clause."""
        clause = self.new or self.old
        assert clause is not None
        return clause.id


@dataclass(frozen=True, slots=True)
class ThresholdDifference:
    """The thresholds of one quantity over all clauses of a version: those that are new, gone, or moved."""

    quantity: str
    added: tuple[QuantityTest, ...]
    removed: tuple[QuantityTest, ...]
    moved: tuple[ConditionChange, ...]


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """What changed from one version of a rule to another.

    Attributes
    ----------
    fields : tuple of FieldChange
        Dates, status, confidence.
    entries : tuple of Entries
        Citations, notes and whatever else a version has several of.
    items, exclusions : tuple of ClauseDifference
        Those that are new, gone or changed.
    tests : Entries
        The inputs that are tested now and were not before, and the other way round.
    thresholds : tuple of ThresholdDifference
        By quantity, over all clauses; clauses often get other ids when a threshold moves.
    """

    rule: Rule
    old: Version
    new: Version
    fields: tuple[FieldChange, ...]
    entries: tuple[Entries, ...]
    items: tuple[ClauseDifference, ...]
    exclusions: tuple[ClauseDifference, ...]
    tests: Entries
    thresholds: tuple[ThresholdDifference, ...]

    @property
    def empty(self) -> bool:
        """Whether the two say the same."""
        return not (self.fields or self.items or self.exclusions or any(self.entries))


def find_version(rule: Rule, text: str) -> Version:
    """The version called `text`, or the one in force on the date `text`.

    Raises
    ------
    InputError
        If there is none; the message lists the versions.
    """
    for version in rule.versions:
        if version.id == text:
            return version
    day = _day(text)
    for version in rule.versions:
        if day is not None and version.effective is not None and version.effective.holds(day):
            return version
    missing = "was in force on that day and none is called so" if day else "is called so"
    known = ", ".join(version.id for version in rule.versions)
    raise InputError(f"{rule.id}: '{clip(text)}': no version {missing}. Versions: {known}.")


def _day(text: str) -> date | None:
    """The date that some text is, if it is one written as year-month-day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def difference(rule: Rule, old: Version, new: Version) -> VersionDifference:
    """What changed from one version of a rule to another."""
    changed, entries = _parts(old, new, leave=("items", "exclusions"))
    return VersionDifference(
        rule=rule,
        old=old,
        new=new,
        fields=(*changed, *_reordered(old.items, new.items)),
        entries=entries,
        items=tuple(_clause_differences(old.items, new.items)),
        exclusions=tuple(_clause_differences(old.exclusions, new.exclusions)),
        tests=_entries("tests", _tested(old), _tested(new)),
        thresholds=tuple(_threshold_differences(old, new)),
    )


def _parts(old: Any, new: Any, leave: tuple[str, ...]) -> tuple[tuple[FieldChange, ...], tuple[Entries, ...]]:
    """The fields of two objects of a kind that differ, apart into single values and several entries."""
    names = [field.name for field in fields(new) if field.name not in leave]
    pairs = [(name, getattr(old, name), getattr(new, name)) for name in names]
    several = [_entries(*pair) for pair in pairs if isinstance(pair[2], tuple)]
    single = [FieldChange(*pair) for pair in pairs if not isinstance(pair[2], tuple) and pair[1] != pair[2]]
    return tuple(single), tuple(several)


def _reordered(old: tuple[Clause, ...], new: tuple[Clause, ...]) -> Iterator[FieldChange]:
    """Another order of the items that both versions have; the first that is met classifies."""
    names = [{item.id for item in items} for items in (old, new)]
    before, after = (tuple(item.id for item in items if item.id in names[0] & names[1]) for items in (old, new))
    if before != after:
        yield FieldChange("item_order", before, after)


def _entries(name: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Entries:
    before, after = (set(map(_without_text, entries)) for entries in (old, new))
    return Entries(
        name,
        added=tuple(entry for entry in new if _without_text(entry) not in before),
        removed=tuple(entry for entry in old if _without_text(entry) not in after),
    )


def _without_text(entry: Any) -> Any:
    """The entry; of a threshold the value without the way in which it is written."""
    return replace(entry, text="") if isinstance(entry, QuantityTest) else entry


def _tested(version: Version) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(asks_about, _conditions(version.clauses))))


def _clause_differences(old: tuple[Clause, ...], new: tuple[Clause, ...]) -> Iterator[ClauseDifference]:
    """What became of each clause: those of the new version in their order, then those that are gone."""
    before, after = ({clause.id: clause for clause in clauses} for clauses in (old, new))
    for name, clause in after.items():
        if name not in before:
            yield ClauseDifference(None, clause)
        elif found := _clause_difference(before[name], clause):
            yield found
    yield from (ClauseDifference(clause, None) for name, clause in before.items() if name not in after)


def _clause_difference(old: Clause, new: Clause) -> ClauseDifference:
    changed, entries = _parts(old, new, leave=("conditions",))
    rest, pairs = _without_pairs(_entries("conditions", old.conditions, new.conditions))
    return ClauseDifference(old, new, changed, (*entries, rest), pairs)


def _without_pairs(conditions: Entries) -> tuple[Entries, tuple[ConditionChange, ...]]:
    """The conditions that are new or gone, and apart from them those that only ask for something else."""
    pairs = tuple(_paired(conditions))
    added = tuple(test for test in conditions.added if all(test is not pair.new for pair in pairs))
    removed = tuple(test for test in conditions.removed if all(test is not pair.old for pair in pairs))
    return Entries(conditions.name, added, removed), pairs


def _threshold_differences(old: Version, new: Version) -> Iterator[ThresholdDifference]:
    before, after = _thresholds(old), _thresholds(new)
    for name in dict.fromkeys((*before, *after)):
        different = _entries(name, before.get(name, ()), after.get(name, ()))
        if different:
            rest, pairs = _without_pairs(different)
            yield ThresholdDifference(name, rest.added, rest.removed, pairs)


def _thresholds(version: Version) -> dict[str, tuple[QuantityTest, ...]]:
    """The different thresholds of each quantity of a version, lowest first."""
    found: dict[str, dict[tuple[Fraction, str], QuantityTest]] = {}
    for test in _conditions(version.clauses):
        if isinstance(test, QuantityTest):
            found.setdefault(test.quantity, {}).setdefault((test.threshold, test.operator), test)
    return {name: tuple(tests[key] for key in sorted(tests)) for name, tests in found.items()}


def _paired(conditions: Entries) -> Iterator[ConditionChange]:
    """Conditions on the same side of the same thing, where there is one before and one after."""
    for test in conditions.added:
        others = [other for other in conditions.removed if _place(other) == _place(test)]
        rivals = [other for other in conditions.added if _place(other) == _place(test)]
        if len(others) == 1 and len(rivals) == 1:
            yield ConditionChange(others[0], test)


def _place(test: Condition) -> tuple[str, str]:
    side = str(test.operator in LOWER_SIDE) if isinstance(test, QuantityTest) else ""
    return asks_about(test), test.list_id if isinstance(test, MemberTest) else side
