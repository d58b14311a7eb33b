"""Which periods a run compares, by hand; and no arrow where the data cannot bear one."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from hotspots import find_hotspots
from maps.job.compare import add_changes, add_trends, choice_of, choose_windows
from maps.job.trends import class_hotspots


def months(*names: str) -> list[pd.Period]:
    return [pd.Period(name, "M") for name in names]


def incidents(counts: dict[str, int]) -> gpd.GeoDataFrame:
    """So many incidents a month, all on one spot, and as many again far away."""
    rows = [(pd.Timestamp(month), x) for month, n in counts.items() for x in (430_000.0, 440_000.0) for _ in range(n)]
    frame = pd.DataFrame(rows, columns=["when", "x"])
    frame = frame.assign(precision="month", category="Burglary", source="police.uk", place="On or near A Street")
    points = gpd.points_from_xy(frame.pop("x"), 433_000.0)
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:27700")


def test_the_same_month_a_year_before_where_there_is_no_more():
    assert choose_windows(months("2016-07", "2018-07", "2017-07")) == ("2018-07", "2017-07")


def test_two_whole_years_where_the_data_hold_them():
    held = list(pd.period_range("2015-01", "2018-07", freq="M"))
    assert choose_windows(held) == ("2017-08..2018-07", "2016-08..2017-07")


def test_one_missing_month_in_two_years_falls_back_to_one_month():
    held = [m for m in pd.period_range("2016-01", "2018-07", freq="M") if str(m) != "2017-03"]
    assert choose_windows(held) == ("2018-07", "2017-07")


def test_nothing_where_no_month_is_there_a_year_before():
    assert choose_windows(months("2018-06", "2018-07")) is None
    assert choose_windows([]) is None


def test_a_clear_fall_is_said_with_both_counts():
    points = incidents({"2017-07": 200, "2018-07": 60})
    spots = add_changes(find_hotspots(points, count=1), points, given={}, selected_on=choice_of({}, points))
    assert spots["before"].iloc[0] == 200
    assert spots["after"].iloc[0] == 60
    assert spots["arrow"].iloc[0] == "down"
    assert spots["trend"].iloc[0] == "down"
    assert "from 200 to 60" in spots["words"].iloc[0]


def test_one_month_alone_gets_no_change_and_says_so(caplog):
    points = incidents({"2018-07": 50})
    spots = find_hotspots(points, count=1)
    assert add_changes(spots, points, given={}, selected_on=choice_of({}, points)) is spots
    assert "No two periods are compared" in caplog.text


def test_windows_that_the_data_do_not_cover_are_said_not_guessed(caplog):
    points = incidents({"2017-07": 50, "2018-07": 50})
    spots = add_changes(find_hotspots(points, count=1), points, given={"after": "2018-08"}, selected_on=None)
    assert "arrow" not in spots
    assert "No two periods are compared" in caplog.text


def test_a_place_hot_in_every_month_is_persistent_and_without_an_area_nothing_is_said():
    held = {str(month): 30 for month in pd.period_range("2017-01", "2017-12", freq="M")}
    points = incidents(held)
    spots = find_hotspots(points, count=1)
    # 30 a month on 0.07 of 100 square kilometres, where the whole area's 60 would give 0.04
    ground = spots.geometry.iloc[0].centroid.buffer(5642)
    found = class_hotspots(spots, points, ground=ground)
    assert add_trends(spots, found)["trend"].tolist() == ["persistent"]
    assert class_hotspots(spots, points, ground=None) is None
    assert class_hotspots(spots, points[points["when"].dt.month != 5], ground=ground) is None
    assert add_trends(spots, None) is spots


def test_records_outside_the_ground_do_not_make_its_places_look_ordinary():
    """Twelve months of 30 here; a town elsewhere of 3,000 a month must not count as this ground's rate."""
    held = {str(month): 30 for month in pd.period_range("2017-01", "2017-12", freq="M")}
    here = incidents(held)
    town = gpd.GeoDataFrame(pd.concat([here] * 100, ignore_index=True), crs=here.crs)
    town["geometry"] = town.geometry.translate(60_000)
    spots = find_hotspots(here, count=1)
    both = gpd.GeoDataFrame(pd.concat([here, town], ignore_index=True), crs=here.crs)
    found = class_hotspots(spots, both, ground=spots.geometry.iloc[0].centroid.buffer(1000))
    assert found["trend"].tolist() == ["persistent"]
    assert found["hot_months"].tolist() == [12]
    far = class_hotspots(spots, both, ground=spots.geometry.iloc[0].centroid.buffer(50).buffer(0))
    assert add_trends(spots, far)["trend"].tolist() == [""]
