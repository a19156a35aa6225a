"""``trainer_state.json`` of the Hugging Face Trainer: what a run counted of itself. It names no hardware."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from gateline.amounts import Amount
from gateline.errors import InputError
from gateline.numerals import read_number
from gateline.training.records.model import Collected, Figure, Records
from gateline.training.records.text import Row, mapping_row, read_json

TOKENS = "num_input_tokens_seen"
OPERATIONS = "total_flos"
SAYS_TOKENS = "input tokens as the trainer counts them, with padding unless it was told otherwise"
SAYS_OPERATIONS = (
    "hf_total_flos: 6 × input elements × all parameters without embeddings: counts padding, counts every expert of a "
    "mixture, leaves attention out; not a measurement"
)
MOST = 10**30
MOST_SECONDS = 10 * 366 * 86400


def read(path: str | Path) -> Records:
    """The figures of a trainer state; it has no entries.

    Raises
    ------
    InputError
        If the file is no trainer state, or a figure in it is no number.
    """
    source = str(path)
    content = read_json(path)
    if not is_state(content):
        raise InputError(f"{source}: is no trainer state: it has global_step and log_history. Name trainer_state.json.")
    found = Collected(source, "trainer_state", 1)
    state = mapping_row(content, source)
    history = [mapping_row(entry, source) for entry in content["log_history"]]
    logged = [value for row in history if (value := row.number(TOKENS, MOST, "tokens")) is not None]
    tokens = state.number(TOKENS, MOST, "tokens")
    if tokens and (not logged or logged[-1] != tokens):
        logged.append(tokens)
    found.figures.extend(counted(TOKENS, logged, SAYS_TOKENS, "", found))
    _single(state, OPERATIONS, SAYS_OPERATIONS, found)
    _single(state, "global_step", "optimizer steps", found)
    _single(state, "epoch", "passes over the data", found)
    runtimes = [value for row in history if (value := row.number("train_runtime", MOST_SECONDS, "seconds"))]
    if runtimes:
        found.figures.append(
            Figure("train_runtime", Amount.exactly(sum(runtimes)), "seconds of the processes that finished")
        )
    found.remark("noted", "names no accelerators: give their number and kind from another record")
    return found.done()


def is_state(content: Any) -> bool:
    """Whether a JSON value is a trainer state."""
    return isinstance(content, dict) and "global_step" in content and isinstance(content.get("log_history"), list)


def _single(state: Row, name: str, convention: str, found: Collected) -> None:
    value = state.number(name, MOST, "a count")
    if value:
        found.figures.append(Figure(name, Amount.exactly(value), convention))


def counted(name: str, values: Sequence[Fraction], convention: str, job: str, found: Collected) -> list[Figure]:
    """A figure that a run counts up, from its values in the order in which they were logged.

    Where a value falls, the run was resumed. Either the count went back to a checkpoint, or it started anew; so the
    total is at least the largest value and at most the sum of the last values before each fall and at the end.
    """
    if not any(values):
        return []
    peaks = [value for value, after in pairwise(values) if after < value]
    if peaks:
        found.remark("noted", f"{name} falls below an earlier value: the run was resumed, so its total is a range")
    return [Figure(name, Amount(max(values), sum(peaks, values[-1])), convention, job)]


def logged_numbers(rows: Sequence[Row], name: str) -> list[Fraction]:
    """The values of a column of a history, in order; what is no number was not logged."""
    values = []
    for row in rows:
        if text := row.text(name):
            try:
                values.append(read_number(text))
            except InputError:
                raise row.refusal(name, "is not a number, such as 1.5e9.") from None
    return values
