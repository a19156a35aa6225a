"""Folders out: one part per part of the input, each whole or not there, and a record of what is finished."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateline.errors import InputError
from gateline.fleet.headers import read_header
from gateline.fleet.outputs import Output
from gateline.fleet.parts import Part
from gateline.fleet.rejects import RejectsFile
from gateline.fleet.run import Progress, Setting, prepare, remarks, stream
from gateline.fleet.storage import Folder
from gateline.fleet.summary import FleetSummary, Understated
from gateline.fleet.totals import Totals
from gateline.version import __version__

FORMAT = "gateline.fleet-folder/1"
MANIFEST = "_manifest.json"
"""Lists the parts of a folder; it is written last, so that a folder without it is not complete."""
RECORDS, REJECTS = "_parts", "_rejects"
COUNTED = ("verdicts", "units", "items")
"""What a summary counts per rule."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a finished part.

    Attributes
    ----------
    part : str
    setting : str
        Digest of everything that decides the result beside the part itself.
    source : list
        Size of the input file, and when it was last changed.
    sha256 : str
        Digest of the part.
    summary : dict
    """

    part: str
    setting: str
    source: list[Any]
    sha256: str
    summary: dict[str, Any]

    @classmethod
    def read(cls, folder: Folder, part: str) -> Record | None:
        """The record of a part; None where there is none that can be read."""
        try:
            return cls(**json.loads(folder.read(f"{RECORDS}/{part}.json")))
        except (OSError, ValueError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class FolderRun:
    """Screens parts into a folder; it can be sent to other processes.

    Attributes
    ----------
    setting : Setting
    output : Folder
    resume : bool
        Whether parts that an earlier run has finished are kept.
    threads : int
        How many threads screen one part, beside one that reads; none means that one thread does everything.
    """

    setting: Setting
    output: Folder
    resume: bool
    threads: int = 0

    def screen(self, part: Part) -> FleetSummary:
        """Screen one part, unless it is finished and still what was written.

        Raises
        ------
        InputError
            If the part cannot be read.
        """
        source = part.folder.state(part.file)
        if self.resume and (finished := self._finished(part, source)):
            return finished
        reader = part.open()
        screener, plan = prepare(self.setting, reader)
        summary = FleetSummary(remarks=remarks(plan.header))
        stored = [name for name, _ in part.partition]
        with (
            self.output.writing(f"{REJECTS}/{part.name}.csv") as rejects,
            self.output.writing(part.name) as target,
            _output(target) as out,
            RejectsFile(rejects) as listed,
            closing(stream(screener, plan, reader, self.threads, part.first)) as results,
        ):
            for result in results:
                summary.add(result.summary.of_part(part.file))
                out.write({name: column for name, column in result.columns.items() if name not in stored})
                if result.rejects:
                    rejects.parent.mkdir(parents=True, exist_ok=True)
                    listed.write(result.rejects)
        found = self.output.digest(part.name)
        record = Record(part.name, self.digest(), source, found or "", _told(summary))
        self.output.write(f"{RECORDS}/{part.name}.json", json.dumps(asdict(record), sort_keys=True, ensure_ascii=False))
        return summary

    def _finished(self, part: Part, source: list[Any]) -> FleetSummary | None:
        """What became of a part that an earlier run finished in the same setting."""
        record = Record.read(self.output, part.name)
        if record is None or (record.setting, record.source) != (self.digest(), source):
            return None
        if self.output.digest(part.name) != record.sha256:
            return None
        summary = _read(record.summary)
        summary.skipped = 1
        return summary

    def digest(self) -> str:
        """Of everything that decides the result of a part beside the part itself."""
        request = self.setting.request
        decides = {
            "gateline": __version__,
            "specs": self.setting.specs.digest,
            "as_of": request.as_of.isoformat(),
            "role": request.role,
            "rules": request.rules,
            "strict_facts": request.strict_facts,
            "readings": dict(request.readings),
            "all_columns": self.setting.all_columns,
            "totals": self.setting.totals,
        }
        return sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    def prepare(self, parts: Sequence[Part]) -> None:
        """Make the folder, and refuse one that holds something else.

        Raises
        ------
        InputError
            If it is no folder, or is not empty and the run is not to be resumed.
        """
        try:
            self.output.make()
            held = bool(self.output.files())
        except OSError as error:
            raise InputError(f"{self.output}: cannot be written: {error.strerror or error}.") from None
        if held and not self.resume:
            raise InputError(f"{self.output}: is not empty. Name a new folder, or go on with --resume.")
        self.output.remove(MANIFEST)
        self._sweep(parts)

    def _sweep(self, parts: Sequence[Part]) -> None:
        """Remove what killed runs and killed workers have left of the parts."""
        for part in parts:
            self.output.sweep(part.name)

    def complete(self, parts: Sequence[Part]) -> None:
        """Write the list of all parts, which says that the folder is complete."""
        self._sweep(parts)
        records = [Record.read(self.output, part.name) for part in parts]
        listed = [
            {
                "part": record.part,
                "sha256": record.sha256,
                "rows": record.summary["rows"],
                "rejected": record.summary["rejected"],
            }
            for record in records
            if record is not None
        ]
        manifest = {"format": FORMAT, "setting": self.digest(), "specs": self.setting.specs.digest, "parts": listed}
        self.output.write(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))


Engine = Callable[[FolderRun, Sequence[Part]], Generator[FleetSummary]]
"""Screens parts, each once, and gives what became of them in any order."""


def in_threads(run: FolderRun, parts: Sequence[Part]) -> Generator[FleetSummary]:
    """What becomes of each part, in any order; as many are screened at a time as there are threads."""
    with ThreadPoolExecutor(run.setting.threads) as pool:
        waiting = [pool.submit(run.screen, part) for part in parts]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def run_folder(
    run: FolderRun, parts: Sequence[Part], progress: Progress | None = None, engine: Engine = in_threads
) -> FleetSummary:
    """Screen parts into a folder.

    Parameters
    ----------
    run : FolderRun
    parts : sequence of Part
    progress : callable
        Called after each part.
    engine : callable
        What screens the parts, here or elsewhere.

    Raises
    ------
    InputError
        If a part or the folder cannot be used, or no row at all could be read.
    """
    reader = parts[0].open()
    prepare(run.setting, reader)
    run.prepare(parts)
    total, done = sum(part.rows for part in parts), 0
    summary = FleetSummary(remarks=remarks(read_header(list(reader.header), reader.source)))
    with closing(engine(run, parts)) as screened:
        for found in screened:
            summary.add(found)
            done += found.rows
            if progress is not None:
                progress(done, done, total)
    if summary.rejected == summary.rows:
        raise InputError(
            f"{parts[0].folder}: none of the {summary.rows:,} rows could be read; {run.output.where(REJECTS)} lists why."
        )
    run.complete(parts)
    return summary


def _output(path: Path) -> Output:
    path.parent.mkdir(parents=True, exist_ok=True)
    return Output(path)


def _told(summary: FleetSummary) -> dict[str, Any]:
    """A summary as JSON."""
    counted = {name: {rule: dict(counts) for rule, counts in getattr(summary, name).items()} for name in COUNTED}
    told = {name: getattr(summary, name) for name in ("rows", "rejected", "assumed", "remarks")}
    totals = summary.totals and summary.totals.told()
    understated = {name: [found.count, found.rows] for name, found in summary.understated.items()}
    return {**told, **counted, "slow": sorted(summary.slow), "understated": understated, "totals": totals}


def _read(told: dict[str, Any]) -> FleetSummary:
    """A summary from JSON."""
    counted = {name: {rule: Counter(counts) for rule, counts in told[name].items()} for name in COUNTED}
    totals = told["totals"] and Totals.read(told["totals"])
    understated = {
        name: Understated(count, tuple((part, row) for part, row in rows))
        for name, (count, rows) in told["understated"].items()
    }
    kept = {"slow": set(told["slow"]), "understated": understated, "totals": totals}
    return FleetSummary(**{**told, **counted, **kept})
