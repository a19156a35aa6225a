"""What changed between two versions of a rule, in words and numbers."""

import json
import re
import shlex
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import SPECS

from gateline.cli import main
from gateline.errors import InputError
from gateline.report.history import write
from gateline.rules.history import difference, find_version
from gateline.rules.model import (
    Citation,
    Clause,
    FlagTest,
    MemberTest,
    Period,
    QuantityTest,
    Rule,
    Status,
    Version,
)

A090 = "us.ear.3a090"
INTERFACE = (Path(__file__).parents[1] / "docs" / "interface.md").read_text(encoding="utf-8")


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process."""

    def call(*arguments: str) -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["gateline", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        streams = capsys.readouterr()
        return SimpleNamespace(code=ended.value.code, out=streams.out, err=streams.err)

    return call


def performance(operator, value, text=""):
    return QuantityTest("total_processing_performance", operator, Fraction(value), text or f"{value} TPP")


def version(name, *items, exclusions=(), **more):
    return Version(name, Status.IN_FORCE, "primary", (Citation("An Act", "enacts"),), items, exclusions, **more)


def compared(old, new):
    """The difference of two versions of a made-up rule."""
    rule = Rule("x.rule", "Made up", "Nobody", "chip", "classification", ("exporter",), (old, new))
    return difference(rule, old, new)


def lines(old, new):
    return write(compared(old, new), SPECS, "text").splitlines()


# The real rule


def test_from_2022_to_2023_in_words(run):
    """88 FR 73458 dropped the interconnect limb and brought performance density and Note 2."""
    done = run("rules", "diff", A090, "2022-10-21", "2023-11-17")
    assert (done.code, done.err) == (0, "")
    for line in (
        "~ status: superseded → in force",
        "~ issued: 2022-10-07 → 2023-10-17",
        "~ effective: from 2022-10-21 to 2023-11-17 → from 2023-11-17",
        "- io bandwidth",
        "+ performance density",
        "- io bandwidth ≥ 600 GB/s",
        "+ performance density ≥ 1.6 TPP/mm^2, ≥ 3.2 TPP/mm^2, < 5.92 TPP/mm^2, ≥ 5.92 TPP/mm^2",
        "+ 88 FR 73458 (enacts)",
    ):
        assert line in done.out.splitlines()
    assert re.search(r"^\+ 3A090\.b\.2: ", done.out, flags=re.MULTILINE)
    assert re.search(r"^- 3A090\.a: ", done.out, flags=re.MULTILINE)
    assert re.search(r"^\+ note-2: ", done.out, flags=re.MULTILINE)


def test_from_2022_to_2023_as_json(run):
    """The same for programs."""
    shown = json.loads(run("rules", "diff", A090, "2022-10-21", "2023-11-17", "--format", "json").out)
    assert (shown["format"], shown["old"], shown["new"]) == ("gateline.rules-diff/1", "2022-10-21", "2023-11-17")
    status = next(field for field in shown["fields"] if field["name"] == "status")
    assert (status["old"], status["new"]) == ("superseded", "in_force")
    period = next(field for field in shown["fields"] if field["name"] == "effective")
    assert period["old"] == {"from": "2022-10-21", "to": "2023-11-17"}
    assert {(item["id"], item["change"]) for item in shown["items"]} == {
        ("3A090.a.1", "added"),
        ("3A090.a.2", "added"),
        ("3A090.b.1", "added"),
        ("3A090.b.2", "added"),
        ("3A090.a", "removed"),
    }
    density = next(entry for entry in shown["thresholds"] if entry["quantity"] == "performance_density")
    assert [(test["op"], test["value"]) for test in density["added"]] == [
        (">=", 1.6),
        (">=", 3.2),
        ("<", 5.92),
        (">=", 5.92),
    ]
    assert shown["items"][0]["conditions"][0]["value"] == 4800


def test_the_other_way_round(run):
    """What was added is removed."""
    shown = json.loads(run("rules", "diff", A090, "2023-11-17", "2022-10-21", "--format", "json").out)
    assert ("3A090.a", "added") in {(item["id"], item["change"]) for item in shown["items"]}
    assert "performance_density" in shown["tests"]["removed"]


def test_a_version_and_itself(run):
    """Nothing differs."""
    assert run("rules", "diff", A090, "2023-11-17", "2023-11-17").out.splitlines()[2:] == ["The two say the same."]


def test_every_two_versions_of_every_rule_can_be_compared():
    """Whatever is in the data has words and JSON."""
    pairs = [(rule, old, new) for rule in SPECS.rules.values() for old in rule.versions for new in rule.versions]
    assert len(pairs) > len(SPECS.rules)
    for rule, old, new in pairs:
        found = difference(rule, old, new)
        assert found.empty == (old is new)
        assert json.loads(write(found, SPECS, "json"))["rule"] == rule.id
        assert write(found, SPECS, "text").startswith(rule.id)


def test_a_date_is_taken_as_the_version_in_force(run):
    """2023-06-01 lies in the version of 2022, and standard error says so."""
    done = run("rules", "diff", A090, "2023-06-01", "2024-06-01")
    assert done.code == 0
    assert "2022-10-21 → 2023-11-17" in done.out.splitlines()
    assert done.err.splitlines() == [
        "gateline: 2023-06-01: taken as version 2022-10-21, in force on that day.",
        "gateline: 2024-06-01: taken as version 2023-11-17, in force on that day.",
    ]


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ([A090, "2022-10-20", "2023-11-17"], ["2022-10-20", "2022-10-21, 2023-11-17"]),
        ([A090, "2022-10-21", "newest"], ["newest", "2022-10-21, 2023-11-17"]),
        ([A090, "2022-10-21", "2023-1-1"], ["2023-1-1", "2022-10-21, 2023-11-17"]),
        (["us.ear.none", "a", "b"], ["us.ear.none"]),
        (["us.ear", "a", "b"], ["us.ear.3a090", "one of these ids"]),
    ],
)
def test_what_cannot_be_used_is_one_line(run, arguments, parts):
    """An unknown version lists those that there are."""
    done = run("rules", "diff", *arguments)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.strip().splitlines()) == 1
    assert [part for part in parts if part not in done.err] == []


# Made-up versions


def test_a_threshold_that_moved_is_given_exactly():
    """From 4800 to 3000.5 is 1799.5 less, 37.49 percent."""
    old = version("1", Clause("a", "performance", (performance(">=", 4800), FlagTest("datacenter", wanted=True))))
    new = version(
        "2",
        Clause("a", "performance", (performance(">", Fraction("3000.5"), "3000.5 TPP"), FlagTest("hbm", wanted=True))),
    )
    [item] = compared(old, new).items
    [change] = item.conditions
    assert change.by == Fraction("-1799.5")
    moved = "~ performance ≥ 4800 TPP → > 3000.5 TPP (down by 1799.5 TPP, 37.5 %)"
    shown = lines(old, new)
    assert moved in shown
    assert f"    {moved}" in shown
    assert "    + hbm: yes" in shown
    assert "    - datacenter: yes" in shown
    shown = json.loads(write(compared(old, new), SPECS, "json"))
    assert shown["items"][0]["moved"][0]["by"] == {"value": -1799.5}


def test_an_operator_that_changed_on_the_same_number():
    """'At least' that becomes 'more than' is told, without a distance."""
    old, new = (version(name, Clause("a", "x", (performance(sign, 10),))) for name, sign in (("1", ">="), ("2", ">")))
    assert "~ performance ≥ 10 TPP → > 10 TPP" in lines(old, new)


def test_a_date_that_moved_is_given_in_days():
    """2028-01-01 to 2028-03-01 is 60 days, 2028 being a leap year."""
    days = [
        QuantityTest("transaction_date", "<", Fraction(day.toordinal()), day.isoformat())
        for day in (date(2028, 1, 1), date(2028, 3, 1))
    ]
    old, new = (version(name, Clause("a", "x", (test,))) for name, test in zip("12", days, strict=True))
    assert any(line.endswith("2028-01-01 → < 2028-03-01 (60 days later)") for line in lines(old, new))


def test_a_number_written_otherwise_is_the_same():
    """4800 TPP and 4.8e3 TPP are one threshold."""
    old, new = (
        version(name, Clause("a", "x", (performance(">=", 4800, text),)))
        for name, text in (("1", "4800 TPP"), ("2", "4.8e3 TPP"))
    )
    found = compared(old, new)
    assert (found.items, found.thresholds) == ((), ())


def test_two_thresholds_on_one_side_are_not_paired():
    """Which of two became which cannot be told; all are listed as new and gone."""
    old = version("1", Clause("a", "x", (performance(">=", 10), performance(">=", 20))))
    new = version("2", Clause("a", "x", (performance(">=", 30), performance(">=", 40))))
    shown = lines(old, new)
    assert "+ total processing performance ≥ 30 TPP, ≥ 40 TPP" in shown
    assert "- total processing performance ≥ 10 TPP, ≥ 20 TPP" in shown


def test_flags_lists_words_exclusions_and_notes():
    """A flag turned round, another list, another wording, an exclusion gone, a note more."""
    out = Clause("out", "taken out", (FlagTest("hbm", wanted=False),))
    old = version(
        "1",
        Clause(
            "a",
            "old words",
            (FlagTest("datacenter", wanted=True), MemberTest("destination", "us.ear.country-group-d1", wanted=True)),
            unless=("out",),
        ),
        exclusions=(out,),
    )
    new = version(
        "2",
        Clause(
            "a",
            "new words",
            (FlagTest("datacenter", wanted=False), MemberTest("destination", "us.ear.country-group-d5", wanted=True)),
        ),
        notes=("A note.",),
        enforced=Period(date(2025, 1, 1)),
    )
    shown = lines(old, new)
    for line in (
        "~ enforced: none → from 2025-01-01",
        "    ~ says: old words → new words",
        "    ~ datacenter: yes → datacenter: no",
        "    + destination on us.ear.country-group-d5",
        "    - destination on us.ear.country-group-d1",
        "    - unless out",
        "- out: taken out",
        "+ A note.",
    ):
        assert line in shown


def test_another_order_of_the_items():
    """The first item that is met classifies, so their order is part of the text."""
    first, second = (Clause(name, "x", (performance(">=", 10),)) for name in "ab")
    assert "~ item order: a, b → b, a" in lines(version("1", first, second), version("2", second, first))


def test_a_version_that_is_not_there():
    """The library says the same as the command."""
    with pytest.raises(InputError, match="2022-10-21, 2023-11-17"):
        find_version(SPECS.rules[A090], "2020-01-01")


def test_the_interface_document_names_the_keys(run):
    """The command in the document runs, and every key that it prints is in it."""
    section = INTERFACE.partition("## A difference of versions")[2].partition("\n## ")[0]
    [command] = re.findall(r"^gateline (rules diff .*)$", section, flags=re.MULTILINE)
    shown = json.loads(run(*shlex.split(command)).out)
    named = set(re.findall(r"`([\w./-]+)`", INTERFACE))
    keys = set(shown) | {key for part in (*shown["fields"], *shown["items"], *shown["thresholds"]) for key in part}
    assert keys - named == set()
    assert shown["format"] in named
