"""The threshold strip: a lane per law with its line, and where the model's compute lies as that law counts it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gateline.numerals import number
from gateline.report.pictures.frame import SMALL, TEXT, WHOLE, Paper, Sheet, lines_of, sentence
from gateline.report.pictures.laws import Band, Law, laws
from gateline.report.pictures.notation import TONE, glyph, power
from gateline.report.pictures.svg import Box, Markup, Scale, Words, el, fitted, text_width
from gateline.report.wording import WORD, percent
from gateline.screening import Screening

LANE, GAP = 52.0, 6.0
BAR = 9.0
LEAST = 7.0
"""A bar is at least this long, so that it is seen."""
MANY = 3
"""From this many times the line on, the distance is told as a factor."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where things lie: the column of names, the plot, and the column of outcomes."""

    left: float
    plot: Box
    right: float
    scale: Scale
    narrow: bool

    def top(self, row: int) -> float:
        """The upper edge of a lane."""
        return self.plot.top + row * (LANE + GAP)


def strip(screening: Screening, paper: Paper = WHOLE) -> str:
    """Training compute before the line of each law.

    Parameters
    ----------
    screening : Screening
        Of a model.
    paper : Paper

    Returns
    -------
    str
        An SVG document.
    """
    sheet = Sheet(paper, "strip")
    name = screening.subject.name
    found = laws(screening)
    if not found:
        says = f"No training compute of {name} that a law asks about: enter parameters and tokens, or chip-hours."
        return sheet.empty(f"{name} before the lines of training compute", says)
    lanes = _lanes(paper, found)
    body = [part for row, law in enumerate(found) for part in _lane(law, row, lanes)]
    body = [*(_ground(row, lanes, paper.width) for row in range(len(found))), *_grid(lanes), *body, *_axis(lanes)]
    note, end = sentence(_note(found), 14, paper.width - 14, lanes.plot.bottom + 58)
    return sheet.document(
        end + 12, f"{name} before the lines of training compute", _told(screening, found), [*body, *note]
    )


def _lanes(paper: Paper, found: Sequence[Law]) -> Lanes:
    top = 12.0
    bottom = top + len(found) * (LANE + GAP) - GAP
    plot = Box(128, top, paper.width - 112, bottom) if paper.narrow else Box(214, top, paper.width - 164, bottom)
    values = [float(law.test.threshold) for law in found]
    for law in found:
        for band in (law.clear, law.wide):
            if band is not None:
                values += [float(end) for end in (band.start, band.end) if end]
    scale = Scale(min(values) / 10, max(values) * math.sqrt(10), plot.left, plot.right, log=True)
    return Lanes(12, plot, plot.right + 12, scale, paper.narrow)


def _ground(row: int, lanes: Lanes, width: float) -> Markup:
    return el("rect", x=6, y=lanes.top(row), width=width - 12, height=LANE, class_="f-lane")


def _decades(scale: Scale) -> list[Fraction]:
    powers = range(math.ceil(math.log10(scale.low)), math.floor(math.log10(scale.high)) + 1)
    return [Fraction(10) ** each for each in powers]


def _grid(lanes: Lanes) -> Iterator[Markup]:
    places = (lanes.scale(float(value)) for value in _decades(lanes.scale))
    lines = "".join(f"M{x:.1f} {lanes.plot.top:.1f}V{lanes.plot.bottom:.1f}" for x in places)
    if lines:
        yield el("path", d=lines, class_="s-grid clear")


def _axis(lanes: Lanes) -> Iterator[Markup]:
    plot = lanes.plot
    yield el("path", d=f"M{plot.left:.1f} {plot.bottom + 8:.1f}H{plot.right:.1f}", class_="s-line clear")
    edge = -math.inf
    for value in _decades(lanes.scale):
        x = lanes.scale(float(value))
        words = Words(power(value), x, plot.bottom + 24, TEXT, "middle")
        if words.box.left > edge and words.box.right < plot.right + 20:
            yield words.draw()
            edge = words.box.right + 6
    title = "FLOP that the law counts" if lanes.narrow else "training compute that the law counts, FLOP (log scale)"
    yield Words(title, (plot.left + plot.right) / 2, plot.bottom + 42, TEXT, "middle", bold=True).draw()


def _lane(law: Law, row: int, lanes: Lanes) -> Iterator[Markup]:
    top = lanes.top(row)
    yield from _names(law, top, lanes)
    yield from _line(law, top, lanes)
    bands = [(law.clear, "counted", False)] + ([(law.wide, "with what is open", True)] if law.wide else [])
    for number_, (band, name, hollow) in enumerate(bands):
        y = top + LANE / 2 if len(bands) == 1 else top + LANE * (0.3 + 0.4 * number_)
        yield from _bar(band, y, lanes, law, name if len(bands) > 1 else "", hollow=hollow)
    yield from _outcome(law, top, lanes)


def _names(law: Law, top: float, lanes: Lanes) -> Iterator[Markup]:
    room = lanes.plot.left - lanes.left - 8
    lines = lines_of(law.name, room, TEXT, bold=True)
    lines = lines if len(lines) <= 2 else [lines[0], fitted(" ".join(lines[1:]), room, TEXT, bold=True)]
    start = top + (20 if len(lines) == 1 else 14)
    for row, line in enumerate(lines):
        yield Words(line, lanes.left, start + 14 * row, TEXT, bold=True).draw()
    standing = law.line if law.verdict.enforced else f"{law.line}, {_standing(law)}"
    yield Words(fitted(standing, room, SMALL), lanes.left, start + 14 * len(lines) + 2, SMALL, class_="muted").draw()


def _standing(law: Law) -> str:
    return law.verdict.status.value.replace("_", " ") if law.verdict.status.value != "in_force" else "not enforced"


def _line(law: Law, top: float, lanes: Lanes) -> Iterator[Markup]:
    """The line of the law; beyond it the surface is tinted where it gates. A law that is not enforced has a dashed line."""
    x = lanes.scale(float(law.test.threshold))
    if law.verdict.gating:
        yield el("rect", x=x, y=top, width=lanes.plot.right - x, height=LANE, class_="t-met")
    dash = None if law.verdict.enforced else "4 3"
    title = el("title", f"{law.name}: {law.line} FLOP")
    yield el("path", title, d=f"M{x:.1f} {top:.1f}v{LANE:.1f}", class_="s-ink clear", stroke_width=2.4, stroke_dasharray=dash)  # fmt: skip


def _bar(band: Band, y: float, lanes: Lanes, law: Law, name: str, *, hollow: bool) -> Iterator[Markup]:
    """A band in the colour of its own outcome, with its middle; a diamond where no uncertainty is given."""
    tone = TONE[band.outcome]
    title = el("title", f"{law.name}{f', {name}' if name else ''}: {_span(band)} FLOP, {WORD[band.outcome].lower()}")
    low, high = lanes.scale.low, lanes.scale.high
    start = lanes.scale(max(float(band.start), low))
    end = lanes.plot.right if band.end is None else lanes.scale(min(float(band.end), high))
    if band.is_point:
        shape = f"M{start:.1f} {y - 7:.1f}L{start + 7:.1f} {y:.1f}L{start:.1f} {y + 7:.1f}L{start - 7:.1f} {y:.1f}Z"
        yield el("path", title, d=shape, class_=f"f-{'paper' if hollow else tone} s-{tone if hollow else 'paper'}", stroke_width=1.6)  # fmt: skip
        start, end = start - 7, start + 7
    else:
        middle = (start + end) / 2
        start, end = min(start, middle - LEAST / 2), max(end, middle + LEAST / 2)
        fill = f"f-paper s-{tone}" if hollow else f"f-{tone} s-{tone}"
        yield el("rect", title, x=start, y=y - BAR / 2, width=end - start, height=BAR, rx=None if band.end is None else 4.5, class_=fill, stroke_width=2)  # fmt: skip
        if band.middle:
            x = lanes.scale(float(band.middle))
            yield el("path", d=f"M{x:.1f} {y - 8:.1f}v16", class_="s-ink clear", stroke_width=2)
    if name and not lanes.narrow:
        yield _beside(name, start, end, y, lanes).draw()


def _beside(name: str, start: float, end: float, y: float, lanes: Lanes) -> Words:
    """What a bar is, to its left where there is room."""
    if start - 10 - text_width(name, SMALL) > lanes.plot.left:
        return Words(name, start - 10, y + 4, SMALL, "end", "halo")
    return Words(name, end + 10, y + 4, SMALL, "start", "halo")


def _span(band: Band) -> str:
    if band.is_point:
        return power(band.start)
    return f"{power(band.start)} to {'?' if band.end is None else power(band.end)}"


def _outcome(law: Law, top: float, lanes: Lanes) -> Iterator[Markup]:
    """The outcome of the law, all conditions taken together, and how far from the line the compute is."""
    outcome = law.verdict.outcome
    room = (100 if lanes.narrow else 152) - 20
    yield glyph(outcome, lanes.right + 6, top + 15)
    yield Words(WORD[outcome].lower(), lanes.right + 18, top + 19, TEXT, class_=TONE[outcome], bold=True).draw()
    yield Words(
        fitted(_distance(law).removesuffix(" of it") if lanes.narrow else _distance(law), room + 18, SMALL),
        lanes.right,
        top + 34,
        SMALL,
        class_="muted",
    ).draw()
    if not law.verdict.gating:
        yield Words("does not gate", lanes.right, top + 48, SMALL, class_="muted").draw()


def _distance(law: Law) -> str:
    """From the least that surely counts to the most that can, in times or percent of the line."""
    line = law.test.threshold
    last = law.wide.end if law.wide else law.clear.end
    low, high = _share(law.clear.start / line), "?" if last is None else _share(last / line)
    return f"{low} {'' if low.endswith('×') else 'of '}the line" if low == high else f"{low} to {high} of it"


def _share(share: Fraction) -> str:
    return f"{number(share, 2)} ×" if share >= MANY else percent(share, 2)


def _note(found: Sequence[Law]) -> str:
    """What the bars are."""
    levels = [law.level for law in found if law.level is not None]
    level = f"Filled bar: the {percent(levels[0])} band" if levels else "Filled bar: the range"
    parts = [f"{level} of what the law clearly counts, in the colour of what the law says there."]
    if any(law.wide for law in found):
        parts.append("Hollow bar: with what its text leaves open.")
    if any(law.clear.is_point for law in found):
        parts.append("Diamond: no uncertainty given.")
    if any(not law.verdict.enforced for law in found):
        parts.append("Dashed line: not enforced on the date.")
    parts.append("Outcomes on the right take in every condition of the law.")
    return " ".join(parts)


def _told(screening: Screening, found: Sequence[Law]) -> str:
    told = (f"{law.name} ({law.line}): {WORD[law.verdict.outcome].lower()}, {_distance(law)}" for law in found)
    return f"{screening.subject.name} as of {screening.request.as_of}: {'; '.join(told)}."
