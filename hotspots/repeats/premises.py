"""Premises and blocks: each incident to its nearest within a stated distance; ranked, with concentration."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.checks import InputError, announce, count_weighed, require_metres
from hotspots.common.places import collapse_incidents, incidents_per_row
from hotspots.reading.kinds import split_by_source

SNAPPED = 100.0


def assign_premises(incidents: gpd.GeoDataFrame, premises: gpd.GeoDataFrame, *, distance: float) -> pd.DataFrame:
    """Nearest of some premises to each incident, within a distance.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents or places in EPSG:27700.
    premises : GeoDataFrame
        Points or outlines in EPSG:27700: licensed premises, tower blocks, schools.
    distance : float
        Metres within which an incident is put down to a place.

    Returns
    -------
    DataFrame
        On the index of ``incidents``: ``premises`` (index of ``premises``; missing where none is near enough)
        and ``metres`` to it (NaN where none). At equal distance the first in ``premises`` has it.
    """
    order, metres = _place_of(incidents, premises, distance)
    names = np.full(len(premises) + 1, None, dtype=object)  # the last is for none near enough
    for number, name in enumerate(premises.index):
        names[number] = name  # one by one: a tuple where the index has levels
    return pd.DataFrame({"premises": names[order], "metres": metres}, index=incidents.index)


def _place_of(
    incidents: gpd.GeoDataFrame, premises: gpd.GeoDataFrame, distance: float
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Position of the premises that each row is put down to (-1: none), and the metres to them."""
    require_metres(incidents, what="incidents")
    require_metres(premises, what="premises", like=incidents)
    if not distance > 0:
        raise InputError("The distance must be above 0 metres", given=f"distance={distance}", advice="50")
    if distance < SNAPPED and len(incidents) and incidents.get("source", pd.Series()).eq("police.uk").any():
        announce(
            f"police.uk points are moved to the middle of a street, about {SNAPPED:g} m apart: within "
            f"{distance:g} m most of them belong to a street, not to the premises beside it."
        )
    found = collapse_incidents(incidents)
    order, metres = _nearest(shapely.points(found.xy), premises.geometry.to_numpy(), distance)
    return order[found.inverse], metres[found.inverse]


def _nearest(points: Any, shapes: Any, distance: float) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Position of the nearest shape to each point (-1: none within the distance) and the metres to it."""
    order, metres = np.full(len(points), -1), np.full(len(points), np.nan)
    if not len(points) or not len(shapes):
        return order, metres
    tree = shapely.STRtree(shapes)
    pairs, gaps = tree.query_nearest(points, max_distance=distance, return_distance=True, all_matches=True)
    by = np.lexsort((pairs[1], gaps, pairs[0]))
    one, first = np.unique(pairs[0][by], return_index=True)
    order[one], metres[one] = pairs[1][by][first], gaps[by][first]
    return order, metres


def rank_premises(incidents: gpd.GeoDataFrame, premises: gpd.GeoDataFrame, *, distance: float) -> gpd.GeoDataFrame:
    """Rank premises by the harm (or the incidents) put down to them, with their concentration.

    Parameters
    ----------
    incidents, premises, distance
        As for `assign_premises`.

    Returns
    -------
    GeoDataFrame
        The columns of ``premises``, worst first on the index ``rank``, with ``incidents``, ``harm`` (NaN
        where not given), ``incidents from <source>`` where there are several, ``share_of_incidents`` of all
        those put down to any premises, ``cumulative_share`` of harm (or of incidents) and
        ``share_of_premises`` so far: the riskiest 5% hold so much. Premises without incidents stay, last.
        `measure_concentration` sets the chance level beside it.

    Raises
    ------
    InputError
        As `assign_premises`.

    Examples
    --------
    >>> doors = gpd.points_from_xy([0, 500], [0, 0])
    >>> pubs = gpd.GeoDataFrame({"name": ["A", "B"]}, geometry=doors, crs=27700)
    >>> rows = gpd.GeoDataFrame(geometry=gpd.points_from_xy([499, 3, 4], [0, 0, 0]), crs=27700)
    >>> rank_premises(rows, pubs, distance=10)[["name", "incidents"]].to_numpy().tolist()
    [['A', 2], ['B', 1]]
    """
    # by position: premises may share a label, or have labels of several levels
    at, _ = _place_of(incidents, premises, distance)
    counts, near, every = incidents_per_row(incidents), at >= 0, range(len(premises))
    has_harm = "harm" in incidents.columns
    rows = pd.DataFrame({"at": at, "incidents": counts})
    rows["harm"] = incidents["harm"].to_numpy(dtype=float) if has_harm else np.nan
    rows["weighed"] = count_weighed(incidents)
    sums = rows[near].groupby("at")[["incidents", "harm", "weighed"]].sum().reindex(every)
    table = premises.copy()
    table["incidents"] = sums["incidents"].fillna(0).to_numpy(dtype=np.int64)
    table["harm"] = sums["harm"].fillna(0.0).to_numpy(dtype=float) if has_harm else np.nan
    split = split_by_source(incidents[near], pd.Series(at[near])).reindex(every)
    for column in split.columns:
        table[column] = split[column].fillna(0).to_numpy(dtype=np.int64)
    worth = "harm" if rows["weighed"].any() else "incidents"
    order = table.reset_index(drop=True).sort_values([worth, "incidents"], ascending=False, kind="stable").index
    table = table.iloc[order]
    total = max(float(table[worth].sum()), 1e-12)
    table["share_of_incidents"] = table["incidents"] / max(int(table["incidents"].sum()), 1)
    table["cumulative_share"] = table[worth].cumsum() / total
    table["share_of_premises"] = np.arange(1, len(table) + 1) / max(len(table), 1)
    lost = int(counts.sum() - table["incidents"].sum())
    announce(f"{lost:,} of {int(counts.sum()):,} records have no premises within {distance:g} m.")
    unweighed = sums["weighed"].eq(0).loc[order].to_numpy() & table["incidents"].gt(0).to_numpy()
    table["harm"] = table["harm"].mask(unweighed)
    table.index = pd.RangeIndex(1, len(table) + 1, name="rank")
    return table
