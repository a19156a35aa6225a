"""The parts of a folder on separate processes: the same bytes, whatever happens to a worker, and clear refusals."""

import logging
import os
import signal
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from distributed import Client, LocalCluster

from gateline.cli import group
from gateline.errors import InputError
from gateline.fleet import cluster
from gateline.fleet.storage import LocalFolder, RemoteFolder, folder_of
from gateline.jobs import screen_fleet

DAY = date(2026, 11, 21)
NAMES = ["H100", "H20", "L4", None]
PARTS, ROWS = 8, 400


def part(number):
    """Rows of one part; the second has chips that nobody knows."""
    return pa.table(
        {
            "id": [f"p{number}r{row}" for row in range(ROWS)],
            "chip": ["no such chip" if number == 1 and row % 5 == 0 else NAMES[row % 4] for row in range(ROWS)],
            "dense_rate_8bit": [None if row % 3 else row * 1.5 for row in range(ROWS)],
            "consignee": [f"c{row % 7}" for row in range(ROWS)],
        }
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleet")
    for number in range(PARTS):
        inner = folder / f"as_of=202{number % 3 + 3}-06-01"
        inner.mkdir(exist_ok=True)
        pq.write_table(part(number), inner / f"{number:02}.parquet")
    return folder


@pytest.fixture(scope="module")
def alone(source, tmp_path_factory):
    """The folder that one process makes, and the totals."""
    output = tmp_path_factory.mktemp("alone") / "out"
    return output, screen_fleet(str(source), output, DAY, totals=True).totals


@pytest.fixture(scope="module")
def scheduler():
    """A scheduler with two worker processes of one thread each."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
    ) as local:
        yield local.scheduler_address


def digests(folder):
    """Every file of a folder; what another run may say otherwise is when the input was changed."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_bytes_as_one_process(source, alone, scheduler, tmp_path):
    """Parts, rejects, records and manifest; totals of the parts add up to those of the whole."""
    output, totals = alone
    summary = screen_fleet(str(source), tmp_path / "out", DAY, totals=True, cluster=scheduler)
    assert digests(tmp_path / "out") == digests(output)
    assert summary.totals == totals
    assert summary.rows == PARTS * ROWS
    assert summary.rejected == ROWS // 5


def test_a_killed_worker_costs_no_row(source, alone, scheduler, tmp_path):
    """One of the two workers is killed after the first part: every row is there once, and nothing else is."""
    with Client(scheduler, set_as_default=False) as client:
        victims = list(client.run(os.getpid).values())
    seen = []

    def kill(_, done, total):
        if not seen:
            os.kill(victims[0], signal.SIGKILL)
        seen.append((done, total))

    screen_fleet(str(source), tmp_path / "out", DAY, totals=True, cluster=scheduler, progress=kill)
    assert seen[0] == (ROWS, PARTS * ROWS)
    assert seen[-1] == (PARTS * ROWS, PARTS * ROWS)
    written = pq.ParquetDataset(sorted((tmp_path / "out").rglob("*.parquet")), partitioning=None).read()
    expected = [f"p{number}r{row}" for number in range(PARTS) for row in range(ROWS) if number != 1 or row % 5]
    assert sorted(written.column("id").to_pylist()) == sorted(expected)
    assert digests(tmp_path / "out") == digests(alone[0])


def test_resume_on_workers_keeps_what_is_whole(source, alone, scheduler, tmp_path):
    screen_fleet(str(source), tmp_path / "out", DAY, totals=True, cluster=scheduler)
    found = sorted((tmp_path / "out").rglob("*.parquet"))
    found[0].unlink()
    found[1].write_bytes(b"PAR1")
    (tmp_path / "out" / "_manifest.json").unlink()
    summary = screen_fleet(str(source), tmp_path / "out", DAY, totals=True, cluster=scheduler, resume=True)
    assert summary.skipped == PARTS - 2
    assert digests(tmp_path / "out") == digests(alone[0])


def test_folders_behind_urls_on_workers(source, alone, scheduler, tmp_path):
    """The same parts, rejects and list of parts; a record says otherwise when the input was changed."""
    screen_fleet(f"file://{source}", f"file://{tmp_path}/out", DAY, totals=True, cluster=scheduler)
    found, wanted = digests(tmp_path / "out"), digests(alone[0])
    assert found.keys() == wanted.keys()
    assert {name: found[name] for name in found if not name.startswith("_parts")} == {
        name: wanted[name] for name in wanted if not name.startswith("_parts")
    }


def test_workers_are_started_and_stopped(source, alone, tmp_path):
    """``--workers``: processes of their own, which are gone afterwards."""
    options = ["--as-of", "2026-11-21", "--workers", "1", "--allow-rejects", "--totals", str(tmp_path / "t.json")]
    found = CliRunner().invoke(
        group, ["fleet", str(source), "-o", str(tmp_path / "out"), *options], standalone_mode=False
    )
    assert found.exception is None
    assert f"{PARTS * ROWS:,} rows read" in found.stderr
    assert digests(tmp_path / "out") == digests(alone[0])


# Folders behind URLs, without workers


@pytest.fixture
def memory(source):
    """The folder in a file system that is no local one."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    for path in source.rglob("*.parquet"):
        system.pipe_file(f"/in/{path.relative_to(source).as_posix()}", path.read_bytes())
    yield system
    system.store.clear()


def stored(system, folder):
    return {
        name.removeprefix(f"{folder}/"): sha256(system.cat_file(name)).hexdigest()
        for name in system.find(folder)
        if "/_parts/" not in name
    }


def test_from_url_to_url(memory, alone):
    screen_fleet("memory://in", "memory://out", DAY, totals=True)
    wanted = {name: digest for name, digest in digests(alone[0]).items() if not name.startswith("_parts")}
    assert stored(memory, "/out") == wanted
    again = screen_fleet("memory://in", "memory://out", DAY, totals=True, resume=True)
    assert again.skipped == PARTS
    assert again.totals == alone[1]


def test_what_a_killed_run_left_behind_a_url_is_swept(memory):
    memory.pipe_file("/out/as_of=2023-06-01/.00.parquet.0123", b"half")
    with pytest.raises(InputError, match="is not empty"):
        screen_fleet("memory://in", "memory://out", DAY)
    screen_fleet("memory://in", "memory://out", DAY, resume=True)
    assert not [name for name in memory.find("/out") if "/." in name]


def test_one_file_behind_a_url_goes_to_a_folder(memory):
    screen_fleet("memory://in/as_of=2023-06-01/00.parquet", "memory://one", DAY)
    assert "/one/00-00000.parquet" in memory.find("/one")


def test_a_url_that_fails_leaves_nothing_under_the_name(memory, monkeypatch):
    """The part is sent under another name first; what fails on the way is no part."""

    def broken(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(memory), "mv", broken)
    with pytest.raises(OSError, match="No space left"):
        screen_fleet("memory://in", "memory://out", DAY, threads=1)
    assert not [name for name in memory.find("/out") if "/." not in name]


@pytest.mark.parametrize(
    ("read", "written", "more", "says"),
    [
        ("memory://in", "out.parquet", {}, "URLs are for folders"),
        ("memory://in", None, {}, "URLs are for folders"),
        ("nosuch://in", "out", {}, "nosuch://in: cannot be opened: Protocol not known"),
        ("memory://empty", "out", {}, "memory://empty: has no Parquet files"),
        ("memory://in", "memory://in/out", {}, "lies in the folder that is read"),
        ("memory://in/none.parquet", "out", {}, "none.parquet: cannot be read"),
        ("in.csv", "out.csv", {"workers": 2}, "--workers is for folders"),
        ("in.csv", "out.csv", {"cluster": "tcp://a:1"}, "--cluster is for folders"),
        ("memory://in", "out", {"cluster": "tcp://a:1", "workers": 2}, "give one of them"),
    ],
)
@pytest.mark.usefixtures("memory")
def test_places_that_do_not_fit(tmp_path, monkeypatch, read, written, more, says):
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("chip\nH100\n", encoding="utf-8")
    with pytest.raises(InputError, match=says):
        screen_fleet(read, written, DAY, **more)
    assert not Path("out").exists() or not any(Path("out").iterdir())


def test_both_sorts_of_folder_answer_alike(tmp_path):
    """What a run asks of a folder: its files, their digests, replacing, removing, sweeping."""
    told = []
    for folder in (LocalFolder(tmp_path / "a"), RemoteFolder(f"file://{tmp_path}/b")):
        folder.make()
        folder.write("x/one.json", "1")
        folder.write("x/one.json", "22")
        folder.write("x/.two.json.123", "left")
        folder.sweep("x/two.json")
        folder.remove("x/none.json")
        told.append((folder.files(), folder.read("x/one.json"), folder.digest("x/one.json"), folder.digest("none")))
        assert folder.state("x/one.json")[0] == 2
    assert told[0] == told[1] == (["x/one.json"], "22", sha256(b"22").hexdigest(), None)
    assert isinstance(folder_of("s3://bucket/in"), RemoteFolder)
    assert isinstance(folder_of("C:/fleet"), LocalFolder)


# Schedulers and workers that do not answer or do not fit


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("tcp://127.0.0.1:1", "no Dask scheduler answers"),
        ("nosuch://x", "no Dask scheduler answers"),
        ("not an address", "no Dask scheduler answers"),
    ],
)
def test_no_scheduler_answers(source, tmp_path, monkeypatch, address, says):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(InputError, match=says):
        screen_fleet(str(source), tmp_path / "out", DAY, cluster=address)
    assert not list(tmp_path.rglob("_manifest.json"))


def test_a_scheduler_without_workers(source, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "WORKER_SECONDS", 0.2)
    with (
        LocalCluster(n_workers=0, processes=False, protocol="tcp", dashboard_address="127.0.0.1:0") as empty,
        pytest.raises(InputError, match="the scheduler has no workers"),
    ):
        screen_fleet(str(source), tmp_path / "out", DAY, cluster=empty.scheduler_address)


@pytest.mark.parametrize("name", ["gateline", "the rules' data", "pyarrow", "Python"])
def test_a_worker_of_another_release(source, scheduler, tmp_path, monkeypatch, name):
    here = cluster.installed() | {name: "9.9"}
    monkeypatch.setattr(cluster, "installed", lambda: here)
    with pytest.raises(InputError, match=f"has {name} .*, here it is 9.9"):
        cluster._check("a worker", here | {name: "9.8"}, here)
    other = {worker: found | {name: "9.8"} for worker, found in {"w": here}.items()}
    monkeypatch.setattr(Client, "run", lambda *_, **__: other)
    with pytest.raises(InputError, match=f"w: has {name} 9.8, here it is 9.9"):
        screen_fleet(str(source), tmp_path / "out", DAY, cluster=scheduler)


def test_a_worker_without_the_program(source, scheduler, tmp_path, monkeypatch):
    missing = ModuleNotFoundError("No module named 'gateline'")
    monkeypatch.setattr(Client, "run", lambda *_, **__: {"w": missing})
    with pytest.raises(InputError, match="w: a part of gateline is missing: No module named 'gateline'"):
        screen_fleet(str(source), tmp_path / "out", DAY, cluster=scheduler)


def test_the_extra_is_asked_for_by_name(source, tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "gateline.fleet.cluster")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'gateline\[cluster\]'"):
        screen_fleet(str(source), tmp_path / "out", DAY, workers=2)


def test_a_bad_part_is_one_line(scheduler, tmp_path):
    """What a worker refuses is said here as if it had been screened here."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        pq.write_table(part(number), folder / f"{number}.parquet")
    whole = (folder / "2.parquet").read_bytes()
    middle = len(whole) // 3
    (folder / "2.parquet").write_bytes(whole[:4] + bytes(middle) + whole[4 + middle :])
    with pytest.raises(InputError, match=r"2\.parquet: cannot be read") as raised:
        screen_fleet(str(folder), tmp_path / "out", DAY, cluster=scheduler)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out" / "_manifest.json").exists()
