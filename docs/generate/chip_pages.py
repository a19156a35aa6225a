"""A page for each chip of the catalogue: its figures, and what every rule has said of it, as the program computes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from docs.generate.rule_pages import standing_day
from docs.generate.text import WIDE, Pages, block, bullets, code, heading, link, page, part, plain, table
from gateline.chips.catalogue import Catalogue, Entry
from gateline.chips.derive import completed, derive
from gateline.inputs import Inputs, to_columns
from gateline.jobs.timeline import Change, Timeline, chip_timelines
from gateline.quantities import QUANTITIES, Kind
from gateline.report.wording import SIGN, WORD, is_unknown, truth, value_text, words
from gateline.rules.columns import Column, Columns, with_ratios
from gateline.rules.corpus import Specs
from gateline.rules.history import Reason
from gateline.rules.model import Outcome

ABOUT = ("vendor", "family", "released", "status", "power", "transistors", "io_bandwidth", "confidence", "seen")
PARTS = {"rates": "Rates, dense", "dies": "Dies", "links": "Links"}
INDEXED = ("total_processing_performance", "performance_density", "applicable_die_area", "dram_bandwidth")


def chip_pages(specs: Specs, catalogue: Catalogue, chosen: Sequence[str] | None = None) -> Pages:
    """The pages of the chips, or of those chosen by id, and their index."""
    day = standing_day(specs)
    entries = [entry for entry in catalogue.entries.values() if chosen is None or entry.id in chosen]
    timelines = chip_timelines([entry.id for entry in entries], None, day, specs=specs)
    known = [completed(derive(entry.read(), specs, day, specs.choose_readings({})), day) for entry in entries]
    columns = [with_ratios(to_columns(inputs)) for inputs in known]
    pages = {
        f"chips/{entry.id}.md": _chip(entry, catalogue, (inputs, figures), timeline)
        for entry, inputs, figures, timeline in zip(entries, known, columns, timelines, strict=True)
    }
    return {"chips/index.md": _index(entries, columns, timelines, day), **pages}


def _index(entries: Sequence[Entry], known: Sequence[Columns], timelines: Sequence[Timeline], day: date) -> str:
    rows = [
        (
            link(entry.name, f"{entry.id}.md"),
            plain(entry.vendor),
            plain(entry.part.content.get("released", "")),
            *(_figure(name, columns) for name in INDEXED),
            _gates(timeline),
        )
        for entry, columns, timeline in zip(entries, known, timelines, strict=True)
    ]
    headings = ["chip", "vendor", "released", *(_headed(name) for name in INDEXED), f"gating rules on {day}"]
    return page(
        WIDE,
        heading(1, "Chips"),
        f"{len(rows)} chips, each with its figures, their sources and what every rule has said of it. The last column has what gates for an "
        "exporter: ■ met, ◧ undetermined, □ not met. Press a heading to sort.\n",
        '<div class="sortable" markdown="1">\n',
        table(headings, rows),
        "</div>\n",
    )


def _gates(timeline: Timeline) -> str:
    """What gates on the last day, in few words."""
    found = [change for change in _last(timeline) if change.gating and change.outcome]
    said = [f"{SIGN[change.outcome]} {plain(change.item or words(change.outcome.word))}" for change in found]
    return "<br>".join(dict.fromkeys(said)) or f"{SIGN[Outcome.NOT_MET]} not met"


def _headed(name: str) -> str:
    entry = QUANTITIES[name]
    return plain(f"{entry.short} [{entry.unit}]")


def _figure(name: str, columns: Columns) -> str:
    """A figure without its unit, as the index has it; nothing where it is not known at all."""
    column = columns.get(name)
    if not isinstance(column, Column) or is_unknown(column) or is_unknown_ratio(name, columns):
        return ""
    return plain(value_text(name, column).removesuffix(f" {QUANTITIES[name].unit}"))


def is_unknown_ratio(name: str, columns: Columns) -> bool:
    """Whether one of the two parts of a ratio is not known, so that it says next to nothing."""
    parts = [columns.get(part) for part in QUANTITIES[name].parts]
    return any(not isinstance(column, Column) or is_unknown(column) for column in parts)


def _chip(entry: Entry, catalogue: Catalogue, known: tuple[Inputs, Columns], timeline: Timeline) -> str:
    content = entry.part.content
    about = [(words(key), plain(content[key])) for key in ABOUT if isinstance(content.get(key), str)]
    names = ", ".join(map(plain, entry.aliases))
    span = timeline.span
    return page(
        heading(1, entry.name),
        "[All chips](index.md)\n",
        table(["", ""], [("id", code(entry.id)), ("also called", names), *about]),
        part(2, f"What the rules say on {span.end}", _today(timeline)),
        part(2, "Quantities", _quantities(*known)),
        *(part(2, title, _entries(content.get(key, ()))) for key, title in PARTS.items()),
        part(2, "Memory", _entries([content["memory"]] if isinstance(content.get("memory"), dict) else ())),
        part(2, "Notes", f"{plain(content['notes'])}\n" if content.get("notes") else ""),
        part(2, "Sources", _sources(catalogue.sources_of(entry))),
        part(2, "Over time", _history(timeline)),
        part(2, "On the command line", block(f"gateline chip {entry.id}\ngateline timeline {entry.id}", "sh")),
        f"Data {plain(span.specs.version)}. Information computed from these figures; not legal advice.\n",
    )


def _last(timeline: Timeline) -> list[Change]:
    """The last change of each rule: what it says on the last day, gating ones and the gravest first."""
    last = {change.rule.id: change for change in timeline.changes}
    return sorted(last.values(), key=lambda change: (not change.gating, -change.outcome, change.rule.id))


def _verdict(change: Change) -> str:
    item = f" {plain(change.item)}" if change.item else ""
    return f"{SIGN[change.outcome]} {WORD[change.outcome]}{item}"


def _today(timeline: Timeline) -> str:
    rows = [
        (
            _verdict(change),
            _rule(change),
            plain(change.version.id),
            "yes" if change.gating else plain(change.why_not_gating),
        )
        for change in _last(timeline)
    ]
    return table(["outcome", "rule", "version", "gates for an exporter"], rows)


def _rule(change: Change) -> str:
    return link(change.rule.id, f"../rules/{change.rule.id}.md")


def _history(timeline: Timeline) -> str:
    rows = [
        (
            str(change.day),
            _verdict(change),
            f"{_rule(change)}<br>version {plain(change.version.id)}",
            "yes" if change.gating else plain(change.why_not_gating),
            plain("; ".join(map(_reason, change.why))),
        )
        for change in timeline.changes
    ]
    return "Each date on which what a rule says changes, and why.\n\n" + table(
        ["from", "outcome", "rule", "gates", "why"], rows
    )


def _reason(reason: Reason) -> str:
    return (
        f"{reason.text} ({'; '.join(citation.cite for citation in reason.citations)})"
        if reason.citations
        else reason.text
    )


def _quantities(inputs: Inputs, columns: Columns) -> str:
    return table(["quantity", "value", "how", "confidence, source"], _quantity_rows(inputs, columns))


def _quantity_rows(inputs: Inputs, columns: Columns) -> Iterator[tuple[str, ...]]:
    """What is known of a chip: what its entry has, and the ratios and sums that follow."""
    for name, entry in QUANTITIES.items():
        column, datum = columns.get(name), inputs.get(name)
        if entry.kind not in (Kind.AMOUNT, Kind.FLAG) or not isinstance(column, Column) or is_unknown(column):
            continue
        if datum is None and is_unknown_ratio(name, columns):
            continue
        shown = truth(bool(column.low[0])) if entry.kind is Kind.FLAG else value_text(name, column, datum)
        origin = ", ".join(filter(None, [datum.confidence, datum.source])) if datum else ""
        made = datum.how if datum else "follows from the others"
        yield link(words(name), f"../formats/quantities.md#{name}"), plain(shown), plain(made), plain(origin)


def _entries(entries: Iterable[Mapping[str, Any]]) -> str:
    """Figures of one sort as their file has them: a row each, a column for every key that one of them has."""
    listed = list(entries)
    keys = list(dict.fromkeys(key for entry in listed for key in entry))
    return table([plain(words(key)) for key in keys], [[plain(entry.get(key, "")) for key in keys] for entry in listed])


def _sources(sources: Mapping[str, str]) -> str:
    return bullets(_source_lines(sources))


def _source_lines(sources: Mapping[str, str]) -> Iterator[str]:
    for key, cite in sources.items():
        yield f"{code(key)}: {plain(cite)}" if cite else code(key)
