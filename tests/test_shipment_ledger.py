"""Shipment ledgers: each row as one shipment, whatever the split; bad rows named and counted; nothing lost."""

import csv
import random
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from gateline.errors import InputError
from gateline.jobs import screen_ledger, screen_shipment, screen_shipments
from gateline.quantities import QUANTITIES, Kind
from gateline.report.shipment import charge_of, licence
from gateline.rules.model import Outcome

ROOT = Path(__file__).parents[1]
ENFORCED, ON_THE_BOOKS = "licence:enforced", "licence:on_the_books"
BLANK = ""


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def screened(folder, text, as_of=None, **options):
    """Screen a ledger of text: the rows of the result, the rejects, and what became of it."""
    source = folder / "ledger.csv"
    source.write_text(text, encoding="utf-8")
    output, rejects = folder / "screened.csv", folder / "screened.rejects.csv"
    rejects.unlink(missing_ok=True)
    done = screen_ledger(str(source), output, as_of, **options)
    return rows_of(output), rows_of(rejects) if rejects.exists() else [], done


# Each row is one shipment

CHIPS = (
    "H100",
    "nvidia-h20-96",
    "RTX 4090",
    "A100",
    "L40S",
    "nvidia-h800-sxm",
    "MI308X",
    "huawei-910b2",
    "B200",
    BLANK,
)
COUNTRIES = ("US", "CN", "HK", "MO", "FR", "AE", "SA", "SG", "TW", "RU", "KH", "IN", "GB", "unknown", BLANK)
DAYS = (
    *("2022-10-20", "2022-10-21", "2023-11-16", "2023-11-17", "2024-04-04", "2024-12-31", "2025-01-12", "2025-01-13"),
    *("2025-05-13", "2025-05-15", "2026-01-14", "2026-01-15", "2026-06-01", "2026-07-10", "2026-11-20"),
)
VALUES = {
    "destination": COUNTRIES,
    "headquarters": COUNTRIES,
    "origin": ("US", "TW", "SG", "CN", BLANK),
    "end_user_country": ("CN", "MO", "FR", BLANK, BLANK),
    "transaction": ("export", *[BLANK] * 8, "reexport", "transfer"),
    "consignee": ("Example Cloud", "Group 42 Holding Ltd", "G42", "unknown", BLANK),
    "count": ("1", "8", "1699", "1700", "15980", "15981", "49898", "49899", "1000000"),
    "declared_value": ("30000", "0.1", BLANK),
    "tariff_heading": (BLANK, "8473.30", "8471500150", "8542.31", BLANK, BLANK, "84"),
    "end_use": (BLANK, "us-repair", "us datacenter", "other", "consumer", BLANK, "home"),
    "new_datacenter_load": ("100", "100.001", "120", BLANK),
    "performance_to_china_per_united_states": ("50%", "0.500001", "10%", "unknown", BLANK),
    "performance_to_consignee_in_year": ("26900000", "26900001", "1000", BLANK, BLANK),
    "majority_owned_from_macau_or_d5": ("yes", "no", "unknown", BLANK),
    "private_end_user": ("yes", "no", BLANK),
    "notified_bis_on": ("2023-12-01", "2026-05-01", BLANK),
    "item_of_a_level": ("yes", "no", "unknown", BLANK, BLANK, BLANK, BLANK),
    "datacenter": ("yes", "no", "unknown", BLANK, BLANK),
    "total_processing_performance": ("4800", "4799.99999999", "15832", "1600", BLANK, BLANK, BLANK),
    "applicable_die_area": ("814", "1", BLANK, BLANK, BLANK),
    "memory_bandwidth_density": ("3.3", "2", BLANK, BLANK, BLANK, BLANK),
}
OF_ITS_OWN = {"origin", "destination", "headquarters", "end_user_country", "transaction", "consignee"}
COLUMNS = {"chip": CHIPS, "as_of": DAYS, **VALUES}


def random_rows(seed, number):
    """Rows whose cells are drawn one by one; some contradict themselves, as those of people do."""
    draw = random.Random(seed)
    return [{name: draw.choice(values) for name, values in COLUMNS.items()} for _ in range(number)]


def alone(row):
    """The same row as one shipment, None where that is an error; a bare figure is in the unit of its quantity."""
    stated = {name: text for name, text in row.items() if text and name not in ("chip", "as_of", "count")}
    parts = {name: stated.pop(name) for name in OF_ITS_OWN & stated.keys()}
    units = {name: QUANTITIES[name].unit for name in stated if QUANTITIES[name].kind is Kind.AMOUNT}
    changes = {name: f"{text} {units[name]}" if units.get(name) else text for name, text in stated.items()}
    try:
        return screen_shipment(
            row["chip"], date.fromisoformat(row["as_of"]), changes=changes | {"units": row["count"]}, **parts
        )
    except InputError:
        return None


def as_ledger(rows):
    """Rows as columns, each with its number as id."""
    ledger = {name: pa.array([row[name] for row in rows]) for name in COLUMNS}
    return {"id": pa.array([str(number) for number in range(1, len(rows) + 1)]), **ledger}


def check_as_one_by_one(rows, table, rejects):
    found = {line["id"]: line for line in table.to_pylist()}
    refused = {reject.row for reject in rejects}
    assert len(found) + len(refused) == len(rows)
    for number, row in enumerate(rows, 1):
        screening = alone(row)
        assert (screening is None) == (number in refused), (row, [each for each in rejects if each.row == number])
        if screening is None:
            continue
        line = found[str(number)]
        written, enforced = licence(screening)
        assert (line["outcome"], line[ON_THE_BOOKS], line[ENFORCED]) == (
            screening.outcome.word,
            written.word,
            enforced.word,
        ), row
        spoken = {verdict.rule.id for verdict in screening.verdicts}
        for verdict in screening.verdicts:
            rule, explanation = verdict.rule.id, verdict.explanation
            assert (line[f"{rule}:outcome"], line[f"{rule}:item"]) == (verdict.outcome.word, explanation.item or ""), (
                rule,
                row,
            )
            if verdict.outcome is Outcome.UNDETERMINED:
                told = f"{rule} (missing {', '.join(explanation.settles)}"
                assert told in line[f"{verdict.rule.effect}:undetermined"], row
        silent = [name for name in line if name.endswith(":outcome") and name.removesuffix(":outcome") not in spoken]
        assert {line[name] for name in silent} <= {""}
        charges = [charge for verdict in screening.verdicts if (charge := charge_of(verdict))]
        low, high = (line[f"tariff:charge_{end} [USD]"] for end in ("low", "high"))
        if charges:
            (charge,) = charges
            assert low == pytest.approx(float(charge.amount.low))
            assert high == (None if charge.amount.high is None else pytest.approx(float(charge.amount.high)))
        else:
            assert (low, high) == (None, None)


@pytest.mark.parametrize("seed", range(4))
def test_a_row_says_what_one_shipment_says(seed):
    """Every rule, the licence, what is missing and the charge; a row is rejected where one shipment is an error."""
    rows = [row for row in random_rows(seed, 40) if row["chip"]]
    rejects = []
    table = screen_shipments(as_ledger(rows), by_rule=True, rejects=rejects)
    check_as_one_by_one(rows, table, rejects)
