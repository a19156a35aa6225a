"""The plane of a chip rule: performance against density (2023), or against input and output (2022).

Regions are painted from the version that speaks on the date, the chip's own flags given; the catalogue lies on it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gateline.amounts import Amount
from gateline.chips.telling import describe
from gateline.jobs.points import catalogue_points
from gateline.numerals import number
from gateline.quantities import QUANTITIES
from gateline.report.pictures.captions import Naming, captions
from gateline.report.pictures.chips import Spread, chip_marks, chip_names, keep_free, mark_key, spread
from gateline.report.pictures.frame import WHOLE, Axis, Paper, Sheet, Sign, frame, key, sentence
from gateline.report.pictures.labels import Page
from gateline.report.pictures.regions import (
    Surface,
    Tone,
    borders,
    cut_plane,
    item_tones,
    on_paper,
    painted,
    surface_tone_of,
    tone_of,
)
from gateline.report.pictures.style import hatch
from gateline.report.pictures.subject import Shape, Standing, amount_of, shape_of
from gateline.report.pictures.subject_marks import Told, area_colours, subject_mark, subject_texts
from gateline.report.pictures.svg import Box, Markup, Scale, Words, el
from gateline.report.wording import WORD, flip_text, words
from gateline.rules.explain import Flip
from gateline.rules.program import Program, compile_version
from gateline.screening import Screening, Verdict

RULE = "us.ear.3a090"
AREAS = (100, 300, 858, 2400)
"""Die areas of the diagonals [mm²]."""
RETICLE = 858
"""One exposure field of 26 mm by 33 mm [mm²]."""
MOST_NAMES = {(False, False): 64, (False, True): 34, (True, False): 18, (True, True): 14}
"""By whether the paper is narrow and the frame is the far one."""

DATACENTER = "datacenter"
OTHER_USE = {False: "that is not for data centres", None: "of which the use is unknown"}

Window = tuple[float, float, float, float]
"""Left, right, bottom and top of a frame."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of plane: its quantities, what ties the second to the first, how its axes are called, and its frames."""

    x: str
    y: str
    tie: str
    x_title: str
    y_title: str
    x_short: str
    y_short: str
    any_y: str
    ask: str
    near: Window
    far: Window


DENSITY = Kind(
    x="total_processing_performance",
    y="performance_density",
    tie="applicable_die_area",
    x_title="Total processing performance, TPP (log scale)",
    y_title="Performance density, TPP per mm² (log scale)",
    x_short="TPP",
    y_short="PD",
    any_y="at any density",
    ask="no TPP and no die area; enter a dense rate",
    near=(900, 8600, 1.1, 13.5),
    far=(700, 200_000, 0.8, 60),
)
INTERCONNECT = Kind(
    x="weighted_performance",
    y="io_bandwidth",
    tie="",
    x_title="Bit length × rate, summed over the units (log scale)",
    y_title="Input and output, GB/s (log scale)",
    x_short="performance",
    y_short="I/O",
    any_y="at any I/O",
    ask="no rate and no I/O bandwidth; enter a dense rate",
    near=(900, 60_000, 20, 12_000),
    far=(700, 200_000, 10, 60_000),
)
KINDS = {kind.y: kind for kind in (DENSITY, INTERCONNECT)}


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane being drawn: what was screened, the version as it runs, the frame, and what already lies on it."""

    screening: Screening
    verdict: Verdict
    program: Program
    kind: Kind
    narrow: bool
    far: bool
    plot: Box
    x: Scale
    y: Scale
    page: Page
    prefix: str

    @property
    def tone(self) -> Tone:
        """How marks are coloured."""
        return tone_of(self.program)


def plane(screening: Screening, paper: Paper = WHOLE, *, far: bool = False) -> str:
    """ECCN 3A090 as it stood on the date, the catalogue, and the chip that was screened.

    Parameters
    ----------
    screening : Screening
        Of a chip.
    paper : Paper
    far : bool
        The whole catalogue instead of the neighbourhood of the lines; taken by itself where the chip lies farther out.

    Returns
    -------
    str
        An SVG document.
    """
    sheet = Sheet(paper, "plane-far" if far else "plane")
    verdict = next((verdict for verdict in screening.verdicts if verdict.rule.id == RULE), None)
    if verdict is None:
        says = f"No version of ECCN 3A090 had been issued by {screening.request.as_of}."
        return sheet.empty(f"{screening.subject.name}: no plane", says)
    request = screening.request
    program = compile_version(screening.specs, RULE, verdict.version, request.as_of, request.readings)
    kind = next(KINDS[name] for name in program.names if name in KINDS)
    standing = _standing(screening, verdict, kind)
    drawn = _plane(screening, verdict, program, kind, sheet, window(kind, standing, far=far))
    body, height = _body(drawn, standing)
    title = f"{screening.subject.name} on the plane of {verdict.rule.title}"
    return sheet.document(height, title, verdict_words(screening, verdict), body)


def plane_far(screening: Screening, paper: Paper = WHOLE) -> str:
    """The same with the whole catalogue in the frame."""
    return plane(screening, paper, far=True)


def verdict_words(screening: Screening, verdict: Verdict) -> str:
    """The verdict in words, for those who do not see the picture."""
    found = verdict.explanation
    item = f" ({found.item})" if found.item else ""
    missing = f" Missing: {', '.join(map(words, found.missing))}." if found.missing else ""
    flips = f" {'; '.join(map(flip_text, found.flips))}." if found.flips else ""
    return (
        f"{screening.subject.name} as of {screening.request.as_of}: {WORD[verdict.outcome].lower()}{item} under "
        f"{verdict.rule.title}, version {verdict.version.id}.{missing}{flips}"
    )


def _standing(screening: Screening, verdict: Verdict, kind: Kind) -> Standing:
    tie = amount_of(screening.quantities.get(kind.tie))
    return Standing(amount_of(verdict.columns.get(kind.x)), amount_of(verdict.columns.get(kind.y)), tie)


def window(kind: Kind, standing: Standing, *, far: bool) -> Window:
    """The near frame where the chip fits it and the far one was not asked for; the far one grows to hold the chip."""
    across, up = ([float(end) for end in (each.low, each.high) if end] for each in (standing.x, standing.y))
    left, right, bottom, top = kind.near
    fits = all(left <= end <= right for end in across) and (not up or (min(up) <= top and max(up) >= bottom))
    if fits and not far:
        return kind.near
    left, right, bottom, top = kind.far
    if standing.y.known:
        bottom, top = min(bottom, up[0] / 1.3), max(top, up[0] * 1.3)
    return min([left, *(end / 1.3 for end in across)]), max([right, *(end * 1.3 for end in across)]), bottom, top


def _plane(screening: Screening, verdict: Verdict, program: Program, kind: Kind, sheet: Sheet, ends: Window) -> Plane:
    paper = sheet.paper
    plot = Box(60, 12, paper.width - 12, 392) if paper.narrow else Box(76, 14, paper.width - 14, 534)
    left, right, bottom, top = ends
    return Plane(
        screening=screening,
        verdict=verdict,
        program=program,
        kind=kind,
        narrow=paper.narrow,
        far=ends != kind.near,
        plot=plot,
        x=Scale(left, right, plot.left, plot.right, log=True),
        y=Scale(bottom, top, plot.bottom, plot.top, log=True),
        page=Page(plot.grown(-2)),
        prefix=sheet.prefix,
    )


def _body(drawn: Plane, standing: Standing) -> tuple[list[Markup], float]:
    """Everything from the back to the front, and the height that it takes."""
    kind, plot, page = drawn.kind, drawn.plot, drawn.page
    regions = cut_plane(drawn.program, drawn.verdict.columns, kind.x, kind.y)
    surfaces = on_paper(regions, drawn.x, drawn.y)
    blank = surface_tone_of(drawn.program)
    chips = _chips(drawn)
    page.lines.extend(borders(surfaces, blank))
    keep_free(page, chips)
    shape = shape_of(standing, drawn.program, drawn.verdict.columns, regions, drawn.x, drawn.y)
    subject = _subject(drawn, shape, surfaces)
    texts = list(_subject_texts(drawn, standing, shape))
    names = [*captions(surfaces, drawn.tone, _naming(drawn), page)]
    diagonals = [*_diagonals(drawn)]
    labels = [*chip_names(chips, page, MOST_NAMES[drawn.narrow, drawn.far])]
    under, end = _under(drawn, chips, shape)
    horizontal, vertical = Axis(drawn.x, regions.x_cuts, kind.x_title), Axis(drawn.y, regions.y_cuts, kind.y_title)
    return [
        painted(surfaces, blank, lambda tone: hatch(drawn.prefix, tone)),
        horizontal.grid(plot, upright=True),
        vertical.grid(plot, upright=False),
        frame(plot),
        *diagonals,
        *horizontal.below(plot),
        *vertical.beside(plot),
        *subject,
        *names,
        *chip_marks(chips, drawn.tone, ((kind.x, kind.x_short), (kind.y, kind.y_short))),
        *labels,
        *texts,
        *under,
    ], end + 12


def _chips(drawn: Plane) -> Spread:
    request = drawn.screening.request
    points = catalogue_points(
        drawn.screening.specs, drawn.verdict.rule, drawn.verdict.version, request.as_of, request.readings
    )
    return spread(points, drawn.screening.subject.id, (drawn.kind.x, drawn.kind.y), drawn.x, drawn.y)


def _naming(drawn: Plane) -> Naming:
    cites = ", ".join(dict.fromkeys(clause.cite for clause in drawn.verdict.version.exclusions if clause.cite))
    return Naming(drawn.kind.x_short, drawn.kind.y_short, drawn.kind.any_y, "not 3A090", f"excluded: {cites}")


def _subject(drawn: Plane, shape: Shape | None, surfaces: Sequence[Surface]) -> list[Markup]:
    """The chip that was screened."""
    if shape is None:
        return []
    colours = area_colours(shape, surfaces, drawn.x, drawn.y, drawn.tone, f"{drawn.prefix}-area")
    clip = f"{drawn.prefix}-plot"
    box = {"x": drawn.plot.left, "y": drawn.plot.top, "width": drawn.plot.width, "height": drawn.plot.height}
    window = el("clipPath", el("rect", **box), id=clip)
    return [window, colours, subject_mark(shape, drawn.x, drawn.y, drawn.tone, drawn.page, clip)]


def _subject_texts(drawn: Plane, standing: Standing, shape: Shape | None) -> Iterator[Markup]:
    """Its name, what is not known of it, and where the answer turns."""
    if shape is None:
        return
    turns = () if drawn.narrow or drawn.far else tuple(_turns(drawn, standing))
    told = Told(_headline(drawn, standing), _detail(drawn, standing), turns)
    yield from subject_texts(shape, told, drawn.x, drawn.y, drawn.page)


def _headline(drawn: Plane, standing: Standing) -> str:
    name = drawn.screening.subject.name
    return f"{name}: {drawn.kind.x_short} {_short(standing.x)}" if not standing.x.unknown else name


def _detail(drawn: Plane, standing: Standing) -> str:
    """What is known of the second quantity, or of what ties it to the first."""
    kind = drawn.kind
    if standing.y.known or not kind.tie:
        return f"{kind.y_short} {_short(standing.y)}"
    unit = "" if standing.tie.unknown else f" {QUANTITIES[kind.tie].unit.replace('^2', '²')}"
    return f"area {_short(standing.tie)}{unit}"


def _short(amount: Amount) -> str:
    if amount.known and amount.low is not None:
        return number(amount.low)
    return describe(amount, "")


def _turns(drawn: Plane, standing: Standing) -> Iterator[tuple[float, str, str]]:
    """Where the answer turns with the die area, from the top of a bar down."""
    if not (standing.x.known and standing.x.low):
        return
    flips = [flip for flip in drawn.verdict.explanation.flips if flip.quantity == drawn.kind.tie]
    tones = item_tones(drawn.program)
    for flip in flips:
        border = flip.start[1] if flip.operator in (">", ">=") and flip.start else flip.value
        if isinstance(border, bool) or not border:
            continue
        height = drawn.y(drawn.y.within(float(standing.x.low / border)))
        yield height + (18 if _is_rest(flip) else 0), _turn(flip), tones.get(flip.then, "none")


def _is_rest(flip: Flip) -> bool:
    return flip.operator in (">", ">=")


def _turn(flip: Flip) -> str:
    then = "not 3A090" if flip.then == "not_met" else flip.then
    if _is_rest(flip):
        return f"larger: {then}"
    sign = "≤" if flip.operator == "<=" else "<"
    return f"area {sign} {number(Fraction(flip.value), operator=flip.operator)} mm² → {then}"


def _diagonals(drawn: Plane) -> Iterator[Markup]:
    """Lines of equal die area, each with its name where it is least in the way."""
    for area in AREAS if drawn.kind.tie else ():
        left = max(drawn.x.low, area * drawn.y.low)
        right = min(drawn.x.high, area * drawn.y.high)
        if left >= right:
            continue
        start = drawn.x(left), drawn.y(left / area)
        stop = drawn.x(right), drawn.y(right / area)
        line = f"M{start[0]:.1f} {start[1]:.1f}L{stop[0]:.1f} {stop[1]:.1f}"
        yield el("path", d=line, class_="s-muted clear", stroke_dasharray="1 4", stroke_width=1)
        text = f"{area:,} mm²{' (one reticle)' if area == RETICLE and not drawn.narrow else ''}"
        if label := _along(text, start, stop, drawn.page):
            drawn.page.texts.append(label.box)
            yield label.draw()


def _along(text: str, start: tuple[float, float], stop: tuple[float, float], page: Page) -> Words | None:
    """A text on a line where it covers least; None where the line has no room for it."""
    turn = math.degrees(math.atan2(stop[1] - start[1], stop[0] - start[0]))
    shares = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
    places = [(start[0] + (stop[0] - start[0]) * share, start[1] + (stop[1] - start[1]) * share) for share in shares]
    labels = [Words(text, x, y - 3, 11, "middle", "muted halo", turn=turn) for x, y in places]
    free = [each for each in labels if page.frame.holds(each.box) and not any(map(each.box.meets, page.texts))]
    return min(free, key=lambda label: sum(map(label.box.meets, page.marks)), default=None)


def _use(drawn: Plane) -> bool | None:
    """Whether the chip is for data centres, where the version asks; yes where it does not."""
    if DATACENTER not in drawn.program.names:
        return True
    stated = amount_of(drawn.verdict.columns.get(DATACENTER))
    return bool(stated.low) if stated.known else None


def _under(drawn: Plane, chips: Spread, shape: Shape | None) -> tuple[list[Markup], float]:
    """The key, and a sentence where there is nothing to draw of the chip."""
    kind = drawn.kind
    signs = [*mark_key(drawn.program, chips)]
    if chips.without:
        tick = el("path", d="M0 -5v9", class_="s-ink clear", stroke_width=2.4)
        missing = "area unpublished" if kind.tie else "I/O unpublished"
        signs.append(Sign(tick, f"{missing} ({len(chips.without)})", 6))
    drawn_key, end = key(signs, drawn.plot.left, drawn.plot.right, drawn.plot.bottom + 60)
    says = [f"{chips.beyond} chips lie beyond the frame."] if chips.beyond else []
    if other := OTHER_USE.get(_use(drawn), ""):
        says.append(f"Regions are those for a chip {other}, as this one; each mark has the colour of its own answer.")
    if shape is None:
        says.insert(0, f"Nothing of {drawn.screening.subject.name} to draw: {kind.ask}.")
    if not says:
        return drawn_key, end
    note, end = sentence(" ".join(says), drawn.plot.left, drawn.plot.right, end + 18)
    return [*drawn_key, *note], end
