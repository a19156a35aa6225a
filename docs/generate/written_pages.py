"""The pages that people write: docs/ with its links, and the files of the repository that they point to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from docs.generate.text import Pages, block, heading, page

DOCS = "docs"
TAKEN_IN = {
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/README.md": "performance.md",
    "specs/CHANGES.md": "data-changes.md",
    "specs/README.md": "data.md",
}
"""Documents beside docs/, and the pages that they become where they exist."""
STANDS_FOR = {
    "docs/decisions": "decisions/README.md",
    "specs/counting": "counting.md",
    "specs/readings.yaml": "readings.md",
    "specs/schemas": "formats/index.md",
}
"""What the site shows in another form."""
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```.*?^```$)", re.DOTALL | re.MULTILINE)
LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".sh": "sh", ".csv": "text", ".py": "python"}
OUTSIDE = ("http://", "https://", "mailto:", "#")


def written_pages(root: Path) -> Pages:
    """Every document of docs/ and beside it, with links that hold on the site, and the files that they show.

    Raises
    ------
    SystemExit
        If a link points to a file outside docs/ that does not exist.
    """
    sources = {path.relative_to(root).as_posix(): path for path in sorted((root / DOCS).rglob("*.md"))}
    sources |= {name: root / name for name in TAKEN_IN if (root / name).is_file()}
    pages: Pages = {}
    for name, path in sources.items():
        pages[place_of(name)] = _linked(path.read_text(encoding="utf-8"), name, root, pages)
    return pages


def place_of(name: str) -> str:
    """The page that a document becomes."""
    return TAKEN_IN.get(name) or name.removeprefix(f"{DOCS}/")


def _linked(text: str, name: str, root: Path, pages: Pages) -> str:
    """A document whose links lead to pages; what is in blocks of code stays as it is."""
    pieces = FENCE.split(text)
    return "".join(
        piece if number % 2 else "".join(_pieces(piece, name, root, pages)) for number, piece in enumerate(pieces)
    )


def _pieces(text: str, name: str, root: Path, pages: Pages) -> Iterator[str]:
    end = 0
    for found in LINK.finditer(text):
        yield text[end : found.start()]
        yield _link(found, name, root, pages)
        end = found.end()
    yield text[end:]


def _link(found: re.Match[str], name: str, root: Path, pages: Pages) -> str:
    mark, label, address = found.groups()
    if address.startswith(OUTSIDE):
        return found[0]
    path, _, anchor = address.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
    if target.startswith(f"{DOCS}/") and not (root / target).exists():
        return found[0]  # a page that is written at build time, or the build says that it leads nowhere
    if target.startswith("..") or not (root / target).exists():
        raise SystemExit(f"{name}: the link to {address} leads nowhere.")
    place = _page_of(target, root, pages)
    if place is None:
        return label
    here = posixpath.dirname(place_of(name)) or "."
    return f"{mark}[{label}]({posixpath.relpath(place, here)}{f'#{anchor}' if anchor else ''})"


def _page_of(target: str, root: Path, pages: Pages) -> str | None:
    """Where the site shows a file of the repository; files that it has no other form of get a page of their own."""
    if target in TAKEN_IN or (target.startswith(f"{DOCS}/") and (root / target).is_file()):
        return place_of(target)
    if target in STANDS_FOR:
        return STANDS_FOR[target]
    path = root / target
    parts = path.relative_to(root).with_suffix("").parts
    if parts[:1] == ("specs",) and parts[1:2] in (("rules",), ("lists",)) and path.is_file():
        return f"{parts[1]}/{'.'.join(parts[2:])}.md"
    if path.suffix not in LANGUAGES or not path.is_file():
        return None
    place = f"files/{target}.md"
    pages[place] = page(heading(1, target), block(path.read_text(encoding="utf-8"), LANGUAGES[path.suffix]))
    return place
