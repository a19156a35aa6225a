"""Records that a lab already has, read into accelerator-hours; what could count twice is merged or told apart."""

from gateline.training.records.detect import Detected, detect, read_records
from gateline.training.records.model import Entry, Figure, Records, Remark

__all__ = [
    "Detected",
    "Entry",
    "Figure",
    "Records",
    "Remark",
    "detect",
    "read_records",
]
