"""Which main roads run through a place: what a driver knows it by."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps.streets.schemas import MIDDLE

MOST = 3
FEWEST = 30.0  # metres inside: a road that only touches the edge does not lead there


def name_roads(places: gpd.GeoDataFrame, ground: gpd.GeoDataFrame | None) -> list[list[str]]:
    """Names of the main roads in each place, those of the higher class first, then the longest inside.

    Examples
    --------
    >>> lines = gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 500 0)", "LINESTRING (50 -90, 50 90)"], crs=27700)
    >>> roads = {"kind": "road", "rank": [1, 0], "name": ["Call Lane", "Boar Lane"]}
    >>> disc = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_xy([0], [0], crs=27700).buffer(150))
    >>> name_roads(disc, gpd.GeoDataFrame(roads, geometry=lines))
    [['Boar Lane', 'Call Lane']]
    """
    if ground is None or ground.empty or places.empty:
        return [[] for _ in range(len(places))]
    roads = ground[ground["kind"].eq("road") & ground["rank"].le(MIDDLE) & ground["name"].ne("")]
    shapes = places.geometry.to_numpy()
    at, of = roads.sindex.query(shapes, predicate="intersects")
    inside = shapely.length(shapely.intersection(shapes[at], roads.geometry.to_numpy()[of]))
    found = pd.DataFrame({"at": at, "inside": inside})
    found["name"], found["rank"] = roads["name"].to_numpy()[of], roads["rank"].to_numpy()[of]
    sums = found.groupby(["at", "name"], as_index=False).agg(inside=("inside", "sum"), rank=("rank", "min"))
    sums = sums[sums["inside"] >= FEWEST].sort_values(["rank", "inside"], ascending=[True, False])
    named = {key: list(rows["name"][:MOST]) for key, rows in sums.groupby("at")}
    return [named.get(i, []) for i in np.arange(len(places))]
