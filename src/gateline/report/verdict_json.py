"""The JSON verdict, format ``gateline.verdict/1``: stable keys, the same bytes for the same inputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from gateline.accounts import ComputeAccount, Line
from gateline.inputs import Datum, Swing
from gateline.metrics import UNDEFINED
from gateline.numerals import exact_text, is_decimal, is_exact_as_float, rounded
from gateline.quantities import QUANTITIES, Kind
from gateline.report.duty_json import duty_objects
from gateline.report.red_flags import red_flags_object
from gateline.report.shipment import charge_of, licence
from gateline.report.wording import classification_text, close_tests, margin_share, swing_shares
from gateline.rules.chances import Chance
from gateline.rules.columns import Column, Columns, Names
from gateline.rules.explain import ClauseReport, ConditionReport, Flip
from gateline.rules.model import Citation, Condition, FlagTest, ItemTest, MemberTest, Outcome, QuantityTest
from gateline.screening import Alternative, Screening, Tolerated, Verdict
from gateline.version import __version__

FORMAT = "gateline.verdict/1"
NOTICE = "Information computed from the inputs given; not legal advice."
FLIP_DIGITS = 6
Json = dict[str, Any]


def write(screenings: Sequence[Screening]) -> str:
    """One object, or a list of them when several subjects were screened."""
    objects = [verdict_object(screening) for screening in screenings]
    return json.dumps(objects[0] if len(objects) == 1 else objects, indent=2, ensure_ascii=False) + "\n"


def verdict_object(screening: Screening) -> Json:
    """Everything that is said about one subject, as JSON types."""
    specs, subject = screening.specs, screening.subject
    return {
        "format": FORMAT,
        "gateline": __version__,
        "specs": {"version": specs.version, "digest": specs.digest, "checked": str(specs.checked)},
        "as_of": screening.request.as_of.isoformat(),
        "role": screening.request.role,
        "readings": screening.specs.choose_readings(screening.request.readings),
        "subject": {"kind": subject.kind, "id": subject.id, "name": subject.name, "notes": subject.notes},
        "quantities": {
            name: _quantity(name, column, screening.inputs.get(name))
            for name, column in screening.quantities.items()
            if QUANTITIES[name].kind is Kind.AMOUNT
        },
        "inputs": [_input(name, datum) for name, datum in screening.inputs.items()],
        **({"account": _account(screening.account)} if screening.account else {}),
        "verdicts": [_verdict(verdict, screening.request.as_of) for verdict in screening.verdicts],
        "outcome": screening.outcome.word,
        "classification": classification_text(screening),
        **_licence(screening),
        **red_flags_object(screening),
        **({"shipment": verdict_object(screening.shipment)} if screening.shipment else {}),
        "remarks": list(screening.remarks),
        "notice": NOTICE,
    }


def _licence(screening: Screening) -> Json:
    """Whether a shipment needs a licence, by the text and as enforced."""
    found = licence(screening)
    return {} if found is None else {"licence": {"on_the_books": found[0].word, "enforced": found[1].word}}


def _charge(verdict: Verdict) -> Json:
    """What is charged, where the rule charges something."""
    found = charge_of(verdict)
    if found is None:
        return {}
    ends = {
        name: {"low": _end(amount.low), "high": _end(amount.high), "unit": unit}
        for name, amount, unit in (("rate", found.rate, ""), ("amount", found.amount, "USD"))
    }
    return {"charge": ends}


def _account(account: ComputeAccount) -> Json:
    """The phases of a ledger, and where lines are passed."""
    return {
        "phases": [_line(line) for line in account.lines],
        "passages": [
            {
                "rule": passage.rule,
                "outcome": passage.outcome.word,
                "phase": passage.phase,
                "status": passage.status,
                "date": passage.day.isoformat() if passage.day else None,
            }
            for passage in account.passages
        ],
    }


def _line(line: Line) -> Json:
    return {
        "phase": line.label,
        "kind": line.kind,
        "status": line.status,
        "from": _day(line.days.low),
        "to": _day(line.days.high),
        **plain(line.best),
        "low": _end(line.amount.low),
        "high": _end(line.amount.high),
        "unit": "FLOP",
        "estimates": [{"method": method, **plain(best), "how": how} for method, best, how in line.estimates],
        "counts": dict(line.counts),
    }


def plain(value: Fraction) -> Json:
    """A number as float64, and as exact decimal text where float64 does not hold it."""
    found: Json = {"value": float(value)}
    if is_decimal(value) and not is_exact_as_float(value):
        found["exact"] = exact_text(value)
    return found


def _ends(column: Column) -> Json:
    """The value of a row, or the ends of what it could be."""
    low, high = column.low[0], column.high[0]
    if low == UNDEFINED:
        return {"value": None, "undefined": True}
    if low == high:
        return plain(low)
    return {"value": None, "low": _end(low), "high": _end(high)}


def _end(end: object) -> float | None:
    return float(end) if isinstance(end, Fraction) else None


def _quantity(name: str, column: Column, datum: Datum | None) -> Json:
    best = plain(datum.best) if datum is not None and datum.best is not None else _ends(column)
    found: Json = {**best, "low": _end(column.low[0]), "high": _end(column.high[0])}
    found["unit"] = QUANTITIES[name].unit
    ratio = QUANTITIES[name].ratio
    found["how"] = datum.how if datum else f"{ratio.numerator} / {ratio.denominator}" if ratio else ""
    if datum is not None and datum.drawn is not None:
        found["level"] = float(datum.drawn.level)
    if datum is not None and datum.swings:
        found["moved_by"] = [_swing(swing, share) for swing, share in swing_shares(datum)]
    return found


def _swing(swing: Swing, share: Fraction) -> Json:
    return {
        "what": swing.what,
        "low": float(swing.low),
        "high": float(swing.high),
        "share": float(share),
        "basis": swing.basis,
        "source": swing.source,
    }


def _input(name: str, datum: Datum) -> Json:
    value = datum.value
    if isinstance(value, bool | str) or value is None:
        shown: Json = {"value": value}
    elif QUANTITIES[name].kind is Kind.DATE:
        shown = {"low": _day(value.low), "high": _day(value.high)}
    elif value.known and value.low is not None:
        shown = plain(value.low)
    else:
        shown = {"value": None, "low": _end(value.low), "high": _end(value.high)}
    return {
        "name": name,
        **shown,
        "unit": QUANTITIES[name].unit,
        "how": datum.how,
        "source": datum.source,
        "confidence": datum.confidence,
    }


def _day(ordinal: Fraction | None) -> str | None:
    return None if ordinal is None else date.fromordinal(int(ordinal)).isoformat()


def _verdict(verdict: Verdict, as_of: date) -> Json:
    explanation, version = verdict.explanation, verdict.version
    return {
        "rule": verdict.rule.id,
        "title": verdict.rule.title,
        "version": version.id,
        "effect": verdict.rule.effect,
        "status": verdict.status.value,
        "enforced": verdict.enforced,
        "gating": verdict.gating,
        "why_not_gating": verdict.why_not_gating,
        "outcome": verdict.outcome.word,
        "item": explanation.item,
        **({"probability": _chance(verdict.chances.met)} if verdict.chances else {}),
        "items": [_clause(item, verdict) for item in explanation.items],
        "exclusions": [_clause(exclusion, verdict) for exclusion in explanation.exclusions],
        "met_items": [item.clause.id for item in explanation.items if item.outcome is Outcome.MET],
        "excluded_by": list(dict.fromkeys(name for item in explanation.items for name in item.excluded_by)),
        "missing": list(explanation.missing),
        "settles": list(explanation.settles),
        "flips": [_flip(flip) for flip in explanation.flips],
        "assumptions": [{"fact": fact, "assumed": value} for fact, value in verdict.assumptions],
        "readings": [_alternative(alternative) for alternative in verdict.alternatives],
        "tolerances": [_tolerated(tolerated) for tolerated in verdict.tolerated],
        "close": [_close(test, share) for test, share in close_tests(verdict)],
        "rounding": [
            {"digits": crossing.digits, "outcome": crossing.outcome.word, "item": crossing.item}
            for crossing in verdict.crossings
        ],
        **_charge(verdict),
        "checklist": list(duty_objects(verdict, as_of)),
        "citations": [_citation(citation) for citation in version.citations],
        "confidence": version.confidence,
        "notes": list(version.notes),
    }


def _alternative(alternative: Alternative) -> Json:
    return {
        "reading": alternative.reading.id,
        "asks": alternative.reading.asks,
        "chosen": alternative.chosen,
        "alternative": alternative.choice,
        "outcome": alternative.outcome.word,
        "item": alternative.item,
        "cite": alternative.reading.cite,
    }


def _close(test: QuantityTest, share: Fraction) -> Json:
    return {
        "quantity": test.quantity,
        "op": test.operator,
        "threshold": float(test.threshold),
        "unit": QUANTITIES[test.quantity].unit,
        "margin_percent": float(share * 100),
    }


def _citation(citation: Citation) -> Json:
    checked = {"checked": citation.checked.isoformat()} if citation.checked else {}
    return {"cite": citation.cite, "role": citation.role, **checked}


def _clause(report: ClauseReport, verdict: Verdict) -> Json:
    return {
        "id": report.clause.id,
        "says": report.clause.says,
        "cite": report.clause.cite,
        "outcome": report.outcome.word,
        "conditions": [_condition(condition, verdict) for condition in report.conditions],
        **({"by": report.clause.by} if report.clause.by else {}),
        **({"excluded_by": list(report.excluded_by)} if report.excluded_by else {}),
    }


def _condition(report: ConditionReport, verdict: Verdict) -> Json:
    found = {**_test(report.test, verdict.columns), "outcome": report.outcome.word}
    chance = verdict.chances.conditions.get(report.test) if verdict.chances else None
    return found if chance is None else {**found, "probability": _chance(chance)}


def _chance(chance: Chance) -> Json:
    return {"low": chance.low, "high": chance.high}


def _tolerated(tolerated: Tolerated) -> Json:
    tolerance = tolerated.tolerance
    return {
        "quantity": tolerance.quantity,
        "percent": float(tolerance.share * 100),
        "outcome": tolerated.outcome.word,
        "item": tolerated.item,
        "says": tolerance.says,
        "cite": tolerance.cite,
    }


def _test(test: Condition, columns: Columns) -> Json:
    match test:
        case QuantityTest():
            return _threshold(test, columns.get(test.quantity))
        case FlagTest():
            return {"flag": test.flag, "is": test.wanted, "value": _truth(columns.get(test.flag))}
        case MemberTest():
            column = columns.get(test.name)
            value = column.values[0] if isinstance(column, Names) else None
            return {"name": test.name, "on": test.list_id, "is": test.wanted, "value": value}
        case ItemTest():
            return {"item": f"{test.rule}/{test.item}", "is": test.wanted}


def _truth(column: Column | Names | None) -> bool | None:
    known = isinstance(column, Column) and column.low[0] == column.high[0]
    return bool(column.low[0]) if known and isinstance(column, Column) else None


def _threshold(test: QuantityTest, column: Column | Names | None) -> Json:
    entry = QUANTITIES[test.quantity]
    value = _ends(column) if isinstance(column, Column) else {"value": None, "low": None, "high": None}
    if entry.kind is Kind.DATE:
        days = {key: _day(Fraction(end)) if end is not None else None for key, end in value.items()}
        return {"date": test.quantity, "op": test.operator, "threshold": test.text, **days}
    found = {
        "quantity": test.quantity,
        "op": test.operator,
        "threshold": float(test.threshold),
        "unit": entry.unit,
        **value,
    }
    if isinstance(column, Column) and isinstance(column.low[0], Fraction) and column.low[0] == column.high[0]:
        found["margin"] = float(column.low[0] - test.threshold)
        share = margin_share(test, {test.quantity: column})
        found["margin_percent"] = None if share is None else float(share * 100)
    return found


def _flip(flip: Flip) -> Json:
    entry = QUANTITIES[flip.quantity]
    found: Json = {
        "quantity": flip.quantity,
        "op": flip.operator,
        "value": _border(flip.operator, flip.value, entry.kind),
    }
    if entry.kind is Kind.AMOUNT:
        found["unit"] = entry.unit
    if flip.start is not None:
        operator, value = flip.start
        found["from"] = {"op": operator, "value": _border(operator, value, entry.kind)}
    return {**found, "then": flip.then}


def _border(operator: str, value: Fraction | bool, kind: Kind) -> Any:
    if isinstance(value, bool):
        return value
    if kind is Kind.DATE:
        return _day(value)
    return float(value) if is_exact_as_float(value) else float(rounded(value, FLIP_DIGITS, operator))
