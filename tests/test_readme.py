"""Every command and every line of Python in the README runs, and says what the README says it does."""

import json
import re
import shlex
from pathlib import Path

import pytest

from docs.generate.console import Ended, blocks, examples, workspace
from docs.generate.console import run as run_here

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [example.command for example in examples(README)]
ANSWERS = (0, 3, 4)


def run(command: str, folder: Path) -> Ended:
    """Run a command in a folder that has the examples."""
    return run_here(command, workspace(folder))


@pytest.mark.parametrize("command", COMMANDS)
def test_command_runs(command, tmp_path):
    """A command of the README ends with an answer, and prints one."""
    done = run(command, tmp_path)
    assert done.status in ANSWERS, done.err
    assert done.out or {path.name for path in tmp_path.iterdir()} > {"examples"}
    assert "Traceback" not in done.err


def test_the_readme_shows_a_command_for_every_job():
    """Every job is there, so that the test above cannot pass on nothing."""
    assert {shlex.split(command)[1] for command in COMMANDS} >= {
        "chip",
        "release",
        "fleet",
        "shipment",
        "timeline",
        "rules",
        "catalogue",
    }


def test_python_example_runs(capsys):
    """The Python block prints what its comment says."""
    (code,) = blocks(README, "python")
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[0] == "not_met"


@pytest.mark.parametrize(
    ("command", "claims"),
    [
        ("gateline chip H20 --as-of 2024-06-01", ["2,368 TPP", "2.90909 TPP/mm^2", "32 below"]),
        (
            "gateline chip H20 --as-of 2026-11-22",
            ["not 3A090; 3A991.p.1 (AT only)", "us.bis.is-informed-2025-04 memory"],
        ),
        ("gateline chip H100", ["3A090.a.1"]),
        (
            "gateline chip examples/chip.yaml",
            ["≤ 337.8 mm^2 → 3A090.a.2", "≤ 625 mm^2 → 3A090.b.2", "> 625 mm^2 → not met"],
        ),
        ("gateline release --params 405e9 --tokens 15.6e12", ["3.7908e25 FLOP", "tokens left", "tokens over"]),
    ],
)
def test_figures_that_the_readme_states(command, claims, tmp_path):
    """The figures in the text are those that the commands print."""
    printed = " ".join(run(command, tmp_path).out.split())
    assert [claim for claim in claims if claim not in printed] == []


def test_rules_that_the_readme_lists_are_the_rules_there_are():
    """The table of rules names every rule that is shown, and no other."""
    listed = set(re.findall(r"^\| `([\w.-]+)` \|", README, flags=re.MULTILINE))
    files = {
        ".".join(path.relative_to(ROOT / "specs" / "rules").with_suffix("").parts)
        for path in (ROOT / "specs" / "rules").rglob("*.yaml")
    }
    assert listed == files - {"us.ear.applicable-advanced-logic", "us.ear.4e091-generator"}


INTERFACE = (ROOT / "docs" / "interface.md").read_text(encoding="utf-8")
CHIP, SYSTEM, TAPEOUTS, LEDGER, STAGES = re.findall(r"```yaml\n(.*?)```", INTERFACE, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("chip example.yaml", CHIP),
        ("chip example.yaml", SYSTEM),
        ("fleet example.yaml", TAPEOUTS),
        ("release example.yaml", LEDGER),
        ("release example.yaml", STAGES),
    ],
)
def test_file_formats_in_the_interface_document_are_read(command, text, tmp_path):
    """The example files of the document are files that the commands take."""
    path = tmp_path / "example.yaml"
    path.write_text(text, encoding="utf-8")
    done = run(f"gateline {command}", tmp_path)
    assert done.status in ANSWERS, done.err


def test_keys_in_the_interface_document_are_the_keys_of_the_verdict(tmp_path):
    """Every key of the JSON verdict is in the document."""
    shown = json.loads(run("gateline chip H20 --as-of 2024-06-01 --format json", tmp_path).out)
    named = set(re.findall(r"`([\w.]+)`", INTERFACE))
    assert set(shown) - named == set()
    assert set(shown["verdicts"][0]) - named == set()
    assert set(shown["quantities"]["performance_density"]) - named == set()


def test_keys_of_other_readings_and_of_phases_are_where_they_are_described(tmp_path):
    """Each key stands in the row or paragraph about its object, whatever else has a key of that name."""
    chip = json.loads(run('gateline chip "RTX 5090D" --format json', tmp_path).out)
    [row] = [line for line in INTERFACE.splitlines() if line.startswith("| `readings` | choices")]
    readings = [reading for verdict in chip["verdicts"] for reading in verdict["readings"]]
    assert set(readings[0]) - set(re.findall(r"`(\w+)`", row)) == set()
    release = json.loads(run("gateline release examples/ledger.yaml --format json", tmp_path).out)
    [paragraph] = [part for part in INTERFACE.split("\n\n") if "`account` has the `phases`" in part]
    named = set(re.findall(r"`(\w+)`", paragraph)) | {"exact"}
    phases, passages = release["account"]["phases"], release["account"]["passages"]
    assert {key for entry in (*phases, *passages) for key in entry} - named == set()
    assert {key for phase in phases for estimate in phase["estimates"] for key in estimate} - named == set()
