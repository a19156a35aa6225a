"""Columns of which inputs follow together, as their different combinations; and inputs told apart as far as rules do."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from gateline.fleet.cells import Place
from gateline.inputs import Datum, Inputs
from gateline.shipments.ledger.cells import Stated, distinct_rows

Combination = tuple[tuple[str, Datum], ...]
"""What a row states in the columns of a group."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some columns of a block: what their different combinations state, and which of them each row has."""

    combinations: tuple[Combination, ...]
    place: Place

    @classmethod
    def of(cls, columns: Mapping[str, Stated], names: Iterable[str], rows: int) -> Group:
        """The columns of these names, as far as they are there."""
        used = [(name, columns[name]) for name in names if name in columns]
        first, place = distinct_rows([column.place for _, column in used], rows)
        combinations = []
        for row in first.tolist():
            stated = ((name, column.data[column.place[row]]) for name, column in used)
            combinations.append(tuple((name, datum) for name, datum in stated if datum is not None))
        return cls(tuple(combinations), place)


class Classes:
    """Inputs that are alike to the rules of a stretch get one number; threads may share it."""

    def __init__(self) -> None:
        self.inputs: list[Inputs] = [{}]
        self._codes: dict[Hashable, int] = {(): 0}
        self._lock = Lock()

    def code(self, key: Hashable, inputs: Inputs) -> int:
        """The number of inputs with this key; zero stands for none."""
        found = self._codes.get(key)
        if found is None:
            with self._lock:
                found = self._codes.setdefault(key, len(self.inputs))
                if found == len(self.inputs):
                    self.inputs.append(inputs)
        return found
