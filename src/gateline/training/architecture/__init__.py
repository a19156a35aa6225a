"""Exact operations of a model from its architecture: parameters, forward and backward, phases, conventions."""

from gateline.training.architecture.conventions import by_convention, spread
from gateline.training.architecture.counting import Cost, Operations
from gateline.training.architecture.families import FAMILIES, read_model
from gateline.training.architecture.model import Model, Parameters
from gateline.training.architecture.phases import (
    PhaseOperations,
    distillation,
    generation,
    preference,
    reinforcement,
    training,
)
from gateline.training.architecture.tuning import FULL, Tuning

__all__ = [
    "FAMILIES",
    "FULL",
    "Cost",
    "Model",
    "Operations",
    "Parameters",
    "PhaseOperations",
    "Tuning",
    "by_convention",
    "distillation",
    "generation",
    "preference",
    "read_model",
    "reinforcement",
    "spread",
    "training",
]
