"""JSON Schemas of the files that people write, for their editors; ``make schemas`` writes them to ``specs/schemas``."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from gateline.chips.chipfile import Chip
from gateline.chips.limits import Limits
from gateline.clusters.systemfile import System
from gateline.rules.list_schema import ListFile
from gateline.rules.schema import RuleFile
from gateline.rules.specfiles import specs_folder
from gateline.training.ledger import Ledger
from gateline.training.limits import Limits as MistakeLimits
from gateline.training.records.instances import InstancesFile

FILES: dict[str, type[BaseModel]] = {
    "rule": RuleFile,
    "list": ListFile,
    "chip": Chip,
    "system": System,
    "ledger": Ledger,
    "plausibility": Limits,
    "mistakes": MistakeLimits,
    "instances": InstancesFile,
}


def schema_text(model: type[BaseModel]) -> str:
    """The JSON Schema of a file format, always the same bytes."""
    return json.dumps(model.model_json_schema(by_alias=True), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> None:
    """Write every schema into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in FILES.items():
        (folder / f"{name}.schema.json").write_text(schema_text(model), encoding="utf-8")


if __name__ == "__main__":
    write_schemas(specs_folder() / "schemas")
