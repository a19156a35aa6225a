"""What a fleet comes to: its performance in H100, its peak rates, how long it would train, and the lines about clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from gateline.amounts import Amount
from gateline.errors import InputError
from gateline.fleet.measures import RATES
from gateline.fleet.summary import FleetSummary
from gateline.fleet.totals import Tally, Totals
from gateline.gating import Request
from gateline.inputs import Datum, Inputs
from gateline.jobs.fleet import CatalogueFigures
from gateline.rules.corpus import Specs
from gateline.rules.program import compile_version
from gateline.rules.specfiles import default_specs
from gateline.screening import Subject, Verdict, screen

REFERENCE_CHIP = "nvidia-h100-sxm"
PERFORMANCE, RATE, CLUSTER_RATE = "total_processing_performance", "operation_rate", "training_rate"
OPERATIONS_PER_TERA, SECONDS_PER_DAY = 10**12, 86_400
CAMPAIGNS = tuple(Fraction(10**power) for power in (23, 24, 25, 26))
"""Training computes to which days are told [FLOP]."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The dense peak rate of a whole fleet.

    Attributes
    ----------
    bits : int or None
        The bit length; None is the rate at which each chip is fastest.
    tally : Tally
        Over the units [TFLOP/s].
    rate : Amount
        [op/s]
    days : tuple of Amount
        To each of `CAMPAIGNS` at the utilization that was stated; empty without one.
    """

    bits: int | None
    tally: Tally
    rate: Amount
    days: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class FleetTotals:
    """What a fleet comes to.

    Attributes
    ----------
    summary : FleetSummary
    totals : Totals
    specs : Specs
    as_of : date
        Date of rows that do not state their own, and of the lines about clusters.
    readings : mapping
        The choice for each reading.
    utilization : Fraction or None
    reference : Fraction
        The performance of one H100 [TPP].
    peaks : tuple of Peak
        Of chips: by bit length where any unit has such a rate, and last the rate at which each chip is fastest.
    clusters : tuple of Verdict
        What the rules about systems say that test the rate of a cluster, were the fleet one cluster.
    """

    summary: FleetSummary
    totals: Totals
    specs: Specs
    as_of: date
    readings: Mapping[str, str]
    utilization: Fraction | None
    reference: Fraction
    peaks: tuple[Peak, ...]
    clusters: tuple[Verdict, ...]

    def amount(self, tally: Tally) -> Amount:
        """A sum; a rejected row could belong to it, so that it then has no upper end."""
        return _amount(tally, self.summary)


def fleet_totals(
    summary: FleetSummary,
    as_of: date,
    *,
    readings: Mapping[str, str] | None = None,
    utilization: Fraction | None = None,
    specs: Specs | None = None,
) -> FleetTotals:
    """What a fleet comes to, from the summary of `screen_fleet` with ``totals=True`` and the same other arguments.

    Parameters
    ----------
    summary : FleetSummary
    as_of : date
        Date of the lines about clusters.
    readings, specs
        As for `screen_fleet`.
    utilization : Fraction, optional
        The share of the peak rate that training reaches, above 0 and at most 1; without it no days are told.

    Returns
    -------
    FleetTotals

    Raises
    ------
    InputError
        If the fleet was not added up, or the utilization is no share.
    """
    if summary.totals is None:
        raise InputError("the fleet was not added up; screen it with totals.")
    if utilization is not None and not 0 < utilization <= 1:
        raise InputError(f"utilization: {utilization} is not above 0 and at most 1. Write a share such as 0.4.")
    specs = specs or default_specs()
    chosen = specs.choose_readings(readings or {})
    performance = CatalogueFigures(specs, as_of, chosen)(REFERENCE_CHIP).inputs[PERFORMANCE].value
    assert isinstance(performance, Amount)
    assert performance.low is not None
    tallies = summary.totals.amounts
    return FleetTotals(
        summary=summary,
        totals=summary.totals,
        specs=specs,
        as_of=as_of,
        readings=chosen,
        utilization=utilization,
        reference=performance.low,
        peaks=_peaks(tallies, summary, utilization),
        clusters=_clusters(_rate(tallies[RATE], summary), specs, as_of, chosen) if RATE in tallies else (),
    )


def _amount(tally: Tally, summary: FleetSummary) -> Amount:
    return Amount(tally.amount.low, None) if summary.rejected else tally.amount


def _rate(tally: Tally, summary: FleetSummary) -> Amount:
    """A sum of rates [op/s]."""
    found = _amount(tally, summary)
    return Amount(*(None if end is None else end * OPERATIONS_PER_TERA for end in (found.low, found.high)))


def _peaks(tallies: Mapping[str, Tally], summary: FleetSummary, utilization: Fraction | None) -> tuple[Peak, ...]:
    lengths: dict[str, int | None] = {**RATES, RATE: None}
    found = []
    for name, bits in lengths.items():
        if name in tallies and (bits is None or tallies[name].unknown < tallies[name].units):
            rate = _rate(tallies[name], summary)
            days = () if utilization is None else tuple(_days(flops, rate, utilization) for flops in CAMPAIGNS)
            found.append(Peak(bits, tallies[name], rate, days))
    return tuple(found)


def _days(flops: Fraction, rate: Amount, utilization: Fraction) -> Amount:
    """How long a training takes; a rate that may be higher makes it shorter."""
    longest, shortest = (
        flops / (end * utilization * SECONDS_PER_DAY) if end else None for end in (rate.low, rate.high)
    )
    return Amount(shortest, longest)


def _clusters(rate: Amount, specs: Specs, as_of: date, readings: Mapping[str, str]) -> tuple[Verdict, ...]:
    """What the one evaluator says of a cluster of which only the rate is known, under the rules that test it."""
    rules = tuple(
        rule.id
        for rule in specs.rules.values()
        if rule.subject == "cluster"
        and (version := rule.version_on(as_of)) is not None
        and CLUSTER_RATE in compile_version(specs, rule.id, version, as_of, readings).names
    )
    if not rules:
        return ()
    inputs: Inputs = {CLUSTER_RATE: Datum(rate, "sum over the units of the highest rate of any precision")}
    request = Request(as_of, rules=rules, readings=readings)
    screening = screen(specs, Subject("cluster", "fleet", "the fleet"), lambda _: inputs, request)
    return tuple(verdict for verdict in screening.verdicts if verdict.gating)
