"""The format of what a rule about totals adds up over the rows of a ledger."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gateline.errors import InputError
from gateline.fields import Part
from gateline.quantities import Kind
from gateline.rules.condition_schema import ConditionEntry
from gateline.rules.model import Sum, Total
from gateline.rules.schema_parts import registered

GroupWord = Literal["chip", "consignee", "destination"]


class SumEntry(Part):
    """Performance added up over the rows that count, for each group of words; ``as`` is the quantity that it is."""

    by: Annotated[list[GroupWord], Field(min_length=1)]
    quantity: str = Field(alias="as")
    counts: list[ConditionEntry] = []

    def build(self) -> Sum:
        """The sum itself."""
        conditions = tuple(condition.build() for condition in self.counts)
        return Sum(tuple(self.by), registered(self.quantity, Kind.AMOUNT).name, conditions)


class TotalEntry(Part):
    """A sum that runs from the first row on or anew each calendar year; with ``per``, its share of another sum.

    ``judged`` says whether the line holds on every day, or for the total at the end of the ledger.
    """

    sum: SumEntry
    per: SumEntry | None = None
    share: str | None = None
    each: Literal["calendar_year"] | None = None
    judged: Literal["every_day", "at_the_end"] = "every_day"

    @model_validator(mode="after")
    def _consistent(self) -> TotalEntry:
        if (self.per is None) is not (self.share is None):
            raise InputError("a total has both per and share, or neither.")
        if self.per is not None and not set(self.per.by) <= set(self.sum.by):
            raise InputError("what a sum is divided by is grouped by words of the sum itself.")
        if self.share is not None:
            registered(self.share, Kind.AMOUNT)
        return self

    def build(self) -> Total:
        """The total itself."""
        return Total(
            sum=self.sum.build(),
            per=self.per.build() if self.per else None,
            share=self.share or "",
            yearly=self.each is not None,
            daily=self.judged == "every_day",
        )
