"""Record batches in, record batches out: in memory, and as a function that any engine can call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from gateline.errors import InputError
from gateline.fleet.arrow_cells import check_schema
from gateline.fleet.arrow_tables import ArrowReader, chunk_of, from_python
from gateline.fleet.arrow_writers import plain, schema_of, to_batch
from gateline.fleet.problems import Reject
from gateline.fleet.result import screen_chunk
from gateline.fleet.run import Setting, prepare, stream
from gateline.fleet.screener import Screener
from gateline.fleet.summary import FleetSummary
from gateline.fleet.tables import Plan
from gateline.numerals import clip


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
        screener, plan = prepare(setting, ArrowReader(source, schema, lambda _: iter(())))
        check_schema(plan.header, schema)
        return cls(screener, plan)

    def screen(self, batch: pa.RecordBatch, start: int = 1) -> tuple[pa.RecordBatch, list[Reject], FleetSummary]:
        """The verdicts of a batch whose first row is number `start`, the cells that cannot be read, and the sums."""
        result = screen_chunk(self.screener, chunk_of(self.plan, batch, start))
        return to_batch(result.columns), result.rejects, result.summary


@dataclass(frozen=True, slots=True)
class ChunkScreener:
    """The function that engines call: batches or tables of one schema in, those with verdicts out, text as plain text.

    It can be sent to other processes.

    Attributes
    ----------
    screener : BatchScreener
    schema : pyarrow.Schema
        Of what comes out.
    take : callable or None
        Is given the cells that cannot be read, whose rows are left out, where the batch is screened; without it such a
        cell is an error.
    """

    screener: BatchScreener
    schema: pa.Schema
    take: Callable[[list[Reject]], None] | None = None

    @classmethod
    def of(
        cls, setting: Setting, schema: pa.Schema, take: Callable[[list[Reject]], None] | None = None
    ) -> ChunkScreener:
        """For batches of a schema.

        Raises
        ------
        InputError
            If a column cannot hold what its heading says, or no column is known.
        """
        screener = BatchScreener.of(setting, schema)
        fields = [
            pa.field(field.name, field.type.value_type) if pa.types.is_dictionary(field.type) else field
            for field in schema_of(screener.screener, screener.plan, schema)
        ]
        return cls(screener, pa.schema(fields), take)

    def batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The verdicts of one batch.

        Raises
        ------
        InputError
            For a cell that cannot be read, where nothing takes it.
        """
        screened, rejects, _ = self.screener.screen(batch)
        if rejects and self.take is None:
            raise unread(rejects[0])
        if rejects and self.take is not None:
            self.take(rejects)
        coded = [field.name for field in screened.schema if pa.types.is_dictionary(field.type)]
        return plain(screened, coded).cast(self.schema)

    def batches(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The verdicts of each batch, as Spark's ``mapInArrow`` calls it."""
        return map(self.batch, batches)

    def table(self, table: pa.Table) -> pa.Table:
        """The verdicts of a table, as Ray's ``map_batches`` calls it."""
        return pa.Table.from_batches(map(self.batch, table.to_batches()), self.schema)


def unread(reject: Reject) -> InputError:
    """A cell that cannot be read, as an error."""
    return InputError(
        f"row {reject.row}, {reject.column}: '{clip(reject.value)}': {clip(reject.reason, 200).rstrip('.')}."
    )


def batches(setting: Setting, data: Any, take: Callable[[list[Reject]], None]) -> pa.RecordBatchReader:
    """The verdicts of data in memory, batch by batch; `take` is given the rejects of each."""
    reader = from_python(data, setting.threads)
    screener, plan = prepare(setting, reader)

    def made() -> Iterator[pa.RecordBatch]:
        with closing(stream(screener, plan, reader, setting.threads)) as results:
            for result in results:
                if result.rejects:
                    take(result.rejects)
                yield to_batch(result.columns)

    return pa.RecordBatchReader.from_batches(schema_of(screener, plan, reader.schema), made())
