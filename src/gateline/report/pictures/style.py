"""How pictures look: one hue per meaning, light, dark and on paper; hatches and shapes where hues come near.

Colours were chosen so that every pair stays apart under protan, deutan and tritan vision, or differs in shape as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateline.report.pictures.svg import Markup, el, join, sheet

FONT = '"Helvetica Neue", Arial, "Liberation Sans", sans-serif'

Tokens = Mapping[str, tuple[str, str, str]]
"""By tone: the colour of a mark, of a text, and of a surface."""

LIGHT: Tokens = {
    "met": ("#d55e00", "#a63603", "#f9d9c3"),
    "second": ("#cc79a7", "#8a3a6b", "#f3dcea"),
    "open": ("#e8b000", "#7a5200", "#fbeec6"),
    "none": ("#0072b2", "#0a5a94", "#dcebf6"),
    "p1": ("#56b4e9", "#15181d", "#d7ecf9"),
    "p2": ("#009e73", "#15181d", "#c8e9df"),
    "p3": ("#cc79a7", "#15181d", "#f3dcea"),
    "p4": ("#f0e442", "#15181d", "#fbf7c4"),
    "p5": ("#8c96a3", "#15181d", "#dfe3e8"),
    "p6": ("#e69f00", "#15181d", "#fae5bd"),
    "p7": ("#7b6fd0", "#15181d", "#dedaf4"),
    "p8": ("#b9a48a", "#15181d", "#ece4da"),
}
DARK: Tokens = {
    "met": ("#f4802f", "#ff9d5c", "#4a2a14"),
    "second": ("#d97fb5", "#f0a9d3", "#43203a"),
    "open": ("#e9b71f", "#f0c64e", "#40350f"),
    "none": ("#4ba3e0", "#7fc1f0", "#12324a"),
    "p1": ("#56b4e9", "#f2f4f7", "#173c52"),
    "p2": ("#1fb58a", "#f2f4f7", "#0f3d31"),
    "p3": ("#d97fb5", "#f2f4f7", "#43203a"),
    "p4": ("#d8cc3a", "#f2f4f7", "#423f12"),
    "p5": ("#8c96a3", "#f2f4f7", "#333a43"),
    "p6": ("#e69f00", "#f2f4f7", "#47330a"),
    "p7": ("#8f84e0", "#f2f4f7", "#2c2850"),
    "p8": ("#b9a48a", "#f2f4f7", "#3d352b"),
}
LIGHT_INKS = {
    "ink": "#15181d",
    "muted": "#59616e",
    "line": "#c3c9d1",
    "grid": "#e5e8ed",
    "lane": "#f5f6f8",
    "paper": "#ffffff",
}
DARK_INKS = {
    "ink": "#f2f4f7",
    "muted": "#a5afbc",
    "line": "#4c5561",
    "grid": "#2a3038",
    "lane": "#1d2228",
    "paper": "#14171b",
}

HATCHED = ("second", "met", "none", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8")
PHASES = tuple(tone for tone in LIGHT if tone.startswith("p"))
"""The hues of parts of a whole; they say nothing of an outcome."""


def _rules(tokens: Tokens, inks: Mapping[str, str]) -> str:
    """The colours of one theme; written out, because not every viewer of SVG knows variables."""
    rules = [f".gl{{background:{inks['paper']}}}.gl text{{fill:{inks['ink']}}}.gl .halo{{stroke:{inks['paper']}}}"]
    for ink, colour in inks.items():
        rules.append(f".gl .f-{ink}{{fill:{colour}}}.gl .s-{ink}{{stroke:{colour}}}.gl text.{ink}{{fill:{colour}}}")
    for tone, (mark, text, tint) in tokens.items():
        rules.append(
            f".gl .f-{tone}{{fill:{mark}}}.gl .s-{tone}{{stroke:{mark}}}"
            f".gl .t-{tone}{{fill:{tint}}}.gl text.{tone}{{fill:{text}}}"
        )
    return "".join(rules)


CSS = (
    f".gl{{font-family:{FONT};font-variant-numeric:tabular-nums}}"
    ".gl .halo{stroke-width:3px;stroke-linejoin:round;paint-order:stroke}"
    ".gl .clear{fill:none}.gl .crisp{shape-rendering:crispEdges}"
    f"{_rules(LIGHT, LIGHT_INKS)}"
    f"@media screen and (prefers-color-scheme:dark){{{_rules(DARK, DARK_INKS)}}}"
    ".gl text.onhue{fill:#15181d}"
    "@media print{.gl{print-color-adjust:exact;-webkit-print-color-adjust:exact}}"
)
"""The style sheet of every picture; a page that holds several needs it once."""


def style() -> Markup:
    """The style sheet inside a picture."""
    return sheet(CSS)


def hatch(picture: str, tone: str) -> str:
    """What fills a surface with the hatch of a tone."""
    return f"url(#{picture}-hatch-{tone})"


def hatches(picture: str, tones: tuple[str, ...] = HATCHED) -> Markup:
    """The hatches of a picture, at 45 degrees."""
    return el(
        "defs",
        join(
            el(
                "pattern",
                el("path", d="M0 0V7", class_=f"s-{tone}", stroke_width=1.2, stroke_opacity="0.7"),
                id=f"{picture}-hatch-{tone}",
                width=7,
                height=7,
                patternUnits="userSpaceOnUse",
                patternTransform="rotate(45)",
            )
            for tone in tones
        ),
    )
