"""The format of a chip: one figure after the other, each with its source; the catalogue uses the same."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gateline.amounts import UNKNOWN, Amount, read_amount, read_flag
from gateline.errors import InputError
from gateline.quantities import QUANTITIES, Kind, quantity

STATED = tuple(entry.name for entry in QUANTITIES.values() if entry.kind is not Kind.NAME) + ("destination", "headquarters")
"""Quantities that a chip file may state directly; a stated one wins over a derived one."""

Confidence = Literal["datasheet", "vendor", "database", "press", "estimate", "derived", "teardown", "peer", "unknown", "measured"]


def _amount(name: str) -> BeforeValidator:
    return BeforeValidator(lambda text: text if isinstance(text, Amount) else read_amount(_text(text, name), QUANTITIES[name]))


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{name}: a value is expected here, for example '{QUANTITIES[name].example}'.")
    return value


def _flag(name: str) -> BeforeValidator:
    return BeforeValidator(lambda text: text if isinstance(text, bool) or text is None else read_flag(_text(text, name), QUANTITIES[name]))


def _count(text: Any) -> int:
    if isinstance(text, int):
        return text
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or not 0 < int(text) <= 10_000:
        raise InputError(f"count: '{text}' is not a number of dies. Write a whole number from 1 to 10,000.")
    return int(text)


def _area(text: Any) -> Amount:
    amount = text if isinstance(text, Amount) else read_amount(_text(text, "applicable_die_area"), QUANTITIES["applicable_die_area"])
    if amount.high == 0 or amount.low == 0:
        raise InputError("area: a die has an area greater than zero. Leave the key out where the area is unknown.")
    return amount


class Part(BaseModel):
    """A mapping in a chip file: no unknown keys."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


class Sourced(Part):
    """A figure, where it is from, and how good it is."""

    source: str = ""
    confidence: Confidence | Literal[""] = ""
    note: str = ""


class Rate(Sourced):
    """The dense peak rate of one format on one processing unit."""

    format: str
    bits: Annotated[Amount, _amount("bit_length")]
    rate: Annotated[Amount, _amount("dense_rate")]
    processing_unit: str = ""
    sparse: Annotated[bool | None, _flag("datacenter")] = False

    @model_validator(mode="after")
    def _dense(self) -> Rate:
        if self.sparse:
            raise InputError(f"{self.format} is marked sparse; the rules use dense rates. Write the dense rate and sparse: no.")
        if not self.bits.known:
            raise InputError(f"{self.format}: bits must be one number, for example 16.")
        return self


class Die(Sourced):
    """One sort of logic die in the package."""

    name: str = ""
    count: Annotated[int, BeforeValidator(_count)] = 1
    area: Annotated[Amount, BeforeValidator(_area)] = UNKNOWN
    node: Annotated[Amount, _amount("process_node")] = UNKNOWN
    process: str = ""
    planar: Annotated[bool | None, _flag("non_planar_transistors")] = None
    transistors: Annotated[Amount, _amount("approximated_transistor_count")] = UNKNOWN
    transistor_density: Annotated[Amount, _amount("transistor_density")] = UNKNOWN
    design_transistors: Annotated[Amount, _amount("approximated_transistor_count")] = UNKNOWN


class Memory(Sourced):
    """The memory of the package."""

    type: str = ""
    capacity: Annotated[Amount, _amount("memory_capacity")] = UNKNOWN
    bandwidth: Annotated[Amount, _amount("dram_bandwidth")] = UNKNOWN
    hbm: Annotated[bool | None, _flag("hbm")] = None
    co_packaged: Annotated[bool | None, _flag("hbm")] = None


class Link(Sourced):
    """One sort of input and output, bidirectional, all lanes together."""

    name: str
    bandwidth: Annotated[Amount, _amount("io_bandwidth")]


class Datacenter(Part):
    """Whether the chip is designed or marketed for datacenters, and what that rests on."""

    value: Annotated[bool | None, _flag("datacenter")]
    basis: str = ""


class Designer(Part):
    """Who designs the chip, and with which standing under the foundry rule."""

    name: str = ""
    headquarters: str = ""
    status: Literal["approved", "authorized", "none", "unknown"] = "unknown"
    performance_attested: Annotated[bool | None, _flag("performance_attested")] = None


class Packaging(Part):
    """Who packages the die, where, and what is attested."""

    by: Literal["fabricator", "osat", "unknown"] = "unknown"
    name: str = ""
    approved: Annotated[bool | None, _flag("osat_approved")] = None
    country: str = ""
    transistor_count_attested: Annotated[bool | None, _flag("transistor_count_attested")] = None


class Chip(Part):
    """One chip, of the catalogue or of a user's file.

    Quantities under their canonical names (``total_processing_performance: 2000 TPP``) go to `stated`.
    """

    schema_: Literal["1"] = Field(default="1", alias="schema")
    name: str
    id: str = ""
    family: str = ""
    reference: Annotated[bool | None, _flag("datacenter")] = False
    aliases: list[str] = []
    vendor: str = ""
    released: str = ""
    status: str = ""
    datacenter: Datacenter | None = None
    designer: Designer | None = None
    rates: list[Rate] = []
    dies: list[Die] = []
    transistors: Annotated[Amount, _amount("approximated_transistor_count")] = UNKNOWN
    memory: Memory | None = None
    links: list[Link] = []
    links_complete: Annotated[bool | None, _flag("datacenter")] = True
    packaging: Packaging | None = None
    power: Annotated[Amount, _amount("power")] = UNKNOWN
    confidence: str = ""
    sources: list[str] = []
    seen: str = ""
    notes: str = ""
    stated: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            raise InputError("a chip is a mapping with the keys name, rates, dies, memory and so on.")
        if isinstance(content.get("datacenter"), str):
            content = content | {"datacenter": {"value": content["datacenter"]}}
        own = set(cls.model_fields) | {"schema"}
        stated = {}
        for key in [key for key in content if key not in own]:
            stated[_canonical(key, own)] = _text(content[key], quantity(key).name)
        rest = {key: value for key, value in content.items() if key in own}
        return rest | {"stated": stated}

    @model_validator(mode="after")
    def _one_bandwidth(self) -> Chip:
        if self.links and "io_bandwidth" in self.stated:
            raise InputError("give either io_bandwidth or links, not both.")
        return self


def _canonical(key: str, own: set[str]) -> str:
    try:
        return quantity(key, among=STATED).name
    except InputError:
        from difflib import get_close_matches

        near = get_close_matches(key, [*own, *STATED], n=2, cutoff=0.6)
        hint = f" Did you mean {' or '.join(near)}?" if near else " The chip file format lists the keys."
        raise InputError(f"unknown key '{key}'.{hint}") from None
