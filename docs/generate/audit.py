"""What was built is looked at: no page, style or icon may load anything from outside, and every link must lead to a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADS = {"src", "srcset", "href", "action", "formaction", "data", "poster", "background", "manifest"}
HYPERLINKS = {"a", "area"}
SAFE = ("http", "https", "mailto", "")
FROM_OUTSIDE = re.compile(r"""(?:@import|url\()\s*["']?\s*((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)


class _Page(HTMLParser):
    """The addresses, identifiers and handlers of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[tuple[str, str, str]] = []
        self.anchors: set[str] = set()
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in LOADS and value and not (tag == "link" and ("rel", "canonical") in attributes):
                self.addresses.append((tag, name, value))
            if name in ("id", "name") and value:
                self.anchors.add(value)
            if name.startswith("on"):
                self.handlers.append(f"{tag} {name}")


def audit(site: Path) -> list[str]:
    """What is wrong with a built site, a line each.

    A hyperlink that a reader may follow can lead anywhere on the web; nothing else may.
    """
    pages = {path: _read(path) for path in sorted(site.rglob("*.html"))}
    found = [line for path, page in pages.items() for line in _page_faults(path, page, pages, site)]
    for style in sorted(site.rglob("*.css")):
        for address in FROM_OUTSIDE.findall(style.read_text(encoding="utf-8")):
            found.append(f"{style.relative_to(site)}: loads {address}")
    return found


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _page_faults(path: Path, page: _Page, pages: dict[Path, _Page], site: Path) -> Iterator[str]:
    where = path.relative_to(site)
    for handler in page.handlers:
        yield f"{where}: has a handler, {handler}"
    for tag, name, address in page.addresses:
        parts = urlsplit(address)
        if parts.scheme not in SAFE:
            yield f"{where}: {tag} {name} is {address[:60]}"
        elif parts.scheme or parts.netloc:
            if tag not in HYPERLINKS:
                yield f"{where}: {tag} {name} loads {address}"
        elif path.name != "404.html":
            yield from _inside_faults(path, pages, site, address)


def _inside_faults(path: Path, pages: dict[Path, _Page], site: Path, address: str) -> Iterator[str]:
    parts = urlsplit(address)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        yield f"{path.relative_to(site)}: {address} leads nowhere"
    elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors | {"__top"}:
        yield f"{path.relative_to(site)}: {address}: no such place on the page"
