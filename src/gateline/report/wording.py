"""Values, conditions, distances and flips in words, as terminal cards and other reports print them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from gateline.accounts import Passage
from gateline.amounts import Amount
from gateline.inputs import Datum, Swing
from gateline.metrics import UNDEFINED
from gateline.numerals import number
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.chances import Chance
from gateline.rules.columns import Column, Columns, Names, fully_unknown
from gateline.rules.explain import Flip
from gateline.rules.model import Condition, FlagTest, ItemTest, MemberTest, Outcome, QuantityTest, Status
from gateline.screening import Screening, Tolerated, Verdict

WORD = {Outcome.MET: "MET", Outcome.UNDETERMINED: "UNDETERMINED", Outcome.NOT_MET: "not met"}
SIGN = {Outcome.MET: "■", Outcome.UNDETERMINED: "◧", Outcome.NOT_MET: "□"}
OPERATOR = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}
ECCN = re.compile(r"\b\d[A-E]\d{3}")
"""A number of the Commerce Control List."""
LIST_NUMBER = re.compile(r"\b\d[a-e]\d{3}( [a-z]\b)?")
MANY_TIMES = 10
VALUE_DIGITS = 6
FEW = 3
NEXT_TO_NOTHING = Fraction(1, 10**5)
"""A lower end below this says only that there is something."""
CLOSE = Fraction(1, 100)
"""A value this near to a threshold, as a share of it, is worth a warning."""
RARE = 0.001
"""Draws do not tell probabilities nearer to zero or one than this."""
MOST_SWINGS = 4
NO_LIMIT = 10**7
"""A ratio above this comes from a denominator that may be next to nothing."""


def words(name: str) -> str:
    """A canonical name in words, with numbers of the Commerce Control List in capitals."""
    return LIST_NUMBER.sub(lambda found: found[0].upper(), name.replace("_", " "))


def first_few(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(map(words, names[:FEW])) + more


def truth(value: object) -> str:
    """A flag in words."""
    return "unknown" if value is None else "yes" if value else "no"


def day(ordinal: Fraction) -> str:
    """A day number as a date."""
    return date.fromordinal(int(ordinal)).isoformat()


def is_unknown(column: Column) -> bool:
    """Whether nothing is known of the row."""
    return bool(fully_unknown(column)[0])


def value_text(name: str, column: Column, datum: Datum | None = None) -> str:
    """The value of a row with its unit, or the range in which it lies."""
    low, high = column.low[0], column.high[0]
    unit = f" {QUANTITIES[name].unit}" if QUANTITIES[name].unit else ""
    if low == UNDEFINED:
        return "undefined (no non-planar logic die)"
    if low == high:
        return number(low, VALUE_DIGITS) + unit
    ratio = QUANTITIES[name].ratio is not None
    least = "0" if not isinstance(low, Fraction) or low < NEXT_TO_NOTHING else number(low, VALUE_DIGITS)
    most = "?" if not isinstance(high, Fraction) or (ratio and high > NO_LIMIT) else number(high, VALUE_DIGITS)
    span = f"{least} to {most}{unit}"
    if datum is not None and datum.drawn is not None:
        span = f"{percent(datum.drawn.level)} band {span}"
    return span if datum is None or datum.best is None else f"{number(datum.best, VALUE_DIGITS)}{unit} ({span})"


def percent(share: Fraction | float, digits: int = 3) -> str:
    """A share in percent."""
    return f"{number(Fraction(share) * 100, digits)} %"


def passage_text(passage: Passage) -> str:
    """In which phase a rule comes out graver, and when."""
    planned = "planned phase" if passage.status == "planned" else "phase"
    when = f", {passage.day}" if passage.day else ""
    return f"{SIGN[passage.outcome]} {passage.rule}: {WORD[passage.outcome]} since {planned} {passage.phase}{when}"


def live_passages(screening: Screening) -> list[Passage]:
    """Where lines are passed of rules that are or will be law."""
    ended = (Status.REVOKED, Status.VETOED, Status.SUPERSEDED)
    live = {verdict.rule.id for verdict in screening.verdicts if verdict.status not in ended}
    return [passage for passage in (screening.account.passages if screening.account else ()) if passage.rule in live]


def chance_text(chance: Chance) -> str:
    """A probability in words; draws say nothing of what is rarer than one in a thousand."""
    low, high = (_likely(end) for end in (chance.low, chance.high))
    return f"{low} likely" if low == high else f"{low} to {high} likely"


def _likely(share: float) -> str:
    if share in (0.0, 1.0) or RARE < share < 1 - RARE:
        return percent(round(share, 3))
    return f"< {percent(RARE)}" if share <= RARE else f"> {percent(1 - RARE)}"


def swing_shares(datum: Datum) -> list[tuple[Swing, Fraction]]:
    """What moves an amount, and its share of all squared swings, the largest first."""
    squares = [(swing, (swing.high - swing.low) ** 2) for swing in datum.swings]
    whole = sum((square for _, square in squares), Fraction(0))
    return sorted(((swing, square / whole) for swing, square in squares if square), key=lambda found: -found[1])


def swings_text(name: str, datum: Datum) -> str:
    """What moves an amount most, in one line; empty where nothing does."""
    shares = swing_shares(datum)
    told = [
        f"{swing.what} {percent(share, 2)}{f' ({swing.basis})' if swing.basis else ''}"
        for swing, share in shares[:MOST_SWINGS]
    ]
    rest = f", {len(shares) - MOST_SWINGS} more" if len(shares) > MOST_SWINGS else ""
    return f"What moves {words(name)}: {', '.join(told)}{rest}." if told else ""


def tolerance_text(tolerated: Tolerated, verdict: Verdict) -> str:
    """What a verdict would be within an accepted error, and from which figures on it is possible and sure."""
    tolerance = tolerated.tolerance
    tests = [test for item in verdict.explanation.items for test in (report.test for report in item.conditions)]
    lines = sorted({t.threshold for t in tests if isinstance(t, QuantityTest) and t.quantity == tolerance.quantity})
    unit = QUANTITIES[tolerance.quantity].unit
    marks = "; ".join(
        f"possibly above {number(line)} from {number(line / (1 + tolerance.share), 5)} {unit}, "
        f"surely from {number(line / (1 - tolerance.share), 5)}"
        for line in lines
    )
    answer = answer_text(tolerated.outcome, tolerated.item)
    return f"Within the error of {percent(tolerance.share)} that is accepted ({tolerance.cite}): {answer}; {marks}."


def fact_text(name: str, value: Amount | bool | str | None) -> str:
    """A flag, name or date in words."""
    if isinstance(value, Amount):
        return " to ".join(dict.fromkeys(day(end) if end is not None else "?" for end in (value.low, value.high)))
    if isinstance(value, str):
        return value.upper() if QUANTITIES[name].of == "country" else value
    return truth(value)


def origin_text(datum: Datum) -> str:
    """How a value came about, and where it is from."""
    origin = "; ".join(part for part in (datum.confidence, datum.source) if part)
    return f"{datum.how}{f'  [{origin}]' if origin else ''}"


def condition_text(test: Condition) -> str:
    """What a condition asks for."""
    match test:
        case QuantityTest():
            return f"{QUANTITIES[test.quantity].short} {OPERATOR[test.operator]} {test.text}"
        case FlagTest():
            return f"{words(test.flag)}: {truth(test.wanted)}"
        case MemberTest():
            return f"{words(test.name)} {'on' if test.wanted else 'not on'} {test.list_id}"
        case ItemTest():
            return f"{test.rule.rpartition('.')[2]}/{test.item} {'met' if test.wanted else 'not met'}"


def given_text(test: Condition, columns: Columns) -> str:
    """What the inputs say about a condition."""
    if isinstance(test, ItemTest):
        return ""
    name = test.quantity if isinstance(test, QuantityTest) else test.flag if isinstance(test, FlagTest) else test.name
    column = columns.get(name)
    if column is None or (isinstance(column, Column) and is_unknown(column)):
        return "unknown"
    if isinstance(column, Names):
        return fact_text(name, column.values[0])
    if QUANTITIES[name].kind is Kind.DATE:
        return fact_text(name, Amount(column.low[0], column.high[0]))
    return truth(bool(column.low[0])) if QUANTITIES[name].kind is Kind.FLAG else value_text(name, column)


def distance_text(test: Condition, columns: Columns, screening: Screening) -> str:
    """How far the value is from the threshold; for training compute also in tokens and chip-hours."""
    column = columns.get(test.quantity) if isinstance(test, QuantityTest) else None
    if (
        not isinstance(test, QuantityTest)
        or not isinstance(column, Column)
        or QUANTITIES[test.quantity].kind is Kind.DATE
    ):
        return ""
    datum = screening.inputs.get(test.quantity)
    value = datum.best if column.is_open() and datum is not None else column.low[0]
    if not isinstance(value, Fraction) or (column.is_open() and (datum is None or datum.best is None)):
        return ""
    gap = value - test.threshold
    if not gap:
        return "exactly at it"
    side, left = ("above", "over") if gap > 0 else ("below", "left")
    text = f"{number(abs(gap))} {side}{_relative(value, test.threshold)}"
    if "training_compute" in (test.quantity, *QUANTITIES[test.quantity].total_of):
        text += "".join(f"; {number(abs(gap) / worth)} {unit} {left}" for unit, worth in screening.exchange)
    return text


def _relative(value: Fraction, threshold: Fraction) -> str:
    if not threshold:
        return ""
    if value >= MANY_TIMES * threshold:
        return f" ({number(value / threshold, 3)} times it)"
    return f" ({number(abs(value - threshold) / threshold * 100, 3)} %)"


def first_distance_text(verdict: Verdict, screening: Screening) -> str:
    """The distance to the first threshold of the item that decides, else of the rule."""
    items = [item for item in verdict.explanation.items if item.clause.id == verdict.explanation.item]
    tests = [condition.test for item in items or verdict.explanation.items for condition in item.conditions]
    return next((text for test in tests if (text := distance_text(test, verdict.columns, screening))), "")


def close_tests(verdict: Verdict) -> list[tuple[QuantityTest, Fraction]]:
    """The thresholds within one percent of a known value, and by which share of it they are passed or missed."""
    found: dict[tuple[str, Fraction], tuple[QuantityTest, Fraction]] = {}
    for item in verdict.explanation.items:
        for test in (condition.test for condition in item.conditions):
            margin = margin_share(test, verdict.columns)
            if isinstance(test, QuantityTest) and margin is not None and abs(margin) <= CLOSE:
                found.setdefault((test.quantity, test.threshold), (test, margin))
    return list(found.values())


def margin_share(test: Condition, columns: Columns) -> Fraction | None:
    """How far a known value lies above (or, negative, below) a threshold, as a share of the threshold."""
    column = columns.get(test.quantity) if isinstance(test, QuantityTest) else None
    if not isinstance(test, QuantityTest) or not isinstance(column, Column) or not test.threshold:
        return None
    value = column.low[0]
    known = isinstance(value, Fraction) and not column.is_open() and QUANTITIES[test.quantity].kind is Kind.AMOUNT
    return (value - test.threshold) / test.threshold if known else None


def warnings(verdict: Verdict) -> Iterable[str]:
    """What stands near to a line: values within one percent of it, and roundings that would cross it."""
    for test, share in close_tests(verdict):
        side = "exactly at" if not share else f"{number(abs(share) * 100, 3)} % {'above' if share > 0 else 'below'}"
        yield f"Close: {QUANTITIES[test.quantity].short} is {side} the line of {test.text}."
    for crossing in verdict.crossings:
        answer = answer_text(crossing.outcome, crossing.item)
        yield f"Rounding decides: with figures of {crossing.digits} significant digits the answer is {answer}."


def answer_text(outcome: Outcome, item: str | None) -> str:
    """The item that decides, else the outcome."""
    return item or WORD[outcome]


def classification_text(screening: Screening) -> str:
    """What the subject is classified as: the items met, else what is left; empty where no such rule speaks."""
    classes = [verdict for verdict in screening.verdicts if verdict.rule.effect == "classification"]
    rest = next((verdict for verdict in screening.verdicts if verdict.rule.effect == "residual"), None)
    if rest is None:
        return ""
    met = [_item_text(verdict) for verdict in classes if verdict.outcome is Outcome.MET]
    if met:
        return ", ".join(met)
    open_entries = _entries(verdict for verdict in classes if verdict.outcome is Outcome.UNDETERMINED)
    left = (
        f"{rest.explanation.item or _entries([rest])} (AT only)"
        if rest.outcome is not Outcome.NOT_MET
        else f"not {_entries([rest])} either"
    )
    return f"{open_entries} or {left}, undetermined" if open_entries else f"not {_entries(classes)}; {left}"


def _item_text(verdict: Verdict) -> str:
    return verdict.explanation.item or f"{_entries([verdict])} (item open)"


def _entries(verdicts: Iterable[Verdict]) -> str:
    """The list entries that rules are named after, each once."""
    found = [entry[0] for verdict in verdicts if (entry := ECCN.search(verdict.rule.title))]
    return " nor ".join(dict.fromkeys(found))


def flip_text(flip: Flip) -> str:
    """Where the answer becomes settled, and how."""
    linked = ": " if isinstance(flip.value, bool) else " "
    return f"{words(flip.quantity)}{linked}{stretch_text(flip)} → {then_text(flip)[1]}"


def stretch_text(flip: Flip) -> str:
    """The stretch of an input over which the answer is settled."""
    if isinstance(flip.value, bool):
        return truth(flip.value)
    start = f"{_border(flip.quantity, *flip.start)} and " if flip.start else ""
    return f"{start}{_border(flip.quantity, flip.operator, flip.value)}"


def then_text(flip: Flip) -> tuple[Outcome, str]:
    """The outcome over a stretch, and the item that decides, else the outcome in words."""
    outcome = Outcome.NOT_MET if flip.then == Outcome.NOT_MET.word else Outcome.MET
    return outcome, words(flip.then) if flip.then == outcome.word else flip.then


def _border(name: str, operator: str, value: Fraction) -> str:
    entry = QUANTITIES[name]
    if entry.kind is Kind.DATE:
        return f"{OPERATOR[operator]} {day(value)}"
    return f"{OPERATOR[operator]} {number(value, operator=operator)}{f' {entry.unit}' if entry.unit else ''}"
