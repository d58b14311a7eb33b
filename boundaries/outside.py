"""Records that lie outside nearly every area: said, with the reading of their numbers that would fit."""

from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from boundaries.locate import OUTSIDE, pair_points
from hotspots.checks import CRS

NEARLY_ALL = 0.9
FITS = 0.5  # of the records: another reading of the numbers that brings in so many is worth naming
# read as British metres, the numbers of these systems lie in Britain or just off it: none refuses them
OTHERS = {"EPSG:2157": "Irish Transverse Mercator", "EPSG:29902": "the Irish Grid"}


def say_outside(points: Any, counts: NDArray[Any], areas: gpd.GeoDataFrame, how: NDArray[Any], *, alone: bool) -> str:
    """One sentence where nine records in ten or more lie outside every area; "" where fewer do.

    A single area, or areas that overlap by nature, may well hold few of the records: there it is said only
    where they hold none, or where another reading of the coordinates fits.
    """
    total, inside = float(counts.sum()), float(counts[how != OUTSIDE].sum())
    many = total > 0 and len(areas) > 0 and total - inside >= NEARLY_ALL * total
    read = _read_otherwise(points, counts, areas) if many else ""
    holds = many and (not inside or bool(read) or (alone and len(areas) > 1))
    if not holds:
        return ""
    some = "all" if not inside else f"{total - inside:,.0f} of"
    far = ", or do the records reach far beyond them (study_area leaves those out)" * bool(inside)
    ask = read or f"are these areas of another place, or the coordinates of another system{far}?"
    lie = "record lies" if total == 1 else f"{total:,.0f} records lie"
    return f"{'the' if total == 1 else some} {lie} outside every area; {ask}"


def _read_otherwise(points: Any, counts: NDArray[Any], areas: gpd.GeoDataFrame) -> str:
    """Name the reading of the numbers that brings most records inside, if it brings in most of them."""
    x, y = shapely.get_coordinates(points).T
    readings = {"with easting and northing exchanged": (y, x)}
    for crs, name in OTHERS.items() if areas.crs == CRS else ():
        moved = pyproj.Transformer.from_crs(crs, CRS, always_xy=True).transform(x, y)
        readings[f"read as {name} ({crs})"] = moved
    shapes = areas.geometry.to_numpy()
    held = {}
    for reading, (east, north) in readings.items():
        good = np.isfinite(east) & np.isfinite(north)
        _, inside = pair_points(shapely.points(east[good], north[good]), shapes)
        held[reading] = float(counts[good][np.unique(inside)].sum())
    best = max(held, key=lambda reading: held[reading])
    if held[best] < FITS * counts.sum():
        return ""
    return f"{best} {held[best]:,.0f} of {counts.sum():,.0f} would lie inside."
