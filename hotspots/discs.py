"""The best patrollable discs: fixed radius, picked one after another by what each one adds."""

from __future__ import annotations

import math

import numpy as np
import shapely

from hotspots.centres import least_distance
from hotspots.checks import Problems
from hotspots.collapse import Floats, Ints
from hotspots.outlines import round_buffer
from hotspots.picking import Choice, Discs, Stop
from hotspots.spots import Shape

STREET = 10.0  # metres: rims no further apart than a street is wide are said to touch


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


def choose_discs(
    xy: Floats,
    weight: Ints,
    *,
    radius: float = 150,
    count: int | None = 100,
    max_overlap: float = 0,
    spacing: float = 0,
    until_share: float | None = None,
    origin: tuple[float, float] = (0.0, 0.0),
    area: Ints | None = None,
    quota: dict[int, int] | None = None,
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
        Discs to pick; None means as many as ``until_share`` (or ``quota``) asks for.
    max_overlap : float
        Largest share of a disc's area that another disc may cover; 0 means none.
    spacing : float
        Least distance in metres between centres.
    until_share : float or None
        Stop once the discs hold this share of all the weight; None means never.
    origin : (float, float)
        A node of the 50 m lattice of first centres.
    area, quota : array of int, dict
        The area number of each place, and the most discs of each area (by where most of a disc's weight
        is); None means no limit.

    Returns
    -------
    Discs
        Ties go to the most westerly, then the most southerly centre, whatever the order of the places.
    """
    some = np.flatnonzero(weight > 0)
    if not len(some) or count == 0:
        return Discs(np.empty((0, 2)), np.full(len(xy), -1, dtype=np.int64), np.empty(0, dtype=np.int64))
    wanted = math.inf if until_share is None else until_share * float(weight.sum())
    stop = Stop(count, wanted, least_distance(radius, max_overlap, spacing), quota)
    choice = Choice.of(xy[some], weight[some], radius, origin, None if area is None else area[some])
    discs = choice.pick_best(stop)
    owner = np.full(len(xy), -1, dtype=np.int64)
    owner[some] = discs.owner
    return discs._replace(owner=owner)


def disc_shapes(discs: Discs, *, radius: float, merge: bool) -> list[Shape]:
    """Discs as shapes; those that touch are merged, or cut where they overlap if they may not be."""
    circles = round_buffer(discs.centres, radius)
    group = touching_discs(discs.centres, radius) if merge else np.arange(len(circles))
    shapes: list[Shape] = []
    ground = None
    for number in range(int(group.max(initial=-1)) + 1):
        mine = np.flatnonzero(group == number)
        outline = shapely.union_all(circles[mine])
        if not merge:  # the disc picked first keeps the ground it shares
            outline, ground = (
                (outline, outline)
                if ground is None
                else (outline.difference(ground), shapely.union(ground, outline))
            )
        part_of = np.full(len(discs.owner), -1, dtype=np.int64)
        for part, disc in enumerate(mine):
            part_of[discs.owner == disc] = part
        centres = [(float(x), float(y), float(radius)) for x, y in discs.centres[mine]]
        shapes.append(Shape(outline, "single" if len(mine) == 1 else "clustered", centres, part_of))
    return shapes


def touching_discs(centres: Floats, radius: float) -> Ints:
    """Give the discs whose rims are at most 10 m apart one number, group by group."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    if not len(centres):
        return np.empty(0, dtype=np.int64)
    pairs = cKDTree(centres).query_pairs(2 * radius + STREET, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(len(centres),) * 2)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
