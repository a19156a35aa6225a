"""What every picture has: the document with its name and description, axes, and a key."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gateline.numerals import number
from gateline.report.escape import plain
from gateline.report.pictures.style import hatches, style
from gateline.report.pictures.svg import Box, Markup, Scale, Words, el, fitted, join, text_width

TEXT, SMALL = 11.5, 11.0
"""Type sizes; nothing is printed smaller."""
GAP = 26.0
"""A muted tick nearer than this to a bold one is left out."""
WIDE, NARROW = 820, 430


@dataclass(frozen=True, slots=True)
class Paper:
    """How a picture is to be shown.

    Attributes
    ----------
    narrow : bool
        For small screens: 430 instead of 820 wide, with fewer names.
    embedded : bool
        Inside a page that has the style sheet of `gateline.report.pictures.style` already.
    number : int
        Which picture of its kind on the page, so that ids stay apart.
    """

    narrow: bool = False
    embedded: bool = False
    number: int = 1

    @property
    def width(self) -> int:
        """The width of the drawing."""
        return NARROW if self.narrow else WIDE


WHOLE = Paper()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture being drawn: its paper, and the prefix of its ids."""

    paper: Paper
    name: str

    @property
    def prefix(self) -> str:
        """What the ids of the picture start with."""
        return f"gl-{self.name}-{self.paper.number}"

    def document(self, height: float, title: str, says: str, body: Iterable[str]) -> str:
        """The whole picture.

        Parameters
        ----------
        height : float
        title, says : str
            Its accessible name, and what it shows in words.
        body : iterable of Markup
        """
        width = self.paper.width
        return (
            el(
                "svg",
                Markup("\n"),
                el("title", title, id=f"{self.prefix}-title"),
                el("desc", says, id=f"{self.prefix}-desc"),
                Markup("") if self.paper.embedded else style(),
                hatches(self.prefix),
                el("rect", width=width, height=height, class_="f-paper"),
                Markup("\n"),
                join(body),
                Markup("\n"),
                xmlns="http://www.w3.org/2000/svg",
                viewBox=f"0 0 {width} {height:.0f}",
                role="img",
                class_="gl",
                aria_labelledby=f"{self.prefix}-title {self.prefix}-desc",
            )
            + "\n"
        )

    def empty(self, title: str, says: str) -> str:
        """A picture of which there is nothing to draw: a frame and the sentence what is missing."""
        plot = Box(14, 14, self.paper.width - 14, 120)
        lines = lines_of(says, plot.width - 40, 13)
        middle = (
            Words(line, self.paper.width / 2, 66 + 18 * row, 13, "middle", "muted") for row, line in enumerate(lines)
        )
        return self.document(134, title, says, [frame(plot), *(words.draw() for words in middle)])


def frame(plot: Box) -> Markup:
    """The border of a plot."""
    return el("rect", x=plot.left, y=plot.top, width=plot.width, height=plot.height, class_="clear s-line")


def round_values(scale: Scale) -> list[Fraction]:
    """The values that people count in: 1, 2 and 5 times powers of ten, or some five equal steps."""
    if scale.log:
        decades = range(math.floor(math.log10(scale.low)), math.ceil(math.log10(scale.high)) + 1)
        values = [Fraction(10) ** decade * step for decade in decades for step in (1, 2, 5)]
        return [value for value in values if scale.low < float(value) < scale.high]
    step = nice_step((scale.high - scale.low) / 5)
    first = math.ceil(scale.low / float(step))
    return [step * count for count in range(first, math.floor(scale.high / float(step)) + 1)]


def nice_step(rough: float) -> Fraction:
    """The nearest of 1, 2 and 5 times a power of ten that is not smaller."""
    power = Fraction(10) ** math.floor(math.log10(rough))
    return next(power * step for step in (1, 2, 5, 10) if float(power * step) >= rough * 0.999)


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a plot: where values lie, the lines of the law on it (bold), and what it is called."""

    scale: Scale
    lines: tuple[Fraction, ...]
    title: str

    def ticks(self) -> tuple[list[Fraction], list[Fraction]]:
        """The lines of the law within the frame, and the round values that stand far enough from them."""
        bold = [line for line in self.lines if self.scale.holds(float(line))]
        return bold, [value for value in round_values(self.scale) if all(self._apart(value, line) for line in bold)]

    def _apart(self, value: Fraction, line: Fraction) -> bool:
        """Whether a round value stands far enough from a line of the law; along an upright axis only height counts."""
        distance = abs(self.scale(float(value)) - self.scale(float(line)))
        if self.scale.stop < self.scale.start:
            return distance > GAP
        widths = text_width(number(value), TEXT) + text_width(number(line), TEXT, bold=True)
        return distance > max(GAP, widths / 2 + 5)

    def grid(self, plot: Box, *, upright: bool) -> Markup:
        """Thin lines at the round values."""
        places = [self.scale(float(value)) for value in round_values(self.scale)]
        across = (f"M{x:.1f} {plot.top:.1f}V{plot.bottom:.1f}" for x in places)
        along = (f"M{plot.left:.1f} {y:.1f}H{plot.right:.1f}" for y in places)
        return el("path", d="".join(across if upright else along), class_="s-grid clear")

    def below(self, plot: Box) -> list[Markup]:
        """The axis under a plot; a bold text that would touch the one before it is left out."""
        bold, muted = self.ticks()
        parts = []
        edge = -math.inf
        for value in bold:
            x = self.scale(float(value))
            words = Words(number(value), x, plot.bottom + 18, TEXT, "middle", bold=True)
            parts.append(_tick(x, plot.bottom, x, plot.bottom + 6, "ink"))
            if words.box.left > edge:
                parts.append(words.draw())
                edge = words.box.right + 4
        for value in muted:
            x = self.scale(float(value))
            parts.append(_tick(x, plot.bottom, x, plot.bottom + 4, "line"))
            parts.append(Words(number(value), x, plot.bottom + 18, TEXT, "middle", "muted").draw())
        middle = (plot.left + plot.right) / 2
        parts.append(Words(self.title, middle, plot.bottom + 38, TEXT + 0.5, "middle", bold=True).draw())
        return parts

    def beside(self, plot: Box) -> list[Markup]:
        """The axis to the left of a plot."""
        bold, muted = self.ticks()
        parts = []
        for value in bold:
            y = self.scale(float(value))
            parts.append(_tick(plot.left - 6, y, plot.left, y, "ink"))
            parts.append(Words(number(value), plot.left - 8, y + 4, TEXT, "end", bold=True).draw())
        for value in muted:
            y = self.scale(float(value))
            parts.append(_tick(plot.left - 4, y, plot.left, y, "line"))
            parts.append(Words(number(value), plot.left - 8, y + 4, TEXT, "end", "muted").draw())
        middle = (plot.top + plot.bottom) / 2
        parts.append(Words(self.title, 14, middle, TEXT + 0.5, "middle", bold=True, turn=-90).draw())
        return parts


def _tick(x1: float, y1: float, x2: float, y2: float, ink: str) -> Markup:
    return el("path", d=f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", class_=f"s-{ink} clear", stroke_width=1.4)


@dataclass(frozen=True, slots=True)
class Sign:
    """One entry of a key: a sign around the origin, how wide it is, and what it means."""

    sign: Markup
    text: str
    width: float = 12.0


def key(signs: Sequence[Sign], left: float, right: float, top: float) -> tuple[list[Markup], float]:
    """The key in as many lines as it takes, and where it ends."""
    parts: list[Markup] = []
    x, y = left, top
    for entry in signs:
        text = fitted(entry.text, right - left - entry.width - 6, SMALL)
        wide = entry.width + 6 + text_width(text, SMALL)
        if x > left and x + wide > right:
            x, y = left, y + 18
        parts.append(el("g", entry.sign, transform=f"translate({x + entry.width / 2:.1f} {y - 4:.1f})"))
        parts.append(Words(text, x + entry.width + 6, y, SMALL, class_="muted").draw())
        x += wide + 18
    return parts, y


def swatch(class_: str, *, fill: str | None = None, width: float = 18.0) -> Markup:
    """A small rectangle for a key; with `fill` the hatch above its colour."""
    box = {"x": -width / 2, "y": -5.5, "width": width, "height": 11}
    return join([el("rect", class_=class_, **box), el("rect", fill=fill, **box) if fill else ""])


def lines_of(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """A sentence in lines that fit the room."""
    lines: list[str] = []
    for word in plain(text).split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size, bold=bold) <= room:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(fitted(word, room, size, bold=bold))
    return lines


def sentence(text: str, left: float, right: float, top: float) -> tuple[list[Markup], float]:
    """A sentence under a picture, and where it ends."""
    lines = lines_of(text, right - left, SMALL)
    drawn = [Words(line, left, top + 15 * row, SMALL, class_="muted").draw() for row, line in enumerate(lines)]
    return drawn, top + 15 * (len(lines) - 1)
