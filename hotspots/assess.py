"""Did it work: the response areas before and after, beside areas that had no response."""

from __future__ import annotations

from hotspots.displacement import (
    Difference,
    Quotient,
    detectable_fall,
    weigh_differences,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)

__all__ = [
    "Difference",
    "Quotient",
    "detectable_fall",
    "weigh_differences",
    "weighted_displacement_difference",
    "weighted_displacement_quotient",
]
