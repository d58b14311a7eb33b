"""What officers are told of a place: its problem by kinds that are not few, advice, tasks without names."""

from __future__ import annotations

from types import SimpleNamespace
from unittest import mock

import geopandas as gpd
import pandas as pd
from map_examples import make_spots

from maps.disclosure.gate import profile_named
from maps.results.place_notes import note_places


def job(kinds: dict[str, int]) -> SimpleNamespace:
    spots = make_spots(1)
    at = spots.geometry.iloc[0].representative_point()
    rows = {"category": [kind for kind, n in kinds.items() for _ in range(n)]}
    incidents = gpd.GeoDataFrame(rows, geometry=[at] * len(rows["category"]), crs=27700)
    return SimpleNamespace(
        spots=spots, incidents=incidents, config=SimpleNamespace(plans=None), as_of=pd.Timestamp("2026-12-01")
    )


def test_the_largest_kinds_are_named_and_few_or_sensitive_ones_are_not():
    made = job({"Shoplifting": 12, "Robbery": 6, "Drugs": 4, "Rape": 9})
    (open_lines,) = note_places(made, profile_named("open")).values()
    assert open_lines[0] == "Most often recorded here: shoplifting."
    assert open_lines[1].startswith("Look for goods by the door")
    assert "guards" in open_lines[2]
    (few,) = note_places(job({"Shoplifting": 9}), profile_named("partner")).values()
    assert len(few) == 2  # under twice the smallest count that is shown: no kind
    assert few[0].startswith("Look for what makes trouble easy here")


def test_open_tasks_of_its_plan_are_told_and_one_with_a_name_stays_there():
    made = job({"Shoplifting": 9})
    ref = str(made.spots["ref"].iloc[0])
    tasks = pd.DataFrame({"action": ["Cut the hedge.", "Speak to John Smith"], "due": ["14/10/2026", ""]})
    plan = SimpleNamespace(frozen={"areas": [{"ref": ref}]})
    with (
        mock.patch("maps.results.place_notes.plans_for", return_value=[plan]),
        mock.patch("maps.results.place_notes.tabulate_actions", return_value=tasks),
    ):
        lines = note_places(made, profile_named("internal"))[ref]
    assert lines[-2:] == ["Task of the plan, due 14/10/2026: cut the hedge.", "Task of the plan: see the plan."]
