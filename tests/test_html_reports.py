"""Reports as one HTML file: what a parser, a strict policy, hostile names and a browser without network make of them."""

import builtins
import csv
import io
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import html5lib
import pytest
from click.testing import CliRunner

from gateline.cli import group
from gateline.fleet.excerpt import MOST_ROWS
from gateline.jobs import default_catalogue, screen_chip
from gateline.report import formats, wording
from gateline.report.findings import Checked
from gateline.report.html import render_card, render_report
from gateline.report.html.typography import pretty, told
from gateline.rules.model import Outcome

ROOT = Path(__file__).parents[1]
DAY = "2026-11-21"
XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
CODES = {0: "not met", 3: "MET", 4: "UNDETERMINED"}
CHIP = ["chip", "examples/chip.yaml", "--as-of", DAY]
RELEASE = ["release", "examples/post-training.yaml", "--as-of", DAY]
SHIPMENT = ["chip", "H200", "--as-of", DAY, "--from", "US", "--to", "CN", "--hq", "CN"]
FLEET = ["fleet", "examples/fleet.csv", "--as-of", DAY, "--allow-rejects", "--quiet"]
KINDS = [CHIP, RELEASE, SHIPMENT, FLEET]
NAMES = ["chip", "release", "shipment", "fleet"]
KILOBYTE = 1000
BUDGETS = {"chip": 100, "release": 80, "shipment": 160, "fleet": 300}


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    """Examples are found, and lists of rejects go to nobody's folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")


def page(arguments: list[str], code: int | None = None) -> str:
    done = CliRunner().invoke(group, [*arguments, "--format", "html"], standalone_mode=False)
    assert done.exception is None
    assert code is None or done.return_value == code
    return done.stdout


def parsed(text: str):
    """The document; a parser that follows the standard finds no error in it."""
    parser = html5lib.HTMLParser(strict=True)
    return parser.parse(text)


def texts(element) -> str:
    return " ".join("".join(element.itertext()).split())


def elements(document, *names):
    return [element for name in names for element in document.iter(f"{XHTML}{name}")]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """One page of each kind, made once."""
    here = tmp_path_factory.mktemp("pages")
    (here / "examples").symlink_to(ROOT / "examples")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        return {name: page(arguments) for name, arguments in zip(NAMES, KINDS, strict=True)}


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_html(pages, name):
    document = parsed(pages[name])
    assert len(elements(document, "main")) == 1
    assert len(elements(document, "h1")) == 1
    assert document.get("lang") == "en"


@pytest.mark.parametrize("name", NAMES)
def test_headings_leave_out_no_level(pages, name):
    levels = [int(found[1]) for found in re.finditer(r"<h([1-6])\b", pages[name])]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_and_nothing_runs(pages, name):
    document = parsed(pages[name])
    policy, *_ = elements(document, "meta")
    assert policy.get("http-equiv") == "Content-Security-Policy"
    assert policy.get("content") == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    forbidden = ("script", "iframe", "object", "embed", "link", "form", "img", "base", "details", "audio", "video")
    assert not elements(document, *forbidden)
    for element in document.iter():
        for attribute, value in element.attrib.items():
            assert not str(attribute).lower().startswith("on"), (element.tag, attribute)
            if attribute in ("src", "srcset", "action", "data", "poster") or "href" in str(attribute):
                assert value.startswith(("https://", "#")), (element.tag, value)
    assert "@import" not in pages[name]
    assert all(found.startswith("#") for found in re.findall(r"url\(\s*['\"]?([^)'\"]*)", pages[name]))


@pytest.mark.parametrize("name", NAMES)
def test_tables_can_be_read_aloud(pages, name):
    for found in elements(parsed(pages[name]), "table"):
        caption, *_ = list(found)
        assert caption.tag == f"{XHTML}caption"
        assert texts(caption)
        heads = elements(found, "th")
        assert {head.get("scope") for head in heads} <= {"col", "row"}
        columns = [head for head in heads if head.get("scope") == "col"]
        assert all(texts(head) for head in columns)
        bodies = [row for row in elements(found, "tr") if len(row)][1:]
        assert bodies
        assert {len(row) for row in bodies} == {len(columns)}


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_there_once(pages, name):
    ids = Counter(element.get("id") for element in parsed(pages[name]).iter() if element.get("id"))
    assert [found for found, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_small(pages, name):
    assert len(pages[name].encode()) <= BUDGETS[name] * KILOBYTE


@pytest.mark.parametrize("name", NAMES)
def test_the_same_bytes_twice(pages, name):
    assert page(KINDS[NAMES.index(name)]) == pages[name]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (CHIP, 4),  # 2000 TPP, no die area
        (["chip", "H100", "--as-of", DAY], 3),  # 15,824 TPP: 3A090.a.1
        (["chip", "H20", "--as-of", "2024-06-01"], 0),  # 2368 TPP on 814 mm²: 2.91, below 3.2 and below 2400
        (SHIPMENT, 3),
        (["chip", "H20", "H100", "--as-of", DAY], 3),  # the graver of the two
        (["chip", "examples/server.yaml", "--as-of", DAY], 0),  # eight H20, none of 3A090
        (["chip", "H20", "--as-of", DAY, "--from", "US", "--to", "FR"], None),
        (RELEASE, 3),  # 3.94e25 FLOP: over the 10^25 of art. 51(2)
        (["release", "--compute", "9e24 to 2e25", "--rule", "eu.ai-act.systemic-risk", "--as-of", DAY], 4),
        (["release", "--compute", "1e25", "--rule", "eu.ai-act.systemic-risk", "--as-of", DAY], 0),  # 'greater than'
    ],
)
def test_title_card_json_and_exit_status_agree(arguments, code):
    done = CliRunner().invoke(group, [*arguments, "--format", "json"], standalone_mode=False)
    assert code is None or done.return_value == code
    document = parsed(page(arguments, done.return_value))
    [title], [heading] = elements(document, "title"), elements(document, "h1")
    assert texts(title).startswith(f"{CODES[done.return_value]}: ")
    answers = json.loads(done.stdout)
    answers = answers if isinstance(answers, list) else [answers]
    flat = [each for answer in answers for each in (answer, answer.get("shipment")) if each]
    cards = [element for element in elements(document, "div") if "card" in element.get("class", "").split()]
    assert [card.get("class").split()[1] for card in cards] == [answer["outcome"] for answer in flat]
    worst = CODES[done.return_value].lower().replace(" ", "_")
    [mark] = heading.iter(f"{XHTML}i")
    assert worst in mark.get("class").split()
    for card, answer in zip(cards, flat, strict=True):
        assert answer["subject"]["name"] in texts(card)
    tables = [found for found in elements(document, "table") if found.get("class") == "rules"]
    for found, answer in zip(tables, flat, strict=True):
        rows = {rule_of(row): (texts(row[1]), row.get("class") == "muted") for row in elements(found, "tr")[1:]}
        assert rows == {verdict["rule"]: (outcome_of(verdict), not verdict["gating"]) for verdict in answer["verdicts"]}


def rule_of(row) -> str:
    """The id of the rule of a row, in small print below its title."""
    return texts(next(row.iter(f"{XHTML}small"))).partition(";")[0]


def outcome_of(verdict) -> str:
    """The outcome of a verdict in JSON as a page says it."""
    return " ".join(filter(None, (verdict["outcome"].replace("_", " "), verdict["item"])))


def test_every_chip_of_the_catalogue_has_the_outcome_of_its_screening():
    for number, entry in enumerate(default_catalogue().entries.values()):
        if number % 17 == 0:  # a sample over all vendors keeps the test short
            screening = screen_chip(entry.id, date(2026, 11, 21))
            card = parsed(f"<!DOCTYPE html><title>x</title>{render_card(screening)}")
            [found] = elements(card, "div")
            assert found.get("class") == f"card {screening.outcome.word}"
            for verdict in screening.verdicts:
                assert verdict.rule.title in texts(card)


@pytest.mark.parametrize(
    "target",
    [
        "nvidia-k80-gk210",  # planar dies alone: no applicable area, so no density
        "metax-c550",
        "nvidia-h100-nvl",  # among the longest pages
    ],
)
def test_pages_of_odd_chips(target):
    assert len(elements(parsed(page(["chip", target, "--as-of", DAY])), "figure")) == 3


@pytest.mark.parametrize("target", sorted(default_catalogue().entries))
def test_the_page_of_every_chip_is_small(target):
    assert len(page(["chip", target, "--as-of", DAY]).encode()) <= BUDGETS["chip"] * KILOBYTE


def test_the_flips_of_an_unknown_area_are_in_the_card():
    # 2000 TPP: 2000/5.92 = 337.8 mm², 2000/3.2 = 625 mm²; .a.2 from 5.92 on, .b.2 from 3.2 on (88 FR 73458)
    card = parsed(page(CHIP))
    [flips] = [found for found in elements(card, "table") if found.get("class") == "flips"]
    rows = [[texts(cell) for cell in row] for row in elements(flips, "tr")[1:]]
    assert rows[0] == ["≤ 337.8 mm²", "3A090.a.2"]
    assert rows[1][0].endswith("≤ 625 mm²")
    assert rows[1][1] == "3A090.b.2"
    assert rows[2] == ["> 625 mm²", "not met"]


def test_pictures_are_named_and_followed_by_their_numbers(pages):
    for name in ("chip", "release", "fleet"):
        document = parsed(pages[name])
        for section in elements(document, "section"):
            for figure in elements(section, "figure"):
                [svg] = list(figure.iter(f"{SVG}svg"))
                assert svg.get("role") == "img"
                assert texts(next(svg.iter(f"{SVG}title")))
                assert elements(section, "table")
    assert elements(parsed(pages["chip"]), "figure")


WATCHED = """
import sys

def refuse(event, what):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise SystemExit(f"{event} {what}")

sys.addaudithook(refuse)
from gateline.cli import main
from gateline.serve.app import warm

warm()
main()
"""


@pytest.mark.parametrize("arguments", [CHIP, RELEASE, FLEET])
def test_who_makes_a_report_connects_to_nobody(arguments):
    """Nor does the page of gateline serve when it gets ready."""
    command = [sys.executable, "-c", WATCHED, *arguments, "--exit-zero", "--format", "html"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<!DOCTYPE html>")


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "]]></style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "name\u202egnp.exe",
    "nul\x00 bell\x07 escape\x1b[31m",
    'https://example.org/"onclick=alert(1)',
    "<!-- <b> &lt;",
]


@pytest.fixture(scope="module")
def screening():
    return screen_chip(str(ROOT / "examples/chip.yaml"), date(2026, 11, 21))


def hostile_page(screening, text: str) -> str:
    """The page of a chip with a text wherever a file or a user can put one."""
    subject = replace(screening.subject, id=text, name=text, notes=text)
    inputs = {name: replace(datum, how=text, source=text, confidence=text) for name, datum in screening.inputs.items()}
    return render_report([Checked(replace(screening, subject=subject, inputs=inputs, remarks=(text,)))])


def tags(document) -> Counter[str]:
    """How often each element of HTML is there but links; pictures lay out long names in other ways than short ones."""
    return Counter(each.tag for each in document.iter() if each.tag.startswith(XHTML) and each.tag != f"{XHTML}a")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(screening, text):
    hostile, harmless = parsed(hostile_page(screening, text)), parsed(hostile_page(screening, "harmless"))
    assert tags(hostile) == tags(harmless)
    assert {key for element in hostile.iter() for key in element.attrib} <= {
        *(key for element in harmless.iter() for key in element.attrib),
        "href",
        "rel",
    }
    assert all(link.get("href").startswith(("https://example.org/", "#")) for link in elements(hostile, "a"))
    written = "".join(hostile.itertext())
    assert "49" not in "".join(hostile.find(f"{XHTML}head/{XHTML}title").itertext()).replace("2026", "")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", written)


def test_hostile_cells_of_a_table_are_text():
    rows = "".join(
        f'"{text.replace(chr(34), chr(34) * 2)}",H100,2026-11-21\n' for text in HOSTILE if "\x00" not in text
    )
    Path("fleet.csv").write_text(f"id,chip,as_of\n{rows}<b>,<script>x</script>,2026-11-21\n", encoding="utf-8")
    document = parsed(page(["fleet", "fleet.csv", "--allow-rejects", "--quiet"]))
    assert not elements(document, "script", "b", "img")
    assert "<script>alert(1)</script>" in texts(document)
    assert "<script>x</script>" in texts(document)  # in the list of rejects


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.org/a?b=1, and more.", ["https://example.org/a?b=1"]),
        ("(https://example.org/a).", ["https://example.org/a"]),
        ("http://example.org javascript:alert(1) data:text/html,x ftp://example.org //example.org", []),
        ("https://example.org/<script>", ["https://example.org/"]),
        ('https://example.org/"onclick=x', ["https://example.org/"]),
        ("https://", []),
    ],
)
def test_only_https_is_linked(text, links):
    document = parsed(f"<!DOCTYPE html><title>x</title><p>{told(text)}</p>")
    assert [link.get("href") for link in elements(document, "a")] == links
    assert texts(document).removeprefix("x ") == " ".join(text.split()) or texts(document).endswith(text)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("814 mm^2", "814 mm²"),
        ("> 10^26 FLOP", ">\xa010²⁶ FLOP"),
        ("1e26 op/s", "10²⁶ op/s"),
        ("3.791e25 FLOP", "3.791\xa0×\xa010²⁵ FLOP"),
        ("10^25/3", "10²⁵/3"),
        ("sha256:1e25ab", "sha256:1e25ab"),  # a digest stays a digest
        ("chip1e25", "chip1e25"),
        ("^2", "^2"),
        ("megatron 3.937e25.", "megatron 3.937\xa0×\xa010²⁵."),
        ("0 % to 100 %", "0\xa0% to 100\xa0%"),
        ("density ≥ 3.2 TPP", "density ≥\xa03.2 TPP"),
    ],
)
def test_powers_are_raised_and_numbers_kept_whole(text, seen):
    assert pretty(text) == seen


def test_days_are_kept_whole():
    assert told("from <2022-10-07>, id a-2025-04-15") == "from &lt;<time>2022-10-07</time>&gt;, id a-2025-04-15"


def test_without_jinja_one_line_says_how_to_install_it(monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("jinja2", "gateline.report.html"))]:
        monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def absent(name, *arguments, **more):
        if name.partition(".")[0] == "jinja2":
            raise ModuleNotFoundError("No module named 'jinja2'", name="jinja2")
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    for arguments in (CHIP, FLEET):
        done = CliRunner().invoke(group, [*arguments, "--format", "html"], standalone_mode=False)
        assert "pip install 'gateline[report]'" in str(done.exception)
        assert isinstance(done.exception, ValueError)  # an InputError, which ends with status 2
    assert not Path("rejects.csv").exists()


def many(rows: int) -> str:
    """A table of so many rows: a third H100 (met), a third without an area (undetermined), a third H20 (not met)."""
    kinds = ("H100,,", ",125,yes", "H20,,")
    lines = (f"<row {number}>,{kinds[number % 3]}" for number in range(rows))
    return "id,chip,dense_rate_16bit [TFLOP/s],datacenter\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize("rows", [9, 150_000])
def test_a_fleet_report_stays_small_and_counts_every_row(rows):
    Path("fleet.csv").write_text(many(rows), encoding="utf-8")
    text = page(["fleet", "fleet.csv", "--as-of", DAY, "--quiet", "--fail-on", "undetermined"], 3)
    assert len(text.encode()) <= BUDGETS["fleet"] * KILOBYTE
    document = parsed(text)
    third = f"{rows // 3:,}"
    [heading] = elements(document, "h1")
    assert texts(heading) == f"{third} of {rows:,} rows meet ECCN 3A090.a and .b"
    captions = [texts(caption) for caption in elements(document, "caption")]
    shown = "All of them" if rows // 3 <= MOST_ROWS else f"The first {MOST_ROWS} of {third}"
    assert captions.count(shown) == 2
    # each of the undetermined rows lacks its area alone: 2000 TPP as in the example chip
    assert f"us.ear.3a090: {third} of {third} undetermined rows need only the applicable die area." in texts(document)
    assert f"<row {rows - rows % 3 - 1}>" not in texts(document) or rows < MOST_ROWS  # the last of them is H20


def test_the_counts_of_a_fleet_report_are_those_of_the_fleet(pages):
    done = CliRunner().invoke(group, [*FLEET[:-1], "-o", "verdicts.csv"], standalone_mode=False)
    document = parsed(pages["fleet"])
    [table] = [found for found in elements(document, "table") if "Rows by rule" in texts(found)]
    told = {
        texts(row[0]).split()[-1]: [texts(cell).split()[0] for cell in list(row)[1:4]]
        for row in elements(table, "tr")[1:]
    }
    for rule, counts in told.items():
        met, undetermined, not_met = counts
        assert f"{rule}: met {met} " in done.stderr
        assert f"undetermined {undetermined} " in done.stderr
        assert f"not met {not_met} " in done.stderr
    assert len(told) == 2


def test_what_would_settle_rows_is_told_row_by_row():
    # L2: TPP and area known; 2000 TPP without area needs the area; without a rate TPP is needed whatever the area is
    Path("fleet.csv").write_text(
        "id,dense_rate_16bit [TFLOP/s],applicable_die_area [mm^2],datacenter\n"
        "area,125,,yes\nboth,,,yes\nrate,,400,yes\nflag,125,300,\n",
        encoding="utf-8",
    )
    document = parsed(page(["fleet", "fleet.csv", "--as-of", DAY, "--quiet"]))
    rows = {texts(row[1]): texts(row) for row in elements(document, "tr") if len(row) > 4}
    assert "settled by applicable die area" in rows["area"]
    assert "settled by total processing performance" in rows["rate"]
    assert "total processing performance" in rows["both"]
    assert "settled by datacenter" in rows["flag"]  # 2000 TPP on 300 mm² is .a.2 unless it is not for data centres


def test_resume_and_a_report_do_not_go_together():
    done = CliRunner().invoke(group, [*FLEET, "--resume", "--format", "html"], standalone_mode=False)
    assert "--resume" in str(done.exception.format_message())


def test_a_report_goes_to_a_file_with_its_rejects_beside():
    done = CliRunner().invoke(group, [*FLEET, "--format", "html", "-o", "report.html"], standalone_mode=False)
    assert done.return_value == 0
    assert parsed(Path("report.html").read_text(encoding="utf-8")) is not None
    assert len(Path("report.rejects.csv").read_text().splitlines()) == 4  # the heading, and rows 12 to 14


def test_an_unknown_input_in_the_terminal_has_the_marks_of_the_page():
    screening = screen_chip("examples/chip.yaml", date(2026, 11, 21))
    text = formats.render("text", [Checked(screening)])
    assert f"{wording.SIGN[Outcome.MET]} applicable die area ≤ 337.8 mm^2 → 3A090.a.2" in text
    assert f"{wording.SIGN[Outcome.NOT_MET]} applicable die area > 625 mm^2 → not met" in text


# --- Ledgers -----------------------------------------------------------------------------------------------------

LEDGER = ["shipment", "examples/shipments.csv", "--as-of", DAY, "--allow-rejects", "--quiet"]
HEADINGS = "id,as_of,chip,count,from,to,hq,consignee\n"


def test_a_ledger_report_has_the_outcome_of_the_ledger():
    """The same counts as the CSV has rows, the same exit status, and every section."""
    text = page([*LEDGER, "--fail-on", "met"], 3)
    assert "<title>MET" in text
    screened = CliRunner().invoke(group, LEDGER, standalone_mode=False).stdout
    rows = list(csv.DictReader(io.StringIO(screened)))
    counts = Counter(row["outcome"] for row in rows)
    assert f"{counts['met']} of {len(rows)} shipments need a licence, {counts['undetermined']} perhaps" in text
    for heading in ("Totals against their lines", "Licences", "Licence exceptions", "Review policies"):
        assert f"<h2>{heading}</h2>" in text
    assert f"The first of {61 - 1 - len(rows)} rejected rows" in text


@pytest.mark.parametrize(("origin", "charged"), [("TW", True), ("US", False)])
def test_a_ledger_report_has_charges_on_what_is_imported(origin, charged):
    Path("ledger.csv").write_text(f"{HEADINGS}a,2026-06-01,nvidia-h200-sxm,1,{origin},US,US,Example Cloud\n")
    text = page(["shipment", "ledger.csv", "--as-of", DAY, "--quiet"])
    assert ("<h2>Charges</h2>" in text) is charged


@pytest.mark.parametrize("rows", [1, 20_000])
def test_a_ledger_report_stays_small(rows):
    """Many consignees on many days, a third of which need a licence: China is in D:5."""
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 11) for day in range(1, 29)]
    lines = (f"s{n},{days[n % 280]},H100,{n % 9 + 1},US,{['TH', 'CN', 'FR'][n % 3]},TH,Consignee {n % 977} of a long name Ltd.\n" for n in range(rows))  # fmt: skip
    Path("ledger.csv").write_text(HEADINGS + "".join(lines))
    text = page(["shipment", "ledger.csv", "--as-of", DAY, "--quiet"])
    assert len(text.encode()) < 300 * KILOBYTE
    parsed(text)
    assert f"{rows:,} rows read" in text


def test_the_stairs_of_totals_pass_where_the_rows_do():
    """15 CFR 740.29: 1,000 H100 (15,832 TPP each) are 15.8 million, 2,000 are 31.7 million and past 26.9 million; a new year starts again."""
    shipped = "a,2026-02-01,H100,1000,US,TH,TH,Alpha\nb,2026-05-01,H100,1000,US,TH,TH,Alpha\nc,2027-01-02,H100,1,US,TH,TH,Alpha\n"
    Path("ledger.csv").write_text(HEADINGS + shipped)
    text = page(["shipment", "ledger.csv", "--as-of", DAY, "--quiet"])
    assert "passed 2026-05-01" in text
    assert "Alpha, from 2026-01-01: 31,664,000</title>".lower() in text.lower()
    assert "Alpha, from 2027-01-01: 15,832</title>".lower() in text.lower()
    assert "-4,764,000 TPP" in text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x>', "=1+1", "\u202egnol"])
def test_hostile_names_of_a_ledger_are_text(text):
    cell = '"' + text.replace('"', '""') + '"'
    row = "2026-02-01,H100,2000,US,CN,CN"
    Path("ledger.csv").write_text(f"{HEADINGS}a,{row},{cell}\nb,{row},Alpha\n")
    told_page = page(["shipment", "ledger.csv", "--as-of", DAY, "--quiet", "--allow-rejects"])
    assert "<script" not in told_page
    assert "<img" not in told_page
    assert "\u202e" not in told_page
    parsed(told_page)


def test_a_ledger_report_is_one_file_without_columns_by_rule():
    done = CliRunner().invoke(group, [*LEDGER, "--by-rule", "--format", "html"])
    assert done.exit_code == 2
    assert "without --by-rule" in done.output
