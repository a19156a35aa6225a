"""Signs that pictures share: the squares of the three outcomes, and powers of ten."""

from __future__ import annotations

from fractions import Fraction

from gateline.numerals import number
from gateline.report.pictures.svg import Markup, el, join
from gateline.rules.model import Outcome

TONE = {Outcome.MET: "met", Outcome.UNDETERMINED: "open", Outcome.NOT_MET: "none"}
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def glyph(outcome: Outcome, x: float, y: float, size: float = 11.0) -> Markup:
    """■ met, ◧ undetermined, □ not met, with its middle at a place."""
    tone, half = TONE[outcome], size / 2
    box = el("rect", x=x - half, y=y - half, width=size, height=size, class_=f"f-paper s-{tone}", stroke_width=1.6)
    filled = {Outcome.MET: size, Outcome.UNDETERMINED: half, Outcome.NOT_MET: 0.0}[outcome]
    inside = el("rect", x=x - half, y=y - half, width=filled, height=size, class_=f"f-{tone}") if filled else ""
    return join([box, inside])


def power(value: Fraction, digits: int = 3) -> str:
    """A number as people write large ones.

    Examples
    --------
    >>> power(Fraction(10) ** 26), power(Fraction(3) * 10**25), power(Fraction(2368))
    ('10²⁶', '3 × 10²⁵', '2,368')
    """
    text = number(value, digits)
    mantissa, found, exponent = text.partition("e")
    if not found:
        return text
    raised = f"10{exponent.translate(RAISED)}"
    return raised if mantissa == "1" else f"{mantissa} × {raised}"
