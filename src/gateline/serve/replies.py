"""Requests as values, and handlers run a few at a time: what was asked goes in, what is answered comes out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateline.documents import Document
from gateline.errors import InputError
from gateline.questions import of_content, of_json
from gateline.serve.guard import CSV, JSON, RefusedError
from gateline.serve.problems import failure, fault, problem

AT_ONCE = 4
SECONDS = 5.0
REMEMBERED = 256
HTML, SVG = "text/html; charset=utf-8", "image/svg+xml"
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""For documents that carry their own style sheet and no script."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the parts of its path, its query, its body, and what its sender takes."""

    path: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    wants: str = ""

    def part(self, name: str) -> str:
        """A part of the path."""
        return dict(self.path)[name]

    def question(self) -> Document:
        """The JSON object in the body.

        Raises
        ------
        InputError
            If it is none.
        """
        try:
            return of_json(self.body.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise InputError(f"request: byte {error.start} is not UTF-8.") from None

    def options(self) -> Document:
        """The query as a document.

        Raises
        ------
        InputError
            If a name stands twice.
        """
        names = [name for name, _ in self.query]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"query: {name} stands twice; keep one.", name)
        return of_content(dict(self.query), "query")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and headers of its own."""

    content: str
    kind: str = JSON
    headers: tuple[tuple[str, str], ...] = field(default=())

    def response(self) -> Response:
        """The answer as it is sent."""
        return Response(self.content, media_type=self.kind, headers=dict(self.headers))


Handler = Callable[[Asked], Reply]


def file(content: str, kind: str, name: str) -> Reply:
    """An answer that a browser saves instead of showing it."""
    headers = (("content-security-policy", FILE_POLICY), ("content-disposition", f'attachment; filename="{name}"'))
    return Reply(content, kind, headers)


def json_reply(content: Any) -> Reply:
    """An answer as JSON."""
    return Reply(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


class Workers:
    """Threads that run handlers, `AT_ONCE` at a time, and answers to questions, the latest `REMEMBERED` of each handler."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, "gateline")
        self._seconds = seconds

    def endpoint(self, handler: Handler, takes: str = JSON) -> Callable[[Request], Awaitable[Response]]:
        """A handler as an endpoint; `takes` is the kind of body that it reads."""
        remembered = lru_cache(REMEMBERED)(handler)

        async def answer(request: Request) -> Response:
            asked = Asked()
            loop = asyncio.get_running_loop()
            try:
                asked = await _asked(request, takes)
                keeps = takes == JSON and asked.body
                work = loop.run_in_executor(self._pool, remembered if keeps else handler, asked)
                return (await asyncio.wait_for(work, self._seconds)).response()
            except InputError as error:
                return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), (fault(error, _document(asked)),))
            except RefusedError as refused:
                return problem(refused.status, str(refused))
            except TimeoutError:
                told = f"no answer within {self._seconds:g} seconds. Use the command line, which has no such limit."
                return problem(HTTPStatus.SERVICE_UNAVAILABLE, told)
            except Exception as error:
                return failure(error)

        return answer


async def _asked(request: Request, takes: str) -> Asked:
    """The request as a value.

    Raises
    ------
    RefusedError
        If the body is not of the kind that is taken.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and kind != takes:
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"this address takes {takes}.")
    return Asked(
        tuple(sorted(request.path_params.items())),
        tuple(request.query_params.multi_items()),
        await request.body() if request.method == "POST" else b"",
        request.headers.get("accept", "") if takes == CSV else "",
    )


def _document(asked: Asked) -> Document | None:
    """The question behind an error, where there is one."""
    try:
        return asked.question() if asked.body else asked.options()
    except InputError:
        return None


def no_such_page(_: Request, __: Exception) -> Response:
    """The answer where nothing is."""
    return problem(HTTPStatus.NOT_FOUND, "nothing is here. /api/v1/openapi.json lists every address.")


def no_such_method(_: Request, error: Any) -> Response:
    """The answer to a method that an address does not take."""
    found = problem(HTTPStatus.METHOD_NOT_ALLOWED, "this address does not take that method.")
    found.headers["allow"] = (error.headers or {}).get("Allow", "GET")
    return found
