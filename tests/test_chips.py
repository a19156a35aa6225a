"""Chip files and the catalogue: what follows from a chip's figures, and what the catalogue holds."""

import re
from datetime import date
from fractions import Fraction

import pytest

from gateline.amounts import Amount
from gateline.chips.chipfile import Chip
from gateline.chips.derive import derive
from gateline.documents import parse_document, read_document
from gateline.errors import InputError
from gateline.jobs import default_catalogue, screen_chip
from gateline.rules.specfiles import default_specs

DAY = date(2026, 7, 1)
BILLION = 10**9
CATALOGUE = default_catalogue()
IDS = list(CATALOGUE.entries)

CONTRACT = """
name: Example X1
datacenter: yes
designer: {name: Example Design, headquarters: CN, status: none}
rates:
  - {format: FP16, bits: 16, rate: 320 TFLOP/s}
  - {format: INT8, bits: 8, rate: 640 TOPS}
dies:
  - {name: compute, count: 1, area: 665.6 mm^2, node: 7 nm, planar: no, transistors: 40 billion, transistor_density: 91 million/mm^2}
memory: {type: HBM2e, capacity: 64 GB, bandwidth: 1.6 TB/s, co_packaged: yes}
io_bandwidth: 392 GB/s
"""


def chip(text: str) -> Chip:
    return parse_document(f"name: X\n{text}", "file").validate(Chip)


def derived(found: Chip, day: date = DAY):
    return derive(found, default_specs(), day, default_specs().choose_readings({}))


def inputs(text: str, day: date = DAY):
    return derived(chip(text), day)


def performance_of(identifier: str) -> Amount:
    return derived(CATALOGUE.entries[identifier].read())["total_processing_performance"].value


def values(text: str, day: date = DAY):
    return {name: datum.value for name, datum in inputs(text, day).items()}


def refusal(text: str) -> str:
    with pytest.raises(InputError) as refused:
        inputs(text)
    return str(refused.value)


def dies(*entries: str) -> str:
    return "dies:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


def verdict(screening, rule: str):
    return next(found for found in screening.verdicts if found.rule.id == rule)


def test_the_example_of_the_interface():
    """320 × 16 = 640 × 8 = 5120 TPP; 665.6 mm² at 91 million per mm² are 60.5696 billion transistors."""
    found = derived(parse_document(CONTRACT, "file").validate(Chip))
    assert {name: datum.value for name, datum in found.items()} == {
        "total_processing_performance": Amount.exactly(5120),
        "operation_rate": Amount.exactly(640),
        "product": "example x1",
        "non_planar_transistors": True,
        "process_node": Amount.exactly(7),
        "applicable_die_area": Amount.exactly(Fraction("665.6")),
        "approximated_transistor_count": Amount.exactly(60_569_600_000),
        "total_transistor_count": Amount.exactly(60_569_600_000),
        "dram_bandwidth": Amount.exactly(1600),
        "hbm": True,
        "co_packaged_memory": True,
        "designer": "example design",
        "designer_headquarters": "cn",
        "designer_approved": False,
        "designer_authorized": False,
        "performance_attested": None,
        "datacenter": True,
        "io_bandwidth": Amount.exactly(392),
    }


def test_a_name_is_enough():
    """Nothing but the name: that is the product, every other quantity is unknown, none is zero."""
    assert values("") == {"product": "x"}


@pytest.mark.parametrize(
    ("entries", "low", "high"),
    [
        (["area: 100 mm^2, planar: no"], 100, 100),
        (["area: 100 mm^2, planar: no, count: 4"], 400, 400),
        (["area: 100 mm^2, planar: no", "area: 300 mm^2, planar: yes"], 100, 100),
        (["area: 100 mm^2, planar: no", "area: 60.5 mm^2, planar: no, count: 2"], 221, 221),
        (["area: 100 mm^2, planar: yes"], 0, 0),
        (["planar: yes"], 0, 0),
        (["area: 100 mm^2, planar: no", "planar: yes"], 100, 100),
        (["area: 100 to 120 mm^2, planar: no, count: 2"], 200, 240),
        (["area: 100 mm^2, planar: no", "area: 50 mm^2"], 100, 150),
        (["area: 100 mm^2, planar: no", "area: 50 mm^2, planar: unknown"], 100, 150),
        (["area: 100 mm^2, planar: no", "planar: no"], 100, None),
        (["area: 100 mm^2, planar: no", "name: mystery"], 100, None),
        (["area: at least 100 mm^2, planar: no"], 100, None),
        (["area: at most 100 mm^2, planar: no"], Fraction(1, 10**6), 100),
        (["planar: no"], None, None),
    ],
)
def test_applicable_die_area(entries, low, high):
    """Only non-planar dies count; a die that may be planar opens the range, a die without an area its upper end."""
    area = values(dies(*entries))["applicable_die_area"]
    assert (area.low, area.high) == (low, high)


def test_a_die_that_may_be_planar_alone():
    """Either the density has a value or there is none, so the area runs from nothing up to the whole die."""
    area = values(dies("area: 50 mm^2"))["applicable_die_area"]
    assert area.high == 50
    assert area.low in (None, 0)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["no"], True),
        (["yes"], False),
        (["unknown"], None),
        (["yes", "no"], True),
        (["yes", "unknown"], None),
        (["no", "unknown"], True),
        (["yes", "yes"], False),
    ],
)
def test_non_planar_transistors(flags, expected):
    """One non-planar die settles it; without one, an unknown die leaves it open."""
    assert values(dies(*(f"planar: {flag}" for flag in flags)))["non_planar_transistors"] is expected


@pytest.mark.parametrize(
    ("nodes", "low", "high"),
    [
        (["7 nm", "28 nm"], 7, 7),
        (["28 nm"], 28, 28),
        (["7 nm", "unknown"], None, 7),
        (["unknown"], None, None),
        (["12 to 16 nm", "14 nm"], 12, 14),
        (["12 to 16 nm", "at least 10 nm"], 10, 16),
    ],
)
def test_process_node_is_that_of_the_most_advanced_die(nodes, low, high):
    """The smallest node; a die of unknown node can only be more advanced than the known ones."""
    node = values(dies(*(f"node: {node}" for node in nodes)))["process_node"]
    assert (node.low, node.high) == (low, high)


LOGIC = "area: 100 mm^2, node: 7 nm, planar: no"
OLD = "area: 300 mm^2, node: 28 nm, planar: yes"


@pytest.mark.parametrize(
    ("entries", "low", "high"),
    [
        ([f"{LOGIC}, transistor_density: 91 million/mm^2"], "9.1e9", "9.1e9"),
        ([f"{LOGIC}, transistor_density: 91 million/mm^2, count: 2"], "18.2e9", "18.2e9"),
        ([f"{LOGIC}, design_transistors: 8 billion"], "8e9", "8e9"),
        ([f"{LOGIC}, design_transistors: 8 billion, count: 3"], "24e9", "24e9"),
        # A count from the design replaces density times area.
        ([f"{LOGIC}, transistor_density: 91 million/mm^2, design_transistors: 8 billion"], "8e9", "8e9"),
        ([f"{LOGIC}, transistor_density: 80 to 91 million/mm^2"], "8e9", "9.1e9"),
        # Planar dies above the 16/14 nm node are not applicable advanced logic.
        ([f"{LOGIC}, design_transistors: 8 billion", f"{OLD}, design_transistors: 2 billion"], "8e9", "8e9"),
        ([f"{OLD}, design_transistors: 2 billion"], "0", "0"),
        ([f"{LOGIC}, design_transistors: 8 billion", OLD], "8e9", "8e9"),
        # At 16 nm a planar die is one; a non-planar die is one at any node.
        (["node: 16 nm, planar: yes, design_transistors: 2 billion"], "2e9", "2e9"),
        (["node: 17 nm, planar: yes, design_transistors: 2 billion"], "0", "0"),
        (["node: 22 nm, planar: no, design_transistors: 2 billion"], "2e9", "2e9"),
        # Whether this one is, nobody knows.
        (["node: 22 nm, design_transistors: 2 billion", f"{LOGIC}, design_transistors: 8 billion"], "8e9", "10e9"),
        (["design_transistors: 2 billion"], "0", "2e9"),
        # The marketing count is never taken.
        ([f"{LOGIC}, transistors: 8 billion"], None, None),
    ],
)
def test_approximated_transistor_count(entries, low, high):
    """15 CFR 772.1: process density times area, or a count from the design, over the applicable dies."""
    count = values(dies(*entries))["approximated_transistor_count"]
    assert (count.low, count.high) == (low and Fraction(low), high and Fraction(high))


def test_marketing_transistors_of_the_package_are_not_used():
    """The figure on the box leaves the count of the rule unknown, and the report says why."""
    found = inputs(f"transistors: 80 billion\n{dies(LOGIC)}")["approximated_transistor_count"]
    assert found.value.unknown
    assert "marketing count is not used" in found.how
    assert "approximated_transistor_count" not in values("transistors: 80 billion\n")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("links: [{name: a, bandwidth: 600 GB/s}, {name: PCIe, bandwidth: 64 GB/s}]", 664, 664),
        ("links: [{name: a, bandwidth: 400 to 600 GB/s}, {name: PCIe, bandwidth: 64 GB/s}]", 464, 664),
        ("links: [{name: a, bandwidth: unknown}, {name: PCIe, bandwidth: 64 GB/s}]", 64, None),
        ("links: [{name: PCIe, bandwidth: 64 GB/s}]\nlinks_complete: no", 64, None),
        ("links: [{name: PCIe, bandwidth: 64 GB/s}]\nlinks_complete: unknown", 64, None),
        ("links: [{name: none, bandwidth: 0 GB/s}]", 0, 0),
        ("io_bandwidth: 392 GB/s", 392, 392),
    ],
)
def test_io_bandwidth(text, low, high):
    """All inputs and outputs together; a list that is not complete is a lower bound."""
    bandwidth = values(text)["io_bandwidth"]
    assert (bandwidth.low, bandwidth.high) == (low, high)


def test_links_and_their_sum_are_not_both_given():
    """Two sources for one figure are refused."""
    assert "give either io_bandwidth or links" in refusal("io_bandwidth: 1 GB/s\nlinks: [{name: a, bandwidth: 1 GB/s}]")


def test_links_are_not_memory():
    """Bandwidth to DRAM is a quantity of its own."""
    found = values("memory: {type: HBM3, bandwidth: 3.35 TB/s}\nlinks: [{name: PCIe, bandwidth: 128 GB/s}]")
    assert found["dram_bandwidth"] == Amount.exactly(3350)
    assert found["io_bandwidth"] == Amount.exactly(128)


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        ("type: HBM2e", True),
        ("type: hbm3", True),
        ("type: GDDR6X", False),
        ("type: LPDDR5", False),
        ("type: HBM3, hbm: unknown", None),
        ("type: special", None),
        ("capacity: 64 GB", None),
    ],
)
def test_high_bandwidth_memory(memory, expected):
    """From the type of memory where it is named, unless the file says it outright."""
    assert values(f"memory: {{{memory}}}")["hbm"] is expected


def test_the_highest_format_counts():
    """MI210: FP64 at 45.3 × 64 = 2899.2 beats FP16 at 181 × 16 = 2896."""
    text = "rates:\n  - {format: FP16, bits: 16, rate: 181 TFLOP/s}\n  - {format: FP64, bits: 64, rate: 45.3 TFLOP/s}\n"
    found = inputs(text)["total_processing_performance"]
    assert found.value == Amount.exactly(Fraction("2899.2"))
    assert "FP64" in found.how
    assert "FP16" not in found.how


def test_processing_units_are_summed():
    """A GPU of 100 × 16 and an accelerator of 50 × 8 that run together make 2000."""
    text = (
        "rates:\n"
        "  - {format: FP16, bits: 16, rate: 100 TFLOP/s, processing_unit: GPU}\n"
        "  - {format: INT8, bits: 8, rate: 150 TOPS, processing_unit: GPU}\n"
        "  - {format: INT8, bits: 8, rate: 50 TOPS, processing_unit: DLA}\n"
    )
    assert values(text)["total_processing_performance"] == Amount.exactly(2000)


@pytest.mark.parametrize(
    ("rates", "low", "high"),
    [
        (["16, rate: 100 to 120 TFLOP/s"], 1600, 1920),
        (["16, rate: 100 TFLOP/s", "8, rate: unknown"], 1600, None),
        (["16, rate: unknown"], 0, None),
        (["16, rate: at least 300 TFLOP/s"], 4800, None),
        (["16, rate: 0 TFLOP/s"], 0, 0),
        (["16, rate: 150 TMAC/s"], 4800, 4800),
        (["8, rate: 300 TMAC/s"], 4800, 4800),
    ],
)
def test_ranges_of_rates(rates, low, high):
    """An unknown format can only add: the known ones are the lower end."""
    text = "rates:\n" + "".join(f"  - {{format: F, bits: {rate}}}\n" for rate in rates)
    performance = values(text)["total_processing_performance"]
    assert (performance.low or 0, performance.high) == (low, high)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rates: [{format: F, bits: 16, rate: 1 TFLOP/s, sparse: yes}]", "marked sparse"),
        ("rates: [{format: F, bits: 16, rate: 1 TFLOP/s sparse}]", "sparse rate"),
        ("rates: [{format: F, bits: 8 to 16, rate: 1 TFLOP/s}]", "bits must be one number"),
        ("rates: [{format: F, bits: unknown, rate: 1 TFLOP/s}]", "bits must be one number"),
        ("rates: [{format: F, bits: 0, rate: 1 TFLOP/s}]", "greater than zero"),
        ("rates: [{format: F, bits: 16, rate: 1 TFLOPS}]", "ambiguous"),
        ("dies: [{area: 0 mm^2}]", "area greater than zero"),
        ("dies: [{area: -1 mm^2}]", "negative"),
        ("dies: [{count: 0}]", "count"),
        ("dies: [{count: 10001}]", "count"),
        ("dies: [{count: two}]", "count"),
        ("designer: {status: approved by all}", "'approved', 'authorized', 'none' or 'unknown'"),
        ("designer: {headquarters: Chnia}", "Did you mean China (CN)"),
        ("packaging: {by: us}", "'fabricator', 'osat' or 'unknown'"),
        ("destination: XX", "is not a country"),
        ("die_area: 1 mm^2\napplicable_die_area: 2 mm^2", "die_area"),
    ],
)
def test_figures_that_cannot_be_used(text, problem):
    """Refused with the reason, never dropped."""
    assert problem in refusal(text)


@pytest.mark.parametrize(
    ("name", "stated", "derived"),
    [
        ("total_processing_performance", "tpp: 1000 TPP", "rates: [{format: F, bits: 16, rate: 100 TFLOP/s}]"),
        ("applicable_die_area", "die_area: 500 mm^2", "dies: [{area: 100 mm^2, planar: no}]"),
        (
            "approximated_transistor_count",
            "approximated_transistor_count: 5e9",
            f"dies: [{{{LOGIC}, design_transistors: 8e9}}]",
        ),
        ("dram_bandwidth", "dram_bandwidth: 2 TB/s", "memory: {bandwidth: 1 TB/s}"),
        ("process_node", "process_node: 5 nm", "dies: [{node: 7 nm}]"),
        ("hbm", "hbm: no", "memory: {type: HBM3}"),
        ("non_planar_transistors", "non_planar_transistors: no", "dies: [{planar: no}]"),
        ("designer_headquarters", "designer_headquarters: US", "designer: {headquarters: CN}"),
    ],
)
def test_a_stated_value_wins(name, stated, derived):
    """What the file states under the canonical name (or its alias) replaces what follows from the figures."""
    alone, together = inputs(stated)[name], inputs(f"{derived}\n{stated}")[name]
    assert together.value == alone.value != inputs(derived)[name].value
    assert together.how == "stated"


APPROVED = "designer: {{name: {name}, headquarters: US, performance_attested: yes}}\ntpp: 4000 TPP\ndie_area: 1000 mm^2\nprocess_node: 5 nm\n"
BY_ANOTHER = "packaging: {by: osat, approved: no}\n"


def foundry(text: str, day: date, tmp_path):
    path = tmp_path / "die.yaml"
    path.write_text(f"name: X\n{text}", encoding="utf-8")
    return verdict(screen_chip(str(path), day, role="foundry"), "us.ear.foundry-presumption")


@pytest.mark.parametrize("name", ["NVIDIA", "nvidia", "NVIDIA Corporation", "Advanced Micro Devices", "AMD"])
def test_an_approved_designer_is_found_by_name(name, tmp_path):
    """Supplement No. 6 to part 740 lists it from 2025-01-16: 4000 TPP at 4 TPP/mm², attested, overcome the presumption."""
    found = foundry(APPROVED.format(name=name), DAY, tmp_path)
    assert found.outcome.word == "not_met"
    assert found.columns["designer_approved"].low[0] == 1


@pytest.mark.parametrize("name", ["Example Design", "NVIDIA of Elsewhere", "Google", "HP Inc."])
def test_another_designer_is_not_approved(name, tmp_path):
    """Names that are not on the list, even close ones, open no way out."""
    assert foundry(APPROVED.format(name=name), DAY, tmp_path).outcome.word != "not_met"
    assert foundry(APPROVED.format(name=name), DAY, tmp_path).columns["designer_approved"].low[0] == 0


def test_a_stated_status_wins_over_the_list(tmp_path):
    """Whoever says 'none' about a listed name is believed."""
    text = APPROVED.format(name="NVIDIA").replace("headquarters", "status: none, headquarters") + BY_ANOTHER
    assert foundry(text, DAY, tmp_path).outcome.word == "met"


def test_an_approved_designer_has_to_attest(tmp_path):
    """On the list but without an attestation the presumption stands, or is open while nobody says."""
    refused = APPROVED.format(name="NVIDIA").replace("performance_attested: yes", "performance_attested: no")
    silent = APPROVED.format(name="NVIDIA").replace(", performance_attested: yes", "")
    assert foundry(refused + BY_ANOTHER, DAY, tmp_path).outcome.word == "met"
    assert foundry(silent + BY_ANOTHER, DAY, tmp_path).outcome.word == "undetermined"


def test_the_list_is_read_on_the_date():
    """The list starts with the rule, on 2025-01-16; nothing is known of it the day before."""
    approved = default_specs().members_on("us.ear.approved-ic-designers", date(2025, 1, 16))
    assert "nvidia" in approved
    assert default_specs().members_on("us.ear.approved-ic-designers", date(2025, 1, 15)) == frozenset()
    rules = [found.rule.id for found in screen_chip("H20", date(2025, 1, 15), role="foundry").verdicts]
    assert "us.ear.foundry-presumption" not in rules


# The catalogue


def found_rates(entry) -> list[str]:
    return [rate["format"] for rate in entry.document.content.get("rates", [])]


@pytest.mark.parametrize("identifier", IDS)
def test_every_chip_of_the_catalogue_reads(identifier):
    """Each entry keeps the format, has a performance above zero or says that it is unknown, and can be screened."""
    entry = CATALOGUE.entries[identifier]
    found = derived(entry.read())
    if found_rates(entry):
        assert found["total_processing_performance"].value.high > 0
    for datum in found.values():
        low, high = (getattr(datum.value, "low", None), getattr(datum.value, "high", None))
        assert low is None or high is None or low <= high
    assert screen_chip(identifier, DAY).subject.id == identifier


def test_ids_are_plain_and_unique():
    """Lower case, digits and hyphens; no id stands in two files."""
    listed = [
        content["id"]
        for path in sorted(CATALOGUE.folder.glob("*.yaml"))
        if path.name != "sources.yaml"
        for content in read_document(path).content["chips"]
    ]
    assert sorted(listed) == sorted(set(listed)) == sorted(IDS)
    assert [name for name in listed if not re.fullmatch(r"[a-z0-9-]+", name)] == []


def sources(content) -> list[str]:
    """Every source key under `content`, written out here independently of the program."""
    if isinstance(content, dict):
        own = [key for name, text in content.items() if name == "source" for key in text.split(",")]
        listed = [key for name, keys in content.items() if name == "sources" for key in keys]
        deeper = [key for name, part in content.items() if name != "sources" for key in sources(part)]
        return own + listed + deeper
    return [key for part in content for key in sources(part)] if isinstance(content, list) else []


def test_every_source_is_listed():
    """Each key in a chip file stands in sources.yaml, and each key there is used."""
    known = {source["key"] for source in read_document(CATALOGUE.folder / "sources.yaml").content["sources"]}
    used = {
        key.strip().removesuffix(" (recalled)")
        for entry in CATALOGUE.entries.values()
        for key in sources(entry.document.content)
    }
    assert used - known == set()
    assert known - used == set()


@pytest.mark.parametrize("identifier", IDS)
def test_every_figure_has_a_source(identifier):
    """Each rate and die says where it is from and how good it is."""
    found = CATALOGUE.entries[identifier].read()
    assert [part for part in (*found.rates, *found.dies) if not part.source or not part.confidence] == []


def test_every_family_has_one_reference():
    """The variant that a family's name stands for is unambiguous."""
    references: dict[str, int] = {}
    for entry in CATALOGUE.entries.values():
        references[entry.family] = references.get(entry.family, 0) + entry.reference
    assert {family: count for family, count in references.items() if count != 1 or not family} == {}


TWICE = Fraction(19, 10)
ALIKE = [("FP16", "BF16"), ("FP8", "INT8")]
OTHER_UNIT = {
    "amd-mi100": "its matrix units run BF16 at half the FP16 rate",
    "aws-inferentia2": "INT8 runs at twice the FP8 rate, which is that of BF16",
    "aws-trainium1": "INT8 runs at twice the FP8 rate, which is that of BF16",
    "nvidia-b300-hgx": "INT8 was cut down in Blackwell Ultra",
    "nvidia-gb300-gpu": "INT8 was cut down in Blackwell Ultra",
    "nvidia-rubin-r200": "INT8 was cut down as in Blackwell Ultra",
    "nvidia-v100-sxm2": "INT8 runs on the vector units (dp4a), FP16 on the tensor units",
    "apple-m1max": "INT8 is the neural engine's, FP16 the GPU's",
    "apple-m2ultra": "INT8 is the neural engine's, FP16 the GPU's",
    "apple-m3max": "INT8 is the neural engine's, FP16 the GPU's",
}
"""Chips in which two formats do not share an array, and why."""


@pytest.mark.parametrize("identifier", IDS)
def test_no_rate_is_marked_sparse(identifier):
    """Every rate of the catalogue is dense, and says so by saying nothing."""
    assert [rate for rate in CATALOGUE.entries[identifier].read().rates if rate.sparse is not False] == []


@pytest.mark.parametrize("identifier", [name for name in IDS if name not in OTHER_UNIT])
def test_no_rate_looks_sparse(identifier):
    """A sparse figure among dense ones shows: it is twice that of its siblings.

    Two formats of the same width share an array, so FP16 and BF16, or FP8 and INT8, have the same dense rate; and
    halving the width never slows an array down, so a 16-bit rate above the 8-bit one is a sparse rate (or one of
    another unit). The other direction says nothing: 8-bit arrays can be several times as wide.
    """
    found = CATALOGUE.entries[identifier].read()
    rates = {rate.format: rate.rate.high for rate in found.rates if rate.rate.high}
    for one, other in ALIKE:
        if one in rates and other in rates:
            assert max(rates[one], rates[other]) < TWICE * min(rates[one], rates[other]), (one, other)
    sixteen, eight = ([rates[name] for name in names if name in rates] for names in (("FP16", "BF16"), ("FP8", "INT8")))
    assert not eight or not sixteen or max(sixteen) <= Fraction(41, 40) * max(eight)


PRESENT = [
    "A100 SXM 40GB", "A100 SXM 80GB", "nvidia-a100-pcie-40", "A100 PCIe", "A800", "H100 SXM", "H100 PCIe", "H100 NVL",
    "H800", "H20", "H200", "B200", "L40S", "L4", "L20", "L2", "RTX 4090", "RTX 4090D", "MI250X", "MI300X", "MI325X",
    "Gaudi 2", "Gaudi 3", "TPU v5e", "Trainium2", "V100", "Ascend 910", "Ascend 910B", "Ascend 910C",
]  # fmt: skip


@pytest.mark.parametrize("name", PRESENT)
def test_the_catalogue_has(name):
    """The chips that every reader of the rule asks about."""
    assert performance_of(CATALOGUE.find(name).entry.id).low > 0


@pytest.mark.parametrize(
    ("name", "performance"),
    [
        ("A100 SXM 80GB", 4992),  # 312 × 16
        ("A800", 4992),
        ("H100 SXM", Fraction("15832")),  # 989.5 × 16; 1979 × 8
        ("H20", 2368),  # 148 × 16
        ("V100", 2000),  # 125 × 16
        ("MI300X", Fraction("20919.2")),  # 2614.9 × 8
        ("MI250X", 6128),  # 383 × 16
        ("TPU v5e", 3152),  # 394 × 8 or 197 × 16
        ("RTX 4090", Fraction("5285.6")),  # 660.6 × 8 is 5284.8; 330.3 × 16 is 5284.8; 1321.2 × 4 is 5284.8
        ("L4", 1940),  # 242.5 × 8, half of the sparse 485
        ("Gaudi 2", 6920),  # 865 × 8
    ],
)
def test_performance_of_known_chips(name, performance):
    """Dense datasheet rate times bits, to the rounding with which datasheets print rates."""
    found = performance_of(CATALOGUE.find(name).entry.id)
    assert float(found.low) == pytest.approx(float(performance), rel=2e-3)


@pytest.mark.parametrize(
    "name", ["H20", "h20", "nvidia h20", "NVIDIA H20", "nVidia-H20", "HGX H20", "hgx_h20", "nvidia-h20-96", "h20-96"]
)
def test_lookup_ignores_case_and_punctuation(name):
    """However the name is spelt, with or without its maker."""
    assert CATALOGUE.find(name).entry.id == "nvidia-h20-96"


@pytest.mark.parametrize(
    ("name", "identifier"),
    [("RTX 4090", "nvidia-rtx4090"), ("rtx4090d", "nvidia-rtx4090d"), ("RTX 4090 D", "nvidia-rtx4090d")],
)
def test_a_suffix_is_another_chip(name, identifier):
    """The 4090 D is not taken for a 4090, nor the other way round."""
    assert CATALOGUE.find(name).entry.id == identifier


@pytest.mark.parametrize(
    ("family", "reference", "other"),
    [
        ("A100", "nvidia-a100-sxm-80", "nvidia-a100-pcie-40"),
        ("H100", "nvidia-h100-sxm", "nvidia-h100-pcie"),
        ("H20", "nvidia-h20-96", "nvidia-h20-141"),
        ("Gaudi 3", "intel-gaudi3-oam", "intel-gaudi3-pcie"),
        ("Ascend 910B", "huawei-910b1", "huawei-910b4"),
    ],
)
def test_a_family_stands_for_its_reference(family, reference, other):
    """The family's name leads to the SXM or highest-rated part, and the others are named in a remark."""
    found = CATALOGUE.find(family)
    assert found.entry.id == reference
    assert other in [entry.id for entry in found.others]
    remark = screen_chip(family, DAY).remarks[0]
    assert reference in remark
    assert other in remark


@pytest.mark.parametrize("identifier", IDS)
def test_an_id_always_means_its_own_chip(identifier):
    """No name or family of another chip gets in the way of an id, and an id needs no remark."""
    found = CATALOGUE.find(identifier)
    assert found.entry.id == identifier
    assert found.others == ()


def test_the_reference_is_the_highest_rated():
    """No variant of a family outranks its reference in performance."""
    best: dict[str, tuple[Fraction, str]] = {}
    reference: dict[str, Fraction] = {}
    for entry in CATALOGUE.entries.values():
        performance = (performance_of(entry.id).high if found_rates(entry) else None) or Fraction(0)
        best[entry.family] = max(best.get(entry.family, (Fraction(0), "")), (performance, entry.id))
        if entry.reference:
            reference[entry.family] = performance
    assert {family: best[family][1] for family in best if best[family][0] > reference[family]} == {}


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("H1O0", "H100"),
        ("RTX 4909", "RTX 4090"),
        ("Gaudy 3", "Gaudi 3"),
        ("MI300Y", "MI300X"),
        ("Trainum2", "Trainium2"),
    ],
)
def test_a_misspelt_chip_gets_a_suggestion(name, near):
    """The nearest name is offered, and the way to describe a chip that is not there."""
    with pytest.raises(InputError) as refused:
        CATALOGUE.find(name)
    assert str(refused.value).startswith(f"'{name}' is not in the catalogue. Did you mean ")
    assert near in str(refused.value)


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("RTX", ["nvidia-rtx4090", "nvidia-rtx4090d"]),
        ("Gaudi", ["intel-gaudi2", "intel-gaudi3-oam"]),
        ("Ascend", ["huawei-910c"]),
        ("RTX 50", ["nvidia-rtx5080", "nvidia-rtx5090"]),
    ],
)
def test_an_ambiguous_name_lists_the_choices(name, choices):
    """A name that could mean different families is not resolved by chance."""
    with pytest.raises(InputError, match="could mean several chips") as refused:
        CATALOGUE.find(name)
    assert [choice for choice in choices if choice not in str(refused.value)] == []


@pytest.mark.parametrize("name", ["", " ", "-", "zzzz", "x" * 10_000, "\x1b[31m", "../../etc/passwd"])
def test_no_chip_of_that_name(name):
    """Nonsense is refused in one short printable line."""
    with pytest.raises(InputError, match="is not in the catalogue") as refused:
        CATALOGUE.find(name)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


def test_planar_on_the_command_line_means_no_applicable_area():
    """Without a non-planar die there is no performance density, however the fact is stated."""
    stated = {"total_processing_performance": "3000 TPP", "non_planar_transistors": "no"}
    screening = screen_chip("huawei-910d", date(2026, 11, 21), changes=stated)
    assert verdict(screening, "us.ear.3a090").outcome.word == "not_met"
    with pytest.raises(InputError, match="no die is non-planar, but one is"):
        screen_chip("L4", date(2026, 11, 21), changes={"die_area": "0 mm^2"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rates: [{format: FP16, bits: 8, rate: 300 TFLOP/s}]", "FP16 has 16 bits, not 8"),
        ("memory: {type: HBM3, hbm: no}", "is high-bandwidth memory, but hbm says no"),
    ],
)
def test_figures_that_contradict_each_other_are_refused(text, message):
    """Of two statements that cannot both be true neither is taken."""
    with pytest.raises(InputError, match=message):
        parse_document(f"name: X\n{text}\n", "x.yaml").validate(Chip)


RATES = "rates: [{format: FP16, bits: 16, rate: 1000 TFLOP/s}]\n"  # 16 × 1000 = 16,000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "total_processing_performance: 2000 TPP\napplicable_die_area: 100 mm^2\nperformance_density: 1 TPP/mm^2\n",
            "performance_density: 1 TPP/mm^2 is stated and counts, but other figures make 20 TPP/mm^2",
        ),
        (
            RATES + "total_processing_performance: 2000 TPP\n",
            "total_processing_performance: 2,000 TPP is stated and counts, but other figures make 16,000 TPP",
        ),
        (RATES + "total_processing_performance: 15840 TPP\n", ""),  # one percent
        (RATES + "total_processing_performance: 15839 TPP\n", "15,839 TPP is stated"),
        (RATES + "total_processing_performance: 20000 TPP\n", ""),  # the cautious side
        (RATES + "total_processing_performance: 2000 to 17000 TPP\n", ""),
        (RATES + "total_processing_performance: unknown\n", ""),
        (RATES + "applicable_die_area: 800 mm^2\nperformance_density: 20 TPP/mm^2\n", ""),
        (RATES + "applicable_die_area: 800 mm^2\nperformance_density: 2 TPP/mm^2\n", "make 20 TPP/mm^2"),
        (RATES + "applicable_die_area: at least 800 mm^2\nperformance_density: 2 TPP/mm^2\n", ""),
        ("memory: {bandwidth: 4 TB/s}\ndram_bandwidth: 1 TB/s\n", "dram_bandwidth: 1,000 GB/s is stated"),
    ],
)
def test_a_figure_stated_below_what_the_others_make_is_told(tmp_path, text, told):
    """What is stated counts all the same."""
    path = tmp_path / "x.yaml"
    path.write_text(f"name: X\n{text}", encoding="utf-8")
    remarks = [remark for remark in screen_chip(str(path), date(2026, 11, 21)).remarks if "stated and counts" in remark]
    assert len(remarks) == bool(told)
    assert all(remark.startswith("X: ") and told in remark for remark in remarks)


def test_a_figure_of_the_command_line_below_what_the_chip_has_is_told():
    """H100 has 989.5 × 16 = 15,832."""
    screening = screen_chip("nvidia-h100-sxm", date(2026, 11, 21), changes={"total_processing_performance": "100 TPP"})
    (remark,) = [remark for remark in screening.remarks if "stated and counts" in remark]
    assert "total_processing_performance: 100 TPP is stated and counts, but other figures make 15,832 TPP" in remark
    assert screening.inputs["total_processing_performance"].value == Amount.exactly(100)


@pytest.mark.parametrize("name", ["TF32", "TF-32", "TF32 Tensor Core", "FP19"])
def test_a_tf32_operand_is_known_by_its_bits(tmp_path, name):
    """160 TFLOP/s are 3040 TPP at 19 bits and 5120 at 32, whatever the format is called."""
    path = tmp_path / "x.yaml"
    rates = f"[{{format: {name}, bits: 19, rate: 160 TFLOP/s}}]"
    path.write_text(f"name: X\ndatacenter: yes\nrates: {rates}\napplicable_die_area: 2000 mm^2\n", encoding="utf-8")
    found = verdict(screen_chip(str(path), date(2026, 11, 21)), "us.ear.3a090")
    assert found.outcome.word == "not_met"
    assert [(other.choice, other.item) for other in found.alternatives] == [("32", "3A090.a.1")]


@pytest.mark.parametrize(
    ("name", "read", "wanted"),
    [
        ("TF32", "1", "19 or 32"),
        ("TensorFloat-32", "16", "19 or 32"),
        ("half", "1", "16"),
        ("float16", "1", "16"),
        ("fp 16", "8", "16"),
        ("BF16", "32", "16"),
        ("bfloat16", "8", "16"),
        ("single precision", "16", "32"),
        ("float32", "1", "32"),
        ("double", "1", "64"),
        ("Double-Precision", "32", "64"),
        ("float64", "1", "64"),
        ("E4M3", "1", "8"),
        ("E5M2", "4", "8"),
        ("E2M1", "1", "4"),
        ("MXFP4", "1", "4"),
        ("NVFP4", "1", "4"),
        ("uint8", "1", "8"),
        ("INT8 (dense)", "16", "8"),
    ],
)
def test_a_format_has_the_bits_of_its_name(name, read, wanted):
    """Fewer would make less of the rate, more would make more."""
    rate = f"rates: [{{format: {name}, bits: {read}, rate: 300 TFLOP/s}}]"
    message = rf"{re.escape(name)} has {wanted} bits, not {read}\. Write the bits of the format"
    with pytest.raises(InputError, match=message):
        parse_document(f"name: X\n{rate}\n", "x.yaml").validate(Chip)


@pytest.mark.parametrize(
    ("name", "bits"),
    [("TF32", "32"), ("half", "16"), ("E4M3", "8"), ("E2M1", "4"), ("E8M7", "16"), ("FP64T", "64"), ("X", "128")],
)
def test_a_format_with_its_bits_is_read(name, bits):
    """The sign, the exponent and the fraction are all of an operand."""
    text = f"name: X\nrates: [{{format: {name}, bits: {bits}, rate: 300 TFLOP/s}}]\n"
    assert parse_document(text, "x.yaml").validate(Chip).rates[0].bits == Amount.exactly(int(bits))


@pytest.mark.parametrize("bits", ["0.5", "1e3", "129", "16.5", "1e-9"])
def test_bits_are_a_whole_number_that_an_operand_can_have(bits):
    """Whatever the format is called."""
    with pytest.raises(InputError, match=r"F: bits .* is no length of an operand\. Write a whole number from 1 to 128"):
        parse_document(f"name: X\nrates: [{{format: F, bits: {bits}, rate: 1 TFLOP/s}}]\n", "x").validate(Chip)


@pytest.mark.parametrize("name", ["MI308X", "RTX PRO 6000D", "Ascend 910D"])
def test_a_chip_whose_rates_are_not_published_is_not_cleared(name):
    """A lower bound, or no rate at all, never comes out as not controlled."""
    screening = screen_chip(name, date(2026, 11, 21))
    assert verdict(screening, "us.ear.3a090").outcome.word == "undetermined"
    assert screening.outcome.word == "undetermined"


def test_an_estimate_that_decides_is_pointed_out():
    """The die area of B200 is an estimate: the remark says so, and that of H20 has none."""
    remarks = screen_chip("B200", date(2026, 11, 21)).remarks
    assert any("estimate" in remark and "applicable die area" in remark for remark in remarks)
    assert not any("estimate" in remark for remark in screen_chip("H20", date(2026, 11, 21)).remarks)


@pytest.mark.parametrize(
    ("name", "outcome", "item"),
    [
        ("TPU v3", "undetermined", None),  # under 700 mm^2: 2.81 TPP/mm^2 at least, .b.2 at 615 mm^2 or less
        ("TPU v4i", "met", None),  # under 400 mm^2: 5.52 at least, .a.2 at 373 mm^2 or less
        ("TPU v4", "met", "3A090.a.2"),  # under 600 mm^2: 7.33 at least
        ("MTT S4000", "undetermined", None),  # 1568 in the prospectus, 1600 on the product page
        ("intel-xeon-max9480", "undetermined", None),  # rates depend on the clock
    ],
)
def test_bounds_are_carried_as_bounds(name, outcome, item):
    """A figure that is only an upper or a lower bound, or disputed, does not settle what it leaves open."""
    found = verdict(screen_chip(name, date(2026, 11, 21)), "us.ear.3a090")
    assert (found.outcome.word, found.explanation.item) == (outcome, item)
