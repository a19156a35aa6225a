"""What a reader of records hands back: stretches of accelerator time, figures of a run, and what became of each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Literal

from gateline.amounts import Amount
from gateline.training.records.instances import device_chip
from gateline.training.utilization import Utilization

Action = Literal["merged", "skipped", "open", "noted"]
UNNAMED = "accelerator of unknown type"
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Entry:
    """Some accelerators that were held for some time.

    Attributes
    ----------
    accelerator : str
        As the record writes it; empty where it does not.
    chip : str or None
        Id in the catalogue, where the name stands for one chip.
    count : int
        How many accelerators.
    hours : Fraction
        For how long, by the clock.
    start, end : datetime or None
        In UTC; a time without an offset is taken as UTC.
    job : str
        The job, run or machine.
    utilization : Utilization or None
    certain : bool
        False where the time may be counted in another entry already.
    rows : tuple of int
        Lines of the file.
    """

    accelerator: str
    chip: str | None
    count: int
    hours: Fraction
    start: datetime | None = None
    end: datetime | None = None
    job: str = ""
    utilization: Utilization | None = None
    certain: bool = True
    rows: tuple[int, ...] = ()

    @property
    def chip_hours(self) -> Fraction:
        """Accelerators times hours."""
        return self.count * self.hours

    @property
    def named(self) -> str:
        """The id in the catalogue, else the name as written."""
        return self.chip or self.accelerator or UNNAMED


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a run logged about itself, and the convention under which it was counted."""

    name: str
    amount: Amount
    convention: str
    job: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What became of some rows, and why.

    ``merged`` rows are counted elsewhere, ``skipped`` ones hold nothing to count, ``open`` ones may hold accelerator
    time that could not be counted, ``noted`` ones are counted and deserve a look.
    """

    action: Action
    reason: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that was read from one source."""

    source: str
    format: str
    rows: int
    entries: tuple[Entry, ...]
    figures: tuple[Figure, ...]
    remarks: tuple[Remark, ...]

    def chip_hours(self) -> dict[str, Amount]:
        """Accelerator-hours by catalogue id or name: the low end leaves out what may be counted twice."""
        totals: dict[str, tuple[Fraction, Fraction]] = {}
        for entry in self.entries:
            low, high = totals.get(entry.named, (Fraction(0), Fraction(0)))
            totals[entry.named] = (low + entry.chip_hours * entry.certain, high + entry.chip_hours)
        return {name: Amount(low, high) for name, (low, high) in totals.items()}

    @property
    def open(self) -> tuple[Remark, ...]:
        """Remarks about rows that may hold time which is not in the entries: the totals are then lower bounds."""
        return tuple(remark for remark in self.remarks if remark.action == "open")


@dataclass(slots=True)
class Collected:
    """Gathers entries, figures and remarks while a source is read."""

    source: str
    format: str
    rows: int = 0
    entries: list[Entry] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    _remarks: dict[tuple[Action, str], list[int]] = field(default_factory=dict)

    def remark(self, action: Action, reason: str, *rows: int) -> None:
        """Say what became of some rows; rows with the same fate are told together."""
        self._remarks.setdefault((action, reason), []).extend(rows)

    def done(self) -> Records:
        """All of it, in order."""
        remarks = (Remark(action, reason, tuple(rows)) for (action, reason), rows in self._remarks.items())
        return Records(self.source, self.format, self.rows, tuple(self.entries), tuple(self.figures), tuple(remarks))


def held(
    accelerator: str,
    count: int,
    seconds: Fraction,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    job: str = "",
    utilization: Utilization | None = None,
    certain: bool = True,
    rows: Iterable[int] = (),
) -> Entry:
    """An entry for accelerators known by the name that their driver gives them."""
    chip = device_chip(accelerator)
    hours = seconds / SECONDS_PER_HOUR
    return Entry(accelerator, chip, count, hours, start, end, job, utilization, certain, tuple(rows))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time on the same accelerators, and for how many seconds they were held."""

    start: datetime
    end: datetime
    seconds: Fraction


def seconds_again(spans: Sequence[Span]) -> list[Fraction]:
    """For each span, how many of its seconds lie in spans that start before it.

    Spans are taken by their start, so what earlier ones cover of a span reaches from its start to the latest end so
    far. Of spans with one start the longest comes first.
    """
    order = sorted(range(len(spans)), key=lambda place: (spans[place].start, -spans[place].seconds))
    again = [Fraction(0)] * len(spans)
    reach: datetime | None = None
    for place in order:
        span = spans[place]
        if reach is not None and span.start < reach:
            covered = min(span.end, reach) - span.start
            again[place] = min(span.seconds, seconds_of(covered.days, covered.seconds, covered.microseconds))
        reach = span.end if reach is None else max(reach, span.end)
    return again


def seconds_of(days: int, seconds: int, microseconds: int) -> Fraction:
    """The exact length of a difference of times."""
    return Fraction(days * 86400 + seconds) + Fraction(microseconds, 10**6)
