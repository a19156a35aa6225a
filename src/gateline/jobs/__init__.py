"""The jobs as calls: what each command does, without the command line."""

from gateline.jobs.chip import default_catalogue, find_chip, screen_chip
from gateline.jobs.fleet import screen_fleet
from gateline.jobs.release import check_release, quick_ledger

__all__ = ["check_release", "default_catalogue", "find_chip", "quick_ledger", "screen_chip", "screen_fleet"]
