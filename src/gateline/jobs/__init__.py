"""The jobs as calls: what each command does, without the command line.

Each is imported when it is first used, so that a question about a chip loads nothing about training.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateline.jobs.chip import Target, chip_called, default_catalogue, find_chip, screen_chip
    from gateline.jobs.fleet import fleet_excerpt, screen_fleet
    from gateline.jobs.fleet_sums import fleet_totals
    from gateline.jobs.ledger import examine_ledger, ledger_excerpt, screen_ledger, screen_shipments
    from gateline.jobs.release import check_release, quick_ledger
    from gateline.jobs.shipment import Transaction, screen_shipment, screen_with_shipment, timeline_of_item
    from gateline.jobs.system import screen_system, screen_target
    from gateline.jobs.table import chunk_screener, screen_batches, screen_table
    from gateline.jobs.timeline import catalogue_timeline, chip_timeline, chip_timelines

__all__ = [
    "Target",
    "Transaction",
    "catalogue_timeline",
    "check_release",
    "chip_called",
    "chip_timeline",
    "chip_timelines",
    "chunk_screener",
    "default_catalogue",
    "examine_ledger",
    "find_chip",
    "fleet_excerpt",
    "fleet_totals",
    "ledger_excerpt",
    "quick_ledger",
    "screen_batches",
    "screen_chip",
    "screen_fleet",
    "screen_ledger",
    "screen_shipment",
    "screen_shipments",
    "screen_system",
    "screen_table",
    "screen_target",
    "screen_with_shipment",
    "timeline_of_item",
]

_MODULES = {
    "chip": (
        "Target",
        "chip_called",
        "default_catalogue",
        "find_chip",
        "screen_chip",
    ),
    "fleet": (
        "fleet_excerpt",
        "screen_fleet",
    ),
    "fleet_sums": ("fleet_totals",),
    "ledger": (
        "examine_ledger",
        "ledger_excerpt",
        "screen_ledger",
        "screen_shipments",
    ),
    "release": (
        "check_release",
        "quick_ledger",
    ),
    "shipment": (
        "Transaction",
        "screen_shipment",
        "screen_with_shipment",
        "timeline_of_item",
    ),
    "system": (
        "screen_system",
        "screen_target",
    ),
    "table": (
        "chunk_screener",
        "screen_batches",
        "screen_table",
    ),
    "timeline": (
        "catalogue_timeline",
        "chip_timeline",
        "chip_timelines",
    ),
}


def __getattr__(name: str) -> Any:
    """A job by name."""
    for module, jobs in _MODULES.items():
        if name in jobs:
            return getattr(import_module(f"gateline.jobs.{module}"), name)
    raise AttributeError(f"module 'gateline.jobs' has no attribute '{name}'")
