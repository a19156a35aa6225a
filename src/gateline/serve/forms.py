"""The forms of the page: what is typed becomes the question that a program would ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from gateline.amounts import Amount, read_date
from gateline.chips.catalogue import Found, fold
from gateline.chips.chipfile import Chip
from gateline.errors import InputError
from gateline.jobs import default_catalogue
from gateline.jobs.chip import chip_inputs, chip_with_id
from gateline.numerals import exact_text
from gateline.quantities import QUANTITIES
from gateline.questions import of_configuration, of_content
from gateline.rules.model import Reading
from gateline.rules.specfiles import default_specs
from gateline.screening import Screening
from gateline.serve.problems import fault

Fields = dict[str, str]
Question = dict[str, Any]
LONGEST = 200
RATES = {"rate16": 16, "rate8": 8, "rate4": 4}
AMOUNTS = {
    "area": "applicable_die_area",
    "dram": "dram_bandwidth",
    "io": "io_bandwidth",
    "transistors": "approximated_transistor_count",
    "stack": "memory_bandwidth",
    "package": "package_area",
}
FLAGS = {"datacenter": "datacenter", "hbm": "hbm"}
"""Fields with yes, no and unknown; unknown unless the form says otherwise."""
UNKNOWN_FLAGS = dict.fromkeys(FLAGS, "unknown")
READING = "reading_"
"""Before the id of a reading in the name of its field; an empty one stands for the default."""
STRICT = "strict_facts"
ROUTE = {"origin": "from", "to": "to", "hq": "hq", "role": "role"}
ROLE = "exporter"
"""Who asks unless the form says otherwise."""
CHIP_FIELDS = ("name", "filled", *RATES, *AMOUNTS, *FLAGS, *ROUTE, STRICT, "as_of", "picture")
FIGURES = ("params", "active_params", "tokens", "seq_len", "chip", "chip_hours", "utilization", "compute")
CONFIG = "config"
LONGEST_CONFIG = 50_000
PHASES = 4
PHASE_KINDS = ("pretraining", "continued_pretraining", "sft", "rl_rollouts", "rl_updates", "synthetic_generation")
PHASE_FIELDS = tuple(f"{part}{number}" for number in range(1, PHASES + 1) for part in ("kind", "compute"))
MODEL_FIELDS = (*FIGURES, CONFIG, *PHASE_FIELDS, STRICT, "as_of", "picture")
EXAMPLE: Fields = {
    "name": "Example X1",
    "rate16": "125 TFLOP/s",
    "area": "200 to 858 mm^2",
    "datacenter": "yes",
    "dram": "1.2 TB/s",
}
EXAMPLE_MODEL: Fields = {
    "kind1": "pretraining",
    "compute1": "0.9e25 to 1.1e25 FLOP",
    "kind2": "rl_rollouts",
    "compute2": "0.2e25 FLOP",
}
PLACES = {
    "set.origin": "origin",
    "set.destination": "to",
    "set.headquarters": "hq",
    "chip.datacenter.value": "datacenter",
    "chip.hbm": "hbm",
    "chip.name": "name",
    "chip": "name",
    "as_of": "as_of",
    "sequence_length": "seq_len",
} | {f"chip.{name}": key for key, name in AMOUNTS.items()}
"""Which field of the form an entry of a question comes from."""


def readings_about(subject: str) -> tuple[Reading, ...]:
    """The choices that the law leaves open about a kind of subject."""
    return tuple(reading for reading in default_specs().readings.values() if reading.subject == subject)


def asked_of(subject: str) -> tuple[str, ...]:
    """The fields of the readings about a kind of subject."""
    return tuple(READING + reading.id for reading in readings_about(subject))


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong with a field."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The fields of a chip of the catalogue, and by field where its figure is from."""

    fields: Fields
    hints: Mapping[str, str]


def fields_of(given: Mapping[str, str], known: tuple[str, ...]) -> Fields:
    """The fields of a form that are filled in, each cut to a length that no figure needs."""
    return {
        key: given[key].strip()[: LONGEST_CONFIG if key == CONFIG else LONGEST]
        for key in known
        if given.get(key, "").strip()
    }


def catalogue_chip(name: str) -> Found | None:
    """The chip of the catalogue, or the reference of the family, that is called just so; part of a name is none."""
    try:
        found = default_catalogue().find(name)
    except InputError:
        return None
    entry = found.entry
    names = {fold(each) for each in (entry.id, entry.name, entry.family, *entry.aliases)}
    return found if fold(name).removeprefix(fold(entry.vendor)) in names | {fold(name)} & names else None


def filled(found: Found, as_of: str) -> Filled:
    """The form as the catalogue fills it; not to be changed."""
    return _filled(found.entry.id, tuple(other.id for other in found.others), as_of)


@lru_cache(maxsize=256)
def _filled(chip_id: str, others: tuple[str, ...], as_of: str) -> Filled:
    entry = default_catalogue().entries[chip_id]
    chip, content = chip_with_id(entry.id), entry.part.content
    fields: Fields = {"name": entry.name, "filled": entry.id}
    hints = {"name": "; other variants are ".join(filter(None, (entry.id, ", ".join(others))))}
    for key, bits in RATES.items():
        if best := _fastest(chip, content, bits):
            fields[key], hints[key] = best["rate"], _origin(best)
    if chip.datacenter is not None:
        fields["datacenter"] = {True: "yes", False: "no", None: "unknown"}[chip.datacenter.value]
        hints["datacenter"] = chip.datacenter.basis
    specs = default_specs()
    inputs = chip_inputs(chip, {}, specs, read_date(as_of, "as_of"), specs.choose_readings({}))
    if isinstance(hbm := inputs["hbm"].value if "hbm" in inputs else None, bool):
        fields["hbm"], hints["hbm"] = "yes" if hbm else "no", inputs["hbm"].how
    for key, name in AMOUNTS.items():
        datum = inputs.get(name)
        if datum is not None and isinstance(datum.value, Amount) and (text := _amount_text(datum.value, name)):
            fields[key] = text
            hints[key] = "; ".join(filter(None, (datum.confidence, datum.source)))
    return Filled(fields, {key: hint for key, hint in hints.items() if hint})


def _fastest(chip: Chip, content: Any, bits: int) -> Any:
    """The entry of the fastest dense rate of a length."""
    known = [
        (rate.rate.high, number)
        for number, rate in enumerate(chip.rates)
        if rate.bits.low == bits and rate.rate.high is not None and not rate.is_special
    ]
    return content["rates"][max(known)[1]] if known else None


def _origin(entry: Mapping[str, Any]) -> str:
    return "; ".join(filter(None, (entry.get("confidence", ""), entry.get("source", ""))))


def _amount_text(amount: Amount, name: str) -> str:
    """An amount as people write it."""
    ends = [exact_text(Fraction(end)) for end in (amount.low, amount.high) if isinstance(end, Fraction)]
    unit = QUANTITIES[name].unit
    if len(ends) == 2:
        return f"{' to '.join(dict.fromkeys(ends))} {unit}".strip()
    return f"at {'least' if amount.low is not None else 'most'} {ends[0]} {unit}".strip() if ends else ""


def chip_question(fields: Fields) -> Question:
    """What a program would ask for the same."""
    question: Question = {"chip": _chip(fields), "as_of": fields.get("as_of", "")}
    route = {name: fields[key] for key, name in ROUTE.items() if fields.get(key, ROLE) != ROLE}
    return question | route | _manner(fields)


def _manner(fields: Fields) -> Question:
    """How it is asked: the readings chosen, and whether facts that nobody stated are left unknown."""
    readings = {key.removeprefix(READING): text for key, text in fields.items() if key.startswith(READING)}
    manner: Question = {"readings": readings} if readings else {}
    return manner | ({"strict_facts": fields[STRICT]} if STRICT in fields else {})


def _chip(fields: Fields) -> str | Question:
    """The chip of the catalogue where its figures stand as it fills them, else its content with other figures."""
    entry = default_catalogue().entries.get(fields.get("filled", ""))
    base = UNKNOWN_FLAGS | (filled(Found(entry), fields.get("as_of", "")).fields if entry else {})
    stated = UNKNOWN_FLAGS | fields
    changed = [key for key in (*RATES, *AMOUNTS, *FLAGS) if stated.get(key, "") != base.get(key, "")]
    if entry and not changed:
        return entry.id
    content: Question = dict(entry.part.content) if entry else {}
    content["name"] = fields.get("name", "unnamed chip")
    _put_rates(content, fields, [key for key in changed if key in RATES], known=entry is not None)
    for key in changed:
        if key in AMOUNTS:
            content[AMOUNTS[key]] = fields.get(key, "unknown")
    if "io" in changed:
        content.pop("links", None)
    content |= {FLAGS[key]: stated[key] for key in changed if key in FLAGS}
    return content


def _put_rates(content: Question, fields: Fields, changed: list[str], *, known: bool) -> None:
    """The rates of the form in place of those of the catalogue; what was emptied is unknown."""
    if not changed:
        return
    lengths = {str(RATES[key]) for key in changed}
    kept = [rate for rate in content.get("rates", ()) if str(rate.get("bits")) not in lengths]
    new = [
        {"format": f"{RATES[key]} bit", "bits": str(RATES[key]), "rate": fields.get(key, "unknown")}
        for key in changed
        if known or key in fields
    ]
    content["rates"] = [*kept, *new]
    content.pop("total_processing_performance", None)


def model_question(fields: Fields) -> Question:
    """What a program would ask for the same.

    Raises
    ------
    InputError
        If the configuration is not JSON.
    """
    question: Question = {"as_of": fields.get("as_of", "")}
    figures: Question = {key: fields[key] for key in FIGURES if key in fields}
    phases = [
        {
            "kind": fields.get(f"kind{number}", PHASE_KINDS[0]),
            "estimates": [{"method": "declared", "compute": fields[f"compute{number}"]}],
        }
        for number in range(1, PHASES + 1)
        if f"compute{number}" in fields
    ]
    if phases:
        question["ledger"] = {"model": "Model on the page", "phases": phases}
    if CONFIG in fields:
        figures[CONFIG] = of_configuration(fields[CONFIG], CONFIG).content
    return question | figures | _manner(fields)


def answered(
    fields: Fields, ask: Callable[[Fields], Question], screen: Callable[[Any], Screening]
) -> tuple[Question, Screening | None, list[Told]]:
    """The question of a form, and its answer or everything that is wrong: a field in error is left out to find the next."""
    told: list[Told] = []
    question: Question = {}
    while True:
        try:
            question = ask(fields)
            document = of_content(question)
            found = screen(document)
            return question, None if told else found, told
        except InputError as error:
            wrong = fault(error, None)
            key = _field(wrong.field, question)
            told.append(Told(key, str(error) if not key else f"{wrong.wanted} {wrong.fix}".strip()))
            if key not in fields or key in ("as_of", "name", CONFIG):
                return question, None, told
            fields = {name: text for name, text in fields.items() if name != key}


def _field(place: str, question: Question) -> str:
    """The field of the form that an entry of a question comes from; empty where none does."""
    if place.startswith("chip.rates[") and isinstance(question.get("chip"), dict):
        rate = question["chip"]["rates"][int(place.partition("[")[2].partition("]")[0])]
        return next((key for key, bits in RATES.items() if str(bits) == str(rate.get("bits"))), "")
    if place.startswith("ledger.phases["):
        return f"compute{int(place.partition('[')[2].partition(']')[0]) + 1}"
    if place.partition(".")[0] == CONFIG:
        return CONFIG
    return place if place in (*FIGURES, STRICT) else PLACES.get(place, "")
