"""Laws that hold for every version of every rule, whatever the inputs."""

import operator
import re
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import islice, pairwise, product
from shutil import copy

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support import PROGRAMS, SPECS, a_name, as_floats, exact, step

from gateline.errors import SpecError
from gateline.inputs import exact_array
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.columns import RATIOS, Column, Names, with_ratios
from gateline.rules.evaluate import NO_ITEM, OPEN_ITEM, evaluate
from gateline.rules.explain import explain
from gateline.rules.model import FlagTest, ItemTest, MemberTest, Outcome, QuantityTest
from gateline.rules.program import compile_version
from gateline.rules.specfiles import load_specs

UNKNOWN = None
SIGNS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
MAXIMUM_COMPLETIONS = 20_000
FEWEST_EXAMPLES = 12
OUT_AGAIN = ("us.ear.license-exception-nac@", "us.ear.license-exception-aca@")
"""Rules for ICs of 3A090.b that are not .a: more performance on the same area leads in and then out again."""


def laws(total):
    """The same examples on every run; each law is tried on every version, so many times in all."""
    examples = max(FEWEST_EXAMPLES, total // len(PROGRAMS))
    phases = (Phase.explicit, Phase.generate)
    quick = settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )

    def decorate(law):
        return pytest.mark.parametrize("name", PROGRAMS)(quick(law))

    return decorate


@dataclass(frozen=True)
class Span:
    """An amount or date that lies between two ends, both included; None is an end nobody knows."""

    low: Fraction | None
    high: Fraction | None


def inputs_of(program):
    """What a person would state: the inputs that the version tests, ratios and sums replaced by their parts."""
    names = {}
    for name in program.names:
        names |= dict.fromkeys(parts_of(name) or [name])
    return list(names)


def parts_of(name):
    """The two parts of a ratio, the parts of a sum; none for anything else."""
    ratio, total_of = QUANTITIES[name].ratio, QUANTITIES[name].total_of
    return list(total_of) if ratio is None else [ratio.numerator, ratio.denominator]


NAMES = {id(program): name for name, program in PROGRAMS.items()}


def key(program):
    """The name of a program, under which what is worked out for it is kept."""
    return NAMES[id(program)]


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
    between = {(left + right) / 2 for left, right in pairwise(spread)} if entry.kind is Kind.AMOUNT else set()
    return sorted(near | between | {spread[-1] * 2, spread[0] / 2 if entry.kind is Kind.AMOUNT else spread[0] - 400})


def edges(program, name):
    """The cuts of an input, and for a part of a ratio or sum the values at which typical other parts reach a cut."""
    for axis in program.axes:
        ratio = QUANTITIES[axis.name].ratio
        for cut in axis.cuts:
            if axis.name == name:
                yield cut.value
            elif ratio is not None and ratio.denominator == name:
                tops = [rest.value for other in program.axes if other.name == ratio.numerator for rest in other.cuts]
                yield from (step(top / cut.value, 0) for top in (*tops, Fraction(2000)))
            elif ratio is not None and ratio.numerator == name and not any(own.name == name for own in program.axes):
                yield step(cut.value * 100, 0)
            elif name in QUANTITIES[axis.name].total_of:
                parts = [other for other in program.axes if other.name in parts_of(axis.name) and other.name != name]
                rests = [cut.value - rest.value for other in parts for rest in other.cuts]
                yield from (step(rest, 0) for rest in (cut.value, *rests) if rest > 0)


def beside(entry, edge):
    """An edge and its neighbours; amounts are never negative."""
    near = [edge + by if entry.kind is Kind.DATE else step(edge, by) for by in (-1, 0, 1)]
    return [value for value in near if value >= 0]


@cache
def definite(rule_version, name):
    """One value of an input: mostly near an edge, otherwise any decimal of up to 12 digits."""
    program, entry = PROGRAMS[rule_version], QUANTITIES[name]
    near = st.sampled_from(candidates(key(program), name))
    if entry.kind is not Kind.AMOUNT:
        return near
    digits = st.integers(1, 10**12 - 1)
    scale = max(edges(program, name), default=Fraction(1))
    anything = digits.map(lambda number: step(Fraction(number, 10**12) * 10 * scale, 0))
    zero = [st.just(Fraction(0))] if entry.zero and not entry.minimum else []
    return st.one_of(near, anything, *zero)


@cache
def stated(rule_version, name):
    """A value, a range of two values, a range with one end, or unknown."""
    value = definite(rule_version, name)
    if QUANTITIES[name].kind in (Kind.FLAG, Kind.NAME):
        return value | st.just(UNKNOWN)
    ends = st.lists(value, min_size=2, max_size=2).map(sorted).map(lambda pair: Span(*pair))
    half = value.flatmap(lambda end: st.sampled_from([Span(end, None), Span(None, end)]))
    return value | ends | half | st.just(UNKNOWN)


@cache
def rows_of(rule_version, how):
    """Whole rows of inputs."""
    return st.fixed_dictionaries({name: how(rule_version, name) for name in inputs_of(PROGRAMS[rule_version])})


def draw_inputs(data, program, how=stated):
    return data.draw(rows_of(key(program), how))


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


def oracle(program, readings, facts):
    """Outcome and first item that holds."""
    items = [item for item in program.version.items if speaks(item, readings)]
    exclusions = [rest for rest in program.version.exclusions if speaks(rest, readings)]
    version = replace(program.version, items=tuple(items), exclusions=tuple(exclusions))
    held = [number for number, item in enumerate(items) if clause_holds(version, item, program.day, facts)]
    return (Outcome.MET, held[0]) if held else (Outcome.NOT_MET, NO_ITEM)


def speaks(clause, readings):
    return not any(readings[name] != choice for name, choice in clause.under)


def clause_holds(version, clause, day, facts):
    out = [rest for rest in version.exclusions if rest.id in clause.unless]
    return all(holds(test, day, facts) for test in clause.conditions) and not any(
        clause_holds(version, rest, day, facts) for rest in out
    )


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
            group = (
                [item for item in version.items if item.id == test.item or item.id.startswith(test.item + ".")]
                if version
                else []
            )
            return any(clause_holds(version, item, day, facts) for item in group) == test.wanted


def value_of(name, facts):
    ratio = QUANTITIES[name].ratio
    if QUANTITIES[name].total_of:
        return sum(facts[part] for part in QUANTITIES[name].total_of)
    if ratio is None:
        return facts[name]
    return facts[ratio.numerator] / facts[ratio.denominator] if facts[ratio.denominator] else None


def on_list(list_id, day):
    named = SPECS.lists[list_id]
    own = {
        member.name.lower()
        for member in named.members
        if (member.since or day) <= day and (member.until is None or day < member.until)
    }
    return own.union(*(on_list(inner, day) for inner in named.includes))


@laws(500)
@given(data=st.data())
def test_definite_inputs_agree_with_the_simple_evaluator(name, data):
    program = PROGRAMS[name]
    rows = [draw_inputs(data, program, definite) for _ in range(3)]
    readings = dict(part.split("=") for part in name.split()[1:] if "=" in part)
    expected = [oracle(program, readings, row) for row in rows]
    assert run(program, rows) == expected
    assert run(program, rows, floats=True) == expected


@laws(400)
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
        return data.draw(definite(key(program), name))
    if not isinstance(value, Span):
        return value
    inside = [point for point in candidates(key(program), name) if within(value, point)]
    ends = [end for end in (value.low, value.high) if end is not None]
    return data.draw(st.sampled_from(inside + ends))


def within(span, point):
    return (span.low is None or span.low <= point) and (span.high is None or point <= span.high)


@laws(400)
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
    lower = data.draw(definite(key(program), name) | st.just(low))
    upper = data.draw(definite(key(program), name) | st.just(high))
    ends = [
        None if low is None else min(low, lower if lower is not None else low),
        None if high is None else max(high, upper if upper is not None else high),
    ]
    return data.draw(st.sampled_from([Span(*ends), Span(ends[0], None), Span(None, ends[1]), UNKNOWN]))


@laws(300)
@given(data=st.data())
def test_an_undetermined_outcome_can_still_go_either_way(name, data):
    """Some value of what is unknown meets the rule and some other does not: undetermined is never said too early.

    Where more of a quantity leads out of a rule again, it can be (decision 0002); settled is never said too early.
    """
    program = PROGRAMS[name]
    row = draw_inputs(data, program, definite)
    hidden = data.draw(st.lists(st.sampled_from(sorted(row)), min_size=1, max_size=3, unique=True))
    row |= {name: data.draw(stated(key(program), name)) for name in hidden}
    (outcome, _), *_ = run(program, [row])
    completions = list(islice(product(*(possible(program, row, name) for name in hidden)), MAXIMUM_COMPLETIONS))
    seen = {one for one, _ in run(program, [row | dict(zip(hidden, values, strict=True)) for values in completions])}
    assert (outcome == Outcome.UNDETERMINED) == (len(seen) == 2) or name.startswith(OUT_AGAIN)
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
    if QUANTITIES[name].kind is Kind.AMOUNT and QUANTITIES[name].zero:
        points.add(Fraction(0))
    return sorted(
        {point for point in points if within(span, point)} | {end for end in ends_of(span) if end is not None}
    )


def reached(program, row, name):
    """Where a ratio or sum reaches a cut, given the ends of its other parts: below it, there and above it."""
    for axis in program.axes:
        ratio, total_of = QUANTITIES[axis.name].ratio, QUANTITIES[axis.name].total_of
        for cut in axis.cuts:
            at = []
            if name in total_of:
                others = [[*known_ends(row[part]), Fraction(0)] for part in total_of if part != name]
                at = [cut.value - sum(ends) for ends in product(*others) if cut.value > sum(ends)]
            elif ratio is not None and name == ratio.denominator and cut.value:
                at = [top / cut.value for top in known_ends(row[ratio.numerator])]
            elif ratio is not None and name == ratio.numerator:
                at = [cut.value * below for below in known_ends(row[ratio.denominator])]
            yield from (value * by for value in at for by in (Fraction(99, 100), 1, Fraction(101, 100)))


def known_ends(value):
    return [end for end in ends_of(value) if end]


@laws(200)
@given(data=st.data())
def test_leaving_an_input_out_says_that_it_is_unknown(name, data):
    program = PROGRAMS[name]
    row = draw_inputs(data, program)
    columns = to_columns([row])
    stated_only = {name: columns[name] for name, value in row.items() if value is not UNKNOWN}
    one, other = (evaluate(program, with_ratios(given), 1) for given in (columns, stated_only))
    assert (one.outcome[0], one.item[0]) == (other.outcome[0], other.item[0])


@laws(200)
@given(data=st.data())
def test_a_row_of_a_batch_equals_the_batch_of_one(name, data):
    """Known, range, half-open and unknown rows side by side do not disturb each other, in either number type."""
    program = PROGRAMS[name]
    rows = [draw_inputs(data, program) for _ in range(5)]
    for floats in (False, True):
        assert run(program, rows, floats=floats) == [run(program, [row], floats=floats)[0] for row in rows]


@laws(200)
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
            texts = data.draw(
                st.lists(st.sampled_from([*candidates(key(program), axis.name), None]), min_size=rows, max_size=rows)
            )
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


@laws(400)
@given(data=st.data())
def test_exact_and_float_paths_agree(name, data):
    """Decimals of up to 12 digits, their ratios and ranges: four units of noise are enough and not too many."""
    program = PROGRAMS[name]
    rows = [draw_inputs(data, program) for _ in range(4)]
    rows += [on_the_line(data, program, row) for row in rows]
    assert run(program, rows) == run(program, rows, floats=True)


def on_the_line(data, program, row):
    """The same row with every ratio and every sum of two exactly at a cut, or a step beside it."""
    row = dict(row)
    for axis in program.axes:
        ratio = QUANTITIES[axis.name].ratio
        if ratio is not None:
            below = step(data.draw(definite(key(program), ratio.denominator)) or Fraction(1), 0, digits=9)
            cut = data.draw(st.sampled_from(axis.cuts)).value
            row[ratio.denominator] = below
            row[ratio.numerator] = step(below * cut, data.draw(st.integers(-1, 1)))
        if len(QUANTITIES[axis.name].total_of) == 2:
            one, other = QUANTITIES[axis.name].total_of
            cut = data.draw(st.sampled_from(axis.cuts)).value
            row[one] = step(min(data.draw(definite(key(program), one)), cut), 0, digits=9)
            row[other] = step(cut - row[one], data.draw(st.integers(-1, 1)) if row[one] < cut else 0)
    return row


@laws(300)
@given(data=st.data())
def test_the_explanation_tells_the_truth(name, data):
    """Missing is empty just where the item is settled; each stretch is what putting its values in gives, zero aside.

    That what is met stays met is not said again.
    """
    program = PROGRAMS[name]
    row = draw_inputs(data, program)
    found = explain(program, to_columns([row]))
    assert found.settled == (not found.missing)
    assert bool(found.flips) <= bool(found.missing)
    for missing in found.missing:
        if QUANTITIES[missing].kind is Kind.NAME:
            continue
        flips = [flip for flip in found.flips if flip.quantity == missing]
        points = sorted(
            {point for point in possible(program, row, missing) if point > 0 or QUANTITIES[missing].kind is Kind.FLAG}
        )
        points += [flip.value for flip in flips if flip.operator in ("<=", ">=") and point_of(row, missing, flip.value)]
        rows = [row | {missing: Fraction(point)} for point in points]
        for point, answer in zip(points, run(program, rows) if rows else [], strict=True):
            promised = [flip.then for flip in flips if covers(flip, point)]
            expected = [then for then in said(program, *answer) if (found.outcome, then) != (Outcome.MET, "met")]
            assert promised == expected, (missing, point)


@laws(300)
@given(data=st.data())
def test_what_is_said_to_settle_an_answer_settles_it(name, data):
    """Whatever those inputs turn out to be; of an outcome that is open it is the outcome, of one that is met the item."""
    program = PROGRAMS[name]
    row = draw_inputs(data, program)
    found = explain(program, to_columns([row]))
    assert set(found.settles) <= set(found.missing)
    if not found.missing:
        return
    learned = row | {one: value_within(data, program, one, row[one]) for one in found.settles}
    ((outcome, item),) = run(program, [learned])
    assert outcome != Outcome.UNDETERMINED
    assert found.outcome is Outcome.UNDETERMINED or item != OPEN_ITEM


def point_of(row, name, value):
    return value > 0 and within(row[name] if isinstance(row[name], Span) else Span(None, None), value)


def covers(flip, point):
    """Whether a stretch promises something about a value."""
    if isinstance(flip.value, bool):
        return bool(point) is flip.value
    return all(
        SIGNS[sign](point, value)
        for sign, value in [(flip.operator, flip.value), *([flip.start] if flip.start else [])]
    )


def said(program, outcome, item):
    """What a stretch is to say of an answer; nothing where it stays open."""
    if item >= 0:
        return [program.items[item].clause.id]
    if item == NO_ITEM:
        return ["not_met"]
    return ["met"] if outcome == Outcome.MET else []


@pytest.mark.parametrize("name", PROGRAMS)
def test_everything_unknown_is_undetermined(name):
    """No rule in the data is settled before anything is known."""
    found = evaluate(PROGRAMS[name], {}, 2)
    assert found.outcome.tolist() == [Outcome.UNDETERMINED] * 2
    assert found.item.tolist() == [OPEN_ITEM] * 2


def test_no_rows_give_no_rows():
    """An empty batch is not an error."""
    for program in PROGRAMS.values():
        assert len(evaluate(program, {}, 0).outcome) == 0


@pytest.mark.parametrize(
    ("memory", "links", "sum_"),
    [
        (1000, 700, (1700, 1700)),
        (0, 700, (700, 700)),
        (Span(1000, 1100), 700, (1700, 1800)),
        (Span(1000, None), 700, (1700, None)),
        (Span(None, 1000), 700, (700, 1700)),
        (Span(1000, None), None, (1000, None)),
        (None, 700, (700, None)),
        (None, None, (None, None)),
    ],
)
def test_a_sum_is_at_least_what_is_known_of_it(memory, links, sum_):
    """No part is negative: what nobody knows can only add."""
    found = with_ratios(to_columns([{"dram_bandwidth": memory, "io_bandwidth": links}]))["combined_bandwidth"]
    assert (found.low[0], found.high[0]) == tuple(pytest.approx(end, nan_ok=True) for end in exact_ends(sum_))


def exact_ends(pair):
    return [float("nan") if end is None else end for end in pair]


def test_a_stated_sum_stands_in_its_row_only():
    """The weighted performance of a chip with analog units is stated beside its performance; other rows derive it."""
    given = {"total_processing_performance": exact(1000, 2000), "weighted_performance": exact(4800, None)}
    found = with_ratios(given)["weighted_performance"]
    assert found.low.tolist() == found.high.tolist() == [4800, 2000]


def test_every_ratio_of_the_registry_has_its_formula():
    assert set(RATIOS) == {name for name, entry in QUANTITIES.items() if entry.ratio is not None}


# One small test per kind of condition, on rules written for it.

RULE = """
schema: 1
id: {id}
title: A rule for tests
authority: Nobody
subject: chip
effect: classification
addressees: [exporter]
versions:
  - id: 2024-01-01
    issued: 2024-01-01
    effective: {{from: 2024-01-01}}
    enforced: {{from: 2024-01-01}}
    status: in_force
    confidence: primary
    citations: [{{cite: none, role: enacts}}]
{clauses}
"""
LIST = """
schema: 1
id: {id}
title: A list for tests
of: country
confidence: primary
citations: [{{cite: none, role: text}}]
includes: [{includes}]
members: [{members}]
"""


def clause(identifier, *conditions, unless=""):
    tests = "".join(f"\n          - {{{condition}}}" for condition in conditions)
    return f"      - id: {identifier}\n        says: a clause for tests\n        all:{tests}\n" + (
        f"        unless: [{unless}]\n" if unless else ""
    )


def items(*clauses, exclusions=""):
    return (f"    exclusions:\n{exclusions}" if exclusions else "") + "    items:\n" + "".join(clauses)


def node(sign, value):
    return f'quantity: process_node, op: "{sign}", value: {value} nm'


def write_specs(folder, rules, lists=()):
    """A data release of our own: `rules` maps ids to clauses, `lists` ids to (includes, members)."""
    for file in ("VERSION", "countries.yaml", "readings.yaml"):
        copy(SPECS.folder / file, folder / file)
    texts = {("rules", name): RULE.format(id=name, clauses=clauses) for name, clauses in rules.items()}
    texts |= {
        ("lists", name): LIST.format(id=name, includes=inner, members=members)
        for name, (inner, members) in dict(lists).items()
    }
    for (kind, name), text in texts.items():
        path = folder / kind / f"{name.replace('.', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_specs(folder)


def outcomes_of(specs, rule, day, **columns):
    """The outcome of each row."""
    program = compile_version(specs, rule, specs.rules[rule].versions[0], day)
    rows = max(len(column.values if isinstance(column, Names) else column.low) for column in columns.values())
    return [Outcome(value).word for value in evaluate(program, columns, rows).outcome]


DAY = date(2024, 6, 1)


@pytest.mark.parametrize(
    ("sign", "expected"), list(zip(SIGNS, [(0, 2, 2), (0, 0, 2), (2, 2, 0), (2, 0, 0)], strict=True))
)
def test_a_quantity_condition(tmp_path, sign, expected):
    specs = write_specs(tmp_path, {"x": items(clause("a", node(sign, 7)))})
    words = [Outcome(value).word for value in (*expected, Outcome.UNDETERMINED)]
    assert outcomes_of(specs, "x", DAY, process_node=exact(6, 7, 8, None)) == words


@pytest.mark.parametrize(
    ("wanted", "expected"), [("yes", ["not_met", "met", "undetermined"]), ("no", ["met", "not_met", "undetermined"])]
)
def test_a_flag_condition(tmp_path, wanted, expected):
    specs = write_specs(tmp_path, {"x": items(clause("a", f"flag: hbm, is: {wanted}"))})
    assert outcomes_of(specs, "x", DAY, hbm=exact(0, 1, None)) == expected


COUNTRIES = {
    "outer": ("inner", "{code: MO, name: Macau}"),
    "inner": ("", "{code: KH, name: Cambodia, from: 2024-02-01, to: 2024-05-01}, {code: CN, name: China}"),
}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 1, 31), ["met", "met", "not_met", "not_met", "undetermined"]),
        (date(2024, 2, 1), ["met", "met", "met", "not_met", "undetermined"]),
        (date(2024, 4, 30), ["met", "met", "met", "not_met", "undetermined"]),
        (date(2024, 5, 1), ["met", "met", "not_met", "not_met", "undetermined"]),
    ],
)
def test_membership_of_a_dated_list_with_what_it_includes(tmp_path, day, expected):
    """Own members, members of an included list, a member on its first and last day, and a stranger."""
    both = items(clause("a", "name: destination, on: outer, is: yes"))
    specs = write_specs(tmp_path, {"x": both, "y": both.replace("is: yes", "is: no")}, COUNTRIES)
    places = a_name("mo", "cn", "kh", "tw", None)
    assert outcomes_of(specs, "x", day, destination=places) == expected
    opposite = {"met": "not_met", "not_met": "met", "undetermined": "undetermined"}
    assert outcomes_of(specs, "y", day, destination=places) == [opposite[word] for word in expected]


TWO_ITEMS = items(
    clause("3.a.1", node("<=", 7), unless="out"),
    clause("3.a.2", node(">=", 100), unless="out"),
    clause("3.ab", node("<=", 50), unless="out"),
    exclusions=clause("out", "flag: datacenter, is: no"),
)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("3.a.1", ["met", "not_met", "not_met", "not_met"]),
        ("3.a.2", ["not_met", "not_met", "not_met", "met"]),
        ("3.a", ["met", "not_met", "not_met", "met"]),
        ("3.ab", ["met", "met", "not_met", "not_met"]),
        ("3", ["met", "met", "not_met", "met"]),
    ],
)
def test_another_rules_item_or_group_of_items(tmp_path, item, expected):
    """A group is its items joined by 'or'; 3.ab does not belong to 3.a. The other rule's exclusions count."""
    own = items(
        clause("own", f"item: other/{item}, is: yes"),
        clause("not", f"item: other/{item}, is: no", "flag: hbm, is: yes"),
    )
    specs = write_specs(tmp_path, {"x": own, "other": TWO_ITEMS})
    nodes, yes, no = exact(5, 20, 60, 200), exact(1, 1, 1, 1), exact(0, 0, 0, 0)
    assert outcomes_of(specs, "x", DAY, process_node=nodes, datacenter=yes, hbm=no) == expected
    assert outcomes_of(specs, "x", DAY, process_node=nodes, datacenter=no, hbm=no) == ["not_met"] * 4
    assert outcomes_of(specs, "x", DAY, process_node=nodes, datacenter=yes, hbm=yes) == ["met"] * 4


@pytest.mark.parametrize("area", [exact(None), None], ids=["stated to be unknown", "left out"])
def test_an_unknown_area_may_be_no_area(tmp_path, area):
    """A density is below a line, or at it, or there is none: an unknown area settles nothing, an area of zero does."""
    below, above = (f'quantity: performance_density, op: "{sign}", value: 5 TPP/mm^2' for sign in ("<", ">="))
    specs = write_specs(tmp_path, {"x": items(clause("below", below), clause("above", above))})
    found = []
    for denominator in (area, exact(0), exact(100)):
        given = {"applicable_die_area": denominator} if denominator else {}
        found += outcomes_of(specs, "x", DAY, **with_ratios({"total_processing_performance": exact(3000), **given}))
    assert found == ["undetermined", "not_met", "met"]


def test_inputs_shared_with_another_rule_stay_one_input(tmp_path):
    """Own `node <= 7` and the other rule's `node >= 100` contradict each other, so an unknown node is not open."""
    own = items(clause("own", "item: other/3.a.2, is: yes", node("<=", 7)))
    specs = write_specs(tmp_path, {"x": own, "other": TWO_ITEMS})
    assert outcomes_of(specs, "x", DAY, process_node=exact(None), datacenter=exact(1)) == ["not_met"]


def test_a_rule_that_tests_one_not_yet_issued(tmp_path):
    """Before the other rule exists none of its items holds."""
    own = items(clause("own", "item: other/3.a.1, is: yes"))
    specs = write_specs(tmp_path, {"x": own, "other": TWO_ITEMS})
    assert outcomes_of(specs, "x", date(2023, 12, 31), process_node=exact(5), datacenter=exact(1)) == ["not_met"]
    assert outcomes_of(specs, "x", date(2024, 1, 1), process_node=exact(5), datacenter=exact(1)) == ["met"]


def test_the_date_of_the_transaction(tmp_path):
    """From 2027-01-01, before 2028-01-01: the days around both, a span across one, and an unknown date."""
    lines = (
        'date: transaction_date, op: ">=", value: 2027-01-01',
        'date: transaction_date, op: "<", value: 2028-01-01',
    )
    specs = write_specs(tmp_path, {"x": items(clause("a", *lines))})
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1)]
    lows = exact(*(day.toordinal() for day in days), days[0].toordinal(), days[1].toordinal(), None)
    highs = exact(*(day.toordinal() for day in days), days[1].toordinal(), days[2].toordinal(), None)
    found = outcomes_of(specs, "x", DAY, transaction_date=Column(lows.low, highs.high))
    assert found == ["not_met", "met", "met", "not_met", "undetermined", "met", "undetermined"]


def test_an_exclusion_outweighs_its_item_only(tmp_path):
    out = clause("out", "flag: hbm, is: no")
    clauses = items(
        clause("a", "flag: datacenter, is: yes", unless="out"),
        clause("b", "flag: osat_approved, is: yes"),
        exclusions=out,
    )
    specs = write_specs(tmp_path, {"x": clauses})
    program = compile_version(specs, "x", specs.rules["x"].versions[0], DAY)
    flags = {"datacenter": exact(1, 1, 1, 1), "hbm": exact(0, 1, 0, None), "osat_approved": exact(0, 0, 1, 1)}
    found = evaluate(program, flags, 4)
    assert found.item.tolist() == [NO_ITEM, 0, 1, OPEN_ITEM]
    assert found.outcome.tolist() == [Outcome.NOT_MET, Outcome.MET, Outcome.MET, Outcome.MET]


@pytest.mark.parametrize(
    ("rules", "lists", "message"),
    [
        ({"x": clause("a", "item: x/a, is: yes")}, {}, "x.yaml: these refer to each other in a circle"),
        (
            {"x": clause("a", "item: y/b, is: yes"), "y": clause("b", "item: x/a, is: no")},
            {},
            "x.yaml: these refer to each other in a circle",
        ),
        (
            {"x": clause("a", "name: destination, on: nowhere, is: yes")},
            {},
            "x.yaml: version 2024-01-01, a: tests the list nowhere, which does not exist",
        ),
        ({"x": clause("a", "flag: hbm, is: yes")}, {"l": ("gone", "")}, "l: includes gone, which is no list"),
        (
            {"x": clause("a", "item: gone/b, is: yes")},
            {},
            "x.yaml: version 2024-01-01, a: tests gone/b, which does not exist",
        ),
        (
            {"x": clause("a", "item: y/b.1, is: yes"), "y": clause("b", "flag: hbm, is: yes")},
            {},
            "tests y/b.1, which does not exist",
        ),
        ({"x": clause("a", "flag: hbm, is: yes", unless="out")}, {}, "unless names out, which is no exclusion"),
    ],
)
def test_references_that_lead_nowhere_or_in_a_circle(tmp_path, rules, lists, message):
    with pytest.raises(SpecError, match=re.escape(message)):
        write_specs(tmp_path, {name: items(text) for name, text in rules.items()}, lists)


def test_lists_that_include_each_other_are_refused(tmp_path):
    with pytest.raises(SpecError):
        write_specs(tmp_path, {"x": items(clause("a", "flag: hbm, is: yes"))}, {"l": ("m", ""), "m": ("l", "")})
