"""Settle which one area each coordinate belongs to, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

INSIDE, TIE, NEAREST, OUTSIDE = range(4)
HOW = ("inside", "tie", "nearest", "outside")


@dataclass(frozen=True)
class Located:
    """Row of the areas for each coordinate (-1 for none) and how it was settled (index into `HOW`)."""

    area: NDArray[np.intp]
    how: NDArray[np.int8]


def collapse_points(points: gpd.GeoSeries) -> tuple[Any, NDArray[np.intp]]:
    """Distinct points, and for each row the position of its own, so that work is done once each."""
    shapes = points.to_numpy()
    x, y = shapely.get_x(shapes), shapely.get_y(shapes)
    position, distinct = pd.factorize(x + 1j * y)
    return shapely.points(distinct.real, distinct.imag), position


def locate_points(points: Any, areas: gpd.GeoDataFrame, *, within: float) -> Located:
    """Give each distinct point one area or none.

    One area holds the point (inside or on its edge): that one. Several do: the one whose edge is furthest
    from the point, to the millimetre, then the first by code. None does: the nearest within ``within``
    metres, to the millimetre, then the first by code.
    """
    # In order of code, so that "first by code" is simply the first.
    order = np.argsort(areas["code"].to_numpy(dtype=object), kind="stable")
    shapes = areas.geometry.to_numpy()[order]
    area = np.full(len(points), -1, dtype=np.intp)
    how = np.full(len(points), OUTSIDE, dtype=np.int8)
    if len(points) and len(shapes):
        _settle_inside(points, shapes, area, how)
        _settle_nearest(points, shapes, area, how, within)
    return Located(np.where(area >= 0, order[area], -1) if len(order) else area, how)


def _settle_inside(points: Any, shapes: Any, area: Any, how: Any) -> None:
    # A tree of points asked by polygons, because GEOS prepares the asker: many times faster.
    holder, point = shapely.STRtree(points).query(shapes, predicate="intersects")
    times = np.bincount(point, minlength=len(points))
    once = times[point] == 1
    area[point[once]], how[point[once]] = holder[once], INSIDE
    holder, point = holder[~once], point[~once]
    depth = np.round(shapely.distance(points[point], shapely.boundary(shapes[holder])), 3)
    best = np.lexsort((holder, -depth, point))
    first = best[np.unique(point[best], return_index=True)[1]]
    area[point[first]], how[point[first]] = holder[first], TIE


def _settle_nearest(points: Any, shapes: Any, area: Any, how: Any, within: float) -> None:
    lost = np.flatnonzero(area < 0)
    if within <= 0 or not len(lost):
        return
    holder, point = shapely.STRtree(points[lost]).query(shapes, predicate="dwithin", distance=within)
    gap = np.round(shapely.distance(points[lost[point]], shapes[holder]), 3)
    best = np.lexsort((holder, gap, point))
    first = best[np.unique(point[best], return_index=True)[1]]
    area[lost[point[first]]], how[lost[point[first]]] = holder[first], NEAREST
