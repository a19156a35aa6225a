"""``python -m docs.screenshots [FOLDER]``: the pictures of the documentation, taken from the product with the data of the catalogue.

Needs Debian's chromium, poppler-utils (pdftoppm) and pngquant.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from datetime import date
from pathlib import Path
from threading import Thread

from click.testing import CliRunner
from playwright.sync_api import Browser, Page, sync_playwright

from gateline.cli import group
from gateline.jobs import screen_chip
from gateline.report.pictures import CSS, PICTURES, Paper
from gateline.serve.app import make_app, warm
from gateline.serve.run import make_server
from gateline.serve.sockets import listen

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "docs" / "assets" / "see"
DAY = "2026-11-21"
CHROMIUM = os.environ.get("GATELINE_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
COLOURS = 64
"""As many colours as a picture keeps; marks of one hue keep it."""
WIDE, PHONE, HIGH = 1240, 390, 900
PAGES_SHOWN = (1, 3)
"""Of the printed report: the verdict, and the plane."""
DOTS_PER_INCH = 62


def main(folder: Path) -> None:
    """Take every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch, served() as address:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        work = Path(scratch)
        planes(browser, folder / "1-planes.png")
        calculator(browser, address, folder / "2-calculator.png")
        phones(browser, address, folder, work)
        reports(browser, folder, work)
        browser.close()
    for path in sorted(folder.glob("*.png")):
        subprocess.run(["pngquant", "--force", "--ext", ".png", "--nofs", str(COLOURS), str(path)], check=True)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


@contextmanager
def served() -> Iterator[str]:
    """The address of the page while it is served."""
    warm()
    [listening] = listen("127.0.0.1", 0)
    server = make_server(make_app(seconds=60))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()


def planes(browser: Browser, path: Path) -> None:
    """Both planes of one chip whose area nobody published."""
    found = screen_chip(str(ROOT / "examples" / "chip.yaml"), date.fromisoformat(DAY))
    drawn = "".join(PICTURES[name].draw(found, Paper(embedded=True)) for name in ("plane", "memory"))
    page = browser.new_page(viewport={"width": 860, "height": 600})
    page.set_content(f"<style>{CSS} body{{margin:20px}} svg{{display:block;margin-bottom:24px}}</style>{drawn}")
    page.screenshot(path=path, full_page=True)
    page.close()


def calculator(browser: Browser, address: str, path: Path) -> None:
    """The page as it opens: a worked example with an unknown area."""
    page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
    page.goto(address)
    page.locator("#result figure svg").wait_for()
    page.screenshot(path=path)
    page.close()


def phones(browser: Browser, address: str, folder: Path, work: Path) -> None:
    """A phone, dark and light, and what an error looks like."""
    shots = []
    for theme in ("dark", "light"):
        context = browser.new_context(viewport={"width": PHONE, "height": HIGH}, color_scheme=theme)
        page = context.new_page()
        page.goto(address)
        page.locator("#result figure svg").wait_for()
        page.wait_for_load_state("networkidle")
        shots.append(_shot(page, work / f"{theme}-top.png"))
        page.evaluate("document.querySelector('#result figure').scrollIntoView({block: 'end'})")
        shots.append(_shot(page, work / f"{theme}-picture.png"))
        context.close()
    page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
    page.goto(address)
    with page.expect_response(lambda answer: "/ui/" in answer.url):
        page.fill("#area", "814")
        page.press("#area", "Tab")
    page.locator("#summary").wait_for()
    page.wait_for_timeout(500)
    shots.append(_shot(page, work / "error.png"))
    page.close()
    beside(browser, shots, folder / "3-phone-and-error.png", heights=(HIGH,) * len(shots))


def reports(browser: Browser, folder: Path, work: Path) -> None:
    """Reports on a model, a table and a shipment ledger, and a chip report on paper."""
    release = _report(work / "release.html", "release", "examples/post-training.yaml", "--as-of", DAY)
    page = _opened(browser, release)
    figures = page.locator("figure")
    shots = []
    for number in range(figures.count()):
        figures.nth(number).screenshot(path=work / f"figure-{number}.png")
        shots.append(work / f"figure-{number}.png")
    page.close()
    above(browser, shots, folder / "4-release-report.png")

    table = _report(work / "fleet.html", "fleet", "examples/fleet.csv", "--as-of", DAY, "--allow-rejects", "--quiet")
    page = _opened(browser, table)
    page.screenshot(path=work / "fleet.png", clip={"x": 0, "y": 0, "width": 1000, "height": 1300}, full_page=True)
    page.close()
    maker = ROOT / "examples" / "make_shipments.py"
    subprocess.run([sys.executable, str(maker), str(work / "ledger.csv"), "--rows", "2000"], check=True)
    with chdir(work):
        shipped = _report(work / "shipment.html", "shipment", "ledger.csv", "--as-of", DAY, "--quiet")
    page = _opened(browser, shipped)
    page.screenshot(path=work / "shipment.png", clip={"x": 0, "y": 0, "width": 1000, "height": 1300}, full_page=True)
    page.close()
    beside(
        browser,
        [work / "fleet.png", work / "shipment.png"],
        folder / "5-fleet-and-shipment-reports.png",
        heights=(900, 900),
    )

    chip = _report(work / "chip.html", "chip", "examples/chip.yaml", "--as-of", DAY)
    page = _opened(browser, chip)
    page.pdf(path=work / "chip.pdf", format="A4", print_background=True, prefer_css_page_size=False)
    page.close()
    shots = [shot for grey in (False, True) for shot in paper(work / "chip.pdf", work, grey=grey)]
    beside(browser, shots, folder / "6-print-colour-and-grey.png", heights=(720,) * len(shots))


def paper(document: Path, work: Path, *, grey: bool) -> list[Path]:
    """Some pages of a printed document."""
    stem = work / ("grey" if grey else "colour")
    tone = ["-gray"] if grey else []
    for page in map(str, PAGES_SHOWN):
        command = ["pdftoppm", "-png", "-r", str(DOTS_PER_INCH * 2), "-f", page, "-l", page, *tone]
        subprocess.run([*command, str(document), str(stem)], check=True)
    return sorted(work.glob(f"{stem.name}-*.png"))


def beside(browser: Browser, shots: list[Path], path: Path, heights: tuple[int, ...]) -> None:
    """Pictures side by side on grey, each as high as it is said."""
    images = "".join(
        f'<img src="{shot.as_uri()}" height="{height}">' for shot, height in zip(shots, heights, strict=True)
    )
    _composed(browser, f'<div style="display:flex;gap:16px;align-items:flex-start">{images}</div>', path)


def above(browser: Browser, shots: list[Path], path: Path) -> None:
    """Pictures one above the other."""
    images = "".join(f'<img src="{shot.as_uri()}" style="display:block;margin-bottom:16px">' for shot in shots)
    _composed(browser, f"<div>{images}</div>", path)


def _composed(browser: Browser, content: str, path: Path) -> None:
    page = browser.new_page(viewport={"width": 2600, "height": 900})
    with tempfile.NamedTemporaryFile("w", suffix=".html", delete=False) as stream:
        stream.write(
            f"<style>body{{margin:0;background:#8c9199}} body>div{{padding:16px;width:max-content}}</style>{content}"
        )
    page.goto(Path(stream.name).as_uri())
    page.locator("body > div").screenshot(path=path)
    page.close()
    Path(stream.name).unlink()


def _report(path: Path, *arguments: str) -> Path:
    """The report that a command writes; exit status 2 is that of rejected rows."""
    done = CliRunner().invoke(group, [*arguments, "--format", "html", "-o", str(path)], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return path


def _opened(browser: Browser, path: Path) -> Page:
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    page.goto(path.as_uri())
    return page


def _shot(page: Page, path: Path) -> Path:
    page.screenshot(path=path)
    return path


if __name__ == "__main__":
    os.chdir(ROOT)
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHOTS)
