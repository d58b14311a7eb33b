"""The names a notebook sees: few, each a verb and a noun, each with its arguments, result and errors said."""

from __future__ import annotations

import inspect
import re

import pytest

import boundaries
import hotspots
import maps

ROOMS = (hotspots, boundaries, maps)
FUNCTIONS = [getattr(room, name) for room in ROOMS for name in room.__all__ if inspect.isfunction(getattr(room, name))]
VERBS = {
    *("aggregate", "assess", "assign", "attach", "backtest", "centre", "choose", "classify", "close"),
    *("cluster", "compare", "count", "describe", "download", "draft", "draw", "explain", "filter"),
    *("find", "group", "join", "label", "list", "match", "measure", "nest", "open"),
    *("outline", "place", "profile", "rank", "read", "record", "reopen", "save", "score"),
    *("share", "smooth", "suggest", "summarise", "tabulate", "timetable", "track", "update", "weigh"),
    "write",
}
# The contract of the packages; whatever else goes, these stay.
CONTRACT = {
    *("read_incidents", "weigh_incidents", "cluster_incidents", "find_hotspots", "outline_hotspots"),
    *("read_hotspots", "assign_hotspots", "count_cells", "score_cells", "smooth_density", "profile_times"),
    *("find_near_repeats", "compare_periods", "classify_trends", "track_indicators", "backtest_hotspots"),
    *("assess_response", "choose_patrols", "timetable_patrols", "record_visits", "place_cameras"),
    *("draft_plan", "aggregate_incidents"),
}
# A city, a plan or a service is needed: the guides and examples show these, and tests run what they show.
SHOWN_IN_GUIDES = {
    *("assess_response", "download_areas", "download_incidents", "draft_plan", "draw_concentration"),
    *(
        "assess_record",
        "close_record",
        "reopen_record",
        "open_plan",
        "patrol_layers",
        "read_hotspots",
        "record_visits",
        "save_plan",
    ),
    *("share_patrol_time", "summarise_visits", "tabulate_rejects", "timetable_patrols", "track_indicators"),
    *("update_plans", "write_calendar", "write_cards", "write_pack", "write_plan"),
}
# beyond the sixty, each with its reason
LATER = {"write_strategy": "the assessment that every partnership must write each year: a document of its own"}


def sections(function) -> dict[str, str]:
    """Sections of a numpydoc docstring, by heading."""
    text = inspect.getdoc(function) or ""
    parts = re.split(r"^(\w+)\n-{3,}\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_contract_is_there_and_little_beside_it():
    assert set(hotspots.__all__) >= CONTRACT
    assert sum(len(room.__all__) for room in ROOMS) <= 60 + len(LATER)
    assert set(LATER) <= set(maps.__all__)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)
def test_names_are_in_order_and_begin_with_a_verb(room):
    assert list(room.__all__) == sorted(room.__all__)
    verbs = {name.partition("_")[0] for name in room.__all__ if name[0].islower() and name != "patrol_layers"}
    assert verbs <= VERBS


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_each_says_its_arguments_its_result_and_its_errors(function):
    said = sections(function)
    signature = inspect.signature(function)
    listed = re.findall(r"^(\S[^:\n]*)(?: : .*)?$", said.get("Parameters", ""), flags=re.MULTILINE)
    named = set(re.findall(r"\w+", " ".join(listed)))
    assert {name for name in signature.parameters if name not in named} == set()
    if signature.return_annotation not in (None, "None"):
        assert "Returns" in said
    if "raise InputError" in inspect.getsource(function):
        assert "InputError" in said.get("Raises", "")
    if function.__name__ not in SHOWN_IN_GUIDES:
        assert ">>> " in said.get("Examples", "")


def test_british_spelling_in_names_that_users_see():
    names = {name for room in ROOMS for name in room.__all__}
    names |= {option for function in FUNCTIONS for option in inspect.signature(function).parameters}
    american = re.compile(r"color|neighbor|center|analyz|summariz|organiz|(?<!dia)meter|behavior|license")
    assert {name for name in names if american.search(name)} == set()
