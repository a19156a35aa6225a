"""Red flags of one shipment: which are raised and by what, and what nobody has stated yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from gateline.report.wording import fact_text, words
from gateline.rules.explain import ClauseReport
from gateline.rules.model import Condition, Outcome, asks_about
from gateline.screening import Screening, Verdict
from gateline.shipments.licence import RED_FLAG
from gateline.shipments.transaction import STATED_AS

STANDING = {Outcome.MET: "raised", Outcome.UNDETERMINED: "not assessed", Outcome.NOT_MET: "not raised"}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One line of the checklist.

    Attributes
    ----------
    line : str
        Its id; items such as ``address.vague`` and ``address.shared`` are one line.
    says : tuple of str
        What is raised; of a line that is not, all that it asks about.
    outcome : Outcome
        Met where it is raised, not met only where everything that it asks about is stated and raises nothing.
    because : tuple of (str, str)
        Names and values that raise it.
    state : tuple of str
        Names that would settle it, where it is not assessed.
    """

    line: str
    says: tuple[str, ...]
    outcome: Outcome
    because: tuple[tuple[str, str], ...]
    state: tuple[str, ...]


def red_flags(screening: Screening) -> list[RedFlag]:
    """The lines of every rule about red flags; none where the item is not of the goods that they are about."""
    return [
        _line(line, list(items), verdict, screening)
        for verdict in screening.verdicts
        if verdict.rule.effect == RED_FLAG and not _out_of_scope(verdict)
        for line, items in groupby(verdict.explanation.items, key=lambda item: item.clause.id.partition(".")[0])
    ]


def _out_of_scope(verdict: Verdict) -> bool:
    return any(exclusion.outcome is Outcome.MET for exclusion in verdict.explanation.exclusions)


def _line(line: str, items: Sequence[ClauseReport], verdict: Verdict, screening: Screening) -> RedFlag:
    outcome = max(item.outcome for item in items)
    reached = [item for item in items if item.outcome is outcome]
    conditions = [report for item in reached for report in item.conditions]
    open_tests = [report.test for report in conditions if report.outcome is Outcome.UNDETERMINED]
    open_scope = [
        report.test
        for exclusion in verdict.explanation.exclusions
        for report in exclusion.conditions
        if report.outcome is Outcome.UNDETERMINED
    ]
    return RedFlag(
        line=line,
        says=tuple(item.clause.says for item in reached),
        outcome=outcome,
        because=tuple(dict.fromkeys(_evidence(report.test, screening) for report in conditions))
        if outcome is Outcome.MET
        else (),
        state=_names([*open_scope, *open_tests]) if outcome is Outcome.UNDETERMINED else (),
    )


def _names(tests: Iterable[Condition]) -> tuple[str, ...]:
    """The names under which people state what conditions ask about."""
    return tuple(dict.fromkeys(STATED_AS.get(asks_about(test), asks_about(test)) for test in tests))


def _evidence(test: Condition, screening: Screening) -> tuple[str, str]:
    name = STATED_AS.get(asks_about(test), "")
    name = name if name in screening.inputs else asks_about(test)
    datum = screening.inputs.get(name)
    return name, fact_text(name, datum.value if datum else None)


def red_flag_lines(screening: Screening) -> Iterator[str]:
    """The checklist in words: raised lines one by one, the others by how many there are and what would assess them."""
    flags = red_flags(screening)
    for flag in flags:
        if flag.outcome is Outcome.MET:
            because = ", ".join(f"{words(name)}: {value}" for name, value in flag.because)
            yield f"{'; '.join(flag.says)} ({because})"
    open_flags = [flag for flag in flags if flag.outcome is Outcome.UNDETERMINED]
    if open_flags:
        names = ", ".join(dict.fromkeys(name for flag in open_flags for name in flag.state))
        yield f"{len(open_flags)} of {len(flags)} not assessed; state {names}"
    if flags:
        settled = sum(flag.outcome is Outcome.NOT_MET for flag in flags)
        yield f"{settled} of {len(flags)} not raised by what is stated, which clears nobody"


def red_flags_object(screening: Screening) -> Json:
    """The same as JSON types, under a key of its own; nothing where no red flag was asked about."""
    flags = red_flags(screening)
    if not flags:
        return {}
    return {
        "red_flags": [
            {
                "line": flag.line,
                "says": list(flag.says),
                "standing": STANDING[flag.outcome].replace(" ", "_"),
                "because": [{"name": name, "value": value} for name, value in flag.because],
                "state": list(flag.state),
            }
            for flag in flags
        ]
    }
