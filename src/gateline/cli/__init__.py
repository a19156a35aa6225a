"""The command line. Each command imports what it needs when it runs, so that ``--help`` is immediate."""

from __future__ import annotations

import sys
from errno import EBADF
from importlib import import_module
from io import RawIOBase, TextIOWrapper
from os import devnull
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, cast

import click

from gateline.errors import InputError
from gateline.version import __version__

COMMANDS = {
    "chip": "Say how a chip is classified.",
    "release": "Say which training-compute thresholds a model meets.",
    "fleet": "Screen every row of a table.",
    "shipment": "Say of every row of a shipment ledger whether it needs a licence.",
    "timeline": "List the dates on which a chip's verdicts change, and why.",
    "rules": "List, show, diff and check the rules that ship with the program.",
    "catalogue": "List, show and check the chips of the catalogue, and import drafts of others.",
    "serve": "Open a calculator in the browser, with a REST API, for this machine only.",
    "mcp": "Answer an assistant over the Model Context Protocol.",
}
"""What each command does, in a line; the help of a group of commands begins with it."""


class Commands(click.Group):
    """The commands by name, each loaded from its module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the jobs."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"gateline.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gateline")
def group() -> None:
    """On which side of the law's numerical lines a chip, a model or a fleet lies.

    \b
    Examples:
        gateline chip H20 --as-of 2024-06-01
        gateline release --params 405e9 --tokens 15.6e12
        gateline fleet examples/fleet.csv -o verdicts.csv --allow-rejects

    Exit status: 0 no gating rule is met, 3 at least one is, 4 none is but one is undetermined,
    2 bad usage or input, 1 failure of the program. It informs; it is not legal advice.
    """


def _one_line(error: click.ClickException) -> str:
    """What click found wrong, and where help is, in one line."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context is not None else "gateline"
    return f"{' '.join(error.format_message().split())} See '{path} --help'."


class _Closed(RawIOBase):
    """Standard output that was closed before the run began: a run that writes to it fails, any other does not."""

    def writable(self) -> bool:
        """Whoever asks finds out by writing."""
        return True

    def write(self, data: Any, /) -> NoReturn:
        """Say that it is closed."""
        raise OSError(EBADF, "is closed; leave it open, or redirect it to a file", "standard output")


def _prepare_streams() -> None:
    """Let no mark that a terminal cannot show stop a run, and stand in for streams that are closed."""
    if sys.stderr is None:
        sys.stderr = Path(devnull).open("w", encoding="utf-8")
    if sys.stdout is None:
        sys.stdout = TextIOWrapper(cast("BinaryIO", _Closed()), encoding="utf-8", write_through=True)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def main() -> None:
    """Run the command line; every input error is one line on stderr and exit code 2."""
    _prepare_streams()
    try:
        status = group.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("gateline: stopped.", err=True)
        sys.exit(1)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        click.echo(f"gateline: {_one_line(error)}", err=True)
        sys.exit(2)
    except InputError as error:
        click.echo(f"gateline: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        click.echo(f"gateline: {error.filename or 'output'}: {error.strerror or error}.", err=True)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
