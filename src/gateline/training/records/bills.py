"""The lines of a bill: in which columns each provider writes machine, time and count, and which lines are usage."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from gateline.numerals import clip
from gateline.training.records.instances import Machine, device_chip, has_no_accelerator, machine, sku_machine
from gateline.training.records.text import MAXIMUM_COUNT, MAXIMUM_HOURS, Row, Table

HOURS = ("hrs", "hour", "hours", "1 hour", "1 hours")
SECONDS = ("second", "seconds")
MOST = MAXIMUM_HOURS * MAXIMUM_COUNT

AWS_USAGE = re.compile(r"(?:[A-Z0-9]{2,8}-)?(?P<what>[A-Za-z]+):(?P<machine>[a-z0-9][a-z0-9.-]+)", re.ASCII)
AWS_COUNTED = ("usage", "discountedusage", "savingsplancoveredusage")
AWS_RUNNING = (
    *("boxusage", "spotusage", "dedicatedusage", "hostboxusage"),
    *("train", "cluster", "host", "notebk", "processing", "tsform"),
)
AWS_IDLE = ("unusedbox", "unusedded", "reservation", "dedicatedres")
AZURE_SIZE = re.compile(r'"ServiceType"\s*:\s*"([A-Za-z0-9_]{1,60})"')


@dataclass(frozen=True, slots=True)
class Line:
    """A line that holds accelerator time.

    Attributes
    ----------
    machine : Machine
    amount : Fraction
        Hours of `count` machines.
    count : int
        How many machines ran for all of `amount`.
    resource : str
        Which machine; empty where the bill does not say.
    identity : tuple of str
        What makes the line this one; a line that stands again has the same.
    by_the_clock : bool
        False where the hours of several accelerators of the resource are added up in `amount`.
    """

    machine: Machine
    amount: Fraction
    count: int
    resource: str
    start: datetime | None
    end: datetime | None
    identity: tuple[str, ...] = ()
    by_the_clock: bool = True


@dataclass(frozen=True, slots=True)
class Other:
    """A line that is not counted, and why; `open` where it may hold accelerator time."""

    reason: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """One provider's bill: the columns that make a table one, and how a row of it is read."""

    title: str
    marks: tuple[tuple[str, ...], ...]
    read: Callable[[Row, Table], Line | Other]

    def fits(self, table: Table) -> bool:
        """Whether a table has one of each of the columns."""
        return all(table.first(*columns) for columns in self.marks)


def _unknown(name: str) -> Other:
    if has_no_accelerator(name):
        return Other("a machine without accelerators")
    return Other(f"the machine type {clip(name)} is not in specs/instances.yaml", open=True)


def _unit(row: Row, column: str) -> Fraction | None:
    """How many hours the unit of a line has; None for other units."""
    unit = row.text(column).lower()
    return Fraction(1) if unit in HOURS else Fraction(1, 3600) if unit in SECONDS else None


def _aws(row: Row, table: Table) -> Line | Other:
    kind = row.text(table.first("lineitem/lineitemtype", "line_item_line_item_type"))
    usage_column = table.first("lineitem/usagetype", "line_item_usage_type")
    if kind.lower() not in AWS_COUNTED:
        return Other(f"line of the type {clip(kind)}: no usage of its own")
    usage = AWS_USAGE.fullmatch(row.text(usage_column))
    name = (usage["machine"] if usage else "").removeprefix("ml.")
    what = usage["what"].lower() if usage else ""
    if what in AWS_IDLE:
        return Other("reserved, but nothing ran")
    found = machine(name)
    if what not in AWS_RUNNING:
        return (
            Other(f"usage type {clip(row.text(usage_column))} is not known", open=True)
            if found
            else Other("no usage of a machine")
        )
    if found is None:
        return _unknown(name)
    unit = _unit(row, table.first("pricing/unit", "pricing_unit"))
    amount = row.number(table.first("lineitem/usageamount", "line_item_usage_amount"), MOST, "hours")
    if unit is None or amount is None:
        return Other("amount or unit (hours) is missing", open=True)
    start = row.moment(table.first("lineitem/usagestartdate", "line_item_usage_start_date"))
    end = row.moment(table.first("lineitem/usageenddate", "line_item_usage_end_date"))
    identity = row.text(table.first("identity/lineitemid", "identity_line_item_id"))
    resource = row.name(table.first("lineitem/resourceid", "line_item_resource_id"))
    named = (identity, str(start), str(end)) if identity else ()
    return Line(found, amount * unit, 1, resource, start, end, named)


def _gcp(row: Row, table: Table) -> Line | Other:
    sku = row.text(table.first("sku.description", "sku_description"))
    kind = row.text(table.first("cost_type"))
    if kind and kind.lower() != "regular":
        return Other(f"line of the type {clip(kind)}: no usage of its own")
    found = sku_machine(sku)
    if found is None:
        if sku.lower().startswith("commitment"):
            return Other("a commitment: its usage has lines of its own")
        if re.search(r"\b(?:gpu|tpu\w*)\b", sku.lower()):
            return Other(f"the SKU {clip(sku, 80)} is not in specs/instances.yaml", open=True)
        return Other("cores, memory, storage or network: accelerators have lines of their own")
    for amount_column, unit_column in (
        (
            ("usage.amount_in_pricing_units", "usage_amount_in_pricing_units"),
            ("usage.pricing_unit", "usage_pricing_unit"),
        ),
        (("usage.amount", "usage_amount"), ("usage.unit", "usage_unit")),
    ):
        unit = _unit(row, table.first(*unit_column))
        amount = row.number(table.first(*amount_column), MOST * 3600, "hours or seconds")
        if unit is not None and amount is not None:
            resource = row.name(table.first("resource.name", "resource_name", "resource.global_name"))
            start, end = row.moment("usage_start_time"), row.moment("usage_end_time")
            return Line(found, amount * unit, 1, resource, start, end, by_the_clock=False)
    return Other("amount or unit (hours or seconds) is missing", open=True)


def _azure(row: Row, table: Table) -> Line | Other:
    category, charge = row.text("metercategory"), row.text("chargetype")
    if category.lower() != "virtual machines":
        return Other("no line of a virtual machine")
    if charge and charge.lower() != "usage":
        return Other(f"line of the type {clip(charge)}: no usage of its own")
    size = AZURE_SIZE.search(row.cells.get("additionalinfo", ""))
    name = size[1] if size else row.text("armskuname")
    if not name:
        return Other("a virtual machine whose size is not told", open=True)
    found = machine(name)
    if found is None:
        return _unknown(name)
    amount = row.number(table.first("quantity", "usagequantity"), MOST, "hours")
    unit = _unit(row, "unitofmeasure")
    if unit is None or amount is None:
        return Other("amount or unit (1 Hour) is missing", open=True)
    day = row.moment(table.first("date", "usagedatetime"))
    return Line(found, amount * unit, 1, row.name(table.first("resourceid", "instanceid")), day, None)


GENERIC = {
    "machine": (
        "instance_type",
        "instance type",
        "instancetype",
        "machine_type",
        "shape",
        "node.kubernetes.io/instance-type",
    ),
    "hours": ("hours", "usage_hours", "instance_hours"),
    "count": ("count", "instances", "nodes", "accelerator_count"),
    "resource": ("id", "resource_id", "instance_id", "node"),
    "start": ("start", "start_time"),
    "end": ("end", "end_time"),
}


def _generic(row: Row, table: Table) -> Line | Other:
    cell = {kind: table.first(*columns) for kind, columns in GENERIC.items()}
    accelerator, name = row.name("accelerator"), row.name(cell["machine"])
    found = Machine(accelerator, device_chip(accelerator), 1) if accelerator else machine(name)
    if found is None:
        return _unknown(name) if name else Other("names no machine", open=True)
    hours = row.number(cell["hours"], MAXIMUM_HOURS, "hours")
    if hours is None:
        return Other("hours are missing", open=True)
    count = row.count(cell["count"])
    start, end = row.moment(cell["start"]), row.moment(cell["end"])
    return Line(found, hours, 1 if count is None else count, row.name(cell["resource"]), start, end)


LAYOUTS = (
    Layout(
        "AWS Cost and Usage Report",
        (
            ("lineitem/usagetype", "line_item_usage_type"),
            ("lineitem/lineitemtype", "line_item_line_item_type"),
            ("lineitem/usageamount", "line_item_usage_amount"),
            ("pricing/unit", "pricing_unit"),
        ),
        _aws,
    ),
    Layout(
        "Google Cloud billing export",
        (
            ("sku.description", "sku_description"),
            ("usage.amount_in_pricing_units", "usage_amount_in_pricing_units", "usage.amount", "usage_amount"),
        ),
        _gcp,
    ),
    Layout("Azure cost details", (("metercategory",), ("quantity", "usagequantity"), ("unitofmeasure",)), _azure),
    Layout("table of machines and hours", ((*GENERIC["machine"], "accelerator"), GENERIC["hours"]), _generic),
)
