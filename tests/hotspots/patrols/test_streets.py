"""Minutes along streets: by hand on a small lattice, and beside every walk through random ones."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point

from hotspots.checks import CRS
from hotspots.patrols._travel import travel_times

A_MINUTE = {"speed": 60, "detour": 1.0}  # 1,000 metres a minute
X, Y = 430_000, 430_000


def streets_of(*lines: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[LineString([(X + x, Y + y) for x, y in line]) for line in lines], crs=CRS)


def metres(streets: gpd.GeoDataFrame, *at: tuple[float, float]) -> np.ndarray:
    return 1000 * travel_times(np.add(at, (X, Y)), streets=streets, **A_MINUTE)


# Two by two blocks of a kilometre; the street in the middle ends 0.6 m short of the southern one, and meets the
# northern one where that has no vertex.
LATTICE = streets_of(
    [(0, 0), (2000, 0)],
    [(0, 2000), (2000, 2000)],
    [(0, 0), (0, 2000)],
    [(2000, 0), (2000, 2000)],
    [(1000, 0.6), (1000, 2000)],
)


def test_a_stop_between_two_corners_is_reached_from_either_by_hand():
    found = metres(LATTICE, (500, 0), (1000, 500), (1000, 1500), (500, 2000), (0, 1500))
    assert found[0, 1] == pytest.approx(500 + 500, abs=1)  # over the end that falls short of its street
    assert found[1, 2] == pytest.approx(1000)
    assert found[2, 3] == pytest.approx(500 + 500)  # over the junction without a vertex
    assert found[3, 4] == pytest.approx(500 + 500)
    assert found[0, 3] == pytest.approx(500 + 2000 + 500, abs=1)
    assert (found == found.T).all()


def test_streets_that_only_cross_are_a_bridge():
    bridge = streets_of([(0, 0), (2000, 0)], [(1000, -1000), (1000, 1000)], [(2000, 0), (2000, 1000), (1000, 1000)])
    assert metres(bridge, (0, 0), (1000, -1000))[0, 1] == pytest.approx(2000 + 1000 + 1000 + 2000)


def test_stops_far_from_every_street_go_straight_to_one_another(caplog):
    found = metres(LATTICE, (0, -5000), (0, -5300), (1000, 1000))
    assert found[0, 1] == pytest.approx(300)
    assert found[0, 2] == pytest.approx(5000 + 1000 + 1000, abs=1)
    assert "2 stops stand over 500 metres from any street" in caplog.text


def test_an_island_of_a_few_streets_is_not_driven_to():
    comb = [[(20 * i, 0), (20 * i + 20, 0)] for i in range(200)]
    island = [(2000, 10), (2010, 10)]  # nearer to the stop, joined to nothing
    assert metres(streets_of(*comb, island), (0, 0), (2005, 11))[0, 1] == pytest.approx(2005 + 11)


def test_the_shortest_way_is_that_of_every_simple_walk():
    rng = np.random.default_rng(3)
    for _ in range(5):
        corners = rng.uniform(0, 3000, (6, 2)).round(1)
        pairs = [pair for pair in itertools.combinations(range(6), 2) if rng.random() < 0.5]
        pairs += [(i, i + 1) for i in range(5) if (i, i + 1) not in pairs]
        streets = streets_of(*([tuple(corners[a]), tuple(corners[b])] for a, b in pairs))
        long = {frozenset(pair): Point(corners[pair[0]]).distance(Point(corners[pair[1]])) for pair in pairs}
        best = np.full((6, 6), np.inf)
        for size in range(2, 7):
            for walk in itertools.permutations(range(6), size):
                legs = [frozenset(leg) for leg in itertools.pairwise(walk)]
                if all(leg in long for leg in legs):
                    best[walk[0], walk[-1]] = min(best[walk[0], walk[-1]], sum(long[leg] for leg in legs))
        np.fill_diagonal(best, 0)
        assert metres(streets, *map(tuple, corners)) == pytest.approx(best, abs=3)
