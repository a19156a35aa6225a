"""One shipment of a chip or a system: licence, exceptions, review policy and tariff, beside what rules say of the item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import NoneType

from gateline.chips.chipfile import CHANGEABLE
from gateline.clusters.derive import Member
from gateline.clusters.derive import derive as derive_system
from gateline.clusters.systemfile import STATED as OF_SYSTEM
from gateline.clusters.systemfile import System, is_system
from gateline.documents import Document
from gateline.errors import InputError
from gateline.gating import Request, check_day
from gateline.inputs import Inputs
from gateline.jobs.changes import read_changes, stated_texts, with_idle
from gateline.jobs.chip import Target, chip_called, chip_inputs, chip_of, identity, read_file, screen_chip, target_text
from gateline.jobs.system import chips_of, members_of, screen_system
from gateline.jobs.timeline import Timeline, chip_timeline
from gateline.numerals import clip
from gateline.quantities import quantity
from gateline.rules.corpus import Specs
from gateline.rules.model import belongs
from gateline.rules.specfiles import default_specs
from gateline.screening import Screening, Subject, screen
from gateline.shipments.item import Item, level, performance
from gateline.shipments.transaction import IN_WORDS, OF_SHIPMENT, PLACES, STATED, derive, with_totals

KIND = "shipment"
LIMITS = (
    "only licence requirements by destination and headquarters are tested for the shipment; not listed parties, end uses, "
    "embargoes and letters (15 CFR parts 744 and 746)."
)
NOT_CHOSEN = "another rule was chosen"
UNTESTED = ("origin", "consignee", "end_user", "units", "declared_value", *IN_WORDS)
"""Inputs from which others follow, and the value: no rule tests them, and yet they matter."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """From where to whom, as people write it; None is unknown.

    Attributes
    ----------
    origin, destination, headquarters, end_user_country : str
        Countries by code or name; `headquarters` are those of the recipient's ultimate parent.
    kind : str
        ``export``, ``reexport`` or ``transfer``; None takes it from origin and destination.
    consignee, end_user : str
    """

    origin: str | None = None
    destination: str | None = None
    headquarters: str | None = None
    kind: str | None = None
    consignee: str | None = None
    end_user: str | None = None
    end_user_country: str | None = None

    def __post_init__(self) -> None:
        """Refuse a kind that is no text; the rest is read as inputs are."""
        if not isinstance(self.kind, (str, NoneType)):
            raise InputError(
                f"transaction: {clip(repr(self.kind))} is not text. Give 'export', 'reexport' or 'transfer'."
            )

    def stated(self) -> dict[str, str]:
        """What is given, by canonical name."""
        names = ("origin", *PLACES, "consignee", "end_user", "end_user_country")
        return {name: text for name in names if (text := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class _Shipped:
    """What is shipped, read once; `changes` are those of the item."""

    target: str
    document: Document | None
    found: list[Target]
    system: System | None
    changes: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return identity(self.target) if self.system else self.found[0].id

    @property
    def name(self) -> str:
        return self.system.name if self.system else self.found[0].chip.name

    def item(self, specs: Specs, as_of: date, readings: Mapping[str, str]) -> Item:
        """The item with its inputs under some readings."""
        if self.system is None:
            chip = self.found[0].chip
            inputs = chip_inputs(chip, read_changes(self.changes, CHANGEABLE, specs), specs, as_of, readings)
            return Item("chip", inputs, (Member(chip.name, chip, 1, inputs),))
        members = members_of(self.system, self.found, specs, as_of, readings)
        stated = read_changes(self.changes, OF_SYSTEM, specs)
        return Item("cluster", derive_system(self.system, members, specs, as_of, readings) | stated, members)


def screen_shipment(
    target: str | Path,
    as_of: date,
    *,
    origin: str | None = None,
    destination: str | None = None,
    headquarters: str | None = None,
    transaction: str | None = None,
    consignee: str | None = None,
    end_user: str | None = None,
    end_user_country: str | None = None,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    specs: Specs | None = None,
) -> Screening:
    """Screen one shipment against every rule about shipments that speaks on `as_of`.

    Parameters
    ----------
    target : str or Path
        What is shipped: a chip or a system, as for `screen_chip`.
    as_of : date
        Date on which the rules apply.
    origin, destination, headquarters, end_user_country : str
        Countries by code or name; `headquarters` are those of the recipient's ultimate parent. What is left out is
        unknown.
    transaction : str
        ``export``, ``reexport`` or ``transfer``; taken from origin and destination where it is left out.
    consignee, end_user : str
        Names of the parties.
    role, rules, strict_facts, readings, specs
        As for `screen_chip`.
    changes : dict
        Inputs of the item and of the shipment, by canonical name: ``{"units": "8", "tariff_heading": "8473.30"}``.

    Returns
    -------
    Screening
        Its subject is of the kind ``shipment``. Met means that BIS enforces a licence requirement; exceptions, review
        policy and tariff are among the verdicts and do not gate.

    Raises
    ------
    InputError
        If something cannot be read, no country is called so, or no rule had been issued by that date.

    Examples
    --------
    >>> from datetime import date
    >>> screen_shipment("H100", date(2026, 6, 1), origin="US", destination="SA", headquarters="SA").outcome.word
    'met'
    >>> screen_shipment("H100", date(2026, 6, 1), origin="US", destination="FR", headquarters="FR").outcome.word
    'not_met'
    >>> screen_shipment("H100", date(2026, 6, 1), origin="US", destination="FR").outcome.word
    'undetermined'
    """
    specs = specs or default_specs()
    given = Transaction(origin, destination, headquarters, transaction, consignee, end_user, end_user_country)
    request = Request(as_of, role, rules, strict_facts, readings or {})
    shipped, of_shipment = _read(target, changes or {})
    return _shipment(shipped, given, of_shipment, request, specs)


def screen_with_shipment(
    target: str | Path | Target | Document,
    as_of: date,
    transaction: Transaction,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    specs: Specs | None = None,
) -> Screening:
    """Screen what a target names, and with it a shipment of it, where anything is said of one.

    Parameters
    ----------
    target : str, Path, Target or Document
        A chip or a system as for `screen_target`, a chip found before, or the content of the file of a chip or a system.
    as_of : date
        Date on which the rules apply.
    transaction : Transaction
        From where to whom; where nothing of it is stated, nor among `changes`, no shipment is screened.
    role, strict_facts, readings, specs
        As for `screen_chip`.
    rules : tuple of str
        Ids or prefixes of the rules that gate, each in the screening that it is about; in the other nothing does then.
    changes : dict
        Inputs of the item and of the shipment, by canonical name, as for `screen_shipment`.

    Returns
    -------
    Screening
        That of the item, the same as without a shipment; that of the shipment is its `shipment`.

    Raises
    ------
    InputError
        As for `screen_shipment`.
    """
    specs = specs or default_specs()
    request = Request(as_of, role, rules, strict_facts, readings or {})
    shipped, of_shipment = _read(target, changes or {})
    if transaction == Transaction() and not of_shipment:
        return _item_screening(shipped, request, specs)
    ours = tuple(prefix for prefix in rules if _is_about(specs, prefix))
    theirs = tuple(prefix for prefix in rules if prefix not in ours or _is_about(specs, prefix, shipment=False))
    item = _item_screening(shipped, replace(request, rules=theirs), specs)
    shipment = _shipment(shipped, transaction, of_shipment, replace(request, rules=ours), specs)
    if rules:
        item, shipment = ((found if asked else _quiet(found)) for found, asked in ((item, theirs), (shipment, ours)))
    return replace(item, shipment=shipment)


def timeline_of_item(
    target: str | Path | Target,
    end: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    specs: Specs | None = None,
) -> Timeline:
    """The timeline of the chip that `screen_with_shipment` screens when it is asked the same.

    Parameters
    ----------
    target, end, role, readings, specs
        As for `chip_timeline`.
    rules, changes
        As for `screen_with_shipment`; what is said of a shipment is left out.

    Returns
    -------
    Timeline

    Raises
    ------
    InputError
        As for `chip_timeline`.
    """
    specs = specs or default_specs()
    check_day("end", end)
    rules = Request(end, role, rules).rules
    of_item, _ = _split(changes or {}, CHANGEABLE)
    ours = tuple(prefix for prefix in rules if _is_about(specs, prefix, shipment=False))
    return chip_timeline(
        target, None, end, role=role, rules=ours, changes=of_item, readings=readings or {}, specs=specs
    )


def _read(target: str | Path | Target | Document, changes: dict[str, str]) -> tuple[_Shipped, dict[str, str]]:
    """What is shipped, and those of the changes that are about the shipment."""
    if isinstance(target, Target):
        of_item, of_shipment = _split(changes, CHANGEABLE)
        return _Shipped(target.id, None, [target], None, of_item), of_shipment
    document = target if isinstance(target, Document) else read_file(target)
    target = target.source if isinstance(target, Document) else target_text(target)
    if document is not None and is_system(document):
        system = document.validate(System)
        of_item, of_shipment = _split(changes, OF_SYSTEM)
        return _Shipped(target, document, chips_of(system), system, of_item), of_shipment
    of_item, of_shipment = _split(changes, CHANGEABLE)
    found = chip_called(target) if document is None else chip_of(document, target)
    return _Shipped(target, document, [found], None, of_item), of_shipment


def _split(changes: dict[str, str], of_item: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
    """The changes of the item, and those of the shipment.

    Raises
    ------
    InputError
        If a name is neither.
    """
    parts: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for name, text in stated_texts(changes).items():
        entry = quantity(name, among=(*of_item, *STATED))
        parts[entry.name in (*PLACES, *OF_SHIPMENT) or entry.name not in of_item][name] = text
    return parts


def _is_about(specs: Specs, prefix: str, *, shipment: bool = True) -> bool:
    """Whether a prefix selects a rule about shipments, or about something else."""
    return any(belongs(rule.id, prefix) and (rule.subject == KIND) is shipment for rule in specs.rules.values())


def _item_screening(shipped: _Shipped, request: Request, specs: Specs) -> Screening:
    if shipped.system is not None and shipped.document is not None:
        return screen_system(
            shipped.document,
            shipped.target,
            request.as_of,
            role=request.role,
            rules=request.rules,
            changes=shipped.changes,
            strict_facts=request.strict_facts,
            readings=request.readings,
            specs=specs,
        )
    return screen_chip(
        shipped.found[0],
        request.as_of,
        role=request.role,
        rules=request.rules,
        changes=shipped.changes,
        strict_facts=request.strict_facts,
        readings=request.readings,
        specs=specs,
    )


def _shipment(
    shipped: _Shipped, transaction: Transaction, changes: dict[str, str], request: Request, specs: Specs
) -> Screening:
    given = transaction.stated()
    for name in changes:
        if quantity(name, among=STATED).name in given:
            raise InputError(f"{name}: is set twice, once by an option of its own; set it once.")
    stated = read_changes(given | changes, STATED, specs)

    def inputs(readings: Mapping[str, str]) -> Inputs:
        item = shipped.item(specs, request.as_of, readings)
        own = level(item, specs, request.as_of, readings, request.role)
        return with_totals(own | derive(stated, transaction.kind, specs, request.as_of), performance(item))

    subject = Subject(KIND, f"{shipped.id}/shipment", f"{shipped.name}, shipped{_route(stated)}")
    screening = screen(specs, subject, inputs, request, (LIMITS,))
    return with_idle(screening, {name: datum for name, datum in stated.items() if name not in UNTESTED})


def _route(stated: Inputs) -> str:
    """From where to where, as far as it is known: both countries, or one of them."""
    origin, destination = (_told(stated, name).upper() for name in ("origin", "destination"))
    if destination:
        return f" {origin} to {destination}" if origin else f" to {destination}"
    return f" from {origin}" if origin else ""


def _told(stated: Inputs, name: str) -> str:
    value = stated[name].value if name in stated else ""
    return value if isinstance(value, str) else ""


def _quiet(screening: Screening) -> Screening:
    """The screening with nothing that gates."""
    verdicts = tuple(replace(verdict, gating=False, why_not_gating=NOT_CHOSEN) for verdict in screening.verdicts)
    return replace(screening, verdicts=verdicts)
