"""The format of one condition in a rule file."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from gateline.amounts import read_amount, read_date
from gateline.errors import InputError
from gateline.fields import Part, Written
from gateline.quantities import Kind
from gateline.rules.model import Condition, FlagTest, ItemTest, MemberTest, QuantityTest
from gateline.rules.schema_parts import registered

Truth = Annotated[bool, Written(lambda text: _truth(str(text)), "yes or no")]
Operator = Literal[">=", ">", "<=", "<"]


def _truth(text: str) -> bool:
    if text not in ("yes", "no"):
        raise InputError(f"'{text}' is not yes or no.")
    return text == "yes"


CONDITION_KEYS = {
    "quantity": {"op", "value"},
    "date": {"op", "value"},
    "flag": {"wanted"},
    "name": {"on", "wanted"},
    "item": {"wanted"},
}
"""What a condition of each kind has besides its name."""


class ConditionEntry(Part):
    """One condition; exactly one of quantity, date, flag, name and item says which kind."""

    quantity: str | None = None
    date: str | None = None
    flag: str | None = None
    name: str | None = None
    item: str | None = None
    op: Operator | None = None
    value: str | None = None
    on: str | None = None
    wanted: Truth | None = Field(default=None, alias="is")

    @model_validator(mode="after")
    def _one_kind(self) -> ConditionEntry:
        given = {key for key in type(self).model_fields if getattr(self, key) is not None}
        kinds = given & set(CONDITION_KEYS)
        if len(kinds) != 1:
            raise InputError("a condition has exactly one of the keys quantity, date, flag, name, item.")
        kind = kinds.pop()
        if given != CONDITION_KEYS[kind] | {kind}:
            wanted = ", ".join(sorted(key.replace("wanted", "is") for key in CONDITION_KEYS[kind]))
            raise InputError(f"a condition on a {kind} also has the keys {wanted}, and no others.")
        self.build()
        return self

    def build(self) -> Condition:
        """The condition itself, with its threshold in canonical units."""
        if self.flag is not None:
            return FlagTest(registered(self.flag, Kind.FLAG).name, bool(self.wanted))
        if self.name is not None:
            return MemberTest(registered(self.name, Kind.NAME).name, str(self.on), bool(self.wanted))
        if self.item is not None:
            rule, found, item = self.item.partition("/")
            if not found or not rule or not item:
                raise InputError(
                    f"'{self.item}' does not name an item; write rule/item, for example us.ear.3a090/3A090.a."
                )
            return ItemTest(rule, item, bool(self.wanted))
        return self._threshold()

    def _threshold(self) -> QuantityTest:
        text = str(self.value)
        if self.date is not None:
            entry = registered(self.date, Kind.DATE)
            return QuantityTest(entry.name, str(self.op), Fraction(read_date(text, entry.name).toordinal()), text)
        entry = registered(str(self.quantity), Kind.AMOUNT)
        amount = read_amount(text, entry)
        if amount.low is None or not amount.known:
            raise InputError(f"{entry.name}: '{text}' is not one value; a threshold is.")
        return QuantityTest(entry.name, str(self.op), amount.low, text)
