"""YAML as text: mappings, sequences and one-line scalars, with the line of every entry.

Read from events, without recursion; anchors, tags, second documents and deep nesting are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from gateline.errors import InputError
from gateline.numerals import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yaml.events import Event

MAXIMUM_DEPTH = 24

Place = tuple[str | int, ...]


def read_yaml(text: str, source: str) -> tuple[Any, dict[Place, int]]:
    """The content of a YAML text, and the line of every entry.

    Raises
    ------
    InputError
        If it is not YAML, or holds what files here may not hold.
    """
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    builder = _Builder(source)
    try:
        builder.run(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark
        line = f":{mark.line + 1}" if mark is not None else ""
        raise InputError(f"{source}{line}: is not valid YAML: {error.problem or error.context}.") from None
    except yaml.YAMLError as error:
        raise InputError(f"{source}: is not valid YAML: {clip(str(error), 120)}.") from None
    return builder.root, builder.lines


def one_line(text: str, where: str) -> str:
    """The text of a scalar with its line breaks as spaces; nothing that a terminal would obey, and not nothing."""
    line = " ".join(text.split())
    if not line:
        raise InputError(f"{where} is empty. Write a value, or leave the key out.")
    if not line.isprintable():
        mark = next(mark for mark in line if not mark.isprintable())
        raise InputError(f"{where} holds a mark that cannot be printed (U+{ord(mark):04X}). Take it out.")
    return line


class _Builder:
    """Builds mappings, sequences and text from YAML events, without recursion and without anchors."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.root: Any = None
        self.lines: dict[Place, int] = {}
        self._open: list[tuple[Any, Place]] = []
        self._keys: list[str | None] = []
        self._documents = 0

    def run(self, events: Iterator[Event]) -> None:
        handlers: dict[str, Callable[[Any], None]] = {
            "DocumentStartEvent": self._document,
            "AliasEvent": self._alias,
            "MappingStartEvent": self._mapping,
            "MappingEndEvent": self._end,
            "SequenceStartEvent": self._sequence,
            "SequenceEndEvent": self._end,
            "ScalarEvent": self._scalar,
        }
        for event in events:
            if handler := handlers.get(type(event).__name__):
                handler(event)
        if self._documents == 0:
            raise InputError(f"{self.source}: is empty.")

    def _refuse(self, event: Any, problem: str) -> NoReturn:
        raise InputError(f"{self.source}:{event.start_mark.line + 1}: {problem}")

    def _document(self, event: Event) -> None:
        self._documents += 1
        if self._documents > 1:
            self._refuse(event, "a second document starts here; write one document per file.")

    def _alias(self, event: Event) -> NoReturn:
        self._refuse(event, "anchors and aliases are not used here; write the value out.")

    def _mapping(self, event: Any) -> None:
        self._enter(event, {})

    def _sequence(self, event: Any) -> None:
        self._enter(event, [])

    def _end(self, _: Event) -> None:
        self._open.pop()
        self._keys.pop()

    def _scalar(self, event: Any) -> None:
        self._check(event)
        line = f"{self.source}:{event.start_mark.line + 1}:"
        if self._open and isinstance(self._open[-1][0], dict) and self._keys[-1] is None:
            self._key(event, one_line(event.value, f"{line} a key"))
        else:
            name = self._keys[-1] if self._keys else None
            self._place(event, one_line(event.value, f"{line} {clip(name or 'a value')}"))

    def _key(self, event: Any, key: str) -> None:
        content, place = self._open[-1]
        if key in content:
            self._refuse(event, f"the key '{clip(key)}' stands twice; keep one.")
        self._keys[-1] = key
        self.lines[(*place, key)] = event.start_mark.line + 1

    def _enter(self, event: Any, content: Any) -> None:
        self._check(event)
        if len(self._open) >= MAXIMUM_DEPTH:
            self._refuse(event, f"is nested deeper than {MAXIMUM_DEPTH} levels.")
        if self._open and isinstance(self._open[-1][0], dict) and self._keys[-1] is None:
            self._refuse(event, "a key must be plain text.")
        place = self._place(event, content)
        self._open.append((content, place))
        self._keys.append(None)

    def _place(self, event: Any, value: Any) -> Place:
        if not self._open:
            self.root = value
            self.lines[()] = event.start_mark.line + 1
            return ()
        parent, place = self._open[-1]
        if isinstance(parent, list):
            here = (*place, len(parent))
            parent.append(value)
        else:
            here = (*place, str(self._keys[-1]))
            parent[self._keys[-1]] = value
            self._keys[-1] = None
        self.lines.setdefault(here, event.start_mark.line + 1)
        return here

    def _check(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(event, "anchors and aliases are not used here; write the value out.")
        if event.tag is not None:
            self._refuse(event, f"the tag '{clip(event.tag)}' is not used here; write plain text.")
