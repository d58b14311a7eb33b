"""Kernel density against scikit-learn, by hand, and at the edge of a study area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots import InputError
from hotspots.cells.density import smooth_density


def points(xy: object, **columns: object) -> gpd.GeoDataFrame:
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    geometry = gpd.points_from_xy(xy[:, 0], xy[:, 1])
    return gpd.GeoDataFrame(columns, index=range(len(xy)), geometry=geometry, crs=27700)


def exact(cells: gpd.GeoDataFrame, xy: np.ndarray, weight: np.ndarray, bandwidth: float) -> np.ndarray:
    """Gaussian kernel density per km² by scikit-learn, at the centres of the cells."""
    from sklearn.neighbors import KernelDensity

    centre = np.column_stack([cells.centroid.x, cells.centroid.y])
    model = KernelDensity(bandwidth=bandwidth, rtol=1e-6).fit(xy, sample_weight=weight)
    return np.exp(model.score_samples(centre)) * weight.sum() * 1e6


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 60),
    cell=st.sampled_from([50, 100, 250, 500]),
    bandwidth=st.sampled_from([100, 150, 200, 300, 450]),
)
def test_within_a_hundredth_of_scikit_learn(seed: int, count: int, cell: int, bandwidth: int) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 3000, (count, 2))
    weight = rng.integers(1, 40, count)
    cells = smooth_density(points(xy, incidents=weight), cell=cell, bandwidth=bandwidth)
    want = exact(cells, xy, weight.astype(float), bandwidth)
    assert np.abs(cells["density"] - want).max() < 0.015 * want.max()


def test_a_leeds_month_is_within_a_hundredth_of_scikit_learn(shared_data: object) -> None:
    from hotspots import read_incidents

    incidents, _ = read_incidents(shared_data / "police_uk/leeds_2024_03.zip")  # type: ignore[operator]
    cells = smooth_density(incidents)
    xy = np.column_stack([incidents.geometry.x, incidents.geometry.y])
    want = exact(cells, xy, np.ones(len(xy)), 300)
    assert np.abs(cells["density"] - want).max() < 0.01 * want.max()


def test_one_point_by_hand() -> None:
    cells = smooth_density(points([(125, 125)] * 4 + [(10_125, 125)]), bandwidth=250)
    peak = 4 / (2 * np.pi * 0.25**2)
    assert cells["density"].iloc[0] == pytest.approx(peak, rel=0.006)
    assert cells["density"].iloc[1] == pytest.approx(peak * np.exp(-0.5), rel=0.006)
    assert cells["density"].iloc[20] == pytest.approx(0, abs=1e-3 * peak)


def test_the_whole_surface_holds_every_incident() -> None:
    xy = np.random.default_rng(1).uniform(3000, 5000, (200, 2))
    wide = smooth_density(points(np.vstack([xy, [[0, 0], [8000, 8000]]])), cell=100)
    assert (wide["density"] * wide.area / 1e6).sum() == pytest.approx(201, abs=1.0)


def test_harm_and_double_weights_reach_the_surface() -> None:
    some = points([(100, 100), (900, 900)], harm=[1.0, 365.0])
    by_harm = smooth_density(some, by="harm")
    assert by_harm["density"].idxmax() == by_harm.index[-1]
    twice = smooth_density(some.assign(harm=some["harm"] * 2), by="harm")
    np.testing.assert_allclose(twice["density"], 2 * by_harm["density"])


def test_even_ground_stays_even_up_to_the_edge_of_the_study_area() -> None:
    step = np.arange(10, 2000, 20.0)
    even = np.array([(x, y) for x in step for y in step if not (x > 1000 and y > 1000)])
    area = shapely.box(0, 0, 2000, 2000).difference(shapely.box(1000, 1000, 2000, 2000))
    inside = smooth_density(points(even), study_area=area)["density"]
    per_km2 = 1e6 / 400
    assert inside.to_numpy() == pytest.approx(per_km2, rel=0.02)
    assert smooth_density(points(even))["density"].min() < 0.5 * per_km2


def test_pieces_too_small_for_the_grid_have_a_density_all_the_same() -> None:
    pieces = [shapely.box(x + 10, 10, x + 14, 14) for x in (10_000, 20_000)]  # the second holds nothing
    area = shapely.MultiPolygon([shapely.box(0, 0, 2000, 2000), *pieces])
    cells = smooth_density(points([(1000, 1000), (10_012, 12)]), study_area=area).set_index(["column", "row"])
    # one point 113 m east and north of the centre of its cell, bandwidth 300 m, without a correction
    there = np.exp(-(2 * 113**2) / (2 * 300**2)) / (2 * np.pi * 0.3**2)
    assert cells.loc[(40, 0), "density"] == pytest.approx(there, rel=0.02)
    assert cells.loc[(80, 0), "density"] == 0
    assert np.isfinite(cells["density"]).all()


def test_incidents_outside_the_study_area_do_not_smear_into_it() -> None:
    area = shapely.box(0, 0, 1000, 1000)
    here = smooth_density(points([(500, 500)]), study_area=area)
    both = smooth_density(points([(500, 500), (1100, 500)]), study_area=area)
    pd.testing.assert_frame_equal(here, both)


def test_places_give_the_same_surface_and_the_input_is_not_changed() -> None:
    rows = points([(5, 5), (5, 5), (900, 40)])
    before = rows.copy()
    pd.testing.assert_frame_equal(smooth_density(points([(5, 5), (900, 40)], incidents=[2, 1])), smooth_density(rows))
    pd.testing.assert_frame_equal(rows, before)


def test_nothing_in_gives_an_empty_surface() -> None:
    empty = smooth_density(points([]))
    assert empty["density"].dtype == float
    assert list(empty.columns) == ["column", "row", "incidents", "density", "geometry"]
    flat = smooth_density(points([]), study_area=shapely.box(0, 0, 600, 600))
    assert (flat["density"] == 0).all()


def test_what_cannot_be_used_is_named() -> None:
    with pytest.raises(InputError, match="bandwidth must be above 0"):
        smooth_density(points([(1, 1)]), bandwidth=0)
    with pytest.raises(InputError, match="by must be incidents"):
        smooth_density(points([(1, 1)]), by="harm")
    with pytest.raises(InputError, match="1 of 1 incidents have no coordinates"):
        smooth_density(gpd.GeoDataFrame(geometry=[shapely.Point()], crs=27700))
