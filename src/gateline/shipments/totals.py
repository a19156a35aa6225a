"""What is said of the totals of a ledger: sums, lines, days and rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from gateline.amounts import Amount
from gateline.rules.model import Outcome, QuantityTest, Rule, Version


@dataclass(frozen=True, slots=True)
class Passing:
    """The first day on which a total surely lies past the line.

    Attributes
    ----------
    day : date
    item : str
        The item of the rule that is met.
    rows : int
        How many rows of that day may count; they are taken together.
    first_row : int
        The smallest of their row numbers in the ledger.
    total : Amount
        The sum at the end of that day [TPP].
    share : Amount or None
        The share, where the line is on one.
    """

    day: date
    item: str
    rows: int
    first_row: int
    total: Amount
    share: Amount | None


@dataclass(frozen=True, slots=True)
class GroupTotal:
    """The total of one group in one period.

    Attributes
    ----------
    group : tuple of str
        Its words, in the order of the rule's ``by``.
    year : int or None
        The calendar year, where the rule counts anew in each.
    rows : int
        Rows that may count.
    first_day, last_day : date
        Of these rows.
    total : Amount
        The sum at the end [TPP]; an end that is None is not known, and `low` is then "at least".
    whole : Amount or None
        What the sum is divided by [TPP], where the line is on a share.
    share : Amount or None
        The share at the end.
    outcome, at_end : Outcome
        Whether the line is passed (on any day, or at the end where the rule asks about that alone), and whether it is at
        the end.
    line : QuantityTest or None
        The line that counts at the end.
    left : Amount
        What may still be added before the line [TPP], with the whole as it is; negative past it.
    passed : Passing or None
        The first day past the line, if there is one.
    """

    group: tuple[str, ...]
    year: int | None
    rows: int
    first_day: date
    last_day: date
    total: Amount
    whole: Amount | None
    share: Amount | None
    outcome: Outcome
    at_end: Outcome
    line: QuantityTest | None
    left: Amount
    passed: Passing | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which one line counts: the first, the day after the last, and whether the total starts again on the first."""

    start: date
    end: date
    line: Fraction
    anew: bool


@dataclass(frozen=True, slots=True)
class Stairs:
    """How the totals of some groups came about.

    Attributes
    ----------
    stretches : tuple of Stretch
        In order, over the years in which rows count.
    steps : tuple of tuple of (date, Amount)
        By group, what the line is on at the end of each day on which that changes.
    """

    stretches: tuple[Stretch, ...]
    steps: tuple[tuple[tuple[date, Amount], ...], ...]


@dataclass(frozen=True, slots=True)
class QuotaTotals:
    """What a rule about totals says of a ledger.

    Attributes
    ----------
    rule, version
        What was tested.
    groups : tuple of GroupTotal
        By name and year.
    unplaced_rows : int
        Rows that may count and have no group, because one of its words is unknown; every group may have them.
    unplaced : Amount
        Their performance [TPP].
    unplaced_outcome : Outcome
        What they alone would come to as a group: met never, since nobody knows that they are one.
    absent : tuple of str
        Columns that the ledger does not have; what they would say is unknown in every row.
    """

    rule: Rule
    version: Version
    groups: tuple[GroupTotal, ...]
    unplaced_rows: int
    unplaced: Amount
    unplaced_outcome: Outcome
    absent: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """The gravest outcome of a group, and of rows that have none."""
        return max([self.unplaced_outcome, *(group.outcome for group in self.groups)])
