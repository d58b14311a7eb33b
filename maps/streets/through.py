"""Which main roads run through a place and which landmarks stand there: what a driver knows it by."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps.streets.schemas import MIDDLE

MOST = 3
FEWEST = 30.0  # metres inside: a road that only touches the edge does not lead there
BESIDE = 100.0  # metres: as far off a landmark known from afar still says where a place is


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


def name_landmarks(places: gpd.GeoDataFrame, ground: gpd.GeoDataFrame | None) -> list[list[str]]:
    """Landmarks to find each place by: at most two that are known from afar, the nearest to its middle first.

    The middle is that of its largest part. Where none stands in it or within `BESIDE` metres, one that is known
    nearby and stands inside.

    Examples
    --------
    >>> points = gpd.GeoSeries.from_xy([200, 10], [0, 0], crs=27700)
    >>> known = {"kind": "place", "rank": [0, 1], "name": ["Leeds Station", "Red Lion"]}
    >>> disc = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_xy([0], [0], crs=27700).buffer(150))
    >>> name_landmarks(disc, gpd.GeoDataFrame(known, geometry=points))
    [['Leeds Station']]
    """
    if ground is None or ground.empty or places.empty:
        return [[] for _ in range(len(places))]
    known = ground[ground["kind"].eq("place") & ground["rank"].le(1) & ground["name"].ne("")]
    shapes, points = places.geometry.to_numpy(), known.geometry.to_numpy()
    at, of = known.sindex.query(shapes, predicate="dwithin", distance=BESIDE)
    found = pd.DataFrame({"at": at, "name": known["name"].to_numpy()[of], "rank": known["rank"].to_numpy()[of]})
    main = [max(getattr(shape, "geoms", [shape]), key=shapely.area) for shape in shapes]  # of several parts the largest
    found["far"] = shapely.distance(shapely.centroid(main)[at], points[of])
    found = found[found["rank"].eq(0) | shapely.covers(shapes[at], points[of])]
    found = found.sort_values(["rank", "far", "name"]).drop_duplicates(["at", "name"])
    best = found[found["rank"].eq(found.groupby("at")["rank"].transform("min"))]
    named = {key: list(rows["name"][: 1 if rows["rank"].iloc[0] else 2]) for key, rows in best.groupby("at")}
    return [named.get(i, []) for i in np.arange(len(places))]
