"""The columns of the result: what is repeated of the input, computed quantities, and what each rule says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.fleet.gather import gather_each
from gateline.fleet.lines import SILENT, RuleColumn
from gateline.fleet.problems import Reject
from gateline.fleet.read import Block
from gateline.fleet.screener import Known, Screened, Screener
from gateline.fleet.summary import FleetSummary, summarize
from gateline.rules.model import Outcome

WORDS = ("", *(outcome.word for outcome in Outcome))
"""What stands in the outcome column; nothing where the rule does not gate."""
ROW = "row"
OUTCOME, ITEM, WAYS = "outcome", "item", "to_overcome"
"""What the headings of a rule end in."""

Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of text as its different cells and which of them each row has."""

    place: npt.NDArray[np.integer[Any]]
    texts: tuple[str, ...]


ResultColumn = Coded | Known | Any
"""Text, a computed quantity, or a column of the input as it came."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A block as it was read.

    Attributes
    ----------
    block : Block
    numbers : int64 array
        The number of each of its rows in the table, from one.
    repeated : mapping
        The columns of the input that the result repeats, by heading: sequences of str or Arrow arrays.
    ragged : sequence of Reject
        Rows that do not have as many cells as the header, and are not in the block.
    """

    block: Block
    numbers: npt.NDArray[np.int64]
    repeated: Mapping[str, Any]
    ragged: Sequence[Reject] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a chunk: the columns of the result without rejected rows, the rejects, and the sums."""

    columns: dict[str, ResultColumn]
    rejects: list[Reject]
    summary: FleetSummary


def screen_chunk(screener: Screener, chunk: Chunk) -> Result:
    """Screen a chunk of a table; all of it is in the arguments, so that it can be done anywhere."""
    screened = screener.screen(chunk.block)
    keep = ~screened.problems.bad_rows(chunk.block.rows) if screened.problems.rejects else None
    rejects = sorted([*chunk.ragged, *screened.problems.numbered(chunk.numbers)], key=lambda reject: reject.row)
    summary = summarize(screened, keep, screener.verdicts.labels)
    summary.rows = chunk.block.rows + len(chunk.ragged)
    summary.rejected = len({reject.row for reject in rejects})
    return Result(_columns(screener, chunk, screened, keep), rejects, summary)


def written(screener: Screener) -> list[str]:
    """The headings of what is computed and said, in their order."""
    headings = screener.computed()
    for rule in screener.verdicts.rules:
        ways = [f"{rule}:{WAYS}"] if screener.verdicts.has_ways(rule) else []
        headings += [f"{rule}:{OUTCOME}", f"{rule}:{ITEM}", *ways]
    return headings


def _columns(screener: Screener, chunk: Chunk, screened: Screened, keep: Truth | None) -> dict[str, ResultColumn]:
    """The columns of the result, rejected rows left out."""
    columns: dict[str, ResultColumn] = {name: _kept(column, keep) for name, column in chunk.repeated.items()}
    for name, known in screened.computed.items():
        columns[name] = known if keep is None else Known(known.values[keep], known.known[keep])
    texts = screener.verdicts.texts
    told = _told(screened.rules, keep)
    for rule, (outcome, item, *ways) in told.items():
        columns[f"{rule}:{OUTCOME}"] = Coded(outcome, WORDS)
        columns[f"{rule}:{ITEM}"] = Coded(item, screener.verdicts.labels[rule])
        if ways:
            columns[f"{rule}:{WAYS}"] = Coded(ways[0], texts)
    return columns


def _told(rules: Mapping[str, RuleColumn], keep: Truth | None) -> dict[str, list[npt.NDArray[Any]]]:
    """Outcome, item and, where a rule has them, ways of each row; rules that share their lines are looked up together."""
    told: dict[str, list[npt.NDArray[Any]]] = {rule: [] for rule in rules}
    for shared in {id(column.place): column.place for column in rules.values()}.values():
        lines = [
            (rule, entries)
            for rule, column in rules.items()
            if column.place is shared
            for entries in (column.lines.outcome - np.int8(SILENT), *column.lines.parts()[1:])
        ]
        found = gather_each([entries for _, entries in lines], _kept(shared, keep))
        for (rule, _), column in zip(lines, found, strict=True):
            told[rule].append(column)
    return told


def _kept(column: Any, keep: Truth | None) -> Any:
    """The rows of a column that are not rejected."""
    if keep is None:
        return column
    if isinstance(column, np.ndarray):
        return column[keep]
    return column.filter(keep) if hasattr(column, "filter") else list(compress(column, keep))
