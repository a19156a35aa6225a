"""The command line as its users meet it: exit codes, streams, JSON, messages."""

import io
import json
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateline.cli import group, main
from gateline.rules.specfiles import specs_folder

GATELINE = str(Path(sys.executable).with_name("gateline"))
PLAIN = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "COLUMNS")} | {"NO_COLOR": "1"}
EXAMPLES = Path(__file__).parents[1] / "examples"
TODAY = "2026-11-21"
A090, E091 = "us.ear.3a090", "us.ear.4e091"


def real(*arguments: str, stdin: bytes = b"", cwd: Path | None = None) -> SimpleNamespace:
    """Run the installed command in a process of its own."""
    done = subprocess.run([GATELINE, *arguments], input=stdin, capture_output=True, timeout=60, cwd=cwd, env=PLAIN)
    return SimpleNamespace(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the same entry point in this process."""

    def call(*arguments: str, stdin: str = "") -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["gateline", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as ended:
            main()
        streams = capsys.readouterr()
        return SimpleNamespace(code=ended.value.code, out=streams.out, err=streams.err)

    return call


@pytest.fixture
def verdict_of(run):
    """The JSON verdict of a command, with its exit code."""

    def call(*arguments: str, stdin: str = ""):
        done = run(*arguments, "--format", "json", stdin=stdin)
        assert done.out, done.err
        return done.code, json.loads(done.out)

    return call


@pytest.fixture
def write(tmp_path):
    """Write an input file and give its path as text."""

    def call(text: str | bytes, name: str = "x.yaml") -> str:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return call


def rule(verdict, name: str):
    return next(found for found in verdict["verdicts"] if found["rule"] == name)


# What is said of known chips


def test_the_command_is_installed():
    """H20 under the rule of 2023: 148 × 16 = 2368 TPP on 814 mm² is 2.909, below every line."""
    done = real("chip", "H20", "--as-of", "2024-06-01", "--format", "json")
    verdict = json.loads(done.out)
    assert done.code == 0
    assert verdict["outcome"] == "not_met"
    assert verdict["quantities"]["total_processing_performance"]["value"] == 2368
    assert verdict["quantities"]["performance_density"]["value"] == pytest.approx(2368 / 814, rel=1e-12)
    assert rule(verdict, A090)["gating"] is True


def test_the_card_in_the_terminal():
    """The card names the chip, the figures, the rule and what it is not."""
    done = real("chip", "H20", "--as-of", "2024-06-01")
    assert done.code == 0
    for word in ("H20", "2,368", "2.909", "us.ear.3a090", "3A090.a.1", "not legal advice"):
        assert word in done.out


@pytest.mark.parametrize(
    ("target", "day", "code", "outcome", "item"),
    [
        ("H20", "2024-06-01", 0, "not_met", None),
        ("H100", "2024-06-01", 3, "met", "3A090.a.1"),
        ("H100 PCIe", "2024-06-01", 3, "met", "3A090.a.1"),
        ("A100", "2023-06-01", 3, "met", "3A090.a"),  # 600 GB/s of NVLink is 'or more'
        ("A800", "2023-06-01", 0, "not_met", None),  # 400 + 64 GB/s
        ("A800", "2023-11-16", 0, "not_met", None),
        ("A800", "2023-11-17", 3, "met", "3A090.a.1"),
        ("A800", "2023-12-01", 3, "met", "3A090.a.1"),  # 312 × 16 = 4992
        ("H800", "2023-12-01", 3, "met", "3A090.a.1"),
        ("L4", "2024-06-01", 3, "met", "3A090.a.2"),  # 1940 on 294 mm² is 6.6
        ("L40S", "2024-06-01", 3, "met", "3A090.a.1"),
        ("RTX 4090", "2024-06-01", 3, "met", "3A090.a.1"),  # not for datacenters, but above 4800
        ("RTX 4090D", "2024-06-01", 0, "not_met", None),
        ("V100", "2024-06-01", 0, "not_met", None),  # 2000 on 815 mm² is 2.45
        ("nvidia-k80-gk210", "2024-06-01", 0, "not_met", None),
    ],
)
def test_known_chips(verdict_of, target, day, code, outcome, item):
    """What trade press and the rule's own preamble say of the chips that everybody asks about."""
    ended, verdict = verdict_of("chip", target, "--as-of", day)
    assert (ended, verdict["outcome"], rule(verdict, A090)["item"]) == (code, outcome, item)


def test_a_consumer_card_is_taken_out_by_note_2(verdict_of):
    """The RTX 4090 D lies below 4800 and is not designed or marketed for datacenters."""
    _, verdict = verdict_of("chip", "RTX 4090D", "--as-of", "2024-06-01")
    assert rule(verdict, A090)["excluded_by"] == ["note-2"]
    code, marketed = verdict_of("chip", "RTX 4090D", "--as-of", "2024-06-01", "--set", "datacenter=yes")
    assert code == 3
    assert rule(marketed, A090)["excluded_by"] == []


def test_no_area_says_where_the_answer_flips(verdict_of):
    """2000 TPP: up to 337.8 mm² (2000 / 5.92) it is .a.2, up to 625 mm² (2000 / 3.2) .b.2, above that nothing."""
    code, verdict = verdict_of("chip", "-", "--as-of", "2024-06-01", stdin="name: X\ntpp: 2000 TPP\ndatacenter: yes\n")
    found = rule(verdict, A090)
    assert code == 4
    assert (found["outcome"], found["item"], found["missing"]) == ("undetermined", None, ["applicable_die_area"])
    borders = [(flip["op"], flip["value"], flip["then"]) for flip in found["flips"]]
    assert [(op, then) for op, _, then in borders] == [("<=", "3A090.a.2"), ("<=", "3A090.b.2"), (">", "not_met")]
    assert 337.8 < borders[0][1] <= 2000 / 5.92
    assert [value for _, value, _ in borders[1:]] == [625, 625]
    assert {flip["unit"] for flip in found["flips"]} == {"mm^2"}


def test_met_whatever_the_area_is(verdict_of):
    """3000 TPP on 300 to 700 mm² is .a.2 up to 506.7 mm² and .b.1 above: controlled, the item open."""
    text = "name: X\ntpp: 3000 TPP\ndie_area: 300 to 700 mm^2\ndatacenter: yes\n"
    code, verdict = verdict_of("chip", "-", "--as-of", "2024-06-01", stdin=text)
    found = rule(verdict, A090)
    assert code == 3
    assert (found["outcome"], found["item"], found["missing"]) == ("met", None, ["applicable_die_area"])
    assert {flip["then"] for flip in found["flips"]} == {"3A090.a.2", "3A090.b.1"}
    assert 506.7 < found["flips"][0]["value"] <= 3000 / 5.92


def test_the_presumption_gates_for_foundries_only(verdict_of):
    """Note 1 to 3A090.a addresses front-end fabricators and OSATs; an exporter is shown it."""
    text = "name: X\ntpp: 1000 TPP\ndie_area: 500 mm^2\nprocess_node: 7 nm\ndatacenter: no\ndesigner: {status: none}\npackaging: {by: osat, approved: no}\n"
    name = "us.ear.foundry-presumption"
    exporter, shown = verdict_of("chip", "-", "--as-of", TODAY, stdin=text)
    foundry, gates = verdict_of("chip", "-", "--as-of", TODAY, "--role", "foundry", stdin=text)
    assert (exporter, rule(shown, name)["gating"], rule(shown, name)["outcome"]) == (0, False, "met")
    assert (foundry, rule(gates, name)["gating"]) == (3, True)
    assert "foundry" in rule(shown, name)["why_not_gating"]


# What is said of known models


def test_llama_405b(verdict_of):
    """6 × 405e9 × 15.6e12 = 3.7908e25 is above 10^25: the EU presumption is met."""
    code, verdict = verdict_of("release", "--params", "405e9", "--tokens", "15.6e12", "--as-of", TODAY)
    compute = verdict["quantities"]["training_compute"]
    assert code == 3
    assert (compute["value"], compute["low"], compute["high"], compute["unit"]) == (
        3.7908e25,
        3.7908e25,
        3.7908e25,
        "FLOP",
    )
    assert rule(verdict, "eu.ai-act.systemic-risk")["outcome"] == "met"
    assert rule(verdict, "us.ca.sb53")["outcome"] == "not_met"
    assert rule(verdict, E091)["outcome"] == "not_met"


@pytest.mark.parametrize(
    ("compute", "systemic", "california", "parameters"),
    [
        ("1e25", "not_met", "not_met", "not_met"),  # 'greater than'
        ("10000000000000000000000001", "met", "not_met", "not_met"),
        ("1e26", "met", "not_met", "met"),  # SB 53 'greater than', 4E091 '10^26 or more'
        ("10^26", "met", "not_met", "met"),
        ("10**26 FLOP", "met", "not_met", "met"),
        ("1e23 kFLOP", "met", "not_met", "met"),
        ("100000000000000000000000001", "met", "met", "met"),
        ("99999999999999999999999999", "met", "not_met", "not_met"),
    ],
)
def test_at_the_line(verdict_of, compute, systemic, california, parameters):
    """One operation more or less decides, and each text has its own word for it."""
    _, verdict = verdict_of("release", "--compute", compute, "--as-of", TODAY)
    assert rule(verdict, "eu.ai-act.systemic-risk")["outcome"] == systemic
    assert rule(verdict, "us.ca.sb53")["outcome"] == california
    assert rule(verdict, E091)["outcome"] == parameters


def test_4e091_is_shown_with_its_assumptions(verdict_of):
    """Codified but not enforced: shown and not gating; that the weights are closed is assumed and said."""
    _, verdict = verdict_of("release", "--compute", "1e26", "--as-of", TODAY)
    found = rule(verdict, E091)
    assert (found["status"], found["enforced"], found["gating"]) == ("codified_not_enforced", False, False)
    assert {"fact": "closed_weights", "assumed": True} in found["assumptions"]
    code, opened = verdict_of(
        "release", "--compute", "1e26", "--as-of", TODAY, "--set", "closed_weights=no", "--rule", E091
    )
    assert (code, rule(opened, E091)["outcome"], rule(opened, E091)["excluded_by"]) == (0, "not_met", ["published"])


def test_strict_facts_assume_nothing(verdict_of):
    """What nobody stated stays unknown, is named as missing, and is not listed as assumed."""
    code, verdict = verdict_of("release", "--compute", "2e26", "--as-of", TODAY, "--strict-facts")
    assert code == 4
    assert [found["assumptions"] for found in verdict["verdicts"] if found["assumptions"]] == []
    assert rule(verdict, "eu.ai-act.systemic-risk")["missing"] == ["general_purpose_model"]
    stated = verdict_of(
        "release", "--compute", "2e26", "--as-of", TODAY, "--strict-facts", "--set", "general_purpose_model=yes"
    )
    assert stated[0] == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--rule", "us.ca"], 0),
        (["--rule", "us.ca.sb53"], 0),
        (["--rule", "eu"], 3),
        (["--rule", "us"], 3),  # 4E091 is met, and gates because it was asked for
        (["--rule", E091], 3),
        (["--rule", "us.ca", "--rule", "eu.ai-act.gpai"], 3),
        (["--exit-zero"], 0),
        (["--rule", E091, "--exit-zero"], 0),
    ],
)
def test_rules_that_gate(verdict_of, arguments, code):
    """--rule replaces the set that decides the exit code, by id or subtree; --exit-zero mutes it."""
    ended, verdict = verdict_of("release", "--compute", "1e26", "--as-of", TODAY, *arguments)
    asked = [arguments[position + 1] for position, word in enumerate(arguments) if word == "--rule"]
    assert ended == code
    if asked:
        gating = {found["rule"] for found in verdict["verdicts"] if found["gating"]}
        assert gating == {
            found["rule"]
            for found in verdict["verdicts"]
            if any(found["rule"] == name or found["rule"].startswith(f"{name}.") for name in asked)
        }


@pytest.mark.parametrize("arguments", [["--exit-zero"], ["--exit-zero", "--format", "json"]])
def test_exit_zero_does_not_hide_errors(run, arguments):
    """It mutes verdicts, not mistakes."""
    assert run("chip", "no such chip", *arguments).code == 2


def test_set_states_and_overrides(verdict_of):
    """An input set on the command line wins, under its name or alias, and says where it is from."""
    _, verdict = verdict_of("chip", "H20", "--as-of", "2024-06-01", "--set", "die_area=400 mm^2")
    area = verdict["quantities"]["applicable_die_area"]
    assert (area["value"], area["unit"], area["how"]) == (400, "mm^2", "set on the command line")
    assert verdict["quantities"]["performance_density"]["value"] == 5.92  # 2368 / 400, exactly the line
    assert rule(verdict, A090)["item"] == "3A090.a.2"


def test_one_quantity_is_set_once(run):
    """A name and its alias are the same input; the second does not win in silence."""
    done = run(
        "chip", "H20", "--as-of", "2024-06-01", "--set", "die_area=5 mm^2", "--set", "applicable_die_area=900 mm^2"
    )
    assert done.code == 2
    assert "applicable_die_area" in done.err


def test_destination_options_are_inputs_of_the_shipment(verdict_of):
    """--to and --hq take a code or a name."""
    _, verdict = verdict_of("chip", "H20", "--as-of", TODAY, "--to", "China", "--hq", "sg")
    given = {entry["name"]: entry for entry in verdict["shipment"]["inputs"]}
    assert (given["destination"]["value"], given["headquarters"]["value"]) == ("cn", "sg")


def test_a_reading_can_be_chosen(verdict_of):
    """Trainium1's TF32 rate of 190 TFLOP/s is 3610 at 19 bits and 6080 at 32, on either side of 4800."""
    nineteen = verdict_of("chip", "Trainium", "--as-of", "2024-06-01", "--reading", "tf32=19")[1]
    thirty_two = verdict_of("chip", "Trainium", "--as-of", "2024-06-01", "--reading", "tf32=32")[1]
    assert nineteen["quantities"]["total_processing_performance"]["value"] == 3610
    assert thirty_two["quantities"]["total_processing_performance"]["value"] == 6080
    assert rule(thirty_two, A090)["item"] == "3A090.a.1"
    assert rule(nineteen, A090)["item"] != "3A090.a.1"
    assert rule(nineteen, A090)["readings"] != []


# Streams, several targets, standard input


def test_several_targets_make_a_list(verdict_of):
    """One object per target in the order given; the gravest outcome is the exit code."""
    code, verdicts = verdict_of("chip", "H20", "H100", "V100", "--as-of", "2024-06-01")
    assert code == 3
    assert [found["subject"]["id"] for found in verdicts] == ["nvidia-h20-96", "nvidia-h100-sxm", "nvidia-v100-sxm2"]
    assert [found["outcome"] for found in verdicts] == ["not_met", "met", "not_met"]


def test_one_bad_target_spoils_the_call(run):
    """Nothing is printed as data when a target cannot be read."""
    done = run("chip", "H20", "no such chip", "--format", "json")
    assert (done.code, done.out) == (2, "")


def test_standard_input():
    """'-' reads a chip or a ledger, YAML or JSON, from standard input."""
    as_yaml = real("chip", "-", "--as-of", "2024-06-01", "--format", "json", stdin=b"name: X\ntpp: 4800 TPP\n")
    as_json = real(
        "release", "-", "--as-of", TODAY, "--format", "json", stdin=b'{"model": "M", "training_compute": 1e26}'
    )
    assert (as_yaml.code, json.loads(as_yaml.out)["outcome"]) == (3, "met")
    assert (as_json.code, json.loads(as_json.out)["quantities"]["training_compute"]["value"]) == (3, 1e26)


@pytest.mark.parametrize("format_", ["text", "json"])
def test_talk_goes_to_stderr(format_):
    """Which variant a family's name stands for is said on stderr, so that stdout holds the verdict alone."""
    done = real("chip", "H100", "--as-of", "2024-06-01", "--format", format_)
    assert "nvidia-h100-sxm" in done.err
    assert "nvidia-h100-pcie" in done.err
    assert real("chip", "nvidia-h100-sxm", "--as-of", "2024-06-01", "--format", format_).err == ""
    if format_ == "json":
        assert json.loads(done.out)["subject"]["id"] == "nvidia-h100-sxm"


@pytest.mark.parametrize(
    "arguments",
    [
        ["chip", "H100", "A800", "--as-of", "2024-06-01", "--format", "json"],
        ["chip", "H100", "--as-of", "2024-06-01"],
        ["release", "--params", "405e9", "--tokens", "15.6e12", "--as-of", TODAY, "--format", "json"],
        ["rules", "show", A090],
    ],
)
def test_the_same_bytes_twice(arguments):
    """Same inputs, same data: the same output, whatever the hash seed."""
    runs = [
        subprocess.run(
            [GATELINE, *arguments], capture_output=True, timeout=60, env=PLAIN | {"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != b""


def test_a_reader_that_stops_early_is_no_crash():
    """Output into a closed pipe ends without a traceback."""
    process = subprocess.Popen(
        [GATELINE, "catalogue", "list", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=PLAIN
    )
    process.stdout.close()
    err = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(60) in (0, 1)
    assert "Traceback" not in err
    assert "Exception ignored" not in err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["chip", "nvidia-h100-sxm", "--format", "json"], 1),
        (["chip", "nvidia-h100-sxm"], 1),
        (["rules", "list"], 1),
        (["fleet", "fleet.csv"], 1),
        (["fleet", "fleet.csv", "--format", "arrow"], 1),
        (["fleet", "fleet.csv", "-o", "out.csv"], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_standard_output_that_is_closed(tmp_path, arguments, code):
    """One line where something was to be written there; what goes to a file does not need it."""
    (tmp_path / "fleet.csv").write_text("chip\nH100\n")
    call = f"exec {shlex.join([GATELINE, *arguments])} >&-"
    done = subprocess.run(["sh", "-c", call], cwd=tmp_path, stderr=subprocess.PIPE, text=True, timeout=60, env=PLAIN)
    assert done.returncode == code
    if code:
        assert done.stderr == "gateline: standard output: is closed; leave it open, or redirect it to a file.\n"
    assert (tmp_path / "out.csv").exists() == (code == 0)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_unicode_is_no_crash(encoding):
    """Signs that the terminal's encoding lacks are replaced or written otherwise."""
    done = subprocess.run(
        [GATELINE, "chip", "H20", "--as-of", "2024-06-01"],
        capture_output=True,
        timeout=60,
        env=PLAIN | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0


def in_terminal(*arguments: str) -> bytes:
    """What a terminal receives, both streams together, with colours off."""
    main_end, program_end = pty.openpty()
    process = subprocess.Popen(
        [GATELINE, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=program_end,
        stderr=program_end,
        env=PLAIN | {"TERM": "dumb"},
    )
    os.close(program_end)
    received = b""
    try:
        while part := os.read(main_end, 65536):
            received += part
    except OSError:
        pass  # Linux says EIO when the program has closed its end.
    os.close(main_end)
    process.wait(60)
    return received


ESCAPE = "\\e]0;owned\\a\\e[31m\\x9b31m\\r"


@pytest.mark.parametrize(
    "text",
    [
        f'name: "X{ESCAPE}"\ntpp: 1 TPP\n',
        f'name: X\nnotes: "n{ESCAPE}"\ntpp: 1 TPP\n',
        f'name: X\nrates: [{{format: "F{ESCAPE}", bits: 8, rate: 1 TOPS, source: "S{ESCAPE}"}}]\n',
        f'name: X\ndies: [{{name: "D{ESCAPE}", area: 5 mm^2, planar: no, source: "S{ESCAPE}"}}]\n',
        f'name: X\nlinks: [{{name: "L{ESCAPE}", bandwidth: 5 GB/s}}]\nsources: ["S{ESCAPE}"]\n',
        f'name: X\nmemory: {{type: "M{ESCAPE}", bandwidth: 5 GB/s}}\n',
        f'name: X\ndatacenter: {{value: yes, basis: "B{ESCAPE}"}}\nconfidence: "C{ESCAPE}"\n',
        f'name: X\ndesigner: {{name: "N{ESCAPE}"}}\n',
        f'name: X\nid: "i{ESCAPE}"\n',
        f'name: X\n"k{ESCAPE}": 1\n',
        f'name: X\npower: "{ESCAPE}"\n',
    ],
    ids=["name", "notes", "format", "die", "link", "memory", "basis", "designer", "id", "key", "value"],
)
@pytest.mark.parametrize("format_", ["text", "json"])
def test_content_never_drives_the_terminal(write, text, format_):
    """Control characters in a file reach no terminal raw: no title, colour, or overwritten line."""
    received = in_terminal("chip", write(text), "--as-of", "2024-06-01", "--format", format_)
    assert received
    shown = received.decode().replace("\r\n", "\n").replace("\n", "")
    assert re.findall(r"[\x00-\x1f\x7f-\x9f]", shown) == []


# The JSON verdict, key by key

TEXT, NUMBER, FLAG, LIST, NOTHING = (str,), (int, float), (bool,), (list,), (type(None),)
VERDICT = {
    "format": TEXT, "gateline": TEXT, "specs": (dict,), "as_of": TEXT, "subject": (dict,), "quantities": (dict,),
    "verdicts": LIST, "outcome": TEXT,
}  # fmt: skip
RULE = {
    "rule": TEXT, "version": TEXT, "effect": TEXT, "status": TEXT, "enforced": FLAG, "gating": FLAG, "outcome": TEXT,
    "items": LIST, "met_items": LIST, "missing": LIST, "flips": LIST, "assumptions": LIST, "readings": LIST,
    "citations": LIST, "confidence": TEXT,
}  # fmt: skip
OUTCOMES = ("not_met", "undetermined", "met")
STATUSES = ("proposed", "enacted", "in_force", "codified_not_enforced", "superseded", "revoked", "vetoed")


def check_keys(found, keys) -> None:
    """Every key of the interface is there, with a value of its type."""
    assert sorted(key for key in keys if key not in found) == []
    wrong = [
        key
        for key, types in keys.items()
        if not isinstance(found[key], types) or (bool not in types and isinstance(found[key], bool))
    ]
    assert wrong == []


def check_condition(condition) -> None:
    assert condition["outcome"] in OUTCOMES
    if "quantity" in condition:
        check_keys(
            condition, {"quantity": TEXT, "op": TEXT, "threshold": NUMBER, "unit": TEXT, "value": NUMBER + NOTHING}
        )
        assert condition["op"] in (">=", ">", "<=", "<")
    elif "flag" in condition:
        check_keys(condition, {"flag": TEXT, "is": FLAG, "value": FLAG + NOTHING})
    else:
        assert {"date", "name", "item"} & set(condition)


def check_rule(found) -> None:
    check_keys(found, RULE)
    assert found["outcome"] in OUTCOMES
    assert found["status"] in STATUSES
    assert found["confidence"] in ("primary", "secondary", "uncertain")
    for item in found["items"]:
        check_keys(item, {"id": TEXT, "outcome": TEXT, "conditions": LIST})
        for condition in item["conditions"]:
            check_condition(condition)
    assert found["met_items"] == [item["id"] for item in found["items"] if item["outcome"] == "met"]
    for flip in found["flips"]:
        check_keys(flip, {"quantity": TEXT, "op": TEXT, "then": TEXT})
        assert "value" in flip
    for citation in found["citations"]:
        check_keys(citation, {"cite": TEXT, "role": TEXT})
    for assumption in found["assumptions"]:
        check_keys(assumption, {"fact": TEXT, "assumed": FLAG})


def check_verdict(found) -> None:
    check_keys(found, VERDICT)
    assert found["format"] == "gateline.verdict/1"
    assert found["outcome"] in OUTCOMES
    check_keys(found["specs"], {"version": TEXT, "digest": TEXT})
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", found["specs"]["digest"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["as_of"])
    check_keys(found["subject"], {"kind": TEXT, "id": TEXT, "name": TEXT})
    for quantity in found["quantities"].values():
        check_keys(quantity, {"value": NUMBER + NOTHING, "unit": TEXT, "how": TEXT})
    for verdict in found["verdicts"]:
        check_rule(verdict)
    gravest = max((OUTCOMES.index(verdict["outcome"]) for verdict in found["verdicts"] if verdict["gating"]), default=0)
    assert found["outcome"] == OUTCOMES[gravest]


@pytest.mark.parametrize(
    "arguments",
    [
        ["chip", "H20", "--as-of", "2024-06-01"],
        ["chip", "H100", "--as-of", "2023-01-01"],
        ["chip", "Ascend 910C", "--as-of", TODAY, "--role", "foundry", "--to", "CN"],
        ["chip", "nvidia-k80-gk210", "--as-of", TODAY],
        ["chip", "Sohu", "--as-of", TODAY, "--role", "osat"],
        ["chip", "RTX 4090D", "--as-of", "2024-06-01", "--set", "die_area=300 to 700 mm^2"],
        ["chip", "Trainium", "--as-of", TODAY, "--strict-facts"],
        ["release", "--compute", "1e26", "--as-of", TODAY],
        ["release", "--compute", "9e24 to 2e25", "--as-of", TODAY, "--strict-facts"],
        ["release", "--compute", "1e26", "--as-of", "2024-01-01"],
        [
            "release",
            "--params",
            "405e9",
            "--tokens",
            "15.6e12",
            "--chip",
            "H100",
            "--chip-hours",
            "30.84e6",
            "--utilization",
            "0.4",
            "--as-of",
            TODAY,
        ],
    ],
    ids=" ".join,
)
def test_the_verdict_has_every_key(verdict_of, arguments):
    """Scripts rely on the keys and on their types."""
    check_verdict(verdict_of(*arguments)[1])


def test_numbers_past_a_float_have_their_text(verdict_of):
    """10^26 + 1 is no float64: the exact decimal stands beside it."""
    _, verdict = verdict_of("release", "--compute", "100000000000000000000000001", "--as-of", TODAY)
    assert verdict["quantities"]["training_compute"]["exact"] == "100000000000000000000000001"


# Help


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["chip"],
        ["release"],
        ["fleet"],
        ["rules"],
        ["rules", "list"],
        ["rules", "show"],
        ["rules", "check"],
        ["catalogue"],
        ["catalogue", "list"],
        ["catalogue", "show"],
    ],
    ids=lambda command: " ".join(command) or "gateline",
)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_shows_an_example(run, command, flag):
    """Every command explains itself with a line that can be typed."""
    done = run(*command, flag)
    assert (done.code, done.err) == (0, "")
    assert re.search(r"Examples?:\n\s+gateline \w+", done.out)


@pytest.mark.parametrize("command", [(), ("fleet",), ("shipment",), ("catalogue", "import")], ids=" ".join)
def test_an_example_of_the_help_about_a_file_that_ships_runs(run, tmp_path, monkeypatch, command):
    """None of them is bad usage or a failure, and rows that are bad on purpose are allowed."""
    shown = re.findall(r"^ +gateline (.* examples/.*)$", run(*command, "--help").out, flags=re.M)
    assert shown
    monkeypatch.chdir(tmp_path)
    Path("examples").symlink_to(EXAMPLES)
    for words in map(shlex.split, shown):
        done = run(*words)
        assert done.code == 0, done.err
        assert Path(words[words.index("-o") + 1]).exists()


@pytest.mark.parametrize("name", ["rules", "catalogue"])
def test_a_group_says_in_one_line_what_all_its_commands_do(run, name):
    """The same line stands in the help of the program."""
    line = group.get_command(None, name).help.splitlines()[0]
    assert all(re.search(rf"\b{command}\b", line.lower()) for command in group.get_command(None, name).commands)
    assert line in re.sub(r"\s+", " ", run("--help").out)


HEAVY = ("numpy", "pint", "pydantic", "yaml", "rich", "pyarrow")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["chip", "--help"],
        ["release", "--help"],
        ["rules", "--help"],
        ["catalogue", "--help"],
        ["fleet", "--help"],
    ],
    ids=" ".join,
)
def test_help_is_immediate(arguments):
    """Help imports none of the libraries that take time to load."""
    program = (
        "import sys\n"
        "from gateline.cli import group\n"
        f"group.main({arguments!r}, standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_version(run):
    """The version of the program is on stdout."""
    assert re.fullmatch(r"gateline, version \d+\.\d+\.\d+\n", run("--version").out)


@pytest.mark.parametrize("command", [[], ["rules"], ["catalogue"]], ids=["gateline", "rules", "catalogue"])
def test_a_group_without_a_command_shows_its_help(run, command):
    """Whoever types the bare name gets the help as it is printed elsewhere, line by line."""
    done = run(*command)
    assert (done.out + done.err).count("\n") > 10


# Bad input


CHIP = "name: X\nrates:\n  - {{format: FP16, bits: 16, rate: {}}}\n"
BAD_FILES = [
    ("missing file", None, "cannot be read: No such file"),
    ("not YAML", "name: [X\n", ":2: is not valid YAML"),
    ("not a mapping", "- a\n", ":1: a mapping is expected here"),
    ("empty", "", "is empty"),
    ("duplicate key", "name: X\nname: Y\n", ":2: the key 'name' stands twice"),
    ("unknown key", "name: X\nratess: []\n", ":2: ratess: unknown key. Did you mean rates?"),
    ("wrong unit", CHIP.format("312 mm^2"), ":3: rates[0].rate: "),
    ("no unit", CHIP.format("312"), "has no unit"),
    ("ambiguous unit", CHIP.format("312 TFLOPS"), "Write TFLOP for a count, or TFLOP/s for a rate"),
    ("negative area", "name: X\ndies: [{area: -5 mm^2}]\n", ":2: dies[0].area: "),
    ("zero area", "name: X\ndies: [{area: 0 mm^2}]\n", "area greater than zero"),
    ("sparse rate", CHIP.format("1979 TFLOP/s sparse"), "sparse rate"),
    ("sparse flag", CHIP.format("1979 TFLOP/s, sparse: yes"), "marked sparse"),
    ("NaN", CHIP.format("nan"), "'nan' is not a value"),
    ("infinite", CHIP.format("inf"), "'inf' is not a value"),
    ("dotted infinite", CHIP.format(".inf"), "is not a number"),
    ("not UTF-8", b"name: \xff\n", "byte 6 is not UTF-8"),
    ("binary", bytes(range(256)), ""),
    ("anchors", "name: &a X\n", "anchors and aliases"),
    ("tags", "name: !!python/object:os.system X\n", "tag"),
    ("two documents", "name: X\n---\nname: Y\n", ":2: a second document"),
    ("unknown country", "name: X\ndestination: Atlantis\n", "'Atlantis' is not a country"),
    ("unknown flag", "name: X\ndatacenter: maybe\n", "'maybe' is not yes, no or unknown"),
    ("a ledger for a chip", "model: M\ntraining_compute: 1e26\n", "unknown key"),
]


def check_refused(done, problem: str) -> None:
    """Exit code 2, one line on stderr that starts with the program's name and says what is wrong, nothing on stdout."""
    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(r"gateline: \S[^\n]{10,}\n", done.err), done.err
    assert problem in done.err
    assert "Traceback" not in done.err
    assert len(done.err) < 1000


@pytest.mark.parametrize(("content", "problem"), [row[1:] for row in BAD_FILES], ids=[row[0] for row in BAD_FILES])
def test_bad_chip_files(run, write, tmp_path, content, problem):
    """Whatever the file holds, one line says where and what, beginning with the file."""
    path = str(tmp_path / "none.yaml") if content is None else write(content)
    done = run("chip", path, "--as-of", "2024-06-01")
    check_refused(done, problem)
    assert done.err.startswith(f"gateline: {path}") or "country" in problem


BAD_CALLS = [
    (["chip", "H20", "--as-of", "2020-01-01"], "no rule about a chip had been issued by 2020-01-01; versions start on 2022-08-26, 2022-10-21"),
    (["chip", "H20", "--as-of", "2023-02-30"], "'2023-02-30' is not a date. Write it as year-month-day"),
    (["chip", "H20", "--as-of", "20231117"], "'20231117' is not a date"),
    (["chip", "H20", "--as-of", "tomorrow"], "'tomorrow' is not a date"),
    (["chip", "H20", "--as-of", "2024-W10-1"], "'2024-W10-1' is not a date"),
    (["chip", "H1O0"], "'H1O0' is not in the catalogue. Did you mean H100"),
    (["chip", "zzzz"], "'zzzz' is not in the catalogue"),
    (["chip", ""], "is not in the catalogue"),
    (["chip", "RTX"], "'RTX' could mean several chips: nvidia-rtx"),
    (["chip", "a\nb"], "is not in the catalogue"),
    (["chip", "\x1b[31m"], "is not in the catalogue"),
    (["chip"], "TARGET"),
    (["chip", "H20", "--to", "Atlantis"], "destination: 'Atlantis' is not a country"),
    (["chip", "H20", "--hq", "XX"], "headquarters: 'XX' is not a country"),
    (["chip", "H20", "--set", "die_area"], "'die_area' is not NAME=VALUE"),
    (["chip", "H20", "--set", "=5"], "'=5' is not NAME=VALUE"),
    (["chip", "H20", "--set", "die_aera=5 mm^2"], "'die_aera' is not a known quantity"),
    (["chip", "H20", "--set", "die_area=5"], "applicable_die_area: '5' has no unit"),
    (["chip", "H20", "--set", "die_area=-5 mm^2"], "is negative"),
    (["chip", "H20", "--set", "tpp=nan"], "'nan' is not a value"),
    (["chip", "H20", "--set", "datacenter=maybe"], "'maybe' is not yes, no or unknown"),
    (["chip", "H20", "--set", "designer="], "is not NAME=VALUE"),
    (["chip", "H20", "--set", "training_compute=1e26"], "'training_compute' is not a known quantity"),
    (["chip", "H20", "--set", "tpp=1 TPP", "--set", "tpp=2 TPP"], "set twice"),
    (["chip", "H20", "--rule", "us.ear.3a09"], "no rule is called 'us.ear.3a09'. Did you mean us.ear.3a090"),
    (["chip", "H20", "--rule", "eu"], "is not a rule that classifies a chip"),
    (["chip", "H20", "--rule", ""], "no rule is called"),
    (["chip", "H20", "--reading", "tf33=32"], "tf33"),
    (["chip", "H20", "--reading", "tf32=20"], "19"),
    (["chip", "H20", "--reading", "tf32"], "NAME="),
    (["chip", "H20", "--role", "buyer"], "'buyer' is not one of 'exporter', 'foundry', 'osat'"),
    (["chip", "H20", "--format", "xml"], "'xml' is not one of"),
    (["chip", "H20", "--frmat", "json"], "--frmat"),
    (["release"], "no figures given"),
    (["release", "--compute", "1026"], "Write 10^26 or 1e26, not 1026"),
    (["release", "--compute", "1e26 FLOPS"], "ambiguous"),
    (["release", "--compute", "inf"], "'inf' is not a value"),
    (["release", "--compute", "-1e26"], "is negative"),
    (["release", "--params", "405e9"], "needs tokens"),
    (["release", "--params", "x", "--tokens", "1e12"], "'x' is not a number"),
    (["release", "--chip", "K80", "--chip-hours", "1e6", "--utilization", "0.4"], "'K80' has no 16-bit rate"),
    (["release", "--chip", "H100", "--chip-hours", "1e6", "--utilization", "40"], "more than 1"),
    (["release", "--compute", "1e26", "ledger.yaml"], "not both"),
    (["release", "none.yaml"], "none.yaml: cannot be read"),
    (["release", "--compute", "1e26", "--as-of", "2020-01-01"], "no rule about a model had been issued"),
    (["rules", "show", "us.ear.3a09"], "no rule is called 'us.ear.3a09'"),
    (["rules", "check", "none"], "none: has no folder rules/"),
    (["rules", "lst"], "lst"),
    (["catalogue", "show", "zzzz"], "'zzzz' is not in the catalogue"),
    (["catalogue", "show"], "NAME"),
    (["chop", "H20"], "chop"),
    (["--colour"], "--colour"),
    (["fleet", "none.csv"], "none.csv"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "problem"), BAD_CALLS, ids=[" ".join(row[0]) or "-" for row in BAD_CALLS])
def test_bad_calls(run, tmp_path, monkeypatch, arguments, problem):
    """A mistake on the command line is told in one line that a user can act on."""
    monkeypatch.chdir(tmp_path)
    check_refused(run(*arguments), problem)


def test_a_mistake_in_a_process_of_its_own(tmp_path):
    """The installed command keeps the streams and the code apart as well."""
    check_refused(real("chip", "none.yaml", cwd=tmp_path), "none.yaml: cannot be read")
    check_refused(real("chip", "-", stdin=b"name: X\nname: Y\n"), "standard input:2: the key 'name' stands twice")


# Rules and catalogue


@pytest.mark.parametrize(
    "arguments",
    [
        ["chip", "chip.yaml", "-o", "chip.yaml"],
        ["chip", "H20", "./chip.yaml", "-o", "soft.yaml", "--format", "json"],
        ["chip", "chip.yaml", "-o", "hard.yaml"],
        ["release", "ledger.yaml", "-o", "ledger.yaml"],
        ["release", "of-config.yaml", "ledger.yaml", "-o", "ledger.yaml"],
        ["release", "of-config.yaml", "-o", "config.json"],
        ["release", "--config", "config.json", "--tokens", "1e12", "--seq-len", "8192", "-o", "./config.json"],
        ["release", "--config", ".", "--tokens", "1e12", "--seq-len", "8192", "-o", "config.json"],
    ],
    ids=" ".join,
)
def test_no_report_is_written_over_what_it_is_about(run, tmp_path, monkeypatch, arguments):
    """Nor over a configuration that a ledger names, through links of either sort; what was there stays."""
    monkeypatch.chdir(tmp_path)
    for name in ("chip.yaml", "ledger.yaml", "config.json"):
        shutil.copy(EXAMPLES / name, name)
    estimate = "{method: architecture, config: config.json, tokens: 1e12, sequence_length: 8192}"
    Path("of-config.yaml").write_text(f"model: M\nphases: [{{kind: pretraining, estimates: [{estimate}]}}]\n")
    Path("soft.yaml").symlink_to("chip.yaml")
    Path("hard.yaml").hardlink_to("chip.yaml")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    check_refused(run(*arguments), f"{Path(arguments[arguments.index('-o') + 1])}: is the ")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_rules_list(run):
    """One line per rule in text, one object in JSON."""
    rules = json.loads(run("rules", "list", "--format", "json").out)
    lines = run("rules", "list").out.splitlines()
    assert len(lines) == len(rules) >= 7
    for line, entry in zip(lines, rules, strict=True):
        assert line.startswith(entry["id"])
        assert {"id", "subject", "effect", "version", "status", "title"} <= set(entry)


@pytest.mark.parametrize(
    ("day", "name", "version", "status"),
    [
        ("2022-10-06", A090, "-", "not issued"),
        ("2022-10-20", A090, "2022-10-21", "enacted"),
        ("2022-10-21", A090, "2022-10-21", "in_force"),
        ("2023-11-16", A090, "2022-10-21", "in_force"),
        ("2023-11-17", A090, "2023-11-17", "in_force"),
        ("2025-05-12", E091, "2025-01-13", "in_force"),
        ("2025-05-13", E091, "2025-01-13", "codified_not_enforced"),
        ("2024-06-01", "us.eo14110.model", "2023-10-30", "in_force"),
        ("2025-01-20", "us.eo14110.model", "2023-10-30", "revoked"),
    ],
)
def test_rules_on_a_date(run, day, name, version, status):
    """What stood on a day is listed as it stood then."""
    rules = json.loads(run("rules", "list", "--as-of", day, "--format", "json").out)
    entry = next(entry for entry in rules if entry["id"] == name)
    assert (entry["version"], entry["status"]) == (version, status)


def test_rules_show(run):
    """Thresholds, dates and citations of every version; a prefix shows the rules below it."""
    text = run("rules", "show", A090)
    page = json.loads(run("rules", "show", A090, "--format", "json").out)
    assert text.code == 0
    for word in ("4800 TPP", "5.92 TPP/mm^2", "600 GB/s", "2022-10-21", "88 FR 73458", "note-2"):
        assert word in text.out
    assert [version["id"] for version in page["versions"]] == ["2022-10-21", "2023-11-17"]
    assert [item["id"] for item in page["versions"][1]["items"]] == ["3A090.a.1", "3A090.a.2", "3A090.b.1", "3A090.b.2"]


def test_rules_show_of_a_prefix_is_json(run):
    """Several rules in JSON are one document, a list."""
    pages = json.loads(run("rules", "show", "eu", "--format", "json").out)
    names = ("gpai-draft-2025", "gpai", "modifier", "systemic-risk")
    assert [page["id"] for page in pages] == [f"eu.ai-act.{name}" for name in names]


def test_catalogue_list(run):
    """One line per chip in text, one object in JSON."""
    chips = json.loads(run("catalogue", "list", "--format", "json").out)
    lines = run("catalogue", "list").out.splitlines()
    assert len(lines) == len(chips) >= 100
    assert {"id", "name", "vendor", "family", "reference"} <= set(chips[0])


def test_catalogue_show(run):
    """Every figure with its source, and what the source key stands for; the family remark on stderr."""
    text, as_json = run("catalogue", "show", "H20"), run("catalogue", "show", "h20", "--format", "json")
    page = json.loads(as_json.out)
    assert "148 TFLOP/s" in text.out
    assert "nvidia-h20-141" in as_json.err
    assert page["id"] == "nvidia-h20-96"
    assert all(page["sources"].values())
    assert {"EPOCH", "ARTHUR"} <= set(page["sources"])


def test_rules_check(run):
    """The data that ships is in order."""
    done = run("rules", "check")
    assert (done.code, done.err) == (0, "")
    assert re.search(r"rules .* are in order .*sha256:[0-9a-f]{64}", done.out)


EAR = "rules/us/ear"
DEFECTS = [
    ("duplicate key", f"{EAR}/3a090.yaml", "subject: chip\n", "subject: chip\nsubject: chip\n", ":7: the key 'subject' stands twice"),
    ("unknown key", f"{EAR}/3a090.yaml", "effect: classification\n", "efect: classification\n", ":7: efect: unknown key. Did you mean effect?"),
    ("missing key", f"{EAR}/4e091.yaml", "effect: classification\n", "", ":2: effect: is missing"),
    ("bad unit", f"{EAR}/3a090.yaml", "value: 600 GB/s", "value: 600 GB", ": 'GB' has dimension"),
    ("no unit", f"{EAR}/3a090.yaml", "value: 600 GB/s", "value: 600", "'600' has no unit"),
    ("no threshold", f"{EAR}/3a090.yaml", "value: 600 GB/s", "value: 500 to 600 GB/s", "is not one value"),
    ("lost superscript", f"{EAR}/4e091.yaml", "value: 1e26 FLOP", "value: 1026 FLOP", "lost superscript"),
    ("bad operator", f"{EAR}/4e091.yaml", 'op: ">="', 'op: "=>"', "'=>' is not one of"),
    ("unknown quantity", f"{EAR}/3a090.yaml", "quantity: io_bandwidth", "quantity: io_bandwith", "'io_bandwith' is not a known quantity. Did you mean io_bandwidth"),
    ("alias of a quantity", f"{EAR}/3a090.yaml", "quantity: performance_density", "quantity: pd", "write the canonical name performance_density"),
    ("a flag as a quantity", f"{EAR}/3a090.yaml", "quantity: io_bandwidth", "quantity: datacenter", "datacenter is a flag"),
    ("unless names nothing", f"{EAR}/3a090.yaml", "unless: [note-2]", "unless: [note-3]", "unless names note-3"),
    ("two equal ids", f"{EAR}/3a090.yaml", "- id: 3A090.b.2", "- id: 3A090.b.1", "the id 3A090.b.1 stands twice"),
    ("overlapping versions", f"{EAR}/3a090.yaml", "effective: {from: 2022-10-21, to: 2023-11-17}", "effective: {from: 2022-10-21, to: 2023-11-18}", "runs into the one from 2023-11-17"),
    ("open earlier version", f"{EAR}/3a090.yaml", "effective: {from: 2022-10-21, to: 2023-11-17}", "effective: {from: 2022-10-21}", "runs into the one from 2023-11-17"),
    ("period backwards", f"{EAR}/3a090.yaml", "effective: {from: 2022-10-21, to: 2023-11-17}", "effective: {from: 2022-10-21, to: 2022-10-20}", "before it starts"),
    ("versions backwards", f"{EAR}/3a090.yaml", "- id: 2022-10-21", "- id: 2024-10-21", "oldest first"),
    ("bad date", f"{EAR}/3a090.yaml", "issued: 2022-10-07", "issued: 2022-02-30", "'2022-02-30' is not a date"),
    ("unknown schema", f"{EAR}/3a090.yaml", "schema: 1", "schema: 9", "'9' is not one of '1'"),
    ("two kinds of condition", f"{EAR}/3a090.yaml", "{flag: datacenter, is: no}", "{flag: datacenter, quantity: io_bandwidth, is: no}", "exactly one of the keys"),
    ("a flag without a value", f"{EAR}/3a090.yaml", "{flag: datacenter, is: no}", "{flag: datacenter}", "also has the keys is"),
    ("an item without conditions", f"{EAR}/applicable-advanced-logic.yaml", '          - {quantity: process_node, op: "<=", value: 16 nm}\n', "", "all is empty"),
]  # fmt: skip
LINKS = [
    ("id and path differ", f"{EAR}/3a090.yaml", "id: us.ear.3a090\n", "id: us.ear.3a091\n", "id is us.ear.3a091, but the path says us.ear.3a090"),
    ("unknown list", f"{EAR}/foundry-presumption.yaml", "on: us.ear.macau-or-d5", "on: us.ear.macau-or-d6", "us.ear.macau-or-d6"),
    ("unknown item", f"{EAR}/foundry-presumption.yaml", "applicable-advanced-logic/node", "applicable-advanced-logic/nod", "us.ear.applicable-advanced-logic/nod"),
    ("unknown rule", f"{EAR}/foundry-presumption.yaml", "us.ear.applicable-advanced-logic/node", "us.ear.advanced/node", "us.ear.advanced/node"),
    ("rules in a circle", f"{EAR}/applicable-advanced-logic.yaml", '{quantity: process_node, op: "<=", value: 16 nm}', "{item: us.ear.foundry-presumption/presumed-3A090.a.node, is: yes}", "in a circle"),
    ("included list missing", "lists/us/ear/authorized-designer-headquarters.yaml", "us.ear.country-group-a5]", "us.ear.country-group-a9]", "us.ear.country-group-a9"),
    ("lists in a circle", "lists/us/ear/country-group-a1.yaml", "members:\n", "includes: [us.ear.authorized-designer-headquarters]\nmembers:\n", "circle"),
]  # fmt: skip


@pytest.fixture
def check_defect(run, tmp_path):
    """Check a copy of specs/ in which one text of one file is replaced."""

    def call(path: str, old: str, new: str) -> SimpleNamespace:
        folder = tmp_path / "specs"
        shutil.copytree(specs_folder(), folder)
        file = folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return run("rules", "check", str(folder))

    return call


@pytest.mark.parametrize(
    ("path", "old", "new", "problem"), [row[1:] for row in DEFECTS], ids=[row[0] for row in DEFECTS]
)
def test_a_defect_of_format_names_file_and_line(check_defect, path, old, new, problem):
    """Whoever amends a rule is led to the line."""
    done = check_defect(path, old, new)
    check_refused(done, problem)
    assert re.search(rf"{re.escape(path)}:\d+: ", done.err)


@pytest.mark.parametrize(("path", "old", "new", "problem"), [row[1:] for row in LINKS], ids=[row[0] for row in LINKS])
def test_a_broken_reference_names_the_file(check_defect, path, old, new, problem):
    """Whoever renames or removes something is led to the file that refers to it."""
    done = check_defect(path, old, new)
    check_refused(done, problem)
    assert path in done.err


@pytest.mark.parametrize("path", ["VERSION", "countries.yaml"])
def test_a_missing_file_of_the_data_is_named(run, tmp_path, path):
    """Without it the data cannot be used, and the message says which file to put back."""
    folder = tmp_path / "specs"
    shutil.copytree(specs_folder(), folder)
    (folder / path).unlink()
    check_refused(run("rules", "check", str(folder)), path)


def test_the_digest_follows_the_data(run, tmp_path):
    """One changed byte of a rule is another digest, so a verdict says which bytes decided it."""
    folder = tmp_path / "specs"
    shutil.copytree(specs_folder(), folder)
    before = run("rules", "check", str(folder)).out
    file = folder / EAR / "3a090.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "# reviewed\n", encoding="utf-8")
    assert run("rules", "check", str(folder)).out != before
