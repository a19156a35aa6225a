"""Rules on computing clusters for training against a table that a lawyer can read."""

import pytest
from support import SPECS, screen_stated, settings_of, table, verdict_of

from gateline.rules.model import Outcome, Status

ROWS = table("golden", "training_clusters.csv")
LARGE = {"training_rate": "2e20 op/s", "network_bandwidth": "400 Gbit/s", "single_datacenter": "yes"}


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['rule']}: {row['case']}" for row in ROWS])
def test_golden_row(row):
    screening = screen_stated("cluster", settings_of(row["inputs"]), row["as_of"], *row["asked"].split())
    found = verdict_of(screening, row["rule"])
    met = [item.clause.id for item in found.explanation.items if item.outcome is Outcome.MET]
    got = (found.outcome.word, " ".join(met), "yes" if found.gating else "no")
    assert got == (row["outcome"], row["items"], row["gating"]), row["source"]


def test_the_table_has_both_rules_and_both_sides_of_them():
    about_training = {
        rule.id for rule in SPECS.rules.values() if rule.subject == "cluster" and "developer" in rule.addressees
    }
    assert {row["rule"] for row in ROWS} == about_training == {"us.eo14110.cluster", "us.bis.nprm-2024-cluster"}
    for rule in about_training:
        assert {"met", "not_met"} <= {row["outcome"] for row in ROWS if row["rule"] == rule}
    assert len({(row["rule"], row["case"]) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("as_of", "status"), [("2025-01-19", Status.IN_FORCE), ("2025-01-20", Status.REVOKED)])
def test_the_order_ends_with_its_revocation(as_of, status):
    assert verdict_of(screen_stated("cluster", LARGE, as_of), "us.eo14110.cluster").status is status


def test_the_proposal_is_shown_when_asked_for_and_decides_nothing_else():
    """The same cluster at exactly 10^20: a capacity of 10^20 for the order, not more than 10^20 for the proposal."""
    at_the_line = LARGE | {"training_rate": "1e20 op/s"}
    shown = [verdict.rule.id for verdict in screen_stated("cluster", at_the_line, "2026-11-21").verdicts]
    assert "us.eo14110.cluster" in shown
    assert "us.bis.nprm-2024-cluster" not in shown
    asked = screen_stated("cluster", at_the_line, "2026-11-21", "us.bis.nprm-2024-cluster")
    assert verdict_of(asked, "us.eo14110.cluster").outcome is Outcome.MET
    assert verdict_of(asked, "us.bis.nprm-2024-cluster").outcome is Outcome.NOT_MET
    assert verdict_of(asked, "us.bis.nprm-2024-cluster").status is Status.PROPOSED
