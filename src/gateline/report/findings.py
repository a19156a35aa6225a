"""What reports for other programs are about: screenings with the file they came from, and each verdict in a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateline.jobs.timeline import Timeline
from gateline.quantities import QUANTITIES, Kind
from gateline.report import wording
from gateline.report.wording import WORD, words
from gateline.rules.columns import Column
from gateline.screening import Screening, Verdict
from gateline.version import __version__


@dataclass(frozen=True, slots=True)
class Checked:
    """One screening, and where its subject is described.

    Attributes
    ----------
    screening : Screening
    file : str
        The file, relative to the working directory where it lies below it; empty where there is none.
    line : int
        The line at which a reader finds the figures, at least 1.
    stated : mapping
        What the file says, as text under its keys; of figures on the command line, the file that would say the same.
    timeline : Timeline or None
        What rules said of a chip over time, for reports that tell it.
    """

    screening: Screening
    file: str = ""
    line: int = 1
    stated: Mapping[str, Any] = field(default_factory=dict)
    timeline: Timeline | None = None


def headline(verdict: Verdict) -> str:
    """The outcome, the deciding item and the title of a rule."""
    item = f" ({verdict.explanation.item})" if verdict.explanation.item else ""
    return f"{WORD[verdict.outcome]}{item}: {verdict.rule.title}"


def distance(verdict: Verdict, screening: Screening) -> str:
    """How far the value is from the line, and how likely the rule is met where distributions say."""
    likely = wording.chance_text(verdict.chances.met) if verdict.chances else ""
    return "; ".join(filter(None, (wording.first_distance_text(verdict, screening), likely)))


def near(verdict: Verdict) -> Iterable[str]:
    """What stands near to a line: values, roundings, and errors that are accepted and would change the outcome."""
    yield from wording.warnings(verdict)
    for other in verdict.tolerated:
        if other.outcome is not verdict.outcome:
            yield wording.tolerance_text(other, verdict)


def details(verdict: Verdict, screening: Screening) -> Iterable[str]:
    """The distance, what takes a rule out, what is missing, what stands near, and what else would decide."""
    explanation = verdict.explanation
    if far := distance(verdict, screening):
        yield far
    if excluded := dict.fromkeys(name for item in explanation.items for name in item.excluded_by):
        yield f"taken out by {', '.join(excluded)}"
    if explanation.missing:
        yield f"missing: {', '.join(map(words, explanation.settles or explanation.missing))}"
    yield from (line.rstrip(".") for line in near(verdict))
    for other in verdict.alternatives:
        answer = wording.answer_text(other.outcome, other.item)
        yield f"with --reading {other.reading.id}={other.choice} the answer is {answer}"


def sentence(verdict: Verdict, screening: Screening) -> str:
    """All of a verdict in one line."""
    told = "; ".join(details(verdict, screening))
    return f"{headline(verdict)}. {told[:1].upper()}{told[1:]}." if told else f"{headline(verdict)}."


def standing(verdict: Verdict) -> str:
    """Where the text stands, or why it does not gate."""
    return verdict.why_not_gating or verdict.status.value.replace("_", " ")


def known_amounts(screening: Screening) -> Iterable[tuple[str, Column]]:
    """The amounts of which something is known, without those that repeat another under a second definition."""
    for name, column in screening.quantities.items():
        if QUANTITIES[name].kind is Kind.AMOUNT and not wording.is_unknown(column):
            total_of = QUANTITIES[name].total_of
            first = screening.quantities.get(total_of[0]) if len(total_of) == 1 else None
            if first is None or (first.low[0], first.high[0]) != (column.low[0], column.high[0]):
                yield name, column


def data_line(screening: Screening) -> str:
    """The program and the data that an answer rests on."""
    specs = screening.specs
    return f"gateline {__version__}, data {specs.version}, sources checked to {specs.checked}, {specs.digest}"
