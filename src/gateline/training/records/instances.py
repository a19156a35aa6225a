"""The format of ``specs/instances.yaml``: which accelerators are in a machine that can be rented, and in which names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateline.documents import read_document
from gateline.errors import InputError, SpecError
from gateline.fields import Part, Written, text
from gateline.numerals import clip
from gateline.rules.specfiles import specs_folder
from gateline.training.records.text import MAXIMUM_COUNT

USAGE = re.compile(r"(?:(?:spot )?preemptible )?(?P<name>.+?) (?:running in|attached to) .+")


def _whole(value: Any) -> int:
    written = text(value, "count")
    digits = written.isascii() and written.isdigit() and len(written) <= len(str(MAXIMUM_COUNT))
    if not digits or not 0 < int(written) <= MAXIMUM_COUNT:
        raise InputError(f"'{clip(written)}' is not a whole number above zero, such as 8.")
    return int(written)


Whole = Annotated[int, Written(_whole, "a whole number above zero")]


class Source(Part):
    """Where names and counts are from, and whether it was looked at or is quoted from memory."""

    key: str
    cite: str
    seen: Literal["opened", "recalled"]


class Named(Part):
    """A name that records use, and the accelerator behind it; `chip` is its id where the catalogue has it."""

    name: str
    accelerator: str
    chip: str | None = None
    source: str


class Instance(Named):
    """A machine type of a provider, with the number of its accelerators."""

    provider: Literal["aws", "gcp", "azure", "oci", "coreweave"]
    count: Whole


class Slice(Named):
    """A size of a TPU slice: the name is followed by a number of cores."""

    cores_per_chip: Whole


class InstancesFile(Part):
    """Machine types, slices of TPUs, lines of a bill for one accelerator, and names that drivers report."""

    schema_: Literal["1"] = Field(alias="schema")
    sources: Annotated[list[Source], Field(min_length=1)]
    instances: list[Instance]
    slices: list[Slice]
    skus: list[Named]
    devices: list[Named]
    without: list[str]

    @model_validator(mode="after")
    def _sound(self) -> InstancesFile:
        keys = {source.key for source in self.sources}
        for group in (self.instances, self.slices, self.skus, self.devices):
            names: set[str] = set()
            for entry in group:
                if entry.source not in keys:
                    raise InputError(f"{entry.name}: {entry.source} is no key under sources.")
                if fold_name(entry.name) in names:
                    raise InputError(f"{entry.name} stands twice.")
                names.add(fold_name(entry.name))
        return self


@dataclass(frozen=True, slots=True)
class Machine:
    """The accelerators of one machine or slice."""

    accelerator: str
    chip: str | None
    count: int


def fold_name(name: str) -> str:
    """A name without case, spaces and punctuation; job schedulers write driver names in their own way."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def default_instances() -> InstancesFile:
    """The machine types that ship with the program.

    Raises
    ------
    SpecError
        If the file is missing or breaks the format.
    """
    try:
        return read_document(specs_folder() / "instances.yaml").validate(InstancesFile)
    except InputError as error:
        raise SpecError(str(error)) from None


@cache
def _machines() -> dict[str, Machine]:
    return {
        entry.name.lower(): Machine(entry.accelerator, entry.chip, entry.count)
        for entry in default_instances().instances
    }


@cache
def _devices() -> dict[str, str | None]:
    return {fold_name(entry.name): entry.chip for entry in default_instances().devices}


def machine(name: str) -> Machine | None:
    """The accelerators of a machine type or of a TPU slice; None where the data do not have it."""
    lowered = name.strip().lower()
    if lowered in _machines():
        return _machines()[lowered]
    for entry in default_instances().slices:
        cores = lowered.removeprefix(entry.name)
        if cores != lowered and cores.isascii() and cores.isdigit() and len(cores) <= 6:
            chips, rest = divmod(int(cores), entry.cores_per_chip)
            return Machine(entry.accelerator, entry.chip, chips) if chips and not rest else None
    return None


def has_no_accelerator(name: str) -> bool:
    """Whether a machine type is of a family that has none."""
    return name.strip().lower().startswith(tuple(prefix.lower() for prefix in default_instances().without))


def sku_machine(description: str) -> Machine | None:
    """The one accelerator for which a line of a bill stands; None for other lines and for what is only reserved."""
    found = USAGE.fullmatch(description.strip().lower())
    for entry in default_instances().skus if found else ():
        if found and found["name"] == entry.name.lower():
            return Machine(entry.accelerator, entry.chip, 1)
    return None


def device_chip(name: str) -> str | None:
    """The catalogue's id of an accelerator under the name that its driver reports; None where that is not one chip."""
    return _devices().get(fold_name(name))
