"""Attach hotspots to areas by the share of their incidents and harm in each."""

from collections.abc import Collection, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.locate import INSIDE, OUTSIDE, TIE, Located, collapse_points, locate_layers, pair_points
from boundaries.overlapping_layers import collect_lists
from boundaries.reconciliation import announce_sums, label_rows, tabulate_sums
from hotspots.checks import announce, require_metres
from hotspots.common.wording import say_count


def attach_polygons(
    spots: gpd.GeoDataFrame,
    areas: Mapping[str, gpd.GeoDataFrame],
    *,
    incidents: gpd.GeoDataFrame | None,
    within: Mapping[str, float],
    overlapping: Collection[str],
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Give each hotspot the area with most of its incidents, and list the share of every area.

    In the reconciliation "tie" counts hotspots with two equally large shares (settled by harm, then the
    first by code); "nearest" is always 0, because the nearest rule already worked on the incidents.
    """
    held = _hold_incidents(spots, incidents)
    single = {layer: some for layer, some in areas.items() if layer not in overlapping}
    found = locate_layers(held["point"].to_numpy(), single, within=within) if held is not None else {}
    columns: dict[str, Any] = {}
    sums: dict[str, Any] = {}
    for layer, some in areas.items():
        pieces = _share_out(spots, some, held, found.get(layer))
        if layer in overlapping:
            labels, how = _list_all(pieces, some, layer, spots.index)
        else:
            area, how = _choose_largest(pieces, some, len(spots))
            labels = label_rows(some, area, layer=layer, index=spots.index)
            _announce_crossing(pieces, layer, len(spots))
        columns |= labels
        for measure, column in (("incidents", f"{layer}_shares"), ("harm", f"{layer}_harm_shares")):
            if measure == "incidents" or (held is not None and measure in held):
                columns[column] = _list_shares(pieces, some, measure, spots.index)
        sums[layer] = np.bincount(how, minlength=4)
    reconciliation = tabulate_sums(sums)
    announce_sums(reconciliation, unit="hotspots", within=within)
    return spots.assign(**columns), reconciliation


def _hold_incidents(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame | None) -> pd.DataFrame | None:
    """Pairs of a hotspot and a distinct coordinate in it, with the incidents and harm there."""
    if incidents is None:
        announce("Hotspots are attached by ground area: pass incidents= to attach them by what they hold.")
        return None
    require_metres(incidents, what="incidents", like=spots)
    # a record without a place lies in no hotspot
    incidents = incidents[incidents.geometry.notna() & ~incidents.geometry.is_empty]
    points, position = collapse_points(incidents.geometry)
    harm = ["harm"] if "harm" in incidents else []
    weights = pd.DataFrame(incidents[harm]).assign(incidents=incidents.get("incidents", 1))
    totals = weights.astype(float).groupby(position).sum()
    spot, point = pair_points(points, spots.geometry.to_numpy())
    pairs: pd.DataFrame = totals.iloc[point].reset_index(drop=True).assign(spot=spot, point=points[point])
    empty = len(spots) - len(np.unique(spot))
    if empty:
        of = say_count(len(spots), "hotspot")
        announce(f"None of these records lies in {empty:,} of {of}: attached by ground area.")
    return pairs


def _share_out(
    spots: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, held: pd.DataFrame | None, found: Located | None
) -> pd.DataFrame:
    """Share of each hotspot's incidents and harm in each area; -1 for in none."""
    ground = _share_ground(spots, areas)
    if held is None:
        return ground
    if found is None:
        area, row = pair_points(held["point"].to_numpy(), areas.geometry.to_numpy())
        located = held.iloc[row].assign(area=area)
    else:
        located = held.assign(area=found.area)
    measures = [m for m in ("incidents", "harm") if m in held]
    counted: pd.DataFrame = located.groupby(["spot", "area"], as_index=False)[measures].sum()
    whole = held.groupby("spot")[measures].sum().reindex(counted["spot"]).to_numpy()
    # Without any harm at all there is nothing to share out: leave 0, not a division by zero.
    counted[measures] = np.divide(counted[measures], whole, out=np.zeros_like(whole), where=whole > 0)
    # A hotspot that none of these incidents is in still lies somewhere: its ground says where.
    return pd.concat([counted, ground[~ground["spot"].isin(held["spot"])]])


def _share_ground(spots: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    shapes, grounds = spots.geometry.to_numpy(), areas.geometry.to_numpy()
    spot, area = shapely.STRtree(grounds).query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[spot], grounds[area]))
    share = np.minimum(common / shapely.area(shapes)[spot], 1.0)
    pieces = pd.DataFrame({"spot": spot, "area": area, "incidents": share, "harm": share})
    return pieces[pieces["incidents"] > 0]


def _announce_crossing(pieces: pd.DataFrame, layer: str, count: int) -> None:
    crossing = int((pieces[pieces["area"] >= 0].groupby("spot").size() > 1).sum())
    if crossing:
        announce(f"{layer}: more than one area holds part of {crossing:,} of {say_count(count, 'hotspot')}.")


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


def _list_all(
    pieces: pd.DataFrame, areas: gpd.GeoDataFrame, layer: str, index: "pd.Index[Any]"
) -> tuple[dict[str, Any], Any]:
    inside = pieces[pieces["area"] >= 0]
    holder, held = inside["area"].to_numpy(dtype=np.intp), inside["spot"].to_numpy(dtype=np.intp)
    return collect_lists(areas, holder, held, len(index), np.arange(len(index)), layer=layer, index=index)


def _list_shares(
    pieces: pd.DataFrame, areas: gpd.GeoDataFrame, measure: str, index: "pd.Index[Any]"
) -> "pd.Series[Any]":
    names = areas["name"].to_numpy(dtype=object)
    lists: list[list[tuple[str, float]]] = [[] for _ in range(len(index))]
    ordered = _sort_pieces(pieces, areas, [measure])
    for spot, area, share in zip(ordered["spot"], ordered["area"], ordered[measure], strict=True):
        lists[int(spot)].append((str(names[int(area)]), float(share)))
    return pd.Series(lists, index=index, dtype=object)
