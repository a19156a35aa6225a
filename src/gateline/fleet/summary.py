"""What became of a table, added up block by block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from gateline.fleet.lines import SILENT, Lines, RuleColumn
from gateline.fleet.screener import Screened
from gateline.fleet.totals import Totals
from gateline.fleet.verdicts import OPEN_LABEL
from gateline.rules.model import Outcome

Truth = npt.NDArray[np.bool_]
WORDS = [(int(outcome), outcome.word) for outcome in Outcome]
NO_ITEM = ("", OPEN_LABEL)
"""What stands in the item column where there is no item, or several."""

Counts = npt.NDArray[np.int64]


FIRST_ROWS = 3
"""As many rows are named of those that state too little."""


@dataclass(frozen=True, slots=True)
class Understated:
    """How many rows state an input below what their other figures make, and the first: part of the table and number."""

    count: int
    rows: tuple[tuple[str, int], ...]

    def __add__(self, other: Understated) -> Understated:
        """Both, of different rows."""
        return Understated(self.count + other.count, tuple(sorted((*self.rows, *other.rows))[:FIRST_ROWS]))

    def told(self, name: str) -> str:
        """The remark."""
        rows = ", ".join(f"row {row}" + (f" of {part}" if part else "") for part, row in self.rows)
        more = ", …" if self.count > len(self.rows) else ""
        state = "row states" if self.count == 1 else "rows state"
        return f"{self.count:,} {state} {name} below what the other figures make, and it counts: {rows}{more}."


@dataclass(slots=True)
class FleetSummary:
    """What became of a table, or of a part of it.

    Attributes
    ----------
    rows, rejected : int
        Data rows read, and how many of them could not be screened.
    verdicts : dict
        For each rule, how many rows have each outcome.
    units : dict
        The same counted in units, where the table has a column ``count``.
    items : dict
        For each rule, how many rows have each deciding item.
    assumed : dict
        For each rule, the scope facts that were assumed in rows that do not state them.
    slow : set of str
        The rules that were too large for a table and were evaluated row by row.
    skipped : int
        Parts that an earlier run had finished.
    remarks : list of str
        What a reader should know about how the table was read.
    understated : dict
        By input, the rows that state it below what their other figures make; the last of the remarks say so.
    totals : Totals or None
        What the table comes to, where that was asked for.
    """

    rows: int = 0
    rejected: int = 0
    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    units: dict[str, Counter[str]] = field(default_factory=dict)
    items: dict[str, Counter[str]] = field(default_factory=dict)
    assumed: dict[str, dict[str, bool]] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    skipped: int = 0
    remarks: list[str] = field(default_factory=list)
    understated: dict[str, Understated] = field(default_factory=dict)
    totals: Totals | None = None

    @property
    def outcome(self) -> Outcome:
        """The gravest outcome of any row under any rule."""
        found = [outcome for counts in self.verdicts.values() for outcome in Outcome if counts[outcome.word]]
        return max(found, default=Outcome.NOT_MET)

    def add(self, part: FleetSummary) -> None:
        """Add what became of another part of the same table."""
        self.rows += part.rows
        self.rejected += part.rejected
        for own, other in ((self.verdicts, part.verdicts), (self.units, part.units), (self.items, part.items)):
            for rule, counts in other.items():
                own.setdefault(rule, Counter()).update(counts)
        for rule, facts in part.assumed.items():
            self.assumed.setdefault(rule, {}).update(facts)
        self.slow |= part.slow
        self.skipped += part.skipped
        self._add_remarks(part)
        if part.totals is not None:
            self.totals = self.totals or Totals()
            self.totals.add(part.totals)

    def of_part(self, part: str) -> FleetSummary:
        """The same of a part of a table, in which its rows are numbered."""
        found = {
            name: replace(found, rows=tuple((part, row) for _, row in found.rows))
            for name, found in self.understated.items()
        }
        told = [remark for remark in self.remarks if remark not in self._contradictions()]
        summary = replace(self, understated=found, remarks=told)
        summary.remarks += summary._contradictions()
        return summary

    def _add_remarks(self, part: FleetSummary) -> None:
        """Add remarks of another part, each once, and say anew how many rows state too little."""
        before = {*self._contradictions(), *part._contradictions()}
        for name, found in part.understated.items():
            self.understated[name] = self.understated.get(name, Understated(0, ())) + found
        kept = [remark for remark in dict.fromkeys((*self.remarks, *part.remarks)) if remark not in before]
        self.remarks = [*kept, *self._contradictions()]

    def _contradictions(self) -> list[str]:
        """How many rows state an input below what their other figures make, by input."""
        return [found.told(name) for name, found in sorted(self.understated.items())]


def summarize(
    screened: Screened, rules: Mapping[str, RuleColumn], keep: Truth | None, labels: dict[str, tuple[str, ...]]
) -> FleetSummary:
    """What became of the rows of a block, of those in `keep` where some are left out; `rules` is what is said of these."""
    summary = FleetSummary(
        assumed=screened.assumed,
        slow=screened.slow,
        remarks=list(dict.fromkeys(screened.problems.remarks)),
        totals=screened.totals,
    )
    units = screened.counts if screened.counts is None or keep is None else screened.counts[keep]
    in_units: dict[int, Counts] = {}
    for rule, column in rules.items():
        rows = column.rows
        assert rows is not None, "the rows have been counted"
        summary.verdicts[rule] = _by_outcome(column.lines, rows)
        if id(column.place) not in in_units:
            in_units[id(column.place)] = rows if units is None else _in_units(column, units)
        summary.units[rule] = _by_outcome(column.lines, in_units[id(column.place)])
        summary.items[rule] = _by_item(column.lines, rows, labels[rule])
    return summary


def _by_outcome(lines: Lines, counts: Counts) -> Counter[str]:
    """The counts of the lines of a rule, by its outcome."""
    sums = np.zeros(len(Outcome) + 1, dtype=np.int64)
    np.add.at(sums, lines.outcome - SILENT, counts)
    return Counter({word: int(sums[outcome - SILENT]) for outcome, word in WORDS})


def _by_item(lines: Lines, counts: Counts, labels: tuple[str, ...]) -> Counter[str]:
    """The counts of the lines of a rule, by the item that decides."""
    sums = np.zeros(len(labels), dtype=np.int64)
    np.add.at(sums, lines.item, counts)
    used = np.flatnonzero(sums).tolist()
    return Counter({labels[item]: int(sums[item]) for item in used if labels[item] not in NO_ITEM})


def _in_units(column: RuleColumn, units: Counts) -> Counts:
    """How many units have each line."""
    found = np.zeros(len(column.lines), dtype=np.int64)
    np.add.at(found, column.place, units)
    return found
