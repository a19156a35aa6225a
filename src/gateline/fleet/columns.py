"""The input columns of a block: what rows state, what their chips have, and what follows from both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gateline.amounts import Amount
from gateline.chips.derive import AREA_WITHOUT_DIE, FUNCTION, STACK
from gateline.fleet.cells import NAN, Place
from gateline.fleet.gather import gather
from gateline.fleet.problems import Problems
from gateline.inputs import UNDERSTATED, Inputs
from gateline.metrics import compute_from_architecture
from gateline.metrics.arrays import value_where
from gateline.numerals import number
from gateline.quantities import LOST_SUPERSCRIPT, QUANTITIES, Kind
from gateline.rules.columns import Column, Names, fully_unknown, stated_first
from gateline.rules.lookup import take

Columns = dict[str, Column | Names]
TINY = (
    "for {} parameters comes to {} FLOP, below 10^15, about ten seconds of one accelerator: a lost B, T or other unit? "
    "Write all of each figure, for example 405e9 parameters and 15.6e12 tokens"
)
"""What is said of figures of a model that come to less than a stated compute may be."""
Truth = npt.NDArray[np.bool_]


def points_or_range(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> Column:
    """A column that shares one array where all of its values are points."""
    return Column(low, low if np.array_equal(low, high, equal_nan=True) else high)


def prefer(
    columns: Columns, name: str, stated: Column | Names, silent: Callable[[], npt.NDArray[np.bool_] | None]
) -> None:
    """Put what rows state before what was there; a row that says 'unknown' (`silent`) states just that."""
    before = columns.get(name)
    if before is None:
        columns[name] = stated
        return
    said = silent()
    if isinstance(stated, Names):
        if isinstance(before, Names):
            unsaid = stated.unknown() if said is None else stated.unknown() & ~said
            stated = Names(np.where(unsaid, before.values, stated.values))
        columns[name] = stated
        return
    merged = stated_first(stated, before) if isinstance(before, Column) else stated
    if said is not None:
        merged = stated_first(Column(np.where(said, np.nan, merged.low), np.where(said, np.nan, merged.high)), stated)
    columns[name] = merged


def understated(name: str, stated: Column | Names | None, follows: Column | Names | None, problems: Problems) -> None:
    """Tell rows that state an input below what their other figures make; what is stated counts all the same."""
    if isinstance(stated, Column) and isinstance(follows, Column):
        rows = np.flatnonzero(stated.high < follows.low * float(UNDERSTATED))
        if len(rows):
            problems.understate({name: rows})


def understated_density(columns: Columns, problems: Problems) -> None:
    """Tell rows that state a performance density below what their performance and area make."""
    performance, area = columns.get("total_processing_performance"), columns.get("applicable_die_area")
    if isinstance(performance, Column) and isinstance(area, Column):
        least = np.divide(performance.low, area.high, out=np.full_like(area.high, NAN), where=area.high > 0)
        understated("performance_density", columns.get("performance_density"), Column(least, least), problems)


def with_planar(columns: Columns, problems: Problems) -> None:
    """Where no die is non-planar there is no applicable die area; a row that says both is rejected."""
    flag, area = columns.get("non_planar_transistors"), columns.get("applicable_die_area")
    if not isinstance(flag, Column):
        return
    if isinstance(area, Column):
        none = np.asarray(area.high == 0, dtype=bool)
        if none.any():
            for row in np.flatnonzero(none & (flag.low == 1)).tolist():
                problems.add(row, "applicable_die_area", "0", AREA_WITHOUT_DIE)
    planar = np.asarray(flag.low == 0, dtype=bool)
    if not planar.any():
        return
    none_applies = value_where(0.0, planar)
    columns["applicable_die_area"] = stated_first(area, Column(none_applies, none_applies))


def with_function(columns: Columns, silent: Truth) -> None:
    """Rows of what is plainly no memory stack have processing as their dominant function, as for one chip.

    `silent` are the rows that say in words that the function, or a figure of a stack, is unknown.
    """
    performance, node, memory, beside = (
        columns.get(name) for name in ("total_processing_performance", "process_node", "hbm", "co_packaged_memory")
    )
    nothing = np.zeros(len(silent), dtype=bool)
    computes = _holds(performance, lambda values: values > 0, nothing)
    logic = ~fully_unknown(node) if isinstance(node, Column) else nothing
    without = _holds(memory, lambda values: values == 0, nothing)
    unsaid = fully_unknown(memory) if isinstance(memory, Column) else ~nothing
    plain = (computes & (unsaid | without | logic | _holds(beside, lambda values: values == 1, nothing))) | (
        logic & without
    )
    for stack in map(columns.get, STACK):
        if isinstance(stack, Column):
            plain &= fully_unknown(stack)
    plain &= ~silent
    if plain.any():
        flag = np.where(plain, 1.0, np.nan)
        columns[FUNCTION] = stated_first(columns.get(FUNCTION), Column(flag, flag))


def _holds(column: Column | Names | None, test: Callable[[npt.NDArray[np.float64]], Truth], otherwise: Truth) -> Truth:
    """Where the lower end of a column passes a test."""
    return np.asarray(test(column.low), dtype=bool) if isinstance(column, Column) else otherwise


def with_standing(columns: Columns, today: npt.NDArray[np.float64]) -> None:
    """The day that counts for a designer's standing, and the days since its application."""
    stated = columns.get("transaction_date")
    day = Column(today, today) if not isinstance(stated, Column) else stated_first(stated, Column(today, today))
    columns["standing_date"] = day
    filed = columns.get("designer_application_date")
    if isinstance(filed, Column):
        pairs = ((day.low, filed.high), (day.high, filed.low))
        ends = [np.where(earlier <= later, later - earlier, np.nan) for later, earlier in pairs]
        columns["days_since_application"] = points_or_range(*ends)


def with_all_transistors(columns: Columns) -> None:
    """The transistors of all dies: at least those of the applicable ones, where only these are known."""
    applicable = columns.get("approximated_transistor_count")
    if isinstance(applicable, Column):
        least = Column(applicable.low, np.full_like(applicable.low, np.nan))
        columns["total_transistor_count"] = stated_first(columns.get("total_transistor_count"), least)


def with_original(columns: Columns) -> None:
    """The compute of the original model, where it follows from the total and the further training."""
    whole, further = columns.get("training_compute"), columns.get("additional_training_compute")
    if not isinstance(whole, Column) or not isinstance(further, Column):
        return
    low, high = whole.low - further.high, whole.high - further.low
    sound = points_or_range(np.where(low > 0, low, np.nan), np.where(high > 0, high, np.nan))
    stated = columns.get("original_training_compute")
    columns["original_training_compute"] = stated_first(stated, sound)


def with_modifier(columns: Columns) -> None:
    """Rows that state a modification of somebody else's model are those of a modifier."""
    modification = columns.get("modification_training_compute")
    if isinstance(modification, Column):
        flag = np.where(fully_unknown(modification), np.nan, 1.0)
        columns["distinct_modifier"] = stated_first(columns.get("distinct_modifier"), Column(flag, flag))


def architecture_compute(columns: Columns, problems: Problems) -> Column:
    """Training compute as 6 × (active) parameters × tokens; a row where that is next to nothing is rejected."""
    dense, active, tokens = (columns.get(name) for name in ("parameters", "active_parameters", "tokens"))
    parameters = active if isinstance(active, Column) else dense
    if isinstance(active, Column) and isinstance(dense, Column):
        parameters = stated_first(active, dense)
    if not isinstance(parameters, Column) or not isinstance(tokens, Column):
        unknown = np.full(len(tokens.low) if isinstance(tokens, Column) else 0, np.nan)
        return Column(unknown, unknown)
    low, high = (compute_from_architecture(getattr(parameters, end), getattr(tokens, end)) for end in ("low", "high"))
    for row in np.flatnonzero(high < float(LOST_SUPERSCRIPT)).tolist():
        seen, size, compute = (number(Fraction(end[row])) for end in (tokens.high, parameters.high, high))
        problems.add(row, "tokens", seen, TINY.format(size, compute))
    return points_or_range(low, high)


def column_of(name: str, figures: Sequence[Inputs]) -> Column | Names:
    """One quantity of some chips."""
    values = [figure[name].value if name in figure else None for figure in figures]
    if name in QUANTITIES and QUANTITIES[name].kind is Kind.NAME:
        names = np.empty(len(values), dtype=object)
        names[:] = values
        return Names(names)
    low, high = (np.array([_end(value, end) for value in values], dtype=np.float64) for end in ("low", "high"))
    return points_or_range(low, high)


def spread(column: Column | Names, place: Place) -> Column | Names:
    """A column of which each row is one of this column's."""
    if isinstance(column, Names):
        return Names(column.distinct, np.asarray(place, dtype=np.intp))
    low = gather(column.low, place)
    return Column(low, low if column.high is column.low else gather(column.high, place))


def _end(value: Amount | bool | str | None, end: str) -> float:
    if isinstance(value, Amount):
        known: Fraction | None = getattr(value, end)
        return NAN if known is None else float(known)
    return float(value) if isinstance(value, bool) else NAN


def take_rows(columns: Columns, rows: npt.NDArray[np.intp]) -> Columns:
    """The chosen rows of every column."""
    return {name: take(column, rows) for name, column in columns.items()}


FOLLOWS_FROM = {
    FUNCTION: ("total_processing_performance", "process_node", "hbm", "co_packaged_memory", *STACK),
    "standing_date": ("transaction_date",),
    "days_since_application": ("designer_application_date", "transaction_date"),
    "total_transistor_count": ("approximated_transistor_count",),
    "applicable_die_area": ("non_planar_transistors",),
    "training_compute": ("tokens", "parameters", "active_parameters"),
    "original_training_compute": ("training_compute", "additional_training_compute"),
    "distinct_modifier": ("modification_training_compute",),
}
"""What each input that can follow from others follows from."""


def with_sources(names: Iterable[str]) -> frozenset[str]:
    """Some inputs, and all from which they can follow."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [*QUANTITIES[name].parts, *FOLLOWS_FROM.get(name, ())]
    return frozenset(found)
