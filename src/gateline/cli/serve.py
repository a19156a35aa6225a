"""``gateline serve``."""

from __future__ import annotations

from secrets import token_urlsafe

import click

from gateline.errors import InputError

KEY_BYTES = 24


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8420, show_default=True, help="Port on this machine.")
@click.option("--host", default="localhost", show_default=True, help="localhost, 127.0.0.1 or ::1; nothing else.")
@click.option("--no-browser", is_flag=True, help="Do not open the page in a browser.")
@click.option(
    "--token",
    is_flag=True,
    help="For machines with other users: answer only addresses that hold a random key, which is printed at the start. No browser is opened.",
)
def serve(port: int, host: str, no_browser: bool, token: bool) -> None:
    """Open a calculator in the browser, served by this machine for this machine, with a REST API under /api/v1.

    Nothing that is typed leaves the machine or is kept; the page asks nobody else. It needs gateline[serve].

    \b
    Examples:
        gateline serve
        gateline serve --port 9000 --no-browser
        gateline serve --token

    Stop it with Ctrl+C.
    """
    from gateline.serve.sockets import address_of, listen

    sockets = listen(host, port)
    key = token_urlsafe(KEY_BYTES) if token else ""
    address = address_of(sockets) + (f"{key}/" if key else "")
    whom = "whoever on this machine has this address" if key else "this machine only"
    click.echo(f"gateline: {address} is open to {whom}; nothing is kept. Stop with Ctrl+C.", err=True)
    try:
        from gateline.serve.app import make_app, warm
        from gateline.serve.run import serve as run
    except ImportError:
        raise InputError(
            "the page needs starlette, uvicorn and jinja2. Install them with: pip install 'gateline[serve]'"
        ) from None
    warm()
    run(make_app(key=key), sockets, browser=not no_browser and not token)
