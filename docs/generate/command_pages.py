"""A page for each command, from its own help, with a worked example that is run now."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
import yaml

from docs.generate.console import ROOT, run, workspace
from docs.generate.text import Pages, block, code, heading, link, page, part, plain, table
from gateline.cli import group

EXAMPLES = ROOT / "docs" / "commands.yaml"
WIDTH = 100


def command_pages() -> Pages:
    """The page of every command and subcommand that there is, and the index."""
    worked = worked_examples()
    found = dict(commands(group, click.Context(group, info_name="gateline")))
    pages = {f"commands/{_slug(path)}.md": _command(context, worked.get(path, [])) for path, context in found.items()}
    rows = [(link(path, f"{_slug(path)}.md"), plain(_summary(context.command))) for path, context in found.items()]
    index = page(heading(1, "Commands"), _help(group), table(["command", "what it does"], rows))
    return {"commands/index.md": index, **pages}


def worked_examples() -> dict[str, list[str]]:
    """The command lines to run on the page of a command, by its name."""
    content: dict[str, list[str]] = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    return content


def commands(parent: click.Group, context: click.Context) -> Iterator[tuple[str, click.Context]]:
    """Every command below a group, by the words that call it."""
    for name in parent.list_commands(context):
        command = parent.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        yield inner.command_path, inner
        if isinstance(command, click.Group):
            yield from commands(command, inner)


def _slug(path: str) -> str:
    return path.removeprefix("gateline ").replace(" ", "-")


def _summary(command: click.Command) -> str:
    return command.get_short_help_str(limit=300)


def _command(context: click.Context, lines: list[str]) -> str:
    command = context.command
    usage = " ".join(command.collect_usage_pieces(context))
    return page(
        heading(1, context.command_path),
        block(f"{context.command_path} {usage}"),
        _help(command),
        part(2, "Options", table(["option", "meaning"], _options(context))),
        part(2, "Subcommands", table(["command", "what it does"], _subcommands(context))),
        part(2, "Worked example", _worked(lines)),
    )


def _help(command: click.Command) -> str:
    """The help text: paragraphs, and what is set off in it as code."""
    paragraphs = re.split(r"\n\s*\n", (command.help or "").strip())
    shown = []
    for paragraph in paragraphs:
        if paragraph.lstrip().startswith("\b"):
            title, *lines = (line.strip() for line in paragraph.strip("\b \n").splitlines())
            shown.append(f"{plain(title)}\n\n{block(chr(10).join(lines), 'sh')}")
        else:
            shown.append(f"{plain(' '.join(paragraph.split()))}\n")
    return "\n".join(shown)


def _options(context: click.Context) -> Iterator[tuple[str, str]]:
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1]:
            yield code(record[0]), plain(record[1])


def _subcommands(context: click.Context) -> Iterator[tuple[str, str]]:
    if isinstance(context.command, click.Group):
        for path, inner in commands(context.command, context):
            yield link(path, f"{_slug(path)}.md"), plain(_summary(inner.command))


def _worked(lines: list[str]) -> str:
    """The commands and what they print, run one after the other in one folder."""
    shown = []
    with tempfile.TemporaryDirectory() as folder:
        place = workspace(Path(folder))
        for line in lines:
            ended = run(line, place)
            if ended.status not in (0, 3, 4):
                raise SystemExit(f"{EXAMPLES.name}: '{line}' ends with {ended.status}: {ended.err.strip()}")
            status = f"(exit status {ended.status})\n" if ended.status else ""
            shown.append(block(f"$ {line}\n{ended.text}{status}", "console"))
    return "\n".join(shown)
