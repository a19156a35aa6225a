"""The REST API: the same bytes as the command line, described by its OpenAPI document, and errors that can be put right."""

import csv
import io
import json
import re
import sys
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from starlette.testclient import TestClient

import gateline
from gateline.cli import main
from gateline.jobs import default_catalogue
from gateline.report import pictures, verdict_json
from gateline.rules.specfiles import default_specs
from gateline.serve.app import make_app
from gateline.serve.openapi import EXAMPLES, TABLE, document

ORIGIN = "http://127.0.0.1:8420"
V1 = "/api/v1"
DAY = "2026-11-21"
APP = make_app(seconds=60)
VERDICT = json.loads((default_specs().folder / "schemas" / "verdict.schema.json").read_text(encoding="utf-8"))
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "]]>", "{{ 7*7 }}", "=1+1", "a|b`c"]


@pytest.fixture(scope="module")
def client():
    return TestClient(APP, base_url=ORIGIN, raise_server_exceptions=False)


@pytest.fixture
def printed(monkeypatch, capsys):
    """What the command prints."""

    def call(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["gateline", *arguments])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr().out

    return call


def test_the_document_is_valid_and_holds_the_published_schemas():
    validate(document())
    assert document()["openapi"].startswith("3.1")
    components = document()["components"]["schemas"]
    assert components["Ledger"]["properties"]["phases"]["items"] == {"$ref": "#/components/schemas/Ledger/$defs/Phase"}
    assert set(components["Verdict"]["$defs"]) == set(VERDICT["$defs"])


CHIPS = sorted(default_catalogue().entries)
SOME = CHIPS[::12]
COMPARED = [(chip, day) for day in ("2023-11-16", "2024-06-01") for chip in CHIPS] + [(chip, DAY) for chip in SOME]
"""Every chip under the rule of 2022 and under that of 2023; some under the many that came after, which take longer."""


def test_there_are_300_comparisons():
    assert len(COMPARED) >= 300


@pytest.mark.parametrize(("chip", "day"), COMPARED)
def test_chips_are_answered_as_on_the_command_line_and_in_python(client, printed, chip, day):
    answer = client.post(f"{V1}/chip", json={"chip": chip, "as_of": day}).content.decode()
    assert answer == printed("chip", chip, "--as-of", day, "--format", "json")
    assert answer == verdict_json.write([gateline.screen_chip(chip, date.fromisoformat(day))])


@pytest.mark.parametrize("chip", SOME)
def test_answers_on_chips_are_as_their_schema_says(client, chip):
    jsonschema.validate(client.post(f"{V1}/chip", json={"chip": chip, "as_of": DAY}).json(), VERDICT)


def test_options_are_answered_as_on_the_command_line(client, printed):
    question = {
        "chip": "L20", "as_of": DAY, "from": "US", "to": "CN", "hq": "CN", "role": "foundry", "strict_facts": True,
        "set": {"io_bandwidth": "700 GB/s", "units": 8}, "readings": {"tf32": "32"}, "rules": ["us.ear"],
    }  # fmt: skip
    options = ["--from", "US", "--to", "CN", "--hq", "CN", "--role", "foundry", "--strict-facts", "--rule", "us.ear"]
    options += ["--set", "io_bandwidth=700 GB/s", "--set", "units=8", "--reading", "tf32=32"]
    answer = client.post(f"{V1}/chip", json=question)
    assert answer.content.decode() == printed("chip", "L20", "--as-of", DAY, *options, "--format", "json")
    jsonschema.validate(answer.json(), VERDICT)


def test_releases_and_timelines_are_answered_as_on_the_command_line(client, printed):
    figures = {"params": "405e9", "tokens": "15.6e12"}
    answer = client.post(f"{V1}/release", json={**figures, "as_of": DAY})
    assert answer.content.decode() == printed(
        "release", "--params", "405e9", "--tokens", "15.6e12", "--as-of", DAY, "--format", "json"
    )
    jsonschema.validate(answer.json(), VERDICT)
    answer = client.post(f"{V1}/timeline", json={"chip": "A800", "to": DAY})
    assert answer.content.decode() == printed("timeline", "A800", "--to", DAY, "--format", "json")


def test_tables_are_answered_as_on_the_command_line(client, printed, tmp_path):
    (tmp_path / "table.csv").write_text("id,chip,applicable_die_area [mm^2]\na,H100,\nb,L4,300 to 900\n=1+1,H20,\n")
    sent = (tmp_path / "table.csv").read_bytes()
    answer = client.post(f"{V1}/fleet?as_of={DAY}", content=sent, headers={"content-type": "text/csv"})
    assert answer.text == printed("fleet", str(tmp_path / "table.csv"), "--as-of", DAY, "--quiet")
    assert "'=1+1" in answer.text
    assert answer.headers["gateline-rejected-rows"] == "0"


def test_a_ledger_is_a_question_too(client):
    ledger = {
        "model": "Example",
        "phases": [
            {"kind": "pretraining", "estimates": [{"method": "declared", "compute": "9e24 FLOP"}]},
            {"kind": "rl_rollouts", "estimates": [{"method": "declared", "compute": "3e24 FLOP"}]},
        ],
    }
    answer = client.post(f"{V1}/release", json={"ledger": ledger, "as_of": DAY})
    assert answer.status_code == 200
    assert answer.json()["account"]["phases"][1]["value"] == 3e24
    jsonschema.validate(answer.json(), VERDICT)


TABLE_TYPE = {"content-type": "text/csv"}


def test_rejects_and_limits_of_tables(client):
    def told(data: str | bytes) -> tuple[int, str]:
        answer = client.post(f"{V1}/fleet?as_of={DAY}", content=data, headers=TABLE_TYPE)
        return answer.status_code, answer.text

    bad = client.post(
        f"{V1}/fleet?as_of={DAY}",
        content="chip,note\nH100,=cmd\nZZ,x\n",
        headers={**TABLE_TYPE, "accept": "application/json"},
    ).json()
    assert (bad["summary"]["rows"], bad["summary"]["rejected"]) == (2, 1)
    assert [(each["row"], each["column"], each["value"]) for each in bad["rejects"]] == [(2, "chip", "ZZ")]
    assert told("chip\n" + "H100\n" * 20_001)[0] == 422
    assert told(",".join(f"c{number}" for number in range(257)) + "\n")[0] == 422
    assert "more than 4,096 characters" in told("chip\n" + "x" * 4_097 + "\n")[1]
    assert "NUL" in told("chip\nH1\0\n")[1]
    assert "not UTF-8" in told(b"chip\n\xff\n")[1]
    assert told("\ufeffchip\nH100\n".encode())[0] == 200
    assert told("")[0] == 422
    assert told("chip\n")[0] == 422
    assert "not valid CSV" in told('chip\n"H100\n')[1]


def test_lists(client):
    assert client.get(f"{V1}/health").json()["specs"]["digest"] == default_specs().digest
    found = client.get(f"{V1}/catalogue", params={"q": "RTX 4090", "limit": "1"}).json()
    assert [each["id"] for each in found] == ["nvidia-rtx4090"]
    assert client.get(f"{V1}/catalogue/nvidia-rtx4090").json()["name"] == "GeForce RTX 4090"
    rules = client.get(f"{V1}/rules", params={"as_of": "2024-06-01", "subject": "chip"}).json()
    assert {"id": "us.ear.3a090", "version": "2023-11-17", "status": "in_force"}.items() <= next(
        rule for rule in rules if rule["id"] == "us.ear.3a090"
    ).items()
    page = client.get(f"{V1}/rules/us.ear.3a090", params={"version": "2022-10-21"}).json()
    assert [version["id"] for version in page["versions"]] == ["2022-10-21"]
    assert client.get(f"{V1}/schemas/verdict.json").json() == VERDICT


WRONG = [
    ("/chip", {"chip": "H20"}, "as_of", "", "is missing"),
    ("/chip", {"chip": "H20", "as_of": "21/11/2026"}, "as_of", "21/11/2026", "is not a date"),
    ("/chip", {"chip": {"name": "x", "applicable_die_area": 814}, "as_of": DAY}, "chip.applicable_die_area", "814",
     "has no unit"),
    ("/chip", {"chip": "H20", "as_of": DAY, "set": {"applicable_die_area": "814"}}, "set.applicable_die_area", "814",
     "has no unit"),
    ("/chip", {"chip": {"name": "x", "rates": [{"format": "FP16", "bits": 16, "rate": "1e999 TFLOP/s"}]}, "as_of": DAY},
     "chip.rates[0].rate", "1e999 TFLOP/s", "exponent"),
    ("/chip", {"chip": {"name": "x"}, "as_of": DAY, "to": "Atlantis"}, "set.destination", "", "is not a country"),
    ("/chip", {"chip": "H20\u202e", "as_of": DAY}, "", "", "cannot be printed"),
    ("/chip", {"chip": "H20\0", "as_of": DAY}, "", "", "cannot be printed"),
    ("/chip", {"chip": "H20", "as_of": DAY, "yaml": "x"}, "yaml", "x", "unknown key"),
    ("/release", {"as_of": DAY}, "", "", "give either a ledger or figures"),
    ("/release", {"as_of": DAY, "params": "1" * 65, "tokens": "1e12"}, "params", None, ""),
    ("/timeline", {"chip": "H20"}, "to", "", "is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "question", "field", "read", "wanted"), WRONG)
def test_errors_name_the_field_what_was_read_and_what_is_wanted(client, path, question, field, read, wanted):
    answer = client.post(V1 + path, json=question)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert read is None or error["read"] == read
    assert wanted in error["wanted"]


@pytest.mark.parametrize(
    "body", ["", "[]", "{", "null", "name: H20", '{"a":1,"a":2}', '{"a":NaN}', '{"a":' * 40, "{}x"]
)
def test_what_is_no_json_object_is_told(client, body):
    answer = client.post(f"{V1}/chip", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


def test_unknown_addresses_methods_and_queries(client):
    assert client.get(f"{V1}/nothing").status_code == 404
    assert client.get("/chip").status_code == 404
    assert client.get(f"{V1}/chip").status_code == 405
    assert client.put(f"{V1}/chip", json={}).status_code == 405
    assert client.get(f"{V1}/health", params={"x": "1"}).status_code == 422
    assert client.get(f"{V1}/catalogue?limit=1&limit=2").status_code == 422


@pytest.mark.parametrize("name", HOSTILE)
def test_names_do_not_become_markup(client, name):
    """Names come back as text in every format that has markup."""
    question = {"chip": {"name": name, "total_processing_performance": "2000 TPP"}, "as_of": DAY}
    assert client.post(f"{V1}/chip", json=question).json()["subject"]["name"] == name
    for path in ("/report/chip", "/picture/plane.svg"):
        answer = client.post(V1 + path, json=question)
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        assert "attachment" in answer.headers["content-disposition"]
        assert "script-src" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", list(EXAMPLES))
def test_examples_of_the_document_run(client, path):
    assert client.post(V1 + path, json=EXAMPLES[path]).status_code == 200


GUIDE = (Path(__file__).parents[1] / "docs" / "serve.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```http\nPOST (\S+)\n(.*?)\n```", GUIDE, flags=re.DOTALL)


def test_examples_of_the_guide_run(client):
    assert len(SHOWN) == 4
    for path, body in SHOWN:
        assert client.post(path, json=json.loads(body)).status_code == 200


def test_the_guide_names_every_address():
    """Those of pictures and reports by their pattern."""
    named = [path.removeprefix(V1) for path in document()["paths"] if "/picture/" not in path]
    assert [path for path in named if path not in GUIDE] == []


def test_the_example_table_runs(client):
    answer = client.post(f"{V1}/fleet?as_of={DAY}&columns=verdicts", content=TABLE, headers=TABLE_TYPE)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["us.ear.3a090:outcome"] for row in rows] == ["met", "undetermined"]


ABOUT = {
    "chip": {"chip": "H20", "as_of": DAY},
    "training": {"params": "405e9", "tokens": "15.6e12", "as_of": DAY},
    "timeline": {"chip": "H20", "to": DAY},
}


@pytest.mark.parametrize("name", [name for name, picture in pictures.PICTURES.items() if picture.subject in ABOUT])
def test_pictures(client, name):
    question = ABOUT[pictures.PICTURES[name].subject]
    for narrow in ("yes", "no"):
        answer = client.post(f"{V1}/picture/{name}.svg?narrow={narrow}", json=question)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.text.startswith("<svg")


def test_a_picture_of_a_chip_is_not_of_a_system(client):
    question = {"chip": {"name": "Server", "chips": [{"chip": "H100", "count": 8}]}, "as_of": DAY}
    assert client.post(f"{V1}/picture/plane.svg", json=question).status_code == 422
    assert client.post(f"{V1}/report/chip", json=question).status_code == 200
    assert client.post(f"{V1}/chip", json=question).json()["subject"]["kind"] == "cluster"


def test_a_report_says_what_the_verdict_says(client):
    question = {"chip": "H100", "as_of": DAY}
    outcome = client.post(f"{V1}/chip", json=question).json()["outcome"]
    assert outcome == "met"
    assert "<title>MET" in client.post(f"{V1}/report/chip", json=question).text


# Three consignees in Thailand (no supplement, not D:5): 2,000 H100 are 2,000 x 15,832 = 31,664,000 TPP, above the
# 26,900,000 of 15 CFR 740.29(a); 1,000 are 15,832,000. China needs a licence (15 CFR 742.6(a)(6)(iii)).
SHIPPED = """id,as_of,chip,count,from,to,hq,consignee
a,2026-03-02,H100,2000,US,TH,TH,Alpha
b,2026-03-09,H100,1000,US,TH,TH,<b>Beta</b>
c,2026-03-10,H100,1,US,CN,CN,Gamma
d,2026-03-11,no such chip,1,US,TH,TH,=1+1
"""
LPP = "us.ear.totals.lpp"


def test_a_shipment_ledger_is_summed_and_held_against_lines(client):
    told = client.post(f"{V1}/shipment?as_of={DAY}", content=SHIPPED, headers=TABLE_TYPE).json()
    assert (told["summary"]["rows"], told["summary"]["rejected"]) == (4, 1)
    assert told["summary"]["licence_enforced"]["met"] == {"rows": 1, "chips": 1}
    assert [(each["row"], each["column"]) for each in told["rejects"]] == [(4, "chip")]
    [lpp] = [each for each in told["totals"]["totals"] if each["rule"] == LPP]
    groups = {each["group"]["consignee"].lower(): each for each in lpp["groups"]}
    assert groups["alpha"]["total"]["value"] == 31_664_000
    assert groups["alpha"]["passed"]["first_row"] == 1
    assert (groups["alpha"]["outcome"], groups["<b>beta</b>"]["outcome"]) == ("met", "not_met")


def test_pictures_and_reports_of_tables(client):
    def told(path: str, content: str) -> str:
        answer = client.post(f"{V1}{path}", content=content, headers=TABLE_TYPE)
        assert answer.status_code == 200, answer.text
        return answer.text

    totals = told(f"/picture/totals.svg?as_of={DAY}&total={LPP}&narrow=yes", SHIPPED)
    assert "passed 2026-03-02" in totals
    assert "<b>" not in totals
    assert "2 met" not in (outcomes := told(f"/picture/outcomes.svg?as_of={DAY}", TABLE))
    assert "1 met" in outcomes
    page = told(f"/report/shipment?as_of={DAY}", SHIPPED)
    assert "<title>MET" in page
    assert "<b>Beta" not in page
    assert "1 of 3 shipments needs a licence" in page
    assert "1 of 2 rows meets" in told(f"/report/fleet?as_of={DAY}", TABLE)


def test_a_total_that_is_none_is_told(client):
    answer = client.post(f"{V1}/picture/totals.svg?as_of={DAY}&total=lpp", content=SHIPPED, headers=TABLE_TYPE)
    assert answer.status_code == 422
    assert LPP in answer.text


HERE = {"host": "127.0.0.1:8420"}
schema = schemathesis.openapi.from_asgi(f"{V1}/openapi.json", APP, headers=HERE)
schema.config.phases.coverage.enabled = False


@schema.parametrize()
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
def test_no_question_makes_it_fail(case):
    answer = case.call(headers=HERE)
    case.validate_response(answer, checks=[not_a_server_error])
