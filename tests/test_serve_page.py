"""The page without a browser: what a form becomes, and what the markup may not hold."""

import re
from datetime import date

import html5lib
import pytest
from starlette.testclient import TestClient
from support import SPECS

from gateline.jobs import check_release, default_catalogue, quick_ledger
from gateline.report import verdict_json
from gateline.serve.app import make_app
from gateline.serve.forms import chip_question, fields_of, filled, model_question

DAY = "2026-11-21"
PAGES = [
    "/",
    "/?name=H20&as_of=2024-06-01&to=CN",
    "/?area=814",
    "/model",
    "/table",
    "/rules?as_of=2024-01-01",
    "/rules?as_of=x",
]
PAGES += [f"/rules/{rule}" for rule in SPECS.rules]


@pytest.fixture(scope="module")
def client():
    return TestClient(make_app(seconds=60), base_url="http://127.0.0.1:8420", raise_server_exceptions=False)


def fill(name: str) -> dict[str, str]:
    return filled(default_catalogue().find(name), DAY).fields


def ask(client, **fields: str):
    answer = client.post("/ui/chip", json={"as_of": DAY, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_catalogue_fills_the_form_with_the_fastest_rates():
    """H20: 148 TFLOP/s in 16 bits and 296 in 8 by its data sheet; 4.0 TB/s, 900 GB/s of NVLink."""
    fields = fill("H20")
    assert (fields["rate16"], fields["filled"], fields["datacenter"]) == ("148 TFLOP/s", "nvidia-h20-96", "yes")
    assert fields["rate8"].startswith("296 ")
    assert fields["area"] == "814 mm^2"


@pytest.mark.parametrize("chip", sorted(default_catalogue().entries)[::9])
def test_a_form_that_nobody_changed_asks_for_the_chip_by_its_id(chip):
    assert chip_question({**fill(chip), "as_of": DAY})["chip"] == chip


def test_a_changed_figure_replaces_that_figure_only():
    content = chip_question({**fill("H20"), "as_of": DAY, "area": "300 mm^2"})["chip"]
    assert content["applicable_die_area"] == "300 mm^2"
    assert content["dies"] == default_catalogue().find("H20").entry.part.content["dies"]
    rates = chip_question({**fill("H20"), "as_of": DAY, "rate16": "100 TFLOP/s"})["chip"]["rates"]
    assert [rate["rate"] for rate in rates if rate["bits"] == "16"] == ["100 TFLOP/s"]
    assert [rate["rate"] for rate in rates if rate["bits"] == "8"] != []


@pytest.mark.parametrize(
    ("field", "key"), [("area", "applicable_die_area"), ("dram", "dram_bandwidth"), ("io", "io_bandwidth")]
)
def test_an_emptied_figure_is_unknown(field, key):
    fields = {**fill("H20"), "as_of": DAY}
    del fields[field]
    assert chip_question(fields)["chip"][key] == "unknown"


def test_an_emptied_rate_is_unknown_and_never_nothing(client):
    """What is left of the H20 are 74 TFLOP/s of TF32: 74 x 19 = 1,406 TPP, at least; that is no 'below 1,600'."""
    known = fill("H20")
    emptied = {key: text for key, text in known.items() if not key.startswith("rate")}
    assert "Undetermined" in ask(client, **emptied)["html"]


def test_a_name_fills_once_and_then_the_form_counts(client):
    first = ask(client, name="A800", area="1 mm^2")
    assert first["fields"]["area"] == "826 mm^2"
    assert first["hints"]["rate16"]
    second = ask(client, **{**first["fields"], "area": "9000 mm^2"})
    assert second["fields"]["area"] == "9000 mm^2"
    third = ask(client, **{**first["fields"], "name": "My own chip"})
    assert "No longer nvidia-a800" in third["hints"]["name"]
    assert "filled" not in third["fields"]


def test_part_of_a_name_fills_nothing(client):
    assert "rate16" not in ask(client, name="H")["fields"]
    assert "rate16" not in ask(client, name="H20x")["fields"]


def test_every_wrong_field_is_told(client):
    told = ask(client, name="X", rate16="125", area="814", io="fast", to="Atlantis")
    assert {error["field"] for error in told["errors"]} == {"rate16", "area", "io", "to"}
    assert told["html"] == ""
    assert ask(client, name="X", as_of="21/11/2026")["errors"][0]["field"] == "as_of"


def test_phases_and_figures_are_a_question():
    fields = fields_of({"compute2": "3e24 FLOP", "kind2": "rl_rollouts", "compute1": " ", "as_of": DAY}, ("compute1", "compute2", "kind2", "as_of"))  # fmt: skip
    phases = model_question(fields)["ledger"]["phases"]
    assert phases == [{"kind": "rl_rollouts", "estimates": [{"method": "declared", "compute": "3e24 FLOP"}]}]
    assert model_question({"params": "1e9", "tokens": "1e12", "as_of": DAY}) == {
        "params": "1e9", "tokens": "1e12", "as_of": DAY,
    }  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_html_without_anything_that_the_policy_forbids(client, path):
    text = client.get(path).text
    html5lib.HTMLParser(strict=True).parse(text)
    assert not re.search(r"<[^>]*\s(?:style|on\w+)=", text)
    assert not re.search(r"(?:src|href|action)=\"(?!#|data:,|https://|(?!//)[\w./-]*\")", text)
    assert re.findall(r"<script[^>]*>([^<]*)</script>", text) == [""]
    assert "<style" not in text


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "]]>", "a'b"]
)
def test_names_do_not_become_markup(client, name):
    text = client.get("/", params={"name": name, "as_of": DAY, "area": name}).text
    assert "<script>" not in text
    assert "<img" not in text
    assert "49" not in re.findall(r"<strong>(.*?)</strong>", text)
    html = ask(client, name=name)["html"]
    assert "<script" not in html
    assert "<img" not in html


def test_marks_of_direction_are_refused(client):
    for mark in ("\u202e", "\0", "\x1b"):
        answer = client.post("/ui/chip", json={"as_of": DAY, "name": f"a{mark}b"})
        assert (answer.status_code, "cannot be printed" in answer.json()["detail"]) == (422, True)


def test_style_and_script_are_ours(client):
    style, script = client.get("/static/page.css"), client.get("/static/page.js")
    assert style.headers["content-type"].startswith("text/css")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "http" not in script.text
    assert "url(" not in style.text
    assert not re.search(r"\beval\b|new Function", script.text)


@pytest.mark.parametrize(
    ("field", "key", "text"),
    [
        ("transistors", "approximated_transistor_count", "28 billion"),
        ("hbm", "hbm", "no"),
        ("stack", "memory_bandwidth", "819 GB/s"),
        ("package", "package_area", "121 mm^2"),
    ],
)
def test_what_stands_under_more_is_stated(field, key, text):
    assert chip_question({"name": "X", "as_of": DAY, field: text})["chip"][key] == text
    assert chip_question({**fill("H20"), "as_of": DAY, field: text})["chip"][key] == text


def test_memory_that_is_not_known_is_not_said_to_be_anything():
    assert "hbm" not in chip_question({"name": "X", "as_of": DAY})["chip"]
    assert chip_question({**fill("H20"), "as_of": DAY, "hbm": "unknown"})["chip"]["hbm"] == "unknown"


def test_a_memory_stack_is_told_by_its_density(client):
    """819 GB/s over 121 mm² are 6.77 GB/s/mm², more than the 2 of 3A090.c."""
    told = ask(client, name="HBM3 stack", stack="819 GB/s", package="121 mm^2")
    assert "3A090.c" in told["html"]


def test_a_wrong_figure_under_more_is_told_at_its_field(client):
    told = ask(client, name="X", rate16="125 TFLOP/s", stack="819", package="much")
    assert {each["field"] for each in told["errors"]} == {"stack", "package"}


def test_a_reading_is_asked_under_its_own_name(client):
    """Of the H20 without its fast formats FP32 at 44 TFLOP/s is left, 1,408 TPP, and TF32 at 74: 1,406 at 19 bits, 2,368 at 32."""
    known = fill("H20") | {"rate16": "1 TFLOP/s", "rate8": "1 TOPS"}
    assert "1,408 TPP" in ask(client, **known)["html"]
    told = ask(client, **known, reading_tf32="32")
    assert "2,368 TPP" in told["html"]
    assert "--reading tf32=32" in told["html"]


def test_a_name_that_fills_the_form_leaves_readings_and_facts(client):
    fields = ask(client, name="H20", reading_tf32="32", strict_facts="yes")["fields"]
    assert (fields["reading_tf32"], fields["strict_facts"]) == ("32", "yes")


def test_facts_that_nobody_stated_stay_unknown_where_that_is_asked(client):
    """5e25 FLOP pass 10^25 of the AI Act if the model is a general-purpose one, which is assumed unless facts are strict."""
    fields = {"as_of": DAY, "compute1": "5e25 FLOP"}
    taken, strict = (
        client.post("/ui/model", json=fields | more).json()["html"] for more in ({}, {"strict_facts": "yes"})
    )
    assert "--strict-facts" in strict
    assert "--strict-facts" not in taken
    assert taken.count("Undetermined") < strict.count("Undetermined")


def test_a_reading_that_does_not_exist_is_refused(client):
    told = ask(client, name="H20", reading_tf32="7")
    assert "has no choice" in told["errors"][0]["message"]
    assert told["html"] == ""


CONFIG_FILE = SPECS.folder.parent / "examples" / "config.json"
CONFIG = CONFIG_FILE.read_text(encoding="utf-8")


def check(client, **fields: str):
    return client.post("/ui/model", json={"as_of": DAY, **fields}).json()


def test_a_configuration_on_the_page_says_what_the_command_line_says(client):
    figures = {"tokens": "15e12", "seq_len": "8192"}
    told = check(client, config=CONFIG, **figures)
    assert told["errors"] == []
    assert "gateline release --config config.json" in told["html"]
    question = model_question({"as_of": DAY, "config": CONFIG, **figures})
    answer = client.post("/api/v1/release", json=question).text
    same = check_release(quick_ledger(config=str(CONFIG_FILE), **figures), date.fromisoformat(DAY))
    assert answer == verdict_json.write([same])


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ("{", "is not valid JSON"),
        ("[]", "a JSON object is expected"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ("[" * 40 + "]" * 40, "nested deeper"),
        ("model_type: llama", "is not valid JSON"),
        ('{"model_type": "unheard-of"}', "is not a family that can be counted"),
        ('{"model_type": "<script>alert(1)</script>"}', "is not a family that can be counted"),
        ("/etc/passwd", "is not valid JSON"),
    ],
)
def test_what_is_no_configuration_is_told_at_its_field(client, config, says):
    [told] = check(client, config=config, tokens="15e12")["errors"]
    assert told["field"] == "config"
    assert says in told["message"]


def test_infinities_that_such_files_hold_are_left_aside(client):
    """Mamba's configurations hold Infinity where they limit a time step."""
    config = CONFIG.rstrip().removesuffix("}") + ', "time_step_limit": [0.0, Infinity]}'
    assert check(client, config=config, tokens="15e12", seq_len="8192")["errors"] == []
