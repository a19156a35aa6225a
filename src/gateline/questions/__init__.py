"""Questions as data: what programs, pages and assistants ask, answered by the jobs without touching a file."""

from gateline.questions.ask import (
    chip_over_time,
    chip_screening,
    chip_timelines,
    of_configuration,
    of_content,
    of_json,
    release_screening,
)
from gateline.questions.search import find_chips
from gateline.questions.tables import ScreenedTable, TableQuestion, excerpt_csv, ledger_csv, screen_csv

__all__ = [
    "ScreenedTable",
    "TableQuestion",
    "chip_over_time",
    "chip_screening",
    "chip_timelines",
    "excerpt_csv",
    "find_chips",
    "ledger_csv",
    "of_configuration",
    "of_content",
    "of_json",
    "release_screening",
    "screen_csv",
]
