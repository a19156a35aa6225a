"""From screenings to one HTML file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gateline.fleet.excerpt import Excerpt
from gateline.gating import Request
from gateline.jobs.ledger import ExaminedLedger
from gateline.report.escape import plain
from gateline.report.findings import Checked
from gateline.report.headline import headline, joined, kind
from gateline.report.html.card import Card, card, rules_table
from gateline.report.html.fleet import fleet_card, fleet_sections
from gateline.report.html.ledger import ledger_card, ledger_sections
from gateline.report.html.parts import Mark, Section
from gateline.report.html.sections import provenance, sections
from gateline.report.html.typography import told
from gateline.report.pictures import CSS
from gateline.report.shipment import each_with_shipment
from gateline.report.verdict_json import NOTICE
from gateline.report.wording import WORD
from gateline.rules.corpus import Specs
from gateline.rules.model import Outcome
from gateline.screening import Screening

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
FEW = 3
PHASE_HUES = re.compile(r"\.gl (?:\.[fst]-|text\.)p\d\{[^}]*\}")
"""Rules of the pictures' style sheet for parts of a whole."""


@dataclass(frozen=True, slots=True)
class Part:
    """One subject on a page: its card, and the sections below."""

    anchor: str
    card: Card
    sections: tuple[Section, ...]


def render_report(checked: Sequence[Checked]) -> str:
    """A page about one or several subjects, with their shipments.

    Parameters
    ----------
    checked : sequence of Checked
        At least one; a chip's timeline is shown where it is there.

    Returns
    -------
    str
        HTML with its style sheet inside and no script. Its title starts with the gravest outcome.
    """
    listed = list(each_with_shipment(each.screening for each in checked))
    outcome = max(each.outcome for each in listed)
    timelines = {id(each.screening): each.timeline for each in checked}
    parts = [
        Part(f"subject-{number}", card(each), tuple(sections(each, timelines.get(id(each)), number)))
        for number, each in enumerate(listed, 1)
    ]
    return _page(
        _title(listed, outcome),
        _kinds(listed),
        headline(listed[0]) if len(listed) == 1 else f"{WORD[outcome]}: {_names(listed)}",
        outcome,
        parts,
        provenance(listed[0].specs, listed[0].request),
    )


def render_fleet(excerpt: Excerpt, specs: Specs, request: Request) -> str:
    """A page about a table: sums and the first rows that matter, however many rows there are.

    Parameters
    ----------
    excerpt : Excerpt
    specs, request
        As the table was screened.
    """
    card = fleet_card(excerpt, specs)
    title = f"{WORD[card.outcome]}: {card.name} – gateline fleet report, as of {request.as_of}"
    part = Part("table", card, tuple(fleet_sections(excerpt, specs)))
    return _page(title, "fleet", card.headline, card.outcome, [part], provenance(specs, request))


def render_ledger(examined: ExaminedLedger) -> str:
    """A page about a shipment ledger: sums, totals and the first rows that matter, however many rows there are."""
    card = ledger_card(examined)
    day = examined.screened.as_of
    title = f"{WORD[card.outcome]}: {card.name} – gateline shipment ledger report, as of {day}"
    part = Part("ledger", card, tuple(ledger_sections(examined)))
    rests_on = provenance(examined.screened.specs, examined.request)
    return _page(title, "shipment ledger", card.headline, card.outcome, [part], rests_on)


def _page(
    title: str, kind: str, summary: str, outcome: Outcome, parts: Sequence[Part], rests_on: Sequence[tuple[str, str]]
) -> str:
    return (
        environment()
        .get_template("report.html")
        .render(
            title=title,
            kicker=f"gateline {kind} report",
            outcome=Mark.of(outcome),
            summary=summary,
            parts=parts,
            style=_style(parts),
            provenance=rests_on,
        )
    )


def render_card(screening: Screening, level: int = 2) -> str:
    """The verdict card and the table of rules as a fragment of a page that has the style sheet of the reports.

    Parameters
    ----------
    screening : Screening
    level : int
        Level of the card's heading.
    """
    fragment = environment().get_template("fragment.html")
    return fragment.render(card=card(screening), rules=rules_table(screening), level=level)


def style_sheet() -> str:
    """The style sheet of reports and cards, without that of pictures."""
    text = resources.files(__package__).joinpath("templates", "style.css").read_text(encoding="utf-8")
    return "".join(line.strip() for line in text.splitlines())


def _style(parts: Sequence[Part]) -> Markup:
    """The style sheet of a page; the hues of phases only where there are phases."""
    phases = any(part.card.kind == "training" for part in parts)
    return Markup(style_sheet() + (CSS if phases else PHASE_HUES.sub("", CSS)))


@cache
def environment() -> Environment:
    """The templates; everything that they print is escaped and without marks that steer a display."""
    made = Environment(
        loader=PackageLoader("gateline.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    made.filters["told"] = told
    made.globals |= {"policy": POLICY, "notice": NOTICE}
    return made


def _harmless(value: Any) -> Any:
    """A string without control characters and marks of direction; the style sheet and markup stay as they are."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _title(listed: Sequence[Screening], outcome: Outcome) -> str:
    first = listed[0]
    return f"{WORD[outcome]}: {_names(listed)} – gateline {_kinds(listed)} report, as of {first.request.as_of}"


def _names(listed: Sequence[Screening]) -> str:
    names = [each.subject.name for each in listed if each.subject.kind != "shipment"]
    shipped = len(names) < len(listed)
    told_names = joined(names) if len(names) <= FEW else f"{len(names)} subjects"
    return f"{told_names} and {'its' if len(names) == 1 else 'their'} shipment" if shipped else told_names


def _kinds(listed: Sequence[Screening]) -> str:
    return " and ".join(dict.fromkeys(KIND_OF_REPORT.get(kind(each), kind(each)) for each in listed))


KIND_OF_REPORT = {"training": "release"}
"""What a report is called, where it is not called after its subject."""
