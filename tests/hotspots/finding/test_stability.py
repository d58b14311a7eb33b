"""How firmly hotspots stand, and what they say of themselves."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.common.place_names import flag_default_locations
from hotspots.finding._by_dbscan import find_dense
from hotspots.finding._by_streets import find_streets
from hotspots.finding.find import find_hotspots
from hotspots.finding.ground import Change, read_ground
from hotspots.finding.methods import Clusters, Streets


def points(xy, **columns):
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)


def sure_and_unsure():
    """One stack of 200, then eight of 4 of which only four can be chosen."""
    return points([(0, 0)] * 200 + [(2000 * (1 + i // 4), 0) for i in range(32)])


def test_a_big_stack_stands_firm_and_equal_small_ones_do_not():
    spots = find_hotspots(sure_and_unsure(), count=5, resamples=60)
    assert spots["stability"].iloc[0] == 1
    assert (spots["rank_low"].iloc[0], spots["rank_high"].iloc[0]) == (1, 1)
    assert spots["stability"].iloc[1:].max() < 0.95
    assert (spots["rank_high"].iloc[1:] > spots["rank_low"].iloc[1:]).all()
    assert spots["rank_low"].dtype == "Int64"


def test_the_same_seed_gives_the_same_and_row_order_plays_no_part():
    frame = sure_and_unsure()
    columns = ["rank_low", "rank_high", "stability"]
    one = find_hotspots(frame, count=4, seed=3)[columns]
    pd.testing.assert_frame_equal(one, find_hotspots(frame, count=4, seed=3)[columns])
    mixed = frame.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(one, find_hotspots(mixed, count=4, seed=3)[columns])
    places = points([(0, 0)] + [(2000 * (1 + i), 0) for i in range(8)], incidents=[200] + [4] * 8)
    pd.testing.assert_frame_equal(one, find_hotspots(places, count=4, seed=3)[columns])


def test_a_hotspot_of_one_month_falls_when_that_month_is_left_out():
    # without draws the runs are: two radii, two shifts and two months, one of which holds all of it
    when = pd.to_datetime(["2024-01-01"] * 12 + ["2024-02-01"] * 10)
    frame = points([(0, 0)] * 10 + [(5000, 0)] * 2 + [(5000, 0)] * 10, when=when)
    spots = find_hotspots(frame, count=2, resamples=1)
    gone = spots.loc[spots["incidents"] == 10, "stability"].iloc[0]
    assert gone == pytest.approx(6 / 7)


@pytest.mark.parametrize("method", [Clusters(min_incidents=30), "cells"])
def test_every_method_has_stability(method):
    rng = np.random.default_rng(1)
    xy = np.concatenate([rng.normal(0, 60, (300, 2)), rng.uniform(-5000, 5000, (200, 2))])
    spots = find_hotspots(points(np.round(xy) + 10_000), method=method, resamples=10)
    assert spots["stability"].iloc[0] >= 0.8
    assert spots["incidents"].iloc[0] >= 200


def test_default_locations_are_told_from_streets_of_that_name():
    texts = pd.Series(
        [
            "On or near Hospital",
            "On or near Hospital Lane",
            "Prison",
            "On or near Alma Court",
            "HMP Leeds",
            "On or near Leeds Magistrates' Court",
            "On or near Police Station",
            "Court",
            None,
        ]
    )
    kinds = ["hospital", "", "prison", "", "prison", "court", "police station", "court", ""]
    assert flag_default_locations(texts).tolist() == kinds


def test_a_hotspot_says_what_it_rests_on():
    frame = points(
        [(0, 0)] * 4 + [(5000, 0), (5040, 0)],
        place=["On or near Supermarket"] * 3 + ["On or near Boar Lane"] + ["On or near Briggate"] * 2,
        category=["Shoplifting"] * 4 + ["Homicide", "Shoplifting"],
        harm=[1.0, 1, 1, 1, 5475, 1],
        harm_low=[1.0, 1, 1, 1, 0.5, 1],
        harm_high=[1.0, 1, 1, 1, 6000, 1],
    )
    spots = find_hotspots(frame, count=2, resamples=0)
    worst, stack = spots.iloc[0], spots.iloc[1]
    assert worst["largest_offence"] == "Homicide"
    assert worst["largest_offence_share"] == pytest.approx(5475 / 5476)
    assert bool(worst["one_offence"])
    assert (worst["harm_rank_low"], worst["harm_rank_high"]) == (1, 2)
    assert "One offence is over 99% of its harm" in worst["note"]
    assert bool(stack["snap_point"])
    assert stack["default_location"] == "supermarket"
    assert stack["default_location_share"] == 0.75
    assert "One snap point" in stack["note"]
    assert stack["largest_offence_share"] == 0.25
    assert not worst["snap_point"]


def test_stability_can_be_left_out():
    spots = find_hotspots(sure_and_unsure(), count=3, resamples=0)
    assert spots["rank_low"].isna().all()
    assert spots["stability"].isna().all()


def test_a_chain_that_comes_apart_is_found_again_all_the_same():
    # discs that touch by a hair: a quarter less radius, or a shifted lattice, and they are several hotspots
    xy = [(x, 0) for x in (0, 305, 610, 915) for _ in range(50)]
    spots = find_hotspots(points(xy), radius=150, count=4)
    assert spots["kind"].tolist() == ["clustered"]
    assert spots["stability"].iloc[0] < 1
    assert spots["found_again"].tolist() == [1.0]
    firm = find_hotspots(points(xy), radius=150, count=4, merge=False)
    assert firm["stability"].eq(1).all()
    assert firm["found_again"].eq(1).all()


def test_what_has_no_lattice_is_not_run_again_with_it_moved():
    # one draw, two radii and two months: five runs, and leaving January out loses the first stack
    when = pd.to_datetime(["2024-01-01"] * 12 + ["2024-02-01"] * 10)
    frame = points([(0, 0)] * 10 + [(5000, 0)] * 2 + [(5000, 0)] * 10, when=when)
    spots = find_hotspots(frame, method="dbscan", min_incidents=5, resamples=1)
    gone = spots.loc[spots["incidents"] == 10, "stability"].iloc[0]
    assert gone == pytest.approx(4 / 5)
    # clusters split into discs have the discs' lattice: seven runs again
    split = find_hotspots(frame, method="dbscan", min_incidents=5, max_diameter=300, resamples=1)
    assert split.loc[split["incidents"] == 10, "stability"].iloc[0] == pytest.approx(6 / 7)


def test_streets_have_no_lattice_either():
    line = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 200 0)"]), crs=27700)
    far = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_wkt(["LINESTRING (0 5000, 9000 5000)"]), crs=27700)
    frame = points([(x, 1) for x in range(0, 190, 10)])
    network = pd.concat([line, far], ignore_index=True)
    asked = Streets(streets=network)
    asked.check()
    assert find_streets(read_ground(frame, asked), asked).lattice is False


def test_a_smaller_radius_splits_a_wide_cluster_into_smaller_discs():
    # stacks 60 m apart: a disc of 100 m holds four of them (180 m), one of 75 m only three (120 m)
    frame = points([(x, 0) for x in range(0, 300, 60) for _ in range(10)])
    asked = Clusters(radius=100, min_incidents=5, max_diameter=200)
    ground = read_ground(frame, asked)
    found = find_dense(ground, asked)
    assert [len(shape.inside) for shape in found.shapes] == [4, 1]
    again = found.relabel(Change(ground, scale=0.75))
    assert again.tolist() == [0, 0, 0, 1, 1]
