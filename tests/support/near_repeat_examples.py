"""Records at a place on a day."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd


def make(rows: list[tuple[float, float, int]], precision: str = "day") -> gpd.GeoDataFrame:
    """Points at x, y on a day of 2018."""
    when = [pd.Timestamp("2018-01-01") + pd.Timedelta(days=int(day)) for _, _, day in rows]
    points = gpd.points_from_xy([row[0] for row in rows], [row[1] for row in rows])
    return gpd.GeoDataFrame({"when": pd.to_datetime(when), "precision": precision}, geometry=points, crs=27700)
