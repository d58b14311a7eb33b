"""Minutes between stops: straight lines with a detour factor, or along a network of streets."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import CRS, InputError, announce, require_metres, require_on_grid
from hotspots.common.places import Floats
from hotspots.common.wording import say_count
from hotspots.patrols.options import Travel

_FAR = 500.0  # metres from the nearest street, from which on it is said
_ISLAND = 0.01  # a smaller part of the streets, joined to no other, is not driven to


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


def say_travel(travel: Travel) -> str:
    """Say how driving is reckoned, as cards and tables say it."""
    if travel.travel_minutes is not None:
        return f"Driving is taken as {say_count(travel.travel_minutes, 'minute')} from any stop to the next."
    straight = f"in straight lines, made {travel.detour:g} times as long"
    way = straight if travel.streets is None else "along the streets, either way on each"
    return f"Driving is reckoned {way}, at {travel.speed:g} km an hour."


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
    """Metres along the streets, which may be driven either way, and from each point to the nearest street."""
    from scipy.sparse.csgraph import dijkstra

    require_metres(streets, what="streets")
    if len(points) < 2:
        return straight
    graph, off = _network(streets, points)
    along = dijkstra(graph, directed=False, indices=np.arange(len(points)))[:, : len(points)]
    ends = (off[:, None] + off[None, :]) * detour
    cut = ~np.isfinite(along)
    if cut.any():
        announce(
            f"{say_count(cut.sum() // 2, 'pair of stops', 'pairs of stops')} not joined by the streets: "
            "straight lines with the detour factor are used for them."
        )
    if (far := off > _FAR).any():
        stand = f"{say_count(far.sum(), 'stop')} {'stands' if far.sum() == 1 else 'stand'}"
        announce(f"{stand} over {_FAR:.0f} metres from any street: straight lines lead there.")
    # who would have to go farther to the streets than to the other stop goes straight
    metres = np.where(cut | (ends >= straight), straight, along + ends)
    np.fill_diagonal(metres, 0)
    return metres


def _network(streets: gpd.GeoDataFrame, points: Floats) -> tuple[Any, Floats]:
    """Sparse graph of metres, its first nodes the points, each on its nearest street; and how far off they stand.

    Streets meet where they share a vertex, or where one ends within a metre of another; not where they only cross,
    for one may be a bridge.
    """
    import shapely
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    lines = streets.geometry.explode(index_parts=False).to_numpy()
    if len(lines) == 0 or not (shapely.get_type_id(lines) == 1).all():
        raise InputError(
            "The streets must be lines", given=f"{len(lines)} shapes", advice="a GeoPackage of road centre lines"
        )
    xy, line = shapely.get_coordinates(lines, return_index=True)
    node = len(points) + np.unique(np.round(xy, 1), axis=0, return_inverse=True)[1].ravel()
    new = np.r_[True, line[1:] != line[:-1]]
    steps = np.r_[0.0, np.where(new[1:], 0.0, np.hypot(*np.diff(xy, axis=0).T))].cumsum()
    at = steps - np.maximum.accumulate(np.where(new, steps, 0.0))  # metres along its own line
    end, tree = new | np.r_[new[1:], True], shapely.STRtree(lines)
    who, meets = tree.query(shapely.points(xy[end]), "dwithin", distance=1.0)
    line, node = np.r_[line, meets], np.r_[node, node[end][who]]
    at = np.r_[at, shapely.line_locate_point(lines[meets], shapely.points(xy[end][who]))]
    # nobody lives on an island of a few streets: the file lacks what joins it
    size = len(lines) + int(node.max()) + 1
    touch = coo_array((np.ones(len(line)), (line, node + len(lines))), shape=(size, size)).tocsr()
    island = connected_components(touch, directed=False)[1][: len(lines)]
    main = np.flatnonzero(np.bincount(island)[island] >= _ISLAND * len(lines))
    places = shapely.points(points)
    (_, nearest), off = shapely.STRtree(lines[main]).query_nearest(places, return_distance=True, all_matches=False)
    line, node = np.r_[line, main[nearest]], np.r_[node, np.arange(len(points))]
    at = np.r_[at, shapely.line_locate_point(lines[main[nearest]], places)]
    order = np.lexsort((at, line))
    order = order[(np.bincount(node)[node] > 1)[order] | (node < len(points))[order]]  # bends are no corners
    line, node, at = line[order], node[order], at[order]
    same = (line[1:] == line[:-1]) & (node[1:] != node[:-1])
    pairs = np.sort(np.column_stack([node[:-1], node[1:]])[same], axis=1)
    metres = np.maximum(np.diff(at)[same], 1e-6)  # nothing at all would be no edge
    shortest = np.lexsort((metres, pairs[:, 1], pairs[:, 0]))
    pairs, first = np.unique(pairs[shortest], axis=0, return_index=True)
    return coo_array((metres[shortest][first], pairs.T), shape=(size, size)).tocsr(), off
