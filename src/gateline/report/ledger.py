"""The summary of a shipment ledger in lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Group

from gateline.jobs.ledger import ScreenedLedger
from gateline.jobs.totals import reference_performance
from gateline.report.totals import Json, totals_object
from gateline.report.totals_text import totals_text
from gateline.report.wording import WORD
from gateline.rules.model import Outcome
from gateline.shipments.ledger.summary import Tally
from gateline.version import __version__

FORMAT = "gateline.ledger-totals/1"
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
        ("rows by licence on the books", told.on_the_books),
        ("rows by licence enforced", told.enforced),
        ("rows by outcome over the rules that gate", told.gating),
    ):
        yield f"{name}: {_outcomes(tallies)}"
    for effect in dict.fromkeys((*told.met, *told.undetermined)):
        for word, sums in (("met", told.met), ("undetermined", told.undetermined)):
            if effect in sums:
                yield f"{effect.replace('_', ' ')}, {word}: {_names(sums[effect])}"


def summary_object(screened: ScreenedLedger) -> Json:
    """What became of a ledger, as JSON types."""
    summary, told = screened.summary, screened.told
    outcomes = {"outcome": told.gating, "licence_on_the_books": told.on_the_books, "licence_enforced": told.enforced}
    return {
        "rows": summary.rows,
        "rejected": summary.rejected,
        "reasons": dict(sorted(summary.reasons.items())),
        **{
            name: {outcome.word: _tally(tallies.get(outcome, Tally())) for outcome in ORDER}
            for name, tallies in outcomes.items()
        },
        **{
            word: {
                effect: {name: _tally(tally) for name, tally in sorted(names.items())}
                for effect, names in sorted(sums.items())
            }
            for word, sums in (("met", told.met), ("undetermined", told.undetermined))
        },
        "remarks": summary.remarks,
    }


def _tally(tally: Tally) -> Json:
    return {"rows": tally.rows, "chips": tally.chips}


def totals_document(screened: ScreenedLedger) -> Json:
    """The totals of a ledger against their lines, as JSON types."""
    specs, day = screened.specs, screened.as_of
    reference = reference_performance(specs, day)
    return {
        "format": FORMAT,
        "gateline": __version__,
        "specs": {"version": specs.version, "digest": specs.digest, "checked": str(specs.checked)},
        "as_of": day.isoformat(),
        "rows": screened.summary.rows,
        "rejected": screened.summary.rejected,
        "totals": [totals_object(found, day, reference) for found in screened.totals],
    }


def totals_in_short(screened: ScreenedLedger, width: int, rest: str) -> Group:
    """The same in a few lines for a terminal of so many columns; `rest` says where all of it is."""
    reference = reference_performance(screened.specs, screened.as_of)
    return totals_text(screened.totals, screened.as_of, reference, width, rest)


def _outcomes(tallies: Mapping[Outcome, Tally]) -> str:
    return ", ".join(f"{WORD[outcome]} {_counted(tallies.get(outcome, Tally()))}" for outcome in ORDER)


def _names(tallies: Mapping[str, Tally]) -> str:
    """Names with their numbers of rows, the most frequent first."""
    ordered = sorted(tallies.items(), key=lambda pair: (-pair[1].rows, pair[0]))
    rest = [f"and {len(ordered) - SHOWN} more"] if len(ordered) > SHOWN else []
    return ", ".join([*(f"{name} {tally.rows:,}" for name, tally in ordered[:SHOWN]), *rest])


def _counted(tally: Tally) -> str:
    return f"{tally.rows:,}" + (f" ({tally.chips:,} chips)" if tally.chips != tally.rows else "")
