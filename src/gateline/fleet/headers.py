"""The header of a table: which column holds which quantity, in which unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from gateline.errors import InputError
from gateline.numerals import clip
from gateline.quantities import BIT_LENGTHS, QUANTITIES, Kind, Quantity, find_quantity
from gateline.units import conversion_factor

RATE = re.compile(r"dense_rate_(\d+)bit")
DIE_UNITS = {
    "count": "",
    "area": "mm^2",
    "node": "nm",
    "planar": "",
    "transistor_density": "1/mm^2",
    "design_transistors": "",
}
"""What a column may say about a die, under the keys of a chip file, and the unit of a bare number."""
DIE = re.compile(rf"die([1-9])_({'|'.join(DIE_UNITS)})")
MAXIMUM_COLUMNS = 2**12
"""More columns than a table of chips, models or shipments has."""
NEAR = 0.8
"""How much of two headings is alike where one can be a slip for the other."""
LETTERS = 128
HEADER = re.compile(r"\s*(?P<name>[^\[\]]*?)\s*(?:\[\s*(?P<unit>[^\[\]]*?)\s*\])?\s*")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the columns of a sort of table can hold.

    Attributes
    ----------
    quantities : tuple of str
        Canonical names; the heading of any other column means nothing, and the column is passed through.
    read, kept : tuple of str
        Columns that are no quantities: those that are read, and those that are only kept.
    short : mapping
        Other headings of the same columns.
    dies : bool
        Whether columns may describe dies.
    """

    quantities: tuple[str, ...]
    read: tuple[str, ...]
    kept: tuple[str, ...]
    short: Mapping[str, str]
    dies: bool = True


CHIPS_AND_MODELS = Vocabulary(
    quantities=tuple(name for name, entry in QUANTITIES.items() if not {"shipment", "total"} & set(entry.subjects)),
    read=("chip", "as_of", "count"),
    kept=("id", "consignee"),
    short={"to": "destination", "hq": "headquarters"},
)
"""Of a table of chips or models; what is said of a shipment alone is passed through."""


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column of amounts: where it stands, what it holds, and how many canonical units one of its units is."""

    position: int
    heading: str
    entry: Quantity
    factor: Fraction


@dataclass(frozen=True, slots=True)
class DieColumn:
    """A column about one sort of die; a bare number in it is in `unit`."""

    position: int
    unit: str


@dataclass(frozen=True, slots=True)
class Header:
    """What each column of a table holds.

    Attributes
    ----------
    names : list of str
        The headings as they stand.
    own : dict
        Positions of the columns that are no quantities, such as ``chip``, ``as_of``, ``count`` and ``id``.
    numbers, words : dict
        Columns of amounts, and positions of flags, names and dates, by canonical name.
    rates : dict
        Columns of dense rates, by bit length.
    dies : dict
        Columns about logic dies, by the number of the die and the key of the chip file: ``die1_area`` is (1, area).
    passed : list of str
        Headings that mean nothing here and are passed through.
    source : str
        The table, as messages call it.
    grouped : tuple of str
        Own columns that are read only because the table is added up by them.
    vocabulary : Vocabulary
    """

    names: list[str]
    own: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, NumberColumn] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    rates: dict[int, NumberColumn] = field(default_factory=dict)
    dies: dict[tuple[int, str], DieColumn] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    source: str = ""
    grouped: tuple[str, ...] = ()
    vocabulary: Vocabulary = CHIPS_AND_MODELS

    def known(self) -> list[int]:
        """The positions of the columns that are read: not those that are kept, unless the table is added up by them, or passed through."""
        names = dict.fromkeys((*self.vocabulary.read, *self.grouped))
        own = [self.own[name] for name in names if name in self.own]
        numbers = (column.position for column in (*self.numbers.values(), *self.rates.values()))
        return [*own, *self.words.values(), *numbers, *(column.position for column in self.dies.values())]

    def subject(self) -> str:
        """``chip`` or ``training``, as the columns say.

        Raises
        ------
        InputError
            If no column says anything about either, or columns about both are there.
        """
        named = [*self.numbers, *self.words]
        found = {subject for name in named for subject in QUANTITIES[name].subjects}
        if self.rates or self.dies or "chip" in self.own:
            found.add("chip")
        if len(found) == 1:
            return found.pop()
        problem = (
            "columns about chips and about training stand in one table; split it" if found else "no column is known"
        )
        raise InputError(
            f"{self.source}:1: {problem}. Columns of a chip table: chip, dense_rate_16bit [TFLOP/s], applicable_die_area [mm^2], …"
        )


def read_header(names: list[str], source: str, vocabulary: Vocabulary = CHIPS_AND_MODELS) -> Header:
    """The header of a table, whose columns can hold what is in a vocabulary.

    Raises
    ------
    InputError
        If there are too many columns, two columns hold the same quantity, or a unit does not fit.
    """
    if len(names) > MAXIMUM_COLUMNS:
        raise InputError(
            f"{source}:1: has {len(names):,} columns, a table has at most {MAXIMUM_COLUMNS:,}. Take out what no rule reads."
        )
    header = Header(list(names), source=source, vocabulary=vocabulary)
    taken: dict[str, str] = {}
    for position, heading in enumerate(names):
        try:
            meaning = _place(header, position, heading)
        except InputError as error:
            raise InputError(f"{source}:1: column {position + 1} '{clip(heading)}': {error}") from None
        if meaning in taken:
            raise InputError(
                f"{source}:1: columns '{clip(taken[meaning])}' and '{clip(heading)}' both hold {meaning}; keep one."
            )
        taken[meaning] = heading
    return header


def _place(header: Header, position: int, heading: str) -> str:
    """File a column, and say what it holds."""
    found = HEADER.fullmatch(heading)
    name, unit = (found["name"], found["unit"]) if found else (heading, None)
    words = header.vocabulary
    name = words.short.get(name, name)
    if name in (*words.read, *words.kept):
        header.own[name] = position
        return name
    if rate := RATE.fullmatch(name):
        return _place_rate(header, position, heading, int(rate[1]), unit)
    if (die := DIE.fullmatch(name)) and words.dies:
        return _place_die(header, position, int(die[1]), die[2], unit)
    entry = find_quantity(name, among=words.quantities)
    if entry is None:
        header.passed.append(heading)
        return f"'{heading}'"
    if entry.kind is not Kind.AMOUNT:
        header.words[entry.name] = position
    else:
        header.numbers[entry.name] = NumberColumn(position, heading, entry, _factor(unit, entry))
    return entry.name


def _place_rate(header: Header, position: int, heading: str, bits: int, unit: str | None) -> str:
    if bits not in BIT_LENGTHS:
        raise InputError(f"bit lengths are {', '.join(map(str, BIT_LENGTHS))}.")
    entry = QUANTITIES["dense_rate"]
    header.rates[bits] = NumberColumn(position, heading, entry, _factor(unit, entry))
    return f"dense_rate_{bits}bit"


def _place_die(header: Header, position: int, number: int, key: str, unit: str | None) -> str:
    if unit and not DIE_UNITS[key]:
        raise InputError(f"die{number}_{key} takes no unit.")
    if unit:
        conversion_factor(unit, DIE_UNITS[key])
    header.dies[number, key] = DieColumn(position, unit or DIE_UNITS[key])
    return f"die{number}_{key}"


def _factor(unit: str | None, entry: Quantity) -> Fraction:
    if not unit:
        return Fraction(1)
    if not entry.unit:
        raise InputError(f"{entry.name} is a count and takes no unit.")
    return conversion_factor(unit, entry.unit)


def near_names(header: Header) -> list[tuple[str, str]]:
    """Columns passed through whose heading looks like a known one, with that one."""
    words = header.vocabulary
    known = [*words.quantities, *words.read, *words.kept, *words.short]
    known += [f"dense_rate_{bits}bit" for bits in BIT_LENGTHS]
    known += [f"die1_{key}" for key in DIE_UNITS] if words.dies else []
    letters = np.array([_letters(name) for name in known])
    pairs = []
    for heading in header.passed:
        word = heading.partition("[")[0].strip().lower().replace(" ", "_")
        alike = 2 * np.minimum(letters, _letters(word)).sum(axis=1) >= NEAR * (letters.sum(axis=1) + len(word))
        if alike.any():
            near = get_close_matches(word, [known[place] for place in np.flatnonzero(alike)], n=1, cutoff=NEAR)
            pairs += [(heading, name) for name in near]
    return pairs


def _letters(text: str) -> npt.NDArray[np.intp]:
    """How often each letter stands in a text: words that have too few in common are not near, in whatever order."""
    marks = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    return np.bincount(marks % LETTERS, minlength=LETTERS)
