"""Questions put to the jobs. A name in a question is one of the catalogue; it never leads to a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gateline.documents import Document, parse_json
from gateline.errors import InputError
from gateline.jobs import (
    Target,
    Transaction,
    check_release,
    chip_called,
    chip_timeline,
    quick_ledger,
    screen_with_shipment,
    timeline_of_item,
)
from gateline.jobs.chip import chip_of
from gateline.jobs.timeline import Timeline
from gateline.numerals import clip
from gateline.questions.models import QUICK, ChipQuestion, ReleaseQuestion, TimelineQuestion
from gateline.screening import Screening
from gateline.training.architecture import read_model
from gateline.training.architecture.config import without_foreign
from gateline.training.ledger import Ledger

LONGEST_NAME = 200
CONFIGURATION = "config.json"
"""What the configuration of a question is called; no file is read under this name."""


def of_json(text: str, source: str = "request") -> Document:
    """The question in a JSON text.

    Raises
    ------
    InputError
        If it is not a JSON object, or holds what no document may hold.
    """
    document = parse_json(text, source)
    if not isinstance(document.content, dict):
        raise InputError(f"{source}: a JSON object is expected.")
    return document


def of_configuration(text: str, source: str) -> Document:
    """The configuration of a model in the text of a config.json.

    Raises
    ------
    InputError
        As for `of_json`, with the source as its field.
    """
    try:
        return of_json(without_foreign(text), source)
    except InputError as error:
        error.field = source
        raise


def of_content(content: Any, source: str = "request") -> Document:
    """The question in a JSON object that has been parsed already."""
    return of_json(json.dumps(content), source)


def chip_screening(document: Document) -> Screening:
    """Screen the chip or system of a question, and its shipment where the question says something of one.

    Raises
    ------
    InputError
        If a key is not known, or a value cannot be read.
    """
    asked = document.validate(ChipQuestion)
    transaction = Transaction(
        asked.origin,
        asked.destination,
        asked.headquarters,
        asked.transaction,
        asked.consignee,
        asked.end_user,
        asked.end_user_country,
    )
    with _within("chip", asked.chip):
        target = _target(document, asked.chip)
    with _inside(target):
        return screen_with_shipment(
            target,
            asked.as_of,
            transaction,
            role=asked.role,
            rules=tuple(asked.rules),
            changes=asked.changes,
            readings=asked.readings,
            strict_facts=bool(asked.strict_facts),
        )


def chip_over_time(document: Document, screening: Screening) -> Timeline | None:
    """What rules said of the chip of a question until the end of the year it asks about; None of a system."""
    if screening.subject.kind != "chip":
        return None
    asked = document.validate(ChipQuestion)
    return timeline_of_item(
        _chip(document, asked.chip),
        asked.as_of.replace(month=12, day=31),
        role=asked.role,
        rules=tuple(asked.rules),
        changes=asked.changes,
        readings=asked.readings,
    )


def release_screening(document: Document) -> Screening:
    """Check the training compute of a question.

    Raises
    ------
    InputError
        If there are both a ledger and figures, or neither, or a value cannot be read.
    """
    asked = document.validate(ReleaseQuestion)
    given = {name: value for name in QUICK if (value := getattr(asked, name)) is not None}
    if (asked.ledger is None) == (not given):
        raise InputError(f"{document.source}: give either a ledger or figures ({', '.join(QUICK)}).")
    with _within("config", asked.config):
        configurations = _configurations(asked, given)
    with _within("ledger", asked.ledger):
        ledger = quick_ledger(**given) if asked.ledger is None else _ledger(document)
    return check_release(
        ledger,
        asked.as_of,
        rules=tuple(asked.rules),
        changes=asked.changes,
        readings=asked.readings,
        strict_facts=bool(asked.strict_facts),
        configurations=configurations,
    )


def _configurations(asked: ReleaseQuestion, given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The configuration of a question by the name that stands for it among the figures; nothing where there is none.

    Raises
    ------
    InputError
        If it describes no model.
    """
    if asked.config is None:
        return {}
    read_model(asked.config)
    given["config"] = CONFIGURATION
    return {CONFIGURATION: asked.config}


def chip_timelines(document: Document) -> Timeline:
    """The changes over time of the chip of a question.

    Raises
    ------
    InputError
        If it is a system, or a value cannot be read.
    """
    asked = document.validate(TimelineQuestion)
    return chip_timeline(
        _chip(document, asked.chip),
        asked.start,
        asked.end,
        role=asked.role,
        rules=tuple(asked.rules),
        changes=asked.changes,
        readings=asked.readings,
    )


def _chip(document: Document, chip: Any) -> Target:
    """One chip, and no system."""
    with _within("chip", chip):
        target = _target(document, chip)
        return target if isinstance(target, Target) else chip_of(target, target.source)


def _target(document: Document, chip: Any) -> Target | Document:
    """The chip of the catalogue, or the content of a file."""
    if isinstance(chip, dict):
        return Document("chip", chip)
    if not isinstance(chip, str) or len(chip) > LONGEST_NAME:
        raise InputError(
            f"{document.source}: chip: a name of the catalogue, or a mapping as in a chip file, is expected."
        )
    return chip_called(chip)


def _ledger(document: Document) -> Ledger:
    """The ledger of a question, which names no file.

    Raises
    ------
    InputError
        If a configuration is named: it would be a file of the machine that answers.
    """
    ledger = Document("ledger", document.content["ledger"])
    for place, value in _entries(ledger.content):
        if place.rpartition(".")[2] == "config":
            raise InputError(
                f"ledger: {place}: '{clip(str(value))}' would be a file on the machine that answers. Write params and "
                "active_params, or use gateline release on the command line.",
                place,
            )
    return ledger.validate(Ledger)


def _entries(content: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every entry of a document with its place."""
    if isinstance(content, dict):
        for key, value in content.items():
            inner = f"{place}.{key}" if place else str(key)
            yield inner, value
            yield from _entries(value, inner)
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from _entries(value, f"{place}[{number}]")


@contextmanager
def _within(key: str, content: Any) -> Iterator[None]:
    """Errors about a part of a question name their field from the whole question."""
    try:
        yield
    except InputError as error:
        inside = isinstance(content, dict) and error.field
        error.field = f"{key}.{error.field}" if inside else key if content is not None else error.field
        raise


@contextmanager
def _inside(target: Target | Document) -> Iterator[None]:
    """The format of a chip or system is checked when it is screened; other errors are not about its content."""
    try:
        yield
    except InputError as error:
        if isinstance(target, Document) and error.field:
            error.field = f"chip.{error.field}"
        raise
