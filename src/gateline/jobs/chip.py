"""One chip against every rule about chips."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from gateline.amounts import UNKNOWN
from gateline.chips.catalogue import Catalogue
from gateline.chips.chipfile import CHANGEABLE, Chip
from gateline.chips.contradictions import contradictions
from gateline.chips.derive import completed, derive
from gateline.chips.limits import default_limits
from gateline.chips.plausibility import findings
from gateline.chips.rates import with_rounded_figures
from gateline.clusters.systemfile import is_system
from gateline.documents import Document, read_document
from gateline.errors import InputError
from gateline.gating import Request
from gateline.inputs import Inputs
from gateline.jobs.changes import overridden, read_changes, with_idle
from gateline.numerals import clip
from gateline.rules.corpus import Specs
from gateline.rules.specfiles import default_specs, specs_folder
from gateline.screening import Rounded, Screening, Subject, screen

MAXIMUM_PATH = 1000
HOST_LINK = re.compile(r"PCI|CXL|C2C|UPI|host|fabric", re.IGNORECASE)
ROUNDINGS = (3, 2)
"""Significant digits to which datasheets and articles round."""
WEAK = frozenset({"estimate", "unknown"})
"""Confidences of figures on which nobody should stake a licence."""


@cache
def default_catalogue() -> Catalogue:
    """The catalogue that ships with the program."""
    return Catalogue(specs_folder() / "chips")


@cache
def chip_with_id(chip_id: str) -> Chip:
    """A chip of the catalogue, read once; not to be changed."""
    return default_catalogue().entries[chip_id].read()


@dataclass(frozen=True, slots=True)
class Target:
    """A chip that a target names, and what is to be said about the name."""

    chip: Chip
    id: str
    remark: str = ""


def target_text(target: Any) -> str:
    """A target as text, from text or a path.

    Raises
    ------
    InputError
        If it is neither.
    """
    if not isinstance(target, (str, Path)):
        raise InputError(
            f"target: {clip(repr(target))} names no chip. Give a name of the catalogue such as 'H100', or a file."
        )
    return str(target)


def read_file(target: str | Path) -> Document | None:
    """The document that a target names, or None where it is a name of the catalogue; ``-`` is standard input.

    Raises
    ------
    InputError
        If it is a folder, or a file that cannot be read.
    """
    target = target_text(target)
    if len(target) > MAXIMUM_PATH:
        raise InputError(f"'{clip(target)}' is too long for a name or a path.")
    if target == "-" or Path(target).suffix.lower() in (".yaml", ".yml", ".json") or Path(target).is_file():
        return read_document(target)
    if target and Path(target).is_dir():
        raise InputError(f"{clip(target)}: is a folder. Name a chip or a file.")
    return None


def identity(target: str) -> str:
    """What a file is called in reports that does not name itself."""
    return "standard input" if target == "-" else Path(target).stem


def find_chip(target: str | Path | Target) -> Target:
    """The chip of the catalogue called `target`, or the one in the file `target`.

    Parameters
    ----------
    target : str, Path or Target
        As for `screen_chip`; ``-`` is standard input. A chip found before is returned as it is.

    Returns
    -------
    Target
        The chip, its id, and a remark where the name stands for a family.

    Raises
    ------
    InputError
        If neither exists, or the file breaks the format.

    Examples
    --------
    >>> find_chip("RTX 4090").id
    'nvidia-rtx4090'
    """
    if isinstance(target, Target):
        return target
    document = read_file(target)
    return chip_called(target_text(target)) if document is None else chip_of(document, target_text(target))


def chip_called(name: str) -> Target:
    """The chip of the catalogue called `name`, which is never taken for a file.

    Parameters
    ----------
    name : str
        Catalogue id, name, alias or family, as people write it.

    Returns
    -------
    Target
        The chip, its id, and a remark where the name stands for a family.

    Raises
    ------
    InputError
        If no chip is called so; the message suggests near names.

    Examples
    --------
    >>> chip_called("h20").id
    'nvidia-h20-96'
    """
    name = target_text(name)
    found = default_catalogue().find(name)
    return Target(chip_with_id(found.entry.id), found.entry.id, found.told(name))


def chip_of(document: Document, target: str) -> Target:
    """The chip that a document describes.

    Raises
    ------
    InputError
        If it breaks the format, or describes a system.
    """
    if is_system(document):
        raise InputError(
            f"{document.source}: is a system, and one chip is wanted here. Name a chip; 'gateline chip' screens systems."
        )
    chip = document.validate(Chip)
    return Target(chip, chip.id or identity(target))


def screen_chip(
    target: str | Path | Target,
    as_of: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    specs: Specs | None = None,
) -> Screening:
    """Screen one chip against every rule about chips that speaks on `as_of`.

    Parameters
    ----------
    target : str, Path or Target
        Catalogue id, name, alias or family (``H20``, ``RTX 4090``), a YAML or JSON file, ``-``, or a chip found before.
    as_of : date
        Date on which the rules apply.
    role : str
        ``exporter``, ``foundry`` or ``osat``: whose duties gate.
    rules : tuple of str
        Ids or prefixes of the rules that gate, instead of those that gate by default.
    changes : dict
        Inputs to override or add, by canonical name, as people write them: ``{"die_area": "814 mm^2"}``.
    strict_facts : bool
        Leave scope facts that nobody stated unknown instead of assuming them.
    readings : mapping, optional
        Choice per reading where the law leaves one, such as ``{"tf32": "32"}``; the others keep their default.
    specs : Specs, optional
        Another data release than the one that ships with the program.

    Returns
    -------
    Screening

    Raises
    ------
    InputError
        If the target, a change, the date or a rule cannot be used.

    Examples
    --------
    >>> from datetime import date
    >>> screen_chip("H20", date(2024, 6, 1)).outcome.word
    'not_met'
    >>> screen_chip("H100", date(2024, 6, 1)).verdicts[0].explanation.item
    '3A090.a.1'
    """
    specs = specs or default_specs()
    request = Request(as_of, role, rules, strict_facts, readings or {})
    found = find_chip(target)
    stated = read_changes(changes or {}, CHANGEABLE, specs)

    def inputs(chip: Chip, readings: Mapping[str, str]) -> Inputs:
        return chip_inputs(chip, stated, specs, as_of, readings)

    chosen = specs.choose_readings(request.readings)
    screening = screen(
        specs,
        Subject("chip", found.id, found.chip.name, found.chip.notes),
        lambda readings: inputs(found.chip, readings),
        request,
        (
            *([found.remark] if found.remark else []),
            *contradictions(found.chip, stated, specs, as_of, chosen),
            *doubts(found.chip),
        ),
        rounded=[Rounded(digits, inputs(with_rounded_figures(found.chip, digits), chosen)) for digits in ROUNDINGS],
    )
    return _with_estimates(with_idle(screening, stated))


def chip_inputs(chip: Chip, stated: Inputs, specs: Specs, as_of: date, readings: Mapping[str, str]) -> Inputs:
    """What rules about chips read of a chip, with what is stated in place of what its figures say."""
    return completed(overridden(derive(chip, specs, as_of, readings), stated), as_of)


def doubts(chip: Chip) -> list[str]:
    """What is implausible about the figures of a chip, by name of the check, and what may have been left out."""
    told = [f"{chip.name}: {finding.check}: {finding.says}" for finding in findings(chip, default_limits())]
    hostless = chip.links and not any(HOST_LINK.search(link.name) for link in chip.links)
    if hostless and "links_complete" not in chip.model_fields_set and not chip.vendor_headquarters:
        told.append(
            f"{chip.name}: no link to a host (PCIe, CXL …) is among the links, which are taken to be all; add it, or "
            "write links_complete: no."
        )
    return told


def _with_estimates(screening: Screening) -> Screening:
    """The screening, with a remark on figures that decide and that are estimates or of unknown origin."""
    weak = [
        name.replace("_", " ")
        for name, datum in screening.inputs.items()
        if screening.tests(name)
        and datum.value not in (None, UNKNOWN)
        and not WEAK.isdisjoint(datum.confidence.split(", "))
    ]
    remark = f"{screening.subject.name}: an estimate, or a figure of unknown origin, stands behind {', '.join(weak)}."
    return replace(screening, remarks=(*screening.remarks, remark)) if weak else screening
