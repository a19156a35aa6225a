"""Utilizations by name: what each kind measures, and which may stand for the share of a peak in an estimate."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from gateline.errors import InputError

Kind = Literal["mfu", "hfu", "tensor_active", "sm_active", "nvidia_smi"]
Policy = Literal["none", "full", "selective"]

FORWARD_SHARE = Fraction(1, 3)
"""Of the operations of a training step, the forward pass is one part and the backward pass two."""

REFUSED: dict[str, str] = {
    "tensor_active": "it is the share of cycles in which a tensor core was busy, in whatever format and with recomputed and padded work",
    "sm_active": "it is the share of time in which a multiprocessor had work, memory and communication included",
    "nvidia_smi": "it is the share of time in which any kernel ran, which can be 100 percent at a few percent of the peak",
}


@dataclass(frozen=True, slots=True)
class Utilization:
    """A share, and what it is a share of."""

    kind: Kind
    value: Fraction


@dataclass(frozen=True, slots=True)
class Recompute:
    """Whether activations were computed again in the backward pass.

    Attributes
    ----------
    policy : str
        ``none``, ``full`` (the whole forward pass again) or ``selective``.
    share : Fraction or None
        For ``selective``: the share of the forward operations that are done again.
    """

    policy: Policy
    share: Fraction | None = None

    @property
    def again(self) -> Fraction:
        """The share of the forward pass that is done twice."""
        if self.policy == "selective":
            if self.share is None or not 0 <= self.share <= 1:
                raise InputError(
                    "recompute: selective needs the share of the forward operations that are done again, from 0 to 1."
                )
            return self.share
        if self.share is not None:
            raise InputError(f"recompute: a share belongs to selective; {self.policy} has none. Leave it out.")
        return Fraction(self.policy == "full")


def model_utilization(utilization: Utilization, recompute: Recompute | None = None) -> Fraction:
    """The model utilization (MFU) that a measured one stands for.

    A hardware utilization counts the forward operations that are done again: with a share `s` of them the hardware
    does `1 + s/3` times the operations of the model.

    Parameters
    ----------
    utilization : Utilization
    recompute : Recompute, optional
        Needed for ``hfu`` only.

    Raises
    ------
    InputError
        If the kind is no share of a peak, or how activations were recomputed is not said.

    Examples
    --------
    >>> model_utilization(Utilization("hfu", Fraction(52, 100)), Recompute("full"))
    Fraction(39, 100)
    """
    if not 0 < utilization.value <= 1:
        raise InputError(f"{utilization.kind}: a utilization is a share above 0 and at most 1, for example 0.40.")
    if utilization.kind == "mfu":
        return utilization.value
    if utilization.kind == "hfu":
        if recompute is None:
            raise InputError(
                "hfu: counts recomputed activations, which the rules leave out. Say how they were recomputed: none, full, or selective with its share."
            )
        return utilization.value / (1 + FORWARD_SHARE * recompute.again)
    raise InputError(
        f"{utilization.kind}: is no share of the peak: {REFUSED[utilization.kind]}. Give the model utilization (mfu) instead."
    )
