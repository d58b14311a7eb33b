"""The surface's parts, each on ground where the answer is known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.cells.density import Surface, smooth_density


def points(*xy: tuple[float, float], **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(*zip(*xy, strict=True)), crs=27700)


def surface(cell: float = 250, bandwidth: float = 300) -> Surface:
    """Three cells across and two up, away from the origin, wider than high."""
    column, row = np.array([2, 3, 4, 2, 3, 4]), np.array([7, 7, 7, 8, 8, 8])
    return Surface(column, row, cell=cell, bandwidth=bandwidth)


def nodes_of(made: Surface) -> tuple[np.ndarray, np.ndarray]:
    return (made.origin[axis] + np.arange(made.nodes[axis]) * made.step for axis in (0, 1))


def test_the_defaults_are_those_of_the_page():
    some = points((10, 10), (900, 700))
    plain = smooth_density(some)
    pd.testing.assert_frame_equal(plain, smooth_density(some, cell=250, bandwidth=300, by="incidents"))
    assert not np.allclose(plain["density"], smooth_density(some, bandwidth=301)["density"], rtol=1e-3)


def test_a_bandwidth_of_less_than_a_metre_is_one():
    peak = smooth_density(points((0.5, 0.5)), cell=1, bandwidth=0.5)["density"].iloc[0]
    assert peak == pytest.approx(1e6 / (2 * np.pi * 0.5**2), rel=0.006)


def test_the_fine_grid_has_six_steps_to_a_bandwidth_and_four_bandwidths_around():
    made = surface()
    assert made.step <= 300 / 6
    assert made.step * made.parts == pytest.approx(250)
    x, y = nodes_of(made)
    assert x[0] <= 2 * 250 - 4 * 300
    assert x[-1] >= 5 * 250 + 4 * 300
    assert y[0] <= 7 * 250 - 4 * 300
    assert y[-1] >= 9 * 250 + 4 * 300
    assert x[0] > 2 * 250 - 4 * 300 - made.step
    assert y[-1] < 9 * 250 + 4 * 300 + made.step


def test_a_point_is_shared_among_four_nodes_with_its_place_kept():
    made = surface()
    x, y = nodes_of(made)
    rng = np.random.default_rng(1)
    xy = np.column_stack([rng.uniform(500, 1250, 40), rng.uniform(1750, 2250, 40)])
    weight = rng.uniform(1, 9, 40)
    field = made.share_out(xy.copy(), weight)
    assert field.shape == (len(y), len(x))
    assert field.min() >= 0
    assert field.sum() == pytest.approx(weight.sum())
    # linear sharing keeps where the weight lies on average
    assert (field.sum(axis=0) @ x) == pytest.approx(weight @ xy[:, 0])
    assert (field.sum(axis=1) @ y) == pytest.approx(weight @ xy[:, 1])
    alone = made.share_out(np.array([[x[5] + made.step / 4, y[9] + made.step / 2]]), np.array([8.0]))
    assert alone[9:11, 5:7] == pytest.approx(np.array([[3.0, 1.0], [3.0, 1.0]]))
    assert alone.sum() == pytest.approx(8)


def test_more_points_than_fit_in_a_part_all_count(monkeypatch):
    from hotspots.cells import density

    rng = np.random.default_rng(2)
    xy, weight = rng.uniform(600, 2000, (50, 2)), rng.uniform(1, 9, 50)
    whole = surface().share_out(xy.copy(), weight)
    monkeypatch.setattr(density, "_CHUNK", 7)
    assert surface().share_out(xy.copy(), weight) == pytest.approx(whole)


def test_ground_is_the_area_of_the_study_area_where_it_lies():
    made = surface()
    x, y = nodes_of(made)
    area = shapely.box(500, 1750, 1250, 2000).union(shapely.box(500, 2000, 750, 2250))  # an L, not square
    ground = made.ground(area)
    assert ground.sum() == pytest.approx(area.area)
    assert (ground.sum(axis=0) @ x / area.area) == pytest.approx(area.centroid.x)
    assert (ground.sum(axis=1) @ y / area.area) == pytest.approx(area.centroid.y)


def test_the_kernel_is_a_gaussian_around_the_middle_of_each_cell():
    made = surface()
    x, _ = nodes_of(made)
    variance = 300**2 - made.step**2 / 6  # sharing out adds the rest
    for number, middle in enumerate((625, 875, 1125)):
        row = made.across.toarray()[number]
        near = np.abs(x - middle) <= 4 * 300
        want = np.exp(-((x - middle) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
        assert row[near] == pytest.approx(want[near])
        assert row.sum() * made.step == pytest.approx(1, abs=1e-3)
    assert made.across.shape == (3, len(x))
    assert made.up.shape[0] == 2


def test_a_field_is_read_off_at_the_cells_in_their_order():
    made = surface()
    x, y = nodes_of(made)
    field = np.zeros((len(y), len(x)))
    field[12, 30] = 5.0
    want = [
        5 * made.up.toarray()[row - 7, 12] * made.across.toarray()[column - 2, 30]
        for column, row in zip(made.column, made.row, strict=True)
    ]
    assert made.smooth(field) == pytest.approx(want)


def test_half_of_a_kernel_outside_the_area_doubles_what_is_found_inside():
    # a strip 250 m high and long: half of the weight of its middle lies outside, in the one direction only
    area = shapely.box(-10_000, 0, 10_000, 250)
    cells = smooth_density(points((0, 125)), study_area=area, bandwidth=300).set_index(["column", "row"])
    bare = smooth_density(points((0, 125)), bandwidth=300).set_index(["column", "row"])
    from scipy.stats import norm

    inside = norm.cdf(125 / 300) - norm.cdf(-125 / 300)
    assert cells.loc[(0, 0), "density"] == pytest.approx(bare.loc[(0, 0), "density"] / inside, rel=0.01)
