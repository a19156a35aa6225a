"""SVG as text: one function that writes elements, scales from quantities to places, and how wide a text is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from gateline.report.escape import plain

# Widths of Helvetica in thousandths of the type size (Adobe font metrics); Arial and Liberation Sans have the same.
_GROUPS = {
    191: "'",
    222: "ijl",
    260: "|",
    278: " !,./:;I[\\]ft·",
    333: "()-`r²³¹⁰⁴⁵⁶⁷⁸⁹⁻",
    334: "{}",
    355: '"',
    389: "*",
    400: "°",
    469: "^",
    500: "Jckssvxyz",
    549: "≥≤",
    556: "#$0123456789?L_abdeghnopqu–",
    584: "+<=>~×±−",
    600: "■◧□",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1000: "—…→",
    1015: "@",
}
WIDTHS = {mark: width for width, marks in _GROUPS.items() for mark in marks}
UNKNOWN_WIDTH = 1000
"""A mark that the metrics do not know is taken as a full square, so that it never runs over."""
BOLD = 1.09
"""How much wider bold type is at most, on the texts that pictures print."""


class Markup(str):
    """Text that is already SVG; only this module makes it."""

    __slots__ = ()


def el(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """One element; text and attributes are escaped, nested elements are not.

    Parameters
    ----------
    name : str
    *children : str or Markup
        Text, or elements made by this function.
    **attributes : str, number or None
        ``class_`` for ``class`` and ``stroke_width`` for ``stroke-width``; None leaves the attribute out.

    Examples
    --------
    >>> print(el("text", "a < b", x=1.25, class_="muted"))
    <text x="1.2" class="muted">a &lt; b</text>
    """
    named = (
        f" {key.rstrip('_').replace('_', '-')}={_value(value)}"
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(child if isinstance(child, Markup) else escape(_printed(child)) for child in children)
    start = f"<{name}{''.join(named)}"
    return Markup(f"{start}>{inside}</{name}>" if children else f"{start}/>")


def _value(value: str | float) -> str:
    return quoteattr(_printed(value)) if isinstance(value, str) else f'"{place(value)}"'


def _printed(text: str) -> str:
    """The text without marks that steer or turn; most texts have none."""
    return text if text.isprintable() else plain(text)


def place(value: float) -> str:
    """A coordinate with one decimal, the same text on every machine."""
    text = f"{value:.1f}"
    return text.removesuffix(".0").replace("-0", "0") if text in ("-0.0", "0.0") else text.removesuffix(".0")


def join(parts: Iterable[str]) -> Markup:
    """Several elements, one per line."""
    return Markup("\n".join(part for part in parts if part))


def sheet(text: str) -> Markup:
    """A style sheet of ours as an element; it holds nothing that XML could take for markup."""
    return Markup(f"<style>{text}</style>")


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text at a type size, from the metrics of Helvetica.

    Examples
    --------
    >>> round(text_width("H100", 10), 2)
    23.9
    """
    width = sum(WIDTHS.get(mark, UNKNOWN_WIDTH) for mark in _printed(text)) * size / 1000
    return width * BOLD if bold else width


def fitted(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than the room."""
    whole = plain(text)
    if text_width(whole, size, bold=bold) <= room:
        return whole
    while whole and text_width(f"{whole}…", size, bold=bold) > room:
        whole = whole[:-1]
    return f"{whole.rstrip()}…" if whole else ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where the values of a quantity lie on an axis; `start` is the place of the lower end.

    Linear, or by powers where `log` is set.
    """

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value."""
        return self.start + (self.stop - self.start) * (self._bent(value) - self._bent(self.low)) / self._length

    def value(self, at: float) -> float:
        """The value at a place."""
        bent = self._bent(self.low) + (at - self.start) / (self.stop - self.start) * self._length
        return math.exp(bent) if self.log else bent

    def holds(self, value: float) -> bool:
        """Whether a value lies within the frame."""
        return self.low <= value <= self.high

    def within(self, value: float) -> float:
        """The value, or the end of the frame beyond which it lies."""
        return min(max(value, self.low), self.high)

    @property
    def _length(self) -> float:
        return self._bent(self.high) - self._bent(self.low)

    def _bent(self, value: float) -> float:
        return math.log(value) if self.log else value


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: a text, a mark, or the frame of a plot."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def touched(self, others: Iterable[Box]) -> list[Box]:
        """Those that overlap with it; the same as `meets` of each, without so many calls."""
        left, top, right, bottom = self.left, self.top, self.right, self.bottom
        return [
            each
            for each in others
            if each.left < right and left < each.right and each.top < bottom and top < each.bottom
        ]

    def holds(self, other: Box) -> bool:
        """Whether the other lies inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def grown(self, by: float) -> Box:
        """The rectangle with a margin around it."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


ASCENT, DESCENT = 0.76, 0.24
"""Above and below the base line, as shares of the type size."""
SHIFT = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass(frozen=True, slots=True)
class Words:
    """A text at a place: the one way in which pictures write, so that each text has a box."""

    text: str
    x: float
    y: float
    size: float = 11.5
    anchor: str = "start"
    class_: str = ""
    bold: bool = False
    turn: float = 0.0

    @property
    def box(self) -> Box:
        """What it covers; `turn` is in degrees, clockwise around its place."""
        width = text_width(self.text, self.size, bold=self.bold)
        left = -width * SHIFT[self.anchor]
        top, bottom = -ASCENT * self.size, DESCENT * self.size
        if not self.turn:
            return Box(self.x + left, self.y + top, self.x + left + width, self.y + bottom)
        cosine, sine = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        corners = [(x, y) for x in (left, left + width) for y in (top, bottom)]
        across = [self.x + x * cosine - y * sine for x, y in corners]
        down = [self.y + x * sine + y * cosine for x, y in corners]
        return Box(min(across), min(down), max(across), max(down))

    def draw(self) -> Markup:
        """The element."""
        return _text(self)


@lru_cache(maxsize=4096)
def _text(words: Words) -> Markup:
    """Many texts, as those of axes and the names of chips, are the same in picture after picture."""
    turn = f"rotate({place(words.turn)} {place(words.x)} {place(words.y)})" if words.turn else None
    return el(
        "text",
        words.text,
        x=words.x,
        y=words.y,
        font_size=words.size,
        text_anchor=None if words.anchor == "start" else words.anchor,
        font_weight="bold" if words.bold else None,
        class_=words.class_ or None,
        transform=turn,
    )
