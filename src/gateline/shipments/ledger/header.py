"""The columns that a shipment ledger can have, which it must have, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateline.chips.chipfile import CHANGEABLE
from gateline.errors import InputError
from gateline.fleet.headers import Header, Vocabulary, near_names, read_header
from gateline.shipments.transaction import OF_SHIPMENT, PLACES

UNITS = "units"
DAY, COUNT, CHIP, KIND, ID = "as_of", "count", "chip", "transaction", "id"
OF_SYSTEMS = "contains_section_232"
OF_TRANSACTION = frozenset((*PLACES, *OF_SHIPMENT, OF_SYSTEMS))
"""Quantities that are said of the shipment; all others are of the chip."""
SHIPMENTS = Vocabulary(
    quantities=tuple(name for name in dict.fromkeys((*PLACES, *OF_SHIPMENT, *CHANGEABLE, OF_SYSTEMS)) if name != UNITS),
    read=(CHIP, DAY, COUNT, KIND),
    kept=(ID,),
    short={"to": "destination", "hq": "headquarters", "from": "origin", UNITS: COUNT},
    dies=False,
)
"""What the columns of a shipment ledger can hold."""
LACKING = {
    "destination": "licence requirements by destination are undetermined",
    "headquarters": "licence requirements by headquarters are undetermined where the destination decides nothing",
    "origin": "whether a row is an export, a reexport or a transfer is unknown unless 'transaction' says it",
    "consignee": "no party of Supplement No. 8 is recognized, and no total per consignee can be had",
}
"""Columns without which something stays open."""
LEVELS = ("item_of_a_level", "item_of_a_or_b_level", "item_of_3a090_c")


def read_ledger_header(names: Sequence[str], source: str, *, dated: bool) -> Header:
    """The header of a shipment ledger.

    Parameters
    ----------
    names : sequence of str
        The headings.
    source : str
        The ledger, as messages call it.
    dated : bool
        Whether rows that do not state their day have another.

    Raises
    ------
    InputError
        If two columns hold the same, a unit does not fit, or a column is missing without which nothing can be said.
    """
    header = read_header(list(names), source, SHIPMENTS)
    of_chip = [name for name in (*header.words, *header.numbers) if name not in OF_TRANSACTION or name in LEVELS]
    if CHIP not in header.own and not of_chip and not header.rates:
        raise InputError(
            f"{source}:1: no column says what is shipped. Add chip (a name of the catalogue), or figures such as "
            "dense_rate_16bit [TFLOP/s] and applicable_die_area [mm^2]."
        )
    if not set(PLACES) & set(header.words):
        raise InputError(f"{source}:1: no column says where to. Add to (destination) and hq (headquarters).")
    if DAY not in header.own and not dated:
        raise InputError(
            f"{source}:1: no column says when. Add as_of (day of the shipment), or give the day of all rows with --as-of."
        )
    return header


def header_remarks(header: Header) -> Iterator[str]:
    """What a reader should know about how a header was understood, and what cannot be said without a column."""
    for heading, name in near_names(header):
        yield f"column '{heading}' is not known and is passed through; did you mean {name}?"
    for name, consequence in LACKING.items():
        if name not in header.words:
            yield f"no column {name}: {consequence}."
    if COUNT not in header.own:
        yield "no column count: each row is taken as one chip."
