"""The rules as one compiled loop over the rows, folded by hand: what a machine can do at best.

It takes and gives bare arrays, checks nothing, counts nothing and knows one table and one date.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from benchmarks.rivals.law import ABOVE_16, DENSITY, HALF, HIGH, LABELS, LEAST, LOW, MIDDLE, MOST, TPP
from benchmarks.rows import Columns


def screen(table: Columns, threads: int) -> dict[str, npt.NDArray[np.generic]]:
    """The two quantities and the four verdict columns, which are numbers."""
    numba.set_num_threads(threads)
    rows = len(next(iter(table.values())))
    computed = {TPP: np.empty(rows), DENSITY: np.empty(rows)}
    verdicts = {name: np.empty(rows, dtype=np.uint8) for name in LABELS}
    _screen(*table.values(), *computed.values(), *verdicts.values())
    return {**computed, **verdicts}


@numba.njit(parallel=True, cache=False)
def _screen(
    rate, area, datacenter, node, transistors, attested, inside, approved,
    performances, densities, outcomes, items, presumed, presumed_items,
):  # fmt: skip
    for row in numba.prange(len(rate)):
        performance = rate[row] * 16
        density = performance / area[row]
        performances[row], densities[row] = performance, density
        outcomes[row], items[row] = _classified(performance, density, datacenter[row])
        presumed[row], presumed_items[row] = _presumed(
            performance, node[row], transistors[row], attested[row], inside[row], approved[row]
        )


@numba.njit(inline="always")
def _at_least(value, border):
    """0 where it is not, 1 where the value is unknown, 2 where it is: 'and' is the least of such numbers, 'or' the greatest."""
    return np.uint8(1) if np.isnan(value) else np.uint8(2 * (value >= border))


@numba.njit(inline="always")
def _classified(performance, density, datacenter):
    """Outcome and item of ECCN 3A090."""
    least, middle, most = (
        _at_least(performance, LEAST),
        _at_least(performance, MIDDLE),
        _at_least(performance, MOST),
    )
    low, half, high = _at_least(density, LOW), _at_least(density, HALF), _at_least(density, HIGH)
    in_scope = max(_at_least(datacenter, 1), most)
    first, second = min(most, in_scope), min(least, high, in_scope)
    third = min(middle, 2 - most, low, 2 - high, in_scope)
    fourth = min(least, half, 2 - high, in_scope)
    item = 0 if fourth == 0 else 4 if fourth == 2 else 5
    item = item if third == 0 else 3 if third == 2 else 5
    item = item if second == 0 else 2 if second == 2 else 5
    return max(first, second, third, fourth), item if first == 0 else 1 if first == 2 else 5


@numba.njit(inline="always")
def _presumed(performance, node, transistors, attested, inside, approved):
    """Outcome and item of the foundry presumption."""
    some = min(_at_least(attested, 1), max(_at_least(inside, 1), _at_least(approved, 1)))
    possible = min(some, 2 - _at_least(transistors, 40e9))
    packager = min(2 - _at_least(inside, 1), _at_least(approved, 1), _at_least(attested, 1))
    overcome = min(packager, 2 - _at_least(transistors, 30e9))
    met = min(2 - _at_least(node, ABOVE_16), _at_least(performance, MOST), 2 - possible)
    if met == 2:
        return 2, 1
    return (0, 0) if overcome == 2 else (1, 3)
