"""Points to places: read, weigh, find, time, compare, judge and patrol hotspots of crime and ASB."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hotspots.assessment.assess import assess_response
    from hotspots.backtest.backtest import backtest_hotspots, summarise_backtest
    from hotspots.cameras.place import place_cameras
    from hotspots.cameras.register import read_register
    from hotspots.cells.count_and_score import count_cells, label_cells, score_cells
    from hotspots.cells.density import smooth_density
    from hotspots.change.compare_periods import compare_periods
    from hotspots.change.track_indicators import track_indicators
    from hotspots.change.trends import classify_trends
    from hotspots.checks import InputError
    from hotspots.common.calendars import read_calendar
    from hotspots.dbscan.cluster import cluster_incidents
    from hotspots.finding.agreed_list import read_hotspots
    from hotspots.finding.assign import assign_hotspots
    from hotspots.finding.find import find_hotspots
    from hotspots.finding.match_runs import match_hotspots
    from hotspots.finding.outlines import outline_hotspots
    from hotspots.large.aggregate import aggregate_incidents
    from hotspots.patrols.choose import choose_patrols
    from hotspots.patrols.fairness import share_patrol_time
    from hotspots.patrols.monthly_return import summarise_visits
    from hotspots.patrols.timetable import timetable_patrols
    from hotspots.patrols.visits import record_visits
    from hotspots.plans.draft import draft_plan
    from hotspots.plans.record import Plan
    from hotspots.plans.toml_file import read_plan
    from hotspots.reading.crosswalks import list_crosswalks, list_unmatched, read_crosswalk
    from hotspots.reading.download import download_incidents
    from hotspots.reading.incidents import read_incidents
    from hotspots.reading.layout_fit import suggest_layouts
    from hotspots.reading.layouts import list_layouts
    from hotspots.reading.problem_profiles import filter_profile, list_profiles
    from hotspots.reading.rejects import tabulate_rejects
    from hotspots.reading.sources import find_possible_duplicates, read_sources
    from hotspots.repeats.describe_records import describe_records
    from hotspots.repeats.near_repeats import find_near_repeats
    from hotspots.repeats.premises import rank_premises
    from hotspots.repeats.repeat_places import rank_places
    from hotspots.severity.by_area import tabulate_severity
    from hotspots.severity.weigh import explain_weights, weigh_incidents
    from hotspots.severity.weights import list_schemes
    from hotspots.statistics.concentration import draw_concentration, measure_concentration
    from hotspots.timing.draw_times import draw_times
    from hotspots.timing.profile_times import profile_times

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
    "Plan": "plans.record",
    "aggregate_incidents": "large.aggregate",
    "assess_response": "assessment.assess",
    "assign_hotspots": "finding.assign",
    "backtest_hotspots": "backtest.backtest",
    "choose_patrols": "patrols.choose",
    "classify_trends": "change.trends",
    "cluster_incidents": "dbscan.cluster",
    "compare_periods": "change.compare_periods",
    "count_cells": "cells.count_and_score",
    "describe_records": "repeats.describe_records",
    "download_incidents": "reading.download",
    "draft_plan": "plans.draft",
    "draw_concentration": "statistics.concentration",
    "draw_times": "timing.draw_times",
    "explain_weights": "severity.weigh",
    "filter_profile": "reading.problem_profiles",
    "find_hotspots": "finding.find",
    "find_near_repeats": "repeats.near_repeats",
    "find_possible_duplicates": "reading.sources",
    "label_cells": "cells.count_and_score",
    "list_crosswalks": "reading.crosswalks",
    "list_layouts": "reading.layouts",
    "list_profiles": "reading.problem_profiles",
    "list_schemes": "severity.weights",
    "list_unmatched": "reading.crosswalks",
    "match_hotspots": "finding.match_runs",
    "measure_concentration": "statistics.concentration",
    "outline_hotspots": "finding.outlines",
    "place_cameras": "cameras.place",
    "profile_times": "timing.profile_times",
    "rank_places": "repeats.repeat_places",
    "rank_premises": "repeats.premises",
    "read_calendar": "common.calendars",
    "read_crosswalk": "reading.crosswalks",
    "read_hotspots": "finding.agreed_list",
    "read_incidents": "reading.incidents",
    "read_plan": "plans.toml_file",
    "read_register": "cameras.register",
    "read_sources": "reading.sources",
    "record_visits": "patrols.visits",
    "score_cells": "cells.count_and_score",
    "share_patrol_time": "patrols.fairness",
    "smooth_density": "cells.density",
    "suggest_layouts": "reading.layout_fit",
    "summarise_backtest": "backtest.backtest",
    "summarise_visits": "patrols.monthly_return",
    "tabulate_rejects": "reading.rejects",
    "tabulate_severity": "severity.by_area",
    "timetable_patrols": "patrols.timetable",
    "track_indicators": "change.track_indicators",
    "weigh_incidents": "severity.weigh",
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
