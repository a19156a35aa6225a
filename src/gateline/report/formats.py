"""Which module writes which format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from io import StringIO
from typing import Any

from gateline.errors import InputError
from gateline.report.findings import Checked

MODULES = {
    "markdown": "markdown",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "model-card": "model_card",
    "eu-form": "eu_form",
}
"""Formats written by the function ``write`` of a module of this package."""


def render(format_: str, checked: Sequence[Checked]) -> str:
    """The report in a format.

    Parameters
    ----------
    format_ : str
        ``text``, ``json``, ``html``, or a key of `MODULES`.
    checked : sequence of Checked
        At least one.
    """
    screenings = [each.screening for each in checked]
    if format_ == "json":
        from gateline.report import verdict_json

        return verdict_json.write(screenings)
    if format_ == "text":
        return _text(checked)
    if format_ == "html":
        page: str = html().render_report(checked)
        return page
    report: str = import_module(f"gateline.report.{MODULES[format_]}").write(list(_with_shipments(checked)))
    return report


def html() -> Any:
    """The module that makes pages.

    Raises
    ------
    InputError
        If jinja2 is not installed.
    """
    try:
        return import_module("gateline.report.html")
    except ModuleNotFoundError as error:
        if error.name not in ("jinja2", "markupsafe"):
            raise
        raise InputError("HTML reports need jinja2. Install it with: pip install 'gateline[report]'") from None


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
