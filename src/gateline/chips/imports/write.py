"""Drafts as text in the format of the catalogue, and as files that are there in full or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gateline.chips.imports.draft import UNKNOWN_RATE, Draft
from gateline.chips.imports.reader import slug
from gateline.chips.imports.run import Imported
from gateline.documents import MAXIMUM_BYTES
from gateline.errors import InputError
from gateline.whole_files import put_in_place, write_beside

FIRST_LINE = "# Draft written by 'gateline catalogue import'; check every figure before it is used."
OPEN_RATES = "# Not in the table: write the dense rate, or take the line out where the chip does not offer the format."
TABLE_TEXT = ("vendor", "name", "process", "type", "note", "notes")
"""Keys whose values are somebody's text, which YAML could take for a number, a date, or yes and no."""
PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/()+^-]*[A-Za-z0-9)])?")
WORD = re.compile(r"(?!(?:yes|no|true|false|on|off|null|y|n)$)[A-Za-z]", re.IGNORECASE)


def draft_files(imported: Imported, output: Path | None, *, chip: bool) -> dict[Path, str]:
    """What is to be written, by path.

    Parameters
    ----------
    imported : Imported
    output : Path or None
        A file, whose name ends in .yaml or .yml, or a folder; None is standard output.
    chip : bool
        Whether the one draft is written as a chip file, which ``gateline chip`` reads, and not as a catalogue file.

    Raises
    ------
    InputError
        If one file is to hold several vendors or, with `chip`, several chips; or if it gets too large.
    """
    single = output is None or (output.suffix.lower() in (".yaml", ".yml") and not output.is_dir())
    folder = Path() if output is None or single else output
    if chip:
        if len(imported.drafts) > 1:
            listed = ", ".join(draft.name for draft in imported.drafts[:6])
            raise InputError(f"a chip file holds one chip, {len(imported.drafts):,} are left: {listed}, … Use --name.")
        (draft,) = imported.drafts
        texts = {f"{draft.id}.yaml": _chip_file(imported, draft)}
    else:
        vendors = imported.by_vendor()
        if single and len(vendors) > 1:
            listed = ", ".join(list(vendors)[:12])
            raise InputError(
                f"one file holds one vendor. Choose one with --vendor ({listed}), or name a folder with -o."
            )
        texts = {f"{slug(vendor)}.yaml": _vendor_file(imported, vendor, drafts) for vendor, drafts in vendors.items()}
    return {output if single and output is not None else folder / name: text for name, text in texts.items()}


def _vendor_file(imported: Imported, vendor: str, drafts: Sequence[Draft]) -> str:
    """The drafts of one vendor as a file of the catalogue."""
    lines = [*_header(imported), "schema: 1", f"vendor: {_scalar('vendor', vendor)}", "chips:"]
    for number, draft in enumerate(drafts):
        first, *others = _entry(draft.content)
        remarks = [f"  # {remark}" for remark in draft.remarks]
        lines += [*([""] if number else []), *remarks, f"  - {first}", *(f"    {line}" for line in others)]
    text = "\n".join(lines) + "\n"
    if len(text.encode()) > MAXIMUM_BYTES:
        raise InputError(f"{vendor}: {len(drafts):,} drafts are too many for one file. Choose fewer with --name.")
    return text


def _chip_file(imported: Imported, draft: Draft) -> str:
    """One draft as a chip file."""
    remarks = [f"# {remark}" for remark in draft.remarks]
    own = {"schema": "1", "vendor": draft.vendor, **draft.content}
    return "\n".join([*_header(imported), *remarks, *_entry(own)]) + "\n"


def _header(imported: Imported) -> Iterator[str]:
    layout = imported.layout
    yield FIRST_LINE
    yield f"# It is read from {layout.title}; {layout.source} is its key in specs/chips/sources.yaml."
    for line in layout.says:
        yield f"# {line}"
    if imported.unread:
        yield f"# Columns that look like rates and are not read (sparse ones never are): {len(imported.unread)}."
    if imported.rejected:
        yield f"# Rows of the table that were rejected and are not here: {imported.rejected}; the import names them."


def _entry(content: Mapping[str, Any]) -> Iterator[str]:
    """The lines of an entry, short mappings in one line each."""
    for key, value in content.items():
        if isinstance(value, dict):
            yield f"{key}: {_flow(value)}"
        elif key == "sources":
            yield f"{key}: [{', '.join(value)}]"
        elif isinstance(value, list):
            yield f"{key}:"
            yield from _items(value)
        else:
            yield f"{key}: {_scalar(key, value)}"


def _items(items: Sequence[Mapping[str, str]]) -> Iterator[str]:
    told = False
    for item in items:
        if item.get("rate") == UNKNOWN_RATE and not told:
            yield f"  {OPEN_RATES}"
            told = True
        yield f"  - {_flow(item)}"


def _flow(item: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{key}: {_scalar(key, value)}' for key, value in item.items())}}}"


def _scalar(key: str, value: str) -> str:
    """A value as YAML, in quotes where it needs them."""
    plain = PLAIN.fullmatch(value) and (key not in TABLE_TEXT or WORD.match(value))
    return value if plain else json.dumps(value, ensure_ascii=False)


def write_drafts(files: Mapping[Path, str]) -> None:
    """Write every file, or none if one cannot be written; only drafts are written over, and a missing folder is made.

    Raises
    ------
    InputError
        If a file cannot be written, or one that is not a draft stands in its place.
    """
    temporary: dict[Path, Path] = {}
    try:
        for path in files:
            path.parent.mkdir(exist_ok=True)
            _check_free(path)
        for path, text in files.items():
            temporary[path] = write_beside(path, text)
        for path, written in temporary.items():
            put_in_place(written, path)
    except OSError as error:
        raise InputError(f"{error.filename or 'output'}: cannot be written: {error.strerror or error}.") from None
    finally:
        for written in temporary.values():
            written.unlink(missing_ok=True)


def _check_free(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            draft = stream.read(len(FIRST_LINE)) == FIRST_LINE.encode()
    except FileNotFoundError:
        return
    if not draft:
        raise InputError(f"{path}: is there and is not a draft of this command. Name another file or folder.")
