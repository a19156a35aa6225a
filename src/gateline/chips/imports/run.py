"""A whole table: which layout it has, which rows are asked for, and the draft or the rejects of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gateline.chips.catalogue import Catalogue, fold
from gateline.chips.imports.draft import Draft, draft_id, draft_of
from gateline.chips.imports.layouts import Layout, recognise, unread_rates
from gateline.chips.imports.reader import cell
from gateline.chips.imports.tables import Reject, Row, Table, read_table
from gateline.errors import InputError
from gateline.numerals import clip


@dataclass(frozen=True, slots=True)
class Clash:
    """A draft, and the chip of the catalogue that has its id or its name."""

    draft: str
    known: str


@dataclass(slots=True)
class Imported:
    """What became of a table.

    Attributes
    ----------
    source : str
        The table, as messages call it.
    layout : Layout
    rows, chosen : int
        Rows of the table, and those that the filters leave.
    drafts : list of Draft
    rejects : list of Reject
    clashes : list of Clash
    unread : list of str
        Columns that look like rates and are not read.
    """

    source: str
    layout: Layout
    rows: int
    chosen: int = 0
    drafts: list[Draft] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """How many rows were rejected; one row can have several cells that cannot be used."""
        return len({reject.place for reject in self.rejects})

    def by_vendor(self) -> dict[str, list[Draft]]:
        """The drafts of each vendor, in the order of the table; vendors that differ in case only are one."""
        vendors: dict[str, list[Draft]] = {}
        for draft in self.drafts:
            vendors.setdefault(fold(draft.vendor), []).append(draft)
        return {drafts[0].vendor: drafts for drafts in vendors.values()}


def import_table(source: str, catalogue: Catalogue, *, vendor: str = "", name: str = "") -> Imported:
    """Read a table of chips into drafts of catalogue entries.

    Parameters
    ----------
    source : str
        A CSV or JSON file, or ``-`` for standard input.
    catalogue : Catalogue
        The catalogue with which the drafts may clash.
    vendor : str
        Take the chips of this vendor only.
    name : str
        Take the chips whose name contains this text only; where one is called exactly so, that one.

    Raises
    ------
    InputError
        If the table cannot be read, is of no known layout, or no row is left or can be used.
    """
    table = read_table(source)
    layout = recognise(table.headings, table.source)
    imported = Imported(table.source, layout, len(table.rows) + len(table.rejects), rejects=list(table.rejects))
    imported.unread = unread_rates(layout, table.headings)
    chosen = _chosen(list(_numbered(table, layout)), layout, vendor, name)
    imported.chosen = len(chosen)
    if not chosen and not imported.rejects:
        raise InputError(f"{table.source}: no row is left. {_near(table, layout, vendor, name)}")
    known = _known_names(catalogue)
    for entry_id, row in chosen:
        _take(imported, draft_of(row, layout, entry_id), known)
    if not imported.drafts:
        first = imported.rejects[0]
        raise InputError(
            f"{table.source}: none of the {imported.chosen:,} rows could be read; {first.place}, "
            f"{first.column or 'the row'}: '{clip(first.value)}': {first.reason.rstrip('.')}."
        )
    return imported


def _numbered(table: Table, layout: Layout) -> Iterator[tuple[str, Row]]:
    """Each row with an id that no other has, whatever the filters; the second chip of a name ends in -2."""
    taken: set[str] = set()
    for row in table.rows:
        plain = draft_id(cell(row, layout.vendor), cell(row, layout.name))
        entry_id, number = plain, 1
        while entry_id in taken:
            number += 1
            entry_id = f"{plain}-{number}"
        taken.add(entry_id)
        yield entry_id, row


def _chosen(rows: list[tuple[str, Row]], layout: Layout, vendor: str, name: str) -> list[tuple[str, Row]]:
    if vendor:
        rows = [(entry_id, row) for entry_id, row in rows if fold(cell(row, layout.vendor)) == fold(vendor)]
    if not name:
        return rows
    exact = [(entry_id, row) for entry_id, row in rows if fold(name) in _names(row, layout)]
    return exact or [(entry_id, row) for entry_id, row in rows if fold(name) in fold(cell(row, layout.name))]


def _names(row: Row, layout: Layout) -> tuple[str, str]:
    own, vendor = fold(cell(row, layout.name)), fold(cell(row, layout.vendor))
    return own, own.removeprefix(vendor)


def _near(table: Table, layout: Layout, vendor: str, name: str) -> str:
    """What could be asked for instead."""
    vendors = sorted({clip(cell(row, layout.vendor)) for row in table.rows} - {""})
    if vendor and fold(vendor) not in map(fold, vendors):
        return f"'{clip(vendor)}' is no vendor of the table; it has {', '.join(vendors[:12])}."
    return f"No name contains '{clip(name)}'." if name else "A table has a header line and at least one row."


def _known_names(catalogue: Catalogue) -> dict[str, str]:
    """The id of every chip of the catalogue by its id and names, with the vendor in front and without."""
    names: dict[str, str] = {}
    for entry in catalogue.entries.values():
        for text in (entry.id, entry.name, *entry.aliases):
            names.setdefault(fold(text).removeprefix(fold(entry.vendor)), entry.id)
    return names


def _take(imported: Imported, outcome: Draft | list[Reject], known: dict[str, str]) -> None:
    if isinstance(outcome, list):
        imported.rejects += outcome
        return
    vendor = fold(outcome.vendor)
    for name in (fold(outcome.id).removeprefix(vendor), fold(outcome.name).removeprefix(vendor)):
        if name in known:
            imported.clashes.append(Clash(outcome.id, known[name]))
            outcome.remarks.insert(0, f"Clash: the catalogue that ships has this chip as {known[name]}.")
            break
    imported.drafts.append(outcome)
