"""Which places have enough around them: bounds from small squares settle most, few are counted one by one."""

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from hotspots.common.places import Bools, Floats, Ints
from hotspots.dbscan._chunks import pairs_in_chunks
from hotspots.dbscan._squares import Squares, list_runs

ROWS = 4096  # places at a time, so that they stay in the processor's cache
RING = 256  # with more places than this on a circle, a tree is the faster way


def find_core(squares: Squares, weight: Ints, *, minimum: float, asked: Bools | None = None) -> Bools:
    """Tell which places have at least ``minimum`` weight within the radius, themselves included.

    A box inside the disc round a place gives a lower bound, a box around the disc an upper bound; where
    they leave it open, rows of small squares do so more closely; where these do too, the places in the
    squares that the circle cuts are looked at. Memory is linear in the places. ``asked`` limits the
    counting to some places; the others are False.
    """
    load = Load(squares, weight)
    places = np.arange(len(weight)) if asked is None else np.flatnonzero(asked[squares.order])
    core = np.zeros(len(weight), dtype=bool)
    if squares.full:
        inside, around = _boxes(load)
        places = places[around(places) >= minimum]
        enough = inside(places) >= minimum
        core[places[enough]] = True
        places = places[~enough]
    rest = [np.empty(0, np.int64)]
    for start in range(0, len(places), ROWS):
        some = places[start : start + ROWS]
        enough, unsure = _count_rows(load, some, minimum)
        core[some[enough]] = True
        rest.append(some[unsure])
    left = np.concatenate(rest)
    if len(left):
        centres = squares.sorted.T[left]
        core[left] = sum_around(squares.xy, weight, centres, squares.radius) >= minimum
    found = np.empty(len(core), dtype=bool)
    found[squares.order] = core
    return found


class Load:
    """A weight on the sorted places, to be added up over runs of them."""

    def __init__(self, squares: Squares, weight: Ints) -> None:
        self.squares, self.own = squares, weight[squares.order]
        self.ones, self.total = bool((weight == 1).all()), int(weight.sum())
        small = self.total < 2**31  # half the memory where it will do
        self.sums: Any = np.zeros(len(weight) + 1, dtype=np.int32 if small else np.int64)
        np.cumsum(self.own, out=self.sums[1:], dtype=self.sums.dtype)

    def between(self, starts: Ints, ends: Ints) -> Ints:
        """Weight of each run, added up over the lines."""
        if self.ones:
            return np.asarray((ends - starts).sum(axis=0))
        return np.asarray((self.sums.take(ends) - self.sums.take(starts)).sum(axis=0))


def _boxes(load: Load) -> tuple[Callable[[Ints], Any], Callable[[Ints], Any]]:
    """Functions for the weight in a box surely inside, and in one surely around, the disc of each place."""
    squares, cuts = load.squares, load.squares.cuts
    wide, tall = squares.width // 2 + 1, squares.height // 2 + 1  # of four squares each: quicker to lay
    table: Any = np.zeros((tall, wide), dtype=load.sums.dtype)
    at = (squares.row >> 1) * wide + (squares.column >> 1)
    np.add.at(table.reshape(-1), at, load.own.astype(table.dtype, copy=False))
    np.cumsum(table, axis=1, out=table, dtype=table.dtype)
    for lower, upper in itertools.pairwise(table):  # far quicker than cumsum along the columns
        upper += lower
    flat = table.ravel()

    def box(places: Ints, past: int, upto: int) -> Any:
        column, row = squares.column[places], squares.row[places]
        left, right = (column - past) >> 1, (column + upto) >> 1
        low, high = ((row - past) >> 1) * wide, ((row + upto) >> 1) * wide
        upper, lower = (flat.take(line + right) - flat.take(line + left) for line in (high, low))
        return upper - lower

    inner = int(cuts / np.sqrt(2))  # squares to either side, its own among them, that fit into the disc
    return partial(box, past=inner, upto=inner - 2), partial(box, past=cuts + 3, upto=cuts + 1)


def _count_rows(load: Load, places: Ints, minimum: float) -> tuple[Bools, Bools]:
    """Tell whether each place has enough around it, and for which a tree must say so."""
    squares = load.squares
    starts, ends, inner_starts, inner_ends = squares.runs(places)
    low, edge = load.between(inner_starts, inner_ends), squares.on_edge(places)
    enough: Bools = low >= minimum
    doubt = np.flatnonzero(~enough & ((load.between(starts, ends) >= minimum) | edge))
    firsts = np.stack([starts[:, doubt], inner_ends[:, doubt]])
    lasts = np.stack([inner_starts[:, doubt], ends[:, doubt]])
    many = ((lasts - firsts).sum(axis=(0, 1)) > RING) | edge[doubt]
    unsure = np.zeros(len(places), dtype=bool)
    unsure[doubt[many]] = True
    doubt = doubt[~many]
    column, near = list_runs(firsts[:, :, ~many], lasts[:, :, ~many])
    hits = squares.within(places[doubt], column, near)
    more = low[doubt]
    if load.ones:
        more += np.bincount(column[hits], minlength=len(doubt))
    else:
        np.add.at(more, column[hits], load.own[near[hits]])
    enough[doubt] = more >= minimum
    return enough, unsure


def sum_around(xy: Floats, weight: Ints, centres: Floats, radius: float) -> Ints:
    """Weight within ``radius`` of each centre, counted place by place."""
    from scipy.spatial import cKDTree

    xy, weight = xy[weight > 0], weight[weight > 0]
    tree: Any = cKDTree(xy, leafsize=32, balanced_tree=False, compact_nodes=False)
    lengths = np.asarray(tree.query_ball_point(centres, radius, return_length=True, workers=-1), dtype=np.int64)
    if (weight == 1).all():
        return lengths
    total = np.zeros(len(centres), dtype=np.int64)
    for rows, one, two in pairs_in_chunks(centres, tree, lengths, radius):
        np.add.at(total, rows[one], weight[two])
    return total
