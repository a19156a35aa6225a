"""The format of a chip: one figure after the other, each with its source; the catalogue uses the same."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateline.amounts import UNKNOWN, Amount, read_amount
from gateline.errors import InputError
from gateline.fields import Part, Written, amount, flag, stated_model
from gateline.fields import text as as_text
from gateline.numerals import clip, exact_text
from gateline.quantities import QUANTITIES

MAXIMUM_DIES = 10_000
NAMED_LENGTH = re.compile(r"(?:MX|NV)?(?:B?FP|B?FLOAT|BF|U?INT)[-_ ]?(\d{1,3})(?!\d)", re.IGNORECASE)
"""Formats whose name has their bits, such as FP16, bfloat16, MXFP4 and UINT8."""
PARTS = re.compile(r"(?:MX)?E(\d{1,2})M(\d{1,2})(?!\d)", re.IGNORECASE)
"""Formats named by the bits of exponent and fraction, such as E4M3; the sign is one more."""
WORDS = {"HALF": 16, "SINGLE": 32, "DOUBLE": 64}
TF32 = re.compile(r"TF32|TENSORFLOAT-?32", re.IGNORECASE)
TF32_LENGTHS = (19, 32)
"""As stored and as padded; of the first a reading says which counts."""
LONGEST_OPERAND = 128
"""No unit is known that takes operands of more bits."""

Confidence = Literal[
    "datasheet", "vendor", "database", "press", "estimate", "derived", "teardown", "peer", "unknown", "measured"
]


def _count(text: Any) -> int:
    if not isinstance(text, str) or not re.fullmatch(r"[1-9]\d{0,4}", text, re.ASCII) or int(text) > MAXIMUM_DIES:
        raise InputError(
            f"count: '{clip(str(text))}' is not a number of dies. Write a whole number from 1 to {MAXIMUM_DIES:,}."
        )
    return int(text)


def _named_lengths(name: str) -> tuple[int, ...]:
    """The bits of the operands of a format, as its name says; nothing where it does not."""
    if TF32.match(name):
        return TF32_LENGTHS
    if found := NAMED_LENGTH.match(name):
        return (int(found[1]),)
    if found := PARTS.match(name):
        return (1 + int(found[1]) + int(found[2]),)
    first = re.split(r"[^A-Z]", name.upper(), maxsplit=1)[0]
    return (WORDS[first],) if first in WORDS else ()


def _check_length(name: str, bits: Amount) -> None:
    """Refuse bits that are no length of an operand, or not those of the format."""
    if not bits.known or bits.low is None:
        raise InputError(f"{name}: bits must be one number, for example 16.")
    read = exact_text(bits.low)
    if bits.low.denominator != 1 or not 1 <= bits.low <= LONGEST_OPERAND:
        raise InputError(f"{name}: bits {read} is no length of an operand. Write a whole number from 1 to 128.")
    lengths = _named_lengths(name)
    if lengths and bits.low not in lengths:
        wanted = " or ".join(map(str, lengths))
        raise InputError(f"{name} has {wanted} bits, not {read}. Write the bits of the format.")


def _area(text: Any) -> Amount:
    amount = read_amount(as_text(text, "applicable_die_area"), QUANTITIES["applicable_die_area"])
    if amount.high == 0 or amount.low == 0:
        raise InputError("area: a die has an area greater than zero. Leave the key out where the area is unknown.")
    return amount


class Sourced(Part):
    """A figure, where it is from, and how good it is."""

    source: str = ""
    confidence: Confidence | Literal[""] = ""
    note: str = ""


class Rate(Sourced):
    """The dense peak rate of one format on one processing unit."""

    format: str
    bits: Annotated[Amount, amount("bit_length")]
    rate: Annotated[Amount, amount("dense_rate")]
    processing_unit: str = ""
    engine: Literal["matrix", "vector", "analog"] = "matrix"
    peak: Literal["shipped", "silicon"] = "shipped"
    compressed: Annotated[bool | None, flag("compressed")] = False
    sparse: Annotated[bool | None, flag("sparse")] = False

    @property
    def is_special(self) -> bool:
        """Whether the rate counts under a reading only."""
        return self.peak != "shipped" or self.compressed is True

    @model_validator(mode="after")
    def _dense(self) -> Rate:
        if self.sparse:
            raise InputError(
                f"{self.format} is marked sparse; the rules use dense rates. Write the dense rate and sparse: no."
            )
        _check_length(clip(self.format), self.bits)
        return self


class Die(Sourced):
    """One sort of logic die in the package."""

    name: str = ""
    kind: Literal["compute", "other", ""] = ""
    count: Annotated[int, Written(_count, "how many of these dies the package holds")] = 1
    area: Annotated[Amount, Written(_area, "area of one die; for example 814 mm^2")] = UNKNOWN
    node: Annotated[Amount, amount("process_node")] = UNKNOWN
    process: str = ""
    planar: Annotated[bool | None, flag("planar")] = None
    transistors: Annotated[Amount, amount("approximated_transistor_count")] = UNKNOWN
    transistor_density: Annotated[Amount, amount("transistor_density")] = UNKNOWN
    design_transistors: Annotated[Amount, amount("approximated_transistor_count")] = UNKNOWN


class Memory(Sourced):
    """The memory of the package."""

    type: str = ""
    capacity: Annotated[Amount, amount("memory_capacity")] = UNKNOWN
    bandwidth: Annotated[Amount, amount("dram_bandwidth")] = UNKNOWN
    hbm: Annotated[bool | None, flag("hbm")] = None
    co_packaged: Annotated[bool | None, flag("co_packaged")] = None

    @model_validator(mode="after")
    def _one_kind(self) -> Memory:
        if self.hbm is False and "HBM" in self.type.upper():
            raise InputError(
                f"the type {clip(self.type)} is high-bandwidth memory, but hbm says no. Correct one of them."
            )
        return self


class Link(Sourced):
    """One sort of input and output, bidirectional, all lanes together."""

    name: str
    bandwidth: Annotated[Amount, amount("io_bandwidth")]


class Datacenter(Part):
    """Whether the chip is designed or marketed for datacenters, and what that rests on; ``yes`` alone will do."""

    value: Annotated[bool | None, flag("datacenter")]
    basis: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, content: Any) -> Any:
        return {"value": content} if isinstance(content, str) else content


class Designer(Part):
    """Who designs the chip, and with which standing under the foundry rule."""

    name: str = ""
    headquarters: str = ""
    status: Literal["approved", "authorized", "none", "unknown"] = "unknown"
    performance_attested: Annotated[bool | None, flag("performance_attested")] = None


class Packaging(Part):
    """Who packages the die, where, and what is attested."""

    by: Literal["fabricator", "osat", "unknown"] = "unknown"
    name: str = ""
    approved: Annotated[bool | None, flag("approved")] = None
    country: str = ""
    transistor_count_attested: Annotated[bool | None, flag("transistor_count_attested")] = None


NOT_STATED = ("datacenter", "designer", "dense_rate", "bit_length", "power")

STATED = tuple(name for name, entry in QUANTITIES.items() if "chip" in entry.subjects and name not in NOT_STATED)
"""Quantities that a chip file may state under their canonical names; a stated one wins over a derived one."""
CHANGEABLE = (*STATED, "datacenter", "designer")
"""Inputs of a chip that may be overridden or added."""

_Stated: Any = stated_model("Stated", STATED)


class Chip(_Stated):  # type: ignore[misc]
    """One chip, of the catalogue or of a user's file."""

    schema_: Literal["1"] = Field(default="1", alias="schema")
    name: str
    id: str = ""
    family: str = ""
    reference: Annotated[bool | None, flag("reference")] = False
    aliases: list[str] = []
    vendor: str = ""
    released: str = ""
    status: str = ""
    datacenter: Datacenter | None = None
    designer: Designer | None = None
    rates: list[Rate] = []
    dies: list[Die] = []
    transistors: Annotated[Amount, amount("approximated_transistor_count")] = UNKNOWN
    memory: Memory | None = None
    links: list[Link] = []
    links_complete: Annotated[bool | None, flag("links_complete")] = True
    packaging: Packaging | None = None
    power: Annotated[Amount, amount("power")] = UNKNOWN
    packages_per_board: Annotated[int, Written(_count, "how many packages one board carries")] = 1
    vendor_headquarters: str = ""
    confidence: str = ""
    sources: list[str] = []
    seen: str = ""
    notes: str = ""

    @property
    def stated(self) -> dict[str, Any]:
        """The quantities that the file states directly."""
        return {name: getattr(self, name) for name in STATED if name in self.model_fields_set}

    @model_validator(mode="after")
    def _plain_rates(self) -> Chip:
        plain = {(rate.format, rate.processing_unit) for rate in self.rates if not rate.is_special}
        for rate in self.rates:
            if rate.is_special and (rate.format, rate.processing_unit) not in plain:
                raise InputError(
                    f"{rate.format} has only a rate with compression or of the silicon; write the plain rate of the "
                    "format beside it, or rate: unknown."
                )
        return self

    @model_validator(mode="after")
    def _one_bandwidth(self) -> Chip:
        if self.links and "io_bandwidth" in self.stated:
            raise InputError("give either io_bandwidth or links, not both.")
        return self
