"""The public names of this room, each said once: read by `lazy_loader`, type checkers and editors."""

from .plans.closed import close_record as close_record
from .plans.closed import reopen_record as reopen_record
from .plans.open_folder import assess_record as assess_record
from .plans.open_folder import update_plans as update_plans
from .plans.store import open_plan as open_plan
from .plans.store import save_plan as save_plan
from .plans.write_plan import write_plan as write_plan
from .results.meeting_pack import write_pack as write_pack
from .results.patrol_cards import write_calendar as write_calendar
from .results.patrol_cards import write_cards as write_cards
from .strategy.write import write_strategy as write_strategy
from .streets.files import read_ground as read_ground
from .web.area_map import draw_area_map as draw_area_map
from .web.area_map import write_area_map as write_area_map
from .web.hotspot_map import draw_map as draw_map
from .web.hotspot_map import write_map as write_map
