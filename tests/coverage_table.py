"""What the tables of the tests reach of the rules: items, exclusions, thresholds, and docs/coverage.md from it.

``python tests/coverage_table.py`` writes the document again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from support import SPECS, VERSIONS, settings_of, table

from gateline.amounts import read_amount, read_date
from gateline.quantities import QUANTITIES, Kind
from gateline.rules.model import Clause, QuantityTest, Version, belongs

COVERAGE = Path(__file__).parents[1] / "docs" / "coverage.md"
INTRODUCTION = """# What the tables of the tests reach

Written by `python tests/coverage_table.py` from the tables below `tests/golden` and `tests/oracles`. A golden row has an answer that was worked
out from the text of the rule; an oracle row, one that somebody published. Of a version the line counts all rows that put a case to it; of an item, those in which it
decides; of an exclusion, those in which it takes an item out. `lines` are the thresholds for which there is a row just below, one exactly
at and one just above. A row that names a group of items, such as 3A090.a, counts for each of them. Of rules about models the items are listed; `tests/test_boundaries.py` tries every threshold of every rule.
"""
HEADINGS = ("rule", "version", "clause", "lines", "golden rows", "oracle rows")
HARDWARE = ("chip", "cluster", "die", "shipment")
ABOUT_ITEMS = ("outcome", "item")
FOLLOWS_FROM = {"days_since_application": {"designer_application_date"}, "standing_date": {"transaction_date"}}
NEAR = Fraction(1, 100)
"""A row just beside a line is within this share of it, or within a day."""
SIDES = {
    ">=": (False, True, True),
    ">": (False, False, True),
    "<=": (True, True, False),
    "<": (True, False, False),
}
"""Whether a condition holds just below its threshold, at it and just above."""


@dataclass(frozen=True)
class Row:
    """One row of a golden table, in the columns that all of them share."""

    rule: str
    as_of: str
    inputs: dict[str, str]
    readings: str
    outcome: str
    item: str
    excluded_by: tuple[str, ...]

    @property
    def version(self) -> str:
        """The id of the version that the row is put to."""
        return version_on(self.rule, self.as_of)

    @property
    def answer(self) -> tuple[str, str, tuple[str, ...]]:
        """All that the row expects."""
        return self.outcome, self.item, self.excluded_by

    def rests_on(self, clause: Clause) -> bool:
        """Whether a clause decides: the item is met first, or the exclusion takes an item out."""
        return clause.id == self.item or clause.id in self.excluded_by

    def value(self, quantity: str) -> Fraction | None:
        """The value of a quantity, where the row states it or its parts exactly."""
        entry = QUANTITIES[quantity]
        if quantity == "standing_date":
            return self.standing
        if quantity == "days_since_application" and "designer_application_date" in self.inputs:
            filed = self.value("designer_application_date")
            return None if filed is None or self.standing is None else self.standing - filed
        if entry.kind is Kind.DATE and quantity in self.inputs:
            return Fraction(read_date(self.inputs[quantity], quantity).toordinal()) if self.is_day(quantity) else None
        if quantity in self.inputs:
            amount = read_amount(self.inputs[quantity], entry)
            return amount.low if amount.known else None
        parts = [self.value(part) for part in entry.parts]
        if not parts or None in parts or (entry.ratio and not parts[1]):
            return None
        known = [part for part in parts if part is not None]
        return known[0] / known[1] if entry.ratio else sum(known, Fraction(0))

    @property
    def standing(self) -> Fraction | None:
        """The day that counts for a designer's standing: of the transaction where it is stated, else of the question."""
        if "transaction_date" in self.inputs:
            return self.value("transaction_date")
        return Fraction(date.fromisoformat(self.as_of).toordinal())

    def is_day(self, quantity: str) -> bool:
        """Whether a date is one day and not a year."""
        return len(self.inputs[quantity]) == len("2027-01-01")

    def rest(self, quantity: str) -> frozenset[tuple[str, str]]:
        """Everything else that the row states, by which rows on one line belong together."""
        own = {quantity, *QUANTITIES[quantity].parts}
        own |= FOLLOWS_FROM.get(quantity, set())
        stated = [(name, text) for name, text in self.inputs.items() if name not in own]
        return frozenset([*stated, ("as of", self.as_of), ("readings", self.readings)])


def version_on(rule: str, as_of: str) -> str:
    """The id of the version of a rule that speaks on a day."""
    version = SPECS.rules[rule].version_on(date.fromisoformat(as_of))
    assert version is not None, f"{rule} says nothing on {as_of}"
    return version.id


def golden_rows() -> list[Row]:
    """Every row of the golden tables on chips, systems and shipments whose columns are inputs."""
    tables = (("chip_rules.csv", ""), ("shipments.csv", ""), ("3a090.csv", "us.ear.3a090"))
    return [*(row for name, rule in tables for row in _of_table(name, rule)), *_of_foundry()]


def _of_table(name: str, rule: str = "") -> Iterator[Row]:
    about = ("case", "rule", "as_of", "readings", "outcome", "item", "excluded_by", "missing", "source", "inputs")
    for cells in table("golden", name):
        inputs = {column: text for column, text in cells.items() if column not in about and text}
        inputs |= settings_of(cells.get("inputs", ""))
        excluded_by = tuple(sorted(cells["excluded_by"].split()))
        yield Row(
            cells.get("rule", rule),
            cells["as_of"],
            inputs,
            cells.get("readings", ""),
            cells["outcome"],
            cells["item"],
            excluded_by,
        )


def _of_foundry() -> Iterator[Row]:
    about = ("case", "as_of", "readings", "outcome", "item", "overcome_by", "source")
    for cells in table("golden", "foundry.csv"):
        inputs = {column: text for column, text in cells.items() if column not in about and text}
        ways = tuple(sorted(cells["overcome_by"].split()))
        rule = "us.ear.foundry-presumption"
        yield Row(rule, cells["as_of"], inputs, cells["readings"], cells["outcome"], cells["item"], ways)


def thresholds(version: Version) -> list[tuple[Clause, QuantityTest]]:
    """Every number of a version, with the clause in which it stands."""
    return [
        (clause, test) for clause in version.clauses for test in clause.conditions if isinstance(test, QuantityTest)
    ]


def has_triple(rows: Iterable[Row], clause: Clause, test: QuantityTest) -> bool:
    """Whether three rows that are otherwise alike lie just below, at and just above a threshold, and it decides there."""
    lines: dict[frozenset[tuple[str, str]], dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    reach = Fraction(1) if QUANTITIES[test.quantity].kind is Kind.DATE else test.threshold * NEAR
    for row in rows:
        value = row.value(test.quantity)
        if value is not None and abs(value - test.threshold) <= reach:
            side = (value > test.threshold) - (value < test.threshold)
            lines[row.rest(test.quantity)][side].append(row)
    return any(
        _decides(clause, test, below, at, above)
        for line in lines.values()
        for below in line[-1]
        for at in line[0]
        for above in line[1]
    )


def _decides(clause: Clause, test: QuantityTest, *rows: Row) -> bool:
    """Whether the answer changes just where the sign says, and the clause decides where its condition holds."""
    holds = SIDES[test.operator]
    inside = {row.answer for row, held in zip(rows, holds, strict=True) if held}
    outside = {row.answer for row, held in zip(rows, holds, strict=True) if not held}
    return inside.isdisjoint(outside) and all(
        row.rests_on(clause) == held for row, held in zip(rows, holds, strict=True)
    )


def decided(rows: Iterable[Row]) -> Counter[tuple[str, str, str]]:
    """How often each clause of each version decides."""
    return Counter((row.rule, row.version, clause) for row in rows for clause in {row.item, *row.excluded_by} if clause)


@dataclass(frozen=True)
class Statement:
    """What a row of any table says of a rule, and the items, or groups of items, that it names as met."""

    rule: str
    as_of: str
    items: tuple[str, ...]

    @property
    def version(self) -> str:
        """The id of the version that spoke on the day."""
        return version_on(self.rule, self.as_of)


def stated_rows() -> list[Statement]:
    """Rows of the golden tables that are put to a rule: models, and worked examples."""
    models = [
        Statement(row["rule"], row["as_of"], tuple(row["items"].split())) for row in table("golden", "training.csv")
    ]
    return models + [
        Statement(row["rule"], row["as_of"], _items(row["asks"], row["expected"] or row["stated"]))
        for row in table("golden", "worked_examples.csv")
        if row["rule"] and row["asks"] in ABOUT_ITEMS
    ]


def oracle_rows() -> list[Statement]:
    """Rows of the oracle tables that say how a rule comes out."""
    found = [
        Statement(row.get("rule", "us.ear.3a090"), row["as_of"], _items(row["quantity"], row["published"]))
        for name in ("published_chips.csv", "published_chips_other_rules.csv")
        for row in table("oracles", name)
        if row["quantity"] in ABOUT_ITEMS
    ]
    models = [rule for row in table("oracles", "published_models.csv") for rule in settings_of(row["outcomes"])]
    return found + [Statement(rule, "2026-11-21", ()) for rule in models]


def _items(asked: str, text: str) -> tuple[str, ...]:
    return (text,) if asked == "item" and text != "none" else ()


def coverage() -> str:
    """The document: a line per version, item and exclusion of every rule."""
    rows, stated, published = golden_rows(), stated_rows(), oracle_rows()
    golden = Counter((row.rule, row.version) for row in (*rows, *stated))
    oracles = Counter((row.rule, row.version) for row in published)
    deciding = decided(rows)
    lines = [INTRODUCTION, _line(*HEADINGS), _line(*["---"] * len(HEADINGS))]
    for rule, version in VERSIONS:
        key, clauses = (rule, version.id), reported(rule, version)
        reached = reached_lines(rule, version, rows)
        total = tuple(sum(counts) for counts in zip(*reached.values(), strict=True))
        lines.append(_line(rule, version.id, "", _of(*total), str(golden[key]), str(oracles[key])))
        for clause in clauses:
            counts = deciding[*key, clause.id] + named(clause, key, stated), named(clause, key, published)
            lines.append(_line("", "", clause.id, _of(*reached[clause.id]), *map(str, counts)))
    return "\n".join(lines) + "\n"


def named(clause: Clause, key: tuple[str, str], statements: Iterable[Statement]) -> int:
    """How many statements about a version name a clause, or a group to which it belongs."""
    own = [row for row in statements if (row.rule, row.version) == key]
    return sum(any(belongs(clause.id, item) for item in row.items) for row in own)


def reported(rule: str, version: Version) -> tuple[Clause, ...]:
    """The clauses that have a line: the tables on models do not name the exclusion that takes an item out."""
    return version.items if is_about_models(rule) else version.clauses


def is_about_models(rule: str) -> bool:
    """Whether a rule is about models and not about chips, dies, systems and shipments."""
    return SPECS.rules[rule].subject not in HARDWARE


def reached_lines(rule: str, version: Version, rows: Iterable[Row]) -> dict[str, tuple[int, int]]:
    """Of each clause with a line, how many of its thresholds have their three rows, and how many there are."""
    own = [row for row in rows if (row.rule, row.version) == (rule, version.id)]
    found = {clause.id: (0, 0) for clause in reported(rule, version)}
    for clause, test in () if is_about_models(rule) else thresholds(version):
        reached, of = found[clause.id]
        found[clause.id] = (reached + has_triple(own, clause, test), of + 1)
    return found


def _of(reached: int, of: int) -> str:
    return f"{reached} of {of}" if of else ""


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    COVERAGE.write_text(coverage(), encoding="utf-8")
