"""What leaves the building: maps, plans, tables and the pack, through one gate."""

from maps.document import write_plan
from maps.web import draw_map, write_map

__all__ = ["draw_map", "write_map", "write_plan"]
