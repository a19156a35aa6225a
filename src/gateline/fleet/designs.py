"""A file of tape-outs: the same format as a chip file, many to a file, one row each in the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateline.chips.chipfile import Chip
from gateline.documents import Document, read_document
from gateline.errors import InputError
from gateline.fleet.read import Figures
from gateline.fleet.result import Chunk
from gateline.fleet.tables import Plan, text_chunk
from gateline.inputs import Inputs

LIST = "tapeouts"
SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class DesignReader:
    """The tape-outs of a file as a table with the columns ``id`` and ``chip``.

    Attributes
    ----------
    source : str
    document : Document
    derive : callable
        The inputs of one tape-out.
    """

    source: str
    document: Document
    derive: Callable[[Chip], Inputs]
    header: tuple[str, ...] = ("id", "chip")
    size: int = 0

    def position(self) -> int:
        """Nothing is left to read once the file is."""
        return self.size

    def blocks(self, plan: Plan) -> Iterator[list[list[str]]]:  # noqa: ARG002 (every column is read)
        """All tape-outs in one block, each by its name and its number in the file."""
        yield [[_name(entry, number), str(number)] for number, entry in enumerate(self.document.content[LIST])]

    def chunk(self, plan: Plan, block: list[list[str]], start: int) -> Chunk:
        """The tape-outs made ready to be screened."""
        return text_chunk(plan, block, start)

    def figures(self, number: str) -> Figures:
        """The inputs of a tape-out.

        Raises
        ------
        InputError
            If its entry breaks the format; the message says where.
        """
        return Figures(self.derive(self.document.part((LIST, int(number))).validate(Chip)))


def read_designs(source: str, derive: Callable[[Chip], Inputs]) -> DesignReader:
    """The tape-outs of a YAML or JSON file.

    Raises
    ------
    InputError
        If the file cannot be read, or has no list of tape-outs.
    """
    document = read_document(source)
    content = document.content
    if not isinstance(content, dict) or not isinstance(content.get(LIST), list) or not content[LIST]:
        raise InputError(f"{source}: {LIST}: a list of tape-outs is expected, each as in a chip file.")
    unknown = set(content) - {LIST, "schema", "notes"}
    if unknown:
        raise InputError(
            f"{document.where((min(unknown),))}: {min(unknown)}: unknown key. Known: schema, notes, {LIST}."
        )
    return DesignReader(source, document, derive)


def _name(entry: object, number: int) -> str:
    """The id or name of an entry, else its number."""
    known = entry if isinstance(entry, dict) else {}
    name = known.get("id") or known.get("name")
    return name if isinstance(name, str) else str(number + 1)
