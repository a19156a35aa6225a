"""Slips that people make in the figures of a training run: each is a remark or a refusal, and none changes a verdict.

A remark names the place, the check, what was read, why it looks wrong and what to write instead. Figures are taken at
their first guess; one that is missing gives no remark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from gateline.errors import InputError
from gateline.numerals import clip, number
from gateline.quantities import LOST_SUPERSCRIPT
from gateline.training.architecture import FULL
from gateline.training.counting import Counted
from gateline.training.described import Described
from gateline.training.estimates import counted_parameters
from gateline.training.factors import Factor
from gateline.training.ledger import TRAINING, Estimate, Ledger, Phase
from gateline.training.limits import Limits
from gateline.training.repeated import counted_twice, near, place

Rates = Mapping[Fraction, Sequence[Fraction]]
"""The dense floating-point rates of a chip [TFLOP/s], by bits, the slowest first."""

Found = Iterator[tuple[str, str]]
"""Names of checks, each with one sentence."""

TWICE = Fraction(2)
THOUSAND = 1000
"""From one prefix of a unit to the next."""
DIGITS = 6

WHOLE = ("pretraining", "base_model")
"""Kinds that train a whole model from the start; less than that can be as small as it likes."""
IN_FULL = {
    "architecture": "params: 405e9 and tokens: 15.6e12",
    "hardware": "chip_hours: 30.84e6 and peak: 989.5 TFLOP/s",
    "declared": "compute: 3.8e25 FLOP",
}
"""The figures of an estimate as they are meant to be written, by its method."""

ESTIMATES = {
    "declared": "the declared figure",
    "hardware": "the estimate by hardware",
    "architecture": "the estimate by architecture",
}
HALF = {
    "declared": "compute may count multiply-accumulates, each of which is two operations; write operations",
    "hardware": "peak may be in multiply-accumulates; write it in TMAC/s, or twice the figure",
    "architecture": "tokens may be short of what was seen, or params of what works on a token; write all of them",
}
DOUBLE = {
    "declared": "compute may count operations that the model does not need; write those of the model",
    "hardware": "peak may be a sparse rate; write the dense one",
    "architecture": "params may hold what a token does not pass, as in an encoder with a decoder; write what it passes",
}
"""What may be wrong with the estimate that is half, or twice, another one, by its method."""


@dataclass(frozen=True, slots=True)
class Read:
    """A phase with what its estimates come to [FLOP], and what it is held against."""

    phase: Phase
    bests: tuple[Fraction, ...]
    described: tuple[Described | None, ...]
    rates: Mapping[str, Rates]
    limits: Limits

    @property
    def estimates(self) -> list[tuple[Estimate, Fraction]]:
        """Each estimate and what it comes to."""
        return list(zip(self.phase.estimates, self.bests, strict=True))

    @property
    def pairs(self) -> Iterator[tuple[Estimate, Fraction, Estimate, Fraction]]:
        """Every two estimates, the lower one first."""
        rising = sorted(self.estimates, key=lambda pair: pair[1])
        return ((low, least, high, most) for (low, least), (high, most) in combinations(rising, 2))


@dataclass(frozen=True, slots=True)
class Mixture:
    """A mixture of experts as an estimate has it: all parameters, those that work on a token, and the estimate [FLOP]."""

    total: Fraction
    active: Fraction
    compute: Fraction


def find_mistakes(
    ledger: Ledger,
    phases: Sequence[Counted],
    describe: Callable[[Estimate], Described],
    rates: Mapping[str, Rates],
    limits: Limits,
) -> Iterator[str]:
    """What looks like a slip in the figures of a ledger.

    Parameters
    ----------
    ledger : Ledger
    phases : sequence of Counted
        What the ledger comes to: its phases in their order, then whatever else it has.
    describe : callable
        The description behind an estimate that names a configuration.
    rates : mapping
        The dense rates of the chips beside which a peak is stated, as far as they are known.
    limits : Limits
        What training runs are like; `default_limits()` are those that ship.

    Returns
    -------
    iterator of str
        Remarks, phase by phase.

    Raises
    ------
    InputError
        If a stated peak is the sparse rate of the chip beside it, or figures of a whole model come to next to nothing.
    """
    written = phases[: len(ledger.phases)]
    for position, counted in enumerate(written):
        estimates = counted.phase.estimates
        described = tuple(describe(estimate) if estimate.config else None for estimate in estimates)
        bests = tuple(best for _, best, _ in counted.estimates)
        try:
            _refuse_tiny(counted)
            for check, says in _of_phase(Read(counted.phase, bests, described, rates, limits)):
                yield f"{place(position, counted)}: {check}: {says}"
        except InputError as error:
            raise InputError(f"{place(position, counted)}: {error}") from None
    for position, says in counted_twice(written, phases, limits.sums):
        yield f"{place(position, written[position])}: counted-twice: {says}"


def _of_phase(read: Read) -> Found:
    for check in CHECKS:
        yield from dict.fromkeys(check(read))


def _refuse_tiny(counted: Counted) -> None:
    """Refuse figures that come to less than a stated compute of a whole model may be."""
    if counted.phase.kind not in WHOLE:
        return
    for estimate, (method, best, how) in zip(counted.phase.estimates, counted.estimates, strict=True):
        partial = estimate.has_adapters or estimate.tuning != FULL
        if best < LOST_SUPERSCRIPT and not partial:
            raise InputError(
                f"{how} is {number(best, 3)} FLOP, below 10^15, about ten seconds of one accelerator: a lost B, T or other "
                f"unit? Write all of each figure, for example {IN_FULL[method]}."
            )


def _peak(read: Read) -> Found:
    """A stated peak that is the sparse rate of the chip beside it, or its dense rate in a narrower format."""
    tolerance = read.limits.peaks.tolerance
    for estimate, peak, every in _peaks(read):
        rates, widest = {bits: of[-1] for bits, of in every.items()}, max(every)
        dense = [bits for bits, rate in rates.items() if near(peak, rate, tolerance)]
        sparse = [bits for bits, rate in rates.items() if near(peak, TWICE * rate, tolerance)]
        if sparse and not dense:
            _refuse_sparse(estimate, peak, max(sparse), rates[max(sparse)])
        if dense and max(dense) < widest:
            yield (
                "peak",
                f"{number(peak, DIGITS)} TFLOP/s is the dense {number(max(dense))}-bit rate of {clip(estimate.chip)}; "
                f"utilization must be a share of the same peak. With a share of the {number(widest)}-bit peak write peak: "
                f"{number(rates[widest], DIGITS)} TFLOP/s.",
            )


def _low_peak(read: Read) -> Found:
    """A stated peak that is far below the rates of the chip beside it: a prefix too small, or a slower format."""
    for estimate, peak, rates in _peaks(read):
        widest = max(rates)
        slowest, fastest = rates[widest][0], rates[widest][-1]
        if peak * TWICE >= slowest:
            continue
        slip = near(peak * THOUSAND, fastest, read.limits.peaks.tolerance)
        yield (
            "peak",
            f"{number(peak, DIGITS)} TFLOP/s is {'a thousandth' if slip else 'less than half'} of the dense {number(widest)}-bit "
            f"rate of {clip(estimate.chip)}; utilization must be a share of the same peak. "
            f"{'Was the unit TFLOP/s? ' if slip else ''}With a share of the {number(widest)}-bit peak write peak: "
            f"{number(fastest if slip else slowest, DIGITS)} TFLOP/s.",
        )


def _peaks(read: Read) -> Iterator[tuple[Estimate, Fraction, Rates]]:
    """Each estimate with a stated peak beside a chip whose rates are known."""
    for estimate in read.phase.estimates:
        peak, rates = _value(estimate.peak), read.rates.get(estimate.chip)
        if peak and rates:
            yield estimate, peak, rates


def _refuse_sparse(estimate: Estimate, peak: Fraction, bits: Fraction, rate: Fraction) -> None:
    raise InputError(
        f"peak: {number(peak, DIGITS)} TFLOP/s is twice the dense {number(bits)}-bit rate of {clip(estimate.chip)}: that is "
        f"the sparse rate, or two chips. Write peak: {number(rate, DIGITS)} TFLOP/s, or leave chip out where one unit has two."
    )


def _utilization(read: Read) -> Found:
    """A utilization that no run reaches, or that few stay under."""
    bounds = read.limits.utilization
    for estimate in read.phase.estimates:
        stated = _value(estimate.utilization)
        share = None if stated is None else stated * estimate.model_share
        if share is not None and not bounds.least <= share <= bounds.most:
            side = f"below {number(bounds.least)}" if share < bounds.least else f"above {number(bounds.most)}"
            yield (
                "utilization",
                f"{number(share)} of the peak is {side}. {bounds.reason}. Write what went into operations of the model, over "
                "all hours, as a share of the dense peak, for example 0.40.",
            )


def _swapped(read: Read) -> Found:
    """Fewer tokens than pre-training has for its parameters."""
    if read.phase.kind != "pretraining":
        return
    bounds = read.limits.tokens
    for estimate in read.phase.estimates:
        parameters, tokens = _value(counted_parameters(estimate)), _value(estimate.tokens)
        if parameters and tokens and tokens < parameters * bounds.least:
            yield (
                "swapped",
                f"{number(tokens)} tokens for {number(parameters)} parameters are {number(tokens / parameters, 2)} for each. "
                f"{bounds.reason}. If they changed places, write params: {number(tokens)} and tokens: {number(parameters)}.",
            )


def _lost_unit(read: Read) -> Found:
    """More tokens than any training has for its parameters."""
    if read.phase.kind not in TRAINING:
        return
    bounds = read.limits.tokens
    for estimate in read.phase.estimates:
        parameters, tokens = _value(counted_parameters(estimate)), _value(estimate.tokens)
        if parameters and tokens and tokens > parameters * bounds.most:
            yield (
                "unit",
                f"{number(tokens)} tokens for {number(parameters)} parameters are {number(tokens / parameters, 2)} for each. "
                f"{bounds.reason}. If params lost its billions, write them, for example params: 405e9.",
            )


def _active(read: Read) -> Found:
    """More active parameters than there are."""
    for estimate in read.phase.estimates:
        total, active = _value(estimate.params), _value(estimate.active_params)
        if total and active and active > total:
            yield (
                "experts",
                f"active_params {number(active)} is more than params {number(total)}. Write all parameters as params, and "
                "those that work on a token as active_params.",
            )


def _all_for_active(read: Read) -> Found:
    """All parameters of a mixture of experts as params alone."""
    for mixture in _mixtures(read):
        for estimate in read.phase.estimates:
            parameters = _value(estimate.params)
            alone = parameters and "active_params" not in estimate.model_fields_set
            if alone and parameters and parameters**2 > mixture.total * mixture.active:
                yield (
                    "experts",
                    f"params {number(parameters)} stands without active_params, and another estimate says that "
                    f"{number(mixture.active)} of {number(mixture.total)} parameters are active. {read.limits.experts.reason}. "
                    f"Write active_params: {number(mixture.active)} beside params.",
                )


def _as_if_all_worked(read: Read) -> Found:
    """An estimate that lies above that of a mixture of experts as all its parameters lie above the active ones."""
    bounds = read.limits.experts
    for mixture in _mixtures(read):
        for estimate, best in read.estimates:
            ratio = best / mixture.compute
            if estimate.method != "architecture" and near(ratio, mixture.total / mixture.active, bounds.tolerance):
                yield (
                    "experts",
                    f"{ESTIMATES[estimate.method]} ({number(best)}) is {number(ratio, 3)} times that of the mixture of experts "
                    f"({number(mixture.compute)}), about as its {number(mixture.total)} parameters are to the "
                    f"{number(mixture.active)} active ones. {bounds.reason}. Write a figure that rests on the active ones.",
                )


def _mixtures(read: Read) -> Iterator[Mixture]:
    """The mixtures of experts that the estimates of a phase speak of."""
    largest = max((_value(estimate.params) or Fraction(0) for estimate in read.phase.estimates), default=Fraction(0))
    for (estimate, best), described in zip(read.estimates, read.described, strict=True):
        if described is not None:
            total, active = Fraction(described.model.parameters.total), Fraction(described.model.parameters.active)
        else:
            total, active = _value(estimate.params) or largest, _value(estimate.active_params) or Fraction(0)
        if active and total > active * read.limits.experts.least:
            yield Mixture(total, active, best)


def _twofold(read: Read) -> Found:
    """Two estimates of which one is half of the other."""
    bounds = read.limits.twofold
    for low, least, high, most in read.pairs:
        if near(most / least, TWICE, bounds.tolerance):
            yield (
                "twofold",
                f"{ESTIMATES[low.method]} ({number(least)}) is about half of {ESTIMATES[high.method]} ({number(most)}). "
                f"{bounds.reason}. Of the lower one, {HALF[low.method]}; or of the higher one, {DOUBLE[high.method]}.",
            )


def _epochs(read: Read) -> Found:
    """Hardware that did a whole multiple of the work that the architecture explains."""
    bounds = read.limits.epochs
    for low, least, high, most in read.pairs:
        times, tokens = round(most / least), _value(low.tokens)
        if (low.method, high.method) != ("architecture", "hardware") or times < TWICE or not tokens:
            continue
        if near(most / least, Fraction(times), bounds.tolerance):
            yield (
                "epochs",
                f"{ESTIMATES[high.method]} ({number(most)}) is {number(most / least, 3)} times {ESTIMATES[low.method]} "
                f"({number(least)}). {bounds.reason}. tokens are those seen, and repeated epochs count again: if there were "
                f"{times}, write tokens: {number(tokens * times)}.",
            )


CHECKS: tuple[Callable[[Read], Found], ...] = (
    _peak,
    _low_peak,
    _utilization,
    _swapped,
    _lost_unit,
    _active,
    _all_for_active,
    _as_if_all_worked,
    _twofold,
    _epochs,
)


def _value(factor: Factor) -> Fraction | None:
    """The first guess, or nothing where an end is not known."""
    return None if None in (factor.amount.low, factor.amount.high) else factor.best("")
