"""Pages of what rules refer to: lists of countries and parties, kinds of compute, readings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docs.generate.text import Pages, bullets, code, heading, link, page, part, plain, table
from gateline.documents import read_document
from gateline.report.wording import words
from gateline.rules.corpus import Specs
from gateline.rules.model import Citation, Member, NamedList
from gateline.training.profiles import Profile, load_profiles

COUNTS = {
    "yes": "counts",
    "no": "does not count",
    "open": "open",
    "silent": "not mentioned",
    "unless-published": "counts unless published",
    "generator": "generator rule",
}


def law_pages(specs: Specs) -> Pages:
    """Every page about lists, countries, kinds of compute and readings."""
    lists = {f"lists/{named.id}.md": _list(named, specs) for named in specs.lists.values()}
    return {
        "lists/index.md": _lists(specs),
        "lists/countries.md": _countries(specs),
        "counting.md": _counting(load_profiles(specs.folder)),
        "readings.md": _readings(specs),
        **lists,
    }


def _lists(specs: Specs) -> str:
    rows = [
        (link(named.id, f"{named.id}.md"), plain(named.title), plain(named.of), str(len(named.members)))
        for named in specs.lists.values()
    ]
    return page(
        heading(1, "Lists of countries and parties"),
        "Rules ask whether a name is on one of these lists on a date. A list can take in others. Names of countries are read in "
        "[many spellings](countries.md).\n",
        table(["list", "title", "of", "own rows"], rows),
    )


def _list(named: NamedList, specs: Specs) -> str:
    included = [link(f"{name}: {specs.lists[name].title}", f"{name}.md") for name in named.includes]
    rules = [
        link(rule.id, f"../rules/{rule.id}.md")
        for rule in specs.rules.values()
        if any(
            named.id == getattr(test, "list_id", "")
            for version in rule.versions
            for clause in version.clauses
            for test in clause.conditions
        )
    ]
    return page(
        heading(1, named.title),
        f"{code(named.id)}, a list of names of the sort {plain(named.of)}; confidence: {plain(named.confidence)}.\n",
        part(2, "Takes in", bullets(included)),
        part(2, "Members", _members(named.members)),
        part(2, "Rules that ask for it", bullets(rules)),
        part(2, "Citations", _citations(named.citations)),
    )


def _members(members: Iterable[Member]) -> str:
    rows = [
        (
            plain(member.label),
            code(member.name),
            str(member.since or ""),
            str(member.until or ""),
            plain(member.confidence),
            plain(member.note),
        )
        for member in members
    ]
    return table(["name", "read as", "from", "before", "confidence", "note"], rows)


def _citations(citations: Iterable[Citation]) -> str:
    rows = [(plain(each.cite), plain(each.role), str(each.checked or "")) for each in citations]
    return table(["where", "what it does", "looked at"], rows)


def _countries(specs: Specs) -> str:
    content = read_document(specs.folder / "countries.yaml").content
    rows = [
        (code(each["code"]), plain(each["name"]), plain(", ".join(each.get("aliases", ()))))
        for each in content["countries"]
    ]
    return page(
        heading(1, "Countries"),
        "Every entry of ISO 3166 with the names under which files and options may give it, in any case. An entry says nothing about status in law.\n",
        table(["code", "name", "also read"], rows),
    )


def _counting(profiles: Sequence[Profile]) -> str:
    kinds = [entry.kind for entry in profiles[0].kinds]
    rows = [(plain(words(kind)), *(COUNTS[profile.counts(kind)] for profile in profiles)) for kind in kinds]
    return page(
        heading(1, "Kinds of compute"),
        "What each regime counts as training compute. Open and unmentioned kinds make the figure of that regime a range; the "
        "[reading](readings.md#open-kinds) open-kinds counts them or leaves them out.\n",
        table(["kind", *(plain(profile.label) for profile in profiles)], rows),
        *map(_profile, profiles),
    )


def _profile(profile: Profile) -> str:
    says = [f"{plain(words(entry.kind))}: {plain(entry.says)}" for entry in profile.kinds if entry.says]
    return page(
        heading(2, profile.title),
        f"Tested as {link(profile.quantity, f'formats/quantities.md#{profile.quantity}')}; confidence: {plain(profile.confidence)}. "
        f"From {plain('; '.join(citation.cite for citation in profile.citations))}.\n",
        bullets(says),
    )


def _readings(specs: Specs) -> str:
    sections = [
        page(
            f"## {plain(reading.id)} {{ #{reading.id} }}\n",
            f"Asks {plain(reading.asks)}. About: {plain(reading.subject)}. Taken unless you choose: {code(reading.default)}.\n",
            bullets(f"{code(f'--reading {reading.id}={choice}')}: {plain(says)}" for choice, says in reading.choices),
            f"From {plain(reading.cite)}.\n",
        )
        for reading in specs.readings.values()
    ]
    return page(
        heading(1, "Readings"),
        "Where the law leaves a choice it is a reading with a default. When another choice changes an answer, the answer shows both.\n",
        *sections,
    )
