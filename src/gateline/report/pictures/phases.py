"""What counts where: the phases of a ledger as one bar per way of counting, against the lines of its laws.

The axis is linear, because on a logarithmic one lengths do not add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gateline.accounts import ComputeAccount, Line
from gateline.numerals import number
from gateline.report.pictures.frame import (
    SMALL,
    TEXT,
    WHOLE,
    Paper,
    Sheet,
    Sign,
    key,
    lines_of,
    round_values,
    sentence,
    swatch,
)
from gateline.report.pictures.laws import Law, laws
from gateline.report.pictures.notation import RAISED, power
from gateline.report.pictures.style import PHASES, hatch
from gateline.report.pictures.svg import Box, Markup, Scale, Words, el, fitted, text_width
from gateline.report.wording import OPERATOR, words
from gateline.screening import Screening

ROW, BAR = 58.0, 28.0
ORDER = {"yes": 0, "open": 1, "no": 2}
SAYS = {"yes": "counted", "open": "the text leaves it open", "no": "not counted"}
OTHER = "other phases"


@dataclass(frozen=True, slots=True)
class Part:
    """One phase, or several small ones, as one stretch of a bar."""

    label: str
    tone: str
    value: Fraction
    counts: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One way of counting: its name, the laws that count so, and the parts in the order counted, open, not counted."""

    name: str
    laws: tuple[Law, ...]
    parts: tuple[Part, ...]

    @property
    def total(self) -> Fraction:
        """All parts together."""
        return sum((part.value for part in self.parts), Fraction(0))


def phases(screening: Screening, paper: Paper = WHOLE) -> str:
    """The phases of a ledger by what each law counts, at their first estimates.

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
    sheet = Sheet(paper, "phases")
    name = screening.subject.name
    account = screening.account
    bars = _bars(account, laws(screening)) if account is not None else []
    if not bars or not any(bar.total for bar in bars):
        return sheet.empty(f"{name}: what counts where", "This ledger has no phases yet: add one with an estimate.")
    left = 12.0 if paper.narrow else 214.0
    plot = Box(left, 26, paper.width - 30, 26 + len(bars) * ROW + (26 * len(bars) if paper.narrow else 0))
    longest = max(
        [bar.total for bar in bars] + [law.test.threshold for bar in bars for law in bar.laws if _near(bar, law)]
    )
    scale = Scale(0, float(longest) * 1.06, plot.left, plot.right)
    tones = _tones(bars)
    body = [*_grid(scale, plot), *(part for row, bar in enumerate(bars) for part in _row(bar, row, scale, plot, paper, sheet.prefix))]  # fmt: skip
    under, end = _under(bars, tones, plot, sheet.prefix)
    return sheet.document(
        end + 12, f"{name}: what counts where", _told(screening, bars), [*body, *_axis(scale, plot), *under]
    )


def _near(bar: Bar, law: Law) -> bool:
    """Whether a line is drawn: one many times beyond the bar would squeeze it to nothing."""
    return law.test.threshold <= 3 * bar.total


def _bars(account: ComputeAccount, found: Sequence[Law]) -> list[Bar]:
    """The ways of counting that some law uses, those with the lowest line first."""
    labels = _labels(account.lines)
    bars = []
    for profile in dict.fromkeys(law.profile for law in found if law.profile in account.profiles):
        using = tuple(law for law in found if law.profile == profile)
        bars.append(Bar(account.profiles[profile], using, tuple(_parts(account.lines, profile, labels))))
    return bars


def _name(line: Line) -> str:
    return words(line.label or line.kind)


def _labels(lines: Sequence[Line]) -> dict[int, str]:
    """How each phase is called: the largest by name, the others together where there are more than hues."""
    if len(lines) <= len(PHASES):
        return {number: _name(line) for number, line in enumerate(lines)}
    largest = sorted(range(len(lines)), key=lambda number: (-lines[number].best, number))[: len(PHASES) - 1]
    return {number: _name(line) if number in largest else OTHER for number, line in enumerate(lines)}


def _parts(lines: Sequence[Line], profile: str, labels: Mapping[int, str]) -> Iterator[Part]:
    hues = {label: PHASES[number % len(PHASES)] for number, label in enumerate(dict.fromkeys(labels.values()))}
    sums: dict[tuple[str, str], Fraction] = {}
    for number_, line in enumerate(lines):
        place = line.counts.get(profile, "open"), labels[number_]
        sums[place] = sums.get(place, Fraction(0)) + line.best
    for (counts, label), value in sorted(sums.items(), key=lambda entry: ORDER[entry[0][0]]):
        if value:
            yield Part(label, hues[label], value, counts)


def _tones(bars: Sequence[Bar]) -> dict[str, str]:
    return {part.label: part.tone for bar in bars for part in bar.parts}


def _row(bar: Bar, row: int, scale: Scale, plot: Box, paper: Paper, prefix: str) -> Iterator[Markup]:
    height = ROW + (26 if paper.narrow else 0)
    top = plot.top + row * height + (32 if paper.narrow else 12)
    yield from _names(bar, top, plot, paper)
    at = Fraction(0)
    for part in bar.parts:
        start, end = scale(float(at)), scale(float(at + part.value))
        yield from _part(part, start, end, top, prefix)
        at += part.value
    edge = -1.0
    for law in bar.laws:
        if _near(bar, law):
            x = scale(float(law.test.threshold))
            yield el("path", el("title", f"{law.name}: {law.line} FLOP"), d=f"M{x:.1f} {top - 6:.1f}v{BAR + 12:.1f}", class_="s-ink clear", stroke_width=2.4, stroke_dasharray=None if law.verdict.enforced else "4 3")  # fmt: skip
            told = Words(law.line, x + 4, top - 4, SMALL, class_="halo", bold=True)
            if told.box.right > plot.right + 26:
                told = Words(law.line, x - 4, top - 4, SMALL, "end", "halo", bold=True)
            if told.box.left > edge:
                yield told.draw()
                edge = told.box.right


def _names(bar: Bar, top: float, plot: Box, paper: Paper) -> Iterator[Markup]:
    """The laws that count so, and the short name of the way of counting."""
    laws_ = ", ".join(law.name for law in bar.laws)
    if paper.narrow:
        yield Words(fitted(laws_, plot.width - 60, TEXT, bold=True), plot.left, top - 20, TEXT, bold=True).draw()
        return
    lines = lines_of(laws_, plot.left - 24, TEXT, bold=True)
    shown = lines[:2] + ([f"and {len(bar.laws) - 1} more"] if len(lines) > 2 else [])
    if len(lines) > 2:
        shown = [
            fitted(bar.laws[0].name, plot.left - 24, TEXT, bold=True),
            f"and {len(bar.laws) - 1} more ({bar.name})",
        ]
    start = top + BAR / 2 + 4 - 7 * (len(shown) - 1)
    for number_, line in enumerate(shown):
        bold = len(lines) <= 2 or not number_
        text = fitted(line, plot.left - 24, TEXT, bold=bold)
        yield Words(text, 12, start + 15 * number_, TEXT, class_="" if bold else "muted", bold=bold).draw()


def _part(part: Part, start: float, end: float, top: float, prefix: str) -> Iterator[Markup]:
    """Counted is solid, open hatched over its tint, not counted a thinner dashed outline."""
    title = el("title", f"{part.label}: {power(part.value)} FLOP, {SAYS[part.counts]}")
    wide = max(end - start, 0.8)
    box = {"x": start, "y": top, "width": wide, "height": BAR}
    if part.counts == "yes":
        yield el("rect", title, class_=f"f-{part.tone} s-paper", stroke_width=0.6, **box)
    elif part.counts == "open":
        yield el("rect", class_=f"t-{part.tone} s-{part.tone}", stroke_width=1, **box)
        yield el("rect", title, fill=hatch(prefix, part.tone), **box)
    else:
        thin = {"x": start, "y": top + 5, "width": wide, "height": BAR - 10}
        yield el("rect", title, class_="f-paper s-muted", stroke_width=1, stroke_dasharray="3 2", **thin)
    if text_width(part.label, SMALL) + 10 <= wide:
        ink = "halo" if part.counts == "open" else "muted" if part.counts == "no" else "onhue"
        yield Words(part.label, (start + end) / 2, top + BAR / 2 + 4, SMALL, "middle", ink).draw()


def _unit(scale: Scale) -> int:
    """The power of ten in which the axis counts."""
    return len(str(int(scale.high))) - 1


def _grid(scale: Scale, plot: Box) -> Iterator[Markup]:
    places = (scale(float(value)) for value in round_values(scale))
    yield el("path", d="".join(f"M{x:.1f} {plot.top:.1f}V{plot.bottom:.1f}" for x in places), class_="s-grid clear")


def _axis(scale: Scale, plot: Box) -> Iterator[Markup]:
    exponent = _unit(scale)
    for value in round_values(scale):
        text = number(value / Fraction(10) ** exponent)
        yield Words(text, scale(float(value)), plot.bottom + 16, TEXT, "middle", "muted").draw()
    title = f"first estimates, 10{str(exponent).translate(RAISED)} FLOP (linear: lengths add up)"
    middle = (plot.left + plot.right) / 2
    yield Words(fitted(title, plot.width, TEXT, bold=True), middle, plot.bottom + 36, TEXT, "middle", bold=True).draw()


def _under(bars: Sequence[Bar], tones: Mapping[str, str], plot: Box, prefix: str) -> tuple[list[Markup], float]:
    """The key of phases, that of what counts, and the lines that are too far away to be drawn."""
    left = 12.0
    signs = [Sign(swatch(f"f-{tone}", width=12), label) for label, tone in tones.items()]
    drawn, end = key(signs, left, plot.right, plot.bottom + 60)
    first = next(iter(tones.values()))
    shown = {part.counts for bar in bars for part in bar.parts}
    kinds = [Sign(swatch(f"f-{first}"), SAYS["yes"], 18)]
    if "open" in shown:
        kinds.append(Sign(swatch(f"t-{first} s-{first}", fill=hatch(prefix, first)), SAYS["open"], 18))
    if "no" in shown:
        kinds.append(Sign(swatch("f-paper s-muted"), SAYS["no"], 18))
    more, end = key(kinds, left, plot.right, end + 20)
    far = list(dict.fromkeys(f"{law.name} ({law.line})" for bar in bars for law in bar.laws if not _near(bar, law)))
    if not far:
        return [*drawn, *more], end
    note, end = sentence(f"Lines farther out: {', '.join(far)}.", left, plot.right, end + 20)
    return [*drawn, *more, *note], end


def _told(screening: Screening, bars: Sequence[Bar]) -> str:
    told = []
    for bar in bars:
        sums = {word: sum((part.value for part in bar.parts if part.counts == word), Fraction(0)) for word in ORDER}
        parts = ", ".join(f"{power(value)} {SAYS[word]}" for word, value in sums.items() if value)
        lines = ", ".join(
            dict.fromkeys(f"{OPERATOR[law.test.operator]} {power(law.test.threshold)}" for law in bar.laws)
        )
        told.append(f"{bar.name} (line {lines}): {parts}")
    return f"{screening.subject.name} as of {screening.request.as_of}, first estimates in FLOP. {'; '.join(told)}."
