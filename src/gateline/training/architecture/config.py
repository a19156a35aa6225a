"""Reading a `config.json` of transformers or diffusers, or hyperparameters under the same names: typed, bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from gateline.documents import Document, _read_text, parse_document
from gateline.errors import InputError
from gateline.numerals import clip

MAXIMUM_COUNT = 10**9
MAXIMUM_LAYERS = 2000

_FOREIGN = re.compile(r'(?<=[\[,:])(\s*)(?:""|-?Infinity|NaN)(?=\s*[,\]}])')
"""Empty text and infinities stand in such files, in keys that count nothing; our own files refuse them."""

_COUNT = re.compile(r"\d{1,10}(?:\.0)?", re.ASCII)


@dataclass(slots=True)
class Config:
    """The keys of a configuration; messages name the file and the key.

    Attributes
    ----------
    used : set of str
        The keys that were asked for, so that a message can list what a family takes.
    """

    source: str
    content: Mapping[str, Any]
    prefix: str = ""
    used: set[str] = field(default_factory=set)

    def refuse(self, key: str, problem: str) -> NoReturn:
        """Refuse what stands under `key`.

        Raises
        ------
        InputError
            Always.
        """
        raise InputError(f"{self.source}: {self.prefix}{key}: {problem}")

    def has(self, key: str) -> bool:
        """Whether a value stands there; null is none."""
        self.used.add(key)
        return self.content.get(key) not in (None, "unknown")

    def count(self, key: str, default: int | None = None, zero: bool = False) -> int:
        """A whole number; without a default the key is required."""
        if not self.has(key):
            if default is None:
                self.refuse(key, "is missing; it is required. Write a whole number.")
            return default
        return self._whole(key, self.content[key], zero)

    def optional(self, key: str) -> int | None:
        """A whole number, or None where the key is missing, null or 0."""
        return (self.count(key, zero=True) or None) if self.has(key) else None

    def layers(self, key: str, default: int | None = None) -> int:
        """A number of layers."""
        number = self.count(key, default)
        if number > MAXIMUM_LAYERS:
            self.refuse(key, f"{number} is more than {MAXIMUM_LAYERS} layers; no model has so many.")
        return number

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        if not self.has(key):
            return default
        words = {"yes": True, "true": True, "no": False, "false": False}
        word = str(self.content[key]).lower()
        if word not in words:
            self.refuse(key, f"'{clip(word)}' is neither true nor false.")
        return words[word]

    def text(self, key: str, default: str = "") -> str:
        """A word."""
        value = self.content[key] if self.has(key) else default
        return value if isinstance(value, str) else self.refuse(key, "text is expected here.")

    def texts(self, key: str, number: int | None = None) -> list[str] | None:
        """A list of words, of which there have to be `number`; None where the key is missing."""
        if not self.has(key):
            return None
        values = self._list(key)
        if not all(isinstance(value, str) for value in values):
            self.refuse(key, "a list of words is expected here.")
        if number is not None and len(values) != number:
            self.refuse(key, f"has {len(values)} entries; {number} are expected, one for each layer.")
        return [str(value) for value in values]

    def counts(self, key: str, default: Iterable[int] | None = None) -> list[int]:
        """A list of whole numbers; one number is a list of one."""
        if not self.has(key) and default is not None:
            return list(default)
        if not self.has(key):
            self.refuse(key, "is missing; it is required. Write a whole number, or a list of them.")
        if not isinstance(self.content[key], list):
            return [self.count(key)]
        return [self._whole(key, value, zero=True) for value in self._list(key)]

    def part(self, key: str) -> Config:
        """The mapping under `key`."""
        value = self.content.get(key)
        if not isinstance(value, Mapping):
            self.refuse(key, "a mapping is expected here.")
        return Config(self.source, value, f"{self.prefix}{key}.")

    def size(self, key: str) -> int:
        """How many entries the list or mapping under `key` has."""
        value = self.content.get(key)
        return len(value) if isinstance(value, (list, Mapping)) else 0

    def _list(self, key: str) -> list[Any]:
        values = self.content[key]
        if not isinstance(values, list) or len(values) > MAXIMUM_LAYERS:
            self.refuse(key, f"a list of at most {MAXIMUM_LAYERS} entries is expected here.")
        return values

    def _whole(self, key: str, value: Any, zero: bool) -> int:
        text = "" if isinstance(value, (list, Mapping, bool)) else str(value)
        if not _COUNT.fullmatch(text):
            self.refuse(key, f"'{clip(str(value))}' is not a whole number. Write for example 4096.")
        number = int(text.removesuffix(".0"))
        if number > MAXIMUM_COUNT or (number == 0 and not zero):
            self.refuse(key, f"{number} is not between 1 and {MAXIMUM_COUNT:,}.")
        return number


def read_config(origin: str | Path | Mapping[str, Any]) -> Config:
    """A configuration: a file, a folder that holds `config.json`, or its content.

    Raises
    ------
    InputError
        If it cannot be read, is no mapping, or is hostile (size, depth, keys that stand twice).
    """
    if isinstance(origin, Mapping):
        return Config("configuration", {str(key): _plain(value) for key, value in origin.items()})
    path = Path(origin)
    if path.is_dir():
        path = path / "config.json"
    content = _document(path).content
    if not isinstance(content, dict):
        raise InputError(f"{path}: a mapping of names to values is expected, as in a config.json.")
    return Config(str(path), content)


def _document(path: Path) -> Document:
    return parse_document(without_foreign(_read_text(path, str(path))), str(path))


def without_foreign(text: str) -> str:
    """The text of a configuration with null for what our own files refuse."""
    return _FOREIGN.sub(r"\1null", text)


def _plain(value: Any) -> Any:
    """Values from Python as a file has them: numbers and words as text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if value is None else str(value)
