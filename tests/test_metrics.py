"""Each formula against arithmetic done by hand, on float64 and on exact columns."""

from fractions import Fraction

import numpy as np
import pytest

from gateline.errors import InputError
from gateline.metrics import (
    UNDEFINED,
    additional_training_share,
    applicable_die_area,
    approximated_transistor_count,
    compute_from_architecture,
    compute_from_hardware,
    memory_bandwidth_density,
    operations_per_token,
    performance_density,
    processing_performance,
    total_processing_performance,
)

NAN = float("nan")


def floats(values):
    return np.array(values, dtype=np.float64)


def exact(values):
    """The same nested list as an object array of rationals; text keeps decimals exact, NaN stays NaN."""
    shape = np.array(values, dtype=object).shape
    flat = [item if isinstance(item, float) else Fraction(item) for item in np.array(values, dtype=object).ravel()]
    array = np.empty(len(flat), dtype=object)
    array[:] = flat
    return array.reshape(shape)


def decimals(values):
    return floats(np.vectorize(float)(np.array(values, dtype=object)))


both = pytest.mark.parametrize("make", [decimals, exact], ids=["float64", "exact"])


@both
@pytest.mark.parametrize(
    ("rate", "bits", "expected"),
    [
        ("600", "8", "4800"),
        ("300", "16", "4800"),
        ("989.5", "16", "15832"),
        ("148", "16", "2368"),
        ("156", "19", "2964"),
        ("0", "64", "0"),
    ],
)
def test_processing_performance(make, rate, bits, expected):
    """Rate times bit length; 600 TOPS at 8 bits and 300 TFLOP/s at 16 are the law's own examples of 4800."""
    assert processing_performance(make([rate]), make([bits])).tolist() == make([expected]).tolist()


@both
def test_total_processing_performance_takes_the_highest_format(make):
    """Where bit lengths give different values, the highest counts: FP64 decides on an MI210 (45.3 × 64 > 181 × 16)."""
    performance = make([[["2896"], ["2899.2"], ["1448"]]])
    assert total_processing_performance(performance).tolist() == make(["2899.2"]).tolist()


@both
def test_total_processing_performance_sums_the_units(make):
    """TPP = TPP1 + … + TPPn over the processing units, each at its own best format."""
    performance = make([[["1600"], ["1200"]], [["0"], ["250"]], [["50"], ["50"]]])
    assert total_processing_performance(performance).tolist() == [1900]


@both
def test_total_processing_performance_row_by_row(make):
    """Rows do not touch each other."""
    performance = make([[["1600", "0"], ["800", "4800"]]])
    assert total_processing_performance(performance).tolist() == [1600, 4800]


@both
def test_an_unknown_format_leaves_the_total_unknown(make):
    """Missing is not zero: one unknown format could be the highest."""
    performance = make([[["1600", "1600"], [NAN, "800"]], [["1", "1"], ["1", "1"]]])
    total = total_processing_performance(performance)
    assert np.isnan(float(total[0]))
    assert total[1] == 1601


@both
def test_applicable_die_area_leaves_planar_dies_out(make):
    """Two FinFET dies of 100 mm² on one planar die of 300 mm² make 200 mm²."""
    area, count = make([["100.5"], ["300"]]), make([["2"], ["1"]])
    assert applicable_die_area(area, count, np.array([[True], [False]])).tolist() == [201]
    assert applicable_die_area(area, count, np.array([[True], [True]])).tolist() == [501]
    assert applicable_die_area(area, count, np.array([[False], [False]])).tolist() == [0]


@both
def test_an_unknown_area_matters_only_where_it_counts(make):
    """A planar die without an area changes nothing; a non-planar one leaves the sum unknown."""
    area, count = make([["100", "100"], [NAN, NAN]]), make([["1", "1"], ["1", "1"]])
    total = applicable_die_area(area, count, np.array([[True, True], [False, True]]))
    assert total[0] == 100
    assert np.isnan(float(total[1]))


@both
def test_performance_density(make):
    """H20: 2368 TPP on 814 mm² is 2.909…; a density of exactly 5.92 comes out as 5.92."""
    found = performance_density(make(["2368", "1600", NAN, "1600"]), make(["814", "500", "814", NAN]))
    assert float(found[0]) == pytest.approx(2368 / 814, rel=1e-15)
    assert float(found[1]) == 3.2
    assert np.isnan([float(value) for value in found[2:]]).all()


def test_performance_density_is_exact_on_rationals():
    """The quotient stays a fraction: 5.92 × 250 over 250 is 148/25."""
    assert performance_density(exact(["1480"]), exact(["250"])).tolist() == [Fraction(148, 25)]


@both
def test_planar_only_has_no_density(make):
    """No applicable die area: the density is undefined, neither zero nor an unknown that data could settle."""
    found = performance_density(make(["263.04", NAN]), make(["0", "0"]))
    assert found.tolist() == [UNDEFINED, UNDEFINED]


@both
def test_approximated_transistor_count(make):
    """665.6 mm² at 91 million per mm² is 60.5696 billion."""
    found = approximated_transistor_count(make([["91e6"]]), make([["665.6"]]), make([["1"]]), np.array([[True]]))
    assert [float(value) for value in found] == [60_569_600_000]


@both
def test_only_applicable_dies_are_aggregated(make):
    """A 28 nm planar die does not enter the aggregated count, whatever is unknown about it; two equal dies both do."""
    density, area = make([["90e6"], [NAN]]), make([["100"], ["300"]])
    count, applicable = make([["2"], ["1"]]), np.array([[True], [False]])
    assert approximated_transistor_count(density, area, count, applicable).tolist() == [18 * 10**9]
    unknown = approximated_transistor_count(density, area, count, np.array([[True], [True]]))
    assert np.isnan(float(unknown[0]))


@both
def test_memory_bandwidth_density(make):
    """242 GB/s on 121 mm² is exactly 2."""
    found = memory_bandwidth_density(make(["242", NAN]), make(["121", "121"]))
    assert found[0] == 2
    assert np.isnan(float(found[1]))


@both
def test_operations_per_token(make):
    """Two operations per parameter forward, four backward."""
    assert operations_per_token(make(["405e9"])).tolist() == [2_430 * 10**9]


EU_ARCHITECTURE = [
    ("A", "3.8e9", "3.3e12", "7.524e22"),
    ("C", "0.6e9", "36e12", "1.296e23"),
    ("D", "1.54e9", "18e12", "1.6632e23"),
    ("E", "1.7e9", "36e12", "3.672e23"),
    ("F", "2.5e9", "12e12", "1.8e23"),
    ("G", "2.6e9", "1.0004e13", "1.560624e23"),  # 61e9 tokens, 164 times
]
EU_HARDWARE = [("B", "200000", "300", "0.5", "1.08e23"), ("H", "370000", "989", "0.5", "6.58674e23")]


@pytest.mark.parametrize(("model", "parameters", "tokens", "product"), EU_ARCHITECTURE)
def test_eu_annex_by_architecture(model, parameters, tokens, product):
    """C(2025) 5045 final, Annex A.3: 6 × parameters × tokens."""
    assert compute_from_architecture(exact([parameters]), exact([tokens])).tolist() == [Fraction(product)], model
    assert compute_from_architecture(decimals([parameters]), decimals([tokens]))[0] == pytest.approx(
        float(product), rel=1e-14
    )


@pytest.mark.parametrize(("model", "hours", "peak", "utilization", "product"), EU_HARDWARE)
def test_eu_annex_by_hardware(model, hours, peak, utilization, product):
    """C(2025) 5045 final, Annex A.3: chip-hours × peak × utilization."""
    inputs = ([hours], [peak], [utilization])
    assert compute_from_hardware(*map(exact, inputs)).tolist() == [Fraction(product)], model
    assert compute_from_hardware(*map(decimals, inputs))[0] == pytest.approx(float(product), rel=1e-14)


@pytest.mark.parametrize(
    ("model", "parameters", "tokens", "product"),
    [
        ("GPT-3", "174.6e9", "300e9", "3.1428e23"),
        ("Llama 3.1 405B", "405e9", "15.6e12", "3.7908e25"),
        ("DeepSeek-V3, active parameters", "37e9", "14.8e12", "3.2856e24"),
        ("SmolLM3", "3.08e9", "11135877120000", "205791009177600000000000"),
    ],
)
def test_known_models(model, parameters, tokens, product):
    """6ND for models whose figures are published; a mixture of experts counts its active parameters."""
    assert compute_from_architecture(exact([parameters]), exact([tokens])).tolist() == [Fraction(product)], model


@both
def test_unknown_training_inputs_stay_unknown(make):
    """Nothing is computed from an input that is not known."""
    one, unknown = make(["1e9"]), make([NAN])
    results = [
        compute_from_architecture(unknown, one),
        compute_from_architecture(one, unknown),
        compute_from_hardware(unknown, one, one),
        compute_from_hardware(one, unknown, one),
        compute_from_hardware(one, one, unknown),
        additional_training_share(unknown, one),
    ]
    assert np.isnan([float(result[0]) for result in results]).all()


@both
def test_additional_training_share(make):
    """2.5e25 on 9.0e25 published is 25/115 of the whole."""
    found = additional_training_share(make(["2.5e25"]), make(["1.15e26"]))
    assert float(found[0]) == pytest.approx(25 / 115, rel=1e-15)


@both
def test_a_share_of_nothing_has_no_value(make):
    """Where no phase of a ledger counts, there is nothing to be a share of."""
    assert float(additional_training_share(make(["0"]), make(["0"]))[0]) == float("inf")


ONE, MINUS, ZERO = ["1", "1", "1"], ["1", "-2", "-3"], ["1", "0", "1"]
MASK = np.array([[True, True, True]])


@both
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("dense_rate", lambda make: processing_performance(make(MINUS), make(ONE))),
        ("bit_length", lambda make: processing_performance(make(ONE), make(ZERO))),
        ("performance", lambda make: total_processing_performance(make([[MINUS]]))),
        ("area", lambda make: applicable_die_area(make([ZERO]), make([ONE]), MASK)),
        ("count", lambda make: applicable_die_area(make([ONE]), make([MINUS]), MASK)),
        ("die_area", lambda make: performance_density(make(ONE), make(MINUS))),
        ("density", lambda make: approximated_transistor_count(make([ZERO]), make([ONE]), make([ONE]), MASK)),
        ("area", lambda make: approximated_transistor_count(make([ONE]), make([MINUS]), make([ONE]), MASK)),
        ("count", lambda make: approximated_transistor_count(make([ONE]), make([ONE]), make([ZERO]), MASK)),
        ("package_area", lambda make: memory_bandwidth_density(make(ONE), make(ZERO))),
        ("parameters", lambda make: operations_per_token(make(ZERO))),
        ("tokens", lambda make: compute_from_architecture(make(ONE), make(MINUS))),
        ("chip_hours", lambda make: compute_from_hardware(make(MINUS), make(ONE), make(ONE))),
        ("peak_rate", lambda make: compute_from_hardware(make(ONE), make(ZERO), make(ONE))),
        ("utilization", lambda make: compute_from_hardware(make(ONE), make(ONE), make(MINUS))),
        ("training_compute", lambda make: additional_training_share(make(ONE), make(MINUS))),
    ],
)
def test_impossible_inputs_are_refused_by_row(make, name, call):
    """The message names the input, the first row at fault, and the value there."""
    with pytest.raises(InputError, match=rf"^{name}: row 1 is (-2|0)\b.*must be (positive|zero or more)"):
        call(make)


@both
@pytest.mark.parametrize(
    "call",
    [
        lambda make: performance_density(make(["-1"]), make(["1"])),
        lambda make: memory_bandwidth_density(make(["-1"]), make(["1"])),
        lambda make: additional_training_share(make(["-1e25"]), make(["1e26"])),
    ],
    ids=["performance_density", "memory_bandwidth_density", "additional_training_share"],
)
def test_no_numerator_is_negative(make, call):
    """A negative figure in a quotient is as impossible as one below it."""
    with pytest.raises(InputError, match="row 0 is -1"):
        call(make)


def test_the_row_is_that_of_the_table():
    """With several dies per chip the row is the chip's, not the position in the flattened array."""
    area = floats([[100.0, 100.0, 100.0], [-7.0, 50.0, 50.0]])
    with pytest.raises(InputError, match=r"area: row 0 is -7"):
        applicable_die_area(area, np.ones((2, 3)), np.ones((2, 3), dtype=bool))


@both
def test_no_rows_are_no_problem(make):
    """An empty table gives an empty result."""
    empty = make(np.empty((0,), dtype=object)) if make is exact else floats([])
    assert len(performance_density(empty, empty)) == 0
    assert len(compute_from_architecture(empty, empty)) == 0
