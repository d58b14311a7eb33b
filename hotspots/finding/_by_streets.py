"""Hot streets: incidents with exact coordinates put on the nearest street of a network."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hotspots.checks import InputError, announce, require_metres
from hotspots.common.places import Floats, Ints
from hotspots.common.wording import say_percentage
from hotspots.finding._summarise import Shape
from hotspots.finding.ground import Change, Found, Ground
from hotspots.finding.methods import Streets

SNAPPED_SHARE = 0.5
MIN_ON_STREET = 3


def find_streets(ground: Ground, asked: Streets) -> Found:
    """Find hot streets, and runs of hot streets that meet end to end.

    A street is hot when it holds at least three incidents and more than the network's own rate explains
    (Poisson upper tail below 0.05, over all streets, after Benjamini and Hochberg).
    """
    lines = _network(asked.streets)
    refuse_snapped(ground)
    street, distance = nearest_street(ground.places.xy, lines, most=asked.max_distance)
    _say_far(ground, street)
    run = _runs(lines, _hot(lines, street, ground.places.incidents))
    label = _labels(run, street)
    order = np.unique(label[label >= 0])
    shapes = [_shape(lines, run, number, label, ground, distance) for number in order]

    def relabel(change: Change) -> Ints:
        near = np.where(distance <= asked.max_distance * change.scale, street, -1)
        return _labels(_runs(lines, _hot(lines, near, change.ground.places.incidents)), near)

    return Found(shapes, relabel, lattice=False)


def refuse_snapped(ground: Ground) -> None:
    """Raise `InputError` when the points are snapped, as police.uk's are: a snap point is no address.

    Points count as snapped when over half of the incidents stand on coordinates shared by three or more.
    """
    incidents = ground.places.incidents
    total = int(incidents.sum())
    shared = int(incidents[incidents >= 3].sum())
    if total >= 20 and shared > SNAPPED_SHARE * total:
        raise InputError(
            "Hot streets need exact coordinates, and these points are snapped: each stands for eight "
            "addresses or more, often on another street, so that the nearest street would be a guess",
            given=f"{say_percentage(shared / total)} of the incidents share their coordinates with two others or more",
            advice="method='discs', or records with exact coordinates",
        )


def nearest_street(xy: Floats, lines: Any, *, most: float) -> tuple[Ints, Floats]:
    """Nearest line of each place within ``most`` metres (-1 for none, ties to the first), and how far."""
    street = np.full(len(xy), -1, dtype=np.int64)
    distance = np.full(len(xy), np.inf)
    at, line = shapely.STRtree(lines).query_nearest(shapely.points(xy), max_distance=most)
    order = np.lexsort((line, at))
    place, first = np.unique(at[order], return_index=True)
    street[place] = line[order][first]
    distance[place] = shapely.distance(shapely.points(xy[place]), lines[street[place]])
    return street, distance


def _network(streets: gpd.GeoDataFrame | None) -> Any:
    if streets is None:
        raise InputError(
            "Hot streets need a network of lines", given="streets=None", advice="streets=gpd.read_file(...)"
        )
    require_metres(streets, what="streets")
    lines = shapely.get_parts(streets.geometry.to_numpy())
    if not len(lines) or (shapely.get_dimensions(lines) != 1).any():
        raise InputError(
            "The streets must be lines",
            given=str(streets.geom_type.value_counts().to_dict()),
            advice="road centre lines, such as OS Open Roads",
        )
    # a street drawn twice, once each way, must not be counted twice
    _, first = np.unique(shapely.to_wkb(shapely.normalize(lines)), return_index=True)
    return lines[np.sort(first)]


def _say_far(ground: Ground, street: Ints) -> None:
    far = int(ground.places.incidents[street < 0].sum())
    if far:
        announce(f"{far:,} of {int(ground.places.incidents.sum()):,} incidents are too far from any street.")


def _hot(lines: Any, street: Ints, incidents: Ints) -> Ints:
    """Numbers of the hot streets."""
    from scipy.stats import false_discovery_control, poisson

    on = np.bincount(street[street >= 0], incidents[street >= 0], len(lines))
    length = shapely.length(lines)
    if not on.sum() or not length.sum():
        return np.empty(0, dtype=np.int64)
    p = poisson.sf(on - 1, np.maximum(on.sum() * length / length.sum(), 1e-9))
    return np.flatnonzero((on >= MIN_ON_STREET) & (false_discovery_control(p) < 0.05))


def _runs(lines: Any, hot: Ints) -> Ints:
    """Give each run of hot streets that share ends one number; -1 for the other streets."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    run = np.full(len(lines), -1, dtype=np.int64)
    if not len(hot):
        return run
    ends = np.concatenate([shapely.get_point(lines[hot], 0), shapely.get_point(lines[hot], -1)])
    _, node = np.unique(np.round(shapely.get_coordinates(ends), 3), axis=0, return_inverse=True)
    node = node.reshape(-1) + len(hot)
    size = int(node.max()) + 1
    graph = coo_array((np.ones(len(node)), (np.tile(np.arange(len(hot)), 2), node)), shape=(size, size))
    run[hot] = connected_components(graph, directed=False)[1][: len(hot)]
    return run


def _labels(run: Ints, street: Ints) -> Ints:
    return np.where(street >= 0, run[street], -1)


def _shape(lines: Any, run: Ints, number: int, label: Ints, ground: Ground, distance: Floats) -> Shape:
    mine = label == number
    reach = max(float(distance[mine].max()), 1.0) * (1 + 1e-6)
    outline = shapely.union_all(shapely.buffer(lines[run == number], reach, quad_segs=16))
    xy, weight = ground.places.xy[mine], ground.places.incidents[mine]
    best = xy[np.lexsort((xy[:, 1], xy[:, 0], -weight))[0]]
    centre = (float(best[0]), float(best[1]), math.nan)
    return Shape.of(outline, "single", [centre], np.where(mine, 0, -1))
