"""What the consistency checks found, for reading and as JSON, format ``gateline.catalogue-check/1``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from gateline.chips.plausibility import Finding
from gateline.numerals import clip
from gateline.rules.corpus import Specs
from gateline.version import __version__

FORMAT = "gateline.catalogue-check/1"


@dataclass(frozen=True, slots=True)
class Checked:
    """A chip that was checked, and what was found."""

    id: str
    name: str
    findings: tuple[Finding, ...]


def write(checked: Sequence[Checked], specs: Specs, format_: str) -> str:
    """Every finding, and how many there are; the same bytes for the same chips and data."""
    return _json(checked, specs) if format_ == "json" else _text(checked)


def _json(checked: Sequence[Checked], specs: Specs) -> str:
    page = {
        "format": FORMAT,
        "gateline": __version__,
        "specs": {"version": specs.version, "digest": specs.digest},
        "checked": len(checked),
        "findings": [
            {"chip": chip.id, "name": chip.name, "check": finding.check, "says": finding.says}
            for chip in checked
            for finding in chip.findings
        ],
    }
    return json.dumps(page, indent=2, ensure_ascii=False) + "\n"


def _text(checked: Sequence[Checked]) -> str:
    lines = [f"{clip(chip.id, 80)}: {finding.check}: {finding.says}\n" for chip in checked for finding in chip.findings]
    found = [chip for chip in checked if chip.findings]
    summary = f"{_count(len(lines), 'finding')} in {_count(len(found), 'chip')}" if lines else "nothing implausible"
    return "".join(lines) + f"{_count(len(checked), 'chip')} checked: {summary}.\n"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
