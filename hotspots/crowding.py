"""Which places have enough around them: bounds from a fine grid settle most, a tree the few in doubt."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hotspots.collapse import Floats, Ints

Bools = npt.NDArray[np.bool_]
CUTS = 10


def find_core(xy: Floats, weight: Ints, *, radius: float, minimum: float) -> Bools:
    """Tell which places have at least ``minimum`` weight within ``radius`` metres, themselves included.

    The ground is cut into squares of a tenth of the radius. Squares wholly within the radius of a whole
    square give each of its places a lower bound, squares partly within it an upper bound; only places
    whose bounds leave it open are counted one by one. Memory is linear in the places.
    """
    side = radius / CUTS
    square = np.floor(xy / side).astype(np.int64)
    square -= square.min(axis=0)
    grid = _Runs(square, weight)
    low, high = np.zeros(len(grid.squares), dtype=np.int64), np.zeros(len(grid.squares), dtype=np.int64)
    for up in range(-CUTS - 1, CUTS + 2):
        far = _half_width((abs(up) + 1) * side, radius, side, sure=True)
        near = _half_width(max(abs(up) - 1, 0) * side, radius, side, sure=False)
        if far >= 0:
            low += grid.sums(up, far)
        if near >= 0:
            high += grid.sums(up, near)
    at = grid.inverse
    core: Bools = (low >= minimum)[at]
    doubt = np.flatnonzero(~core & (high >= minimum)[at])
    if len(doubt):
        core[doubt] = sum_around(xy, weight, xy[doubt], radius) >= minimum
    return core


def _half_width(rise: float, radius: float, side: float, *, sure: bool) -> int:
    """Squares to either side in one row that are surely (or possibly) within the radius; -1 for none."""
    tiny = 1e-9 * radius  # a bound must hold whatever rounding does
    reach = radius - tiny if sure else radius + tiny
    if rise > reach:
        return -1
    run = float(np.sqrt(reach**2 - rise**2)) / side
    return int(np.floor(run)) - 1 if sure else int(np.floor(run)) + 1


class _Runs:
    """Weights in squares, to be added up over a run of squares in a row."""

    def __init__(self, square: Ints, weight: Ints) -> None:
        pad = CUTS + 3
        self.width = int(square[:, 0].max(initial=0)) + 2 * pad
        self.height = int(square[:, 1].max(initial=0)) + 2 * pad
        key = (square[:, 1] + pad) * self.width + square[:, 0] + pad
        self.table: Ints | None = None
        if self.width * self.height <= 8_000_000 + 16 * len(key):
            there = np.zeros(self.width * self.height, dtype=bool)
            there[key] = True
            self.squares = np.flatnonzero(there)
            rank = np.zeros(len(there), dtype=np.int32)
            rank[self.squares] = np.arange(len(self.squares))
            self.inverse = rank[key].astype(np.int64)
            self.table = np.zeros(len(there) + 1, dtype=np.int64)
            totals = _totals(self.inverse, weight, len(self.squares))
            self.table[self.squares + 1] = totals
            np.cumsum(self.table, out=self.table)
        else:
            self.squares, self.inverse = np.unique(key, return_inverse=True)
            self.upto = np.r_[0, _totals(self.inverse, weight, len(self.squares)).cumsum()]

    def sums(self, up: int, half: int) -> Ints:
        """Weight in the run of squares within ``half`` of each square, ``up`` rows away."""
        middle = self.squares + up * self.width
        if self.table is not None:
            return np.asarray(self.table[middle + half + 1] - self.table[middle - half], dtype=np.int64)
        ends = np.searchsorted(self.squares, middle + half, side="right")
        return np.asarray(self.upto[ends] - self.upto[np.searchsorted(self.squares, middle - half)])


def _totals(inverse: Ints, weight: Ints, size: int) -> Ints:
    totals = np.zeros(size, dtype=np.int64)
    np.add.at(totals, inverse, weight)
    return totals


def sum_around(xy: Floats, weight: Ints, centres: Floats, radius: float) -> Ints:
    """Weight within ``radius`` of each centre, counted place by place."""
    from scipy.spatial import cKDTree

    from hotspots.linking import pairs_in_chunks

    tree: Any = cKDTree(xy, balanced_tree=False, compact_nodes=False)
    lengths = np.asarray(tree.query_ball_point(centres, radius, return_length=True), dtype=np.int64)
    if (weight == 1).all():
        return lengths
    total = np.zeros(len(centres), dtype=np.int64)
    for rows, one, two in pairs_in_chunks(centres, tree, xy, lengths, radius):
        np.add.at(total, rows[one], weight[two])
    return total
