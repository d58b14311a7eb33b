"""Near repeats at the edges of bands and chains, by hand."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pytest
from near_repeat_examples import make

from hotspots.checks import InputError
from hotspots.repeats.near_repeats import find_near_repeats


def seen(table):
    return table.loc[table["observed"] > 0, "observed"].to_dict()


def test_a_band_holds_its_upper_edges():
    table = find_near_repeats(make([(0, 0, 0), (400, 0, 28)]), permutations=1).table
    assert seen(table) == {("over 300 to 400 m", "22 to 28 days"): 1}
    beyond = find_near_repeats(make([(0, 0, 0), (400, 0, 29), (401, 9000, 0)]), permutations=1).table
    assert seen(beyond) == {}


def test_bands_of_the_same_day_and_of_one_day():
    rows = [(0, 0, 0), (0, 0, 0), (0, 0, 1)]
    table = find_near_repeats(make(rows), distances=[50], days=[0, 1], permutations=1).table
    assert table["observed"].to_dict() == {("0 to 50 m", "same day"): 1, ("0 to 50 m", "1 to 1 days"): 2}
    assert table.index.names == ["metres", "days"]
    assert table.columns.tolist() == ["observed", "expected", "ratio", "p", "q", "note"]
    assert table["observed"].dtype == "int64"


def test_two_records_have_the_dates_they_have():
    # any dealing of two dates leaves them as far apart as before
    row = find_near_repeats(make([(0, 0, 0), (60, 0, 3)]), permutations=19).table.iloc[4]
    assert row[["observed", "expected", "ratio", "p"]].tolist() == [1, 1, 1, 1]
    three = make([(0, 0, 0), (10, 0, 0), (20, 0, 0)])
    assert find_near_repeats(three, distances=[20], days=[7], permutations=4).table.iloc[0]["expected"] == 3


def test_the_ratio_is_missing_where_chance_gives_none():
    frame = make([(0, 0, 0), (50, 0, 0), (9000, 0, 100)])
    found = [
        find_near_repeats(frame, distances=[100], days=[7], permutations=1, seed=seed).table.iloc[0]
        for seed in range(20)
    ]
    assert {row["expected"] for row in found} == {0, 1}
    assert {bool(row["note"]) for row in found if row["expected"] == 0} == {True}
    assert {row["note"] for row in found if row["expected"] > 0} == {""}
    assert all(np.isnan(row["ratio"]) if row["expected"] == 0 else row["ratio"] == 1 for row in found)


def test_the_ratio_of_twice_as_many_is_2():
    # dates 0, 0, 100, 100 dealt twice: both pairs keep theirs, or neither does
    frame = make([(0, 0, 0), (50, 0, 0), (9000, 0, 100), (9050, 0, 100)])
    options = {"distances": [100], "days": [7], "permutations": 2}
    rows = [find_near_repeats(frame, **options, seed=seed).table.iloc[0] for seed in range(9)]
    assert {row["observed"] for row in rows} == {2}
    assert {(row["expected"], row["ratio"]) for row in rows if row["expected"]} == {(1, 2), (2, 1)}


def test_the_seed_is_0_unless_given():
    rng = np.random.default_rng(3)
    frame = make([(x, y, d) for (x, y), d in zip(rng.uniform(0, 900, (40, 2)), range(40), strict=True)])
    again = find_near_repeats(frame, permutations=9, seed=0).table
    pd.testing.assert_frame_equal(find_near_repeats(frame, permutations=9).table, again)
    assert not find_near_repeats(frame, permutations=9, seed=1).table.equals(again)


def test_a_chain_needs_both_to_be_near_enough_and_soon_enough():
    at_the_edge = [(1000, 2000, 0), (1000, 2200, 14)]
    too_far, too_late = [(5000, 0, 0), (5201, 0, 0)], [(9000, 0, 0), (9000, 0, 15)]
    chains = find_near_repeats(make([*at_the_edge, *too_far, *too_late]), permutations=1).chains
    assert chains.to_dict("index") == {
        0: {"chain": 1, "order": 1, "days": 0, "metres": 0.0},
        1: {"chain": 1, "order": 2, "days": 14, "metres": 200.0},
    }
    assert chains.dtypes.astype(str).tolist() == ["int64", "int64", "int64", "float64"]


def test_a_chain_may_reach_further_than_the_bands():
    rows = [(1000, 2000, 0), (1300, 2400, 3)]
    found = find_near_repeats(make(rows), distances=[100], chain=(500, 5), permutations=1)
    assert found.chains["metres"].tolist() == [0, 500]
    assert found.table["observed"].sum() == 0


def test_the_longest_chains_come_first_and_equal_ones_by_date():
    # sixty chains of two or three, 40 days apart, given in a shuffled order
    rng = np.random.default_rng(5)
    starts, length = rng.permutation(60), rng.integers(2, 4, 60)
    rows = [(int(s) * 5000, 0, int(s) * 40 + later) for s in starts for later in range(length[s])]
    order = sorted(range(60), key=lambda s: (-length[s], s))
    chains = find_near_repeats(make(rows), permutations=1).chains
    expected = [order.index(s) + 1 for s in starts for _ in range(length[s])]
    assert chains["chain"].sort_index().tolist() == expected


def test_a_place_of_two_records_is_one_row_of_its_chain():
    frame = make([(0, 0, 0), (10, 0, 1)]).assign(incidents=[2, 1])
    found = find_near_repeats(frame, permutations=1)
    assert found.chains["order"].to_dict() == {0: 1, 1: 3}
    assert seen(found.table) == {("same spot", "0 to 7 days"): 1, ("over 0 to 100 m", "0 to 7 days"): 2}


def test_one_record_makes_no_pair_and_no_chain():
    found = find_near_repeats(make([(0, 0, 0)]), permutations=1)
    assert (found.table["observed"].sum(), len(found.chains)) == (0, 0)


def test_months_left_out_are_said_and_dates_are_not(caplog):
    mixed = pd.concat([make([(0, 0, 0)] * 2), make([(0, 0, 0)], precision="month")], ignore_index=True)
    with caplog.at_level(logging.WARNING):
        find_near_repeats(mixed, permutations=1)
    assert "1 records dated to the month only are left out" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        find_near_repeats(make([(0, 0, 0)] * 2), permutations=1)
    assert not caplog.text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"distances": []}, "distances must rise"),
        ({"distances": [100, 100]}, "distances must rise"),
        ({"distances": [-1, 100]}, "distances must rise"),
        ({"days": [7, 7]}, "days must rise"),
        ({"days": []}, "days must rise"),
    ],
)
def test_edges_that_do_not_rise_are_named(options, words):
    with pytest.raises(InputError, match=words):
        find_near_repeats(make([(0, 0, 0)]), **options)
