"""What a fleet comes to: JSON in the format ``gateline.totals/1``, and a few lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from gateline.amounts import Amount
from gateline.fleet.totals import MAXIMUM_GROUPS, Said, Tally
from gateline.jobs.fleet_sums import CAMPAIGNS, PERFORMANCE, REFERENCE_CHIP, FleetTotals, Peak
from gateline.numerals import number
from gateline.quantities import QUANTITIES
from gateline.report.verdict_json import NOTICE, plain
from gateline.screening import Verdict
from gateline.version import __version__

FORMAT = "gateline.totals/1"
SHOWN_DIGITS = 6
Json = dict[str, Any]


def write(fleet: FleetTotals) -> str:
    """The totals as JSON; the same rows in any order give the same bytes, and no cell of a table gives a control mark."""
    return json.dumps(totals_object(fleet), indent=1) + "\n"


def totals_object(fleet: FleetTotals) -> Json:
    """The totals as JSON types."""
    totals, specs = fleet.totals, fleet.specs
    found: Json = {
        "format": FORMAT,
        "gateline": __version__,
        "specs": {"version": specs.version, "digest": specs.digest, "checked": str(specs.checked)},
        "as_of": fleet.as_of.isoformat(),
        "readings": dict(fleet.readings),
        "rows": {"read": fleet.summary.rows, "rejected": fleet.summary.rejected},
        "quantity": totals.quantity,
        "unit": QUANTITIES[totals.quantity].unit,
        "all": _group(fleet, totals.whole),
        "by": {
            name: None
            if groups is None
            else [{"value": label or None, **_group(fleet, groups[label])} for label in sorted(groups)]
            for name, groups in totals.groups.items()
        },
    }
    if totals.quantity == PERFORMANCE:
        found |= {
            "h100": {"chip": REFERENCE_CHIP, PERFORMANCE: plain(fleet.reference)},
            "utilization": None if fleet.utilization is None else plain(fleet.utilization),
            "peaks": [_peak(peak) for peak in fleet.peaks],
            "clusters": [_cluster(verdict) for verdict in fleet.clusters],
        }
    return {**found, "remarks": list(remarks(fleet)), "notice": NOTICE}


def remarks(fleet: FleetTotals) -> Iterator[str]:
    """What a reader of the totals should know."""
    for name, groups in fleet.totals.groups.items():
        if groups is None:
            yield f"{name}: has more than {MAXIMUM_GROUPS:,} different cells; nothing is added up by it"
    if fleet.summary.rejected:
        yield f"{fleet.summary.rejected:,} rejected rows are in no total, so that no sum has an upper end"


def lines(fleet: FleetTotals) -> Iterator[str]:
    """The totals in a few lines."""
    whole = _together(fleet.totals.whole.values())
    entry, amount = QUANTITIES[fleet.totals.quantity], fleet.amount(whole)
    yield f"total: {whole.units:,} units, {_shown(amount)} {entry.unit}{_gaps(whole)}"
    if fleet.totals.quantity == PERFORMANCE:
        yield f"total: {_shown(_per(amount, fleet.reference))} H100-equivalents of {number(fleet.reference)} TPP"
    for peak in fleet.peaks:
        told = "highest of each chip" if peak.bits is None else f"{peak.bits} bit"
        yield f"peak, dense, {told}: {_shown(peak.rate)} op/s{_gaps(peak.tally)}"
        if peak.bits is None and fleet.utilization is not None:
            days = ", ".join(
                f"10^{len(str(int(flops))) - 1} {_shown(span)}"
                for flops, span in zip(CAMPAIGNS, peak.days, strict=True)
            )
            yield f"days at {number(100 * fleet.utilization)} % of that: {days}"
    for verdict in fleet.clusters:
        yield (
            f"as one cluster: {verdict.rule.id} ({verdict.status.value.replace('_', ' ')}): "
            f"{verdict.outcome.word.replace('_', ' ')}{_missing(verdict.explanation.missing)}"
        )
    yield from remarks(fleet)


def _missing(names: Iterable[str]) -> str:
    told = ", ".join(name.replace("_", " ") for name in names)
    return f" (missing: {told})" if told else ""


def _gaps(tally: Tally) -> str:
    """What is not known of the units, in words."""
    least = tally.open - tally.unknown
    told = [f"{tally.unknown:,} units unknown"] if tally.unknown else []
    told += [f"{least:,} units without an upper end"] if least else []
    return f" ({', '.join(told)})" if told else ""


def _shown(amount: Amount) -> str:
    if amount.low is not None and amount.low == amount.high:
        return number(amount.low, SHOWN_DIGITS)
    low, high = (  # the lower end is rounded down and the upper one up, so that what is said stays true
        None if end is None else number(end, SHOWN_DIGITS, operator)
        for end, operator in ((amount.low, "<="), (amount.high, ">="))
    )
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if low is not None else "unknown" if high is None else f"at most {high}"


def _together(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total


def _group(fleet: FleetTotals, found: Mapping[Said, Tally]) -> Json:
    """One group: all of it, and what each rule says of it."""
    outcomes: dict[str, dict[str, Tally]] = {}
    for verdict, tally in found.items():
        for rule, outcome in verdict:
            outcomes.setdefault(rule, {}).setdefault(outcome, Tally()).add(tally)
    return {
        **_tally(fleet, _together(found.values())),
        "outcomes": {
            rule: {outcome: _tally(fleet, tallies[outcome]) for outcome in sorted(tallies)}
            for rule, tallies in sorted(outcomes.items())
        },
    }


def _tally(fleet: FleetTotals, tally: Tally) -> Json:
    amount = fleet.amount(tally)
    told: Json = {"rows": tally.rows, "units": tally.units, **_gap_counts(tally), "sum": _ends(amount)}
    if fleet.totals.quantity == PERFORMANCE:
        told["h100_equivalents"] = _ends(_per(amount, fleet.reference))
    return told


def _gap_counts(tally: Tally) -> Json:
    return {"units_unknown": tally.unknown, "units_without_upper_end": tally.open}


def _peak(peak: Peak) -> Json:
    days = {f"1e{len(str(int(flops))) - 1}": _ends(span) for flops, span in zip(CAMPAIGNS, peak.days, strict=False)}
    return {
        "bits": peak.bits,
        "units": peak.tally.units,
        **_gap_counts(peak.tally),
        "rate": {**_ends(peak.rate), "unit": "op/s"},
        "days_to": days,
    }


def _cluster(verdict: Verdict) -> Json:
    return {
        "rule": verdict.rule.id,
        "title": verdict.rule.title,
        "version": verdict.version.id,
        "status": verdict.status.value,
        "enforced": verdict.enforced,
        "outcome": verdict.outcome.word,
        "missing": list(verdict.explanation.missing),
    }


def _per(amount: Amount, unit: Fraction) -> Amount:
    return Amount(*(None if end is None else end / unit for end in (amount.low, amount.high)))


def _ends(amount: Amount) -> Json:
    """An amount as its value, or as the ends of what it could be."""
    if amount.low is not None and amount.low == amount.high:
        return plain(amount.low)
    low, high = (None if end is None else float(end) for end in (amount.low, amount.high))
    return {"value": None, "low": low, "high": high}
