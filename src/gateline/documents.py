"""YAML and JSON files, hostile until parsed: bounded in size and depth, every scalar read as text.

A document keeps the line of every entry, so that a message can say where.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, get_args

from gateline.errors import InputError
from gateline.numerals import clip
from gateline.yaml_text import MAXIMUM_DEPTH, Place, one_line, read_yaml

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

MAXIMUM_BYTES = 4_000_000
MAXIMUM_LISTED = 15

QUANTITY_PREFIX = re.compile(r"^[a-z_]+: ")
"""A message about a value starts with its quantity; in a file the key says it already."""

Model = TypeVar("Model", bound="BaseModel")


@dataclass(slots=True)
class Document:
    """The content of one file: mappings, sequences and text, and the line of each entry."""

    source: str
    content: Any
    lines: dict[Place, int] = field(default_factory=dict)

    def where(self, place: Place) -> str:
        """``file:line`` of the innermost known entry at or above `place`."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return f"{self.source}:{self.lines[place[:length]]}"
        return self.source

    def part(self, place: Place) -> Document:
        """The document that is the entry at `place`."""
        content = self.content
        for step in place:
            content = content[step]
        inner = {spot[len(place) :]: line for spot, line in self.lines.items() if spot[: len(place)] == place}
        return Document(self.source, content, inner)

    def validate(self, model: type[Model]) -> Model:
        """The content as `model`.

        Raises
        ------
        InputError
            For the first entry that does not fit, with file, line and name of the entry.
        """
        from pydantic import ValidationError

        try:
            return model.model_validate(self.content)
        except ValidationError as error:
            self._refuse(error, model)

    def _refuse(self, error: ValidationError, model: type[BaseModel]) -> NoReturn:
        first = min(error.errors(), key=lambda item: self.lines.get(tuple(item["loc"]), sys.maxsize))
        place = tuple(first["loc"])
        while place and place not in self.lines and first["type"] == "literal_error":
            place = place[:-1]
        problem = QUANTITY_PREFIX.sub("", _problem(first, model)) if place else _problem(first, model)
        raise InputError(
            f"{self.where(place)}: {_spell(place)}: {problem}" if place else f"{self.where(place)}: {problem}",
            _spell(place),
        ) from None


EXPECTED = {
    "list_type": "a list is expected here.",
    "dict_type": "a mapping is expected here.",
    "model_type": "a mapping is expected here.",
    "model_attributes_type": "a mapping is expected here.",
    "string_type": "text is expected here.",
    "missing": "is missing; it is required.",
}


def _problem(error: Any, model: type[BaseModel]) -> str:
    """What is wrong with one entry, and how to put it right."""
    if error["type"] == "extra_forbidden":
        return f"unknown key. {_near_key(str(error['loc'][-1]), _keys_at(model, error['loc'][:-1]))}"
    if error["type"] == "literal_error":
        return f"'{clip(str(error['input']))}' is not one of {error['ctx']['expected']}."
    return EXPECTED.get(error["type"], str(error["msg"]).removeprefix("Value error, "))


def _near_key(key: str, known: list[str]) -> str:
    near = get_close_matches(key, known, n=2, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Known keys here: {', '.join(known[:MAXIMUM_LISTED])}{' …' if len(known) > MAXIMUM_LISTED else '.'}"


def _keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """The keys of the mapping at `place`, found by walking the model's annotations."""
    here: type[BaseModel] | None = model
    for part in place:
        if isinstance(part, str) and here is not None:
            fields = {field.alias or name: field for name, field in here.model_fields.items()}
            here = _model_in(fields[part].annotation) if part in fields else None
    if here is None:
        return []
    own = sorted(here.model_fields, key=lambda name: name not in here.__annotations__)
    return [here.model_fields[name].alias or name for name in own]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    from pydantic import BaseModel

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _spell(place: Place) -> str:
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read_document(path: str | Path) -> Document:
    """The YAML or JSON file at `path`, or standard input for ``-``.

    Raises
    ------
    InputError
        If it is missing, not a file, too large, not UTF-8, not YAML or JSON, has a key twice, an anchor or tag,
        or is nested too deeply.
    """
    source = "standard input" if str(path) == "-" else str(path)
    return parse_document(_read_text(path, source), source)


def _read_text(path: str | Path, source: str) -> str:
    try:
        if str(path) == "-" and sys.stdin is None:
            raise InputError("standard input: is closed. Name a file, or pipe one in.")
        if str(path) == "-":
            data = sys.stdin.buffer.read(MAXIMUM_BYTES + 1)
        else:
            with Path(path).open("rb") as stream:
                data = stream.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {error.strerror or error}.") from None
    if len(data) > MAXIMUM_BYTES:
        raise InputError(f"{source}: is larger than {MAXIMUM_BYTES:,} bytes; no file of this kind is.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None


def parse_document(text: str, source: str) -> Document:
    """The YAML or JSON document in `text`; `source` is how messages call it."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            return parse_json(text, source)
        except _NotJsonError:
            if source.endswith(".json") or text.lstrip().startswith('{"'):
                raise
    return Document(source, *read_yaml(text, source))


class _NotJsonError(InputError):
    """The text is not JSON; a YAML mapping or list can start with the same mark."""


def parse_json(text: str, source: str) -> Document:
    """The JSON document in `text`; `source` is how messages call it.

    Raises
    ------
    InputError
        If it is not JSON, has a key twice, is nested too deeply, or holds marks that cannot be printed.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key, value in items:
            if key in content:
                raise InputError(f"{source}: the key '{clip(key)}' stands twice; keep one.")
            content[key] = value
        return content

    def constant(name: str) -> NoReturn:
        raise InputError(f'{source}: {name} is not a value. Write a number, or "unknown".')

    if _json_depth(text) > MAXIMUM_DEPTH:
        raise InputError(f"{source}: is nested deeper than {MAXIMUM_DEPTH} levels.")
    try:
        content = json.loads(text, object_pairs_hook=pairs, parse_int=str, parse_float=str, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise _NotJsonError(f"{source}:{error.lineno}: is not valid JSON: {error.msg}.") from None
    return Document(source, _as_text(content, source, ()))


def _json_depth(text: str) -> int:
    depth = deepest = 0
    inside, escaped = False, False
    for mark in text:
        if inside:
            inside = escaped or mark != '"'
            escaped = mark == "\\" and not escaped
        elif mark == '"':
            inside = True
        elif mark in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "}]":
            depth -= 1
    return deepest


def _as_text(value: Any, source: str, place: Place) -> Any:
    """JSON's scalars as YAML files have them: text in one line, and words for true, false and null."""
    if isinstance(value, dict):
        return {
            one_line(key, f"{source}: a key in {_spell(place) or 'the document'}"): _as_text(
                item, source, (*place, key)
            )
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_as_text(item, source, (*place, number)) for number, item in enumerate(value)]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else one_line(value, f"{source}: {_spell(place)}")
