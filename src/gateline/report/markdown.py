"""A section of Markdown for a pull request, a job summary or a model card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateline.report import contents, wording
from gateline.report.escape import markdown as escaped
from gateline.report.findings import Checked, data_line
from gateline.report.shipment import licence_text
from gateline.report.verdict_json import NOTICE
from gateline.report.wording import SIGN, WORD
from gateline.screening import Screening


def write(checked: Sequence[Checked]) -> str:
    """One section per subject.

    Parameters
    ----------
    checked : sequence of Checked

    Returns
    -------
    str
        Markdown as GitHub and Hugging Face read it; whatever came from an input is text and no markup.
    """
    return "\n".join(section(each.screening) for each in checked)


def section(screening: Screening) -> str:
    """Headline, quantities, rules, what is open and why, duties, and what it rests on."""
    parts = [
        _headline(screening),
        part("Quantities", table(("quantity", "value", "how"), contents.quantities(screening))),
        part("What moves it", bullets(contents.moved(screening))),
        part("Rules", table(("outcome", "rule", "item", "distance", "status"), contents.rules(screening))),
        part("What is missing", bullets(contents.missing(screening))),
        part("Near a line", bullets(contents.near_lines(screening))),
        part("What is charged", bullets(contents.charges(screening))),
        part("Readings that decide", table(contents.READINGS, contents.readings(screening))),
        part("Assumed, because nobody said", bullets(contents.assumed(screening))),
        part("Duties of the rules that are met", bullets(contents.duties(screening))),
        *([f"Note: {escaped(screening.subject.notes)}\n"] if screening.subject.notes else []),
        f"{escaped(data_line(screening))}. {NOTICE}\n",
    ]
    return "\n".join(text for text in parts if text)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of raw text, escaped here; empty without rows."""
    lines = [f"| {' | '.join(map(escaped, row))} |" for row in rows]
    rule = f"|{' --- |' * len(headings)}"
    return "\n".join([f"| {' | '.join(headings)} |", rule, *lines, ""]) if lines else ""


def bullets(lines: Iterable[str]) -> str:
    """A list of raw text, escaped here; empty without lines."""
    return "".join(f"- {escaped(line)}\n" for line in lines)


def part(title: str, body: str) -> str:
    """A heading and what stands below it, or nothing."""
    return f"### {title}\n\n{body}" if body else ""


def _headline(screening: Screening) -> str:
    subject, outcome = screening.subject, screening.outcome
    identity = "" if subject.id == subject.name else f" ({subject.id})"
    classification = wording.classification_text(screening)
    lines = [
        f"## {SIGN[outcome]} {WORD[outcome]}: {escaped(subject.name + identity)}\n",
        f"As of {screening.request.as_of}, for the {screening.request.role}.\n",
        *([f"Classification: {escaped(classification)}\n"] if classification else []),
        *([f"{escaped(told)}.\n"] if (told := licence_text(screening)) else []),
        *([] if any(verdict.gating for verdict in screening.verdicts) else ["No rule gates on this date.\n"]),
    ]
    return "\n".join(lines)
