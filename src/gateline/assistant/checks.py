"""Screenings, timelines and tables as answers."""

from __future__ import annotations

from collections.abc import Iterable

from gateline.assistant.answers import Changes, Checked, Count, RuleAnswer, Segment, Table, Word
from gateline.jobs.timeline import Timeline
from gateline.numerals import clip
from gateline.questions import ScreenedTable
from gateline.report.sentence import sentence
from gateline.report.shipment import each_with_shipment
from gateline.report.wording import classification_text, flip_text, truth, words
from gateline.rules.model import Outcome
from gateline.screening import Screening, Verdict

FIRST_ROWS = 20
LONGEST = 300
WORDS: dict[Outcome, Word] = {Outcome.NOT_MET: "not_met", Outcome.UNDETERMINED: "undetermined", Outcome.MET: "met"}


def checked(screening: Screening, full: str) -> Checked:
    """A screening in brief, with its shipment."""
    verdicts = [verdict for part in each_with_shipment([screening]) for verdict in part.verdicts]
    gating = [verdict for verdict in verdicts if verdict.gating]
    specs = screening.specs
    return Checked(
        sentence=sentence(screening),
        full=full,
        left_out=0,
        outcome=WORDS[screening.gravest],
        classification=classification_text(screening),
        rules=[_rule(verdict) for verdict in sorted(gating, key=lambda verdict: -verdict.outcome)],
        flips=[f"{verdict.rule.id}: {flip_text(flip)}" for verdict in gating for flip in verdict.explanation.flips],
        assumed=list(dict.fromkeys(_assumed(gating))),
        readings=list(_readings(gating)),
        shown=[
            f"{verdict.rule.id}: {WORDS[verdict.outcome]}, {verdict.why_not_gating or 'does not gate'}"
            for verdict in verdicts
            if not verdict.gating and verdict.enforced and verdict.outcome is not Outcome.NOT_MET
        ],
        remarks=[clip(remark, LONGEST) for part in each_with_shipment([screening]) for remark in part.remarks],
        data=f"{specs.version}, {specs.digest}",
    )


def _rule(verdict: Verdict) -> RuleAnswer:
    explanation = verdict.explanation
    cite = verdict.version.citations[0].cite if verdict.version.citations else ""
    return RuleAnswer(verdict.rule.id, WORDS[verdict.outcome], explanation.item, list(explanation.missing), cite)


def _assumed(verdicts: Iterable[Verdict]) -> Iterable[str]:
    for verdict in verdicts:
        yield from (f"{words(fact)}: {truth(value)}" for fact, value in verdict.assumptions)


def _readings(verdicts: Iterable[Verdict]) -> Iterable[str]:
    for verdict in verdicts:
        for other in verdict.alternatives:
            answer = other.item or WORDS[other.outcome]
            yield f"{verdict.rule.id}: {answer} with {other.reading.id}={other.choice}, here {other.chosen}"


def changes(timeline: Timeline, full: str) -> Changes:
    """What the rules that gate at some time say of a chip, the latest first."""
    gates = {change.rule.id for change in timeline.changes if change.gating}
    segments = [
        Segment(
            str(change.day),
            change.rule.id,
            WORDS[change.outcome],
            change.item,
            clip("; ".join(reason.text for reason in change.why), LONGEST),
        )
        for change in reversed(timeline.changes)
        if change.rule.id in gates
    ]
    name, span = timeline.subject.name, timeline.span
    if not segments:
        return Changes(f"{name}: no rule gates between {span.start} and {span.end}.", full, 0, [])
    latest = {segment.rule: segment for segment in reversed(segments)}
    told = "; ".join(
        f"{each.rule} says {each.item or words(each.outcome)} since {each.since}" for each in latest.values()
    )
    return Changes(f"{name}, on {span.end}: {told}.", full, 0, segments)


def table(screened: ScreenedTable, rows: list[dict[str, str]]) -> Table:
    """What became of a table; `rows` are the lines of its verdicts."""
    summary = screened.summary
    counts = [
        Count(rule, each["met"], each["undetermined"], each["not_met"]) for rule, each in summary.verdicts.items()
    ]
    told = "; ".join(
        f"{each.rule}: {each.met} met, {each.undetermined} undetermined, {each.not_met} not met" for each in counts
    )
    return Table(
        sentence=f"{summary.rows} rows read, {summary.rejected} rejected. {told or 'No rule gates on this date'}.",
        full="",
        left_out=0,
        rows=summary.rows,
        rejected=summary.rejected,
        counts=counts,
        assumed=[
            f"{rule}: {words(fact)}: {truth(value)}"
            for rule, facts in summary.assumed.items()
            for fact, value in facts.items()
        ],
        first=[_row(row) for row in rows[:FIRST_ROWS]],
        rejects=[
            clip(f"row {each.row}, {each.column}: '{clip(each.value)}': {each.reason}", LONGEST)
            for each in screened.rejects[:FIRST_ROWS]
        ],
    )


def _row(row: dict[str, str]) -> str:
    """The identity of a row, and what each rule says of it."""
    name, identity = next(iter(row.items()))
    rules = {heading.removesuffix(":outcome") for heading in row if heading.endswith(":outcome")}
    said = [f"{rule} {row[f'{rule}:outcome']} {row.get(f'{rule}:item', '')}".strip() for rule in sorted(rules)]
    return f"{name} {clip(identity, 60)}: {'; '.join(said)}"
