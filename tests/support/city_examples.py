"""A made city, month by month."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

AREA = shapely.box(-1000, -1000, 9000, 4000)


def records(*months: tuple[str, list[tuple[float, float]]], **columns: object) -> gpd.GeoDataFrame:
    xy = np.array([at for _, points in months for at in points], dtype=float).reshape(-1, 2)
    when = pd.to_datetime([f"{month}-01" for month, points in months for _ in points])
    return gpd.GeoDataFrame(
        {"when": when, "precision": "month", **columns}, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700
    )


def random_city(seed: int = 0, months: int = 3) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    spots = rng.uniform(0, 3000, (150, 2)).round()
    chance = rng.lognormal(0, 1.2, 150)
    found = [
        (f"2024-{month + 1:02d}", spots[rng.choice(150, 300, p=chance / chance.sum())].tolist())
        for month in range(months)
    ]
    return records(*found, harm=rng.choice([1.0, 10.0, 365.0], 300 * months))
