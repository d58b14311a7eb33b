"""Gi* in numbers: sums over neighbours, z, p two-sided, q after Benjamini and Hochberg, permutations."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hotspots.common.places import Floats, Ints

_SQUARE = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]
_HEXAGON_EVEN = [(-1, -1), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 0)]
_HEXAGON_ODD = [(-1, 0), (-1, 1), (0, -1), (0, 1), (1, 0), (1, 1)]


class Sums(NamedTuple):
    """Sum of the values over each cell's neighbourhood, itself included, and how many cells that is."""

    total: Floats
    cells: Ints


def sum_grid(values: Floats, column: Ints, row: Ints, *, shape: str) -> Sums:
    """Add up each cell and the cells that touch it, as a convolution over the regular grid.

    Cells outside the study area are not there: they add nothing to the sum nor to the count.
    """
    low, left = int(row.min()), int(column.min())
    low -= low % 2  # odd rows of hexagons must stay odd
    tall, wide = int(row.max()) - low + 3, int(column.max()) - left + 3
    if tall * wide > 40 * len(values) + 1_000_000:
        return _sum_scattered(values, column, row, shape=shape)
    at = (row - (low - 1)) * wide + (column - (left - 1))
    field = np.zeros(tall * wide)
    field[at] = values
    total = _convolve(field.reshape(tall, wide), shape).take(at)
    there = np.zeros(tall * wide, dtype=np.uint8)  # at most nine in all
    there[at] = 1
    cells = _convolve(there.reshape(tall, wide), shape).take(at)
    return Sums(total, cells.astype(np.int64))


def sum_band(values: Floats, xy: Floats, *, radius: float) -> Sums:
    """Add up all points within ``radius`` metres of each point, itself included."""
    from scipy.sparse import coo_array
    from scipy.spatial import cKDTree

    pairs = cKDTree(xy).query_pairs(radius, output_type="ndarray")
    near = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(xy), len(xy))).tocsr()
    near = near + near.T
    cells = np.asarray(near.sum(axis=1)).ravel().astype(np.int64) + 1
    return Sums(near @ values + values, cells)


def z_scores(values: Floats, sums: Sums) -> Floats:
    """Gi* of Ord and Getis (1995) with S over n; NaN where it is not defined."""
    n = len(values)
    mean = values.mean() if n else np.nan
    s = np.sqrt(((values - mean) ** 2).mean()) if n else np.nan
    if n < 2 or not s > 1e-12 * np.abs(values).max():  # a constant field has no clusters
        return np.full(n, np.nan)
    most = int(sums.cells.max())
    k = np.arange(most + 1, dtype=float)
    spread = s * np.sqrt(np.maximum(n * k - k * k, 0) / (n - 1))
    spread[spread == 0] = np.nan
    z = sums.total - (mean * k).take(sums.cells)
    z /= spread.take(sums.cells)
    return np.asarray(z)


def permute_p(values: Floats, sums: Sums, *, permutations: int, seed: int) -> Floats:
    """P by conditional permutation: each cell keeps its value, its neighbours are drawn from the others.

    Both tails count ties, and twice the smaller tail is returned, at most 1. A draw is one set of cells
    for all cells with as many neighbours; where a cell would draw itself, a spare takes its place.
    """
    rng = np.random.default_rng(seed)
    n = len(values)
    near = sums.total - values
    slack = 1e-9 * max(float(np.abs(values).max(initial=0.0)), 1e-300)
    p = np.full(n, np.nan)
    for k in np.unique(sums.cells - 1):
        cells = np.flatnonzero(sums.cells - 1 == k)
        if 0 < k < n:
            above, below = _tails(values, near, cells, _draw_sets(rng, n, int(k) + 1, permutations), slack)
            p[cells] = np.minimum(2 * (np.minimum(above, below) + 1) / (permutations + 1), 1.0)
    return p


def _tails(values: Floats, near: Floats, cells: Ints, drawn: Ints, slack: float) -> tuple[Ints, Ints]:
    """For each cell, how many draws reach at least, and at most, its neighbours' sum."""
    members, spare = drawn[:, :-1], drawn[:, -1]
    total = values[members].sum(axis=1)
    ordered = np.sort(total)
    above = len(total) - np.searchsorted(ordered, near[cells] - slack, side="left")
    below = np.searchsorted(ordered, near[cells] + slack, side="right")
    place = np.full(len(values), -1, dtype=np.int64)
    place[cells] = np.arange(len(cells))
    draw, _ = np.nonzero(place[members] >= 0)
    own = members[place[members] >= 0]
    swapped = total[draw] - values[own] + values[spare[draw]]
    up = (swapped >= near[own] - slack).astype(np.int64) - (total[draw] >= near[own] - slack)
    down = (swapped <= near[own] + slack).astype(np.int64) - (total[draw] <= near[own] + slack)
    np.add.at(above, place[own], up)
    np.add.at(below, place[own], down)
    return above, below


def _draw_sets(rng: np.random.Generator, n: int, size: int, draws: int) -> Ints:
    """Draw sets of different cells, in random order, one set a row."""
    if n <= 20 * size:
        return np.stack([rng.permutation(n)[:size] for _ in range(draws)])
    sets = rng.integers(0, n, (draws, size))
    while True:
        ordered = np.sort(sets, axis=1)
        twice = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        if not twice.any():
            return sets
        sets[twice] = rng.integers(0, n, (int(twice.sum()), size))


def neighbour_pairs(column: Ints, row: Ints, *, shape: str) -> npt.NDArray[np.int64]:
    """Pairs of positions of cells that touch, shape (pairs, 2); every pair comes both ways."""
    key = row * 10_000_000 + column
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    found = []
    for parity, offsets in [(None, _SQUARE)] if shape == "square" else [(0, _HEXAGON_EVEN), (1, _HEXAGON_ODD)]:
        mine = np.flatnonzero(row % 2 == parity) if parity is not None else np.arange(len(row))
        for up, right in offsets:
            wanted = key[mine] + up * 10_000_000 + right
            at = np.minimum(np.searchsorted(ordered, wanted), len(key) - 1)
            hit = ordered[at] == wanted
            found.append(np.column_stack([mine[hit], order[at[hit]]]))
    return np.concatenate(found).astype(np.int64)


def _sum_scattered(values: Floats, column: Ints, row: Ints, *, shape: str) -> Sums:
    """Sum the same over few cells scattered over much ground."""
    pairs = neighbour_pairs(column, row, shape=shape)
    total = np.bincount(pairs[:, 0], values[pairs[:, 1]], minlength=len(values)) + values
    return Sums(total, np.bincount(pairs[:, 0], minlength=len(values)) + 1)


def _convolve(field: npt.NDArray[Any], shape: str) -> npt.NDArray[Any]:
    """Sum of each cell and those that touch it; the outermost rows and columns are padding."""
    out = np.zeros_like(field)
    if shape == "square":
        across = field[:, :-2] + field[:, 1:-1]
        across += field[:, 2:]
        out[1:-1, 1:-1] = across[:-2] + across[1:-1]
        out[1:-1, 1:-1] += across[2:]
        return out
    out[1:-1, 1:-1] = field[1:-1, :-2] + field[1:-1, 1:-1] + field[1:-1, 2:]
    pairs = field[:, :-1] + field[:, 1:]  # a hexagon touches two in the row above and two in the row below
    out[1:-1:2, 1:-1] += pairs[0:-2:2, :-1] + pairs[2::2, :-1]
    out[2:-1:2, 1:-1] += pairs[1:-2:2, 1:] + pairs[3::2, 1:]
    return out
