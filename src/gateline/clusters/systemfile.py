"""The format of a system: which chips it is built from, how many of each, and what else is known of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateline.chips.chipfile import Chip
from gateline.documents import Document
from gateline.errors import InputError
from gateline.fields import Part, Written, stated_model
from gateline.fields import text as as_text
from gateline.numerals import clip, read_number
from gateline.quantities import QUANTITIES

MAXIMUM_CHIPS = 10**9
DESCRIBED = "described_in_"

STATED = tuple(name for name, entry in QUANTITIES.items() if "cluster" in entry.subjects)
"""Quantities that a system file may state under their canonical names; a stated one wins over a derived one."""

ENTRIES = tuple(name.removeprefix(DESCRIBED).upper() for name in STATED if name.startswith(DESCRIBED))
"""Entries of the Commerce Control List that have .z paragraphs for systems."""

_Stated: Any = stated_model("StatedOfSystem", STATED)


def _count(text: Any) -> int:
    number = read_number(as_text(text, "count"))
    if number.denominator != 1 or not 1 <= number <= MAXIMUM_CHIPS:
        raise InputError(f"count: '{clip(str(text))}' is not a number of chips. Write a whole number such as 8.")
    return int(number)


class Population(Part):
    """Chips of one sort in a system: by name from the catalogue, or described in place."""

    chip: str = ""
    design: Chip | None = None
    count: Annotated[int, Written(_count, "how many of these chips the system holds")] = 1

    @model_validator(mode="after")
    def _one_description(self) -> Population:
        if bool(self.chip) == (self.design is not None):
            raise InputError("give either chip, a name from the catalogue, or design, a chip described in place.")
        return self


class System(_Stated):  # type: ignore[misc]
    """A computer, rack or cluster, described by its chips."""

    schema_: Literal["1"] = Field(default="1", alias="schema")
    name: str
    chips: Annotated[list[Population], Field(min_length=1, max_length=1000)]
    described_in: list[str] | None = None
    notes: str = ""

    @property
    def stated(self) -> dict[str, Any]:
        """The quantities that the file states directly, the entries that describe it included."""
        told = {name: getattr(self, name) for name in STATED if name in self.model_fields_set}
        if self.described_in is None:
            return told
        listed = {entry.upper().partition(".")[0] for entry in self.described_in}
        return {f"{DESCRIBED}{entry.lower()}": entry in listed for entry in ENTRIES} | told

    @model_validator(mode="after")
    def _known_entries(self) -> System:
        for entry in self.described_in or ():
            if entry.upper().partition(".")[0] not in ENTRIES:
                raise InputError(
                    f"described_in: '{clip(entry)}' has no .z paragraph for systems. Entries: {', '.join(ENTRIES)}; "
                    "an empty list says that none describes it."
                )
        return self


def is_system(document: Document) -> bool:
    """Whether a document describes a system and not one chip."""
    return isinstance(document.content, dict) and "chips" in document.content
