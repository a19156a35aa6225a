"""The verdict card and the table of rules: what a reader has to see first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from gateline.report import contents, wording
from gateline.report.findings import details, distance, known_amounts, near, standing
from gateline.report.headline import headline, kind, short_title
from gateline.report.html.parts import Lines, Mark, Row, Table
from gateline.report.shipment import licence_text
from gateline.report.wording import words
from gateline.rules.model import Outcome
from gateline.screening import Screening, Verdict


@dataclass(frozen=True, slots=True)
class Card:
    """What is said first of one subject.

    Attributes
    ----------
    outcome : Outcome
    headline, name, identity, kind : str
    lines : tuple of str
        Date and role, classification, licence, and the figures that the rules turn on.
    flips : tuple of Table
        Where an unknown input settles the answer.
    watch : tuple of str
        What could change it beside unknown inputs.
    distances : tuple of (Mark, str)
        How far each gating rule is from being met, or from not.
    """

    outcome: Outcome
    headline: str
    name: str
    identity: str
    kind: str
    lines: tuple[str, ...]
    flips: tuple[Table, ...]
    distances: tuple[tuple[Mark, str], ...]
    watch: tuple[str, ...]


def card(screening: Screening) -> Card:
    """The card of one subject."""
    subject = screening.subject
    told = [verdict for verdict in contents.in_full(screening) if verdict.gating]
    return Card(
        outcome=screening.outcome,
        headline=headline(screening),
        name=subject.name,
        identity="" if subject.id == subject.name else subject.id,
        kind=kind(screening),
        lines=tuple(_lines(screening, told)),
        flips=tuple(table for verdict in told for table in _flips(verdict)),
        distances=tuple(_distances(told, screening)),
        watch=tuple(line for verdict in told for line in _watch(verdict)),
    )


def _lines(screening: Screening, told: list[Verdict]) -> Iterator[str]:
    request = screening.request
    yield f"As of {request.as_of}, for the {request.role}."
    if classification := wording.classification_text(screening):
        yield f"Classification: {classification}."
    if licence := licence_text(screening):
        yield f"{licence}."
    tested = dict.fromkeys(name for verdict in told for name in verdict.tested)
    figures = "; ".join(
        f"{words(name)} {wording.value_text(name, column, screening.inputs.get(name))}"
        for name, column in known_amounts(screening)
        if name in tested and (name in screening.inputs or not column.is_open())
    )
    if figures:
        yield f"{figures[:1].upper()}{figures[1:]}."


def _flips(verdict: Verdict) -> Iterator[Table]:
    """A table per input whose value alone settles the answer."""
    for name, flips in groupby(verdict.explanation.flips, key=lambda flip: flip.quantity):
        rows = tuple(Row((wording.stretch_text(flip), Mark(*wording.then_text(flip)))) for flip in flips)
        yield Table(f"What settles {short_title(verdict)}", (words(name), "then"), rows, look="flips")


def _distances(told: list[Verdict], screening: Screening) -> Iterator[tuple[Mark, str]]:
    for verdict in told:
        if not verdict.explanation.flips and (far := distance(verdict, screening)):
            yield Mark.of(verdict.outcome), f"{short_title(verdict)}: {far}"


def _watch(verdict: Verdict) -> Iterator[str]:
    title, explanation = short_title(verdict), verdict.explanation
    if explanation.missing and not explanation.flips:
        yield f"{title}: missing: {', '.join(map(words, explanation.settles or explanation.missing))}."
    yield from (f"{title}: {line}" for line in near(verdict))
    for other in verdict.alternatives:
        answer = wording.answer_text(other.outcome, other.item)
        yield f"{title}: a reading decides: {other.reading.asks}? Taken as {other.chosen}; as {other.choice}: {answer}."


def rules_table(screening: Screening) -> Table:
    """Every rule that speaks about the subject, gating ones first; others are muted and say why they do not gate."""
    rows = tuple(_rule(verdict, screening) for verdict in contents.ranked(screening))
    caption = f"Every rule that speaks about this {kind(screening)} on {screening.request.as_of}"
    return Table(caption, ("rule", "outcome", "why", "source"), rows, look="rules")


def _rule(verdict: Verdict, screening: Screening) -> Row:
    why = "; ".join(details(verdict, screening))
    stands = standing(verdict) if verdict.gating else f"shown, does not gate: {standing(verdict)}"
    return Row(
        (
            Lines((verdict.rule.title, f"{verdict.rule.id}; {stands}")),
            Mark.of(verdict.outcome, _outcome(verdict)),
            f"{why[:1].upper()}{why[1:]}",
            "; ".join(citation.cite for citation in verdict.version.citations),
        ),
        muted=not verdict.gating,
    )


def _outcome(verdict: Verdict) -> str:
    item = verdict.explanation.item
    return words(verdict.outcome.word) + (f" {item}" if item else "")
