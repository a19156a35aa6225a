"""The addresses of the REST API that take a table: its rows screened, its totals, its pictures and reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from gateline.errors import InputError
from gateline.fields import Part, flag
from gateline.fleet.problems import Reject
from gateline.gating import Request
from gateline.numerals import clip
from gateline.questions import TableQuestion, excerpt_csv, ledger_csv, screen_csv
from gateline.questions.models import Day, Role
from gateline.report import pictures
from gateline.report.html import render_fleet, render_ledger
from gateline.report.ledger import summary_object, totals_document
from gateline.report.pictures.quota import quota
from gateline.rules.specfiles import default_specs
from gateline.serve.guard import CSV, JSON
from gateline.serve.replies import HTML, SVG, Asked, Reply, file, json_reply


class RowsQuery(Part):
    """How the rows of a table are screened."""

    as_of: Day
    role: Role = "exporter"
    rule: str = Field(default="", description="ids or prefixes of rules that gate, separated by commas")


class TableQuery(RowsQuery):
    """How the rows of a table are screened, and what is repeated of them."""

    columns: Literal["all", "verdicts"] = "all"


class PictureQuery(Part):
    """How a picture is drawn."""

    narrow: Annotated[bool | None, flag("narrow"), WithJsonSchema({"enum": ["yes", "no"]})] = False


class OutcomesQuery(PictureQuery, RowsQuery):
    """Of which rows a picture is drawn."""


class TotalsQuery(PictureQuery):
    """Of which totals a picture is drawn."""

    as_of: Day
    total: str = Field(description="id of a rule about totals, such as us.ear.totals.lpp")


def fleet(asked: Asked) -> Reply:
    """Every row of a table screened: CSV, or with ``Accept: application/json`` what became of the rows."""
    query = asked.options().validate(TableQuery)
    screened = screen_csv(asked.body, _rows(query, all_columns=query.columns == "all"))
    summary, rejected = screened.summary, str(screened.summary.rejected)
    if JSON not in asked.wants:
        return Reply(screened.text, CSV, (("gateline-rejected-rows", rejected),))
    counts = {
        "rows": summary.rows,
        "rejected": summary.rejected,
        "verdicts": summary.verdicts,
        "units": summary.units,
        "items": summary.items,
        "assumed": summary.assumed,
        "remarks": summary.remarks,
    }
    return json_reply({"summary": counts, "rejects": _rejects(screened.rejects)})


def shipment(asked: Asked) -> Reply:
    """A shipment ledger: what became of its rows, and its totals against their lines."""
    examined = ledger_csv(asked.body, _rows(asked.options().validate(RowsQuery)))
    return json_reply(
        {
            "summary": summary_object(examined.screened),
            "totals": totals_document(examined.screened),
            "rejects": _rejects(examined.excerpt.rejects),
        }
    )


def _rows(query: RowsQuery, *, all_columns: bool = True) -> TableQuestion:
    chosen = tuple(filter(None, (name.strip() for name in query.rule.split(","))))
    return TableQuestion(query.as_of, query.role, chosen, all_columns)


def _rejects(rejects: Iterable[Reject]) -> list[dict[str, Any]]:
    return [
        {"row": int(each.row), "column": each.column, "value": each.value, "reason": each.reason} for each in rejects
    ]


def outcomes_picture(asked: Asked) -> Reply:
    """A picture: the rows of a table by rule and outcome."""
    query = asked.options().validate(OutcomesQuery)
    summary = screen_csv(asked.body, _rows(query)).summary
    return file(pictures.PICTURES["outcomes"].draw(summary, paper(query)), SVG, "outcomes.svg")


def totals_picture(asked: Asked) -> Reply:
    """A picture: cumulative totals of a shipment ledger against a line."""
    query = asked.options().validate(TotalsQuery)
    examined = ledger_csv(asked.body, TableQuestion(query.as_of))
    found = {each.rule.id: each for each in examined.screened.totals}
    if query.total not in found:
        raise InputError(f"total: '{clip(query.total)}' is none on this date. Totals are {', '.join(found)}.", "total")
    drawn = quota(examined, found[query.total])
    return file(pictures.PICTURES["totals"].draw(drawn, paper(query)), SVG, "totals.svg")


def paper(query: PictureQuery) -> pictures.Paper:
    """What a picture is drawn on."""
    return pictures.Paper(narrow=bool(query.narrow))


def fleet_report(asked: Asked) -> Reply:
    """The one-file report on a table of chips or models."""
    question = _rows(asked.options().validate(RowsQuery))
    request = Request(question.as_of, question.role, question.rules)
    return file(render_fleet(excerpt_csv(asked.body, question), default_specs(), request), HTML, "fleet-report.html")


def shipment_report(asked: Asked) -> Reply:
    """The one-file report on a shipment ledger."""
    question = _rows(asked.options().validate(RowsQuery))
    return file(render_ledger(ledger_csv(asked.body, question)), HTML, "shipment-report.html")
