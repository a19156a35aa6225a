"""One row of a table as a draft of a catalogue entry: what the row says, what it leaves open, nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from gateline.chips.chipfile import Chip
from gateline.chips.imports.layouts import Layout, RateColumn
from gateline.chips.imports.reader import RowReader, slug
from gateline.chips.imports.tables import Reject, Row
from gateline.documents import Document
from gateline.errors import InputError
from gateline.numerals import exact_text

PCIE = re.compile(r"PCIe ([1-6])\.0 x(1|2|4|8|16|32)")
PCIE_LANE = {
    "1": Fraction(1, 2),
    "2": Fraction(1),
    "3": Fraction(2),
    "4": Fraction(4),
    "5": Fraction(8),
    "6": Fraction(16),
}
"""GB/s of one lane, both directions together, by generation: PCIe 3.0 x16 has 32 GB/s."""
NON_PLANAR = re.compile(r"finfet|\bgaa\b|gate-all-around")
UNKNOWN_RATE = "unknown"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft entry: its content as a catalogue file has it, and remarks that stand above it as comments."""

    vendor: str
    content: dict[str, Any]
    remarks: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The id of the entry."""
        return str(self.content["id"])

    @property
    def name(self) -> str:
        """The name of the chip."""
        return str(self.content["name"])


def draft_id(vendor: str, name: str) -> str:
    """The id of a chip: its vendor, unless the name starts with it, and its name."""
    maker, own = slug(vendor), slug(name)
    return own if own == maker or own.startswith(f"{maker}-") else f"{maker}-{own}".strip("-")


def draft_of(row: Row, layout: Layout, entry_id: str) -> Draft | list[Reject]:
    """The draft of a row, or every cell of it that cannot be used."""
    reader = RowReader(row, layout)
    vendor, name = reader.required(layout.vendor), reader.required(layout.name)
    draft = Draft(vendor, _content(reader, entry_id, name), reader.remarks)
    if not reader.problems:
        try:
            Document("the draft", {**draft.content, "vendor": vendor}).validate(Chip)
        except InputError as error:
            reader.refuse("", name, str(error))
    return reader.problems or draft


def _content(reader: RowReader, entry_id: str, name: str) -> dict[str, Any]:
    layout = reader.layout
    figure = {"confidence": "database", "source": layout.source}
    content: dict[str, Any] = {"id": entry_id, "name": name, "released": reader.released()}
    content["rates"] = _rates(reader, figure)
    content["dies"] = _dies(reader, figure)
    content["memory"] = _memory(reader, figure)
    content["links"] = _links(reader)
    content["links_complete"] = "no" if content["links"] else ""
    content["power"] = reader.amount("power")
    content |= {"confidence": "database", "sources": [layout.source]}
    content["notes"] = " ".join(filter(None, [layout.note, reader.page()]))
    return {key: value for key, value in content.items() if value}


def _rates(reader: RowReader, figure: dict[str, str]) -> list[dict[str, str]]:
    """Known rates first, then those that the row leaves open."""
    known, missing = [], []
    sparse = reader.perhaps_sparse()
    for column in reader.layout.rates:
        value = reader.number(column.number)
        if value is None or (sparse and column.engine == "matrix"):
            missing.append(_unknown_rate(column.format, column.bits, column.engine))
        else:
            known.append(_known_rate(column, value) | figure)
    missing += [_unknown_rate(format_, bits, "matrix") for format_, bits in reader.layout.absent]
    return known + missing


def _known_rate(column: RateColumn, value: Fraction) -> dict[str, str]:
    rate = f"{exact_text(value)} {column.number.unit}"
    return {"format": column.format, "bits": str(column.bits), "rate": rate, "engine": column.engine}


def _unknown_rate(format_: str, bits: int, engine: str) -> dict[str, str]:
    return {"format": format_, "bits": str(bits), "rate": UNKNOWN_RATE, "engine": engine}


def _dies(reader: RowReader, figure: dict[str, str]) -> list[dict[str, str]]:
    area, node, transistors = (reader.amount(name) for name in ("area", "node", "transistors"))
    foundry, several = reader.word("foundry"), reader.word("package") == "MCM"
    die = {
        "name": reader.word("die"),
        "count": "1",
        "area": f"at least {area}" if area and several else area,
        "node": node,
        "process": foundry,
        "planar": "no" if NON_PLANAR.search(foundry.lower()) else "",
        "transistors": transistors,
        **figure,
        "note": "several dies in one package, one area in the table" if several else "taken as the only die",
    }
    return [{key: value for key, value in die.items() if value}] if area or node or transistors else []


def _memory(reader: RowReader, figure: dict[str, str]) -> dict[str, str]:
    kind = reader.word("memory")
    hbm = "yes" if kind.upper().startswith("HBM") else "no" if re.match(r"(?:G|LP)?DDR", kind.upper()) else ""
    memory = {"type": kind, "capacity": reader.amount("capacity"), "bandwidth": reader.amount("bandwidth"), "hbm": hbm}
    stated = {key: value for key, value in memory.items() if value}
    return stated | figure if stated else {}


def _links(reader: RowReader) -> list[dict[str, str]]:
    found = PCIE.fullmatch(reader.word("bus"))
    if found is None:
        return []
    bandwidth = exact_text(PCIE_LANE[found[1]] * int(found[2]))
    derived = {"confidence": "derived", "source": reader.layout.source}
    return [{"name": "PCIe", "bandwidth": f"{bandwidth} GB/s", **derived, "note": found[0]}]
