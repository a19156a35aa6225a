"""Reports as they are opened from a folder, on a screen, a phone and paper."""

import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateline.cli import group

ROOT = Path(__file__).parents[2]
DAY = ("--as-of", "2026-11-21")
REPORTS = {
    "chip": ("chip", "chip.yaml", *DAY),
    "shipped": ("chip", "H200", "--from", "US", "--to", "CN", "--hq", "CN", *DAY),
    "release": ("release", "post-training.yaml", *DAY),
    "fleet": ("fleet", "fleet.csv", "--allow-rejects", "--quiet", *DAY),
    "shipment": ("shipment", "ledger.csv", "--quiet", *DAY),
}
PAPER = {"A4": 210, "Letter": 215.9}
MARGINS = 28
PHONE = 390


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, Path]:
    """Every sort of report as a file."""
    here = tmp_path_factory.mktemp("reports")
    for example in (ROOT / "examples").iterdir():
        (here / example.name).symlink_to(example)
    maker = ROOT / "examples" / "make_shipments.py"
    subprocess.run([sys.executable, str(maker), str(here / "ledger.csv"), "--rows", "500"], check=True)
    with chdir(here):
        for name, asked in REPORTS.items():
            done = CliRunner().invoke(group, [*asked, "--format", "html", "-o", f"{name}.html"], standalone_mode=False)
            assert done.exception is None
    return {name: here / f"{name}.html" for name in REPORTS}


@pytest.fixture
def opened(browser, made):
    """Opens a report without network; at the end nothing but the file itself was asked for."""
    contexts = []
    requests: list[str] = []
    wanted: list[str] = []

    def open_(name: str, **options):
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.goto(made[name].as_uri(), wait_until="networkidle")
        wanted.append(made[name].as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert requests == wanted


def width(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_asks_nobody_and_fits_a_phone(opened, name):
    page = opened(name, viewport={"width": PHONE, "height": 800})
    assert page.locator(".headline").first.is_visible()
    assert width(page) <= PHONE


@pytest.mark.parametrize("paper", PAPER)
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_fits_on_paper(opened, name, paper):
    """What is wider than the paper is cut off, or makes the browser print all of it smaller."""
    room = int((PAPER[paper] - MARGINS) / 25.4 * 96)
    page = opened(name, viewport={"width": room, "height": 1000})
    page.emulate_media(media="print")
    assert width(page) <= room
    assert page.pdf(format=paper).startswith(b"%PDF-")
