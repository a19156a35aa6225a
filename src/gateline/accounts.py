"""What reports show of a ledger beside its verdicts: its phases, what counts for whom, and where lines are passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from gateline.amounts import Amount
from gateline.rules.model import Outcome


@dataclass(frozen=True, slots=True)
class Line:
    """One phase of a ledger.

    Attributes
    ----------
    label, kind, status : str
    days : Amount
        First and last day, as day numbers.
    amount : Amount
        Its range, or the band of its distribution [FLOP].
    best : Fraction
        Its first estimate [FLOP].
    estimates : tuple of (str, Fraction, str)
        Method, value [FLOP] and account of each estimate.
    counts : mapping
        By counting profile: ``yes``, ``no`` or ``open``.
    """

    label: str
    kind: str
    status: str
    days: Amount
    amount: Amount
    best: Fraction
    estimates: tuple[tuple[str, Fraction, str], ...]
    counts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Passage:
    """Where in a ledger a rule comes out graver than before: in which phase, and on which day where its days are known."""

    rule: str
    outcome: Outcome
    phase: str
    status: str
    day: date | None


@dataclass(frozen=True, slots=True)
class ComputeAccount:
    """A ledger in lines, and where they pass which rule.

    Attributes
    ----------
    lines : tuple of Line
    passages : tuple of Passage
    profiles : mapping
        Short name of each counting profile.
    quantities : frozenset of str
        The quantities that follow from the lines.
    """

    lines: tuple[Line, ...]
    passages: tuple[Passage, ...]
    profiles: Mapping[str, str]
    quantities: frozenset[str]

    @property
    def simple(self) -> bool:
        """Whether there is one phase with one estimate and no days, so that lines would tell nothing more."""
        return len(self.lines) == 1 and len(self.lines[0].estimates) == 1 and self.lines[0].days.unknown
