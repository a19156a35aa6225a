"""The format of ``specs/mistakes.yaml``: what training runs are like, as published, each figure with its source."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateline.documents import read_document
from gateline.errors import InputError, SpecError
from gateline.fields import Part, Written, text
from gateline.numerals import clip, read_number
from gateline.rules.specfiles import specs_folder


def _share(value: Any) -> Fraction:
    found = read_number(text(value, "number"))
    if not 0 < found < 1:
        raise InputError(f"'{clip(str(value))}' is not a number between 0 and 1.")
    return found


def _multiple(value: Any) -> Fraction:
    found = read_number(text(value, "number"))
    if found <= 1:
        raise InputError(f"'{clip(str(value))}' is not a number above 1.")
    return found


Share = Annotated[Fraction, Written(_share, "a number between 0 and 1")]
Multiple = Annotated[Fraction, Written(_multiple, "a number above 1")]


class Bound(Part):
    """The reason for a bound, where it is from, and whether the source was looked at or quoted from memory."""

    why: str
    cite: str
    seen: Literal["opened", "recalled"]

    @property
    def reason(self) -> str:
        """The reason with its source, for a remark."""
        return f"{self.why.removesuffix('.')} ({self.cite})"


class Near(Bound):
    """How near a ratio lies to the one that a mistake makes."""

    tolerance: Share


class TokenLimits(Bound):
    """The fewest tokens for each parameter in pre-training, and the most in any training."""

    least: Share
    most: Multiple


class UtilizationLimits(Bound):
    """Between which shares of the peak the utilization of a run lies."""

    least: Share
    most: Share

    @model_validator(mode="after")
    def _ordered(self) -> UtilizationLimits:
        if self.least >= self.most:
            raise InputError("least must be below most.")
        return self


class ExpertLimits(Near):
    """How many times as many parameters as work on a token make a mixture of experts that can be told."""

    least: Multiple


class Limits(Part):
    """Everything that the figures of a ledger are held against."""

    schema_: Literal["1"] = Field(alias="schema")
    tokens: TokenLimits
    utilization: UtilizationLimits
    twofold: Near
    epochs: Near
    experts: ExpertLimits
    sums: Near
    peaks: Near


@cache
def default_limits() -> Limits:
    """The limits that ship with the program.

    Raises
    ------
    SpecError
        If the file is missing or breaks the format.
    """
    try:
        return read_document(specs_folder() / "mistakes.yaml").validate(Limits)
    except InputError as error:
        raise SpecError(str(error)) from None
