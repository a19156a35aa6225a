"""Whether two tools say the same of every row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.rivals.law import DENSITY, LABELS, TPP

Plain = dict[str, npt.NDArray[np.generic]]


def plain(table: pa.Table) -> Plain:
    """A result as arrays: quantities with NaN for what is unknown, verdicts as positions in `LABELS`."""
    quantities: Plain = {
        name: table[name].combine_chunks().to_numpy(zero_copy_only=False).astype(np.float64) for name in (TPP, DENSITY)
    }
    return quantities | {name: _numbered(table[name], labels) for name, labels in LABELS.items()}


def _numbered(column: pa.ChunkedArray, labels: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    """A verdict column as positions in `labels`, be it text, text by a dictionary, or those positions."""
    if pa.types.is_integer(column.type):
        return np.asarray(column.combine_chunks().to_numpy(zero_copy_only=False), dtype=np.uint8)
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    parts = []
    for chunk in coded.chunks:
        places = [labels.index(text) if text in labels else 255 for text in chunk.dictionary.to_pylist()]
        parts.append(np.array([*places, 255], dtype=np.uint8)[chunk.indices.to_numpy(zero_copy_only=False)])
    return np.concatenate(parts)


def require_equal(name: str, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Refuse a result that differs in a single row.

    Raises
    ------
    AssertionError
        Naming the tool, the column and the first such row.
    """
    for column, wanted in expected.items():
        given = np.asarray(found[column])
        same = (given == wanted) | ((given != given) & (wanted != wanted))
        if len(given) != len(wanted) or not same.all():
            row = int(np.argmin(same))
            raise AssertionError(f"{name}: {column} differs in row {row}: {given[row]} instead of {wanted[row]}")
