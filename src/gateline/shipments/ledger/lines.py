"""What a row of the result says of a transaction, as text under headings that do not depend on which rules there are."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from threading import Lock

from gateline.gating import Choice
from gateline.numerals import number
from gateline.rules.corpus import Specs
from gateline.rules.model import Outcome, Version
from gateline.shipments.ledger.stretch import KIND, Answer, Stretch, Verdicts
from gateline.shipments.licence import LICENCE, RED_FLAG

GATING, ON_THE_BOOKS, ENFORCED = "outcome", "licence:on_the_books", "licence:enforced"
MET, UNDETERMINED, CHECKLIST = "met", "undetermined", "checklist"
RATE = "tariff:rate"
CHARGE_LOW, CHARGE_HIGH = "tariff:charge_low [USD]", "tariff:charge_high [USD]"


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of transactions that are alike to the rules.

    Attributes
    ----------
    gating, on_the_books, enforced : Outcome
    cells : tuple of str
        The texts of the result, in the order of its headings.
    met, undetermined : tuple of (str, str)
        Effect and name of the rules that say so, with the item where one decides.
    rate : tuple of Fraction
        Least and most that is charged of the declared value; empty where nothing can be.
    """

    gating: Outcome
    on_the_books: Outcome
    enforced: Outcome
    cells: tuple[str, ...]
    met: tuple[tuple[str, str], ...]
    undetermined: tuple[tuple[str, str], ...]
    rate: tuple[Fraction, ...]


class Lines:
    """Lines by number; threads may share it.

    Parameters
    ----------
    specs : Specs
    by_rule : bool
        Whether the result also has the outcome and the item of each rule in columns of their own.
    """

    def __init__(self, specs: Specs, *, by_rule: bool) -> None:
        about = [rule for rule in specs.rules.values() if rule.subject == KIND]
        self._effects = sorted({rule.effect for rule in about} | {LICENCE}, key=lambda name: (name != LICENCE, name))
        self._rules = [rule.id for rule in about] if by_rule else []
        self.headings = (
            GATING,
            ON_THE_BOOKS,
            ENFORCED,
            *(f"{effect}:{part}" for effect in self._effects for part in (MET, UNDETERMINED, CHECKLIST)),
            RATE,
            *(f"{rule}:{part}" for rule in self._rules for part in ("outcome", "item")),
        )
        self.lines: list[Line] = []
        self._codes: dict[Hashable, int] = {}
        self._lock = Lock()

    def code(self, stretch: Stretch, verdicts: Verdicts) -> int:
        """The number of the line that says this."""
        line = self._line(stretch, verdicts)
        with self._lock:
            code = self._codes.setdefault(line, len(self.lines))
            if code == len(self.lines):
                self.lines.append(line)
        return code

    def _line(self, stretch: Stretch, verdicts: Verdicts) -> Line:
        texts: dict[str, list[str]] = {heading: [] for heading in self.headings}
        met, undetermined = [], []
        rates = [answer.rate for answer in verdicts.answers if answer.rate is not None]
        for answer, (choice, _) in zip(verdicts.answers, stretch.rules, strict=True):
            effect, version = choice.rule.effect, choice.version
            remarks = _remarks(stretch, choice)
            if effect == RED_FLAG:
                met += [(effect, f"{answer.rule} {item}") for item in answer.met]
                texts[f"{effect}:{MET}"] += [f"{answer.rule} {item}" for item in answer.met]
                texts[f"{effect}:{UNDETERMINED}"] += [f"{answer.rule} {item}" for item in answer.undetermined]
            elif answer.outcome is Outcome.MET:
                met.append((effect, _name(answer)))
                texts[f"{effect}:{MET}"].append(_told(answer, [*_possible(answer), *remarks]))
            elif answer.outcome is Outcome.UNDETERMINED:
                undetermined.append((effect, answer.rule))
                missing = f"missing {', '.join(answer.missing)}"
                texts[f"{effect}:{UNDETERMINED}"].append(_told(answer, [missing, *remarks]))
            if answer.outcome is not Outcome.NOT_MET and version.checklist:
                texts[f"{effect}:{CHECKLIST}"].append(f"{answer.rule}: {_points(version)}")
            if answer.rule in self._rules:
                texts[f"{answer.rule}:outcome"].append(answer.outcome.word)
                texts[f"{answer.rule}:item"].append(answer.item)
        texts[GATING].append(verdicts.gating.word)
        texts[ON_THE_BOOKS].append(verdicts.on_the_books.word)
        texts[ENFORCED].append(verdicts.enforced.word)
        ends = [end for rate in rates for end in (rate.low, rate.high) if end is not None]
        rate = (min(ends), max(ends)) if ends else ()
        texts[RATE].append(" to ".join(dict.fromkeys(f"{number(end * 100)}%" for end in rate)))
        return Line(
            gating=verdicts.gating,
            on_the_books=verdicts.on_the_books,
            enforced=verdicts.enforced,
            cells=tuple("; ".join(texts[heading]) for heading in self.headings),
            met=tuple(met),
            undetermined=tuple(undetermined),
            rate=rate,
        )


def _name(answer: Answer) -> str:
    return f"{answer.rule} {answer.item}".strip()


def _possible(answer: Answer) -> list[str]:
    """The items of which one decides, where it is open which."""
    return [] if answer.item else [f"one of {', '.join((*answer.met, *answer.undetermined))}"]


def _told(answer: Answer, details: list[str]) -> str:
    return _name(answer) + (f" ({'; '.join(details)})" if details else "")


def _remarks(stretch: Stretch, choice: Choice) -> list[str]:
    """Why a rule, although it says so, binds nobody, or somebody else."""
    others = [] if stretch.request.role in choice.rule.addressees else [" and ".join(choice.rule.addressees)]
    return [
        *([] if choice.version.enforced_on(stretch.day) else ["not enforced"]),
        *(f"addresses the {told}" for told in others),
    ]


def _points(version: Version) -> str:
    return ", ".join(point.id for point in version.checklist)
