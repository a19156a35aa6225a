"""Which rules speak about a subject on a date, and which of them gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gateline.errors import InputError
from gateline.rules.corpus import Specs
from gateline.rules.model import Rule, Status, Version, belongs

GATING_EFFECTS = ("classification", "presumption", "notification", "licence")
SHOWN_ON_REQUEST = ("definition",)
SUBJECTS = {"chip": "a chip", "cluster": "a system", "training": "a model", "shipment": "a shipment"}


@dataclass(frozen=True, slots=True)
class Request:
    """How to screen: on which date, for whom, which rules gate, whether scope facts may be assumed, which readings."""

    as_of: date
    role: str
    rules: tuple[str, ...] = ()
    strict_facts: bool = False
    readings: Mapping[str, str] = field(default_factory=dict)


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
        If a rule that was asked for is about something else or had no version by that date, or no rule had one.
    """
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
    """Whether a rule gates for a role on some date."""
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
