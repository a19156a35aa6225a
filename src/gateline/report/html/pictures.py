"""The pictures of a report, each followed by its numbers as a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import hypot, isfinite, log

from markupsafe import Markup

from gateline.jobs.points import Point, catalogue_points
from gateline.jobs.timeline import Timeline
from gateline.numerals import number
from gateline.quantities import QUANTITIES
from gateline.report import contents, wording
from gateline.report.findings import distance
from gateline.report.headline import short_title
from gateline.report.html.parts import Block, Cell, Lines, Mark, Picture, Section, section, table
from gateline.report.pictures import PICTURES, Paper
from gateline.report.pictures.frame import TEXT
from gateline.report.timeline import why_text
from gateline.rules.model import Outcome, QuantityTest
from gateline.screening import Screening, Verdict

PLANE_RULE = "us.ear.3a090"
"""The rule on whose plane chips lie."""
NEAREST = 10
PATTERN = re.compile(r'<pattern id="([^"]+)"[^>]*>.*?</pattern>\s*', re.DOTALL)
USUAL_SIZE = f' font-size="{TEXT}"'
OUTLINE = re.compile(r' d="[^"]*"')
WHOLE_NUMBER = re.compile(r"(?<=\d)\.0(?!\d)")
FIGURES = ("total_processing_performance", "performance_density", "dram_bandwidth")
"""What the table of neighbours shows of each chip."""


def drawn(what: object, number_on_page: int, *names: str, narrow: bool = False) -> Iterator[Picture]:
    """Pictures by name of one thing; `number_on_page` keeps the ids of several subjects apart."""
    paper = Paper(narrow=narrow, embedded=True, number=number_on_page)
    for name in names:
        picture = PICTURES[name]
        yield Picture(Markup(_lean(picture.draw(what, paper))), f"{picture.says[:1].upper()}{picture.says[1:]}.")


def _lean(svg: str) -> str:
    """A picture without what it needs only outside a page: hatches that nothing uses, defaults, decimals that are none, its namespace."""
    used = PATTERN.sub(lambda found: found[0] if f"url(#{found[1]})" in svg else "", svg)
    used = OUTLINE.sub(lambda found: WHOLE_NUMBER.sub("", found[0]), used)
    used = used.replace(USUAL_SIZE, "")  # what the style sheet of the page says of every picture
    return used.replace(' stroke-width="1"', "").replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)


def of_chip(screening: Screening, number_on_page: int) -> Iterator[Section]:
    """A chip among the chips of the catalogue."""
    verdict = next((verdict for verdict in screening.verdicts if verdict.rule.id == PLANE_RULE), None)
    if verdict is not None:
        shown = drawn(screening, number_on_page, "plane", "memory")
        yield from section("Among the chips of the catalogue", shown, _neighbours(screening, verdict))


def of_training(screening: Screening, number_on_page: int) -> Iterator[Section]:
    """Training compute against the lines, and which phases each law counts."""
    yield from section("Against the lines", drawn(screening, number_on_page, "strip"), _lines(screening))
    if (account := screening.account) and not account.simple:
        headings = ("phase", "FLOP by each estimate", *account.profiles.values())
        rows: Iterator[tuple[Cell, ...]] = (
            (Lines(tuple(phase)), "; ".join(told), *counts) for phase, told, counts in contents.phases(account)
        )
        phases = table("What each phase took, and who counts it", headings, rows, contents.COUNTED_KEY)
        yield from section(
            "What counts where", drawn(screening, number_on_page, "phases"), phases, _passages(screening)
        )


def over_time(timeline: Timeline, number_on_page: int) -> Iterator[Section]:
    """What rules said of a chip over time: those that gate, or are met, on some day."""
    told_of = {change.rule.id for change in timeline.changes if change.gating or change.outcome is Outcome.MET}
    rows = (
        (
            str(change.day),
            Lines((change.rule.title, change.why_not_gating or "gates")),
            Mark.of(change.outcome, change.item),
            why_text(change.why),
        )
        for change in timeline.changes
        if change.rule.id in told_of
    )
    headings = ("from", "rule", "outcome", "why from this day")
    caption = f"Every change until {timeline.span.end} of the rules that gate, or are met, on some day"
    told = table(caption, headings, rows)
    yield from section("Over time", drawn(timeline, number_on_page, "timeline"), told)


def _neighbours(screening: Screening, verdict: Verdict) -> Iterator[Block]:
    """The chips whose figures are nearest to those of the subject, by ratio."""
    specs, request = screening.specs, screening.request
    points = catalogue_points(specs, verdict.rule, verdict.version, request.as_of, request.readings)
    own = _own(screening)
    near = sorted(
        (point for point in points if own.keys() <= point.values.keys() and point.id != screening.subject.id),
        key=lambda point: (_apart(point, own), point.id),
    )
    headings = ("chip", *(QUANTITIES[name].short for name in FIGURES), "data centre", short_title(verdict))
    rows = (_point(point) for point in (near[:NEAREST] if own else ()))
    caption = f"The {NEAREST} nearest chips of {len(points)} in the catalogue, figures and outcome on {request.as_of}"
    yield from table(caption, headings, rows)


def _own(screening: Screening) -> dict[str, float]:
    """The figures of the subject that place it on the plane."""
    known = {name: screening.quantities.get(name) for name in FIGURES[:2]}
    return {
        name: float(column.low[0])
        for name, column in known.items()
        if column is not None and not column.is_open() and isfinite(column.low[0]) and column.low[0] > 0
    }


def _apart(point: Point, own: dict[str, float]) -> float:
    return hypot(*(log(float(point.values[name]) / value) if point.values[name] else 99 for name, value in own.items()))


def _point(point: Point) -> tuple[Cell, ...]:
    figures = (
        f"{number(value)} {QUANTITIES[name].unit}" if (value := point.values.get(name)) is not None else "not published"
        for name in FIGURES
    )
    return point.short, *figures, wording.truth(point.datacenter), Mark.of(point.outcome, point.item)


def _lines(screening: Screening) -> Iterator[Block]:
    """Per law its line on training compute, what it counts, and how far that is."""
    rows: list[tuple[Cell, ...]] = []
    for verdict in contents.ranked(screening):
        tests = (condition.test for item in verdict.explanation.items for condition in item.conditions)
        test = next((test for test in tests if isinstance(test, QuantityTest) and "compute" in test.quantity), None)
        if test is not None:
            rows.append(
                (
                    short_title(verdict),
                    wording.condition_text(test),
                    wording.given_text(test, verdict.columns),
                    Mark.of(verdict.outcome),
                    distance(verdict, screening),
                )
            )
    yield from table("Each line, and what its law counts", ("rule", "line", "counted", "outcome", "distance"), rows)


def _passages(screening: Screening) -> Iterator[Block]:
    """Where lines are passed, phase by phase."""
    rows = (
        (passage.phase, passage.rule, Mark.of(passage.outcome), str(passage.day or ""), passage.status)
        for passage in wording.live_passages(screening)
    )
    yield from table("Where lines are passed", ("phase", "rule", "outcome", "day", "status"), rows)
