"""How a call from Python is put."""

from datetime import date
from pathlib import Path

from gateline import jobs

# Ledgers get their date


def test_rows_without_a_day_have_that_of_the_call_unless_they_have_to_state_their_own():
    ledger = {"chip": ["H100", "H100"], "as_of": ["2026-06-01", ""], "to": ["FR", "CN"], "hq": ["FR", "CN"]}
    assert jobs.screen_shipments(ledger, date(2026, 6, 1)).num_rows == 2
    rejects = []
    assert jobs.screen_shipments(ledger, date(2026, 6, 1), own_days=True, rejects=rejects).num_rows == 1
    assert [(reject.row, reject.column) for reject in rejects] == [(2, "as_of")]


def test_below_the_command_line_nothing_knows_today():
    """A question asked again has the same answer; the day comes from whoever asks."""
    source = Path(jobs.__file__).parents[1]
    edges = {source / "cli", source / "serve", source / "assistant"}
    telling = [path for path in source.rglob("*.py") if "date.today" in path.read_text(encoding="utf-8")]
    assert [path for path in telling if edges.isdisjoint(path.parents)] == []
