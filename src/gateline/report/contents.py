"""What a report tells of a screening, as lines and rows of plain text that each format escapes and lays out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from gateline.accounts import ComputeAccount
from gateline.inputs import Datum
from gateline.numerals import number
from gateline.quantities import QUANTITIES, Kind
from gateline.report import wording
from gateline.report.duty_wording import duty_text
from gateline.report.findings import distance, known_amounts, near, standing
from gateline.report.shipment import charge_of, charge_text, matters
from gateline.report.wording import SIGN, WORD, words
from gateline.rules.columns import Column
from gateline.rules.deadlines import duties as dated
from gateline.rules.model import Outcome
from gateline.screening import Screening, Verdict

READINGS = ("rule", "question", "taken as", "otherwise", "the answer would be")
"""What stands over the columns of `readings`."""
COUNTED = {"yes": "■", "open": "◧", "no": "□"}
COUNTED_KEY = "■ counted  ◧ open whether it counts  □ not counted"


def quantities(screening: Screening) -> Iterable[tuple[str, ...]]:
    """Quantity, value, and how it came about and where it is from."""
    for name, column in known_amounts(screening):
        datum = screening.inputs.get(name)
        origin = wording.origin_text(datum) if datum else ""
        yield words(name), wording.value_text(name, column, datum), origin


def inputs(screening: Screening) -> Iterable[tuple[str, ...]]:
    """Every input and what follows from inputs: name, value, how it came about, its source and its confidence.

    What each line of a ledger comes from is told with its phases.
    """
    account = screening.account
    told_there = account.quantities if account and not account.simple else frozenset()
    for name in dict.fromkeys((*screening.quantities, *screening.inputs)):
        datum, column = screening.inputs.get(name), screening.quantities.get(name)
        how, source, confidence = (datum.how, datum.source, datum.confidence) if datum else ("", "", "")
        ratio = QUANTITIES[name].ratio
        if name in told_there:
            how = "the phases that count"
        elif datum is None and ratio is not None:
            how = f"{words(ratio.numerator)} / {words(ratio.denominator)}"
        yield words(name), _input_value(name, datum, column), how, source, confidence


def _input_value(name: str, datum: Datum | None, column: Column | None) -> str:
    if QUANTITIES[name].kind is Kind.AMOUNT and column is not None:
        return "unknown" if wording.is_unknown(column) else wording.value_text(name, column, datum)
    return wording.fact_text(name, datum.value if datum else None)


def phases(account: ComputeAccount) -> Iterable[tuple[list[str], list[str], list[str]]]:
    """Per phase of a ledger: its name and days, the value by each estimate, and by whom it is counted."""
    for line in account.lines:
        planned = " (planned)" if line.status == "planned" else ""
        days = [] if line.days.unknown else [wording.fact_text("phase_days", line.days)]
        estimates = [
            f"{number(best)} {method if how == method else f'{method}: {how}'}" for method, best, how in line.estimates
        ]
        counts = [COUNTED[line.counts[profile]] for profile in account.profiles]
        yield [f"{line.label}{planned}", *days], estimates, counts


def moved(screening: Screening) -> Iterable[str]:
    """What moves the first quantity that something moves; others differ by what they count."""
    told = filter(None, (wording.swings_text(name, datum) for name, datum in screening.inputs.items()))
    yield from islice(told, 1)


def ranked(screening: Screening) -> list[Verdict]:
    """Gating rules first, the others by outcome."""
    return sorted(screening.verdicts, key=lambda verdict: (not verdict.gating, verdict.gating or -verdict.outcome))


def is_brief(verdict: Verdict, screening: Screening) -> bool:
    """Whether a gating rule plainly does not apply: not met, near to no figure, the same under every reading."""
    overcome = verdict.rule.effect == "presumption" and any(item.excluded_by for item in verdict.explanation.items)
    asked = verdict.rule.id in screening.request.rules
    measured = wording.first_distance_text(verdict, screening) or overcome or asked
    told = verdict.alternatives or verdict.crossings or any(other.outcome for other in verdict.tolerated)
    return verdict.outcome is Outcome.NOT_MET and not measured and not told


def in_full(screening: Screening) -> list[Verdict]:
    """The verdicts that are told with every condition: gating ones unless they are brief, others where they matter."""
    return [
        verdict
        for verdict in screening.verdicts
        if (not is_brief(verdict, screening) if verdict.gating else matters(verdict, screening))
    ]


def rules(screening: Screening) -> Iterable[tuple[str, ...]]:
    """Outcome, rule, item, distance and standing."""
    for verdict in ranked(screening):
        sign = f"{SIGN[verdict.outcome]} {WORD[verdict.outcome]}"
        status = f"{standing(verdict)}{', gating' if verdict.gating else ''}"
        yield sign, verdict.rule.id, verdict.explanation.item or "", distance(verdict, screening), status


def missing(screening: Screening) -> Iterable[str]:
    """What could change which rule, what is enough to settle it, and at which values."""
    for verdict in ranked(screening):
        explanation = verdict.explanation
        if explanation.missing:
            open_part = "the outcome" if verdict.outcome is Outcome.UNDETERMINED else "the item"
            enough = f"; enough to settle it: {_names(explanation.settles)}" if explanation.settles else ""
            yield f"{verdict.rule.id}: could change {open_part}: {_names(explanation.missing)}{enough}"
            flips = explanation.flips if verdict.gating else ()
            yield from (f"{verdict.rule.id}: {wording.flip_text(flip)}" for flip in flips)


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(words, names))


def near_lines(screening: Screening) -> Iterable[str]:
    """What stands near to a line."""
    for verdict in ranked(screening):
        yield from (f"{verdict.rule.id}: {line}" for line in near(verdict))


def charges(screening: Screening) -> Iterable[str]:
    """What is charged."""
    for verdict in ranked(screening):
        if found := charge_of(verdict):
            yield f"{verdict.rule.id}: {charge_text(found)}"


def readings(screening: Screening) -> Iterable[tuple[str, ...]]:
    """Other readings under which a rule would come out differently, as under `READINGS`."""
    for verdict in ranked(screening):
        for other in verdict.alternatives:
            answer = wording.answer_text(other.outcome, other.item)
            choice = f"{other.choice} (--reading {other.reading.id}={other.choice})"
            yield verdict.rule.id, other.reading.asks, other.chosen, choice, answer


def assumed(screening: Screening) -> Iterable[str]:
    """Each fact once, with the rules that take it so."""
    rules: dict[tuple[str, bool], list[str]] = {}
    for verdict in ranked(screening):
        for assumption in verdict.assumptions:
            rules.setdefault(assumption, []).append(verdict.rule.id)
    for (fact, value), taken in rules.items():
        yield f"{words(fact)}: {wording.truth(value)} ({', '.join(taken)})"


def duties(screening: Screening) -> Iterable[str]:
    """The points of a gating rule that is met, with their dates; of another only how many there are."""
    as_of = screening.request.as_of
    for verdict in ranked(screening):
        points = dated(verdict.version, verdict.columns, as_of) if verdict.outcome is Outcome.MET else []
        if verdict.gating:
            for point, due in points:
                yield f"{verdict.rule.id}: {duty_text(point, due, verdict, as_of)}"
        elif points:
            yield f"{verdict.rule.id} ({standing(verdict)}): {len(points)} points; --rule {verdict.rule.id} lists them"
