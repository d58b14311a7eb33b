"""Sums by area."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import box

from boundaries import attach_areas, summarise_areas

HALVES = gpd.GeoDataFrame(
    {"code": ["A", "B", "C"], "name": ["Area A", "Area B", "Area C"]},
    geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10), box(20, 0, 30, 10)],
    crs="EPSG:27700",
)


def points(*xy, **columns):
    return gpd.GeoDataFrame(
        columns, geometry=gpd.points_from_xy([p[0] for p in xy], [p[1] for p in xy]), crs="EPSG:27700"
    )


def test_sums_shares_and_ranks_worst_first():
    frame = points((1, 5), (2, 5), (11, 5), (99, 5), harm=[1.0, 2.0, 5.0, 2.0])
    table = summarise_areas(frame, HALVES, layer="ward")
    assert table.index.tolist() == [1, 0, 2]
    assert table["code"].tolist() == ["B", "A", "C"]
    assert table["incidents"].tolist() == [1, 2, 0]
    assert table["harm"].tolist() == [5.0, 3.0, 0.0]
    assert table["share_of_incidents"].tolist() == [0.25, 0.5, 0.0]
    assert table["share_of_harm"].tolist() == [0.5, 0.3, 0.0]
    assert table["rank_by_incidents"].tolist() == [2, 1, 3]
    assert table["rank_by_harm"].tolist() == [1, 2, 3]


def test_equal_values_share_the_better_rank():
    table = summarise_areas(points((1, 5), (11, 5)), HALVES, layer="ward")
    assert table["rank_by_incidents"].tolist() == [1, 1, 3]
    assert "harm" not in table


def test_places_give_the_same_sums():
    rows = points(*[(1, 5)] * 3, (11, 5), harm=[1.0, 1.0, 1.0, 4.0])
    places = points((1, 5), (11, 5), incidents=[3, 1], harm=[3.0, 4.0])
    by_rows, by_places = (summarise_areas(f, HALVES, layer="ward") for f in (rows, places))
    assert by_rows.equals(by_places)


def test_sums_add_up_to_the_reconciliation():
    frame = points((1, 5), (10, 5), (33, 5), (99, 5))
    attached, sums = attach_areas(frame, {"ward": HALVES})
    table = summarise_areas(attached, HALVES, layer="ward")
    assert table["incidents"].sum() == sums.loc["ward", "accepted"] - sums.loc["ward", "outside"] == 3


@pytest.mark.parametrize("harm", [True, False])
def test_no_incidents(harm):
    empty = points(harm=[]) if harm else points()
    table = summarise_areas(empty, HALVES, layer="ward")
    assert table["incidents"].tolist() == [0, 0, 0]
    assert table["incidents"].dtype == "int64"
    assert table["share_of_incidents"].isna().all()
