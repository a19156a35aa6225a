"""Raw HTTP with a server in a thread."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gateline.serve.run import make_server
from gateline.serve.sockets import listen


@contextmanager
def running(app) -> Iterator[int]:
    """The port on which an application is served."""
    [listening] = listen("127.0.0.1", 0)
    server = make_server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()


def exchange(port: int, head: str, body: bytes = b"") -> tuple[int, dict[str, str], str]:
    """Status, headers and body of the answer to the bytes of a request."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.encode() + body)
        answer = connection.makefile("rb")
        status = int(answer.readline().split()[1])
        headers = {}
        while line := answer.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        return status, headers, answer.read(int(headers.get("content-length", 0))).decode()
