"""Errors as ``application/problem+json``: what was read, what was wanted, how to fix it."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from traceback import extract_tb
from typing import Any

from starlette.responses import Response

from gateline.documents import Document
from gateline.errors import InputError
from gateline.numerals import clip
from gateline.quantities import QUANTITIES

PROBLEM = "application/problem+json"
QUANTITY = re.compile(r"^([a-z][a-z0-9_]*): ")
STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
SENTENCE_END = re.compile(r"(?<=[.?])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one entry of a request."""

    field: str
    read: str
    wanted: str
    fix: str


def fault(error: InputError, document: Document | None = None) -> Fault:
    """An error with its parts: the entry, its content, what is wrong, and how to put it right."""
    message, place = str(error), error.field
    if not place and (named := QUANTITY.match(message)) and named[1] in QUANTITIES:
        place = f"set.{named[1]}"
    prefixes = [document.source if document else "", *place.split(".", 1), place]
    for prefix in filter(None, prefixes):
        message = message.removeprefix(f"{prefix}: ")
    message = QUANTITY.sub("", message)
    wanted, *rest = SENTENCE_END.split(message, 1)
    return Fault(place, _content(document, place), wanted, rest[0] if rest else "")


def _content(document: Document | None, place: str) -> str:
    """What stands at a place of a document; empty where nothing does."""
    here: Any = document.content if document else None
    for name, number in STEP.findall(place):
        try:
            here = here[int(number)] if number else here[name]
        except (KeyError, IndexError, TypeError):
            return ""
    return clip(here) if isinstance(here, str) else ""


def problem(status: HTTPStatus, detail: str, faults: tuple[Fault, ...] = ()) -> Response:
    """The answer to a request that is not answered."""
    content: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    if faults:
        content["errors"] = [
            {"field": each.field, "read": each.read, "wanted": each.wanted, "fix": each.fix} for each in faults
        ]
    return Response(json.dumps(content, ensure_ascii=False) + "\n", status.value, media_type=PROBLEM)


def failure(error: Exception) -> Response:
    """The answer where the program failed; the terminal is told where, and neither what was asked."""
    frames = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-4:]]
    print(f"gateline: failed with {type(error).__name__} at {', '.join(frames)}", file=sys.stderr)
    told = "gateline failed. The terminal in which it runs says where; please report it."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, told)
