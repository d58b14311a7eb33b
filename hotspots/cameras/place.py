"""Where a limited number of cameras, or of any guardian asset, reach the most harm."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspots.cameras._maximal_covering import cover_most, covered_weight, order_by_gain
from hotspots.cameras.candidate_sites import candidate_points, reach_of, read_points
from hotspots.checks import CRS, InputError, announce
from hotspots.common.place_names import ELSEWHERE, flag_default_locations, is_kind_of_place
from hotspots.common.places import Floats, Ints
from hotspots.common.wording import say_count, say_percentage
from hotspots.severity.demand import Demand, Problem, collect_demand

_KEEP_ON_TIES = 1e-8
_SHARES = [
    "marginal_share_of_harm",
    "cumulative_share_of_harm",
    "marginal_share_of_incidents",
    "cumulative_share_of_incidents",
]


def place_cameras(
    incidents: gpd.GeoDataFrame,
    *,
    count: int = 10,
    radius: float,
    candidates: gpd.GeoDataFrame | str | None = None,
    existing: gpd.GeoDataFrame | None = None,
    current: gpd.GeoDataFrame | None = None,
    by: str = "harm",
    profile: Problem = None,
    min_gain: float = 0.0,
    default_locations: bool = False,
) -> gpd.GeoDataFrame:
    """Choose the sites that together reach the most harm, proven the best, and say what each adds.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents, places or spots (EPSG:27700). A spot of several parts counts at each part.
    count : int
        Sites to choose; with ``current``, the number of cameras that may stand in all.
    radius : float
        Metres within which a camera reaches an incident, in a straight line.
    candidates : GeoDataFrame, "grid" or None
        Points where a camera may stand (lamp-posts); or street lines, whose junctions are used; or
        ``"grid"``, a 50 m lattice over the incidents. None means the distinct places of the incidents.
    existing : GeoDataFrame, optional
        Cameras that stay: what they reach is counted first and not paid for again.
    current : GeoDataFrame, optional
        Cameras that stand today and may be moved: each is answered by keep, move or take down.
    by : {"harm", "incidents"}
        What is covered.
    profile : str, mapping or collection of str, optional
        A problem profile (see `load_profile`), or the categories that count; None means all.
    min_gain : float
        Share of the measure that moving a camera must gain (0.01 is one per cent); only with ``current``.
    default_locations : bool
        True lets records at prisons, hospitals, courts, police and railway stations draw cameras. Else they
        draw none, since they are put down there and did not always happen there: shares are still of all.

    Returns
    -------
    GeoDataFrame
        Index ``rank``, best first. ``name``; ``action`` ("new", "keep", "move", "take down"); ``camera``
        (row of ``current``); ``candidate`` (row of ``candidates``); the marginal and cumulative share of
        harm and of incidents (cumulative counts what ``existing`` reaches); ``gain``, the share that
        this decision is worth: lost without the site, gained by the move, or given up by taking down;
        ``move_metres``; ``geometry``.

    Raises
    ------
    InputError
        For a radius or count that is not above 0, no harm to cover, or frames that are not in metres.

    Notes
    -----
    Maximal covering location problem (Church and ReVelle, 1974), solved exactly. Straight-line reach:
    buildings and trees are not known. The share is of demand, never of the number of places.

    Examples
    --------
    >>> from shapely.geometry import Point
    >>> crimes = gpd.GeoDataFrame(
    ...     {"harm": [5.0, 4.0, 3.0]}, geometry=[Point(0, 0), Point(90, 0), Point(500, 0)], crs="EPSG:27700"
    ... )
    >>> sites = place_cameras(crimes, count=2, radius=100)
    >>> sites["cumulative_share_of_harm"].tolist()
    [0.75, 1.0]
    """
    _check_numbers(count, radius, min_gain)
    demand = collect_demand(incidents, by=by, profile=profile, what="incidents")
    if len(demand.xy) == 0:
        return empty_sites(incidents.crs)
    whole = demand
    if not default_locations:
        demand = _set_aside(demand, by=by)
    posts = candidate_points(candidates, demand, incidents)
    standing = read_points(current, what="current cameras", like=incidents)
    fixed = read_points(existing, what="existing cameras", like=incidents)
    seen = reach_of(demand.xy, fixed, radius).sum(axis=1) > 0
    sites = pd.concat([standing.assign(standing=True), posts.assign(standing=False)], ignore_index=True)
    reach = reach_of(demand.xy, sites, radius)
    weights = demand.measured(by)
    left = np.where(seen, 0.0, weights)
    mine = sites["standing"].to_numpy()
    bonus = np.where(mine, (min_gain + _KEEP_ON_TIES) * weights.sum(), 0.0) if mine.any() else None
    chosen = cover_most(left, reach, count=count, bonus=bonus)
    chosen = chosen[[covered_weight(left, reach, chosen[[i]]) > 0 for i in range(len(chosen))]]
    order, gains = order_by_gain(left, reach, chosen)
    order = order[gains > 0]
    _announce_result(count, order, seen, weights, by=by)
    actions = _decide(sites, order, left, reach, weights.sum())
    table = _table(sites, actions, demand, reach, seen, radius, incidents.crs)
    return _of_all(table, demand, whole, by=by)


def _set_aside(demand: Demand, *, by: str) -> Demand:
    """Take from the demand what is only recorded where it stands, and say how much that is."""
    names = pd.Series(demand.place, dtype="str")
    aside = flag_default_locations(names).isin(ELSEWHERE).to_numpy()
    if not aside.any():
        return demand
    share = say_percentage(demand.measured(by)[aside].sum() / max(demand.measured(by).sum(), 1e-9))
    counted = "harm" if by == "harm" else "records"
    announce(
        f"Prisons, hospitals, courts and stations draw no camera, though {share} of the {counted} is put "
        "down there; with default_locations = true they do."
    )
    harm, incidents = (np.where(aside, 0.0, demand.measured(m)) for m in ("harm", "incidents"))
    return demand._replace(harm=harm, incidents=incidents)


def _of_all(table: gpd.GeoDataFrame, counted: Demand, whole: Demand, *, by: str) -> gpd.GeoDataFrame:
    """State the shares of all that was recorded, what was set aside included."""
    for measure in ("harm", "incidents"):
        total = whole.measured(measure).sum()
        kept = counted.measured(measure).sum() / total if total > 0 else 1.0
        columns = [c for c in _SHARES if c.endswith(measure)] + (["gain"] if measure == by else [])
        table[columns] *= kept
    return table


def _check_numbers(count: int, radius: float, min_gain: float) -> None:
    if not (np.isfinite(radius) and radius > 0):
        raise InputError("The radius must be above 0 metres", given=f"radius={radius}", advice="radius=150")
    if not (isinstance(count, int | np.integer) and count >= 1):
        raise InputError("The count must be a whole number above 0", given=f"count={count}", advice="count=10")
    if not 0 <= min_gain < 1:
        raise InputError("The least gain of a move is a share from 0 to 1", given=f"min_gain={min_gain}", advice="0.01")


def _decide(sites: pd.DataFrame, order: Ints, left: Floats, reach: Any, total: float) -> pd.DataFrame:
    """Keep, move, take down or new, for each chosen or standing site; moves pair the nearest."""
    standing = sites["standing"].to_numpy()
    kept = order[standing[order]]
    arriving, leaving = order[~standing[order]], np.setdiff1d(np.flatnonzero(standing), kept)
    pairs = _pair(sites, leaving, arriving)
    whole = covered_weight(left, reach, order)
    rows = []
    for site in order:
        old = pairs.get(int(site), -1)
        others = order[order != site]
        without = covered_weight(left, reach, np.append(others, old) if old >= 0 else others)
        action = "keep" if standing[site] else "move" if old >= 0 else "new"
        rows.append((site, action, old if old >= 0 else site if standing[site] else -1, (whole - without) / total))
    for site in np.setdiff1d(leaving, list(pairs.values())):
        lost = covered_weight(left, reach, np.append(order, site)) - whole
        rows.append((site, "take down", site, -lost / total))
    return pd.DataFrame(rows, columns=["site", "action", "camera_site", "gain"])


def _pair(sites: pd.DataFrame, leaving: Ints, arriving: Ints) -> dict[int, int]:
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    at = sites[["easting", "northing"]].to_numpy(dtype=float)
    if not len(leaving) or not len(arriving):
        return {}
    i, j = linear_sum_assignment(cdist(at[leaving], at[arriving]))
    return {int(arriving[b]): int(leaving[a]) for a, b in zip(i, j, strict=True)}


def _table(
    sites: pd.DataFrame, actions: pd.DataFrame, demand: Demand, reach: Any, seen: Any, radius: float, crs: Any
) -> gpd.GeoDataFrame:
    stays = actions["action"].ne("take down").to_numpy()
    chosen = actions["site"].to_numpy(dtype=np.int64)
    at = sites.iloc[chosen][["easting", "northing"]].to_numpy(dtype=float)
    before = actions["camera_site"].to_numpy(dtype=np.int64)
    moved = actions["action"].eq("move").to_numpy()
    metres = np.full(len(actions), np.nan)
    origin = sites.iloc[before[moved]][["easting", "northing"]].to_numpy(dtype=float)
    metres[moved] = np.hypot(*(at[moved] - origin).T)
    table = gpd.GeoDataFrame(
        {
            "name": _names(sites, chosen, demand, radius),
            "action": actions["action"].to_numpy(dtype=object),
            "camera": [sites["label"].iloc[b] if b >= 0 else None for b in before],
            "candidate": [None if sites["standing"].iloc[c] else sites["label"].iloc[c] for c in chosen],
            **_shares(demand, reach, seen, chosen, stays),
            "gain": actions["gain"].to_numpy(dtype=float),
            "move_metres": metres,
        },
        geometry=gpd.points_from_xy(at[:, 0], at[:, 1]),
        crs=crs,
        index=pd.RangeIndex(1, len(actions) + 1, name="rank"),
    )
    return table.astype({"camera": object, "candidate": object})


def _shares(demand: Demand, reach: Any, seen: Any, chosen: Ints, stays: Any) -> dict[str, Floats]:
    """Marginal and cumulative shares of both measures, in the order given; a camera taken down adds none."""
    columns = reach.tocsc()
    shares: dict[str, Floats] = {}
    for measure in ("harm", "incidents"):
        weights = demand.measured(measure)
        total = weights.sum()
        covered, marginal = np.asarray(seen).copy(), np.zeros(len(chosen))
        start = weights[covered].sum()
        for row, site in enumerate(chosen):
            if stays[row]:
                here = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
                marginal[row] = weights[here][~covered[here]].sum()
                covered[here] = True
        if not total > 0:
            marginal, start, total = np.full(len(chosen), np.nan), np.nan, 1.0
        shares[f"marginal_share_of_{measure}"] = marginal / total
        shares[f"cumulative_share_of_{measure}"] = (start + np.cumsum(marginal)) / total
    return shares


def _names(sites: pd.DataFrame, chosen: Ints, demand: Demand, radius: float) -> list[str]:
    """Name each site by its own name, else by the place text nearest to it."""
    own = sites["name"].iloc[chosen].tolist()
    codes, known = pd.factorize(demand.place)
    named = np.array([p != "" and not is_kind_of_place(p) for p in known], dtype=bool)
    streets = named[codes] if len(known) else np.zeros(0, dtype=bool)
    kinds = (demand.place != "") & ~streets
    at = sites.iloc[chosen][["easting", "northing"]].to_numpy(dtype=float).reshape(-1, 2)
    names = []
    for mine, here in zip(own, at, strict=True):
        metres = np.hypot(*(demand.xy - here).T)
        close = metres <= radius
        near = [_nearest(demand.place, metres, close & which) for which in (kinds, streets)]
        first = _nearest(demand.place, metres, close & (kinds | streets))
        names.append(mine or (", ".join(filter(None, near)) if is_kind_of_place(first) else first))
    return names


def _nearest(places: NDArray[np.object_], metres: Floats, which: Any) -> str:
    return str(places[np.where(which, metres, np.inf).argmin()]) if which.any() else ""


def _announce_result(count: int, order: Ints, seen: Any, weights: Floats, *, by: str) -> None:
    if np.any(seen):
        reached = say_percentage(weights[seen].sum() / weights.sum(), decimals=1)
        announce(f"The existing cameras already reach {reached} of {by}.")
    if len(order) < count:
        sites = say_count(count, "site")
        announce(f"Only {len(order)} of {sites} could be proposed: a further one would reach nothing more.")


def empty_sites(crs: Any = CRS) -> gpd.GeoDataFrame:
    """Table of no sites, in the columns and types of `place_cameras`."""
    columns: dict[str, Any] = {c: pd.Series(dtype="str") for c in ("name", "action")}
    columns |= {c: pd.Series(dtype=object) for c in ("camera", "candidate")}
    columns |= {c: pd.Series(dtype=float) for c in [*_SHARES, "gain", "move_metres"]}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs), index=pd.RangeIndex(1, 1, name="rank"))
