"""What tables state of chips: whether we state the same, and the list of what others published and we dispute.

``python tests/statements.py`` writes the list again.
"""

import math
from datetime import date
from functools import cache
from pathlib import Path

from support import settings_of, table, verdict_of

from gateline.jobs import screen_chip
from gateline.quantities import QUANTITIES
from gateline.rules.model import Outcome, belongs
from gateline.screening import Screening

DISAGREEMENTS = Path(__file__).parents[1] / "docs" / "disagreements.md"
INTRODUCTION = """# Where published statements and ours differ

Written by `python tests/statements.py` from the tables of the tests. Each line is tested there, or says what it waits for.
Statements with which we agree are in the tables and not here.
"""
HEADINGS = ("subject", "published", "by", "ours", "why")


@cache
def catalogue_chip(chip: str, as_of: str, asked: str = "", changes: str = "") -> Screening:
    """A chip of the catalogue on a day, against the rule that is asked for or, without one, those shown unasked."""
    rules = (asked,) if asked else ()
    return screen_chip(chip, date.fromisoformat(as_of), rules=rules, changes=settings_of(changes))


def asked_for(rule: str) -> str:
    """The rule where it has to be asked for, else nothing: bills are not shown unasked."""
    return rule if belongs(rule, "us.bill") else ""


def deciding_item(screening: Screening, rule: str) -> str:
    """The deciding item of a rule: `none` where it is not met, `open` where it may be one of several or none."""
    found = verdict_of(screening, rule)
    return "none" if found.outcome is Outcome.NOT_MET else found.explanation.item or "open"


def says(screening: Screening, rule: str, asked: str, text: str, tolerance: str) -> bool:
    """Whether we say `text` of what is asked: an outcome, an item or a group of items, or a quantity.

    A quantity is a number within the relative tolerance, a lower end (`at least 3312`), both ends (`1568 to 1600`) or
    `undefined`.
    """
    match asked:
        case "outcome":
            return verdict_of(screening, rule).outcome.word == text
        case "item":
            item = deciding_item(screening, rule)
            return item == text or (text != "none" and belongs(item, text))
    column = screening.quantities[asked]
    low, high = column.low[0], column.high[0]
    if text == "undefined":
        return math.isinf(low)
    if text.startswith("at least "):
        known = float(text.removeprefix("at least "))
        return column.is_open() and math.isclose(low, known, rel_tol=float(tolerance))
    if " to " in text:
        return [low, high] == [float(end) for end in text.split(" to ")]
    return low == high and math.isclose(low, float(text), rel_tol=float(tolerance))


def in_words(asked: str, text: str) -> str:
    """A statement as people read it: `4.0 TPP/mm^2`, `met`, `item 3A090.a`."""
    if asked in QUANTITIES:
        return f"{text} {QUANTITIES[asked].unit}"
    if asked == "outcome":
        return text.replace("_", " ")
    return f"no {asked}" if text == "none" else f"{asked} {text}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _of_chips(row: dict[str, str], rule: str) -> tuple[str, ...]:
    about = "" if row["quantity"] in QUANTITIES or not rule else f", {rule} on {row['as_of']}"
    published, ours = (in_words(row["quantity"], row[column]) for column in ("published", "expected"))
    return f"{row['subject_name']}{about}", published, row["source"], ours, row["explanation"]


def _of_models(row: dict[str, str]) -> tuple[str, ...]:
    published, ours = (f"{row[column]} FLOP" for column in ("published", "architecture"))
    return row["model"], published, row["source"], ours, row["explanation"]


def _of_examples(row: dict[str, str]) -> tuple[str, ...]:
    about = "" if row["asks"] in QUANTITIES else f", {row['rule']} on {row['as_of']}"
    stated, ours = (in_words(row["asks"], row[column]) for column in ("stated", "expected"))
    return f"{row['case']}{about}", stated, row["source"], ours, row["why"]


def disagreements() -> str:
    """Every row of the tables that differs from what we say, as Markdown."""
    chips, others, models = (
        [row for row in table("oracles", name) if row["agrees"] == "no"]
        for name in ("published_chips.csv", "published_chips_other_rules.csv", "published_models.csv")
    )
    examples = [row for row in table("golden", "worked_examples.csv") if row["expected"]]
    sections = {
        "Chips under ECCN 3A090": [_of_chips(row, "us.ear.3a090") for row in chips],
        "Chips under other rules": [_of_chips(row, row["rule"]) for row in others],
        "Chips, worked out from inputs that others published": [_of_examples(row) for row in examples],
        "Models": [_of_models(row) for row in models],
    }
    lines = [INTRODUCTION]
    for title, rows in sections.items():
        head = (HEADINGS, ["---"] * len(HEADINGS))
        lines += [f"## {title}", "", *(_line(*cells) for cells in (*head, *rows)), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    DISAGREEMENTS.write_text(disagreements(), encoding="utf-8")
