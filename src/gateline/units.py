"""Units at the edge: what people write, read once, exactly.

pint knows the units, the arithmetic is rational. The registry is our own: it has the dimensions
[computation] and [information], and nothing that a hostile unit text could make large.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from gateline.errors import InputError
from gateline.numerals import clip, match_number

if TYPE_CHECKING:
    from pint import Unit, UnitRegistry

DEFINITIONS = """
atto- = 1e-18
femto- = 1e-15
pico- = 1e-12 = p-
nano- = 1e-9 = n-
micro- = 1e-6 = µ- = u-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
peta- = 1e15 = P-
exa- = 1e18 = E-
zetta- = 1e21 = Z-
yotta- = 1e24 = Y-
kibi- = 1024 = Ki-
mebi- = 1048576 = Mi-
gibi- = 1073741824 = Gi-
tebi- = 1099511627776 = Ti-
meter = [length] = m
foot = 0.3048 * meter = ft
second = [time] = s
watt = [power] = W
operation = [computation] = FLOP = OP = Flop = op
bit = [information]
dollar = [currency] = USD
MAC = 2 * operation
byte = 8 * bit = B
minute = 60 * second = min
hour = 3600 * second = h
day = 86400 * second = d
percent = 0.01
GOPS = 1e9 * operation / second
TOPS = 1e12 * operation / second
POPS = 1e15 * operation / second
TPP = 1e12 * operation * bit / second
""".strip().splitlines()

_UNIT_WORD = r"[A-Za-z_µ%][A-Za-z_µ]{0,11}(?:(?:\^|\*\*)-?\d)?"
UNIT_TEXT = re.compile(rf"{_UNIT_WORD}(?:\s*[/*·]\s*{_UNIT_WORD}){{0,3}}")
AMBIGUOUS = re.compile(r"(?<![A-Za-z])([kMGTPEZY]?)(FLOPS|OPS)(?![A-Za-z])", re.IGNORECASE)
KNOWN_RATES = ("GOPS", "TOPS", "POPS")
COUNT_WORDS = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
COUNT_LETTERS = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


@cache
def _registry() -> UnitRegistry[Fraction]:
    from pint import UnitRegistry

    return UnitRegistry(DEFINITIONS, non_int_type=Fraction, cache_folder=None)


def conversion_factor(unit: str, canonical: str) -> Fraction:
    """How many `canonical` units one `unit` is, exactly.

    Raises
    ------
    InputError
        If `unit` is ambiguous, unknown, or of another dimension than `canonical`.

    Examples
    --------
    >>> conversion_factor("TMAC/s", "TFLOP/s")
    Fraction(2, 1)
    >>> conversion_factor("TB/s", "GB/s")
    Fraction(1000, 1)
    """
    _refuse_ambiguous(unit)
    return _factor(_tidy(unit), _tidy(canonical))


def _tidy(unit: str) -> str:
    unit = unit.strip().replace("²", "^2").replace("·", "*").replace("%", "percent")
    unit = re.sub(r"\bmm2\b", "mm^2", unit)
    return f"1{unit}" if unit.startswith("/") else unit


@cache
def _factor(unit: str, canonical: str) -> Fraction:
    from pint.errors import PintError

    known = _registry()
    if not UNIT_TEXT.fullmatch(unit.removeprefix("1/")):
        raise InputError(f"'{clip(unit)}' is not a unit; '{canonical}' is expected here.")
    try:
        ours, theirs = known.parse_units(canonical), known.parse_units(unit)
    except PintError as error:
        raise InputError(f"unknown unit '{clip(unit)}'; '{canonical}' is expected here.") from error
    if ours.dimensionality != theirs.dimensionality:
        raise InputError(
            f"'{clip(unit)}' has dimension {_dimension(theirs)}, expected {_dimension(ours)} ('{canonical}')."
        )
    return Fraction(known.convert(Fraction(1), theirs, ours))


def _dimension(unit: Unit) -> str:
    powers = {name: int(Fraction(str(power))) for name, power in unit.dimensionality.items()}
    return "·".join(name if power == 1 else f"{name}^{power}" for name, power in sorted(powers.items())) or "none"


def _refuse_ambiguous(unit: str) -> None:
    found = AMBIGUOUS.search(unit)
    if found is None or found[0] in KNOWN_RATES:
        return
    prefix, stem = found[1] if found[1] == "k" else found[1].upper(), "FLOP" if found[2].upper() == "FLOPS" else "OP"
    raise InputError(
        f"'{found[0]}' is ambiguous: it can mean a count or a rate. Write {prefix}{stem} for a count, or {prefix}{stem}/s for a rate."
    )


def read_measure(text: str, canonical: str, example: str, *, bare: bool = False) -> Fraction:
    """The exact value of a number with a unit, in the canonical unit.

    Parameters
    ----------
    text : str
        For example ``989.5 TFLOP/s``, ``814 mm^2``, ``91 million/mm^2``, ``80 billion``.
    canonical : str
        Unit of the result; empty for a pure count.
    example : str
        Shown when the text cannot be read.
    bare : bool
        Whether a number without a unit is accepted because the quantity is a count of `canonical`.

    Raises
    ------
    InputError
        If there is no number, no unit where one is needed, or a unit of another dimension.
    """
    stripped = text.strip()
    found = match_number(stripped)
    if found is None:
        raise InputError(f"'{clip(stripped)}' is not a number with a unit. Write for example '{example}'.")
    value, end = found
    multiplier, unit = _count_word(stripped[end:].strip(), is_count=bare or not canonical)
    if not canonical:
        if unit:
            raise InputError(
                f"'{clip(stripped)}' is a count and takes no unit '{clip(unit)}'. Write for example '{example}'."
            )
        return value * multiplier
    if not unit and bare:
        return value * multiplier
    if not unit:
        raise InputError(f"'{clip(stripped)}' has no unit. Write the number and its unit, for example '{example}'.")
    try:
        return value * multiplier * conversion_factor(unit, canonical)
    except InputError as error:
        raise InputError(f"'{clip(stripped)}': {error} For example '{example}'.") from None


def _count_word(rest: str, *, is_count: bool) -> tuple[int, str]:
    word = re.match(r"[A-Za-z]+", rest)
    if word is None:
        return 1, rest
    if word[0].lower() in COUNT_WORDS:
        return COUNT_WORDS[word[0].lower()], rest[word.end() :].strip()
    if is_count and word[0] in COUNT_LETTERS:
        return COUNT_LETTERS[word[0]], rest[word.end() :].strip()
    return 1, rest
