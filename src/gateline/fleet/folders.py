"""Folders out: one part per part of the input, each whole or not there, and a record of what is finished."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from gateline.errors import InputError
from gateline.fleet.headers import read_header
from gateline.fleet.outputs import Output, write_whole
from gateline.fleet.parts import Part
from gateline.fleet.rejects import RejectsFile
from gateline.fleet.run import Progress, Setting, prepare, remarks, stream
from gateline.fleet.summary import FleetSummary
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
    source : list of int
        Size of the input file, and when it was last changed, in nanoseconds.
    sha256 : str
        Digest of the part.
    summary : dict
    """

    part: str
    setting: str
    source: list[int]
    sha256: str
    summary: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Record | None:
        """The record in a file; None where there is none that can be read."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class FolderRun:
    """Screens parts into a folder; it can be sent to other processes.

    Attributes
    ----------
    setting : Setting
    output : Path
    resume : bool
        Whether parts that an earlier run has finished are kept.
    threads : int
        How many threads screen one part, beside one that reads; none means that one thread does everything.
    """

    setting: Setting
    output: Path
    resume: bool
    threads: int = 0

    def screen(self, part: Part) -> FleetSummary:
        """Screen one part, unless it is finished and still what was written.

        Raises
        ------
        InputError
            If the part cannot be read.
        """
        record_path = self.output / RECORDS / f"{part.name}.json"
        source = _state(part.path)
        if self.resume and (finished := self._finished(part, source, record_path)):
            return finished
        target = self.output / part.name
        target.parent.mkdir(parents=True, exist_ok=True)
        record_path.parent.mkdir(parents=True, exist_ok=True)
        reader = part.open()
        screener, plan = prepare(self.setting, reader)
        rejects = self.output / REJECTS / f"{part.name}.csv"
        summary = FleetSummary(remarks=remarks(plan.header))
        stored = [name for name, _ in part.partition]
        with Output(target) as out, RejectsFile(rejects) as listed:
            for result in stream(screener, plan, reader, self.threads, part.first):
                summary.add(result.summary)
                out.write({name: column for name, column in result.columns.items() if name not in stored})
                if result.rejects:
                    rejects.parent.mkdir(parents=True, exist_ok=True)
                    listed.write(result.rejects)
        record = Record(part.name, self.digest(), source, _digest(target), _told(summary))
        write_whole(record_path, json.dumps(asdict(record), sort_keys=True, ensure_ascii=False))
        return summary

    def _finished(self, part: Part, source: list[int], record_path: Path) -> FleetSummary | None:
        """What became of a part that an earlier run finished in the same setting."""
        record, target = Record.read(record_path), self.output / part.name
        if record is None or (record.setting, record.source) != (self.digest(), source) or not target.is_file():
            return None
        if _digest(target) != record.sha256:
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
            self.output.mkdir(parents=True, exist_ok=True)
            held = any(self.output.iterdir())
        except OSError as error:
            raise InputError(f"{self.output}: cannot be written: {error.strerror or error}.") from None
        if held and not self.resume:
            raise InputError(f"{self.output}: is not empty. Name a new folder, or go on with --resume.")
        (self.output / MANIFEST).unlink(missing_ok=True)
        for part in parts:
            target = self.output / part.name
            for left in target.parent.glob(f".{target.name}.*"):
                left.unlink()

    def complete(self, parts: Sequence[Part]) -> None:
        """Write the list of all parts, which says that the folder is complete."""
        records = [Record.read(self.output / RECORDS / f"{part.name}.json") for part in parts]
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
        write_whole(self.output / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))


def run_folder(run: FolderRun, parts: Sequence[Part], progress: Progress | None = None) -> FleetSummary:
    """Screen parts into a folder, as many at a time as there are threads.

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
    with ThreadPoolExecutor(run.setting.threads) as pool:
        waiting = [pool.submit(run.screen, part) for part in parts]
        try:
            for future in as_completed(waiting):
                found = future.result()
                summary.add(found)
                done += found.rows
                if progress is not None:
                    progress(done, done, total)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    if summary.rejected == summary.rows:
        raise InputError(
            f"{parts[0].path.parent}: none of the {summary.rows:,} rows could be read; {run.output / REJECTS} lists why."
        )
    run.complete(parts)
    return summary


def _state(path: Path) -> list[int]:
    """What tells a file that was changed."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _told(summary: FleetSummary) -> dict[str, Any]:
    """A summary as JSON."""
    counted = {name: {rule: dict(counts) for rule, counts in getattr(summary, name).items()} for name in COUNTED}
    told = {name: getattr(summary, name) for name in ("rows", "rejected", "assumed", "remarks")}
    totals = summary.totals and summary.totals.told()
    return {**told, **counted, "slow": sorted(summary.slow), "totals": totals}


def _read(told: dict[str, Any]) -> FleetSummary:
    """A summary from JSON."""
    counted = {name: {rule: Counter(counts) for rule, counts in told[name].items()} for name in COUNTED}
    totals = told["totals"] and Totals.read(told["totals"])
    return FleetSummary(**{**told, **counted, "slow": set(told["slow"]), "totals": totals})
