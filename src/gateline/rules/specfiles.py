"""Reads ``specs/``: finds it, loads every rule and list, and says which bytes were used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from gateline.documents import read_document
from gateline.errors import InputError, SpecError
from gateline.rules.corpus import Specs
from gateline.rules.list_schema import CountriesFile, ListFile, ReadingsFile
from gateline.rules.model import Country, ItemTest, MemberTest, NamedList, Reading, Rule, belongs
from gateline.rules.schema import RuleFile

Built = TypeVar("Built", Rule, NamedList)


def specs_folder() -> Path:
    """``specs/`` inside the installed package, or at the top of the checkout.

    Raises
    ------
    SpecError
        If neither is there.
    """
    package = Path(__file__).parents[1]
    if (package / "specs").is_dir():
        return package / "specs"
    checkout = package.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / "specs").is_dir():
        return checkout / "specs"
    raise SpecError(f"{package}: the folder specs/ is missing from this installation. Install gateline again.")


@cache
def default_specs() -> Specs:
    """The data release that ships with the program."""
    return load_specs(specs_folder())


def load_specs(folder: Path) -> Specs:
    """Read and check every rule and list under `folder`.

    Raises
    ------
    SpecError
        For the first file that breaks the format or refers to something missing, with file and line.
    """
    if not (folder / "rules").is_dir():
        raise SpecError(f"{folder}: has no folder rules/; it is not a folder of gateline specs.")
    specs = Specs(
        folder=folder,
        version=_version(folder),
        digest=digest_of(folder),
        rules=dict(_load(folder, "rules", lambda path: read_document(path).validate(RuleFile).build())),
        lists=dict(_load(folder, "lists", lambda path: read_document(path).validate(ListFile).build())),
        countries=_countries(folder),
        readings=_readings(folder),
    )
    _check_references(specs)
    return specs


def _version(folder: Path) -> str:
    try:
        return (folder / "VERSION").read_text(encoding="utf-8").strip()
    except OSError:
        raise SpecError(
            f"{folder / 'VERSION'}: is missing; it holds the version of the data, for example 2026.11.0."
        ) from None


def digest_of(folder: Path) -> str:
    """SHA-256 over every file of a folder of specs, whatever they say."""
    digest = sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", "") and path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return f"sha256:{digest.hexdigest()}"


def _countries(folder: Path) -> dict[str, Country]:
    content = read_document(folder / "countries.yaml").validate(CountriesFile)
    return {
        name.lower(): Country(entry.code, entry.name)
        for entry in content.countries
        for name in (entry.code, entry.name, *entry.aliases)
    }


def _readings(folder: Path) -> dict[str, Reading]:
    content = read_document(folder / "readings.yaml").validate(ReadingsFile)
    return {entry.id: entry.build() for entry in content.readings}


def _load(folder: Path, kind: str, read: Callable[[Path], Built]) -> Iterator[tuple[str, Built]]:
    for path in sorted((folder / kind).rglob("*.yaml")):
        expected = ".".join(path.relative_to(folder / kind).with_suffix("").parts)
        try:
            built = read(path)
        except InputError as error:
            raise SpecError(str(error)) from None
        if built.id != expected:
            raise SpecError(f"{path}: id is {built.id}, but the path says {expected}; make them equal.")
        yield built.id, built


def _check_references(specs: Specs) -> None:
    """Refuse what names a list, rule, item or reading that is not there, and circles."""
    for named in specs.lists.values():
        for included in named.includes:
            if included not in specs.lists:
                raise SpecError(
                    f"{_path(specs, 'lists', named.id)}: includes {included}, which is no list under lists/."
                )
        _check_no_circle(specs, "lists", named.id, _includes)
    for rule in specs.rules.values():
        _check_rule(specs, rule)
        _check_no_circle(specs, "rules", rule.id, _tested_rules)


def _path(specs: Specs, kind: str, identifier: str) -> Path:
    return (specs.folder / kind).joinpath(*identifier.split(".")).with_suffix(".yaml")


def _check_rule(specs: Specs, rule: Rule) -> None:
    path = _path(specs, "rules", rule.id)
    for flag, test in rule.listed_facts:
        _check_reference(specs, f"{path}: {flag}", test)
    for added in filter(None, (rule.total.sum, rule.total.per) if rule.total else ()):
        for condition in added.counts:
            _check_reference(specs, f"{path}: {added.quantity}", condition)
    for version in rule.versions:
        for clause in (*version.items, *version.exclusions):
            where = f"{path}: version {version.id}, {clause.id}"
            for reading, choice in clause.under:
                if choice not in dict(specs.readings[reading].choices if reading in specs.readings else ()):
                    raise SpecError(f"{where}: {reading}: {choice} is no choice in readings.yaml.")
            for condition in clause.conditions:
                _check_reference(specs, where, condition)


def _check_reference(specs: Specs, where: str, condition: object) -> None:
    if isinstance(condition, MemberTest) and condition.list_id not in specs.lists:
        raise SpecError(f"{where}: tests the list {condition.list_id}, which does not exist under lists/.")
    if isinstance(condition, ItemTest):
        target = specs.rules.get(condition.rule)
        items = [item.id for version in target.versions for item in version.items] if target else []
        if not any(belongs(item, condition.item) for item in items):
            raise SpecError(f"{where}: tests {condition.rule}/{condition.item}, which does not exist under rules/.")


def _includes(specs: Specs, list_id: str) -> set[str]:
    return set(specs.lists[list_id].includes)


def _tested_rules(specs: Specs, rule_id: str) -> set[str]:
    clauses = [clause for version in specs.rules[rule_id].versions for clause in (*version.items, *version.exclusions)]
    return {test.rule for clause in clauses for test in clause.conditions if isinstance(test, ItemTest)}


def _check_no_circle(
    specs: Specs, kind: str, start: str, following: Callable[[Specs, str], set[str]], path: tuple[str, ...] = ()
) -> None:
    if start in path:
        chain = " → ".join(str(_path(specs, kind, name)) for name in (*path, start))
        raise SpecError(f"{chain}: these refer to each other in a circle.")
    for name in sorted(following(specs, start) & set(getattr(specs, kind))):
        _check_no_circle(specs, kind, name, following, (*path, start))
