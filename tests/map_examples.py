"""Small frames made by hand, for the tests of the maps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

HOSTILE = "O'Malley's `Yard` </script><img src=x onerror=alert(1)> ${alert(1)} {{7*7}} \\ \"&amp;"


def make_spots(count: int = 3, **columns: object) -> gpd.GeoDataFrame:
    """Discs of 150 m in Leeds, worst first."""
    xs, ys = 430000 + 400.0 * np.arange(count), 433500 + 300.0 * (np.arange(count) % 4)
    data: dict[str, object] = {
        "ref": [f"SE30{i:03d}" for i in range(count)],
        "name": [f"Street {i + 1}" for i in range(count)],
        "incidents": [100 - i for i in range(count)],
        "harm": [5000.0 - 40 * i for i in range(count)],
        "harm_low": [4000.0 - 40 * i for i in range(count)],
        "harm_high": [6000.0 - 40 * i for i in range(count)],
        "share_of_incidents": [0.1] * count,
        "share_of_harm": [0.1] * count,
        "places": [12] * count,
        "kind": ["single"] * count,
        "parts": [
            [{"easting": x, "northing": y, "radius": 150.0, "incidents": 100 - i, "harm": 1.0, "street": "S"}]
            for i, (x, y) in enumerate(zip(xs, ys, strict=True))
        ],
        "rank_low": pd.array([1] * count, dtype="Int64"),
        "rank_high": pd.array([3] * count, dtype="Int64"),
        "stability": [0.9] * count,
        "trend": [""] * count,
        "streets": [[f"Street {i + 1}", "Boar Lane"] for i in range(count)],
        "ward_code": ["E05000001"] * count,
        "ward_name": ["Hunslet & Riverside"] * count,
        "ward_shares": [[("Hunslet & Riverside", 0.8), ("Little London", 0.2)] for _ in range(count)],
    }
    data.update(columns)
    discs = [shapely.Point(x, y).buffer(150) for x, y in zip(xs, ys, strict=True)]
    index = pd.Index(range(1, count + 1), name="rank")
    return gpd.GeoDataFrame(pd.DataFrame(data, index=index), geometry=discs, crs="EPSG:27700")


def make_wards() -> gpd.GeoDataFrame:
    """Two wards side by side."""
    return gpd.GeoDataFrame(
        {"code": ["E1", "E2"], "name": ["West & Woodhouse", "East"], "raw_secret": ["SECRET-1", "SECRET-2"]},
        geometry=[shapely.box(428000, 432000, 430500, 436000), shapely.box(430500, 432000, 433000, 436000)],
        crs="EPSG:27700",
    )
