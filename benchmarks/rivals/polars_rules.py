"""The rules in Polars: lazy expressions on columns with nulls."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from benchmarks.rivals.law import DENSITY, LABELS, TPP, classification, presumption, presumption_folded
from benchmarks.rows import RATE

NOTHING = pl.lit(None, dtype=pl.Boolean)


def screen(table: pl.LazyFrame, *, folded: bool) -> pl.LazyFrame:
    """The table with the two quantities and the four verdict columns, which are numbers."""
    performance = table.with_columns((pl.col(RATE) * 16).alias(TPP))
    computed = performance.with_columns((pl.col(TPP) / pl.col("applicable_die_area")).alias(DENSITY))
    presumed = _settled(*presumption_folded(pl.col)) if folded else _decided(presumption(pl.col, NOTHING))
    verdicts = (*_decided(classification(pl.col)), *presumed)
    return computed.with_columns(verdict.alias(name) for name, verdict in zip(LABELS, verdicts, strict=True))


def in_words(table: pl.LazyFrame) -> pl.LazyFrame:
    """The verdict columns as text by a dictionary."""
    return table.with_columns(pl.col(name).cat.to(pl.Enum(list(labels))) for name, labels in LABELS.items())


def _decided(items: Sequence[pl.Expr]) -> tuple[pl.Expr, pl.Expr]:
    """The outcome over some items, and the first that holds."""
    met = pl.any_horizontal(items)
    outcome = pl.when(met).then(_code(2)).when(met.is_null()).then(_code(1)).otherwise(_code(0))
    item = _code(0)
    for number, holds in reversed(list(enumerate(items, 1))):
        item = pl.when(holds).then(_code(number)).when(holds.is_null()).then(_code(len(items) + 1)).otherwise(item)
    return outcome, item


def _settled(met: pl.Expr, not_met: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The outcome and the item from where a rule is met, by its first item, and where it is not."""
    outcome = pl.when(met).then(_code(2)).when(not_met).then(_code(0)).otherwise(_code(1))
    return outcome, pl.when(met).then(_code(1)).when(not_met).then(_code(0)).otherwise(_code(3))


def _code(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt8)
