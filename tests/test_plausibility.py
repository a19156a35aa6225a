"""The consistency checks: what cannot be true together is found by name, and real hardware is left alone."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from support import table

from gateline.chips.chipfile import Chip
from gateline.chips.limits import Limits, default_limits
from gateline.chips.plausibility import findings
from gateline.documents import Document, parse_document, read_document
from gateline.errors import InputError
from gateline.jobs import default_catalogue
from gateline.rules.specfiles import specs_folder

GATELINE = str(Path(sys.executable).with_name("gateline"))
FILE = specs_folder() / "plausibility.yaml"
WAFER_SCALE = "46225 mm^2"  # Cerebras: 215 mm × 215 mm


def checks(**content):
    """The names of the checks that find something in a chip file."""
    chip = Document("a chip file", {"name": "X1", **content}).validate(Chip)
    return [finding.check for finding in findings(chip, default_limits())]


def says(**content):
    """The one sentence that is found."""
    chip = Document("a chip file", {"name": "X1", **content}).validate(Chip)
    [finding] = findings(chip, default_limits())
    return finding.says


def rate(name, bits, value, **more):
    return {"format": name, "bits": str(bits), "rate": f"{value} TFLOP/s", **more}


def die(**content):
    return {"dies": [{"planar": "no", **content}]}


def memory(**content):
    return {"memory": content}


# The catalogue


def test_the_findings_in_the_catalogue_are_the_explained_ones():
    """Each finding in the shipped catalogue stands in the table with its reason, and the table holds no others."""
    limits = default_limits()
    found = {
        (entry.id, finding.check)
        for entry in default_catalogue().entries.values()
        for finding in findings(entry.read(), limits)
    }
    rows = table("golden", "catalogue_findings.csv")
    assert found == {(row["chip"], row["check"]) for row in rows}
    assert all(len(row["why"]) > 30 for row in rows)


@pytest.mark.parametrize("name", ["L40S", "nvidia-h100-sxm", "amd-mi300x", "T4", "nvidia-orin-agx64", "google-tpu-v4"])
def test_real_hardware_is_left_alone(name):
    """Uneven ladders of rates that the makers state: L40S has INT4 = INT8, Orin INT8 on more engines than FP16."""
    assert findings(default_catalogue().find(name).entry.read(), default_limits()) == []


# Rates


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([rate("FP16", 16, 640), rate("INT8", 8, 320)], ["rate-order"]),
        ([rate("FP16", 16, 320), rate("INT8", 8, 320)], []),  # MI210: 181 and 181
        ([rate("FP16", 16, 336), rate("INT8", 8, 320)], []),  # 5 percent: rounding
        ([rate("FP16", 16, "336.1"), rate("INT8", 8, 320)], ["rate-order"]),
        ([rate("FP16", 16, 2250), rate("FP8", 8, 4500), rate("INT8", 8, 157)], []),  # B300: INT8 cut back, FP8 not
        ([rate("FP16", 16, 320), rate("FP8", 8, 160), rate("INT8", 8, 640)], ["rate-order"]),  # among floating ones
        ([rate("INT16", 16, 320), rate("FP8", 8, 640), rate("INT8", 8, 160)], ["rate-order"]),  # among integers
        ([rate("FP64", 64, 67), rate("FP32", 32, 60)], ["rate-order"]),
        ([rate("FP16", 16, 125), rate("INT8", 8, 62, engine="vector")], []),  # V100: dp4a on the vector units
        ([rate("FP16", 16, 125, processing_unit="GPU"), rate("INT8", 8, 62, processing_unit="NPU")], []),
        ([rate("FP16", 16, 125), rate("INT8", 8, 250), rate("INT8", 8, 62, peak="silicon")], []),
        ([rate("FP16", 16, 125), rate("INT8", 8, 0)], []),  # not offered
    ],
)
def test_rate_order(rates, expected):
    """A wider format is at most as fast as the narrower one on the same engine."""
    assert checks(rates=rates) == expected


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([rate("FP16", 16, 100), rate("INT8", 8, 200)], []),
        ([rate("FP16", 16, 100), rate("INT8", 8, 300)], []),  # three times: no sparsity makes that (Orin, AI 100)
        ([rate("FP16", 16, 312), rate("INT8", 8, 1248)], ["sparse"]),  # A100 with its sparse INT8
        ([rate("FP16", 16, 100), rate("INT8", 8, 380)], ["sparse"]),  # 2 × 200, less 5 percent
        ([rate("FP16", 16, 100), rate("INT8", 8, "379.9")], []),
        ([rate("FP16", 16, 100), rate("INT8", 8, 420)], ["sparse"]),  # 2 × 200 and 5 percent
        ([rate("FP16", 16, 100), rate("INT8", 8, "420.1")], ["rate-ratio"]),  # over (16/8)² × 100 and 5 percent
        ([rate("INT4", 4, 1248), rate("INT1", 1, 4992)], []),  # A100: four times for a quarter of the bits
        ([rate("INT4", 4, 1248), rate("INT1", 1, 9984)], ["sparse"]),
        ([rate("INT4", 4, 1000), rate("INT1", 1, 17000)], ["rate-ratio"]),  # over 16 × 1000 and 5 percent
        ([rate("FP16", 16, 100), rate("FP8", 8, 200), rate("FP6", 6, 400), rate("FP4", 4, 400)], []),  # MI355X
        ([rate("FP8", 8, 200), rate("FP6", 6, 400)], []),  # FP6 at the rate of FP4: not half the bits, nothing follows
        ([rate("FP16", 16, 100), rate("FP8", 8, 200), rate("FP4", 4, 800)], ["sparse"]),
        ([rate("FP32", 32, 40), rate("FP16", 16, 320)], []),  # vector FP32 beside matrix FP16
        ([rate("FP32", 32, 40), rate("FP16", 16, 1), rate("INT8", 8, 160)], ["rate-order"]),  # FP32 explains INT8
        ([rate("FP32", 32, 73), rate("FP8", 8, 588)], []),  # RTX 4090 D as listed: nothing of 16 bits
    ],
)
def test_rate_ratio_and_sparse(rates, expected):
    """Twice per halving is the rule, four times may be sparse or square, more is explained by nothing."""
    assert checks(rates=rates) == expected


def test_a_rate_of_which_part_is_plausible_is_not_flagged():
    """Ranges: only if all of it is out of bounds."""
    at_most, at_least = {"rate": "300 to 700 TOPS"}, {"rate": "at least 10 TOPS"}
    fp16, int8 = rate("FP16", 16, 640), rate("INT8", 8, 1)
    assert checks(rates=[fp16, int8 | at_most]) == []
    assert checks(rates=[fp16, int8 | at_least]) == []
    assert checks(rates=[fp16, int8 | {"rate": "300 to 600 TOPS"}]) == ["rate-order"]
    assert checks(rates=[rate("FP16", 16, 100), int8 | {"rate": "at least 410 TOPS"}]) == []
    assert checks(rates=[rate("FP16", 16, 100), int8 | {"rate": "at least 421 TOPS"}]) == ["rate-ratio"]
    assert checks(rates=[rate("FP16", 16, 100), int8 | {"rate": "200 to 400 TOPS"}]) == []


def test_a_sentence_names_what_was_read_what_is_expected_and_whence():
    """The figures, the bound by hand (4 × 100), and the source."""
    sentence = says(rates=[rate("FP16", 16, 100), rate("INT8", 8, 500)])
    assert "INT8 at 500 TOPS" in sentence
    assert "FP16 at 100 TFLOP/s" in sentence
    assert " 400 " in sentence
    assert "Efficient Processing of Deep Neural Networks" in sentence


# Dies


@pytest.mark.parametrize(
    ("node", "area", "transistors", "expected"),
    [
        ("7 nm", 500, "63 billion", []),  # 126.0 = 1.25 × 100.8 (Intel 10 nm, the densest named 7 nm)
        ("7 nm", 500, "63.1 billion", ["transistor-density"]),
        ("4 nm", 814, "80 billion", []),  # GH100: 98 million/mm²
        ("4 nm", 300, "80 billion", ["transistor-density"]),  # 267 against 1.25 × 181.5 = 226.9
        ("16 nm", 610, "15.3 billion", []),  # GP100
        ("28 nm", 561, "7.1 billion", []),  # GK210, which is planar; see below
        ("7 nm", 500, "4.5 billion", []),  # 9 million/mm²: just over a tenth of 89 (SMIC N+1)
        ("7 nm", 500, "4.4 billion", ["transistor-density"]),
        ("7 nm", 826, "54 million", ["transistor-density"]),  # billion meant
        ("1.4 nm", 100, "90 billion", []),  # finer than all that is published
        ("45 nm", 100, "10 billion", []),  # coarser than all that is published
        ("4 to 28 nm", 300, "60 billion", []),  # 200 million/mm²: fits 4 nm
        ("unknown", 300, "900 billion", []),
    ],
)
def test_transistor_density_of_a_die(node, area, transistors, expected):
    """Counts against published densities, a quarter over and a tenth."""
    planar = {"planar": "yes"} if node in ("28 nm", "45 nm") else {"planar": "no"}
    assert checks(**die(node=node, area=f"{area} mm^2", transistors=transistors, **planar)) == expected


def test_transistor_density_of_a_range_and_of_missing_figures():
    """An area that could be large enough, or that nobody knows, is no finding."""
    assert checks(**die(node="7 nm", area="300 to 900 mm^2", transistors="80 billion")) == []
    assert checks(**die(node="7 nm", area="at most 600 mm^2", transistors="80 billion")) == ["transistor-density"]
    assert checks(**die(node="7 nm", area="at most 900 mm^2", transistors="1 billion")) == []
    assert checks(**die(node="7 nm", transistors="80 billion")) == []
    assert checks(**die(node="7 nm", area="800 mm^2")) == []
    assert checks() == []


def test_transistor_density_of_a_package():
    """MI300X: 153 billion on 8 × 115 mm² of 5 nm and 4 × 370 mm² of 6 nm; each node counts with its own density."""
    dies = [
        {"count": "8", "area": "115 mm^2", "node": "5 nm", "planar": "no"},
        {"count": "4", "area": "370 mm^2", "node": "6 nm", "planar": "no"},
    ]
    # 1.25 × (920 × 171.3 + 1480 × 107.6) million = 396.06 billion
    assert checks(dies=dies, transistors="153 billion") == []
    assert checks(dies=dies, transistors="396 billion") == []
    assert checks(dies=dies, transistors="396.1 billion") == ["transistor-density"]
    # a tenth of (920 × 123.4 + 1480 × 107.6) million = 27.28 billion, by Intel 4 and N6
    assert checks(dies=dies, transistors="27.3 billion") == []
    assert checks(dies=dies, transistors="27.2 billion") == ["transistor-density"]
    assert checks(dies=[*dies, {"node": "5 nm", "planar": "no"}], transistors="900 billion") == []  # an area is missing
    counted = {"area": "800 mm^2", "node": "7 nm", "planar": "no", "transistors": "50 billion"}
    assert checks(dies=[*dies, counted], transistors="900 billion") == ["transistor-density"]
    wrong = die(node="7 nm", area="800 mm^2", transistors="500 billion")
    assert checks(**wrong, transistors="500 billion") == ["transistor-density"]  # once, for the die


def test_transistor_density_that_is_stated_and_that_of_a_design():
    """The foundry rule's process density, and a count from the design, against the same published figures."""
    assert checks(**die(node="7 nm", transistor_density="91 million/mm^2")) == []
    assert checks(**die(node="7 nm", transistor_density="300 million/mm^2")) == ["transistor-density"]
    assert checks(**die(node="7 nm", area="100 mm^2", design_transistors="30 billion")) == ["transistor-density"]


def test_transistor_count():
    """Two ways to count the transistors of one die, four times apart at the most; dies that make up a package."""
    same = {"node": "7 nm", "area": "600 mm^2", "transistor_density": "91 million/mm^2"}  # 54.6 billion
    assert checks(**die(**same, transistors="20 billion")) == []
    assert checks(**die(**same, transistors="13 billion")) == ["transistor-count"]
    assert checks(**die(design_transistors="28 billion", transistors="120 billion")) == ["transistor-count"]
    assert checks(**die(design_transistors="28 billion", transistors="100 billion")) == []
    pair = die(count="2", transistors="104 billion")
    assert checks(**pair, transistors="208 billion") == []  # B200
    assert checks(**pair, transistors="104 billion") == ["transistor-count"]
    assert checks(**pair, transistors="189 to 400 billion") == []
    assert checks(dies=[*pair["dies"], {"planar": "no"}], transistors="300 billion") == []  # a die without a count
    assert checks(dies=[*pair["dies"], {"planar": "no"}], transistors="180 billion") == ["transistor-count"]


def test_stated_area_against_the_dies():
    """The applicable area holds at least the largest non-planar die, and agrees with their sum."""
    two = die(count="2", area="400 mm^2")
    assert checks(**two, applicable_die_area="800 mm^2") == []
    assert checks(**two, applicable_die_area="793 mm^2") == []  # within one percent
    assert checks(**two, applicable_die_area="300 mm^2") == ["area-smaller-than-one-die"]
    assert checks(**two, applicable_die_area="400 mm^2") == ["area-sum"]
    assert checks(**two, applicable_die_area="900 mm^2") == ["area-sum"]
    assert checks(**two, applicable_die_area="700 to 900 mm^2") == []
    assert checks(**two, applicable_die_area="unknown") == []
    assert checks(**die(area="400 mm^2", planar="yes", node="28 nm"), applicable_die_area="0 mm^2") == []
    assert checks(**die(area="400 mm^2", planar="unknown"), applicable_die_area="100 mm^2") == []
    some = [{"area": "400 mm^2", "planar": "no"}, {"planar": "no"}]
    assert checks(dies=some, applicable_die_area="900 mm^2") == []  # the other die may have the rest
    assert checks(dies=some, applicable_die_area="300 mm^2") == ["area-smaller-than-one-die"]


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        ("858 mm^2", []),  # 26 × 33
        ("858.1 mm^2", ["die-over-reticle"]),
        ("8140 mm^2", ["die-over-reticle"]),
        ("800 to 900 mm^2", []),
        ("at least 900 mm^2", []),  # could be a wafer-scale part
        (WAFER_SCALE, []),
        ("70686 mm^2", []),  # π × 150²
        ("at least 80000 mm^2", ["die-over-reticle"]),
    ],
)
def test_die_over_reticle(area, expected):
    """One exposure is 26 mm × 33 mm; a part made of a whole wafer is no slip."""
    assert checks(**die(area=area)) == expected


@pytest.mark.parametrize(
    ("node", "planar", "expected"),
    [
        ("16 nm", "yes", ["node-planar"]),
        ("16.1 nm", "yes", []),
        ("22 nm", "yes", []),
        ("22 nm", "no", []),  # Intel
        ("27.9 nm", "no", []),
        ("28 nm", "no", ["node-planar"]),
        ("28 nm", "yes", []),
        ("7 nm", "unknown", []),
        ("unknown", "yes", []),
        ("12 to 28 nm", "yes", []),
    ],
)
def test_node_planar(node, planar, expected):
    """All are non-planar at 16 nm and below, none at 28 nm and above."""
    assert checks(**die(node=node, planar=planar)) == expected


# Memory


@pytest.mark.parametrize(
    ("kind", "capacity", "bandwidth", "expected"),
    [
        ("HBM3", "80 GB", "3350 GB/s", []),  # H100: 5 stacks
        ("HBM3", "80 GB", "4300 GB/s", []),  # 5 × 819.2 = 4096, and 5 percent: 4300.8
        ("HBM3", "80 GB", "4301 GB/s", ["memory-bandwidth"]),
        ("HBM3", "80 GB", "1550 GB/s", ["memory-bandwidth"]),  # 4 × 409.6 = 1638.4, less 5 percent: 1556.5
        ("HBM3", "80 GB", "1560 GB/s", []),
        ("HBM2e", "80 GB", "2039 GB/s", []),  # A100
        ("HBM2e", "16 GB", "8 TB/s", ["memory-bandwidth"]),
        ("hbm3 / HBM3e", "96 GB", "4900 GB/s", []),
        ("GDDR6", "16 GB", "200 GB/s", []),  # A2: two devices share a channel
        ("GDDR6", "16 GB", "3200 GB/s", ["memory-bandwidth"]),  # 16 × 96 = 1536
        ("GDDR7", "96 GB", "1597 GB/s", []),  # RTX PRO 6000 Server
        ("LPDDR5", "48 GB", "614 GB/s", []),  # MLU370-X8
        ("LPDDR5", "8 GB", "2 TB/s", ["memory-bandwidth"]),  # 32 × 12.8 = 409.6
        ("DDR5", "6144 GB", "460.8 GB/s", []),  # EPYC 9654
        ("DDR4", "16 GB", "1 TB/s", ["memory-bandwidth"]),  # 32 × 6.4 = 204.8
        ("HBM3", "unknown", "99 TB/s", []),
        ("HBM3", "80 GB", "unknown", []),
        ("HBM3", "80 GB", "3 to 99 TB/s", []),
        ("HBM2e+DDR5", "64 GB", "9 TB/s", []),  # a mixture, of which nothing follows
        ("SRAM", "1 GB", "80 TB/s", []),
        ("", "80 GB", "99 TB/s", []),
    ],
)
def test_memory_bandwidth(kind, capacity, bandwidth, expected):
    """So many stacks or devices as the capacity allows, each at its fastest and its slowest."""
    assert checks(**memory(type=kind, capacity=capacity, bandwidth=bandwidth)) == expected


def test_hbm_flag():
    """The flag and the type say the same."""
    assert checks(**memory(type="GDDR6", hbm="yes")) == ["hbm-flag"]
    assert checks(**memory(type="GDDR6", hbm="no")) == []
    assert checks(**memory(type="GDDR6", hbm="unknown")) == []
    assert checks(**memory(type="HBM3", hbm="yes")) == []


# The limits


def test_the_file_fits_its_schema():
    """What an editor is told is what the program reads."""
    schema = json.loads((specs_folder() / "schemas" / "plausibility.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(read_document(FILE).content, schema)


def test_published_figures():
    """A few limits as their sources have them."""
    limits = default_limits()
    densities = {process.name: process.density / 10**6 for process in limits.density.processes}
    assert densities["TSMC N7"] == Fraction("91.2")  # WikiChip
    assert densities["Intel 10 nm"] == Fraction("100.8")  # Intel, 2017
    assert densities["TSMC N2"] == 313  # TechInsights, 2024
    fastest = {entry.type: entry.fastest for entry in limits.memory.types}
    assert fastest["HBM3"] == Fraction("6.4") * 1024 / 8  # JESD238
    assert fastest["HBM2E"] == Fraction("3.6") * 1024 / 8  # SK hynix
    assert fastest["LPDDR5"] == Fraction("6.4") * 16 / 8  # JESD209-5
    assert limits.reticle.field == 26 * 33


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("over: 1.25", "over: 0.9", "'0.9' is not a number above 1"),
        ("under: 0.1", "under: 10", "'10' is not a number between 0 and 1"),
        ("field: 858 mm^2", "field: 858", "has no unit"),
        ("field: 858 mm^2", "field: 800 to 900 mm^2", "is not one value above zero"),
        ("field: 858 mm^2", "field: 99858 mm^2", "stand in rising order"),
        ("planar_from: 28 nm", "planar_from: 12 nm", "non_planar_to must be below planar_from"),
        ("  wafer: 70686 mm^2\n", "", "wafer: is missing"),
        ("  widest: 16 bit", "  widest: 16 bit\n  narrowest: 1 bit", "unknown key"),
        ("type: HBM1,", "type: hbm,", "HBM stands twice"),
        ("largest: 4 GB, slowest: 100 GB/s", "largest: 4 GB", "give both largest and slowest, or neither"),
        ("largest: 4 GB, slowest: 100 GB/s", "largest: 0.5 GB, slowest: 100 GB/s", "largest is at least smallest"),
        ("seen: opened\n  processes", "seen: guessed\n  processes", "'guessed' is not one of"),
        ("schema: 1", "schema: 2", "'2' is not one of '1'"),
    ],
)
def test_a_wrong_limit_is_refused(old, new, message):
    """One line that says where and what."""
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(InputError) as refused:
        parse_document(text.replace(old, new, 1), "limits.yaml").validate(Limits)
    assert message in str(refused.value)
    assert str(refused.value).startswith("limits.yaml:")
    assert "\n" not in str(refused.value)


# The command

BAD = """
name: "X1 [bold]"
rates:
  - {format: FP16, bits: 16, rate: 640 TFLOP/s}
  - {format: INT8, bits: 8, rate: 320 TOPS}
applicable_die_area: 300 mm^2
dies: [{name: "big [red]", area: 800 mm^2, node: 7 nm, planar: no, transistors: 500 billion}]
"""


def run(*arguments, stdin=""):
    return subprocess.run(
        [GATELINE, "catalogue", "check", *arguments], input=stdin, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "x1.yaml"
    path.write_text(BAD, encoding="utf-8")
    return str(path)


def test_the_command_names_each_contradiction(bad):
    """FP16 twice INT8, an area below one die, a density that the node cannot have: three names, exit code 3."""
    done = run(bad)
    lines = done.stdout.splitlines()
    assert [line.split(": ")[:2] for line in lines[:-1]] == [
        ["x1", "rate-order"],
        ["x1", "transistor-density"],
        ["x1", "area-smaller-than-one-die"],
    ]
    assert lines[-1] == "1 chip checked: 3 findings in 1 chip."
    assert "die big [red]" in lines[1]
    assert "625 million/mm^2" in lines[1]  # 500 billion / 800
    assert (done.returncode, done.stderr) == (3, "")
    assert run(bad, "--exit-zero").returncode == 0
    assert run("-", stdin=BAD).stdout.startswith("standard input: rate-order: ")


def test_the_command_as_json(bad):
    """The format says its name; the chips and findings are lists."""
    done = run(bad, "H100", "--format", "json")
    page = json.loads(done.stdout)
    assert list(page) == ["format", "gateline", "specs", "checked", "findings"]
    assert page["format"] == "gateline.catalogue-check/1"
    assert page["checked"] == 2
    assert [(found["chip"], found["name"], found["check"]) for found in page["findings"]] == [
        ("x1", "X1 [bold]", "rate-order"),
        ("x1", "X1 [bold]", "transistor-density"),
        ("x1", "X1 [bold]", "area-smaller-than-one-die"),
    ]
    assert done.stderr.startswith("gateline: H100: taken as nvidia-h100-sxm")


def test_the_command_where_nothing_is_found():
    """Exit code 0 and a line that says so."""
    done = run("nvidia-h100-sxm", "nvidia-l40s")
    assert (done.returncode, done.stdout) == (0, "2 chips checked: nothing implausible.\n")


def test_the_command_without_targets_checks_the_catalogue():
    """As many chips as the catalogue has."""
    done = run("--exit-zero")
    rows = table("golden", "catalogue_findings.csv")
    assert done.returncode == 0
    assert {tuple(line.split(": ")[:2]) for line in done.stdout.splitlines()[:-1]} == {
        (row["chip"], row["check"]) for row in rows
    }
    assert done.stdout.splitlines()[-1].startswith(f"{len(default_catalogue().entries)} chips checked: ")


@pytest.mark.parametrize("target", ["zzzz", "nowhere.yaml", "\x1b[31m"])
def test_bad_input_is_one_line(target):
    """Exit code 2, nothing on standard output."""
    done = run(target)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "\x1b" not in done.stderr
