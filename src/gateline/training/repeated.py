"""Compute that stands twice in a ledger: one stretch as two phases, or a total beside its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from gateline.amounts import UNKNOWN
from gateline.numerals import number
from gateline.training.counting import Counted
from gateline.training.ledger import TRAINING
from gateline.training.limits import Near

FEWEST_WITH_TOTAL = 3
"""Two parts and their total; two phases that merely take as much as each other are no total and its part."""


def counted_twice(written: Sequence[Counted], phases: Sequence[Counted], sums: Near) -> Iterator[tuple[int, str]]:
    """What stands twice.

    Parameters
    ----------
    written : sequence of Counted
        The phases that the ledger lists.
    phases : sequence of Counted
        All that it comes to, these first.
    sums : Near
        How near a phase lies to the sum that it repeats.

    Returns
    -------
    iterator of (int, str)
        The position of a phase, and one sentence.
    """
    for (first, one), (position, other) in combinations(enumerate(written), 2):
        if says := _alike(place(first, one), one, other, sums):
            yield position, says
    if len(phases) >= FEWEST_WITH_TOTAL:
        yield from _total(written, phases, sums)


def place(position: int, counted: Counted) -> str:
    """What a remark calls a phase."""
    return f"phases[{position}] ({counted.label})"


def near(value: Fraction, other: Fraction, tolerance: Fraction) -> bool:
    """Whether a value is within a tolerance of another."""
    return abs(value - other) <= other * tolerance


def _alike(first: str, one: Counted, other: Counted, sums: Near) -> str:
    """What to say of two phases that look like one; empty where they do not."""
    kinds = {one.phase.kind, other.phase.kind}
    if kinds == {"base_model", "pretraining"} and near(one.best, other.best, sums.tolerance):
        return (
            f"as much as {first} ({number(other.best)} FLOP). base_model is the training of the model from which this one "
            "starts. If both are one run, leave out pretraining where the base is somebody else's, else base_model."
        )
    apart = one.phase.dates != other.phase.dates and UNKNOWN not in (one.phase.dates, other.phase.dates)
    shared = sorted(how for _, _, how in set(one.estimates) & set(other.estimates))
    if len(kinds) > 1 or apart or not shared:
        return ""
    return (
        f"the same kind and the same figures as {first} ({number(other.best)} FLOP, {shared[0]}). If they are one stretch of "
        "compute, leave one out; if they are two, write the dates of both."
    )


def _total(written: Sequence[Counted], phases: Sequence[Counted], sums: Near) -> Iterator[tuple[int, str]]:
    """A phase that trains and takes as much as all others, of which one trains too."""
    total = sum((counted.best for counted in phases), Fraction(0))
    for position, counted in enumerate(written):
        others = [other for other in phases if other is not counted and other.phase.kind in TRAINING]
        is_total = near(counted.best, total - counted.best, sums.tolerance)
        if counted.phase.kind in TRAINING and others and is_total:
            yield (
                position,
                f"its {number(counted.best)} FLOP are what all other phases come to. {sums.reason}. If it is their total, "
                "leave it out.",
            )
            return
