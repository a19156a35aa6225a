"""What people write for an input of an estimate: a value, a range, or a distribution, and what it rests on.

A range says that the value lies in it, and no more. A distribution says how likely each value is: a value with its
relative standard deviation, or a range with its level, is lognormal; a range may also be uniform.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.amounts import UNKNOWN, Amount, read_amount
from gateline.errors import InputError
from gateline.fields import Written, text
from gateline.numerals import clip, read_number
from gateline.quantities import QUANTITIES, Quantity

Draws = npt.NDArray[np.float64]

BASES = ("measured", "planned", "datasheet", "assumed")
"""What an input can rest on."""

DRAWS = 2**14
"""Values drawn from each distribution: the centres of as many equally likely slices, in an order of their own."""

_DEVIATION = re.compile(r"(?P<value>.+?)\s*(?:±|\+/-|\+-)\s*(?P<deviation>.+)", re.DOTALL)
_LEVEL = re.compile(r"(?P<span>.+?)\s*\((?P<level>[^()]*)\)", re.DOTALL)
_KEYS = ("value", "basis", "source")


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A distribution whose logarithm is normal; `deviation` is the standard deviation of the natural logarithm."""

    median: Fraction
    deviation: float

    def quantile(self, share: float) -> float:
        """The value that is not passed with this probability."""
        return float(self.median) * math.exp(self.deviation * NormalDist().inv_cdf(share))


@dataclass(frozen=True, slots=True)
class Uniform:
    """A distribution that is even between two ends."""

    low: Fraction
    high: Fraction

    @property
    def median(self) -> Fraction:
        """The middle."""
        return (self.low + self.high) / 2

    def quantile(self, share: float) -> float:
        """The value that is not passed with this probability."""
        return float(self.low) + share * float(self.high - self.low)


@dataclass(frozen=True, slots=True)
class Factor:
    """An input of an estimate.

    Attributes
    ----------
    amount : Amount
        A value or a range; of a distribution, its median.
    spread : Lognormal, Uniform or None
    basis : str
        ``measured``, ``planned``, ``datasheet`` or ``assumed``; empty where nobody said.
    source : str
        Where it stands.
    central : Fraction or None
        The first guess, where it is not the middle of the range.
    """

    amount: Amount = UNKNOWN
    spread: Lognormal | Uniform | None = None
    basis: str = ""
    source: str = ""
    central: Fraction | None = None

    @property
    def known(self) -> bool:
        """Whether there is one value that it can be."""
        return self.spread is None and self.amount.known

    @property
    def is_bounded(self) -> bool:
        """Whether there is a first guess between two ends."""
        return self.central is not None and None not in (self.amount.low, self.amount.high)

    def band(self, level: Fraction) -> tuple[Fraction | None, Fraction | None]:
        """The ends of a range, or of the middle of a distribution with so much probability."""
        if self.spread is None:
            return self.amount.low, self.amount.high
        tail = float(1 - level) / 2
        return Fraction(self.spread.quantile(tail)), Fraction(self.spread.quantile(1 - tail))

    def best(self, name: str) -> Fraction:
        """One value: the first guess, the value, the median, or the middle of a range.

        Raises
        ------
        InputError
            If an end is not known.
        """
        if self.central is not None:
            return self.central
        if self.amount.low is None or self.amount.high is None:
            raise InputError(f"{name}: an estimate needs a value or a range with two ends.")
        return (self.amount.low + self.amount.high) / 2


def factor(name: str) -> Written:
    """Reads an input of the quantity `name`."""
    entry = QUANTITIES[name]
    says = (
        f"{entry.says}; for example {entry.example}, {entry.example} ± 5 %, or a mapping with value, basis "
        f"({', '.join(BASES)}) and source"
    )
    return Written(lambda given: read_factor(given, entry), says, mapping=_KEYS)


def read_factor(given: Any, entry: Quantity) -> Factor:
    """An input as text, or as a mapping of ``value``, ``basis`` and ``source``.

    Parameters
    ----------
    given : str or mapping
        ``15.6e12``; ``15e12 to 16e12`` (a range); ``15.6e12 ± 5 %`` (lognormal, one standard deviation up is 5 % more);
        ``15e12 to 16e12 (90 %)`` (lognormal, with this much of it inside); ``15e12 to 16e12 (uniform)``.
    entry : Quantity

    Raises
    ------
    InputError
        If it is none of these, or no value of the quantity.
    """
    if not isinstance(given, Mapping):
        return _read_text(text(given, entry.name), entry)
    for key in given:
        if key not in _KEYS:
            raise InputError(f"{entry.name}: '{clip(str(key))}' is not known here; it takes {', '.join(_KEYS)}.")
    if "value" not in given:
        raise InputError(
            f"{entry.name}: value is missing. Write for example {{value: {entry.example}, basis: measured}}."
        )
    basis = text(given.get("basis", ""), "basis")
    if basis and basis not in BASES:
        raise InputError(f"{entry.name}: basis '{clip(basis)}' is not one of {', '.join(BASES)}.")
    read = _read_text(text(given["value"], entry.name), entry)
    return replace(read, basis=basis, source=text(given.get("source", ""), "source"))


def _read_text(written: str, entry: Quantity) -> Factor:
    stripped = written.strip()
    if found := _DEVIATION.fullmatch(stripped):
        return _with_deviation(found["value"], found["deviation"], entry)
    if found := _LEVEL.fullmatch(stripped):
        return _within(found["span"], found["level"].strip(), written, entry)
    return Factor(read_amount(stripped, entry))


def _with_deviation(value: str, deviation: str, entry: Quantity) -> Factor:
    amount = read_amount(value, entry)
    if amount.low is None or not amount.known or not amount.low:
        raise InputError(
            f"{entry.name}: '{clip(value)}' before ± is not one value. Write for example {entry.example} ± 5 %."
        )
    if value.rstrip().endswith("%") or not deviation.rstrip().endswith("%"):
        raise InputError(
            f"{entry.name}: '{clip(value)} ± {clip(deviation)}' can be taken in two ways. Write the deviation in percent of "
            f"the value, for example {entry.example} ± 5 %, or a range with its level, for example '1 to 2 (90 %)'."
        )
    share = _share(deviation, entry)
    return Factor(amount, Lognormal(amount.low, math.log1p(share)))


def _within(span: str, level: str, written: str, entry: Quantity) -> Factor:
    amount = read_amount(span, entry)
    if amount.low is None or amount.high is None or amount.known or not amount.low:
        raise InputError(f"{entry.name}: '{clip(written)}' is no range above zero. Write for example '1 to 2 (90 %)'.")
    if level == "uniform":
        spread: Lognormal | Uniform = Uniform(amount.low, amount.high)
        return Factor(Amount.exactly(spread.median), spread)
    reach = NormalDist().inv_cdf((1 + _share(level, entry)) / 2)
    deviation = math.log(amount.high / amount.low) / (2 * reach)
    median = Fraction(math.sqrt(float(amount.low) * float(amount.high)))
    return Factor(Amount.exactly(median), Lognormal(median, deviation))


def _share(written: str, entry: Quantity) -> float:
    """A percentage above 0 and below 100 as a share."""
    stripped = written.strip()
    share = read_number(stripped.removesuffix("%")) / 100 if stripped.endswith("%") else Fraction(0)
    if not 0 < share < 1:
        raise InputError(
            f"{entry.name}: '{clip(stripped)}' is not a percentage above 0 and below 100. Write for example 5 %."
        )
    return float(share)


@cache
def _normal_slices() -> Draws:
    """The centres of equally likely slices of the normal distribution, in rising order."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((number + 0.5) / DRAWS) for number in range(DRAWS)])


def draw(spread: Lognormal | Uniform, order: npt.NDArray[np.intp], most: float = math.inf) -> Draws:
    """The slices of a distribution in the order given, none above `most`."""
    if isinstance(spread, Lognormal):
        drawn = float(spread.median) * np.exp(spread.deviation * _normal_slices())[order]
    else:
        drawn = float(spread.low) + float(spread.high - spread.low) * ((order + 0.5) / DRAWS)
    return np.minimum(drawn, most)
