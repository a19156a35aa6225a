"""The summary of a shipment ledger in lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateline.jobs.ledger import ScreenedLedger
from gateline.report.wording import WORD
from gateline.rules.model import Outcome
from gateline.shipments.ledger.summary import Tally

ORDER = (Outcome.MET, Outcome.UNDETERMINED, Outcome.NOT_MET)
SHOWN = 12
"""How many names a line has."""


def summary_lines(screened: ScreenedLedger) -> Iterator[str]:
    """What became of a ledger, for people."""
    summary, told = screened.summary, screened.told
    for remark in summary.remarks:
        yield f"gateline: {remark}"
    rejected = ", ".join(f"{column or 'all cells'} {number:,}" for column, number in sorted(summary.reasons.items()))
    yield (
        f"{summary.rows:,} rows read, {summary.rows - summary.rejected:,} screened, {summary.rejected:,} rejected"
        f"{f' ({rejected})' if rejected else ''}"
    )
    for name, tallies in (
        ("licence on the books", told.on_the_books),
        ("licence enforced", told.enforced),
        ("outcome (rules that gate)", told.gating),
    ):
        yield f"{name}: {_outcomes(tallies)}"
    for effect in dict.fromkeys((*told.met, *told.undetermined)):
        for word, sums in (("met", told.met), ("undetermined", told.undetermined)):
            if effect in sums:
                yield f"{effect.replace('_', ' ')}, {word}: {_names(sums[effect])}"


def _outcomes(tallies: Mapping[Outcome, Tally]) -> str:
    return ", ".join(f"{WORD[outcome]} {_counted(tallies.get(outcome, Tally()))}" for outcome in ORDER)


def _names(tallies: Mapping[str, Tally]) -> str:
    """Names with their numbers of rows, the most frequent first."""
    ordered = sorted(tallies.items(), key=lambda pair: (-pair[1].rows, pair[0]))
    rest = [f"and {len(ordered) - SHOWN} more"] if len(ordered) > SHOWN else []
    return ", ".join([*(f"{name} {tally.rows:,}" for name, tally in ordered[:SHOWN]), *rest])


def _counted(tally: Tally) -> str:
    return f"{tally.rows:,}" + (f" ({tally.chips:,} chips)" if tally.chips != tally.rows else "")
