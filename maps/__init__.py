"""What leaves the building: maps, plans, tables and the pack, through one gate."""

from maps.document import write_plan

__all__ = ["write_plan"]
