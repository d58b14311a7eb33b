"""Which hotspot each incident is in: one or none."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.checks import require_metres
from hotspots.collapse import collapse_incidents


def assign_hotspots(incidents: gpd.GeoDataFrame, spots: gpd.GeoDataFrame) -> pd.Series:
    """Rank of the hotspot each incident is in, or <NA>.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in EPSG:27700.
    spots : GeoDataFrame
        Hotspots in EPSG:27700, index ``rank``.

    Returns
    -------
    Series of Int64
        On the index of ``incidents``. A point on an edge is inside; in an overlap the worse hotspot
        (the lower rank) has it, so that each incident is counted at most once.

    Raises
    ------
    InputError
        When either frame is not in EPSG:27700, or an incident has no coordinates.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 900], [0, 0]), crs=27700)
    >>> spots = gpd.GeoDataFrame(geometry=[shapely.box(-9, -9, 9, 9)], index=[1], crs=27700)
    >>> assign_hotspots(points, spots).tolist()
    [1, <NA>]
    """
    require_metres(spots, what="spots")
    places = collapse_incidents(incidents)
    best = np.full(len(places.xy), np.iinfo(np.int64).max)
    if len(spots) and len(best):
        at, spot = shapely.STRtree(spots.geometry.to_numpy()).query(
            shapely.points(places.xy), predicate="intersects"
        )
        np.minimum.at(best, at, spots.index.to_numpy(dtype=np.int64)[spot])
    ranks = best[places.inverse]
    found = pd.Series(ranks, index=incidents.index, name="rank").astype("Int64")
    return found.mask(ranks == np.iinfo(np.int64).max)
