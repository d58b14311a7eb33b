"""Repeat places: the streets and points with most incidents and most harm, one street at a time."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.checks import InputError, count_weighed, require_columns
from hotspots.common.place_names import KINDS_OF_PLACE, default_location
from hotspots.common.places import Places, collapse_incidents, pick_busiest
from hotspots.common.plan_words import strip_near
from hotspots.reading._address_lookup import fold_key
from hotspots.reading.kinds import split_by_source

# Streets of one name in two towns are two streets; points of one street stand closer than this.
APART = 500.0


def rank_places(
    incidents: gpd.GeoDataFrame, *, by: str = "street", within: Any = None, apart: float = APART, top: int | None = None
) -> gpd.GeoDataFrame:
    """Rank streets or points by harm (by incidents where there is none), the worst first.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents or places in EPSG:27700 with ``place``; ``harm`` is used where it is there.
    by : {"street", "point"}
        A street is all points of one name that stand within ``apart`` metres of the next. Kinds of place
        ("Supermarket", "Parking Area") and rows without a name are points.
    within : geometry, optional
        Only places in it, such as one hotspot's outline. None: everywhere.
    apart : float
        Metres beyond which two points of one name are two streets.
    top : int, optional
        Only so many, the worst: of a country's million points the others need not be drawn. None: all.

    Returns
    -------
    GeoDataFrame
        Index ``rank``: ``name``, ``kind`` ("street" or "point"), ``incidents``, ``harm`` (NaN where not
        given), ``share_of_incidents``, ``share_of_harm``, ``rank_by_incidents``, ``rank_by_harm``, ``places``
        (distinct points), ``default_location`` (the kind of place that records default to, or ""), then
        ``incidents from <source>`` for each source where there are several, and ``geometry`` (the points).

    Raises
    ------
    InputError
        If ``by`` is neither street nor point, or the records are not in EPSG:27700.

    Examples
    --------
    >>> places = ["On or near Boar Lane", "On or near Boar Lane", "On or near Briggate"]
    >>> xy = gpd.points_from_xy([430000, 430000, 430500], [433000] * 3)
    >>> rows = gpd.GeoDataFrame({"place": places, "source": "police.uk"}, geometry=xy, crs=27700)
    >>> rank_places(rows)[["name", "incidents"]].to_numpy().tolist()
    [['Boar Lane', 2], ['Briggate', 1]]
    """
    if by not in ("street", "point"):
        raise InputError("Places are ranked by street or by point", given=f"by={by!r}", advice="by='street'")
    require_columns(incidents, ["place", "source"], what="incidents")
    if within is not None:
        shapely.prepare(within)
        incidents = incidents[shapely.intersects(within, incidents.geometry.to_numpy())]
    found = collapse_incidents(incidents)
    group, labels = _group(incidents["place"].fillna("").astype("str"), found, by, apart)
    return _tabulate(incidents, group, labels, found.rows, top)


def _group(texts: pd.Series, found: Places, by: str, apart: float) -> tuple[np.ndarray[Any, Any], pd.DataFrame]:
    """Find the number of each row's place, and each place's ``name`` (in order of the names) and ``kind``."""
    text, distinct = pd.factorize(texts)
    named, names = pd.factorize(np.array([strip_near(str(t)) for t in distinct], dtype=object), sort=True)
    folds = [fold_key(n, kind="street") for n in names]
    generic = {fold_key(k, kind="street") for k in (*KINDS_OF_PLACE, "")}
    name = named.astype(np.int64)[text]
    if by == "point":
        fold, alone = np.zeros(len(name), dtype=np.int64), np.ones(len(name), dtype=bool)
    else:
        fold = pd.factorize(np.array(folds, dtype=object))[0].astype(np.int64)[name]
        alone = np.array([f in generic for f in folds], dtype=bool)[name]
    points = max(len(found.xy), 1)
    site, keys = pd.factorize(fold * points + found.inverse)
    by_itself = np.zeros(len(keys), dtype=bool)
    by_itself[site] = alone
    group = _connected(keys // points, found.xy[keys % points], by_itself, apart)[site]
    return group, _label(group, name, names, alone, found.rows)


def _label(group: Any, name: Any, names: Any, alone: Any, counts: Any) -> pd.DataFrame:
    """Name of most records of each group (of two, the first in the alphabet), and whether it is a point."""
    _, top = pick_busiest(group, name, counts)
    single = np.zeros(len(top), dtype=bool)
    single[group] = alone
    kind = pd.Series(np.where(single, "point", "street"), dtype="str")
    return pd.DataFrame({"name": pd.Categorical.from_codes(top, names, ordered=True), "kind": kind})


def _connected(fold: Any, xy: Any, alone: Any, apart: float) -> np.ndarray[Any, Any]:
    """Give each site its street's number: sites of one name, each within ``apart`` metres of the next."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    part = np.arange(len(xy))
    mine = np.flatnonzero(~alone)
    if len(mine):
        pairs = cKDTree(np.column_stack([xy[mine], fold[mine] * 4 * apart])).query_pairs(apart, output_type="ndarray")
        links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(mine),) * 2)
        part[mine] = len(xy) + connected_components(links, directed=False)[1]
    return np.asarray(pd.factorize(part)[0], dtype=np.int64)


def _tabulate(
    incidents: gpd.GeoDataFrame, group: np.ndarray[Any, Any], labels: pd.DataFrame, counts: Any, top: int | None
) -> gpd.GeoDataFrame:
    has_harm = "harm" in incidents.columns
    harm = incidents["harm"].to_numpy(dtype=float) if has_harm else np.full(len(incidents), np.nan)
    rows = pd.DataFrame({"group": group, "n": counts, "harm": harm, "weighed": count_weighed(incidents)})
    sums = rows.groupby("group")[["n", "harm", "weighed"]].sum(min_count=1).reindex(labels.index)
    harms = sums["harm"].astype(float).where(sums["weighed"] > 0)
    table = labels.assign(incidents=sums["n"].astype("int64"), harm=harms)
    table["share_of_incidents"] = table["incidents"] / max(int(table["incidents"].sum()), 1)
    table["share_of_harm"] = table["harm"] / table["harm"].sum() if has_harm else np.nan
    table["rank_by_incidents"] = table["incidents"].rank(ascending=False, method="min").astype("Int64")
    table["rank_by_harm"] = table["harm"].rank(ascending=False, method="min").astype("Int64")
    worst = ["harm", "incidents"] if has_harm else ["incidents"]
    order = table.sort_values([*worst, "name"], ascending=[*[False] * len(worst), True], kind="stable")
    order = order.head(len(order) if top is None else top).astype({"name": "str"})
    points = _points(incidents, group, len(labels), order.index.to_numpy())
    order = order.assign(places=shapely.get_num_geometries(points).astype("int64"))
    known = {name: default_location(name) for name in order["name"].unique()}
    order["default_location"] = order["name"].map(known).astype("str")
    order = order.join(split_by_source(incidents, pd.Series(group)))
    order["geometry"] = gpd.GeoSeries(points, index=order.index, crs=incidents.crs)
    order.index = pd.RangeIndex(1, len(order) + 1, name="rank")
    return gpd.GeoDataFrame(order, geometry="geometry", crs=incidents.crs)


def _points(
    incidents: gpd.GeoDataFrame, group: np.ndarray[Any, Any], groups: int, wanted: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Distinct points of each wanted group as one multipoint."""
    rank = np.full(groups, -1)
    rank[wanted] = np.arange(len(wanted))
    mine = rank[group] >= 0
    xy = shapely.get_coordinates(incidents.geometry.to_numpy()[mine])
    sites = np.unique(np.column_stack([rank[group][mine], xy]), axis=0)
    out = np.empty(len(wanted), dtype=object)
    if len(sites):
        points = np.asarray(shapely.points(sites[:, 1:]), dtype=object)
        shapely.multipoints(points, indices=sites[:, 0].astype(int), out=out)
    return out
