"""How a call from Python is put: what cannot be meant is an input error that says what to give, by every function."""

import inspect
import re
from datetime import date, datetime
from fractions import Fraction
from inspect import signature
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import gateline
from gateline import InputError, jobs, quick_ledger
from gateline.gating import ROLES, Request

DAY = date(2025, 6, 1)
EXAMPLES = Path(__file__).parents[1] / "examples"
CHIPS = {"total_processing_performance": [5000.0], "performance_density": [6.0]}
DATED_CHIPS = {**CHIPS, "as_of": np.array(["2025-06-01"], "M8[D]")}
SHIPMENTS = {"chip": ["H100"], "as_of": ["2026-06-01"], "to": ["CN"], "hq": ["CN"]}
TO_CHINA = jobs.Transaction(destination="CN")

SCREENINGS = {
    "screen_chip": lambda _, day, **asked: jobs.screen_chip("H100", day, **asked),
    "screen_target": lambda _, day, **asked: jobs.screen_target("H100", day, **asked),
    "screen_target of a system": lambda _, day, **asked: jobs.screen_target(EXAMPLES / "server.yaml", day, **asked),
    "screen_shipment": lambda _, day, **asked: jobs.screen_shipment("H100", day, destination="CN", **asked),
    "screen_with_shipment": lambda _, day, **asked: jobs.screen_with_shipment("H100", day, TO_CHINA, **asked),
    "screen_table": lambda _, day, **asked: jobs.screen_table(CHIPS, day, **asked),
    "screen_table of dated rows": lambda _, day, **asked: jobs.screen_table(DATED_CHIPS, day, **asked),
    "chunk_screener": lambda _, day, **asked: jobs.chunk_screener(pa.table(CHIPS).schema, day, **asked),
    "screen_fleet": lambda to, day, **asked: jobs.screen_fleet(EXAMPLES / "fleet.csv", to / "out.csv", day, **asked),
    "fleet_excerpt": lambda to, day, **asked: jobs.fleet_excerpt(
        EXAMPLES / "fleet.csv", day, rejects=to / "rejects.csv", **asked
    ),
    "screen_ledger": lambda to, day, **asked: jobs.screen_ledger(
        EXAMPLES / "shipments.csv", to / "out.csv", day, **asked
    ),
    "ledger_excerpt": lambda to, day, **asked: jobs.ledger_excerpt(
        EXAMPLES / "shipments.csv", day, rejects=to / "rejects.csv", **asked
    ),
    "screen_shipments": lambda _, day, **asked: jobs.screen_shipments(SHIPMENTS, day, **asked),
}
TIMELINES = {
    "chip_timeline": lambda _, day, **asked: jobs.chip_timeline("H100", None, day, **asked),
    "timeline_of_item": lambda _, day, **asked: jobs.timeline_of_item("H100", day, **asked),
    "catalogue_timeline": lambda _, day, **asked: jobs.catalogue_timeline(date(2025, 1, 1), day, **asked),
}
RELEASES = {"check_release": lambda _, day, **asked: jobs.check_release(quick_ledger(compute="1e25"), day, **asked)}


def refused(call, folder, day=DAY, **asked):
    """What is said of a call that is refused."""
    with pytest.raises(InputError) as told:
        call(folder, day, **asked)
    return str(told.value)


@pytest.mark.parametrize("role", ["x", "Exporter", "developer", "importer", None, 5])
@pytest.mark.parametrize("call", [*SCREENINGS, *TIMELINES])
def test_a_role_that_nobody_has_turns_no_rule_off(call, role, tmp_path):
    """H100 is 3A090.a.1 for whoever exports it; a slip in the role once made it not met."""
    said = refused({**SCREENINGS, **TIMELINES}[call], tmp_path, role=role)
    assert repr(role) in said
    assert "exporter, foundry, osat" in said


def test_the_roles_are_those_of_the_command_line():
    assert ROLES == ("exporter", "foundry", "osat")
    assert [jobs.screen_chip("H100", DAY, role=role).outcome.word for role in ROLES] == ["met", "met", "met"]


@pytest.mark.parametrize("day", [None, "2025-06-01", datetime(2025, 6, 1), 20250601])
@pytest.mark.parametrize("call", [*SCREENINGS, *TIMELINES, *RELEASES])
def test_a_day_is_a_date_without_a_time(call, day, tmp_path):
    """A time of day would depend on a time zone, and text on how it is written."""
    said = refused({**SCREENINGS, **TIMELINES, **RELEASES}[call], tmp_path, day)
    assert "is not a date. Give a datetime.date" in said
    assert said.startswith("end: " if call in TIMELINES else "as_of: ")


def test_the_first_day_of_a_timeline_is_a_date_too():
    with pytest.raises(InputError, match=r"start: '2025-01-01' is not a date"):
        jobs.chip_timeline("H100", "2025-01-01", DAY)


@pytest.mark.parametrize("rules", ["us.ear.3a090", (5,), None, {"us.ear.3a090"}])
@pytest.mark.parametrize("call", [*SCREENINGS, *TIMELINES, *RELEASES])
def test_rules_are_a_tuple_and_no_text_read_letter_by_letter(call, rules, tmp_path):
    said = refused({**SCREENINGS, **TIMELINES, **RELEASES}[call], tmp_path, rules=rules)
    assert said.startswith("rules: ")
    assert "('us.ear.3a090',), with the comma" in said


def test_rules_may_be_a_list():
    table = jobs.screen_table(CHIPS, DAY, rules=["us.ear.3a090"])
    assert table.column("us.ear.3a090:item").to_pylist() == ["3A090.a.1"]


@pytest.mark.parametrize("strict", ["no", 1, None])
@pytest.mark.parametrize("call", [*SCREENINGS, *RELEASES])
def test_text_is_no_bool(call, strict, tmp_path):
    """The text 'no' is true to Python."""
    said = refused({**SCREENINGS, **RELEASES}[call], tmp_path, strict_facts=strict)
    assert said == f"strict_facts: {strict!r} is not a bool. Give True or False."


@pytest.mark.parametrize("readings", ["tf32", {"tf32": 32}, {5: "32"}, [("tf32", "32")]])
@pytest.mark.parametrize("call", [*SCREENINGS, *TIMELINES, *RELEASES])
def test_readings_are_texts_by_name(call, readings, tmp_path):
    said = refused({**SCREENINGS, **TIMELINES, **RELEASES}[call], tmp_path, readings=readings)
    assert said.startswith("readings: ")
    assert "{'tf32': '32'}" in said


def test_a_question_keeps_what_it_was_asked():
    asked = Request(DAY, "foundry", ["us.ear"], strict_facts=True, readings={"tf32": "32"})
    assert asked.rules == ("us.ear",)
    assert (asked.as_of, asked.role, asked.strict_facts, asked.readings) == (DAY, "foundry", True, {"tf32": "32"})


# What is screened


@pytest.mark.parametrize("target", [None, 5, {"name": "X"}, b"H100"])
@pytest.mark.parametrize(
    "call",
    [
        lambda target: jobs.screen_chip(target, DAY),
        lambda target: jobs.screen_target(target, DAY),
        lambda target: jobs.screen_shipment(target, DAY, destination="CN"),
        lambda target: jobs.chip_timeline(target, None, DAY),
        jobs.find_chip,
        jobs.chip_called,
    ],
)
def test_a_target_is_a_name_or_a_file(call, target):
    with pytest.raises(InputError, match=r"^target: .* names no chip\. Give a name of the catalogue such as 'H100'"):
        call(target)


@pytest.mark.parametrize("source", [None, 5, {"name": "X"}])
@pytest.mark.parametrize(
    "call",
    [
        lambda source, to: jobs.screen_fleet(source, to, DAY),
        lambda source, to: jobs.screen_ledger(source, to, DAY),
        lambda source, _: jobs.check_release(source, DAY),
    ],
)
def test_a_file_is_named_by_text_or_path(call, source, tmp_path):
    with pytest.raises(InputError, match=r"is no name of a file\. Give a str or a Path\."):
        call(source, tmp_path / "out.csv")


@pytest.mark.parametrize("form", [str, Path])
def test_text_and_paths_name_the_same_files(form, tmp_path):
    chip = form(EXAMPLES / "chip.yaml")
    assert jobs.screen_chip(chip, DAY).subject.id == jobs.screen_target(chip, DAY).subject.id
    assert jobs.chip_timeline(chip, None, DAY).subject.name == "Example X2"
    assert jobs.screen_target(form(EXAMPLES / "server.yaml"), DAY).subject.kind == "cluster"
    assert jobs.check_release(form(EXAMPLES / "ledger.yaml"), DAY).subject.id == "ledger"
    screens = {"fleet.csv": jobs.screen_fleet, "shipments.csv": jobs.screen_ledger}
    for name, screen in screens.items():
        output, rejects = tmp_path / f"out-{name}", tmp_path / f"rejects-{name}"
        screen(form(EXAMPLES / name), form(output), DAY, rejects=form(rejects))
        assert output.is_file()
        assert rejects.is_file()


def test_a_ledger_that_is_not_there_is_told_by_its_name(tmp_path):
    with pytest.raises(InputError, match=r"^/nope\.csv: cannot be read: No such file"):
        jobs.screen_ledger("/nope.csv", str(tmp_path / "out.csv"), DAY)


# What is stated


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"total_processing_performance": 5000}, '5000 is not text. Write it as text such as "5000 TPP".'),
        ({"die_area": 814.5}, '814.5 is not text. Write it as text such as "814.5 mm^2".'),
        ({"datacenter": True}, 'datacenter: True is not text. Write it as text such as "yes".'),
        ({"die_area": None}, 'die_area: None is not text. Write it as text such as "814 mm^2".'),
        ({"no_such_name": 1}, "no_such_name: 1 is not text. Write it as text."),
        ({5: "814 mm^2"}, "changes: 5 is no name."),
        ("die_area", "changes: 'die_area' is no dict."),
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        lambda changes: jobs.screen_chip("H20", DAY, changes=changes),
        lambda changes: jobs.screen_shipment("H20", DAY, destination="CN", changes=changes),
        lambda changes: jobs.chip_timeline("H20", None, DAY, changes=changes),
    ],
)
def test_a_change_is_text_with_its_unit(call, changes, said):
    """A number alone does not say whether it is meant in TPP or TFLOP/s."""
    with pytest.raises(InputError) as told:
        call(changes)
    assert said in str(told.value)


def test_a_country_is_text():
    with pytest.raises(InputError, match=r"^destination: 5 is not text\. Write it as text such as"):
        jobs.screen_shipment("H20", DAY, destination=5)


# The rest


@pytest.mark.parametrize("threads", [0, -1, "2", 1.5, True])
@pytest.mark.parametrize(
    "call",
    [
        lambda threads, _: jobs.screen_table(CHIPS, DAY, threads=threads),
        lambda threads, _: jobs.screen_shipments(SHIPMENTS, DAY, threads=threads),
        lambda threads, to: jobs.screen_fleet(EXAMPLES / "fleet.csv", to / "out.csv", DAY, threads=threads),
    ],
)
def test_threads_are_a_whole_number_above_zero(call, threads, tmp_path):
    with pytest.raises(InputError, match=r"^threads: .* is not a whole number above zero"):
        call(threads, tmp_path)


@pytest.mark.parametrize("band", ["90 %", 0.9, Fraction(0), Fraction(11, 10), 5])
def test_a_band_is_a_share_and_exact(band):
    with pytest.raises(InputError, match=r"^band: .* is no share\. Give a Fraction above 0 and at most 1"):
        jobs.check_release(quick_ledger(compute="1e25"), DAY, band=band)


@pytest.mark.parametrize(
    "call",
    [
        lambda name, to: jobs.screen_fleet(name, to / "out.csv", DAY),
        lambda name, to: jobs.screen_ledger(name, to / "out.csv", DAY),
        lambda name, _: jobs.check_release(name, DAY),
        lambda name, _: quick_ledger(records=name, utilization="0.4"),
    ],
)
def test_no_file_has_a_nul_in_its_name(call, tmp_path):
    with pytest.raises(InputError, match="holds a NUL character"):
        call("a\0b.csv", tmp_path)


def test_the_kind_of_a_transaction_is_text():
    with pytest.raises(InputError, match=r"^transaction: 5 is not text\. Give 'export', 'reexport' or 'transfer'\."):
        jobs.screen_shipment("H20", DAY, destination="CN", transaction=5)


# Ledgers get their date


def test_rows_without_a_day_have_that_of_the_call_unless_they_have_to_state_their_own():
    ledger = {"chip": ["H100", "H100"], "as_of": ["2026-06-01", ""], "to": ["FR", "CN"], "hq": ["FR", "CN"]}
    assert jobs.screen_shipments(ledger, date(2026, 6, 1)).num_rows == 2
    rejects = []
    assert jobs.screen_shipments(ledger, date(2026, 6, 1), own_days=True, rejects=rejects).num_rows == 1
    assert [(reject.row, reject.column) for reject in rejects] == [(2, "as_of")]


def test_below_the_command_line_nothing_knows_today():
    """A question asked again has the same answer; the day comes from whoever asks."""
    source = Path(jobs.__file__).parents[1]
    edges = {source / "cli", source / "serve", source / "assistant"}
    telling = [path for path in source.rglob("*.py") if "date.today" in path.read_text(encoding="utf-8")]
    assert [path for path in telling if edges.isdisjoint(path.parents)] == []


# What is there, and what is said of it


def test_what_the_readme_names_is_there():
    """`screen_target` was named and could not be imported."""
    readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## From Python")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", section))
    assert "screen_target" in named
    assert named <= set(gateline.__all__)
    assert gateline.screen_target is jobs.screen_target


CALLS = sorted(
    name for name in jobs.__all__ if inspect.isfunction(found := getattr(jobs, name)) and signature(found).parameters
)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_says_what_it_takes_gives_and_refuses(name):
    told = inspect.getdoc(getattr(jobs, name))
    headings = ["Parameters", "Returns", "Raises", *(["Examples"] if name in gateline.__all__ else [])]
    assert [heading for heading in headings if f"\n{heading}\n{'-' * len(heading)}\n" not in told] == []


@pytest.mark.parametrize("name", CALLS)
def test_a_call_says_something_of_every_argument(name):
    call = getattr(jobs, name)
    section = inspect.getdoc(call).partition("\nParameters\n")[2].partition("\nRaises\n")[0]
    described = {word for line in section.splitlines() if line[:1].strip() for word in re.findall(r"\w+", line)}
    assert set(signature(call).parameters) - described == set()


@pytest.mark.parametrize("call", [jobs.find_chip, lambda of: jobs.chip_timeline(of, None, DAY)])
def test_one_chip_is_no_system(call):
    """The file of a system was told to have an unknown key."""
    with pytest.raises(InputError, match=r"server\.yaml: is a system, and one chip is wanted here\. Name a chip"):
        call(EXAMPLES / "server.yaml")
