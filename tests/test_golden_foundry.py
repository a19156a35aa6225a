"""Note 1 to ECCN 3A090.a: what a fabricator or OSAT must presume, and each way to overcome it."""

from fractions import Fraction

import pytest
from support import item_of, names, nested, screen_chip_document, settings_of, table, verdict_of

from gateline.errors import InputError
from gateline.rules.explain import Flip
from gateline.screening import Verdict

ROWS = table("golden", "foundry.csv")
OTHER_COLUMNS = ("case", "as_of", "readings", "outcome", "item", "overcome_by", "source")
RULE = "us.ear.foundry-presumption"
PACKAGED_IN_TAIWAN = {"by": "fabricator", "country": "TW", "transistor_count_attested": "yes"}
A_DIE = {"area": "300 mm^2", "node": "7 nm", "planar": "no", "transistor_density": "90 million/mm^2"}


def verdict(as_of: str, role: str = "foundry", readings: str = "", **content: object) -> Verdict:
    return verdict_of(screen_chip_document(content, as_of, role, readings=settings_of(readings)), RULE)


@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_golden_row(row):
    cells = nested({name: text for name, text in row.items() if name not in OTHER_COLUMNS})
    found = verdict(row["as_of"], readings=row["readings"], **cells)
    assert (found.outcome.word, item_of(found)) == (row["outcome"], row["item"]), row["source"]
    held = {name for item in found.explanation.items for name in item.excluded_by}
    assert held == set(row["overcome_by"].split()), row["source"]


def test_the_table_overcomes_the_presumption_in_every_way_there_is():
    ways = {name for row in ROWS for name in row["overcome_by"].split()}
    assert ways == {
        *(f"a.{who}.{limb}" for who in ("approved-designer", "authorized-designer.until-2026") for limb in (1, 2, 3)),
        *(
            f"{who}.{limb}"
            for who in ("b.fabricator-packages", "c.approved-osat")
            for limb in ("30-billion", "35-billion-in-2027", "35-billion-in-2028", "40-billion-from-2029")
        ),
    }
    assert len({row["case"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("as_of", "role", "gating", "why"),
    [
        ("2025-01-16", "foundry", False, "in force, enforced from 2025-01-31"),
        ("2025-01-30", "osat", False, "in force, enforced from 2025-01-31"),
        ("2025-01-31", "foundry", True, ""),
        ("2025-01-31", "osat", True, ""),
        ("2026-11-21", "exporter", False, "addresses foundry and osat, not the exporter"),
    ],
)
def test_it_gates_for_fabricators_and_osats_from_the_compliance_date(as_of, role, gating, why):
    """90 FR 5298: in force on 2025-01-16, compliance from 2025-01-31; Note 1 addresses nobody else."""
    found = verdict(as_of, role, process_node="7 nm", packaging={"by": "osat", "approved": "no"})
    assert (found.gating, found.why_not_gating) == (gating, why)


def test_it_does_not_exist_the_day_before():
    screening = screen_chip_document({"process_node": "7 nm"}, "2025-01-15", "foundry")
    assert RULE not in [verdict.rule.id for verdict in screening.verdicts]
    assert "us.ear.3a090" in [verdict.rule.id for verdict in screening.verdicts]
    with pytest.raises(InputError, match=r"us\.ear\.foundry-presumption: no version in force on 2025-01-15"):
        screen_chip_document({"process_node": "7 nm"}, "2025-01-15", "foundry", RULE)


def test_note_2_does_not_overcome_the_presumption():
    """The presumption is also that the chip is designed for datacenters, so saying it is not does not help."""
    found = verdict(
        "2026-06-01",
        process_node="7 nm",
        datacenter="no",
        designer={"status": "none"},
        packaging={"by": "osat", "approved": "no"},
    )
    assert found.outcome.word == "met"


def test_a_designer_need_not_attest_a_density_that_does_not_exist():
    """A planar die at 16 nm with 3000 TPP has no density, so it is neither 3A090.a.1 nor .a.2 (N11; Note 1 para a)."""
    die = {"area": "500 mm^2", "node": "16 nm", "planar": "yes"}
    designer = {"status": "approved", "performance_attested": "yes"}
    content = {"dies": [die], "designer": designer, "packaging": {"by": "osat", "approved": "no"}}
    outcomes = [
        verdict("2026-06-01", **content, total_processing_performance=tpp).outcome.word
        for tpp in ("3000 TPP", "4800 TPP")
    ]
    assert outcomes == ["not_met", "met"]


@pytest.mark.parametrize(
    ("dies", "outcome"),
    [
        ([A_DIE], "not_met"),  # 27.0 billion
        ([A_DIE | {"area": "333.333333333 mm^2"}], "not_met"),  # 29.99999999997 billion
        ([A_DIE | {"area": "333.333333334 mm^2"}], "met"),  # 30.00000000006 billion
        ([A_DIE | {"area": "150 mm^2", "count": "2"}], "not_met"),  # 27.0 billion
        ([A_DIE, A_DIE | {"area": "34 mm^2"}], "met"),  # 30.06 billion
        ([A_DIE, A_DIE | {"area": "34 mm^2", "node": "28 nm", "planar": "yes"}], "not_met"),  # planar 28 nm: out
        ([A_DIE, A_DIE | {"area": "34 mm^2", "node": "16 nm", "planar": "yes"}], "met"),  # 16 nm counts though planar
        ([A_DIE, A_DIE | {"area": "34 mm^2", "node": "28 nm", "planar": "no"}], "met"),  # non-planar counts at 28 nm
        ([A_DIE, A_DIE | {"area": "34 mm^2", "node": "28 nm", "planar": "unknown"}], "undetermined"),
        ([A_DIE | {"design_transistors": "30 billion"}], "met"),  # the count from the design replaces the product
        ([A_DIE | {"area": "500 mm^2", "design_transistors": "29 billion"}], "not_met"),
        ([A_DIE | {"transistor_density": "unknown"}], "undetermined"),
        ([A_DIE | {"transistor_density": "unknown", "transistors": "20 billion"}], "undetermined"),  # a marketing count
    ],
)
def test_the_aggregated_count_takes_applicable_dies_only(dies, outcome):
    """15 CFR 772.1: density of the node times area, over dies at 16/14 nm or below or non-planar."""
    packaging = PACKAGED_IN_TAIWAN
    found = verdict("2026-06-01", dies=dies, packaging=packaging, designer={"status": "none"}, transaction_date="2026")
    assert found.outcome.word == outcome


def test_the_flips_of_an_unknown_count_are_the_borders_of_the_text():
    """In 2027 without HBM: under 35 billion the presumption is overcome, from 35 billion it stands."""
    content = {"process_node": "7 nm", "designer": {"status": "none"}, "packaging": PACKAGED_IN_TAIWAN, "hbm": "no"}
    found = verdict("2026-06-01", **content, transaction_date="2027").explanation
    assert found.missing == ("approximated_transistor_count",)
    assert found.flips == (
        Flip("approximated_transistor_count", "<", Fraction(35 * 10**9), "not_met"),
        Flip("approximated_transistor_count", ">=", Fraction(35 * 10**9), "presumed-3A090.a.node"),
    )


def test_the_flips_of_an_unknown_date_leave_the_gap_of_2028():
    """33 billion without HBM: overcome in 2027 and from 2029, not before and not in between."""
    content = {"process_node": "7 nm", "designer": {"status": "none"}, "packaging": PACKAGED_IN_TAIWAN, "hbm": "no"}
    found = verdict("2026-06-01", **content, approximated_transistor_count="33 billion").explanation
    assert found.missing == ("transaction_date",)
    day = {year: Fraction(ordinal) for year, ordinal in ((2027, 739982), (2028, 740347), (2029, 740713))}
    presumed, last_of_2028 = "presumed-3A090.a.node", day[2029] - 1
    assert [flip.then for flip in found.flips] == [presumed, "not_met", presumed, "not_met"]
    for flip, first, last in zip(
        found.flips,
        (None, day[2027], day[2028], day[2029]),
        (day[2027] - 1, day[2028] - 1, last_of_2028, None),
        strict=True,
    ):
        assert days_of(flip) == (first, last)


def test_the_gap_of_2028_is_a_reading_that_the_report_names():
    content = {"process_node": "7 nm", "designer": {"status": "none"}, "packaging": PACKAGED_IN_TAIWAN, "hbm": "no"}
    found = verdict("2026-06-01", **content, approximated_transistor_count="33 billion", transaction_date="2028")
    (other,) = found.alternatives
    assert (other.reading.id, other.chosen, other.choice) == ("foundry-2028", "literal", "carry-35-billion")
    assert other.outcome.word == "not_met"


def days_of(flip: Flip) -> tuple[Fraction | None, Fraction | None]:
    """First and last day of a stretch, None where it has no end."""
    borders = [(flip.operator, flip.value), *([flip.start] if flip.start else [])]
    first = [value + (operator == ">") for operator, value in borders if operator in (">", ">=")]
    last = [value - (operator == "<") for operator, value in borders if operator in ("<", "<=")]
    return (first or [None])[0], (last or [None])[0]
