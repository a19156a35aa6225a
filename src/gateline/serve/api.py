"""The REST API: each address puts a question to a job and gives what the command line would print."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from gateline.documents import Document
from gateline.errors import InputError
from gateline.fields import Part, Written
from gateline.jobs import default_catalogue
from gateline.numerals import clip
from gateline.questions import (
    chip_over_time,
    chip_screening,
    chip_timelines,
    find_chips,
    release_screening,
)
from gateline.questions.models import ChipQuestion, Day, ReleaseQuestion, TimelineQuestion
from gateline.report import corpus, pictures, verdict_json
from gateline.report.findings import Checked
from gateline.report.html import render_report
from gateline.report.timeline import timelines_json
from gateline.rules.specfiles import default_specs
from gateline.screening import Screening
from gateline.serve import rows
from gateline.serve.guard import CSV, JSON
from gateline.serve.replies import HTML, SVG, Asked, Handler, Reply, file, json_reply
from gateline.version import __version__

PREFIX = "/api/v1"
MOST_NAMES = 500
SCHEMAS = ("chip", "instances", "ledger", "list", "mistakes", "plausibility", "rule", "system", "verdict")
SUBJECTS: dict[str, tuple[type[Part], Callable[[Document], Any]]] = {
    "chip": (ChipQuestion, chip_screening),
    "training": (ReleaseQuestion, release_screening),
    "timeline": (TimelineQuestion, chip_timelines),
}
"""What is asked about the subject of a picture, and what a picture takes as answer."""


def _most(text: Any) -> int:
    if not isinstance(text, str) or not text.isdecimal() or not 1 <= int(text[:5]) <= MOST_NAMES:
        raise InputError(f"'{clip(str(text))}' is not a whole number from 1 to {MOST_NAMES}.")
    return int(text)


class Nothing(Part):
    """No query at all."""


class CatalogueQuery(Part):
    """Which chips are listed."""

    q: str = Field(default="", description="part of a name, alias or family")
    limit: Annotated[
        int, Written(_most, ""), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_NAMES})
    ] = 50


class RulesQuery(Part):
    """Which rules are listed, and on which day."""

    as_of: Day | None = None
    subject: Literal["chip", "cluster", "shipment", "training"] | None = None


class RuleQuery(Part):
    """Which version of a rule is shown."""

    version: str = ""


def health(_: Asked) -> Reply:
    """Which program and which data answer."""
    specs = default_specs()
    return json_reply({"gateline": __version__, "specs": {"version": specs.version, "digest": specs.digest}})


def schema(asked: Asked) -> Reply:
    """A published JSON Schema."""
    return Reply(schema_text(asked.part("name")))


def schema_text(name: str) -> str:
    """The published JSON Schema called `name`.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in SCHEMAS:
        raise InputError(f"name: no schema is called '{clip(name)}'. Schemas are {', '.join(SCHEMAS)}.", "name")
    return (default_specs().folder / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")


def catalogue(asked: Asked) -> Reply:
    """Chips of the catalogue, by name."""
    query = asked.options().validate(CatalogueQuery)
    found = find_chips(query.q, query.limit) if query.q else list(default_catalogue().entries.values())[: query.limit]
    return json_reply(
        [{"id": each.id, "name": each.name, "vendor": each.vendor, "aliases": list(each.aliases)} for each in found]
    )


def catalogue_chip(asked: Asked) -> Reply:
    """One chip as its file has it, and what its source keys stand for."""
    known = default_catalogue()
    return Reply(corpus.show_chip(known.find(asked.part("id")).entry, known, "json"))


def rules(asked: Asked) -> Reply:
    """The rules, each with its version and status on a day."""
    query = asked.options().validate(RulesQuery)
    rows = json.loads(corpus.list_rules(default_specs(), query.as_of, "json"))
    return json_reply([row for row in rows if query.subject in (None, row["subject"])])


def rule(asked: Asked) -> Reply:
    """Every version of a rule, or one of them."""
    query, name = asked.options().validate(RuleQuery), asked.part("id")
    specs = default_specs()
    if name not in specs.rules:
        specs.select((name,))
        raise InputError(f"id: '{clip(name)}' stands for several rules; write one of their ids.", "id")
    page = json.loads(corpus.show_rules([specs.rules[name]], "json"))
    if query.version:
        versions = [version for version in page["versions"] if version["id"] == query.version]
        if not versions:
            known = ", ".join(version["id"] for version in page["versions"])
            raise InputError(f"version: '{clip(query.version)}' is no version. Versions are {known}.", "version")
        page["versions"] = versions
    return json_reply(page)


def chip(asked: Asked) -> Reply:
    """The verdict on a chip or system, and with a route on its shipment."""
    return Reply(verdict_json.write([chip_screening(asked.question())]))


def release(asked: Asked) -> Reply:
    """The verdict on a model's training compute."""
    return Reply(verdict_json.write([release_screening(asked.question())]))


def timeline(asked: Asked) -> Reply:
    """The dates on which what rules say of a chip changes."""
    return Reply(timelines_json([chip_timelines(asked.question())]))


def picture(name: str) -> Handler:
    """What draws the picture called `name`."""
    drawn = pictures.PICTURES[name]

    def draw(asked: Asked) -> Reply:
        query = asked.options().validate(rows.PictureQuery)
        found = SUBJECTS[drawn.subject][1](asked.question())
        if isinstance(found, Screening) and found.subject.kind != drawn.subject:
            raise InputError(f"chip: the picture '{name}' is of a chip, not of a system.", "chip")
        return file(drawn.draw(found, rows.paper(query)), SVG, f"{name}.svg")

    draw.__doc__ = f"A picture: {drawn.says}."
    return draw


def chip_report(asked: Asked) -> Reply:
    """The one-file report on a chip or system."""
    asked.options().validate(Nothing)
    question = asked.question()
    screening = chip_screening(question)
    found = Checked(screening, timeline=chip_over_time(question, screening))
    return file(render_report([found]), HTML, "chip-report.html")


def release_report(asked: Asked) -> Reply:
    """The one-file report on a model's training compute."""
    asked.options().validate(Nothing)
    return file(render_report([Checked(release_screening(asked.question()))]), HTML, "release-report.html")


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the API: what it does is what its handler says.

    Attributes
    ----------
    method, path : str
    handler : callable
    query : type of Part
        The model of its query.
    body : type of Part or None
        The model of its JSON body.
    takes : str
        The kind of body.
    gives : mapping
        Kind of the answer, and the name of its schema; empty where it has none.
    """

    method: str
    path: str
    handler: Handler
    query: type[Part] = Nothing
    body: type[Part] | None = None
    takes: str = JSON
    gives: tuple[tuple[str, str], ...] = ((JSON, ""),)


VERDICT = ((JSON, "verdict"),)
ADDRESSES = (
    Address("GET", "/health", health),
    Address("GET", "/schemas/{name}.json", schema),
    Address("GET", "/catalogue", catalogue, CatalogueQuery),
    Address("GET", "/catalogue/{id}", catalogue_chip),
    Address("GET", "/rules", rules, RulesQuery),
    Address("GET", "/rules/{id}", rule, RuleQuery),
    Address("POST", "/chip", chip, body=ChipQuestion, gives=VERDICT),
    Address("POST", "/release", release, body=ReleaseQuestion, gives=VERDICT),
    Address("POST", "/timeline", timeline, body=TimelineQuestion),
    Address("POST", "/fleet", rows.fleet, rows.TableQuery, takes=CSV, gives=((CSV, ""), (JSON, ""))),
    Address("POST", "/shipment", rows.shipment, rows.RowsQuery, takes=CSV),
    Address("POST", "/report/chip", chip_report, body=ChipQuestion, gives=((HTML, ""),)),
    Address("POST", "/report/release", release_report, body=ReleaseQuestion, gives=((HTML, ""),)),
    Address("POST", "/report/fleet", rows.fleet_report, rows.RowsQuery, takes=CSV, gives=((HTML, ""),)),
    Address("POST", "/report/shipment", rows.shipment_report, rows.RowsQuery, takes=CSV, gives=((HTML, ""),)),
    Address("POST", "/picture/outcomes.svg", rows.outcomes_picture, rows.OutcomesQuery, takes=CSV, gives=((SVG, ""),)),
    Address("POST", "/picture/totals.svg", rows.totals_picture, rows.TotalsQuery, takes=CSV, gives=((SVG, ""),)),
    *(
        Address(
            "POST",
            f"/picture/{name}.svg",
            picture(name),
            rows.PictureQuery,
            SUBJECTS[each.subject][0],
            gives=((SVG, ""),),
        )
        for name, each in pictures.PICTURES.items()
        if each.subject in SUBJECTS
    ),
)
