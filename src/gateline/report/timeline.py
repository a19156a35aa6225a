"""Timelines: changes of one chip and the catalogue over time, for the terminal, as JSON and as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateline.fleet.outputs import harmless
from gateline.jobs.sweep import Span
from gateline.jobs.timeline import Cell, Change, Matrix, Timeline
from gateline.report.text import STYLE
from gateline.report.verdict_json import NOTICE
from gateline.report.wording import SIGN, WORD, words
from gateline.rules.history import Reason
from gateline.rules.model import Citation, Outcome
from gateline.version import __version__

FORMAT = "gateline.timeline/1"
MATRIX_FORMAT = "gateline.timeline-matrix/1"
OPEN = "open"
LETTER = "+letter"
SILENT = "–"
"""Stands in a cell where no rule gates."""
LEGEND = "  ".join(
    [
        *(f"{SIGN[outcome]} {words(outcome.word)}" for outcome in reversed(Outcome)),
        f"{SILENT} no rule gates",
        "+letter  reached by letters to named recipients",
    ]
)
Json = dict[str, Any]


def write(timelines: Sequence[Timeline], console: Console) -> None:
    """Print one table per chip, and the notice once."""
    for timeline in timelines:
        console.print(_heading(timeline))
        quiet = _quiet(timeline.changes)
        console.print(_table(change for change in timeline.changes if change.rule.id not in quiet))
        if quiet:
            console.print(Text(f"Not met throughout, and not gating: {', '.join(sorted(quiet))}.", style="dim"))
    console.print(Text(f"{_data(timelines[0].span)} {NOTICE}", style="dim"))


def _quiet(changes: Sequence[Change]) -> set[str]:
    """The rules that are neither gating nor anything but not met on any day."""
    loud = {change.rule.id for change in changes if change.gating or change.outcome is not Outcome.NOT_MET}
    return {change.rule.id for change in changes} - loud


def _heading(timeline: Timeline) -> Text:
    subject, span = timeline.subject, timeline.span
    identity = "" if subject.id == subject.name else f" ({subject.id})"
    return Text.assemble((subject.name, "bold"), f"{identity}  {span.start} to {span.end}, for the {span.role}")


def _data(span: Span) -> str:
    return f"Data {span.specs.version}, {span.specs.digest[:19]}…"


def _table(changes: Iterable[Change]) -> Table:
    """A line per change, its reasons below it."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("from", no_wrap=True)
    table.add_column("what the rule says, and why from this day", overflow="fold")
    for change in changes:
        table.add_row(Text(str(change.day)), _line(change))
    return table


def _line(change: Change) -> Text:
    gates = "gates" if change.gating else f"does not gate: {change.why_not_gating}"
    return Text.assemble(
        (_verdict(change.outcome, change.item), STYLE[change.outcome] if change.gating else ""),
        (f"  {change.rule.id}", "bold" if change.gating else ""),
        f", version {change.version.id}, {gates}\n",
        (why_text(change.why), "dim"),
    )


def _verdict(outcome: Outcome, item: str | None) -> str:
    return f"{SIGN[outcome]} {WORD[outcome]}{f' {item}' if item else ''}"


def why_text(reasons: Iterable[Reason]) -> str:
    """The reasons, each with where it stands; what several share is named after the last of them."""
    listed = list(reasons)
    texts = []
    for number, reason in enumerate(listed):
        shared = number + 1 < len(listed) and listed[number + 1].citations == reason.citations
        cites = "; ".join(citation.cite for citation in reason.citations)
        texts.append(reason.text if shared or not cites else f"{reason.text} ({cites})")
    return "; ".join(texts)


def timelines_json(timelines: Sequence[Timeline]) -> str:
    """One object, or a list of them when several chips were asked for."""
    objects = [_timeline(timeline) for timeline in timelines]
    return _json(objects[0] if len(objects) == 1 else objects)


def _timeline(timeline: Timeline) -> Json:
    subject = timeline.subject
    return {
        "format": FORMAT,
        **_span(timeline.span),
        "subject": {"kind": subject.kind, "id": subject.id, "name": subject.name},
        "changes": [_change(change) for change in timeline.changes],
        "remarks": list(timeline.remarks),
        "notice": NOTICE,
    }


def _span(span: Span) -> Json:
    return {
        "gateline": __version__,
        "specs": {"version": span.specs.version, "digest": span.specs.digest},
        "from": span.start.isoformat(),
        "to": span.end.isoformat(),
        "role": span.role,
        "readings": dict(span.readings),
    }


def _change(change: Change) -> Json:
    return {
        "date": change.day.isoformat(),
        "rule": change.rule.id,
        "version": change.version.id,
        "status": change.status.value,
        "enforced": change.enforced,
        "gating": change.gating,
        "why_not_gating": change.why_not_gating,
        "outcome": change.outcome.word,
        "item": change.item,
        "why": [reason.text for reason in change.why],
        "citations": [_citation(citation) for citation in change.citations],
    }


def _citation(citation: Citation) -> Json:
    checked = {"checked": citation.checked.isoformat()} if citation.checked else {}
    return {"cite": citation.cite, "role": citation.role, **checked}


def matrix_text(matrix: Matrix) -> str:
    """A line per chip, a column per day on which a cell changes; then what happened on each of the days."""
    heading = ["chip", *(str(milestone.day) for milestone in matrix.milestones)]
    rows = [heading, *([subject.id, *map(_cell, cells)] for subject, cells in matrix.rows)]
    widths = [max(len(row[number]) for row in rows) for number in range(len(heading))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, "", LEGEND, *_events(matrix), f"{_data(matrix.span)} {NOTICE}", ""])


def _cell(cell: Cell) -> str:
    """The sign of the gravest gating outcome, the items behind it, and whether a letter reaches the chip."""
    items = dict.fromkeys(item or OPEN for _, item in cell.items)
    sign = SILENT if cell.outcome is None else SIGN[cell.outcome]
    return " ".join(filter(None, [sign, ", ".join(items), LETTER if cell.letters else ""]))


def _events(matrix: Matrix) -> Iterator[str]:
    for milestone in matrix.milestones:
        for rule, reasons in milestone.why:
            yield f"{milestone.day}  {rule.id}: {why_text(reasons)}"


def matrix_json(matrix: Matrix) -> str:
    """The matrix, and what happened on each day, as JSON."""
    days = [
        {
            "date": milestone.day.isoformat(),
            "why": [
                {"rule": rule.id, "text": reason.text, "citations": [_citation(each) for each in reason.citations]}
                for rule, reasons in milestone.why
                for reason in reasons
            ],
        }
        for milestone in matrix.milestones
    ]
    chips = [
        {"id": subject.id, "name": subject.name, "cells": [_cell_json(cell) for cell in cells]}
        for subject, cells in matrix.rows
    ]
    head = {"format": MATRIX_FORMAT, **_span(matrix.span)}
    return _json({**head, "dates": days, "chips": chips, "remarks": list(matrix.remarks), "notice": NOTICE})


def _cell_json(cell: Cell) -> Json:
    return {
        "outcome": None if cell.outcome is None else cell.outcome.word,
        "items": [{"rule": rule, "item": item} for rule, item in cell.items],
        "letters": list(cell.letters),
    }


def matrix_csv(matrix: Matrix) -> str:
    """A row per chip, a column per day: the outcome in words and the items; empty where no rule gates."""
    stream = StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(["id", "name", *(str(milestone.day) for milestone in matrix.milestones)])
    for subject, cells in matrix.rows:
        rows.writerow(map(harmless, [subject.id, subject.name, *map(_cell_csv, cells)]))
    return stream.getvalue()


def _cell_csv(cell: Cell) -> str:
    items = dict.fromkeys(item or OPEN for _, item in cell.items)
    outcome = "" if cell.outcome is None else words(cell.outcome.word)
    return " ".join(filter(None, [outcome, ", ".join(items), LETTER if cell.letters else ""]))


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
