"""DBSCAN on distinct coordinates against scikit-learn on the rows."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from hotspots.checks import InputError
from hotspots.dbscan.cluster import cluster_incidents


def points(xy, **columns):
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)


def sklearn_labels(xy, radius, minimum):
    return DBSCAN(eps=radius, min_samples=minimum).fit_predict(np.asarray(xy, dtype=float)).tolist()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), min_size=1, max_size=80),
    st.integers(1, 9),
    st.sampled_from([1, 1.5, 2, 2.24]),
)
def test_labels_are_those_of_scikit_learn_with_many_duplicates(xy, minimum, radius):
    found = cluster_incidents(points(xy), radius=radius, min_incidents=minimum)
    assert found.tolist() == sklearn_labels(xy, radius, minimum)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 30), st.sampled_from([20, 60, 150]))
def test_labels_are_those_of_scikit_learn_off_the_snap_points(seed, minimum, radius):
    rng = np.random.default_rng(seed)
    xy = rng.normal(size=(400, 2)) * 300 + (430_000, 433_000)
    found = cluster_incidents(points(xy), radius=radius, min_incidents=minimum)
    assert found.tolist() == sklearn_labels(xy, radius, minimum)


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    minimum=st.integers(1, 60),
    radius=st.sampled_from([1, 2, 3.0, 7.5]),
    doubled=st.booleans(),
    few=st.booleans(),
    full=st.sampled_from([-(10**9), 20_000, 10**7]),
)
def test_the_way_for_dense_places_gives_the_same_labels(seed, minimum, radius, doubled, few, full):
    rng = np.random.default_rng(seed)
    xy = np.concatenate([rng.normal(size=(150, 2)) * 4, rng.integers(-9, 9, (90, 2))])
    xy = xy[rng.integers(0, len(xy), 300)] if doubled else xy
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hotspots.dbscan.cluster.PAIRS_PER_PLACE", -1000)
        patch.setattr("hotspots.dbscan._squares._FULL", full)  # no table, a coarse one, a fine one
        if few:  # in many small helpings, and by a tree where a circle crosses more than three places
            patch.setattr("hotspots.dbscan._chunks.CHUNK", 500)
            patch.setattr("hotspots.dbscan._core_places.ROWS", 50)
            patch.setattr("hotspots.dbscan._core_places.RING", 3)
        found = cluster_incidents(points(xy), radius=radius, min_incidents=minimum)
    assert found.tolist() == sklearn_labels(xy, radius, minimum)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    minimum=st.integers(2, 25),
    scattered=st.booleans(),
    shift=st.sampled_from([0, -0.1234567 * 15]),
)
def test_distances_of_just_the_radius_far_from_the_origin(seed, minimum, scattered, shift):
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 40, (300, 2)) * 30.0 + (430_000, 433_000)  # 150 = |(90, 120)| metres is common
    xy += shift  # on the edges of the small squares
    if scattered:  # gaps of many kilometres, which are closed up
        xy += rng.integers(0, 2, (300, 2)) * 90_000.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hotspots.dbscan.cluster.PAIRS_PER_PLACE", -1000)
        found = cluster_incidents(points(xy), radius=150, min_incidents=minimum)
    assert found.tolist() == sklearn_labels(xy, 150, minimum)


def test_two_clusters_held_apart_by_one_metre():
    # the outermost places of neighbouring cells are further apart than two in their middles
    edge = [(x, y) for x in (0, 100) for y in (0, 100, 50)]
    xy = [*edge, (90, 50), *((x + 230, y) for x, y in edge)]
    for shift in (0, 1, 2):
        moved = [(x + shift, y) if x >= 230 else (x, y) for x, y in xy]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hotspots.dbscan.cluster.PAIRS_PER_PLACE", -1000)
            found = cluster_incidents(points(moved), radius=130, min_incidents=2)
        assert found.tolist() == sklearn_labels(moved, 130, 2)


def test_a_border_point_between_two_clusters_joins_the_lower_number():
    left, right = [(0, 0)] * 4, [(20, 0)] * 4
    assert cluster_incidents(points([*right, *left, (10, 0)]), radius=10, min_incidents=4).tolist()[-1] == 0
    xy = [(10, 0), *left, *right]
    found = cluster_incidents(points(xy), radius=10, min_incidents=5).tolist()
    assert found == sklearn_labels(xy, 10, 5)


def test_places_give_the_answer_of_their_rows():
    rows = points([(0, 0), (0, 0), (0, 0), (90, 0), (900, 0)])
    places = points([(0, 0), (90, 0), (900, 0)], incidents=[3, 1, 1])
    assert cluster_incidents(rows, min_incidents=4).tolist() == [0, 0, 0, 0, -1]
    assert cluster_incidents(places, min_incidents=4).tolist() == [0, 0, -1]


def test_shuffled_rows_keep_core_points_and_noise():
    rng = np.random.default_rng(5)
    xy = np.round(rng.normal(size=(300, 2)) * 4)
    order = rng.permutation(len(xy))
    one = cluster_incidents(points(xy), radius=1, min_incidents=4).to_numpy()[order] < 0
    two = cluster_incidents(points(xy[order]), radius=1, min_incidents=4).to_numpy() < 0
    assert one.tolist() == two.tolist()


def test_the_index_is_kept_and_the_input_unchanged():
    frame = points([(0, 0), (0, 0)]).set_index(np.array([7, 3]))
    before = frame.copy()
    assert cluster_incidents(frame, min_incidents=2).index.tolist() == [7, 3]
    assert frame.equals(before)


def test_empty_in_empty_out():
    found = cluster_incidents(points([]), min_incidents=3)
    assert found.empty
    assert found.dtype == np.int64


def test_bad_options_are_named_together():
    with pytest.raises(InputError, match=r"radius.*min_incidents"):
        cluster_incidents(points([(0, 0)]), radius=0, min_incidents=0)


def test_degrees_and_missing_points_are_refused():
    with pytest.raises(InputError, match="a grid of metres"):
        cluster_incidents(points([(0, 0)]).set_crs(4326, allow_override=True), min_incidents=1)
    with pytest.raises(InputError, match="no coordinates"):
        cluster_incidents(gpd.GeoDataFrame(geometry=[None], crs=27700), min_incidents=1)
