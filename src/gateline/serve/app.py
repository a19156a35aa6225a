"""The application: the REST API and the page behind the guard."""

from __future__ import annotations

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from gateline.serve.api import ADDRESSES, PREFIX, Address, Nothing
from gateline.serve.guard import BODY_SECONDS, Guard
from gateline.serve.openapi import document_text
from gateline.serve.page import CHIP, PAGES, page
from gateline.serve.replies import SECONDS, Asked, Handler, Reply, Workers, no_such_method, no_such_page


def make_app(seconds: float = SECONDS, body_seconds: float = BODY_SECONDS, key: str = "") -> ASGIApp:
    """Everything that is served.

    Parameters
    ----------
    seconds : float
        How long an answer may take.
    body_seconds : float
        How long a body may take to arrive.
    key : str
        What every address has to start with, behind the host; empty for none.
    """
    workers = Workers(seconds)
    routes = [
        Route(PREFIX + each.path, workers.endpoint(_handler(each), each.takes), methods=[each.method])
        for each in ADDRESSES
    ]
    routes += [
        Route(path, workers.endpoint(handler, takes), methods=[method]) for method, path, handler, takes in PAGES
    ]
    routes.append(Route(f"{PREFIX}/openapi.json", workers.endpoint(_openapi)))
    missing = {HTTPStatus.NOT_FOUND: no_such_page, HTTPStatus.METHOD_NOT_ALLOWED: no_such_method}
    return Guard(Starlette(routes=routes, exception_handlers=missing), body_seconds, key)


def warm() -> None:
    """Read the data and answer once, while who asks first waits for the connection and not against the time limit."""
    page(CHIP)(Asked())


def _handler(address: Address) -> Handler:
    """The handler of an address; one without a query refuses any."""
    if address.query is not Nothing:
        return address.handler

    def handler(asked: Asked) -> Reply:
        asked.options().validate(Nothing)
        return address.handler(asked)

    return handler


def _openapi(_: Asked) -> Reply:
    return Reply(document_text())
