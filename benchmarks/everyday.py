"""Workload 6: one chip, and the start of the command, which people wait for most often."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.in_memory import DAY
from benchmarks.measure import Cost, interleaved
from gateline.jobs import screen_chip
from gateline.rules.model import Outcome

COMMANDS = {"gateline --help": ["--help"], "gateline chip H20": ["chip", "H20", "--exit-zero"]}


def measure(rounds: int) -> dict[str, Cost]:
    """What a verdict of the library takes, and a whole process from nothing to the answer."""

    def verdict() -> None:
        assert screen_chip("H20", DAY).outcome is Outcome.NOT_MET

    def command(arguments: list[str]) -> None:
        subprocess.run([sys.executable, "-m", "gateline", *arguments], check=True, capture_output=True)

    runs = {name: lambda arguments=arguments: command(arguments) for name, arguments in COMMANDS.items()}
    return interleaved({"one verdict in the library": verdict} | runs, rounds)
