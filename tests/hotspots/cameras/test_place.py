from __future__ import annotations

import itertools
import logging

import geopandas as gpd
import numpy as np
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from shapely import LineString
from shapely.geometry import Point, box

from hotspots.cameras._maximal_covering import cover_most, covered_weight, order_by_gain
from hotspots.cameras.candidate_sites import street_junctions
from hotspots.cameras.place import place_cameras
from hotspots.checks import CRS, InputError


def crimes(*rows: tuple[float, float, float], **columns: list) -> gpd.GeoDataFrame:
    """Incidents at (easting, northing) with a harm each."""
    return gpd.GeoDataFrame(
        {"harm": [float(r[2]) for r in rows], **columns}, geometry=[Point(r[:2]) for r in rows], crs=CRS
    )


STREET = crimes((0, 0, 10), (60, 0, 1), (120, 0, 8), (1000, 0, 12), (5000, 0, 3), place=["A", "A", "B", "C", "D"])


@st.composite
def covering_cases(draw):
    n, m = draw(st.integers(1, 12)), draw(st.integers(1, 8))
    cells = draw(st.lists(st.booleans(), min_size=n * m, max_size=n * m))
    weights = draw(st.lists(st.integers(0, 9), min_size=n, max_size=n))
    bonus = draw(st.lists(st.sampled_from([0.0, 0.0, 1.5]), min_size=m, max_size=m))
    return np.array(weights, float), csr_array(np.reshape(cells, (n, m)).astype(float)), np.array(bonus)


@given(covering_cases(), st.integers(1, 5))
@settings(max_examples=80, deadline=None)
def test_the_sites_are_as_good_as_trying_every_set(case, count):
    weights, reach, bonus = case
    sets = [s for k in range(min(count, len(bonus)) + 1) for s in itertools.combinations(range(len(bonus)), k)]
    best = max(covered_weight(weights, reach, np.array(s, int)) + bonus[list(s)].sum() for s in sets)
    found = cover_most(weights, reach, count=count, bonus=bonus)
    assert len(found) <= count
    assert covered_weight(weights, reach, found) + bonus[found].sum() == pytest.approx(best, abs=1e-6)


def test_a_set_that_greedy_misses_is_found():
    # Greedy takes the middle site (6 + 5), then one side: 11 + 5 = 16; the two sides reach all 21.
    weights = np.array([5.0, 6.0, 5.0, 5.0])
    reach = csr_array(np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]], float))
    found = cover_most(weights, reach, count=2)
    assert found.tolist() == [0, 2]
    order, gains = order_by_gain(weights, reach, found)
    assert (order.tolist(), gains.tolist()) == ([0, 2], [11.0, 10.0])


def test_shares_are_of_harm_and_best_first():
    sites = place_cameras(STREET, count=3, radius=70)
    assert sites.index.tolist() == [1, 2, 3]
    # 60,0 reaches 10 + 1 + 8 = 19 of 34; then 12; then 3.
    assert sites["marginal_share_of_harm"].tolist() == pytest.approx([19 / 34, 12 / 34, 3 / 34])
    assert sites["cumulative_share_of_harm"].tolist() == pytest.approx([19 / 34, 31 / 34, 1.0])
    assert sites["cumulative_share_of_incidents"].tolist() == pytest.approx([0.6, 0.8, 1.0])
    assert sites["name"].tolist() == ["A", "C", "D"]
    assert sites["gain"].tolist() == pytest.approx([19 / 34, 12 / 34, 3 / 34])


def test_incidents_may_be_covered_instead_and_places_answer_as_rows_do():
    rows = crimes((0, 0, 100), (900, 0, 1), (900, 0, 1))
    assert place_cameras(rows, count=1, radius=50).geometry.iloc[0] == Point(0, 0)
    assert place_cameras(rows, count=1, radius=50, by="incidents").geometry.iloc[0] == Point(900, 0)
    places = crimes((0, 0, 100), (900, 0, 2), incidents=[1, 2])
    for by in ("harm", "incidents"):
        one = place_cameras(rows, count=2, radius=50, by=by)
        other = place_cameras(places, count=2, radius=50, by=by)
        assert_geodataframe_equal(one, other)


def test_a_profile_keeps_its_categories_only():
    rows = crimes((0, 0, 9), (900, 0, 1), category=["Robbery", "Anti-social behaviour"])
    site = place_cameras(rows, count=1, radius=50, profile=["Anti-social behaviour"])
    assert site.geometry.iloc[0] == Point(900, 0)
    with pytest.raises(InputError, match="'Robbery'"):
        place_cameras(rows, count=1, radius=50, profile=["Robery"])


def test_existing_cameras_are_counted_and_not_paid_for_again():
    fixed = crimes((60, 0, 0))
    sites = place_cameras(STREET, count=1, radius=70, existing=fixed)
    assert sites.geometry.iloc[0] == Point(1000, 0)
    assert sites["marginal_share_of_harm"].iloc[0] == pytest.approx(12 / 34)
    assert sites["cumulative_share_of_harm"].iloc[0] == pytest.approx(31 / 34)


def test_every_standing_camera_is_kept_moved_or_taken_down():
    today = gpd.GeoDataFrame(
        {"name": ["good", "idle"]}, geometry=[Point(1000, 0), Point(4000, 0)], crs=CRS, index=["c1", "c2"]
    )
    answer = place_cameras(STREET, count=2, radius=70, current=today).set_index("camera")
    assert answer["action"].to_dict() == {"c1": "keep", "c2": "move"}
    assert answer.loc["c2", "gain"] == pytest.approx(19 / 34)
    assert answer.loc["c2", "move_metres"] == pytest.approx(3940)
    assert answer.loc["c2", "geometry"] == Point(60, 0)
    fewer = place_cameras(STREET, count=1, radius=70, current=today).set_index("camera")
    assert set(fewer["action"]) == {"move", "take down"} or set(fewer["action"]) == {"keep", "take down"}
    assert fewer["cumulative_share_of_harm"].max() == pytest.approx(19 / 34)


def test_a_camera_stays_where_moving_gains_too_little():
    today = gpd.GeoDataFrame(geometry=[Point(1000, 0)], crs=CRS)
    moved = place_cameras(STREET, count=1, radius=70, current=today)
    kept = place_cameras(STREET, count=1, radius=70, current=today, min_gain=0.3)
    assert (moved["action"].item(), kept["action"].item()) == ("move", "keep")
    assert moved["gain"].item() == pytest.approx((19 - 12) / 34)


def test_a_tie_never_moves_a_camera():
    rows = crimes((0, 0, 5), (900, 0, 5))
    for at in (0, 900):
        today = gpd.GeoDataFrame(geometry=[Point(at, 0)], crs=CRS)
        assert place_cameras(rows, count=1, radius=50, current=today)["action"].item() == "keep"


def test_candidates_may_be_points_lines_or_a_grid():
    posts = gpd.GeoDataFrame({"name": ["Post 7"]}, geometry=[Point(110, 0)], crs=CRS, index=[70])
    site = place_cameras(STREET, count=1, radius=70, candidates=posts)
    assert (site["name"].item(), site["candidate"].item()) == ("Post 7", 70)
    roads = gpd.GeoDataFrame(
        geometry=[
            LineString([(0, 0), (100, 0)]),
            LineString([(100, 0), (200, 0)]),
            LineString([(100, -9), (100, 0), (100, 9)]),
        ],
        crs=CRS,
    )
    assert street_junctions(roads).tolist() == [[100.0, 0.0]]
    site = place_cameras(STREET, count=1, radius=70, candidates=roads)
    assert site.geometry.item() == Point(100, 0)
    grid = place_cameras(STREET, count=1, radius=70, candidates="grid")
    assert grid["marginal_share_of_harm"].item() == pytest.approx(19 / 34)
    assert set(grid.get_coordinates().to_numpy().ravel() % 50) == {0.0}


def test_spots_count_at_each_part():
    parts = [
        {"easting": 0.0, "northing": 0.0, "radius": 50.0, "incidents": 3, "harm": 30.0, "street": "A"},
        {"easting": 100.0, "northing": 0.0, "radius": 50.0, "incidents": 2, "harm": 20.0, "street": "B"},
    ]
    one = [{"easting": 900.0, "northing": 0.0, "radius": 50.0, "incidents": 5, "harm": 40.0, "street": "C"}]
    spots = gpd.GeoDataFrame(
        {"name": ["A", "C"], "incidents": [5, 5], "harm": [50.0, 40.0], "parts": [parts, one]},
        geometry=[box(-50, -50, 150, 50), box(850, -50, 950, 50)],
        crs=CRS,
    )
    sites = place_cameras(spots, count=1, radius=60)
    assert sites.geometry.item() == Point(900, 0)
    assert place_cameras(spots, count=1, radius=100)["marginal_share_of_harm"].item() == pytest.approx(50 / 90)


def test_the_answer_does_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(3)
    rows = crimes(*[(x, y, h) for x, y, h in rng.integers(0, 40, (150, 3)) * [50, 50, 1]])
    one = place_cameras(rows, count=5, radius=120)
    other = place_cameras(rows.sample(frac=1, random_state=1), count=5, radius=120)
    assert_geodataframe_equal(one, other)


def test_empty_in_typed_empty_out():
    empty = place_cameras(STREET.iloc[:0], radius=70)
    full = place_cameras(STREET, radius=70)
    assert len(empty) == 0
    assert (empty.crs, empty.index.name) == (full.crs, "rank")
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_sites_that_add_nothing_are_not_proposed(caplog):
    caplog.set_level(logging.WARNING)
    assert len(place_cameras(STREET, count=10, radius=70)) == 3
    assert "Only 3 of 10 sites" in caplog.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"radius": 0}, "radius must be above 0"),
        ({"radius": float("nan")}, "radius must be above 0"),
        ({"count": 0}, "whole number above 0"),
        ({"by": "crime"}, "by harm or by incidents"),
        ({"candidates": "gird"}, "word 'grid'"),
        ({"candidates": STREET.iloc[:0]}, "no candidate"),
        ({"candidates": STREET.buffer(1).to_frame("geometry")}, "must be points"),
        ({"existing": STREET.to_crs(4326)}, "EPSG:27700"),
        ({"min_gain": 2}, "share from 0 to 1"),
    ],
)
def test_what_cannot_be_used_is_said(change, words):
    with pytest.raises(InputError, match=words):
        place_cameras(STREET, **{"radius": 70, **change})


def test_bad_harm_is_said():
    with pytest.raises(InputError, match="adds up to 0"):
        place_cameras(crimes((0, 0, 0), (5, 5, 0)), radius=70)
    with pytest.raises(InputError, match="missing or negative"):
        place_cameras(crimes((0, 0, float("nan")), (5, 5, 1)), radius=70)
    with pytest.raises(InputError, match="no harm column"):
        place_cameras(STREET.drop(columns="harm"), radius=70)
    with pytest.raises(InputError, match="no geometry"):
        place_cameras(gpd.GeoDataFrame({"harm": [1.0]}, geometry=[None], crs=CRS), radius=70)


def rivals(places: gpd.GeoDataFrame, *, count: int, radius: float) -> tuple[float, float]:
    """Share of harm that greedy and the top places reach: plain loops over distances."""
    at = places.get_coordinates().to_numpy()
    harm, total = places["harm"].to_numpy(dtype=float), places["harm"].sum()
    alone = np.array([harm[np.hypot(*(at - here).T) <= radius].sum() for here in at])
    left, reached = harm.copy(), np.zeros(len(at), dtype=bool)
    for here in at[np.argsort(-alone)[:count]]:
        reached |= np.hypot(*(at - here).T) <= radius
    near = [np.flatnonzero(np.hypot(*(at - here).T) <= radius) for here in at]
    for _ in range(count):
        best = max(range(len(at)), key=lambda j: left[near[j]].sum())
        left[near[best]] = 0
    return float(1 - left.sum() / total), float(harm[reached].sum() / total)


@pytest.mark.parametrize(
    ("file", "layout"),
    [
        ("city_of_london_2014_2017.zip", "police.uk"),
        ("leeds_2024_03.zip", "police.uk"),
        ("west_yorkshire_2016_2018_july.zip", "police.uk"),
        ("leeds_north_west_violent_2018_2021.zip", "police.uk-api"),
    ],
)
def test_on_real_files_no_less_than_greedy_and_the_top_places(shared_data, file, layout):
    from hotspots import read_incidents, weigh_incidents

    incidents, _ = read_incidents(shared_data / "police_uk" / file, layout=layout)
    incidents["harm"] = weigh_incidents(incidents)
    corner = incidents.get_coordinates().median()
    town = incidents[incidents.distance(Point(corner["x"], corner["y"])) < 3000]
    places = town.dissolve(by=town.geometry.to_wkb(), aggfunc={"harm": "sum"}).reset_index(drop=True)
    sites = place_cameras(town, count=10, radius=100, default_locations=True)
    greedy, top = rivals(places, count=10, radius=100)
    covered = sites["cumulative_share_of_harm"].max()
    assert covered >= greedy - 1e-9
    assert covered >= top - 1e-9


def test_a_site_at_a_kind_of_place_names_the_street_beside_it():
    rows = crimes(
        (0, 0, 9), (30, 0, 1), (900, 0, 5), place=["On or near Nightclub", "On or near Call Lane", "Supermarket"]
    )
    assert place_cameras(rows, count=2, radius=20)["name"].tolist()[0] == "Nightclub"
    assert place_cameras(rows, count=2, radius=50, candidates=rows.iloc[[0, 2]])["name"].tolist() == [
        "Nightclub",
        "Supermarket",
    ]
    posts = gpd.GeoDataFrame(geometry=[Point(5, 0)], crs=CRS)
    assert place_cameras(rows, count=1, radius=50, candidates=posts)["name"].tolist() == ["Nightclub, Call Lane"]
