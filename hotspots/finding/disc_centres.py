"""Where the centre of a disc may stand: a lattice first, then the very spots where one more place fits in."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from hotspots.common.places import Floats, Ints

LATTICE = 50.0
STEPS = 10  # a radius is at most so many steps of the lattice: beyond 500 m the lattice grows with it
RIM = 1 + 1e-9  # a place on the rim is inside, whatever rounding does to the last digit
MOST_MEMBERS = 20_000_000


def lattice_of(radius: float) -> float:
    """Metres between nodes: 50, or a tenth of a radius beyond 500 m.

    Examples
    --------
    >>> lattice_of(150), lattice_of(4000)
    (50.0, 400.0)
    """
    return max(LATTICE, radius / STEPS)


def score_lattice(
    xy: Floats, weight: Ints, *, radius: float, lattice: float = LATTICE, origin: tuple[float, float] = (0.0, 0.0)
) -> tuple[Floats, Ints]:
    """Nodes of a square lattice with a place within ``radius`` metres, and the weight there.

    Examples
    --------
    >>> nodes, total = score_lattice(np.array([[50.0, 0.0]]), np.array([3]), radius=50)
    >>> nodes.tolist(), total.tolist()
    ([[0.0, 0.0], [50.0, -50.0], [50.0, 0.0], [50.0, 50.0], [100.0, 0.0]], [3, 3, 3, 3, 3])
    """
    local = xy - np.asarray(origin)
    base = np.floor(local / lattice).astype(np.int64)
    reach = math.ceil(radius / lattice)
    low = base.min(axis=0) - reach
    height = int(base[:, 1].max() - low[1]) + reach + 2
    width = int(base[:, 0].max() - low[0]) + reach + 2
    keys, weights = [], []
    for across in range(-reach, reach + 2):
        for up in range(-reach, reach + 2):
            node = base + np.array([across, up])
            near = ((local - node * lattice) ** 2).sum(axis=1) <= (radius * RIM) ** 2
            keys.append((node[near, 0] - low[0]) * height + node[near, 1] - low[1])
            weights.append(weight[near])
    key, totals = _total_by_key(np.concatenate(keys), np.concatenate(weights), width * height)
    node = np.column_stack([key // height, key % height]) + low
    return node * lattice + np.asarray(origin), totals


def _total_by_key(key: Ints, weight: Ints, size: int) -> tuple[Ints, Ints]:
    """Distinct keys, ascending, and the weight of each; a key is at least 0 and below ``size``."""
    if not len(key):
        return key, weight
    if size <= 2 * len(key) and weight.sum() < 2**53:  # a full table beats a sort, and floats are exact here
        table = np.bincount(key, weights=weight, minlength=size)
        there = np.flatnonzero(np.bincount(key, minlength=size))
        return there, table[there].astype(np.int64)
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    return key[first], np.add.reduceat(weight[order], first).astype(np.int64)


def places_near_much(
    xy: Floats, weight: Ints, *, radius: float, least: float, origin: tuple[float, float] = (0.0, 0.0)
) -> npt.NDArray[np.intp]:
    """Numbers of the places that a disc holding ``least`` or more could contain, and some others."""
    step = max(radius, lattice_of(radius))
    reach = radius + step / math.sqrt(2)
    nodes, most = score_lattice(xy, weight, radius=reach, lattice=step, origin=origin)
    nodes = nodes[most >= least]
    return _near_nodes(xy, nodes, reach) if len(nodes) else np.empty(0, dtype=np.intp)


def refine_centres(
    xy: Floats, weight: Ints, *, radius: float, least: float, origin: tuple[float, float] = (0.0, 0.0)
) -> Floats:
    """Every centre that could hold ``least`` or more: lattice nodes, places, and circles through two places.

    A disc that holds the most it can may be moved until two of its places lie on its rim (or one lies
    at its centre), so that circles through two places leave nothing out. Where places lie so
    close that this would mean tens of millions of checks, a finer lattice stands in for the pairs.
    """
    lattice = lattice_of(radius)
    slack = lattice / math.sqrt(2)
    nodes, most = score_lattice(xy, weight, radius=radius + slack, lattice=lattice, origin=origin)
    nodes = nodes[most >= least]  # no disc whose centre rounds to another node can hold enough
    if not len(nodes):
        return np.empty((0, 2))
    kept = _near_nodes(xy, nodes, radius + slack)
    kept = kept[weight[kept] > 0]
    tree = _tree(xy[kept])
    # two circles a pair, each with as many members as a place has neighbours
    checks = float(tree.count_neighbors(tree, 2 * radius)) * float(tree.count_neighbors(tree, radius))
    found = [nodes]
    if checks <= MOST_MEMBERS * max(len(kept), 1):
        found += [xy[kept], circles_through_pairs(xy[kept], radius)]
    else:
        members = int(_tree(nodes).count_neighbors(tree, radius))
        finer = next((cut for cut in (4, 2) if members * cut**2 <= MOST_MEMBERS), 1)
        found = [_subdivide(nodes, lattice, finer)]
    centres = np.vstack(found)
    home = _nearest_node_key(centres, origin, lattice)
    centres = centres[np.isin(home, _nearest_node_key(nodes, origin, lattice))]
    centres = centres[np.lexsort((centres[:, 1], centres[:, 0]))]
    return centres[np.r_[True, (np.diff(centres, axis=0) != 0).any(axis=1)]]


def circles_through_pairs(xy: Floats, radius: float) -> Floats:
    """Centres of the two circles of this radius through each pair of places near enough."""
    rim = radius * (1 - 1e-9)
    pairs = _tree(xy).query_pairs(2 * rim, output_type="ndarray")
    one, two = xy[pairs[:, 0]], xy[pairs[:, 1]]
    step = two - one
    length = np.hypot(step[:, 0], step[:, 1])
    rise = np.sqrt(np.maximum(rim**2 - (length / 2) ** 2, 0)) / length
    aside = np.column_stack([-step[:, 1], step[:, 0]]) * rise[:, None]
    return np.vstack([(one + two) / 2 + aside, (one + two) / 2 - aside])


def members_of(centres: Floats, xy: Floats, radius: float) -> Any:
    """Which places are within ``radius`` of each centre: a sparse array of ones, centres by places."""
    from scipy.sparse import csr_array

    tree, chunks, lengths = _tree(xy), [], [np.zeros(1, dtype=np.int64)]
    size = 20_000
    for start in range(0, len(centres), size):
        chunk = centres[start : start + size]
        hits = _tree(chunk).sparse_distance_matrix(tree, radius * RIM, output_type="ndarray")
        order = np.argsort(hits["i"], kind="stable")
        chunks.append(hits["j"][order].astype(np.int32))
        lengths.append(np.bincount(hits["i"], minlength=len(chunk)))
    indices = np.concatenate(chunks) if chunks else np.empty(0, dtype=np.int32)
    pointer = np.concatenate(lengths).cumsum()
    return csr_array((np.ones(len(indices), dtype=np.int64), indices, pointer), shape=(len(centres), len(xy)))


def least_distance(radius: float, max_overlap: float, spacing: float) -> float:
    """Metres that two centres must be apart so that discs share at most ``max_overlap`` of their area.

    Examples
    --------
    >>> least_distance(150, 0, 0), least_distance(150, 1, 500)
    (300.0, 500)
    """
    if max_overlap <= 0:
        return max(2.0 * radius, spacing)
    if max_overlap >= 1:
        return spacing
    from scipy.optimize import brentq

    def excess(half: float) -> float:
        return (2 * math.acos(half) - 2 * half * math.sqrt(1 - half * half)) / math.pi - max_overlap

    return max(2.0 * radius * float(brentq(excess, 0.0, 1.0, xtol=1e-12)), spacing)


def _tree(xy: Floats) -> Any:
    from scipy.spatial import cKDTree

    return cKDTree(xy)


def _near_nodes(xy: Floats, nodes: Floats, reach: float) -> npt.NDArray[np.intp]:
    distance, _ = _tree(nodes).query(xy, distance_upper_bound=reach * RIM)
    return np.flatnonzero(np.isfinite(distance))


def _subdivide(nodes: Floats, step: float, cut: int) -> Floats:
    """Split each node into ``cut`` by ``cut`` nodes of a finer lattice around it."""
    offsets = (np.arange(cut) - cut // 2) * (step / cut)
    grid = np.stack(np.meshgrid(offsets, offsets, indexing="ij"), axis=-1).reshape(-1, 2)
    return np.asarray(nodes[:, None, :] + grid[None], dtype=float).reshape(-1, 2)


def _nearest_node_key(centres: Floats, origin: tuple[float, float], lattice: float) -> Ints:
    node = np.floor((centres - np.asarray(origin)) / lattice + 0.5).astype(np.int64)
    return np.asarray(node[:, 0] * 1_000_003 + node[:, 1], dtype=np.int64)
