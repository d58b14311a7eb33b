"""Which counts are hidden, to the cell: beside the rule written a second time, without short cuts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from linear_bounds import bounds_by_programme

from maps.disclosure.suppression import hide_small, hide_small_table


def hide_line(line, mask, threshold):
    """Hide the smallest shown count, the first of equals, until the line's total gives nothing back."""
    changed = False
    while mask.any() and (mask.sum() == 1 or line[mask].sum() < threshold):
        shown = [k for k in range(len(line)) if line[k] > 0 and not mask[k]]
        if not shown:
            return changed
        mask[min(shown, key=lambda k: (line[k], k))] = True
        changed = True
    return changed


def hide_lines(counts, hidden, threshold):
    """Put every row and then every column right, as often as it takes."""
    while any(
        [hide_line(counts[i], hidden[i], threshold) for i in range(len(counts))]
        + [hide_line(counts[:, j], hidden[:, j], threshold) for j in range(counts.shape[1])]
    ):
        pass


def hide_by_the_book(counts, threshold):
    small = (counts > 0) & (counts < threshold)
    hidden = small.copy()
    hide_lines(counts, hidden, threshold)
    while True:
        ranges = zip(np.argwhere(hidden), bounds_by_programme(counts, hidden), strict=True)
        narrow = [cell for cell, (low, high) in ranges if small[tuple(cell)] and high - low < threshold - 2]
        changed = False
        for i, j in narrow:
            for line, mask in ((counts[i], hidden[i]), (counts[:, j], hidden[:, j])):
                shown = [k for k in range(len(line)) if line[k] > 0 and not mask[k]]
                if shown:
                    mask[min(shown, key=lambda k: (line[k], k))] = True
                    changed = True
                    break
        if not changed:
            return hidden
        hide_lines(counts, hidden, threshold)


@pytest.mark.parametrize("threshold", [3, 5, 10])
def test_the_cells_hidden_are_those_of_the_rule(threshold):
    rng = np.random.default_rng(threshold)
    for _ in range(25):
        counts = rng.poisson(rng.choice([1, 4, 9], (rng.integers(1, 5), rng.integers(1, 5)))).astype(float)
        found = hide_small_table(pd.DataFrame(counts), threshold=threshold).to_numpy()
        assert found.tolist() == hide_by_the_book(counts, threshold).tolist(), counts


@pytest.mark.parametrize(
    ("counts", "threshold"),
    [
        ([[12, 32, 14, 15], [30, 23, 1, 11], [19, 7, 18, 16], [2, 17, 16, 11]], 10),
        ([[28, 26, 1, 13, 2], [10, 4, 28, 11, 2], [30, 6, 10, 23, 26]], 10),
        ([[28, 1, 3, 22], [14, 11, 1, 10], [30, 4, 3, 38]], 5),
        ([[1, 9, 0, 2], [3, 9, 2, 1], [1, 1, 1, 3], [9, 0, 9, 2]], 3),
    ],
)
def test_of_several_counts_beside_an_exposed_one_the_smallest_goes(counts, threshold):
    found = hide_small_table(pd.DataFrame(counts), threshold=threshold).to_numpy()
    assert found.tolist() == hide_by_the_book(np.array(counts, dtype=float), threshold).tolist()


def test_a_ring_of_six_protects_itself():
    # no four of these are the corners of a square, but round the ring each can move from 1 to 6
    counts = [[3, 4, 50], [60, 3, 4], [4, 70, 3]]
    found = hide_small_table(pd.DataFrame(counts), threshold=5)
    assert found.to_numpy().tolist() == [[True, True, False], [False, True, True], [True, False, True]]


def test_the_smallest_count_shown_is_the_threshold():
    table = pd.DataFrame([[5, 6], [7, 5]], index=["a", "b"], columns=["x", "y"])
    hidden = hide_small_table(table, threshold=5)
    assert not hidden.to_numpy().any()
    assert (hidden.index.tolist(), hidden.columns.tolist()) == (["a", "b"], ["x", "y"])


def test_a_count_at_the_threshold_is_hidden_beside_a_small_one():
    hidden = hide_small(pd.Series([3, 5, 20], index=["a", "b", "c"]), threshold=5)
    assert hidden.to_dict() == {"a": True, "b": True, "c": False}


def test_the_first_of_equal_counts_goes_beside_a_small_one():
    counts = [8, 7, 7, 6, 6, 5, 5, 5, 5, 8, 7, 8, 7, 7, 8, 7, 3, 7, 7, 8]
    counts += [6, 8, 7, 5, 6, 8, 7, 5, 8, 7, 8, 5, 5, 8, 5, 7, 5, 6, 6, 6]
    assert np.flatnonzero(hide_small(pd.Series(counts), threshold=5)).tolist() == [5, 16]


@pytest.mark.parametrize("kind", ["Int64", "float64", "object"])
def test_missing_counts_of_every_kind(kind):
    counts = pd.Series([None, 2, 30, 40], dtype=kind)
    assert hide_small(counts, threshold=5).tolist() == [False, True, True, False]


def test_what_is_no_number_counts_as_missing():
    assert hide_small(pd.Series(["3", "n/a", "20", "8"]), threshold=5).tolist() == [True, False, False, True]
