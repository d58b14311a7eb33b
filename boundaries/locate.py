"""Settle which one area each coordinate belongs to, how that was decided, and how near a line it lies."""

from collections.abc import Mapping
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
    xy = np.ascontiguousarray(shapely.get_coordinates(points.to_numpy()))
    # One complex number a point: the fastest way to find equal pairs.
    position, distinct = pd.factorize(xy.view(np.complex128).ravel())
    return shapely.points(distinct.real, distinct.imag), position


def locate_layers(
    points: Any, layers: Mapping[str, gpd.GeoDataFrame], *, within: Mapping[str, float]
) -> dict[str, Located]:
    """Locate distinct points in every layer; a layer nested from another of them follows that one's areas."""
    found: dict[str, Located] = {}

    def locate(layer: str) -> Located:
        if layer not in found:
            areas = layers[layer]
            parent = nested_from(areas, layers)
            if parent is None or parent == layer:
                found[layer] = locate_points(points, areas, within=within[layer])
            else:
                found[layer] = _follow(locate(parent), layers[parent], areas)
        return found[layer]

    return {layer: locate(layer) for layer in layers}


def nested_from(areas: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame]) -> str | None:
    """Layer that these areas are made of, where `nest_areas` made them and that layer is at hand too."""
    if areas.empty or not {"nested_from", "members"} <= set(areas.columns):
        return None
    parents = areas["nested_from"].unique()
    # Areas built of several kinds of members have no one layer to follow: their polygons decide.
    return str(parents[0]) if len(parents) == 1 and parents[0] in layers else None


def _follow(parent: Located, members: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> Located:
    row_of = {code: row for row, codes in enumerate(areas["members"]) for code in codes}
    # The last one is what position -1 takes.
    rows = np.array([*(row_of.get(code, -1) for code in members["code"]), -1], dtype=np.intp)
    area = rows[parent.area]
    return Located(area, np.where(area >= 0, parent.how, OUTSIDE).astype(np.int8))


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
    holder, point = pair_points(points, shapes)
    times = np.bincount(point, minlength=len(points))
    once = times[point] == 1
    area[point[once]], how[point[once]] = holder[once], INSIDE
    holder, point = holder[~once], point[~once]
    depth = shapely.distance(points[point], shapely.boundary(shapes[holder]))
    _settle(point, holder, -depth, area, how, TIE)


def _settle_nearest(points: Any, shapes: Any, area: Any, how: Any, within: float) -> None:
    lost = np.flatnonzero(area < 0)
    if within <= 0 or not len(lost):
        return
    holder, point = shapely.STRtree(points[lost]).query(shapes, predicate="dwithin", distance=within)
    gap = shapely.distance(points[lost[point]], shapes[holder])
    _settle(lost[point], holder, gap, area, how, NEAREST)


def _settle(point: Any, holder: Any, least: Any, area: Any, how: Any, verdict: int) -> None:
    """For each point take the holder with the least value, to the millimetre, then the first."""
    best = np.lexsort((holder, np.round(least, 3), point))
    first = best[np.unique(point[best], return_index=True)[1]]
    area[point[first]], how[point[first]] = holder[first], verdict


def pair_points(points: Any, shapes: Any) -> tuple[Any, Any]:
    """Every pair of a shape and a point in it or on its edge: positions of shapes, positions of points."""
    # A tree of points asked by polygons, because GEOS prepares the asker: many times faster.
    holder, point = shapely.STRtree(points).query(shapes, predicate="intersects")
    return holder, point


def measure_edges(points: Any, areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Metres from each distinct point to the nearest line of any of the areas; NaN without areas."""
    edge = np.full(len(points), np.nan)
    rings = shapely.get_parts(shapely.boundary(shapely.get_parts(areas.geometry.to_numpy())))
    if not len(rings) or not len(points):
        return edge
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    steps = np.flatnonzero(ring[1:] == ring[:-1])
    lines: Any = shapely.linestrings(np.stack([xy[steps], xy[steps + 1]], axis=1))
    nearest, away = shapely.STRtree(lines).query_nearest(points, return_distance=True, all_matches=False)
    edge[nearest[0]] = away
    return edge
