"""The tariff bands on the memory plane: their names, and those that are too narrow to be seen once more, magnified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateline.numerals import number
from gateline.report.pictures.chips import Spread, chip_marks, chip_names, keep_free, spread
from gateline.report.pictures.labels import Page
from gateline.report.pictures.regions import Surface, Tone, cut_plane, merged, on_paper, painted
from gateline.report.pictures.style import hatch
from gateline.report.pictures.subject import Standing
from gateline.report.pictures.subject_marks import ring
from gateline.report.pictures.svg import Box, Markup, Scale, Words, el
from gateline.report.wording import words
from gateline.rules.model import Outcome
from gateline.rules.program import Program
from gateline.screening import Verdict

TARIFF = "us.tariff.section-232"
X, Y = "total_processing_performance", "dram_bandwidth"
SHOWN = ((X, "TPP"), (Y, "DRAM"))
SMALL = 14.0
"""A band narrower than this is drawn magnified as well."""
INSET = (316.0, 180.0)


@dataclass(frozen=True, slots=True)
class Layer:
    """A version on the plane: its program, its surfaces and their tones."""

    verdict: Verdict
    program: Program
    surfaces: list[Surface]
    tone: Tone


@dataclass(frozen=True, slots=True)
class View:
    """The plane, or the part of it that is magnified."""

    plot: Box
    x: Scale
    y: Scale


def band_names(layers: Sequence[Layer], page: Page) -> Iterator[Markup]:
    """The name of each tariff band above it, or beside it."""
    for surface in bands(layers):
        box = surface.box
        name = f"tariff {words((surface.cell.answer.item or 'band').replace('-', ' '))}"
        places = [
            Words(name, box.left, box.top - 5, 11.5, "start", "second halo", bold=True),
            Words(name, box.left - 6, (box.top + box.bottom) / 2 + 4, 11.5, "end", "second halo", bold=True),
            Words(name, box.right + 6, (box.top + box.bottom) / 2 + 4, 11.5, "start", "second halo", bold=True),
            Words(name, box.left, box.bottom + 14, 11.5, "start", "second halo", bold=True),
        ]
        free = [place for place in places if page.frame.holds(place.box) and not any(map(place.box.meets, page.texts))]
        if free and box.width >= SMALL:
            best = min(free, key=lambda place: sum(map(place.box.meets, page.marks)))
            page.texts.append(best.box)
            yield best.draw()


def bands(layers: Sequence[Layer]) -> list[Surface]:
    """The surfaces of the tariff bands."""
    surfaces = [surface for layer in layers if layer.verdict.rule.id == TARIFF for surface in layer.surfaces]
    joined = merged(surfaces, lambda answer: answer)
    return [surface for surface in joined if surface.cell.answer.outcome is Outcome.MET]


def magnified_bands(
    layers: Sequence[Layer], chips: Spread, tone: Tone, view: View, page: Page, standing: Standing, prefix: str
) -> Iterator[Markup]:
    """Bands too narrow to be seen, magnified where the fewest chips lie."""
    for surface in (band for band in bands(layers) if band.box.width < SMALL):
        cell = surface.cell
        if cell.left is None or cell.right is None or cell.bottom is None or cell.top is None:
            continue
        wide, high = float(cell.right - cell.left), float(cell.top - cell.bottom)
        across = float(cell.left) - 1.6 * wide, float(cell.right) + 2.2 * wide
        up = float(cell.bottom) - 1.7 * high, float(cell.top) + 1.1 * high
        box = _free_box(view.plot, page)
        if box is None:
            return
        part = View(box, Scale(*across, box.left, box.right), Scale(*up, box.bottom, box.top))
        page.texts.append(box.grown(4))
        yield from _magnified(layers, chips, tone, view, part, surface, prefix)
        yield from _subject(standing, part)


def _free_box(plot: Box, page: Page) -> Box | None:
    """The place for an inset that hides the fewest chips and no text."""
    width, height = INSET
    places = [
        Box(left, top, left + width, top + height)
        for top in range(int(plot.bottom - height - 10), int(plot.top) + 10, -20)
        for left in range(int(plot.right - width - 8), int(plot.left + plot.width / 2), -20)
    ]
    free = [place for place in places if not any(map(place.grown(4).meets, page.texts))]
    return min(free, key=lambda place: sum(map(place.grown(6).meets, page.marks)), default=None)


def _magnified(
    layers: Sequence[Layer], chips: Spread, tone: Tone, view: View, part: View, band: Surface, prefix: str
) -> Iterator[Markup]:
    box = part.plot
    seen = Box(view.x(part.x.low), view.y(part.y.high), view.x(part.x.high), view.y(part.y.low))
    yield el("rect", x=seen.left, y=seen.top, width=seen.width, height=seen.height, class_="clear s-muted")
    links = f"M{seen.left:.1f} {seen.bottom:.1f}L{box.left:.1f} {box.bottom:.1f}M{seen.right:.1f} {seen.top:.1f}L{box.right:.1f} {box.top:.1f}"
    yield el("path", d=links, class_="s-muted clear", stroke_width=0.8)
    yield el("rect", x=box.left, y=box.top, width=box.width, height=box.height, class_="f-paper")
    for layer in layers:
        surfaces = on_paper(cut_plane(layer.program, {}, X, Y), part.x, part.y)
        yield painted(surfaces, layer.tone, lambda tone: hatch(prefix, tone))
    yield el("rect", x=box.left, y=box.top, width=box.width, height=box.height, class_="clear s-ink", stroke_width=1)
    yield Words("magnified", box.left + 6, box.top + 14, 11, "start", "muted halo").draw()
    page = Page(box.grown(-3))
    page.texts.append(Words("magnified", box.left + 6, box.top + 14, 11).box)
    yield from _band_texts(band, part, page)
    inside = [spot for spot in chips.inside if seen.left < spot.x < seen.right and seen.top < spot.y < seen.bottom]
    near = spread(tuple(spot.point for spot in inside), "", (X, Y), part.x, part.y)
    keep_free(page, near)
    yield from chip_marks(near, tone, SHOWN)
    yield from chip_names(near, page, 8)


def _subject(standing: Standing, part: View) -> Iterator[Markup]:
    """The chip that was screened, where both of its quantities are known and lie in the part."""
    if standing.x.known and standing.y.known and standing.x.low is not None and standing.y.low is not None:
        x, y = float(standing.x.low), float(standing.y.low)
        if part.x.holds(x) and part.y.holds(y):
            yield ring(part.x(x), part.y(y))


def _band_texts(band: Surface, part: View, page: Page) -> Iterator[Markup]:
    """The name and the span of a magnified band, to its right."""
    cell = band.cell
    if cell.left is None or cell.right is None or cell.bottom is None or cell.top is None:
        return
    right, top = part.x(float(cell.right)), part.y(float(cell.top))
    name = (cell.answer.item or "band").replace("-", " ")
    lines = [
        (f"tariff {name}", "second", True),
        (f"{number(cell.left)} to {number(cell.right)} TPP", "muted", False),
        (f"{number(cell.bottom)} to {number(cell.top)} GB/s", "muted", False),
    ]
    for row, (text, tone, bold) in enumerate(lines):
        told = Words(text, right + 6, top + 14 + 15 * row, 11, "start", f"{tone} halo", bold)
        if page.frame.holds(told.box):
            page.texts.append(told.box)
            yield told.draw()
