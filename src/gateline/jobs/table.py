"""Data in memory against the rules about its subject: arrays in, Arrow out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from gateline.errors import InputError
from gateline.fleet.problems import Reject
from gateline.fleet.run import Setting
from gateline.gating import Request
from gateline.jobs.fleet import CatalogueFigures, number_of_threads
from gateline.rules.corpus import Specs
from gateline.rules.specfiles import default_specs

if TYPE_CHECKING:
    import pyarrow as pa

    from gateline.fleet.arrow_run import ChunkScreener


def screen_table(
    data: Any,
    as_of: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    all_columns: bool = False,
    rejects: list[Reject] | None = None,
    threads: int | None = None,
    specs: Specs | None = None,
) -> pa.Table:
    """Screen every row of data in memory, with the same outcome as one by one.

    Parameters
    ----------
    data : dict of arrays, or an object with ``__arrow_c_stream__``
        NumPy arrays by heading, or a table of pyarrow, Polars, DuckDB or pandas. Headings are those of a file, with the unit in brackets where it is not the
        canonical one. Null and NaN are unknown.
    as_of : date
        Date for rows that do not state their own.
    role, rules, strict_facts, readings, specs
        As for `screen_chip`.
    all_columns : bool
        Whether the columns of `data` are repeated; else the result has ``id``, or ``row``, the number of the row from one.
    rejects : list, optional
        Gets each cell that cannot be read, whose row is then left out; without a list such a cell is an error.
    threads : int, optional
        How many threads screen; as many as there are cores by default. The result does not depend on it.

    Returns
    -------
    pyarrow.Table
        Verdict columns are dictionary-encoded text, computed quantities float64.

    Raises
    ------
    InputError
        If a column cannot hold what its heading says, or a cell cannot be read and `rejects` is not given.

    Examples
    --------
    >>> import numpy as np
    >>> chips = {
    ...     "dense_rate_16bit [TFLOP/s]": np.array([989.5, 148.0, np.nan]),
    ...     "applicable_die_area": np.array([814.0, 814.0, 600.0]),
    ...     "datacenter": np.array([True, True, True]),
    ... }
    >>> verdicts = screen_table(chips, date(2024, 6, 1), rules=("us.ear.3a090",))
    >>> verdicts.column("us.ear.3a090:item").to_pylist()
    ['3A090.a.1', '', 'undetermined']
    """
    batches = screen_batches(
        data,
        as_of,
        role=role,
        rules=rules,
        strict_facts=strict_facts,
        readings=readings,
        all_columns=all_columns,
        rejects=rejects,
        threads=threads,
        specs=specs,
    )
    return batches.read_all()


def screen_batches(
    data: Any,
    as_of: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    all_columns: bool = False,
    rejects: list[Reject] | None = None,
    threads: int | None = None,
    specs: Specs | None = None,
) -> pa.RecordBatchReader:
    """The same as `screen_table`, batch by batch as they are asked for: for data that does not fit the memory.

    Parameters
    ----------
    data, as_of, role, rules, strict_facts, readings, all_columns, rejects, threads, specs
        As for `screen_table`.

    Returns
    -------
    pyarrow.RecordBatchReader

    Raises
    ------
    InputError
        As for `screen_table`; for a cell that cannot be read, when its batch is asked for.

    Examples
    --------
    >>> chips = {"chip": ["H100", "H20"]}
    >>> for batch in screen_batches(chips, date(2024, 6, 1), rules=("us.ear.3a090",)):
    ...     print(batch.column("us.ear.3a090:outcome").to_pylist())
    ['met', 'not_met']
    """
    arrow_run = _arrow_run()
    specs = specs or default_specs()
    request = Request(as_of, role, rules, strict_facts, readings or {})
    setting = Setting(
        specs,
        request,
        CatalogueFigures(specs, as_of, specs.choose_readings(request.readings)),
        all_columns,
        number_of_threads(threads),
    )

    def take(found: list[Reject]) -> None:
        if rejects is None:
            raise arrow_run.unread(found[0])
        rejects.extend(found)

    return arrow_run.batches(setting, data, take)


def chunk_screener(
    schema: pa.Schema,
    as_of: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    all_columns: bool = True,
    take: Callable[[list[Reject]], None] | None = None,
    specs: Specs | None = None,
) -> ChunkScreener:
    """What Spark, Ray and other engines call in their workers, for data with this schema.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of every batch that will come.
    as_of, role, rules, strict_facts, readings, specs
        As for `screen_table`.
    all_columns : bool
        Whether the columns of the input are repeated; else ``id`` alone, or the number of the row in its batch.
    take : callable, optional
        Gets the cells that cannot be read, in the worker, whose rows are left out; without it such a cell is an error.

    Returns
    -------
    ChunkScreener
        With ``schema`` of what comes out, ``batches`` (iterator to iterator), ``batch`` and ``table``.

    Raises
    ------
    InputError
        If a column cannot hold what its heading says, or no column is known.

    Examples
    --------
    >>> import pyarrow as pa
    >>> chips = pa.table({"chip": ["H100", "H20"]})
    >>> screener = chunk_screener(chips.schema, date(2024, 6, 1), rules=("us.ear.3a090",))
    >>> screener.table(chips).column("us.ear.3a090:outcome").to_pylist()
    ['met', 'not_met']
    """
    arrow_run = _arrow_run()
    specs = specs or default_specs()
    request = Request(as_of, role, rules, strict_facts, readings or {})
    figures = CatalogueFigures(specs, as_of, specs.choose_readings(request.readings))
    found: ChunkScreener = arrow_run.ChunkScreener.of(Setting(specs, request, figures, all_columns, 1), schema, take)
    return found


def _arrow_run() -> Any:
    try:
        from gateline.fleet import arrow_run
    except ImportError:
        raise InputError("tables in memory need pyarrow. Install it with: pip install 'gateline[arrow]'") from None
    return arrow_run
