"""Totals of a shipment ledger on the terminal: for each rule the groups past its line, or nearest to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from textwrap import wrap

from rich.cells import cell_len, set_cell_size
from rich.console import Group
from rich.text import Text

from gateline.amounts import Amount
from gateline.numerals import clip, number, rounded
from gateline.quantities import QUANTITIES, Kind
from gateline.report.totals import ALONE, by_gravity, in_full, per, span
from gateline.report.wording import OPERATOR, SIGN, percent, words
from gateline.rules.model import Outcome, QuantityTest, Total
from gateline.shipments.totals import GroupTotal, QuotaTotals

SHOWN_GROUPS = 3
NAME_LENGTH = 40
H100_DIGITS = 4
INDENT = "  "
GAP = "   "
NO_BREAK = "\N{NO-BREAK SPACE}"
WHOLE = Fraction(1)
NOTHING = Amount.exactly(0)
PASSED = {Outcome.MET: "passed", Outcome.UNDETERMINED: "undetermined", Outcome.NOT_MET: "not passed"}
STYLE = {Outcome.MET: "bold red", Outcome.UNDETERMINED: "bold yellow", Outcome.NOT_MET: "green"}


def totals_text(totals: Sequence[QuotaTotals], as_of: date, reference: Fraction, width: int, rest: str) -> Group:
    """A few lines for each rule about totals under which something counts, the gravest first; one for all others.

    Parameters
    ----------
    totals : sequence of QuotaTotals
    as_of : date
        Day on which the rules apply.
    reference : Fraction
        Performance of the chip in whose equivalents totals are told [TPP].
    width : int
        Columns of the terminal.
    rest : str
        Where all groups and the notes are.
    """
    lines: list[Text] = []
    told = [found for found in totals if found.groups or found.unplaced_rows]
    for found in sorted(told, key=lambda found: (-found.outcome, not found.version.enforced_on(as_of))):
        lines += [Text(line, STYLE[found.outcome]) for line in _wrapped(_heading(found, as_of), width)]
        lines += [Text(line) for line in _groups(found, reference, width)]
        lines += map(Text, _wrapped(_unplaced(found), width) if found.unplaced_rows else [])
    if idle := [found.rule.id for found in totals if found not in told]:
        lines += map(Text, _wrapped(f"nothing to add up: {', '.join(idle)}", width))
    for name in dict.fromkeys(name for found in told for name in _untold(found)):
        lines += map(Text, _wrapped(f"no column {name}{_meaning(name)}: what it decides is open in each row", width))
    if told:
        lines += map(Text, _wrapped(f"{ALONE} All groups and the notes: {rest}", width))
    return Group(*lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines that fit, later ones indented, broken only at ordinary spaces."""
    indent = " " * (len(text) - len(text.lstrip(" "))) + INDENT
    lines = wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)
    return [line.replace(NO_BREAK, " ") for line in lines]


def _heading(found: QuotaTotals, as_of: date) -> str:
    """Outcome, title without its citation, line, period, rule and status."""
    total = found.rule.total
    lines = dict.fromkeys(_line(group.line) for group in found.groups if group.line)
    at_the_end = " at the end of the ledger" if len(found.version.clauses) > 1 else ""
    kept = [
        *([f"line {' or '.join(lines)}{at_the_end}"] if lines else []),
        _period(total) if total else "",
        found.rule.id,
        words(found.version.status_on(as_of).value).replace(" not ", ", not "),
    ]
    title = f"{SIGN[found.outcome]} {PASSED[found.outcome]}: {found.rule.title.rpartition(', ')[0] or found.rule.title}"
    return "; ".join([title, *(part.replace(" ", NO_BREAK) for part in kept if part)])


def _line(line: QuantityTest) -> str:
    unit = QUANTITIES[line.quantity].unit
    return f"{OPERATOR[line.operator]} {in_full(line.threshold)} {unit}" if unit else _limit(line)


def _limit(line: QuantityTest) -> str:
    return f"{OPERATOR[line.operator]} {percent(line.threshold)}"


def _period(total: Total) -> str:
    """Over which days the sum runs."""
    dates = [test for test in total.sum.counts if isinstance(test, QuantityTest) and _is_date(test)]
    first = next((_day(test) for test in dates if test.operator == ">="), None)
    last = next((_day(test) - timedelta(days=1) for test in dates if test.operator == "<"), None)
    if total.yearly:
        return "each calendar year"
    told = f"{first} to {last}" if first and last else f"since {first}" if first else ""
    return told if total.daily else "judged at the end of the ledger"


def _is_date(test: QuantityTest) -> bool:
    return QUANTITIES[test.quantity].kind is Kind.DATE


def _day(test: QuantityTest) -> date:
    return date.fromordinal(int(test.threshold))


def _groups(found: QuotaTotals, reference: Fraction, width: int) -> Iterator[str]:
    """The first groups in columns, which go on in a second line where the terminal is narrow, and how many more there are."""
    ordered = by_gravity(found.groups)
    rows = [_cells(group, found, reference) for group in ordered[:SHOWN_GROUPS]]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for name, *figures, verdict in rows:
        line = INDENT * 2 + name + " " * (widths[0] - cell_len(name))
        for cell in (*map(str.rjust, figures, widths[1:-1]), verdict):
            if cell_len(line + GAP + cell) > width:
                yield line.rstrip()
                line = INDENT * 3 + cell
            else:
                line += GAP + cell
        yield line.rstrip()
    if rest := ordered[SHOWN_GROUPS:]:
        yield f"{INDENT * 2}and {len(rest):,} more, {_of_the_rest(rest)}"


def _of_the_rest(rest: Sequence[GroupTotal]) -> str:
    """How many of the groups that are not shown are past their line or may be; the others are farther from it."""
    numbers = {outcome: sum(group.outcome is outcome for group in rest) for outcome in Outcome}
    graver = [outcome for outcome in (Outcome.MET, Outcome.UNDETERMINED) if numbers[outcome]]
    return ", ".join(f"{numbers[outcome]:,} of them {PASSED[outcome]}" for outcome in graver) or "none nearer"


def _cells(group: GroupTotal, found: QuotaTotals, reference: Fraction) -> tuple[str, ...]:
    """Name, total, what that is of the line or of the whole, in H100s, and what became of it."""
    total = found.rule.total
    assert total is not None
    said = group.outcome is found.outcome and group.passed is None
    return (
        _name(group, total),
        f"{span(group.total, in_full)} TPP",
        _share(group) if group.share is not None else _of_line(group),
        f"{span(per(group.total, reference), _short)} H100",
        "" if said else _verdict(group, daily=total.daily),
    )


def _name(group: GroupTotal, total: Total) -> str:
    """The words of a group, countries in capitals; a name that is long, or of wide letters, is cut."""
    told = [
        word.upper() if name == "destination" else _fitted(clip(word, NAME_LENGTH))
        for name, word in zip(total.sum.by, group.group, strict=True)
    ]
    return ", ".join([*told, *([str(group.year)] if group.year is not None else [])])


def _fitted(text: str) -> str:
    return text if cell_len(text) <= NAME_LENGTH else set_cell_size(text, NAME_LENGTH - 1).rstrip() + "…"


def _of_line(group: GroupTotal) -> str:
    if group.line is None:
        return ""
    used = per(group.total, group.line.threshold)
    return f"{span(used, lambda value: _beside(value, WHOLE))} % of the line"


def _share(group: GroupTotal) -> str:
    """A share and of what it is one; of nothing there is none."""
    assert group.share is not None
    assert group.whole is not None
    whole = f"{span(group.whole, in_full)} TPP"
    if group.whole == NOTHING and group.share.unknown:
        return f"against {whole}"
    mark = group.line.threshold if group.line else WHOLE
    return f"{span(group.share, lambda value: _beside(value, mark))} % of {whole}"


def _beside(value: Fraction, mark: Fraction) -> str:
    """A share in percent, told from the line even where rounding would hide on which side it is."""
    told = percent(value).removesuffix(" %")
    if value == mark or told != percent(mark).removesuffix(" %"):
        return told
    return f"just {'over' if value > mark else 'under'} {told}"


def _verdict(group: GroupTotal, *, daily: bool) -> str:
    """When the line was passed; where nothing was, whether that is open."""
    passed = group.passed
    if passed is None:
        return PASSED[group.outcome] if group.outcome is not Outcome.NOT_MET else ""
    rows = f"row {passed.first_row}" if passed.rows == 1 else f"{passed.rows:,} rows, the first {passed.first_row}"
    first = "" if daily else "first "
    later = "" if group.at_end is Outcome.MET else f", {PASSED[group.at_end]} at the end"
    return f"{first}passed on {passed.day} ({rows}){later}"


def _short(value: Fraction) -> str:
    return number(Fraction(rounded(value, H100_DIGITS)), H100_DIGITS)


def _unplaced(found: QuotaTotals) -> str:
    """Rows that every group may have on top of its own."""
    by = " or ".join(found.rule.total.sum.by) if found.rule.total else ""
    rows = f"{found.unplaced_rows:,} row{'s' if found.unplaced_rows > 1 else ''} of unknown {by}"
    return f"{INDENT * 2}{rows}, {span(found.unplaced, in_full)} TPP: any total may have that on top"


def _untold(found: QuotaTotals) -> list[str]:
    """Columns that the ledger does not have, without those whose rows are told as rows of unknown group."""
    by = found.rule.total.sum.by if found.rule.total else ()
    return [name for name in found.absent if name not in by]


def _meaning(name: str) -> str:
    """What a column would say, for flags, whose names do not tell whose they are."""
    entry = QUANTITIES.get(name)
    return f" ({entry.says})" if entry is not None and entry.kind is Kind.FLAG else ""
