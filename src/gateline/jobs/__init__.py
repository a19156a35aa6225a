"""The jobs as calls: what each command does, without the command line."""

from gateline.jobs.chip import Target, chip_called, default_catalogue, find_chip, screen_chip
from gateline.jobs.fleet import fleet_excerpt, screen_fleet
from gateline.jobs.fleet_totals import fleet_totals
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
