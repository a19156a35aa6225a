"""The answer in one line: which rules are met, what an open one depends on, or that none is met."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateline.report.wording import ECCN, words
from gateline.rules.model import Outcome
from gateline.screening import Screening, Verdict

FEW = 3
"""As many names fit a headline."""
KINDS = {"cluster": "system"}
"""What people call a kind of subject, where the data call it otherwise."""
BEGINNING = re.compile(r"(?:\([^)]*\)|[^,(])+")
"""Of a title: up to a comma that stands in no brackets."""


def headline(screening: Screening) -> str:
    """What the gating rules say of a subject.

    Parameters
    ----------
    screening : Screening

    Returns
    -------
    str
        A short sentence without a full stop; its first word is not the outcome for every outcome, so a mark or word
        of the outcome belongs beside it.
    """
    gating = [verdict for verdict in screening.verdicts if verdict.gating]
    met = [verdict for verdict in gating if verdict.outcome is Outcome.MET]
    undetermined = [verdict for verdict in gating if verdict.outcome is Outcome.UNDETERMINED]
    if not gating:
        return f"No rule gates on {screening.request.as_of}"
    if met:
        rest = f"; {_listed(undetermined, 'rule')} undetermined" if undetermined else ""
        return f"{_listed(met, 'rule')} {'is' if len(met) == 1 else 'are'} met{rest}"
    if undetermined:
        return f"Undetermined: {_open(undetermined)}"
    return (
        f"Not met: {', '.join(map(short_title, gating)) if len(gating) <= FEW else f'all {len(gating)} gating rules'}"
    )


def short_title(verdict: Verdict) -> str:
    """The rule as its title names it, or the list entry that is met."""
    item = verdict.explanation.item
    return item if item and ECCN.match(item) else shortened(verdict.rule.title)


def shortened(title: str) -> str:
    """A title up to its first comma that stands in no brackets.

    Examples
    --------
    >>> shortened("Letters of April 2025 (unpublished, recipients only), one shipment")
    'Letters of April 2025 (unpublished, recipients only)'
    """
    found = BEGINNING.match(title)
    return found[0] if found else title


def kind(screening: Screening) -> str:
    """What the subject is: chip, system, training run or shipment."""
    found = screening.subject.kind
    return KINDS.get(found, found)


def _listed(verdicts: Sequence[Verdict], noun: str) -> str:
    if len(verdicts) > FEW:
        return f"{len(verdicts)} {noun}s"
    return joined([short_title(verdict) for verdict in verdicts])


def joined(names: Sequence[str]) -> str:
    """Names in a sentence: a, b and c."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _open(verdicts: Sequence[Verdict]) -> str:
    missing = list(dict.fromkeys(name for verdict in verdicts for name in verdict.explanation.settles))
    if not missing:
        return joined([short_title(verdict) for verdict in verdicts[:FEW]])
    if len(missing) == 1:
        return f"one input is missing ({words(missing[0])})"
    return f"{len(missing)} inputs are missing" + (
        f" ({joined([words(name) for name in missing])})" if len(missing) <= FEW else ""
    )
