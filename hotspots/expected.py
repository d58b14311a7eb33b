"""What a place of that size would hold anyway: by chance, and at the rate of the ground around it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hotspots.collapse import Floats, Places
from hotspots.study_area import read_area

SQUARE = 1000.0  # metres
AROUND = 500.0  # metres: the streets about a place that people would walk in ten minutes


def add_expected(spots: gpd.GeoDataFrame, places: Places, *, study_area: Any = None) -> gpd.GeoDataFrame:
    """Add what each hotspot would hold by chance, and at the rate of the ground around it.

    Parameters
    ----------
    spots : GeoDataFrame
        The hotspots.
    places : Places
        What they were found in, collapsed.
    study_area : GeoDataFrame, GeoSeries, geometry or None
        The ground over which chance spreads the incidents on it. None means the kilometre squares of the
        National Grid that hold an incident, and the hotspots themselves.

    Returns
    -------
    GeoDataFrame
        A copy with ``expected``, incidents per square metre of the ground times the hotspot's area (the
        mean of a Poisson law), and ``expected_nearby``, the same with the rate of the ground within 500 m
        of it, other hotspots included. NaN where there is no ground.

    Notes
    -----
    A hotspot was looked for: of thousands of places this size the busiest holds more than ``expected`` by
    chance alone. `measure_concentration` says how much the busiest places hold.
    """
    spots = spots.copy()
    shapes = np.asarray(spots.geometry.to_numpy())
    on = places.incidents > 0
    if study_area is None:
        pieces = squares_of(places.xy[on])
        ground = float(shapely.area(pieces).sum() + _beyond(shapes, pieces))
    else:
        area = read_area(study_area)
        pieces, ground = shapely.get_parts(area), float(area.area)
        shapely.prepare(area)
        on &= shapely.intersects_xy(area, *places.xy.T)
    xy, counts = places.xy[on], places.incidents[on].astype(float)
    size = np.asarray(shapely.area(shapes), dtype=float)
    spots["expected"] = size * _rate(counts.sum(), ground)
    spots["expected_nearby"] = size * _rates_around(shapes, xy, counts, pieces)
    return spots


def squares_of(xy: Floats) -> Any:
    """Return the kilometre squares of the National Grid that hold any of some points.

    Examples
    --------
    >>> squares = squares_of(np.array([[10.0, 10.0], [990.0, 10.0], [1000.0, 10.0]]))
    >>> shapely.bounds(squares).tolist()
    [[0.0, 0.0, 1000.0, 1000.0], [1000.0, 0.0, 2000.0, 1000.0]]
    """
    east, north = np.floor(xy.T / SQUARE).astype(np.int64)
    low = north.min(initial=0)
    wide = int(north.max(initial=0) - low) + 1
    column, row = np.divmod(np.unique(east * wide + north - low), wide)  # one number sorts as two do
    corner = np.column_stack([column, row + low]) * SQUARE
    return shapely.box(*corner.T, *(corner + SQUARE).T)


def _beyond(shapes: Any, pieces: Any) -> float:
    """Square metres of some shapes that lie off the pieces of the ground."""
    size = shapely.area(shapes)
    over = size - _shared(shapes, pieces) > 1e-9 * size  # to unite them all takes long, and few reach beyond
    parts = shapely.get_parts(shapely.union_all(shapes[over]))
    return float(shapely.area(parts).sum() - _shared(parts, pieces).sum())


def _shared(shapes: Any, pieces: Any) -> Floats:
    """Square metres of each shape on pieces that do not overlap."""
    shape, piece = shapely.STRtree(pieces).query(shapes, predicate="intersects")
    areas = shapely.area(shapely.intersection(shapes[shape], pieces[piece]))
    return np.bincount(shape, areas, minlength=len(shapes)).astype(float)


def _rates_around(shapes: Any, xy: Floats, counts: Floats, pieces: Any) -> Floats:
    """Incidents per square metre of the ground within 500 m of each shape."""
    wide = shapely.buffer(shapes, AROUND)
    tree = shapely.STRtree(gpd.points_from_xy(*xy.T))
    totals = []
    for ring in (wide, shapes):
        spot, at = tree.query(ring, predicate="intersects")
        totals.append(np.bincount(spot, counts[at], minlength=len(shapes)))
    areas = _shared(shapely.difference(wide, shapes), pieces)
    return np.array([_rate(n, a) for n, a in zip(totals[0] - totals[1], areas, strict=True)])


def _rate(count: float, area: float) -> float:
    return float(count) / area if area > 0 else float("nan")
