"""DBSCAN where places are so dense that pairs of them would not fit in memory: linear in the places."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from hotspots.collapse import Floats, Ints

Bools = npt.NDArray[np.bool_]
CHUNK = 4_000_000


def pairs_in_chunks(
    centres: Floats, tree: Any, xy: Floats, lengths: Ints, radius: float
) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Pairs (centre, place) within ``radius``, a few million at a time: rows, row in the chunk, place."""
    from scipy.spatial import cKDTree

    for start, end in _chunks(lengths):
        hits = cKDTree(centres[start:end]).sparse_distance_matrix(tree, radius, output_type="ndarray")
        yield np.arange(start, end), hits["i"].astype(np.int64), hits["j"].astype(np.int64)


def _chunks(sizes: Ints) -> list[tuple[int, int]]:
    """Split rows into runs of a few million pairs each."""
    if not len(sizes):
        return []
    starts = np.flatnonzero(np.diff(np.r_[-1, sizes.cumsum() // CHUNK]))
    starts[0] = 0
    return list(itertools.pairwise([*starts.tolist(), len(sizes)]))


def link_core(xy: Floats, radius: float) -> Ints:
    """Component of each core place: places within ``radius`` are linked, directly or through others.

    Squares of side radius / √2 hold only places that are linked with each other, so squares are linked
    in place of places: first where the two places nearest to a common side are near enough, then, only
    between squares still apart, by looking at every pair.
    """
    side = radius / np.sqrt(2) * (1 - 1e-12)
    square = np.floor(xy / side).astype(np.int64)
    square -= square.min(axis=0) - 2
    height = int(square[:, 1].max()) + 3
    key = square[:, 0] * height + square[:, 1]
    order = np.argsort(key, kind="stable")
    keys, starts = np.unique(key[order], return_index=True)
    ends = np.r_[starts[1:], len(xy)]
    points = xy[order]
    near, unsure = [np.empty((0, 2), np.int64)], [np.empty((0, 2), np.int64)]
    for across, up in _half_of_neighbours():
        there = np.searchsorted(keys, keys + across * height + up)
        there[there == len(keys)] = 0
        one = np.flatnonzero(keys[there] == keys + across * height + up)
        if not len(one):
            continue
        two = there[one]
        along = points @ np.array([across, up], dtype=float)
        gap = points[_last(along, starts, ends)[one]] - points[_last(-along, starts, ends)[two]]
        sure = (gap**2).sum(axis=1) <= radius**2
        near.append(np.column_stack([one, two])[sure])
        unsure.append(np.column_stack([one, two])[~sure])
    component = _components(np.concatenate(near), len(keys))
    rest = np.concatenate(unsure)
    rest = rest[component[rest[:, 0]] != component[rest[:, 1]]]
    close = _squares_close(points, starts, ends, rest, radius)
    component = _components(np.concatenate([*near, rest[close]]), len(keys))
    found = np.empty(len(xy), dtype=np.int64)
    found[order] = np.repeat(component, ends - starts)
    return found


def _half_of_neighbours() -> list[tuple[int, int]]:
    return [(a, u) for a in range(3) for u in range(-2, 3) if (a, u) > (0, 0)]


def _last(along: Floats, starts: Ints, ends: Ints) -> Ints:
    """Row of the place furthest along in each square."""
    top = np.maximum.reduceat(along, starts)
    rows = np.flatnonzero(along == np.repeat(top, ends - starts))
    return rows[np.searchsorted(rows, starts)]


def _components(pairs: Ints, size: int) -> Ints:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _squares_close(points: Floats, starts: Ints, ends: Ints, pairs: Ints, radius: float) -> Bools:
    """Whether two squares have a place each that are within the radius: every pair is looked at."""
    from scipy.spatial import cKDTree

    close = np.zeros(len(pairs), dtype=bool)
    many, other = (ends - starts)[pairs[:, 0]], (ends - starts)[pairs[:, 1]]
    size = many * other
    for number in np.flatnonzero(size > CHUNK):  # too many to list: ask a tree for the nearest
        one, two = pairs[number]
        tree = cKDTree(points[starts[one] : ends[one]])
        gaps = points[starts[two] : ends[two]] - tree.data[tree.query(points[starts[two] : ends[two]])[1]]
        close[number] = ((gaps**2).sum(axis=1) <= radius**2).any()
    small = np.flatnonzero(size <= CHUNK)
    for start, end in _chunks(size[small]):
        rows = small[start:end]
        of = np.repeat(np.arange(len(rows)), size[rows])
        nth = np.arange(len(of)) - np.repeat(size[rows].cumsum() - size[rows], size[rows])
        left = starts[pairs[rows, 0]][of] + nth // other[rows][of]
        right = starts[pairs[rows, 1]][of] + nth % other[rows][of]
        hit = ((points[left] - points[right]) ** 2).sum(axis=1) <= radius**2
        close[rows] = np.bincount(of, hit, len(rows)) > 0
    return close


def lowest_in_reach(xy: Floats, label: Ints, core: Bools, radius: float) -> Ints:
    """Give each place that is not core the lowest label of a core place in reach, or -1."""
    from scipy.spatial import cKDTree

    found = np.full(len(xy), -1, dtype=np.int64)
    if not core.any() or core.all():
        return found
    tree: Any = cKDTree(xy[core], balanced_tree=False, compact_nodes=False)
    labels = label[core]
    outside = np.flatnonzero(~core)
    outside = outside[_lowest_about(xy[core], labels, xy[outside], radius) < np.iinfo(np.int64).max]
    _, nearest = tree.query(xy[outside], distance_upper_bound=radius * (1 + 1e-9))
    border = nearest < len(labels)
    outside, nearest = outside[border], nearest[border]
    gap = xy[outside] - tree.data[nearest]
    near = (gap**2).sum(axis=1) <= radius**2
    outside, found[outside[near]] = outside[near], labels[nearest[near]]
    # only where a lower label is about must every core place in reach be looked at
    outside = outside[_lowest_about(xy[core], labels, xy[outside], radius) < found[outside]]
    lengths = np.asarray(tree.query_ball_point(xy[outside], radius, return_length=True), dtype=np.int64)
    for rows, one, two in pairs_in_chunks(xy[outside], tree, xy, lengths, radius):
        np.minimum.at(found, outside[rows[one]], labels[two])
    return found


def _lowest_about(core: Floats, labels: Ints, xy: Floats, radius: float) -> Ints:
    """Lowest label in the nine squares of side ``radius`` around each place."""
    low = np.floor(core.min(axis=0) / radius) - 2
    square = (np.floor(core / radius) - low).astype(np.int64)
    at = (np.floor(xy / radius) - low).astype(np.int64)
    height = int(max(square[:, 1].max(), at[:, 1].max(initial=0))) + 3
    keys, inverse = np.unique(square[:, 0] * height + square[:, 1], return_inverse=True)
    lowest = np.full(len(keys), np.iinfo(np.int64).max)
    np.minimum.at(lowest, inverse, labels)
    best = np.full(len(xy), np.iinfo(np.int64).max)
    for across in (-1, 0, 1):
        for up in (-1, 0, 1):
            key = (at[:, 0] + across) * height + at[:, 1] + up
            there = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
            best = np.where(keys[there] == key, np.minimum(best, lowest[there]), best)
    return best
