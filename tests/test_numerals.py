"""Exact fractions in text: where they are read, and where a slash is refused."""

from fractions import Fraction
from shutil import copytree

import pytest

from gateline.amounts import Amount, read_amount
from gateline.errors import InputError, SpecError
from gateline.numerals import read_number
from gateline.quantities import QUANTITIES
from gateline.rules.specfiles import load_specs, specs_folder
from gateline.units import read_measure

MODIFIER = "rules/eu/ai-act/modifier.yaml"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10^25/3", Fraction(10**25, 3)),
        ("10^25 / 3", Fraction(10**25, 3)),
        ("1e25/3", Fraction(10**25, 3)),
        ("1 x 10^25/3", Fraction(10**25, 3)),
        ("10**23/3", Fraction(10**23, 3)),
        ("2e25/999", Fraction(2 * 10**25, 999)),
        ("1/3", Fraction(1, 3)),
    ],
)
def test_a_fraction_is_exact(text, value):
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["10^25/3 FLOP", "1e25 / 3 FLOP", "10^25/3", "10^22/3 kFLOP"])
def test_a_fraction_takes_a_unit(text):
    assert read_measure(text, "FLOP", "1e25 FLOP", bare=True) == Fraction(10**25, 3)


@pytest.mark.parametrize("text", ["1/0", "10^25/0", "1e25/000"])
def test_nothing_is_divided_by_zero(text):
    with pytest.raises(InputError, match="divides by zero"):
        read_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "10^25/1000",
        "1e25/3e25",
        "1e25/30e24",
        "1e25/3.5",
        "1e25/10^3",
        "1e25/-3",
        "1e25/3/3",
        "1e25/",
        "1e25/3,5",
        "1/1000000000000000000",
        "1.5/3",
        "1/3.5",
    ],
)
def test_other_divisions_are_refused(text):
    """A small whole divisor after an exponent, or two whole numbers; nothing is read in part."""
    with pytest.raises(InputError):
        read_number(text)


@pytest.mark.parametrize("text", ["600/900 GB/s", "32/64 GB/s", "900/2"])
def test_two_figures_of_a_datasheet_are_no_fraction(text):
    """'600/900 GB/s' means one or the other, and is refused."""
    with pytest.raises(InputError, match="io_bandwidth"):
        read_amount(text, QUANTITIES["io_bandwidth"])


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1/3", Fraction(1, 3), Fraction(1, 3)),
        ("1 / 3", Fraction(1, 3), Fraction(1, 3)),
        ("4/3", Fraction(4, 3), Fraction(4, 3)),
        ("1/4 to 1/3", Fraction(1, 4), Fraction(1, 3)),
        ("at most 1/3", None, Fraction(1, 3)),
    ],
)
def test_a_share_may_be_a_fraction(text, low, high):
    assert read_amount(text, QUANTITIES["modification_share_of_original"]) == Amount(low, high)


@pytest.mark.parametrize("text", ["4/3", "0/3", "1/0", "-1/3", "1/3%"])
def test_a_fraction_obeys_the_limits_of_its_quantity(text):
    """A utilization lies above zero and at most at one."""
    with pytest.raises(InputError, match="utilization"):
        read_amount(text, QUANTITIES["utilization"])


@pytest.mark.parametrize(
    ("there", "instead", "problem"),
    [
        ("10^25/3 FLOP", "1025/3 FLOP", "1025/3 FLOP"),
        ("10^25/3 FLOP", "10^25/0 FLOP", "divides by zero"),
        ("value: 1/3", "value: 1/0", "divides by zero"),
        ("value: 1/3", "value: 1/3 FLOP", "takes no unit"),
        ("value: 1/3", "value: 1/4 to 1/3", "is not one value"),
    ],
)
def test_a_rule_file_with_another_threshold_is_refused(tmp_path, there, instead, problem):
    specs = copytree(specs_folder(), tmp_path / "specs")
    text = (specs / MODIFIER).read_text(encoding="utf-8")
    assert there in text
    (specs / MODIFIER).write_text(text.replace(there, instead), encoding="utf-8")
    with pytest.raises(SpecError, match=problem):
        load_specs(specs)
