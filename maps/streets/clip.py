"""What a map needs of the ground: all of it around the hotspots, the main roads of the whole area."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps.streets.schemas import MAIN, MIDDLE, PATH

NEAR = 250.0  # metres around every hotspot
BUILDINGS_NEAR = 60.0
WIDE = 60_000.0  # square metres of water or green that orient from afar
SMALL = 300.0


def fit_ground(
    ground: gpd.GeoDataFrame, spots: gpd.GeoDataFrame, *, area: gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame:
    """Keep every hotspot's surroundings whole; of the rest main roads, rail, broad water and green."""
    boxes = [frame.total_bounds for frame in (spots, area) if frame is not None and len(frame)]
    if not boxes:
        return ground.iloc[:0]
    west, south = np.min([b[:2] for b in boxes], axis=0) - NEAR
    east, north = np.max([b[2:] for b in boxes], axis=0) + NEAR
    near = _zone(spots, NEAR)
    kind, rank = ground["kind"], ground["rank"]
    wide = ground.geometry.area.ge(WIDE) & kind.isin(["water", "green"])
    afar = (kind.eq("road") & rank.le(MAIN if len(spots) else MIDDLE)) | kind.eq("rail") | wide
    close = kind.eq("building")
    some = ~(ground.geometry.area.between(0, SMALL, inclusive="neither") & kind.eq("green"))
    whole = _cut(ground[afar], shapely.box(west, south, east, north))
    rest = _cut(ground[~afar & ~close & some], near)
    beside = _cut(ground[close], _zone(spots, BUILDINGS_NEAR), whole=True)
    kept = pd.concat([whole, rest, beside]).sort_index(kind="stable")
    return gpd.GeoDataFrame(kept, crs=ground.crs)


def _zone(spots: gpd.GeoDataFrame, metres: float) -> Any:
    simple = shapely.simplify(spots.geometry.to_numpy(), 10)
    return shapely.union_all(shapely.buffer(simple, metres, quad_segs=4))


def _cut(rows: gpd.GeoDataFrame, zone: Any, *, whole: bool = False) -> gpd.GeoDataFrame:
    """Rows inside a zone, cut at its edge."""
    shapely.prepare(zone)
    shapes = rows.geometry.to_numpy()
    touches = shapely.intersects(zone, shapes)
    rows, shapes = rows[touches], shapes[touches]
    if whole or not len(rows):
        return rows
    inside = shapely.covers(zone, shapes)
    cut = shapes.copy()
    cut[~inside] = shapely.intersection(shapely.make_valid(shapes[~inside]), zone)
    rows = rows.set_geometry(cut, crs=rows.crs)
    return rows[~rows.geometry.is_empty]


def lighten(ground: gpd.GeoDataFrame, step: int) -> gpd.GeoDataFrame:
    """Leave out what a map can best do without: first buildings, then paths, then green."""
    without = [ground["kind"].eq("building"), ground["kind"].eq("road") & ground["rank"].eq(PATH)]
    without += [ground["kind"].eq("green")]
    return ground[~np.any(without[:step], axis=0)]
