"""The documentation site: what its pages say, that its examples run, that nothing comes from outside."""

import re
import shutil
from pathlib import Path

import markdown
import pytest
import yaml

from docs.generate import command_pages, console, site
from docs.generate.audit import audit
from docs.generate.chip_pages import chip_pages
from docs.generate.console import Ended, Example, differences, examples, run, workspace
from docs.generate.format_pages import format_pages
from docs.generate.law_pages import law_pages
from docs.generate.rule_pages import rule_pages
from docs.generate.text import plain, table
from docs.generate.written_pages import written_pages
from gateline.chips.catalogue import Catalogue
from gateline.cli import group
from gateline.jobs import default_catalogue
from gateline.jobs.chip import screen_chip
from gateline.rules.specfiles import default_specs, load_specs

ROOT = Path(__file__).parents[1]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
CHIPS = ("nvidia-h20-96", "nvidia-h100-sxm", "nvidia-a800-sxm-80")
HOSTILE = (
    "<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://evil.example/z) {: onclick=alert(1) } | `c` **b**"
)
EXTENSIONS = ["tables", "attr_list", "md_in_html", "toc", "pymdownx.superfences"]


@pytest.fixture(scope="module")
def specs():
    """The data that ships."""
    return default_specs()


@pytest.fixture(scope="module")
def pages():
    """Every page, with three chips."""
    return site.pages_of(CHIPS)


@pytest.fixture(scope="module")
def built(pages, tmp_path_factory):
    """The site as HTML."""
    return site.build(pages, tmp_path_factory.mktemp("docs"))


def told(page: str) -> str:
    """What a page says, without Markdown and references to characters."""
    text = re.sub(r"\]\([^)]*\)", "", re.sub(r"<[^>]+>", "", page)).replace("[", "")
    return " ".join(re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text).split())


@pytest.mark.parametrize(
    ("path", "says"),
    [
        # 15 CFR part 774 Supp. No. 1, ECCN 3A090.a.1; 88 FR 73458, effective 2023-11-17
        ("rules/us.ear.3a090.md", "total processing performance ≥ 4800 TPP"),
        ("rules/us.ear.3a090.md", "Version 2023-11-17: in force"),
        ("rules/us.ear.3a090.md", "Version 2022-10-21: superseded"),
        ("rules/us.ear.3a090.md", "88 FR 73458"),
        # Regulation (EU) 2024/1689, article 51(2); Cal. Bus. & Prof. Code 22757.11(i)
        ("rules/eu.ai-act.systemic-risk.md", "> 1e25 FLOP"),
        ("rules/us.ca.sb53.md", "> 1e26 FLOP"),
        ("rules/us.ca.sb1047.md", "vetoed"),
        ("rules/us.eo14110.model.md", "revoked"),
        ("rules/us.ear.4e091.md", "codified not enforced"),
        ("rules/thresholds.md", "≥ 5.92 TPP/mm^2 | us.ear.3a090 3A090.a.2"),
        ("rules/thresholds.md", "< 4800 TPP | us.ear.3a090 note-2"),  # Note 2 to 3A090.a and .b, an exclusion
        ("rules/index.md", "California SB 53"),
        # 15 CFR part 740 Supp. No. 1, Country Group D
        ("lists/us.ear.country-group-d5.md", "| Belarus | BY |"),
        ("lists/countries.md", "| DE | Germany |"),
        ("counting.md", "| pretraining | counts | counts | counts | counts | counts |"),
        ("readings.md", "how many bits a TF32 operand has"),
        ("formats/chip.md", "dense peak rate of one format"),
        ("formats/quantities.md", "| performance_density | TPP/mm^2 |"),
        ("formats/json.md", "| verdicts[].outcome |"),
        ("commands/chip.md", "Country from which it is shipped."),
        ("commands/release.md", "3.7908e25 FLOP"),
        # 296 TFLOP/s dense at 8 bits are 2368; 989.5 at 16 bits are 15832 (NVIDIA's datasheets, halved for sparsity)
        ("chips/nvidia-h20-96.md", "total processing performance | 2,368 TPP"),
        ("chips/nvidia-h20-96.md", "performance density | 2.90909 TPP/mm^2 | follows"),  # 2368 / 814
        ("chips/nvidia-h100-sxm.md", "■ MET 3A090.a.1 | us.ear.3a090 | 2023-11-17 | yes"),
        ("chips/nvidia-h20-96.md", "□ not met | us.ear.3a090 | 2023-11-17 | yes"),
        ("chips/nvidia-a800-sxm-80.md", "2023-11-17 | ■ MET 3A090.a.1 | us.ear.3a090"),
        ("data.md", "An item is met when all of its conditions hold"),
        ("changes.md", "First version."),
    ],
)
def test_pages_say_what_is_known(pages, path, says):
    """Facts from the law and from datasheets stand on the pages that are made from the data."""
    assert says in told(pages[path])


def test_a_page_for_everything_there_is(pages, specs):
    """No rule, list, command or reading is without its page."""
    assert {f"rules/{name}.md" for name in specs.rules} <= set(pages)
    assert {f"lists/{name}.md" for name in specs.lists} <= set(pages)
    assert {f"commands/{name}.md" for name in group.list_commands(None)} <= set(pages)
    assert all(f"{{ #{name} }}" in pages["readings.md"] for name in specs.readings)


def test_every_condition_and_citation_of_a_rule_is_on_its_page(pages, specs):
    """Nothing that a version says is left out."""
    for rule in specs.rules.values():
        page = told(pages[f"rules/{rule.id}.md"])
        for version in rule.versions:
            says = [clause.says for clause in version.clauses] + [point.says for point in version.checklist]
            assert [text for text in (*says, *version.notes) if told(plain(text)) not in page] == []
            assert [each.cite for each in version.citations if told(plain(each.cite)) not in page] == []


def test_verdicts_on_a_chip_page_are_those_of_the_command(pages, specs):
    """What a page says of a day is what `screen_chip` says on it."""
    for chip in CHIPS:
        page = told(pages[f"chips/{chip}.md"])
        for verdict in screen_chip(chip, specs.checked).verdicts:
            sign = {"met": "■ MET", "undetermined": "◧ UNDETERMINED", "not_met": "□ not met"}[verdict.outcome.word]
            assert re.search(rf"{sign}( \S+)? \| {re.escape(verdict.rule.id)} \| {verdict.version.id}", page), verdict


def test_worked_examples_name_commands_that_there_are():
    """An example of a command that is gone would be shown nowhere; the first jobs have one each."""
    import click

    known = {path for path, _ in command_pages.commands(group, click.Context(group, info_name="gateline"))}
    worked = set(command_pages.worked_examples())
    assert worked <= known
    assert worked >= {"gateline chip", "gateline release", "gateline fleet", "gateline timeline", "gateline rules show"}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_commands_of_a_guide_print_what_it_shows(guide, tmp_path):
    """The commands run one after the other in one folder, and the lines shown are there."""
    place = workspace(tmp_path)
    for example in examples(guide.read_text(encoding="utf-8")):
        assert differences(example, run(example.command, place)) == [], example.command


def test_guides_have_commands():
    """So that the test above does not pass on nothing."""
    counts = {path.stem: len(list(examples(path.read_text(encoding="utf-8")))) for path in GUIDES}
    assert min(counts[name] for name in ("lab", "foundry", "analyst")) >= 5


@pytest.mark.parametrize(
    ("shown", "printed", "status", "faults"),
    [
        (("a", "…", "c"), "a\nb\nc\n", 0, 0),
        (("a", "c"), "a\nb\nc\n", 0, 2),  # c does not follow, and b is not shown
        (("…", "a"), "a\nb\n", 0, 1),  # more is printed than shown
        (("…", "d", "…"), "a\nb\n", 0, 1),
        (("…", "b", "a", "…"), "a\nb\n", 0, 1),  # the order counts
        (("a", "(exit status 3)"), "a\n", 4, 1),
        ((), "anything\n", 0, 0),
    ],
)
def test_a_guide_that_shows_something_else_is_found(shown, printed, status, faults):
    """The comparison itself can fail."""
    found = differences(Example("gateline x", shown), Ended(status, printed, "", printed))
    assert len(found) == faults


def test_the_site_is_built_and_has_nothing_from_outside(built):
    """Strictly built and looked at: every link leads somewhere; no script, style, font or picture from elsewhere."""
    assert len(list(built.rglob("*.html"))) > 100
    for page in built.rglob("*.html"):
        assert not re.search(r"fonts\.g|unpkg|jsdelivr|cdn\.", page.read_text(encoding="utf-8")), page


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<script src="https://cdn.example/x.js"></script>', "loads https"),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', "loads //fonts"),
        ('<img src="http://example.com/a.png">', "loads http"),
        ('<a href="javascript:alert(1)">x</a>', "is javascript"),
        ('<p onclick="x()">x</p>', "handler"),
        ('<a href="missing.html">x</a>', "leads nowhere"),
        ('<a href="#missing">x</a>', "no such place"),
    ],
)
def test_the_look_at_the_site_finds_faults(tmp_path, html, fault):
    """What the build refuses; a hyperlink that a reader follows may lead out."""
    (tmp_path / "index.html").write_text(f'<a href="https://example.com/">out</a>{html}', encoding="utf-8")
    (found,) = audit(tmp_path)
    assert fault in found
    (tmp_path / "index.html").write_text('<a href="https://example.com/">out</a>', encoding="utf-8")
    (tmp_path / "a.css").write_text("@import url(https://fonts.example/b.css);", encoding="utf-8")
    assert audit(tmp_path) == ["a.css: loads https://fonts.example/b.css"]


def tags(html: str) -> set[str]:
    """The elements of a page, and the attributes that they have."""
    return set(re.findall(r"<(\w+)", html)) | set(re.findall(r"\s(\w+)=\"", html))


def test_names_from_data_are_never_markup(specs, tmp_path, monkeypatch):
    """A hostile chip is shown as text: no element, attribute or address comes from its names and notes."""
    chips = [
        {
            "id": "evil-1",
            "name": name,
            "family": name,
            "reference": "yes",
            "aliases": [HOSTILE, "# head", "1. list"],
            "rates": [{"format": "FP16", "bits": "16", "rate": "100 TFLOP/s", "source": name, "note": HOSTILE}],
            "memory": {"type": "HBM3", "capacity": "8 GB"},
            "notes": HOSTILE + " www.evil.example :smile: ^a^ ~b~ ==c==",
        }
        for name in (HOSTILE,)
    ]
    (tmp_path / "evil.yaml").write_text(yaml.safe_dump({"schema": "1", "vendor": HOSTILE, "chips": chips}))
    shutil.copyfile(ROOT / "specs" / "chips" / "sources.yaml", tmp_path / "sources.yaml")
    catalogue = Catalogue(tmp_path)
    monkeypatch.setattr("gateline.jobs.chip.default_catalogue", lambda: catalogue)
    pages = chip_pages(specs, catalogue)
    for page in pages.values():
        html = markdown.markdown(page, extensions=EXTENSIONS)
        assert not {"script", "img", "onclick", "b", "del", "sup", "mark"} & tags(html)
        assert "javascript:alert" not in "".join(re.findall(r'href="([^"]*)"', html))
        assert "evil.example" not in "".join(re.findall(r'(?:href|src)="([^"]*)"', html))
    assert "alert" in pages["chips/evil-1.md"]


def test_table_cells_stay_cells():
    """A bar in a cell is text."""
    html = markdown.markdown(table(["a"], [(plain("x | y"),)]), extensions=EXTENSIONS)
    assert html.count("<td>") == 1


def test_documents_that_the_navigation_does_not_name_get_a_place():
    """A new document of docs/ stands where '*' does; without a '*' it is an error that says which."""
    listed = [{"Home": "index.md"}, {"More": ["a.md", "*"]}]
    known = ["index.md", "a.md", "new.md", "shipments.md"]
    assert site.navigation(listed, known) == [{"Home": "index.md"}, {"More": ["a.md", "new.md", "shipments.md"]}]
    with pytest.raises(SystemExit, match=r"does not name new\.md, shipments\.md"):
        site.navigation([{"Home": "index.md"}, "a.md"], known)
    with pytest.raises(SystemExit, match=r"gone\.md; there is no such page"):
        site.navigation([*listed, "gone.md"], known)


def test_every_document_can_be_reached(built):
    """Each written document is in the navigation of the home page, or linked from an index that is."""
    home = (built / "index.html").read_text(encoding="utf-8")
    documents = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").glob("*.md") if path.stem != "index"]
    documents += [path.relative_to(ROOT / "docs") for path in GUIDES]
    assert [path for path in documents if f'href="./{path.with_suffix(".html").as_posix()}"' not in home] == []


def test_links_to_files_lead_to_pages_that_show_them():
    """An example file has a page; a rule, the counting and the data have theirs."""
    pages = written_pages(ROOT)
    assert "[This one](../files/examples/ledger.yaml.md)" in pages["guides/lab.md"]
    assert "model: Example-1" in pages["files/examples/ledger.yaml.md"]
    assert "(../counting.md)" in pages["guides/lab.md"]
    assert "](data.md)" in pages["interface.md"]


def test_a_link_to_nothing_is_an_error(tmp_path):
    """It names the document and the link."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("[x](../src/gone.py)\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"docs/a\.md: the link to \.\./src/gone\.py leads nowhere"):
        written_pages(tmp_path)


ADDING = (ROOT / "docs" / "guides" / "adding.md").read_text(encoding="utf-8")
RULE, CHIP = (
    re.sub(r"^    ", "", body, flags=re.MULTILINE)
    for body in re.findall(r"    ```yaml\n(.*?)    ```", ADDING, re.DOTALL)
)


@pytest.fixture
def own_specs(tmp_path):
    """A copy of the data to add to."""
    return shutil.copytree(ROOT / "specs", tmp_path / "specs")


def test_a_rule_can_be_added_as_the_guide_says(own_specs, tmp_path):
    """The file of the guide is a rule: checked by the command, and on the right side at its line."""
    (own_specs / "rules" / "us" / "example.yaml").write_text(RULE, encoding="utf-8")
    assert run("gateline rules check specs", tmp_path).status == 0
    specs = load_specs(own_specs)
    page = told(rule_pages(specs)["rules/us.example.md"])
    assert "compute > 1e24 FLOP" in page
    assert "Version 2026-07-01: in force" in page
    (own_specs / "rules" / "us" / "example.yaml").write_text(RULE.replace("1e24 FLOP", "1024 FLOP"), encoding="utf-8")
    assert run("gateline rules check specs", tmp_path).status == 2


def test_a_chip_can_be_added_as_the_guide_says(own_specs, monkeypatch):
    """300 TFLOP/s × 16 bit = 4800, and 3A090.a.1 says 4800 or more."""
    entry = yaml.safe_dump(yaml.safe_load(CHIP), sort_keys=False)
    (own_specs / "chips" / "example.yaml").write_text(f"schema: 1\nvendor: Example\nheadquarters: US\nchips:\n{entry}")
    catalogue = Catalogue(own_specs / "chips")
    monkeypatch.setattr("gateline.jobs.chip.default_catalogue", lambda: catalogue)
    page = told(chip_pages(default_specs(), catalogue, ["example-x3"])["chips/example-x3.md"])
    assert "total processing performance | 4,800 TPP" in page
    assert "■ MET 3A090.a.1 | us.ear.3a090 | 2023-11-17 | yes" in page


def test_pages_are_the_same_bytes_every_time(pages, specs):
    """Nothing on a page depends on the day or the order of a set."""
    again = rule_pages(specs) | law_pages(specs) | format_pages(specs) | chip_pages(specs, default_catalogue(), CHIPS)
    assert again == {path: pages[path] for path in again}


def test_a_command_of_a_document_is_gateline_or_cat(tmp_path):
    """Documents run nothing else."""
    with pytest.raises(ValueError, match="neither"):
        console.run("rm -rf /", tmp_path)
