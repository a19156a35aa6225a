"""Which sort of record a file or folder is, by what is in it, and the reader for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateline.errors import InputError
from gateline.training.records import billing, codecarbon, dcgm, mlflow, slurm, trainer, wandb
from gateline.training.records.model import Records
from gateline.training.records.text import Table, parse_json, read_table, read_text

READERS: dict[str, Callable[[str | Path], Records]] = {
    "slurm": slurm.read,
    "billing": billing.read,
    "dcgm": dcgm.read,
    "wandb": wandb.read,
    "mlflow": mlflow.read,
    "trainer_state": trainer.read,
    "codecarbon": codecarbon.read,
}
WANTED = (
    "sacct -P, a cloud bill or a table instance_type,hours,count, DCGM samples, wandb-metadata.json, mlruns, "
    "trainer_state.json or emissions.csv"
)


@dataclass(frozen=True, slots=True)
class Detected:
    """A sort of record, and what shows that it is one."""

    format: str
    because: str


def read_records(path: str | Path) -> Records:
    """The records at `path`, whatever tool wrote them.

    Raises
    ------
    InputError
        If they are of no sort that is known, or cannot be read.
    """
    return READERS[detect(path).format](path)


def detect(path: str | Path) -> Detected:
    """Which sort of record stands at `path`; its name does not matter.

    Raises
    ------
    InputError
        If it is of none that is known.
    """
    if Path(path).is_dir():
        return _folder(Path(path))
    text = read_text(path)
    if text.lstrip()[:1] in ("{", "["):
        found = _json(parse_json(text, str(path)))
    elif "|" in text.split("\n", 1)[0]:
        table = read_table(path, slurm.MARK)
        found = Detected("slurm", "a column JobID, separated by |") if "jobid" in table.headings else None
    else:
        found = _table(read_table(path))
    if found is None:
        raise InputError(f"{path}: is no record that is known. Give {WANTED}.")
    return found


def _folder(path: Path) -> Detected:
    if wandb.metadata_files(path):
        return Detected("wandb", f"a file {wandb.METADATA} in the folder")
    if mlflow.meta_files(path):
        return Detected("mlflow", f"a file {mlflow.META} in the folder")
    raise InputError(f"{path}: is a folder without {wandb.METADATA} or {mlflow.META}. Give {WANTED}.")


def _json(content: Any) -> Detected | None:
    if trainer.is_state(content):
        return Detected("trainer_state", "keys global_step and log_history")
    if isinstance(content, dict) and "startedAt" in content and ({"gpu", "gpu_count", "host"} & content.keys()):
        return Detected("wandb", "keys startedAt and gpu, gpu_count or host")
    return None


def _table(table: Table) -> Detected | None:
    headings = set(table.headings)
    if headings.issuperset(codecarbon.NEEDED):
        return Detected("codecarbon", f"columns {', '.join(codecarbon.NEEDED)}")
    if headings.issuperset(("run_id", "start_time", "end_time")):
        return Detected("mlflow", "columns run_id, start_time, end_time")
    if dcgm.is_samples(table):
        return Detected("dcgm", "times, GPUs and metrics named DCGM_FI_…")
    layout = billing.layout_of(table)
    return Detected("billing", f"columns of: {layout.title}") if layout else None
