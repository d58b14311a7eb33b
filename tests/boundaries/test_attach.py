"""Exactly one area or none for every incident, whatever the areas do to each other."""

from __future__ import annotations

import logging
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from area_examples import areas_of, codes, points, spots_of
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from boundaries import attach_areas, nest_areas, read_areas, summarise_areas
from boundaries.lookups import join_lookup, read_lookup
from hotspots import read_incidents
from hotspots.checks import InputError

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


def test_each_layer_may_have_its_own_distance():
    attached, _ = attach_areas(points((21, 5)), {"ward": LINE, "lsoa": LINE}, within={"lsoa": 0})
    assert codes(attached) == ["B"]
    assert codes(attached, "lsoa") == [""]
    with pytest.raises(InputError, match="within names the layer 'wards', not given"):
        attach_areas(points((21, 5)), {"ward": LINE}, within={"wards": 0})


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
        attach_areas(points((1, 5), (2, 5)).to_crs(4326), {"ward": LINE})
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
    assert "ward: 2 records accepted = 1 inside + 0 tie + 0 nearest (within 5 m) + 1 outside." in caplog.text


def test_rows_without_coordinates_stand_beside_the_sum(caplog):
    rejects = pd.DataFrame({"cause": ["no coordinates", "future date", "no coordinates"]})
    with caplog.at_level(logging.WARNING):
        _, sums = attach_areas(points((1, 5)), {"ward": LINE}, rejects=rejects)
    assert sums.loc["ward", "no_coordinates"] == 2
    assert "+ 0 outside; not used, no coordinates: 2." in caplog.text


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
    assert "more than one area holds part of 1 of 3 hotspots" in caplog.text
    assert "None of these records lies in 1 of 3 hotspots" in caplog.text
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
    attached, _ = attach_areas(points((100, 100), (160, 100), (240, 30), (-30, 100), (460, 100)), {"ward": one})
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
    with pytest.raises(
        InputError, match=r"overlapping names the layer 'pspos', not given \(given: layers pspo; try: 'pspo'\)"
    ):
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


@settings(max_examples=30, deadline=None)
@given(
    st.lists(squares, min_size=1, max_size=5),
    st.lists(squares, min_size=1, max_size=4),
    st.lists(spot, min_size=1, max_size=20),
)
def test_shares_of_a_hotspot_are_those_of_its_incidents(shapes, outlines, where):
    wards = areas_of(*[box(x, y, x + w, y + h) for x, y, w, h in shapes])
    wards["side"] = ["left" if code < "C" else "right" for code in wards["code"]]
    layers = {"ward": wards, "side": nest_areas(wards, "side")}
    spots = spots_of(*[box(x, y, x + w, y + h) for x, y, w, h in outlines])
    incidents = points(*where)
    attached, sums = attach_areas(spots, layers, incidents=incidents)
    alone, _ = attach_areas(incidents, layers)
    assert (sums["accepted"] == len(spots)).all()
    for _, row in attached.iterrows():
        mine = alone[alone.intersects(row.geometry)]
        if mine.empty:
            continue
        for layer in layers:
            expected = mine[f"{layer}_name"].dropna().value_counts() / len(mine)
            assert dict(row[f"{layer}_shares"]) == pytest.approx(expected.to_dict())
            if len(expected):
                assert expected[row[f"{layer}_name"]] == expected.max()


@pytest.fixture(scope="module")
def layers(shared_data: Path):
    folder = shared_data / "areas"
    wards = join_lookup(read_areas(folder / "leeds_wards.geojson", name="WARD_NAME"), read_lookup("leeds-2024"))
    return {
        "ward": wards,
        "committee": nest_areas(wards, "committee"),
        "district": nest_areas(wards, "district"),
        "lsoa21": read_areas(folder / "leeds_lsoa_2021.gpkg", name="LSOA21NM", code="LSOA21CD"),
        "lsoa11": read_areas(folder / "leeds_lsoa_2011.geojson", name="LSOA11NM", code="LSOA11CD"),
        "lad": read_areas(folder / "west_yorkshire_districts.geojson", name="LAD22NM", code="LAD22CD"),
    }


@pytest.fixture(scope="module")
def july(shared_data: Path):
    return read_incidents(shared_data / "police_uk" / "west_yorkshire_2016_2018_july.zip")


def check_exactly_once(frame, layers):
    attached, sums = attach_areas(frame, layers)
    assert attached.index.equals(frame.index)
    assert (sums["accepted"] == len(frame)).all()
    assert (sums[["inside", "tie", "nearest", "outside"]].sum(axis=1) == len(frame)).all()
    for layer in layers:
        assert attached[f"{layer}_code"].notna().sum() == len(frame) - sums.loc[layer, "outside"]
    totals = {k: summarise_areas(attached, layers[k], layer=k)["incidents"].sum() for k in layers}
    assert totals["ward"] == totals["committee"] == totals["district"]
    return attached, sums


@pytest.mark.parametrize(
    ("file", "layout", "rows"),
    [
        ("city_of_london_2014_2017.zip", "police.uk", 18_539),
        ("leeds_2024_03.zip", "police.uk", 9_408),
        ("leeds_north_west_violent_2018_2021.zip", "police.uk-api", None),
    ],
)
def test_every_real_file_is_attached_exactly_once(shared_data: Path, layers, file, layout, rows):
    frame, _ = read_incidents(shared_data / "police_uk" / file, layout=layout)
    assert rows is None or len(frame) == rows
    attached, _ = check_exactly_once(frame, layers)
    if file == "leeds_2024_03.zip":
        assert attached["ward_code"].notna().all()


def test_three_real_julys_are_attached_exactly_once(july, layers):
    frame, rejects = july
    attached, _ = check_exactly_once(frame, layers)
    leeds = attached["raw_LSOA name"].fillna("").str.startswith("Leeds ")
    assert attached.loc[leeds, "ward_code"].notna().mean() >= 0.998
    # A nearest rule that is too wide would draw in the neighbours.
    assert attached.loc[~leeds, "ward_code"].notna().sum() <= 10
    # data/README.md: 8% of rows lie within 50 m of a ward line.
    assert 0.08 <= attached.loc[leeds, "ward_uncertain"].mean() < 0.09
    assert attach_areas(frame, layers, rejects=rejects)[1]["no_coordinates"].eq(3_771).all()


def test_one_ward_alone_is_what_a_plain_join_says(july, layers):
    frame, wards = july[0], layers["ward"]
    attached, sums = attach_areas(frame, {"ward": wards})
    joined = gpd.sjoin(frame[["geometry"]], wards[["code", "geometry"]], predicate="intersects")
    alone = joined[~joined.index.duplicated(keep=False)]
    assert np.array_equal(attached.loc[alone.index, "ward_code"], alone["code"])
    assert sums.loc["ward", "tie"] == joined.index.nunique() - len(alone)


def test_the_districts_own_polygon_differs_by_87_rows(july, layers):
    # The reason why the district is nested from the wards and not cut by its own line.
    attached, _ = attach_areas(july[0], {"ward": layers["ward"], "lad": layers["lad"]}, within=0)
    assert ((attached["lad_name"] == "Leeds") != attached["ward_code"].notna()).sum() == 87


def test_timed_collisions_are_attached_exactly_once(shared_data: Path, layers):
    table = pd.read_csv(shared_data / "timed" / "leeds_road_collisions_2019_2023.csv.gz")
    located = table.dropna(subset=["longitude", "latitude"])
    where = gpd.points_from_xy(located["longitude"], located["latitude"])
    frame = gpd.GeoDataFrame(geometry=where, crs=4326).to_crs(27700)
    attached, sums = check_exactly_once(frame, layers)
    assert sums.loc["ward", "outside"] < 0.002 * len(attached)
