"""Write a shipment ledger that is realistic in size and shape: CSV, or Parquet by its name.

    python examples/make_shipments.py shipments.csv
    python examples/make_shipments.py shipments.parquet --rows 10000000

The same seed and number of rows give the same ledger. Names of parties are made up. A few rows have the errors that ledgers have: a day that does not
exist, a country that is none, a negative count, a chip that nobody makes, an id that comes twice, a consignee spelled in a second way.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

CHIPS = {
    "nvidia-h100-sxm": 27000,
    "nvidia-h100-pcie": 25000,
    "nvidia-h200-sxm": 32000,
    "nvidia-b200-hgx": 40000,
    "nvidia-gb200-gpu": 45000,
    "nvidia-b300-hgx": 48000,
    "nvidia-h20-96": 12000,
    "nvidia-h800-sxm": 24000,
    "nvidia-a100-sxm-80": 15000,
    "nvidia-a100-pcie-40": 10000,
    "nvidia-a800-sxm-80": 13000,
    "nvidia-l40s": 8000,
    "nvidia-l40": 7000,
    "nvidia-l20": 4000,
    "nvidia-l4": 2500,
    "nvidia-l2": 2000,
    "nvidia-a40": 4500,
    "nvidia-a30": 4000,
    "nvidia-a16-gpu": 900,
    "nvidia-a10": 2300,
    "nvidia-a2": 1000,
    "nvidia-t4": 900,
    "nvidia-v100-sxm2": 3000,
    "RTX 4090": 1800,
    "RTX 5090": 2200,
    "amd-mi210": 6000,
    "amd-mi250x": 9000,
    "amd-mi300x": 15000,
    "amd-mi308x": 9000,
    "amd-mi325x": 18000,
    "amd-mi355x": 22000,
    "amd-rx7900xtx": 900,
    "amd-alveo-v70": 2500,
    "aws-inferentia2": 1500,
    "aws-trainium2": 5000,
    "google-tpu-v5e": 1200,
    "graphcore-gc200": 3000,
    "cerebras-wse3": 1000000,
    "Gaudi 3": 15000,
    "Gaudi 2": 9000,
}
"""Chips, by id or as people call them, with a price [USD]."""
COUNTRIES = {
    "US": 30, "TW": 6, "SG": 5, "JP": 5, "DE": 4, "NL": 3, "GB": 4, "FR": 3, "IE": 3, "SE": 2, "FI": 2, "NO": 1, "DK": 1, "CH": 2, "IT": 1, "ES": 1,
    "KR": 4, "AU": 2, "NZ": 0.5, "CA": 3, "IN": 4, "MY": 3, "TH": 1, "ID": 1, "VN": 1, "PH": 0.5, "AE": 3, "SA": 3, "QA": 1, "KW": 0.5, "OM": 0.3,
    "IL": 2, "TR": 1, "EG": 0.5, "ZA": 0.5, "KE": 0.2, "NG": 0.2, "BR": 1.5, "MX": 1, "CL": 0.5, "AR": 0.4, "CN": 2, "HK": 1, "MO": 0.1, "KZ": 0.4,
    "UZ": 0.2, "AM": 0.2, "PL": 1, "CZ": 0.7, "PT": 0.5,
}  # fmt: skip
"""Destinations, and how often they come."""
FIRST = [
    "Aster",
    "Birch",
    "Cobalt",
    "Delta",
    "Ember",
    "Fjord",
    "Granite",
    "Harbor",
    "Indigo",
    "Juniper",
    "Krypton",
    "Lumen",
    "Meridian",
    "Nimbus",
    "Onyx",
    "Polar",
    "Quartz",
    "Ridge",
    "Sable",
    "Tundra",
]
SECOND = ["Cloud", "Compute", "Data", "Systems", "Research", "Networks", "Labs", "Hosting", "Analytics", "Telecom"]
FORMS = {"US": "Inc.", "GB": "Ltd", "DE": "GmbH", "SG": "Pte. Ltd.", "CN": "Co., Ltd.", "NL": "B.V.", "SE": "AB"}
FIRST_DAY, DAYS = np.datetime64("2024-01-02"), 1050
"""To the middle of November 2026."""
CONSIGNEES, BLOCK = 700, 2**16
ERRORS = 0.0004
HEADER = ("id", "as_of", "chip", "count", "from", "to", "hq", "consignee", "transaction", "declared_value [USD]")


class Parties:
    """The consignees: each in one country, of a parent there or, now and then, somewhere else."""

    def __init__(self, draw: np.random.Generator) -> None:
        share = np.array(list(COUNTRIES.values()))
        codes = np.array(list(COUNTRIES))
        self.country = draw.choice(codes, CONSIGNEES, p=share / share.sum())
        foreign = draw.choice(codes, CONSIGNEES, p=share / share.sum())
        self.parent = np.where(draw.random(CONSIGNEES) < 0.15, foreign, self.country)
        self.parent[draw.random(CONSIGNEES) < 0.04] = ""
        names = [f"{first} {second}" for first in FIRST for second in SECOND]
        place = [f"{names[number % len(names)]} {country}" for number, country in enumerate(self.country)]
        pairs = zip(place, self.country, strict=True)
        self.name = np.array(
            [f"{name} {number} {FORMS.get(code, 'Ltd.')}" for number, (name, code) in enumerate(pairs)]
        )
        weight = 1 / np.arange(1, CONSIGNEES + 1)
        self.weight = draw.permutation(weight / weight.sum())


def blocks(rows: int, seed: int) -> Iterator[dict[str, np.ndarray[Any, Any]]]:
    """The ledger in blocks of columns, ordered by day."""
    draw = np.random.default_rng(seed)
    parties = Parties(draw)
    chips, prices = np.array(list(CHIPS)), np.array(list(CHIPS.values()))
    for start in range(0, rows, BLOCK):
        number = np.arange(start, min(start + BLOCK, rows))
        size = len(number)
        party = draw.choice(CONSIGNEES, size, p=parties.weight)
        chip = draw.choice(len(chips), size, p=_falling(len(chips)))
        count = np.minimum(1 + draw.geometric(0.02, size) * draw.choice([1, 1, 1, 8], size), 20000)
        origin = draw.choice(["US", "TW", "SG", "MX"], size, p=[0.7, 0.2, 0.07, 0.03])
        columns = {
            "id": np.char.add("S", np.char.zfill(number.astype(str), 9)),
            "as_of": (FIRST_DAY + number * DAYS // rows).astype(str),
            "chip": chips[chip],
            "count": count.astype(str),
            "from": origin,
            "to": parties.country[party],
            "hq": parties.parent[party],
            "consignee": parties.name[party],
            "transaction": np.where(origin == parties.country[party], "transfer", ""),
            "declared_value [USD]": (count * prices[chip]).astype(str),
        }
        _spoil(columns, draw)
        yield {name: columns[name] for name in HEADER}


def _falling(number: int) -> np.ndarray[Any, Any]:
    """Shares of which each is a little smaller than the one before."""
    shares: np.ndarray[Any, Any] = 0.94 ** np.arange(number)
    return shares / shares.sum()


def _spoil(columns: dict[str, np.ndarray[Any, Any]], draw: np.random.Generator) -> None:
    """Put the errors that ledgers have."""
    wrong = {"as_of": "2025-02-30", "to": "Fraance", "count": "-4", "chip": "H1OO", "hq": "XX"}
    for name, cell in wrong.items():
        hit = draw.random(len(columns[name])) < ERRORS / len(wrong)
        columns[name] = np.where(hit, cell, columns[name])
    twice = np.flatnonzero(draw.random(len(columns["id"])) < ERRORS / 4)
    twice = twice[twice > 0]
    columns["id"][twice] = columns["id"][twice - 1]
    again = draw.random(len(columns["consignee"])) < ERRORS
    columns["consignee"] = np.where(again, np.char.upper(columns["consignee"]), columns["consignee"])


def write(path: Path, rows: int, seed: int) -> None:
    """Write a ledger."""
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([(name, pa.string()) for name in HEADER])
        with pq.ParquetWriter(path, schema) as file:
            for columns in blocks(rows, seed):
                file.write_table(pa.table({name: pa.array(column) for name, column in columns.items()}, schema=schema))
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADER)
        for columns in blocks(rows, seed):
            lines.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a shipment ledger that is realistic in size and shape.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=120_000)
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    write(given.path, given.rows, given.seed)
