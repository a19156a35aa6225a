"""The site: all pages, the navigation, the settings of the generator, and the look at what was built."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from docs.generate.audit import audit
from docs.generate.chip_pages import chip_pages
from docs.generate.command_pages import command_pages
from docs.generate.console import ROOT
from docs.generate.format_pages import format_pages
from docs.generate.law_pages import law_pages
from docs.generate.rule_pages import rule_pages
from docs.generate.text import Pages
from docs.generate.written_pages import written_pages
from gateline.jobs import default_catalogue
from gateline.rules.specfiles import default_specs

DOCS = ROOT / "docs"
REST = "*"
"""Stands in the navigation for the documents that it does not name."""
Navigation = list[Any]


def pages_of(chips: Sequence[str] | None = None) -> Pages:
    """Every page of the site, with all chips or those chosen."""
    specs = default_specs()
    return {
        **written_pages(ROOT),
        **command_pages(),
        **format_pages(specs),
        **rule_pages(specs),
        **law_pages(specs),
        **chip_pages(specs, default_catalogue(), chips),
    }


def navigation(listed: Navigation, pages: Iterable[str]) -> Navigation:
    """The navigation with its pages checked, and documents that it does not name where ``*`` stands.

    Raises
    ------
    SystemExit
        If it names a page that does not exist, or has no place for one that it does not name.
    """
    known = set(pages)
    named = set(_paths(listed))
    if missing := sorted(named - known - {REST}):
        raise SystemExit(f"docs/nav.yaml names {', '.join(missing)}; there is no such page. Write it, or take it out.")
    folders = {path.rpartition("/")[0] for path in named if path.endswith(("/index.md", "/README.md"))}
    rest = sorted(path for path in known - named if path.rpartition("/")[0] not in {*folders, *_shown_files(known)})
    if rest and REST not in named:
        raise SystemExit(
            f"docs/nav.yaml does not name {', '.join(rest)}. Give each a place, or write '*' where others go."
        )
    return _filled(listed, rest)


def _paths(listed: Navigation) -> Iterable[str]:
    for entry in listed:
        for value in entry.values() if isinstance(entry, dict) else (entry,):
            yield from _paths(value) if isinstance(value, list) else (value,)


def _shown_files(known: Iterable[str]) -> set[str]:
    return {path.rpartition("/")[0] for path in known if path.startswith("files/")}


def _filled(listed: Navigation, rest: Sequence[str]) -> Navigation:
    filled: Navigation = []
    for entry in listed:
        if entry == REST:
            filled.extend(rest)
        elif isinstance(entry, dict):
            filled.append(
                {title: _filled(value, rest) if isinstance(value, list) else value for title, value in entry.items()}
            )
        else:
            filled.append(entry)
    return filled


def build(pages: Pages, folder: Path) -> Path:
    """Build the site into ``folder/site``; a broken link, or anything from outside, is an error."""
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "pages"
    for path, text in pages.items():
        place = source / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    _copy_assets(source)
    listed = yaml.safe_load((DOCS / "nav.yaml").read_text(encoding="utf-8"))
    settings = (DOCS / "zensical.toml").read_text(encoding="utf-8")
    nav = _toml(navigation(listed, pages))
    (folder / "zensical.toml").write_text(settings.replace("nav = []", f"nav = {nav}"), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "-f", str(folder / "zensical.toml")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}")
    if found := audit(folder / "site"):
        raise SystemExit("\n".join(found))
    return folder / "site"


def _copy_assets(source: Path) -> None:
    """What documents show that is no text: pictures, styles, scripts."""
    for path in DOCS.rglob("*"):
        inside = path.relative_to(DOCS)
        if path.suffix in (".svg", ".png", ".css", ".js") and path.is_file():
            (source / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, source / inside)


def _toml(value: Any) -> str:
    """A navigation as TOML; its strings are written as in JSON."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(key)} = {_toml(inner)}' for key, inner in value.items())} }}"
    return json.dumps(value)
