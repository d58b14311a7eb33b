"""What leaves the building: maps, plans, tables and the pack, through one gate."""

from maps.area_map import draw_area_map, write_area_map
from maps.document import write_plan
from maps.meeting_pack import write_pack
from maps.patrol_card import patrol_layers, write_calendar, write_cards
from maps.plan_folder import assess_record, update_plans
from maps.plan_store import open_plan, save_plan
from maps.web import draw_map, write_map

__all__ = [
    "assess_record",
    "draw_area_map",
    "draw_map",
    "open_plan",
    "patrol_layers",
    "save_plan",
    "update_plans",
    "write_area_map",
    "write_calendar",
    "write_cards",
    "write_map",
    "write_pack",
    "write_plan",
]
