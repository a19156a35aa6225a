"""What the catalogue says beyond the plain figures: who makes a chip, what a rate is a rate of, what a die does."""

from fractions import Fraction

import pytest

from gateline.chips.chipfile import Chip, Rate
from gateline.documents import read_document
from gateline.jobs import default_catalogue
from gateline.quantities import QUANTITIES
from gateline.rules.specfiles import default_specs

CATALOGUE = default_catalogue()
CHIPS = {identifier: entry.read() for identifier, entry in CATALOGUE.entries.items()}
VENDOR_FILES = sorted(path for path in CATALOGUE.folder.glob("*.yaml") if path.name != "sources.yaml")

HEADQUARTERS = {
    "AMD": "US",
    "AMD for Microsoft and Sony": "US",  # the designer's
    "AWS": "US",
    "Alibaba T-Head": "CN",
    "Apple": "US",
    "Biren": "CN",
    "Cambricon": "CN",
    "Cerebras": "US",
    "Enflame": "CN",
    "Etched": "US",
    "FuriosaAI": "KR",
    "Google": "US",
    "Graphcore": "JP",  # SoftBank
    "Groq": "US",
    "Huawei": "CN",
    "Hygon": "CN",
    "Iluvatar": "CN",
    "Intel": "US",
    "Kunlunxin (Baidu)": "CN",
    "Meta": "US",
    "MetaX": "CN",
    "Microsoft": "US",
    "Moore Threads": "CN",
    "NVIDIA": "US",
    "Qualcomm": "US",
    "SambaNova": "US",
    "Tenstorrent": "US",
    "Tesla": "US",
    "d-Matrix": "US",
}
PACKAGES = {
    "nvidia-k80-gk210": 2,
    "nvidia-a16-gpu": 4,
    "nvidia-gb200-gpu": 2,
    "tenstorrent-wormhole-n300-asic": 2,
    "qualcomm-ai100-ultra-soc": 4,
    "dmatrix-corsair-pkg": 2,
}
WITHOUT_MATRIX_UNITS = ("nvidia-k80-gk210", "nvidia-p100-sxm2", "amd-mi50", "microsoft-xbox-sx", "sony-ps5")
AMBIGUOUS = {
    "nvidia-rtx-a6000",
    "nvidia-rtx6000-ada",
    "amd-r9700",
    "huawei-ascend310",
    "tenstorrent-wormhole-n150",
    "tenstorrent-wormhole-n300-asic",
    "tenstorrent-blackhole-p150",
}


def is_plain(rate: Rate) -> bool:
    return rate.peak == "shipped" and not rate.compressed


def with_rate(holds) -> set[str]:
    return {identifier for identifier, chip in CHIPS.items() if any(holds(rate) for rate in chip.rates)}


def area_of(chip: Chip, kind: str) -> Fraction:
    areas = [(die.count, die.area) for die in chip.dies if die.kind == kind]
    assert all(area.known for _, area in areas)
    return sum((count * area.low for count, area in areas), Fraction(0))


def test_the_catalogue_has_170_chips_of_29_vendors():
    assert len(CHIPS) == 170
    assert len(VENDOR_FILES) == 29


@pytest.mark.parametrize("path", VENDOR_FILES, ids=lambda path: path.stem)
def test_every_vendor_has_headquarters_in_a_known_country(path):
    code = read_document(path).content["headquarters"]
    assert default_specs().read_name(code, QUANTITIES["designer_headquarters"]) == code.lower()


def test_headquarters_are_those_of_the_ultimate_parent():
    assert {chip.vendor: chip.vendor_headquarters for chip in CHIPS.values()} == HEADQUARTERS


@pytest.mark.parametrize("identifier", CHIPS)
def test_every_die_says_what_it_does_and_one_computes(identifier):
    kinds = {die.kind for die in CHIPS[identifier].dies}
    assert "" not in kinds
    assert "compute" in kinds


@pytest.mark.parametrize(
    ("identifier", "compute", "other"),
    [
        ("amd-mi300x", "920", "1480"),  # 8 x 115; 4 x 370
        ("amd-rx7900xtx", "304.4", "225"),  # one graphics die; 6 x 37.5 of cache
        ("amd-epyc9654", "866.4", "397"),  # 12 x 72.2
        ("huawei-ascend910", "456.25", "168.35"),
        ("intel-max1550", "656", "1516"),  # 16 x 41; 2 x 640 + 8 x 12 + 2 x 70
        ("intel-xeon6980p", "1794", "482"),  # 3 x 598; 2 x 241
        ("nvidia-h100-sxm", "814", "0"),
    ],
)
def test_area_of_the_dies_that_compute_and_of_the_others(identifier, compute, other):
    chip = CHIPS[identifier]
    assert (area_of(chip, "compute"), area_of(chip, "other")) == (Fraction(compute), Fraction(other))


@pytest.mark.parametrize("identifier", CHIPS)
def test_every_further_rate_stands_beside_a_plain_one_that_is_not_above_it(identifier):
    rates = CHIPS[identifier].rates
    for further in rates:
        if is_plain(further):
            continue
        same = (further.format, further.processing_unit)
        plain = [rate.rate for rate in rates if is_plain(rate) and (rate.format, rate.processing_unit) == same]
        assert len(plain) == 1
        assert plain[0].high is None or plain[0].high <= further.rate.low
        assert further.note


@pytest.mark.parametrize(
    ("identifier", "peak", "highest"),
    [
        ("amd-mi308x", "silicon", "5505.024"),  # 80 x 4,096 x 2.1 GHz = 688.128 TFLOP/s, x 8 bit
        ("nvidia-rtx5090d", "silicon", "6704"),  # 838 x 8, 1,676 x 4
        ("nvidia-rtx5090d-v2", "silicon", "6704"),
        ("nvidia-rubin-r200", "compressed", "200000"),  # 50,000 x 4
    ],
)
def test_what_the_further_rates_come_to(identifier, peak, highest):
    further = [rate for rate in CHIPS[identifier].rates if not is_plain(rate)]
    assert {"compressed" if rate.compressed else rate.peak for rate in further} == {peak}
    assert {rate.rate.low * rate.bits.low for rate in further} == {Fraction(highest)}


def test_further_rates_are_few():
    assert with_rate(lambda rate: rate.peak == "silicon") == {"amd-mi308x", "nvidia-rtx5090d", "nvidia-rtx5090d-v2"}
    assert with_rate(lambda rate: rate.compressed) == {"nvidia-rubin-r200"}


@pytest.mark.parametrize("identifier", sorted(with_rate(lambda rate: rate.engine == "vector")))
def test_vector_rates_are_wide_and_never_the_only_ones(identifier):
    rates = CHIPS[identifier].rates
    assert any(rate.engine == "matrix" for rate in rates)
    vector = {rate.format for rate in rates if rate.engine == "vector"}
    # The tensor units of the V100 do 16 bits only, so its 8-bit products run on the general units too.
    assert vector <= ({"FP32", "FP64", "INT8"} if identifier == "nvidia-v100-sxm2" else {"FP32", "FP64"})


@pytest.mark.parametrize("identifier", ["nvidia-h100-sxm", "nvidia-rtx4090", "amd-mi300x", "amd-mi100"])
def test_matrix_rates_of_wide_formats_stay_matrix_rates(identifier):
    engines = {rate.format: rate.engine for rate in CHIPS[identifier].rates}
    assert {engines[name] for name in engines if name in ("FP32", "FP64")} == {"vector"}
    assert {engines[name] for name in engines if name not in ("FP32", "FP64")} == {"matrix"}


@pytest.mark.parametrize("identifier", WITHOUT_MATRIX_UNITS)
def test_chips_without_matrix_units_have_one_engine(identifier):
    assert {rate.engine for rate in CHIPS[identifier].rates} == {"matrix"}


def test_boards_of_several_packages():
    assert {
        identifier: chip.packages_per_board for identifier, chip in CHIPS.items() if chip.packages_per_board > 1
    } == PACKAGES


def test_where_datacenter_use_is_ambiguous_it_stays_open():
    found = {identifier: chip.datacenter.basis for identifier, chip in CHIPS.items() if chip.datacenter.value is None}
    assert set(found) == AMBIGUOUS
    assert all(basis.startswith("ambiguous: ") for basis in found.values())
