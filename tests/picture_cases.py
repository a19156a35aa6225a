"""The pictures that are kept as golden files; ``python tests/picture_cases.py`` draws them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from gateline.fleet.summary import FleetSummary
from gateline.jobs import check_release, chip_timeline, screen_chip
from gateline.report.pictures import PICTURES

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "golden" / "pictures"
DAY = date(2026, 11, 22)

# Counts of a made-up table of 400,000 rows.
SUMMARY = FleetSummary(
    rows=400_012,
    rejected=12,
    verdicts={
        "us.ear.3a090": Counter(met=41_210, undetermined=1_874, not_met=356_916),
        "us.ear.foundry-presumption": Counter(met=9_120, undetermined=12_044, not_met=378_836),
        "us.bis.is-informed-2025-04": Counter(met=2, not_met=399_998),
    },
)


def ledger() -> Path:
    """A ledger in which rollouts and synthetic data decide, with a distribution in its pre-training."""
    return ROOT / "tests" / "data" / "pictures" / "ledger.yaml"


GOLDEN: dict[str, Callable[[], str]] = {
    "plane": lambda: PICTURES["plane"].draw(screen_chip(str(ROOT / "examples" / "chip.yaml"), DAY)),
    "plane-2022": lambda: PICTURES["plane"].draw(screen_chip("A800", date(2023, 6, 1))),
    "memory": lambda: PICTURES["memory"].draw(screen_chip("H200", DAY)),
    "strip": lambda: PICTURES["strip"].draw(check_release(str(ledger()), DAY)),
    "phases": lambda: PICTURES["phases"].draw(check_release(str(ledger()), DAY)),
    "timeline": lambda: PICTURES["timeline"].draw(chip_timeline("A800", None, DAY)),
    "outcomes": lambda: PICTURES["outcomes"].draw(SUMMARY),
}

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, draw in GOLDEN.items():
        (FOLDER / f"{name}.svg").write_text(draw(), encoding="utf-8")
