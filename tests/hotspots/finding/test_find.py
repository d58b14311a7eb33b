"""Hotspots: the discs picked, the table, and who is in which."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.checks import InputError
from hotspots.finding import find as finding
from hotspots.finding.assign import assign_hotspots
from hotspots.finding.methods import Clusters, Discs
from hotspots.finding.outlines import outline_hotspots


def find_hotspots(frame, **options):
    """Find without the runs behind stability, which have tests of their own."""
    return finding.find_hotspots(frame, resamples=0, **options)


CONTRACT = [
    "ref",
    "name",
    "incidents",
    "harm",
    "harm_low",
    "harm_high",
    "share_of_incidents",
    "share_of_harm",
    "places",
    "kind",
    "parts",
    "rank_low",
    "rank_high",
    "stability",
    "trend",
    "streets",
    "geometry",
]


def points(xy, **columns):
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)


def town(seed=1, n=600):
    rng = np.random.default_rng(seed)
    spots = rng.integers(0, 60, (80, 2)) * 37 + (430_000, 433_000)
    return points(spots[rng.integers(0, 80, n)], place=[f"On or near Street {i % 7}" for i in range(n)])


def test_three_stacks_make_three_hotspots_worst_first():
    frame = points([(1000, 1000)] * 2 + [(5000, 1000)] * 5 + [(9000, 1000)] * 3)
    spots = find_hotspots(frame, count=2)
    assert list(spots.columns)[: len(CONTRACT)] == CONTRACT
    assert spots["incidents"].tolist() == [5, 3]
    assert spots["share_of_incidents"].tolist() == [0.5, 0.3]
    assert spots.index.tolist() == [1, 2]
    assert spots.index.name == "rank"


def test_a_disc_between_the_incidents_beats_one_on_them():
    # 4 corners of a square of side 200 m: only its middle has all four within 150 m
    frame = points([(0, 0), (200, 0), (0, 200), (200, 200)])
    spots = find_hotspots(frame, count=1)
    assert spots["incidents"].tolist() == [4]


def test_harm_ranks_and_the_parts_add_up():
    frame = points([(0, 0), (0, 0), (0, 0), (3000, 0)], harm=[1.0, 1.0, 1.0, 365.0])
    spots = find_hotspots(frame, count=2)
    assert spots["harm"].tolist() == [365.0, 3.0]
    assert spots["share_of_harm"].tolist() == [365 / 368, 3 / 368]
    assert find_hotspots(frame, count=1)["incidents"].tolist() == [3]
    assert find_hotspots(frame, count=1, by="harm", shrink=0)["incidents"].tolist() == [1]


def test_touching_discs_merge_and_list_their_parts():
    # the best disc holds the stacks at 0 and 300 m, the next those at 310 and 600 m: rim on rim at 300 m
    frame = points([(0, 0)] * 5 + [(300, 0)] * 5 + [(310, 0)] * 2 + [(600, 0)] * 2 + [(2000, 0)])
    merged = find_hotspots(frame, count=3)
    assert merged["kind"].tolist() == ["clustered", "single"]
    assert [part["incidents"] for part in merged["parts"].iloc[0]] == [10, 4]
    assert merged["incidents"].tolist() == [14, 1]
    assert find_hotspots(frame, count=3, merge=False)["incidents"].tolist() == [10, 4, 1]


def test_discs_never_overlap_unless_allowed():
    frame = town()
    apart = find_hotspots(frame, count=20, merge=False)
    centres = np.array([(p[0]["easting"], p[0]["northing"]) for p in apart["parts"]])
    gaps = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    assert gaps[np.triu_indices(len(gaps), 1)].min() >= 300 - 1e-6
    far = find_hotspots(frame, count=20, spacing=500, merge=False)
    centres = np.array([(p[0]["easting"], p[0]["northing"]) for p in far["parts"]])
    gaps = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    assert gaps[np.triu_indices(len(gaps), 1)].min() >= 500 - 1e-6
    free = find_hotspots(frame, count=20, max_overlap=1, merge=False)
    assert free["incidents"].sum() >= apart["incidents"].sum()


def test_until_share_stops_when_enough_is_held():
    frame = points([(i * 1000, 0) for i in range(10)])
    assert len(find_hotspots(frame, count=None, until_share=0.35)) == 4


def test_the_first_disc_is_the_best_one_by_brute_force():
    frame = town(3, 120)
    xy = np.column_stack([frame.geometry.x, frame.geometry.y])
    low, high = xy.min(axis=0) - 200, xy.max(axis=0) + 200
    across, up = (np.arange(a // 50 * 50, b, 50) for a, b in zip(low, high, strict=True))
    lattice = np.array([(x, y) for x in across for y in up])
    through = []
    for i, one in enumerate(xy):
        for two in xy[:i]:
            half, step = (one + two) / 2, two - one
            length = np.hypot(*step)
            if 0 < length < 299.9:
                aside = np.array([-step[1], step[0]]) / length * np.sqrt(149.9999**2 - length**2 / 4)
                through += [half + aside, half - aside]
    centres = np.vstack([lattice, xy, np.unique(through, axis=0)])
    inside = np.concatenate(
        [(((c[:, None] - xy[None]) ** 2).sum(-1) <= 150**2).sum(axis=1) for c in np.array_split(centres, 50)]
    )
    assert find_hotspots(frame, count=1)["incidents"].tolist() == [inside.max()]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_row_order_doubling_splitting_and_collapsing_change_nothing(seed):
    rng = np.random.default_rng(seed)
    frame = town(seed, 150).assign(harm=rng.choice([1.0, 7.5, 244.68], 150))
    columns = ["ref", "incidents", "harm"]
    spots = find_hotspots(frame, count=15, by="harm")
    mixed = frame.sample(frac=1, random_state=seed).reset_index(drop=True)
    pd.testing.assert_frame_equal(
        pd.DataFrame(spots[columns]), pd.DataFrame(find_hotspots(mixed, count=15, by="harm")[columns])
    )
    split = pd.concat([frame.iloc[70:], frame.iloc[:70]], ignore_index=True)
    assert find_hotspots(split, count=15, by="harm")["ref"].tolist() == spots["ref"].tolist()
    twice = pd.concat([frame, frame], ignore_index=True)
    plain = find_hotspots(frame, count=15, by="harm", shrink=0)  # ten records of the mix are not doubled
    double = find_hotspots(twice, count=15, by="harm", shrink=0)
    assert double["ref"].tolist() == plain["ref"].tolist()
    assert double["incidents"].tolist() == (2 * plain["incidents"]).tolist()
    xy = pd.MultiIndex.from_arrays([frame.geometry.x, frame.geometry.y])
    places = points(
        [list(p) for p in xy.unique()],
        incidents=frame.groupby(xy.factorize()[0]).size().to_numpy(),
        harm=frame["harm"].groupby(xy.factorize()[0]).sum().to_numpy(),
    )
    found = find_hotspots(places, count=15, by="harm")
    assert found["ref"].tolist() == spots["ref"].tolist()
    assert found["incidents"].tolist() == spots["incidents"].tolist()
    np.testing.assert_allclose(found["harm"], spots["harm"])


@settings(max_examples=10, deadline=None)
@given(st.integers(-40, 40), st.integers(-40, 40))
def test_moving_everything_by_the_lattice_moves_the_hotspots(across, up):
    frame = town(9, 200)
    moved = frame.set_geometry(frame.geometry.translate(across * 50, up * 50))
    one, two = find_hotspots(frame, count=10), find_hotspots(moved, count=10)
    assert one["incidents"].tolist() == two["incidents"].tolist()
    shift = two.geometry.centroid.x.to_numpy() - one.geometry.centroid.x.to_numpy()
    np.testing.assert_allclose(shift, across * 50, atol=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {"count": 30},
        {"count": 30, "merge": False},
        {"count": 30, "max_overlap": 0.4, "merge": False},
        {"count": 12, "spacing": 400},
        {"method": "dbscan", "min_incidents": 20},
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_assigning_by_geometry_agrees_with_the_counts(options, seed):
    frame = town(seed)
    spots = find_hotspots(frame, **options)
    ranks = assign_hotspots(frame, spots)
    assert ranks.dtype == "Int64"
    counted = ranks.value_counts().reindex(spots.index, fill_value=0)
    assert counted.tolist() == spots["incidents"].tolist()
    for rank, row in spots.iterrows():
        assert row["incidents"] == sum(part["incidents"] for part in row["parts"]), rank


def test_streets_are_named_without_on_or_near():
    frame = points([(0, 0)] * 4, place=["On or near Boar Lane", "On or near Boar Lane", "On or near Briggate", ""])
    spots = find_hotspots(frame, count=1)
    assert spots["name"].tolist() == ["Boar Lane"]
    assert spots["streets"].tolist() == [["Boar Lane", "Briggate"]]
    assert spots["parts"].iloc[0][0]["street"] == "Boar Lane"


def test_empty_in_typed_empty_out():
    for spots in (
        find_hotspots(points([])),
        find_hotspots(points([]), method="dbscan", min_incidents=3),
        outline_hotspots(points([]), pd.Series([], dtype="int64", index=pd.RangeIndex(0))),
    ):
        full = find_hotspots(points([(0, 0)]), count=1)
        assert spots.empty
        assert spots.crs == 27700
        assert spots.dtypes.astype(str).to_dict() == full.dtypes.astype(str).to_dict()
    assert assign_hotspots(points([(0, 0)]), find_hotspots(points([]))).isna().all()


def test_labels_of_anyone_are_outlined_and_counted():
    frame = points([(0, 0), (40, 0), (0, 0), (900, 0), (5000, 0)])
    spots = outline_hotspots(frame, pd.Series(["a", "a", "a", "b", None]))
    assert spots["incidents"].tolist() == [3, 1]
    assert spots["places"].tolist() == [2, 1]
    assert spots.geometry.iloc[1].area == pytest.approx(np.pi * 50**2, rel=1e-3)
    with pytest.raises(InputError, match="index"):
        outline_hotspots(frame, pd.Series([0, 1]))
    with pytest.raises(InputError, match="radius must be above 0"):
        outline_hotspots(frame, pd.Series(["a"] * 5), radius=0)


def test_only_core_points_are_drawn_around_and_all_of_the_label_are_counted():
    frame = points([(0, 0), (40, 0), (900, 0)])
    spots = outline_hotspots(frame, pd.Series([0, 0, 0]), core=pd.Series([True, False, False]))
    assert spots["incidents"].tolist() == [3]
    assert spots.geometry.iloc[0].bounds == pytest.approx((-50, -50, 50, 50), abs=0.05)


def test_dbscan_hotspots_do_not_depend_on_row_order():
    frame = town(4)
    spots = find_hotspots(frame, method="dbscan", min_incidents=25)
    mixed = find_hotspots(frame.sample(frac=1, random_state=1), method="dbscan", min_incidents=25)
    assert spots["incidents"].tolist() == mixed["incidents"].tolist()
    assert shapely.equals(spots.geometry.to_numpy(), mixed.geometry.to_numpy()).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "disks"}, "method='discs'"),
        ({"by": "harms"}, "by='harm'"),
        ({"by": "harm"}, "weigh_incidents"),
        ({"radius": -1}, "radius"),
        ({"count": None}, "when to stop"),
        ({"max_overlap": 2, "spacing": -1}, "max_overlap.*spacing"),
        ({"radious": 100}, "unknown option 'radious' .try: radius"),
        ({"method": "cells", "spacing": 50}, r"spacing is for discs \(given: method='cells'"),
        ({"method": "streets", "radius": 100}, "radius is for discs and DBSCAN"),
        ({"method": "cells", "min_harm": 1, "cell_size": 0}, "min_harm is for DBSCAN.*cell_size must be above"),
        ({"method": "dbscan", "count": {"A": 1}}, "count by area is for discs"),
        ({"count": {"A": 1}}, "needs the column of areas"),
        ({"method": Discs(), "spacing": 50}, "spacing is said in the method itself"),
        ({"method": Clusters(max_diameter=100)}, "max_diameter must be two radii or more"),
        ({"method": Discs(spacing=-1)}, "spacing must be 0 metres or more"),
    ],
)
def test_options_that_cannot_be_used_say_so(options, said):
    with pytest.raises(InputError, match=said):
        find_hotspots(points([(0, 0)]), **options)


def test_a_method_of_its_own_is_the_same_as_its_options_in_words():
    frame = town(4)
    options = {"radius": 200, "count": 3, "merge": False, "spacing": 500}
    one, two = find_hotspots(frame, **options), find_hotspots(frame, method=Discs(**options))
    assert len(one) > 1
    assert_geodataframe_equal(one, two)


@pytest.mark.parametrize("radius", [1, 7, 20, 60, 400, 5000])
def test_any_radius_finds_what_is_there(radius):
    frame = points([(13, 27)] * 5 + [(20_013, 27)] * 3 + [(13.5, 27)])
    spots = find_hotspots(frame, radius=radius, count=2)
    assert spots["incidents"].tolist() == [6, 3]
    assert find_hotspots(frame, radius=radius, count=50)["incidents"].sum() == 9


def test_places_without_harm_are_still_counted():
    frame = points([(0, 0), (0, 0), (40, 0)], harm=[365.0, 1.0, 0.0])
    spots = find_hotspots(frame, by="harm", count=5)
    assert spots["incidents"].tolist() == [3]
    assert assign_hotspots(frame, spots).tolist() == [1, 1, 1]
    assert find_hotspots(frame.assign(harm=0.0), by="harm").empty


def test_dense_unsnapped_places_get_discs_too(monkeypatch):
    monkeypatch.setattr("hotspots.finding.disc_centres.MOST_MEMBERS", 100)
    rng = np.random.default_rng(2)
    frame = points(rng.normal(0, 400, (3000, 2)) + 430_000)
    spots = find_hotspots(frame, count=5, merge=False)
    xy = np.column_stack([frame.geometry.x, frame.geometry.y])
    nodes = np.array([(x, y) for x in range(429_000, 431_001, 50) for y in range(429_000, 431_001, 50)])
    best = max(int((((xy - node) ** 2).sum(axis=1) <= 150**2).sum()) for node in nodes)
    assert spots["incidents"].iloc[0] >= best
    assert assign_hotspots(frame, spots).value_counts().sort_index().tolist() == spots["incidents"].tolist()


@pytest.mark.parametrize("count", [1, np.int64(1), 1.0, np.float64(1.0)])
def test_a_limit_of_one_is_one_whatever_its_type(count):
    frame = points([(x, 0) for x in (0, 5000, 10_000) for _ in range(10)])
    spots = find_hotspots(frame, method="dbscan", min_incidents=5, count=count)
    assert spots["incidents"].tolist() == [10]


@pytest.mark.parametrize("method", ["discs", "dbscan"])
def test_no_count_is_infinite(method):
    with pytest.raises(InputError, match=r"count must be a whole number from 0 upwards .given: count=inf"):
        find_hotspots(points([(0, 0)]), method=method, count=float("inf"), min_incidents=1)


def test_core_points_on_another_index_are_refused():
    frame = points([(0, 0), (40, 0), (900, 0)])
    elsewhere = pd.Series([True, False, False], index=[10, 11, 12])
    with pytest.raises(InputError, match="core points must be one for each incident"):
        outline_hotspots(frame, pd.Series([0, 0, 0]), core=elsewhere)
    assert outline_hotspots(frame, [0, 0, 0])["incidents"].tolist() == [3]
    twice = frame.set_axis([7, 7, 8])
    spots = outline_hotspots(twice, pd.Series([0, 0, 0], index=twice.index))
    assert spots["incidents"].tolist() == [3]


def test_a_text_that_names_no_street_names_no_hotspot():
    frame = points([(0, 0)] * 4, place=["On or near "] * 3 + ["On or near Boar Lane"])
    spots = find_hotspots(frame, count=1)
    assert spots["streets"].tolist() == [["Boar Lane"]]
    assert spots["name"].tolist() == ["Boar Lane"]
