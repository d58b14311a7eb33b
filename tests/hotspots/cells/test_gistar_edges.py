"""Gi* numbers cell by cell: neighbours by distance, permutations one draw after another."""

from __future__ import annotations

import numpy as np
import pytest

from hotspots.cells.gistar import Sums, _draw_sets, neighbour_pairs, permute_p, sum_band, sum_grid, z_scores
from hotspots.statistics.many_tests import judge_normal


def scattered_cells(seed, n=25):
    rng = np.random.default_rng(seed)
    cells = np.unique(rng.integers(-3, 4, (n, 2)), axis=0)
    return cells[:, 0], cells[:, 1], rng.integers(0, 6, len(cells)).astype(float)


def touching(column, row, shape):
    """Which cells touch: squares within one step each way, hexagons whose centres are one width apart."""
    if shape == "square":
        return np.maximum(abs(np.subtract.outer(column, column)), abs(np.subtract.outer(row, row))) <= 1
    x, y = column + 0.5 * (row % 2), row * np.sqrt(3) / 2
    return np.hypot(np.subtract.outer(x, x), np.subtract.outer(y, y)) < 1.01


@pytest.mark.parametrize("shape", ["square", "hexagon"])
@pytest.mark.parametrize("seed", range(4))
def test_sums_and_pairs_are_those_of_cells_that_touch(shape, seed):
    column, row, values = scattered_cells(seed)
    near = touching(column, row, shape)
    pairs = {tuple(pair) for pair in neighbour_pairs(column, row, shape=shape).tolist()}
    assert pairs == {(int(i), int(j)) for i, j in np.argwhere(near) if i != j}
    for far in (0, 1_100):  # one cell far away takes the other path
        columns, rows = np.r_[column, far + 100], np.r_[row, far + 100]
        sums = sum_grid(np.r_[values, 9.0], columns, rows, shape=shape)
        assert sums.total.tolist() == [*(near @ values), 9]
        assert sums.cells.tolist() == [*near.sum(axis=1), 1]


def test_a_band_holds_its_edge():
    sums = sum_band(np.array([1.0, 2, 4]), np.array([[0.0, 0], [3, 4], [20, 0]]), radius=5.0)
    assert (sums.total.tolist(), sums.cells.tolist()) == ([3, 3, 4], [2, 2, 1])


def test_z_by_the_formula_of_ord_and_getis():
    values = np.array([1.0, 5, 2, 2, 0])
    sums = Sums(np.array([6.0, 8, 9, 4, 10]), np.array([2, 3, 3, 2, 5]))
    n, mean, s = 5, 2.0, np.sqrt(((values - 2) ** 2).mean())
    expected = [
        (total - mean * k) / (s * np.sqrt((n * k - k * k) / (n - 1))) if k < n else np.nan
        for total, k in zip(*sums, strict=True)
    ]
    assert z_scores(values, sums) == pytest.approx(expected, nan_ok=True)
    for scale in (2.0**-60, 2.0**40):
        found = z_scores(values * scale, Sums(sums.total * scale, sums.cells))
        assert found == pytest.approx(expected, nan_ok=True)
    assert np.isnan(z_scores(np.array([3.0]), Sums(np.array([3.0]), np.array([1])))).all()
    assert len(z_scores(np.zeros(0), Sums(np.zeros(0), np.zeros(0, dtype=int)))) == 0
    two = z_scores(np.array([0.0, 1]), Sums(np.array([0.0, 1]), np.array([1, 1])))
    assert two == pytest.approx([-1, 1])


def test_p_and_q_of_z():
    p, q = judge_normal(np.array([1.959964, -2.575829, 0.0, np.nan, 1.959964]))
    assert p == pytest.approx([0.05, 0.01, 1, np.nan, 0.05], abs=1e-6, nan_ok=True)
    assert q == pytest.approx([0.2 / 3, 0.04, 1, np.nan, 0.2 / 3], abs=1e-6, nan_ok=True)


def permute_one_by_one(values, near, cells, permutations, seed):
    """Twice the smaller tail over the draws; a cell that draws itself takes the spare instead."""
    rng = np.random.default_rng(seed)
    p = np.full(len(values), np.nan)
    for k in sorted({int(c) - 1 for c in cells}):
        if k == 0:
            continue
        sets = _draw_sets(rng, len(values), k + 1, permutations)
        for cell in np.flatnonzero(cells - 1 == k):
            sums = [values[[s if s != cell else one[-1] for s in one[:-1]]].sum() for one in sets]
            above = sum(total > near[cell] or np.isclose(total, near[cell]) for total in sums)
            below = sum(total < near[cell] or np.isclose(total, near[cell]) for total in sums)
            p[cell] = min(2 * (min(above, below) + 1) / (permutations + 1), 1)
    return p


@pytest.mark.parametrize("shape", ["square", "hexagon"])
@pytest.mark.parametrize("scale", [1.0, 2.0**-60, 2.0**40])
def test_permutations_one_by_one(shape, scale):
    # every cell of a row has two neighbours or one; one stands alone
    column, row, values = scattered_cells(7, n=30)
    column, row = np.r_[column, 50, 51, 90], np.r_[row, 50, 50, 90]
    values = np.r_[values, 3.0, 8.0, 2.0]
    sums = sum_grid(values, column, row, shape=shape)
    assert {0, 1, 2} <= set((sums.cells - 1).tolist())
    expected = permute_one_by_one(values, sums.total - values, sums.cells, 39, 5)
    scaled = Sums(sums.total * scale, sums.cells)
    found = permute_p(values * scale, scaled, permutations=39, seed=5)
    assert found == pytest.approx(expected, nan_ok=True)
    assert np.isnan(found[-1])


def test_nothing_is_permuted_of_nothing():
    none = Sums(np.zeros(0), np.zeros(0, dtype=np.int64))
    assert len(permute_p(np.zeros(0), none, permutations=9, seed=0)) == 0


def test_sets_hold_different_cells_and_each_as_often():
    for n, size in ((9, 3), (200, 3)):  # both ways of drawing
        sets = _draw_sets(np.random.default_rng(1), n, size, 6000)
        assert sets.shape == (6000, size)
        assert all(len(set(one)) == size for one in sets.tolist())
        seen = np.bincount(sets.ravel(), minlength=n)
        assert len(seen) == n
        assert abs(seen - 6000 * size / n).max() < 6 * np.sqrt(6000 * size / n)


def test_sets_drawn_again_favour_no_cell():
    # one set in fourteen holds a cell twice at first
    sets = _draw_sets(np.random.default_rng(4), 81, 4, 200_000)
    seen, mean = np.bincount(sets.ravel(), minlength=81), 200_000 * 4 / 81
    assert abs(seen - mean).max() < 5 * np.sqrt(mean)
