"""The page as people use it."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from serve_support import running
from support import SPECS

from gateline.serve.app import make_app

H20, A800 = "H20", "A800"
DAY = "2026-11-21"


def settle(page, act):
    """Do something and wait for the answer of the server."""
    with page.expect_response(re.compile("/ui/")) as answer:
        act()
    answer.value.finished()


def type_in(page, field: str, text: str) -> None:
    settle(page, lambda: (page.fill(f"#{field}", text), page.press(f"#{field}", "Tab")))


def headline(page):
    return page.locator("#result .headline").first


def test_the_first_visit_shows_an_open_answer_and_what_settles_it(open_page):
    """2000 TPP: 3A090.a.2 up to 2000 / 5.92 = 337.8 mm², 3A090.b.2 up to 2000 / 3.2 = 625 mm², else nothing."""
    page = open_page()
    expect(headline(page)).to_contain_text("Undetermined")
    flips = page.locator("#result table.flips").first
    for text in ("337.8 mm²", "625 mm²", "3A090.a.2", "3A090.b.2", "not met"):
        expect(flips).to_contain_text(text)
    expect(page.locator("#result figure svg")).to_be_visible()


def test_typing_an_area_settles_it(open_page):
    """300 mm² at 2000 TPP is 6.67 per mm², above 5.92."""
    page = open_page()
    type_in(page, "area", "300 mm^2")
    expect(headline(page)).to_contain_text("3A090.a.2 is met")
    assert "area=300" in page.url


def test_the_slider_moves_a800_over_the_line(open_page):
    """The rule of 2022 needed 600 GB/s of I/O, which the A800 was built to stay under; that of 17 November 2023 has no such line."""
    page = open_page()
    type_in(page, "name", A800)
    type_in(page, "as_of", "2023-11-16")
    expect(headline(page)).to_contain_text("Not met")
    settle(page, lambda: page.press("#slide", "ArrowRight"))
    expect(page.locator("#as_of")).to_have_value("2023-11-17")
    expect(headline(page)).to_contain_text("3A090.a.1 is met")
    settle(page, lambda: page.press("#slide", "PageDown"))
    settle(page, lambda: page.press("#slide", "PageUp"))
    expect(page.locator("#as_of")).to_have_value("2023-11-17")


def test_what_is_wrong_is_listed_and_the_old_answer_is_dimmed(open_page):
    page = open_page()
    type_in(page, "area", "814")
    summary = page.locator("#summary")
    expect(summary).to_contain_text("'814' has no unit. Write the number and its unit, for example '814 mm^2'.")
    expect(page.locator("#area-wrong")).to_contain_text("'814' has no unit")
    expect(page.locator("#area")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator("#result")).to_have_class(re.compile("stale"))
    type_in(page, "dram", "fast")
    expect(summary.locator("a")).to_have_count(2)
    summary.locator("a").last.click()
    expect(page.locator("#dram")).to_be_focused()
    type_in(page, "dram", "")
    type_in(page, "area", "814 mm^2")
    expect(summary).to_be_hidden()
    expect(page.locator("#stale")).to_be_hidden()
    expect(headline(page)).to_contain_text("Not met")


def test_a_name_of_the_catalogue_fills_the_form_with_its_sources(open_page):
    page = open_page()
    type_in(page, "name", H20)
    expect(page.locator("#rate16")).to_have_value("148 TFLOP/s")
    expect(page.locator("#rate16-origin")).not_to_be_empty()
    expect(page.locator("#name-origin")).to_contain_text("nvidia-h20-96")
    expect(headline(page)).to_contain_text("Not met")
    assert json.loads(page.locator(".actions").get_attribute("data-question"))["chip"] == "nvidia-h20-96"
    type_in(page, "area", "")
    expect(headline(page)).to_contain_text("Undetermined")


def test_a_link_has_the_inputs_and_the_picture_behind_the_hash(open_page, address):
    page = open_page()
    type_in(page, "name", H20)
    settle(page, lambda: page.click("label[for=picture-memory]"))
    link = page.url
    assert "picture=memory" in link.partition("#")[2]
    assert "?" not in link
    other = open_page(link.removeprefix(address))
    expect(other.locator("#name")).to_have_value(page.input_value("#name"))
    expect(other.locator("#picture-memory")).to_be_checked()
    expect(headline(other)).to_contain_text("Not met")


def test_back_and_forward(open_page):
    page = open_page()
    type_in(page, "area", "300 mm^2")
    type_in(page, "area", "700 mm^2")
    expect(headline(page)).to_contain_text("Not met")
    settle(page, page.go_back)
    expect(page.locator("#area")).to_have_value("300 mm^2")
    expect(headline(page)).to_contain_text("3A090.a.2 is met")
    settle(page, page.go_forward)
    expect(headline(page)).to_contain_text("Not met")


def test_names_do_not_become_markup(open_page):
    page = open_page()
    name = "<img src=x onerror=alert(1)>\"'"
    type_in(page, "name", name)
    expect(page.locator("#result .card").first).to_contain_text(name)
    assert page.locator("#result img").count() == 0


def test_a_shipment_is_told_with_the_chip(open_page):
    page = open_page()
    type_in(page, "name", "H100")
    page.click(".more summary")
    type_in(page, "to", "CN")
    type_in(page, "hq", "CN")
    expect(page.locator("#result .card")).to_have_count(2)
    expect(page.locator("#result")).to_contain_text("enforced MET")
    type_in(page, "to", "Atlantis")
    expect(page.locator("#to-wrong")).to_contain_text("is not a country")


def test_the_report_and_the_verdict_are_saved(open_page, tmp_path):
    page = open_page()
    type_in(page, "name", "H100")
    with page.expect_download() as report:
        page.click("button[data-do=report]")
    report.value.save_as(tmp_path / "report.html")
    assert "<title>MET" in (tmp_path / "report.html").read_text()
    with page.expect_download() as verdict:
        page.click("button[data-do=json]")
    verdict.value.save_as(tmp_path / "verdict.json")
    assert json.loads((tmp_path / "verdict.json").read_text())["outcome"] == "met"


def test_the_model_tab(open_page):
    """9e24 and 3e24 of rollouts: only with the rollouts above 10^25."""
    page = open_page("/model")
    type_in(page, "compute1", "9e24 FLOP")
    type_in(page, "compute2", "3e24 FLOP")
    expect(page.locator("#result")).to_contain_text("AI Act article 51(2)")
    settle(page, lambda: page.click("label[for=picture-phases]"))
    expect(page.locator("#result figure svg")).to_be_visible()
    type_in(page, "compute1", "9e24 FLOPS")
    expect(page.locator("#compute1-wrong")).to_contain_text("is ambiguous")


def drop(page, text: str, name: str = "table.csv") -> None:
    settle(
        page,
        lambda: page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": text.encode()}),
    )


def test_a_table_with_a_formula_and_bad_rows(open_page, tmp_path):
    page = open_page("/table")
    drop(page, "id,chip,note\na,H100,=1+1\nb,H20,\nc,Nope,<b>x</b>\n")
    result = page.locator("#result")
    expect(result).to_contain_text("met")
    expect(result).to_contain_text("Rejected rows")
    assert result.locator("b").count() == 0
    for name, wanted in (("verdicts", "'=1+1"), ("rejects", "3,chip,Nope")):
        with page.expect_download() as saved:
            page.click(f"button[data-do={name}]")
        saved.value.save_as(tmp_path / name)
        assert wanted in (tmp_path / name).read_text()


def test_tables_that_cannot_be_read(open_page):
    page = open_page("/table")
    drop(page, "chip;area\nH100;1\n")
    expect(page.locator("#summary")).to_contain_text("not separated by commas")
    drop(page, "chip\n")
    expect(page.locator("#summary")).to_contain_text("has a header but no rows")
    large = {"name": "large.csv", "mimeType": "text/csv", "buffer": b"chip\n" + b"H100\n" * 400_001}
    page.set_input_files("#file", large)
    expect(page.locator("#summary")).to_contain_text("gateline fleet large.csv")


def test_it_works_without_a_script(open_page):
    page = open_page("/", java_script_enabled=False)
    page.fill("#name", H20)
    page.click("button[type=submit]")
    expect(page.locator("#rate16")).to_have_value("148 TFLOP/s")
    expect(headline(page)).to_contain_text("Not met")
    page.fill("#area", "814")
    page.click("button[type=submit]")
    expect(page.locator("#summary")).to_contain_text("'814' has no unit")
    page.click("text=Model")
    expect(headline(page)).to_be_visible()
    page.click("text=Rules")
    page.click("text=ECCN 3A090.a and .b")
    expect(page.locator("main")).to_contain_text("total_processing_performance >= 4800 TPP")


def test_keys_reach_everything(open_page):
    page = open_page()
    page.focus("#picture-plane")
    settle(page, lambda: page.keyboard.press("ArrowRight"))
    expect(page.locator("#picture-plane-far")).to_be_focused()
    expect(page.locator("#picture-plane-far")).to_be_checked()
    page.focus("#datacenter-yes")
    settle(page, lambda: page.keyboard.press("ArrowRight"))
    expect(page.locator("#datacenter-no")).to_be_checked()


def test_a_server_that_stopped_is_told(browser):
    with running(make_app(seconds=60)) as port:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
    page.fill("#area", "300 mm^2")
    expect(page.locator("#banner")).to_contain_text("gateline serve has stopped")
    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator("#area")).to_have_value("300 mm^2")
    page.context.close()


@pytest.mark.parametrize("path", ["/", "/model", "/table", "/rules", "/rules/us.ear.3a090"])
def test_a_narrow_screen_has_no_sideways_scroll(open_page, path):
    page = open_page(path, viewport={"width": 390, "height": 800})
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_became_of_a_table_fits_a_narrow_screen(open_page):
    """Rows with many columns are scrolled by themselves, by keys too, and the picture is drawn for the screen."""
    page = open_page("/table", viewport={"width": 390, "height": 800}, bypass_csp=True)
    drop(page, "id,chip,destination,consignee,note\na,H100,DE,Somebody,of the first delivery\n")
    rows = page.locator(".wide")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert rows.evaluate("found => found.scrollWidth > found.clientWidth")
    expect(page.locator("#result figure svg")).to_have_attribute("viewBox", re.compile("^0 0 430 "))
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/model", "/table", "/rules", "/rules/us.ear.3a090"])
def test_axe_finds_nothing_on_the_page(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme, bypass_csp=True)
    page.wait_for_load_state("networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("kind", "question"),
    [("chip", {"chip": "H20", "as_of": DAY, "to": "CN"}), ("release", {"params": "405e9", "tokens": "15.6e12", "as_of": DAY})],
)  # fmt: skip
def test_axe_finds_nothing_in_reports(open_page, address, kind, question, scheme):
    page = open_page("/rules", color_scheme=scheme, bypass_csp=True)
    report = page.request.post(f"{address}/api/v1/report/{kind}", data=question).text()
    page.set_content(report)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_an_invalid_form_is_accessible_too(open_page):
    page = open_page("/", bypass_csp=True)
    type_in(page, "area", "814")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_it_prints_without_the_form(open_page):
    page = open_page()
    page.emulate_media(media="print")
    expect(page.locator("#form")).to_be_hidden()
    expect(headline(page)).to_be_visible()
    assert page.pdf()[:5] == b"%PDF-"


def test_the_page_is_small(address, browser):
    """HTML without the catalogue's names, style and script: 100 kB; the names: 40 kB."""
    page = browser.new_page()
    sizes = {
        path: len(page.request.get(address + path).body()) for path in ("/", "/static/page.css", "/static/page.js")
    }
    html = page.request.get(f"{address}/").text()
    names = len(html[html.index("<datalist") : html.index("</datalist>")].encode())
    page.close()
    assert names <= 40_000
    assert sum(sizes.values()) - names <= 100_000


def test_a_configuration_is_pasted_and_stays_as_it_was_typed(open_page):
    """Llama 3.1 405B as its publisher gives it, 15e12 tokens: 3.79e25 FLOP, over the 1e25 of the AI Act."""
    page = open_page("/model")
    page.evaluate("document.getElementById('config').closest('details').open = true")
    for field in ("compute1", "compute2"):
        type_in(page, field, "")
    type_in(page, "tokens", "15e12")
    type_in(page, "seq_len", "8192")
    text = (SPECS.folder.parent / "examples" / "config.json").read_text(encoding="utf-8")
    settle(page, lambda: page.fill("#config", text))
    expect(headline(page)).to_contain_text("51(2)")
    expect(page.locator("#config")).to_have_value(text)
    settle(page, lambda: page.fill("#config", "{"))
    expect(page.locator("#config-wrong")).to_contain_text("is not valid JSON")
    expect(page.locator("#result")).to_have_class("stale")
