"""What may not change the hotspots of any method: order, files, weights doubled, where the map begins."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots import cluster_incidents, find_hotspots

WEST, SOUTH, SIDE = 430_000.0, 433_000.0, 3000.0
HEXAGON = 100.0
METHODS: dict[str, dict[str, Any]] = {
    "discs": {"count": 8, "by": "harm"},
    "discs apart": {"count": 8, "merge": False, "max_overlap": 0.3},
    "dbscan": {"method": "dbscan", "min_incidents": 12, "radius": 120},
    "dbscan split": {"method": "dbscan", "min_incidents": 6, "radius": 120, "max_diameter": 400, "min_harm": 20.0},
    "squares": {"method": "cells", "cell_size": 250, "by": "harm"},
    "hexagons": {"method": "cells", "cell_size": HEXAGON, "cell_shape": "hexagon"},
    "streets": {"method": "streets", "max_distance": 20},
}
SEEDS = st.integers(0, 100_000)
MIXED = settings(max_examples=4, deadline=None)


def town(seed: int) -> gpd.GeoDataFrame:
    """Records along a few streets and about a busy corner, on whole metres; one in three shares its place."""
    rng = np.random.default_rng(seed)
    busy = rng.normal((WEST + 900, SOUTH + 900), 90, (80, 2))
    on_street = np.column_stack([rng.uniform(0, SIDE, 90) + WEST, rng.integers(0, 4, 90) * 700 + SOUTH + 300])
    hot = np.column_stack([rng.uniform(1000, 1500, 40) + WEST, np.full(40, SOUTH + 1700)])
    elsewhere = rng.uniform(0, SIDE, (50, 2)) + np.array([WEST, SOUTH])
    xy = np.rint(np.vstack([busy, on_street, hot, elsewhere]))
    xy = np.vstack([xy, xy[rng.integers(0, len(xy), len(xy) // 5)]])
    harm = rng.choice([1.0, 7.5, 244.68], len(xy))
    return gpd.GeoDataFrame({"harm": harm}, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)


def streets() -> gpd.GeoDataFrame:
    lines = [
        shapely.LineString([(WEST + 500 * i, SOUTH + 300 + 700 * j), (WEST + 500 * (i + 1), SOUTH + 300 + 700 * j)])
        for i in range(6)
        for j in range(4)
    ]
    return gpd.GeoDataFrame(geometry=lines, crs=27700)


def find(records: gpd.GeoDataFrame, method: str, *, by: tuple[float, float] = (0, 0), **more: Any) -> pd.DataFrame:
    """Hotspots as plain numbers, put back to where they were before everything was moved ``by`` metres."""
    options = {**METHODS[method], **more}
    if method == "streets":
        options["streets"] = streets().set_geometry(streets().translate(*by))
    ground = shapely.box(WEST - 500, SOUTH - 500, WEST + SIDE + 500, SOUTH + SIDE + 500)
    options["study_area"] = shapely.affinity.translate(ground, *by)
    found = find_hotspots(records, resamples=0, **options)
    table = pd.DataFrame(found[["incidents", "harm", "places", "kind", "expected", "expected_nearby"]])
    table["area"] = found.area
    table["east"], table["north"] = found.centroid.x - by[0], found.centroid.y - by[1]
    return table


def collapsed(records: gpd.GeoDataFrame, times: int = 1) -> gpd.GeoDataFrame:
    xy = pd.MultiIndex.from_arrays([records.geometry.x, records.geometry.y])
    at, distinct = xy.factorize()
    frame = {"incidents": times * np.bincount(at), "harm": times * np.bincount(at, records["harm"])}
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(*zip(*distinct, strict=True)), crs=27700)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert len(one)
    pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-3)


@pytest.mark.parametrize("method", METHODS)
@MIXED
@given(seed=SEEDS)
def test_the_order_of_rows_and_the_files_they_came_in_play_no_part(method: str, seed: int) -> None:
    records = town(seed)
    want = find(records, method)
    mixed = records.sample(frac=1, random_state=seed)
    same(find(mixed, method), want)
    halves = [records.iloc[::2], records.iloc[1::2]]
    same(find(pd.concat(halves[::-1], ignore_index=True), method), want)
    same(find(collapsed(mixed), method), want)


@pytest.mark.parametrize("method", METHODS)
@MIXED
@given(seed=SEEDS)
def test_twice_the_records_find_the_same_ground(method: str, seed: int) -> None:
    records = town(seed)
    bars = {k: 2 * METHODS[method][k] for k in ("min_incidents", "min_harm") if k in METHODS[method]}
    # a mix is drawn to the city's by so many records, and by those around where points hold hardly two
    plain = {"shrink": 0} if method == "discs" else {}
    bars |= plain
    twice = find(pd.concat([records, records], ignore_index=True), method, **bars)
    same(find(collapsed(records, times=2), method, **bars), twice)
    if method == "streets":  # twice as much to go by: what was sure is surer, and more may become so
        assert len(twice) >= 1
        return
    want = find(records, method, **plain)
    for column in ("incidents", "harm", "expected", "expected_nearby"):
        want[column] *= 2
    same(twice, want)


@pytest.mark.parametrize("method", METHODS)
@MIXED
@given(seed=SEEDS, across=st.integers(-30, 30), up=st.integers(-30, 30))
def test_moving_everything_by_whole_cells_moves_the_hotspots(method: str, seed: int, across: int, up: int) -> None:
    step = {"squares": (250.0, 250.0), "hexagons": (np.sqrt(3) * HEXAGON, 3 * HEXAGON)}.get(method, (50.0, 50.0))
    by = (across * step[0], up * step[1])
    records = town(seed)
    # half a metre off the grid lines: no rounding can carry a record over one
    records = records.set_geometry(records.translate(0.25, 0.25))
    moved = records.set_geometry(records.translate(*by))
    same(find(moved, method, by=by), find(records, method))


@MIXED
@given(seed=SEEDS, radius=st.sampled_from([60, 120, 250]), least=st.integers(2, 20))
def test_shuffled_rows_keep_core_points_and_noise(seed: int, radius: float, least: int) -> None:
    records = town(seed)
    xy = np.column_stack([records.geometry.x, records.geometry.y])
    core = (np.hypot(*(xy[:, None] - xy[None]).T) <= radius).sum(axis=0) >= least
    labels = cluster_incidents(records, radius=radius, min_incidents=least)
    mixed = records.sample(frac=1, random_state=seed)
    again = cluster_incidents(mixed, radius=radius, min_incidents=least).reindex(records.index)
    assert (labels.ge(0) == again.ge(0)).all()
    assert labels[core].ge(0).all()
    together = [frozenset(group.index) for _, group in labels[core].groupby(labels[core])]
    assert set(together) == {frozenset(group.index) for _, group in again[core].groupby(again[core])}
