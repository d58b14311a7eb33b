"""Streets and all else that lies under the hotspots of `map_examples`, made by hand."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import LineString, Point, box

LINE = LineString([(0, 0), (100, 0)])
SQUARE = box(0, 0, 100, 100)


def frame(shape, **columns):
    count = max(len(v) for v in columns.values())
    return gpd.GeoDataFrame(columns, geometry=[shape] * count, crs=27700)


def told(rows):
    return [tuple(row) for row in rows[["kind", "rank", "name"]].to_numpy().tolist()]


def make_ground():
    """Streets crossing the first two hotspots of `make_spots`, a main road far off, and all other kinds."""
    rows = [
        ("road", 0, "Boar Lane", LineString([(429000, 433500), (432000, 433500)])),
        ("road", 2, "Call Lane", LineString([(430000, 433200), (430000, 433900)])),
        ("road", 3, "", LineString([(430050, 433200), (430050, 433900)])),
        ("road", 2, "Far Close", LineString([(425000, 430000), (425200, 430000)])),
        ("rail", 0, "", LineString([(429000, 433700), (432000, 433700)])),
        ("water", 0, "", box(429000, 433000, 432000, 433300)),
        ("green", 0, "", box(430300, 433700, 430500, 433900)),
        ("building", 0, "", box(430010, 433510, 430040, 433530)),
        ("place", 0, "The Fenton", Point(430020, 433540)),
    ]
    columns = ["kind", "rank", "name", "geometry"]
    ground = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=27700)
    ground.attrs = {"kind": "ground", "credit": "Streets © somebody."}
    return ground
