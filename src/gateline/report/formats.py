"""Which module writes which format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from io import StringIO
from types import ModuleType

from gateline.errors import InputError
from gateline.report.findings import Checked

MODULES = {
    "markdown": "markdown",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "model-card": "model_card",
    "eu-form": "eu_form",
    "html": "html",
}
"""Formats written by the function ``write`` of a module of this package."""
WITH_SHIPMENTS = ("html",)
"""Formats that tell of a subject and of its shipment on one page by themselves."""


def render(format_: str, checked: Sequence[Checked]) -> str:
    """The report in a format.

    Parameters
    ----------
    format_ : str
        ``text``, ``json``, or a key of `MODULES`.
    checked : sequence of Checked
        At least one.
    """
    screenings = [each.screening for each in checked]
    if format_ == "json":
        from gateline.report import verdict_json

        return verdict_json.write(screenings)
    if format_ == "text":
        return _text(checked)
    listed = checked if format_ in WITH_SHIPMENTS else list(_with_shipments(checked))
    report: str = _module(format_).write(listed)
    return report


def _module(format_: str) -> ModuleType:
    """The module that writes a format.

    Raises
    ------
    InputError
        If it needs a package that is not installed.
    """
    try:
        return import_module(f"gateline.report.{MODULES[format_]}")
    except ModuleNotFoundError as error:
        if error.name not in ("jinja2", "markupsafe"):
            raise
        raise InputError(
            f"--format {format_} needs {error.name}. Install it with: pip install 'gateline[report]'"
        ) from None


def _with_shipments(checked: Sequence[Checked]) -> Iterator[Checked]:
    """What was checked, each followed by its shipment."""
    for each in checked:
        yield each
        if each.screening.shipment is not None:
            yield replace(each, screening=each.screening.shipment)


def _text(checked: Sequence[Checked]) -> str:
    from rich.console import Console

    from gateline.report import text

    stream = StringIO()
    text.write([each.screening for each in checked], Console(file=stream, highlight=False, color_system=None))
    return stream.getvalue()
