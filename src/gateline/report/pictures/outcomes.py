"""What became of a table: one stacked bar per rule, and the outcomes in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateline.fleet.summary import FleetSummary
from gateline.report.pictures.frame import SMALL, TEXT, WHOLE, Paper, Sheet, Sign, key, sentence
from gateline.report.pictures.notation import glyph
from gateline.report.pictures.svg import Box, Markup, Words, el, fitted
from gateline.report.wording import WORD
from gateline.rules.model import Outcome

ROW, BAR = 46.0, 20.0
GRAVEST_FIRST = tuple(sorted(Outcome, reverse=True))
FILL = {Outcome.MET: "f-met", Outcome.UNDETERMINED: "f-open", Outcome.NOT_MET: "t-none"}
THINNEST = 1.5
"""A bar of few rows among very many is still seen."""


def outcomes(summary: FleetSummary, paper: Paper = WHOLE, *, name: str = "the table") -> str:
    """The rows of a table by rule and outcome.

    Parameters
    ----------
    summary : FleetSummary
    paper : Paper
    name : str
        What the table is called.

    Returns
    -------
    str
        An SVG document.
    """
    sheet = Sheet(paper, "outcomes")
    rules = {rule: counts for rule, counts in summary.verdicts.items() if sum(counts.values())}
    if not rules:
        rejected = f" {summary.rejected:,} were rejected." if summary.rejected else ""
        return sheet.empty(f"Outcomes of {name}", f"No row was screened.{rejected}")
    ordered = sorted(rules, key=lambda rule: (*(-rules[rule][outcome.word] for outcome in GRAVEST_FIRST), rule))
    height = ROW + (16 if paper.narrow else 0)
    left = 12.0 if paper.narrow else 236.0
    plot = Box(left, 14, paper.width - 16, 14 + height * len(ordered))
    body = [part for number, rule in enumerate(ordered) for part in _row(rule, rules[rule], plot.top + number * height, plot, paper)]  # fmt: skip
    signs = [Sign(_sign(outcome), WORD[outcome].lower()) for outcome in GRAVEST_FIRST]
    drawn, end = key(signs, plot.left, plot.right, plot.bottom + 18)
    note, end = sentence(_note(summary), plot.left, plot.right, end + 20)
    return sheet.document(end + 12, f"Outcomes of {name}", _told(rules, ordered), [*body, *drawn, *note])


def _row(rule: str, counts: Mapping[str, int], top: float, plot: Box, paper: Paper) -> Iterator[Markup]:
    if paper.narrow:
        yield Words(fitted(rule, plot.width, TEXT, bold=True), plot.left, top + 11, TEXT, bold=True).draw()
        top += 16
    else:
        text = fitted(rule, plot.left - 24, TEXT, bold=True)
        yield Words(text, plot.left - 10, top + BAR / 2 + 4, TEXT, "end", bold=True).draw()
    x, total = plot.left, sum(counts.values())
    present = [outcome for outcome in GRAVEST_FIRST if counts[outcome.word]]
    widths = _widths([counts[outcome.word] for outcome in present], total, plot.width)
    for outcome, wide in zip(present, widths, strict=True):
        title = el("title", f"{rule}: {counts[outcome.word]:,} {WORD[outcome].lower()}")
        yield el("rect", title, x=x, y=top, width=wide, height=BAR, class_=FILL[outcome])
        x += wide
    told = _counts(counts)
    yield Words(fitted(told, plot.width, SMALL), plot.left, top + BAR + 13, SMALL, class_="muted").draw()


def _widths(counts: list[int], total: int, room: float) -> list[float]:
    """In proportion, but none too thin to be seen; the widest gives what the thin ones take."""
    widths = [max(count / total * room, THINNEST) for count in counts]
    widest = widths.index(max(widths))
    widths[widest] -= sum(widths) - room
    return widths


def _counts(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{counts[outcome.word]:,} {WORD[outcome].lower()}" for outcome in GRAVEST_FIRST)


def _sign(outcome: Outcome) -> Markup:
    return glyph(outcome, 0, 0, 10)


def _note(summary: FleetSummary) -> str:
    rejected = f" {summary.rejected:,} could not be screened." if summary.rejected else ""
    return f"{summary.rows:,} rows read.{rejected}"


def _told(rules: Mapping[str, Mapping[str, int]], ordered: list[str]) -> str:
    return "; ".join(f"{rule}: {_counts(rules[rule])}" for rule in ordered) + "."
