"""The columns of the result: what is repeated of the input, computed quantities, and what each rule says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt

from gateline.fleet.gather import gather_each
from gateline.fleet.lines import SILENT, RuleColumn, kept
from gateline.fleet.problems import Reject
from gateline.fleet.read import Block
from gateline.fleet.screener import Known, Screened, Screener
from gateline.fleet.summary import FIRST_ROWS, FleetSummary, Understated, summarize
from gateline.fleet.verdicts import Verdicts
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
    rules = kept(screened.rules, keep)
    summary = summarize(screened, rules, keep, screener.verdicts.labels)
    summary.add(FleetSummary(understated=_understated(screened, chunk, keep)))
    summary.rows = chunk.block.rows + len(chunk.ragged)
    summary.rejected = len({reject.row for reject in rejects})
    columns = _inputs(chunk, screened, keep) | _told(rules, screener.verdicts)
    return Result(columns, rejects, summary)


def _understated(screened: Screened, chunk: Chunk, keep: Truth | None) -> dict[str, Understated]:
    """The rows that state an input below what their other figures make, by their numbers in the table."""
    found = {}
    for name, rows in screened.problems.understated.items():
        numbers = chunk.numbers[rows if keep is None else rows[keep[rows]]].tolist()
        if numbers:
            found[name] = Understated(len(numbers), tuple(("", number) for number in numbers[:FIRST_ROWS]))
    return found


def written(screener: Screener) -> list[str]:
    """The headings of what is computed and said, in their order."""
    headings = screener.computed()
    for rule in screener.verdicts.rules:
        headings += _headings(rule, screener.verdicts)
    return headings


def _inputs(chunk: Chunk, screened: Screened, keep: Truth | None) -> dict[str, ResultColumn]:
    """What is repeated and what is computed, rejected rows left out."""
    columns: dict[str, ResultColumn] = {name: _kept(column, keep) for name, column in chunk.repeated.items()}
    for name, known in screened.computed.items():
        columns[name] = known if keep is None else Known(known.values[keep], known.known[keep])
    return columns


def _told(rules: Mapping[str, RuleColumn], verdicts: Verdicts) -> dict[str, ResultColumn]:
    """Outcome, item and, where a rule has them, ways of each row; rules that share their lines are looked up together."""
    columns: dict[str, ResultColumn] = {heading: None for rule in rules for heading in _headings(rule, verdicts)}
    for shared in {id(column.place): column.place for column in rules.values()}.values():
        told = [
            (heading, codes, texts)
            for rule, column in rules.items()
            if column.place is shared
            for heading, (codes, texts) in zip(_headings(rule, verdicts), _coded(rule, column, verdicts), strict=True)
        ]
        found = gather_each([codes for _, codes, _ in told], shared)
        columns |= {heading: Coded(place, texts) for (heading, _, texts), place in zip(told, found, strict=True)}
    return columns


def _headings(rule: str, verdicts: Verdicts) -> list[str]:
    ways = [f"{rule}:{WAYS}"] if verdicts.has_ways(rule) else []
    return [f"{rule}:{OUTCOME}", f"{rule}:{ITEM}", *ways]


def _coded(rule: str, column: RuleColumn, verdicts: Verdicts) -> Iterator[tuple[npt.NDArray[Any], tuple[str, ...]]]:
    """What stands in each line of the columns of a rule, as numbers of texts."""
    yield column.lines.outcome - np.int8(SILENT), WORDS
    yield column.lines.item, verdicts.labels[rule]
    if column.lines.ways is not None:
        yield _ways(column, column.lines.ways, verdicts.texts)


def _ways(
    column: RuleColumn, ways: npt.NDArray[np.int32], texts: tuple[str, ...]
) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """The ways of each line, with the texts of those lines alone that rows have, in their order.

    So the result is the same whatever was screened before.
    """
    assert column.rows is not None, "the rows have been counted"
    used = sorted(np.unique(ways[column.rows > 0]).tolist(), key=texts.__getitem__)
    numbers = np.zeros(len(texts), dtype=np.int32)
    numbers[used] = np.arange(len(used), dtype=np.int32)
    return numbers[ways], tuple(texts[code] for code in used)


def _kept(column: Any, keep: Truth | None) -> Any:
    """The rows of a column that are not rejected."""
    if keep is None:
        return column
    if isinstance(column, np.ndarray):
        return column[keep]
    return column.filter(keep) if hasattr(column, "filter") else list(compress(column, keep))
