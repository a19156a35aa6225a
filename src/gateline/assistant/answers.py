"""What the tools answer: short enough for an assistant's context, with a sentence that can be quoted."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter

from gateline.numerals import clip

MAXIMUM_BYTES = 4_000
LONGEST_SENTENCE = 800
Word = Literal["not_met", "undetermined", "met"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `left_out` counts what did not fit, `full` is the resource that has all of it."""

    sentence: str
    full: str
    left_out: int


@dataclass(frozen=True, slots=True)
class ChipName:
    """A chip of the catalogue and the names by which it goes."""

    id: str
    name: str
    vendor: str
    aliases: list[str]


@dataclass(frozen=True, slots=True)
class Chips(Answer):
    """Chips of the catalogue, the nearest first."""

    chips: list[ChipName]


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """What one gating rule says; `missing` is what it depends on."""

    rule: str
    outcome: Word
    item: str | None
    missing: list[str]
    cite: str


@dataclass(frozen=True, slots=True)
class Checked(Answer):
    """The outcome over the gating rules, and what it rests on."""

    outcome: Word
    classification: str
    rules: list[RuleAnswer]
    flips: list[str]
    assumed: list[str]
    readings: list[str]
    shown: list[str]
    remarks: list[str]
    data: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows have which outcome under a rule."""

    rule: str
    met: int
    undetermined: int
    not_met: int


@dataclass(frozen=True, slots=True)
class Table(Answer):
    """What became of the rows of a table, and the first of them."""

    rows: int
    rejected: int
    counts: list[Count]
    assumed: list[str]
    first: list[str]
    rejects: list[str]


@dataclass(frozen=True, slots=True)
class Item:
    """What an item of a rule says, and its conditions."""

    id: str
    says: str
    conditions: list[str]
    cite: str


@dataclass(frozen=True, slots=True)
class Explained(Answer):
    """A version of a rule in our words."""

    version: str
    status: str
    effect: str
    items: list[Item]
    exclusions: list[str]
    citations: list[str]
    confidence: str
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Segment:
    """What a rule says of a chip from a day on."""

    since: str
    rule: str
    outcome: Word
    item: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Changes(Answer):
    """What gating rules say of a chip over time."""

    segments: list[Segment]


def schema_of(answer: type[Answer]) -> Json:
    """The JSON Schema of an answer, without what costs an assistant's context and tells it nothing."""
    schema: Json = lean(TypeAdapter(answer).json_schema(), ("title", "description", "default", "required"))
    return schema


def input_schema(question: type[BaseModel], seldom: tuple[str, ...] = ()) -> Json:
    """The JSON Schema of a question without keys that are `seldom` used; what may be left out need not be null."""
    schema: Json = lean(question.model_json_schema(by_alias=True), ("title", "default"), optional=True)
    return schema | {"properties": {key: value for key, value in schema["properties"].items() if key not in seldom}}


def lean(schema: Any, leave: tuple[str, ...], *, optional: bool = False, properties: bool = False) -> Any:
    """A schema without some keywords, and without null where `optional`; names of properties are kept."""
    if isinstance(schema, list):
        return [lean(entry, leave, optional=optional) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    if optional and {"type": "null"} in schema.get("anyOf", ()):
        [other] = [entry for entry in schema["anyOf"] if entry != {"type": "null"}]
        schema = {key: value for key, value in schema.items() if key != "anyOf"} | other
    unwanted = () if properties else leave
    return {
        key: lean(value, leave, optional=optional, properties=not properties and key in ("properties", "$defs"))
        for key, value in schema.items()
        if key not in unwanted and not (key == "description" and "properties" in schema and not properties)
    }


def fitted(answer: Answer) -> Json:
    """The answer as JSON types, cut to `MAXIMUM_BYTES`: entries of the longest list are left out from its end."""
    found = {**asdict(answer), "sentence": clip(answer.sentence, LONGEST_SENTENCE)}
    while size(found) > MAXIMUM_BYTES:
        lists = {key: value for key, value in found.items() if isinstance(value, list) and value}
        longest = max(lists, key=lambda key: len(text(lists[key])))
        found[longest] = lists[longest][:-1]
        found["left_out"] += 1
    return found


def text(content: Any) -> str:
    """JSON in one line."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def size(content: Any) -> int:
    """How many bytes the JSON has."""
    return len(text(content).encode())
