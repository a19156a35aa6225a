"""Timelines: the dates on which verdicts change, agreement with single screenings, and reasons read from the data."""

import csv
import io
import json
import re
import shlex
import sys
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import SPECS

from gateline.cli import main
from gateline.errors import InputError
from gateline.jobs import catalogue_timeline, chip_timeline, chip_timelines, default_catalogue, screen_chip
from gateline.jobs.sweep import Span
from gateline.jobs.timeline import Cell, Matrix, Milestone
from gateline.report.timeline import matrix_csv
from gateline.rules.model import (
    Citation,
    Clause,
    FlagTest,
    ItemTest,
    Member,
    MemberTest,
    NamedList,
    Outcome,
    Period,
    QuantityTest,
    Rule,
    Status,
    Version,
)
from gateline.screening import Subject

ROOT = Path(__file__).parents[1]
FOUNDRY_DIE = str(ROOT / "examples" / "foundry-die.yaml")
A090 = "us.ear.3a090"
END = date(2026, 11, 21)
ISSUED_2022, EFFECTIVE_2022 = date(2022, 10, 7), date(2022, 10, 21)  # 87 FR 62186
ISSUED_2023, EFFECTIVE_2023 = date(2023, 10, 17), date(2023, 11, 17)  # 88 FR 73458
A_DAY = timedelta(days=1)


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


def of_rule(timeline, rule):
    return [change for change in timeline.changes if change.rule.id == rule]


def on(timeline, rule, day):
    """The last change of a rule up to a day."""
    return [change for change in of_rule(timeline, rule) if change.day <= day][-1]


# What the law says


@pytest.mark.parametrize(
    ("target", "under_2022", "under_2023"),
    [
        ("A800", None, "3A090.a.1"),  # 464 GB/s is below the 600 of 2022; 312 × 16 = 4992
        ("H800", None, "3A090.a.1"),
        ("A100", "3A090.a", "3A090.a.1"),  # 600 GB/s of NVLink is 'or more'
        ("H100", "3A090.a", "3A090.a.1"),
        ("L4", None, "3A090.a.2"),  # 1940 on 294 mm² is 6.6
        ("RTX 4090", None, "3A090.a.1"),
        ("H20", None, None),  # 2368 on 814 mm² is 2.9
    ],
)
def test_the_two_versions_of_3a090(target, under_2022, under_2023):
    """Each chip under the entry of 2022 and that of 2023, and nothing in between."""
    changes = of_rule(chip_timeline(target, None, END), A090)
    assert [(change.day, change.item, change.gating) for change in changes] == [
        (ISSUED_2022, under_2022, False),
        (EFFECTIVE_2022, under_2022, True),
        (EFFECTIVE_2023, under_2023, True),
    ]
    assert [change.outcome is Outcome.MET for change in changes] == [bool(under_2022)] * 2 + [bool(under_2023)]


def test_why_a_version_begins_is_told_with_its_source():
    """The change of 2023-11-17 names both versions and the rule in the Federal Register."""
    change = of_rule(chip_timeline("A800", None, END), A090)[-1]
    assert change.why[0].text == "version 2023-11-17 takes effect in place of version 2022-10-21"
    assert "88 FR 73458" in [citation.cite for citation in change.citations]
    assert (change.status, change.enforced) == (Status.IN_FORCE, True)


def test_a_timeline_starts_where_the_rules_do():
    """Nothing is said before the first text; 3A090 was issued on 2022-10-07 and one letter is older than that."""
    timeline = chip_timeline("H20", None, END)
    assert timeline.span.start == min(change.day for change in timeline.changes)
    assert timeline.span.start <= ISSUED_2022
    assert chip_timeline("H20", None, END, rules=(A090,)).span.start == ISSUED_2022


def test_a_window_begins_with_what_holds_on_its_first_day():
    """From 2023-01-01 to 2023-11-16 the version of 2022 speaks, and nothing changes."""
    [change] = of_rule(chip_timeline("A800", date(2023, 1, 1), date(2023, 11, 16)), A090)
    assert (change.day, change.version.id, change.outcome) == (date(2023, 1, 1), "2022-10-21", Outcome.NOT_MET)
    assert "since before this date" in change.why[0].text


def test_the_last_day_belongs_to_the_window():
    """A window that ends on 2023-11-17 has the change of that day."""
    assert of_rule(chip_timeline("A800", None, EFFECTIVE_2023), A090)[-1].day == EFFECTIVE_2023


# Agreement with single screenings


@pytest.mark.parametrize(
    ("target", "role", "changes"),
    [
        ("A800", "exporter", {}),
        ("amd-mi308x", "exporter", {"destination": "CN"}),
        (FOUNDRY_DIE, "foundry", {"designer_authorized": "yes", "designer_application_date": "2026-06-01"}),
    ],
)
def test_every_day_agrees_with_a_screening_of_that_day(target, role, changes):
    """On each date of a change and on the day before it, every rule says what `screen_chip` says."""
    end = date(2029, 3, 1)
    timeline = chip_timeline(target, None, end, role=role, changes=changes)
    days = {change.day for change in timeline.changes}
    compared = 0
    for day in sorted(days | {day - A_DAY for day in days if day > timeline.span.start}):
        shown = {verdict.rule.id: verdict for verdict in screen_chip(target, day, role=role, changes=changes).verdicts}
        for rule, verdict in shown.items():
            change = on(timeline, rule, day)
            assert (
                change.version.id,
                change.status,
                change.enforced,
                change.gating,
                change.outcome,
                change.item,
            ) == (
                verdict.version.id,
                verdict.status,
                verdict.enforced,
                verdict.gating,
                verdict.outcome,
                verdict.explanation.item,
            ), (rule, day)
            compared += 1
        left_out = {change.rule.id for change in timeline.changes if change.day <= day} - set(shown)
        assert {on(timeline, rule, day).status for rule in left_out} <= {Status.SUPERSEDED}
    assert compared > len(days)


def test_every_change_is_one_and_has_a_reason():
    """No line repeats what the rule said before, and each says why."""
    timeline = chip_timeline("H20", None, date(2030, 1, 1))
    assert all(change.why and change.citations for change in timeline.changes)
    for rule in {change.rule.id for change in timeline.changes}:
        said = [
            (change.version.id, change.status, change.enforced, change.gating, change.outcome, change.item)
            for change in of_rule(timeline, rule)
        ]
        assert all(said[number] != said[number + 1] for number in range(len(said) - 1))


@pytest.mark.parametrize("role", ["exporter", "foundry"])
def test_the_catalogue_agrees_with_single_screenings(role):
    """Every thirtieth chip, on every date of a column: the gravest gating outcome and the items behind it."""
    matrix = catalogue_timeline(None, END, role=role)
    assert [subject.id for subject, _ in matrix.rows] == list(default_catalogue().entries)
    for subject, cells in matrix.rows[::30]:
        for milestone, cell in zip(matrix.milestones, cells, strict=True):
            gating = [v for v in screen_chip(subject.id, milestone.day, role=role).verdicts if v.gating]
            gravest = max((verdict.outcome for verdict in gating), default=None)
            items = {(v.rule.id, v.explanation.item) for v in gating if v.outcome is gravest} if gravest else set()
            assert (cell.outcome, set(cell.items)) == (gravest, items), (subject.id, milestone.day)


def test_each_column_of_the_matrix_differs_from_the_one_before():
    """A date stands there because at least one chip changed on it, and it says what happened."""
    matrix = catalogue_timeline(None, END)
    columns = list(zip(*(cells for _, cells in matrix.rows), strict=True))
    assert all(columns[number] != columns[number + 1] for number in range(len(columns) - 1))
    assert {EFFECTIVE_2022, EFFECTIVE_2023} <= {milestone.day for milestone in matrix.milestones}
    assert all(milestone.why for milestone in matrix.milestones[1:])


def test_progress_is_told_up_to_the_end():
    """The last call says that all rules are done."""
    told = []
    catalogue_timeline(None, END, rules=(A090,), progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 1)]


# Reasons, on made-up rules whose dates are known


SOURCE = (Citation("An Act", "text"),)
START = date(2024, 1, 1)
ALWAYS = Period(START)


def made(rule_id, *clauses, exclusions=(), effective=ALWAYS, **more):
    """A rule of one version that is in force from 2024-01-01."""
    version = Version(
        "2024-01-01",
        Status.IN_FORCE,
        "primary",
        SOURCE,
        clauses,
        exclusions,
        issued=START,
        effective=effective,
        enforced=effective,
    )
    return Rule(rule_id, "Made up", "Nobody", "chip", "classification", ("exporter",), (version,), **more)


def specs_with(*rules, lists=()):
    """The data that ships, with rules and lists more."""
    return replace(
        SPECS,
        rules={**SPECS.rules, **{rule.id: rule for rule in rules}},
        lists={**SPECS.lists, **{named.id: named for named in lists}},
    )


def told(specs, rule, changes=None, end=date(2030, 1, 1)):
    """Date, outcome and reasons of each change of one rule for a chip of 100 TPP."""
    timeline = chip_timeline("H20", None, end, changes=changes or {}, specs=specs)
    return [
        (str(change.day), change.outcome.word, [reason.text for reason in change.why])
        for change in of_rule(timeline, rule)
    ]


def test_who_joins_and_who_leaves_a_list_is_named():
    """Through a rule that refers to another, whose list includes one that changed twice."""
    inner = NamedList(
        "x.inner",
        "Inner",
        "country",
        "primary",
        (Citation("A table", "text"),),
        (Member("NI", "Nicaragua", since=date(2024, 3, 15), until=date(2025, 2, 1)), Member("CU", "Cuba")),
    )
    outer = NamedList("x.outer", "Outer", "country", "primary", SOURCE, (), ("x.inner",))
    first = made("x.first", Clause("listed", "goes there", (MemberTest("destination", "x.outer", wanted=True),)))
    second = made("x.second", Clause("same", "goes there", (ItemTest("x.first", "listed", wanted=True),)))
    found = told(specs_with(first, second, lists=(inner, outer)), "x.second", {"destination": "NI"})
    assert found[0][:2] == ("2024-01-01", "not_met")
    assert found[1:] == [
        ("2024-03-15", "met", ["Nicaragua joined the list x.inner"]),
        ("2025-02-01", "not_met", ["Nicaragua left the list x.inner"]),
    ]


def test_a_name_that_moves_from_one_row_to_the_next_does_not_change():
    """Two rows of one list that meet on a day are one membership."""
    rows = (Member("NI", "Nicaragua", until=date(2025, 1, 1)), Member("NI", "Nicaragua", since=date(2025, 1, 1)))
    named = NamedList("x.list", "List", "country", "primary", SOURCE, rows)
    rule = made("x.rule", Clause("listed", "goes there", (MemberTest("destination", "x.list", wanted=True),)))
    found = told(specs_with(rule, lists=(named,)), "x.rule", {"destination": "NI"})
    assert [line[:2] for line in found] == [("2024-01-01", "met")]


def test_the_day_of_the_question_passes_a_date_that_a_rule_tests():
    """A condition on the standing date, which is the day of the question where no transaction date is stated."""
    tests = (QuantityTest("standing_date", "<", Fraction(date(2026, 1, 1).toordinal()), "2026-01-01"),)
    rule = made("x.rule", Clause("early", "before 2026", tests))
    found = told(specs_with(rule), "x.rule")
    assert [line[:2] for line in found] == [("2024-01-01", "met"), ("2026-01-01", "not_met")]
    assert found[1][2] == ["standing date is this day"]
    assert [line[:2] for line in told(specs_with(rule), "x.rule", {"transaction_date": "2027"})] == [
        ("2024-01-01", "not_met")
    ]


def test_days_are_counted_from_a_date_that_the_chip_states():
    """180 days after 2026-01-01 is 2026-06-30; before the filing the count is unknown."""
    tests = (QuantityTest("days_since_application", "<", Fraction(180), "180 day"),)
    rule = made("x.rule", Clause("fresh", "applied lately", tests))
    found = told(specs_with(rule), "x.rule", {"designer_application_date": "2026-01-01"})
    assert [line[:2] for line in found] == [
        ("2024-01-01", "undetermined"),
        ("2026-01-01", "met"),
        ("2026-06-30", "not_met"),
    ]
    assert found[-1][2] == ["days since application is 180 day on this day"]


def test_a_day_count_that_turns_after_its_threshold():
    """'At most 180 days' holds on the 180th day and ends on the day after, 2026-07-01."""
    tests = (QuantityTest("days_since_application", "<=", Fraction(180), "180 day"),)
    found = told(
        specs_with(made("x.rule", Clause("fresh", "applied lately", tests))),
        "x.rule",
        {"designer_application_date": "2026-01-01"},
    )
    assert [line[0] for line in found] == ["2024-01-01", "2026-01-01", "2026-07-01"]


def test_the_end_of_a_version_without_another():
    """A rule that was in force for a year only ends as its status says."""
    rule = made(
        "x.rule",
        Clause("any", "any", (FlagTest("datacenter", wanted=True),)),
        effective=Period(START, date(2025, 1, 1)),
    )
    [version] = rule.versions
    revoked = replace(rule, versions=(replace(version, status=Status.REVOKED),))
    assert told(specs_with(revoked), "x.rule")[-1][2] == ["version 2024-01-01 ends: revoked"]


def test_enforcement_that_starts_later_than_the_text():
    """A version gates from the day on which it is enforced."""
    rule = made("x.rule", Clause("any", "any", (FlagTest("datacenter", wanted=True),)))
    [version] = rule.versions
    later = replace(rule, versions=(replace(version, enforced=Period(date(2024, 7, 1))),))
    timeline = chip_timeline("H20", None, END, specs=specs_with(later))
    assert [(str(change.day), change.gating) for change in of_rule(timeline, "x.rule")] == [
        ("2024-01-01", False),
        ("2024-07-01", True),
    ]
    assert of_rule(timeline, "x.rule")[-1].why[0].text == "version 2024-01-01 is enforced from this day"


# The command


def test_the_lines_in_the_terminal(run):
    """H20: not met in the version of 2022, nor in that of 2023, and gating from the day it took effect."""
    done = run("timeline", "H20", "--to", "2026-11-21")
    shown = " ".join(done.out.split())
    assert done.code == 0
    assert "2022-10-21 □ not met us.ear.3a090, version 2022-10-21, gates" in shown
    assert "2023-11-17 □ not met us.ear.3a090, version 2023-11-17, gates" in shown
    assert "not legal advice" in shown
    assert "taken as nvidia-h20" in done.err


def test_json_of_one_chip_and_of_several(run):
    """The stable keys; a list when several chips are named."""
    done = run("timeline", "A800", "--rule", A090, "--to", "2024-01-01", "--format", "json")
    shown = json.loads(done.out)
    assert shown["format"] == "gateline.timeline/1"
    assert (shown["from"], shown["to"], shown["role"]) == ("2022-10-07", "2024-01-01", "exporter")
    assert set(shown["subject"]) == {"kind", "id", "name"}
    assert set(shown["specs"]) == {"version", "digest"}
    assert [(change["date"], change["outcome"]) for change in shown["changes"]] == [
        ("2022-10-07", "not_met"),
        ("2022-10-21", "not_met"),
        ("2023-11-17", "met"),
    ]
    assert {change["rule"] for change in shown["changes"]} == {A090}
    assert shown["changes"][-1]["item"] == "3A090.a.1"
    assert shown["changes"][-1]["citations"][0]["cite"] == "88 FR 73458"
    both = json.loads(run("timeline", "A800", "H20", "--format", "json").out)
    assert [timeline["subject"]["id"] for timeline in both] == ["nvidia-a800-40-pcie", "nvidia-h20-96"] or len(
        both
    ) == 2


def test_the_future_is_shown_when_it_is_asked_for(run):
    """Without --to the timeline ends today; with it, it goes on."""
    assert json.loads(run("timeline", "H20", "--format", "json").out)["to"] == date.today().isoformat()
    assert json.loads(run("timeline", "H20", "--to", "2031-01-01", "--format", "json").out)["to"] == "2031-01-01"


def test_a_reading_and_a_set_value_are_used(run):
    """Inferentia2 is .a.1 if TF32 counts 32 bits; a chip that is set to 4800 TPP is .a.1 as well."""
    for options in (["--reading", "tf32=32"], ["--set", "tpp=4800 TPP"]):
        done = run("timeline", "aws-inferentia2", "--rule", A090, "--format", "json", *options)
        assert json.loads(done.out)["changes"][-1]["item"] == "3A090.a.1"


def test_a_value_that_no_rule_asks_about_is_told(run):
    """What changes nothing is not passed over in silence."""
    done = run("timeline", "H20", "--rule", A090, "--set", "memory_capacity=96 GB")
    assert "memory_capacity" in done.err


def test_the_matrix_as_text(run):
    """The row of A800 changes from not met to 3A090.a.1, and the date is explained below."""
    done = run("timeline", "--all", "--rule", A090, "--to", "2024-01-01")
    heading, *lines = done.out.splitlines()
    assert heading.split() == ["chip", "2022-10-07", "2023-11-17"]
    row = next(line for line in lines if line.startswith("nvidia-a800"))
    assert row.split()[1:] == ["□", "■", "3A090.a.1"]
    assert any(line.startswith("2023-11-17  us.ear.3a090: version 2023-11-17 takes effect") for line in lines)


def test_the_matrix_as_json_and_csv(run):
    """Both hold the same cells."""
    options = ("timeline", "--all", "--rule", A090, "--to", "2024-01-01", "--format")
    shown = json.loads(run(*options, "json").out)
    rows = list(csv.DictReader(io.StringIO(run(*options, "csv").out)))
    assert shown["format"] == "gateline.timeline-matrix/1"
    days = [entry["date"] for entry in shown["dates"]]
    assert len(rows) == len(shown["chips"]) == len(default_catalogue().entries)
    chip = next(chip for chip in shown["chips"] if chip["id"].startswith("nvidia-a800"))
    assert [cell["outcome"] for cell in chip["cells"]] == ["not_met", "met"]
    assert chip["cells"][1]["items"] == [{"rule": A090, "item": "3A090.a.1"}]
    row = next(row for row in rows if row["id"] == chip["id"])
    assert [row[day] for day in days] == ["not met", "met 3A090.a.1"]


def test_a_cell_is_no_formula():
    """A name that a spreadsheet would evaluate gets an apostrophe."""
    span = Span(START, END, "exporter", {}, SPECS)
    cells = (Cell(None), Cell(Outcome.UNDETERMINED, (("x.rule", None),)))
    milestones = (Milestone(START, ()), Milestone(END, ()))
    matrix = Matrix(span, milestones, ((Subject("chip", "x1", "=1+1"), cells),))
    assert matrix_csv(matrix).splitlines()[1] == "x1,'=1+1,,undetermined open"


def test_markup_in_a_name_is_shown_and_not_obeyed(run, tmp_path):
    """A file cannot style the table."""
    path = tmp_path / "x.yaml"
    path.write_text("name: '[bold red]X[/]'\n", encoding="utf-8")
    assert "[bold red]X[/]" in run("timeline", str(path)).out


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ([], ["--all"]),
        (["H20", "--all"], ["--all"]),
        (["H20", "--format", "csv"], ["--all"]),
        (["H20", "--from", "2024-01-01", "--to", "2023-01-01"], ["2023-01-01", "2024-01-01", "--to"]),
        (["H20", "--to", "2001-01-01"], ["2001-01-01", "--to"]),
        (["H20", "--rule", "us.ear.none"], ["us.ear.none"]),
        (["H20", "--rule", "eu.ai-act"], ["eu.ai-act"]),
        (["H20", "--reading", "tf32=20"], ["tf32", "20"]),
        (["H20", "--from", "yesterday"], ["yesterday", "2026-11-21"]),
        (["no such chip"], ["no such chip"]),
    ],
)
def test_what_cannot_be_used_is_one_line(run, arguments, parts):
    """Usage and input errors end with 2 and say what was read."""
    done = run("timeline", *arguments)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.strip().splitlines()) == 1
    assert [part for part in parts if part not in done.err] == []


def test_the_library_refuses_a_window_that_ends_before_it_starts():
    """The same as on the command line."""
    with pytest.raises(InputError, match="2020-01-01"):
        catalogue_timeline(None, date(2020, 1, 1))


INTERFACE = (ROOT / "docs" / "interface.md").read_text(encoding="utf-8")


def test_the_interface_document_names_the_commands_and_keys(run):
    """The commands in the document run, and every key that they print is in it."""
    section = INTERFACE.partition("## A timeline")[2].partition("\n## ")[0]
    commands = re.findall(r"^gateline (timeline .*)$", section, flags=re.MULTILINE)
    named = set(re.findall(r"`([\w./-]+)`", INTERFACE))
    assert len(commands) == 2
    for command in commands:
        shown = json.loads(run(*shlex.split(command)).out)
        assert shown["format"] in named
        inner = [shown.get("changes", [{}])[0], *(shown["chips"][0]["cells"] if "chips" in shown else [])]
        assert (set(shown) | {key for part in inner for key in part}) - named == set()


def test_several_chips_at_once_have_the_timelines_that_each_has_alone():
    """Chips swept together, days counted from different dates among them, hear what each hears alone."""
    names = ["H20", "A800", "MI308X", "RTX 4090D"]
    together = chip_timelines(names, None, date(2026, 11, 21))
    alone = [chip_timeline(name, None, date(2026, 11, 21)) for name in names]
    assert [timeline.changes for timeline in together] == [timeline.changes for timeline in alone]
    assert [timeline.subject for timeline in together] == [timeline.subject for timeline in alone]
