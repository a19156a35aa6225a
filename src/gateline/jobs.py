"""The jobs as calls: what each command does, without the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

from gateline.amounts import UNKNOWN, Amount
from gateline.chips.catalogue import Catalogue
from gateline.chips.chipfile import STATED as CHIP_QUANTITIES
from gateline.chips.chipfile import Chip
from gateline.chips.derive import derive as derive_chip
from gateline.chips.derive import with_planar
from gateline.documents import Document, read_document
from gateline.errors import InputError
from gateline.fleet.run import FleetSummary, Progress, run
from gateline.gating import Request
from gateline.inputs import Inputs, read_datum
from gateline.numerals import clip
from gateline.quantities import quantity
from gateline.rules.corpus import Specs
from gateline.rules.specfiles import default_specs
from gateline.screening import Screening, Subject, screen
from gateline.training.derive import derive as derive_training
from gateline.training.derive import with_original
from gateline.training.ledger import STATED as TRAINING_QUANTITIES
from gateline.training.ledger import Estimate, Ledger, Phase

SIXTEEN_BITS = Fraction(16)
MAXIMUM_PATH = 1000
WEAK = frozenset({"estimate", "unknown"})
"""Confidences of figures on which nobody should stake a licence."""


@cache
def default_catalogue() -> Catalogue:
    """The catalogue that ships with the program."""
    return Catalogue(default_specs().folder / "chips")


@dataclass(frozen=True, slots=True)
class Target:
    """A chip that a target names, and what is to be said about the name."""

    chip: Chip
    id: str
    remark: str = ""


def find_chip(target: str) -> Target:
    """The chip of the catalogue called `target`, or the one in the file `target`; ``-`` is standard input.

    Raises
    ------
    InputError
        If neither exists, or the file breaks the format.
    """
    if len(target) > MAXIMUM_PATH:
        raise InputError(f"'{clip(target)}' is too long for a name or a path.")
    if target == "-" or Path(target).suffix.lower() in (".yaml", ".yml", ".json") or Path(target).is_file():
        chip = read_document(target).validate(Chip)
        return Target(chip, chip.id or ("standard input" if target == "-" else Path(target).stem))
    if target and Path(target).is_dir():
        raise InputError(f"{clip(target)}: is a folder. Name a chip or a file.")
    found = default_catalogue().find(target)
    remark = ""
    if found.others:
        others = ", ".join(entry.id for entry in found.others)
        remark = f"{clip(target)}: taken as {found.entry.id}, the reference variant of the family; others are {others}."
    return Target(found.entry.read(), found.entry.id, remark)


def screen_chip(
    target: str,
    as_of: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    specs: Specs | None = None,
) -> Screening:
    """Screen one chip against every rule about chips that speaks on `as_of`.

    Parameters
    ----------
    target : str
        Catalogue id, name, alias or family (``H20``, ``RTX 4090``), a YAML or JSON file, or ``-``.
    as_of : date
        Date on which the rules apply.
    role : str
        ``exporter``, ``foundry`` or ``osat``: whose duties gate.
    rules : tuple of str
        Ids or prefixes of the rules that gate, instead of those that gate by default.
    changes : dict
        Inputs to override or add, by canonical name, as people write them: ``{"die_area": "814 mm^2"}``.
    strict_facts : bool
        Leave scope facts that nobody stated unknown instead of assuming them.
    readings : mapping, optional
        Choice per reading where the law leaves one, such as ``{"tf32": "32"}``; the others keep their default.
    specs : Specs, optional
        Another data release than the one that ships with the program.

    Returns
    -------
    Screening

    Raises
    ------
    InputError
        If the target, a change, the date or a rule cannot be used.

    Examples
    --------
    >>> from datetime import date
    >>> screen_chip("H20", date(2024, 6, 1)).outcome.word
    'not_met'
    >>> screen_chip("H100", date(2024, 6, 1)).verdicts[0].explanation.item
    '3A090.a.1'
    """
    specs = specs or default_specs()
    found = find_chip(target)
    stated = _changes(changes or {}, (*CHIP_QUANTITIES, "datacenter", "designer"), specs)
    screening = screen(
        specs,
        Subject("chip", found.id, found.chip.name, found.chip.notes),
        lambda readings: with_planar(derive_chip(found.chip, specs, as_of, readings) | stated),
        Request(as_of, role, rules, strict_facts, readings or {}),
        (found.remark,) if found.remark else (),
    )
    return _with_estimates(_with_idle(screening, stated))


def _with_estimates(screening: Screening) -> Screening:
    """The screening, with a remark on figures that decide and that are estimates or of unknown origin."""
    weak = [
        name.replace("_", " ")
        for name, datum in screening.inputs.items()
        if screening.tests(name)
        and datum.value not in (None, UNKNOWN)
        and not WEAK.isdisjoint(datum.confidence.split(", "))
    ]
    remark = f"{screening.subject.name}: an estimate, or a figure of unknown origin, stands behind {', '.join(weak)}."
    return replace(screening, remarks=(*screening.remarks, remark)) if weak else screening


def _with_idle(screening: Screening, stated: Inputs) -> Screening:
    """The screening, with a remark on inputs that were stated and that no rule shown depends on."""
    idle = [name for name in stated if not screening.tests(name)]
    remark = f"no rule shown depends on {', '.join(idle)}; it is kept with the inputs and changes nothing."
    return replace(screening, remarks=(*screening.remarks, remark)) if idle else screening


def _changes(changes: dict[str, str], known: tuple[str, ...], specs: Specs) -> Inputs:
    inputs: Inputs = {}
    for name, text in changes.items():
        canonical = quantity(name, among=known).name
        if canonical in inputs:
            raise InputError(f"{canonical}: is set twice, once under another name; set it once.")
        inputs[canonical] = read_datum(canonical, text, specs, "set on the command line")
    return inputs


def check_release(
    ledger: str | Ledger,
    as_of: date,
    *,
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    specs: Specs | None = None,
) -> Screening:
    """Check a model's training compute against every rule about training that speaks on `as_of`.

    Parameters
    ----------
    ledger : str or Ledger
        A ledger file (YAML or JSON), ``-`` for standard input, or a ledger.
    as_of : date
        Date on which the rules apply.
    rules, changes, strict_facts, readings, specs
        As for `screen_chip`.

    Returns
    -------
    Screening
        Its `exchange` says how many operations a token or a chip-hour stands for.

    Raises
    ------
    InputError
        If the ledger, a change, the date or a rule cannot be used.

    Examples
    --------
    >>> from datetime import date
    >>> quick = quick_ledger(params="405e9", tokens="15.6e12")
    >>> check_release(quick, date(2026, 11, 21)).verdicts[0].rule.id
    'eu.ai-act.gpai'
    """
    specs = specs or default_specs()
    read = ledger if isinstance(ledger, Ledger) else read_document(ledger).validate(Ledger)
    counted = derive_training(read, _peaks(read))
    stated = _changes(changes or {}, TRAINING_QUANTITIES, specs)
    inputs = with_original(counted.inputs | stated)
    source = "" if isinstance(ledger, Ledger) else ledger
    identity = Path(source).stem if source not in ("", "-") else read.model
    subject = Subject("training", identity, read.model, read.notes)
    request = Request(as_of, "developer", rules, strict_facts, readings or {})
    return _with_idle(screen(specs, subject, lambda _: inputs, request, counted.remarks, counted.exchange), stated)


def quick_ledger(
    *,
    params: str | None = None,
    active_params: str | None = None,
    tokens: str | None = None,
    chip: str | None = None,
    chip_hours: str | None = None,
    utilization: str | None = None,
    compute: str | None = None,
) -> Ledger:
    """A ledger of one phase from the figures that people know by heart, as text.

    Raises
    ------
    InputError
        If the figures do not make up an estimate.
    """
    routes = {
        "declared": {"compute": compute},
        "architecture": {"params": params, "active_params": active_params, "tokens": tokens},
        "hardware": {"chip": chip, "chip_hours": chip_hours, "utilization": utilization},
    }
    estimates = [
        Document("command line", {"method": method} | {key: value for key, value in given.items() if value is not None})
        for method, given in routes.items()
        if any(value is not None for value in given.values())
    ]
    if not estimates:
        raise InputError(
            "no figures given. Write --params and --tokens, or --chip, --chip-hours and --utilization, or --compute."
        )
    read = [estimate.validate(Estimate) for estimate in estimates]
    return Ledger(model="command line", phases=[Phase(kind="pretraining", estimates=read)])


def _peaks(ledger: Ledger) -> dict[str, Amount]:
    estimates = [estimate for phase in ledger.phases for estimate in phase.estimates]
    names = {estimate.chip for estimate in estimates if estimate.chip and "peak" not in estimate.model_fields_set}
    return {name: _sixteen_bit_peak(name) for name in sorted(names)}


def _sixteen_bit_peak(name: str) -> Amount:
    """The dense 16-bit floating-point rate of a chip of the catalogue."""
    chip = default_catalogue().find(name).entry.read()
    rates = [
        rate.rate for rate in chip.rates if rate.bits.low == SIXTEEN_BITS and not rate.format.upper().startswith("INT")
    ]
    if not rates:
        raise InputError(
            f"'{clip(name)}' has no 16-bit rate in the catalogue. Give the rate as peak, for example 989.5 TFLOP/s."
        )
    return max(rates, key=lambda rate: rate.high or Fraction(0))


def screen_fleet(
    source: str,
    output: Path | None,
    as_of: date,
    *,
    role: str = "exporter",
    rules: tuple[str, ...] = (),
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    all_columns: bool = True,
    progress: Progress | None = None,
    specs: Specs | None = None,
) -> FleetSummary:
    """Screen every row of a table, in blocks, with the same outcome as one by one.

    Parameters
    ----------
    source : str
        A CSV file, or ``-`` for standard input. Headings are canonical names, with the unit in brackets where it
        is not the canonical one: ``chip``, ``dense_rate_16bit [TFLOP/s]``, ``applicable_die_area [mm^2]``, ``as_of``.
    output : Path or None
        CSV or Parquet by its name; None writes CSV to standard output. It appears only when it is complete.
    as_of : date
        Date for rows that do not state their own.
    role, rules, strict_facts, readings, specs
        As for `screen_chip`.
    rejects : Path, optional
        Where cells that cannot be read are listed. By default beside the output, with ``.rejects.csv`` in its name.
    all_columns : bool
        Whether the input columns are repeated in the output.
    progress : callable
        Called with bytes read and bytes in all.

    Returns
    -------
    FleetSummary

    Raises
    ------
    InputError
        If the table or an output cannot be used, or no row at all can be read.
    """
    specs = specs or default_specs()
    chosen = specs.choose_readings(readings or {})
    beside = output.with_suffix(".rejects.csv") if output is not None else Path("rejects.csv")
    _check_paths(source, output, rejects or beside)
    return run(
        specs,
        source,
        output,
        rejects or beside,
        Request(as_of, role, rules, strict_facts, readings or {}),
        lambda name: derive_chip(default_catalogue().find(name).entry.read(), specs, as_of, chosen),
        all_columns=all_columns,
        progress=progress,
    )


def _check_paths(source: str, output: Path | None, rejects: Path) -> None:
    """Refuse to write over the table that is read, or two results into one file."""
    named = {"the table": None if source == "-" else Path(source), "the output": output, "the rejects file": rejects}
    seen: dict[Path, str] = {}
    for role, path in named.items():
        if path is None:
            continue
        if path.resolve() in seen:
            raise InputError(f"{path}: is {seen[path.resolve()]} and {role} at once; name another file.")
        seen[path.resolve()] = role
