"""Attach hotspots to areas by the share of their incidents and harm in each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.locate import INSIDE, OUTSIDE, TIE, collapse_points, locate_points
from boundaries.sums import announce_sums, label_rows, tabulate_sums
from hotspots.checks import announce, require_metres


def attach_polygons(
    spots: gpd.GeoDataFrame,
    areas: Mapping[str, gpd.GeoDataFrame],
    *,
    incidents: gpd.GeoDataFrame | None,
    within: float,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Give each hotspot the area with most of its incidents, and list the share of every area.

    In the reconciliation "tie" counts hotspots with two equally large shares (settled by harm, then the
    first by code); "nearest" is always 0, because the nearest rule already worked on the incidents.
    """
    held = _hold_incidents(spots, incidents)
    columns: dict[str, Any] = {}
    sums: dict[str, list[int]] = {}
    for layer, some in areas.items():
        pieces = _share_ground(spots, some)
        if incidents is not None and held is not None:
            counted = _share_incidents(held, some, within)
            # A hotspot that none of these incidents is in still lies somewhere: its ground says where.
            pieces = pd.concat([counted, pieces[~pieces["spot"].isin(held["spot"])]])
        area, how = _choose_largest(pieces, some, len(spots))
        columns |= label_rows(some, area, layer=layer, index=spots.index)
        measures = ["incidents", "harm"] if held is not None and "harm" in held else ["incidents"]
        for measure, column in zip(measures, (f"{layer}_shares", f"{layer}_harm_shares"), strict=False):
            columns[column] = _list_shares(pieces, some, measure, spots.index)
        totals = np.bincount(how, minlength=4)
        sums[layer] = [len(spots), *map(int, totals)]
        crossing = int((pieces[pieces["area"] >= 0].groupby("spot").size() > 1).sum())
        if crossing:
            announce(f"{layer}: {crossing:,} of {len(spots):,} hotspots lie in more than one area.")
    reconciliation = tabulate_sums(sums)
    announce_sums(reconciliation, unit="hotspots", within=within)
    return spots.assign(**columns), reconciliation


def _hold_incidents(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame | None) -> pd.DataFrame | None:
    """Pairs of a hotspot and a distinct coordinate in it, with the incidents and harm there."""
    if incidents is None:
        announce("Hotspots are attached by ground area: pass incidents= to attach them by their incidents.")
        return None
    require_metres(incidents, what="incidents")
    points, position = collapse_points(incidents.geometry)
    measures = [m for m in ("incidents", "harm") if m in incidents]
    weights = pd.DataFrame(incidents[measures]).assign(incidents=incidents.get("incidents", 1))
    totals = weights.astype(float).groupby(position).sum()
    spot, point = shapely.STRtree(points).query(spots.geometry.to_numpy(), predicate="intersects")
    pairs: pd.DataFrame = totals.iloc[point].reset_index(drop=True).assign(spot=spot, point=points[point])
    empty = len(spots) - len(np.unique(spot))
    if empty:
        announce(
            f"{empty:,} of {len(spots):,} hotspots hold none of these incidents: attached by ground area."
        )
    return pairs


def _share_incidents(held: pd.DataFrame, areas: gpd.GeoDataFrame, within: float) -> pd.DataFrame:
    measures = [m for m in ("incidents", "harm") if m in held]
    area = locate_points(held["point"].to_numpy(), areas, within=within).area
    sums = held.assign(area=area).groupby(["spot", "area"], as_index=False)[measures].sum()
    whole = sums.groupby("spot")[measures].transform("sum")
    # Without any harm at all there is nothing to share out: leave 0, not a division by zero.
    sums[measures] = (sums[measures] / whole.where(whole > 0)).fillna(0.0)
    return sums


def _share_ground(spots: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    shapes, grounds = spots.geometry.to_numpy(), areas.geometry.to_numpy()
    spot, area = shapely.STRtree(grounds).query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[spot], grounds[area]))
    share = np.minimum(common / shapely.area(shapes)[spot], 1.0)
    pieces = pd.DataFrame({"spot": spot, "area": area, "incidents": share, "harm": share})
    return pieces[pieces["incidents"] > 0]


def _sort_pieces(pieces: pd.DataFrame, areas: gpd.GeoDataFrame, by: list[str]) -> pd.DataFrame:
    codes = areas["code"].to_numpy(dtype=object)
    inside = pieces[pieces["area"] >= 0]
    inside = inside.assign(code=codes[inside["area"].to_numpy(dtype=np.intp)])
    return inside.sort_values(["spot", *by, "code"], ascending=[True, *[False] * len(by), True])


def _choose_largest(pieces: pd.DataFrame, areas: gpd.GeoDataFrame, count: int) -> tuple[Any, Any]:
    by = [m for m in ("incidents", "harm") if m in pieces]
    ordered = _sort_pieces(pieces, areas, by)
    area = np.full(count, -1, dtype=np.intp)
    how = np.full(count, OUTSIDE, dtype=np.intp)
    top = ordered.drop_duplicates("spot")
    area[top["spot"]], how[top["spot"]] = top["area"], INSIDE
    largest = ordered.groupby("spot")["incidents"].transform("max")
    level = ordered[np.isclose(ordered["incidents"], largest, rtol=1e-12)].groupby("spot").size()
    how[level[level > 1].index.to_numpy(dtype=np.intp)] = TIE
    return area, how


def _list_shares(
    pieces: pd.DataFrame, areas: gpd.GeoDataFrame, measure: str, index: pd.Index[Any]
) -> pd.Series[Any]:
    names = areas["name"].to_numpy(dtype=object)
    lists: list[list[tuple[str, float]]] = [[] for _ in range(len(index))]
    ordered = _sort_pieces(pieces, areas, [measure])
    for spot, area, share in zip(ordered["spot"], ordered["area"], ordered[measure], strict=True):
        lists[int(spot)].append((str(names[int(area)]), float(share)))
    return pd.Series(lists, index=index, dtype=object)
