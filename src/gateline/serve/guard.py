"""What stands before every request: who may ask, how much, how long; and what every answer carries.

A server on the loopback interface is within reach of every page in a browser of this machine. A page elsewhere can send
requests, and by rebinding its name to this machine read the answers; the checks here refuse both before anything is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from secrets import compare_digest

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateline.serve.problems import failure, problem

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
JSON, CSV = "application/json", "text/csv"
MAXIMUM_BODY = {JSON: 64_000, CSV: 2_000_000}
MAXIMUM_ADDRESS = 8_192
MAXIMUM_HEADERS = 16_384
BODY_SECONDS = 10.0
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


class RefusedError(Exception):
    """A request that is not answered: its status, and what to do instead."""

    def __init__(self, status: HTTPStatus, told: str) -> None:
        super().__init__(told)
        self.status = status


class Guard:
    """Checks a request, reads its body within bounds, hands it on, and adds the headers to what comes back."""

    def __init__(self, app: ASGIApp, body_seconds: float = BODY_SECONDS, key: str = "") -> None:
        self.app = app
        self.body_seconds = body_seconds
        self.key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": list(_with_headers(message.get("headers", ())))}
            await send(message)

        try:
            headers = Headers(scope=scope)
            check_host(headers)
            check_head(scope, headers)
            scope = behind_key(scope, self.key)
            if scope["method"] not in ("GET", "HEAD"):
                check_origin(headers)
                receive = _replay(await self._body(receive, check_body(headers)))
            await self.app(scope, receive, send_with_headers)
        except RefusedError as refused:
            await problem(refused.status, str(refused))(scope, receive, send_with_headers)
        except Exception as error:
            answer = failure(error)
            if not started:
                await answer(scope, receive, send_with_headers)

    async def _body(self, receive: Receive, limit: int) -> bytes:
        """The body, counted as it arrives."""
        try:
            return await asyncio.wait_for(_read(receive, limit), self.body_seconds)
        except TimeoutError:
            raise RefusedError(
                HTTPStatus.REQUEST_TIMEOUT, f"the body did not arrive within {self.body_seconds:g} seconds."
            ) from None


def check_host(headers: Headers) -> None:
    """Refuse a request that was not addressed to this machine by one of its own names.

    Raises
    ------
    RefusedError
    """
    hosts = headers.getlist("host")
    name, _, port = hosts[0].rpartition(":") if hosts and hosts[0][-1:].isdecimal() else ("", "", "")
    bare = hosts[0] if hosts else ""
    if len(hosts) != 1 or (bare not in LOOPBACK and (name not in LOOPBACK or not port.isdecimal())):
        raise RefusedError(
            HTTPStatus.MISDIRECTED_REQUEST, "the host is not this machine. Open http://127.0.0.1 or http://localhost."
        )


def behind_key(scope: Scope, key: str) -> Scope:
    """The request as it stands behind the key, which is the first part of every address; without a key as it is.

    Raises
    ------
    RefusedError
        If the key is missing or another.
    """
    if not key:
        return scope
    given = scope["path"].removeprefix("/").partition("/")[0]
    if not compare_digest(given.encode(), key.encode()):
        raise RefusedError(
            HTTPStatus.FORBIDDEN, "the address does not start with the key. Open the one that gateline serve printed."
        )
    return {**scope, "root_path": f"/{key}"}


def check_head(scope: Scope, headers: Headers) -> None:
    """Refuse addresses and headers longer than any that is needed.

    Raises
    ------
    RefusedError
    """
    if len(scope["raw_path"]) + len(scope["query_string"]) > MAXIMUM_ADDRESS:
        raise RefusedError(HTTPStatus.REQUEST_URI_TOO_LONG, f"the address has more than {MAXIMUM_ADDRESS:,} bytes.")
    if sum(len(name) + len(value) for name, value in headers.raw) > MAXIMUM_HEADERS:
        told = f"the headers have more than {MAXIMUM_HEADERS:,} bytes."
        raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, told)


def check_origin(headers: Headers) -> None:
    """Refuse what a page from elsewhere sends.

    Raises
    ------
    RefusedError
    """
    origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
    ours = [f"http://{host}" for host in headers.getlist("host")]
    if any(origin not in ours for origin in origins) or any(site not in ("same-origin", "none") for site in sites):
        raise RefusedError(HTTPStatus.FORBIDDEN, "a page from elsewhere asked. Open the page of gateline itself.")


def check_body(headers: Headers) -> int:
    """How many bytes the body may have.

    Raises
    ------
    RefusedError
        If its kind or length is not stated, or not taken.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in MAXIMUM_BODY:
        raise RefusedError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the content type is not taken. Send {JSON}, or {CSV} for a table."
        )
    length = headers.get("content-length", "")
    if not length.isascii() or not length.isdecimal():
        raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "the length of the body is not stated. Send Content-Length.")
    if len(length) > len(str(MAXIMUM_BODY[kind])) or int(length) > MAXIMUM_BODY[kind]:
        raise _too_large(MAXIMUM_BODY[kind])
    return MAXIMUM_BODY[kind]


def _too_large(limit: int) -> RefusedError:
    return RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body has more than {limit:,} bytes. For large tables use 'gateline fleet FILE' on the command line.",
    )


async def _read(receive: Receive, limit: int) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the body ended early.")
        body += message.get("body", b"")
        if len(body) > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return body


def _replay(body: bytes) -> Receive:
    """The body once more, for the application."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


def _with_headers(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    """The headers of an answer, and those that every answer carries unless it has its own."""
    own = {name.lower() for name, _ in headers}
    yield from headers
    for name, value in HEADERS.items():
        if name.encode() not in own:
            yield name.encode(), value.encode()
