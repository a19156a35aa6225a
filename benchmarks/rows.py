"""The tables that are screened: raw specifications of tape-outs, and ledgers of chips; the same from the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 3090
BLOCK = 2**19
"""Rows that are drawn at a time, each block from a seed of its own: a longer table starts with the shorter one."""
UNKNOWN = 0.1
"""The share of the cells in which nothing is said."""
RATE = "dense_rate_16bit [TFLOP/s]"

Columns = dict[str, npt.NDArray[np.float64]]


def specifications(block: int, rows: int = BLOCK) -> Columns:
    """Eight columns of one block of tape-outs around the lines of ECCN 3A090 and its Note 1; NaN is unknown."""
    draw = np.random.default_rng([SEED, block])
    columns = {
        RATE: np.exp(draw.uniform(np.log(20), np.log(2000), BLOCK)).round(1),
        "applicable_die_area": draw.uniform(80, 1700, BLOCK).round(1),
        "datacenter": _flag(draw),
        "process_node": draw.choice(np.array([3.0, 4, 5, 7, 12, 16, 22, 28, 40]), BLOCK),
        "approximated_transistor_count": draw.uniform(5e9, 60e9, BLOCK).round(-6),
        "transistor_count_attested": _flag(draw),
        "packaged_by_fabricator": _flag(draw),
        "osat_approved": _flag(draw),
    }
    for values in columns.values():
        values[draw.random(BLOCK) < UNKNOWN] = np.nan
    return {name: values[:rows] for name, values in columns.items()}


def _flag(draw: np.random.Generator) -> npt.NDArray[np.float64]:
    return draw.integers(0, 2, BLOCK).astype(np.float64)


def blocks(rows: int) -> Iterator[Columns]:
    """The blocks of a table of so many rows."""
    for number, start in enumerate(range(0, rows, BLOCK)):
        yield specifications(number, min(BLOCK, rows - start))


def table(rows: int) -> pa.Table:
    """The whole table in memory, with nulls where nothing is said."""
    return pa.Table.from_batches([_batch(columns) for columns in blocks(rows)]).combine_chunks()


def arrays(rows: int) -> Columns:
    """The whole table as NumPy arrays, with NaN where nothing is said."""
    parts = list(blocks(rows))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _batch(columns: Columns) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({name: pa.array(values, from_pandas=True) for name, values in columns.items()})


def write_parquet(path: Path, rows: int) -> None:
    """The table as a Parquet file, block by block, as pyarrow writes one where nothing else is asked for."""
    writer = None
    for columns in blocks(rows):
        batch = _batch(columns)
        if writer is None:
            writer = pq.ParquetWriter(path, batch.schema)
        writer.write_batch(batch)
    assert writer is not None
    writer.close()
