"""Points to places: read, weigh, find, time, compare, judge and patrol hotspots of crime and ASB."""

from hotspots.agreed import mark_unlisted, read_hotspots
from hotspots.assess import assess_response, propose_comparators
from hotspots.assign import assign_hotspots
from hotspots.backtest import backtest_hotspots, summarise_backtest
from hotspots.calendars import mark_calendar, read_calendar
from hotspots.cameras import place_cameras
from hotspots.cells import assign_cells, count_cells, label_cells, score_cells
from hotspots.changes import compare_periods
from hotspots.checks import InputError
from hotspots.clusters import cluster_incidents
from hotspots.concentration import draw_concentration, gini, lorenz_curve, measure_concentration
from hotspots.coverage import check_coverage, describe_coverage
from hotspots.crosswalk import (
    count_priorities,
    crosswalk_categories,
    flag_proactive,
    list_crosswalks,
    list_unmatched,
    read_crosswalk,
)
from hotspots.density import smooth_density
from hotspots.dosage import describe_visits, summarise_outputs, summarise_visits
from hotspots.download import download_incidents
from hotspots.fairness import share_patrol_time
from hotspots.find import find_hotspots
from hotspots.fit import describe_fit, fit_layout, suggest_layouts
from hotspots.forecast import draw_backtest, score_forecast
from hotspots.identity import match_hotspots
from hotspots.incidents import read_incidents
from hotspots.kinds import count_kinds, name_kinds
from hotspots.layout import list_layouts, load_layout
from hotspots.lists import compare_lists
from hotspots.near_repeats import find_near_repeats
from hotspots.outlines import outline_hotspots
from hotspots.own_areas import count_own_areas
from hotspots.patrols import choose_patrols
from hotspots.plan_assess import assess_plan
from hotspots.plan_names import draft_person_plan
from hotspots.plan_record import Plan
from hotspots.plan_toml import read_plan, write_record
from hotspots.premises import assign_premises, rank_premises
from hotspots.profiles import describe_profile, filter_profile, list_profiles, load_profile, match_profile
from hotspots.records import describe_records, tabulate_records
from hotspots.register import read_register
from hotspots.rejects import diagnose_rejects, refuse_systematic, tabulate_rejects
from hotspots.repeats import rank_places
from hotspots.sara import draft_plan
from hotspots.scale import aggregate_incidents
from hotspots.selection import explain_no_arrow
from hotspots.severity import explain_weights, list_unweighed, weigh_incidents
from hotspots.severity_mix import list_mixes, mix_weights, read_mix
from hotspots.severity_table import name_score, tabulate_severity
from hotspots.severity_weights import list_schemes, read_weights
from hotspots.sites import street_junctions
from hotspots.sources import combine_incidents, find_possible_duplicates, read_sources
from hotspots.timetable import timetable_patrols
from hotspots.timing import profile_times
from hotspots.timing_picture import draw_times
from hotspots.tracking import track_indicators
from hotspots.trends import classify_trends
from hotspots.visits import record_visits

__all__ = [
    "InputError",
    "Plan",
    "aggregate_incidents",
    "assess_plan",
    "assess_response",
    "assign_cells",
    "assign_hotspots",
    "assign_premises",
    "backtest_hotspots",
    "check_coverage",
    "choose_patrols",
    "classify_trends",
    "cluster_incidents",
    "combine_incidents",
    "compare_lists",
    "compare_periods",
    "count_cells",
    "count_kinds",
    "count_own_areas",
    "count_priorities",
    "crosswalk_categories",
    "describe_coverage",
    "describe_fit",
    "describe_profile",
    "describe_records",
    "describe_visits",
    "diagnose_rejects",
    "download_incidents",
    "draft_person_plan",
    "draft_plan",
    "draw_backtest",
    "draw_concentration",
    "draw_times",
    "explain_no_arrow",
    "explain_weights",
    "filter_profile",
    "find_hotspots",
    "find_near_repeats",
    "find_possible_duplicates",
    "fit_layout",
    "flag_proactive",
    "gini",
    "label_cells",
    "list_crosswalks",
    "list_layouts",
    "list_mixes",
    "list_profiles",
    "list_schemes",
    "list_unmatched",
    "list_unweighed",
    "load_layout",
    "load_profile",
    "lorenz_curve",
    "mark_calendar",
    "mark_unlisted",
    "match_hotspots",
    "match_profile",
    "measure_concentration",
    "mix_weights",
    "name_kinds",
    "name_score",
    "outline_hotspots",
    "place_cameras",
    "profile_times",
    "propose_comparators",
    "rank_places",
    "rank_premises",
    "read_calendar",
    "read_crosswalk",
    "read_hotspots",
    "read_incidents",
    "read_mix",
    "read_plan",
    "read_register",
    "read_sources",
    "read_weights",
    "record_visits",
    "refuse_systematic",
    "score_cells",
    "score_forecast",
    "share_patrol_time",
    "smooth_density",
    "street_junctions",
    "suggest_layouts",
    "summarise_backtest",
    "summarise_outputs",
    "summarise_visits",
    "tabulate_records",
    "tabulate_rejects",
    "tabulate_severity",
    "timetable_patrols",
    "track_indicators",
    "weigh_incidents",
    "write_record",
]
