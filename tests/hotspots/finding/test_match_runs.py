"""Identity from run to run, agreed lists, and what lists give up on each other."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.checks import InputError
from hotspots.finding.agreed_list import mark_unlisted, read_hotspots
from hotspots.finding.assign import assign_hotspots
from hotspots.finding.compare_lists import compare_lists
from hotspots.finding.find import find_hotspots
from hotspots.finding.match_runs import match_hotspots


def points(xy, **columns):
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)


def boxes(*corners, **columns):
    return gpd.GeoDataFrame(columns, geometry=[shapely.box(*c) for c in corners], crs=27700)


FRAME = points([(10, 10)] * 6 + [(110, 10)] * 5 + [(210, 10)] * 4 + [(310, 10)] * 3)


def as_spots(frame):
    frame = frame.copy()
    frame["parts"] = [[{"easting": g.centroid.x, "northing": g.centroid.y}] for g in frame.geometry]
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="rank")
    return frame


def test_kept_new_and_gone():
    then = as_spots(boxes((0, 0, 100, 20), (200, 0, 300, 20), ref=["A", "B"], local_name=["The Square", ""]))
    now = as_spots(boxes((0, 0, 90, 20), (300, 0, 400, 20), ref=["x", "B"]))
    matched, changes = match_hotspots(now, then, incidents=FRAME)
    assert matched["local_name"].tolist() == ["The Square", ""]
    assert matched["ref"].iloc[0] == "A"
    assert matched["ref"].iloc[1] != "B"  # the reference of another place is never given again
    assert changes["status"].tolist() == ["kept", "new", "gone"]
    assert changes["previous"].tolist() == ["A", "", "B"]
    assert changes["shared"].tolist() == [6, pd.NA, pd.NA]
    assert now["ref"].tolist() == ["x", "B"]


def test_merged_and_split():
    two = as_spots(boxes((0, 0, 100, 20), (101, 0, 200, 20), ref=["A", "B"]))
    one = as_spots(boxes((0, 0, 200, 20), ref=["whole"]))
    matched, changes = match_hotspots(one, two, incidents=FRAME)
    assert matched["ref"].tolist() == ["A"]
    assert list(zip(changes["status"], changes["previous"], changes["ref"], strict=True)) == [
        ("kept", "A", "A"),
        ("merged", "B", "A"),
    ]
    matched, changes = match_hotspots(two.assign(ref=["x", "y"]), one, incidents=FRAME)
    assert matched["ref"].tolist() == ["whole", "y"]
    assert changes["status"].tolist() == ["kept", "split"]
    assert changes["previous"].tolist() == ["whole", "whole"]


def test_less_than_half_is_another_place():
    then = as_spots(boxes((0, 0, 300, 20), ref=["A"]))  # 15 incidents
    now = as_spots(boxes((200, 0, 400, 20), ref=["B"]))  # 7, of which 4 shared: over half of its own
    assert match_hotspots(now, then, incidents=FRAME)[1]["status"].tolist() == ["kept"]
    far = as_spots(boxes((250, 0, 400, 20), ref=["B"]))
    assert match_hotspots(far, then, incidents=FRAME)[1]["status"].tolist() == ["new", "gone"]


def test_a_run_matched_with_itself_keeps_everything():
    rng = np.random.default_rng(0)
    frame = points(rng.integers(0, 40, (400, 2)) * 80)
    spots = find_hotspots(frame, count=12, resamples=0)
    matched, changes = match_hotspots(spots, spots, incidents=frame)
    assert matched["ref"].tolist() == spots["ref"].tolist()
    assert set(changes["status"]) == {"kept"}
    twice = spots.assign(ref="same")
    with pytest.raises(InputError, match="twice"):
        match_hotspots(spots, twice, incidents=frame)


def test_agreed_areas_are_scored_like_found_ones(tmp_path):
    frame = FRAME.assign(harm=[1.0] * 11 + [365.0] * 4 + [1.0] * 3, place="On or near Boar Lane")
    areas = boxes((0, 0, 150, 20), (200, 0, 250, 20), (900, 0, 950, 20), title=["One", "Two", "None"], code=[7, 8, 9])
    frame = frame.set_geometry(frame.geometry.translate(430_000, 433_000))
    areas = areas.set_geometry(areas.geometry.translate(430_000, 433_000))
    path = tmp_path / "agreed list.gpkg"
    areas.to_crs(4326).to_file(path)
    spots = read_hotspots(path, incidents=frame, name="title", ref="code", resamples=10)
    assert spots["name"].tolist() == ["Two", "One", "None"]
    assert spots["ref"].tolist() == ["8", "7", "9"]
    assert spots["incidents"].tolist() == [4, 11, 0]
    assert spots["harm"].tolist() == [4 * 365.0, 11.0, 0.0]
    assert spots["kind"].tolist() == ["single"] * 3
    found = find_hotspots(frame, count=3, resamples=10)
    assert list(spots.columns)[: len(found.columns)] == list(found.columns)
    pd.testing.assert_series_equal(spots.dtypes[found.columns], found.dtypes)
    assert (spots["rank_low"] == spots.index).all()


def test_agreed_points_pieces_and_overlaps(caplog):
    listed = gpd.GeoDataFrame(
        {"kind": ["", "clustered"]},
        geometry=[
            shapely.MultiPolygon([shapely.box(0, 0, 50, 20), shapely.box(200, 0, 250, 20)]),
            shapely.Point(60, 10),
        ],
        crs=27700,
    )
    spots = read_hotspots(listed, incidents=FRAME, resamples=0)
    assert spots["kind"].tolist() == ["clustered", "clustered"]
    assert spots["incidents"].sum() == assign_hotspots(FRAME, spots).notna().sum() == 15
    assert "counted in the worst" in caplog.text
    assert spots["ref"].is_unique


def test_an_agreed_list_keeps_its_own_columns_and_may_hold_nothing_yet():
    listed = boxes((200, 0, 220, 20), (0, 0, 20, 20), ref=["H2", "H1"], lead=["Council", "Police"])
    spots = read_hotspots(listed.rename_geometry("outline"), incidents=FRAME, resamples=0)
    assert spots[["ref", "incidents", "raw_lead"]].values.tolist() == [["H1", 6, "Police"], ["H2", 4, "Council"]]
    quiet = read_hotspots(listed, incidents=FRAME.iloc[:0], resamples=0)
    assert quiet["incidents"].tolist() == [0, 0]
    with pytest.raises(InputError, match=r"lack the column owner.*ref, lead"):
        read_hotspots(listed, incidents=FRAME, name="owner", resamples=0)
    with pytest.raises(InputError, match="radius must be above 0"):
        read_hotspots(listed, incidents=FRAME, radius=0, resamples=0)


def test_found_places_outside_the_list_are_told():
    agreed = read_hotspots(boxes((0, 0, 20, 20), ref=["H1"]), incidents=FRAME, resamples=0)
    frame = pd.concat([FRAME, points([(5000, 0)] * 9)], ignore_index=True)
    spots = find_hotspots(frame, radius=50, count=2, resamples=0)
    assert mark_unlisted(spots, agreed, incidents=frame).tolist() == ["not on the list", "H1"]


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (boxes((0, 0, 1, 1)).set_crs(None, allow_override=True), "no coordinate reference system"),
        (gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=27700), "neither areas nor points"),
        (boxes((0, 0, 1, 1), (2, 2, 3, 3), ref=["a", "a"]), "twice"),
        ("no such file.gpkg", "not there"),
        (__file__, "cannot be read"),
    ],
)
def test_lists_that_cannot_be_read_say_why(listed, said):
    with pytest.raises(InputError, match=said):
        read_hotspots(listed, incidents=FRAME)


def test_what_a_list_gives_up_on_another_problem():
    asb = points([(0, 0)] * 8 + [(5000, 0)] * 2, harm=[1.0] * 10)
    theft = points([(0, 0)] * 1 + [(5000, 0)] * 4, harm=[2.0] * 5)
    lists = {"asb": find_hotspots(asb, count=1, resamples=0), "theft": find_hotspots(theft, count=1, resamples=0)}
    table = compare_lists(lists, {"asb": asb, "theft": theft}).set_index(["list", "profile"])
    assert table["share_of_incidents"].round(9).tolist() == [0.8, 0.2, 0.2, 0.8]
    assert table.loc[("theft", "asb"), "gives_up_incidents"] == pytest.approx(0.6)
    assert table.loc[("asb", "asb"), "gives_up_harm"] == 0


def test_a_file_of_agreed_hotspots_that_holds_nothing_is_named(tmp_path):
    (tmp_path / "agreed.gpkg").write_bytes(b"")
    with pytest.raises(InputError, match=r"cannot be read\. Given: agreed.gpkg: "):
        read_hotspots(tmp_path / "agreed.gpkg", incidents=FRAME)
