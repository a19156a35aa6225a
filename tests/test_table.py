"""The decision table says of each row what the evaluator says: every rule, at and beside every cut, unknown and ranges included."""

import numpy as np
import pytest
from support import PROGRAMS

from gateline.quantities import QUANTITIES, Kind
from gateline.rules import table as tables
from gateline.rules.columns import Column, MaskedColumn, Names, with_ratios
from gateline.rules.evaluate import evaluate
from gateline.rules.lookup import classify, place
from gateline.rules.model import Outcome
from gateline.rules.table import MAXIMUM_STATES, compile_table, compile_tables, present
from gateline.rules.ways import compile_ways, ways_out

ROWS = 500


def inputs_of(program):
    """The inputs that a program reads, with the parts of ratios and sums."""
    return list(dict.fromkeys(part for name in program.names for part in (*QUANTITIES[name].parts, name)))


def values_near(program, name, draw):
    """Values at the cuts of an input and beside them, zero of either sign, and unknown."""
    cuts = [float(cut.value) for axis in program.axes if axis.name == name for cut in axis.cuts] or [1.0, 1000.0]
    near = [value for cut in cuts for value in (cut, np.nextafter(cut, 0), np.nextafter(cut, np.inf), cut / 2, cut * 2)]
    zeros = [0.0, -0.0] if QUANTITIES[name].zero else []
    return draw.choice(np.array([*near, *zeros, np.nan, np.nan]), ROWS)


def column(program, name, draw, ranged):
    entry = QUANTITIES[name]
    if entry.kind is Kind.NAME:
        members = [member for axis in program.axes if axis.name == name for member in sorted(axis.members)[:3]]
        return Names(draw.choice(np.array([*members, "elsewhere", None], dtype=object), ROWS))
    if entry.kind is Kind.FLAG:
        values = draw.choice(np.array([0.0, 1.0, np.nan]), ROWS)
        return Column(values, values)
    values = values_near(program, name, draw)
    if not ranged:
        return Column(values, values)
    other = np.where(draw.random(ROWS) < 0.5, values, values_near(program, name, draw))
    low, high = np.fmin(values, other), np.fmax(values, other)
    return Column(np.where(draw.random(ROWS) < 0.1, np.nan, low), np.where(draw.random(ROWS) < 0.1, np.nan, high))


@pytest.mark.parametrize("ranged", [False, True], ids=["points", "ranges"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_table_equals_evaluator(name, ranged):
    """Some inputs are left out of the batch, which is unknown in every row."""
    program, draw = PROGRAMS[name], np.random.default_rng(3090)
    known = [entry for entry in inputs_of(program) if QUANTITIES[entry].kind is not Kind.AMOUNT or draw.random() < 0.8]
    columns = {entry: column(program, entry, draw, ranged) for entry in known[:9]}
    table = compile_table([program], present(columns))
    assert table is not None
    assert table.states <= MAXIMUM_STATES
    expected = evaluate(program, with_ratios(columns), ROWS)
    found = classify(table, place(columns, ROWS)).of(0)
    assert found.outcome.tolist() == expected.outcome.tolist()
    assert found.item.tolist() == expected.item.tolist()


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_stands_under_a_mask_does_not_matter(name):
    """Zero, a small or large number or NaN under the nulls of a column: the same as unknown, in the table and where an end is asked for."""
    program, draw = PROGRAMS[name], np.random.default_rng(5920)
    columns = {entry: column(program, entry, draw, ranged=False) for entry in inputs_of(program)[:9]}
    masked = {}
    for entry, given in columns.items():
        masked[entry] = given
        if isinstance(given, Column):
            missing = np.isnan(given.low)
            under = draw.choice(np.array([0.0, 1e-99, 4800.0, np.nan, 1e99]), ROWS)
            masked[entry] = MaskedColumn(np.where(missing, under, given.low), missing)
    table = compile_table([program], present(masked))
    assert table is not None
    expected = evaluate(program, with_ratios(columns), ROWS)
    found = classify(table, place(masked, ROWS)).of(0)
    assert (found.outcome.tolist(), found.item.tolist()) == (expected.outcome.tolist(), expected.item.tolist())
    for entry in columns:
        if isinstance(columns[entry], Column):
            np.testing.assert_array_equal(masked[entry].high, columns[entry].low)


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_alike_in_every_row_takes_a_stretch_of_the_table(name):
    """Some inputs have one value for all rows, which is no column of its own; the evaluator says the same."""
    program, draw = PROGRAMS[name], np.random.default_rng(4800)
    columns = {entry: column(program, entry, draw, ranged=False) for entry in inputs_of(program)[:9]}
    for entry in [entry for entry, given in columns.items() if isinstance(given, Column)][::2]:
        value = np.broadcast_to(columns[entry].low[0], ROWS)
        columns[entry] = Column(value, value)
        assert columns[entry].constant
    table = compile_table([program], present(columns))
    assert table is not None
    expected = evaluate(program, with_ratios(columns), ROWS)
    found = classify(table, place(columns, ROWS)).of(0)
    assert (found.outcome.tolist(), found.item.tolist()) == (expected.outcome.tolist(), expected.item.tolist())


@pytest.mark.parametrize(
    "name", [name for name, program in PROGRAMS.items() if any(way.clause.by for way in program.exclusions)]
)
def test_ways_out_by_state(name):
    """What is told of a state of the table is what is told of the rows in it, one by one."""
    program, draw = PROGRAMS[name], np.random.default_rng(16)
    columns = {entry: column(program, entry, draw, ranged=False) for entry in inputs_of(program)[:9]}
    table = compile_table([program], present(columns))
    assert table is not None
    classified = classify(table, place(columns, ROWS))
    places, texts = compile_ways(program, table.axes)
    expected = ways_out(program, with_ratios(columns), ROWS).tolist()
    assert [texts[number] for number in places[classified.stretch][classified.states]] == expected
    assert len(set(expected)) > 3


def test_rules_that_do_not_fit_one_table_get_several(monkeypatch):
    """Together they hold every rule once; one that fits none stands alone without a table."""
    programs = list(PROGRAMS.values())[:12]
    draw = np.random.default_rng(0)
    inputs = present(
        {entry: column(program, entry, draw, False) for program in programs for entry in inputs_of(program)}
    )
    monkeypatch.setattr(tables, "MAXIMUM_STATES", 300)
    parts = compile_tables(programs, inputs)
    assert sorted(number for positions, _ in parts for number in positions) == list(range(12))
    assert any(len(positions) > 1 for positions, _ in parts)
    for positions, table in parts:
        assert len(positions) == 1 if table is None else table.states <= 300


def test_the_rows_reach_every_outcome():
    """Of all programs together, so that the test above compares something."""
    seen = set()
    for program in PROGRAMS.values():
        draw = np.random.default_rng(3090)
        columns = {entry: column(program, entry, draw, ranged=False) for entry in inputs_of(program)[:9]}
        seen |= set(evaluate(program, with_ratios(columns), ROWS).outcome.tolist())
    assert seen == set(Outcome)
