"""The ring round some areas, where crime might move to, with other hotspots cut out."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from hotspots.checks import InputError, require_metres
from hotspots.common.places import Ints


def draw_ring(
    areas: gpd.GeoDataFrame, *, width: float = 200, without: list[gpd.GeoDataFrame] | None = None
) -> gpd.GeoDataFrame:
    """Ground within ``width`` metres of some areas, less the areas themselves and other hotspots."""
    for frame in [areas, *(without or [])]:
        require_metres(frame, what="areas", like=areas)
    if not width > 0:
        raise InputError("The surrounding area must be wider than 0 metres", given=f"width={width}", advice="200")
    whole = shapely.union_all(areas.geometry.to_numpy())
    rest = [shapely.union_all(frame.geometry.to_numpy()) for frame in without or []]
    ground = shapely.difference(shapely.buffer(whole, width), shapely.union_all([whole, *rest]))
    return gpd.GeoDataFrame(geometry=[ground], crs=areas.crs)


def locate(xy: npt.NDArray[np.float64], shapes: npt.NDArray[np.object_]) -> Ints:
    """Return the position of the first shape that holds each point (edges are in), or -1."""
    first = np.full(len(xy), len(shapes), dtype=np.int64)
    if len(xy) and len(shapes):
        at, shape = shapely.STRtree(shapes).query(shapely.points(xy), predicate="intersects")
        np.minimum.at(first, at, shape)
    return np.where(first == len(shapes), -1, first)
