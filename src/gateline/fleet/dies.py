"""Columns about dies: what a row says of the logic dies of its package."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from gateline.chips.chipfile import Chip
from gateline.chips.dies import put_dies
from gateline.documents import Document
from gateline.errors import InputError
from gateline.fleet.cells import MAXIMUM_CELL, Cells, Place
from gateline.fleet.headers import Header
from gateline.fleet.problems import Problems
from gateline.inputs import Inputs
from gateline.numerals import match_number
from gateline.rules.corpus import Specs


def read_dies(
    header: Header,
    cells: Mapping[int, Cells],
    specs: Specs,
    as_of: date,
    readings: Mapping[str, str],
    problems: Problems,
) -> tuple[list[Inputs], Place]:
    """What follows from the dies of each distinct description, read once each, and which of them each row has."""
    parts = [cells[column.position].distinct() for column in header.dies.values()]
    different, place = np.unique(np.stack([part for _, part in parts]), axis=1, return_inverse=True)
    place = place.ravel()
    found = []
    for number, chosen in enumerate(different.T.tolist()):
        row = tuple(texts[text] for (texts, _), text in zip(parts, chosen, strict=True))
        try:
            found.append(_inputs(header, row, specs, as_of, readings))
        except InputError as error:
            found.append({})
            for position in np.flatnonzero(place == number).tolist():
                problems.add(position, "die columns", ", ".join(row)[:MAXIMUM_CELL], str(error))
    return found, place


def _inputs(header: Header, row: tuple[str, ...], specs: Specs, as_of: date, readings: Mapping[str, str]) -> Inputs:
    dies: dict[int, dict[str, Any]] = {}
    for (number, key), cell in zip(header.dies, row, strict=True):
        if len(cell) > MAXIMUM_CELL:
            raise InputError(f"die{number}_{key} is longer than {MAXIMUM_CELL} characters")
        if text := cell.strip():
            dies.setdefault(number, {})[key] = _with_unit(text, header.dies[number, key].unit)
    inputs: Inputs = {}
    chip = Document("this row", {"name": "row", "dies": [dies[number] for number in sorted(dies)]}).validate(Chip)
    put_dies(chip, specs, as_of, readings, inputs)
    return inputs


def _with_unit(text: str, unit: str) -> str:
    """The cell with the unit of its column, where it is a bare number."""
    found = match_number(text)
    return f"{text} {unit}" if unit and found is not None and not text[found[1] :].strip() else text
