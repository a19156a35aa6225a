"""Red flags of the guidance of May 2025: a table line by line, and what the reports say of them."""

import json
import sys
from datetime import date

import pytest
from support import SPECS, names, settings_of, table

from gateline.cli import main
from gateline.gating import GATING_EFFECTS, Request
from gateline.inputs import read_datum
from gateline.jobs import screen_shipment
from gateline.report.red_flags import STANDING, red_flag_lines, red_flags
from gateline.rules.model import Outcome
from gateline.screening import Subject, screen
from gateline.shipments.transaction import derive

RULE = "us.bis.red-flags-2025-05"
DAY = date(2026, 6, 1)
ROWS = table("golden", "red_flags.csv")


def shipment_of(stated):
    """Screen a shipment of which nothing is known but what is stated."""
    inputs = {name: read_datum(name, text, SPECS, "stated") for name, text in stated.items()}
    subject = Subject("shipment", "x1", "X1")
    return screen(SPECS, subject, lambda _: derive(inputs, None, SPECS, DAY), Request(DAY, "exporter"))


@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_golden_row(row):
    """Raised names column and value; where nothing settles it, what to state; of other goods there are no lines."""
    found = [flag for flag in red_flags(shipment_of(settings_of(row["inputs"]))) if flag.line == row["line"]]
    got = [(STANDING[flag.outcome], dict(flag.because), " ".join(flag.state)) for flag in found]
    expected = [(row["standing"], settings_of(row["because"]), row["state"])] if row["standing"] else []
    assert got == expected, row["source"]


def test_every_line_has_its_rows():
    """Eleven lines; of each one row that raises it, one that does not, and one in which nothing is stated."""
    version = SPECS.rules[RULE].versions[0]
    lines = {item.id.partition(".")[0] for item in version.items}
    assert len(lines) == 11
    standings = {line: {row["standing"] for row in ROWS if row["line"] == line} for line in lines}
    assert {line: found & set(STANDING.values()) for line, found in standings.items()} == {
        line: {"raised", "not raised", "not assessed"} for line in lines
    }
    assert version.confidence == "secondary"


def test_where_nothing_is_stated_nothing_is_cleared():
    flags = red_flags(shipment_of({"item_of_a_level": "yes"}))
    assert {flag.outcome for flag in flags} == {Outcome.UNDETERMINED}
    assert len(flags) == 11
    assert all(flag.state for flag in flags)


@pytest.mark.parametrize("row", [row for row in ROWS if row["standing"] == "raised"], ids=lambda row: row["case"])
def test_leaving_something_out_never_makes_a_raised_flag_not_raised(row):
    """Whatever is hidden of what raises a line, nobody is told that it is not raised."""
    stated = settings_of(row["inputs"])
    for hidden in settings_of(row["because"]):
        rest = {name: text for name, text in stated.items() if name != hidden}
        (flag,) = [flag for flag in red_flags(shipment_of(rest)) if flag.line == row["line"]]
        assert flag.outcome is Outcome.UNDETERMINED, hidden


def test_red_flags_never_gate():
    """They are shown, and the exit status is that of the licence: H100s to France need none that BIS enforces."""
    assert "red_flag" not in GATING_EFFECTS
    found = screen_shipment(
        "H100", DAY, origin="US", destination="FR", headquarters="FR", changes={"online_presence": "no"}
    )
    assert found.outcome is Outcome.NOT_MET
    assert [flag.line for flag in red_flags(found) if flag.outcome is Outcome.MET] == ["online-presence"]


def test_before_the_guidance_there_is_no_checklist():
    found = screen_shipment("H100", date(2025, 5, 12), destination="SA", changes={"online_presence": "no"})
    assert list(red_flag_lines(found)) == []


ARGUMENTS = ("chip", "H100", "--from", "US", "--to", "SA", "--hq", "unknown", "--as-of", "2026-06-01")


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the command with more arguments; gives exit status, standard output and standard error."""

    def call(*more):
        monkeypatch.setattr(sys, "argv", ["gateline", *ARGUMENTS, *more])
        with pytest.raises(SystemExit) as left:
            main()
        streams = capsys.readouterr()
        return left.value.code, streams.out, streams.err

    return call


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_the_checklist_in_reports(run, form):
    """One line for each flag raised, one for what is not assessed with the names to state."""
    text = " ".join(run("--set", "address_type=shared", "--format", form)[1].split())
    assert "Red flags of diversion" in text
    assert "the delivery address is one that several companies share (address type: shared)" in text
    assert "headquarters or ultimate parent are not known (headquarters: unknown)" in text
    assert "8 of 11 not assessed; state" in text
    assert "1 of 11 not raised by what is stated, which clears nobody" in text


def test_the_checklist_in_json(run):
    shipment = json.loads(run("--set", "consignee_type=freight forwarder", "--format", "json")[1])["shipment"]
    flags = {flag["line"]: flag for flag in shipment["red_flags"]}
    assert flags["consignee"] == {
        "line": "consignee",
        "says": ["the consignee is a freight forwarder"],
        "standing": "raised",
        "because": [{"name": "consignee_type", "value": "freight forwarder"}],
        "state": [],
    }
    assert (flags["business"]["standing"], flags["business"]["state"]) == ("not_assessed", ["business_explains_need"])


def test_a_word_that_is_none_is_named(run):
    status, _, told = run("--set", "address_type=bungalow")
    assert status == 2
    expected = "address_type: 'bungalow' is none. Address types: residential, vague, shared, unconfirmed, business."
    assert expected in " ".join(told.split())
