"""The file of cells that cannot be read, written as they are found: however many there are, few are in memory."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np

from gateline.fleet.outputs import Output
from gateline.fleet.problems import Reject


class RejectsFile:
    """Use as a context; a list of an earlier run is replaced, even by an empty one.

    Attributes
    ----------
    first : Reject or None
        The first cell of all that could not be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.first: Reject | None = None
        self._stack = ExitStack()
        self._output: Output | None = None

    def __enter__(self) -> RejectsFile:
        return self

    def write(self, rejects: list[Reject]) -> None:
        """Add rejects, which come in the order of their rows."""
        if self._output is None:
            self._output = self._stack.enter_context(Output(self.path))
        self.first = self.first or next(iter(rejects), None)
        self._output.write(
            {
                "row": np.array([reject.row for reject in rejects], dtype=np.int64),
                "column": [reject.column for reject in rejects],
                "value": [reject.value for reject in rejects],
                "reason": [reject.reason for reject in rejects],
            }
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._output is None and self.path.exists():
            self.write([])
        self._stack.__exit__(kind, error, trace)
