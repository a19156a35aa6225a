"""On which side of the law's numerical lines a chip, a model or a fleet lies, with every step shown.

The three jobs are `screen_chip`, `check_release` and `screen_fleet`; the command line has the same nouns.
`screen_target` is `screen_chip` for whatever has a file, a system of chips too.
`screen_shipment` asks of one shipment whether a licence is required, what could do without, and how it would be reviewed;
`screen_ledger` asks it of every row of a table, and `screen_shipments` of data in memory.
`screen_table` is `screen_fleet` for data in memory, and `screen_batches` the same batch by batch.
`chip_timeline` and `catalogue_timeline` put chips to the rules on every date on which something changes.
"""

from typing import TYPE_CHECKING, Any

from gateline.errors import GatelineError, InputError, SpecError
from gateline.version import __version__

if TYPE_CHECKING:
    from gateline.jobs import (
        catalogue_timeline,
        check_release,
        chip_timeline,
        chip_timelines,
        quick_ledger,
        screen_batches,
        screen_chip,
        screen_fleet,
        screen_ledger,
        screen_shipment,
        screen_shipments,
        screen_table,
        screen_target,
    )

__all__ = [
    "GatelineError",
    "InputError",
    "SpecError",
    "__version__",
    "catalogue_timeline",
    "check_release",
    "chip_timeline",
    "chip_timelines",
    "quick_ledger",
    "screen_batches",
    "screen_chip",
    "screen_fleet",
    "screen_ledger",
    "screen_shipment",
    "screen_shipments",
    "screen_table",
    "screen_target",
]


def __getattr__(name: str) -> Any:
    """The jobs, imported when first used: ``import gateline`` alone loads neither NumPy nor pint."""
    if name not in __all__:
        raise AttributeError(f"module 'gateline' has no attribute '{name}'")
    from gateline import jobs

    return getattr(jobs, name)
