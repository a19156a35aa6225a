"""The verdict card in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateline.quantities import QUANTITIES, Kind
from gateline.report import contents, wording
from gateline.report.duty_wording import duty_text
from gateline.report.shipment import charge_of, charge_text, each_with_shipment, licence_text, matters
from gateline.report.verdict_json import NOTICE
from gateline.report.wording import SIGN, WORD, words
from gateline.rules.columns import Column, Columns
from gateline.rules.deadlines import duties
from gateline.rules.explain import ClauseReport, ConditionReport
from gateline.rules.model import Outcome
from gateline.screening import Screening, Verdict

DIE_LIMIT = "die-limit"
STYLE = {Outcome.MET: "bold red", Outcome.UNDETERMINED: "bold yellow", Outcome.NOT_MET: "bold green"}


def write(screenings: Sequence[Screening], console: Console) -> None:
    """Print one card per subject and shipment, and the notice once."""
    for screening in each_with_shipment(screenings):
        console.print(card(screening))
    console.print(Text(NOTICE, style="dim"))


def card(screening: Screening) -> RenderableType:
    """Everything that is said about one subject: in full what gates and matters, in brief the rest."""
    gating = [verdict for verdict in screening.verdicts if verdict.gating]
    others = [verdict for verdict in screening.verdicts if not verdict.gating]
    parts: list[RenderableType] = [
        _headline(screening),
        _quantities(screening),
        *_moved(screening),
        *_account(screening),
    ]
    parts.append(_facts(screening))
    parts += [_verdict(verdict, screening) for verdict in gating if not contents.is_brief(verdict, screening)]
    if not gating:
        parts.append(Text("No rule gates on this date; exit status 0.", style="yellow"))
    if brief := [verdict for verdict in gating if contents.is_brief(verdict, screening)]:
        parts.append(_list("Gating, not met", brief, screening))
    parts += [_verdict(verdict, screening) for verdict in others if matters(verdict, screening)]
    if others := [verdict for verdict in others if not matters(verdict, screening)]:
        parts.append(_list("Shown, not gating", sorted(others, key=lambda verdict: -verdict.outcome), screening))
    if screening.subject.notes:
        parts.append(Text(f"Note: {screening.subject.notes}", style="dim"))
    specs = screening.specs
    parts.append(Text(f"Data {specs.version}, sources checked to {specs.checked}, {specs.digest[:19]}…", style="dim"))
    return Group(*parts, Text(""))


def _headline(screening: Screening) -> RenderableType:
    subject, outcome = screening.subject, screening.outcome
    identity = "" if subject.id == subject.name else f" ({subject.id})"
    title = Text.assemble(
        (subject.name, "bold"),
        f"{identity}  as of {screening.request.as_of}  ",
        (f"{SIGN[outcome]} {WORD[outcome]}", STYLE[outcome]),
    )
    classification = wording.classification_text(screening)
    lines = [title, *([Text(f"Classification: {classification}")] if classification else [])]
    lines += [Text(line) for line in [licence_text(screening)] if line]
    return Panel(Group(*lines), box=box.ROUNDED, expand=False)


def _quantities(screening: Screening) -> Table:
    account = screening.account
    told_below = account.quantities if account and not account.simple else frozenset()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, column in screening.quantities.items():
        datum = screening.inputs.get(name)
        repeated = _repeats(name, column, screening)
        if QUANTITIES[name].kind is Kind.AMOUNT and not wording.is_unknown(column) and not repeated:
            origin = wording.origin_text(datum) if datum and name not in told_below else ""
            table.add_row(words(name), Text(wording.value_text(name, column, datum)), Text(origin, style="dim"))
    return table


def _moved(screening: Screening) -> Iterable[Text]:
    """What moves the first quantity that something moves; others differ by what they count."""
    told = (wording.swings_text(name, datum) for name, datum in screening.inputs.items())
    if line := next(filter(None, told), ""):
        yield Text(line)


def _account(screening: Screening) -> Iterable[RenderableType]:
    """The phases of a ledger, where it has more than one estimate of one; and where lines are passed."""
    account = screening.account
    if account is None or account.simple:
        return
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("phase", overflow="fold", ratio=2)
    table.add_column("FLOP by each estimate", overflow="fold", ratio=3)
    for label in account.profiles.values():
        table.add_column(label, overflow="fold", max_width=max(map(len, label.split())))
    for phase, estimates, counts in contents.phases(account):
        table.add_row(Text("\n".join(phase)), Text("\n".join(estimates)), *counts)
    yield table
    yield Text(contents.COUNTED_KEY, style="dim")
    if passages := wording.live_passages(screening):
        yield Text("Lines passed, phase by phase:", style="italic")
        yield from (Text(f"  {wording.passage_text(passage)}") for passage in passages)


def _repeats(name: str, column: Column, screening: Screening) -> bool:
    """Whether a quantity by another definition is just what it is by the first."""
    total_of = QUANTITIES[name].total_of
    first = screening.quantities.get(total_of[0]) if len(total_of) == 1 else None
    return first is not None and (first.low[0], first.high[0]) == (column.low[0], column.high[0])


def _facts(screening: Screening) -> Text:
    known = [
        (name, datum.value) for name, datum in screening.inputs.items() if QUANTITIES[name].kind is not Kind.AMOUNT
    ]
    contained = screening.inputs.get("contains_3a090")
    ics = f"ICs against 3A090: {contained.how}\n" if contained is not None else ""
    facts = ", ".join(f"{words(name)}: {wording.fact_text(name, value)}" for name, value in known)
    return Text(f"{ics}Facts: {facts or 'none stated'}")


def _verdict(verdict: Verdict, screening: Screening) -> Panel:
    explanation, version = verdict.explanation, verdict.version
    title = Text.assemble(
        (f"{SIGN[verdict.outcome]} {WORD[verdict.outcome]}", STYLE[verdict.outcome]),
        f"  {verdict.rule.id}",
        (f"  {explanation.item}" if explanation.item else "", "bold"),
    )
    body: list[RenderableType] = [Text(verdict.rule.title, style="italic")]
    body += [_clauses(verdict, screening), *_because(verdict, screening.request.as_of)]
    if explanation.exclusions:
        heading = "Ways to overcome it:" if verdict.rule.effect == "presumption" else "Exclusions:"
        body += [Text(heading, style="italic"), _ways(explanation.exclusions, verdict.columns)]
    citations = "; ".join(f"{citation.cite} ({citation.role})" for citation in version.citations)
    status = verdict.status.value.replace("_", " ")
    body.append(Text(f"Version {version.id}, {status}, {version.confidence}: {citations}", style="dim"))
    body += [Text(f"- {note}", style="dim") for note in version.notes]
    return Panel(Group(*body), title=title, title_align="left", box=box.ROUNDED)


def _because(verdict: Verdict, as_of: date) -> Iterable[RenderableType]:
    explanation = verdict.explanation
    excluded = {name for item in explanation.items for name in item.excluded_by}
    for exclusion in explanation.exclusions:
        if exclusion.clause.id in excluded:
            verb = "Overcome by" if verdict.rule.effect == "presumption" else "Decided by the exclusion"
            yield Text(
                f"{verb} {exclusion.clause.id}: {exclusion.clause.says} ({exclusion.clause.cite}).", style="bold"
            )
    if explanation.missing:
        open_part = "the outcome" if verdict.outcome is Outcome.UNDETERMINED else "the item"
        yield Text(
            f"Missing, and could change {open_part}: {', '.join(map(words, explanation.missing))}.", style="yellow"
        )
    if len(explanation.settles) < len(explanation.missing):
        yield Text(f"Enough to settle it: {', '.join(map(words, explanation.settles))}.", style="yellow")
    for flip in explanation.flips:
        outcome, _ = wording.then_text(flip)
        yield Text.assemble("  ", (SIGN[outcome], STYLE[outcome]), f" {wording.flip_text(flip)}")
    if "applicable_die_area" in explanation.missing and not any(
        other.reading.id == DIE_LIMIT for other in verdict.alternatives
    ):
        yield Text(
            f"Taking each die to be no larger than a scanner can expose (reading {DIE_LIMIT}) does not settle it."
        )
    yield from (Text(line, style="yellow") for line in wording.warnings(verdict))
    for other in verdict.alternatives:
        answer = wording.answer_text(other.outcome, other.item)
        yield Text(
            f"A reading decides: {other.reading.asks}? Taken as {other.chosen}; "
            f"as {other.choice} the answer is {answer} (--reading {other.reading.id}={other.choice}).",
            style="yellow",
        )
    for tolerated in verdict.tolerated:
        differs = tolerated.outcome is not verdict.outcome
        yield Text(wording.tolerance_text(tolerated, verdict), style="yellow" if differs else "")
    if (charge := charge_of(verdict)) is not None:
        yield Text(charge_text(charge), style="bold")
    for fact, value in verdict.assumptions:
        assumed = wording.truth(value)
        yield Text(f"Assumed, because nobody said: {words(fact)}: {assumed} (state it with --set {fact}=yes or no).")
    if verdict.version.checklist and verdict.outcome is not Outcome.NOT_MET:
        yield Text("To establish, and settled by no figure:", style="italic")
        for point, found in duties(verdict.version, verdict.columns, as_of):
            style = "yellow" if found is not None and found.past else ""
            yield Text(f"  - {duty_text(point, found, verdict, as_of)}", style=style)


def _clauses(verdict: Verdict, screening: Screening) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for heading in ("", "item", "condition", "value", "distance"):
        table.add_column(heading, overflow="fold")
    for clause in verdict.explanation.items:
        for position, condition in enumerate(clause.conditions):
            sign = Text(SIGN[clause.outcome] if position == 0 else "", style=STYLE[clause.outcome])
            name = Text(clause.clause.id if position == 0 else "")
            table.add_row(sign, name, *_condition(condition, verdict, screening))
    return table


def _ways(exclusions: Sequence[ClauseReport], columns: Columns) -> Table:
    """One line per exclusion: whether it holds, and if not, what stands in its way."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for heading in ("", "exclusion", "what stands in its way"):
        table.add_column(heading, overflow="fold")
    for way in exclusions:
        giver = f" (from {way.clause.by})" if way.clause.by else ""
        obstacles = [
            f"{SIGN[condition.outcome]} {wording.condition_text(condition.test)} ({wording.given_text(condition.test, columns)})"
            for condition in way.conditions
            if condition.outcome is not Outcome.MET
        ]
        sign = Text(SIGN[way.outcome], style=STYLE[way.outcome])
        table.add_row(
            sign, Text(way.clause.id), Text("; ".join(obstacles) + giver if obstacles else "nothing: it holds")
        )
    return table


def _condition(condition: ConditionReport, verdict: Verdict, screening: Screening) -> tuple[Text, Text, Text]:
    sign = (f"{SIGN[condition.outcome]} ", STYLE[condition.outcome])
    chance = verdict.chances.conditions.get(condition.test) if verdict.chances else None
    distance = wording.distance_text(condition.test, verdict.columns, screening)
    likely = wording.chance_text(chance) if chance else ""
    return (
        Text.assemble(sign, wording.condition_text(condition.test)),
        Text(wording.given_text(condition.test, verdict.columns)),
        Text("; ".join(filter(None, (distance, likely)))),
    )


def _list(title: str, verdicts: Sequence[Verdict], screening: Screening) -> Table:
    """One line per rule: outcome, item, why it does not gate, and what is missing, near or taken."""
    table = Table(title=title, title_justify="left", title_style="italic", box=None, show_header=False, padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for verdict in verdicts:
        item = f" {verdict.explanation.item}" if verdict.explanation.item else ""
        line = Text.assemble((f"{verdict.rule.id}{item}", "bold"), f"  {'; '.join(_remarks(verdict, screening))}")
        table.add_row(Text(f"{SIGN[verdict.outcome]} {WORD[verdict.outcome]}", style=STYLE[verdict.outcome]), line)
    return table


def _remarks(verdict: Verdict, screening: Screening) -> Iterable[str]:
    explanation = verdict.explanation
    yield verdict.why_not_gating or verdict.rule.title
    if excluded := dict.fromkeys(name for item in explanation.items for name in item.excluded_by):
        yield f"taken out by {', '.join(excluded)}"
    if explanation.missing:
        yield f"missing: {wording.first_few(explanation.settles)}"
    elif distance := wording.first_distance_text(verdict, screening):
        yield distance
    if verdict.assumptions:
        yield "assumed " + ", ".join(f"{words(fact)}: {wording.truth(value)}" for fact, value in verdict.assumptions)
    yield from wording.warnings(verdict)
    if verdict.alternatives:
        yield "another reading decides: " + ", ".join(
            dict.fromkeys(f"{other.reading.id}={other.choice}" for other in verdict.alternatives)
        )
    if verdict.version.checklist and verdict.outcome is not Outcome.NOT_MET:
        yield f"{len(verdict.version.checklist)} points to establish (--rule {verdict.rule.id} lists them)"
