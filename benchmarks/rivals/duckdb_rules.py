"""The rules in DuckDB: relational expressions, which become SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression

from benchmarks.rivals.law import DENSITY, LABELS, TPP, classification, presumption, presumption_folded
from benchmarks.rows import RATE

NOTHING = ConstantExpression(None).cast("BOOLEAN")

Say = Callable[[int], Expression]


def screen(table: duckdb.DuckDBPyRelation, *, folded: bool, words: bool = False) -> duckdb.DuckDBPyRelation:
    """The table with the two quantities and the four verdict columns: numbers, or `words` by a dictionary."""
    performance = table.select("*", (ColumnExpression(RATE) * ConstantExpression(16.0)).alias(TPP))
    density = ColumnExpression(TPP) / ColumnExpression("applicable_die_area")
    outcome, item, presumed, presumed_item = (_said(labels, words=words) for labels in LABELS.values())
    verdicts = [*_decided(classification(ColumnExpression), outcome, item)]
    if folded:
        verdicts += _settled(*presumption_folded(ColumnExpression), presumed, presumed_item)
    else:
        verdicts += _decided(presumption(ColumnExpression, NOTHING), presumed, presumed_item)
    named = [verdict.alias(name) for name, verdict in zip(LABELS, verdicts, strict=True)]
    return performance.select("*", density.alias(DENSITY)).select("*", *named)


def _decided(items: Sequence[Expression], outcome: Say, item: Say) -> tuple[Expression, Expression]:
    """The outcome over some items, and the first that holds."""
    met = items[0]
    for holds in items[1:]:
        met = met | holds
    found = item(0)
    for number, holds in reversed(list(enumerate(items, 1))):
        found = CaseExpression(holds, item(number)).when(holds.isnull(), item(len(items) + 1)).otherwise(found)
    return CaseExpression(met, outcome(2)).when(met.isnull(), outcome(1)).otherwise(outcome(0)), found


def _settled(met: Expression, not_met: Expression, outcome: Say, item: Say) -> tuple[Expression, Expression]:
    """The outcome and the item from where a rule is met, by its first item, and where it is not."""
    return (
        CaseExpression(met, outcome(2)).when(not_met, outcome(0)).otherwise(outcome(1)),
        CaseExpression(met, item(1)).when(not_met, item(0)).otherwise(item(3)),
    )


def _said(labels: Sequence[str], *, words: bool) -> Say:
    """What makes a verdict of its number."""
    kind = ", ".join(f"'{label}'" for label in labels)
    if words:
        return lambda number: ConstantExpression(labels[number]).cast(f"ENUM({kind})")
    return lambda number: ConstantExpression(number).cast("UTINYINT")
