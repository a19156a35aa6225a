"""Values, ranges, dates and flags as people write them, and what is said when they cannot be read."""

from datetime import date
from fractions import Fraction

import pytest

from gateline.amounts import UNKNOWN, Amount, read_amount, read_date, read_days, read_flag
from gateline.errors import InputError
from gateline.quantities import QUANTITIES, Kind, quantity

BILLION = 10**9


def read(name: str, text: str) -> Amount:
    return read_amount(text, QUANTITIES[name])


def refusal(name: str, text: str) -> str:
    with pytest.raises(InputError) as refused:
        read(name, text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("applicable_die_area", "814 mm^2", 814),
        ("applicable_die_area", " 814 mm² ", 814),
        ("applicable_die_area", "0 mm^2", 0),  # a chip with planar dies only
        ("dram_bandwidth", "3.35 TB/s", 3350),
        ("dense_rate", "989.5 TFLOP/s", Fraction(9895, 10)),
        ("dense_rate", "0 TFLOP/s", 0),
        ("total_processing_performance", "4800 TPP", 4800),
        ("performance_density", "5.92 TPP/mm^2", Fraction(592, 100)),
        ("bit_length", "16", 16),
        ("bit_length", "16 bit", 16),
        ("approximated_transistor_count", "30B", 30 * BILLION),
        ("approximated_transistor_count", "80 billion", 80 * BILLION),
        ("transistor_density", "91 million/mm^2", 91 * 10**6),
        ("training_compute", "3.8e25 FLOP", 38 * 10**24),
        ("training_compute", "10^26", 10**26),
        ("training_compute", "1e15", 10**15),
        ("parameters", "405B", 405 * BILLION),
        ("tokens", "15.6T", 156 * 10**11),
        ("chip_hours", "30.84e6", 30_840_000),
        ("utilization", "0.40", Fraction(2, 5)),
        ("utilization", "40%", Fraction(2, 5)),
        ("utilization", "40 %", Fraction(2, 5)),
        ("utilization", "1", 1),
        ("additional_training_share", "25%", Fraction(1, 4)),
        ("annual_gross_revenue", "500e6 USD", 500 * 10**6),
    ],
)
def test_a_value(name, text, value):
    """One value is known, and exact."""
    amount = read(name, text)
    assert amount == Amount.exactly(value)
    assert amount.known
    assert not amount.unknown


@pytest.mark.parametrize(
    ("name", "text", "low", "high"),
    [
        ("applicable_die_area", "300 to 700 mm^2", 300, 700),
        ("applicable_die_area", "300 mm^2 to 700 mm^2", 300, 700),
        ("applicable_die_area", "3 cm^2 to 700 mm^2", 300, 700),
        ("applicable_die_area", "300 - 700 mm^2", 300, 700),
        ("applicable_die_area", "300 – 700 mm^2", 300, 700),
        ("applicable_die_area", "300..700 mm^2", 300, 700),
        ("applicable_die_area", "300…700 mm^2", 300, 700),
        ("applicable_die_area", "0 to 700 mm^2", 0, 700),
        ("approximated_transistor_count", "25 to 35 billion", 25 * BILLION, 35 * BILLION),
        ("dram_bandwidth", "900 GB/s to 3.35 TB/s", 900, 3350),
        ("utilization", "30 to 45%", Fraction(3, 10), Fraction(45, 100)),
        ("utilization", "0.3 to 0.45", Fraction(3, 10), Fraction(45, 100)),
        ("training_compute", "8e24 to 1.2e25 FLOP", 8 * 10**24, 12 * 10**24),
        ("applicable_die_area", "at least 300 mm^2", 300, None),
        ("applicable_die_area", "At least 300 mm^2", 300, None),
        ("applicable_die_area", ">= 300 mm^2", 300, None),
        ("applicable_die_area", "≥300 mm^2", 300, None),
        ("applicable_die_area", "at most 858 mm^2", None, 858),
        ("applicable_die_area", "<=858 mm^2", None, 858),
        ("applicable_die_area", "≤ 858 mm^2", None, 858),
    ],
)
def test_a_range(name, text, low, high):
    """A range keeps both ends; an end that nobody knows stays open."""
    amount = read(name, text)
    assert (amount.low, amount.high) == (low, high)
    assert not amount.known
    assert not amount.unknown


def test_a_range_of_one_point_is_a_value():
    """'814 to 814' leaves nothing open."""
    assert read("applicable_die_area", "814 to 814 mm^2") == Amount.exactly(814)


@pytest.mark.parametrize("text", ["unknown", "Unknown", "UNKNOWN", " unknown ", "?"])
def test_unknown_is_a_value(text):
    """What nobody knows has no ends, and is never zero."""
    assert read("applicable_die_area", text) == UNKNOWN
    assert UNKNOWN.unknown
    assert not UNKNOWN.known


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("applicable_die_area", "-5 mm^2", "is negative"),
        ("applicable_die_area", "-5 to 5 mm^2", "is negative"),
        ("dense_rate", "-1 TFLOP/s", "is negative"),
        ("training_compute", "-1e26 FLOP", "is negative"),
        ("utilization", "-40%", "is negative"),
        ("package_area", "0 mm^2", "greater than zero"),
        ("package_area", "0 to 5 mm^2", "greater than zero"),
        ("parameters", "0", "greater than zero"),
        ("tokens", "0", "greater than zero"),
        ("training_compute", "0", "greater than zero"),
        ("utilization", "0%", "greater than zero"),
        ("process_node", "0 nm", "greater than zero"),
        ("bit_length", "0", "greater than zero"),
        ("applicable_die_area", "nan", "is not a value"),
        ("applicable_die_area", "NaN", "is not a value"),
        ("applicable_die_area", "inf", "is not a value"),
        ("applicable_die_area", "-Infinity", "is not a value"),
        ("applicable_die_area", ".inf", "is not a number"),
        ("applicable_die_area", "inf mm^2", "is not a number"),
        ("applicable_die_area", "nan to 5 mm^2", "is not a value"),
        ("applicable_die_area", "1 to inf mm^2", "mm^2"),
        ("dense_rate", "1979 TFLOP/s sparse", "is a sparse rate"),
        ("dense_rate", "1979 TFLOP/s (with sparsity)", "TFLOP/s"),
        ("dense_rate", "Sparse 1979 TFLOP/s", "is a sparse rate"),
        ("utilization", "1.5", "is more than 1"),
        ("utilization", "150%", "is more than 1"),
        ("additional_training_share", "25", "is more than 1"),
        ("training_compute", "1026", "lost superscript"),
        ("training_compute", "1025 FLOP", "lost superscript"),
        ("training_compute", "1023", "lost superscript"),
        ("training_compute", "999999999999999", "lost superscript"),
        ("training_compute", "1026 to 1e27", "lost superscript"),
        ("training_compute", "at least 1026", "lost superscript"),
        ("applicable_die_area", "", "is empty"),
        ("applicable_die_area", "   ", "is empty"),
        ("applicable_die_area", "700 to 300 mm^2", "ends below its start"),
        ("applicable_die_area", "7 cm^2 to 300 mm^2", "ends below its start"),
        ("applicable_die_area", "300 to mm^2", "mm^2"),
        ("applicable_die_area", "300 to 500 to 700 mm^2", "mm^2"),
        ("applicable_die_area", "unknown to 700 mm^2", "is not a number"),
        ("applicable_die_area", "at least", "is not a number"),
        ("applicable_die_area", "at least unknown", "is not a number"),
        ("applicable_die_area", "about 814 mm^2", "is not a number"),
        ("applicable_die_area", "814", "has no unit"),
        ("applicable_die_area", "300 to 700", "has no unit"),
        ("applicable_die_area", "814 mm", "has dimension"),
        ("dense_rate", "989.5 TFLOPS", "is ambiguous"),
        ("approximated_transistor_count", "80 billion transistors", "takes no unit"),
    ],
)
def test_a_value_that_cannot_be_used(name, text, problem):
    """The message says which quantity, what was read, what is wrong, and shows a way out."""
    message = refusal(name, text)
    assert message.startswith(f"{name}: ")
    assert problem in message
    assert "Write" in message or QUANTITIES[name].example in message
    assert message.isprintable()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-5 mm^2", "applicable_die_area: '-5 mm^2' is negative. Write for example '814 mm^2'."),
        (
            "700 to 300 mm^2",
            "applicable_die_area: '700 to 300 mm^2' ends below its start. Write the smaller value first.",
        ),
        ("", "applicable_die_area: the value is empty. Write for example '814 mm^2', or 'unknown'."),
    ],
)
def test_messages_in_full(text, message):
    """Where, what was read, what was wanted, how to put it right."""
    assert refusal("applicable_die_area", text) == message


def test_a_lost_superscript_is_shown_with_the_remedy():
    """Official texts print 1026 for 10^26; the smallest figure that is believed is 10^15."""
    assert "Write 10^26 or 1e26, not 1026." in refusal("training_compute", "1026")
    assert read("training_compute", "1e15").low == 10**15


@pytest.mark.parametrize("name", [name for name, entry in QUANTITIES.items() if entry.kind is Kind.AMOUNT])
def test_every_example_is_accepted(name):
    """The example that a message shows for a quantity can be written for it."""
    assert read(name, QUANTITIES[name].example).known


@pytest.mark.parametrize("name", [name for name, entry in QUANTITIES.items() if entry.kind is Kind.AMOUNT])
@pytest.mark.parametrize("text", ["nan", "inf", "-1", "", "1e400", "x"])
def test_no_quantity_takes_nonsense(name, text):
    """No amount is not a number, infinite, negative, empty or absurdly large."""
    assert refusal(name, text).startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2027-06-30", date(2027, 6, 30), date(2027, 6, 30)),
        ("2027", date(2027, 1, 1), date(2027, 12, 31)),
        ("2028", date(2028, 1, 1), date(2028, 12, 31)),
        ("2027 to 2028", date(2027, 1, 1), date(2028, 12, 31)),
        ("2027-06-30 to 2027-07-01", date(2027, 6, 30), date(2027, 7, 1)),
        ("2027-06-30 to 2028", date(2027, 6, 30), date(2028, 12, 31)),
        (" 2028-02-29 ", date(2028, 2, 29), date(2028, 2, 29)),
    ],
)
def test_dates(text, first, last):
    """A year is all of its days, a span runs to its last day."""
    amount = read_days(text, QUANTITIES["transaction_date"])
    assert (amount.low, amount.high) == (first.toordinal(), last.toordinal())


@pytest.mark.parametrize(
    "text",
    [
        "2027-02-29",
        "2023-02-30",
        "2027-13-01",
        "20270630",
        "30.06.2027",
        "06/30/2027",
        "27",
        "12027",
        "0000",
        "today",
        "",
        "2027-6-30",
        "2027-W01-1",
        "2027-06-30T00:00",
        "²027",
        "２０２７-06-30",
    ],
)
def test_other_dates_are_refused(text):
    """A day is year-month-day in the calendar; nothing else is guessed at."""
    with pytest.raises(InputError, match=r"transaction_date: .*Write it as year-month-day, for example 2026-11-21"):
        read_days(text, QUANTITIES["transaction_date"])
    with pytest.raises(InputError, match="--as-of: "):
        read_date(text, "--as-of")


def test_a_span_of_dates_runs_forward():
    """A span that ends before it starts is refused."""
    with pytest.raises(InputError, match="ends before it starts"):
        read_days("2028 to 2027", QUANTITIES["transaction_date"])


def test_an_unknown_date():
    """A transaction may have no date yet."""
    assert read_days("unknown", QUANTITIES["transaction_date"]) == UNKNOWN


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("Yes", True),
        ("true", True),
        ("no", False),
        ("NO", False),
        ("false", False),
        ("unknown", None),
        (" ? ", None),
    ],
)
def test_flags(text, value):
    """Yes, no or unknown, in any case."""
    assert read_flag(text, "datacenter") is value


@pytest.mark.parametrize("text", ["", "maybe", "1", "0", "y", "on", "none", "null", "ja"])
def test_other_flags_are_refused(text):
    """Nothing else is taken for yes or no."""
    with pytest.raises(InputError, match=r"datacenter: .*is not yes, no or unknown"):
        read_flag(text, "datacenter")


def test_aliases_lead_to_canonical_names():
    """Short names that people use mean the registry's entry."""
    assert quantity("tpp").name == "total_processing_performance"
    assert quantity("pd").name == "performance_density"
    assert quantity("die_area").name == "applicable_die_area"


def test_an_unknown_quantity_gets_a_suggestion():
    """A slip of the pen is put right, an unknown name gets the list."""
    with pytest.raises(InputError, match="Did you mean applicable_die_area"):
        quantity("aplicable_die_area")
    with pytest.raises(InputError, match="Known names: total_processing_performance"):
        quantity("zzz")
