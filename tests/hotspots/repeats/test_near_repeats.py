from __future__ import annotations

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from near_repeat_examples import make

from hotspots.checks import InputError
from hotspots.repeats.near_repeats import find_near_repeats


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.ERROR, logger="safer_hotspots")


def test_months_are_refused_with_the_reason():
    with pytest.raises(InputError, match=r"police\.uk publishes the month only"):
        find_near_repeats(make([(0, 0, 0), (1, 1, 31)], precision="month"))


def test_pairs_fall_in_the_band_of_their_distance_and_days():
    rows = [(0, 0, 0), (0, 0, 7), (100, 0, 8), (0, 401, 0)]
    table = find_near_repeats(make(rows), permutations=9).table
    seen = table[table["observed"] > 0]["observed"].to_dict()
    assert seen == {
        ("same spot", "0 to 7 days"): 1,
        ("over 0 to 100 m", "0 to 7 days"): 1,
        ("over 0 to 100 m", "8 to 14 days"): 1,
    }


def test_every_dealing_of_three_dates_by_hand():
    # the one near pair keeps its 0 days in a third of all dealings of the dates 0, 0, 100
    rows = [(0, 0, 0), (50, 0, 0), (9000, 0, 100)]
    row = find_near_repeats(make(rows), permutations=3000, seed=1).table.loc[("over 0 to 100 m", "0 to 7 days")]
    assert row["expected"] == pytest.approx(1 / 3, abs=0.03)
    assert row["p"] == pytest.approx(1 / 3, abs=0.03)


@pytest.mark.parametrize("seed", [1, 2])
def test_counts_and_p_agree_with_pointpats(seed):
    pointpats = pytest.importorskip("pointpats")
    rng = np.random.default_rng(seed)
    xy, day = rng.uniform(0, 2000, (150, 2)), rng.integers(0, 90, 150)
    xy[100:], day[100:] = xy[:50] + 20, day[:50] + 2  # near repeats, planted
    table = find_near_repeats(
        make([(x, y, d) for (x, y), d in zip(xy, day, strict=True)]), distances=[100], days=[7], seed=seed
    ).table.iloc[0]
    np.random.seed(seed)  # noqa: NPY002 - theirs takes no other
    theirs = pointpats.Knox(xy, day[:, None], delta=100, tau=7, permutations=999)
    assert table["observed"] == theirs.statistic_
    assert table["p"] == pytest.approx(float(theirs.p_sim), abs=0.01)
    assert table["p"] == 0.001


def test_no_clustering_in_time_is_not_called_one():
    rng = np.random.default_rng(7)
    rows = [(x, y, d) for x, y, d in zip(*rng.uniform(0, 3000, (2, 300)), rng.integers(0, 365, 300), strict=True)]
    table = find_near_repeats(make(rows), permutations=499).table
    assert table["q"].min() > 0.05


def test_chains_run_from_the_first_and_the_longest_is_number_one():
    rows = [(5000, 0, 50), (5010, 0, 53), (0, 0, 0), (30, 40, 10), (60, 80, 20), (9000, 9000, 1)]
    chains = find_near_repeats(make(rows), permutations=1).chains
    assert chains["chain"].to_dict() == {2: 1, 3: 1, 4: 1, 0: 2, 1: 2}
    assert chains.loc[[2, 3, 4], "order"].tolist() == [1, 2, 3]
    assert chains.loc[[2, 3, 4], "days"].tolist() == [0, 10, 20]
    assert chains.loc[[2, 3, 4], "metres"].tolist() == [0, 50, 100]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_row_order_and_places_change_nothing(seed):
    rng = np.random.default_rng(seed)
    spots, days = rng.integers(0, 4, (40, 2)) * 90, rng.integers(0, 30, 40)
    frame = make([(x, y, d) for (x, y), d in zip(spots, days, strict=True)])
    expected = find_near_repeats(frame, permutations=19)
    shuffled = frame.iloc[rng.permutation(40)]
    found = find_near_repeats(shuffled, permutations=19)
    pd.testing.assert_frame_equal(found.table, expected.table)
    assert found.chains["chain"].value_counts().to_dict() == expected.chains["chain"].value_counts().to_dict()
    keys = frame.assign(x=frame.geometry.x, y=frame.geometry.y).groupby(["when", "precision", "x", "y"])
    places = keys.size().reset_index(name="incidents")
    places = gpd.GeoDataFrame(places, geometry=gpd.points_from_xy(places["x"], places["y"]), crs=27700)
    pd.testing.assert_frame_equal(find_near_repeats(places, permutations=19).table, expected.table)


def test_nothing_in_gives_an_empty_table_of_chains():
    result = find_near_repeats(make([(0, 0, 0)]).iloc[:0], permutations=9)
    assert result.table["observed"].sum() == 0
    assert result.chains.empty
    assert result.chains.columns.tolist() == ["chain", "order", "days", "metres"]
    with pytest.raises(InputError, match="must rise"):
        find_near_repeats(make([(0, 0, 0)]), distances=[100, 50])


def test_mixed_precision_leaves_months_out():
    frame = pd.concat([make([(0, 0, 0), (0, 0, 1)]), make([(0, 0, 0)], precision="month")], ignore_index=True)
    assert find_near_repeats(frame, permutations=9).table["observed"].sum() == 1


def test_times_with_an_offset_are_days_of_the_clock_in_london():
    # 23:30 and 23:50 in Greenwich in summer are past midnight in London: the same day as the noon after
    frame = make([(0, 0, 0), (0, 0, 0)], precision="minute")
    frame["when"] = pd.to_datetime(["2018-06-30T23:30Z", "2018-07-01T12:00Z"])
    table = find_near_repeats(frame, days=(0, 1), permutations=9).table
    assert table[table["observed"] > 0].index.tolist() == [("same spot", "same day")]
