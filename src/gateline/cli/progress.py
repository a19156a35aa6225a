"""How far a long run is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Told = Callable[[int, int, int], None]

FIRST_SECONDS = 2.0
"""A shorter run says nothing of its progress."""
LINE_SECONDS = 10.0
"""How often a run without a terminal writes a line."""


@contextmanager
def progress(*, quiet: bool) -> Iterator[Told | None]:
    """What is told the rows screened so far, how much of the table has been read, and how much there is."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as told:
            yield told
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Told]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = [TextColumn("{task.fields[rows]}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()]
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    start = time.monotonic()
    task = bar.add_task("", total=None, rows="")

    def told(rows: int, done: int, total: int) -> None:
        passed = time.monotonic() - start
        if passed > FIRST_SECONDS:
            bar.start()
        bar.update(task, completed=done, total=total or None, rows=_speed(rows, passed))

    try:
        yield told
    finally:
        bar.stop()


def _lines() -> Told:
    start = last = time.monotonic()

    def told(rows: int, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LINE_SECONDS:
            last = now
            click.echo(f"gateline: {_speed(rows, now - start)}{_left(now - start, done, total)}", err=True)

    return told


def _speed(rows: int, seconds: float) -> str:
    return f"{rows:,} rows, {rows / max(seconds, 1e-9):,.0f} rows/s"


def _left(seconds: float, done: int, total: int) -> str:
    if not total or not done:
        return ""
    return f", {done / total:.0%}, about {seconds * (total - done) / done:,.0f} s left"
