"""The quantities that the rules test, as pure array functions.

Arrays are float64, or object arrays of ``fractions.Fraction`` for exact results; the same code serves both.
NaN means unknown, and anything computed from an unknown is unknown.
"""

from gateline.metrics.arrays import UNDEFINED
from gateline.metrics.chips import (
    applicable_die_area,
    approximated_transistor_count,
    memory_bandwidth_density,
    performance_density,
    processing_performance,
    total_processing_performance,
)
from gateline.metrics.training import (
    additional_training_share,
    compute_from_architecture,
    compute_from_hardware,
    operations_per_token,
)

__all__ = [
    "UNDEFINED",
    "additional_training_share",
    "applicable_die_area",
    "approximated_transistor_count",
    "compute_from_architecture",
    "compute_from_hardware",
    "memory_bandwidth_density",
    "operations_per_token",
    "performance_density",
    "processing_performance",
    "total_processing_performance",
]
