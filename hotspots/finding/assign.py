"""Which hotspot each incident is in: one or none."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.checks import require_metres
from hotspots.common.places import Floats, Ints, collapse_incidents
from hotspots.common.settled_ground import SQUARE


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
    require_metres(spots, what="spots", like=incidents)
    places = collapse_incidents(incidents)
    best = np.full(len(places.xy), np.iinfo(np.int64).max)
    if len(spots) and len(best):
        shapes = spots.geometry.to_numpy()
        near = rows_near(places.xy, shapes)
        at, spot = shapely.STRtree(shapes).query(shapely.points(places.xy[near]), predicate="intersects")
        np.minimum.at(best, near[at], spots.index.to_numpy(dtype=np.int64)[spot])
    ranks = best[places.inverse]
    found = pd.Series(ranks, index=incidents.index, name="rank").astype("Int64")
    return found.mask(ranks == np.iinfo(np.int64).max)


def rows_near(xy: Floats, shapes: Any) -> Ints:
    """Find the points in a kilometre square that the box of some shape reaches into: the others are in none.

    Of a country's points few lie near any hotspot, and only these need a closer look.

    Examples
    --------
    >>> rows_near(np.array([[500.0, 500.0], [5500.0, 500.0]]), [shapely.box(900, 0, 1900, 90)]).tolist()
    [0]
    """
    box = shapely.bounds(shapes)
    low, high = np.split(np.floor(box[np.isfinite(box).all(axis=1)] / SQUARE).astype(np.int64), 2, axis=1)
    wide, tall = (high - low + 1).T
    if int((wide * tall).sum()) > len(xy):
        return np.arange(len(xy))
    shape = np.repeat(np.arange(len(low)), wide * tall)
    step = np.arange(len(shape)) - np.repeat(np.cumsum(wide * tall) - wide * tall, wide * tall)
    squares = low[shape] + np.column_stack([step % wide[shape], step // wide[shape]])
    held = pd.Series(_key(np.floor(xy / SQUARE).astype(np.int64))).isin(_key(squares))
    return np.flatnonzero(held.to_numpy())


def _key(squares: Ints) -> Ints:
    return squares[:, 0] * 2**32 + squares[:, 1]
