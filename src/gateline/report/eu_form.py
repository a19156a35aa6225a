"""What the EU's Model Documentation Form and Annex XI ask about compute, as far as gateline knows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

from gateline.amounts import read_days
from gateline.documents import Document
from gateline.numerals import match_number, number
from gateline.quantities import QUANTITIES
from gateline.report import wording
from gateline.report.escape import markdown as escaped
from gateline.report.findings import Checked, data_line, distance, standing
from gateline.report.markdown import bullets, table
from gateline.report.verdict_json import NOTICE
from gateline.report.wording import SIGN, WORD, words
from gateline.rules.model import belongs
from gateline.screening import Screening, Verdict
from gateline.training.profiles import Profile, load_profiles
from gateline.training.recipes import RECIPES
from gateline.training.stages import Stage

UPDATES, CUMULATIVE = "training_compute", "training_compute_eu_cumulative"
FIGURES = {UPDATES: "parameter updates", CUMULATIVE: "cumulative"}
"""The two counts of Annex A.1 of the guidelines."""
OPEN_KINDS = "open-kinds"
REPORTED = Context(prec=2, rounding=ROUND_HALF_UP)
SHOWN_DIGITS = 12
HOURS_PER_DAY = 24
TO_BE_STATED = "not known to gateline; to be stated"


def write(checked: Sequence[Checked]) -> str:
    """One section per model, always with the same headings in the same order.

    Parameters
    ----------
    checked : sequence of Checked
        Models.

    References
    ----------
    .. [1] Regulation (EU) 2024/1689, Annex XI, section 1, point 2(d) and (e).
    .. [2] Commission guidelines C(2025) 5045 final, paragraph 31 and Annex.
    .. [3] Code of Practice for general-purpose AI models (10 July 2025), Model Documentation Form.
    """
    return "\n".join(_section(each) for each in checked)


def two_significant_figures(value: Fraction) -> str:
    """A number to two significant figures, half up, from its exact value.

    Examples
    --------
    >>> two_significant_figures(Fraction(996 * 10**22))
    '1.0e25'
    >>> two_significant_figures(Fraction(105 * 10**23))
    '1.1e25'
    """
    short = REPORTED.divide(Decimal(value.numerator), Decimal(value.denominator))
    mantissa, _, exponent = f"{short:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def _section(checked: Checked) -> str:
    screening = checked.screening
    parts = {
        "Training compute": _compute(screening),
        "How it was estimated": _methods(checked),
        "Assumptions": bullets(_assumptions(screening)),
        "Uncertainty": bullets(_uncertainty(screening)),
        "Hardware and training time": bullets(_hardware(checked)),
        "What was counted": _counted(checked),
        "Energy": bullets(ENERGY),
        "Thresholds": _thresholds(screening),
    }
    title = f"## Compute of {escaped(screening.subject.name)} for the EU model documentation\n\n{INTRODUCTION}\n"
    bodies = [f"### {heading}\n\n{body}" for heading, body in parts.items()]
    ending = f"As of {screening.request.as_of}. {escaped(data_line(screening))}. {NOTICE}\n"
    return "\n".join([title, *bodies, ending])


INTRODUCTION = (
    "The fields about compute of the Model Documentation Form (Code of Practice, 10 July 2025) and of Annex XI, "
    "section 1, point 2(d) and (e), of Regulation (EU) 2024/1689."
)
ENERGY = (
    "Energy consumption, known or estimated (Annex XI, section 1, point 2(e)): not computed by gateline; to be stated. "
    "Where it is unknown it may be based on the computational resources used.",
)
ROUNDING = (
    "Two significant figures, half up, from the value before rounding, as a notification asks "
    "(C(2025) 5045 final, paragraph 31); enough for the form as well. "
    "Thresholds are compared with values before rounding."
)


def _compute(screening: Screening) -> str:
    rows = [
        (label, _reported(screening, name), _best_text(screening, name), _band_text(screening, name))
        for name, label in FIGURES.items()
    ]
    return f"{table(('count', 'to report [FLOP]', 'before rounding [FLOP]', 'band'), rows)}\n{ROUNDING}\n"


def _ends(screening: Screening, name: str) -> tuple[object, object]:
    column = screening.quantities.get(name)
    return (None, None) if column is None else (column.low[0], column.high[0])


def _best(screening: Screening, name: str) -> Fraction | None:
    """The one value to report: the first estimate, else a value that is known."""
    low, high = _ends(screening, name)
    datum = screening.inputs.get(_source(screening, name))
    if datum is not None and datum.best is not None:
        return datum.best
    return low if isinstance(low, Fraction) and low == high else None


def _source(screening: Screening, name: str) -> str:
    """The input behind a count: its own, else the one that it is taken to be where nothing else is known."""
    return name if name in screening.inputs else next(iter(QUANTITIES[name].total_of), name)


def _reported(screening: Screening, name: str) -> str:
    best = _best(screening, name)
    if best is not None:
        return two_significant_figures(best)
    low, high = (two_significant_figures(end) if isinstance(end, Fraction) else "?" for end in _ends(screening, name))
    if low == high:
        return TO_BE_STATED if low == "?" else low
    return f"between {low} and {high}; to be settled"


def _best_text(screening: Screening, name: str) -> str:
    best = _best(screening, name)
    return "" if best is None else number(best, SHOWN_DIGITS)


def _band_text(screening: Screening, name: str) -> str:
    column = screening.quantities.get(name)
    return TO_BE_STATED if column is None else wording.value_text(name, column)


def _methods(checked: Checked) -> str:
    screening = checked.screening
    lines = []
    for name, label in FIGURES.items():
        datum = screening.inputs.get(_source(screening, name))
        lines.append(f"{label}: {wording.origin_text(datum) if datum else TO_BE_STATED}")
    headings = ("phase", "status", "method", "figures", "source")
    return "\n".join(filter(None, [bullets(lines), table(headings, _estimates(checked))]))


def _estimates(checked: Checked) -> Iterable[tuple[str, ...]]:
    """Method, figures and source of each estimate and each stage, as they are stated."""
    for phase in _stretches(checked, "phases"):
        for estimate in phase["estimates"]:
            told = estimate.get("method", "as given"), _figures(estimate), estimate.get("source", "")
            yield _label(phase), phase.get("status", "actual"), *told
    for stage in _stretches(checked, "stages"):
        yield _label(stage), stage.get("status", "actual"), "by recipe", _figures(stage), ""


def _stretches(checked: Checked, key: str) -> Sequence[Mapping[str, Any]]:
    """The phases or stages that the ledger states."""
    found: Sequence[Mapping[str, Any]] = checked.stated.get(key, ())
    return found


def _label(stretch: Mapping[str, Any]) -> str:
    kind = words(stretch["kind"] if "kind" in stretch else stretch["recipe"])
    return f"{stretch['name']} ({kind})" if "name" in stretch else kind


TOLD_ELSEWHERE = frozenset({"method", "source", "name", "recipe", "status", "dates"})


def _figures(stated: Mapping[str, Any]) -> str:
    return _as_stated({key: value for key, value in stated.items() if key not in TOLD_ELSEWHERE})


def _as_stated(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{words(key)}: {_within(inner)}" for key, inner in value.items())
    return "; ".join(map(_as_stated, value)) if isinstance(value, list) else str(value)


def _within(value: Any) -> str:
    return f"({_as_stated(value)})" if isinstance(value, Mapping | list) else str(value)


def _assumptions(screening: Screening) -> Iterable[str]:
    yield "All operations count alike, whatever their precision (Annex A.2, paragraph 122)."
    yield "Activations that are computed again to save memory do not count (Annex A.1)."
    chosen = screening.specs.choose_readings(screening.request.readings)[OPEN_KINDS]
    yield f"Reading {OPEN_KINDS} ({screening.specs.readings[OPEN_KINDS].asks}): {chosen}."
    assumed = {
        fact: value for verdict in screening.verdicts if _european(verdict) for fact, value in verdict.assumptions
    }
    yield from (f"Nobody said, so assumed: {words(fact)}: {wording.truth(value)}." for fact, value in assumed.items())
    yield from screening.remarks


def _uncertainty(screening: Screening) -> Iterable[str]:
    for name, label in FIGURES.items():
        best, (low, high) = _best(screening, name), _ends(screening, name)
        if best and isinstance(low, Fraction) and isinstance(high, Fraction):
            below, above = (number(abs(end - best) / best * 100, 3) for end in (low, high))
            yield f"{label}: from {below} % below to {above} % above the value before rounding."
        else:
            yield f"{label}: {_band_text(screening, name)}."
        if name in screening.inputs and (moved := wording.swings_text(name, screening.inputs[name])):
            yield moved
    for verdict in filter(_european, screening.verdicts):
        yield from (wording.tolerance_text(other, verdict) for other in verdict.tolerated)


def _hardware(checked: Checked) -> Iterable[str]:
    for stretch in (*_stretches(checked, "phases"), *_stretches(checked, "stages")):
        for estimate in stretch.get("estimates", ()):
            if "chip_hours" in estimate:
                stated = estimate["chip_hours"]
                hours = stated["value"] if isinstance(stated, Mapping) else stated
                yield f"{_label(stretch)}: {hours} {estimate.get('chip', 'chip')}-hours{_hardware_days(hours)}."
        if "dates" in stretch:
            yield f"{_label(stretch)}: {stretch['dates']}{_wall_clock_days(stretch['dates'])}."
    yield f"Training time in wall-clock days and in hardware days, where no line above has it: {TO_BE_STATED}."


def _hardware_days(hours: str) -> str:
    """The same in hardware days, where the hours are one number."""
    found = match_number(hours)
    if found is None or found[1] != len(hours):
        return ""
    return f" ({number(found[0] / HOURS_PER_DAY, 3)} hardware days)"


def _wall_clock_days(dates: str) -> str:
    """From the first day to the last, both counted, where both are known."""
    days = read_days(dates, QUANTITIES["phase_days"])
    if days.low is None or days.high is None:
        return ""
    return f" ({number(days.high - days.low + 1)} wall-clock days)"


def _counted(checked: Checked) -> str:
    """What each count takes in: what the data says of each kind, and whether it is public where that decides."""
    found = {profile.quantity: profile for profile in load_profiles(checked.screening.specs.folder)}
    rows = [
        (label, *(_counts(found[name], kind, stretch) for name in FIGURES)) for label, kind, stretch in _kinds(checked)
    ]
    if not rows:
        return "The compute is stated as a total; what it holds is not known to gateline.\n"
    return table(("phase", *FIGURES.values()), rows)


def _kinds(checked: Checked) -> Iterable[tuple[str, str, Mapping[str, Any]]]:
    """Each phase, and each part of a stage, with its kind and with what the ledger says of it."""
    for phase in _stretches(checked, "phases"):
        yield _label(phase), phase["kind"], phase
    for stated in _stretches(checked, "stages"):
        stage = Document("stages", stated).validate(Stage)
        for step in RECIPES[stage.recipe](stage):
            yield f"{stage.label}: {step.name}", step.kind, stated


def _counts(profile: Profile, kind: str, stretch: Mapping[str, Any]) -> str:
    entry = next(entry for entry in profile.kinds if entry.kind == kind)
    counts = {
        "yes": "counted",
        "no": "not counted",
        "unless-published": f"counted unless public (public: {stretch.get('published', 'not said')})",
    }.get(entry.counts, f"open (reading {OPEN_KINDS})")
    return f"{counts}: {entry.says}" if entry.says else counts


def _european(verdict: Verdict) -> bool:
    return belongs(verdict.rule.id, "eu")


def _thresholds(screening: Screening) -> str:
    rows = [
        (
            f"{SIGN[verdict.outcome]} {WORD[verdict.outcome]}",
            verdict.rule.title,
            distance(verdict, screening),
            standing(verdict),
        )
        for verdict in screening.verdicts
        if _european(verdict)
    ]
    headings = ("outcome", "rule", "distance before rounding", "status")
    return table(headings, rows) or "No rule of the Union was asked for, or none had been issued on this date.\n"
