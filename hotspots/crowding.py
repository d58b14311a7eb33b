"""Which places have enough around them: bounds from a fine grid settle most, a tree the few in doubt."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.chunks import pairs_in_chunks
from hotspots.collapse import Floats, Ints

Bools = npt.NDArray[np.bool_]
CUTS = 10


def find_core(
    xy: Floats,
    weight: Ints,
    *,
    radius: float,
    minimum: float,
    asked: Ints | None = None,
    grid: Runs | None = None,
) -> Bools:
    """Tell which places have at least ``minimum`` weight within ``radius`` metres, themselves included.

    The ground is cut into squares of a tenth of the radius. Squares wholly within the radius of a whole
    square give each of its places a lower bound, squares partly within it an upper bound; only places
    whose bounds leave it open are counted one by one. Memory is linear in the places. ``asked`` limits
    the counting to some places; the others are False.
    """
    side = radius / CUTS
    grid = lay_squares(xy, radius) if grid is None else grid
    grid.load(weight)
    at = grid.inverse
    wanted = np.ones(len(xy), dtype=bool)
    if asked is not None:
        wanted[:] = False
        wanted[asked] = True
    some = np.zeros(len(grid.squares), dtype=bool)
    some[at[wanted]] = True
    few = np.flatnonzero(some & (grid.block_sums() >= minimum))
    low, high = np.zeros(len(some), dtype=np.int64), np.zeros(len(some), dtype=np.int64)
    for up in range(-CUTS - 1, CUTS + 2):
        far = _half_width((abs(up) + 1) * side, radius, side, sure=True)
        near = _half_width(max(abs(up) - 1, 0) * side, radius, side, sure=False)
        if far >= 0:
            low[few] += grid.sums(few, up, far)
        if near >= 0:
            high[few] += grid.sums(few, up, near)
    core: Bools = (low >= minimum)[at] & wanted
    doubt = np.flatnonzero(wanted & ~core & (high >= minimum)[at])
    doubt = doubt[np.argsort(at[doubt], kind="stable")]  # neighbours in turn
    if len(doubt):
        core[doubt] = sum_around(xy, weight, xy[doubt], radius) >= minimum
    return core


def lay_squares(xy: Floats, radius: float) -> Runs:
    """Lay the fine grid once, to be loaded with one weight after another."""
    square = np.floor(xy / (radius / CUTS)).astype(np.int64)
    square -= square.min(axis=0)
    return Runs(np.column_stack([_squeeze(square[:, 0]), _squeeze(square[:, 1])]))


def _squeeze(line: Ints) -> Ints:
    """Close gaps wider than any disc, so that a few far-off places do not stretch the grid."""
    if not len(line) or int(line.max()) > 20_000_000:
        return line
    there = np.zeros(int(line.max()) + 1, dtype=bool)
    there[line] = True
    held = np.flatnonzero(there)
    place = np.zeros(len(there), dtype=np.int64)
    place[held] = np.r_[0, np.minimum(np.diff(held), CUTS + 3).cumsum()]
    return place[line]


def _half_width(rise: float, radius: float, side: float, *, sure: bool) -> int:
    """Squares to either side in one row that are surely (or possibly) within the radius; -1 for none."""
    tiny = 1e-9 * radius  # a bound must hold whatever rounding does
    reach = radius - tiny if sure else radius + tiny
    if rise > reach:
        return -1
    run = float(np.sqrt(reach**2 - rise**2)) / side
    return int(np.floor(run)) - 1 if sure else int(np.floor(run)) + 1


class Runs:
    """Weights in squares, to be added up over a run of squares in a row."""

    def __init__(self, square: Ints) -> None:
        pad = CUTS + 3
        self.width = int(square[:, 0].max(initial=0)) + 2 * pad
        self.height = int(square[:, 1].max(initial=0)) + 2 * pad
        key = (square[:, 1] + pad) * self.width + square[:, 0] + pad
        self.full = self.width * self.height <= 8_000_000 + 24 * len(key)
        if self.full:
            there = np.zeros(self.width * self.height, dtype=bool)
            there[key] = True
            self.squares = np.flatnonzero(there)
            rank = np.zeros(len(there), dtype=np.int32)
            rank[self.squares] = np.arange(len(self.squares))
            self.inverse = rank[key].astype(np.int64)
        else:
            self.squares, self.inverse = np.unique(key, return_inverse=True)

    def load(self, weight: Ints) -> None:
        """Put a weight on the squares."""
        self.weights = _totals(self.inverse, weight, len(self.squares))
        if self.full:
            small = int(weight.sum()) < 2**31  # half the memory where it will do
            self.table: Any = np.zeros(self.width * self.height + 1, dtype=np.int32 if small else np.int64)
            self.table[self.squares + 1] = self.weights
            np.cumsum(self.table, out=self.table, dtype=self.table.dtype)
        else:
            self.upto = np.r_[0, self.weights.cumsum()]

    def block_sums(self) -> Ints:
        """Weight in the nine blocks around each square, as wide as the radius: no disc reaches further."""
        wide = CUTS + 1
        column, row = self.squares % self.width // wide, self.squares // self.width // wide
        height = self.height // wide + 3
        block, keys = pd.factorize((column + 1) * height + row + 1)
        weight = np.bincount(block, self.weights, len(keys))
        table = pd.Series(weight, index=keys)
        total = np.zeros(len(keys))
        for across in (-1, 0, 1):
            for up in (-1, 0, 1):
                total += table.reindex(keys + across * height + up, fill_value=0.0).to_numpy()
        return np.ceil(total).astype(np.int64)[block]

    def sums(self, of: Ints, up: int, half: int) -> Ints:
        """Weight in the run of squares within ``half`` of some squares, ``up`` rows away."""
        middle = self.squares[of] + up * self.width
        if self.full:
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

    xy, weight = xy[weight > 0], weight[weight > 0]
    tree: Any = cKDTree(xy, leafsize=32, balanced_tree=False, compact_nodes=False)
    lengths = np.asarray(
        tree.query_ball_point(centres, radius, return_length=True, workers=-1), dtype=np.int64
    )
    if (weight == 1).all():
        return lengths
    total = np.zeros(len(centres), dtype=np.int64)
    for rows, one, two in pairs_in_chunks(centres, tree, xy, lengths, radius):
        np.add.at(total, rows[one], weight[two])
    return total
