"""``python -m docs.budgets``: how large reports and the page are, and how fast answers come, as a table in Markdown."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.request import Request, urlopen

from click.testing import CliRunner

from docs.screenshots import DAY, ROOT, served
from gateline.cli import group
from gateline.jobs import default_catalogue, screen_chip
from gateline.questions import chip_over_time, chip_screening, of_content
from gateline.report.findings import Checked
from gateline.report.html import render_report
from gateline.report.pictures import PICTURES, WHOLE

KILOBYTE = 1000
CHIPS = 200
LEDGER_ROWS = 100_000
FILLED = {"as_of": DAY, "datacenter": "yes", "picture": "plane"}


def table() -> Iterator[str]:
    """The rows of the table."""
    yield "| what | measured | at most |"
    yield "| --- | --- | --- |"
    largest, name = max((len(_chip_report(name).encode()), name) for name in default_catalogue().entries)
    yield f"| report on a chip, largest of the {len(default_catalogue().entries)} in the catalogue (`{name}`) | {_kilobytes(largest)} | 100 kB |"
    yield f"| report on a model, `examples/post-training.yaml` | {_of('release', 'examples/post-training.yaml')} | 80 kB |"
    yield f"| report on a table, `examples/fleet.csv` | {_of('fleet', 'examples/fleet.csv', '--allow-rejects', '--quiet')} | 300 kB |"
    yield f"| report on a ledger, `examples/shipments.csv` | {_of('shipment', 'examples/shipments.csv', '--allow-rejects', '--quiet')} | 300 kB |"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "ledger.csv"
        maker = str(ROOT / "examples" / "make_shipments.py")
        subprocess.run([sys.executable, maker, str(made), "--rows", str(LEDGER_ROWS)], check=True)
        size = _of("shipment", str(made), "--allow-rejects", "--quiet")
    yield f"| the same of {LEDGER_ROWS:,} rows | {size} | 300 kB |"
    screening = screen_chip("H20", date.fromisoformat(DAY))
    cold = _milliseconds(lambda: PICTURES["plane"].draw(screening, WHOLE))
    warm = sorted(_milliseconds(lambda: PICTURES["plane"].draw(screening, WHOLE)) for _ in range(20))[10]
    yield f"| the plane, first of a process; after that | {cold:.0f} ms; {warm:.0f} ms | 40 ms |"
    with served() as address:
        sizes = {name: len(_get(f"{address}/{name}")) for name in ("", "static/page.css", "static/page.js")}
        yield f"| the page: HTML, style, script | {', '.join(map(_kilobytes, sizes.values()))} | 100 kB together |"
        times = sorted(_updates(address))
    yield f"| an update of the page over {CHIPS} random chips, from question to answer: median, 95th percentile | {times[CHIPS // 2]:.0f} ms, {times[CHIPS * 95 // 100]:.0f} ms | 100 ms |"


def _chip_report(name: str) -> str:
    question = of_content({"chip": name, "as_of": DAY})
    screening = chip_screening(question)
    return render_report([Checked(screening, timeline=chip_over_time(question, screening))])


def _of(*arguments: str) -> str:
    done = CliRunner().invoke(group, [*arguments, "--as-of", DAY, "--format", "html"], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return _kilobytes(len(done.stdout.encode()))


def _updates(address: str) -> Iterator[float]:
    """How long the page waits for each of some random chips [ms]."""
    chance = random.Random(1)
    for _ in range(CHIPS):
        figures = {"rate16": f"{chance.randint(20, 3000)} TFLOP/s", "area": f"{chance.randint(80, 1600)} mm^2"}
        asked = json.dumps(FILLED | {"name": "X", "dram": f"{chance.randint(100, 8000)} GB/s"} | figures).encode()
        ask = Request(f"{address}/ui/chip", asked, {"content-type": "application/json"})
        yield _milliseconds(lambda ask=ask: _get(ask))  # type: ignore[misc]


def _get(asked: Request | str) -> bytes:
    with urlopen(asked, timeout=60) as answer:
        found: bytes = answer.read()
        return found


def _milliseconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def _kilobytes(size: int) -> str:
    return f"{size / KILOBYTE:.0f} kB"


if __name__ == "__main__":
    os.chdir(ROOT)
    for line in table():
        print(line)
