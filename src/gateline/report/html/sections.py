"""The sections below the card: the work, the inputs, what was taken for granted, what follows, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from gateline.gating import Request
from gateline.jobs.timeline import Timeline
from gateline.report import contents, wording
from gateline.report.headline import short_title
from gateline.report.html.card import rules_table
from gateline.report.html.parts import Block, Bullets, Cell, Mark, Paragraph, Section, bullets, section, table
from gateline.report.html.pictures import of_chip, of_training, over_time
from gateline.report.wording import words
from gateline.rules.corpus import Specs
from gateline.rules.explain import ClauseReport, ConditionReport
from gateline.rules.model import Outcome
from gateline.screening import Screening, Verdict
from gateline.version import __version__


def sections(screening: Screening, timeline: Timeline | None, number_on_page: int) -> Iterator[Section]:
    """What is said of one subject below its card, in the order in which people ask."""
    yield Section("Rules", (rules_table(screening),))
    if screening.subject.kind == "chip":
        yield from of_chip(screening, number_on_page)
    if screening.subject.kind == "training":
        yield from of_training(screening, number_on_page)
    yield from section("The work, condition by condition", _work(screening))
    yield from section("Inputs and where they come from", _inputs(screening), bullets(contents.moved(screening)))
    yield from section("What is charged", bullets(contents.charges(screening)))
    yield from section("Readings that decide", table("Other readings", contents.READINGS, contents.readings(screening)))
    yield from section("Assumed, because nobody said", bullets(contents.assumed(screening)))
    yield from section("Duties of the rules that are met", bullets(contents.duties(screening)))
    if timeline is not None:
        yield from over_time(timeline, number_on_page)
    yield from section("Remarks", bullets(filter(None, (*screening.remarks, screening.subject.notes))))


def provenance(specs: Specs, request: Request) -> tuple[tuple[str, str], ...]:
    """What an answer rests on: program, data, and how it was asked for."""
    asked = ", ".join(request.rules)
    readings = ", ".join(f"{name}={choice}" for name, choice in sorted(request.readings.items()))
    return (
        ("gateline", __version__),
        ("data", f"{specs.version}, sources checked to {specs.checked}"),
        ("digest of the data", specs.digest),
        ("as of", str(request.as_of)),
        ("role", request.role),
        *((("rules asked for", asked),) if asked else ()),
        *((("readings chosen", readings),) if readings else ()),
        *((("scope facts", "left unknown unless stated"),) if request.strict_facts else ()),
    )


def _inputs(screening: Screening) -> Iterator[Block]:
    headings = ("input", "value", "how", "source", "confidence")
    yield from table("Every input, and what follows from them", headings, contents.inputs(screening))


def _work(screening: Screening) -> Iterator[Block]:
    for verdict in contents.in_full(screening):
        yield from _conditions(verdict, screening)
        yield from _exclusions(verdict)
        yield Paragraph(_version(verdict), quiet=True)
        if verdict.version.notes:
            yield Bullets(verdict.version.notes)


def _conditions(verdict: Verdict, screening: Screening) -> Iterator[Block]:
    headings = ("item", "condition", "value", "outcome", "distance")
    rows = [
        _condition(clause, position, condition, verdict, screening)
        for clause in verdict.explanation.items
        for position, condition in enumerate(clause.conditions)
    ]
    yield from table(f"{verdict.rule.title} ({words(verdict.outcome.word)})", headings, rows)


def _condition(
    clause: ClauseReport, position: int, condition: ConditionReport, verdict: Verdict, screening: Screening
) -> tuple[Cell, ...]:
    chance = verdict.chances.conditions.get(condition.test) if verdict.chances else None
    told = (
        wording.distance_text(condition.test, verdict.columns, screening),
        wording.chance_text(chance) if chance else "",
    )
    return (
        Mark.of(clause.outcome, clause.clause.id) if position == 0 else "",
        wording.condition_text(condition.test),
        wording.given_text(condition.test, verdict.columns),
        Mark.of(condition.outcome),
        "; ".join(filter(None, told)),
    )


def _exclusions(verdict: Verdict) -> Iterator[Block]:
    """One row per exclusion: whether it holds, and if not, what stands in its way."""
    rows: list[tuple[Cell, ...]] = []
    for way in verdict.explanation.exclusions:
        giver = f" (from {way.clause.by})" if way.clause.by else ""
        obstacles = "; ".join(
            f"{wording.SIGN[condition.outcome]} {wording.condition_text(condition.test)} "
            f"({wording.given_text(condition.test, verdict.columns) or 'see there'})"
            for condition in way.conditions
            if condition.outcome is not Outcome.MET
        )
        rows.append(
            (
                Mark.of(way.outcome, way.clause.id),
                way.clause.says,
                obstacles + giver if obstacles else "nothing: it holds",
            )
        )
    what = "Ways to overcome it" if verdict.rule.effect == "presumption" else "Exclusions"
    headings = ("exclusion", "what it says", "what stands in its way")
    yield from table(f"{what}: {short_title(verdict)}", headings, rows)


def _version(verdict: Verdict) -> str:
    version = verdict.version
    citations = "; ".join(f"{citation.cite} ({citation.role})" for citation in version.citations)
    return f"{verdict.rule.id}, version {version.id}, {words(verdict.status.value)}, {version.confidence}: {citations}"
