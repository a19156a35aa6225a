"""One verdict, a batch of a million rows, start-up. Run with ``make bench``; CI runs each once, untimed."""

import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from gateline.jobs import screen_chip
from gateline.rules.columns import Column, with_ratios
from gateline.rules.evaluate import evaluate
from gateline.rules.model import Outcome
from gateline.rules.program import compile_version
from gateline.rules.specfiles import default_specs

DAY = date(2026, 11, 21)
ROWS = 1_000_000


def test_one_verdict(benchmark):
    """A chip of the catalogue, with the full explanation; the data is loaded beforehand."""
    screen_chip("H20", DAY)
    assert benchmark(screen_chip, "H20", DAY).outcome is Outcome.NOT_MET


@pytest.fixture(scope="module")
def batch():
    """A million chips around the thresholds of ECCN 3A090, a tenth without an area."""
    draw = np.random.default_rng(3090)
    performance = draw.uniform(0, 9600, ROWS)
    area = np.where(draw.random(ROWS) < 0.1, np.nan, draw.uniform(100, 1700, ROWS))
    datacenter = draw.integers(0, 2, ROWS).astype(np.float64)
    return {
        "total_processing_performance": Column(performance, performance),
        "applicable_die_area": Column(area, area),
        "datacenter": Column(datacenter, datacenter),
    }


def test_batch_of_a_million_rows(benchmark, batch):
    """Performance density and ECCN 3A090 for every row."""
    rule = default_specs().rules["us.ear.3a090"]
    program = compile_version(default_specs(), rule.id, rule.versions[-1], DAY)
    verdict = benchmark(lambda: evaluate(program, with_ratios(batch), ROWS))
    assert set(np.unique(verdict.outcome)) == set(Outcome)


@pytest.mark.parametrize("arguments", [["--help"], ["chip", "H20", "--exit-zero"]], ids=["help", "chip"])
def test_start_up(benchmark, arguments):
    """A whole process, from nothing to the answer."""
    command = [sys.executable, "-m", "gateline", *arguments]
    assert benchmark(subprocess.run, command, check=True, capture_output=True).stdout
