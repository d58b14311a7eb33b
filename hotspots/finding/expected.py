"""What a place of that size would hold anyway: by chance, and at the rate of the ground around it."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hotspots.checks import announce
from hotspots.common.places import Floats, Places
from hotspots.common.settled_ground import SET, settle_ground
from hotspots.reading.study_area import read_area

AROUND = 500.0  # metres: the streets about a place that people would walk in ten minutes
MOST = 0.5  # of the ground: a place that covers more of it is the ground, and chance says nothing of it


def add_expected(spots: gpd.GeoDataFrame, places: Places, *, study_area: Any = None) -> gpd.GeoDataFrame:
    """Add what each hotspot would hold by chance, and at the rate of the ground around it.

    Notes
    -----
    A hotspot was looked for: of thousands of places this size the busiest holds more than ``expected`` by
    chance alone. `measure_concentration` says how much the busiest places hold.
    """
    spots = spots.copy()
    shapes = np.asarray(spots.geometry.to_numpy())
    on = places.incidents > 0
    if study_area is None:
        known = settle_ground(places.xy[on], places.incidents[on])
        pieces, ground = known.pieces(), known.area if on.sum() > 1 else 0.0
        on[on] = known.on
        if len(spots):
            announce(f"{known.say()} {SET}")
    else:
        area = read_area(study_area, target=places.crs)
        pieces, ground = shapely.get_parts(area), float(area.area)
        shapely.prepare(area)
        on &= shapely.intersects_xy(area, *places.xy.T)
    xy, counts = places.xy[on], places.incidents[on].astype(float)
    size = np.asarray(shapely.area(shapes), dtype=float)
    spots["expected"] = np.where(size <= MOST * ground, size * _rate(counts.sum(), ground), np.nan)
    spots["expected_nearby"] = size * _rates_around(shapes, xy, counts, pieces)
    return spots


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
