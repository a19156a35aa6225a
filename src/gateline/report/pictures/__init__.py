"""Pictures as SVG, asked for by name. Each takes what the terminal report takes, and returns the text of a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateline.errors import InputError
from gateline.gating import SUBJECTS
from gateline.numerals import clip
from gateline.report.pictures.frame import WHOLE, Paper
from gateline.report.pictures.memory import memory
from gateline.report.pictures.outcomes import outcomes
from gateline.report.pictures.phases import phases
from gateline.report.pictures.plane import plane, plane_far
from gateline.report.pictures.strip import strip
from gateline.report.pictures.style import CSS
from gateline.report.pictures.timeline import timeline
from gateline.report.pictures.totals import totals
from gateline.screening import Screening

__all__ = ["CSS", "PICTURES", "WHOLE", "Paper", "Picture", "render"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: what it is of, what draws it, and what it shows.

    `subject` says what `draw` takes beside the paper: ``chip`` and ``training`` a `Screening`,
    ``timeline`` a `Timeline`, ``fleet`` a `FleetSummary`,
    ``totals`` the `Totals` of `gateline.report.pictures.totals`.
    """

    subject: str
    draw: Callable[..., str]
    says: str


PICTURES: dict[str, Picture] = {
    "plane": Picture(
        "chip", plane, "performance against density near the lines of ECCN 3A090 (2022: input and output)"
    ),
    "plane-far": Picture("chip", plane_far, "the same with the whole catalogue"),
    "memory": Picture("chip", memory, "performance against memory bandwidth: case-by-case lane, tariff bands, letters"),
    "strip": Picture("training", strip, "training compute before the line of each law, as that law counts it"),
    "phases": Picture("training", phases, "which phase of a ledger counts for which law"),
    "timeline": Picture("timeline", timeline, "what each rule says of a chip over time, on paper and as enforced"),
    "outcomes": Picture("fleet", outcomes, "the rows of a table by rule and outcome"),
    "totals": Picture("totals", totals, "cumulative totals against a quota"),
}
"""By name. ``draw(what, paper)`` returns an SVG document; a page that holds several sets `Paper.embedded` and has `CSS`."""


def render(name: str, screening: Screening) -> str:
    """The picture called `name` of what was screened; without a name, the first one of its kind.

    Raises
    ------
    InputError
        If there is no such picture of this kind of subject; the message lists those that there are.
    """
    names = [name for name, picture in PICTURES.items() if picture.subject == screening.subject.kind]
    if not names:
        raise InputError(f"{screening.subject.name}: there is no picture of {SUBJECTS[screening.subject.kind]}.")
    if (name or names[0]) not in names:
        of = SUBJECTS[screening.subject.kind]
        raise InputError(f"no picture of {of} is called '{clip(name)}'. Pictures: {', '.join(names)}.")
    return PICTURES[name or names[0]].draw(screening, WHOLE)
