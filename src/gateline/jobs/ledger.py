"""Every row of a shipment ledger against the rules about shipments, and its totals against their lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateline.chips.chipfile import Chip
from gateline.chips.derive import completed
from gateline.clusters.derive import Member
from gateline.errors import InputError
from gateline.fleet.outputs import SUFFIXES as OUTPUT_SUFFIXES
from gateline.fleet.outputs import Output
from gateline.fleet.problems import Reject
from gateline.fleet.run import Progress, watched, write_results
from gateline.fleet.sources import arrow_module, open_table
from gateline.fleet.tables import TableReader
from gateline.gating import Request, check_role
from gateline.inputs import Inputs
from gateline.jobs.chip import Target, chip_called, chip_inputs
from gateline.jobs.fleet import check_paths, number_of_threads, rejects_beside
from gateline.jobs.paths import as_path, path_text
from gateline.rules.corpus import Specs
from gateline.rules.specfiles import default_specs
from gateline.shipments.item import Item
from gateline.shipments.ledger.excerpt import LedgerExcerpt
from gateline.shipments.ledger.run import LedgerRun, LedgerSetting
from gateline.shipments.ledger.stretch import KIND
from gateline.shipments.ledger.summary import LedgerSummary, Told
from gateline.shipments.quotas import Quotas
from gateline.shipments.totals import QuotaTotals, Stairs

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class CatalogueItems:
    """What a row ships: a chip of the catalogue with what the row states of it, or what it states alone."""

    specs: Specs
    readings: Mapping[str, str]
    _chips: dict[str, Target] = field(default_factory=dict)

    def __call__(self, name: str, stated: Inputs, as_of: date) -> Item:
        """The item with its inputs on a day.

        Raises
        ------
        InputError
            If no chip has that name.
        """
        if not name:
            return Item("chip", inputs := completed(stated, as_of), (Member("", Chip(name="item"), 1, inputs),))
        if name not in self._chips:
            self._chips[name] = chip_called(name)
        found = self._chips[name]
        inputs = chip_inputs(found.chip, stated, self.specs, as_of, self.readings)
        return Item("chip", inputs, (Member(found.id, found.chip, 1, inputs),))

    def remarks(self) -> list[str]:
        """Names of families, and what they were taken as."""
        return sorted(found.remark for found in self._chips.values() if found.remark)


@dataclass(frozen=True, slots=True)
class ScreenedLedger:
    """What became of a ledger: how many rows, what rules say of them, and its totals against their lines on a day."""

    specs: Specs
    as_of: date
    summary: LedgerSummary
    told: Told
    totals: tuple[QuotaTotals, ...]


@dataclass(frozen=True, slots=True)
class ExaminedLedger:
    """A screened ledger for people.

    Attributes
    ----------
    source : str
        What the ledger is called.
    request : Request
        As it was screened.
    screened : ScreenedLedger
    excerpt : LedgerExcerpt
        The first rows that matter.
    stairs : callable
        How totals came about: of one of the totals, for groups by their words.
    """

    source: str
    request: Request
    screened: ScreenedLedger
    excerpt: LedgerExcerpt
    stairs: Callable[[QuotaTotals, Sequence[tuple[str, ...]]], Stairs]


def screen_ledger(
    source: Path | str,
    output: Path | str | None,
    as_of: date,
    *,
    own_days: bool = False,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    rejects: Path | str | None = None,
    all_columns: bool = True,
    by_rule: bool = False,
    threads: int | None = None,
    arrow: bool = False,
    progress: Progress | None = None,
    specs: Specs | None = None,
) -> ScreenedLedger:
    """Screen every row of a shipment ledger, with the same answers as `screen_shipment` gives one by one.

    Parameters
    ----------
    source : Path or str
        A CSV, Parquet, Arrow or Feather file, a folder of Parquet files, or ``-`` for CSV or an Arrow stream on standard input. Headings are canonical names:
        ``id``, ``as_of``, ``chip``, ``count``, ``from``, ``to``, ``hq``, ``consignee``.
    output : Path, str or None
        CSV, Parquet, Arrow or Feather by its name, which appears only when it is complete; None writes to standard output.
    as_of : date
        Day of the totals, and of rows that do not state their own.
    own_days : bool
        Whether every row has to state its own day; one that does not is then rejected.
    role, rules, strict_facts, readings, specs
        As for `screen_shipment`.
    rejects : Path or str, optional
        Where rows that cannot be screened are listed. By default beside the output, with ``.rejects.csv`` in its name.
    all_columns : bool
        Whether the columns of the ledger are repeated in the output.
    by_rule : bool
        Whether each rule has columns of its own, ``<rule>:outcome`` and ``<rule>:item``.
    threads : int, optional
        How many threads screen; as many as there are cores by default. The result does not depend on it.
    arrow : bool
        Whether standard output gets an Arrow stream instead of CSV.
    progress : callable
        Called with the rows screened so far, how much of the table has been read, and how much there is.

    Returns
    -------
    ScreenedLedger

    Raises
    ------
    InputError
        If the ledger or an output cannot be used, or no row at all can be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     source, output = Path(folder, "ledger.csv"), Path(folder, "screened.csv")
    ...     _ = source.write_text("as_of,chip,to,hq\\n2026-06-01,H100,FR,CN\\n2024-06-01,H20,CN,CN\\n")
    ...     done = screen_ledger(source, output, date(2026, 11, 21))
    ...     first = output.read_text().splitlines()[1]
    >>> done.summary.rows, done.told.outcome.word
    (2, 'met')
    >>> first.split(",")[:4]
    ['2026-06-01', 'H100', 'FR', 'CN']
    """
    request = Request(as_of, role, rules, strict_facts, readings or {})
    setting = _setting(specs, request, own_days, all_columns, by_rule, threads)
    source, output = path_text(source, "source"), as_path(output, "output")
    if output is not None and output.suffix.lower() not in OUTPUT_SUFFIXES:
        raise InputError(f"{output}: a ledger has one result. Name a file: {', '.join(OUTPUT_SUFFIXES)}.")
    listed = as_path(rejects, "rejects") or rejects_beside(output)
    check_paths(source, output, listed)
    with open_table(source) as reader:
        ledger = _Ledger(setting, reader)
        write_results(ledger.run.results(), reader, Output(output, arrow=arrow), listed, progress)
        return ledger.screened()


def ledger_excerpt(
    source: Path | str,
    as_of: date,
    *,
    own_days: bool = False,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    rejects: Path | str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    specs: Specs | None = None,
) -> ExaminedLedger:
    """Screen a shipment ledger and keep the sums, the totals, and the first rows that matter.

    Parameters
    ----------
    source, as_of, own_days, role, rules, strict_facts, readings, threads, progress, specs
        As for `screen_ledger`.
    rejects : Path or str, optional
        Where rows that cannot be screened are listed; ``rejects.csv`` by default.

    Returns
    -------
    ExaminedLedger
        What rules say of all rows is not written.

    Raises
    ------
    InputError
        If the ledger or the file of rejects cannot be used, or no row at all can be read.
    """
    request = Request(as_of, role, rules, strict_facts, readings or {})
    setting = _setting(specs, request, own_days, True, False, threads)
    source = path_text(source, "source")
    listed = as_path(rejects, "rejects") or rejects_beside(None)
    check_paths(source, None, listed)
    with open_table(source) as reader:
        ledger = _Ledger(setting, reader)
        found = LedgerExcerpt()
        for _ in watched(found.watch(ledger.run.results(), ledger.run.headings), reader, listed, progress):
            pass
        return ExaminedLedger(reader.source, setting.request, ledger.screened(), found, ledger.quotas.stairs)


def examine_ledger(
    reader: TableReader, as_of: date, role: str = "exporter", rules: tuple[str, ...] = ()
) -> ExaminedLedger:
    """Screen a shipment ledger that is open, in one thread, and keep the sums, the totals, and the first rows that matter.

    Parameters
    ----------
    reader : TableReader
        The ledger; nothing is written, rejects neither.
    as_of, role, rules
        As for `screen_ledger`.

    Returns
    -------
    ExaminedLedger
        Of a ledger in which no row can be read it has the first rejects.

    Raises
    ------
    InputError
        If the header cannot be used, or a rule does not exist.
    """
    ledger = _Ledger(_setting(None, Request(as_of, role, rules), False, True, False, 1), reader)
    found = LedgerExcerpt()
    for _ in found.watch(ledger.run.results(), ledger.run.headings):
        pass
    return ExaminedLedger(reader.source, ledger.request, ledger.screened(), found, ledger.quotas.stairs)


def _setting(
    specs: Specs | None,
    request: Request,
    own_days: bool,
    all_columns: bool,
    by_rule: bool,
    threads: int | None,
) -> LedgerSetting:
    check_role(KIND, request.role)
    specs = specs or default_specs()
    items = CatalogueItems(specs, specs.choose_readings(request.readings))
    return LedgerSetting(specs, request, not own_days, items, all_columns, by_rule, number_of_threads(threads))


class _Ledger:
    """A ledger being screened, and its totals."""

    def __init__(self, setting: LedgerSetting, reader: TableReader) -> None:
        self._setting = setting
        self.request = setting.request
        self.quotas = Quotas(setting.specs, setting.request.as_of)
        self.run = LedgerRun(setting, reader, self.quotas.add)

    def screened(self) -> ScreenedLedger:
        """What became of it, once all rows are through."""
        items, summary = self._setting.items, self.run.summary
        assert isinstance(items, CatalogueItems)
        summary.remarks += items.remarks()
        return ScreenedLedger(self._setting.specs, self.request.as_of, summary, self.run.told, self.quotas.totals())


def screen_shipments(
    data: Any,
    as_of: date,
    *,
    own_days: bool = False,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    all_columns: bool = False,
    by_rule: bool = False,
    rejects: list[Reject] | None = None,
    threads: int | None = None,
    specs: Specs | None = None,
) -> pa.Table:
    """Screen every row of a shipment ledger in memory, with the same answers as `screen_shipment` gives one by one.

    Parameters
    ----------
    data : dict of arrays, or an object with ``__arrow_c_stream__``
        As for `screen_table`, with the columns of a shipment ledger.
    as_of : date
        Day of rows that do not state their own.
    own_days : bool
        Whether every row has to state its own day; one that does not cannot be read then.
    role, rules, strict_facts, readings, specs
        As for `screen_shipment`.
    all_columns : bool
        Whether the columns of `data` are repeated; else the result has ``id``, or ``row``, the number of the row from one.
    by_rule : bool
        Whether each rule has columns of its own.
    rejects : list, optional
        Gets each cell that cannot be read, whose row is then left out; without a list such a cell is an error.
    threads : int, optional
        As for `screen_table`.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    InputError
        If a column cannot hold what its heading says, or a row cannot be screened and `rejects` is not given.

    Examples
    --------
    >>> ledger = {"chip": ["H100", "H20"], "as_of": ["2026-06-01", "2024-06-01"], "to": ["FR", "CN"], "hq": ["CN", "CN"]}
    >>> screen_shipments(ledger, date(2026, 11, 21)).column("licence:enforced").to_pylist()
    ['met', 'not_met']
    """
    tables = arrow_module("tables in memory")
    import pyarrow as pa

    from gateline.fleet.arrow_run import unread
    from gateline.fleet.arrow_writers import to_batch

    request = Request(as_of, role, rules, strict_facts, readings or {})
    setting = _setting(specs, request, own_days, all_columns, by_rule, threads)
    run = LedgerRun(setting, tables.from_python(data, setting.threads), lambda _: None)
    batches = []
    for result in run.results():
        if result.rejects and rejects is None:
            raise unread(result.rejects[0])
        if rejects is not None:
            rejects.extend(result.rejects)
        batches.append(to_batch(result.columns))
    return pa.Table.from_batches(batches).unify_dictionaries()
