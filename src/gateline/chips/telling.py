"""How figures are told in the account of where a quantity comes from."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from gateline.amounts import Amount
from gateline.chips.chipfile import Sourced
from gateline.numerals import number

DIGITS = 12


def sources(figures: Iterable[Sourced]) -> str:
    """The sources of several figures, each once."""
    return ", ".join(dict.fromkeys(figure.source for figure in figures if figure.source))


def confidences(figures: Iterable[Sourced]) -> str:
    """The confidences of several figures, each once."""
    return ", ".join(dict.fromkeys(figure.confidence for figure in figures if figure.confidence))


def describe(amount: Amount, unit: str) -> str:
    """An amount in words."""
    text = f" {unit}" if unit else ""
    if amount.unknown:
        return "unknown"
    if amount.known and amount.low is not None:
        return f"{number(amount.low, DIGITS)}{text}"
    if amount.low is None or amount.high is None:
        known = amount.low if amount.high is None else amount.high
        return f"{'at least' if amount.high is None else 'at most'} {number(known or Fraction(0), DIGITS)}{text}"
    return f"{number(amount.low, DIGITS)} to {number(amount.high, DIGITS)}{text}"
