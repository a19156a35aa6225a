"""The reference of file formats: from the JSON Schemas, the registry of quantities and real answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from docs.generate.console import ROOT, run
from docs.generate.rule_pages import standing_day
from docs.generate.text import Pages, code, heading, link, page, part, plain, table, whole
from gateline.quantities import BIT_LENGTHS, QUANTITIES, Quantity
from gateline.report.wording import words
from gateline.rules.corpus import Specs
from gateline.schemas import FILES

Schema = dict[str, Any]
TITLES = {
    "chip": "Chip file",
    "system": "System file",
    "ledger": "Training ledger",
    "rule": "Rule file",
    "list": "List file",
    "instances": "Machine types",
    "plausibility": "Published limits",
    "mistakes": "Known slips",
}
SHOWN = 60
ANSWERED = ("gateline chip H20 --from US --to CN --hq CN", "gateline release --params 405e9 --tokens 15.6e12")


def format_pages(specs: Specs) -> Pages:
    """Every page about file formats."""
    schemas = {
        f"formats/{name}.md": _file(name, model.model_json_schema(by_alias=True)) for name, model in FILES.items()
    }
    return {
        "formats/index.md": _index(),
        "formats/quantities.md": _quantities(),
        "formats/columns.md": _columns(),
        "formats/json.md": _verdict(specs),
        **schemas,
    }


def _title(name: str) -> str:
    return TITLES.get(name, words(name).capitalize())


def _index() -> str:
    rows = [(link(_title(name), f"{name}.md"), plain(_first_line(FILES[name].__doc__))) for name in FILES]
    return page(
        heading(1, "File formats"),
        "What scripts may rely on is in [the interface](../interface.md). These pages list every key, made from the program itself.\n",
        table(["file", "what it is"], rows),
        "* [Names and units](quantities.md): every quantity, flag, name and date\n"
        "* [Columns of a table](columns.md)\n"
        "* [Keys of a JSON verdict](json.md)\n",
    )


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def _file(name: str, schema: Schema) -> str:
    parts = schema.get("$defs", {})
    return page(
        heading(1, _title(name)),
        f"{plain(schema.get('description', ''))}\n",
        "Unknown keys and keys that stand twice are errors, with file and line. A quantity may be a value with its unit, a range, or unknown.\n",
        _keys(schema),
        *(_part(title, definition) for title, definition in parts.items()),
    )


def _part(title: str, definition: Schema) -> str:
    about = f"{plain(definition['description'])}\n" if definition.get("description") else ""
    return page(f"## {plain(title)} {{ #{title.lower()} }}\n", about, _keys(definition) or f"{_type(definition)}\n")


def _keys(schema: Schema) -> str:
    required = schema.get("required", ())
    entries = sorted(schema.get("properties", {}).items(), key=lambda entry: entry[0] in QUANTITIES)
    rows = [
        (
            whole(code(key)),
            _type(entry),
            "required" if key in required else _default(entry),
            plain(entry.get("description") or _registered(key)),
        )
        for key, entry in entries
    ]
    return table(["key", "holds", "if left out", "meaning"], rows)


def _registered(key: str) -> str:
    return QUANTITIES[key].says if key in QUANTITIES else ""


def _default(entry: Schema) -> str:
    default = entry.get("default")
    return (
        "" if default in (None, "", []) else code("yes" if default is True else "no" if default is False else default)
    )


def _type(entry: Schema) -> str:
    """What a key holds, in words; parts of the format are linked."""
    if "$ref" in entry:
        name = entry["$ref"].rpartition("/")[2]
        return link(name, f"#{name.lower()}")
    if "const" in entry:
        return code(entry["const"])
    if "enum" in entry:
        return ", ".join(map(code, entry["enum"]))
    if "anyOf" in entry or "oneOf" in entry:
        alternatives = entry.get("anyOf") or entry["oneOf"]
        several = [_type(each) for each in alternatives if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(several))
    if entry.get("type") == "array":
        return f"list of {_type(entry.get('items', {}))}"
    if entry.get("type") == "object":
        return "mapping"
    return "text" if entry.get("type") == "string" else "value"


def _quantities() -> str:
    entries = sorted(QUANTITIES.values(), key=lambda entry: (entry.kind, entry.name))
    sections = [
        part(2, f"{kind.value}s".capitalize(), table(["name", "unit", "example", "meaning"], map(_quantity, group)))
        for kind, group in groupby(entries, key=lambda entry: entry.kind)
    ]
    return page(
        heading(1, "Names and units"),
        "One name for each thing, the same in files, columns, JSON, Python and rules. A number is written with its unit; any unit of the same "
        "dimension is read.\n",
        *sections,
    )


def _quantity(entry: Quantity) -> tuple[str, str, str, str]:
    aliases = f" Also read: {', '.join(map(code, entry.aliases))}." if entry.aliases else ""
    made_of = ""
    if entry.ratio:
        made_of = f" Follows from {' per '.join(_anchor(name) for name in entry.parts)}."
    elif entry.total_of:
        made_of = f" Follows from {' + '.join(_anchor(name) for name in entry.parts)}."
    return (
        f'<span id="{entry.name}">{code(entry.name)}</span>',
        plain(entry.unit or entry.of),
        code(entry.example) if entry.example else "",
        f"{plain(entry.says)}.{made_of}{aliases}",
    )


def _anchor(name: str) -> str:
    return link(words(name), f"#{name}")


def _columns() -> str:
    own = [
        ("id", "name of the row in the result; without it rows are numbered"),
        ("chip", "a chip of the catalogue; other cells of the row override its figures"),
        ("as_of", "the date of the row"),
        ("count", "how many; for the summary"),
        ("to, hq, consignee", "where it goes, headquarters of the recipient's parent, the recipient"),
        *((f"dense_rate_{bits}bit [TFLOP/s]", f"dense peak rate at {bits} bits") for bits in BIT_LENGTHS),
    ]
    written = [
        ("<rule>:outcome", "met, undetermined or not_met; empty where the rule does not gate on the date of the row"),
        ("<rule>:item", "the item that decides; undetermined where several are possible"),
    ]
    return page(
        heading(1, "Columns of a table"),
        "A heading is a canonical [name](quantities.md) with its unit in brackets where it is not the canonical one. An empty cell is unknown. "
        "Other columns are passed through. [The interface](../interface.md#a-table) has the whole contract.\n",
        part(2, "Columns beside the canonical names", table(["heading", "meaning"], _coded(own))),
        part(2, "Columns of the result", table(["heading", "meaning"], _coded(written))),
    )


def _coded(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((code(name), plain(says)) for name, says in rows)


def _verdict(specs: Specs) -> str:
    """Every key of real answers, with a value from the first that has it."""
    day = standing_day(specs)
    found: dict[str, str] = {}
    for answer in _answers(day):
        for path, value in _leaves(answer):
            found.setdefault(path, value)
    return page(
        heading(1, "Keys of a JSON verdict"),
        f"Every key that stands in the answers to {' and '.join(map(code, ANSWERED))} on {day}, with a value from them. What each key means is in [the interface](../interface.md#json-verdict-format-gatelineverdict1).\n",
        table(["key", "for example"], [(code(path), code(value)) for path, value in found.items()]),
    )


def _answers(day: date) -> Iterator[Schema]:
    for command in ANSWERED:
        yield json.loads(run(f"{command} --as-of {day} --format json", ROOT).out)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The path of every value; names of quantities, and places in lists, stand for all."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            name = "<quantity>" if key in QUANTITIES else "<reading>" if path == "readings" else key
            yield from _leaves(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _leaves(inner, f"{path}[]")
    else:
        text = json.dumps(value, ensure_ascii=False)
        yield path, text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
