"""Between the streams of this process and the server: what is no message is told so, what was asked is answered before the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from pydantic import ValidationError

if TYPE_CHECKING:
    from mcp.shared._stream_protocols import ReadStream, WriteStream

LONGEST_WAIT = 60
"""How long answers are waited for after the input has ended [s]."""
CANCELLED = "notifications/cancelled"

Incoming = MemoryObjectReceiveStream[SessionMessage | Exception]
Outgoing = MemoryObjectSendStream[SessionMessage]


class _Open:
    """The requests that have no answer yet."""

    def __init__(self) -> None:
        self._ids: set[object] = set()
        self._settled = anyio.Event()

    def asked(self, message: types.JSONRPCMessage) -> None:
        """A message came in: a request, or that one is not wanted any more."""
        if isinstance(message, types.JSONRPCRequest):
            self._ids.add(message.id)
        elif isinstance(message, types.JSONRPCNotification) and message.method == CANCELLED:
            self._settle((message.params or {}).get("requestId"))

    def answered(self, message: types.JSONRPCMessage) -> None:
        """A message goes out."""
        if isinstance(message, (types.JSONRPCResponse, types.JSONRPCError)):
            self._settle(message.id)

    def _settle(self, id_: object) -> None:
        self._ids.discard(id_)
        self._settled.set()

    async def none_left(self) -> None:
        """Wait until every request has its answer, or for too long."""
        with anyio.move_on_after(LONGEST_WAIT):
            while self._ids:
                self._settled = anyio.Event()
                await self._settled.wait()


async def connect(
    incoming: ReadStream[SessionMessage | Exception],
    outgoing: WriteStream[SessionMessage],
    run: Callable[[Incoming, Outgoing], Awaitable[None]],
) -> None:
    """Run a server between two streams.

    Parameters
    ----------
    incoming, outgoing
        What a transport reads and writes; a line that it cannot read comes as an exception.
    run : callable
        Serves until what it reads ends.
    """
    pending = _Open()
    to_server, asked = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    answers, from_server = anyio.create_memory_object_stream[SessionMessage](0)

    async def questions() -> None:
        async with to_server:
            async for item in incoming:
                if isinstance(item, Exception):
                    await outgoing.send(SessionMessage(_refusal(item)))
                    continue
                pending.asked(item.message)
                await to_server.send(item)
            await pending.none_left()

    async def replies() -> None:
        async with outgoing:
            async for item in from_server:
                await outgoing.send(item)
                pending.answered(item.message)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(questions)
        tasks.start_soon(replies)
        await run(asked, answers)


def _refusal(error: Exception) -> types.JSONRPCError:
    """What is said of a line that is no message; nobody knows which request it was."""
    unread = not isinstance(error, ValidationError) or any(each["type"] == "json_invalid" for each in error.errors())
    told = "the line is not JSON." if unread else "the line is JSON, but no message of JSON-RPC 2.0."
    code = types.PARSE_ERROR if unread else types.INVALID_REQUEST
    return types.JSONRPCError(jsonrpc="2.0", id=None, error=types.ErrorData(code=code, message=told))
