"""Workflow commands of GitHub Actions: an annotation for each verdict that somebody has to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateline.report.escape import plain, workflow_data, workflow_property
from gateline.report.findings import Checked, sentence, standing
from gateline.rules.model import Outcome
from gateline.screening import Verdict

ERROR, WARNING, NOTICE = "error", "warning", "notice"


def write(checked: Sequence[Checked]) -> str:
    """One line per annotation, the gravest first; none where nothing is met and nothing that gates is open.

    Parameters
    ----------
    checked : sequence of Checked
        A gating rule is an error where it is met and a warning where it is undetermined; a rule that is met and does
        not gate is a notice.
    """
    found = [line for each in checked for line in _commands(each)]
    ranked = [line for kind in (ERROR, WARNING, NOTICE) for name, line in found if name == kind]
    return "".join(f"{line}\n" for line in ranked)


def _commands(checked: Checked) -> Iterable[tuple[str, str]]:
    for verdict in checked.screening.verdicts:
        kind = _kind(verdict)
        if kind is not None:
            yield kind, _command(kind, checked, verdict)


def _kind(verdict: Verdict) -> str | None:
    if verdict.gating:
        return {Outcome.MET: ERROR, Outcome.UNDETERMINED: WARNING}.get(verdict.outcome)
    return NOTICE if verdict.outcome is Outcome.MET else None


def _command(kind: str, checked: Checked, verdict: Verdict) -> str:
    name = checked.screening.subject.name
    named = checked.file and checked.file.isprintable()  # what splits a line for some reader names no file
    place = {"file": checked.file, "line": str(checked.line)} if named else {}
    properties = {**place, "title": plain(f"{verdict.rule.id}: {name}")}
    settings = ",".join(f"{key}={workflow_property(value)}" for key, value in properties.items())
    reason = "" if verdict.gating else f" Not gating: {standing(verdict)}."
    message = f"{name}: {sentence(verdict, checked.screening)}{reason}"
    return f"::{kind} {settings}::{workflow_data(plain(message))}"
