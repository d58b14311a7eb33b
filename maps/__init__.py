"""What leaves the building: maps, plans, tables and the pack, through one gate."""

from maps.plans.open_folder import assess_record, update_plans
from maps.plans.store import open_plan, save_plan
from maps.plans.write_plan import write_plan
from maps.results.meeting_pack import write_pack
from maps.results.patrol_cards import patrol_layers, write_calendar, write_cards
from maps.web.area_map import draw_area_map, write_area_map
from maps.web.hotspot_map import draw_map, write_map

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
