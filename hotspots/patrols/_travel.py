"""Minutes between stops: straight lines with a detour factor, or along a network of streets."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import CRS, InputError, announce, require_metres, require_on_grid
from hotspots.common.places import Floats
from hotspots.common.wording import say_count
from hotspots.patrols.options import Travel


def travel_times(
    points: Floats, *, speed: float = 25.0, detour: float = 1.3, streets: gpd.GeoDataFrame | None = None
) -> Floats:
    """Minutes from each point to each other, door to door."""
    check_travel(speed, detour)
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    straight = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1)) * detour
    metres = straight if streets is None else _along_streets(points, straight, streets, detour)
    return metres / (speed * 1000 / 60)


def stop_times(stops: pd.DataFrame, depot: Any, travel: Travel) -> tuple[Floats, Floats]:
    """Whole minutes from the depot to each stop (0 without one), and between the stops."""
    even = travel.travel_minutes
    if even is not None and not (np.isfinite(even) and even >= 0):
        raise InputError("travel_minutes must be 0 or more", given=f"travel_minutes={even}", advice="10")
    home = locate_depot(depot, crs=getattr(stops, "crs", None) or CRS)
    xy = stops[["easting", "northing"]].to_numpy(dtype=float)
    every = xy if home is None else np.vstack([xy, home])
    times = travel_times(every, speed=travel.speed, detour=travel.detour, streets=travel.streets)
    # Whole minutes, rounded up: a timetable is read off a watch, and a sum of roundings is never too short.
    times = np.ceil(times - 1e-9)
    n = len(xy)
    legs = np.zeros(n) if home is None else times[n, :n]
    between = times[:n, :n] if even is None else even * (1 - np.eye(n))
    return legs, between


def check_travel(speed: float, detour: float) -> None:
    """Raise `InputError` unless the speed is above 0 and the detour factor at least 1."""
    if not (np.isfinite(speed) and speed > 0):
        raise InputError("The speed must be above 0 km/h", given=f"speed={speed}", advice="speed=25")
    if not (np.isfinite(detour) and detour >= 1):
        raise InputError("The detour factor must be at least 1", given=f"detour={detour}", advice="detour=1.3")


def locate_depot(depot: Any, *, crs: Any = CRS) -> Floats | None:
    """Read a depot given as a point or a pair of coordinates; None means there is none."""
    if depot is None:
        return None
    if isinstance(depot, gpd.GeoDataFrame | gpd.GeoSeries):
        here = gpd.GeoSeries([], crs=crs)
        require_metres(gpd.GeoDataFrame(geometry=depot.geometry), what="depot", like=here)
        if len(depot) != 1:
            raise InputError("One depot is needed", given=f"{len(depot)} rows", advice="depots.iloc[[0]]")
        depot = depot.geometry.iloc[0]
    try:
        east, north = (depot.x, depot.y) if hasattr(depot, "x") else depot
        at = np.array([east, north], dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(
            "The depot is not a known place",
            given=f"depot={depot!r}",
            advice="its easting and northing, such as depot=(430000, 433500)",
        ) from error
    if not np.isfinite(at).all() or (np.abs(at) <= 1000).all():  # degrees
        raise InputError(
            "The depot is not in metres of the grid",
            given=f"depot=({east}, {north})",
            advice="its easting and northing, such as depot=(430000, 433500)",
        )
    require_on_grid((*at, *at), what="The depot", crs=crs)
    return at


def _along_streets(points: Floats, straight: Floats, streets: gpd.GeoDataFrame, detour: float) -> Floats:
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import cKDTree

    require_metres(streets, what="streets")
    nodes, graph = _network(streets)
    found = cKDTree(nodes).query(points)
    off, at = np.asarray(found[0]), np.asarray(found[1])
    near, where = np.unique(at, return_inverse=True)
    along = dijkstra(graph, directed=False, indices=near)[:, near][np.ix_(where, where)]
    metres = along + (off[:, None] + off[None, :]) * detour
    # two stops off the same corner of the network need not go to it and back
    metres = np.where(along == 0, np.minimum(metres, straight), metres)
    np.fill_diagonal(metres, 0)
    cut = ~np.isfinite(metres)
    if cut.any():
        announce(
            f"{say_count(cut.sum() // 2, 'pair of stops', 'pairs of stops')} not joined by the streets: "
            "straight lines with the detour factor are used for them."
        )
    return np.where(cut, straight, metres)


def _network(streets: gpd.GeoDataFrame) -> tuple[Floats, Any]:
    """Vertices of the lines, and the sparse graph of metres between neighbours."""
    from scipy.sparse import coo_array

    lines = streets.geometry.explode(index_parts=False).reset_index(drop=True)
    if len(lines) == 0 or not (lines.geom_type == "LineString").all():
        raise InputError(
            "The streets must be lines", given=f"{len(lines)} shapes", advice="a GeoPackage of road centre lines"
        )
    vertices = lines.get_coordinates()
    at = np.round(vertices["x"].to_numpy(), 1) + 1j * np.round(vertices["y"].to_numpy(), 1)
    distinct, node = np.unique(at, return_inverse=True)
    same = vertices.index.to_numpy()[1:] == vertices.index.to_numpy()[:-1]
    a, b = node[:-1][same], node[1:][same]
    low, high = np.minimum(a, b), np.maximum(a, b)
    pairs = np.unique(np.column_stack([low, high])[low != high], axis=0)
    metres = np.abs(distinct[pairs[:, 0]] - distinct[pairs[:, 1]])
    size = len(distinct)
    graph = coo_array((metres, (pairs[:, 0], pairs[:, 1])), shape=(size, size)).tocsr()
    return np.column_stack([distinct.real, distinct.imag]), graph
