"""Exactly one area or none for every incident, whatever the areas do to each other."""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from boundaries import attach_areas, read_areas, summarise_areas
from hotspots.checks import InputError


def areas_of(*shapes, codes=None):
    codes = codes or [chr(65 + i) for i in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"code": codes, "name": [f"Area {c}" for c in codes]}, geometry=list(shapes), crs="EPSG:27700"
    )


def points(*xy, **columns):
    return gpd.GeoDataFrame(
        columns, geometry=gpd.points_from_xy([p[0] for p in xy], [p[1] for p in xy]), crs="EPSG:27700"
    )


def codes(frame, layer="ward"):
    return frame[f"{layer}_code"].fillna("").tolist()


# A is 0-10, B overlaps it by 2 (8-20), a gap of 4 follows, then C from 24 to 40.
LINE = areas_of(box(0, 0, 10, 10), box(8, 0, 20, 10), box(24, 0, 40, 10))


def test_the_rule_point_by_point():
    frame = points((1, 5), (8.5, 5), (9.5, 5), (9, 5), (21, 5), (23, 5), (22, 5), (50, 5))
    attached, sums = attach_areas(frame, {"ward": LINE}, within=3)
    # 8.5 is 1.5 deep in A and 0.5 in B; 9.5 the other way; 9 is equally deep: first by code.
    # 22 is 2 m from B and from C: first by code.
    assert codes(attached) == ["A", "A", "B", "A", "B", "C", "B", ""]
    assert attached["ward_name"].iloc[0] == "Area A"
    assert sums.loc["ward"].to_dict() == {"accepted": 8, "inside": 1, "tie": 3, "nearest": 3, "outside": 1}
    assert (sums.dtypes == "int64").all()


def test_the_order_of_the_areas_does_not_matter():
    frame = points((1, 5), (9, 5), (22, 5), (10, 10), (20, 0))
    forward, sums = attach_areas(frame, {"ward": LINE}, within=3)
    backward, sums_back = attach_areas(frame, {"ward": LINE.iloc[::-1].reset_index(drop=True)}, within=3)
    assert codes(forward) == codes(backward)
    assert sums.equals(sums_back)


def test_zero_distance_leaves_gaps_alone():
    attached, sums = attach_areas(points((21, 5)), {"ward": LINE}, within=0)
    assert codes(attached) == [""]
    assert sums.loc["ward", "outside"] == 1


def test_inputs_are_not_changed_and_the_index_stays():
    frame = points((1, 5), (30, 5), note=["x", "y"]).set_index(pd.Index([7, 3]))
    before = frame.copy()
    attached, _ = attach_areas(frame, {"ward": LINE, "lsoa": LINE})
    pd.testing.assert_frame_equal(frame, before)
    assert list(attached.index) == [7, 3]
    assert attached.index.equals(frame.index)
    assert {"ward_code", "ward_name", "lsoa_code", "lsoa_name"} <= set(attached.columns)
    assert attached.crs == frame.crs


def test_places_count_their_incidents():
    rows = points(*[(1, 5)] * 3, (9, 5), (50, 5))
    places = points((1, 5), (9, 5), (50, 5), incidents=[3, 1, 1])
    assert attach_areas(rows, {"ward": LINE})[1].equals(attach_areas(places, {"ward": LINE})[1])


def test_nothing_in_nothing_out():
    attached, sums = attach_areas(points(), {"ward": LINE})
    assert attached.empty
    assert {"ward_code", "ward_name"} <= set(attached.columns)
    assert sums.loc["ward"].sum() == 0
    nobody, sums = attach_areas(points((1, 5)), {"ward": LINE.iloc[:0]})
    assert codes(nobody) == [""]
    assert sums.loc["ward", "outside"] == 1


def test_what_cannot_be_attached_is_refused():
    with pytest.raises(InputError, match="EPSG:27700"):
        attach_areas(points((1, 5)).to_crs(4326), {"ward": LINE})
    with pytest.raises(InputError, match="layer 'ward' lacks the column code"):
        attach_areas(points((1, 5)), {"ward": LINE.drop(columns="code")})
    mixed = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1), shapely.Point(0, 0), None], crs="EPSG:27700")
    with pytest.raises(InputError, match=r"rows without coordinates \(given: 1 of 3.*points or all polygons"):
        attach_areas(mixed, {"ward": LINE})
    with pytest.raises(InputError, match="0 metres or more"):
        attach_areas(points((1, 5)), {"ward": LINE}, within=-1)


def test_the_sum_is_said_aloud(caplog):
    with caplog.at_level(logging.WARNING):
        attach_areas(points((1, 5), (50, 5)), {"ward": LINE})
    assert (
        "ward: 2 incidents accepted = 1 inside + 0 tie + 0 nearest (within 5 m) + 1 outside." in caplog.text
    )


def spots_of(*shapes):
    index = pd.RangeIndex(1, len(shapes) + 1, name="rank")
    return gpd.GeoDataFrame(geometry=list(shapes), index=index, crs="EPSG:27700")


def test_hotspots_go_by_incidents_not_by_ground(caplog):
    halves = areas_of(box(0, 0, 10, 10), box(10, 0, 20, 10))
    spots = spots_of(box(2, 0, 12, 10), box(15, 0, 18, 10), box(90, 0, 99, 9))
    where = [(3, 5), (11, 5), (11, 6), (11, 7), (16, 5)]
    incidents = points(*where, harm=[100.0, 1.0, 1.0, 8.0, 5.0])
    with caplog.at_level(logging.WARNING):
        attached, sums = attach_areas(spots, {"ward": halves}, incidents=incidents)
    assert codes(attached) == ["B", "B", ""]
    assert attached["ward_shares"].tolist() == [[("Area B", 0.75), ("Area A", 0.25)], [("Area B", 1.0)], []]
    assert attached.loc[1, "ward_harm_shares"] == [("Area A", 100 / 110), ("Area B", 10 / 110)]
    assert sums.loc["ward"].to_dict() == {"accepted": 3, "inside": 2, "tie": 0, "nearest": 0, "outside": 1}
    assert "1 of 3 hotspots lie in more than one area" in caplog.text
    assert "1 of 3 hotspots hold none of these incidents" in caplog.text
    assert list(attached.index) == [1, 2, 3]


def test_places_share_a_hotspot_like_their_incidents():
    halves = areas_of(box(0, 0, 10, 10), box(10, 0, 20, 10))
    spots = spots_of(box(2, 0, 12, 10))
    rows = points((3, 5), *[(11, 5)] * 3, harm=[10.0, 2.0, 2.0, 2.0])
    places = points((3, 5), (11, 5), incidents=[1, 3], harm=[10.0, 6.0])
    by_rows, _ = attach_areas(spots, {"ward": halves}, incidents=rows)
    by_places, _ = attach_areas(spots, {"ward": halves}, incidents=places)
    assert by_rows["ward_shares"].tolist() == by_places["ward_shares"].tolist()
    assert by_rows["ward_harm_shares"].tolist() == by_places["ward_harm_shares"].tolist()


def test_hotspots_by_ground_area_say_so(caplog):
    halves = areas_of(box(0, 0, 10, 10), box(10, 0, 20, 10))
    with caplog.at_level(logging.WARNING):
        attached, _ = attach_areas(spots_of(box(2, 0, 12, 10)), {"ward": halves})
    assert attached["ward_shares"].item() == [("Area A", 0.8), ("Area B", 0.2)]
    assert "attached by ground area" in caplog.text


def test_equal_shares_are_ties_settled_by_harm_then_code():
    halves = areas_of(box(0, 0, 10, 10), box(10, 0, 20, 10))
    spots = spots_of(box(2, 0, 18, 10))
    attached, sums = attach_areas(spots, {"ward": halves}, incidents=points((3, 5), (11, 5), harm=[1.0, 9.0]))
    assert codes(attached) == ["B"]
    assert sums.loc["ward", "tie"] == 1
    attached, _ = attach_areas(spots, {"ward": halves}, incidents=points((3, 5), (11, 5)))
    assert codes(attached) == ["A"]


def test_distance_to_the_nearest_line_and_the_flag():
    one = areas_of(box(0, 0, 200, 200), box(200, 0, 400, 200))
    attached, _ = attach_areas(
        points((100, 100), (160, 100), (240, 30), (-30, 100), (460, 100)), {"ward": one}
    )
    assert attached["ward_edge"].tolist() == [100.0, 40.0, 30.0, 30.0, 60.0]
    assert attached["ward_uncertain"].tolist() == [False, True, True, True, False]
    closer, _ = attach_areas(points((160, 100)), {"ward": one}, uncertain=40.0)
    assert not closer["ward_uncertain"].item()
    without, _ = attach_areas(points((160, 100)), {"ward": one}, uncertain=None)
    assert "ward_edge" not in without
    nowhere, _ = attach_areas(points((1, 1)), {"ward": one.iloc[:0]})
    assert nowhere["ward_edge"].isna().all()
    assert not nowhere["ward_uncertain"].any()


def test_layers_that_overlap_by_nature_give_lists():
    orders = areas_of(box(8, 0, 20, 10), box(0, 0, 10, 10), codes=["P2", "P1"])
    frame = points((1, 5), (9, 5), (21, 5))
    attached, sums = attach_areas(frame, {"ward": LINE, "pspo": orders}, overlapping=["pspo"])
    assert attached["pspo_codes"].tolist() == [["P1"], ["P1", "P2"], []]
    assert attached["pspo_names"].tolist() == [["Area P1"], ["Area P1", "Area P2"], []]
    assert "pspo_code" not in attached
    assert sums.loc["pspo"].to_dict() == {"accepted": 3, "inside": 1, "tie": 1, "nearest": 0, "outside": 1}
    with pytest.raises(InputError, match=r"no overlapping layer 'pspos' was given \(try: 'pspo'\)"):
        attach_areas(frame, {"pspo": orders}, overlapping=["pspos"])


def test_hotspots_in_layers_that_overlap_by_nature():
    orders = areas_of(box(0, 0, 10, 10), box(8, 0, 20, 10), box(90, 0, 95, 5))
    incidents = points((9, 5), (9, 6), (3, 5), (3, 6))
    spots = spots_of(box(2, 0, 12, 10), box(50, 0, 60, 10))
    attached, sums = attach_areas(spots, {"pspo": orders}, incidents=incidents, overlapping=["pspo"])
    assert attached["pspo_codes"].tolist() == [["A", "B"], []]
    assert attached["pspo_shares"].tolist() == [[("Area A", 1.0), ("Area B", 0.5)], []]
    assert sums.loc["pspo"].to_dict() == {"accepted": 2, "inside": 0, "tie": 1, "nearest": 0, "outside": 1}


def test_no_spots():
    spots = gpd.GeoDataFrame({"ref": pd.Series(dtype=str), "parts": []}, geometry=[], crs="EPSG:27700")
    attached, sums = attach_areas(spots, {"ward": LINE}, incidents=points((1, 5)))
    assert {"ward_code", "ward_name", "ward_shares"} <= set(attached.columns)
    assert sums.loc["ward", "accepted"] == 0


# Corners and edges of these squares coincide, overlap and leave gaps: every awkward point is an integer.
squares = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 5), st.integers(1, 5))
spot = st.tuples(st.integers(-2, 14), st.integers(-2, 14))


@settings(max_examples=60, deadline=None)
@given(st.lists(squares, max_size=6), st.lists(spot, max_size=20), st.sampled_from([0.0, 1.0, 2.5]))
def test_no_point_is_attached_twice_or_lost(shapes, where, within):
    areas = areas_of(*[box(x, y, x + w, y + h) for x, y, w, h in shapes])
    frame = points(*where)
    attached, sums = attach_areas(frame, {"ward": areas}, within=within)
    assert len(attached) == len(frame)
    assert attached.index.equals(frame.index)
    row = sums.loc["ward"]
    assert row["accepted"] == len(frame) == row[["inside", "tie", "nearest", "outside"]].sum()
    for point, code in zip(frame.geometry, codes(attached), strict=True):
        gap = areas.distance(point)
        near = areas["code"][gap <= max(within, 0)]
        assert (code == "") == near.empty
        if code:
            # Nobody nearer was passed over; where several hold it, nobody deeper.
            mine = gap[areas["code"] == code].item()
            assert mine == gap.min()
            holds = areas[gap == 0]
            if len(holds):
                depth = holds.boundary.distance(point)
                assert depth[holds["code"] == code].item() == pytest.approx(depth.max(), abs=1e-3)
    # The same row gets the same area whoever else is there, in whatever order.
    again, _ = attach_areas(frame.iloc[::-1], {"ward": areas.iloc[::-1]}, within=within)
    assert codes(again)[::-1] == codes(attached)


@pytest.fixture(scope="module")
def wards(shared_data: Path):
    return read_areas(shared_data / "areas" / "leeds_wards.geojson", name="WARD_NAME")


@pytest.mark.parametrize("month", ["2016-07", "2017-07", "2018-07"])
def test_a_real_july_is_attached_exactly_once(shared_data: Path, wards, month):
    with zipfile.ZipFile(shared_data / "police_uk" / "west_yorkshire_2016_2018_july.zip") as archive:
        rows = pd.read_csv(archive.open(f"{month}/{month}-west-yorkshire-street.csv"))
    rows = rows.dropna(subset=["Longitude"]).reset_index(drop=True)
    frame = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows.Longitude, rows.Latitude), crs=4326)
    attached, sums = attach_areas(frame.to_crs(27700), {"ward": wards})
    assert len(attached) == len(rows) == sums.loc["ward", "accepted"]
    leeds = attached["LSOA name"].fillna("").str.startswith("Leeds ")
    assert attached.loc[leeds, "ward_code"].notna().mean() >= 0.998
    # A nearest rule that is too wide would draw in the neighbours.
    assert (attached.loc[~leeds, "ward_code"].notna()).sum() <= 5
    table = summarise_areas(attached, wards, layer="ward")
    assert table["incidents"].sum() == sums.loc["ward", "accepted"] - sums.loc["ward", "outside"]
    # geopandas itself, where a point is in one ward only.
    joined = gpd.sjoin(frame.to_crs(27700), wards[["code", "geometry"]], predicate="intersects")
    alone = joined[~joined.index.duplicated(keep=False)]
    assert np.array_equal(attached.loc[alone.index, "ward_code"], alone["code"])
