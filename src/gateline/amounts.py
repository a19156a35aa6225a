"""What people write for a value, read once at the edge: a number, a range, yes, no, a date, or unknown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from gateline.errors import InputError
from gateline.numerals import RATIO, clip, exact_text, match_number, read_number, rounded
from gateline.quantities import Quantity
from gateline.units import read_measure

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

WITHOUT_SUPERSCRIPT = range(1018, 1029)
"""10^26 as texts print it that lost their superscripts: 1026. Models take from 10^18 to 10^28 operations."""

_RANGE = (" to ", " - ", " – ", "…", "..")
_AT_LEAST = (">=", "≥", "at least ")
_AT_MOST = ("<=", "≤", "at most ")
_YES, _NO, _UNKNOWN = ("yes", "true"), ("no", "false"), ("unknown", "?")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that is known, known to lie in a range, or unknown (a range without ends).

    Both ends are included; None is an end that nobody knows.
    """

    low: Fraction | None = None
    high: Fraction | None = None

    @classmethod
    def exactly(cls, value: Fraction | int) -> Amount:
        """The amount that is known to be `value`."""
        return cls(Fraction(value), Fraction(value))

    @property
    def known(self) -> bool:
        """Whether there is one value that it can be."""
        return self.low is not None and self.low == self.high

    @property
    def unknown(self) -> bool:
        """Whether nothing at all is known of it."""
        return self.low is None and self.high is None

    def rounded(self, digits: int) -> Amount:
        """The amount with both ends rounded to so many significant digits."""
        ends = [None if end is None else Fraction(rounded(end, digits)) for end in (self.low, self.high)]
        return Amount(*ends)


UNKNOWN = Amount()


def read_amount(text: str, entry: Quantity) -> Amount:
    """What people write for an amount: a value, a range such as ``300 to 700 mm^2``, or ``unknown``.

    Raises
    ------
    InputError
        If the text is not an amount of this quantity, is negative, empty, or out of its range.
    """
    try:
        amount = _read_span(text.strip(), entry)
    except InputError as error:
        raise InputError(f"{entry.name}: {error}") from None
    for end in (amount.low, amount.high):
        if end is not None:
            check_end(end, text, entry)
    if amount.low is not None and amount.high is not None and amount.low > amount.high:
        raise InputError(f"{entry.name}: '{clip(text)}' ends below its start. Write the smaller value first.")
    return amount


def _read_span(text: str, entry: Quantity) -> Amount:
    if not text:
        raise InputError(f"the value is empty. Write for example '{entry.example}', or 'unknown'.")
    lowered = text.lower()
    if lowered in _UNKNOWN:
        return UNKNOWN
    for sign in _AT_LEAST:
        if lowered.startswith(sign):
            return Amount(low=_read_value(text[len(sign) :], entry))
    for sign in _AT_MOST:
        if lowered.startswith(sign):
            return Amount(high=_read_value(text[len(sign) :], entry))
    for separator in _RANGE:
        start, found, end = text.partition(separator)
        if found and match_number(end.strip()) is None:
            raise InputError(
                f"'{clip(text)}' is no range: a number is missing after '{separator.strip()}'. Write for example '1 to {entry.example}'."
            )
        if found:
            return Amount(_read_value(_with_unit_of(start, end), entry), _read_value(end, entry))
    value = _read_value(text, entry)
    return Amount(value, value)


def _with_unit_of(start: str, end: str) -> str:
    """`start` with the unit that stands after the number in `end`, unless it has its own."""
    first, second = match_number(start.strip()), match_number(end.strip())
    if first is None or second is None or start.strip()[first[1] :].strip():
        return start
    return f"{start.strip()} {end.strip()[second[1] :].strip()}"


def _read_value(text: str, entry: Quantity) -> Fraction:
    stripped = text.strip()
    if stripped.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise InputError(f"'{clip(stripped)}' is not a value. Write for example '{entry.example}', or 'unknown'.")
    if "sparse" in stripped.lower():
        raise InputError(f"'{clip(stripped)}' is a sparse rate; the rules use the dense one. Write the dense rate.")
    if entry.percent and stripped.endswith("%"):
        return read_measure(stripped[:-1], "", entry.example) / 100
    if entry.percent and RATIO.fullmatch(stripped):
        return read_number(stripped)
    return read_measure(stripped, entry.unit, entry.example, bare=entry.bare)


def check_end(value: Fraction, text: str, entry: Quantity) -> None:
    """Refuse a value that the quantity cannot have; `text` is what was read.

    Raises
    ------
    InputError
        If it is negative, zero where that cannot be, a share above one, or lost its superscript.
    """
    if value < 0:
        raise InputError(f"{entry.name}: '{clip(text)}' is negative. Write for example '{entry.example}'.")
    if value == 0 and not entry.zero:
        raise InputError(
            f"{entry.name}: '{clip(text)}' must be greater than zero. Write for example '{entry.example}'."
        )
    if entry.share and value > 1:
        raise InputError(f"{entry.name}: '{clip(text)}' is more than 1. Write a share such as {entry.example}.")
    if entry.unit == "FLOP" and value in WITHOUT_SUPERSCRIPT and str(value) in text:
        exponent = int(value) - 1000
        raise InputError(
            f"{entry.name}: '{clip(text)}' has {value} FLOP: a lost superscript? Write 10^{exponent} or 1e{exponent}, not {value}."
        )
    if 0 < value < entry.minimum:
        raise InputError(
            f"{entry.name}: '{clip(text)}' is {exact_text(value)} {entry.unit}, below 10^15: a lost superscript? "
            "Write 10^26 or 1e26, not 1026."
        )


def read_flag(text: str, name: str) -> bool | None:
    """``yes``, ``no`` or ``unknown`` as True, False or None."""
    lowered = text.strip().lower()
    if lowered in _YES:
        return True
    if lowered in _NO:
        return False
    if lowered in _UNKNOWN:
        return None
    raise InputError(f"{name}: '{clip(text)}' is not yes, no or unknown.")


def read_date(text: str, where: str) -> date:
    """A calendar date written as ``2026-11-21``."""
    try:
        if not DAY.fullmatch(text.strip()):
            raise ValueError
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(
            f"{where}: '{clip(text)}' is not a date. Write it as year-month-day, for example 2026-11-21."
        ) from None


def read_days(text: str, entry: Quantity) -> Amount:
    """A date, a year (all its days), a span of either, or ``unknown``, as day numbers."""
    stripped = text.strip()
    if stripped.lower() in _UNKNOWN:
        return UNKNOWN
    start, _, end = stripped.partition(" to ")
    first, last = _days(start, entry)[0], _days(end or start, entry)[1]
    if first > last:
        raise InputError(f"{entry.name}: '{clip(text)}' ends before it starts.")
    return Amount(Fraction(first), Fraction(last))


def _days(text: str, entry: Quantity) -> tuple[int, int]:
    stripped = text.strip()
    if len(stripped) == 4 and stripped.isascii() and stripped.isdigit() and stripped != "0000":
        return date(int(stripped), 1, 1).toordinal(), date(int(stripped), 12, 31).toordinal()
    day = read_date(stripped, entry.name).toordinal()
    return day, day
