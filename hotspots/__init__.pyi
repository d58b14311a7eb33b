"""The public names of this room, each said once: read by `lazy_loader`, type checkers and editors."""

from .assessment.assess import assess_response as assess_response
from .backtest.backtest import backtest_hotspots as backtest_hotspots
from .cameras.place import place_cameras as place_cameras
from .cells.count_and_score import count_cells as count_cells
from .cells.count_and_score import score_cells as score_cells
from .cells.density import smooth_density as smooth_density
from .change.compare_periods import compare_periods as compare_periods
from .change.track_indicators import track_indicators as track_indicators
from .change.trends import classify_trends as classify_trends
from .checks import InputError as InputError
from .common.calendars import read_calendar as read_calendar
from .dbscan.cluster import cluster_incidents as cluster_incidents
from .finding.agreed_list import read_hotspots as read_hotspots
from .finding.assign import assign_hotspots as assign_hotspots
from .finding.find import find_hotspots as find_hotspots
from .finding.match_runs import match_hotspots as match_hotspots
from .finding.outlines import outline_hotspots as outline_hotspots
from .large.aggregate import aggregate_incidents as aggregate_incidents
from .patrols.choose import choose_patrols as choose_patrols
from .patrols.monthly_return import summarise_visits as summarise_visits
from .patrols.timetable import timetable_patrols as timetable_patrols
from .patrols.visits import record_visits as record_visits
from .plans.draft import draft_plan as draft_plan
from .plans.record import Plan as Plan
from .plans.toml_file import read_plan as read_plan
from .reading.download import download_incidents as download_incidents
from .reading.incidents import read_incidents as read_incidents
from .reading.layouts import list_layouts as list_layouts
from .reading.problem_profiles import filter_profile as filter_profile
from .reading.rejects import tabulate_rejects as tabulate_rejects
from .reading.sources import read_sources as read_sources
from .repeats.describe_records import describe_records as describe_records
from .repeats.near_repeats import find_near_repeats as find_near_repeats
from .repeats.premises import rank_premises as rank_premises
from .repeats.repeat_places import rank_places as rank_places
from .severity.weigh import weigh_incidents as weigh_incidents
from .statistics.concentration import measure_concentration as measure_concentration
from .timing.profile_times import profile_times as profile_times

__version__: str
