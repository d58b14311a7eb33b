"""DBSCAN on distinct coordinates: scikit-learn's labels in a small fraction of its time and memory."""

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import Problems
from hotspots.common.places import Bools, Floats, Ints, collapse_incidents
from hotspots.dbscan._core_places import find_core
from hotspots.dbscan._link_places import label_places, link_pairs
from hotspots.dbscan._squares import Squares

PAIRS_PER_PLACE = 12


def cluster_incidents(incidents: gpd.GeoDataFrame, *, radius: float = 150, min_incidents: int) -> pd.Series:
    """Label each incident with its cluster (DBSCAN): 0, 1, 2 ... or -1 in no cluster.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in EPSG:27700. A column ``incidents`` says how many each row stands for.
    radius : float
        Search radius in metres: a point counts itself and all incidents no further than this.
    min_incidents : int
        Incidents within the radius that make a point a core point.

    Returns
    -------
    Series of int
        On the index of ``incidents``; identical to
        ``sklearn.cluster.DBSCAN(eps=radius, min_samples=min_incidents).fit_predict`` on the rows,
        border points included. Clusters are numbered by their first core point in row order.

    Raises
    ------
    InputError
        When the radius or ``min_incidents`` is not above 0, or a row has no coordinates.

    Notes
    -----
    Ester, Kriegel, Sander and Xu (1996). Border points go to the lowest-numbered cluster in reach, so
    they depend on the order of rows; core points and noise do not.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 0, 100, 900], [0, 0, 0, 0]), crs=27700)
    >>> cluster_incidents(points, radius=150, min_incidents=3).tolist()
    [0, 0, 0, -1]
    """
    check_cluster_options(radius=radius, min_incidents=min_incidents)
    places = collapse_incidents(incidents)
    labels, _ = cluster_places(places.xy, places.incidents, radius=radius, minimum=min_incidents)
    return pd.Series(labels[places.inverse], index=incidents.index, name="cluster", dtype=np.int64)


def check_cluster_options(*, radius: float, min_incidents: float) -> None:
    """Raise one `InputError` for all options that DBSCAN cannot use."""
    problems = Problems("These options cannot be used")
    if not (np.isfinite(radius) and radius > 0):
        problems.add("the radius must be above 0 metres", given=f"radius={radius}", advice="150")
    if not (np.isfinite(min_incidents) and min_incidents >= 1):
        problems.add("min_incidents must be 1 or more", given=f"min_incidents={min_incidents}", advice="25")
    problems.raise_any()


def cluster_places(
    xy: Floats, weight: Ints, *, radius: float, minimum: float, also: tuple[Ints, float] | None = None
) -> tuple[Ints, Bools]:
    """Label distinct places, and say which are core points.

    ``weight`` is the incidents on each place. ``also`` is a second weight and its own minimum, which a
    core point must reach as well. Memory grows with the places, not with the pairs of them.
    """
    from scipy.spatial import cKDTree

    if not len(xy):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=bool)
    asked = [(weight, minimum)] if also is None else [(weight, minimum), also]
    core = np.ones(len(xy), dtype=bool)
    if _pairs_about(xy, radius) <= PAIRS_PER_PLACE * len(xy) + 1000:
        pairs = cKDTree(xy).query_pairs(radius, output_type="ndarray")
        for kind, least in asked:
            core &= _sum_pairs(kind, pairs) >= least
        return _label_by_pairs(pairs, core), core
    squares = Squares(xy, radius)
    for kind, least in asked:
        core &= find_core(squares, kind, minimum=least, asked=core)
    return label_places(squares, core), core


def _pairs_about(xy: Floats, radius: float) -> float:
    """Pairs of places within the radius, roughly: from how many share a square of that side."""
    column, row = np.floor(xy.T / radius).astype(np.int64)
    crowd = np.unique(column * 2**31 + row, return_counts=True)[1].astype(float)
    return float((crowd**2).sum()) * 1.5


def _sum_pairs(weight: Ints, pairs: Ints) -> Ints:
    left, right = pairs[:, 0], pairs[:, 1]
    if weight.sum() >= 2**53:  # beyond what floats add exactly
        near = weight.copy()
        np.add.at(near, left, weight[right])
        np.add.at(near, right, weight[left])
        return near
    sums = np.bincount(left, weight[right], len(weight)) + np.bincount(right, weight[left], len(weight))
    return weight + sums.astype(np.int64)


def _label_by_pairs(pairs: Ints, core: Bools) -> Ints:
    """Label clusters in order of their first core place; others join the lowest in reach, or none (-1)."""
    none = np.iinfo(np.int64).max
    label = np.full(len(core), none)
    component = link_pairs(pairs[core[pairs[:, 0]] & core[pairs[:, 1]]], len(core))
    label[core], _ = pd.factorize(component[core])
    reach = label.copy()
    for outer, inner in ((0, 1), (1, 0)):
        border = pairs[~core[pairs[:, outer]] & core[pairs[:, inner]]]
        np.minimum.at(reach, border[:, outer], label[border[:, inner]])
    return np.where(reach == none, -1, reach)
