"""What a place of that size would hold anyway: by chance, and at the rate of the ground around it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hotspots.collapse import Floats, Places
from hotspots.study_area import read_area

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
        The ground over which chance spreads the incidents on it. None means the ground that incidents and
        hotspots span (their convex hull).

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
    shapes = spots.geometry.to_numpy()
    ground = _ground_of(shapes, places) if study_area is None else read_area(study_area)
    shapely.prepare(ground)
    on = np.asarray(shapely.intersects_xy(ground, *places.xy.T), dtype=bool) & (places.incidents > 0)
    xy, counts = places.xy[on], places.incidents[on].astype(float)
    size = np.asarray(shapely.area(shapes), dtype=float)
    spots["expected"] = size * _rate(counts.sum(), float(ground.area))
    spots["expected_nearby"] = size * _rates_around(shapes, xy, counts, ground)
    return spots


def _ground_of(shapes: Any, places: Places) -> Any:
    """Return the ground that the incidents and the hotspots span."""
    there = shapely.multipoints(places.xy[places.incidents > 0])
    return shapely.convex_hull(shapely.geometrycollections([there, *shapes]))


def _rates_around(shapes: Any, xy: Floats, counts: Floats, ground: Any) -> Floats:
    if not len(shapes) or not len(xy):
        return np.full(len(shapes), np.nan)
    wide = shapely.buffer(shapes, AROUND)
    tree = shapely.STRtree(gpd.points_from_xy(*xy.T))
    totals = []
    for ring in (wide, shapes):
        spot, at = tree.query(ring, predicate="intersects")
        totals.append(np.bincount(spot, counts[at], minlength=len(shapes)))
    belts = shapely.intersection(shapely.difference(wide, shapes), ground)
    return np.array([_rate(n, a) for n, a in zip(totals[0] - totals[1], shapely.area(belts), strict=True)])


def _rate(count: float, area: float) -> float:
    return float(count) / area if area > 0 else float("nan")
