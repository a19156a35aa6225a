"""Bills of a cloud, and tables of machines and hours: the machine type says which accelerators ran."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from gateline.errors import InputError
from gateline.training.records.bills import LAYOUTS, Layout, Line
from gateline.training.records.model import Collected, Entry, Records, Span, seconds_again, seconds_of
from gateline.training.records.text import Row, Table, read_table

NOT_KNOWN = "no identity: the same line twice can be two machines"


def layout_of(table: Table) -> Layout | None:
    """The sort of bill that a table is, by its columns."""
    return next((layout for layout in LAYOUTS if layout.fits(table)), None)


def read(path: str | Path) -> Records:
    """The accelerator time of a bill.

    Raises
    ------
    InputError
        If the columns are of no bill that is known, or a cell cannot be read.
    """
    table = read_table(path)
    layout = layout_of(table)
    if layout is None:
        raise InputError(
            f"{table.source}:1: is no bill that is known. Give the columns of an AWS, Google Cloud or Azure export, "
            "or instance_type, hours and count."
        )
    found = Collected(table.source, "billing", len(table.rows))
    found.remark("noted", f"read as: {layout.title}")
    lines: list[tuple[Row, Line, bool]] = []
    seen: set[tuple[str, ...]] = set()
    for row in table.rows:
        line = layout.read(row, table)
        if not isinstance(line, Line):
            found.remark("open" if line.open else "skipped", line.reason, row.line)
        elif not line.amount or not line.count:
            found.remark("skipped", "no time", row.line)
        else:
            _add(row, line, seen, lines, found)
    _count(lines, found)
    return found.done()


def _add(
    row: Row, line: Line, seen: set[tuple[str, ...]], lines: list[tuple[Row, Line, bool]], found: Collected
) -> None:
    """Keep a line; one that stands again is merged where it has an identity, else it may be counted twice."""
    same = line.identity or tuple(row.cells.values())
    if same not in seen:
        lines.append((row, line, True))
    elif line.identity or (line.resource and line.start):
        found.remark("merged", "the same line again", row.line)
    else:
        found.remark("noted", f"{NOT_KNOWN}, so it may be counted twice", row.line)
        lines.append((row, line, False))
    seen.add(same)


def _count(lines: list[tuple[Row, Line, bool]], found: Collected) -> None:
    machines: dict[tuple[str, str], list[int]] = {}
    for place, (_, line, _) in enumerate(lines):
        if line.by_the_clock and line.resource and line.start and line.end:
            machines.setdefault((line.resource, line.machine.accelerator), []).append(place)
    doubtful = [Fraction(0)] * len(lines)
    for places in machines.values():
        for place, hours in zip(places, _hours_again([lines[place][1] for place in places]), strict=True):
            doubtful[place] = hours
    for (row, line, certain), again in zip(lines, doubtful, strict=True):
        if again:
            found.remark("noted", "more hours than the machine had in that time: may be counted twice", row.line)
        for hours, sure in ((line.amount - again, certain), (again, False)):
            if hours:
                count, chip = line.count * line.machine.count, line.machine.chip
                found.entries.append(
                    Entry(
                        line.machine.accelerator,
                        chip,
                        count,
                        hours,
                        line.start,
                        line.end,
                        line.resource,
                        None,
                        sure,
                        (row.line,),
                    )
                )


def _hours_again(lines: Sequence[Line]) -> list[Fraction]:
    """For each line of one machine, the hours that do not fit into its time beside the others.

    An hour of a machine can be split over several lines (what is reserved and what is not), so lines of one stretch
    are added up first.
    """
    stretches: dict[tuple[object, object], list[int]] = {}
    for place, line in enumerate(lines):
        stretches.setdefault((line.start, line.end), []).append(place)
    spans = []
    for places in stretches.values():
        first = lines[places[0]]
        if first.start is None or first.end is None or first.end <= first.start:
            return [Fraction(0)] * len(lines)
        length = first.end - first.start
        spans.append(Span(first.start, first.end, seconds_of(length.days, length.seconds, length.microseconds)))
    again = [Fraction(0)] * len(lines)
    for places, span, covered in zip(stretches.values(), spans, seconds_again(spans), strict=True):
        room = (span.seconds - covered) / 3600
        for place in places:
            fits = min(lines[place].amount, room)
            again[place] = lines[place].amount - fits
            room -= fits
    return again
