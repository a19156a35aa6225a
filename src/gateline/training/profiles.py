"""What each regime counts as training compute, as data: ``specs/counting``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from gateline.documents import read_document
from gateline.errors import InputError, SpecError
from gateline.fields import Part
from gateline.quantities import quantity
from gateline.rules.condition_schema import Truth
from gateline.rules.schema import CitationEntry, Confidence

Kind = Literal[
    "pretraining",
    "continued_pretraining",
    "sft",
    "rl_updates",
    "rl_rollouts",
    "reward_model_training",
    "reward_model_forward",
    "teacher_training",
    "teacher_forward",
    "synthetic_generation",
    "synthetic_discarded",
    "data_processing",
    "failed_segment",
    "experiment",
    "evaluation",
    "recomputation",
    "base_model",
    "inference",
]
"""Kinds of compute that laws treat differently."""

Counts = Literal["yes", "no", "open", "silent", "unless-published", "generator"]
"""Counted; not counted; ambiguous; not mentioned; counted where the data is not public; under the generator rule."""


class KindEntry(Part):
    """Whether a regime counts a kind of compute, and what that rests on."""

    kind: Kind
    counts: Counts
    says: str = ""


class FurtherEntry(Part):
    """The quantity that is the same operations without those of the base model, and a flag on which that may depend."""

    quantity: str
    flag: str = ""
    is_: Truth = Field(default=True, alias="is")

    @model_validator(mode="after")
    def _known(self) -> FurtherEntry:
        quantity(self.quantity)
        if self.flag:
            quantity(self.flag)
        return self


class Profile(Part):
    """What one regime counts; `label` is its name in tables, `further` what it makes of training on a base model."""

    schema_: Literal["1"] = Field(alias="schema")
    id: str
    title: str
    label: str
    quantity: str
    further: FurtherEntry | None = None
    confidence: Confidence
    citations: Annotated[list[CitationEntry], Field(min_length=1)]
    kinds: list[KindEntry]

    @model_validator(mode="after")
    def _complete(self) -> Profile:
        quantity(self.quantity)
        listed = [entry.kind for entry in self.kinds]
        for kind in get_args(Kind):
            if listed.count(kind) != 1:
                raise InputError(f"kinds: {kind} stands {listed.count(kind)} times; each kind stands once.")
        return self

    def counts(self, kind: str) -> Counts:
        """Whether a kind of compute counts."""
        return next(entry.counts for entry in self.kinds if entry.kind == kind)


@cache
def load_profiles(folder: Path) -> tuple[Profile, ...]:
    """The profiles under ``counting`` of a folder of specs, by path.

    Raises
    ------
    SpecError
        For the first file that breaks the format or whose id is not its path.
    """
    found = []
    for path in sorted((folder / "counting").rglob("*.yaml")):
        try:
            profile = read_document(path).validate(Profile)
        except InputError as error:
            raise SpecError(str(error)) from None
        expected = ".".join(path.relative_to(folder / "counting").with_suffix("").parts)
        if profile.id != expected:
            raise SpecError(f"{path}: id is {profile.id}, but the path says {expected}; make them equal.")
        found.append(profile)
    return tuple(found)
