"""The server on the loopback interface, from start to stop."""

from __future__ import annotations

import socket
import threading
import webbrowser
from contextlib import ExitStack, suppress

import uvicorn
from starlette.types import ASGIApp

from gateline.serve.sockets import WAITING, address_of

IDLE_SECONDS = 5
HEADER_BYTES = 16_384


def make_server(app: ASGIApp) -> uvicorn.Server:
    """A server that keeps no log and says nothing of itself."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            http="h11",
            limit_concurrency=WAITING,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=HEADER_BYTES,
        )
    )


def serve(app: ASGIApp, sockets: list[socket.socket], *, browser: bool) -> None:
    """Serve until somebody stops it, and open the page in a browser where one is wanted."""
    if browser:
        threading.Timer(0.5, webbrowser.open, (address_of(sockets),)).start()
    with ExitStack() as stack, suppress(KeyboardInterrupt):
        for each in sockets:
            stack.enter_context(each)
        make_server(app).run(sockets=sockets)
