"""Small areas and points, made by hand."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

HALVES = gpd.GeoDataFrame(
    {"code": ["A", "B", "C"], "name": ["Area A", "Area B", "Area C"]},
    geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10), box(20, 0, 30, 10)],
    crs="EPSG:27700",
)


def points(*xy, **columns):
    return gpd.GeoDataFrame(
        columns, geometry=gpd.points_from_xy([p[0] for p in xy], [p[1] for p in xy]), crs="EPSG:27700"
    )


def areas_of(*shapes, codes=None):
    codes = codes or [chr(65 + i) for i in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"code": codes, "name": [f"Area {c}" for c in codes]}, geometry=list(shapes), crs="EPSG:27700"
    )


def codes(frame, layer="ward"):
    return frame[f"{layer}_code"].fillna("").tolist()


def spots_of(*shapes):
    index = pd.RangeIndex(1, len(shapes) + 1, name="rank")
    return gpd.GeoDataFrame(geometry=list(shapes), index=index, crs="EPSG:27700")
