"""Columns that hold numbers, flags and dates as such: the same answers as text, by every path, and clear refusals."""

import datetime
import decimal
import pickle
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from support import SPECS

from gateline.errors import InputError
from gateline.fleet import arrow_tables, gather, verdicts
from gateline.fleet.arrow_run import BatchScreener
from gateline.fleet.cells import TextCells
from gateline.fleet.headers import read_header
from gateline.fleet.problems import Problems
from gateline.fleet.read import Block, BlockReader
from gateline.fleet.run import Setting
from gateline.fleet.tables import Plan
from gateline.gating import Request
from gateline.jobs import screen_table
from gateline.jobs.fleet import CatalogueFigures
from gateline.metrics import arrays
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.program import compile_version

DAY = date(2026, 11, 21)
RULE = "us.ear.3a090"
ROWS = 300


def outcomes(data, rule=RULE, **options):
    """What a rule says of each row."""
    return screen_table(data, DAY, rules=(rule,), **options).column(f"{rule}:outcome").to_pylist()


def refused(data):
    """The cells that cannot be read."""
    found = []
    screen_table(data, DAY, rejects=found)
    return [(reject.row, reject.column, reject.value, reject.reason) for reject in found]


LINE = ["599.999999999", "600", "600.000000001", None]
"""Around 600 TOPS at 8 bits, which is exactly 4800: ECCN 3A090.a.1 asks for 4800 or more."""


@pytest.mark.parametrize(
    "column",
    [
        pa.array([None if text is None else float(text) for text in LINE]),
        pa.array([599.999999999, 600.0, 600.000000001, float("nan")]),
        pa.array([None if text is None else decimal.Decimal(text) for text in LINE], pa.decimal128(12, 9)),
        pa.array([None if text is None else decimal.Decimal(text) for text in LINE], pa.decimal128(38, 20)),
        pa.array([None if text is None else decimal.Decimal(text) for text in LINE], pa.decimal256(50, 30)),
        pa.array(LINE),
        pa.array(LINE, pa.large_string()),
        pa.array(LINE, pa.string_view()),
        pa.array(LINE).dictionary_encode(),
        pa.array([None if text is None else float(text) for text in LINE]).dictionary_encode(),
        pa.array([0.0, *(None if text is None else float(text) for text in LINE)])[1:],
    ],
    ids=lambda column: str(column.type),
)
def test_a_rate_at_the_line_in_every_type(column):
    """A decimal is rounded once, as text is; null and NaN are unknown; a slice starts where it starts."""
    data = {"dense_rate_8bit [TOPS]": column, "applicable_die_area": [9999.0] * 4, "datacenter": [True] * 4}
    assert outcomes(pa.table(data)) == ["not_met", "met", "met", "undetermined"]


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint8(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64()])
def test_whole_numbers(kind):
    """100 TFLOP/s at 64 bits is 6400, 75 is exactly 4800 and 74 is below."""
    data = {
        "dense_rate_64bit": pa.array([100, 75, 74, None], kind),
        "applicable_die_area": [9999] * 4,
        "datacenter": [1] * 4,
    }
    assert outcomes(pa.table(data)) == ["met", "met", "not_met", "undetermined"]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([True, False, None]),
        pa.array([1, 0, None], pa.int8()),
        pa.array([1.0, 0.0, float("nan")]),
        pa.array([1.0, 0.0, None], pa.float32()),
        pa.array(["yes", "no", "unknown"]),
        pa.array(["true", "0", None]).dictionary_encode(),
    ],
    ids=lambda column: str(column.type),
)
def test_flags_in_every_type(column):
    """2000 TPP at 4 TPP/mm² is .b.2 for datacenters and excluded by Note 2 for others."""
    data = {"total_processing_performance": [2000.0] * 3, "applicable_die_area": [500.0] * 3, "datacenter": column}
    assert outcomes(pa.table(data)) == ["met", "not_met", "undetermined"]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([date(2023, 11, 16), date(2023, 11, 17), None]),
        pa.array([date(2023, 11, 16), date(2023, 11, 17), None], pa.date64()),
        *(
            pa.array(
                [datetime.datetime(2023, 11, 16, 23, 59), datetime.datetime(2023, 11, 17), None], pa.timestamp(unit)
            )
            for unit in ("s", "ms", "us", "ns")
        ),
        pa.array(["2023-11-16", "2023-11-17", ""]),
        pa.array(["2023-11-16", "2023-11-17", None]).dictionary_encode(),
    ],
    ids=lambda column: str(column.type),
)
def test_dates_in_every_type(column):
    """The version of 2023 starts on 17 November: without 600 GB/s only it reaches a chip; a null is the date asked for."""
    data = {
        "total_processing_performance": [5000.0] * 3,
        "weighted_performance": [5000.0] * 3,
        "io_bandwidth": [500.0] * 3,
    }
    assert outcomes(pa.table(data | {"as_of": column})) == ["not_met", "met", "met"]


@pytest.mark.parametrize(
    ("heading", "column", "says"),
    [
        ("applicable_die_area", pa.array([1.0], pa.float32()), "is float, .* It holds too few digits"),
        ("applicable_die_area", pa.array([1.0], pa.float16()), "is halffloat, .* It holds too few digits"),
        (
            "applicable_die_area",
            pa.array([True]),
            "is bool, float64, an integer, a decimal or text is wanted for amounts",
        ),
        ("applicable_die_area [cm^2]", pa.array([DAY]), r"'applicable_die_area \[cm\^2\]' is date32"),
        ("applicable_die_area", pa.array([[1.0]]), "is list"),
        ("datacenter", pa.array([DAY]), "is date32.*, bool, 0 and 1, or text is wanted for flags"),
        ("as_of", pa.array([20240101]), "is int64, date32, a timestamp without time zone, or text is wanted for dates"),
        ("as_of", pa.array([0], pa.timestamp("s", "UTC")), "cast it to a date"),
        ("chip", pa.array([7]), "is int64, text is wanted for names"),
        ("to", pa.array([7]).dictionary_encode(), "is int64, text is wanted for names"),
        ("count", pa.array([True]), "is bool, an integer, float64 or text is wanted for counts"),
        ("die1_area", pa.array([DAY]), "wanted for figures of dies"),
    ],
)
def test_columns_of_the_wrong_type(heading, column, says):
    """One error names the column, its type and the types it could have; nothing is screened."""
    data = pa.table({"total_processing_performance": [1.0], heading: column})
    with pytest.raises(InputError, match=says) as caught:
        screen_table(data, DAY)
    assert f"column '{heading}'" in str(caught.value)


@pytest.mark.parametrize(
    ("heading", "column", "value", "reason"),
    [
        ("applicable_die_area", [814.0, float("inf")], "inf", "is not a finite number"),
        ("applicable_die_area", [814.0, float("-inf")], "-inf", "is negative"),
        ("applicable_die_area", [814.0, -0.5], "-0.5", "is negative"),
        ("applicable_die_area", [814.0, 1e101], "1e+101", "has an exponent beyond ±99"),
        ("applicable_die_area", [814.0, 5e-324], "5e-324", "has an exponent beyond ±99"),
        ("applicable_die_area", pa.array([814, -1]), "-1", "is negative"),
        ("applicable_die_area", pa.array([None, decimal.Decimal("-0.01")]), "-0.01", "is negative"),
        ("applicable_die_area", pa.array(["814", "wide"]).dictionary_encode(), "wide", "is not a number"),
        ("process_node", [7.0, 0.0], "0.0", "must be greater than zero"),
        ("datacenter", [1.0, 0.5], "0.5", "is not yes, no or unknown"),
        ("datacenter", pa.array([1, 2]), "2", "is not yes, no or unknown"),
        ("count", pa.array([1, -3]), "-3", "is not a whole number of units"),
        ("count", [1.0, 1.5], "1.5", "is not a whole number of units"),
        ("count", pa.array([1, 10**12]), "1000000000000", "is not a whole number of units"),
        ("chip", ["H100", "H1OO"], "H1OO", "is not in the catalogue"),
    ],
)
def test_values_that_cannot_be(heading, column, value, reason):
    """The second row is rejected with its column, value and reason, the first is screened."""
    data = pa.table({"total_processing_performance": [4800.0, 4800.0], heading: column})
    found = refused(data)
    assert {(row, column, shown) for row, column, shown, _ in found} == {(2, heading, value)}
    assert any(reason in told for *_, told in found), found
    assert outcomes(data, rejects=[]) == ["met"]


@pytest.mark.parametrize(
    ("heading", "value", "reason"),
    [
        ("training_compute", 1026.0, "a lost superscript"),
        (
            next(name for name, entry in QUANTITIES.items() if entry.share and "training" in entry.subjects),
            1.5,
            "more than 1",
        ),
    ],
)
def test_models_that_cannot_be(heading, value, reason):
    """'10^26' that lost its superscript, and a share above one."""
    data = {"parameters": np.array([1e9, 1e9]), "tokens": np.array([1e12, 1e12]), heading: np.array([np.nan, value])}
    ((row, column, _, told),) = refused(data)
    assert (row, column) == (2, heading)
    assert reason in told


def test_a_cell_that_cannot_be_read_is_an_error_unless_rejects_are_asked_for():
    """In memory nobody would look for a rejects file."""
    with pytest.raises(InputError, match=r"^row 2, applicable_die_area: '-1.0': is negative\.$"):
        screen_table({"applicable_die_area": np.array([1.0, -1.0])}, DAY)


def test_rejects_keep_their_rows_when_few_rows_differ():
    """A chip of a dictionary that nobody knows is looked up once and rejected in each of its rows."""
    names = pa.array(["H100", "H1OO", "H20"] * 100).dictionary_encode()
    found = refused({"chip": names})
    assert [row for row, *_ in found] == list(range(2, 300, 3))
    rejects = []
    table = screen_table({"chip": names, "id": np.arange(300)}, DAY, rejects=rejects, all_columns=True)
    assert table.column("id").to_pylist() == [number for number in range(300) if number % 3 != 1]
    assert table.column(f"{RULE}:outcome").to_pylist() == ["met", "not_met"] * 100
    batch = pa.record_batch({"chip": names})
    _, _, summary = BatchScreener.of(setting(), batch.schema).screen(batch)
    assert (summary.rows, summary.rejected) == (300, 100)
    assert {outcome: rows for outcome, rows in summary.verdicts[RULE].items() if rows} == {"met": 100, "not_met": 100}
    batch = pa.record_batch({"chip": pa.array(["H100", "H20", "H100"] * 100).dictionary_encode()})
    _, _, summary = BatchScreener.of(setting(), batch.schema).screen(batch)
    assert {outcome: rows for outcome, rows in summary.verdicts[RULE].items() if rows} == {"met": 200, "not_met": 100}


def setting(rules=(), threads=1, figures=None, all_columns=False):
    figures = figures or CatalogueFigures(SPECS, DAY, SPECS.choose_readings({}))
    return Setting(SPECS, Request(DAY, "exporter", rules), figures, all_columns, threads)


def test_a_chip_is_looked_up_once(monkeypatch):
    """However often it stands in a column, in however many batches."""
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS_IN_MEMORY", 50)
    asked = []
    figures = CatalogueFigures(SPECS, DAY, SPECS.choose_readings({}))

    def count(name):
        asked.append(name)
        return figures(name)

    batch = pa.record_batch({"chip": pa.array(["H100", "H20", None] * 100).dictionary_encode()})
    screener = BatchScreener.of(setting(figures=count), batch.schema)
    for start in range(0, 300, 50):
        screener.screen(batch.slice(start, 50))
    assert sorted(asked) == ["H100", "H20"]


def test_a_block_gets_the_figures_of_its_own_chips():
    """Also where another thread reads other chips between two steps of the first."""
    reader = BlockReader(
        SPECS,
        read_header(["chip"], "t"),
        Request(DAY, "exporter"),
        CatalogueFigures(SPECS, DAY, SPECS.choose_readings({})),
    )
    performance = "total_processing_performance"

    def read(names, needed):
        block = Block({0: TextCells(names, np.arange(len(names)))}, len(names))
        return reader.columns(block, None, needed, Problems())[performance].low.tolist()

    class Interrupted(frozenset):
        """What is needed, and another thread that comes in while it is compared."""

        __hash__ = frozenset.__hash__

        def __eq__(self, other):
            read(["H20", "H100"], frozenset([performance]))
            return frozenset.__eq__(self, other)

    h100, h20 = read(["H100", "H20"], frozenset([performance]))
    assert h100 > h20
    assert read(["H100", "H20"], Interrupted([performance])) == [h100, h20]


def test_the_chunk_function_works_in_another_process():
    """It is pickled with what it needs, and gives the batches, rejects and sums of the whole."""
    data = pa.table({"chip": ["H100", "nope", "H20", "huawei-910d"] * 5, "count": [1, 2, 3, 4] * 5})
    screener = pickle.loads(pickle.dumps(BatchScreener.of(setting(), data.schema)))
    batches, rejects, rows = [], [], 0
    for batch in data.to_batches(max_chunksize=3):
        screened, found, summary = screener.screen(batch, rows + 1)
        batches.append(screened)
        rejects += found
        rows += summary.rows
    whole = []
    expected = screen_table(data, DAY, rejects=whole)
    assert pa.Table.from_batches(batches).to_pylist() == expected.to_pylist()
    assert rejects == whole
    assert [reject.row for reject in rejects] == [2, 6, 10, 14, 18]


def version_day(rule):
    """A day on which the latest version of a rule speaks."""
    version = rule.versions[-1]
    return version, version.effective.start if version.effective else version.issued or DAY


def inputs_of(program):
    """The inputs of a program that a table can have, with those from which ratios and sums follow."""
    names = dict.fromkeys(part for name in program.names for part in (*QUANTITIES[name].parts, name))
    return [name for name in names if name in {*read_header([name], "t").numbers, *read_header([name], "t").words}]


def drawn(program, name, draw):
    """Values at the cuts of an input and beside them, zero of either sign where it can be zero, and unknown."""
    entry = QUANTITIES[name]
    if entry.kind is Kind.NAME:
        members = [member for axis in program.axes if axis.name == name for member in sorted(axis.members)[:3]]
        return draw.choice(
            np.array([*members, "US" if entry.of == "country" else "elsewhere", None], dtype=object), ROWS
        )
    if entry.kind is Kind.FLAG:
        return draw.choice([1.0, 0.0, np.nan], ROWS)
    cuts = [float(cut.value) for axis in program.axes if axis.name == name for cut in axis.cuts]
    if entry.kind is Kind.DATE:
        days = [day + step for day in cuts or [740_000.0] for step in (-1, 0, 1)]
        return draw.choice([*days, np.nan], ROWS)
    low = max(float(entry.minimum), 1e-9)
    near = [
        value
        for cut in cuts or [1e3, 1e24]
        for value in (cut, np.nextafter(cut, 0), np.nextafter(cut, np.inf), 2 * cut)
    ]
    sound = [value for value in near if value >= low and (value <= 1 or not entry.share)]
    return draw.choice([*(sound or [0.5]), *([0.0, -0.0] if entry.zero else []), np.nan], ROWS)


def typed(name, values):
    """A column as numbers, bool or dates."""
    kind = QUANTITIES[name].kind
    if kind is Kind.NAME:
        return pa.array(values.tolist(), pa.string())
    known = ~np.isnan(values)
    if kind is Kind.FLAG:
        return pa.array(values == 1, mask=~known)
    if kind is Kind.DATE:
        days = [date.fromordinal(int(value)) if sure else None for value, sure in zip(values, known, strict=True)]
        return pa.array(days, pa.date32())
    return pa.array(values)


def told(name, values):
    """The same as text, by its dictionary."""
    column = typed(name, values).to_pylist()
    words = {True: "yes", False: "no", None: None}
    kind = QUANTITIES[name].kind
    texts = [
        words[cell] if kind is Kind.FLAG else None if cell is None or cell != cell else str(cell) for cell in column
    ]
    return pa.array(texts, pa.string()).dictionary_encode()


def numbers(data):
    """The columns of a table that are float64."""
    return {name: data[name] for name in data.column_names if pa.types.is_float64(data[name].type)}


RULES = [rule.id for rule in SPECS.rules.values() if rule.subject in ("chip", "training")]


@pytest.mark.parametrize("rule", RULES)
def test_every_path_says_the_same(rule, monkeypatch):
    """Evaluator, decision table, dictionaries, blocks and threads, for every rule, edges and signed zeros included."""
    version, day = version_day(SPECS.rules[rule])
    program = compile_version(SPECS, rule, version, day, {})
    draw = np.random.default_rng(3090)
    values = {name: drawn(program, name, draw) for name in inputs_of(program)}
    header = read_header(list(values), "t")
    if not values or len({subject for name in values for subject in QUANTITIES[name].subjects}) != 1:
        pytest.fail(f"{rule} has no inputs of one subject: {header}")
    data = pa.table({name: typed(name, column) for name, column in values.items()})
    text = pa.table({name: told(name, column) for name, column in values.items()})

    def screened(table, threads=1, specs=SPECS):
        rejects = []
        answer = screen_table(
            table, day, rules=(rule,), strict_facts=True, rejects=rejects, threads=threads, specs=specs
        )
        return answer.to_pydict(), [(reject.row, reject.column) for reject in rejects]

    expected = screened(data)
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS", 50)
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS_IN_MEMORY", 64)
    assert screened(data, threads=3) == expected
    monkeypatch.setattr(arrays, "STRIP", 7)
    monkeypatch.setattr(gather, "LOOKED_UP", 5)
    assert screened(text) == expected
    nulls = {name: pa.array(column.to_numpy(), from_pandas=True) for name, column in numbers(data).items()}
    assert screened(pa.table({name: nulls.get(name, data[name]) for name in values})) == expected
    different = screened(pa.concat_tables([data.slice(0, 8)] * 40))
    few = pa.concat_tables([text.slice(0, 8)] * 40).combine_chunks().unify_dictionaries()
    assert screened(few) == different
    flags = {name: data[name].slice(0, 8) for name in values if QUANTITIES[name].kind is Kind.FLAG}
    flags = {name: pa.chunked_array([flag.combine_chunks()] * 40).combine_chunks() for name, flag in flags.items()}
    assert screened(pa.table({name: flags.get(name, few[name]) for name in values})) == different
    monkeypatch.setattr(verdicts, "compile_tables", lambda programs, _: [([n], None) for n in range(len(programs))])
    assert screened(data, specs=replace(SPECS, programs={})) == expected


def test_columns_stand_in_the_order_of_the_rules_whatever_tables_answer_them():
    """Rules that fit no common table are answered by several; a batch still has the columns that its schema says."""
    asked = ("us.bill", "us.bis", "us.ear.3a090", "us.ear.3a991p", "us.ear.foundry-presumption", "us.tariff")
    answers = screen_table({"chip": ["H100", "H20"]}, date(2026, 11, 21), rules=asked)
    rules = [name.removesuffix(":outcome") for name in answers.column_names if name.endswith(":outcome")]
    assert rules == sorted(rules)
    assert answers.column("us.ear.3a090:item").to_pylist() == ["3A090.a.1", ""]


def test_what_stands_under_nulls_does_not_matter_and_nan_beside_them_is_unknown():
    """Infinity and a negative number under nulls are no faults, a negative number beside them is; every item asks for 1600."""
    values = np.array([1599.0, np.inf, -5.0, np.nan, 6000.0])
    mask = pa.py_buffer(np.packbits([1, 0, 0, 1, 1], bitorder="little"))
    performance = pa.Array.from_buffers(pa.float64(), 5, [mask, pa.py_buffer(values)])
    node = pa.Array.from_buffers(pa.float64(), 5, [mask, pa.py_buffer(np.abs(values))])
    data = pa.table({"total_processing_performance": performance, "process_node": node})
    assert outcomes(data) == ["not_met", "undetermined", "undetermined", "undetermined", "met"]
    assert refused(data) == []
    bad = pa.table({"process_node": [5.0, None, -5.0], "applicable_die_area": [814.0, 814.0, 814.0]})
    assert [cell[:2] for cell in refused(bad)] == [(3, "process_node")]


def test_infinity_under_a_null_is_an_unknown_performance_and_not_one_without_density():
    """What is not known per 814 mm² is not known; 4,000 TPP on 814 mm² are 4.9 TPP/mm² (3A090.b.1)."""
    mask = pa.py_buffer(np.packbits([0, 1], bitorder="little"))
    performance = pa.Array.from_buffers(pa.float64(), 2, [mask, pa.py_buffer(np.array([np.inf, 4000.0]))])
    data = pa.table({"total_processing_performance": performance, "applicable_die_area": [814.0, 814.0]})
    assert outcomes(data.append_column("datacenter", pa.array([True, True]))) == ["undetermined", "met"]


def test_zero_under_a_null_is_an_unknown_area_and_a_stated_zero_is_none():
    """3,000 TPP on 814 mm² are 3.69 TPP/mm² (3A090.b.1); on an area that is not known perhaps; on none there is no density."""
    mask = pa.py_buffer(np.packbits([1, 0, 0, 1], bitorder="little"))
    area = pa.Array.from_buffers(pa.float64(), 4, [mask, pa.py_buffer(np.array([814.0, 0.0, 900.0, 0.0]))])
    data = pa.table(
        {"total_processing_performance": [3000.0] * 4, "applicable_die_area": area, "datacenter": [True] * 4}
    )
    found = screen_table(data, DAY, rules=(RULE,))
    assert found["us.ear.3a090:outcome"].to_pylist() == ["met", "undetermined", "undetermined", "not_met"]
    assert found["us.ear.3a090:item"].to_pylist() == ["3A090.b.1", "undetermined", "undetermined", ""]
    assert found["performance_density"].to_pylist() == [pytest.approx(3000 / 814), None, None, None]


@pytest.mark.parametrize("first", [1.0, None])
def test_a_fault_in_a_later_strip_is_found(first, monkeypatch):
    """Columns are checked two rows at a time; the fifth is wrong, with nulls before it and without."""
    monkeypatch.setattr(arrays, "STRIP", 2)
    for heading, bad in (("applicable_die_area", -1.0), ("applicable_die_area", 1e101), ("datacenter", 0.5)):
        data = pa.table({heading: [first, 1.0, 1.0, 1.0, bad], "process_node": [5.0] * 5})
        assert [cell[:2] for cell in refused(data)] == [(5, heading)]


def test_every_thread_gets_as_many_blocks_of_a_table(monkeypatch):
    """100 rows in blocks of 30 at most: four for one thread or two, six for three, seven for seven."""
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS", 1)
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS_IN_MEMORY", 30)
    data = {"process_node": np.full(100, 5.0)}
    header = read_header(list(data), "the data")

    def lengths(threads):
        reader = arrow_tables.from_python(data, threads)
        return [len(block) for block in reader.blocks(Plan.of(header, all_columns=False))]

    assert lengths(1) == [25, 25, 25, 25]
    assert lengths(2) == [25, 25, 25, 25]
    assert lengths(3) == [17, 17, 17, 17, 17, 15]
    assert lengths(7) == [15, 15, 15, 15, 15, 15, 10]


def test_the_texts_of_a_column_are_those_of_its_rows_in_their_order():
    """How a presumption could be overcome, for a foundry: the same dictionary whatever was screened before."""
    heading = "us.ear.foundry-presumption:to_overcome"
    specs = replace(SPECS, programs={})

    def dictionary(count):
        data = {"process_node": [5.0], "approximated_transistor_count": [count], "datacenter": [True]}
        told = screen_table(data, DAY, role="foundry", rules=("us.ear.foundry-presumption",), specs=specs)
        return told.column(heading).combine_chunks().dictionary.to_pylist(), told.column(heading).to_pylist()

    many, few = dictionary(60e9), dictionary(1e9)
    assert many[0] == many[1]
    assert few[0] == few[1]
    assert many != few
    assert dictionary(60e9) == many


@pytest.mark.parametrize("rows", [0, 1, 16, 17])
def test_looking_up_side_by_side(rows, monkeypatch):
    """Tables of 38 bytes an entry take three records; every row gets the entries at its place."""
    monkeypatch.setattr(gather, "LOOKED_UP", 8)
    kinds = (np.int8, np.float64, np.bool_, np.int16, np.float64, np.int32, np.int64, np.int8, np.int8, np.int32)
    tables = [(np.arange(5) * 3 + number).astype(kind) for number, kind in enumerate(kinds)]
    place = (np.arange(rows) * 7 % 5).astype(np.uint16)
    for table, found in zip(tables, gather.gather_each(tables, place), strict=True):
        assert found.dtype == table.dtype
        assert found.tolist() == [table[at] for at in place.tolist()]


# Cells that Arrow or Python cannot hold


@pytest.mark.parametrize("cells", [[2**70], np.array([2**70])])
def test_a_whole_number_of_more_than_64_bits_is_refused(cells):
    with pytest.raises(InputError, match=r"more than 64 bits .* Give numbers as float64, or as text\."):
        screen_table({"total_processing_performance": cells}, DAY)


@pytest.mark.parametrize(
    "days",
    [
        np.array(["99999-01-01"], "M8[D]"),
        np.array(["-0099-01-01"], "M8[D]"),
        pa.array([2**62], pa.timestamp("s")),
    ],
)
def test_a_day_that_no_calendar_of_python_has_is_rejected(days):
    chips = {"total_processing_performance": [5000.0], "as_of": days}
    rejects = []
    assert screen_table(chips, DAY, rejects=rejects).num_rows == 0
    assert [(each.row, each.column, each.reason) for each in rejects] == [(1, "as_of", "is not in the years 1 to 9999")]
    with pytest.raises(InputError, match=r"row 1, as_of: .* is not in the years 1 to 9999"):
        screen_table(chips, DAY)
