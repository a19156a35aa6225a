"""What people write for numbers and units, and that it is read exactly or refused with a way out."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateline.errors import InputError
from gateline.numerals import exact_text, is_decimal, is_exact_as_float, number, read_number
from gateline.units import conversion_factor, read_measure

TEN_26 = 10**26
RATE, AREA, BANDWIDTH, COMPUTE = "TFLOP/s", "mm^2", "GB/s", "FLOP"


def measure(text: str, canonical: str, *, bare: bool = False) -> Fraction:
    return read_measure(text, canonical, f"1 {canonical}".strip(), bare=bare)


@pytest.mark.parametrize(
    "text",
    [
        "1e26",
        "1E26",
        "1e+26",
        "1.0e26",
        "10^26",
        "10**26",
        "10 ^ 26",
        "1 x 10^26",
        "1×10^26",
        "1 * 10**26",
        "1·10^(26)",
        "100_000_000_000_000_000_000_000_000",
        "  1e26  ",
    ],
)
def test_ten_to_the_26_reads_alike(text):
    """A threshold in any usual notation is the same integer."""
    assert read_number(text) == TEN_26
    assert measure(f"{text} FLOP", COMPUTE) == TEN_26
    assert measure(text, COMPUTE, bare=True) == TEN_26


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("312", 312),
        ("1_000", 1000),
        ("12_345_678.9", Fraction(123456789, 10)),
        ("5.92", Fraction(592, 100)),
        (".5", Fraction(1, 2)),
        ("-3.5", Fraction(-7, 2)),
        ("+7", 7),
        ("10^-3", Fraction(1, 1000)),
        ("-10^2", -100),
        ("2e-1", Fraction(1, 5)),
        ("3.8 x 10^25", 38 * 10**24),
        ("1/3", Fraction(1, 3)),
        ("10 / 4", Fraction(5, 2)),
        ("0.1", Fraction(1, 10)),
    ],
)
def test_numbers_are_exact(text, value):
    """Decimal text becomes the rational that it says, not the nearest binary float."""
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1e",
        "e5",
        "1.2.3",
        "2^10",
        "10^2.5",
        "1 2",
        "0x10",
        "1e5e5",
        "1/0",
        "1,00",
        "12,34",
        "--1",
        "½",
        "10^",
        "nan",
        "inf",
    ],
)
def test_other_number_text_is_refused(text):
    """Whatever is not plainly a number is refused, never read in part."""
    with pytest.raises(InputError):
        read_number(text)


@pytest.mark.parametrize("text", ["0,592", "1,5", "1,000", "12,345,678.9"])
def test_a_comma_is_not_guessed_at(text):
    """'1,000' is a thousand here and one there; the message says how to write either without a comma."""
    for call in (lambda: read_number(text), lambda: measure(f"{text} mm^2", AREA), lambda: measure(text, "")):
        with pytest.raises(InputError, match=re.escape(text)) as refused:
            call()
        assert re.search(r"point|1_000", str(refused.value))


@pytest.mark.parametrize(
    ("text", "canonical", "value"),
    [
        ("3.8e25 FLOP", COMPUTE, 38 * 10**24),
        ("989.5 TFLOP/s", RATE, Fraction(9895, 10)),
        ("989.5TFLOP/s", RATE, Fraction(9895, 10)),
        ("0.9895 PFLOP/s", RATE, Fraction(9895, 10)),
        ("989500 GFLOP/s", RATE, Fraction(9895, 10)),
        ("600 TOPS", RATE, 600),
        ("0.6 POPS", RATE, 600),
        ("600000 GOPS", RATE, 600),
        ("300 TMAC/s", RATE, 600),
        ("494.75 TMAC/s", RATE, Fraction(9895, 10)),
        ("3.35 TB/s", BANDWIDTH, 3350),
        ("26800 Gbit/s", BANDWIDTH, 3350),
        ("1 GiB/s", BANDWIDTH, Fraction(2**30, 10**9)),
        ("814 mm^2", AREA, 814),
        ("814 mm²", AREA, 814),
        ("814 mm2", AREA, 814),
        ("814 mm**2", AREA, 814),
        ("8.14 cm^2", AREA, 814),
        ("4800 TPP", "TPP", 4800),
        ("4800 TFLOP*bit/s", "TPP", 4800),
        ("600 TFLOP*byte/s", "TPP", 4800),
        ("300 TMAC*byte/s", "TPP", 4800),
        ("5.92 TPP/mm^2", "TPP/mm^2", Fraction(592, 100)),
        ("592 TPP/cm^2", "TPP/mm^2", Fraction(592, 100)),
        ("91 million/mm^2", "1/mm^2", 91 * 10**6),
        ("0.016 µm", "nm", 16),
        ("500e6 USD", "USD", 500 * 10**6),
        ("500 million USD", "USD", 500 * 10**6),
        ("3.3 GB/s/mm^2", "GB/s/mm^2", Fraction(33, 10)),
    ],
)
def test_measures(text, canonical, value):
    """A number with a unit is converted exactly."""
    assert measure(text, canonical) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("80 billion", 80 * 10**9),
        ("80 Billion", 80 * 10**9),
        ("30B", 30 * 10**9),
        ("30 B", 30 * 10**9),
        ("405e9", 405 * 10**9),
        ("15.6T", 156 * 10**11),
        ("15.6 trillion", 156 * 10**11),
        ("7 million", 7 * 10**6),
        ("20K", 20_000),
        ("20 thousand", 20_000),
        ("37000000000", 37 * 10**9),
    ],
)
def test_counts(text, value):
    """A pure count takes a word or a letter for its size, and no unit."""
    assert measure(text, "") == value


def test_a_kilo_does_not_cost_the_last_bit():
    """1e23 kFLOP is 10^26 operations; float64 arithmetic gives 9.999999999999999e25."""
    assert measure("1e23 kFLOP", COMPUTE) == TEN_26
    assert 1e23 * 1e3 != 1e26


def test_a_multiply_accumulate_is_two_operations():
    """494.75 TMAC/s is 989.5 TFLOP/s, the same rate and not half or twice of it."""
    assert conversion_factor("MAC", "operation") == 2
    assert measure("494.75 TMAC/s", RATE) == measure("989.5 TFLOP/s", RATE)


@pytest.mark.parametrize(
    ("unit", "count", "rate"),
    [
        ("FLOPS", "FLOP", "FLOP/s"),
        ("TFLOPS", "TFLOP", "TFLOP/s"),
        ("OPS", "OP", "OP/s"),
        ("EFLOPS", "EFLOP", "EFLOP/s"),
        ("MOPS", "MOP", "MOP/s"),
        ("TFLOPs", "TFLOP", "TFLOP/s"),
        ("tflops", "TFLOP", "TFLOP/s"),
        ("gflops", "GFLOP", "GFLOP/s"),
    ],
)
@pytest.mark.parametrize("canonical", [RATE, COMPUTE])
def test_a_count_or_a_rate_is_asked_back(unit, count, rate, canonical):
    """FLOPS can mean either; the message offers both spellings, and both can be used."""
    with pytest.raises(InputError, match=f"'{unit}' is ambiguous") as refused:
        measure(f"312 {unit}", canonical)
    assert f"Write {count} for a count, or {rate} for a rate" in str(refused.value)
    assert conversion_factor(count, COMPUTE) > 0
    assert conversion_factor(rate, RATE) > 0


@pytest.mark.parametrize("unit", ["FLOPS/W", "GB*FLOPS"])
def test_an_ambiguous_part_of_a_unit_is_found(unit):
    """The word is refused wherever it stands in the unit."""
    with pytest.raises(InputError, match="ambiguous"):
        measure(f"1 {unit}", RATE)


def test_a_wrong_dimension_names_both():
    """The message says what was read, its dimension, the one wanted, and an example."""
    with pytest.raises(InputError) as refused:
        measure("814 mm", AREA)
    message = str(refused.value)
    assert "'814 mm'" in message
    assert re.search(r"dimension \[length\], expected \[length\]\^2 \('mm\^2'\)", message)
    assert "1 mm^2" in message


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("5 GB", BANDWIDTH), ("5 FLOP", RATE), ("5 TFLOP/s", COMPUTE), ("5 TPP", RATE), ("5 W", "TPP"), ("5 s", "nm")],
)
def test_other_dimensions_are_refused(text, canonical):
    """A capacity is no bandwidth, a count no rate, a rate no count."""
    with pytest.raises(InputError, match="has dimension"):
        measure(text, canonical)


def test_a_missing_unit_is_asked_for():
    """The example shows how the value is to be written."""
    with pytest.raises(InputError) as refused:
        read_measure("989.5", RATE, "989.5 TFLOP/s")
    assert str(refused.value) == "'989.5' has no unit. Write the number and its unit, for example '989.5 TFLOP/s'."


@pytest.mark.parametrize("text", ["80 billion transistors", "405e9 FLOP", "30 mm^2", "5%"])
def test_a_pure_count_takes_no_unit(text):
    """A unit on a count is refused, not dropped."""
    with pytest.raises(InputError, match="takes no unit"):
        measure(text, "")


@pytest.mark.parametrize(
    "text", ["5 furlong", "5 Gb/s", "5 Gbps", "5 TB/hour/second/day/min", "5 TB//s", "5 /", "5 TB/s!"]
)
def test_unknown_units_are_refused(text):
    """A unit that is not in the registry is named, and the expected one with it."""
    with pytest.raises(InputError, match="GB/s"):
        measure(text, BANDWIDTH)


@pytest.mark.parametrize(
    "text",
    [
        "1 m^99999999",
        "1 m**9**9**9",
        "1 mm^9*mm^9*mm^9*mm^9",
        "1e999999999 FLOP",
        "1e-999999999 FLOP",
        "10^100000 FLOP",
        "9" * 40_000,
        "1." + "0" * 40_000 + " FLOP",
        "1" + ",000" * 10_000 + " FLOP",
        "1" + " " * 40_000 + "x",
        "1 " + "m" * 15_000,
        "1 " + "m*" * 20_000 + "m",
        "1 " + "TFLOP/" * 10_000 + "s",
        "1 " + "µ" * 20_000 + "/" * 20_000,
        "1 __import__('os').getcwd()",
        "1 FLOP if open('x') else 2",
        "1 lambda: 0",
        "1 (((((((((FLOP)))))))))",
        "1 FLOP; FLOP",
        "1 [computation]",
        "1 FLOP\x00",
        "1 \x1b[31mFLOP",
        "x" * 40_000,
    ],
    ids=lambda text: text[:24].encode("unicode_escape").decode(),
)
def test_hostile_text_is_refused_at_once(text):
    """Size and code in a value cost nothing, and the message stays one short printable line."""
    with pytest.raises(InputError) as refused:
        measure(text, COMPUTE, bare=True)
    assert len(str(refused.value)) < 300
    assert str(refused.value).isprintable()


DECIMALS = st.builds(
    lambda mantissa, exponent: f"{mantissa}e{exponent}",
    st.integers(1, 10**12 - 1),
    st.integers(-20, 30),
)
LIKE_UNITS = {
    RATE: ["FLOP/s", "GFLOP/s", "PFLOP/s", "TMAC/s", "TOPS", "kOP/s", "GFLOP/hour"],
    BANDWIDTH: ["TB/s", "MB/s", "Gbit/s", "GiB/s", "TB/day"],
    AREA: ["cm^2", "m^2", "µm^2", "nm^2"],
    "TPP": ["TFLOP*bit/s", "TMAC*bit/s", "TFLOP*byte/s", "FLOP*bit/day"],
    "1/mm^2": ["1/cm^2", "1/nm^2"],
    COMPUTE: ["kFLOP", "YFLOP", "MAC", "OP", "TOPS*day"],
}
PAIRS = st.sampled_from([(unit, canonical) for canonical, units in LIKE_UNITS.items() for unit in units])


@given(DECIMALS, PAIRS)
def test_there_and_back_is_exact(text, pair):
    """A value in any unit, converted to the canonical one and back, is the value that was written."""
    unit, canonical = pair
    written = unit.removeprefix("1")
    there = measure(f"{text} {written}", canonical)
    assert there * conversion_factor(canonical, unit) == Fraction(text)
    assert conversion_factor(unit, canonical) * conversion_factor(canonical, unit) == 1


@given(DECIMALS)
def test_exact_text_reads_back(text):
    """The exact decimal text in JSON and in cards loses nothing."""
    value = read_number(text)
    assert value == Fraction(text)
    assert read_number(exact_text(value)) == value
    assert read_number(exact_text(-value)) == -value


@given(st.integers(-(10**17), 10**17), st.integers(1, 10**17))
def test_exact_text_of_a_ratio_is_its_value(above, below):
    """A value without a finite decimal is written as a ratio, any other as a decimal."""
    value = Fraction(above, below)
    assert Fraction(exact_text(value)) == value
    assert ("/" in exact_text(value)) != is_decimal(value)


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_the_shortest_decimal_of_a_float_is_exact_as_a_float(value):
    """JSON shows a value as a number alone when a reader gets the same decimal back."""
    assert is_exact_as_float(Fraction(repr(value)))


def test_integers_past_the_float_are_not_exact_as_floats():
    """2^53 + 1 is the first integer that float64 does not hold."""
    assert is_exact_as_float(Fraction(2**53))
    assert not is_exact_as_float(Fraction(2**53 + 1))
    assert is_exact_as_float(Fraction(10**26))
    assert not is_exact_as_float(Fraction(10**26 + 1))


RATIONALS = st.builds(Fraction, st.integers(1, 10**30), st.integers(1, 10**15))


def shown(text: str) -> Fraction:
    return Fraction(Decimal(text.replace(",", "")))


@given(RATIONALS, st.integers(3, 12), st.sampled_from(["<=", "<"]))
def test_an_upper_border_is_never_shown_too_high(value, digits, operator):
    """Whoever stays at or below the border that is shown stays at or below the real one."""
    assert shown(number(value, digits, operator)) <= value


@given(RATIONALS, st.integers(3, 12), st.sampled_from([">=", ">"]))
def test_a_lower_border_is_never_shown_too_low(value, digits, operator):
    """Whoever stays at or above the border that is shown stays at or above the real one."""
    assert shown(number(value, digits, operator)) >= value


@given(RATIONALS, st.integers(3, 12))
def test_a_shown_number_is_close(value, digits):
    """Without an operator the error is at most half a unit of the last digit shown, or nothing."""
    assert abs(shown(number(value, digits)) - value) <= value * Fraction(5, 10**digits)


@pytest.mark.parametrize(
    ("value", "operator", "text"),
    [
        (Fraction(2368), "", "2,368"),
        (Fraction(200000, 592), "<=", "337.8"),  # 2000 TPP / 5.92: 337.837...
        (Fraction(200000, 592), ">=", "337.9"),
        (Fraction(37908) * 10**21, "", "3.791e25"),
        (Fraction(37908) * 10**21, "<=", "3.79e25"),
        (Fraction(10**26), "", "1e26"),
        (Fraction(9_999_999), "", "9,999,999"),
        (Fraction(592, 100), "", "5.92"),
        (Fraction(0), "", "0"),
        (Fraction(-32), "", "-32"),
    ],
)
def test_numbers_for_the_terminal(value, operator, text):
    """Whole numbers in full, long ones in scientific notation, borders to the safe side."""
    assert number(value, operator=operator) == text
