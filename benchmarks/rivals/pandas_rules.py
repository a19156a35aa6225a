"""The rules in pandas: two masks per condition, because a comparison with NaN is False, and `numpy.select`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.rivals.law import DENSITY, LABELS, TPP, classification, presumption, presumption_folded
from benchmarks.rows import RATE

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a condition holds, and where it does not; in other rows it is unknown."""

    holds: Mask
    fails: Mask

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.holds & other.holds, self.fails | other.fails)

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.holds | other.holds, self.fails & other.fails)

    def __invert__(self) -> Truth:
        return Truth(self.fails, self.holds)


@dataclass(frozen=True, slots=True)
class Amounts:
    """A column that is compared."""

    values: npt.NDArray[np.float64]

    def __ge__(self, line: float) -> Truth:
        return Truth(self.values >= line, self.values < line)

    def __lt__(self, line: float) -> Truth:
        return Truth(self.values < line, self.values >= line)


def screen(table: pd.DataFrame, *, folded: bool) -> pd.DataFrame:
    """The two quantities and the four verdict columns, which are numbers."""
    performance = table[RATE] * 16
    computed = pd.DataFrame({TPP: performance, DENSITY: performance / table["applicable_die_area"]})

    def look(name: str) -> Amounts:
        return Amounts((computed if name in computed else table)[name].to_numpy())

    nothing = Truth(np.False_, np.False_)
    presumed = _settled(*presumption_folded(look)) if folded else _decided(presumption(look, nothing))
    verdicts = (*_decided(classification(look)), *presumed)
    return computed.assign(**dict(zip(LABELS, verdicts, strict=True)))


def _decided(items: Sequence[Truth]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The outcome over some items, and the first that holds."""
    met = items[0]
    for holds in items[1:]:
        met = met | holds
    outcome = np.select([met.holds, met.fails], [np.uint8(2), np.uint8(0)], np.uint8(1))
    conditions, codes = [], []
    for number, item in enumerate(items, 1):
        conditions += [item.holds, ~item.fails]
        codes += [np.uint8(number), np.uint8(len(items) + 1)]
    return outcome, np.select(conditions, codes, np.uint8(0))


def _settled(met: Truth, not_met: Truth) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The outcome and the item from where a rule is met, by its first item, and where it is not."""
    conditions = [met.holds, not_met.holds]
    outcome = np.select(conditions, [np.uint8(2), np.uint8(0)], np.uint8(1))
    return outcome, np.select(conditions, [np.uint8(1), np.uint8(0)], np.uint8(3))
