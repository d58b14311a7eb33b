"""Hidden counts stay hidden: checked by the values they could take, with an independent solver."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linear_bounds import bounds_by_programme

from maps.disclosure.suppression import feasible_bounds, hide_small, hide_small_table
from maps.web._incident_cells import _make_room

tables = st.integers(1, 6).flatmap(
    lambda rows: st.integers(1, 5).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 14), min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
    )
)


@pytest.mark.parametrize(
    ("counts", "threshold", "hidden"),
    [
        ([3, 8, 20], 5, [True, True, False]),  # one alone: the total would give it back
        ([1, 1, 6, 9], 5, [True, True, True, False]),  # two that add up to 2 are both 1
        ([2, 3, 9], 5, [True, True, False]),  # together 5: could be 1 and 4, 2 and 3 ...
        ([0, 0, 12], 5, [False, False, False]),  # nothing recorded singles nobody out
        ([4], 5, [True]),
        ([4, 9], 10, [True, True]),
        ([5, 9], 5, [False, False]),
        ([1, 2], 0, [False, False]),
        ([], 5, []),
    ],
)
def test_one_way_counts_by_hand(counts, threshold, hidden):
    assert hide_small(pd.Series(counts, dtype="float64"), threshold=threshold).tolist() == hidden


def test_missing_counts_are_neither_shown_nor_hidden():
    assert hide_small(pd.Series([None, 2, 30, 40]), threshold=5).tolist() == [False, True, True, False]


def test_a_two_way_table_by_hand_hides_a_square():
    hidden = hide_small_table(pd.DataFrame([[3, 20, 30], [15, 25, 9], [40, 50, 60]]), threshold=5)
    assert hidden.to_numpy()[0].tolist() == [True, True, False]
    assert hidden.to_numpy().sum() == 4


@given(tables)
@settings(max_examples=40, deadline=None)
def test_bounds_are_those_of_linear_programming(rows):
    counts = np.array(rows, dtype=float)
    hidden = (counts > 0) & (counts < 9)
    cells = np.argwhere(hidden)
    assert feasible_bounds(counts, hidden, cells) == bounds_by_programme(counts, hidden)


@given(tables, st.sampled_from([5, 10]))
@settings(max_examples=60, deadline=None)
def test_no_small_count_can_be_worked_out_from_the_totals(rows, threshold):
    table = pd.DataFrame(rows)
    counts = table.to_numpy(dtype=float)
    hidden = hide_small_table(table, threshold=threshold).to_numpy()
    assert hidden[(counts > 0) & (counts < threshold)].all()
    assert not hidden[counts == 0].any()
    for (i, j), (low, high) in zip(np.argwhere(hidden), bounds_by_programme(counts, hidden), strict=True):
        if counts[i, j] >= threshold:
            continue
        nothing_left = not (~hidden[i] & (counts[i] > 0)).any() and not (~hidden[:, j] & (counts[:, j] > 0)).any()
        assert high - low >= threshold - 2 or nothing_left


def test_nothing_is_hidden_without_a_threshold_or_a_small_count():
    table = pd.DataFrame([[1, 2], [3, 4]])
    assert not hide_small_table(table, threshold=0).to_numpy().any()
    assert not hide_small_table(table * 100, threshold=10).to_numpy().any()
    assert hide_small_table(table.iloc[:0], threshold=5).shape == (0, 2)


def test_cells_leave_room_for_what_is_hidden():
    # the ground holds 12, and in some world 6: no more than 6 is drawn
    facts = pd.DataFrame({"cell": [0, 1, 2], "n": [5, 5, 2], "ground": 1, "least": 6, "most": 12})
    shown = pd.Series([True, True, False])
    _make_room(shown, facts)
    assert facts["n"][shown].sum() == 5
    # it may hold more than it does: where all of it is drawn, one cell is not
    shown = pd.Series([True, True, True])
    _make_room(shown, facts.assign(least=12, most=15))
    assert shown.tolist() == [True, True, False]
