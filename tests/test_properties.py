"""Laws that hold for every version of every rule, whatever the inputs."""

import operator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import islice, product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import SPECS, VERSION_NAMES, VERSIONS, a_day_of, as_floats, exact, step

from gateline.quantities import QUANTITIES, Kind
from gateline.rules.columns import RATIOS, Column, Names, with_ratios
from gateline.rules.evaluate import NO_ITEM, OPEN_ITEM, evaluate
from gateline.rules.explain import explain
from gateline.rules.model import FlagTest, ItemTest, MemberTest, Outcome, QuantityTest
from gateline.rules.program import compile_version
from gateline.screening import exact_array

UNKNOWN = None
SIGNS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
PROGRAMS = {name: compile_version(SPECS, rule, version, a_day_of(version)) for name, (rule, version) in zip(VERSION_NAMES, VERSIONS, strict=True)}
MAXIMUM_COMPLETIONS = 20_000


def laws(examples):
    """The same examples on every run; each law is tried on every version in turn."""
    quick = settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))

    def decorate(law):
        return pytest.mark.parametrize("name", VERSION_NAMES)(quick(law))

    return decorate


@dataclass(frozen=True)
class Span:
    """An amount or date that lies between two ends, both included; None is an end nobody knows."""

    low: Fraction | None
    high: Fraction | None


def inputs_of(program):
    """What a person would state: the inputs that the version tests, ratios replaced by their two parts."""
    names = {}
    for name in program.names:
        ratio = QUANTITIES[name].ratio
        names |= dict.fromkeys([name] if ratio is None else [ratio.numerator, ratio.denominator])
    return list(names)


def key(program):
    return f"{program.rule_id}@{program.version.id}"


@cache
def candidates(rule_version, name):
    """Values of an input beside, at and between everything that could matter to the version."""
    program, entry = PROGRAMS[rule_version], QUANTITIES[name]
    if entry.kind is Kind.FLAG:
        return [Fraction(0), Fraction(1)]
    if entry.kind is Kind.NAME:
        lists = [axis.members for axis in program.axes if axis.name == name]
        return ["nowhere", *(min(members) for members in lists), *(max(members) for members in lists)]
    near = {neighbour for edge in edges(program, name) for neighbour in beside(entry, edge)}
    spread = sorted(near)
    between = {(left + right) / 2 for left, right in zip(spread, spread[1:], strict=False)} if entry.kind is Kind.AMOUNT else set()
    return sorted(near | between | {spread[-1] * 2, spread[0] / 2 if entry.kind is Kind.AMOUNT else spread[0] - 400})


def edges(program, name):
    """The cuts of an input, and for a part of a ratio the values at which typical other parts reach a cut."""
    for axis in program.axes:
        ratio = QUANTITIES[axis.name].ratio
        for cut in axis.cuts:
            if axis.name == name:
                yield cut.value
            elif ratio is not None and ratio.denominator == name:
                tops = [rest.value for other in program.axes if other.name == ratio.numerator for rest in other.cuts]
                yield from (step(top / cut.value, 0) for top in (*tops, Fraction(2000)))


def beside(entry, edge):
    return [edge + by for by in (-1, 0, 1)] if entry.kind is Kind.DATE else [step(edge, by) for by in (-1, 0, 1)]


def definite(program, name):
    """One value of an input: mostly near an edge, otherwise any decimal of up to 12 digits."""
    entry = QUANTITIES[name]
    near = st.sampled_from(candidates(key(program), name))
    if entry.kind is not Kind.AMOUNT:
        return near
    digits = st.integers(1, 10**12 - 1)
    scale = max(edges(program, name), default=Fraction(1))
    anything = digits.map(lambda number: step(Fraction(number, 10**12) * 10 * scale, 0))
    zero = [] if name in ("training_compute", "package_area", "process_node") else [st.just(Fraction(0))]
    return st.one_of(near, anything, *zero)


def stated(program, name):
    """A value, a range of two values, a range with one end, or unknown."""
    value = definite(program, name)
    if QUANTITIES[name].kind in (Kind.FLAG, Kind.NAME):
        return value | st.just(UNKNOWN)
    ends = st.lists(value, min_size=2, max_size=2).map(sorted).map(lambda pair: Span(*pair))
    half = value.flatmap(lambda end: st.sampled_from([Span(end, None), Span(None, end)]))
    return value | ends | half | st.just(UNKNOWN)


def draw_inputs(data, program, how=stated):
    return {name: data.draw(how(program, name), label=name) for name in inputs_of(program)}


def to_columns(rows):
    """Rows of inputs as exact columns, ratios not yet worked out."""
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if QUANTITIES[name].kind is Kind.NAME:
            texts = np.empty(len(values), dtype=object)
            texts[:] = values
            columns[name] = Names(texts)
        else:
            lows, highs = zip(*(ends_of(value) for value in values), strict=True)
            columns[name] = Column(exact_array(lows), exact_array(highs))
    return columns


def ends_of(value):
    if isinstance(value, Span):
        return value.low, value.high
    return value, value


def run(program, rows, *, floats=False):
    """Outcome and deciding item of each row."""
    columns = to_columns(rows)
    columns = with_ratios(as_floats(columns) if floats else columns)
    found = evaluate(program, columns, len(rows))
    return list(zip(found.outcome.tolist(), found.item.tolist(), strict=True))


# A second evaluator, so simple that it can be checked by reading: definite inputs only, Python's own comparisons.


def oracle(rule_id, version, day, facts):
    """Outcome and first item that holds."""
    for number, item in enumerate(version.items):
        if clause_holds(version, item, day, facts):
            return Outcome.MET, number
    return Outcome.NOT_MET, NO_ITEM


def clause_holds(version, clause, day, facts):
    out = [rest for rest in version.exclusions if rest.id in clause.unless]
    return all(holds(test, day, facts) for test in clause.conditions) and not any(clause_holds(version, rest, day, facts) for rest in out)


def holds(test, day, facts):
    match test:
        case QuantityTest():
            value = value_of(test.quantity, facts)
            return value is not None and SIGNS[test.operator](value, test.threshold)
        case FlagTest():
            return bool(facts[test.flag]) == test.wanted
        case MemberTest():
            return (facts[test.name] in on_list(test.list_id, day)) == test.wanted
        case ItemTest():
            version = SPECS.rules[test.rule].version_on(day)
            group = [item for item in version.items if item.id == test.item or item.id.startswith(test.item + ".")] if version else []
            return any(clause_holds(version, item, day, facts) for item in group) == test.wanted


def value_of(name, facts):
    ratio = QUANTITIES[name].ratio
    if ratio is None:
        return facts[name]
    return facts[ratio.numerator] / facts[ratio.denominator] if facts[ratio.denominator] else None


def on_list(list_id, day):
    named = SPECS.lists[list_id]
    own = {member.name.lower() for member in named.members if (member.since or day) <= day and (member.until is None or day < member.until)}
    return own.union(*(on_list(inner, day) for inner in named.includes))


@laws(150)
@given(data=st.data())
def test_definite_inputs_agree_with_the_simple_evaluator(name, data):
    program = PROGRAMS[name]
    rows = [draw_inputs(data, program, definite) for _ in range(3)]
    expected = [oracle(program.rule_id, program.version, program.day, row) for row in rows]
    assert run(program, rows) == expected
    assert run(program, rows, floats=True) == expected


def known_or_unknown(program, name):
    return definite(program, name) | st.just(UNKNOWN)


@laws(60)
@given(data=st.data())
def test_learning_a_value_never_flips_what_is_settled(name, data):
    """'Undetermined' and 'item open' are the only answers that more data may change."""
    program = PROGRAMS[name]
    before = draw_inputs(data, program)
    after = dict(before)
    for learned in data.draw(st.lists(st.sampled_from(sorted(before)), min_size=1, max_size=3, unique=True)):
        after[learned] = value_within(data, program, learned, before[learned])
    (outcome, item), (later_outcome, later_item) = run(program, [before, after])
    assert outcome in (Outcome.UNDETERMINED, later_outcome)
    assert item in (OPEN_ITEM, later_item)


def value_within(data, program, name, value):
    """One value that the input could turn out to have."""
    if value is UNKNOWN:
        return data.draw(definite(program, name))
    if not isinstance(value, Span):
        return value
    inside = [point for point in candidates(key(program), name) if within(value, point)]
    ends = [end for end in (value.low, value.high) if end is not None]
    return data.draw(st.sampled_from(inside + ends))


def within(span, point):
    return (span.low is None or span.low <= point) and (span.high is None or point <= span.high)


@laws(60)
@given(data=st.data())
def test_widening_a_range_never_settles_what_was_open(name, data):
    program = PROGRAMS[name]
    narrow = draw_inputs(data, program)
    wide = {name: widened(data, program, name, value) for name, value in narrow.items()}
    (outcome, item), (wide_outcome, wide_item) = run(program, [narrow, wide])
    assert wide_outcome in (Outcome.UNDETERMINED, outcome)
    assert wide_item in (OPEN_ITEM, item)


def widened(data, program, name, value):
    """The same input known less well."""
    if QUANTITIES[name].kind in (Kind.FLAG, Kind.NAME) or value is UNKNOWN:
        return data.draw(st.sampled_from([value, UNKNOWN]))
    low, high = ends_of(value)
    lower = data.draw(definite(program, name) | st.just(low))
    upper = data.draw(definite(program, name) | st.just(high))
    ends = [None if low is None else min(low, lower if lower is not None else low), None if high is None else max(high, upper if upper is not None else high)]
    return data.draw(st.sampled_from([Span(*ends), Span(ends[0], None), Span(None, ends[1]), UNKNOWN]))


@laws(40)
@given(data=st.data())
def test_an_undetermined_outcome_can_still_go_either_way(name, data):
    """Some value of what is unknown meets the rule and some other does not: undetermined is never said too early."""
    program = PROGRAMS[name]
    row = draw_inputs(data, program, definite)
    hidden = data.draw(st.lists(st.sampled_from(sorted(row)), min_size=1, max_size=3, unique=True))
    row |= {name: data.draw(stated(program, name)) for name in hidden}
    (outcome, _), *_ = run(program, [row])
    completions = list(islice(product(*(possible(program, row, name) for name in hidden)), MAXIMUM_COMPLETIONS))
    seen = {one for one, _ in run(program, [row | dict(zip(hidden, values, strict=True)) for values in completions])}
    assert (outcome == Outcome.UNDETERMINED) == (len(seen) == 2)
    assert outcome == Outcome.UNDETERMINED or seen == {outcome}


def possible(program, row, name):
    """Values that an input could have, close enough together to meet every cell that it touches."""
    value = row[name]
    if not isinstance(value, Span) and value is not UNKNOWN:
        return [value]
    points = set(candidates(key(program), name)) | set(reached(program, row, name))
    span = value if isinstance(value, Span) else Span(None, None)
    if QUANTITIES[name].kind in (Kind.FLAG, Kind.NAME):
        return sorted(points)
    return sorted({point for point in points if within(span, point)} | {end for end in ends_of(span) if end is not None})


def reached(program, row, name):
    """Where a ratio reaches a cut, given the ends of its other part: below it, there and above it."""
    for axis in program.axes:
        ratio = QUANTITIES[axis.name].ratio
        for cut in axis.cuts if ratio is not None else ():
            if name == ratio.denominator and cut.value:
                yield from (top / cut.value * by for top in known_ends(row[ratio.numerator]) for by in (Fraction(99, 100), 1, Fraction(101, 100)))
            elif name == ratio.numerator:
                yield from (cut.value * below * by for below in known_ends(row[ratio.denominator]) for by in (Fraction(99, 100), 1, Fraction(101, 100)))


def known_ends(value):
    return [end for end in ends_of(value) if end]


@laws(25)
@given(data=st.data())
def test_a_row_of_a_batch_equals_the_batch_of_one(name, data):
    """Known, range, half-open and unknown rows side by side do not disturb each other, in either number type."""
    program = PROGRAMS[name]
    rows = [draw_inputs(data, program) for _ in range(5)]
    for floats in (False, True):
        assert run(program, rows, floats=floats) == [run(program, [row], floats=floats)[0] for row in rows]


@laws(25)
@given(data=st.data())
def test_float_rows_with_edges_equal_the_batch_of_one(name, data):
    """Signed zeros, NaN, and values one unit in the last place around each cut, in one float64 batch."""
    program = PROGRAMS[name]
    columns, rows = {}, 6
    for axis in program.axes:
        around = [float(np.nextafter(float(cut.value), side)) for cut in axis.cuts for side in (-np.inf, np.inf)]
        exactly = [float(cut.value) for cut in axis.cuts]
        value = st.sampled_from([0.0, -0.0, float("nan"), *around, *exactly])
        if axis.list_id:
            texts = data.draw(st.lists(st.sampled_from([*candidates(key(program), axis.name), None]), min_size=rows, max_size=rows))
            names = np.empty(rows, dtype=object)
            names[:] = texts
            columns[axis.name] = Names(names)
        else:
            pairs = data.draw(st.lists(st.tuples(value, value), min_size=rows, max_size=rows))
            ordered = [(high, low) if low > high else (low, high) for low, high in pairs]
            columns[axis.name] = Column(np.array([low for low, _ in ordered]), np.array([high for _, high in ordered]))
    whole = evaluate(program, columns, rows)
    for row in range(rows):
        alone = evaluate(program, {name: one_row(column, row) for name, column in columns.items()}, 1)
        assert (alone.outcome[0], alone.item[0]) == (whole.outcome[row], whole.item[row])


def one_row(column, row):
    if isinstance(column, Names):
        return Names(column.values[row : row + 1])
    return Column(column.low[row : row + 1], column.high[row : row + 1])


@laws(60)
@given(data=st.data())
def test_exact_and_float_paths_agree(name, data):
    """Decimals of up to 12 digits, their ratios and ranges: four units of noise are enough and not too many."""
    program = PROGRAMS[name]
    rows = [draw_inputs(data, program) for _ in range(4)]
    rows += [on_the_line(data, program, row) for row in rows]
    assert run(program, rows) == run(program, rows, floats=True)


def on_the_line(data, program, row):
    """The same row with every ratio exactly at a cut, or a step beside it."""
    row = dict(row)
    for axis in program.axes:
        ratio = QUANTITIES[axis.name].ratio
        if ratio is not None:
            below = step(data.draw(definite(program, ratio.denominator)), 0, digits=9)
            cut = data.draw(st.sampled_from(axis.cuts)).value
            row[ratio.denominator] = below
            row[ratio.numerator] = step(below * cut, data.draw(st.integers(-1, 1)))
    return row


@laws(40)
@given(data=st.data())
def test_the_explanation_tells_the_truth(name, data):
    """Missing is empty just where the item is settled, and each stretch is what putting its values in gives."""
    program = PROGRAMS[name]
    row = draw_inputs(data, program)
    found = explain(program, to_columns([row]))
    assert found.settled == (not found.missing)
    assert bool(found.flips) <= bool(found.missing)
    for missing in found.missing:
        if QUANTITIES[missing].kind is Kind.NAME:
            continue
        flips = [flip for flip in found.flips if flip.quantity == missing]
        points = sorted({point for point in possible(program, row, missing) if point > 0 or QUANTITIES[missing].kind is Kind.FLAG})
        points += [flip.value for flip in flips if flip.operator in ("<=", ">=") and point_of(row, missing, flip.value)]
        for point, answer in zip(points, run(program, [row | {missing: Fraction(point)} for point in points]), strict=True):
            promised = [flip.then for flip in flips if covers(flip, point)]
            assert promised == said(program, *answer), (missing, point)


def point_of(row, name, value):
    return value > 0 and within(row[name] if isinstance(row[name], Span) else Span(None, None), value)


def covers(flip, point):
    """Whether a stretch promises something about a value."""
    if isinstance(flip.value, bool):
        return bool(point) is flip.value
    return all(SIGNS[sign](point, value) for sign, value in [(flip.operator, flip.value), *([flip.start] if flip.start else [])])


def said(program, outcome, item):
    """What a stretch is to say of an answer; nothing where it stays open."""
    if item >= 0:
        return [program.items[item].clause.id]
    if item == NO_ITEM:
        return ["not_met"]
    return ["met"] if outcome == Outcome.MET else []


@pytest.mark.parametrize("name", VERSION_NAMES)
def test_everything_unknown_is_undetermined(name):
    """No rule in the data is settled before anything is known."""
    found = evaluate(PROGRAMS[name], {}, 2)
    assert found.outcome.tolist() == [Outcome.UNDETERMINED] * 2
    assert found.item.tolist() == [OPEN_ITEM] * 2


def test_no_rows_give_no_rows():
    for program in PROGRAMS.values():
        assert len(evaluate(program, {}, 0).outcome) == 0


def test_every_ratio_of_the_registry_has_its_formula():
    assert set(RATIOS) == {name for name, entry in QUANTITIES.items() if entry.ratio is not None}
    assert PROGRAMS[VERSION_NAMES[0]].day >= date(2022, 10, 7)
    assert exact(None).is_open()
