"""Which rules speak about a subject on a date, and which of them gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from gateline.errors import InputError
from gateline.numerals import clip
from gateline.rules.corpus import Specs
from gateline.rules.model import Rule, Status, Version, belongs

GATING_EFFECTS = ("classification", "presumption", "notification", "licence")
SHOWN_ON_REQUEST = ("definition",)
ROLES = ("exporter", "foundry", "osat")
"""For whom chips, systems and shipments are screened."""
DEVELOPER = "developer"
"""For whom models are; nobody is asked, so nobody can say anything else."""
SUBJECTS = {"chip": "a chip", "cluster": "a system", "training": "a model", "shipment": "a shipment"}


@dataclass(frozen=True, slots=True)
class Request:
    """How to screen: on which date, for whom, which rules gate, whether scope facts may be assumed, which readings.

    Every call that screens makes one, so that what is wrong with how it was asked is found here.

    Raises
    ------
    InputError
        If the date is no date, nobody has that role, or the rest is not of its type.
    """

    as_of: date
    role: str = ROLES[0]
    rules: tuple[str, ...] = ()
    strict_facts: bool = False
    readings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what would otherwise turn rules off without a word, or fail far from here."""
        check_day("as_of", self.as_of)
        _check_known(self.role, (*ROLES, DEVELOPER))
        _check_rules(self.rules)
        object.__setattr__(self, "rules", tuple(self.rules))
        if not isinstance(self.strict_facts, bool):
            raise InputError(f"strict_facts: {_quoted(self.strict_facts)} is not a bool. Give True or False.")
        _check_readings(self.readings)


def check_day(name: str, day: Any) -> None:
    """Refuse what is not a day; a time of day is none.

    Raises
    ------
    InputError
        Naming the argument.
    """
    if not isinstance(day, date) or isinstance(day, datetime):
        raise InputError(
            f"{name}: {_quoted(day)} is not a date. Give a datetime.date, such as date(2026, 11, 21), without a time."
        )


def check_role(subject_kind: str, role: str) -> None:
    """Refuse a role that no rule about a kind of subject knows: none of them would gate.

    Raises
    ------
    InputError
        Naming the roles.
    """
    _check_known(role, (*ROLES, DEVELOPER) if subject_kind == "training" else ROLES)


def _check_known(role: Any, roles: tuple[str, ...]) -> None:
    if role not in roles:
        raise InputError(f"role: {_quoted(role)} is not one of {', '.join(ROLES)}. Choose whose duties gate.")


def _check_rules(rules: Any) -> None:
    if not isinstance(rules, (tuple, list)) or not all(isinstance(prefix, str) for prefix in rules):
        raise InputError(
            f"rules: {_quoted(rules)} is not a tuple of ids or prefixes. Give for example ('us.ear.3a090',), with the comma."
        )


def _check_readings(readings: Any) -> None:
    entries = readings.items() if isinstance(readings, Mapping) else [(readings, None)]
    for name, choice in entries:
        if not (isinstance(name, str) and isinstance(choice, str)):
            raise InputError(
                f"readings: {_quoted(readings)} does not give texts by name. Give for example {{'tf32': '32'}}."
            )


def _quoted(value: Any) -> str:
    """What was given, as Python writes it, in short."""
    return clip(repr(value))


@dataclass(frozen=True, slots=True)
class Choice:
    """A rule, the version that speaks, and whether it gates."""

    rule: Rule
    version: Version
    gating: bool
    why_not_gating: str = ""


def choose(specs: Specs, subject_kind: str, request: Request) -> list[Choice]:
    """The rules that speak about a kind of subject on the date, and which of them gate.

    Definitions, texts that are only proposed, and those that another has replaced are there when they are asked for.

    Raises
    ------
    InputError
        If a rule that was asked for is about something else or had no version by that date, no rule had one, or nobody
        is screened for in that role.
    """
    check_role(subject_kind, request.role)
    asked = {rule.id for rule in specs.select(request.rules)}
    about = [rule for rule in specs.rules.values() if rule.subject == subject_kind and _is_shown(rule, asked)]
    for prefix in request.rules:
        if not any(belongs(rule.id, prefix) for rule in about):
            raise InputError(f"{prefix}: is not a rule that classifies {SUBJECTS[subject_kind]}. Choose another rule.")
    choices = []
    for rule in about:
        version = rule.version_on(request.as_of)
        if version is not None and (rule.id in asked or version.status_on(request.as_of) is not Status.SUPERSEDED):
            choices.append(_choice(rule, version, asked, request))
        elif version is None and rule.id in request.rules:
            raise InputError(f"{rule.id}: no version in force on {request.as_of}; {_starts([rule])}.")
    if not choices or (asked and not any(choice.gating for choice in choices)):
        wanted = [rule for rule in about if rule.id in asked] or about
        told = "such rule" if asked else "rule"
        raise InputError(
            f"no {told} about {SUBJECTS[subject_kind]} had been issued by {request.as_of}; {_starts(wanted)}."
        )
    return choices


def _is_shown(rule: Rule, asked: set[str]) -> bool:
    """Whether a rule is to be shown: bills are proposed in every version."""
    quiet = rule.effect in SHOWN_ON_REQUEST or all(version.status is Status.PROPOSED for version in rule.versions)
    return rule.id in asked or not quiet


def _starts(rules: list[Rule]) -> str:
    versions = [version for rule in rules for version in rule.versions]
    starts = sorted({version.effective.start for version in versions if version.effective})
    issued = min((version.issued for version in versions if version.issued), default=None)
    told = [f"versions start on {', '.join(map(str, starts))}"] if starts else []
    return ", ".join([*told, *([f"the first was issued on {issued}"] if issued else [])])


def _choice(rule: Rule, version: Version, asked: set[str], request: Request) -> Choice:
    if asked:
        return Choice(rule, version, rule.id in asked, "" if rule.id in asked else "another rule was chosen")
    reason = _why_not(rule, version, request)
    return Choice(rule, version, not reason, reason)


def can_gate(rule: Rule, role: str) -> bool:
    """Whether a rule gates for a role on some date.

    Raises
    ------
    InputError
        If no rule about its subject knows the role.
    """
    check_role(rule.subject, role)
    return (
        rule.effect in GATING_EFFECTS and role in rule.addressees and any(version.enforced for version in rule.versions)
    )


def _enforcement(version: Version, day: date) -> str:
    """How enforcement stands on a day on which the version is not enforced."""
    if version.enforced is None:
        return "not enforced"
    return (
        f"enforced from {version.enforced.start}"
        if day < version.enforced.start
        else f"enforced until {version.enforced.end}"
    )


def _why_not(rule: Rule, version: Version, request: Request) -> str:
    status = version.status_on(request.as_of)
    if status is not Status.IN_FORCE:
        return {
            Status.CODIFIED_NOT_ENFORCED: "codified, not enforced",
            Status.ENACTED: f"enacted, in force from {version.effective.start if version.effective else 'a later date'}",
        }.get(status, status.value.replace("_", " "))
    if not version.enforced_on(request.as_of):
        return f"in force, {_enforcement(version, request.as_of)}"
    if request.role not in rule.addressees:
        return f"addresses {' and '.join(rule.addressees)}, not the {request.role}"
    return "" if rule.effect in GATING_EFFECTS else f"its effect is {rule.effect.replace('_', ' ')}"
