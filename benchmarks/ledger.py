"""How long a shipment ledger takes, and how much memory: a seeded ledger, screened in a process of its own.

python benchmarks/ledger.py --rows 10000000 --format parquet
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PER_KILOBYTE = 1024 if sys.platform == "darwin" else 1
"""macOS counts memory in bytes, Linux in kilobytes."""


def main() -> None:
    """Generate, screen, report."""
    parser = argparse.ArgumentParser(description="Time and memory of gateline shipment.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--format", choices=["csv", "parquet"], default="parquet")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / f"ledger.{given.format}"
        arguments = ["--rows", str(given.rows), "--seed", str(given.seed)]
        make = [sys.executable, str(ROOT / "examples/make_shipments.py"), str(ledger), *arguments]
        subprocess.run(make, check=True)
        output = Path(folder) / f"screened.{given.format}"
        command = ["shipment", str(ledger), "-o", str(output), "--columns", "verdicts", "--allow-rejects", "--quiet"]
        totals = ["--totals", str(Path(folder) / "totals.json")]
        start = time.perf_counter()
        screening = subprocess.Popen([sys.executable, "-m", "gateline", *command, *totals])
        _, status, used = os.wait4(screening.pid, 0)
        seconds = time.perf_counter() - start
        if status:
            sys.exit("the screening failed")
        print(
            f"{given.rows:,} rows of {given.format}: {seconds:,.1f} s, {used.ru_utime + used.ru_stime:,.1f} s of processor time, "
            f"{given.rows / seconds:,.0f} rows/s, peak memory {used.ru_maxrss / PER_KILOBYTE / 1024:,.0f} MB"
        )


if __name__ == "__main__":
    main()
