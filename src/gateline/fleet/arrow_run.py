"""Record batches in, record batches out: in memory, and as a function that any engine can call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from gateline.fleet.arrow_tables import ArrowReader, chunk_of, from_python
from gateline.fleet.arrow_writers import schema_of, to_batch
from gateline.fleet.problems import Reject
from gateline.fleet.result import screen_chunk
from gateline.fleet.run import Setting, prepare, stream
from gateline.fleet.screener import Screener
from gateline.fleet.summary import FleetSummary
from gateline.fleet.tables import Plan


@dataclass(frozen=True, slots=True)
class BatchScreener:
    """Screens record batches of one schema; it can be sent to other processes.

    Attributes
    ----------
    screener : Screener
    plan : Plan
    """

    screener: Screener
    plan: Plan

    @classmethod
    def of(cls, setting: Setting, schema: pa.Schema, source: str = "the table") -> BatchScreener:
        """For batches of a schema.

        Raises
        ------
        InputError
            If a column cannot hold what its heading says, or no column is known.
        """
        return cls(*prepare(setting, ArrowReader(source, schema, lambda _: iter(()))))

    def screen(self, batch: pa.RecordBatch, start: int = 1) -> tuple[pa.RecordBatch, list[Reject], FleetSummary]:
        """The verdicts of a batch whose first row is number `start`, the cells that cannot be read, and the sums."""
        result = screen_chunk(self.screener, chunk_of(self.plan, batch, start))
        return to_batch(result.columns), result.rejects, result.summary


def batches(setting: Setting, data: Any, take: Callable[[list[Reject]], None]) -> pa.RecordBatchReader:
    """The verdicts of data in memory, batch by batch; `take` is given the rejects of each."""
    reader = from_python(data)
    screener, plan = prepare(setting, reader)

    def made() -> Iterator[pa.RecordBatch]:
        for result in stream(screener, plan, reader, setting.threads):
            if result.rejects:
                take(result.rejects)
            yield to_batch(result.columns)

    return pa.RecordBatchReader.from_batches(schema_of(screener, plan, reader.schema), made())
