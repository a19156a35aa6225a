"""One system, described by its chips, against every rule about systems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from gateline.chips.chipfile import Chip
from gateline.clusters.derive import Member, derive
from gateline.clusters.systemfile import STATED, System, is_system
from gateline.documents import Document
from gateline.gating import Request
from gateline.inputs import Inputs
from gateline.jobs.changes import read_changes, with_idle
from gateline.jobs.chip import Target, chip_called, chip_inputs, chip_of, identity, read_file, screen_chip, target_text
from gateline.rules.corpus import Specs
from gateline.rules.specfiles import default_specs
from gateline.screening import Screening, Subject, screen


def screen_target(
    target: str | Path,
    as_of: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    specs: Specs | None = None,
) -> Screening:
    """Screen what a target names: a chip, or a system where its file has a list of chips.

    Parameters
    ----------
    target : str or Path
        Catalogue id, name, alias or family of a chip, or the YAML or JSON file of a chip or a system; ``-`` is standard
        input.
    as_of : date
        Date on which the rules apply.
    role, rules, strict_facts, readings, specs
        As for `screen_chip`.
    changes : dict
        Inputs to override or add, by canonical name, as people write them: of a chip such as
        ``{"die_area": "814 mm^2"}``, of a system such as ``{"envelope_volume": "900 ft^3"}``.

    Returns
    -------
    Screening
        Its subject is of the kind ``chip`` or ``cluster``.

    Raises
    ------
    InputError
        If the target, a chip of the system, a change, the date or a rule cannot be used.

    Examples
    --------
    >>> from datetime import date
    >>> from tempfile import NamedTemporaryFile
    >>> with NamedTemporaryFile("w", suffix=".yaml") as file:
    ...     _ = file.write("name: a server\\nchips: [{chip: H100, count: 8}]\\n")
    ...     file.flush()
    ...     screening = screen_target(file.name, date(2026, 6, 1))
    >>> screening.subject.kind, screening.outcome.word
    ('cluster', 'met')
    >>> screen_target("H100", date(2026, 6, 1)).subject.kind
    'chip'
    """
    target = target_text(target)
    document = read_file(target)
    if document is not None and is_system(document):
        return screen_system(
            document,
            target,
            as_of,
            role=role,
            rules=rules,
            changes=changes,
            strict_facts=strict_facts,
            readings=readings,
            specs=specs,
        )
    return screen_chip(
        target if document is None else chip_of(document, target),
        as_of,
        role=role,
        rules=rules,
        changes=changes,
        strict_facts=strict_facts,
        readings=readings,
        specs=specs,
    )


def screen_system(
    document: Document,
    target: str,
    as_of: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    specs: Specs | None = None,
) -> Screening:
    """Screen one system against every rule about systems that speaks on `as_of`; it takes the level of its chips.

    Parameters
    ----------
    document : Document
        The system's file, as `gateline.documents.read_document` gives it.
    target : str
        What the file is called.
    as_of, role, rules, changes, strict_facts, readings, specs
        As for `screen_chip`; `changes` name quantities of systems, such as ``envelope_volume``.

    Returns
    -------
    Screening
        Its subject is of the kind ``cluster``.

    Raises
    ------
    InputError
        If the file breaks the format, or a chip in it is not in the catalogue.
    """
    specs = specs or default_specs()
    request = Request(as_of, role, rules, strict_facts, readings or {})
    system = document.validate(System)
    found = chips_of(system)
    stated = read_changes(changes or {}, STATED, specs)

    def inputs(readings: Mapping[str, str]) -> Inputs:
        return derive(system, members_of(system, found, specs, as_of, readings), specs, as_of, readings) | stated

    remarks = tuple(dict.fromkeys(member.remark for member in found if member.remark))
    subject = Subject("cluster", identity(target), system.name, system.notes)
    return with_idle(screen(specs, subject, inputs, request, remarks), stated)


def chips_of(system: System) -> list[Target]:
    """The chip of each sort in a system.

    Raises
    ------
    InputError
        If one is not in the catalogue.
    """
    return [_chip(part.chip, part.design) for part in system.chips]


def members_of(
    system: System, found: list[Target], specs: Specs, as_of: date, readings: Mapping[str, str]
) -> tuple[Member, ...]:
    """The chips of a system with their inputs; `found` are those of `chips_of`."""
    return tuple(
        Member(target.chip.name, target.chip, part.count, chip_inputs(target.chip, {}, specs, as_of, readings))
        for target, part in zip(found, system.chips, strict=True)
    )


def _chip(name: str, design: Chip | None) -> Target:
    return chip_called(name) if design is None else Target(design, design.id or design.name)
