"""The page: Chip, Model, Table and Rules, each a form that works without a script; the script only saves the waiting."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from shlex import quote
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader
from markupsafe import Markup

from gateline.errors import InputError
from gateline.jobs import default_catalogue
from gateline.questions import (
    TableQuestion,
    chip_over_time,
    chip_screening,
    excerpt_csv,
    of_content,
    release_screening,
    screen_csv,
)
from gateline.report import corpus, pictures
from gateline.report.html import render_card
from gateline.report.html.fleet import fleet_card, fleet_sections
from gateline.report.html.page import environment as report_environment
from gateline.report.html.page import style_sheet
from gateline.report.verdict_json import NOTICE
from gateline.rules.specfiles import default_specs
from gateline.screening import Screening
from gateline.serve import forms
from gateline.serve.forms import Fields, Question, Told
from gateline.serve.guard import CSV, JSON
from gateline.serve.replies import HTML, Asked, Handler, Reply
from gateline.serve.rows import OutcomesQuery, TableQuery
from gateline.version import __version__

STATIC = {"page.js": "text/javascript; charset=utf-8"}
STYLE = "text/css; charset=utf-8"
LABELS = {
    "plane": "Near the lines",
    "plane-far": "Whole catalogue",
    "memory": "Memory bandwidth",
    "timeline": "Timeline",
    "strip": "Lines",
    "phases": "Phases",
}
FIRST_DAY = date(2022, 9, 1)
DAYS_AHEAD = 365


@dataclass(frozen=True, slots=True)
class Form:
    """One of the forms: its page, its fields, how it asks and what answers.

    Attributes
    ----------
    page, api, subject, fields
        Its template, the address of the API that answers the same, what it is about, its fields beside the readings.
    example : dict
        What stands in it at first.
    ask, screen : callable
        From fields to a question, and from a question to verdicts.
    shows : tuple of str
        The pictures that it offers.
    """

    page: str
    api: str
    subject: str
    fields: tuple[str, ...]
    example: Fields
    ask: Callable[[Fields], Question]
    screen: Callable[[Any], Screening]
    shows: tuple[str, ...]


CHIP = Form(
    "chip",
    "chip",
    "chip",
    forms.CHIP_FIELDS,
    forms.EXAMPLE,
    forms.chip_question,
    chip_screening,
    ("plane", "plane-far", "memory", "timeline"),
)
MODEL = Form(
    "model",
    "release",
    "training",
    forms.MODEL_FIELDS,
    forms.EXAMPLE_MODEL,
    forms.model_question,
    release_screening,
    ("strip", "phases"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A form and what is said of it."""

    fields: Fields
    hints: Mapping[str, str]
    told: list[Told]
    result: Markup


def answer(form: Form, given: Mapping[str, str], *, narrow: bool) -> Answer:
    """What is said of a form; the name of a chip of the catalogue fills it first."""
    manner = forms.asked_of(form.subject)
    fields = {"as_of": date.today().isoformat()} | forms.fields_of(given, (*form.fields, *manner))
    hints: Mapping[str, str] = {}
    told = _day(fields["as_of"])
    if told:
        return Answer(fields, hints, told, Markup())
    chip = forms.catalogue_chip(fields["name"]) if form is CHIP and "name" in fields else None
    if chip is None:
        if left := fields.pop("filled", ""):
            hints = {"name": f"No longer {left}: only the figures shown here count."}
    else:
        known = forms.filled(chip, fields["as_of"])
        hints = known.hints
        if fields.get("filled") != chip.entry.id:
            kept = (*forms.ROUTE, forms.STRICT, *manner, "as_of", "picture")
            fields = known.fields | {key: fields[key] for key in kept if key in fields}
    question, screening, told = forms.answered(fields, form.ask, form.screen)
    result = _result(form, fields, question, screening, narrow=narrow) if screening is not None else Markup()
    return Answer(fields, hints, told, result)


def _day(text: str) -> list[Told]:
    """What is wrong with a date."""
    try:
        of_content({"as_of": text}, "").validate(TableQuery)
    except InputError as error:
        return [Told("as_of", str(error).removeprefix(": ").removeprefix("as_of: "))]
    return []


def _result(form: Form, fields: Fields, question: Question, screening: Screening, *, narrow: bool) -> Markup:
    cards = [render_card(screening)] + ([render_card(screening.shipment)] if screening.shipment is not None else [])
    shown = fields.get("picture", "")
    shown = shown if shown in form.shows else form.shows[0]
    specs = screening.specs
    rendered = (
        _environment()
        .get_template("result.html")
        .render(
            cards=[Markup(card) for card in cards],
            pictures=[(name, LABELS[name]) for name in form.shows],
            shown=shown,
            svg=Markup(_drawn(shown, question, screening, narrow=narrow)),
            says=pictures.PICTURES[shown].says,
            question=json.dumps(question, ensure_ascii=False),
            api=form.api,
            command=_command(form, fields, question),
            data=f"Data {specs.version}, {specs.digest[:19]}…; gateline {__version__}.",
        )
    )
    return Markup(rendered)


def _drawn(name: str, question: Question, screening: Screening, *, narrow: bool) -> str:
    picture = pictures.PICTURES[name]
    what = chip_over_time(of_content(question), screening) if picture.subject == "timeline" else screening
    return picture.draw(what, pictures.Paper(narrow=narrow, embedded=True))


def _command(form: Form, fields: Fields, question: Question) -> str:
    """The command that says the same; a chip that is not of the catalogue goes into a file."""
    options = [("--as-of", fields["as_of"])]
    options += [("--reading", f"{name}={choice}") for name, choice in question.get("readings", {}).items()]
    words = [f"{name} {quote(value)}" for name, value in options]
    words += ["--strict-facts"] if forms.STRICT in question else []
    if form is MODEL:
        figures = ["--config config.json"] if forms.CONFIG in fields else []
        figures += [f"--{key.replace('_', '-')} {quote(fields[key])}" for key in forms.FIGURES if key in fields]
        return " ".join(["gateline release", *(figures or ["ledger.json"]), *words])
    route = [f"--{key} {quote(str(question[key]))}" for key in ("from", "to", "hq", "role") if key in question]
    chip = question["chip"] if isinstance(question["chip"], str) else "chip.json"
    return " ".join(["gateline chip", quote(chip), *words, *route])


def page(form: Form) -> Handler:
    """The page of a form, answered for its query; at first with its example."""

    def show(asked: Asked) -> Reply:
        given = dict(asked.query)
        first = not given
        found = answer(form, form.example if first else given, narrow=False)
        return _html(form.page, found=found, first=first, **_choices(form))

    return show


def _choices(form: Form) -> dict[str, Any]:
    """What a form offers to choose from."""
    readings = {"readings": forms.readings_about(form.subject)}
    if form is MODEL:
        return {"kinds": forms.PHASE_KINDS, "phases": range(1, forms.PHASES + 1), **readings}
    today = date.today()
    last = (today - FIRST_DAY).days + DAYS_AHEAD
    days = [(day - FIRST_DAY).days for day in _changes() if 0 <= (day - FIRST_DAY).days <= last]
    names = [entry.name for entry in default_catalogue().entries.values()]
    return {
        "names": names,
        "first_day": FIRST_DAY.isoformat(),
        "last": last,
        "days": days,
        "one_day": timedelta(1),
        **readings,
    }


@cache
def _changes() -> list[date]:
    """The days on which a version of a rule about chips that gates takes effect."""
    rules = [rule for rule in default_specs().rules.values() if rule.subject == "chip"]
    found = {version.effective.start for rule in rules for version in rule.versions if version.effective}
    return sorted(found)


def update(form: Form) -> Handler:
    """The answer to a form, for the script of its page."""

    def show(asked: Asked) -> Reply:
        content = asked.question().content
        given = {key: value for key, value in content.items() if isinstance(value, str)}
        found = answer(form, given, narrow=given.get("narrow") == "yes")
        told = [{"field": each.field, "message": each.message} for each in found.told]
        reply = {"fields": found.fields, "hints": dict(found.hints), "errors": told, "html": found.result}
        return Reply(json.dumps(reply, ensure_ascii=False), JSON)

    return show


def table_page(_: Asked) -> Reply:
    """The page on which a table is dropped."""
    return _html("table", today=date.today().isoformat())


def table_update(asked: Asked) -> Reply:
    """What became of a table, for the script of its page."""
    query = asked.options().validate(OutcomesQuery)
    found = excerpt_csv(asked.body, TableQuestion(query.as_of, query.role))
    specs = default_specs()
    sections = list(fleet_sections(found, specs, narrow=bool(query.narrow)))
    return Reply(
        _environment()
        .get_template("table_result.html")
        .render(card=fleet_card(found, specs), sections=sections, level=2),
        HTML,
    )


def rejects(asked: Asked) -> Reply:
    """The cells of a table that cannot be read."""
    query = asked.options().validate(TableQuery)
    return Reply(screen_csv(asked.body, TableQuestion(query.as_of, query.role)).rejects_csv(), CSV)


def rules_page(asked: Asked) -> Reply:
    """Every rule, on a day where the query names one."""
    given = forms.fields_of(dict(asked.query), ("as_of",))
    day = given.get("as_of", date.today().isoformat())
    told = _day(day)
    chosen = None if told else date.fromisoformat(day)
    rows = json.loads(corpus.list_rules(default_specs(), chosen, "json"))
    return _html("rules", rows=rows, day=day, told=told)


def rule_page(asked: Asked) -> Reply:
    """Every version of one rule."""
    rule = default_specs().select((asked.part("id"),))[0]
    return _html("rule", up="../", rule=json.loads(corpus.show_rules([rule], "json")))


def style(_: Asked) -> Reply:
    """The style sheet of cards, pictures and page."""
    return Reply(style_sheet() + pictures.CSS + _static("page.css"), STYLE)


def script(_: Asked) -> Reply:
    """The script of the page."""
    return Reply(_static("page.js"), STATIC["page.js"])


def _static(name: str) -> str:
    return resources.files(__package__).joinpath("static", name).read_text(encoding="utf-8")


def _html(name: str, *, up: str = "", **content: Any) -> Reply:
    return Reply(_environment().get_template(f"{name}.html").render(tab=name, up=up, notice=NOTICE, **content), HTML)


@cache
def _environment() -> Environment:
    """The templates of the page beside those of the reports, with the same escaping."""
    ours, theirs = PackageLoader("gateline.serve"), report_environment().loader
    assert theirs is not None, "reports have templates"
    return report_environment().overlay(loader=ChoiceLoader([ours, theirs]))


PAGES: tuple[tuple[str, str, Handler, str], ...] = (
    ("GET", "/", page(CHIP), JSON),
    ("GET", "/model", page(MODEL), JSON),
    ("GET", "/table", table_page, JSON),
    ("GET", "/rules", rules_page, JSON),
    ("GET", "/rules/{id}", rule_page, JSON),
    ("GET", "/static/page.css", style, JSON),
    ("GET", "/static/page.js", script, JSON),
    ("POST", "/ui/chip", update(CHIP), JSON),
    ("POST", "/ui/model", update(MODEL), JSON),
    ("POST", "/ui/table", table_update, CSV),
    ("POST", "/ui/rejects", rejects, CSV),
)
"""Method, address, handler and kind of body of everything beside the API; free to change."""
