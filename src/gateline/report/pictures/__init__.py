"""Pictures as SVG, asked for by name. Each takes what the terminal report takes, and returns the text of a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateline.report.pictures.frame import WHOLE, Paper
from gateline.report.pictures.plane import plane, plane_far
from gateline.report.pictures.style import CSS

__all__ = ["CSS", "PICTURES", "WHOLE", "Paper", "Picture", "of"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: what it is of, what draws it, and what it shows.

    `subject` says what `draw` takes beside the paper: ``chip`` and ``training`` a `Screening`.
    """

    subject: str
    draw: Callable[..., str]
    says: str


PICTURES: dict[str, Picture] = {
    "plane": Picture(
        "chip", plane, "performance against density near the lines of ECCN 3A090 (2022: input and output)"
    ),
    "plane-far": Picture("chip", plane_far, "the same with the whole catalogue"),
}
"""By name. ``draw(what, paper)`` returns an SVG document; a page that holds several sets `Paper.embedded` and has `CSS`."""


def of(subject: str) -> list[str]:
    """The names of the pictures of a kind of subject."""
    return [name for name, picture in PICTURES.items() if picture.subject == subject]


def draw(name: str, what: Any, paper: Paper = WHOLE) -> str:
    """The picture called `name`."""
    return PICTURES[name].draw(what, paper)
