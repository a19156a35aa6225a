"""What each rule says of a chip over time: a row per rule, on paper above and as enforced below where the two differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from gateline.jobs.timeline import Change, Timeline
from gateline.report.pictures.frame import SMALL, TEXT, WHOLE, Paper, Sheet, Sign, key, sentence, swatch
from gateline.report.pictures.notation import TONE
from gateline.report.pictures.style import hatch
from gateline.report.pictures.svg import Box, Markup, Scale, Words, el, fitted, text_width
from gateline.report.wording import WORD
from gateline.rules.model import Outcome, Rule, Status

ROW, BAR = 30.0, 20.0
ON_PAPER = (Status.IN_FORCE, Status.CODIFIED_NOT_ENFORCED)
SHORTEST = 3.0
YEAR_APART = 34.0


@dataclass(frozen=True, slots=True)
class Segment:
    """What a rule says from a day to another."""

    start: date
    end: date
    change: Change

    @property
    def on_paper(self) -> bool:
        """Whether the text is law."""
        return self.change.status in ON_PAPER


@dataclass(frozen=True, slots=True)
class Row:
    """A rule and what it says, one stretch after the other."""

    rule: Rule
    segments: tuple[Segment, ...]

    @property
    def split(self) -> bool:
        """Whether the text is law at some time at which it is not enforced."""
        return any(segment.on_paper and not segment.change.enforced for segment in self.segments)

    @property
    def silent(self) -> bool:
        """Whether it is law at some time, and never met or undetermined."""
        return all(not segment.on_paper or not segment.change.outcome for segment in self.segments)

    @property
    def gates(self) -> bool:
        """Whether it gates at some time."""
        return any(segment.change.gating for segment in self.segments)


def timeline(found: Timeline, paper: Paper = WHOLE, *, as_of: date | None = None) -> str:
    """The changes of what the rules say of one chip.

    Parameters
    ----------
    found : Timeline
    paper : Paper
    as_of : date, optional
        A day to be marked.

    Returns
    -------
    str
        An SVG document.
    """
    sheet = Sheet(paper, "timeline")
    name = found.subject.name
    rows = _rows(found)
    shown = [row for row in rows if row.gates or not row.silent]
    if not shown:
        says = f"No rule had been in force on {name} by {found.span.end}."
        return sheet.empty(f"{name} over time", says)
    left = 12.0 if paper.narrow else 214.0
    height = ROW + (16 if paper.narrow else 0)
    plot = Box(left, 20, paper.width - 16, 20 + height * len(shown))
    start = min(segment.start for row in shown for segment in row.segments)
    scale = Scale(start.toordinal(), found.span.end.toordinal() + 1, plot.left, plot.right)
    body = [
        *_years(scale, plot),
        *_days(shown, scale, plot),
        *(part for number, row in enumerate(shown) for part in _row(row, plot.top + number * height, scale, paper, sheet)),
        *_mark(as_of, scale, plot),
    ]  # fmt: skip
    under, end = _under(rows, shown, plot, sheet.prefix)
    return sheet.document(end + 12, f"{name} over time", _told(found, shown), [*body, *under])


def _rows(found: Timeline) -> list[Row]:
    """The rules, those that gate first and then those that speak first."""
    by_rule: dict[str, list[Change]] = {}
    for change in found.changes:
        by_rule.setdefault(change.rule.id, []).append(change)
    rows = []
    for changes in by_rule.values():
        ends = [*(change.day for change in changes[1:]), date.fromordinal(found.span.end.toordinal() + 1)]
        segments = tuple(Segment(change.day, end, change) for change, end in zip(changes, ends, strict=True))
        rows.append(Row(changes[0].rule, segments))
    return sorted(rows, key=lambda row: (not row.gates, row.segments[0].start, row.rule.id))


def _row(row: Row, top: float, scale: Scale, paper: Paper, sheet: Sheet) -> Iterator[Markup]:
    if paper.narrow:
        yield Words(fitted(row.rule.id, scale.stop - scale.start, SMALL, bold=True), scale.start, top + 11, SMALL, bold=True).draw()  # fmt: skip
        top += 16
    else:
        text = fitted(row.rule.id, scale.start - 24, SMALL, bold=True)
        yield Words(text, scale.start - 10, top + BAR / 2 + 5, SMALL, "end", bold=True).draw()
    for segment in row.segments:
        if not segment.on_paper:
            yield from _waiting(segment, top, scale)
        elif row.split:
            yield from _stretch(segment, Box(scale(segment.start.toordinal()), top, scale(segment.end.toordinal()), top + BAR / 2 - 1), sheet, "on paper")  # fmt: skip
            if segment.change.enforced:
                yield from _stretch(segment, Box(scale(segment.start.toordinal()), top + BAR / 2 + 1, scale(segment.end.toordinal()), top + BAR), sheet, "enforced")  # fmt: skip
        else:
            yield from _stretch(segment, Box(scale(segment.start.toordinal()), top, scale(segment.end.toordinal()), top + BAR), sheet, "")  # fmt: skip
    if row.split:
        yield from _split_words(row, top, scale)


def _stretch(segment: Segment, box: Box, sheet: Sheet, track: str) -> Iterator[Markup]:
    """A stretch in the tint of its outcome; what does not gate is hatched over a neutral ground, so that it does not glow."""
    change = segment.change
    tone = TONE[change.outcome]
    quiet = not change.gating and change.outcome is Outcome.MET
    about = f", {track}" if track else ""
    title = el("title", f"{change.rule.id} from {segment.start}{about}: {_said(change)}")
    wide = max(box.width, SHORTEST)
    place = {"x": box.left, "y": box.top, "width": wide, "height": box.height}
    yield el("rect", title, class_="f-lane" if quiet else f"t-{tone}", **place)
    if quiet:
        yield el("rect", title, fill=hatch(sheet.prefix, "none"), **place)
    edge = "muted" if quiet else tone
    yield el("rect", x=box.left, y=box.top, width=SHORTEST, height=box.height, class_=f"f-{edge}")
    if box.height >= BAR:
        yield from _inside(change, box, "muted" if quiet else tone)


def _inside(change: Change, box: Box, tone: str) -> Iterator[Markup]:
    """The longest text that fits."""
    texts = [_said(change), change.item or WORD[change.outcome].lower()]
    fits = [text for text in texts if text_width(text, SMALL) + 14 <= box.width]
    if fits:
        yield Words(fits[0], box.left + 8, box.bottom - 6, SMALL, class_=f"{tone} halo").draw()


def _split_words(row: Row, top: float, scale: Scale) -> Iterator[Markup]:
    """What the two tracks say, over the longest stretch."""
    stretches = [segment for segment in row.segments if segment.on_paper]
    longest = max(stretches, key=lambda segment: (segment.end - segment.start, segment.start))
    box = Box(scale(longest.start.toordinal()), top, scale(longest.end.toordinal()), top + BAR)
    enforced = "enforced" if longest.change.enforced else "on paper only"
    texts = [f"{_said(longest.change)}; {enforced}", f"{WORD[longest.change.outcome].lower()}; {enforced}"]
    fits = [text for text in texts if text_width(text, SMALL) + 14 <= box.width]
    if fits:
        yield Words(fits[0], box.left + 8, box.bottom - 6, SMALL, class_=f"{TONE[longest.change.outcome]} halo").draw()


def _waiting(segment: Segment, top: float, scale: Scale) -> Iterator[Markup]:
    """A text that is not law yet, or no longer: a dashed line."""
    if segment.change.status in (Status.SUPERSEDED, Status.REVOKED, Status.VETOED):
        return
    start, end = scale(segment.start.toordinal()), scale(segment.end.toordinal())
    status = segment.change.status.value.replace("_", " ")
    title = el("title", f"{segment.change.rule.id} from {segment.start}: {status}")
    line = f"M{start:.1f} {top + BAR / 2:.1f}H{end:.1f}"
    yield el("path", title, d=line, class_="s-muted clear", stroke_dasharray="2 2", stroke_width=1.6)


def _said(change: Change) -> str:
    """The item or the outcome, and why it does not gate where it is met and does not."""
    said = change.item or WORD[change.outcome].lower()
    quiet = change.outcome is not Outcome.NOT_MET and not change.gating
    return f"{said}; {change.why_not_gating}" if quiet and change.why_not_gating else said


def _years(scale: Scale, plot: Box) -> Iterator[Markup]:
    first, last = date.fromordinal(int(scale.low)).year + 1, date.fromordinal(int(scale.high)).year
    edge = plot.left - YEAR_APART
    for year in range(first, last + 1):
        x = scale(date(year, 1, 1).toordinal())
        yield el("path", d=f"M{x:.1f} {plot.top:.1f}V{plot.bottom + 4:.1f}", class_="s-grid clear")
        if x - edge >= YEAR_APART and x < plot.right - 8:
            yield Words(str(year), x, plot.bottom + 18, TEXT, "middle", "muted").draw()
            edge = x


def _days(rows: Sequence[Row], scale: Scale, plot: Box) -> Iterator[Markup]:
    """The days on which a rule that gates changes, dotted and dated where there is room."""
    days = sorted({segment.start for row in rows if row.gates for segment in row.segments if segment.change.gating})
    edge = -1.0
    for day in days:
        x = scale(day.toordinal())
        yield el(
            "path", d=f"M{x:.1f} {plot.top - 4:.1f}V{plot.bottom:.1f}", class_="s-ink clear", stroke_dasharray="1 3"
        )
        words = Words(day.isoformat(), x, plot.top - 8, SMALL, "middle")
        if words.box.left > edge and words.box.right < plot.right + 14 and words.box.left > 2:
            yield words.draw()
            edge = words.box.right + 6


def _mark(as_of: date | None, scale: Scale, plot: Box) -> Iterator[Markup]:
    if as_of is None or not scale.holds(as_of.toordinal()):
        return
    x = scale(as_of.toordinal())
    yield el("path", d=f"M{x:.1f} {plot.top:.1f}V{plot.bottom + 22:.1f}", class_="s-ink clear", stroke_width=2.4)
    anchor = "end" if x > (plot.left + plot.right) / 2 else "start"
    yield Words(f"as of {as_of}", x, plot.bottom + 36, TEXT, anchor, bold=True).draw()


def _under(rows: Sequence[Row], shown: Sequence[Row], plot: Box, prefix: str) -> tuple[list[Markup], float]:
    signs = [
        Sign(swatch("t-met"), "a line is met", 18),
        Sign(swatch("t-open"), "undetermined", 18),
        Sign(swatch("t-none"), "no line is met", 18),
        Sign(swatch("f-lane", fill=hatch(prefix, "none")), "met, but does not gate", 18),
        Sign(
            el("path", d="M-9 0H9", class_="s-muted clear", stroke_dasharray="2 2", stroke_width=1.6), "not law yet", 18
        ),
    ]
    drawn, end = key(signs, 12, plot.right, plot.bottom + 56)
    says = []
    if any(row.split for row in shown):
        says.append("Two tracks: on paper above, as enforced below.")
    if left := [row.rule.id for row in rows if row not in shown]:
        says.append(f"Never met, not gating, left out: {', '.join(left)}.")
    if not says:
        return drawn, end
    note, end = sentence(" ".join(says), 12, plot.right, end + 20)
    return [*drawn, *note], end


def _told(found: Timeline, shown: Sequence[Row]) -> str:
    rows = (
        f"{row.rule.id}: "
        + ", ".join(f"{_said(each.change)} from {each.start}" for each in row.segments if each.on_paper)
        for row in shown
        if any(each.on_paper for each in row.segments)
    )
    return f"{found.subject.name} up to {found.span.end}. {'; '.join(rows)}."
