"""A Chromium of the system, driven by Playwright. Without one the tests are skipped; where CI is set that is a failure."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from serve_support import running

from gateline.serve.app import make_app, warm

CHROMIUM = os.environ.get("GATELINE_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


def pytest_collection_modifyitems(items):
    """Every test in this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists() and not os.environ.get("CI"):
        pytest.skip("no Chromium: install Debian's package chromium, or set GATELINE_CHROMIUM")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    warm()
    with running(make_app(seconds=60)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def open_page(browser, address):
    """Opens a page; at the end nothing was asked of anybody else and no script failed."""
    opened: list[Page] = []
    foreign: list[str] = []
    failures: list[str] = []

    def open_(path: str = "/", **options) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1240, "height": 900}, **options})
        page = context.new_page()
        page.on("request", lambda request: foreign.append(request.url) if not ours(request.url) else None)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda told: failures.append(told.text) if "Content Security" in told.text else None)
        page.goto(address + path)
        opened.append(page)
        return page

    def ours(url: str) -> bool:
        return url.startswith((address, "data:", "blob:"))

    yield open_
    for page in opened:
        page.context.close()
    assert foreign == []
    assert failures == []
