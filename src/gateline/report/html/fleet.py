"""What a page says of a table: the sums, what would settle it, the first rows that matter, and the rejects; never all rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from gateline.fleet.excerpt import MOST_REJECTS, Excerpt, Listed
from gateline.fleet.problems import Reject
from gateline.numerals import clip, number
from gateline.quantities import QUANTITIES
from gateline.report import wording
from gateline.report.headline import joined, shortened
from gateline.report.html.card import Card
from gateline.report.html.parts import Block, Cell, Lines, Mark, Paragraph, Section, bullets, section, table
from gateline.report.html.pictures import drawn
from gateline.report.wording import words
from gateline.rules.corpus import Specs
from gateline.rules.model import Outcome

LONGEST = 40
"""Cells of the table are cut to so many characters."""
WORDS = ("met", "undetermined", "not_met")


def fleet_card(excerpt: Excerpt, specs: Specs) -> Card:
    """What is said first of a table."""
    return Card(
        outcome=excerpt.summary.outcome,
        headline=_headline(excerpt, specs),
        name=clip(excerpt.source, 120),
        identity="",
        kind="fleet",
        lines=tuple(_lines(excerpt)),
        flips=(),
        distances=(),
        watch=(),
    )


def fleet_sections(excerpt: Excerpt, specs: Specs, *, narrow: bool = False) -> Iterator[Section]:
    """What is said of a table below its card; its picture for a phone where that is `narrow`."""
    shown = drawn(excerpt.summary, 1, "outcomes", narrow=narrow)
    yield from section("Outcomes by rule", shown, _outcomes(excerpt, specs))
    yield from section("What would settle undetermined rows", _settles(excerpt, specs))
    yield from section("Rows that are met", _rows(excerpt, Outcome.MET, specs))
    yield from section("Rows that are undetermined", _rows(excerpt, Outcome.UNDETERMINED, specs))
    yield from section("Rejected rows", of_rejects(excerpt.rejects, excerpt.summary.rejected))
    yield from section("Remarks", bullets(excerpt.summary.remarks))
    yield from section("Assumed in rows that do not say", bullets(_assumed(excerpt, specs)))


def _headline(excerpt: Excerpt, specs: Specs) -> str:
    rows = _screened(excerpt)
    met = [rule for rule, counts in excerpt.summary.verdicts.items() if counts["met"]]
    if not excerpt.summary.verdicts:
        return "No rule gates on this date"
    if met:
        named = _short(met[0], specs) if len(met) == 1 else f"at least one of {len(met)} rules"
        return f"{_count(excerpt.counts[Outcome.MET])} of {_count(rows)} rows meet{_s(excerpt, Outcome.MET)} {named}"
    if undetermined := excerpt.counts[Outcome.UNDETERMINED]:
        verb = "is" if undetermined == 1 else "are"
        return f"{_count(undetermined)} of {_count(rows)} rows {verb} undetermined, none is met"
    return f"Not met: none of {_count(rows)} rows meets a rule"


def _s(excerpt: Excerpt, outcome: Outcome) -> str:
    return "s" if excerpt.counts[outcome] == 1 else ""


def _screened(excerpt: Excerpt) -> int:
    return excerpt.summary.rows - excerpt.summary.rejected


def _count(value: int) -> str:
    return f"{value:,}"


def _lines(excerpt: Excerpt) -> Iterator[str]:
    summary = excerpt.summary
    yield f"{_count(summary.rows)} rows read, {_count(_screened(excerpt))} screened, {_count(summary.rejected)} rejected."
    if met := excerpt.counts[Outcome.MET]:
        undetermined = excerpt.counts[Outcome.UNDETERMINED]
        yield f"{_count(met)} met, {_count(undetermined)} undetermined, {_count(excerpt.counts[Outcome.NOT_MET])} not met."
    for rule, counts in excerpt.settles.items():
        alone = {names[0]: rows for names, rows in counts.items() if len(names) == 1}
        if alone:
            name = max(alone, key=lambda found: (alone[found], found))
            whole = summary.verdicts[rule]["undetermined"]
            yield f"{rule}: {_count(alone[name])} of {_count(whole)} undetermined rows need only the {words(name)}."


def _short(rule: str, specs: Specs) -> str:
    return shortened(specs.rules[rule].title)


def _outcomes(excerpt: Excerpt, specs: Specs) -> Iterator[Block]:
    summary = excerpt.summary
    headings = ("rule", *(words(word) for word in WORDS), "items")
    rows = (
        (
            Lines((specs.rules[rule].title, rule)),
            *(_counted(counts[word], summary.units[rule][word], counts != summary.units[rule]) for word in WORDS),
            ", ".join(f"{item} {_count(found)}" for item, found in sorted(summary.items[rule].items())),
        )
        for rule, counts in summary.verdicts.items()
    )
    yield from table("Rows by rule and outcome", headings, rows)


def _counted(rows: int, units: int, differ: bool) -> Cell:
    return Lines((_count(rows), f"{_count(units)} units")) if differ else _count(rows)


def _settles(excerpt: Excerpt, specs: Specs) -> Iterator[Block]:
    rows = [
        (_short(rule, specs), joined([words(name) for name in names]) if names else "no single input", _count(found))
        for rule, counts in excerpt.settles.items()
        for names, found in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]
    yield from table(
        "As few inputs as settle the answer, whatever they turn out to be",
        ("rule", "inputs", "rows"),
        rows[:MOST_REJECTS],
    )
    if len(rows) > MOST_REJECTS:
        yield Paragraph(f"And {_count(len(rows) - MOST_REJECTS)} more combinations, each of fewer rows.", quiet=True)


def _rows(excerpt: Excerpt, outcome: Outcome, specs: Specs) -> Iterator[Block]:
    listed, whole = excerpt.listed[outcome], excerpt.counts[outcome]
    if not listed:
        return
    shown = "All of them" if len(listed) == whole else f"The first {_count(len(listed))} of {_count(whole)}"
    figures = tuple(QUANTITIES[name].short for name in listed[0].figures)
    headings = ("row", *(clip(name, LONGEST) for name in listed[0].cells), *figures, "what rules say")
    yield from table(shown, headings, (_row(each, specs) for each in listed), look="listed")
    if len(listed) < whole:
        yield Paragraph("All rows: run gateline fleet on the table with -o verdicts.csv.", quiet=True)


def _row(listed: Listed, specs: Specs) -> tuple[Cell, ...]:
    said = (
        f"{_short(rule, specs)}: {words(outcome.word)}"
        + (f" {item}" if outcome is Outcome.MET and item != Outcome.UNDETERMINED.word else "")
        + (f", settled by {joined([words(name) for name in names])}" if (names := listed.settles.get(rule)) else "")
        for rule, (outcome, item) in listed.verdicts.items()
    )
    figures = (
        "unknown" if value is None else f"{number(Fraction(value), 6)} {QUANTITIES[name].unit}"
        for name, value in listed.figures.items()
    )
    cells = (clip(cell, LONGEST) for cell in listed.cells.values())
    return str(listed.number), *cells, *figures, Mark(listed.outcome, "; ".join(said))


def of_rejects(rejects: Sequence[Reject], rejected: int) -> Iterator[Block]:
    """The first rejects of `rejected` rows."""
    rows = (
        (str(each.row), clip(each.column, LONGEST) or "all cells", clip(each.value, LONGEST), clip(each.reason, 160))
        for each in rejects
    )
    yield from table(f"The first of {_count(rejected)} rejected rows", ("row", "column", "read", "why"), rows)


def _assumed(excerpt: Excerpt, specs: Specs) -> Iterator[str]:
    for rule, facts in excerpt.summary.assumed.items():
        told = ", ".join(f"{words(fact)}: {wording.truth(value)}" for fact, value in facts.items())
        yield f"{_short(rule, specs)}: {told}"
