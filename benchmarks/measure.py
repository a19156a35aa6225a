"""Timing in rounds: every contestant once, then every contestant again, so that a slow moment hits all of them."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

Contestants = Mapping[str, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a contestant takes: medians over the rounds.

    Attributes
    ----------
    seconds : float
        From call to result.
    processor : float
        Seconds of all cores, those of child processes included.
    """

    seconds: float
    processor: float


def interleaved(contestants: Contestants, rounds: int) -> dict[str, Cost]:
    """The cost of each contestant over some rounds, after one that does not count."""
    taken: dict[str, list[Cost]] = {name: [] for name in contestants}
    for turn in range(rounds + 1):
        for name, run in contestants.items():
            cost = _once(run)
            if turn:
                taken[name].append(cost)
    return {
        name: Cost(median(cost.seconds for cost in costs), median(cost.processor for cost in costs))
        for name, costs in taken.items()
    }


def peak_memory() -> int:
    """The most memory that this process has had, in bytes: since its own start, and not that of its parent's copy."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024


def _once(run: Callable[[], object]) -> Cost:
    start, before = time.perf_counter(), _processor()
    run()
    return Cost(time.perf_counter() - start, _processor() - before)


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
