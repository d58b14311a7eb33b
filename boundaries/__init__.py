"""Places to areas: wards, Local Area Plans and every boundary a partnership uses, each incident once."""

from boundaries.areas import read_areas
from boundaries.attach import attach_areas
from boundaries.coverage import measure_overlaps
from boundaries.rates import summarise_areas

__all__ = ["attach_areas", "measure_overlaps", "read_areas", "summarise_areas"]
