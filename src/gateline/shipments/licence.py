"""Whether a licence is required: as the text stands, and as BIS enforces it."""

from __future__ import annotations

from collections.abc import Iterable

from gateline.rules.model import Outcome, Rule, Status

LICENCE, RED_FLAG = "licence", "red_flag"
IN_THE_BOOKS = (Status.IN_FORCE, Status.CODIFIED_NOT_ENFORCED)


def licence_outcomes(answers: Iterable[tuple[Rule, Status, bool, Outcome]], role: str) -> tuple[Outcome, Outcome]:
    """Whether a licence is required on the books, and as enforced.

    Parameters
    ----------
    answers : iterable of (Rule, Status, bool, Outcome)
        Rules about a shipment, where each stands, whether it is enforced, and what it says.
    role : str
        Requirements that bind somebody else, such as the recipients of a letter, are left out of both.
    """
    ours = [
        (status, enforced, outcome)
        for rule, status, enforced, outcome in answers
        if rule.effect == LICENCE and role in rule.addressees
    ]
    written = [outcome for status, _, outcome in ours if status in IN_THE_BOOKS]
    in_fact = [outcome for _, enforced, outcome in ours if enforced]
    return max(written, default=Outcome.NOT_MET), max(in_fact, default=Outcome.NOT_MET)
