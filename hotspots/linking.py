"""DBSCAN where places are so dense that pairs of them would not fit in memory: linear in the places."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots import chunks
from hotspots.chunks import pairs_in_chunks, split_rows
from hotspots.collapse import Floats, Ints
from hotspots.crowding import Runs, find_core

Bools = npt.NDArray[np.bool_]


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
    for number in np.flatnonzero(size > chunks.CHUNK):  # too many to list: ask a tree for the nearest
        one, two = pairs[number]
        tree = cKDTree(points[starts[one] : ends[one]])
        gaps = points[starts[two] : ends[two]] - tree.data[tree.query(points[starts[two] : ends[two]])[1]]
        close[number] = ((gaps**2).sum(axis=1) <= radius**2).any()
    small = np.flatnonzero(size <= chunks.CHUNK)
    for start, end in split_rows(size[small]):
        rows = small[start:end]
        of = np.repeat(np.arange(len(rows)), size[rows])
        nth = np.arange(len(of)) - np.repeat(size[rows].cumsum() - size[rows], size[rows])
        left = starts[pairs[rows, 0]][of] + nth // other[rows][of]
        right = starts[pairs[rows, 1]][of] + nth % other[rows][of]
        hit = ((points[left] - points[right]) ** 2).sum(axis=1) <= radius**2
        close[rows] = np.bincount(of, hit, len(rows)) > 0
    return close


def lowest_in_reach(xy: Floats, label: Ints, core: Bools, radius: float, grid: Runs | None = None) -> Ints:
    """Give each place that is not core the lowest label of a core place in reach, or -1."""
    from scipy.spatial import cKDTree

    found = np.full(len(xy), -1, dtype=np.int64)
    if not core.any() or core.all():
        return found
    labels, outside = label[core], np.flatnonzero(~core)
    lowest, highest = _labels_about(xy[core], labels, xy[outside], radius)
    near = find_core(
        xy, core.astype(np.int64), radius=radius, minimum=1, asked=outside[lowest <= highest], grid=grid
    )
    reached = near[outside]
    found[outside[reached]] = lowest[reached]
    # only where more than one cluster is about must every core place in reach be looked at
    unsure = outside[reached & (lowest < highest)]
    if not len(unsure):
        return found
    tree: Any = cKDTree(xy[core], leafsize=32, balanced_tree=False, compact_nodes=False)
    found[unsure] = np.iinfo(np.int64).max
    lengths = np.asarray(tree.query_ball_point(xy[unsure], radius, return_length=True), dtype=np.int64)
    for rows, one, two in pairs_in_chunks(xy[unsure], tree, xy, lengths, radius):
        np.minimum.at(found, unsure[rows[one]], labels[two])
    return found


def _labels_about(core: Floats, labels: Ints, xy: Floats, radius: float) -> tuple[Ints, Ints]:
    """Lowest and highest label in the nine squares of side ``radius`` around each place; highest -1: none."""
    low = np.floor(core.min(axis=0) / radius) - 2
    square = (np.floor(core / radius) - low).astype(np.int64)
    at = (np.floor(xy / radius) - low).astype(np.int64)
    height = int(max(square[:, 1].max(), at[:, 1].max(initial=0))) + 3
    of_core, keys = pd.factorize(square[:, 0] * height + square[:, 1])
    order = np.argsort(keys)
    keys = keys[order]
    least = np.full(len(keys), np.iinfo(np.int64).max)
    most = np.full(len(keys), -1, dtype=np.int64)
    np.minimum.at(least, of_core, labels)
    np.maximum.at(most, of_core, labels)
    least, most = least[order], most[order]
    of_place, asked = pd.factorize(at[:, 0] * height + at[:, 1])
    lowest = np.full(len(asked), np.iinfo(np.int64).max)
    highest = np.full(len(asked), -1, dtype=np.int64)
    for across in (-1, 0, 1):
        for up in (-1, 0, 1):
            key = asked + across * height + up
            there = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
            hit = keys[there] == key
            lowest = np.where(hit, np.minimum(lowest, least[there]), lowest)
            highest = np.where(hit, np.maximum(highest, most[there]), highest)
    return lowest[of_place], highest[of_place]
