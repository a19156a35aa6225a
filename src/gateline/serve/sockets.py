"""Sockets that only this machine reaches."""

from __future__ import annotations

import socket

from gateline.errors import InputError
from gateline.numerals import clip

HOSTS = {"127.0.0.1": socket.AF_INET, "::1": socket.AF_INET6}
NAMES = {"localhost": tuple(HOSTS), "127.0.0.1": ("127.0.0.1",), "::1": ("::1",), "[::1]": ("::1",)}
WAITING = 64


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen on the loopback interface.

    Raises
    ------
    InputError
        If the host is another, or the port is taken.
    """
    if host not in NAMES:
        raise InputError(
            f"--host: '{clip(host)}' is not this machine's own address. The page is for this machine only; from another, "
            f"use an SSH tunnel: ssh -L {port}:127.0.0.1:{port} NAME-OF-THIS-MACHINE"
        )
    found: list[socket.socket] = []
    for address in NAMES[host]:
        try:
            found.append(_listening(address, found[0].getsockname()[1] if found else port))
        except OSError as error:
            optional = address == "::1" and found
            if not optional:
                raise InputError(
                    f"--port: {port} on {address} cannot be used: {error.strerror or error}. Stop what uses it, or choose "
                    "another with --port."
                ) from None
    return found


def _listening(address: str, port: int) -> socket.socket:
    made = socket.socket(HOSTS[address], socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if HOSTS[address] == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        made.listen(WAITING)
    except OSError:
        made.close()
        raise
    return made


def address_of(sockets: list[socket.socket]) -> str:
    """The address of the page."""
    host = "127.0.0.1" if sockets[0].family == socket.AF_INET else "[::1]"
    return f"http://{host}:{sockets[0].getsockname()[1]}/"
