"""The format of ``specs/plausibility.yaml``: what real chips can be, as published, each figure with its source."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateline.amounts import read_amount
from gateline.documents import read_document
from gateline.errors import InputError, SpecError
from gateline.fields import Part, Written, text
from gateline.numerals import clip, read_number
from gateline.quantities import QUANTITIES
from gateline.rules.condition_schema import Truth
from gateline.rules.specfiles import specs_folder


def _figure(name: str) -> Written:
    """Reads one value of the quantity `name`; a limit is neither a range nor unknown."""
    entry = QUANTITIES[name]

    def read(value: Any) -> Fraction:
        found = read_amount(text(value, name), entry)
        if found.low is None or not found.known or found.low == 0:
            raise InputError(f"'{clip(str(value))}' is not one value above zero. Write for example '{entry.example}'.")
        return found.low

    return Written(read, f"{entry.says}; one value, for example {entry.example}")


def _number(fits: Callable[[Fraction], bool], wanted: str) -> Written:
    """Reads a number without a unit."""

    def read(value: Any) -> Fraction:
        found = read_number(text(value, "number"))
        if not fits(found):
            raise InputError(f"'{clip(str(value))}' is not {wanted}.")
        return found

    return Written(read, wanted)


Area = Annotated[Fraction, _figure("applicable_die_area")]
Bandwidth = Annotated[Fraction, _figure("dram_bandwidth")]
Capacity = Annotated[Fraction, _figure("memory_capacity")]
Node = Annotated[Fraction, _figure("process_node")]
Share = Annotated[Fraction, _number(lambda value: 0 < value < 1, "a number between 0 and 1")]
Factor = Annotated[Fraction, _number(lambda value: value > 1, "a number above 1")]


class Cited(Part):
    """Figures, where they are from, and whether the source was looked at or quoted from memory."""

    cite: str
    seen: Literal["opened", "recalled"]


class Reasoned(Cited):
    """A bound, and the reason for it."""

    why: str


class Process(Cited):
    """A manufacturing process, and the transistors that its cells hold per area."""

    name: str
    node: Node
    density: Annotated[Fraction, _figure("transistor_density")]


class DensityLimits(Reasoned):
    """How far above and below the published densities a chip may lie."""

    over: Factor
    under: Share
    processes: Annotated[list[Process], Field(min_length=1)]


class RateLimits(Reasoned):
    """How rates of formats of different widths may lie to each other."""

    tolerance: Share
    widest: Annotated[Fraction, _figure("bit_length")]


class ReticleLimits(Reasoned):
    """The largest die that one exposure can print, and what is made of a wafer as a whole."""

    field: Area
    wafer_scale: Area
    wafer: Area

    @model_validator(mode="after")
    def _ordered(self) -> ReticleLimits:
        if not self.field < self.wafer_scale < self.wafer:
            raise InputError("field, wafer_scale and wafer stand in rising order.")
        return self


class ArchitectureLimits(Reasoned):
    """The nodes at which every process is non-planar, and those at which none is."""

    non_planar_to: Node
    planar_from: Node

    @model_validator(mode="after")
    def _ordered(self) -> ArchitectureLimits:
        if self.non_planar_to >= self.planar_from:
            raise InputError("non_planar_to must be below planar_from.")
        return self


class AreaLimits(Reasoned):
    """By how much areas that should be equal may differ."""

    tolerance: Share


class CountLimits(Reasoned):
    """By how much two ways to count transistors may differ, and the sum of the dies from the package."""

    factor: Factor
    tolerance: Share


class MemoryType(Cited):
    """A sort of memory: what one stack, device or channel of it holds and carries.

    Without `largest` and `slowest` any number of gigabytes may hang on one unit, so that no lower bound follows.
    """

    type: str
    hbm: Truth
    unit: Literal["stack", "device", "channel"]
    smallest: Capacity
    largest: Capacity | None = None
    slowest: Bandwidth | None = None
    fastest: Bandwidth

    @model_validator(mode="after")
    def _ordered(self) -> MemoryType:
        if (self.largest is None) != (self.slowest is None):
            raise InputError(f"{self.type}: give both largest and slowest, or neither.")
        if (self.largest or self.smallest) < self.smallest or (self.slowest or self.fastest) > self.fastest:
            raise InputError(f"{self.type}: largest is at least smallest, and slowest at most fastest.")
        return self


class MemoryLimits(Part):
    """What each sort of memory can carry."""

    tolerance: Share
    why: str
    types: Annotated[list[MemoryType], Field(min_length=1)]

    @model_validator(mode="after")
    def _once(self) -> MemoryLimits:
        names = [memory.type.upper() for memory in self.types]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"{name} stands twice.")
        return self


class Limits(Part):
    """Everything that a description of a chip is held against."""

    schema_: Literal["1"] = Field(alias="schema")
    density: DensityLimits
    rates: RateLimits
    reticle: ReticleLimits
    architecture: ArchitectureLimits
    area: AreaLimits
    counts: CountLimits
    memory: MemoryLimits


@cache
def default_limits() -> Limits:
    """The limits that ship with the program.

    Raises
    ------
    SpecError
        If the file is missing or breaks the format.
    """
    try:
        return read_document(specs_folder() / "plausibility.yaml").validate(Limits)
    except InputError as error:
        raise SpecError(str(error)) from None
