"""What a driver knows a place by: landmarks known from afar before those known nearby, shops never."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from ground_examples import frame, told
from shapely import Point

from maps.streets.schemas import classify
from maps.streets.through import name_landmarks

DISC = gpd.GeoDataFrame(geometry=[Point(0, 0).buffer(150)], crs=27700)


def ground(*places):
    rows = {"kind": "place", "rank": [r for r, _, _ in places], "name": [n for _, n, _ in places]}
    return gpd.GeoDataFrame(rows, geometry=[Point(x, 0) for _, _, x in places], crs=27700)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([(0, "Leeds Station", 240), (1, "Red Lion", 5)], ["Leeds Station"]),  # 90 m off, and known
        ([(0, "Leeds Station", 260), (1, "Red Lion", 5)], ["Red Lion"]),  # 110 m off
        ([(0, "C", 30), (0, "B", 20), (0, "A", 10), (0, "A", 40)], ["A", "B"]),  # the two nearest, each once
        ([(1, "Far Arms", 40), (1, "Near Arms", 20), (1, "Arms Outside", 170)], ["Near Arms"]),
        ([(2, "Corner Shop", 0)], []),
    ],
)
def test_landmarks_by_hand(places, expected):
    assert name_landmarks(DISC, ground(*places)) == [expected]


def test_of_several_parts_the_largest_counts_and_nothing_is_made_of_nothing():
    two = shapely.union_all([Point(0, 0).buffer(50), Point(1000, 0).buffer(150)])
    both = gpd.GeoDataFrame(geometry=[two, Point(9000, 0).buffer(10)], crs=27700)
    assert name_landmarks(both, ground((0, "West", 0), (0, "East", 1040))) == [["East", "West"], []]
    assert name_landmarks(DISC, None) == [[]]
    assert name_landmarks(DISC.iloc[:0], ground((0, "West", 0))) == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"amenity": "hospital", "name": "St James's"}, 0),
        ({"amenity": "hospital", "name": "Gledhow Wing"}, 1 + 1),  # a part of one is known to few
        ({"other_tags": '"railway"=>"station"', "name": "Leeds"}, 0),
        ({"kind": "bus_station", "name": "Leeds Bus Station"}, 0),
        ({"classifica": "Railway Station", "distname": "Leeds"}, 0),  # OS OpenMap Local
        ({"amenity": "school", "name": "Bankside"}, 1),
        ({"amenity": "fast_food", "name": "Chips"}, 2),
    ],
)
def test_how_widely_a_place_is_known(columns, expected):
    points = frame(Point(1, 1), **{column: [value] for column, value in columns.items()})
    assert [rank for _, rank, _ in told(classify(points, layer="landmarks", wanted="place"))] == [expected]
