"""Threads end with the run that started them, also where an error ends it and somebody keeps the error."""

import gc
import shutil
import threading
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gateline import screen_batches
from gateline.fleet import arrow_tables, outputs
from gateline.fleet.pipeline import ahead, in_order
from gateline.jobs.fleet import fleet_excerpt, screen_fleet
from gateline.jobs.ledger import ledger_excerpt, screen_ledger

DAY = date(2026, 11, 21)


class FullError(Exception):
    """Stands for whatever stops a run: a full disk, Ctrl-C."""


@pytest.fixture(autouse=True)
def _no_thread_stays():
    """Blocks are short, so that many are left when a run stops, and no cycle is collected that would end threads late."""
    before = set(threading.enumerate())
    gc.disable()
    yield
    gc.enable()
    assert set(threading.enumerate()) <= before


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A file of 100 blocks that is a fleet."""
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS", 10)
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"chip": ["H20"] * 1000}), path)
    return str(path)


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """A file of 100 blocks that is a shipment ledger."""
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS", 10)
    path = tmp_path / "ledger.parquet"
    columns = {"chip": "H20", "destination": "CN", "end_user_hq": "CN", "date": "2026-11-02"}
    pq.write_table(pa.table({name: [value] * 1000 for name, value in columns.items()}), path)
    return str(path)


def full(*_):
    raise FullError


def started_here(before):
    return set(threading.enumerate()) - before


@pytest.mark.parametrize("screen", [screen_fleet, screen_ledger])
def test_an_output_that_cannot_be_written_ends_the_threads(screen, request, tmp_path, monkeypatch):
    source = request.getfixturevalue("table" if screen is screen_fleet else "ledger")
    monkeypatch.setattr(outputs.CsvWriter, "write", full)
    before = set(threading.enumerate())
    with pytest.raises(FullError) as kept:
        screen(source, tmp_path / "out.csv", DAY, threads=2)
    assert started_here(before) == set()
    assert kept.traceback


@pytest.mark.parametrize("examine", [fleet_excerpt, ledger_excerpt])
def test_an_excerpt_that_is_stopped_ends_the_threads(examine, request, tmp_path):
    source = request.getfixturevalue("table" if examine is fleet_excerpt else "ledger")
    before = set(threading.enumerate())
    with pytest.raises(FullError) as kept:
        examine(source, DAY, rejects=tmp_path / "rejects.csv", threads=2, progress=full)
    assert started_here(before) == set()
    assert kept.traceback


def test_a_folder_that_is_stopped_ends_the_threads(table, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    for name in "ab":
        shutil.copy(table, folder / f"{name}.parquet")
    before = set(threading.enumerate())
    with pytest.raises(FullError) as kept:
        screen_fleet(str(folder), tmp_path / "out", DAY, threads=2, progress=full)
    assert started_here(before) == set()
    assert kept.traceback


def test_batches_that_nobody_takes_end_the_threads():
    before = set(threading.enumerate())
    batches = screen_batches(pa.table({"chip": ["H20"] * 3_000_000}), DAY, threads=2)
    assert batches.read_next_batch().num_rows
    del batches
    assert started_here(before) == set()


def test_a_thread_may_find_that_its_own_work_is_no_longer_used():
    """Whoever collects a cycle closes what is in it; that is no error, in a thread that screens either."""
    kept, found = [], []
    dropped = threading.Event()

    def make(number):
        if number == 1:
            dropped.wait()
            kept.clear()
            found.append("closed")
        return number

    kept.append(in_order((number for number in range(10)), make, 1))
    assert next(kept[0]) == 0
    (worker,) = (thread for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor"))
    dropped.set()
    worker.join(10)
    assert (found, worker.is_alive()) == (["closed"], False)


def test_a_thread_may_find_that_what_it_reads_is_no_longer_used():
    kept, found = [], []
    dropped = threading.Event()

    def items():
        yield threading.current_thread()
        dropped.wait()
        kept.clear()
        found.append("closed")
        yield None

    kept.append(ahead(items(), 1))
    reader = next(kept[0])
    dropped.set()
    reader.join(10)
    assert (found, reader.is_alive()) == (["closed"], False)
