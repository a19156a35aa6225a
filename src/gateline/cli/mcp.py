"""``gateline mcp``."""

from __future__ import annotations

from pathlib import Path

import click

from gateline.errors import InputError

NOTICE = "what an assistant asks here goes to the company that runs it; nothing is confidential to this machine."


@click.command()
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder below which tables may be read. Without it no file is.",
)
def mcp(root: Path | None) -> None:
    """Answer an assistant over the Model Context Protocol, on standard input and output.

    The assistant sees what it asks and every answer, and so does the company that runs it: do not use this for data that
    may not leave the machine; 'gateline serve' is for them. The tools only read; they need gateline[mcp].

    \b
    Example, in the settings of an assistant:
        {"mcpServers": {"gateline": {"command": "gateline", "args": ["mcp"]}}}
    """
    try:
        from gateline.assistant.server import serve
    except ImportError:
        raise InputError(
            "an assistant's server needs the mcp package. Install it with: pip install 'gateline[mcp]'"
        ) from None
    click.echo(f"gateline: {NOTICE}", err=True)
    serve(root)
