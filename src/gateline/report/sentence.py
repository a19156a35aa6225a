"""The verdict in one ready sentence, to be quoted as it stands."""

from __future__ import annotations

from collections.abc import Iterable

from gateline.report.shipment import licence_text
from gateline.report.wording import classification_text, first_few, flip_text
from gateline.rules.model import Outcome
from gateline.screening import Screening, Verdict

FEW_RULES = 3
FEW_FLIPS = 3


def sentence(screening: Screening) -> str:
    """What the gating rules say of a subject on its date, and what an open answer depends on."""
    subject, day = screening.subject.name, screening.request.as_of
    gating = [verdict for verdict in screening.verdicts if verdict.gating]
    parts = [f"{subject}, as of {day}: {_answer(screening.outcome, gating)}"]
    if classification := classification_text(screening):
        parts.append(f"Classification: {classification}.")
    if screening.shipment is not None:
        parts.append(sentence(screening.shipment))
    elif licence := licence_text(screening):
        parts.append(f"{licence}.")
    return " ".join(parts)


def _answer(outcome: Outcome, gating: list[Verdict]) -> str:
    deciding = [verdict for verdict in gating if verdict.outcome is outcome]
    if not gating:
        return "no rule gates on this date."
    if outcome is Outcome.NOT_MET:
        return f"not met. No gating rule is met: {_listed(map(_named, gating))}."
    if outcome is Outcome.MET:
        rest = [_open(verdict) for verdict in gating if verdict.outcome is Outcome.UNDETERMINED]
        return " ".join([f"met. {_listed(map(_named, deciding))}.", *(["Open:", *rest[:FEW_RULES]] if rest else [])])
    return "undetermined, which is not a no. " + " ".join(_open(verdict) for verdict in deciding[:FEW_RULES])


def _open(verdict: Verdict) -> str:
    """What an open rule depends on, and where the answer would flip."""
    explanation = verdict.explanation
    needs = first_few(explanation.settles or explanation.missing)
    flips = [flip_text(flip) for flip in explanation.flips]
    more = f" and {len(flips) - FEW_FLIPS} more" if len(flips) > FEW_FLIPS else ""
    borders = f": {'; '.join(flips[:FEW_FLIPS])}{more}" if flips else ""
    return f"{_named(verdict)} depends on {needs or 'how a text is read'}{borders}."


def _named(verdict: Verdict) -> str:
    item = f" item {verdict.explanation.item}" if verdict.explanation.item else ""
    return f"{verdict.rule.title} [{verdict.rule.id}]{item}"


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - FEW_RULES} more" if len(listed) > FEW_RULES else ""
    return "; ".join(listed[:FEW_RULES]) + more
