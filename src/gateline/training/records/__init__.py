"""Records that a lab already has, read into accelerator-hours; what could count twice is merged or told apart."""

from gateline.training.records.detect import Detected, detect, read_records
from gateline.training.records.model import Entry, Figure, Records, Remark
from gateline.training.records.utilization import Recompute, Utilization, model_utilization

__all__ = [
    "Detected",
    "Entry",
    "Figure",
    "Recompute",
    "Records",
    "Remark",
    "Utilization",
    "detect",
    "model_utilization",
    "read_records",
]
