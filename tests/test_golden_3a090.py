"""ECCN 3A090.a and .b against a table that a lawyer can read, and what settles an open case."""

from fractions import Fraction

import pytest
from support import item_of, names, screen_chip_document, table, verdict_of

from gateline.errors import InputError
from gateline.rules.explain import Flip
from gateline.screening import Verdict

ROWS = table("golden", "3a090.csv")
QUANTITIES = (
    "total_processing_performance",
    "performance_density",
    "applicable_die_area",
    "io_bandwidth",
    "datacenter",
)
RULE = "us.ear.3a090"
LINE_A2 = Fraction(12500, 37)  # 2000 / 5.92 mm², about 337.8


def rates(text: str) -> list[dict[str, str]]:
    """Rates written as `bits: rate`, separated by semicolons."""
    pairs = [part.split(":") for part in text.split(";")]
    return [{"format": f"{bits.strip()}-bit", "bits": bits.strip(), "rate": rate.strip()} for bits, rate in pairs]


def verdict(as_of: str, **content: object) -> Verdict:
    return verdict_of(screen_chip_document(content, as_of), RULE)


@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_golden_row(row):
    content = {name: row[name] for name in QUANTITIES if row[name]}
    if row["rates"]:
        content["rates"] = rates(row["rates"])
    found = verdict(row["as_of"], **content)
    got = (found.outcome.word, item_of(found), set(found.explanation.missing))
    assert got == (row["outcome"], row["item"], set(row["missing"].split())), row["source"]
    taken_out = {name for item in found.explanation.items for name in item.excluded_by}
    assert taken_out == set(row["excluded_by"].split()), row["source"]


def test_the_table_reaches_every_item_and_every_outcome():
    """A table that lost its interesting rows would still pass."""
    assert {row["item"] for row in ROWS} == {"", "open", "3A090.a", "3A090.a.1", "3A090.a.2", "3A090.b.1", "3A090.b.2"}
    assert {row["outcome"] for row in ROWS} == {"met", "not_met", "undetermined"}
    assert len({row["case"] for row in ROWS}) == len(ROWS)


def test_every_stretch_of_an_unknown_area_is_named():
    """At 2000 TPP the area decides: up to 2000/5.92 it is .a.2, up to 625 it is .b.2, beyond it is none."""
    found = verdict("2024-01-01", total_processing_performance="2000 TPP", datacenter="yes").explanation
    assert found.missing == ("applicable_die_area",)
    assert found.flips == (
        Flip("applicable_die_area", "<=", LINE_A2, "3A090.a.2"),
        Flip("applicable_die_area", "<=", Fraction(625), "3A090.b.2", (">", LINE_A2)),
        Flip("applicable_die_area", ">", Fraction(625), "not_met"),
    )


def test_stretches_stay_within_a_known_range():
    """An area of 300 to 700 mm² settles the outcome; only the item is open, and only up to 700."""
    found = verdict(
        "2024-01-01", total_processing_performance="3000 TPP", datacenter="yes", applicable_die_area="300 to 700 mm^2"
    ).explanation
    border = Fraction(3000 * 100, 592)
    assert found.flips == (
        Flip("applicable_die_area", "<=", border, "3A090.a.2"),
        Flip("applicable_die_area", ">", border, "3A090.b.1"),
    )


def test_unknown_datacenter_use_flips_both_ways():
    found = verdict("2024-01-01", total_processing_performance="3000 TPP", performance_density="6 TPP/mm^2")
    assert found.explanation.flips == (
        Flip("datacenter", "is", False, "not_met"),
        Flip("datacenter", "is", True, "3A090.a.2"),
    )


def test_note_2_is_named_where_it_takes_an_item_out():
    found = verdict(
        "2024-01-01", total_processing_performance="4799 TPP", performance_density="10 TPP/mm^2", datacenter="no"
    )
    out = {item.clause.id: item.excluded_by for item in found.explanation.items}
    assert out == {"3A090.a.1": (), "3A090.a.2": ("note-2",), "3A090.b.1": (), "3A090.b.2": ()}


@pytest.mark.parametrize(
    ("as_of", "version", "gating"),
    [
        ("2022-10-07", "2022-10-21", False),
        ("2022-10-20", "2022-10-21", False),
        ("2022-10-21", "2022-10-21", True),
        ("2023-10-17", "2022-10-21", True),
        ("2023-11-16", "2022-10-21", True),
        ("2023-11-17", "2023-11-17", True),
        ("2026-11-21", "2023-11-17", True),
    ],
)
def test_the_version_follows_the_date(as_of, version, gating):
    """The rule of 2022-10-07 took effect on 2022-10-21, that of 2023-10-17 on 2023-11-17."""
    found = verdict(as_of, total_processing_performance="4800 TPP", io_bandwidth="600 GB/s")
    assert (found.version.id, found.gating, found.outcome.word) == (version, gating, "met")


def test_before_the_rule_was_issued_nothing_speaks():
    """On 2022-10-06 there are the letters of August and nothing else; the rule itself was issued the day after."""
    early = screen_chip_document(
        {"total_processing_performance": "9999 TPP", "io_bandwidth": "9999 GB/s"}, "2022-10-06"
    )
    assert [found.rule.id for found in early.verdicts] == ["us.bis.is-informed-2022-08"]
    with pytest.raises(InputError, match=r"no version in force on 2022-10-06; versions start on 2022-10-21"):
        screen_chip_document({}, "2022-10-06", "exporter", RULE)
    with pytest.raises(InputError, match=r"had been issued by 2022-08-25; .* the first was issued on 2022-08-26"):
        screen_chip_document({}, "2022-08-25")


@pytest.mark.parametrize("role", ["exporter", "foundry", "osat"])
def test_the_classification_gates_for_every_role(role):
    screening = screen_chip_document({"total_processing_performance": "4800 TPP"}, "2024-01-01", role)
    assert verdict_of(screening, RULE).gating


def test_a_die_that_may_be_planar_leaves_the_density_open():
    """500 mm² that is non-planar has a density of 8 at 4000 TPP; planar, it has none (N11)."""
    content = {"total_processing_performance": "4000 TPP", "datacenter": "yes"}
    outcomes = {
        planar: verdict(
            "2024-01-01", **content, dies=[{"area": "500 mm^2", "node": "28 nm", "planar": planar}]
        ).outcome.word
        for planar in ("no", "yes", "unknown")
    }
    assert outcomes == {"no": "met", "yes": "not_met", "unknown": "undetermined"}


@pytest.mark.parametrize(("planar", "outcome"), [("no", "met"), ("yes", "not_met"), ("unknown", "undetermined")])
def test_a_die_that_is_there_has_an_area(planar, outcome):
    """At most 500 mm² of non-planar die has a density of at least 8 at 4000 TPP, because it is not nothing."""
    die = {"area": "at most 500 mm^2", "node": "28 nm", "planar": planar}
    found = verdict("2024-01-01", total_processing_performance="4000 TPP", datacenter="yes", dies=[die])
    assert found.outcome.word == outcome


def test_a_chip_said_to_have_planar_dies_only_has_no_density():
    """Without dies in the file, the stated fact alone leaves no applicable die area (N11; Technical Note 3)."""
    content = {"datacenter": "yes", "non_planar_transistors": "no"}
    outcomes = [
        verdict("2024-01-01", **content, total_processing_performance=tpp).outcome.word
        for tpp in ("3000 TPP", "4800 TPP")
    ]
    assert outcomes == ["not_met", "met"]


def test_two_processing_units_add_up():
    """Technical Note 2: the highest format of each unit, summed over the units; 150 × 16 + 300 × 8 = 4800."""
    unit = {"format": "FP16", "bits": "16", "rate": "150 TFLOP/s", "processing_unit": "tensor"}
    other = {"format": "INT8", "bits": "8", "rate": "300 TOPS", "processing_unit": "vector"}
    found = verdict("2024-01-01", rates=[unit, other], performance_density="0.1 TPP/mm^2", datacenter="yes")
    assert item_of(found) == "3A090.a.1"


def test_only_non_planar_dies_enter_the_density():
    """2000 TPP over 625 mm² of FinFET is 3.2; a planar base die of 300 mm² beside it does not count."""
    finfet = {"area": "312.5 mm^2", "count": "2", "planar": "no", "node": "7 nm"}
    base = {"area": "300 mm^2", "planar": "yes", "node": "28 nm"}
    found = verdict("2024-01-01", total_processing_performance="2000 TPP", datacenter="yes", dies=[finfet, base])
    assert item_of(found) == "3A090.b.2"


@pytest.mark.parametrize(
    ("reading", "outcome"), [({}, "not_met"), ({"tf32": "19"}, "not_met"), ({"tf32": "32"}, "met")]
)
def test_the_bit_length_of_tf32_is_a_reading(reading, outcome):
    """150 TFLOP/s of TF32 is 2850 at 19 bits and 4800 at 32; the note speaks of the inputs' bit length only."""
    rate = {"format": "TF32", "bits": "19", "rate": "150 TFLOP/s"}
    content = {"rates": [rate], "performance_density": "0.1 TPP/mm^2", "datacenter": "yes"}
    found = verdict_of(screen_chip_document(content, "2024-01-01", readings=reading), RULE)
    assert found.outcome.word == outcome
    assert [(other.reading.id, other.outcome.word == outcome) for other in found.alternatives] == [("tf32", False)]
