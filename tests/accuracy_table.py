"""How far the counts from the architecture are from others: the tables of docs/accuracy.md.

``python tests/accuracy_table.py`` writes them again; it needs the extra ``gateline[torch]``, as every model runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from architectures import (
    ASPECTS,
    CASES,
    PUBLISHED_CONFIGS,
    Figure,
    lengths_of,
    published_figures,
    published_length,
)

from gateline.numerals import number
from gateline.training.architecture import FAMILIES, read_model
from gateline.training.architecture.torch_check import Comparison, verify

ACCURACY = Path(__file__).parents[1] / "docs" / "accuracy.md"
BEGIN, END = "<!-- written by tests/accuracy_table.py -->\n", "<!-- end of what is written -->\n"
PERCENT = 100


@cache
def small(name: str, length: Any) -> Comparison:
    """A small model by both routes."""
    return verify(CASES[name], length)


@cache
def published(name: str) -> Comparison:
    """A published configuration by both routes."""
    path = PUBLISHED_CONFIGS[name]
    return verify(path, published_length(read_model(path)))


def with_table(document: str) -> str:
    """The document with its tables as they come out now."""
    before, _, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables()}\n{END}{rest.partition(END)[2]}"


def tables() -> str:
    """By family, by what is particular, and figure by figure."""
    figures = [figure for figure in published_figures() if figure.quantity != "parameters"]
    parts = [
        "### By family",
        _table(
            ("family", "small models", "published configurations", "published parameters", "other published figures"),
            map(family_row, FAMILIES),
        ),
        "### By what is particular",
        _table(("what", "small models", "largest difference"), (_aspect_row(aspect) for aspect in ASPECTS)),
        "### Published figures, one by one",
        _table(
            ("model", "quantity", "length", "published", "ours", "difference", "source"),
            map(_figure_row, figures),
        ),
    ]
    return "\n".join(f"{part}\n" for part in parts).removesuffix("\n")


def family_row(family: str) -> tuple[str, ...]:
    """Everything that a family is compared with, and the largest difference."""
    names = [name for name, case in CASES.items() if family in (case.get("model_type"), case.get("_class_name"))]
    configs = [name for name, path in PUBLISHED_CONFIGS.items() if read_model(path).family == family]
    runs = [small(name, length) for name in names for length in lengths_of(name)]
    figures = [figure for figure in published_figures() if figure.config in configs]
    counts = [figure for figure in figures if figure.quantity == "parameters"]
    others = [figure for figure in figures if figure.quantity != "parameters"]
    return (
        f"`{family}`",
        _run(runs, ", ".join(names)),
        _run([published(name) for name in configs], ", ".join(configs)),
        _printed(counts),
        _printed(others),
    )


def _aspect_row(aspect: str) -> tuple[str, ...]:
    names = ASPECTS[aspect]
    runs = [small(name, length) for name in names for length in lengths_of(name)]
    return aspect, ", ".join(names), _largest(_differences(runs))


def _figure_row(figure: Figure) -> tuple[str, ...]:
    length = f"{figure.length:,}" if figure.length else ""
    note = f"; {figure.note}" if figure.note else ""
    quantity = figure.quantity + (" per token" if figure.length and figure.tokens == 1 else "")
    shown = number(figure.ours, max(figure.digits + 1, 4))
    difference = _percent(figure.difference)
    return figure.config, quantity, length, figure.published, shown, difference, figure.source + note


def _run(runs: Sequence[Comparison], names: str) -> str:
    return f"{_largest(_differences(runs))} ({names}: {3 * len(runs)} figures)" if runs else "none"


def _differences(runs: Iterable[Comparison]) -> list[Fraction]:
    return [Fraction(part.counted, part.observed) - 1 for run in runs for part in run.differences]


def _printed(figures: Sequence[Figure]) -> str:
    return f"{_largest([figure.difference for figure in figures])} ({len(figures)})" if figures else "none"


def _largest(differences: Iterable[Fraction]) -> str:
    return _percent(max(differences, key=abs))


def _percent(difference: Fraction) -> str:
    return f"{number(PERCENT * difference, 2)} %" if difference else "0"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, ["---"] * len(headings), *rows))


if __name__ == "__main__":
    ACCURACY.write_text(with_table(ACCURACY.read_text(encoding="utf-8")), encoding="utf-8")
