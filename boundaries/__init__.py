"""Places to areas: wards, Local Area Plans and every boundary a partnership uses, each incident once."""

from boundaries.areas import read_areas
from boundaries.attach import attach_areas
from boundaries.download import download_areas
from boundaries.layers import read_layers
from boundaries.lookups import join_lookup, read_lookup
from boundaries.nest import centre_area, nest_areas
from boundaries.overlaps import measure_overlaps
from boundaries.summarise import summarise_areas
from boundaries.vintages import compare_vintages, group_codes, join_vintages

__all__ = [
    "attach_areas",
    "centre_area",
    "compare_vintages",
    "download_areas",
    "group_codes",
    "join_lookup",
    "join_vintages",
    "measure_overlaps",
    "nest_areas",
    "read_areas",
    "read_layers",
    "read_lookup",
    "summarise_areas",
]
