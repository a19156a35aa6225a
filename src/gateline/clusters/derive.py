"""From the chips of a system to the quantities that rules about systems test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from gateline.amounts import Amount
from gateline.chips.chipfile import Chip, Rate
from gateline.chips.rates import TF32_BITS, chosen_rates, together
from gateline.clusters.systemfile import System
from gateline.inputs import Datum, Inputs, to_columns
from gateline.rules.columns import Columns
from gateline.rules.corpus import Specs
from gateline.rules.explain import explain, group_outcome
from gateline.rules.model import Outcome
from gateline.rules.program import Program, compile_version


@dataclass(frozen=True, slots=True)
class Contained:
    """What an IC of a system has to meet for a flag: items of a rule or a group of them, less their exclusions or not."""

    rule: str
    group: str = ""
    exclusions: bool = True


CONTAINED = {
    "contains_3a090_a": Contained("us.ear.3a090", "3A090.a"),
    "contains_3a090": Contained("us.ear.3a090", "3A090"),
    "contains_3a991_p": Contained("us.ear.3a991p", "3A991.p", exclusions=False),
    "contains_section_232": Contained("us.tariff.section-232"),
}
PRECISIONS = {"double_precision_rate": 64, "single_precision_rate": 32}
OPERATIONS_PER_TERA = Fraction(10**12)
TERA_PER_PETA = Fraction(1000)


@dataclass(frozen=True, slots=True)
class Member:
    """Chips of one sort in a system, with their inputs."""

    name: str
    chip: Chip
    count: int
    inputs: Inputs


def derive(system: System, members: Sequence[Member], specs: Specs, as_of: date, readings: Mapping[str, str]) -> Inputs:
    """Every quantity that can be had from the system's chips, and what its file states.

    Parameters
    ----------
    system : System
    members : sequence of Member
        Its chips, with their inputs under the same readings.
    specs : Specs
        The rules about ICs, which are applied to each sort of chip.
    as_of : date
    readings : mapping
        Choice per reading.
    """
    inputs = {flag: contained(wanted, members, specs, as_of, readings) for flag, wanted in CONTAINED.items()}
    inputs |= {name: _together(name, members, readings) for name in PRECISIONS}
    inputs["training_rate"] = _peak(members)
    inputs |= {name: Datum(value, "stated") for name, value in system.stated.items()}
    return inputs


def contained(
    wanted: Contained, members: Sequence[Member], specs: Specs, as_of: date, readings: Mapping[str, str]
) -> Datum:
    """Whether an IC of the system meets the items, as the one evaluator says of each sort of chip."""
    version = specs.rules[wanted.rule].version_on(as_of)
    if version is None:
        return Datum(False, f"{wanted.rule} had not been issued")
    program = compile_version(specs, wanted.rule, version, as_of, readings)
    outcomes = []
    for member in members:
        columns = to_columns(member.inputs)
        outcome = group_outcome(program, columns, wanted.group, exclusions=wanted.exclusions)
        outcomes.append((outcome, _how(member, outcome, program, columns)))
    return Datum(as_flag(max(outcome for outcome, _ in outcomes)), "; ".join(how for _, how in outcomes))


def as_flag(outcome: Outcome) -> bool | None:
    """An outcome as the value of a flag."""
    return None if outcome is Outcome.UNDETERMINED else outcome is Outcome.MET


def _how(member: Member, outcome: Outcome, program: Program, columns: Columns) -> str:
    answer = outcome.word.replace("_", " ")
    if outcome is not Outcome.NOT_MET:
        explanation = explain(program, columns)
        if outcome is Outcome.MET and explanation.item:
            answer = explanation.item
        elif outcome is Outcome.UNDETERMINED and explanation.settles:
            answer += f" (missing: {', '.join(name.replace('_', ' ') for name in explanation.settles)})"
    return f"{member.count:,} × {member.name}: {answer}"


def _together(name: str, members: Sequence[Member], readings: Mapping[str, str]) -> Datum:
    """The rate of all chips in one precision; a chip without a published rate leaves it without an upper end."""
    ends = [_rate(member.chip, PRECISIONS[name], readings) for member in members]
    low = sum((member.count * (best.low or 0) for member, best in zip(members, ends, strict=True)), Fraction(0))
    highs = [
        None if best.high is None else member.count * best.high for member, best in zip(members, ends, strict=True)
    ]
    high = None if None in highs else sum((end for end in highs if end is not None), Fraction(0))
    total = Amount(low / TERA_PER_PETA, None if high is None else high / TERA_PER_PETA)
    silent = [member.name for member, best in zip(members, ends, strict=True) if best.high is None]
    missing = f"; no {PRECISIONS[name]}-bit rate is known of {', '.join(silent)}" if silent else ""
    return Datum(total, "sum over the chips of the highest rate" + missing)


def _rate(chip: Chip, bits: int, readings: Mapping[str, str]) -> Amount:
    """The floating-point rate of a chip in a precision, over its units as the readings say."""
    rates = [rate for rate in _floating(chosen_rates(chip.rates, readings)) if rate.bits.low == bits]
    return together(rates, readings) if rates else Amount()


def _peak(members: Sequence[Member]) -> Datum:
    """The rate of all chips at the precision at which each is fastest."""
    rates = [(member, member.inputs.get("operation_rate")) for member in members]
    known = [(member.count, datum.value) for member, datum in rates if datum and isinstance(datum.value, Amount)]
    low = sum((count * (rate.low or Fraction(0)) for count, rate in known), Fraction(0))
    whole = len(known) == len(members) and all(rate.high is not None for _, rate in known)
    high = sum((count * (rate.high or Fraction(0)) for count, rate in known), Fraction(0))
    total = Amount(low * OPERATIONS_PER_TERA, high * OPERATIONS_PER_TERA if whole else None)
    return Datum(total, "sum over the chips of the highest rate of any precision")


def _floating(rates: Iterable[Rate]) -> list[Rate]:
    return [rate for rate in rates if "INT" not in rate.format.upper() and rate.bits.low != TF32_BITS]
