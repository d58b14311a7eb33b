"""DBSCAN by harm and by size, cells, streets, and counts by area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from hotspots.assign import assign_hotspots
from hotspots.checks import InputError
from hotspots.find import find_hotspots


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
    xy = np.concatenate(
        [xy, np.column_stack([rng.uniform(0, 800, 20), 1000 + 200 * rng.integers(0, 10, 20)])]
    )
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
