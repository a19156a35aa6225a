"""Decimal text to exact rationals and back, without binary floats in between.

What people read is rounded so that a border is never moved to the unsafe side.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from gateline.errors import InputError

SCIENTIFIC_FROM = 10**9
ROUNDING = {"<=": ROUND_FLOOR, "<": ROUND_FLOOR, ">=": ROUND_CEILING, ">": ROUND_CEILING}
MAXIMUM_EXPONENT = 99
MAXIMUM_LENGTH = 60

_MANTISSA = r"(?P<mantissa>[+-]?(?:\d[\d_]*(?:\.[\d_]+)?|\.\d+))"
_EXPONENT = r"(?:[eE](?P<exponent>[+-]?\d{1,3}))"
_TIMES_POWER = r"(?:\s*[x×*·]\s*10\s*(?:\^|\*\*)\s*\(?(?P<power>[+-]?\d{1,3})\)?)"
_POWER_OF_TEN = r"(?P<sign>[+-]?)10\s*(?:\^|\*\*)\s*\(?(?P<bare>[+-]?\d{1,3})\)?"

NUMBER = re.compile(rf"(?:{_POWER_OF_TEN}|{_MANTISSA}(?:{_EXPONENT}|{_TIMES_POWER})?)")
RATIO = re.compile(r"(\d{1,18})\s*/\s*(\d{1,18})")
DIVISOR = re.compile(r"\s*/\s*(\d{1,3})(?![\w.,^])")


def match_number(text: str) -> tuple[Fraction, int] | None:
    """The number at the start of `text` and where it ends, or None if there is none.

    Reads ``1e26``, ``10^26``, ``10**26``, ``3.8 x 10^25`` and ``1_000``; a number with an exponent may be divided by a
    small whole one, ``10^25/3``. A comma is refused: it means thousands to some and decimals to others.
    """
    found = NUMBER.match(text)
    if found is None or found.end() > MAXIMUM_LENGTH:
        return None
    if text[found.end() : found.end() + 1] == ",":
        raise InputError(f"'{clip(text)}' has a comma. Write a point before decimals, and thousands as 1000 or 1_000.")
    if found["bare"] is not None:
        mantissa, exponent = Fraction(-1 if found["sign"] == "-" else 1), found["bare"]
    else:
        mantissa = Fraction(found["mantissa"].replace("_", ""))
        exponent = found["exponent"] or found["power"] or "0"
    if abs(int(exponent)) > MAXIMUM_EXPONENT:
        raise InputError(
            f"'{text[:MAXIMUM_LENGTH]}' has an exponent beyond ±{MAXIMUM_EXPONENT}; no quantity here needs one."
        )
    value = mantissa * Fraction(10) ** int(exponent)
    divided = DIVISOR.match(text, found.end()) if found["bare"] or found["exponent"] or found["power"] else None
    return (value / _divisor(divided[1], text), divided.end()) if divided else (value, found.end())


def _divisor(digits: str, text: str) -> int:
    if int(digits) == 0:
        raise InputError(f"'{clip(text)}' divides by zero.")
    return int(digits)


def read_number(text: str) -> Fraction:
    """The exact value of decimal text, or of a ratio such as ``1/3``."""
    stripped = text.strip()
    if ratio := RATIO.fullmatch(stripped):
        return Fraction(int(ratio[1]), _divisor(ratio[2], stripped))
    found = match_number(stripped)
    if found is None or found[1] != len(stripped):
        raise InputError(f"'{clip(stripped)}' is not a number. Write it like 312, 1e26, 10^26 or 1_000.")
    return found[0]


def is_decimal(value: Fraction) -> bool:
    """Whether `value` can be written out as a finite decimal."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def exact_text(value: Fraction) -> str:
    """`value` as a finite decimal where there is one, else as a ratio."""
    if not is_decimal(value):
        return f"{value.numerator}/{value.denominator}"
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def is_exact_as_float(value: Fraction) -> bool:
    """Whether the shortest decimal form of float64(`value`) is `value` itself."""
    return Fraction(repr(float(value))) == value


def clip(text: str, length: int = 40) -> str:
    """`text` in one line, cut to a length that fits an error message."""
    line = " ".join(text.split())
    printable = line if line.isprintable() else "".join(mark if mark.isprintable() else "?" for mark in line)
    return printable if len(printable) <= length else printable[: length - 1] + "…"


def rounded(value: Fraction, digits: int, operator: str = "") -> Decimal:
    """`value` to so many significant digits; with an operator, to the side that stays true."""
    context = Context(prec=digits, rounding=ROUNDING.get(operator, ROUND_HALF_EVEN))
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def number(value: Fraction, digits: int = 4, operator: str = "") -> str:
    """A number for the terminal: ``2,368``, ``337.8``, ``3.791e25``; whole numbers below ten million in full.

    Examples
    --------
    >>> number(Fraction(2000 * 100, 592), operator="<=")
    '337.8'
    >>> number(Fraction(2368))
    '2,368'
    >>> number(Fraction(37908) * 10**21)
    '3.791e25'
    """
    if value.denominator == 1 and abs(value) < 10**7:
        return f"{int(value):,}"
    short = rounded(value, digits, operator).normalize()
    if abs(value) >= SCIENTIFIC_FROM:
        mantissa, _, exponent = f"{short:e}".partition("e")
        return f"{mantissa}e{int(exponent)}"
    return f"{short:,f}"
