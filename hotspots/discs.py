"""The best patrollable discs: fixed radius, picked one after another by what each one adds."""

from __future__ import annotations

import heapq
import math
from typing import NamedTuple

import numpy as np

from hotspots.checks import Problems
from hotspots.collapse import Floats, Ints

LATTICE = 50.0


class Discs(NamedTuple):
    """Chosen discs, in the order they were picked.

    Attributes
    ----------
    centres : array, shape (discs, 2)
        Easting and northing in metres.
    owner : array, shape (places,)
        The disc that counts each place, or -1; each place is counted once, by the first disc over it.
    """

    centres: Floats
    owner: Ints


def check_disc_options(
    *, radius: float, count: int | None, max_overlap: float, spacing: float, until_share: float | None
) -> None:
    """Raise one `InputError` for all options that discs cannot use."""
    problems = Problems("These options cannot be used")
    if not (math.isfinite(radius) and radius > 0):
        problems.add("the radius must be above 0 metres", given=f"radius={radius}", advice="150")
    if count is not None and (count < 0 or count != int(count)):
        problems.add("count must be a whole number from 0 upwards", given=f"count={count}")
    if not 0 <= max_overlap <= 1:
        problems.add("max_overlap is a share of a disc's area, 0 to 1", given=f"max_overlap={max_overlap}")
    if not (math.isfinite(spacing) and spacing >= 0):
        problems.add("spacing must be 0 metres or more", given=f"spacing={spacing}")
    if until_share is not None and not 0 < until_share <= 1:
        problems.add("until_share must be above 0 and at most 1", given=f"until_share={until_share}")
    if count is None and until_share is None:
        problems.add("say when to stop", given="count=None, until_share=None", advice="count=100")
    problems.raise_any()


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


def choose_discs(
    xy: Floats,
    weight: Ints,
    *,
    radius: float = 150,
    count: int | None = 100,
    max_overlap: float = 0,
    spacing: float = 0,
    until_share: float | None = None,
    lattice: float = LATTICE,
    origin: tuple[float, float] = (0.0, 0.0),
) -> Discs:
    """Pick discs greedily: each time the one that adds most of the weight not yet counted.

    Parameters
    ----------
    xy : array, shape (places, 2)
        Distinct places in metres.
    weight : array of int, shape (places,)
        Incidents, or harm in whole units, of each place.
    radius : float
        Radius of every disc in metres; a place on the rim is inside.
    count : int or None
        Discs to pick; None means as many as ``until_share`` asks for.
    max_overlap : float
        Largest share of a disc's area that another disc may cover; 0 means none.
    spacing : float
        Least distance in metres between centres.
    until_share : float or None
        Stop once the discs hold this share of all the weight; None means never.
    lattice, origin : float, (float, float)
        Centres stand on a square lattice of this step in metres through this point, and on the places.

    Returns
    -------
    Discs
        Ties go to the most westerly, then the most southerly centre, whatever the order of the places.
    """
    from scipy.spatial import cKDTree

    if not len(xy):
        return Discs(np.empty((0, 2)), np.empty(0, dtype=np.int64))
    centres, score = score_centres(xy, weight, radius=radius, lattice=lattice, origin=origin)
    tree, blocked = cKDTree(xy), cKDTree(centres)
    apart = least_distance(radius, max_overlap, spacing)
    open_ = np.ones(len(centres), dtype=bool)
    owner = np.full(len(xy), -1, dtype=np.int64)
    left = weight.copy()
    wanted = math.inf if until_share is None else until_share * float(weight.sum())
    order = np.lexsort((centres[:, 1], centres[:, 0], -score))
    heap = [(-int(score[i]), rank, int(i)) for rank, i in enumerate(order)]
    picked: list[int] = []
    held = 0
    while heap and (count is None or len(picked) < count) and (until_share is None or held < wanted):
        key, rank, i = heapq.heappop(heap)
        if not open_[i]:
            continue
        inside = places_within(tree, xy, centres[i], radius)
        gain = int(left[inside].sum())
        if gain <= 0:
            continue
        if gain < -key:  # an earlier disc took some of it: back in the queue at its new worth
            heapq.heappush(heap, (-gain, rank, i))
            continue
        owner[inside[owner[inside] < 0]] = len(picked)
        left[inside] = 0
        held += gain
        picked.append(i)
        if apart > 0:
            near = np.asarray(blocked.query_ball_point(centres[i], apart), dtype=np.int64)
            gap = centres[near] - centres[i]
            open_[near[(gap**2).sum(axis=1) < apart**2 * (1 - 1e-12)]] = False
    return Discs(centres[picked], owner)


def places_within(tree: object, xy: Floats, centre: Floats, radius: float) -> Ints:
    """Numbers of the places no further than ``radius`` from ``centre``, lowest first."""
    near = np.asarray(tree.query_ball_point(centre, radius * (1 + 1e-9)), dtype=np.int64)  # type: ignore[attr-defined]
    gap = xy[near] - centre
    return np.sort(near[(gap**2).sum(axis=1) <= radius**2])


def score_centres(
    xy: Floats, weight: Ints, *, radius: float, lattice: float, origin: tuple[float, float]
) -> tuple[Floats, Ints]:
    """Every centre worth a thought, and the weight within ``radius`` of it.

    Centres are the nodes of the lattice that have a place within the radius, then the places themselves.
    """
    from scipy.spatial import cKDTree

    node, total = score_lattice(xy - np.asarray(origin), weight, radius=radius, lattice=lattice)
    nodes = node * lattice + np.asarray(origin)
    pairs = cKDTree(xy).query_pairs(radius, output_type="ndarray")
    left, right = pairs[:, 0], pairs[:, 1]
    own = weight.copy()
    np.add.at(own, left, weight[right])
    np.add.at(own, right, weight[left])
    return np.vstack([nodes, xy]), np.concatenate([total, own])


def score_lattice(xy: Floats, weight: Ints, *, radius: float, lattice: float) -> tuple[Ints, Ints]:
    """Nodes of the lattice (column, row) with a place within ``radius``, and the weight there."""
    base = np.floor(xy / lattice).astype(np.int64)
    reach = math.ceil(radius / lattice)
    low = base.min(axis=0) - reach
    width = int(base[:, 1].max() - low[1]) + reach + 2
    keys, weights = [], []
    for across in range(-reach, reach + 2):
        for up in range(-reach, reach + 2):
            node = base + np.array([across, up])
            near = ((xy - node * lattice) ** 2).sum(axis=1) <= radius**2
            keys.append((node[near, 0] - low[0]) * width + node[near, 1] - low[1])
            weights.append(weight[near])
    key, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    total = np.zeros(len(key), dtype=np.int64)
    np.add.at(total, inverse, np.concatenate(weights))
    return np.column_stack([key // width + low[0], key % width + low[1]]), total
