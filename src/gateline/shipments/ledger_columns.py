"""Accepted rows of a shipment ledger as columns: what totals are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of words or amounts: one code a row into its distinct values; a value None is unknown."""

    codes: NDArray[np.int32]
    values: tuple[Any, ...]  # str | Fraction | None


@dataclass(frozen=True, slots=True)
class LedgerColumns:
    """Accepted rows of one batch of a shipment ledger."""

    rows: NDArray[np.int64]  # row numbers in the source, from one
    ids: Sequence[str] | None
    days: NDArray[np.datetime64]  # datetime64[D], the day of the shipment
    counts: NDArray[np.int64]  # chips
    performance: Coded  # total processing performance of one chip, exact (Fraction) or None
    words: Mapping[
        str, Coded
    ]  # by canonical name: chip, consignee, destination, headquarters, end_user_country, supplier, transaction, …
