"""What a page says of the totals of a shipment ledger: pictures of the gravest, and the groups past a line or nearest to it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gateline.jobs.ledger import ExaminedLedger
from gateline.jobs.totals import reference_performance
from gateline.numerals import number
from gateline.quantities import QUANTITIES
from gateline.report.html.parts import Block, Cell, Lines, Mark, Paragraph, bullets, table
from gateline.report.html.pictures import drawn
from gateline.report.pictures.quota import group_name, has_picture, of_nothing, quota
from gateline.report.totals import ALONE, by_gravity, in_full, per, span
from gateline.report.wording import OPERATOR, percent, words
from gateline.rules.model import Outcome
from gateline.shipments.totals import GroupTotal, QuotaTotals

MOST_GROUPS = 10
MOST_PICTURES = 4


def of_totals(examined: ExaminedLedger) -> Iterator[Block]:
    """Rules under which something counts, the gravest first: a table each, and of the first ones the picture."""
    told = [found for found in examined.screened.totals if found.groups or found.unplaced_rows]
    idle = [title_of(found) for found in examined.screened.totals if found not in told]
    said: set[str] = set()
    for number_on_page, found in enumerate(sorted(told, key=lambda found: _place(found, examined)), 1):
        if number_on_page <= MOST_PICTURES and has_picture(found):
            yield from drawn(quota(examined, found), number_on_page, "totals")
        yield from _groups(examined, found)
        yield from _open(found)
        yield from bullets(note for note in found.version.notes if note not in said)
        said |= set(found.version.notes)
    if idle:
        yield Paragraph(f"Nothing counts under: {'; '.join(idle)}.", quiet=True)
    if told:
        yield Paragraph(ALONE)


def _open(found: QuotaTotals) -> Iterator[Block]:
    """Why totals are open."""
    if found.unplaced_rows:
        by = " and ".join(map(words, found.rule.total.sum.by)) if found.rule.total else ""
        rows = f"{found.unplaced_rows:,} row{'' if found.unplaced_rows == 1 else 's'} of unknown {by}"
        yield Paragraph(f"{rows}, {span(found.unplaced, in_full)} TPP: each total may have them on top.")
    if found.absent:
        yield Paragraph(f"No column {', '.join(map(words, found.absent))}: each row perhaps counts.")


def _place(found: QuotaTotals, examined: ExaminedLedger) -> tuple[int, bool, Fraction, str]:
    """The gravest first, then those that are enforced, then those nearest to their line."""
    nearest = by_gravity(found.groups)[0] if found.groups else None
    return -found.outcome, not found.version.enforced_on(examined.screened.as_of), -_used(nearest), found.rule.id


def _used(group: GroupTotal | None) -> Fraction:
    if group is None or group.line is None:
        return Fraction(0)
    reached = group.total.low if group.share is None else group.share.low
    return (reached or Fraction(0)) / group.line.threshold


def _groups(examined: ExaminedLedger, found: QuotaTotals) -> Iterator[Block]:
    ordered = by_gravity(found.groups)
    reference = reference_performance(examined.screened.specs, examined.screened.as_of)
    share = bool(found.rule.total and found.rule.total.share)
    headings = ("group", "total", *(("share",) if share else ()), "line", "left", "outcome")
    rest = len(ordered) - MOST_GROUPS
    note = f"And {rest:,} more, none nearer to the line; all are in the file of gateline shipment --totals." if rest > 0 else ""  # fmt: skip
    rows = (_group(group, found, reference, share=share) for group in ordered[:MOST_GROUPS])
    caption = f"{found.rule.title}: {words(found.version.status_on(examined.screened.as_of).value)}"
    yield from table(caption, headings, rows, note)


def _group(group: GroupTotal, found: QuotaTotals, reference: Fraction, *, share: bool) -> tuple[Cell, ...]:
    year = f", {group.year}" if group.year is not None else ""
    said = "not passed" if group.outcome is Outcome.NOT_MET else words(group.outcome.word)
    if group.passed and group.outcome is Outcome.MET:
        said = f"passed on {group.passed.day}, row {group.passed.first_row:,}"
    return (
        Lines((f"{group_name(found, group.group)}{year}", f"{group.rows:,} row{'' if group.rows == 1 else 's'}")),
        Lines((f"{span(group.total, in_full)} TPP", f"{span(per(group.total, reference), _short)} H100")),
        *((_share(group),) if share else ()),
        _line(group),
        f"{span(group.left, in_full)} TPP",
        Mark.of(group.outcome, said),
    )


def _share(group: GroupTotal) -> str:
    if group.share is None:
        return ""
    return "of nothing" if of_nothing(group) else span(group.share, percent)


def _line(group: GroupTotal) -> str:
    if group.line is None:
        return ""
    unit = QUANTITIES[group.line.quantity].unit
    told = f"{in_full(group.line.threshold)} {unit}" if unit else percent(group.line.threshold)
    return f"{OPERATOR[group.line.operator]} {told}"


def _short(value: Fraction) -> str:
    return number(value, 4)


def title_of(found: QuotaTotals) -> str:
    """The title of a rule about totals without its citation."""
    return found.rule.title.rpartition(", ")[0] or found.rule.title
