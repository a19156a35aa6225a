"""Shipments: licence requirement, exceptions, review policy and tariff against tables that a lawyer can read; what is unknown or wrong."""

import json
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import SPECS, VERSIONS, item_of, names, screen_stated, settings_of, table, verdict_of

from gateline.amounts import Amount
from gateline.cli import main
from gateline.errors import InputError
from gateline.fleet.headers import near_names, read_header
from gateline.jobs import Transaction, screen_shipment, screen_target, screen_with_shipment
from gateline.report.shipment import charge_of, licence
from gateline.rules.model import Outcome

ROOT = Path(__file__).parents[1]
ROWS = table("golden", "shipments.csv")
CASES = table("golden", "shipment_cases.csv")
PARTS = ("origin", "destination", "headquarters", "transaction", "consignee", "end_user", "end_user_country")


def shipped(target, as_of, *, role="exporter", rules=(), **stated):
    """Screen a shipment; what is no part of the route is a change."""
    parts = {name: stated.pop(name) for name in PARTS if name in stated}
    path = str(ROOT / target) if target.startswith("examples/") else target
    return screen_shipment(path, date.fromisoformat(as_of), role=role, rules=rules, changes=stated, **parts)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['rule']}: {row['case']}" for row in ROWS])
def test_golden_row(row):
    screening = screen_stated("shipment", settings_of(row["inputs"]), row["as_of"], row["rule"])
    found = verdict_of(screening, row["rule"])
    taken_out = {name for item in found.explanation.items for name in item.excluded_by}
    got = (found.outcome.word, item_of(found), taken_out)
    assert got == (row["outcome"], row["item"], set(row["excluded_by"].split())), row["source"]


def answer(screening, rule):
    verdict = verdict_of(screening, rule)
    return item_of(verdict) or verdict.outcome.word


@pytest.mark.parametrize("row", CASES, ids=names(CASES))
def test_golden_case(row):
    """From a chip of the catalogue or an example to the answer: nothing is stated but the shipment."""
    screening = shipped(row["target"], row["as_of"], **settings_of(row["arguments"]))
    written, enforced = licence(screening)
    expected = settings_of(row["shown"])
    got = {rule: answer(screening, rule) for rule in expected}
    assert (written.word, enforced.word) == (row["on_the_books"], row["enforced"]), row["source"]
    assert got == expected, row["source"]


def test_every_row_and_case_has_a_name_and_a_source():
    for rows in (ROWS, CASES):
        keys = [(row.get("rule"), row["case"]) for row in rows]
        assert len(set(keys)) == len(keys)
        assert [row["case"] for row in rows if not row["source"]] == []


# What is unknown

LICENCES = tuple(rule.id for rule in SPECS.rules.values() if rule.subject == "shipment" and rule.effect == "licence")
REQUIRED = [row for row in ROWS if row["rule"] in LICENCES and row["outcome"] == "met"]


@pytest.mark.parametrize("row", REQUIRED, ids=names(REQUIRED))
def test_a_licence_never_falls_away_because_something_is_not_known(row):
    """Whatever is left out of a shipment that needs a licence, the answer is never that it needs none."""
    stated = settings_of(row["inputs"])
    for hidden in stated:
        rest = {name: text for name, text in stated.items() if name != hidden}
        found = verdict_of(screen_stated("shipment", rest, row["as_of"], row["rule"]), row["rule"])
        assert found.outcome is not Outcome.NOT_MET, hidden


def test_what_would_settle_an_unknown_is_named():
    """For a chip of unknown level, which the item's own card explains, and for headquarters that nobody stated."""
    unknown = verdict_of(shipped("H100", "2026-06-01", destination="FR"), "us.ear.license-requirement-enforced")
    assert unknown.explanation.settles == ("headquarters",)
    screening = shipped("examples/chip.yaml", "2026-06-01", destination="CN", headquarters="CN")
    assert "missing: applicable die area" in screening.inputs["item_of_a_or_b_level"].how


@pytest.mark.parametrize("name", ["destination", "headquarters"])
def test_unknown_in_words_is_unknown(name):
    route = {"destination": "FR", "headquarters": "FR"} | {name: "unknown"}
    assert shipped("H100", "2026-06-01", **route).outcome is Outcome.UNDETERMINED


# What is shipped


def written(folder, text):
    path = folder / "item.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("described", "licence_", "residual"),
    [
        ("described_in: [5A992]\n", "b.destination", "not_met"),
        ("described_in: [5A002]\n", "b.destination", "not_met"),
        ("described_in: [4A005]\n", "b.destination", "not_met"),
        ("described_in: []\n", "not_met", "4A994.l"),
        ("", "undetermined", "undetermined"),
    ],
)
def test_a_system_takes_its_level_from_a_z_paragraph_too(tmp_path, described, licence_, residual):
    """Until 2024-04-04 4A090 had no .b level, and a .z paragraph did; an L40 is of 3A090.b."""
    path = written(tmp_path, f"name: S\nchips:\n  - {{chip: L40, count: 8}}\n{described}")
    found = shipped(path, "2024-04-03", origin="US", destination="CN", headquarters="CN")
    assert answer(found, "us.ear.license-requirement") == licence_
    assert answer(screen_target(path, date(2024, 4, 3)), "us.ear.4a994l") == residual


@pytest.mark.parametrize(
    ("described", "notice", "none"),
    [("[5A002]", "not_met", "not_met"), ("[5A992]", "a.destination", "a.transfer")],
)
def test_an_exception_has_to_be_in_the_list_of_the_entry_too(tmp_path, described, notice, none):
    """ECCN 5A002 lists NAC and ACA for z.1.b and z.2.b alone, so not for a system of the .a level."""
    path = written(tmp_path, f"name: S\nchips:\n  - {{chip: RTX 4090, count: 4}}\ndescribed_in: {described}\n")
    to_china = shipped(path, "2026-06-01", destination="CN", headquarters="CN", origin="US", datacenter="no")
    within = shipped(path, "2026-06-01", destination="CN", headquarters="CN", origin="CN", datacenter="no")
    assert answer(to_china, "us.ear.license-exception-nac-shipment") == notice
    assert answer(within, "us.ear.license-exception-aca-shipment") == none


STACK = "{name: HBM3, memory_bandwidth: 819 GB/s, package_area: 121 mm^2, dominant_function_processing: no}"


def test_memory_stacks_that_are_shipped_together(tmp_path):
    """6.8 GB/s and mm^2 are more than 2 (3A090.c), one stack or eight."""
    path = written(tmp_path, f"name: S\nchips:\n  - {{count: 8, design: {STACK}}}\ndescribed_in: []\n")
    found = shipped(path, "2026-06-01", origin="KR", destination="CN", headquarters="CN")
    assert answer(found, "us.ear.license-requirement-hbm") == "destination"
    path = written(tmp_path, "name: S\nchips:\n  - {chip: H200, count: 8}\ndescribed_in: []\n")
    found = shipped(path, "2026-06-01", origin="KR", destination="CN", headquarters="CN")
    assert answer(found, "us.ear.license-requirement-hbm") == "not_met"


@pytest.mark.parametrize(("fast", "outcome"), [("319 GB/s", "other-site"), ("819 GB/s", "not_met")])
def test_an_exception_for_memory_takes_every_stack(tmp_path, fast, outcome):
    """2.5 (300 per 120) and 2.66 GB/s and mm^2 are less than 3.3, 6.83 are not (15 CFR 740.25)."""
    slow = "{name: A, memory_bandwidth: 300 GB/s, package_area: 120 mm^2, dominant_function_processing: no}"
    other = f"{{name: B, memory_bandwidth: {fast}, package_area: 120 mm^2, dominant_function_processing: no}}"
    path = written(tmp_path, f"name: S\nchips:\n  - {{design: {slow}}}\n  - {{design: {other}}}\ndescribed_in: []\n")
    stated = {"designer_headquarters": "US", "exporter_headquarters": "US"}
    found = shipped(path, "2026-06-01", origin="KR", destination="CN", headquarters="CN", **stated)
    assert answer(found, "us.ear.license-exception-hbm-shipment") == outcome


@pytest.mark.parametrize(("kind", "outcome"), [("other", "undetermined"), ("compute", "not_met")])
def test_memory_that_computes_on_its_base_die_is_memory(tmp_path, kind, outcome):
    """3A090.c takes in memory that is fixed to a die which carries it; what else computes is no memory stack."""
    path = written(
        tmp_path,
        "name: S\nrates:\n  - {format: FP16, bits: 16, rate: 1.2 TFLOP/s}\nmemory: {type: HBM2, bandwidth: 307 GB/s}\n"
        f"dies:\n  - {{name: base, kind: {kind}, count: 1, area: 90 mm^2, node: 20 nm, planar: yes}}\n",
    )
    found = shipped(path, "2026-06-01", origin="KR", destination="CN", headquarters="CN")
    assert answer(found, "us.ear.license-requirement-hbm") == outcome


EIGHT = "name: Server\nchips:\n  - {{chip: {chip}, count: 8}}\n  - {{chip: V100, count: 1}}\ndescribed_in: []\n"


@pytest.mark.parametrize(
    ("chip", "more", "policy", "exception"),
    [
        ("H200", {"datacenter": "yes"}, "case-by-case-2026", "not_met"),  # every IC of 3A090 is within the limits
        ("B200", {"datacenter": "yes"}, "denial.destination", "not_met"),  # 36,000 TPP
        ("H200", {}, "open", "undetermined"),  # nobody said what the server is for
        ("RTX 4090", {"datacenter": "no"}, "case-by-case.a.destination", "a.destination"),
        ("L40", {}, "case-by-case.b.destination", "b.destination"),
    ],
)
def test_a_system_takes_the_level_of_its_chips(tmp_path, chip, more, policy, exception):
    """4A090: any IC in it; the V100 beside it is of no level."""
    path = written(tmp_path, EIGHT.format(chip=chip))
    screening = shipped(
        path,
        "2026-02-01",
        origin="US",
        destination="CN",
        headquarters="CN",
        performance_to_china_per_united_states="20%",
        **more,
    )
    assert licence(screening) == (Outcome.MET, Outcome.MET)
    assert answer(screening, "us.ear.review-policy-d5") == policy
    assert answer(screening, "us.ear.license-exception-nac-shipment") == exception
    assert answer(screening, "us.ear.license-requirement-hbm") == "not_met"


@pytest.mark.parametrize(("day", "outcome"), [("2024-04-03", Outcome.NOT_MET), ("2024-04-04", Outcome.MET)])
def test_systems_of_the_b_level_are_controlled_from_april_2024(tmp_path, day, outcome):
    """89 FR 23876; 4A090.b was reserved before."""
    path = written(tmp_path, EIGHT.format(chip="L40"))
    assert shipped(path, day, destination="CN", headquarters="CN").outcome is outcome


def test_a_mixed_system_is_beyond_the_limits_if_one_ic_is(tmp_path):
    path = written(tmp_path, "name: S\nchips:\n  - {chip: H200}\n  - {chip: B200}\ndescribed_in: []\n")
    screening = shipped(path, "2026-02-01", origin="US", destination="CN", headquarters="CN")
    assert screening.inputs["item_within_case_by_case_2026"].value is False
    assert answer(screening, "us.ear.case-by-case-2026-shipment") == "not_met"


MEMORY = (
    "name: Stack\ntpp: 0 TPP\ndominant_function_processing: no\nmemory_bandwidth: {bandwidth}\npackage_area: {area}\n"
)


@pytest.mark.parametrize(
    ("bandwidth", "destination", "day", "required"),
    [
        ("242.1 GB/s", "MO", "2025-06-01", "met"),  # 242.1 / 121 > 2; N21: Macau or D:5
        ("242.1 GB/s", "CN", "2025-06-01", "met"),
        ("242 GB/s", "CN", "2025-06-01", "not_met"),  # exactly 2 is not greater than 2
        ("242.1 GB/s", "VN", "2025-06-01", "not_met"),  # D:1 only
        ("242.1 GB/s", "CN", "2024-12-30", "not_met"),  # compliance from 2024-12-31: on the books only
        ("242.1 GB/s", "CN", "2024-12-31", "met"),
    ],
)
def test_memory(tmp_path, bandwidth, destination, day, required):
    path = written(tmp_path, MEMORY.format(bandwidth=bandwidth, area="121 mm^2"))
    screening = shipped(path, day, destination=destination, headquarters=destination)
    assert licence(screening)[1].word == required


def test_memory_is_on_the_books_before_compliance(tmp_path):
    """89 FR 96790: effective 2024-12-02, compliance 2024-12-31."""
    path = written(tmp_path, MEMORY.format(bandwidth="300 GB/s", area="121 mm^2"))
    screening = shipped(path, "2024-12-15", destination="CN", headquarters="CN")
    assert [found.word for found in licence(screening)] == ["met", "not_met"]
    assert screening.outcome is Outcome.NOT_MET


@pytest.mark.parametrize(("bandwidth", "open_to"), [("399.2 GB/s", "other-site"), ("399.3 GB/s", "not_met")])
def test_memory_under_license_exception_hbm(tmp_path, bandwidth, open_to):
    """15 CFR 740.25: density below 3.3; 399.3 / 121 is exactly 3.3."""
    path = written(tmp_path, MEMORY.format(bandwidth=bandwidth, area="121 mm^2"))
    screening = shipped(path, "2026-06-01", destination="CN", headquarters="CN", exporter_headquarters="US")
    assert answer(screening, "us.ear.license-exception-hbm-shipment") == open_to


@pytest.mark.parametrize(
    ("role", "area", "outcome", "policy"),
    [
        ("foundry", "360 mm^2", "met", "denial.destination"),  # 360 × 91 million = 32.76 billion, not under 30
        ("exporter", "360 mm^2", "undetermined", "undetermined"),  # no rate is known
        ("foundry", "300 mm^2", "undetermined", "undetermined"),  # 27.3 billion: overcome, and the rate is unknown
    ],
)
def test_a_die_that_is_presumed_controlled_is_shipped_as_such(tmp_path, role, area, outcome, policy):
    """Note 1 to 3A090.a: presumed 3A090.a and for datacenters, so that no exception for other items helps."""
    text = (ROOT / "examples" / "foundry-die.yaml").read_text(encoding="utf-8").replace("360 mm^2", area)
    path = written(tmp_path, text.replace("transaction_date: 2027", "transaction_date: 2026"))
    screening = shipped(path, "2026-06-01", role=role, origin="TW", destination="CN", headquarters="CN")
    assert screening.outcome.word == outcome
    assert answer(screening, "us.ear.review-policy-d5") == policy
    presumed = outcome == "met"
    assert (answer(screening, "us.ear.license-exception-nac-shipment") == "not_met") is presumed


def test_the_presumption_does_not_bind_before_its_compliance_date(tmp_path):
    """90 FR 5298: compliance from 2025-01-31."""
    text = (ROOT / "examples" / "foundry-die.yaml").read_text(encoding="utf-8")
    path = written(tmp_path, text.replace("transaction_date: 2027", "transaction_date: 2025"))
    route = {"origin": "TW", "destination": "CN", "headquarters": "CN"}
    found = [shipped(path, day, role="foundry", **route).outcome.word for day in ("2025-01-30", "2025-01-31")]
    assert found == ["undetermined", "met"]


# From where to where


@pytest.mark.parametrize(
    ("stated", "exported", "within"),
    [
        ({"origin": "US", "destination": "CN"}, True, False),
        ({"origin": "PR", "destination": "CN"}, True, False),  # part of the United States (15 CFR 772.1)
        ({"origin": "TW", "destination": "CN"}, False, False),
        ({"origin": "CN", "destination": "CN"}, False, True),
        ({"origin": "HK", "destination": "CN"}, False, True),  # Hong Kong is treated as China
        ({"origin": "MO", "destination": "CN"}, False, False),  # Macau is not
        ({"origin": "US"}, None, None),  # an export, or a transfer at home
        ({"origin": "TW"}, False, None),
        ({"destination": "CN"}, "unset", "unset"),
        ({"transaction": "export", "destination": "CN"}, True, False),
        ({"transaction": "reexport", "destination": "CN"}, False, False),
        ({"transaction": "transfer", "destination": "CN"}, False, True),
        ({"origin": "unknown", "destination": "CN"}, "unset", "unset"),
    ],
)
def test_kind_of_transaction(stated, exported, within):
    inputs = shipped("H100", "2026-06-01", **stated).inputs
    flags = ("exported_from_united_states", "in_country_transfer")
    assert tuple(inputs[name].value if name in inputs else "unset" for name in flags) == (exported, within)


def test_end_users_are_taken_to_be_at_the_destination_unless_stated():
    route = {"origin": "US", "destination": "CN", "headquarters": "CN", "performance_to_china_per_united_states": "20%"}
    here, elsewhere = (shipped("H200", "2026-02-01", **route, **more) for more in ({}, {"end_user_country": "RU"}))
    assert here.inputs["end_user_country"].how == "taken as the country of destination"
    rule = "us.ear.case-by-case-2026-shipment"
    assert (answer(here, rule), answer(elsewhere, rule)) == ("case-by-case", "not_met")


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"destination": "Chnia"}, "destination: 'Chnia' is not a country. Did you mean China (CN)"),
        ({"origin": "XX"}, "origin: 'XX' is not a country"),
        ({"destination": ""}, "destination: '' is not a name"),
        ({"transaction": ""}, "'' is none. Write export, reexport, transfer."),
        ({"headquarters": "Mainland"}, "headquarters: 'Mainland' is not a country"),
        (
            {"origin": "TW", "destination": "CN", "transaction": "export"},
            "export does not fit a shipment from TW to CN",
        ),
        ({"origin": "US", "destination": "CN", "transaction": "transfer"}, "which is an export"),
        ({"transaction": "gift"}, "'gift' is none. Write export, reexport, transfer."),
        ({"destination": "US", "end_use": "repairs"}, "Did you mean us-repair"),
        ({"destination": "US", "tariff_heading": "GPU"}, "'gpu' is no number of the tariff schedule"),
        ({"destination": "US", "tariff_heading": "8471"}, "is no number of the tariff schedule"),
        ({"units": "1.5"}, "units: 1.5 is not a number of items"),
        ({"units": "-3"}, "units"),
        ({"units": "0"}, "units"),
        ({"declared_value": "-5 USD"}, "declared_value"),
        (
            {"units": "10", "performance_to_country": "1000 TPP"},
            "1,000 TPP is less than this shipment brings (158,320 TPP)",
        ),
        ({"desination": "CN"}, "Did you mean destination"),
        ({"consignee": "evil\x1b[31m"}, "is not a name"),
    ],
)
def test_what_cannot_be_is_refused(stated, message):
    with pytest.raises(InputError) as refused:
        shipped("H100", "2026-06-01", **stated)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_date_before_the_first_rule_is_refused():
    with pytest.raises(InputError, match=r"no rule about a shipment had been issued by 2022-10-06"):
        shipped("H100", "2022-10-06", destination="CN", headquarters="CN")


# Totals and notice


@pytest.mark.parametrize(
    ("units", "least"),
    [
        ({}, 15832),
        ({"units": "8"}, 8 * 15832),
        ({"units": "at least 100"}, 100 * 15832),
        ({"units": "2 to 4"}, 2 * 15832),
    ],
)
def test_totals_are_at_least_what_the_shipment_brings(units, least):
    """H100: 989.5 TFLOP/s × 16 bit = 15,832 TPP."""
    inputs = shipped("H100", "2026-06-01", destination="IN", headquarters="IN", **units).inputs
    for name in ("performance_to_consignee_in_year", "performance_to_consignee", "performance_to_country"):
        assert inputs[name].value == Amount(Fraction(least), None)


def test_items_of_no_level_bring_nothing():
    inputs = shipped("H20", "2026-06-01", destination="IN", headquarters="IN", units="100000").inputs
    assert inputs["performance_to_country"].value == Amount(Fraction(0), None)


@pytest.mark.parametrize(
    ("notified", "as_of", "first"),
    [("2026-02-01", "2026-02-10", "2026-02-26"), ("2023-12-20", "2024-01-05", "2024-01-14")],
)
def test_the_notice_of_nac_sets_the_first_day(cli, notified, as_of, first):
    """25 calendar days (15 CFR 740.8): 1 + 25 February; 20 December + 11 to the end of the year + 14."""
    route = ("--from", "US", "--to", "CN", "--hq", "CN", "--set", f"notified_bis_on={notified}")
    done = cli("RTX 4090", "--as-of", as_of, *route, "--format", "json")
    verdicts = {verdict["rule"]: verdict for verdict in json.loads(done.out)["shipment"]["verdicts"]}
    (due,) = [p["due"] for p in verdicts["us.ear.license-exception-nac-shipment"]["checklist"] if p["id"] == "notice"]
    assert (due["date"], due["earliest"]) == (first, "25 days")
    assert "no rule shown depends" not in done.err


def test_no_other_point_of_a_shipment_has_a_date():
    """One that is added needs a test like the one above."""
    due = {
        (rule, point.id)
        for rule, version in VERSIONS
        for point in version.checklist
        if point.due is not None and SPECS.rules[rule].subject == "shipment"
    }
    assert due == {("us.ear.license-exception-nac-shipment", "notice")}


# Tariff

ENTRY = "us.tariff.section-232-entry"


@pytest.mark.parametrize(
    ("stated", "item", "rate", "amount"),
    [
        ({"end_use": "other", "declared_value": "30000 USD"}, "9903.79.01", ("1/4", "1/4"), (7500, 7500)),
        ({"end_use": "other", "declared_value": "29999.99 USD"}, "9903.79.01", ("1/4", "1/4"), ("7499.9975",) * 2),
        ({"end_use": "other", "declared_value": "1000 to 2000 USD"}, "9903.79.01", ("1/4", "1/4"), (250, 500)),
        ({"end_use": "other"}, "9903.79.01", ("1/4", "1/4"), (0, None)),
        ({"end_use": "us-repair", "declared_value": "30000 USD"}, "9903.79.04", (0, 0), (0, 0)),
        ({"end_use": "US repair"}, "9903.79.04", (0, 0), (0, 0)),
        ({"declared_value": "30000 USD"}, "open", (0, "1/4"), (0, 7500)),
        ({"end_use": "us-datacenter", "declared_value": "30000 USD"}, "open", (0, "1/4"), (0, 7500)),
        (
            {"end_use": "us-datacenter", "new_datacenter_load": "100 MW", "declared_value": "30000 USD"},
            "9903.79.01",
            ("1/4", "1/4"),
            (7500, 7500),
        ),
        (
            {"end_use": "us-datacenter", "new_datacenter_load": "0.2 GW", "declared_value": "30000 USD"},
            "9903.79.03",
            (0, 0),
            (0, 0),
        ),
    ],
)
def test_tariff(stated, item, rate, amount):
    """25 % of the declared value under 9903.79.01, nothing under the other headings; by hand."""
    screening = shipped(
        "H200", "2026-06-01", origin="TW", destination="US", headquarters="US", tariff_heading="8473.30.1180", **stated
    )
    verdict = verdict_of(screening, ENTRY)
    found = charge_of(verdict)
    ends = tuple(None if end is None else Fraction(end) for end in amount)
    assert item_of(verdict) == item
    assert found.rate == Amount(*map(Fraction, rate))
    assert found.amount == Amount(*ends)


@pytest.mark.parametrize(("stated", "outcome"), [({}, "undetermined"), ({"tariff_heading": "8542.31"}, "not_met")])
def test_tariff_without_a_heading(stated, outcome):
    """The three headings only; where nobody states one the amount runs from nothing."""
    screening = shipped("H200", "2026-06-01", destination="US", end_use="other", declared_value="100 USD", **stated)
    verdict = verdict_of(screening, ENTRY)
    found = charge_of(verdict)
    assert verdict.outcome.word == outcome
    assert found is None if outcome == "not_met" else (found.amount == Amount(Fraction(0), Fraction(25)))


@pytest.mark.parametrize(
    ("origin", "outcome"), [("US", "not_met"), ("PR", "not_met"), ("TW", "9903.79.01"), (None, "9903.79.01")]
)
def test_tariff_on_what_is_entered(origin, outcome):
    """What moves within the customs territory is not entered; General Note 2 takes in Puerto Rico."""
    stated = {"end_use": "other", "declared_value": "30000 USD", "tariff_heading": "8473.30"}
    screening = shipped("H200", "2026-06-01", destination="US", headquarters="US", origin=origin, **stated)
    verdict = verdict_of(screening, ENTRY)
    assert answer(screening, ENTRY) == outcome
    assert (charge_of(verdict) is None) is (outcome == "not_met")
    assert (("from_customs_territory", False) in verdict.assumptions) is (origin is None)


def test_rules_that_charge_nothing_have_no_charge():
    screening = shipped("H200", "2026-06-01", destination="CN", headquarters="CN", declared_value="100 USD")
    assert [verdict.rule.id for verdict in screening.verdicts if charge_of(verdict)] == []


# The command line and JSON


@pytest.fixture
def cli(monkeypatch, capsys):
    """Run ``gateline chip`` in this process."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["gateline", "chip", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        streams = capsys.readouterr()
        return SimpleNamespace(code=ended.value.code, out=streams.out, err=streams.err)

    return call


@pytest.fixture
def objects(cli):
    """What ``gateline chip`` says as JSON."""
    return lambda *arguments: json.loads(cli(*arguments, "--format", "json").out)


def test_the_answer_on_the_chip_is_the_same_with_a_shipment_and_without(objects):
    plain = objects("H200", "--as-of", "2026-06-01")
    shipment = objects("H200", "--as-of", "2026-06-01", "--to", "CN")
    assert "shipment" not in plain
    assert {key: value for key, value in shipment.items() if key != "shipment"} == plain


def test_the_shipment_has_the_same_format_and_a_licence(objects):
    found = objects("H100", "--as-of", "2026-06-01", "--from", "US", "--to", "FR", "--hq", "FR")
    shipment = found["shipment"]
    assert shipment["format"] == found["format"] == "gateline.verdict/1"
    assert shipment["subject"]["kind"] == "shipment"
    assert shipment["licence"] == {"on_the_books": "met", "enforced": "not_met"}
    assert (found["outcome"], shipment["outcome"]) == ("met", "not_met")
    assert {verdict["effect"] for verdict in shipment["verdicts"] if verdict["gating"]} == {"licence"}


@pytest.mark.parametrize(
    ("arguments", "chip", "shipment"),
    [
        (("H20", "--to", "CN", "--hq", "CN"), "not_met", "not_met"),
        (("L40", "--to", "FR", "--hq", "FR"), "met", "not_met"),
        (("H20", "--to", "FR"), "not_met", "not_met"),
        (("L40", "--to", "FR"), "met", "undetermined"),
        (("L40", "--to", "FR", "--rule", "us.ear.license-requirement-enforced"), "not_met", "undetermined"),
        (("L40", "--to", "SA", "--hq", "SA", "--rule", "us.ear.license-requirement-enforced"), "not_met", "met"),
        (("L40", "--to", "SA", "--hq", "SA", "--rule", "us.ear.3a090c"), "not_met", "not_met"),
        (("L40", "--to", "FR", "--hq", "FR", "--rule", "us.ear.license-requirement"), "not_met", "not_met"),
    ],
)
def test_exit_status_is_the_gravest_of_chip_and_shipment(cli, objects, arguments, chip, shipment):
    """A rule that is asked for gates where it belongs; the other side then has nothing that gates."""
    found = objects(*arguments, "--as-of", "2026-06-01")
    codes = {"not_met": 0, "met": 3, "undetermined": 4}
    assert (found["outcome"], found["shipment"]["outcome"]) == (chip, shipment)
    gravest = max((chip, shipment), key=("not_met", "undetermined", "met").index)
    assert cli(*arguments, "--as-of", "2026-06-01").code == codes[gravest]


def test_text_shows_both_answers_on_the_licence(cli):
    printed = " ".join(cli("H100", "--as-of", "2026-06-01", "--from", "US", "--to", "FR", "--hq", "FR").out.split())
    assert "Licence by destination and headquarters: on the books MET, enforced not met" in printed


@pytest.mark.parametrize("format_", ["markdown", "sarif", "junit", "github"])
def test_every_format_has_the_shipment(cli, format_):
    done = cli("H100", "--as-of", "2026-06-01", "--to", "SA", "--hq", "SA", "--format", format_)
    assert "us.ear.license-requirement-enforced" in done.out


def test_a_rule_about_something_else_is_refused():
    with pytest.raises(InputError, match=r"eu\.ai-act\.gpai: is not a rule that classifies a chip"):
        screen_with_shipment("H100", date(2026, 6, 1), Transaction(destination="CN"), rules=("eu.ai-act.gpai",))


def test_one_input_is_not_stated_twice():
    with pytest.raises(InputError, match="destination: is set twice"):
        screen_with_shipment("H100", date(2026, 6, 1), Transaction(destination="CN"), changes={"destination": "FR"})


def test_without_a_transaction_there_is_no_shipment():
    day = date(2026, 6, 1)
    assert screen_with_shipment("H20", day, Transaction()).shipment is None
    assert screen_with_shipment("H20", day, Transaction()).outcome == screen_target("H20", day).outcome


def test_columns_about_a_shipment_pass_through_a_table_of_chips():
    """Only what is shipped is screened there; a column called origin may hold anything."""
    header = read_header(["chip", "origin", "end_user", "units", "tpp"], "x.csv")
    assert header.passed == ["origin", "end_user", "units"]
    assert header.subject() == "chip"
    assert near_names(header) == []


def test_inputs_of_the_chip_reach_both():
    """A die area set on the command line classifies the chip and decides on the licence: 2,368 / 400 is exactly 5.92."""
    found = screen_with_shipment(
        "H20", date(2026, 6, 1), Transaction(destination="SA", headquarters="SA"), changes={"die_area": "400 mm^2"}
    )
    assert item_of(verdict_of(found, "us.ear.3a090")) == "3A090.a.2"
    assert item_of(verdict_of(found.shipment, "us.ear.license-requirement-enforced")) == "a.destination"


@pytest.mark.parametrize(
    ("route", "called"),
    [
        ({"origin": "US", "destination": "CN"}, "shipped US to CN"),
        ({"destination": "China"}, "shipped to CN"),
        ({"origin": "US"}, "shipped from US"),
        ({"destination": "unknown", "headquarters": "CN"}, "shipped"),
    ],
)
def test_a_shipment_is_called_by_what_is_known_of_its_route(route, called):
    """A destination alone must not read like an origin."""
    found = screen_shipment("H20", date(2026, 6, 1), **route)
    assert found.subject.name.endswith(f", {called}")
