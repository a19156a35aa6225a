"""A section of Markdown for a pull request, a job summary or a model card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from gateline.report import wording
from gateline.report.escape import markdown as escaped
from gateline.report.findings import Checked, data_line, distance, known_amounts, near, standing
from gateline.report.red_flags import red_flag_lines
from gateline.report.shipment import charge_of, charge_text, licence_text
from gateline.report.verdict_json import NOTICE
from gateline.report.wording import SIGN, WORD, words
from gateline.rules.deadlines import duties
from gateline.rules.model import Outcome
from gateline.screening import Screening, Verdict


def write(checked: Sequence[Checked]) -> str:
    """One section per subject.

    Parameters
    ----------
    checked : sequence of Checked

    Returns
    -------
    str
        Markdown as GitHub and Hugging Face read it; whatever came from an input is text and no markup.
    """
    return "\n".join(section(each.screening) for each in checked)


def section(screening: Screening) -> str:
    """Headline, quantities, rules, what is open and why, duties, and what it rests on."""
    parts = [
        _headline(screening),
        part("Quantities", table(("quantity", "value", "how"), _quantities(screening))),
        part("What moves it", bullets(_moved(screening))),
        part("Rules", table(("outcome", "rule", "item", "distance", "status"), _rules(screening))),
        part("What is missing", bullets(_missing(screening))),
        part("Near a line", bullets(_near(screening))),
        part("What is charged", bullets(_charges(screening))),
        part("Red flags of diversion", bullets(red_flag_lines(screening))),
        part("Readings that decide", table(READINGS, _readings(screening))),
        part("Assumed, because nobody said", bullets(_assumed(screening))),
        part("Duties of the rules that are met", bullets(_duties(screening))),
        *([f"Note: {escaped(screening.subject.notes)}\n"] if screening.subject.notes else []),
        f"{escaped(data_line(screening))}. {NOTICE}\n",
    ]
    return "\n".join(text for text in parts if text)


READINGS = ("rule", "question", "taken as", "otherwise", "the answer would be")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of raw text, escaped here; empty without rows."""
    lines = [f"| {' | '.join(map(escaped, row))} |" for row in rows]
    rule = f"|{' --- |' * len(headings)}"
    return "\n".join([f"| {' | '.join(headings)} |", rule, *lines, ""]) if lines else ""


def bullets(lines: Iterable[str]) -> str:
    """A list of raw text, escaped here; empty without lines."""
    return "".join(f"- {escaped(line)}\n" for line in lines)


def part(title: str, body: str) -> str:
    """A heading and what stands below it, or nothing."""
    return f"### {title}\n\n{body}" if body else ""


def _headline(screening: Screening) -> str:
    subject, outcome = screening.subject, screening.outcome
    identity = "" if subject.id == subject.name else f" ({subject.id})"
    classification = wording.classification_text(screening)
    lines = [
        f"## {SIGN[outcome]} {WORD[outcome]}: {escaped(subject.name + identity)}\n",
        f"As of {screening.request.as_of}, for the {screening.request.role}.\n",
        *([f"Classification: {escaped(classification)}\n"] if classification else []),
        *([f"{escaped(told)}.\n"] if (told := licence_text(screening)) else []),
        *([] if any(verdict.gating for verdict in screening.verdicts) else ["No rule gates on this date.\n"]),
    ]
    return "\n".join(lines)


def _quantities(screening: Screening) -> Iterable[tuple[str, ...]]:
    for name, column in known_amounts(screening):
        datum = screening.inputs.get(name)
        origin = wording.origin_text(datum) if datum else ""
        yield words(name), wording.value_text(name, column, datum), origin


def _moved(screening: Screening) -> Iterable[str]:
    """What moves the first quantity that something moves; others differ by what they count."""
    told = filter(None, (wording.swings_text(name, datum) for name, datum in screening.inputs.items()))
    yield from islice(told, 1)


def _ranked(screening: Screening) -> list[Verdict]:
    """Gating rules first, the others by outcome."""
    return sorted(screening.verdicts, key=lambda verdict: (not verdict.gating, verdict.gating or -verdict.outcome))


def _rules(screening: Screening) -> Iterable[tuple[str, ...]]:
    for verdict in _ranked(screening):
        sign = f"{SIGN[verdict.outcome]} {WORD[verdict.outcome]}"
        status = f"{standing(verdict)}{', gating' if verdict.gating else ''}"
        yield sign, verdict.rule.id, verdict.explanation.item or "", distance(verdict, screening), status


def _missing(screening: Screening) -> Iterable[str]:
    for verdict in _ranked(screening):
        explanation = verdict.explanation
        if explanation.missing:
            open_part = "the outcome" if verdict.outcome is Outcome.UNDETERMINED else "the item"
            enough = f"; enough to settle it: {_names(explanation.settles)}" if explanation.settles else ""
            yield f"{verdict.rule.id}: could change {open_part}: {_names(explanation.missing)}{enough}"
            flips = explanation.flips if verdict.gating else ()
            yield from (f"{verdict.rule.id}: {wording.flip_text(flip)}" for flip in flips)


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(words, names))


def _near(screening: Screening) -> Iterable[str]:
    for verdict in _ranked(screening):
        yield from (f"{verdict.rule.id}: {line}" for line in near(verdict))


def _charges(screening: Screening) -> Iterable[str]:
    for verdict in _ranked(screening):
        if found := charge_of(verdict):
            yield f"{verdict.rule.id}: {charge_text(found)}"


def _readings(screening: Screening) -> Iterable[tuple[str, ...]]:
    for verdict in _ranked(screening):
        for other in verdict.alternatives:
            answer = wording.answer_text(other.outcome, other.item)
            choice = f"{other.choice} (--reading {other.reading.id}={other.choice})"
            yield verdict.rule.id, other.reading.asks, other.chosen, choice, answer


def _assumed(screening: Screening) -> Iterable[str]:
    """Each fact once, with the rules that take it so."""
    rules: dict[tuple[str, bool], list[str]] = {}
    for verdict in _ranked(screening):
        for assumption in verdict.assumptions:
            rules.setdefault(assumption, []).append(verdict.rule.id)
    for (fact, value), taken in rules.items():
        yield f"{words(fact)}: {wording.truth(value)} ({', '.join(taken)})"


def _duties(screening: Screening) -> Iterable[str]:
    """The points of a gating rule that is met, with their dates; of another only how many there are."""
    as_of = screening.request.as_of
    for verdict in _ranked(screening):
        points = duties(verdict.version, verdict.columns, as_of) if verdict.outcome is Outcome.MET else []
        if verdict.gating:
            for point, due in points:
                yield f"{verdict.rule.id}: {wording.duty_text(point, due, verdict, as_of)}"
        elif points:
            yield f"{verdict.rule.id} ({standing(verdict)}): {len(points)} points; --rule {verdict.rule.id} lists them"
