"""How text looks on a page: powers and units as they are written by hand, sources on the web as links."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from gateline.report.escape import plain

POWER = re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?)e(-?\d{1,3})(?!\w|\.\d)")
"""A number as this program writes it: 3.791e25."""
RAISED = re.compile(r"(?<=\w)\^(-?\d{1,3})(?!\w)")
"""An exponent behind a unit or a number: mm^2, 10^26."""
TOGETHER = re.compile(r"(?<=\d) (?=%)|(?<=[<>≤≥]) (?=\d)")
"""Where no line may end: before the sign of a share, and between an operator and its number."""
DAY = re.compile(r"(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])")
SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/(?:[^\s<>\"'`\\^{|}]*[^\s<>\"'`\\^{|}.,;:!?)\]])?)?")
"""An address that is safe to link: nothing but https, without marks that end an attribute."""


def pretty(text: str) -> str:
    """The text with powers and units in superscript, and shares and comparisons that no line break takes apart.

    Examples
    --------
    >>> pretty("3.791e25 FLOP, 10^26, at most 814 mm^2")
    '3.791\xa0×\xa010²⁵ FLOP, 10²⁶, at most 814 mm²'
    """
    powers = POWER.sub(_power, TOGETHER.sub("\N{NO-BREAK SPACE}", text))
    return RAISED.sub(lambda found: found[1].translate(SUPERSCRIPT), powers)


def _power(found: re.Match[str]) -> str:
    """A power of ten that no line break takes apart; one times it is the power alone."""
    times = "" if found[1] == "1" else f"{found[1]}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}"
    return f"{times}10{found[2].translate(SUPERSCRIPT)}"


def told(text: str) -> Markup:
    """Text of a report as HTML: one line, escaped, powers raised, days kept whole, addresses of the web linked.

    Examples
    --------
    >>> told("see https://example.org/a?b=1. <b>")
    Markup('see <a href="https://example.org/a?b=1" rel="noreferrer">https://example.org/a?b=1</a>. &lt;b&gt;')
    >>> told("javascript:alert(1)")
    Markup('javascript:alert(1)')
    """
    line = plain(text)
    parts, end = [], 0
    for found in ADDRESS.finditer(line):
        parts += [_written(line[end : found.start()]), _link(found[0])]
        end = found.end()
    return Markup("").join([*parts, _written(line[end:])])


def _written(text: str) -> Markup:
    """Text without addresses; escaping leaves days as they are."""
    return Markup(DAY.sub(r"<time>\g<0></time>", str(escape(pretty(text)))))


def _link(address: str) -> Markup:
    return Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)
