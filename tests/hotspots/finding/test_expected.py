"""What a hotspot would hold anyway, by hand and by chance itself."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots import find_hotspots, outline_hotspots, read_hotspots
from hotspots.common.settled_ground import squares_of
from hotspots.finding.expected import _rate

GROUND = shapely.box(0, 0, 2000, 2000)


def records(*stacks: tuple[float, float, int]) -> gpd.GeoDataFrame:
    xy = np.repeat([(x, y) for x, y, _ in stacks], [n for *_, n in stacks], axis=0).astype(float)
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)


# 40 records on 4 km²: 20 in the hotspot, 10 within 500 m of its rim, 10 far away, and 5 off the ground
STACKS = [(1000, 1000, 20), (1300, 1000, 10), (100, 100, 10)]


def test_both_rates_by_hand() -> None:
    found = find_hotspots(records(*STACKS, (2100, 1000, 5)), radius=100, count=1, study_area=GROUND, resamples=0)
    disc, belt = math.pi * 100**2, math.pi * (600**2 - 100**2)
    assert found["incidents"].tolist() == [20]
    assert found["expected"].iloc[0] == pytest.approx(40 / 4e6 * disc, rel=1e-3)
    assert found["expected_nearby"].iloc[0] == pytest.approx(10 / belt * disc, rel=2e-3)
    assert list(found.columns).index("expected") > list(found.columns).index("geometry")


def test_without_a_study_area_the_squares_with_records_are_the_ground() -> None:
    disc = math.pi * 100**2
    two = find_hotspots(records((1000, 500, 9), (5500, 500, 1)), radius=100, count=1, resamples=0)
    assert two["expected"].iloc[0] == pytest.approx(10 / 2e6 * disc, rel=1e-3)
    assert two["expected_nearby"].tolist() == [0]


def test_a_ground_that_means_nothing_expects_nothing() -> None:
    one = find_hotspots(records((500, 500, 7)), radius=100, count=1, resamples=0)
    assert one["expected"].isna().all()  # one place: nobody knows over what its records could have fallen
    given = find_hotspots(records((500, 500, 7)), radius=100, count=1, resamples=0, study_area=GROUND)
    assert given["expected"].tolist() == pytest.approx([7 * math.pi * 100**2 / 4e6], rel=1e-3)
    wide = find_hotspots(records((500, 500, 7), (900, 900, 1)), radius=900, count=1, resamples=0, study_area=GROUND)
    assert wide["expected"].isna().all()  # 2.5 of 4 km²: it covers most of the ground there is


def test_given_and_labelled_places_say_it_too() -> None:
    some = records(*STACKS)
    square = gpd.GeoDataFrame(geometry=[shapely.box(900, 900, 1100, 1100)], crs=27700)
    agreed = read_hotspots(square, incidents=some, resamples=0, study_area=GROUND)
    assert agreed["expected"].tolist() == pytest.approx([40 / 4e6 * 200**2])
    labels = (some.geometry.x == 1000).map({True: 0, False: -1})
    outlined = outline_hotspots(some, labels, radius=100, study_area=GROUND)
    assert outlined["expected"].iloc[0] == pytest.approx(40 / 4e6 * math.pi * 100**2, rel=1e-3)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 5))
def test_doubling_the_records_doubles_what_is_expected(seed: int, times: int) -> None:
    xy = np.random.default_rng(seed).integers(0, 20, (40, 2)) * 100.0
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700).assign(incidents=1)
    options = {"radius": 120, "count": 3, "study_area": GROUND, "resamples": 0}
    once, more = (find_hotspots(places.assign(incidents=n), **options) for n in (1, times))  # type: ignore[arg-type]
    for column in ("expected", "expected_nearby"):
        np.testing.assert_allclose(more[column], times * once[column])


def test_where_records_fall_at_random_a_place_chosen_blindly_holds_what_is_expected() -> None:
    rng = np.random.default_rng(5)
    xy = rng.uniform(0, 2000, (200_000, 2))
    some = gpd.GeoDataFrame(geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)
    blind = gpd.GeoDataFrame(geometry=[shapely.box(400, 400, 700, 700)], crs=27700)
    found = read_hotspots(blind, incidents=some, resamples=0, study_area=GROUND).iloc[0]
    assert found["incidents"] == pytest.approx(found["expected"], abs=4 * math.sqrt(found["expected"]))
    assert found["incidents"] == pytest.approx(found["expected_nearby"], rel=0.05)


def test_ground_without_a_record_expects_none() -> None:
    squares = gpd.GeoDataFrame(geometry=[shapely.box(900, 900, 1100, 1100), shapely.box(300, 300, 400, 400)], crs=27700)
    off = read_hotspots(squares, incidents=records((5000, 5000, 3)), resamples=0, study_area=GROUND)
    assert off[["expected", "expected_nearby"]].values.tolist() == [[0, 0], [0, 0]]
    # the first holds 4 records, the other none; neither has one near by
    some = read_hotspots(squares, incidents=records((1000, 1000, 4)), resamples=0, study_area=GROUND)
    assert some["expected_nearby"].tolist() == [0, 0]
    assert some["expected"].sort_values().tolist() == pytest.approx([1e4 / 1e6, 4e4 / 1e6])


def test_a_place_of_no_records_is_no_ground() -> None:
    assert _rate(3, 0.5) == 6
    assert math.isnan(_rate(3, 0))
    places = records((500, 500, 1), (900, 900, 1), (5500, 500, 1)).assign(incidents=[7, 1, 0])
    found = find_hotspots(places, radius=100, count=1, resamples=0)
    assert found["expected"].iloc[0] == pytest.approx(8 * math.pi * 100**2 / 1e6, rel=1e-3)


def test_nothing_found_has_the_columns() -> None:
    empty = find_hotspots(gpd.GeoDataFrame(geometry=[], crs=27700), resamples=0)
    assert empty["expected"].dtype == empty["expected_nearby"].dtype == float


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=6))
def test_squares_are_those_of_the_grid_from_west_to_east_whatever_their_sign(corners) -> None:
    """Points in the middle and on the south-west corner of a square belong to it."""
    at = np.array(corners, dtype=float) * 1000
    boxes = shapely.bounds(squares_of(np.vstack([at, at + 500])))
    assert boxes.tolist() == [[x, y, x + 1000, y + 1000] for x, y in sorted(set(map(tuple, at.tolist())))]


def test_far_north_is_as_good_as_near() -> None:
    boxes = shapely.bounds(squares_of(np.array([[430_500.0, 1_220_500.0], [429_500.0, 7_500.0]])))
    assert boxes[:, :2].tolist() == [[429_000, 7_000], [430_000, 1_220_000]]


def test_no_points_have_no_squares() -> None:
    assert len(squares_of(np.empty((0, 2)))) == 0
