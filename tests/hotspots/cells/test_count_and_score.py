"""Cells of a fixed grid and Gi*, against values by hand, esda, SciPy and exhaustive geometry."""

from __future__ import annotations

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots import InputError
from hotspots.cells.count_and_score import assign_cells, count_cells, grid_of, label_cells, score_cells
from hotspots.cells.gistar import Sums, permute_p, sum_band, sum_grid
from hotspots.cells.grid import Grid, cells_within, centre_points, draw_cells, locate_points, make_grid
from hotspots.statistics.many_tests import false_discovery

L_SHAPE = shapely.Polygon([(0, 0), (1000, 0), (1000, 400), (400, 400), (400, 1000), (0, 1000)])


def points(xy: object, **columns: object) -> gpd.GeoDataFrame:
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    return gpd.GeoDataFrame(columns, index=range(len(xy)), geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)


def scatter(n: int, seed: int, far: float = 1000) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, far, (n, 2))


# ---- counting


def test_squares_by_hand_start_at_the_national_grid_origin() -> None:
    cells = count_cells(points([(430_010, 433_010), (430_240, 433_240), (430_250, 433_000)]), size=250)
    assert cells["incidents"].tolist() == [2, 1]
    assert cells["column"].tolist() == [1720, 1721]
    assert cells["row"].tolist() == [1732, 1732]
    assert cells.index.tolist() == [1732_001720, 1732_001721]
    assert cells.index.name == "cell"
    assert cells.geometry.iloc[0].bounds == (430_000, 433_000, 430_250, 433_250)


def test_a_hexagon_of_side_200_covers_a_tenth_of_a_square_kilometre() -> None:
    cells = count_cells(points(scatter(50, 1)), size=200, shape="hexagon")
    assert cells.area.to_numpy() / 1e6 == pytest.approx(0.1039, abs=5e-5)
    assert make_grid("hexagon", 200).area == pytest.approx(cells.area.iloc[0])
    assert grid_of(cells) == Grid("hexagon", 200)


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_every_incident_is_in_the_ground_of_its_cell_and_counted_once(shape: str) -> None:
    some = points(scatter(400, 2) + np.array([430_000, 433_000]))
    cells = count_cells(some, size=90, shape=shape)
    assert cells["incidents"].sum() == 400
    mine = assign_cells(some, cells)
    ground = cells.geometry.loc[mine.to_numpy()].reset_index(drop=True)
    assert ground.distance(some.geometry).max() < 1e-6
    held = cells["incidents"][cells["incidents"] > 0]
    assert mine.value_counts().to_dict() == held.to_dict()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), min_size=1, max_size=20))
def test_a_point_lies_in_the_hexagon_with_the_nearest_centre(xy: list[tuple[int, int]]) -> None:
    grid, at = Grid("hexagon", 100.0), np.asarray(xy, float)
    column, row = locate_points(grid, at)
    own = np.hypot(*(at - centre_points(grid, column, row)).T)
    everyone = centre_points(grid, *(n.ravel() for n in np.meshgrid(np.arange(-8, 9), np.arange(-9, 10))))
    nearest = np.hypot(*(at[:, None, :] - everyone[None]).transpose(2, 0, 1)).min(axis=1)
    assert own == pytest.approx(nearest, abs=1e-9)


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_hexagons_and_squares_tile_without_gap_or_overlap(shape: str) -> None:
    cells = count_cells(points([(0, 0), (900, 900)]), size=100, shape=shape)
    assert cells.union_all().area == pytest.approx(cells.area.sum(), rel=1e-9)
    assert cells.union_all().geom_type == "Polygon"
    assert len(cells.union_all().interiors) == 0


@pytest.mark.parametrize("shape", ["square", "hexagon"])
@pytest.mark.parametrize("size", [7.0, 40.0, 333.0])
def test_cells_of_a_study_area_are_those_that_overlap_its_ground(shape: str, size: float) -> None:
    grid = make_grid(shape, size)
    column, row = cells_within(grid, L_SHAPE)
    around = count_cells(points([(-700, -700), (1700, 1700)]), size=size, shape=shape)
    overlap = around.intersection(L_SHAPE).area > 1e-3
    assert sorted(zip(column, row, strict=True)) == sorted(
        zip(around["column"][overlap], around["row"][overlap], strict=True)
    )


def test_cells_that_only_touch_the_study_area_are_left_out_but_no_incident_on_its_edge() -> None:
    area = shapely.box(0, 0, 200, 200)
    assert len(count_cells(points([(50, 50)]), size=100, study_area=area)) == 4
    on_edge = count_cells(points([(50, 50), (200, 200)]), size=100, study_area=area)
    assert len(on_edge) == 5
    assert on_edge["incidents"].sum() == 2


def test_incidents_outside_the_study_area_are_left_out_and_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        cells = count_cells(points([(50, 50), (900, 900)]), size=300, study_area=L_SHAPE)
    assert cells["incidents"].sum() == 1
    assert "1 records lie outside the study area" in caplog.text


def test_a_frame_of_areas_is_a_study_area_in_any_reference_system() -> None:
    ground = shapely.transform(L_SHAPE, lambda xy: xy + np.array([430_000, 433_000]))
    area = gpd.GeoDataFrame(geometry=[ground], crs=27700)
    some = points(scatter(60, 3, 390) + np.array([430_000, 433_000]))
    want = count_cells(some, size=100, study_area=ground)
    pd.testing.assert_frame_equal(count_cells(some, size=100, study_area=area), want)
    assert count_cells(some, size=130, study_area=area.to_crs(4326))["incidents"].sum() == 60


def test_places_give_the_same_cells_as_their_incidents() -> None:
    rng = np.random.default_rng(4)
    rows = points(rng.integers(0, 12, (300, 2)) * 60.0, harm=rng.choice([1.0, 10.0, 365.0], 300))
    frame = (
        pd.DataFrame({"x": rows.geometry.x, "y": rows.geometry.y, "harm": rows["harm"], "incidents": 1})
        .groupby(["x", "y"], as_index=False)[["harm", "incidents"]]
        .sum()
    )
    places = points(frame[["x", "y"]], harm=frame["harm"], incidents=frame["incidents"])
    cells = count_cells(rows, size=100)
    pd.testing.assert_frame_equal(count_cells(places, size=100), cells)
    assert cells["harm"].sum() == pytest.approx(rows["harm"].sum())


def test_moving_everything_by_whole_cells_changes_no_count() -> None:
    xy = scatter(200, 5)
    for shape, move in [("square", (5000, 7000)), ("hexagon", (40 * 3**0.5 * 100, 30 * 1.5 * 100))]:
        here = count_cells(points(xy), size=100, shape=shape)["incidents"]
        there = count_cells(points(xy + move), size=100, shape=shape)["incidents"]
        assert here.tolist() == there.tolist()


def test_counting_changes_no_input_and_nothing_in_gives_nothing_out() -> None:
    some = points(scatter(5, 6), harm=1.0)
    before = some.copy()
    count_cells(some)
    pd.testing.assert_frame_equal(some, before)
    empty = count_cells(some.head(0))
    assert list(empty.columns) == ["column", "row", "incidents", "harm", "geometry"]
    assert len(empty) == 0
    assert empty["incidents"].dtype == np.int64
    assert empty.crs == some.crs
    assert score_cells(empty).dtypes.tolist() == [np.float64] * 3
    assert label_cells(empty, score_cells(empty)).tolist() == []
    assert assign_cells(some, empty).isna().all()
    assert count_cells(some.head(0), study_area=L_SHAPE)["incidents"].sum() == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": "hexagn"}, "shape='hexagon'"),
        ({"size": 0}, "above 0 metres"),
        ({"size": float("nan")}, "above 0 metres"),
        ({"size": 0.01}, "cells"),
        ({"study_area": "Leeds"}, "study area must be"),
        ({"study_area": shapely.Point(1, 1)}, "covers no ground"),
        ({"study_area": gpd.GeoSeries([L_SHAPE])}, "no coordinate reference system"),
    ],
)
def test_options_that_cannot_be_used_are_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        count_cells(points(scatter(5, 7)), **options)


# ---- Gi*


def test_six_points_from_the_literature() -> None:
    six = points([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], value=[2, 3, 3.2, 5, 8, 7])
    want = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    assert score_cells(six, by="value", radius=15)["z"].to_numpy() == pytest.approx(want, abs=1e-8)


def test_false_discovery_from_the_literature() -> None:
    p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
    q = [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.1057, 0.216, 0.216, 0.216]
    assert false_discovery(p) == pytest.approx(q, abs=5e-5)
    assert false_discovery(p[::-1]) == pytest.approx(q[::-1], abs=5e-5)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_false_discovery_as_scipy_has_it(p: list[float]) -> None:
    from scipy.stats import false_discovery_control

    assert false_discovery(p) == pytest.approx(false_discovery_control(p), abs=1e-12)


@pytest.mark.parametrize("shape", ["square", "hexagon"])
@pytest.mark.parametrize("area", [None, L_SHAPE])
def test_equal_to_esda_to_a_trillionth(shape: str, area: object) -> None:
    esda, weights = pytest.importorskip("esda"), pytest.importorskip("libpysal").weights
    cells = count_cells(points(scatter(300, 8) * [1, 0.39]), size=61, shape=shape, study_area=area)
    cells["harm"] = np.random.default_rng(9).lognormal(size=len(cells))
    touching = cells.geometry.sindex.query(cells.buffer(1), predicate="intersects")
    table = {i: [int(j) for j in touching[1][touching[0] == i] if j != i] for i in range(len(cells))}
    for by in ("incidents", "harm"):
        theirs = esda.G_Local(
            cells[by].to_numpy(float), weights.W(table, silence_warnings=True), transform="B", permutations=0, star=True
        )
        ours = score_cells(cells, by=by)
        assert np.abs(ours["z"] - theirs.Zs).max() < 1e-12
        assert ours["p"].to_numpy() == pytest.approx(2 * theirs.p_norm, abs=1e-12)


def test_the_weight_the_user_passes_reaches_the_statistic() -> None:
    cells = count_cells(points(scatter(100, 10), harm=np.r_[np.full(99, 1.0), 5475.0]), size=100)
    by_count, by_harm = score_cells(cells), score_cells(cells, by="harm")
    worst = cells["harm"].idxmax()
    assert by_harm.loc[worst, "z"] > by_count.loc[worst, "z"]
    doubled = cells.assign(harm=2 * cells["harm"])
    np.testing.assert_allclose(score_cells(doubled, by="harm")["z"], by_harm["z"], atol=1e-12)


def test_a_constant_field_is_undefined_not_infinite() -> None:
    cells = count_cells(points([(0, 0), (950, 950)]), size=100).assign(incidents=3)
    scores = score_cells(cells)
    assert scores.isna().all(axis=None)
    assert score_cells(cells, permutations=99).isna().all(axis=None)
    assert score_cells(cells.assign(incidents=0.1), by="incidents").isna().all(axis=None)
    assert (label_cells(cells, scores) == -1).all()


def test_scattered_cells_take_another_path_to_the_same_sums() -> None:
    rng = np.random.default_rng(11)
    column, row = rng.integers(0, 30, (2, 500))
    column, row = np.unique(np.stack([column, row]), axis=1)
    values = rng.random(len(row))
    for shape in ("square", "hexagon"):
        dense = sum_grid(values, column, row, shape=shape)
        far = np.r_[column, 1_100], np.r_[row, 1_100]
        sparse = sum_grid(np.r_[values, 1.0], *far, shape=shape)
        np.testing.assert_allclose(sparse.total, np.r_[dense.total, 1.0])
        np.testing.assert_array_equal(sparse.cells, np.r_[dense.cells, 1])
        by_distance = sum_band(
            values, centre_points(Grid(shape, 1.0), column, row), radius=1.5 if shape == "square" else 1.8
        )
        np.testing.assert_allclose(dense.total, by_distance.total)
        np.testing.assert_array_equal(dense.cells, by_distance.cells)


# ---- permutations


def test_permutations_agree_with_the_hypergeometric_law() -> None:
    from scipy.stats import hypergeom

    rng = np.random.default_rng(12)
    cells = count_cells(points([(0, 0), (1950, 1950)]), size=100)
    cells["incidents"] = (rng.random(len(cells)) < 0.3).astype(int)
    values = cells["incidents"].to_numpy(float)
    sums = sum_grid(values, cells["column"].to_numpy(), cells["row"].to_numpy(), shape="square")
    near = sums.total - values
    law = hypergeom(len(values) - 1, (values.sum() - values).astype(int), sums.cells - 1)
    exact = np.minimum(1, 2 * np.minimum(law.sf(near - 1), law.cdf(near)))
    drawn = score_cells(cells, permutations=20_000)["p"].to_numpy()
    assert np.abs(drawn - exact).max() < 0.03
    assert np.abs(drawn - exact).mean() < 0.005


def test_a_cell_never_draws_itself() -> None:
    # four cells, each with all others for neighbours: every draw ties, so p is 1 whatever the values
    values = np.array([1.0, 7.0, 20.0, 365.0])
    sums = Sums(np.full(4, values.sum()), np.full(4, 4))
    assert permute_p(values, sums, permutations=99, seed=0).tolist() == [1.0] * 4


def test_ties_count_in_both_tails_so_empty_ground_is_no_cold_spot() -> None:
    cells = count_cells(points([(550, 550)] * 9 + [(0, 0), (3950, 3950)]), size=100)
    scores = score_cells(cells, permutations=199)
    alone = cells.distance(shapely.MultiPoint([(550, 550), (0, 0), (3950, 3950)])) > 150
    assert alone.sum() > 1500
    assert (scores.loc[alone, "p"] > 0.9).all()
    assert scores["p"].min() > 0
    assert scores.loc[cells["incidents"].idxmax(), "z"] > 2


def test_permutations_repeat_with_the_seed_and_reject_nonsense() -> None:
    cells = count_cells(points(scatter(200, 13), harm=np.random.default_rng(1).random(200)), size=100)
    first = score_cells(cells, by="harm", permutations=99, seed=5)
    pd.testing.assert_frame_equal(first, score_cells(cells, by="harm", permutations=99, seed=5))
    assert not first["p"].equals(score_cells(cells, by="harm", permutations=99, seed=6)["p"])
    for wrong in (0, -1, 1.5):
        with pytest.raises(InputError, match="whole number above 0"):
            score_cells(cells, permutations=wrong)


# ---- refusals and groups


def test_scoring_says_what_it_cannot_use() -> None:
    cells = count_cells(points(scatter(20, 14)), size=100)
    with pytest.raises(InputError, match="lacks the column harm"):
        score_cells(cells, by="harm")
    with pytest.raises(InputError, match="a number for every cell"):
        score_cells(cells.assign(harm=[None] * len(cells)), by="harm")
    with pytest.raises(InputError, match="not the cells of count_cells"):
        score_cells(points(scatter(5, 1), value=1.0), by="value")
    with pytest.raises(InputError, match="above 0 metres"):
        score_cells(cells, radius=-1)


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_touching_significant_cells_share_a_label_and_the_heaviest_comes_first(shape: str) -> None:
    quiet = scatter(150, 15, 3000)
    burst = np.vstack([np.full((60, 2), 500.0), np.full((90, 2), 2500.0)])
    cells = count_cells(points(np.vstack([quiet, burst])), size=100, shape=shape)
    label = label_cells(cells, score_cells(cells))
    with pytest.raises(InputError, match="scores must be on the index of the cells"):
        label_cells(cells, score_cells(cells).iloc[1:])
    assert set(label) == {-1, 0, 1}
    assert cells["incidents"].groupby(label).sum().loc[[0, 1]].is_monotonic_decreasing
    for number in (0, 1):
        ground = cells[label == number].buffer(0.01).union_all()
        assert ground.geom_type == "Polygon"
    assert (
        cells[label == 0].contains(shapely.Point(2500, 2500)).any()
        or cells[label == 0].distance(shapely.Point(2500, 2500)).min() < 1e-6
    )


def test_shuffled_cells_keep_their_scores() -> None:
    cells = count_cells(points(scatter(300, 16)), size=100, shape="hexagon")
    mixed = cells.sample(frac=1, random_state=1)
    np.testing.assert_allclose(score_cells(mixed).loc[cells.index], score_cells(cells), atol=1e-12)


def test_the_ground_of_a_cell_is_drawn_where_its_points_are() -> None:
    for shape in ("square", "hexagon"):
        grid = Grid(shape, 50.0)
        column, row = np.arange(-3, 4), np.arange(-3, 4)
        middle = shapely.centroid(draw_cells(grid, column, row))
        at = np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])
        np.testing.assert_allclose(at, centre_points(grid, column, row), atol=1e-9)
        np.testing.assert_array_equal(locate_points(grid, at), [column, row])


def test_a_leeds_month_is_the_same_with_esda(shared_data: object) -> None:
    esda, weights = pytest.importorskip("esda"), pytest.importorskip("libpysal").weights
    from hotspots import read_incidents

    incidents, _ = read_incidents(shared_data / "police_uk/leeds_2024_03.zip")  # type: ignore[operator]
    cells = count_cells(incidents, size=250)
    wide, tall = cells["column"].nunique(), cells["row"].nunique()
    theirs = esda.G_Local(
        cells["incidents"].to_numpy(float),
        weights.lat2W(tall, wide, rook=False),
        transform="B",
        permutations=0,
        star=True,
    )
    assert np.abs(score_cells(cells)["z"] - theirs.Zs).max() < 1e-12


def test_a_shape_like_no_other_is_answered_with_one_that_is_known():
    with pytest.raises(InputError, match="Try: shape='square'"):
        count_cells(points([(0, 0)]), size=100, shape="zzz")
