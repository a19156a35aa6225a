"""SARIF 2.1.0: one run, one result per verdict."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from gateline.report import escape
from gateline.report.escape import plain, sarif_message
from gateline.report.findings import Checked, sentence, standing
from gateline.report.verdict_json import NOTICE
from gateline.report.wording import words
from gateline.rules.model import Outcome
from gateline.screening import Verdict
from gateline.version import __version__

Json = dict[str, Any]
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "ruleVersionSubject/v1"
KIND = {Outcome.MET: "fail", Outcome.UNDETERMINED: "open", Outcome.NOT_MET: "pass"}
WEB_ADDRESS = re.compile(r"https://[^\s<>\"]+[^\s<>\".,;:)]")


def write(checked: Sequence[Checked]) -> str:
    """A log with one run.

    Parameters
    ----------
    checked : sequence of Checked

    Returns
    -------
    str
        JSON. Met is ``fail``, undetermined ``open``, not met ``pass``; anything but ``fail`` has the level ``none``,
        as the standard asks (3.27.10).

    References
    ----------
    .. [1] OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01, 28 August 2023.
    """
    rules = list({verdict.rule.id: verdict for each in checked for verdict in each.screening.verdicts}.values())
    positions = {verdict.rule.id: position for position, verdict in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "gateline", "version": __version__, "rules": [_rule(rule) for rule in rules]}},
        "results": [
            _result(each, verdict, positions[verdict.rule.id])
            for each in checked
            for verdict in each.screening.verdicts
        ],
        "properties": _about(checked),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _about(checked: Sequence[Checked]) -> Json:
    """The data behind the run, and the outcome for each subject."""
    specs = checked[0].screening.specs
    subjects = [(each.screening.subject, each.screening.outcome) for each in checked]
    return {
        "specs": {"version": specs.version, "digest": specs.digest, "checked": str(specs.checked)},
        "subjects": [
            {"id": plain(subject.id), "name": plain(subject.name), "outcome": outcome.word}
            for subject, outcome in subjects
        ],
        "notice": NOTICE,
    }


def _rule(verdict: Verdict) -> Json:
    rule, version = verdict.rule, verdict.version
    citations = "; ".join(f"{citation.cite} ({citation.role})" for citation in version.citations)
    found = WEB_ADDRESS.search(citations)
    return {
        "id": rule.id,
        "shortDescription": {"text": sarif_message(rule.title)},
        "fullDescription": {"text": sarif_message(f"{rule.title}. {rule.authority}. Version {version.id}.")},
        "help": {"text": sarif_message(citations)},
        **({"helpUri": found[0]} if found else {}),
        "properties": {"confidence": version.confidence, "status": verdict.status.value},
    }


def _result(checked: Checked, verdict: Verdict, position: int) -> Json:
    screening = checked.screening
    return {
        "ruleId": verdict.rule.id,
        "ruleIndex": position,
        "kind": KIND[verdict.outcome],
        "level": _level(verdict),
        "message": {"text": sarif_message(f"{screening.subject.name}: {sentence(verdict, screening)}")},
        "locations": [_location(checked)],
        "partialFingerprints": {FINGERPRINT: _fingerprint(checked, verdict)},
        "properties": {
            "outcome": verdict.outcome.word,
            "item": verdict.explanation.item,
            "gating": verdict.gating,
            "standing": standing(verdict),
            "status": verdict.status.value,
            "version": verdict.version.id,
            "as_of": screening.request.as_of.isoformat(),
            "missing": [words(name) for name in verdict.explanation.missing],
            "readings": [f"{other.reading.id}={other.choice}: {other.outcome.word}" for other in verdict.alternatives],
        },
    }


def _level(verdict: Verdict) -> str:
    if verdict.outcome is not Outcome.MET:
        return "none"
    return "error" if verdict.gating else "note"


def _location(checked: Checked) -> Json:
    subject = checked.screening.subject
    logical = {"name": plain(subject.name), "fullyQualifiedName": plain(subject.id), "kind": "resource"}
    found: Json = {"logicalLocations": [logical]}
    if checked.file:
        found["physicalLocation"] = {
            "artifactLocation": {"uri": escape.uri(checked.file)},
            "region": {"startLine": checked.line},
        }
    return found


def _fingerprint(checked: Checked, verdict: Verdict) -> str:
    """The same for the same rule, version and subject, whatever the date and wherever the line."""
    parts = [verdict.rule.id, verdict.version.id, plain(checked.screening.subject.id)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
