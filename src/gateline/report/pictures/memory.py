"""Performance against memory bandwidth: the case-by-case lane of 2026, the tariff bands, the reported letters.

Linear axes, because the legal shapes are boxes. Lane and bands are painted from the versions that speak on the date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from gateline.jobs.points import catalogue_points
from gateline.numerals import number
from gateline.report.pictures.captions import in_corner
from gateline.report.pictures.chips import Spread, chip_marks, chip_names, keep_free, mark_key, spread
from gateline.report.pictures.frame import WHOLE, Axis, Paper, Sheet, Sign, frame, key, sentence, swatch
from gateline.report.pictures.labels import Page
from gateline.report.pictures.plane import RULE, verdict_words
from gateline.report.pictures.regions import (
    Answer,
    Surface,
    borders,
    cut_plane,
    merged,
    on_paper,
    painted,
    tone_of,
)
from gateline.report.pictures.style import hatch
from gateline.report.pictures.subject import Standing, amount_of, shape_of
from gateline.report.pictures.subject_marks import Told, subject_mark, subject_texts
from gateline.report.pictures.svg import Box, Markup, Scale, Words, el
from gateline.report.pictures.tariff_bands import SHOWN, TARIFF, Layer, View, X, Y, band_names, magnified_bands
from gateline.rules.model import Outcome, QuantityTest
from gateline.rules.program import Program, compile_version
from gateline.screening import Screening, Verdict

LANE, LETTERS = "us.ear.case-by-case-2026", "us.bis.is-informed-2025-04"
REACH = (42_000.0, 8_600.0)
"""Ends of the frame [TPP, GB/s]; a few chips lie beyond it and are counted."""


def memory(screening: Screening, paper: Paper = WHOLE) -> str:
    """Total processing performance against memory bandwidth, the catalogue, and the chip that was screened.

    Parameters
    ----------
    screening : Screening
        Of a chip.
    paper : Paper

    Returns
    -------
    str
        An SVG document.
    """
    sheet = Sheet(paper, "memory")
    verdicts = {verdict.rule.id: verdict for verdict in screening.verdicts}
    if RULE not in verdicts:
        says = f"No version of ECCN 3A090 had been issued by {screening.request.as_of}."
        return sheet.empty(f"{screening.subject.name}: no memory plane", says)
    standing = Standing(amount_of(verdicts[RULE].columns.get(X)), amount_of(screening.quantities.get(Y)))
    view = _view(paper, standing)
    body, height = _body(screening, verdicts, standing, view, sheet)
    shown = verdicts.get(LANE, verdicts[RULE])
    title = f"{screening.subject.name} by performance and memory bandwidth"
    return sheet.document(height, title, verdict_words(screening, shown), body)


def _view(paper: Paper, standing: Standing) -> View:
    plot = Box(66, 14, paper.width - 12, 372) if paper.narrow else Box(76, 14, paper.width - 14, 534)
    right, top = (
        max([reach, *(float(end) * 1.08 for end in (amount.low, amount.high) if end)])
        for reach, amount in zip(REACH, (standing.x, standing.y), strict=True)
    )
    return View(plot, Scale(0, right, plot.left, plot.right), Scale(0, top, plot.bottom, plot.top))


def _layers(screening: Screening, verdicts: Mapping[str, Verdict], view: View) -> dict[str, Layer]:
    """The lane and the bands, where a version speaks; inputs other than the two of the plane are unknown."""
    tones = {LANE: _lane_tone, TARIFF: _band_tone}
    found = {}
    for rule, tone in tones.items():
        if rule in verdicts:
            program = _program(screening, verdicts[rule])
            surfaces = on_paper(cut_plane(program, {}, X, Y), view.x, view.y)
            found[rule] = Layer(verdicts[rule], program, surfaces, tone)
    return found


def _program(screening: Screening, verdict: Verdict) -> Program:
    request = screening.request
    return compile_version(screening.specs, verdict.rule.id, verdict.version, request.as_of, request.readings)


def _lane_tone(answer: Answer) -> str:
    return {Outcome.MET: "none", Outcome.UNDETERMINED: "open", Outcome.NOT_MET: ""}[answer.outcome]


def _band_tone(answer: Answer) -> str:
    return "second" if answer.outcome is Outcome.MET else ""


def _body(
    screening: Screening, verdicts: Mapping[str, Verdict], standing: Standing, view: View, sheet: Sheet
) -> tuple[list[Markup], float]:
    plot, page = view.plot, Page(view.plot.grown(-2))
    layers = _layers(screening, verdicts, view)
    request = screening.request
    points = catalogue_points(
        screening.specs, verdicts[RULE].rule, verdicts[RULE].version, request.as_of, request.readings
    )
    chips = spread(points, screening.subject.id, (X, Y), view.x, view.y)
    keep_free(page, chips)
    for layer in layers.values():
        page.lines.extend(borders(layer.surfaces, layer.tone))
    mark_tone = tone_of(_program(screening, verdicts[RULE]))
    subject, texts = _subject(screening, verdicts, layers, standing, view, page, f"{sheet.prefix}-plot")
    bands = list(band_names(list(layers.values()), page))
    inset = (
        []
        if sheet.paper.narrow
        else list(magnified_bands(list(layers.values()), chips, mark_tone, view, page, standing, sheet.prefix))
    )
    letters = list(_letters(verdicts, view, page))
    names = list(_captions(layers, page))
    labels = list(chip_names(chips, page, 16 if sheet.paper.narrow else 60))
    under, end = _under(screening, verdicts, layers, chips, subject, plot)
    lines = {axis: tuple(sorted({cut for layer in layers.values() for cut in _cuts(layer, axis)})) for axis in (X, Y)}
    horizontal = Axis(view.x, lines[X], "Total processing performance, TPP")
    vertical = Axis(view.y, lines[Y], "Total DRAM bandwidth, GB/s")
    return [
        *(painted(layer.surfaces, layer.tone, lambda tone: hatch(sheet.prefix, tone)) for layer in layers.values()),
        horizontal.grid(plot, upright=True),
        vertical.grid(plot, upright=False),
        frame(plot),
        *horizontal.below(plot),
        *vertical.beside(plot),
        *letters,
        *names,
        *bands,
        *inset,
        *subject,
        *chip_marks(chips, mark_tone, SHOWN, in_full=False),
        *labels,
        *texts,
        *under,
    ], end + 12


def _cuts(layer: Layer, name: str) -> tuple[Fraction, ...]:
    """The lines of the lane on an axis; those of the narrow bands are written on the bands."""
    if layer.verdict.rule.id != LANE:
        return ()
    areas = merged(layer.surfaces, layer.tone)
    return tuple(
        {end for area in areas for end in _edges(area, name) if end is not None and layer.tone(area.cell.answer)}
    )


def _edges(surface: Surface, name: str) -> tuple[Fraction | None, Fraction | None]:
    cell = surface.cell
    return (cell.left, cell.right) if name == X else (cell.bottom, cell.top)


def _subject(
    screening: Screening,
    verdicts: Mapping[str, Verdict],
    layers: Mapping[str, Layer],
    standing: Standing,
    view: View,
    page: Page,
    clip: str,
) -> tuple[list[Markup], list[Markup]]:
    """The chip that was screened, in the tones of the lane, or of ECCN 3A090 while there is none; and its texts."""
    verdict = verdicts.get(LANE, verdicts[RULE])
    program = _program(screening, verdict)
    tone = (lambda answer: _lane_tone(answer) or "muted") if LANE in layers else tone_of(program)
    regions = cut_plane(program, verdict.columns, X, Y)
    shape = shape_of(standing, program, verdict.columns, regions, view.x, view.y) if not standing.x.unknown else None
    if shape is None:
        return [], []
    box = {"x": view.plot.left, "y": view.plot.top, "width": view.plot.width, "height": view.plot.height}
    drawn = [
        el("clipPath", el("rect", **box), id=clip),
        subject_mark(shape, view.x, view.y, tone, page, clip),
    ]
    detail = "memory bandwidth unknown" if standing.y.unknown else ""
    texts = subject_texts(shape, Told(screening.subject.name, detail), view.x, view.y, page)
    return drawn, list(texts)


def _letters(verdicts: Mapping[str, Verdict], view: View, page: Page) -> Iterator[Markup]:
    """The bandwidth from which the letters of 2025 are reported to reach a chip."""
    clauses = verdicts[LETTERS].version.items if LETTERS in verdicts else ()
    for clause in clauses:
        tests = [test for test in clause.conditions if isinstance(test, QuantityTest) and test.quantity == Y]
        if len(tests) != len(clause.conditions) or not tests:
            continue
        y = view.y(float(tests[0].threshold))
        yield el("path", d=f"M{view.plot.left:.1f} {y:.1f}H{view.plot.right:.1f}", class_="s-ink clear", stroke_dasharray="6 4", stroke_width=1.3)  # fmt: skip
        text = f"{number(tests[0].threshold)} GB/s, reported letters of {verdicts[LETTERS].version.id[:7]}"
        places = [
            Words(text, view.plot.right - 8 - view.plot.width * share, height, 11, "end", "muted halo")
            for share in (0, 0.15, 0.3, 0.45, 0.6)
            for height in (y - 5, y + 14)
        ]
        free = [each for each in places if page.frame.holds(each.box) and not any(map(each.box.meets, page.texts))]
        place = min(free, key=lambda each: sum(map(each.box.meets, page.marks)), default=None)
        page.lines.append((view.plot.left, y, view.plot.right, y))
        if place:
            page.texts.append(place.box)
            yield place.draw()


def _captions(layers: Mapping[str, Layer], page: Page) -> Iterator[Markup]:
    """What the lane is, and what lies outside of it."""
    if LANE not in layers:
        return
    lane = layers[LANE]
    texts = {
        Outcome.MET: ["Case-by-case review", f"for China and Macau, since {lane.verdict.version.id};", "other conditions apply"],
        Outcome.NOT_MET: ["outside this lane", "3A090.a for data centres, for China", "and Macau: presumption of denial"],
    }  # fmt: skip
    joined = merged(lane.surfaces, lambda answer: answer)
    for outcome, lines in texts.items():
        rooms = [surface.box for surface in joined if surface.cell.answer.outcome is outcome]
        for room in sorted(rooms, key=lambda box: (box.top, -box.width))[:1]:
            tone = "none" if outcome is Outcome.MET else "met"
            placed = next(filter(None, (in_corner(lines[:count], room, tone, page) for count in (3, 1))), [])
            page.texts.extend(text.box for text in placed)
            yield from (text.draw() for text in placed)


def _under(
    screening: Screening,
    verdicts: Mapping[str, Verdict],
    layers: Mapping[str, Layer],
    chips: Spread,
    subject: Sequence[Markup],
    plot: Box,
) -> tuple[list[Markup], float]:
    signs = [*mark_key(_program(screening, verdicts[RULE]), chips)]
    if LANE in layers:
        signs.append(Sign(swatch("t-none"), "case by case", 18))
        signs.append(Sign(swatch("t-open"), "only if its density makes it 3A090", 18))
    drawn, end = key(signs, plot.left, plot.right, plot.bottom + 60)
    says = []
    if not subject:
        says.append(f"Nothing of {screening.subject.name} to draw: no TPP; enter a dense rate.")
    if LANE not in layers:
        says.append(f"There is no case-by-case lane on {screening.request.as_of}.")
    if chips.without:
        says.append(f"{len(chips.without)} chips have no published bandwidth (ticks).")
    if chips.beyond:
        says.append(f"{chips.beyond} chips lie beyond the frame.")
    if not says:
        return drawn, end
    note, end = sentence(" ".join(says), plot.left, plot.right, end + 18)
    return [*drawn, *note], end
