"""Pictures: what they show equals what the evaluator says; texts stay apart and inside; nothing gets out of its place."""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from picture_cases import DAY, FOLDER, GOLDEN, ROOT, SUMMARY, ledger

from gateline.amounts import Amount
from gateline.cli import main
from gateline.fleet.summary import FleetSummary
from gateline.jobs import check_release, chip_timeline, default_catalogue, quick_ledger, screen_chip
from gateline.jobs.chip import chip_inputs
from gateline.report.pictures import PICTURES, Paper
from gateline.report.pictures.chips import FAMOUS
from gateline.report.pictures.frame import WHOLE
from gateline.report.pictures.labels import Mark, Page, place_names
from gateline.report.pictures.plane import KINDS
from gateline.report.pictures.svg import Box, Scale, Words, el, fitted, text_width
from gateline.report.pictures.timeline import timeline
from gateline.report.pictures.totals import Account, Period, Totals, totals
from gateline.rules.columns import Column
from gateline.rules.evaluate import evaluate
from gateline.rules.model import Outcome
from gateline.rules.program import compile_version
from gateline.rules.specfiles import default_specs
from gateline.screening import Screening, Subject

SVG = "{http://www.w3.org/2000/svg}"
NARROW = Paper(narrow=True)
EXAMPLE = str(ROOT / "examples" / "chip.yaml")
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>",
    "\u202egnihtemos\u202c",
    "a\x00b\x1b[31m",
    "&amp;" * 30,
]
CLIP_OUTLINE = 0.2


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[Words]:
    """Every text with its place, as a browser with Helvetica metrics sets it."""
    found = []
    for element in parsed(svg).iter(f"{SVG}text"):
        turn = re.match(r"rotate\((\S+) ", element.get("transform", ""))
        found.append(
            Words(
                element.text or "",
                float(element.get("x", "0")),
                float(element.get("y", "0")),
                float(element.get("font-size", "0")),
                element.get("text-anchor", "start"),
                bold=element.get("font-weight") == "bold",
                turn=float(turn[1]) if turn else 0.0,
            )
        )
    return found


def marks(svg: str) -> dict[str, str]:
    """The class of each mark, or of the group of its kind, by its title."""
    found = {}
    for group in parsed(svg).iter():
        for element in group:
            if (title := element.find(f"{SVG}title")) is not None:
                found[title.text or ""] = element.get("class") or group.get("class", "")
    return found


@lru_cache
def regions(svg: str) -> list[tuple[str, Box]]:
    """The painted rectangles with their tones, the front-most last."""
    found = []
    for element in parsed(svg).iter(f"{SVG}path"):
        classes = element.get("class", "").split()
        if "region" in classes:
            tone = next(name.removeprefix("t-") for name in classes if name.startswith("t-"))
            for left, top, right, bottom in re.findall(
                r"M(\S+) (\S+)H(\S+)V(\S+)H\S+Z", element.get("d", "").replace("Z", "Z ")
            ):
                found.append((tone, Box(float(left), float(top), float(right), float(bottom))))
    return found


def tone_at(svg: str, x: float, y: float) -> str:
    """The tone of the front-most region at a place; empty where the paper is blank."""
    return next(
        (tone for tone, box in reversed(regions(svg)) if box.left <= x <= box.right and box.top <= y <= box.bottom), ""
    )


def plane_scales(kind: str) -> tuple[Scale, Scale]:
    """The near frame of a plane on wide paper."""
    left, right, bottom, top = KINDS[kind].near
    return Scale(left, right, 76, 806, log=True), Scale(bottom, top, 534, 14, log=True)


DENSITY, IO = plane_scales("performance_density"), plane_scales("io_bandwidth")
MEMORY = Scale(0, 42_000, 76, 806), Scale(0, 8_600, 534, 14)


def drawn(name: str, target: str, day: date = DAY, paper: Paper = WHOLE, **changes: str) -> str:
    return PICTURES[name].draw(screen_chip(target, day, changes=changes), paper)


def renamed(screening: Screening, name: str) -> Screening:
    return replace(screening, subject=Subject(screening.subject.kind, name, name))


# --- Regions -----------------------------------------------------------------------------------------------------


# 88 FR 73458: 3A090.a.1 at least 4800; .a.2 at least 1600 with at least 5.92; .b.1 2400 to 4800 with 1.6 to 5.92;
# .b.2 at least 1600 with 3.2 to 5.92.
@pytest.mark.parametrize(
    ("tpp", "density", "tone"),
    [
        (1_590, 6.0, ""),
        (1_610, 5.96, "met"),
        (1_610, 5.88, "second"),
        (2_000, 3.23, "second"),
        (2_000, 3.17, ""),
        (2_380, 3.17, ""),
        (2_420, 3.17, "second"),
        (4_760, 1.62, "second"),
        (4_760, 1.58, ""),
        (4_760, 5.96, "met"),
        (4_840, 1.2, "met"),
        (8_000, 13.0, "met"),
    ],
)
def test_plane_of_2023_is_the_text_of_2023(tpp: float, density: float, tone: str) -> None:
    svg = drawn("plane", EXAMPLE)
    assert tone_at(svg, DENSITY[0](tpp), DENSITY[1](density)) == tone


# 87 FR 62186: at least 600 GB/s and at least 4800.
@pytest.mark.parametrize(
    ("performance", "io", "tone"), [(4_900, 610, "met"), (4_900, 590, ""), (4_700, 610, ""), (50_000, 10_000, "met")]
)
def test_plane_of_2022_is_the_text_of_2022(performance: float, io: float, tone: str) -> None:
    svg = drawn("plane", "A800", date(2023, 6, 1))
    assert tone_at(svg, IO[0](performance), IO[1](io)) == tone


# Note 2: below 4800 nothing that is not for data centres; unknown use leaves open what it would decide.
@pytest.mark.parametrize(
    ("flag", "below", "above"), [("no", "", "met"), ("unknown", "open", "met"), ("yes", "met", "met")]
)
def test_regions_are_those_of_the_use_of_the_chip(flag: str, below: str, above: str) -> None:
    svg = drawn("plane", EXAMPLE, datacenter=flag)
    found = [tone_at(svg, DENSITY[0](tpp), DENSITY[1](7)) for tpp in (2_000, 5_000)]
    assert found == [below, above]


# 15 CFR 742.6(b)(10)(iii)(A)(1): under 21,000 and under 6,500 GB/s; U.S. note 39: 14,000 to 17,500 with 4,500 to 5,000
# GB/s and 20,800 to 21,100 with 5,800 to 6,200 GB/s. From 1,600 to 4,800 the density decides whether it is 3A090.
@pytest.mark.parametrize(
    ("tpp", "bandwidth", "tone"),
    [
        (20_700, 6_400, "none"),
        (20_900, 6_100, "second"),
        (21_050, 6_100, "second"),
        (21_200, 6_100, ""),
        (20_700, 6_600, ""),
        (15_000, 4_600, "second"),
        (15_000, 4_400, "none"),
        (13_900, 4_600, "none"),
        (3_000, 2_000, "open"),
        (1_000, 2_000, ""),
    ],
)
def test_memory_plane_is_the_text(tpp: float, bandwidth: float, tone: str) -> None:
    svg = drawn("memory", "H20")
    assert tone_at(svg, MEMORY[0](tpp), MEMORY[1](bandwidth)) == tone


@pytest.mark.parametrize("flag", ["yes", "no", "unknown"])
@pytest.mark.parametrize(("day", "scales"), [(date(2023, 6, 1), IO), (DAY, DENSITY)])
def test_regions_equal_the_evaluator_at_random_points(day: date, scales: tuple[Scale, Scale], flag: str) -> None:
    """Two hundred places of the drawing, each put to the evaluator; those on a line are rounding and drawn again."""
    screening = screen_chip(EXAMPLE, day, changes={"datacenter": flag})
    svg = PICTURES["plane"].draw(screening)
    [verdict] = [verdict for verdict in screening.verdicts if verdict.rule.id == "us.ear.3a090"]
    program = compile_version(screening.specs, verdict.rule.id, verdict.version, day)
    kind = KINDS["performance_density" if scales is DENSITY else "io_bandwidth"]
    places, draw = [], random.Random(20261122)
    edges = (
        [edge for _, box in regions(svg) for edge in (box.left, box.right)],
        [edge for _, box in regions(svg) for edge in (box.top, box.bottom)],
    )
    while len(places) < 200:
        place = draw.uniform(77, 805), draw.uniform(15, 533)
        if all(abs(at - edge) > CLIP_OUTLINE for at, near in zip(place, edges, strict=True) for edge in near):
            places.append(place)
    values = [
        np.array([Fraction(scale.value(place[axis])) for place in places], dtype=object)
        for axis, scale in enumerate(scales)
    ]
    flags = np.repeat(verdict.columns["datacenter"].low, 200) if "datacenter" in verdict.columns else None
    columns = {kind.x: Column(values[0], values[0]), kind.y: Column(values[1], values[1])}
    if flags is not None:
        columns["datacenter"] = Column(flags, flags)
    evaluation = evaluate(program, columns, 200)
    for place, outcome, item in zip(places, evaluation.outcome, evaluation.item, strict=True):
        name = program.items[item].clause.id if item >= 0 else ""
        expected = {
            Outcome.MET: "second" if name.startswith("3A090.b") else "met",
            Outcome.UNDETERMINED: "open",
            Outcome.NOT_MET: "",
        }
        assert tone_at(svg, *place) == expected[Outcome(int(outcome))], place


# --- The chip that was asked about -------------------------------------------------------------------------------


# TPP 2000: 2000 / 5.92 = 337.8 and 2000 / 3.2 = 625 mm², rounded towards the safe side.
def test_unknown_area_is_a_bar_with_its_turns() -> None:
    svg = drawn("plane", EXAMPLE)
    written = [words.text for words in texts(svg)]
    assert "area ≤ 337.8 mm² → 3A090.a.2" in written
    assert "area ≤ 625 mm² → 3A090.b.2" in written
    assert "larger: not 3A090" in written
    assert "area unknown" in written
    assert bar_tones(svg) == ["none", "none", "second", "met"]  # 1.6 cuts the plane as well, and changes nothing here
    heights = {words.text: words.y for words in texts(svg)}
    assert (
        heights["area ≤ 337.8 mm² → 3A090.a.2"] < heights["area ≤ 625 mm² → 3A090.b.2"] < heights["larger: not 3A090"]
    )


def bar_tones(svg: str) -> list[str]:
    """The tones of the stretches of the bar, from its start."""
    bars = [element for element in parsed(svg).iter(f"{SVG}path") if element.get("stroke-width") == "6"]
    return [element.get("class", "").split()[0].removeprefix("s-") for element in bars]


# 2000 / 400 = 5 and 2000 / 500 = 4 are both in .b.2; 858 mm² gives 2.33, which is neither.
@pytest.mark.parametrize(
    ("changes", "tones"),
    [
        ({"applicable_die_area": "400 to 500 mm^2"}, ["second"]),
        ({"applicable_die_area": "400 to 858 mm^2"}, ["none", "second"]),
        ({"total_processing_performance": "9000 TPP"}, ["met"]),
        # Along 600 mm²: 3.2 × 600 = 1920 enters .b.2, 5.92 × 600 = 3552 enters .a.2; .b.1 starts at 2400, .a.1 at 4800.
        (
            {"applicable_die_area": "600 mm^2", "total_processing_performance": "unknown"},
            ["none", "none", "second", "second", "met", "met"],
        ),
    ],
)
def test_what_is_not_known_is_a_bar_in_the_colours_of_where_it_can_lie(
    changes: dict[str, str], tones: list[str]
) -> None:
    found = bar_tones(drawn("plane", EXAMPLE, **changes))
    assert [tone for number, tone in enumerate(found) if not number or found[number - 1] != tone] == [
        tone for number, tone in enumerate(tones) if not number or tones[number - 1] != tone
    ]


def test_both_known_is_a_ring_where_the_numbers_say() -> None:
    svg = drawn("plane", "H20", date(2024, 6, 1))
    [ring] = [element for element in parsed(svg).iter(f"{SVG}circle") if element.get("r") == "9"]
    # 296 TOPS at 8 bits are 2368; 814 mm² makes 2.909.
    assert float(ring.get("cx", "0")) == pytest.approx(DENSITY[0](2368), abs=0.1)
    assert float(ring.get("cy", "0")) == pytest.approx(DENSITY[1](2368 / 814), abs=0.1)
    assert bar_tones(svg) == []


def test_two_ranges_are_a_parallelogram() -> None:
    svg = drawn(
        "plane", EXAMPLE, applicable_die_area="300 to 600 mm^2", total_processing_performance="1500 to 5000 TPP"
    )
    [outline] = [
        element.get("d", "")
        for element in parsed(svg).iter(f"{SVG}path")
        if element.get("clip-path", "").endswith("-plot)")
    ]
    corners = [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", outline)]
    expected = [(1500, 2.5), (5000, 5000 / 600), (5000, 5000 / 300), (1500, 5.0)]
    assert corners == [pytest.approx((DENSITY[0](x), DENSITY[1](y)), abs=0.1) for x, y in expected]


def test_the_chip_replaces_its_entry_of_the_catalogue() -> None:
    assert any(title.startswith("H20 96GB") for title in marks(drawn("plane", "H100")))
    assert not any(title.startswith("H20 96GB") for title in marks(drawn("plane", "H20")))


# Classes by datasheet: H100 15,832; L40 2,896 and 608 mm²; H20 2,368 and 814 mm²; RTX 4080 is not for data centres.
@pytest.mark.parametrize(
    ("start", "picture", "tones"),
    [
        ("H100 SXM5 80GB: TPP 15,8", "plane-far", "f-met"),
        ("L40: TPP 2,896", "plane", "f-second"),
        ("H20 96GB (HGX H20): TPP 2,368", "plane", "f-none"),
        ("GeForce RTX 4080: TPP", "plane", "f-paper s-none"),
    ],
)
def test_marks_have_the_colour_of_their_own_answer(start: str, picture: str, tones: str) -> None:
    [found] = [classes for title, classes in marks(drawn(picture, EXAMPLE)).items() if title.startswith(start)]
    assert found.startswith(tones)


def test_the_key_counts_every_chip_of_the_catalogue_with_a_rate() -> None:
    """Marks, ticks and those beyond the frame are all chips whose performance is known."""
    svg = drawn("plane", EXAMPLE)
    beyond = next(int(found[1]) for words in texts(svg) if (found := re.match(r"(\d+) chips lie beyond", words.text)))
    shown = sum(": TPP" in title for title in marks(svg))
    specs = default_specs()
    readings = specs.choose_readings({})
    figures = [
        chip_inputs(entry.read(), {}, specs, DAY, readings).get("total_processing_performance")
        for entry in default_catalogue().entries.values()
    ]
    assert shown + beyond == sum(
        datum is not None and isinstance(datum.value, Amount) and datum.value.known for datum in figures
    )


def test_famous_chips_are_in_the_catalogue() -> None:
    assert set(FAMOUS) <= set(default_catalogue().entries)


@pytest.mark.parametrize(
    ("name", "day", "changes", "says"),
    [
        ("plane", date(2022, 9, 5), {}, "No version of ECCN 3A090 had been issued by 2022-09-05."),
        ("memory", date(2022, 9, 5), {}, "No version of ECCN 3A090 had been issued by 2022-09-05."),
        (
            "plane",
            DAY,
            {"total_processing_performance": "unknown", "applicable_die_area": "unknown"},
            "no TPP and no die area",
        ),
        # Planar dies count towards no area, so there is no density to draw (Note 1 to the definition).
        (
            "plane",
            DAY,
            {"non_planar_transistors": "no", "applicable_die_area": "0 mm^2"},
            "it has no performance density",
        ),
        ("memory", DAY, {"total_processing_performance": "unknown"}, "no TPP; enter a dense rate"),
    ],
)
def test_empty_states_say_what_is_missing(name: str, day: date, changes: dict[str, str], says: str) -> None:
    assert says in " ".join(words.text for words in texts(drawn(name, "H20", day, **changes)))


def test_far_chips_get_the_far_frame() -> None:
    svg = drawn("plane", "cerebras-wse3")
    assert "50,000" in [words.text for words in texts(svg)]
    beyond = drawn("plane", EXAMPLE, total_processing_performance="900000 TPP", applicable_die_area="3 mm^2")
    [ring] = [element for element in parsed(beyond).iter(f"{SVG}circle") if element.get("r") == "9"]
    assert 76 < float(ring.get("cx", "0")) < 806
    assert 14 < float(ring.get("cy", "0")) < 534


# --- Training ----------------------------------------------------------------------------------------------------


def release(compute: str) -> Screening:
    return check_release(quick_ledger(compute=compute), DAY)


# Exactly 10^26 is not 'greater than' (SB 53), and it is '10^26 or more' (ECCN 4E091).
@pytest.mark.parametrize(
    ("compute", "california", "eccn"),
    [("9.99e25 FLOP", "f-none", "f-none"), ("1e26 FLOP", "f-none", "f-met"), ("1.01e26 FLOP", "f-met", "f-met")],
)
def test_strip_colours_a_point_by_what_each_law_says(compute: str, california: str, eccn: str) -> None:
    found = marks(PICTURES["strip"].draw(release(compute)))
    tones = {title.split(":")[0]: classes for title, classes in found.items() if "FLOP," in title}
    assert tones["California SB 53"].startswith(california)
    assert tones["ECCN 4E091"].startswith(eccn)


def test_strip_draws_what_is_counted_and_what_is_open() -> None:
    """6 × 720e9 × 14.1e12 = 6.09e25, +1.5e24 +9e24 = 7.14e25 clearly count in California; the rest comes to 1.28e26."""
    svg = PICTURES["strip"].draw(check_release(str(ledger()), DAY))
    found = {title: classes for title, classes in marks(svg).items() if title.startswith("California SB 53, ")}
    counted, wide = found.items()
    assert counted[0].startswith("California SB 53, counted")
    assert counted[0].endswith("not met")
    assert counted[1].startswith("f-none")
    assert wide[0].endswith("FLOP, met")
    assert wide[1].startswith("f-paper s-met")
    assert "the 90 % band" in svg


def test_strip_adds_up_what_is_open_where_figures_have_no_distribution(tmp_path: Path) -> None:
    """9e25 of pre-training counts in California; 2e25 of rollouts are open there and count for the EU."""
    path = tmp_path / "ledger.yaml"
    path.write_text(
        "model: M\nphases:\n"
        "  - {kind: pretraining, estimates: [{method: declared, compute: 9e25 FLOP}]}\n"
        "  - {kind: rl_rollouts, estimates: [{method: declared, compute: 2e25 FLOP}]}\n"
    )
    found = marks(PICTURES["strip"].draw(check_release(str(path), DAY)))
    assert found["California SB 53, counted: 9 × 10²⁵ FLOP, not met"].startswith("f-none")
    assert found["California SB 53, with what is open: 1.1 × 10²⁶ FLOP, met"].startswith("f-paper s-met")
    assert found["AI Act article 51(2): 1.1 × 10²⁶ FLOP, met"].startswith("f-met")


def test_strip_sorts_by_line_and_leaves_out_dead_texts() -> None:
    written = [words.text for words in texts(PICTURES["strip"].draw(release("1e25 FLOP")))]
    assert written.index("AI Act article 51(2)") < written.index("California SB 53")
    assert not any("SB 1047" in text or "14110" in text for text in written)


def test_strip_without_compute_says_what_to_enter() -> None:
    empty = replace(release("1e25 FLOP"), inputs={})
    assert "enter parameters and tokens" in PICTURES["strip"].draw(empty)


def test_phases_lengths_add_up_to_what_counts() -> None:
    """For ECCN 4E091: counted 7.14e25, open 2.3e25 + 8e24 + 2e25, not counted 6e24 (ratio of widths)."""
    svg = PICTURES["phases"].draw(check_release(str(ledger()), DAY))
    widths = phase_widths(svg)[-7:]
    figures = {"pretraining": 60.9120, "sft": 1.5, "rl updates": 9, "rl rollouts": 23, "synthetic generation": 8, "teacher training": 20, "evaluation": 6}  # fmt: skip
    assert [name for name, _, _ in widths] == list(figures)
    assert [says for _, says, _ in widths] == ["counted"] * 3 + ["the text leaves it open"] * 3 + ["not counted"]
    one = widths[0][2] / figures["pretraining"]
    assert [width / one for _, _, width in widths] == [pytest.approx(figure, rel=0.02) for figure in figures.values()]


def phase_widths(svg: str) -> list[tuple[str, str, float]]:
    found = []
    for element in parsed(svg).iter(f"{SVG}rect"):
        title = element.find(f"{SVG}title")
        if title is not None:
            name, says = (title.text or "").split(":")[0], (title.text or "").rsplit(", ", 1)[1]
            found.append((name, says, float(element.get("width", "0"))))
    return found


def test_phases_without_account_are_empty() -> None:
    empty = replace(release("1e25 FLOP"), account=None)
    assert "no phases yet" in PICTURES["phases"].draw(empty)


# --- Timeline, tables, totals ------------------------------------------------------------------------------------


def test_timeline_shows_when_the_a800_came_under_the_rule() -> None:
    """400 GB/s of NVLink and 64 of PCIe are under 600; 4,992 is at least 4800 (88 FR 73458, from 2023-11-17)."""
    found = marks(timeline(chip_timeline("A800", None, DAY)))
    assert found["us.ear.3a090 from 2022-10-21: not met"] == "t-none"
    assert found["us.ear.3a090 from 2023-11-17: 3A090.a.1"] == "t-met"
    assert found["us.ear.3a090 from 2022-10-07: enacted"].startswith("s-muted")


def test_timeline_has_two_tracks_where_a_text_is_not_enforced() -> None:
    """The worldwide requirement for 3A090.c took effect on 2024-12-02; compliance was delayed to 2024-12-31."""
    found = marks(timeline(chip_timeline("A100", None, DAY)))
    assert "us.ear.3a090c from 2024-12-02, on paper: not met" in found
    assert "us.ear.3a090c from 2024-12-02, enforced: not met" not in found
    assert "us.ear.3a090c from 2024-12-31, enforced: not met" in found


def test_timeline_marks_a_day() -> None:
    svg = timeline(chip_timeline("A100", None, DAY), as_of=date(2025, 6, 1))
    assert "as of 2025-06-01" in [words.text for words in texts(svg)]


def test_outcomes_are_in_proportion() -> None:
    """41,210 of 400,000 rows are 10.3 % of a bar of 568."""
    rects = {element.find(f"{SVG}title").text: float(element.get("width", "0")) for element in parsed(PICTURES["outcomes"].draw(SUMMARY)).iter(f"{SVG}rect") if element.find(f"{SVG}title") is not None}  # type: ignore[union-attr]  # fmt: skip
    assert rects["us.ear.3a090: 41,210 met"] == pytest.approx(568 * 41_210 / 400_000, abs=0.1)
    assert rects["us.bis.is-informed-2025-04: 2 met"] == 1.5
    assert "41,210 met · 1,874 undetermined · 356,916 not met" in PICTURES["outcomes"].draw(SUMMARY)


def test_outcomes_of_no_rows() -> None:
    assert "No row was screened. 3 were rejected." in PICTURES["outcomes"].draw(FleetSummary(rows=3, rejected=3))


YEAR = Period(date(2026, 1, 1), date(2027, 1, 1), Fraction(100))


def quota(*accounts: Account) -> Totals:
    return Totals("cumulative TPP", "TPP", "100 a year, on the books, not enforced", (YEAR,), accounts)


def test_totals_show_where_the_cap_is_passed() -> None:
    steps = ((date(2026, 2, 1), Fraction(60)), (date(2026, 7, 2), Fraction(120)))
    svg = totals(quota(Account("B", "", steps[:1]), Account("A", "2 shipments", steps, passed=date(2026, 7, 2))))
    written = [words.text for words in texts(svg)]
    assert written.index("A") < written.index("B")
    assert "passed 2026-07-02" in written
    [dot] = [element for element in parsed(svg).iter(f"{SVG}circle") if element.get("r") == "4.5"]
    # The second of two plots side by side starts at 442; A is the first, 62 to 426, and 182 of 365 days are gone.
    assert float(dot.get("cx", "0")) == pytest.approx(62 + 364 * 182 / 365, abs=0.2)


def test_totals_say_how_many_are_left_out() -> None:
    accounts = [Account(f"C{number:02}", "", ((date(2026, 2, 1), Fraction(90 - number)),)) for number in range(15)]
    svg = totals(quota(*accounts))
    assert "And 3 more, none above 78 % of the cap." in " ".join(words.text for words in texts(svg))
    assert "C12" not in [words.text for words in texts(svg)]
    assert "No shipment counts" in totals(quota())


# --- Every picture -----------------------------------------------------------------------------------------------


def many_pictures(paper: Paper) -> dict[str, str]:
    """Pictures of many sorts, with names that try to get out."""
    found = {}
    for name in ("H20", "H100", "RTX 4090", "cerebras-wse3", "nvidia-t4"):
        for picture in ("plane", "plane-far", "memory"):
            found[f"{picture} {name}"] = drawn(picture, name, paper=paper)
    found["plane 2022"] = drawn("plane", "A100", date(2023, 1, 1), paper)
    found["plane unknown"] = drawn("plane", EXAMPLE, paper=paper)
    found["plane range"] = drawn("plane", EXAMPLE, paper=paper, applicable_die_area="200 to 858 mm^2")
    found["plane rate unknown"] = drawn("plane", EXAMPLE, paper=paper, applicable_die_area="600 mm^2", total_processing_performance="unknown")  # fmt: skip
    for number, name in enumerate(HOSTILE):
        found[f"plane hostile {number}"] = PICTURES["plane"].draw(renamed(screen_chip("H20", DAY), name), paper)
    model = check_release(str(ledger()), DAY)
    for picture in ("strip", "phases"):
        found[picture] = PICTURES[picture].draw(model, paper)
        found[f"{picture} point"] = PICTURES[picture].draw(release("3e25 FLOP"), paper)
    found["timeline"] = timeline(chip_timeline("H20", None, DAY), paper, as_of=DAY)
    found["outcomes"] = PICTURES["outcomes"].draw(SUMMARY, paper)
    long = replace(SUMMARY, verdicts={"us." + "x" * 200: Counter(met=1)})
    found["outcomes hostile"] = PICTURES["outcomes"].draw(long, paper)
    steps = ((date(2026, 2, 1), Fraction(60)), (date(2026, 12, 30), Fraction(120)))
    accounts = [Account(name, name, steps, passed=date(2026, 12, 30)) for name in HOSTILE]
    found["totals"] = totals(quota(*accounts), paper)
    return found


@pytest.fixture(scope="module", params=["wide", "narrow"])
def pictures(request: pytest.FixtureRequest) -> dict[str, str]:
    return many_pictures(NARROW if request.param == "narrow" else WHOLE)


def test_no_text_leaves_the_picture(pictures: dict[str, str]) -> None:
    for name, svg in pictures.items():
        _, _, width, height = map(float, parsed(svg).get("viewBox", "").split())
        paper = Box(0, 0, width, height)
        assert [words for words in texts(svg) if not paper.holds(words.box)] == [], name


def test_no_two_texts_overlap(pictures: dict[str, str]) -> None:
    for name, svg in pictures.items():
        boxes = [(words.text, words.box.grown(-0.6)) for words in texts(svg) if not words.turn]
        assert [(one[0], other[0]) for one, other in combinations(boxes, 2) if one[1].meets(other[1])] == [], name


def test_every_picture_is_named_and_described(pictures: dict[str, str]) -> None:
    for name, svg in pictures.items():
        root = parsed(svg)
        assert root.get("role") == "img", name
        title, says = (root.find(f"{SVG}{part}") for part in ("title", "desc"))
        assert title is not None, name
        assert says is not None, name
        assert title.text, name
        assert says.text, name
        assert root.get("aria-labelledby") == f"{title.get('id')} {says.get('id')}"


def test_nothing_gets_out_of_its_place(pictures: dict[str, str]) -> None:
    allowed = {"svg", "title", "desc", "style", "defs", "pattern", "clipPath", "g", "rect", "circle", "path", "text"}
    for name, svg in pictures.items():
        elements = list(parsed(svg).iter())
        assert {element.tag.removeprefix(SVG) for element in elements} <= allowed, name
        assert not any(key.startswith("on") or "href" in key for element in elements for key in element.attrib), name
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", ""), name
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", svg), name


def test_every_reference_is_there_and_ids_are_unique(pictures: dict[str, str]) -> None:
    for name, svg in pictures.items():
        ids = re.findall(r' id="([^"]+)"', svg)
        assert len(ids) == len(set(ids)), name
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(ids), name


@pytest.mark.parametrize("name", GOLDEN)
def test_pictures_are_those_of_the_golden_files(name: str) -> None:
    """Same bytes on every machine; ``python tests/picture_cases.py`` draws them again when a change is meant."""
    svg = GOLDEN[name]()
    assert svg == (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert GOLDEN[name]() == svg


def test_embedded_pictures_leave_the_style_to_the_page() -> None:
    svg = PICTURES["plane"].draw(screen_chip("H20", DAY), Paper(embedded=True, number=3))
    assert "<style>" not in svg
    assert 'id="gl-plane-3-title"' in svg


def test_dark_colours_are_for_screens_only() -> None:
    """Else dark themes print near-white text on white paper."""
    svg = drawn("plane", "H20")
    assert re.findall(r"@media ([^{]+)\{", svg) == ["screen and (prefers-color-scheme:dark)", "print"]


# --- Parts -------------------------------------------------------------------------------------------------------


def test_elements_escape_text_and_attributes() -> None:
    assert el("text", "<b>&]]>", class_='"><x') == "<text class='\"&gt;&lt;x'>&lt;b&gt;&amp;]]&gt;</text>"


def test_widths_are_those_of_helvetica() -> None:
    """H 722, digits 556 thousandths (Adobe font metrics); what the metrics do not know counts as a full square."""
    assert text_width("H100", 10) == pytest.approx(23.9)
    assert text_width("漢", 10) == 10
    # 'H1' and the ellipsis are 12.78 + 10; with the next digit 28.34, and one more would be 33.9.
    assert fitted("H100 H100", 30, 10) == "H10…"


def test_names_keep_apart_and_inside() -> None:
    frame = Box(0, 0, 300, 200)
    crowd = [Mark(10 + 7 * number, 10 + 5 * number, f"Chip {number}", rank=-number) for number in range(30)]
    page = Page(frame, marks=[mark.box for mark in crowd])
    placed = place_names(crowd, page, 20)
    boxes = [label.words.box for label in placed]
    assert len(placed) > 8
    assert all(frame.holds(box) for box in boxes)
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
    assert placed[0].words.text == "Chip 0"


def test_a_name_without_room_is_left_out() -> None:
    page = Page(Box(0, 0, 40, 40))
    assert place_names([Mark(20, 20, "A name that is far too long for it")], page, 5) == []


# --- Command line ------------------------------------------------------------------------------------------------


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the entry point in this process."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gateline", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        streams = capsys.readouterr()
        return ended.value.code, streams.out, streams.err

    return call


@pytest.mark.parametrize(
    ("arguments", "code", "prefix"),
    [
        (["chip", "H20", "--as-of", "2024-06-01"], 0, "gl-plane-1"),
        (["chip", "H100", "--as-of", "2024-06-01", "--picture", "memory"], 3, "gl-memory-1"),
        (["release", "--compute", "2e26 FLOP", "--as-of", "2026-11-22"], 3, "gl-strip-1"),
        (["release", "--compute", "2e22 FLOP", "--as-of", "2026-11-22", "--picture", "phases"], 0, "gl-phases-1"),
        (["timeline", "A800", "--to", "2026-11-22"], 0, "gl-timeline-1"),
    ],
)
def test_command_line_draws(run, arguments: list[str], code: int, prefix: str) -> None:
    status, out, _ = run(*arguments, "--format", "svg")
    assert status == code
    assert parsed(out).get("aria-labelledby", "").startswith(prefix)


def test_command_line_writes_a_file(run, tmp_path: Path) -> None:
    path = tmp_path / "plane.svg"
    assert run("chip", "H20", "--as-of", "2024-06-01", "--format", "svg", "-o", str(path))[0] == 0
    assert path.read_text(encoding="utf-8") == drawn("plane", "H20", date(2024, 6, 1))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chip", "H20", "--picture", "plane"], "--picture plane is drawn as SVG; add --format svg"),
        (["chip", "H20", "H100", "--format", "svg"], "a picture shows one subject, and 2 were given"),
        (["chip", "H20", "--format", "svg", "--picture", "strip"], "no picture of a chip is called 'strip'"),
        (["chip", str(ROOT / "examples" / "server.yaml"), "--format", "svg"], "there is no picture of a system"),
        (["release", "--compute", "2e22 FLOP", "--format", "svg", "--picture", "plane"], "Pictures: strip, phases"),
        (["timeline", "H20", "H100", "--format", "svg"], "the picture shows one chip over time"),
    ],
)
def test_command_line_says_what_it_cannot_draw(run, arguments: list[str], says: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert says in err
