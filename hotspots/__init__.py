"""Points to places: read, weigh, find, time, compare, judge and patrol hotspots of crime and ASB."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hotspots.agreed import read_hotspots
    from hotspots.assess import assess_response
    from hotspots.assign import assign_hotspots
    from hotspots.backtest import backtest_hotspots, summarise_backtest
    from hotspots.calendars import read_calendar
    from hotspots.cameras import place_cameras
    from hotspots.cells import count_cells, label_cells, score_cells
    from hotspots.changes import compare_periods
    from hotspots.checks import InputError
    from hotspots.clusters import cluster_incidents
    from hotspots.concentration import draw_concentration, measure_concentration
    from hotspots.crosswalk import list_crosswalks, list_unmatched, read_crosswalk
    from hotspots.density import smooth_density
    from hotspots.dosage import summarise_visits
    from hotspots.download import download_incidents
    from hotspots.fairness import share_patrol_time
    from hotspots.find import find_hotspots
    from hotspots.fit import suggest_layouts
    from hotspots.identity import match_hotspots
    from hotspots.incidents import read_incidents
    from hotspots.layout import list_layouts
    from hotspots.near_repeats import find_near_repeats
    from hotspots.outlines import outline_hotspots
    from hotspots.patrols import choose_patrols
    from hotspots.plan_record import Plan
    from hotspots.plan_toml import read_plan
    from hotspots.premises import rank_premises
    from hotspots.profiles import filter_profile, list_profiles
    from hotspots.records import describe_records
    from hotspots.register import read_register
    from hotspots.rejects import tabulate_rejects
    from hotspots.repeats import rank_places
    from hotspots.sara import draft_plan
    from hotspots.scale import aggregate_incidents
    from hotspots.severity import explain_weights, weigh_incidents
    from hotspots.severity_table import tabulate_severity
    from hotspots.severity_weights import list_schemes
    from hotspots.sources import find_possible_duplicates, read_sources
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
    "assess_response",
    "assign_hotspots",
    "backtest_hotspots",
    "choose_patrols",
    "classify_trends",
    "cluster_incidents",
    "compare_periods",
    "count_cells",
    "describe_records",
    "download_incidents",
    "draft_plan",
    "draw_concentration",
    "draw_times",
    "explain_weights",
    "filter_profile",
    "find_hotspots",
    "find_near_repeats",
    "find_possible_duplicates",
    "label_cells",
    "list_crosswalks",
    "list_layouts",
    "list_profiles",
    "list_schemes",
    "list_unmatched",
    "match_hotspots",
    "measure_concentration",
    "outline_hotspots",
    "place_cameras",
    "profile_times",
    "rank_places",
    "rank_premises",
    "read_calendar",
    "read_crosswalk",
    "read_hotspots",
    "read_incidents",
    "read_plan",
    "read_register",
    "read_sources",
    "record_visits",
    "score_cells",
    "share_patrol_time",
    "smooth_density",
    "suggest_layouts",
    "summarise_backtest",
    "summarise_visits",
    "tabulate_rejects",
    "tabulate_severity",
    "timetable_patrols",
    "track_indicators",
    "weigh_incidents",
]

# Where each name lives: a module is imported when one of its names is asked for, which makes the first
# import of the room a matter of milliseconds.
_HOMES = {
    "InputError": "checks",
    "Plan": "plan_record",
    "aggregate_incidents": "scale",
    "assess_response": "assess",
    "assign_hotspots": "assign",
    "backtest_hotspots": "backtest",
    "choose_patrols": "patrols",
    "classify_trends": "trends",
    "cluster_incidents": "clusters",
    "compare_periods": "changes",
    "count_cells": "cells",
    "describe_records": "records",
    "download_incidents": "download",
    "draft_plan": "sara",
    "draw_concentration": "concentration",
    "draw_times": "timing_picture",
    "explain_weights": "severity",
    "filter_profile": "profiles",
    "find_hotspots": "find",
    "find_near_repeats": "near_repeats",
    "find_possible_duplicates": "sources",
    "label_cells": "cells",
    "list_crosswalks": "crosswalk",
    "list_layouts": "layout",
    "list_profiles": "profiles",
    "list_schemes": "severity_weights",
    "list_unmatched": "crosswalk",
    "match_hotspots": "identity",
    "measure_concentration": "concentration",
    "outline_hotspots": "outlines",
    "place_cameras": "cameras",
    "profile_times": "timing",
    "rank_places": "repeats",
    "rank_premises": "premises",
    "read_calendar": "calendars",
    "read_crosswalk": "crosswalk",
    "read_hotspots": "agreed",
    "read_incidents": "incidents",
    "read_plan": "plan_toml",
    "read_register": "register",
    "read_sources": "sources",
    "record_visits": "visits",
    "score_cells": "cells",
    "share_patrol_time": "fairness",
    "smooth_density": "density",
    "suggest_layouts": "fit",
    "summarise_backtest": "backtest",
    "summarise_visits": "dosage",
    "tabulate_rejects": "rejects",
    "tabulate_severity": "severity_table",
    "timetable_patrols": "timetable",
    "track_indicators": "tracking",
    "weigh_incidents": "severity",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'hotspots' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"hotspots.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
