"""The format of a question: the keys that a request has, each read as its file or option is."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from gateline.amounts import read_date
from gateline.fields import Part, Written, flag, text


def _day(value: Any) -> date:
    return read_date(text(value, "as_of"), "date")


Day = Annotated[date, Written(_day, "a date"), WithJsonSchema({"type": "string", "format": "date"})]
Figure = Annotated[str | None, WithJsonSchema({"type": ["string", "number"]})]
ChipInput = Annotated[
    Any,
    WithJsonSchema(
        {
            "type": ["string", "object"],
            "description": "a name of the catalogue, or the content of a chip or system file",
        }
    ),
]
LedgerInput = Annotated[Any, WithJsonSchema({"type": "object", "description": "the content of a training ledger"})]
Texts = Annotated[
    dict[str, str],
    WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}),
]
Role = Literal["exporter", "foundry", "osat"]


class Question(Part):
    """What every question can say beside its subject."""

    rules: list[str] = []
    readings: Texts = {}


class Dated(Question):
    """A question about one day."""

    as_of: Day
    changes: Texts = Field(default={}, alias="set", description="inputs to state or override, as text with unit")
    strict_facts: Annotated[bool | None, flag("strict_facts")] = False


class ChipQuestion(Dated):
    """A chip or a system, and with a route also a shipment of it."""

    chip: ChipInput
    role: Role = "exporter"
    origin: str | None = Field(default=None, alias="from", description="country from which it is shipped")
    destination: str | None = Field(default=None, alias="to", description="country of destination")
    headquarters: str | None = Field(default=None, alias="hq", description="of the recipient's ultimate parent")
    consignee: str | None = None
    end_user: str | None = None
    end_user_country: str | None = None
    transaction: Literal["export", "reexport", "transfer"] | None = None


class ReleaseQuestion(Dated):
    """A training ledger, or the figures that people know by heart."""

    ledger: LedgerInput = None
    params: Figure = Field(default=None, description="parameters, for example 405e9")
    active_params: Figure = None
    tokens: Figure = Field(default=None, description="tokens seen, for example 15.6e12")
    chip: str | None = Field(default=None, description="accelerator, with chip_hours and utilization")
    chip_hours: Figure = None
    utilization: Figure = Field(default=None, description="for example 0.4")
    config: Annotated[
        dict[str, Any] | None, Field(default=None, description="the content of a config.json, with tokens")
    ]
    seq_len: Figure = Field(default=None, description="tokens per sequence, for config")
    attention: Literal["causal", "half", "full"] | None = Field(default=None, description="for config")
    compute: Figure = Field(default=None, description='as already counted, for example "3.8e25 FLOP"')


QUICK = (
    "params",
    "active_params",
    "tokens",
    "config",
    "seq_len",
    "attention",
    "chip",
    "chip_hours",
    "utilization",
    "compute",
)
"""The figures of a `ReleaseQuestion` that stand for a ledger."""


class TimelineQuestion(Question):
    """A chip over time; without `from` since the first rule was issued."""

    chip: ChipInput
    start: Day | None = Field(default=None, alias="from")
    end: Day = Field(alias="to")
    role: Role = "exporter"
    changes: Texts = Field(default={}, alias="set")
