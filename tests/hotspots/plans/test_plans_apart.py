"""No plan's place is a comparison area of another: when plans are drafted, and when one is assessed."""

from __future__ import annotations

import logging

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from hotspots.plans.assess import assess_plan, frozen_areas, responses_of
from hotspots.plans.draft import draft_plan
from maps.plans import open_folder

MONTHS = pd.period_range("2016-01", "2018-12", freq="M").to_timestamp()


@pytest.fixture(scope="module")
def town() -> gpd.GeoDataFrame:
    """Six places a kilometre apart, ten records a month each."""
    rows = [
        (month, f"On or near Street {n}", Point(430000 + 1000 * n, 433000))
        for n in range(6)
        for month in MONTHS
        for _ in range(10)
    ]
    when, place, points = zip(*rows, strict=True)
    frame = {"when": when, "place": place, "precision": "month", "category": "Burglary", "source": "police.uk"}
    frame["incident_id"] = [f"f:{n}" for n in range(len(rows))]
    return gpd.GeoDataFrame(frame, geometry=list(points), crs=27700)


@pytest.fixture(scope="module")
def spots() -> gpd.GeoDataFrame:
    names = [f"Street {n}" for n in range(6)]
    return gpd.GeoDataFrame(
        {"ref": [f"SE{n}" for n in range(6)], "name": names, "incidents": 360, "kind": "single"}
        | {"streets": [[name] for name in names]},
        geometry=[Point(430000 + 1000 * n, 433000).buffer(150) for n in range(6)],
        crs=27700,
        index=range(1, 7),
    )


def shared(plan, places: gpd.GeoDataFrame) -> int:
    areas = frozen_areas(plan, "comparator_areas")
    return int(areas.intersects(places.union_all()).sum())


def test_a_plan_is_not_compared_with_places_of_other_plans(town, spots):
    early = town[town["when"] < "2017-01-01"].reset_index(drop=True)
    plain = draft_plan(spots.loc[1], early, spots=spots, as_of="2017-01-01")
    assert shared(plain, spots.loc[2:3]) == 2
    plan = draft_plan(spots.loc[1], early, spots=spots, as_of="2017-01-01", planned=spots.loc[2:3])
    assert shared(plan, spots.loc[2:3]) == 0
    assert shared(plan, spots.loc[4:6]) == 3


def test_plans_drafted_together_are_no_comparison_areas_of_one_another(town, spots, tmp_path, monkeypatch):
    early = town[town["when"] < "2017-01-01"].reset_index(drop=True)
    drafted = []

    def keep(plan, record, **_):
        drafted.append(plan)

    monkeypatch.setattr(open_folder, "save_plan", keep)
    open_folder.update_plans(tmp_path, spots, early, as_of="2017-01-01", asked=3, profile="open")
    assert len(drafted) == 3
    grounds = [frozen_areas(plan, "areas") for plan in drafted]
    for plan in drafted:
        assert all(shared(plan, ground) == 0 for ground in grounds)


def test_a_plan_at_work_in_the_windows_is_left_out_and_named(town, spots, caplog):
    caplog.set_level(logging.ERROR, logger="safer_hotspots")
    early = town[town["when"] < "2017-01-01"].reset_index(drop=True)
    plan = draft_plan(spots.loc[1], early, spots=spots, as_of="2017-01-01")
    later = [draft_plan(spots.loc[n], early, spots=spots, as_of=f"201{n + 5}-02-01") for n in (2, 3, 4)]
    later[0].people["response"] |= {"start": "01/05/2018", "end": "31/05/2018"}
    later[1].people["response"] |= {"start": "01/05/2018"}
    later[2].people["response"] |= {"start": "01/09/2018"}  # after the windows
    found = assess_plan(
        plan, town, start="2018-04-01", end="2018-06-30", responses=responses_of(later), covered="2016..2018"
    )
    (entry,) = found.assessments
    told = " ".join(entry["lines"])
    assert "2 comparison areas were left out" in told
    assert "Street 1 (SE1)" in told
    assert "Street 2 (SE2)" in told
    assert "Street 3" not in told
    assert entry["counts"][0]["control_before"] == 3 * 30  # of five fixed when it was opened


def test_what_has_no_dates_counts_from_the_day_it_was_opened(town, spots):
    early = town[town["when"] < "2017-01-01"].reset_index(drop=True)
    frame = responses_of([draft_plan(spots.loc[2], early, spots=spots, as_of="2017-03-01")])
    assert frame["start"].tolist() == ["2017-03-01"]
    assert frame["end"].isna().all()
    assert responses_of([]).empty


def test_every_other_record_of_the_folder_is_read_and_a_damaged_one_is_named(tmp_path, monkeypatch, caplog):
    for name in ("one.toml", "two.toml", "closed/three.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("not = a = plan", encoding="utf-8")
    assert list(open_folder._other_plans(tmp_path / "one.toml")) == []
    assert "two.toml is not known" in caplog.text
    assert "three.toml is not known" in caplog.text
