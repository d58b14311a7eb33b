"""DBSCAN by harm and by size, cells, streets, and counts by area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from hotspots.checks import InputError
from hotspots.finding._by_streets import nearest_street
from hotspots.finding.assign import assign_hotspots
from hotspots.finding.find import find_hotspots


def points(xy, **columns):
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)


def agree(frame, spots):
    counted = assign_hotspots(frame, spots).value_counts().reindex(spots.index, fill_value=0)
    return counted.tolist() == spots["incidents"].tolist()


def test_one_homicide_founds_no_cluster():
    # by harm alone the lone homicide would pass; the floor on incidents keeps it out
    frame = points([(0, 0)] + [(5000, 0)] * 6 + [(9000, 0)] * 6, harm=[5475.0] + [365.0] * 6 + [1.0] * 6)
    spots = find_hotspots(frame, method="dbscan", min_incidents=5, min_harm=1000, resamples=0)
    assert spots["incidents"].tolist() == [6]
    assert spots["harm"].tolist() == [6 * 365.0]
    assert len(find_hotspots(frame, method="dbscan", min_incidents=5, resamples=0)) == 2
    with pytest.raises(InputError, match="weigh_incidents"):
        find_hotspots(frame.drop(columns="harm"), method="dbscan", min_incidents=5, min_harm=1)


def test_a_chain_is_split_into_the_discs_inside_it():
    chain = points([(100.0 * i, 0) for i in range(40) for _ in range(3)] + [(20_000, 0)] * 9)
    whole = find_hotspots(chain, method="dbscan", min_incidents=6, resamples=0)
    assert whole["incidents"].tolist() == [120, 9]
    split = find_hotspots(chain, method="dbscan", min_incidents=6, max_diameter=500, resamples=2)
    assert len(split) > 8
    widest = shapely.minimum_bounding_radius(split.geometry.to_numpy()).max()
    assert widest <= 151
    assert (split["incidents"] >= 6).all()
    assert agree(chain, split)


def test_significant_touching_cells_become_one_hotspot():
    grid = [(x * 250 + 125, y * 250 + 125) for x in range(20) for y in range(20)]
    hot = [(1125, 1125)] * 60 + [(1375, 1125)] * 60
    frame = points(grid + hot)
    spots = find_hotspots(frame, method="cells", resamples=0)
    assert len(spots) == 1
    assert spots["incidents"].iloc[0] >= 120
    assert spots.geometry.iloc[0].area % 250**2 == pytest.approx(0, abs=1e-6)
    assert agree(frame, spots)


def streets():
    lines = [[(0, 0), (400, 0)], [(400, 0), (400, 300)], [(400, 300), (900, 300)], [(0, 500), (900, 500)]]
    more = [[(x, 1000 + 200 * n), (x + 400, 1000 + 200 * n)] for n in range(10) for x in (0, 400)]
    return gpd.GeoDataFrame(geometry=[shapely.LineString(c) for c in lines + more], crs=27700)


def test_hot_streets_that_meet_make_one_run():
    rng = np.random.default_rng(0)
    xy = np.column_stack([rng.uniform(20, 380, 30), rng.uniform(-8, 8, 30)])
    xy = np.concatenate([xy, np.column_stack([rng.uniform(392, 408, 30), rng.uniform(20, 280, 30)])])
    xy = np.concatenate([xy, np.column_stack([rng.uniform(0, 800, 20), 1000 + 200 * rng.integers(0, 10, 20)])])
    frame = points(np.concatenate([xy, [(5000, 5000)]]))
    network = streets()
    spots = find_hotspots(frame, method="streets", streets=network, resamples=5)
    assert spots["incidents"].tolist() == [60]
    assert spots["stability"].iloc[0] == 1
    twice = gpd.GeoDataFrame(geometry=[*network.geometry, *shapely.reverse(network.geometry)], crs=27700)
    again = find_hotspots(frame, method="streets", streets=twice, resamples=0)
    assert again["incidents"].tolist() == [60]


def test_streets_refuse_snapped_points_and_say_why():
    frame = points([(100 * (i % 4), 0) for i in range(40)])
    with pytest.raises(InputError, match=r"snapped.*eight addresses"):
        find_hotspots(frame, method="streets", streets=streets())
    with pytest.raises(InputError, match="network of lines"):
        find_hotspots(frame, method="streets")


def test_so_many_in_each_area():
    xy = [(2000 * i, 0) for i in range(8) for _ in range(10 - i)]
    zone = ["West"] * sum(10 - i for i in range(4)) + ["East"] * sum(10 - i for i in range(4, 8))
    frame = points(xy, zone=zone)
    spots = find_hotspots(frame, count={"West": 1, "East": 2}, area="zone", resamples=3)
    assert spots["incidents"].tolist() == [10, 6, 5]
    with pytest.raises(InputError, match="'West'"):
        find_hotspots(frame, count={"Wset": 1}, area="zone")
    with pytest.raises(InputError, match="column of areas"):
        find_hotspots(frame, count={"West": 1})


def even(per_street):
    return points([(50 + 300 * n, y) for y in range(1000, 3000, 200) for n in range(per_street)])


def test_a_place_midway_between_two_streets_counts_on_the_first_drawn():
    network = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(0, y), (400, y)]) for y in (0, 10, 500, 1000, 1500)], crs=27700
    )
    street, metres = nearest_street(np.array([(7.0, 5.0), (9.0, 499.0), (9.0, 800.0)]), network.geometry.array, most=50)
    assert street.tolist() == [0, 2, -1]
    assert metres.tolist() == [5, 1, np.inf]


def test_streets_all_alike_or_too_far_away_are_not_hot(caplog):
    network = streets()
    assert len(find_hotspots(even(3), method="streets", streets=network, resamples=0)) == 0
    assert "too far" not in caplog.text
    away = points([(9000 + 7 * i, 9000) for i in range(10)])
    assert len(find_hotspots(away, method="streets", streets=network, resamples=0)) == 0
    assert "10 of 10 incidents are too far from any street" in caplog.text
    nobody = find_hotspots(points([]), method="streets", streets=network, resamples=0)
    assert len(nobody) == 0
    with pytest.raises(InputError, match=r"must be lines.*'Point': 10"):
        find_hotspots(away, method="streets", streets=away, resamples=0)


def test_an_incident_outside_the_study_area_is_in_no_hotspot_of_cells():
    # the same ten in the area, and three off its grid
    inside = [(550, 550)] * 5 + [(1050, 550)] * 5
    frame, area = points([*inside, *[(9050, 9050)] * 3]), shapely.box(0, 0, 5000, 5000)
    spots = find_hotspots(frame, method="cells", cell_size=100, study_area=area, resamples=0)
    assert spots["incidents"].tolist() == [5, 5]


def test_cells_stand_out_from_the_whole_study_area_also_where_nothing_happened():
    heavy = points([(550, 550)] * 5 + [(1050, 550)] * 5)
    whole = shapely.box(0, 0, 5000, 5000)
    spots = find_hotspots(heavy, method="cells", cell_size=100, study_area=whole, resamples=0)
    assert spots["incidents"].tolist() == [5, 5]
    assert len(find_hotspots(points([]), method="cells", study_area=whole, resamples=0)) == 0
    assert len(find_hotspots(points([]), method="cells", resamples=0)) == 0
    # in the rectangle around them alone, which has no height, nothing stands out
    assert len(find_hotspots(heavy, method="cells", cell_size=100, resamples=0)) == 0


def test_an_empty_cell_with_busy_neighbours_is_no_hotspot_until_something_happens_there():
    # 20 × 20 cells: a ring of 10s around one empty cell, and twelve lone 30s; by hand z of the empty cell is
    # (80 - 9.9) / 15.8 = 4.4, of the ring's sides (50 - 9.9) / 15.8 = 2.5, of the lone ones 1.3
    ring = [(x, y) for x in (850, 950, 1050) for y in (850, 950, 1050) if (x, y) != (950, 950)]
    lone = [(x, y) for x in (150, 550, 1350, 1750) for y in (150, 550, 1550)]
    frame = points(ring * 10 + lone * 30)
    options = {"method": "cells", "cell_size": 100, "study_area": shapely.box(0, 0, 2000, 2000), "resamples": 0}
    assert len(find_hotspots(frame, **options)) == 0
    spots = find_hotspots(points(ring * 10 + lone * 30 + [(950, 950)]), **options)
    assert spots["incidents"].tolist() == [1]
    assert spots.geometry.iloc[0].bounds == (900, 900, 1000, 1000)


def test_cells_by_harm_find_what_counts_do_not():
    grid = [(x + 50, y + 50) for x in range(0, 2000, 100) for y in range(0, 2000, 100)]
    frame = points(grid, harm=[1000.0 if xy == (550, 550) else 1.0 for xy in grid])
    options = {"method": "cells", "cell_size": 100, "study_area": shapely.box(0, 0, 2000, 2000), "resamples": 0}
    assert len(find_hotspots(frame, by="incidents", **options)) == 0
    spots = find_hotspots(frame, by="harm", **options)
    assert spots["incidents"].tolist() == [9]  # the heavy cell and the eight that touch it
    assert spots["harm"].tolist() == [1008]
