"""Whether the figures of a chip can be true together, and of real hardware: physics and published limits, not law.

A finding is a question to whoever wrote the figure, never a verdict. A figure that is missing gives none, and a range
only if all of it is out of bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil

from gateline.amounts import UNKNOWN, Amount
from gateline.chips.chipfile import Chip, Die, Memory, Rate
from gateline.chips.limits import Limits, MemoryType, Process
from gateline.chips.telling import describe
from gateline.numerals import clip, exact_text, number

NONE_AT_ALL = Amount.exactly(0)


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure that cannot well be true: the name of the check, and what it found in one sentence."""

    check: str
    says: str


def findings(chip: Chip, limits: Limits) -> list[Finding]:
    """Everything about a chip's figures that deserves a second look.

    Parameters
    ----------
    chip : Chip
    limits : Limits
        What real chips can be; `default_limits()` are those that ship.

    Returns
    -------
    list of Finding
        In the order of the checks; empty where nothing is implausible.
    """
    return list(dict.fromkeys(finding for check in CHECKS for finding in check(chip, limits)))


def _rate_order(chip: Chip, limits: Limits) -> Iterator[Finding]:
    """A wider format that is faster than every format of the next narrower width."""
    slack = 1 + limits.rates.tolerance
    for rates in _engines(chip):
        for alike in (rates, _of_kind(rates, whole=False), _of_kind(rates, whole=True)):
            for narrow, wide in pairwise(_by_width(alike)):
                surely, possibly = wide.surely, narrow.possibly
                if possibly.rate.high is not None and (surely.rate.low or 0) > possibly.rate.high * slack:
                    yield Finding(
                        "rate-order",
                        f"{_rate(surely)} is faster than {_rate(possibly)}, which has fewer bits; an engine is at "
                        f"least as fast in the narrower format ({limits.rates.cite}); look for swapped rates or rates of two engines.",
                    )


def _rate_ratio(chip: Chip, limits: Limits) -> Iterator[Finding]:
    """A narrower format that is faster than its bits explain, or just as much as sparsity would make it."""
    bounds = limits.rates
    for widths in map(_by_width, _engines(chip)):
        for position, narrow in enumerate(widths):
            wider = [wide for wide in widths[position + 1 :] if wide.bits >= 2 * narrow.bits]
            near = [wide for wide in wider if wide.bits <= bounds.widest]
            rate = narrow.surely.rate
            if rate.low is None or not near or any(wide.possibly.rate.high is None for wide in wider):
                continue
            linear = max(_scaled(wide, narrow, power=1, end="high") for wide in wider)
            most = max(linear, *(_scaled(wide, narrow, power=2, end="high") for wide in near))
            least = max(_scaled(wide, narrow, power=1, end="low") for wide in wider)
            read = f"{_rate(narrow.surely)} beside {_rate(near[0].possibly)}"
            if rate.low > most * (1 + bounds.tolerance):
                yield Finding(
                    "rate-ratio",
                    f"{read} is more than the {number(most)} that the wider formats explain at the most, four times "
                    f"for half the bits ({bounds.cite}); look for a sparse rate or for rates of two engines.",
                )
            elif _about(rate, Amount(2 * least, 2 * linear), bounds.tolerance):
                yield Finding(
                    "sparse",
                    f"{read} is twice the {number(linear)} that the wider formats explain by their bits, and twice is "
                    f"what 2:4 sparsity adds ({bounds.cite}); make sure that the rate is dense.",
                )


def _about(amount: Amount, other: Amount, tolerance: Fraction) -> bool:
    """Whether all of one amount is within a tolerance of all of the other."""
    if amount.low is None or amount.high is None or other.low is None or other.high is None:
        return False
    return amount.low >= other.high * (1 - tolerance) and amount.high <= other.low * (1 + tolerance)


@dataclass(frozen=True, slots=True)
class _Width:
    """The formats of one width: the one that is fastest for sure, and the one that could be the fastest."""

    bits: Fraction
    surely: Rate
    possibly: Rate


def _engines(chip: Chip) -> list[list[Rate]]:
    """Rates that can be compared: of the same unit and engine, all shipped or all silicon, compressed or not.

    A rate of zero says that the format is not offered.
    """
    groups: dict[tuple[object, ...], list[Rate]] = {}
    for rate in chip.rates:
        if rate.rate.high == 0:
            continue
        groups.setdefault((rate.processing_unit, rate.engine, rate.peak, rate.compressed), []).append(rate)
    return list(groups.values())


def _of_kind(rates: list[Rate], *, whole: bool) -> list[Rate]:
    """The integer formats, or the others."""
    return [rate for rate in rates if _is_whole(rate) == whole]


def _by_width(rates: list[Rate]) -> list[_Width]:
    """The widths among `rates`, narrowest first."""
    widths: dict[Fraction, list[Rate]] = {}
    for rate in rates:
        widths.setdefault(rate.bits.low or Fraction(0), []).append(rate)
    return [
        _Width(
            bits,
            max(alike, key=lambda rate: rate.rate.low or 0),
            max(alike, key=lambda rate: (rate.rate.high is None, rate.rate.high or 0)),
        )
        for bits, alike in sorted(widths.items())
    ]


def _scaled(wide: _Width, narrow: _Width, *, power: int, end: str) -> Fraction:
    """One end of the rate that the narrower format has if it gains that power of the ratio of bits."""
    rate = wide.possibly.rate.high if end == "high" else wide.surely.rate.low
    return (rate or Fraction(0)) * (wide.bits / narrow.bits) ** power


def _rate(rate: Rate) -> str:
    return f"{clip(rate.format)} at {describe(rate.rate, 'TOPS' if _is_whole(rate) else 'TFLOP/s')}"


def _is_whole(rate: Rate) -> bool:
    return "INT" in rate.format.upper()


def _transistor_density(chip: Chip, limits: Limits) -> Iterator[Finding]:
    """More transistors on a die, or on all dies of the package, than the node holds; or next to none."""
    for place, die in enumerate(chip.dies):
        name = _name(die, place)
        for count, of in ((die.transistors, "transistors"), (die.design_transistors, "transistors of the design")):
            yield from _against_node(f"{name}: {describe(count, of)}", count, [(die, die.area)], limits)
        if not die.transistor_density.unknown:
            per = Amount.exactly(1)
            yield from _against_node(f"{name}: the transistor density", die.transistor_density, [(die, per)], limits)
    if any(die.transistors.unknown and die.design_transistors.unknown for die in chip.dies):
        areas = [(die, _product(die.area, Amount.exactly(die.count))) for die in chip.dies]
        yield from _against_node(
            f"the package: {describe(chip.transistors, 'transistors')}", chip.transistors, areas, limits
        )


def _against_node(what: str, count: Amount, areas: list[tuple[Die, Amount]], limits: Limits) -> Iterator[Finding]:
    """Hold a count against what the nodes of some dies hold on their areas."""
    bounds = limits.density
    area = _total([of for _, of in areas])
    densest = [_densest(die, limits) for die, _ in areas]
    loosest = [_loosest(die, limits) for die, _ in areas]
    most = _total([_product(of, _held(process)) for (_, of), process in zip(areas, densest, strict=True)]).high
    least = _total([_product(of, _held(process)) for (_, of), process in zip(areas, loosest, strict=True)]).low
    or_less, or_more = ("", "") if count.known and area.known else (" or less", " or more")
    if count.low is not None and most is not None and area.high and count.low > most * bounds.over:
        yield Finding(
            "transistor-density",
            f"{what} would be {_million(count.low / area.high)}{or_more}; the densest process of that node or a coarser "
            f"one is {_processes(densest)}, and {number((bounds.over - 1) * 100)} percent over that is the most that is "
            "taken.",
        )
    if count.high is not None and least and area.low and count.high < least * bounds.under:
        yield Finding(
            "transistor-density",
            f"{what} would be {_million(count.high / area.low)}{or_less}; the least dense process of that node or a "
            f"finer one is {_processes(loosest)}, and {number(bounds.under * 100)} percent of that is the least that is "
            "taken.",
        )


def _densest(die: Die, limits: Limits) -> Process | None:
    """The densest process that a die could be made in; None where the node is finer than all that are published."""
    nodes = [process.node for process in limits.density.processes]
    if die.node.low is None or die.node.low < min(nodes):
        return None
    coarser = [process for process in limits.density.processes if process.node >= die.node.low]
    return max(coarser, key=lambda process: process.density, default=None)


def _loosest(die: Die, limits: Limits) -> Process | None:
    """The least dense process that a die could be made in; None where the node is coarser than all published."""
    nodes = [process.node for process in limits.density.processes]
    if die.node.high is None or die.node.high > max(nodes):
        return None
    finer = [process for process in limits.density.processes if process.node <= die.node.high]
    return min(finer, key=lambda process: process.density, default=None)


def _held(process: Process | None) -> Amount:
    return UNKNOWN if process is None else Amount.exactly(process.density)


def _processes(processes: Iterable[Process | None]) -> str:
    named = [
        f"{process.name} with {_million(process.density)} ({process.cite})"
        for process in processes
        if process is not None
    ]
    return " or ".join(dict.fromkeys(named))


def _million(density: Fraction) -> str:
    return f"{number(density / 10**6)} million/mm^2"


def _transistor_count(chip: Chip, limits: Limits) -> Iterator[Finding]:
    """Counts of the same transistors, got in two ways, that lie far apart; dies that do not add up to their package."""
    bounds = limits.counts
    for place, die in enumerate(chip.dies):
        for count, how in _approximations(die):
            if _apart(count, die.transistors, bounds.factor):
                yield Finding(
                    "transistor-count",
                    f"{_name(die, place)}: {how} gives {describe(count, 'transistors')}, but "
                    f"{describe(die.transistors, 'transistors')} are stated; more than {number(bounds.factor)} times "
                    "apart is too far for two counts of one die.",
                )
    total = _total([_product(die.transistors, Amount.exactly(die.count)) for die in chip.dies])
    if chip.dies and _apart(total, chip.transistors, 1 + bounds.tolerance):
        yield Finding(
            "transistor-count",
            f"the dies have {describe(total, 'transistors')} together, but the package is stated with "
            f"{describe(chip.transistors, 'transistors')}; they should agree within {number(bounds.tolerance * 100)} percent.",
        )


def _approximations(die: Die) -> Iterator[tuple[Amount, str]]:
    """The counts of a die that follow from other figures than its stated count."""
    yield die.design_transistors, "the design"
    yield _product(die.transistor_density, die.area), "density times area"


def _area(chip: Chip, limits: Limits) -> Iterator[Finding]:
    """A stated applicable die area that the dies contradict."""
    stated = chip.stated.get("applicable_die_area") or UNKNOWN
    slack = 1 + limits.area.tolerance
    counted = [(place, die) for place, die in enumerate(chip.dies) if die.planar is False]
    largest = max(counted, key=lambda entry: entry[1].area.low or 0, default=None)
    if largest and stated.high is not None and (largest[1].area.low or 0) > stated.high * slack:
        yield Finding(
            "area-smaller-than-one-die",
            f"applicable_die_area is {describe(stated, 'mm^2')}, but {_name(largest[1], largest[0])} alone has "
            f"{describe(largest[1].area, 'mm^2')}; the area of all non-planar dies is at least that of one.",
        )
        return
    total = _total([_product(_applicable(die), Amount.exactly(die.count)) for die in chip.dies])
    if chip.dies and _apart(total, stated, slack):
        yield Finding(
            "area-sum",
            f"applicable_die_area is {describe(stated, 'mm^2')}, but the non-planar dies add up to "
            f"{describe(total, 'mm^2')}; a stated area wins over the dies, so correct one of them.",
        )


def _applicable(die: Die) -> Amount:
    """What a die adds to the applicable area: nothing where it is planar, nothing at the least where nobody knows."""
    if die.planar is None:
        return Amount(Fraction(0), die.area.high)
    return NONE_AT_ALL if die.planar else die.area


def _reticle(chip: Chip, limits: Limits) -> Iterator[Finding]:
    """A die that is larger than one exposure but no whole wafer, or larger than a wafer."""
    bounds = limits.reticle
    for place, die in enumerate(chip.dies):
        low, high = die.area.low, die.area.high
        between = low is not None and low > bounds.field and high is not None and high < bounds.wafer_scale
        if between or (low is not None and low > bounds.wafer):
            yield Finding(
                "die-over-reticle",
                f"{_name(die, place)} has {describe(die.area, 'mm^2')}; one exposure prints "
                f"{number(bounds.field)} mm^2 at most, and a wafer-scale part has {number(bounds.wafer_scale)} to "
                f"{number(bounds.wafer)} mm^2 ({bounds.cite}). Give the area of one die, and count for how many there are.",
            )


def _architecture(chip: Chip, limits: Limits) -> Iterator[Finding]:
    """A planar die at a node where every process is non-planar, or the other way round."""
    bounds = limits.architecture
    for place, die in enumerate(chip.dies):
        what = f"{_name(die, place)}: planar is {'yes' if die.planar else 'no'} at {describe(die.node, 'nm')}"
        if die.planar and die.node.high is not None and die.node.high <= bounds.non_planar_to:
            yield Finding(
                "node-planar",
                f"{what}; processes in production at {exact_text(bounds.non_planar_to)} nm and below are non-planar "
                f"({bounds.cite}).",
            )
        if die.planar is False and die.node.low is not None and die.node.low >= bounds.planar_from:
            yield Finding(
                "node-planar",
                f"{what}; processes at {exact_text(bounds.planar_from)} nm and above are planar ({bounds.cite}).",
            )


def _memory(chip: Chip, limits: Limits) -> Iterator[Finding]:
    """A bandwidth that the type cannot have at its capacity, and a flag that contradicts the type."""
    memory = chip.memory
    types = _types(memory.type, limits) if memory else []
    if memory is None or not types:
        return
    if memory.hbm is not None and all(entry.hbm != memory.hbm for entry in types):
        yield Finding(
            "hbm-flag",
            f"hbm is {'yes' if memory.hbm else 'no'}, but {clip(memory.type)} is "
            f"{'no ' if memory.hbm else ''}high-bandwidth memory ({types[0].cite}).",
        )
    yield from _bandwidth(memory, types, limits.memory.tolerance)


def _types(text: str, limits: Limits) -> list[MemoryType]:
    """The types that a text such as ``HBM3/HBM3e`` names; none where one of them is not known."""
    known = {entry.type: entry for entry in limits.memory.types}
    names = [name.strip().upper() for name in text.split("/")]
    return [known[name] for name in names] if all(name in known for name in names) else []


def _bandwidth(memory: Memory, types: list[MemoryType], tolerance: Fraction) -> Iterator[Finding]:
    read = f"{clip(memory.type)} of {describe(memory.capacity, 'GB')} with {describe(memory.bandwidth, 'GB/s')}"
    (fewest, most), (low, high) = _ends(memory.capacity), _ends(memory.bandwidth)
    if low is not None and most is not None:
        top, bound = max(((entry, _most(entry, most)) for entry in types), key=lambda pair: pair[1])
        if low > bound * (1 + tolerance):
            units = _units(ceil(most / top.smallest), top)
            yield Finding(
                "memory-bandwidth",
                f"{read} is more than the {number(bound)} GB/s that {units} of {exact_text(top.smallest)} GB carry at "
                f"{number(top.fastest)} GB/s each ({top.cite}).",
            )
    if high is not None and fewest is not None:
        bottom, bound = min(((entry, _fewest(entry, fewest)) for entry in types), key=lambda pair: pair[1])
        if bottom.largest and bottom.slowest and high < bound * (1 - tolerance):
            units = _units(ceil(fewest / bottom.largest), bottom)
            yield Finding(
                "memory-bandwidth",
                f"{read} is less than the {number(bound)} GB/s that {units} of {exact_text(bottom.largest)} GB carry "
                f"at {number(bottom.slowest)} GB/s each, the slowest ({bottom.cite}).",
            )


def _ends(amount: Amount) -> tuple[Fraction | None, Fraction | None]:
    return amount.low, amount.high


def _most(entry: MemoryType, capacity: Fraction) -> Fraction:
    """The bandwidth of as many units as the capacity allows, each at its fastest."""
    return ceil(capacity / entry.smallest) * entry.fastest


def _fewest(entry: MemoryType, capacity: Fraction) -> Fraction:
    """The bandwidth of as few units as the capacity needs, each at its slowest."""
    if entry.largest is None or entry.slowest is None:
        return Fraction(0)
    return ceil(capacity / entry.largest) * entry.slowest


def _units(units: int, entry: MemoryType) -> str:
    return f"{units} {entry.unit}{'s' if units > 1 else ''}"


def _name(die: Die, place: int) -> str:
    return f"die {clip(die.name)}" if die.name else f"dies[{place}]"


def _product(first: Amount, second: Amount) -> Amount:
    """What two amounts, neither of them negative, can give multiplied."""
    low = None if first.low is None or second.low is None else first.low * second.low
    return Amount(low, None if first.high is None or second.high is None else first.high * second.high)


def _total(amounts: list[Amount]) -> Amount:
    """What amounts, none of them negative, can give added up; one of which nothing is known adds nothing at the low end."""
    highs = [amount.high for amount in amounts]
    low = sum((amount.low or Fraction(0) for amount in amounts), Fraction(0))
    return Amount(low, None if None in highs else sum((high for high in highs if high is not None), Fraction(0)))


def _apart(first: Amount, second: Amount, factor: Fraction) -> bool:
    """Whether all of one amount is more than `factor` times all of the other."""
    return any(
        one.low is not None and other.high is not None and one.low > other.high * factor
        for one, other in ((first, second), (second, first))
    )


CHECKS: tuple[Callable[[Chip, Limits], Iterator[Finding]], ...] = (
    _rate_order,
    _rate_ratio,
    _transistor_density,
    _transistor_count,
    _area,
    _reticle,
    _architecture,
    _memory,
)
