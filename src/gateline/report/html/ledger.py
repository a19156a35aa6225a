"""What a page says of a shipment ledger: sums, totals against lines, the first rows that matter, and the rejects; never all rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateline.gating import can_gate
from gateline.jobs.ledger import ExaminedLedger
from gateline.numerals import clip
from gateline.report.html.card import Card
from gateline.report.html.fleet import LONGEST, of_rejects
from gateline.report.html.parts import Block, Cell, Lines, Mark, Paragraph, Section, bullets, section, table
from gateline.report.html.totals import of_totals, title_of
from gateline.report.ledger import ORDER
from gateline.report.pictures.quota import group_name
from gateline.report.totals import by_gravity
from gateline.report.wording import words
from gateline.rules.model import Outcome
from gateline.shipments.ledger.excerpt import ListedShipment
from gateline.shipments.ledger.lines import MET, RATE, UNDETERMINED
from gateline.shipments.ledger.summary import Tally
from gateline.shipments.licence import LICENCE, RED_FLAG

MOST_NAMES = 25
"""As many rules are told of each effect."""
LONGEST_SAYING = 240
TITLES = {
    "licence": "Licences",
    "exception": "Licence exceptions",
    "notification": "Notifications",
    "review_policy": "Review policies",
    "tariff": "Charges",
    RED_FLAG: "Red flags raised",
}


def ledger_card(examined: ExaminedLedger) -> Card:
    """What is said first of a ledger."""
    told = examined.screened.told
    return Card(
        outcome=told.outcome,
        headline=_headline(examined),
        name=clip(examined.source, 120),
        identity="",
        kind="shipment",
        lines=tuple(_lines(examined)),
        flips=(),
        distances=(),
        watch=tuple(_watch(examined)),
    )


def ledger_sections(examined: ExaminedLedger) -> Iterator[Section]:
    """What is said of a ledger below its card."""
    screened = examined.screened
    yield from section("Rows by outcome", _outcomes(examined))
    yield from section("Totals against their lines", of_totals(examined))
    effects = dict.fromkeys((LICENCE, *screened.told.met, *screened.told.undetermined))
    for effect in effects:
        yield from section(TITLES.get(effect, words(effect).capitalize()), _effect(examined, effect))
    yield from section("Rows that are met", _rows(examined, Outcome.MET))
    yield from section("Rows that are undetermined", _rows(examined, Outcome.UNDETERMINED))
    yield from section("Rejected rows", of_rejects(examined.excerpt.rejects, screened.summary.rejected))
    yield from section("Remarks", bullets(screened.summary.remarks))


def _headline(examined: ExaminedLedger) -> str:
    told = examined.screened.told
    rows = sum(tally.rows for tally in told.gating.values())
    met, undetermined = (told.gating.get(outcome, Tally()).rows for outcome in (Outcome.MET, Outcome.UNDETERMINED))
    licence = told.gating == told.enforced
    perhaps = f", {undetermined:,} perhaps" if undetermined else ""
    if met:
        verb = ("need" if licence else "meet") + ("s" if met == 1 else "")
        return f"{met:,} of {rows:,} shipments {verb} {'a licence' if licence else 'a rule that gates'}{perhaps}"
    if undetermined:
        return (
            f"{undetermined:,} of {rows:,} shipments {'is' if undetermined == 1 else 'are'} undetermined, none is met"
        )
    return f"Not met: none of {rows:,} shipments {'needs a licence' if licence else 'meets a rule that gates'}"


def _lines(examined: ExaminedLedger) -> Iterator[str]:
    summary = examined.screened.summary
    yield f"{summary.rows:,} rows read, {summary.rows - summary.rejected:,} screened, {summary.rejected:,} rejected."
    yield "Each row is judged by the rules of its own day; totals by those of the date below."


def _watch(examined: ExaminedLedger) -> Iterator[str]:
    """Lines that totals have passed: one by one where they are enforced, the others together."""
    passed = [found for found in examined.screened.totals if found.outcome is Outcome.MET]
    enforced = [found for found in passed if found.version.enforced_on(examined.screened.as_of)]
    for found in enforced:
        names = [group_name(found, group.group) for group in by_gravity(found.groups) if group.outcome is Outcome.MET]
        others = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        yield f"{title_of(found)}: passed by {names[0]}{others}."
    if rest := [title_of(found) for found in passed if found not in enforced]:
        yield f"Passed, and not enforced: {'; '.join(rest)}."


def _outcomes(examined: ExaminedLedger) -> Iterator[Block]:
    told = examined.screened.told
    asked = (
        ("rules that gate", told.gating),
        ("licence, as enforced", told.enforced),
        ("licence, on the books", told.on_the_books),
    )
    rows = ((name, *(_counted(tallies.get(outcome, Tally())) for outcome in ORDER)) for name, tallies in asked)
    yield from table("Rows and chips by outcome", ("asked", *(words(each.word) for each in ORDER)), rows)
    gates = [rule.title for rule in examined.screened.specs.rules.values() if rule.subject == "shipment" and can_gate(rule, examined.request.role)]  # fmt: skip
    if not examined.request.rules and gates:
        yield Paragraph(f"Rules that gate on some day: {'; '.join(gates)}.", quiet=True)


def _counted(tally: Tally) -> Cell:
    return Lines((f"{tally.rows:,} row{'' if tally.rows == 1 else 's'}", f"{tally.chips:,} chips"))


def _effect(examined: ExaminedLedger, effect: str) -> Iterator[Block]:
    """Which rules of an effect speak, of how many rows."""
    told = examined.screened.told
    rows = [
        (Mark.of(outcome), *_rule(examined, name), f"{tally.rows:,}", f"{tally.chips:,}")
        for outcome, sums in ((Outcome.MET, told.met), (Outcome.UNDETERMINED, told.undetermined))
        for name, tally in _frequent(sums.get(effect, {}))
    ]
    yield from table(
        "Rows by rule, the most frequent first", ("outcome", "rule", "item", "rows", "chips"), rows[:MOST_NAMES]
    )
    if len(rows) > MOST_NAMES:
        yield Paragraph(f"And {len(rows) - MOST_NAMES:,} more, each of fewer rows.", quiet=True)


def _frequent(tallies: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    return sorted(tallies.items(), key=lambda pair: (-pair[1].rows, pair[0]))


def _rule(examined: ExaminedLedger, name: str) -> tuple[Cell, str]:
    rule, _, item = name.partition(" ")
    return Lines((examined.screened.specs.rules[rule].title, rule)), item


def _rows(examined: ExaminedLedger, outcome: Outcome) -> Iterator[Block]:
    listed = examined.excerpt.listed[outcome]
    whole = examined.screened.told.gating.get(outcome, Tally()).rows
    if not listed:
        return
    shown = "All of them" if len(listed) == whole else f"The first {len(listed):,} of {whole:,}"
    headings = ("row", *(clip(name, LONGEST) for name in listed[0].cells), "licence", "what rules say")
    yield from table(shown, headings, (_row(each) for each in listed), look="listed")
    if len(listed) < whole:
        yield Paragraph("All rows: run gateline shipment on the ledger with -o screened.csv.", quiet=True)


def _row(listed: ListedShipment) -> tuple[Cell, ...]:
    cells = (clip(cell, LONGEST) for cell in listed.cells.values())
    said = "; ".join(
        f"{'' if part == MET else 'perhaps '}{text}" if part in (MET, UNDETERMINED) else f"{text} of the value"
        for name, text in listed.says.items()
        if (part := name.rpartition(":")[2]) in (MET, UNDETERMINED) or name == RATE
    )
    return str(listed.number), *cells, Mark.of(listed.outcome), clip(said, LONGEST_SAYING)
