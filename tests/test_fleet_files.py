"""Tables in files and folders: every format says the same, and nothing that is not whole looks whole."""

import csv
import gc
import io
import json
import os
import signal
import struct
import subprocess
import sys
import time
from datetime import date

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from gateline.cli import progress
from gateline.errors import InputError
from gateline.fleet import arrow_tables, arrow_writers, outputs, parts, rejects, tables
from gateline.fleet.problems import Reject
from gateline.jobs import screen_fleet

DAY = date(2026, 11, 21)
RULE = "us.ear.3a090"
NAMES = ["H100", "H20", "huawei-910d", None, "RTX 4090D", "L4"]


def example(rows=12):
    """Chips by name with numbers, flags and dates of their own, and columns that mean nothing here."""
    names = [NAMES[row % len(NAMES)] for row in range(rows)]
    return pa.table(
        {
            "id": pa.array([f"c{row}" for row in range(rows)]),
            "chip": pa.array(names).dictionary_encode(),
            "applicable_die_area": pa.array([None if row % 3 else 500.0 + row for row in range(rows)]),
            "datacenter": pa.array([[True, None, False][row % 3] for row in range(rows)]),
            "as_of": pa.array([[date(2023, 6, 1), None][row % 2] for row in range(rows)]),
            "count": pa.array(range(1, rows + 1)),
            "note": pa.array([f"=n{row}" for row in range(rows)]),
        }
    )


def as_csv(table, path):
    """The table as people write it."""
    shown = {None: "", True: "yes", False: "no"}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(table.schema.names)
        for row in table.to_pylist():
            writer.writerow(
                [shown.get(cell, cell) if cell is None or isinstance(cell, bool) else cell for cell in row.values()]
            )


def write(table, path):
    """The table in the format of its name."""
    if path.suffix == ".csv":
        as_csv(table, path)
    elif path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=5)
    elif path.suffix == ".feather":
        pyarrow.feather.write_feather(table, path)
    else:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table, max_chunksize=4)


def read(path):
    """The rows of a result, text as it is, numbers as numbers, nothing as None."""
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    with pa.OSFile(str(path)) as source:
        return pa.ipc.open_file(source).read_all().to_pylist()


@pytest.mark.parametrize("to", ["out.parquet", "out.arrow", "out.feather"])
@pytest.mark.parametrize("source", ["in.csv", "in.parquet", "in.feather", "in.arrow"])
def test_every_format_says_the_same(tmp_path, source, to, monkeypatch):
    """The computed columns and verdicts of a CSV file and of the same table with types, in small blocks."""
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS", 4)
    monkeypatch.setattr(tables, "BLOCK_ROWS", 3)
    write(example(), tmp_path / source)
    as_csv(example(), tmp_path / "plain.csv")
    screen_fleet(str(tmp_path / source), tmp_path / to, DAY, all_columns=False)
    screen_fleet(str(tmp_path / "plain.csv"), tmp_path / "plain.parquet", DAY, all_columns=False, threads=1)
    assert read(tmp_path / to) == read(tmp_path / "plain.parquet")
    assert len(read(tmp_path / to)) == 12


def test_input_columns_come_out_as_they_came_in(tmp_path):
    """Types and values are kept; text of the input has a dictionary where it was read by one."""
    write(example(), tmp_path / "in.parquet")
    screen_fleet(str(tmp_path / "in.parquet"), tmp_path / "out.parquet", DAY)
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.select(example().schema.names).to_pylist() == example().to_pylist()
    assert found.schema.field("count").type == pa.int64()
    screen_fleet(str(tmp_path / "in.parquet"), tmp_path / "out.csv", DAY)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert [row["note"] for row in rows[:2]] == ["'=n0", "'=n1"]
    assert [row["datacenter"] for row in rows[:3]] == ["yes", "", "no"]


def test_a_pipe_carries_csv_or_an_arrow_stream(tmp_path):
    """Arrow is known by how it starts, framed as a file or not; ``--format arrow`` gives a stream."""
    command = [sys.executable, "-m", "gateline", "fleet", "-", "--as-of", "2026-11-21", "--columns", "verdicts"]
    write(example(), tmp_path / "in.feather")
    write(example(), tmp_path / "in.arrow")
    as_csv(example(), tmp_path / "in.csv")
    answers = [
        subprocess.run(command, input=(tmp_path / name).read_bytes(), capture_output=True, check=True).stdout
        for name in ("in.csv", "in.feather", "in.arrow")
    ]
    assert answers[0] == answers[1] == answers[2]
    stream = subprocess.run(
        [*command, "--format", "arrow"], input=(tmp_path / "in.arrow").read_bytes(), capture_output=True, check=True
    )
    found = pa.ipc.open_stream(stream.stdout).read_all()
    assert found.column(f"{RULE}:item").to_pylist() == [
        row[f"{RULE}:item"] for row in csv.DictReader(io.StringIO(answers[0].decode()))
    ]
    write(example(), tmp_path / "in.parquet")
    refused = subprocess.run(command, input=(tmp_path / "in.parquet").read_bytes(), capture_output=True, check=False)
    assert (refused.returncode, b"is Parquet, which is not read from a pipe" in refused.stderr) == (2, True)


@pytest.mark.parametrize("form", ["csv", "arrow", "parquet"])
@pytest.mark.parametrize("command", ["fleet", "shipment"])
def test_a_pipe_with_a_name(tmp_path, command, form):
    """CSV and Arrow streams are read from a pipe as from standard input; of Parquet it is said that they cannot be."""
    table = pa.table({"chip": ["H100"], "as_of": ["2026-06-01"], "to": ["FR"], "hq": ["CN"]})
    write(table, tmp_path / f"in.{form}")
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cp", "--", tmp_path / f"in.{form}", tmp_path / "pipe"]):
        call = [sys.executable, "-m", "gateline", command, "pipe", "-o", "out.csv"]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    if form == "parquet":
        assert (done.returncode, done.stderr) == (
            2,
            "gateline: pipe: is Parquet, which is not read from a pipe. Name the file.\n",
        )
    else:
        assert done.returncode == 0, done.stderr
        assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_bytes_do_not_depend_on_threads(tmp_path, threads, monkeypatch):
    """Parquet, CSV and rejects, with presumptions whose ways out come in another order."""
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS", 7)
    table = example(60).append_column("process_node", pa.array([7.0, None, -1.0] * 20))
    write(table, tmp_path / "in.parquet")
    written = []
    for used in (threads, 1):
        for name in ("out.parquet", "out.csv"):
            screen_fleet(str(tmp_path / "in.parquet"), tmp_path / name, DAY, role="foundry", threads=used)
        written.append([(tmp_path / name).read_bytes() for name in ("out.parquet", "out.csv", "out.rejects.csv")])
    assert written[0] == written[1]
    assert written[0][2].count(b"\n") == 21


@pytest.mark.parametrize("name", ["in.parquet", "in.feather", "in.arrow"])
@pytest.mark.parametrize("kept", [0, 3, 0.5, 0.98])
def test_a_file_that_is_cut_off(tmp_path, name, kept):
    """One line names it, and no output is left; an Arrow stream may end where a batch does, but not before."""
    write(example(2000), tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    with pytest.raises(InputError, match=rf"{name}: cannot be read: ") as caught:
        screen_fleet(str(tmp_path / name), tmp_path / "out.csv", DAY)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_page_that_is_damaged_is_found_when_it_is_read(tmp_path):
    """The footer is sound, so that the run begins; the output of the last run stays."""
    write(example(5000), tmp_path / "in.parquet")
    whole = bytearray((tmp_path / "in.parquet").read_bytes())
    whole[200 : len(whole) // 2] = bytes(len(whole) // 2 - 200)
    (tmp_path / "in.parquet").write_bytes(whole)
    (tmp_path / "out.csv").write_text("the last run\n")
    with pytest.raises(InputError, match=r"in\.parquet: cannot be read: "):
        screen_fleet(str(tmp_path / "in.parquet"), tmp_path / "out.csv", DAY)
    assert (tmp_path / "out.csv").read_text() == "the last run\n"
    assert len(list(tmp_path.iterdir())) == 2


def test_one_bit_of_a_number_where_pages_have_checksums(tmp_path):
    """A die area of 814 would otherwise become one of 782, which nobody could tell from what was written."""
    table = pa.table({"total_processing_performance": [4992.0] * 1000, "applicable_die_area": [814.0] * 1000})
    path, out = tmp_path / "in.parquet", tmp_path / "out.csv"
    pq.write_table(table, path, write_page_checksum=True, use_dictionary=False, compression="none")
    screen_fleet(str(path), out, DAY)
    out.unlink()
    whole = bytearray(path.read_bytes())
    whole[whole.index(struct.pack("<2d", 814.0, 814.0)) + 6] ^= 1
    path.write_bytes(whole)
    with pytest.raises(InputError, match=r"in\.parquet: cannot be read: .*checksum"):
        screen_fleet(str(path), out, DAY)
    assert not out.exists()


def test_two_columns_for_one_quantity(tmp_path):
    """In two units, or under two names."""
    table = pa.table({"applicable_die_area [mm^2]": [1.0], "die_area [cm^2]": [1.0]})
    write(table, tmp_path / "in.parquet")
    with pytest.raises(InputError, match="both hold applicable_die_area"):
        screen_fleet(str(tmp_path / "in.parquet"), tmp_path / "out.csv", DAY)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.arrow"])
def test_a_disk_that_is_full(tmp_path, name, monkeypatch):
    """The error names the file and says why; nothing is left of the output."""
    write(example(), tmp_path / "in.parquet")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs.CsvWriter, "write", full)
    monkeypatch.setattr(arrow_writers.ParquetWriter, "write", full)
    monkeypatch.setattr(arrow_writers.ArrowWriter, "write", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        screen_fleet(str(tmp_path / "in.parquet"), tmp_path / name, DAY)
    assert caught.value.filename == str(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
from gateline.cli import main
sys.argv = ["gateline", "fleet", "in.parquet", "-o", sys.argv[1], "--as-of", "2026-11-21", "--quiet"]
main()
"""


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.arrow"])
def test_a_limit_of_the_system_on_the_size_of_files(tmp_path, name):
    """Exit status 1, one line with the name of the file, no output and no temporary file."""
    table = example(5000)
    table = table.set_column(0, "id", pa.array([os.urandom(8).hex() for _ in range(5000)]))
    write(table, tmp_path / "in.parquet")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, name], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr == f"gateline: {name}: File too large.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_rejects_are_not_kept_in_memory(tmp_path, monkeypatch):
    """Of 20,000 bad cells never more are there than those of the few blocks under way."""
    monkeypatch.setattr(arrow_tables, "BLOCK_ROWS", 100)
    table = pa.table({"total_processing_performance": [1.0] * 20_001, "applicable_die_area": [1.0] + [-1.0] * 20_000})
    pq.write_table(table, tmp_path / "in.parquet")
    most = 0
    write_some = rejects.RejectsFile.write

    def count(self, found):
        nonlocal most
        if found[0].row % 1000 < 100:
            most = max(most, sum(isinstance(thing, Reject) for thing in gc.get_objects()))
        write_some(self, found)

    monkeypatch.setattr(rejects.RejectsFile, "write", count)
    summary = screen_fleet(str(tmp_path / "in.parquet"), tmp_path / "out.csv", DAY, threads=2)
    assert (summary.rows, summary.rejected) == (20_001, 20_000)
    assert 100 <= most <= 2000
    listed = (tmp_path / "out.rejects.csv").read_text(encoding="utf-8").splitlines()
    assert len(listed) == 20_001
    assert listed[1] == "2,applicable_die_area,-1.0,is negative"
    assert listed[-1].startswith("20001,")


def folder(path, rows=12):
    """A folder of three parts, two of them in folders whose names hold a column."""
    table = example(rows).drop_columns(["as_of"])
    for name, start in (
        ("as_of=2023-06-01/a", 0),
        ("as_of=2023-06-01/b", 4),
        ("as_of=__HIVE_DEFAULT_PARTITION__/c", 8),
    ):
        target = path / f"{name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table.slice(start, 4), target)
    (path / "_SUCCESS").touch()
    return path


def data_of(path):
    """The bytes of the parts of a folder, and of its list."""
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.parent.name != "_parts" and "_parts" not in file.parts
    }


def test_a_folder_is_one_table_or_comes_out_part_by_part(tmp_path):
    """A column in the names of folders is a column like others, and stays there; the verdicts are those of one file."""
    source = folder(tmp_path / "in")
    dates = pa.array([date(2023, 6, 1)] * 8 + [None] * 4)
    pq.write_table(example().drop_columns(["as_of"]).append_column("as_of", dates), tmp_path / "one.parquet")
    screen_fleet(str(tmp_path / "one.parquet"), tmp_path / "one.out.parquet", DAY)
    whole = screen_fleet(str(source), tmp_path / "all.parquet", DAY)
    apart = screen_fleet(str(source), tmp_path / "out", DAY)
    verdicts = pq.read_table(tmp_path / "one.out.parquet").drop_columns(["as_of"])
    assert pq.read_table(tmp_path / "all.parquet").drop_columns(["as_of"]).to_pylist() == verdicts.to_pylist()
    names = [f"as_of=2023-06-01/{name}.parquet" for name in "ab"] + ["as_of=__HIVE_DEFAULT_PARTITION__/c.parquet"]
    stored = [pq.ParquetFile(tmp_path / "out" / name).read() for name in names]
    assert pa.concat_tables([part.unify_dictionaries() for part in stored]).to_pylist() == verdicts.to_pylist()
    assert (whole.verdicts, whole.units, whole.items) == (apart.verdicts, apart.units, apart.items)
    listed = json.loads((tmp_path / "out" / "_manifest.json").read_text(encoding="utf-8"))
    assert [(part["part"], part["rows"]) for part in listed["parts"]] == [(name, 4) for name in names]


def test_one_parquet_file_can_come_out_in_parts(tmp_path, monkeypatch):
    """By its row groups; rows keep their numbers in the file."""
    monkeypatch.setattr(parts, "PART_ROWS", 6)
    write(example().drop_columns(["id"]), tmp_path / "in.parquet")
    screen_fleet(str(tmp_path / "in.parquet"), tmp_path / "out", DAY, all_columns=False)
    found = [pq.read_table(tmp_path / "out" / f"in-0000{number}.parquet") for number in (0, 1)]
    assert [part.column("row").to_pylist() for part in found] == [list(range(1, 11)), [11, 12]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda table: table.drop_columns(["note"]), r"b\.parquet: has no column 'note', which .*a\.parquet has"),
        (
            lambda table: table.append_column("more", table["id"]),
            r"b\.parquet: has a column 'more' that .*a\.parquet has not",
        ),
        (
            lambda table: table.set_column(2, "applicable_die_area", table["id"]),
            r"b\.parquet: column 'applicable_die_area' is string, but double in .*a\.parquet",
        ),
    ],
)
def test_a_folder_whose_files_differ(tmp_path, change, says):
    """The error names the file and the column, before anything is written."""
    source = folder(tmp_path / "in")
    odd = source / "as_of=2023-06-01" / "b.parquet"
    pq.write_table(change(pq.ParquetFile(odd).read()), odd)
    for output in ("out", "out.parquet"):
        with pytest.raises(InputError, match=says):
            screen_fleet(str(source), tmp_path / output, DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_folders_that_cannot_be_used(tmp_path):
    """No Parquet in it, not empty, inside of the input, or rejects of its own."""
    source = folder(tmp_path / "in")
    (tmp_path / "none").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    for given, output, options, says in (
        ("none", "out", {}, "has no Parquet files"),
        ("in", "full", {}, "is not empty"),
        ("in", "in/out", {}, "lies in the folder that is read"),
        ("in", "out", {"rejects": tmp_path / "r.csv"}, "leave --rejects out"),
        ("in", "out.csv", {"resume": True}, "--resume is for folders"),
    ):
        with pytest.raises(InputError, match=says):
            screen_fleet(str(tmp_path / given), tmp_path / output, DAY, **options)
    assert len(list(source.rglob("*.parquet"))) == 3


def test_resuming_skips_what_is_finished_and_unchanged(tmp_path):
    """A changed part of the input, a changed part of the output and another date are done again."""
    source, output = folder(tmp_path / "in"), tmp_path / "out"
    first = screen_fleet(str(source), output, DAY)
    before = data_of(output)
    again = screen_fleet(str(source), output, DAY, resume=True)
    assert (again.skipped, again.verdicts, again.units, again.items) == (3, first.verdicts, first.units, first.items)
    assert data_of(output) == before
    (output / "as_of=2023-06-01" / "a.parquet").write_bytes(b"PAR1 not whole")
    assert screen_fleet(str(source), output, DAY, resume=True).skipped == 2
    assert data_of(output) == before
    part = source / "as_of=2023-06-01" / "b.parquet"
    os.utime(part, ns=(0, part.stat().st_mtime_ns + 1))
    assert screen_fleet(str(source), output, DAY, resume=True).skipped == 2
    assert screen_fleet(str(source), output, date(2026, 11, 20), resume=True).skipped == 0
    assert screen_fleet(str(source), output, DAY, resume=True, strict_facts=True).skipped == 0


def test_rejects_of_a_folder(tmp_path):
    """Each part has its own list, rows counted in the part; a folder in which no row can be read is an error."""
    source = folder(tmp_path / "in")
    part = source / "as_of=2023-06-01" / "b.parquet"
    table = pq.ParquetFile(part).read()
    pq.write_table(table.set_column(5 - 1, "count", pa.array([5, -6, 7, 8])), part)
    summary = screen_fleet(str(source), tmp_path / "out", DAY)
    assert (summary.rows, summary.rejected) == (12, 1)
    listed = (tmp_path / "out" / "_rejects" / "as_of=2023-06-01" / "b.parquet.csv").read_text(encoding="utf-8")
    reason = '"is not a whole number of units; write up to 12 digits alone, such as 8"'
    assert listed == f"row,column,value,reason\n2,count,-6,{reason}\n"
    for path in source.rglob("*.parquet"):
        pq.write_table(pq.ParquetFile(path).read().set_column(1, "chip", pa.array(["nope"] * 4)), path)
    with pytest.raises(InputError, match="none of the 12 rows could be read"):
        screen_fleet(str(source), tmp_path / "other", DAY)
    assert not (tmp_path / "other" / "_manifest.json").exists()


STOPPED = """
import sys, time
from datetime import date
from pathlib import Path
from gateline.fleet import arrow_tables
from gateline.fleet.outputs import Output
from gateline.jobs import screen_fleet
arrow_tables.BLOCK_ROWS = 2
write, written = Output.write, []
def slow(self, columns):
    write(self, columns)
    written.append(self.path)
    if len(written) == 4:
        Path("reached").touch()
        time.sleep(600)
Output.write = slow
screen_fleet(sys.argv[1], Path(sys.argv[2]), date(2026, 11, 21), threads=1)
"""


def kill_midway(tmp_path, *arguments):
    """Run in another process, and kill it in the middle of its fourth block."""
    process = subprocess.Popen([sys.executable, "-c", STOPPED, *arguments], cwd=tmp_path)
    wait_until_midway(process, tmp_path)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def wait_until_midway(process, tmp_path):
    """Until the fourth block has been written, or the process has ended."""
    for _ in range(1200):
        if (tmp_path / "reached").exists() or process.poll() is not None:
            break
        time.sleep(0.05)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.arrow"])
def test_a_run_that_is_killed_leaves_no_output(tmp_path, name):
    """What it leaves does not have the name of the output."""
    write(example(), tmp_path / "in.parquet")
    kill_midway(tmp_path, "in.parquet", name)
    assert not (tmp_path / name).exists()
    assert not (tmp_path / "out.rejects.csv").exists()


@pytest.mark.parametrize("output", ["out.csv", "out.parquet", "out"])
def test_a_command_that_is_asked_to_end_removes_what_it_was_writing(tmp_path, output):
    """SIGTERM ends the command line with 143, as shells say it, one line, and no temporary file."""
    pq.write_table(example(), tmp_path / "in.parquet")
    code = f"{STOPPED.rpartition('screen_fleet(')[0]}from gateline.cli import main\nmain()\n"
    call = [sys.executable, "-c", code, "fleet", "in.parquet", "-o", output, "--threads", "1"]
    process = subprocess.Popen(call, cwd=tmp_path, stderr=subprocess.PIPE)
    wait_until_midway(process, tmp_path)
    process.terminate()
    assert (process.communicate(timeout=60)[1], process.returncode) == (b"gateline: stopped.\n", 143)
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"in.parquet", "reached"}


def test_a_command_that_waits_for_a_pipe_ends_when_it_is_asked_to(tmp_path):
    call = [sys.executable, "-m", "gateline", "fleet", "-", "-o", "out.csv"]
    process = subprocess.Popen(call, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(b"chip\n" + b"H100\n" * tables.BLOCK_ROWS * 2)
    process.stdin.flush()
    for _ in range(1200):
        if any(tmp_path.iterdir()):
            break
        time.sleep(0.05)
    process.terminate()
    assert (process.wait(timeout=60), list(tmp_path.iterdir())) == (143, [])
    process.stdin.close()
    process.stderr.close()


def test_a_folder_run_that_is_killed_is_resumed(tmp_path):
    """The finished part is whole, the other is not there; going on gives the bytes of a run that was not killed."""
    source = folder(tmp_path / "in")
    kill_midway(tmp_path, "in", "out")
    found = [path.name for path in (tmp_path / "out").rglob("*.parquet") if not path.name.startswith(".")]
    assert found == ["a.parquet"]
    assert pq.ParquetFile(tmp_path / "out" / "as_of=2023-06-01" / "a.parquet").metadata.num_rows == 4
    assert not (tmp_path / "out" / "_manifest.json").exists()
    assert screen_fleet(str(source), tmp_path / "out", DAY, resume=True).skipped == 1
    screen_fleet(str(source), tmp_path / "straight", DAY)
    assert data_of(tmp_path / "out") == data_of(tmp_path / "straight")


def test_progress_in_lines(monkeypatch, capsys):
    """Without a terminal a line now and then, with rows, speed and what is left; nothing where it is to be quiet."""
    clock = iter([0.0, 5.0, 10.0, 15.0, 20.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.progress(quiet=False) as told:
        for rows in (1000, 2000, 3000, 4000):
            told(rows, rows, 8000)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "gateline: 2,000 rows, 200 rows/s, 25%, about 30 s left",
        "gateline: 4,000 rows, 200 rows/s, 50%, about 20 s left",
    ]
    with progress.progress(quiet=True) as told:
        assert told is None


def test_quiet(tmp_path):
    """A run without faults says nothing at all."""
    write(example(), tmp_path / "in.parquet")
    command = [sys.executable, "-m", "gateline", "fleet", "in.parquet", "-o", "out.csv", "--quiet"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
