"""DBSCAN on distinct coordinates: scikit-learn's labels in a small fraction of its time and memory."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import Problems
from hotspots.collapse import Floats, Ints, collapse_incidents


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
        problems.add("min_incidents must be 1 or more", given=f"min_incidents={min_incidents}")
    problems.raise_any()


def cluster_places(
    xy: Floats, weight: Ints, *, radius: float, minimum: float
) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Label distinct places, and say which are core points; ``weight`` is the incidents on each."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    pairs = cKDTree(xy).query_pairs(radius, output_type="ndarray") if len(xy) else np.empty((0, 2), np.intp)
    left, right = pairs[:, 0], pairs[:, 1]
    near = weight + np.bincount(left, weight[right], len(xy)) + np.bincount(right, weight[left], len(xy))
    core = near >= minimum
    linked = core[left] & core[right]
    graph = coo_array((np.ones(linked.sum(), bool), (left[linked], right[linked])), shape=(len(xy),) * 2)
    _, component = connected_components(graph, directed=False)
    codes, firsts = pd.factorize(component[core])
    labels = np.full(len(xy), -1, dtype=np.int64)
    labels[core] = codes
    # a border point joins the lowest-numbered cluster in reach, as when clusters grow one after another
    reach = np.full(len(xy), len(firsts), dtype=np.int64)
    for outer, inner in ((left, right), (right, left)):
        border = ~core[outer] & core[inner]
        np.minimum.at(reach, outer[border], labels[inner[border]])
    caught = ~core & (reach < len(firsts))
    labels[caught] = reach[caught]
    return labels, core
