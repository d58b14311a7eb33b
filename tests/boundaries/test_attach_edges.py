"""Shares of a hotspot in each area at their edges, by hand."""

from __future__ import annotations

import logging

import geopandas as gpd
import pandas as pd
import pytest
from area_examples import areas_of, codes, points, spots_of
from shapely.geometry import LineString, MultiPolygon, Point, box

from boundaries import attach_areas
from hotspots.checks import InputError

HALVES = areas_of(box(0, 0, 10, 10), box(10, 0, 20, 10))


def test_the_sum_of_hotspots_and_those_that_cross_are_said_by_layer(caplog):
    with caplog.at_level(logging.WARNING):
        attach_areas(spots_of(box(2, 0, 12, 10)), {"ward": HALVES}, incidents=points((3, 5), (11, 5), (11, 6)))
    assert "ward: 1 hotspot accepted = 1 inside + 0 tie + 0 nearest" in caplog.text
    assert "ward: more than one area holds part of 1 of 1 hotspot." in caplog.text


def test_places_without_harm_weigh_by_their_incidents():
    places = points((3, 5), (11, 5), incidents=[9, 1])
    attached, _ = attach_areas(spots_of(box(2, 0, 12, 10)), {"ward": HALVES}, incidents=places)
    assert attached["ward_shares"].item() == [("Area A", 0.9), ("Area B", 0.1)]
    assert "ward_harm_shares" not in attached


def test_records_without_harm_share_no_harm_and_nought_is_not_divided():
    rows = points((3, 5), (11, 5), (11, 6), harm=[0.0, 0.0, 0.0])
    attached, _ = attach_areas(spots_of(box(2, 0, 12, 10)), {"ward": HALVES}, incidents=rows)
    assert attached["ward_shares"].item() == [("Area B", 2 / 3), ("Area A", 1 / 3)]
    assert attached["ward_harm_shares"].item() == [("Area A", 0.0), ("Area B", 0.0)]


def test_ground_that_only_touches_is_no_share():
    apart = areas_of(box(0, 0, 10, 10), box(12, 0, 20, 10), box(2, 10, 9, 20))
    attached, sums = attach_areas(spots_of(box(2, 0, 9, 10)), {"ward": apart})
    assert attached["ward_shares"].item() == [("Area A", 1.0)]
    assert (codes(attached), sums.loc["ward", "inside"]) == (["A"], 1)


def test_a_round_hotspot_lies_near_its_box_but_not_in_it():
    # the second area meets the box round the triangle, never the triangle
    corner = areas_of(box(0, 0, 10, 10), box(9, 9, 10, 10))
    triangle = spots_of(box(0, 0, 10, 10).difference(box(5, 5, 10, 10)))
    attached, _ = attach_areas(triangle, {"ward": corner})
    assert attached["ward_shares"].item() == [("Area A", 1.0)]


def test_a_hotspot_by_its_ground_has_the_same_share_of_harm():
    spots = spots_of(box(2, 0, 12, 10), box(15, 0, 18, 10))
    attached, _ = attach_areas(spots, {"ward": HALVES}, incidents=points((16, 5), harm=[3.0]))
    assert attached["ward_shares"].tolist() == [[("Area A", 0.8), ("Area B", 0.2)], [("Area B", 1.0)]]
    assert attached["ward_harm_shares"].tolist() == attached["ward_shares"].tolist()


@pytest.mark.parametrize("many", [100, 100_000])
def test_a_share_that_is_one_record_larger_is_no_tie(many):
    rows = points((3, 5), (11, 5), incidents=[many + 1, many])
    attached, sums = attach_areas(spots_of(box(2, 0, 18, 10)), {"ward": HALVES}, incidents=rows)
    assert (codes(attached), sums.loc["ward", "inside"], sums.loc["ward", "tie"]) == (["A"], 1, 0)


def test_shares_follow_the_spots_whatever_their_number():
    spots = spots_of(*(box(10 * (k % 2) + 1, 0, 10 * (k % 2) + 9, 10) for k in range(30)))
    attached, _ = attach_areas(spots, {"ward": HALVES}, incidents=points((5, 5), (15, 5)))
    assert codes(attached) == ["A", "B"] * 15
    assert attached["ward_shares"].tolist() == [[("Area A", 1.0)], [("Area B", 1.0)]] * 15
    assert attached["ward_shares"].dtype == object


def test_equal_shares_are_listed_by_code():
    turned = areas_of(box(10, 0, 20, 10), box(0, 0, 10, 10), codes=["B", "A"])
    attached, sums = attach_areas(spots_of(box(2, 0, 18, 10)), {"ward": turned}, incidents=points((3, 5), (11, 5)))
    assert attached["ward_shares"].item() == [("Area A", 0.5), ("Area B", 0.5)]
    assert sums.loc["ward", "tie"] == 1


def test_priority_areas_are_flagged_and_nowhere_is_none():
    marked = areas_of(box(0, 0, 10, 10), box(10, 0, 20, 10), box(20, 0, 30, 10)).assign(priority=[True, False, None])
    frame = points((5, 5), (15, 5), (25, 5), (500, 5)).set_index(pd.Index([3, 2, 1, 0]))
    attached, _ = attach_areas(frame, {"ward": marked}, overlapping=[])
    lists, _ = attach_areas(frame, {"pspo": marked}, overlapping=["pspo"])
    assert lists["pspo_codes"].tolist() == [["A"], ["B"], ["C"], []]
    assert attached["ward_priority"].to_dict() == {3: True, 2: False, 1: False, 0: False}
    assert attached["ward_code"].tolist()[:3] == ["A", "B", "C"]
    assert attached["ward_code"].isna().tolist() == [False, False, False, True]
    plain, _ = attach_areas(points((5, 5)), {"ward": HALVES})
    assert "ward_priority" not in plain


def test_rejects_told_by_their_sums_count_each_of_their_rows():
    rejects = pd.DataFrame({"cause": ["no coordinates", "future date", "no coordinates"], "rows": [3, 50, 4]})
    _, sums = attach_areas(points((5, 5)), {"ward": HALVES}, rejects=rejects)
    assert sums.loc["ward", "no_coordinates"] == 7
    _, sums = attach_areas(points((5, 5)), {"ward": HALVES}, rejects=rejects.drop(columns="rows"))
    assert sums.loc["ward", "no_coordinates"] == 2


def test_only_points_or_only_polygons_are_attached():
    parts = spots_of(box(1, 0, 4, 10), MultiPolygon([box(5, 0, 6, 10), box(11, 0, 12, 10)]))
    attached, _ = attach_areas(parts, {"ward": HALVES})
    assert attached["ward_shares"].tolist() == [[("Area A", 1.0)], [("Area A", 0.5), ("Area B", 0.5)]]
    for wrong in ([LineString([(0, 0), (1, 1)])], [LineString([(0, 0), (1, 1)]), Point(1, 1)]):
        lines = gpd.GeoDataFrame(geometry=wrong, crs=27700)
        with pytest.raises(InputError, match=r"^These rows cannot be attached to areas.*all points or all poly"):
            attach_areas(lines, {"ward": HALVES})


@pytest.mark.parametrize("nowhere", [None, Point()])
def test_rows_without_coordinates_are_counted_and_nothing_else_is_said(nowhere):
    frame = gpd.GeoDataFrame(geometry=[nowhere, nowhere], crs=27700)
    with pytest.raises(InputError, match=r"rows without coordinates \(given: 2 of 2") as error:
        attach_areas(frame, {"ward": HALVES})
    assert "geometry must be" not in str(error.value)
    some = gpd.GeoDataFrame(geometry=[Point(1, 1), nowhere], crs=27700)
    with pytest.raises(InputError, match=r"rows without coordinates \(given: 1 of 2"):
        attach_areas(some, {"ward": HALVES})


def test_no_rows_are_points_unless_they_have_the_columns_of_hotspots():
    none, _ = attach_areas(points((1, 1)).iloc[:0], {"ward": HALVES})
    assert "ward_edge" in none
    assert "ward_shares" not in none


def test_a_record_without_a_place_counts_for_no_hotspot():
    spots = spots_of(box(0, 0, 4, 1))
    rows = points((0.5, 0.5), (2.5, 0.5), (3.5, 0.5))
    rows = pd.concat([rows, rows.iloc[:1].set_geometry([None], crs=rows.crs)], ignore_index=True)
    found, _ = attach_areas(spots, {"ward": areas_of(box(0, 0, 2, 1), box(2, 0, 4, 1))}, incidents=rows)
    assert found["ward_shares"].iloc[0] == [("Area B", pytest.approx(2 / 3)), ("Area A", pytest.approx(1 / 3))]
