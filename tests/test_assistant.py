"""The server for assistants: tools, sizes, schemas, errors, and the same outcome as the jobs."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import anyio
import jsonschema
import pytest
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError

from gateline import screen_chip
from gateline.assistant.server import make_server
from gateline.jobs import default_catalogue

TOOLS = {"find_chip", "check_chip", "check_release", "check_table", "explain_rule", "chip_timeline"}
DAY = "2024-06-01"
UNKNOWN_AREA = {"name": "X1", "datacenter": True, "total_processing_performance": "2000 TPP"}


def ask(question, root: Path | None = None):
    """What a client of the server in this process is told."""

    async def connected():
        async with Client(make_server(root)) as client:
            return await question(client)

    return anyio.run(connected)


def call(tool: str, root: Path | None = None, **arguments):
    return ask(lambda client: client.call_tool(tool, arguments), root)


def answer(tool: str, root: Path | None = None, **arguments):
    result = call(tool, root, **arguments)
    assert not result.is_error, result.content[0].text
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


def size(content) -> int:
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


@pytest.fixture(scope="module")
def listed():
    found = ask(lambda client: client.list_tools())
    return found.model_dump(by_alias=True, exclude_none=True, mode="json")["tools"]


def test_six_read_only_tools_in_eight_kilobytes(listed):
    assert {tool["name"] for tool in listed} == TOOLS
    assert size(listed) <= 8_000
    for tool in listed:
        hints = tool["annotations"]
        assert (hints["readOnlyHint"], hints["idempotentHint"], hints["openWorldHint"]) == (True, True, False)


def test_every_tool_lists_what_it_takes_and_what_it_answers(listed):
    for tool in listed:
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["properties"]
        assert tool["inputSchema"]["additionalProperties"] is False


QUESTIONS = [
    ("find_chip", {"query": "h20", "limit": 3}),
    ("check_chip", {"chip": "H100", "as_of": DAY}),
    ("check_chip", {"chip": UNKNOWN_AREA, "as_of": "2026-06-01", "from": "US", "to": "CN", "hq": "CN"}),
    ("check_chip", {"chip": {"name": "nothing known"}, "as_of": "2026-06-01", "role": "foundry", "to": "CN"}),
    ("check_release", {"params": "405e9", "tokens": 15.6e12, "as_of": "2026-11-21"}),
    ("check_release", {"compute": "1e22 to 1e27 FLOP", "as_of": "2026-11-21"}),
    ("check_table", {"csv": "chip\n" + "H100\nL4\nnone\n" * 66, "as_of": DAY}),
    ("explain_rule", {"rule": "us.ear.foundry-presumption", "as_of": "2026-06-01"}),
    ("chip_timeline", {"chip": "A800", "to": "2026-11-21"}),
]


@pytest.mark.parametrize(("tool", "arguments"), QUESTIONS)
def test_answers_fit_their_schema_and_four_kilobytes(listed, tool, arguments):
    found = answer(tool, **arguments)
    schema = next(each["outputSchema"] for each in listed if each["name"] == tool)
    jsonschema.validate(found, schema)
    assert set(found) == set(schema["properties"])
    assert size(found) <= 4_000
    assert found["sentence"]


def test_what_does_not_fit_is_counted():
    assert answer("explain_rule", rule="us.ear.foundry-presumption", as_of="2026-06-01")["left_out"] > 0
    assert answer("explain_rule", rule="us.ear.3a090", as_of=DAY)["left_out"] == 0


def test_an_open_answer_says_so_and_where_it_flips():
    """2000 TPP: 3A090.a.2 from a density of 5.92 on, so up to 2000 / 5.92 = 337.8 mm²; 3A090.b.2 up to 2000 / 3.2 = 625 mm²."""
    found = answer("check_chip", chip=UNKNOWN_AREA, as_of=DAY)
    assert found["outcome"] == "undetermined"
    assert "undetermined, which is not a no" in found["sentence"]
    assert "applicable die area ≤ 337.8 mm^2 → 3A090.a.2" in found["sentence"]
    assert found["rules"][0]["missing"] == ["applicable_die_area"]
    assert any("≤ 625 mm^2 → 3A090.b.2" in flip for flip in found["flips"])


@pytest.mark.parametrize("chip", sorted(default_catalogue().entries)[::25])
def test_the_outcome_is_that_of_the_job(chip):
    assert answer("check_chip", chip=chip, as_of=DAY)["outcome"] == screen_chip(chip, date(2024, 6, 1)).outcome.word


def test_the_outcome_is_the_graver_of_item_and_shipment():
    """Part 742 asks for a licence for 3A090.a to China; H20 is not 3A090, so no licence by destination."""
    assert answer("check_chip", chip="H100", as_of=DAY, to="CN", hq="CN")["outcome"] == "met"
    named = {"to": "CN", "hq": "CN", "from": "US"}
    assert "enforced MET" in answer("check_chip", chip="H100", as_of=DAY, **named)["sentence"]


WRONG = [
    ("check_chip", {"chip": "H100"}, "as_of: is missing"),
    ("check_chip", {"chip": "H100", "as_of": "yesterday"}, "Write it as year-month-day"),
    ("check_chip", {"chip": "H100", "as_of": DAY, "too": "CN"}, "unknown key. Did you mean to?"),
    ("check_chip", {"chip": "/etc/passwd", "as_of": DAY}, "is not in the catalogue"),
    ("check_chip", {"chip": {"name": "x", "chips": [{"chip": "/etc/passwd", "count": 1}]}, "as_of": DAY}, "catalogue"),
    ("check_chip", {"chip": {"name": "x", "applicable_die_area": 814}, "as_of": DAY}, "'814' has no unit"),
    ("check_chip", {"chip": "H100", "as_of": DAY, "rules": ["no.such"]}, "no rule is called"),
    ("check_release", {"as_of": DAY}, "give either a ledger or figures"),
    ("check_release", {"params": "1e9", "tokens": "1e12\u202e", "as_of": DAY}, "cannot be printed"),
    ("check_table", {"csv": "chip\n" + "H100\n" * 201, "as_of": DAY}, "more than 200 rows"),
    ("check_table", {"csv": "chip\nH100\0\n", "as_of": DAY}, "NUL"),
    ("check_table", {"path": "fleet.csv", "as_of": DAY}, "reads no files"),
    ("explain_rule", {"rule": "us.ear.3a09", "as_of": DAY}, "Did you mean us.ear.3a090"),
    ("explain_rule", {"rule": "us.ear.3a090", "as_of": "2020-01-01"}, "had not been issued"),
    ("chip_timeline", {"chip": "H100", "to": "2020-01-01"}, "2022-08-26"),
    ("find_chip", {"query": "H100", "limit": 11}, "1 to 10"),
    ("no_tool", {}, "no tool is called"),
]


@pytest.mark.parametrize(("tool", "arguments", "told"), WRONG)
def test_wrong_arguments_are_told_and_not_guessed(tool, arguments, told):
    result = call(tool, **arguments)
    assert result.is_error
    assert told in result.content[0].text
    assert result.structured_content is None


def test_a_ledger_names_no_file():
    estimate = {"method": "architecture", "config": "/etc/passwd", "tokens": "1e12"}
    ledger = {"model": "x", "phases": [{"kind": "pretraining", "estimates": [estimate]}]}
    result = call("check_release", ledger=ledger, as_of=DAY)
    assert result.is_error
    assert "phases[0].estimates[0].config" in result.content[0].text


def test_tables_are_read_below_the_root_only(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "fleet.csv").write_text("id,chip\na,H100\nb,H20\n")
    (tmp_path / "secret.csv").write_text("chip\nH100\n")
    (root / "link.csv").symlink_to(tmp_path / "secret.csv")
    found = answer("check_table", root, path="fleet.csv", as_of=DAY)
    assert found["counts"] == [{"rule": "us.ear.3a090", "met": 1, "undetermined": 0, "not_met": 1}]
    assert found["first"][0] == "id a: us.ear.3a090 met 3A090.a.1"
    for path in ("../secret.csv", str(tmp_path / "secret.csv"), "link.csv", "nothing.csv", ".", "a\0b"):
        assert call("check_table", root, path=path, as_of=DAY).is_error


def test_resources_have_everything():
    async def read(client):
        given = await client.call_tool("check_chip", {"chip": "H100", "as_of": DAY})
        verdict = await client.read_resource(given.structured_content["full"])
        rules, chips = [await client.read_resource(f"gateline://{name}") for name in ("rules", "chips")]
        rule = await client.read_resource("gateline://rules/us.ear.3a090")
        chip = await client.read_resource("gateline://chips/nvidia-h100-sxm")
        for address in ("gateline://verdict/0", "gateline://chips/none", "file:///etc/passwd"):
            with pytest.raises(MCPError):
                await client.read_resource(address)
        return [json.loads(each.contents[0].text) for each in (verdict, rules, chips, rule, chip)]

    verdict, rules, chips, rule, chip = ask(read)
    assert (verdict["format"], verdict["outcome"]) == ("gateline.verdict/1", "met")
    assert "us.ear.3a090" in {each["id"] for each in rules}
    assert len(chips) == len(default_catalogue().entries)
    assert (rule["id"], chip["id"]) == ("us.ear.3a090", "nvidia-h100-sxm")


def test_over_standard_input_and_output():
    """One session with the real command; the notice is on standard error, and standard output is the protocol's."""
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}}
    asked = {"name": "check_chip", "arguments": {"chip": "H100", "as_of": DAY}}
    messages = [
        {"id": 1, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": asked},
    ]
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("gateline")), "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    replies = []
    for message in messages:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        process.stdin.flush()
        if "id" in message:
            replies.append(json.loads(process.stdout.readline()))
    rest, told = process.communicate(timeout=20)
    assert rest == ""
    assert replies[0]["result"]["serverInfo"]["name"] == "gateline"
    assert "never turn 'undetermined' into a no" in replies[0]["result"]["instructions"]
    assert replies[1]["result"]["structuredContent"]["outcome"] == "met"
    assert "goes to the company that runs it" in told
    assert process.returncode == 0


HELLO = {
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}
CHECK = {
    "id": 2,
    "method": "tools/call",
    "params": {"name": "check_chip", "arguments": {"chip": "H100", "as_of": DAY}},
}


def piped(*lines):
    """What the command writes where its input ends right after some lines: messages, or text as it is."""
    written = [
        line if isinstance(line, str) else json.dumps({"jsonrpc": "2.0", **line})
        for line in (HELLO, {"method": "notifications/initialized"}, *lines)
    ]
    command = [str(Path(sys.executable).with_name("gateline")), "mcp"]
    done = subprocess.run(command, input="\n".join(written) + "\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    hello, *answers = map(json.loads, done.stdout.splitlines())
    assert hello["id"] == 1
    return answers


def test_what_was_asked_is_answered_although_the_input_ends():
    """The last answers were lost where a file was piped in."""
    [found] = piped(CHECK)
    assert (found["id"], found["result"]["structuredContent"]["outcome"]) == (2, "met")


@pytest.mark.parametrize(("line", "code"), [("this is no JSON", -32700), ('{"foo": 1}', -32600)])
def test_a_line_that_is_no_message_is_told_so_and_the_next_is_answered(line, code):
    """JSON-RPC 2.0, section 5.1: Parse error and Invalid Request; section 5: the id is null."""
    refused, found = piped(line, CHECK)
    assert (refused["id"], refused["error"]["code"]) == (None, code)
    assert found["id"] == 2


def test_a_request_that_is_taken_back_keeps_nobody_waiting():
    """Section 'Cancellation' of the protocol: no answer is owed."""
    taken_back = {"method": "notifications/cancelled", "params": {"requestId": 2}}
    assert {found["id"] for found in piped(CHECK, taken_back)} <= {2}
