"""The tools and resources behind the Model Context Protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
from anyio.to_thread import run_sync
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from gateline.assistant.answers import input_schema, schema_of, text
from gateline.assistant.store import LISTED, SCHEME, TEMPLATES
from gateline.assistant.tools import TOOLS, Session
from gateline.assistant.wire import Incoming, Outgoing, connect
from gateline.errors import InputError
from gateline.version import __version__

JSON = "application/json"
INSTRUCTIONS = (
    "Never state a verdict that no tool returned, and never turn 'undetermined' into a no. Quote the sentence of an "
    "answer with its date; it informs and is not legal advice. Ask for what is missing instead of guessing it: unknown "
    "figures are left out. full is a resource with everything."
)
READ_ONLY = types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


def make_server(root: Path | None = None) -> Server[Any]:
    """A server whose tools may read files below `root` only, and none without it."""
    session = Session(root)

    async def call(_: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        return await run_sync(_answer, session, asked.name, asked.arguments or {})

    async def read(_: Any, asked: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        try:
            content = await run_sync(session.store.read, str(asked.uri))
        except InputError as error:
            raise MCPError(code=types.INVALID_PARAMS, message=str(error)) from None
        found = types.TextResourceContents(uri=asked.uri, text=content, mime_type=JSON)
        return types.ReadResourceResult(contents=[found])

    return Server(
        "gateline",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=_tools,
        on_call_tool=call,
        on_list_resources=_resources,
        on_list_resource_templates=_templates,
        on_read_resource=read,
    )


def _answer(session: Session, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
    """The answer of a tool; what is wrong with a question is an answer too, so that it can be put right."""
    if name not in TOOLS:
        return _told(f"no tool is called '{name[:40]}'. Tools are {', '.join(TOOLS)}.")
    try:
        answer = TOOLS[name].call(session, arguments)
    except InputError as error:
        return _told(str(error))
    content = [types.TextContent(type="text", text=text(answer))]
    return types.CallToolResult(content=content, structured_content=answer)


def _told(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=message)], is_error=True)


async def _tools(_: Any, __: Any) -> types.ListToolsResult:
    listed = [
        types.Tool(
            name=name,
            description=tool.says,
            input_schema=input_schema(tool.question, tool.seldom),
            output_schema=schema_of(tool.answer),
            annotations=READ_ONLY,
        )
        for name, tool in TOOLS.items()
    ]
    return types.ListToolsResult(tools=listed)


async def _resources(_: Any, __: Any) -> types.ListResourcesResult:
    listed = [
        types.Resource(uri=f"{SCHEME}{name}", name=name, description=says, mime_type=JSON)
        for name, says in LISTED.items()
    ]
    return types.ListResourcesResult(resources=listed)


async def _templates(_: Any, __: Any) -> types.ListResourceTemplatesResult:
    listed = [
        types.ResourceTemplate(uri_template=f"{SCHEME}{path}", name=path, description=says, mime_type=JSON)
        for path, says in TEMPLATES.items()
    ]
    return types.ListResourceTemplatesResult(resource_templates=listed)


def serve(root: Path | None = None) -> None:
    """Answer on standard input and output until the input ends."""
    anyio.run(_serve, root)


async def _serve(root: Path | None) -> None:
    server = make_server(root)

    async def run(asked: Incoming, answers: Outgoing) -> None:
        await server.run(asked, answers, server.create_initialization_options())

    async with stdio_server() as (incoming, outgoing):
        await connect(incoming, outgoing, run)
