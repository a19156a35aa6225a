"""Examples A to H of Annex A.3 to the Commission's guidelines, C(2025) 5045 final: products, prints, and the line of 10^23.

Products are hand arithmetic. Which models are meant is inferred from the figures; the annex does not say.
"""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pytest
from support import check_ledger, names, table, verdict_of

from gateline.rules.model import Outcome
from gateline.screening import Screening

ROWS = table("golden", "annex_examples.csv")
DAY = "2026-11-21"
LINE = "eu.ai-act.gpai"
OF_H = [row for row in ROWS if row["example"] == "H"]
ARCHITECTURE_OF_H = {"method": "architecture", "params": "1.23e9", "tokens": "9e12"}
"""Llama 3.2 1B by its model card: 1.23 billion parameters, 9 trillion tokens, 6.642e22 in all."""


def estimate(row: dict[str, str]) -> dict[str, str]:
    if row["parameters"]:
        seen = Fraction(row["tokens"]) * int(row["epochs"])
        return {"method": "architecture", "params": row["parameters"], "tokens": str(int(seen))}
    return {"method": "hardware"} | {name: row[name] for name in ("chip_hours", "peak", "utilization")}


def checked(*estimates: dict[str, str]) -> Screening:
    return check_ledger({"phases": [{"kind": "pretraining", "estimates": list(estimates)}]}, DAY, "eu")


def ends(screening: Screening) -> tuple[Fraction, Fraction]:
    column = screening.quantities["training_compute"]
    return column.low[0], column.high[0]


def to_digits(row: dict[str, str], rounding: str) -> Decimal:
    return Context(prec=int(row["digits"]), rounding=rounding).create_decimal(row["product"])


@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_the_product_is_exact(row):
    assert ends(checked(estimate(row))) == (Fraction(row["product"]),) * 2


@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_the_print_rounds_or_cuts_off(row):
    """Of nine prints two are rounded up and three cut off where rounding would go up; so no print is to be read back."""
    rounded, cut_off = (to_digits(row, how) == Decimal(row["printed"]) for how in (ROUND_HALF_EVEN, ROUND_DOWN))
    assert {(True, True): "either", (True, False): "rounds", (False, True): "truncates"}[rounded, cut_off] == row[
        "print"
    ]


@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_on_which_side_of_the_line(row):
    """Example B is above 10^23 and printed as 10^23, which is not above it: what is compared is never the print."""
    printed = {"method": "declared", "compute": row["printed"]}
    outcomes = [verdict_of(checked(given), LINE).outcome.word for given in (estimate(row), printed)]
    assert outcomes == [row["outcome"], row["outcome_as_printed"]]


def test_no_example_is_left_out():
    assert "".join(sorted({row["example"] for row in ROWS})) == "ABCDEFGH"
    assert sorted(row["case"][0] for row in ROWS if row["print"] == "truncates") == ["D", "G", "H"]
    assert [row["case"][0] for row in ROWS if row["outcome"] != row["outcome_as_printed"]] == ["B"]


def test_none_is_presumed_to_have_systemic_risk():
    """All are far below 10^25."""
    for row in ROWS:
        assert verdict_of(checked(estimate(row)), "eu.ai-act.systemic-risk").outcome is Outcome.NOT_MET


def test_the_two_routes_of_h_are_ten_times_apart_and_flagged():
    """6.58674e23 / 6.642e22 is 9.917, on either side of the line: open, and pointed out as a likely mistake."""
    (row,) = OF_H
    screening = checked(estimate(row), ARCHITECTURE_OF_H)
    assert ends(screening) == (Fraction("6.642e22"), Fraction(row["product"]))
    assert verdict_of(screening, LINE).outcome is Outcome.UNDETERMINED
    (differ,) = [remark for remark in screening.remarks if "the estimates differ by a factor of 9.92" in remark]
    assert "More than twofold points to a mistake" in differ
    (epochs,) = [remark for remark in screening.remarks if ": epochs: " in remark]
    assert "is 9.92 times the estimate by architecture (6.642e22)" in epochs


def test_unique_tokens_of_g_are_far_below_the_line():
    """6 × 2.6e9 × 61e9 is 9.516e20; seen 164 times they are above it."""
    once = {"method": "architecture", "params": "2.6e9", "tokens": "61e9"}
    assert ends(checked(once)) == (Fraction("9.516e20"),) * 2
    assert verdict_of(checked(once), LINE).outcome is Outcome.NOT_MET
