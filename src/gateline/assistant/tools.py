"""The six tools: what each is asked, and how it answers."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from gateline.assistant.answers import Answer, Changes, Checked, ChipName, Chips, Explained, Item, Table, fitted
from gateline.assistant.checks import changes, checked, table
from gateline.assistant.store import SCHEME, Store
from gateline.documents import Document
from gateline.errors import InputError
from gateline.fields import Part, Written
from gateline.numerals import clip
from gateline.questions import (
    TableQuestion,
    chip_screening,
    chip_timelines,
    find_chips,
    of_content,
    release_screening,
    screen_csv,
)
from gateline.questions.models import ChipQuestion, Day, ReleaseQuestion, TimelineQuestion
from gateline.questions.tables import MAXIMUM_BYTES
from gateline.report import corpus, verdict_json
from gateline.report.timeline import timelines_json
from gateline.rules.specfiles import default_specs

MOST_CHIPS = 10
MOST_ROWS = 200
Json = dict[str, Any]


def _few(text: Any) -> int:
    if not isinstance(text, str) or not text.isdecimal() or not 1 <= int(text[:3]) <= MOST_CHIPS:
        raise InputError(f"'{clip(str(text))}' is not a whole number from 1 to {MOST_CHIPS}.")
    return int(text)


class ChipSearch(Part):
    """Which chips of the catalogue are called so."""

    query: str
    limit: Annotated[int, Written(_few, ""), WithJsonSchema({"type": "integer", "maximum": MOST_CHIPS})] = MOST_CHIPS


class TableCheck(Part):
    """A table as CSV text, or a file under the root of the server."""

    csv: str = Field(default="", description=f"CSV with a header, at most {MOST_ROWS} rows")
    path: str = Field(default="", description="a CSV file below --root")
    as_of: Day


class RuleOnDay(Part):
    """A rule on a day."""

    rule: str
    as_of: Day


@dataclass(frozen=True, slots=True)
class Session:
    """What the tools of one server share: the folder they may read from, if any, and the verdicts they gave."""

    root: Path | None = None
    store: Store = field(default_factory=Store)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: `says` is what an assistant is told of it; it takes `seldom` used keys too, without listing them."""

    says: str
    question: type[Part]
    answer: type[Answer]
    run: Callable[[Session, Json], Answer]
    seldom: tuple[str, ...] = ()

    def call(self, session: Session, arguments: Json) -> Json:
        """The answer as JSON types.

        Raises
        ------
        InputError
            If an argument is not known, or cannot be read.
        """
        return fitted(self.run(session, arguments))


def _asked(arguments: Json) -> Document:
    return of_content(arguments, "arguments")


def _find_chip(_: Session, arguments: Json) -> Chips:
    asked = _asked(arguments).validate(ChipSearch)
    found = find_chips(asked.query, asked.limit)
    names = [ChipName(each.id, each.name, each.vendor, list(each.aliases)) for each in found]
    told = ", ".join(each.id for each in names) if names else "none; describe the chip as an object"
    return Chips(f"Chips of the catalogue like '{clip(asked.query)}': {told}.", f"{SCHEME}chips", 0, names)


def _check_chip(session: Session, arguments: Json) -> Checked:
    screening = chip_screening(_asked(arguments))
    return checked(screening, session.store.keep(verdict_json.write([screening])))


def _check_release(session: Session, arguments: Json) -> Checked:
    screening = release_screening(_asked(arguments))
    return checked(screening, session.store.keep(verdict_json.write([screening])))


def _check_table(session: Session, arguments: Json) -> Table:
    given = arguments.get("csv", "")
    asked = _asked({key: value for key, value in arguments.items() if key != "csv"}).validate(TableCheck)
    if not isinstance(given, str) or bool(given) == bool(asked.path):
        raise InputError("arguments: give either csv, as text, or path.")
    if asked.path:
        data, question = _file(session, asked.path), TableQuestion(asked.as_of, all_columns=False)
    else:
        data = given.encode()
        question = TableQuestion(asked.as_of, all_columns=False, maximum_rows=MOST_ROWS)
    screened = screen_csv(data, question, asked.path or "csv")
    return table(screened, list(csv.DictReader(StringIO(screened.text))))


def _file(session: Session, path: str) -> bytes:
    """A file below the root.

    Raises
    ------
    InputError
        If there is no root, or the path leads out of it or to no file.
    """
    if session.root is None:
        raise InputError("path: this server reads no files. Send the table as csv, or start it with --root DIR.")
    root = session.root.resolve()
    try:
        whole = (root / path).resolve()
        if not whole.is_relative_to(root) or not whole.is_file():
            raise InputError(f"path: '{clip(path)}' is no file below the root of this server.")
        with whole.open("rb") as stream:
            return stream.read(MAXIMUM_BYTES + 1)
    except (OSError, ValueError):
        raise InputError(f"path: '{clip(path)}' cannot be read.") from None


def _explain_rule(_: Session, arguments: Json) -> Explained:
    asked = _asked(arguments).validate(RuleOnDay)
    found = default_specs().select((asked.rule,))
    if len(found) > 1:
        raise InputError(
            f"rule: '{clip(asked.rule)}' stands for {', '.join(each.id for each in found[:12])}. Write one."
        )
    [rule] = found
    version = rule.version_on(asked.as_of)
    if version is None:
        raise InputError(f"rule: {rule.id} had not been issued by {asked.as_of}.")
    page = corpus.version_page(version)
    status = version.status_on(asked.as_of).value
    return Explained(
        sentence=f"{rule.title}: version {version.id}, {status.replace('_', ' ')} on {asked.as_of}.",
        full=f"{SCHEME}rules/{rule.id}",
        left_out=0,
        version=version.id,
        status=status,
        effect=rule.effect,
        items=[Item(item["id"], item["says"], item["all"], item["cite"]) for item in page["items"]],
        exclusions=[f"{each['id']}: {each['says']} ({each['cite']})" for each in page["exclusions"]],
        citations=page["citations"],
        confidence=page["confidence"],
        notes=page["notes"],
    )


def _chip_timeline(session: Session, arguments: Json) -> Changes:
    timeline = chip_timelines(_asked(arguments))
    return changes(timeline, session.store.keep(timelines_json([timeline])))


TOOLS = {
    "find_chip": Tool("Find chips of the catalogue by name, alias or family.", ChipSearch, Chips, _find_chip),
    "check_chip": Tool(
        "Say how an AI chip or server lies to the lines of export control law on a date. "
        "chip is a catalogue name or an object as in a chip file; with from, to and hq also whether a licence is required.",
        ChipQuestion,
        Checked,
        _check_chip,
        ("consignee", "end_user", "end_user_country", "transaction", "rules", "strict_facts"),
    ),
    "check_release": Tool(
        "Say which training-compute thresholds a model meets on a date. "
        "Give params and tokens, or chip, chip_hours and utilization, or compute, or a ledger.",
        ReleaseQuestion,
        Checked,
        _check_release,
        ("rules", "strict_facts", "readings"),
    ),
    "check_table": Tool("Screen every row of a CSV table of chips or models.", TableCheck, Table, _check_table),
    "explain_rule": Tool(
        "Say what a rule asks for on a date: items, exclusions, citations.", RuleOnDay, Explained, _explain_rule
    ),
    "chip_timeline": Tool(
        "List the dates on which what gating rules say of a chip changes, and why.",
        TimelineQuestion,
        Changes,
        _chip_timeline,
        ("rules", "readings", "set", "role"),
    ),
}
