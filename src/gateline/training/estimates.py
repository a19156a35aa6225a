"""An estimate of compute as a product of its inputs: exact for values and ranges, drawn for distributions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from zlib import crc32

import numpy as np
import numpy.typing as npt

from gateline.amounts import Amount
from gateline.inputs import Swing, exact_array
from gateline.metrics import compute_from_architecture, compute_from_hardware
from gateline.metrics.arrays import Array
from gateline.metrics.training import BACKWARD_OPERATIONS, FORWARD_OPERATIONS
from gateline.numerals import number
from gateline.quantities import QUANTITIES
from gateline.training.described import Described
from gateline.training.factors import DRAWS, Draws, Factor, Lognormal, draw
from gateline.training.figures import Figures
from gateline.training.ledger import Estimate

SEED = 20261122
"""With the place of an estimate in its ledger it starts the draws, so that the same ledger gives the same figures."""

FORWARD = FORWARD_OPERATIONS
"""Operations per parameter and token of a model that only reads or writes."""
TRAINED = FORWARD_OPERATIONS + BACKWARD_OPERATIONS
"""Of parameters that are trained."""
FROZEN = FORWARD_OPERATIONS + BACKWARD_OPERATIONS // 2
"""Of frozen parameters with adapters before them: forward, and gradients of activations but not of weights."""


@dataclass(frozen=True, slots=True)
class Product:
    """An estimate: `formula` rises with each of its factors.

    It multiplies them and constants, unless they are `apart`: then it adds some of them, or other products of the same
    place share them by name.
    """

    method: str
    formula: Callable[..., Array]
    factors: tuple[tuple[str, Factor], ...]
    how: str
    apart: bool = False

    @property
    def exact(self) -> bool:
        """Whether every factor has one value, or a first guess between two ends."""
        return all(factor.known or factor.is_bounded for _, factor in self.factors)

    @property
    def best(self) -> Fraction:
        """The estimate with each factor at its first guess, median or middle [FLOP]."""
        return self._at([factor.best(name) for name, factor in self.factors])

    @property
    def amount(self) -> Amount:
        """From all factors at their lowest to all at their highest; distributions at their medians [FLOP]."""
        lows, highs = zip(*((factor.amount.low, factor.amount.high) for _, factor in self.factors), strict=True)
        return Amount(*(None if None in ends else self._at(ends) for ends in (lows, highs)))

    def drawn(self, place: Sequence[int]) -> tuple[Draws, Draws] | None:
        """Equally likely values of the estimate with ranges at their low and at their high ends; None without a distribution.

        A product of lognormal factors is lognormal, so these are drawn as one: a single such product needs no sampling
        and its quantiles are exact. Factors that stand apart are drawn one by one, in an order that follows from the
        place and the name, so that products which share one move together.
        """
        if all(factor.spread is None for _, factor in self.factors):
            return None
        deviation = 0.0
        lows: list[Draws] = []
        highs: list[Draws] = []
        for name, factor in self.factors:
            most = 1.0 if _is_share(name) else math.inf
            spread = factor.spread
            joins = not self.apart and isinstance(spread, Lognormal) and spread.quantile(1 - 0.5 / DRAWS) <= most
            if isinstance(spread, Lognormal) and joins:
                deviation = math.hypot(deviation, spread.deviation)
            drawn = None if spread is None or joins else draw(spread, _order(place, name), most)
            lows.append(_scalar(factor.amount.low, 0.0) if drawn is None else drawn)
            highs.append(_scalar(factor.amount.high, math.inf) if drawn is None else drawn)
        together = draw(Lognormal(Fraction(1), deviation), _order(place, "together"))
        low, high = (np.asarray(self.formula(*ends) * together, dtype=np.float64) for ends in (lows, highs))
        return low, high

    def swings(self, level: Fraction) -> list[Swing]:
        """What each factor that is not one value moves, the others at their best."""
        bests = [factor.best(name) for name, factor in self.factors]
        found = []
        for position, (name, factor) in enumerate(self.factors):
            low, high = factor.band(level)
            if not factor.known and low is not None and high is not None:
                least, most = (self._at([*bests[:position], end, *bests[position + 1 :]]) for end in (low, high))
                found.append(Swing(name.replace("_", " "), least, most, factor.basis, factor.source))
        return found

    def _at(self, values: Sequence[Fraction]) -> Fraction:
        return Fraction(self.formula(*(exact_array([value]) for value in values))[0])


def _order(place: Sequence[int], name: str) -> npt.NDArray[np.intp]:
    """The order of the draws of a factor; the same for the same name at the same place."""
    return np.random.default_rng([SEED, *place, crc32(name.encode())]).permutation(DRAWS)


def _is_share(name: str) -> bool:
    return name in QUANTITIES and QUANTITIES[name].share


def _scalar(end: Fraction | None, otherwise: float) -> Draws:
    return np.array([otherwise if end is None else float(end)])


def described_product(estimate: Estimate, described: Described) -> Product:
    """Units seen in training times what the architecture makes of one."""
    worth = Factor(described.worth, central=described.operations.training)
    return Product(
        estimate.method,
        lambda worth, tokens: worth * tokens,
        (("training_operations_per_token", worth), ("tokens", estimate.tokens)),
        described.how(estimate.tokens.best("tokens")),
    )


def architecture_product(estimate: Estimate) -> Product:
    """6 × parameters × tokens; of a frozen model with adapters, 4 × parameters and 6 × adapter parameters per token.

    References
    ----------
    .. [1] Hu et al., arXiv:2106.09685, section 4.1: frozen weights need no gradient, what passes through them does.
    """
    counted, tokens = counted_parameters(estimate), estimate.tokens.best("tokens")
    active = "active parameters" if estimate.has_active else "parameters"
    size = f"{number(counted.best('params'))} {active}"
    if estimate.has_adapters:
        return Product(
            estimate.method,
            lambda parameters, adapters, tokens: (FROZEN * parameters + TRAINED * adapters) * tokens,
            (("parameters", counted), ("adapter_parameters", estimate.adapter_params), ("tokens", estimate.tokens)),
            f"({FROZEN} × {size} + {TRAINED} × {number(estimate.adapter_params.best('adapter_params'))} adapter parameters) × "
            f"{number(tokens)} tokens",
            apart=True,
        )
    return Product(
        estimate.method,
        compute_from_architecture,
        (("parameters", counted), ("tokens", estimate.tokens)),
        f"{TRAINED} × {size} × {number(tokens)} tokens",
    )


def token_worth(estimate: Estimate) -> Fraction:
    """What one token is worth by parameters [FLOP]."""
    size = counted_parameters(estimate).best("params")
    if estimate.has_adapters:
        return FROZEN * size + TRAINED * estimate.adapter_params.best("adapter_params")
    return TRAINED * size


def hardware_product(estimate: Estimate, peak: Factor) -> Product:
    """Chip-hours × dense peak × utilization."""
    share = estimate.model_share

    def formula(chip_hours: Array, rate: Array, utilization: Array) -> Array:
        part = share if utilization.dtype == object else float(share)
        return compute_from_hardware(chip_hours, rate, utilization * part)

    factors = (("chip_hours", estimate.chip_hours), ("dense_rate", peak), ("utilization", estimate.utilization))
    hours, rate, utilization = (number(factor.best(name), 6) for name, factor in factors)
    chip = f"{estimate.chip}-hours" if estimate.chip else "chip-hours"
    again = "" if share == 1 else f" × {number(share)} for recomputed activations"
    return Product(estimate.method, formula, factors, f"{hours} {chip} × {rate} TFLOP/s (dense) × {utilization}{again}")


def declared_product(estimate: Estimate) -> Product:
    """A figure that somebody declares, with its bounds where they are stated."""
    stated = estimate.compute
    if not (estimate.low.unknown and estimate.high.unknown):
        low = stated.amount.low if estimate.low.unknown else estimate.low.low
        high = stated.amount.high if estimate.high.unknown else estimate.high.high
        stated = replace(stated, amount=Amount(low, high), central=stated.best("compute"))
    return Product(estimate.method, lambda compute: compute, (("compute", stated),), "declared")


def counted_parameters(figures: Figures) -> Factor:
    """The active parameters of a mixture of experts, else all of them."""
    return figures.active_params if figures.has_active else figures.params
