"""A page for each rule, an index by jurisdiction and subject, and a table of every threshold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from docs.generate.text import WIDE, Pages, block, bullets, code, heading, link, page, part, plain, table, whole
from gateline.quantities import QUANTITIES, Kind
from gateline.report.duty_wording import due_text
from gateline.report.wording import OPERATOR, percent, truth, words
from gateline.rules.corpus import Specs
from gateline.rules.model import (
    Citation,
    Clause,
    Condition,
    FlagTest,
    ItemTest,
    MemberTest,
    Period,
    Point,
    QuantityTest,
    Rule,
    ScopeFact,
    Status,
    Version,
)

JURISDICTIONS = {"eu": "European Union", "kr": "Republic of Korea", "us": "United States"}
SUBJECTS = {
    "chip": "Chips",
    "die": "Dies",
    "cluster": "Systems and clusters",
    "training": "Models",
    "phase": "Phases of training",
    "shipment": "Shipments",
    "total": "Totals of a ledger",
}


def rule_pages(specs: Specs) -> Pages:
    """Every page about the rules of a data release."""
    pages = {f"rules/{rule.id}.md": _rule(rule) for rule in specs.rules.values()}
    return {"rules/index.md": _index(specs), "rules/thresholds.md": _thresholds(specs), **pages}


def standing_day(specs: Specs) -> date:
    """The day as of which pages tell what stands: the latest on which a source was looked at."""
    if specs.checked is None:
        raise ValueError("no citation of the specs says when it was checked.")
    return specs.checked


def status_words(version: Version, day: date) -> str:
    """Where a version stands on a day."""
    return plain(words(version.status_on(day).value))


def _index(specs: Specs) -> str:
    day = standing_day(specs)
    rules = sorted(specs.rules.values(), key=lambda rule: (_jurisdiction(rule), list(SUBJECTS).index(rule.subject)))
    sections = [
        part(2, place, "\n".join(_subject_tables(found, day))) for place, found in groupby(rules, key=_jurisdiction)
    ]
    return page(
        heading(1, "How each law is counted"),
        f"{len(rules)} rules, as the data {plain(specs.version)} has them; statuses as of {day}. Each page has every version of its rule with "
        "dates, conditions, thresholds, exclusions and citations. [Every threshold](thresholds.md) is one table, smallest first. What each regime "
        "counts as training compute is in [kinds of compute](../counting.md); what a text leaves open is in [readings](../readings.md).\n",
        *sections,
    )


def _jurisdiction(rule: Rule) -> str:
    code_ = rule.id.partition(".")[0]
    return JURISDICTIONS.get(code_, code_.upper())


def _subject_tables(rules: Iterable[Rule], day: date) -> Iterator[str]:
    for subject, found in groupby(rules, key=lambda rule: rule.subject):
        rows = [
            (link(rule.id, f"{rule.id}.md"), plain(rule.title), plain(words(rule.effect)), *_today(rule, day))
            for rule in found
        ]
        yield part(3, SUBJECTS[subject], table(["rule", "title", "effect", "version", "status"], rows))


def _today(rule: Rule, day: date) -> tuple[str, str]:
    version = rule.version_on(day)
    return ("", "not issued") if version is None else (plain(version.id), status_words(version, day))


def _thresholds(specs: Specs) -> str:
    """Every comparison of a quantity in every version, by quantity and value."""
    day = standing_day(specs)
    found = [
        (test, rule, version, clause)
        for rule in specs.rules.values()
        for version in rule.versions
        for clause in version.clauses
        for test in clause.conditions
        if isinstance(test, QuantityTest) and QUANTITIES[test.quantity].kind is Kind.AMOUNT
    ]
    found.sort(key=lambda each: (each[0].quantity, each[0].threshold, each[0].operator, each[1].id, each[2].id))
    sections = []
    for name, group in groupby(found, key=lambda each: each[0].quantity):
        rows = {
            (
                whole(plain(f"{OPERATOR[test.operator]} {test.text}")),
                f"{link(rule.id, f'{rule.id}.md')} {code(clause.id)}",
                plain(version.id),
                status_words(version, day),
                plain(clause.says),
            ): None
            for test, rule, version, clause in group
        }
        body = f"{plain(QUANTITIES[name].says.capitalize())}.\n\n" + table(
            ["line", "rule and item", "version", "status", "says"], rows
        )
        sections.append(f"## {plain(words(name))} {{ #{name} }}\n\n{body}")
    jumps = ", ".join(link(words(name), f"#{name}") for name in dict.fromkeys(each[0].quantity for each in found))
    return page(WIDE, heading(1, "Every threshold"), f"Statuses as of {day}. About {jumps}.\n", *sections)


def _rule(rule: Rule) -> str:
    facts = [
        ("id", code(rule.id)),
        ("authority", plain(rule.authority)),
        ("about", plain(SUBJECTS[rule.subject].lower())),
        ("effect", plain(words(rule.effect))),
        ("whose duty", plain(", ".join(map(words, rule.addressees)))),
        (
            "taken when nobody states it",
            plain(", ".join(map(_taken, rule.scope_facts))),
        ),
    ]
    listed = [f"{plain(words(name))}: {_condition(test)}" for name, test in rule.listed_facts]
    return page(
        heading(1, rule.title),
        "[All rules](index.md) · [every threshold](thresholds.md)\n",
        table(["", ""], [fact for fact in facts if fact[1]]),
        part(2, "Facts that follow from a list", bullets(listed)),
        *(_version(version) for version in reversed(rule.versions)),
        part(2, "On the command line", block(f"gateline rules show {rule.id}", "sh")),
    )


def _taken(fact: ScopeFact) -> str:
    unless = f" (unless {words(fact.unless)} is stated)" if fact.unless else ""
    return f"{words(fact.flag)}: {truth(fact.assumed)}{unless}"


def _version(version: Version) -> str:
    dates = [
        ("issued", str(version.issued or "")),
        ("in force", _period(version.effective)),
        ("enforced", _period(version.enforced)),
        (
            "status",
            plain(words(version.status.value)) + (f" since {version.status_since}" if version.status_since else ""),
        ),
        ("confidence", plain(version.confidence)),
    ]
    if version.status is Status.CODIFIED_NOT_ENFORCED:
        dates.append(("note", "The text stands in the books and is not enforced."))
    return page(
        heading(2, f"Version {version.id}: {words(version.status.value)}"),
        table(["", ""], [row for row in dates if row[1]]),
        part(3, "Items, the first that is met decides", _clauses(version.items)),
        part(3, "Exclusions", _clauses(version.exclusions)),
        part(3, "What no figure settles", bullets(map(_point, version.checklist))),
        part(3, "Accepted error", bullets(_tolerances(version))),
        part(3, "Notes", bullets(map(plain, version.notes))),
        part(3, "Citations", table(["where", "what it does", "looked at"], map(_citation, version.citations))),
    )


def _period(period: Period | None) -> str:
    if period is None:
        return "never"
    return f"from {period.start}" + (f", before {period.end}" if period.end else "")


def _clauses(clauses: Iterable[Clause]) -> str:
    rows = [
        (
            whole(code(clause.id)),
            plain(clause.says),
            "<br>".join([*map(_condition, clause.conditions), *_limits(clause)]),
            plain(clause.cite),
        )
        for clause in clauses
    ]
    return table(["item", "says", "holds when all of these do", "where"], rows)


def _limits(clause: Clause) -> Iterator[str]:
    if clause.unless:
        yield f"unless {', '.join(map(code, clause.unless))}"
    for reading, choice in clause.under:
        yield f"under the reading {link(reading, f'../readings.md#{reading}')} = {plain(choice)}"
    if clause.by:
        yield f"to be given by {plain(words(clause.by))}"
    if clause.rate:
        yield f"rate {plain(percent(clause.rate))}"


def _condition(test: Condition) -> str:
    """A condition in words, linked to what it asks about."""
    match test:
        case QuantityTest():
            return whole(f"{_quantity(test.quantity)} {plain(f'{OPERATOR[test.operator]} {test.text}')}")
        case FlagTest():
            return f"{_quantity(test.flag)} is {truth(test.wanted)}"
        case MemberTest():
            return f"{_quantity(test.name)} is {'' if test.wanted else 'not '}on {link(test.list_id, f'../lists/{test.list_id}.md')}"
        case ItemTest():
            return f"{link(test.rule, f'{test.rule}.md')} {code(test.item)} is {'met' if test.wanted else 'not met'}"


def _quantity(name: str) -> str:
    return link(words(name), f"../formats/quantities.md#{name}")


def _point(point: Point) -> str:
    due = f"; due {plain(due_text(point.due))}" if point.due else ""
    return f"{plain(point.says)}{due}{f' ({plain(point.cite)})' if point.cite else ''}"


def _tolerances(version: Version) -> Iterator[str]:
    for tolerance in version.tolerances:
        yield f"{_quantity(tolerance.quantity)} ± {plain(percent(tolerance.share))}: {plain(tolerance.says)} ({plain(tolerance.cite)})"


def _citation(citation: Citation) -> tuple[str, str, str]:
    return plain(citation.cite), plain(citation.role), str(citation.checked or "")
