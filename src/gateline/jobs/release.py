"""A model's training compute against every rule about training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from gateline.accounts import ComputeAccount
from gateline.amounts import Amount
from gateline.documents import Document, read_document
from gateline.errors import InputError
from gateline.gating import DEVELOPER, Request
from gateline.inputs import Inputs, understated
from gateline.jobs.changes import overridden, read_changes, with_idle
from gateline.jobs.chip import default_catalogue
from gateline.jobs.paths import path_text
from gateline.numerals import clip
from gateline.rules.corpus import Specs
from gateline.rules.model import Outcome
from gateline.rules.specfiles import default_specs
from gateline.screening import Screening, Subject, outcomes, screen
from gateline.training.account import BAND, Account, account
from gateline.training.derive import derive, lines, with_modifier, with_original
from gateline.training.factors import Factor
from gateline.training.forecast import daily_rate, passages
from gateline.training.ledger import STATED, Estimate, Ledger, Phase
from gateline.training.mistakes import Rates
from gateline.training.profiles import load_profiles
from gateline.training.records import Remark, read_records

SIXTEEN_BITS = Fraction(16)


def check_release(
    ledger: str | Path | Ledger,
    as_of: date,
    *,
    rules: tuple[str, ...] = (),
    changes: dict[str, str] | None = None,
    strict_facts: bool = False,
    readings: Mapping[str, str] | None = None,
    band: Fraction = BAND,
    configurations: Mapping[str, Mapping[str, Any]] | None = None,
    specs: Specs | None = None,
) -> Screening:
    """Check a model's training compute against every rule about training that speaks on `as_of`.

    Parameters
    ----------
    ledger : str, Path or Ledger
        A ledger file (YAML or JSON), ``-`` for standard input, or a ledger.
    as_of : date
        Date on which the rules apply.
    rules, changes, strict_facts, readings, specs
        As for `screen_chip`.
    band : Fraction
        Where inputs are distributions: how much of the result must lie on one side of a line to settle it.
    configurations : mapping, optional
        The content of configurations by the name that the ledger has for them, instead of files.

    Returns
    -------
    Screening
        Its `exchange` says how many operations a token, a chip-hour or a day stands for, its `account` what each phase
        took, what counts for whom, and where lines are passed.

    Raises
    ------
    InputError
        If the ledger, a change, the date, a rule or the band cannot be used.

    Examples
    --------
    >>> from datetime import date
    >>> quick = quick_ledger(params="405e9", tokens="15.6e12")
    >>> check_release(quick, date(2026, 11, 21)).verdicts[0].rule.id
    'eu.ai-act.gpai'
    """
    specs = specs or default_specs()
    request = Request(as_of, DEVELOPER, rules, strict_facts, readings or {})
    if not isinstance(band, Fraction) or not 0 < band <= 1:
        raise InputError(f"band: {clip(repr(band))} is no share. Give a Fraction above 0 and at most 1, such as 9/10.")
    file = "" if isinstance(ledger, Ledger) else path_text(ledger, "ledger")
    read = ledger if isinstance(ledger, Ledger) else read_document(file).validate(Ledger)
    counted = account(
        read,
        _peaks(read),
        _dense_rates(read),
        Path(file).parent if file not in ("", "-") else Path(),
        band,
        configurations,
    )
    stated = read_changes(changes or {}, STATED, specs)

    def inputs(readings: Mapping[str, str], counted: Account = counted) -> Inputs:
        given = with_modifier(overridden(counted.facts, stated))
        return with_original(overridden(derive(counted.phases, given, specs, as_of, readings), given))

    identity = Path(file).stem if file not in ("", "-") else read.model
    subject = Subject("training", identity, read.model, read.notes)
    exchange = (*counted.exchange, *daily_rate(counted.phases, as_of))
    follows = derive(counted.phases, counted.facts, specs, as_of, specs.choose_readings(request.readings))
    said = {name: datum for name, datum in stated.items() if name != "original_training_compute"}
    remarks = (*_families(read), *understated(said, follows), *counted.remarks)
    screening = screen(specs, subject, inputs, request, remarks, exchange)
    return with_idle(replace(screening, account=_account(counted, inputs, screening)), stated)


def _account(counted: Account, inputs: Callable[..., Inputs], screening: Screening) -> ComputeAccount | None:
    """The phases, what counts for whom, and where lines are passed; nothing where there are no phases."""
    if not counted.phases:
        return None
    specs, request = screening.specs, screening.request
    readings = specs.choose_readings(request.readings)
    profiles = load_profiles(specs.folder)
    counting = {profile.quantity for profile in profiles}

    def said(trial: Account) -> dict[str, Outcome]:
        answers = outcomes(specs, "training", inputs(readings, trial), request)
        return {rule: outcome for rule, (outcome, tested) in answers.items() if counting.intersection(tested)}

    return ComputeAccount(
        lines(counted, specs, request.as_of, readings),
        tuple(passages(counted, said)),
        {profile.id: profile.label for profile in profiles},
        frozenset(counting),
    )


def quick_ledger(
    *,
    params: str | None = None,
    active_params: str | None = None,
    tokens: str | None = None,
    chip: str | None = None,
    chip_hours: str | None = None,
    utilization: str | None = None,
    compute: str | None = None,
    config: str | None = None,
    seq_len: str | None = None,
    attention: str | None = None,
    multi_token_prediction: str | None = None,
    records: str | None = None,
) -> Ledger:
    """A ledger from the figures that people know by heart, as text, or from records of accelerator time.

    Each figure is text as in a ledger file: a value, a range (``15e12 to 16e12``), a distribution (``15.6e12 ± 5 %``) or
    ``unknown``. Figures of several ways to estimate make one range.

    Parameters
    ----------
    params, active_params : str, optional
        Parameters in all, and those that are active for a token: pure numbers such as ``405e9``.
    tokens : str, optional
        Tokens of training, a pure number such as ``15.6e12``; with `params` or `config`.
    chip : str, optional
        Name of a chip in the catalogue; with `records`, of accelerators that the catalogue does not know by their names.
    chip_hours : str, optional
        Accelerator-hours, a pure number such as ``30.84e6``.
    utilization : str, optional
        Model utilization (MFU), a share such as ``0.4`` or ``40%``; with `chip_hours` or `records`.
    compute : str, optional
        Operations as declared [FLOP]: ``3.8e25`` or ``3.8e25 FLOP``.
    config : str, optional
        Path of a model's config.json, instead of `params`.
    seq_len : str, optional
        Tokens of a sequence, a whole number such as ``8192``; with `config`.
    attention : str, optional
        ``causal``, ``half`` or ``full``; with `config`.
    multi_token_prediction : str, optional
        ``yes`` or ``no``: whether the modules that predict further tokens are trained; with `config`.
    records : str, optional
        Path of a file with accelerator time, such as a Slurm log or a bill, instead of all but `chip` and `utilization`.

    Returns
    -------
    Ledger
        With one phase of pretraining; of records, one for each sort of accelerator.

    Raises
    ------
    InputError
        If the figures do not make up an estimate, or one of them cannot be read.

    Examples
    --------
    >>> [phase] = quick_ledger(params="405e9", tokens="15.6e12").phases
    >>> phase.estimates[0].method
    'architecture'
    >>> [phase] = quick_ledger(chip="H100", chip_hours="30.84e6", utilization="0.40", compute="3.8e25 FLOP").phases
    >>> [estimate.method for estimate in phase.estimates]
    ['declared', 'hardware']
    """
    if records is not None:
        if any((params, active_params, tokens, compute, config, chip_hours)):
            raise InputError(
                "records give the chip-hours; write --utilization and, if its name is not known, --chip beside them."
            )
        return _recorded(path_text(records, "records"), chip, utilization)
    routes = {
        "declared": {"compute": compute},
        "architecture": {
            "params": params,
            "active_params": active_params,
            "config": config,
            "sequence_length": seq_len,
            "attention": attention,
            "multi_token_prediction": multi_token_prediction,
            "tokens": tokens,
        },
        "hardware": {"chip": chip, "chip_hours": chip_hours, "utilization": utilization},
    }
    estimates = [
        Document("command line", {"method": method} | {key: value for key, value in given.items() if value is not None})
        for method, given in routes.items()
        if any(value is not None for value in given.values())
    ]
    if not estimates:
        raise InputError(
            "no figures given. Write --params and --tokens, --config and --tokens, or --chip, --chip-hours and --utilization, or --compute."
        )
    read = [estimate.validate(Estimate) for estimate in estimates]
    return Ledger(model="command line", phases=[Phase(kind="pretraining", estimates=read)])


def _recorded(source: str, chip: str | None, utilization: str | None) -> Ledger:
    """A ledger with one phase per sort of accelerator in a record."""
    if utilization is None:
        raise InputError(
            "records say how long accelerators were held, not how well they were used. Write --utilization, the model utilization (MFU)."
        )
    read = read_records(Path(source))
    if not read.entries:
        raise InputError(
            f"{clip(source)}: holds no accelerator time ({'; '.join(map(_told, read.remarks)) or 'nothing was read'})."
        )
    phases = []
    for name, hours in read.chip_hours().items():
        content = {
            "method": "hardware",
            "chip": _accelerator(name, chip),
            "chip_hours": "1",
            "utilization": utilization,
        }
        estimate = Document("command line", content).validate(Estimate)
        held = Factor(Amount(hours.low, None), central=hours.low) if read.open else Factor(hours)
        phases.append(
            Phase(kind="pretraining", name=name, estimates=[estimate.model_copy(update={"chip_hours": held})])
        )
    notes = "; ".join([f"{read.format}, {read.rows:,} rows", *map(_told, read.remarks)])
    return Ledger(model=Path(source).name, phases=phases, notes=notes)


def _accelerator(name: str, otherwise: str | None) -> str:
    """What the catalogue finds for what a record calls an accelerator: its one chip, else what the command line says.

    The name of a family does not say which variant it is; without a word from the command line it stays that name.
    """
    try:
        found = default_catalogue().find(name)
    except InputError:
        if otherwise is None:
            raise InputError(
                f"'{clip(name)}' in the record is no chip of the catalogue; say which it is with --chip."
            ) from None
        return otherwise
    if not found.others:
        return found.entry.id
    if otherwise is None:
        return name
    family = (found.entry, *found.others)
    if default_catalogue().find(otherwise).entry not in family:
        raise InputError(
            f"'{clip(name)}' in the record is a chip of the family {found.entry.family}, and --chip says "
            f"'{clip(otherwise)}'. Write --chip with one of {', '.join(entry.id for entry in family)}."
        )
    return otherwise


def _told(remark: Remark) -> str:
    return f"{remark.action}: {remark.reason}" + (f" ({len(remark.rows):,} rows)" if remark.rows else "")


def _peaks(ledger: Ledger) -> dict[str, Amount]:
    return {name: _sixteen_bit_peak(name) for name in _chips(ledger, with_peak=False)}


def _families(ledger: Ledger) -> list[str]:
    """What was taken for names of families whose peak is the catalogue's."""
    names = _chips(ledger, with_peak=False)
    return [remark for name in names if (remark := default_catalogue().find(name).told(name))]


def _chips(ledger: Ledger, *, with_peak: bool) -> list[str]:
    """The chips that estimates name, those with a stated peak or those without."""
    estimates = [estimate for phase in ledger.phases for estimate in phase.estimates if estimate.chip]
    return sorted({each.chip for each in estimates if ("peak" in each.model_fields_set) == with_peak})


def _dense_rates(ledger: Ledger) -> dict[str, Rates]:
    """The dense floating-point rates, by bits, of the chips with a stated peak that the catalogue has."""
    found: dict[str, Rates] = {}
    for name in _chips(ledger, with_peak=True):
        with suppress(InputError):
            rates = [(bits, rate.high) for bits, rate in _floating_rates(name) if rate.high]
            found[name] = {bits: sorted(rate for of, rate in rates if of == bits) for bits, _ in rates}
    return found


def _floating_rates(name: str) -> list[tuple[Fraction, Amount]]:
    """The dense floating-point rates of a chip of the catalogue, of 16 bits and fewer."""
    rates = default_catalogue().find(name).entry.read().rates
    floating = [rate for rate in rates if not rate.format.upper().startswith("INT")]
    return [(bits, rate.rate) for rate in floating if (bits := rate.bits.low) is not None and bits <= SIXTEEN_BITS]


def _sixteen_bit_peak(name: str) -> Amount:
    """The dense 16-bit floating-point rate of a chip of the catalogue."""
    rates = [rate for bits, rate in _floating_rates(name) if bits == SIXTEEN_BITS]
    if not rates:
        raise InputError(
            f"'{clip(name)}' has no 16-bit rate in the catalogue. Give the rate as peak, for example 989.5 TFLOP/s."
        )
    return max(rates, key=lambda rate: rate.high or Fraction(0))
