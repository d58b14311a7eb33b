"""Stops that can be patrolled: hotspots or their parts, with what is at stake in the hours of the shift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import Point

from hotspots.checks import InputError, announce, closest_name, require_metres
from hotspots.demand import Problem, check_measure, keep_profile, part_rows
from hotspots.shifts import Shift, within_shift

MEASURES = ("harm", "incidents")


def list_stops(
    spots: gpd.GeoDataFrame,
    *,
    by: str,
    incidents: gpd.GeoDataFrame | None,
    profile: Problem,
    pattern: Mapping[int, Shift],
    already: Mapping[Any, float] | Iterable[Any],
) -> gpd.GeoDataFrame:
    """One row per stop, index ``stop`` from 1: each hotspot, or each part of a clustered one."""
    check_measure(by)
    parts = part_rows(spots)
    rows = spots.loc[parts["label"]]
    named = ["rank", "ref", "name"]
    table = pd.DataFrame(
        {"rank": parts["label"], "ref": rows["ref"].to_numpy(), "name": rows["name"].to_numpy()}
    )
    street = parts["street"].fillna("").astype(str)
    table["name"] = np.where(parts["part"].gt(0) & street.ne(""), street, table["name"])
    table["part"] = parts["part"].astype("int64")
    table[["incidents", "harm"]] = parts[["incidents", "harm"]].astype(float).to_numpy()
    shapes = [
        Point(e, n).buffer(r) if part and np.isfinite(r) else whole
        for e, n, r, part, whole in zip(
            parts["easting"], parts["northing"], parts["radius"], parts["part"], rows.geometry, strict=True
        )
    ]
    totals = _totals(spots, table)
    if incidents is not None:
        totals = _recount(table, parts, shapes, incidents, profile, pattern)
    elif profile is not None:
        raise InputError("A profile needs the incidents behind the hotspots", advice="incidents=incidents")
    for measure in MEASURES:
        table[f"share_of_{measure}"] = table[measure] / totals[measure] if totals[measure] > 0 else np.nan
    if len(table) and not table[by].sum() > 0:
        raise InputError(
            f"The hotspots hold no {by} to cover",
            given=f"{len(spots)} hotspots whose {by} adds up to 0 in these hours",
            advice="by='incidents'" if by == "harm" else "other hours, or another profile",
        )
    table["already"] = _already(table, spots, already)
    table["streets"] = [
        [name] if part and name else list(streets) if isinstance(streets, list) else []
        for part, name, streets in zip(
            parts["part"], street, rows.get("streets", pd.Series([None] * len(rows))), strict=True
        )
    ]
    layers = [c for c in spots.columns if str(c).endswith(("_code", "_name")) and c not in named]
    table[layers] = rows[layers].to_numpy()
    table[["easting", "northing"]] = parts[["easting", "northing"]].astype(float).to_numpy()
    table.index = pd.RangeIndex(1, len(table) + 1, name="stop")
    return gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(shapes, index=table.index, crs=spots.crs), crs=spots.crs
    )


def fold(name: object) -> str:
    """Name with "&" and case folded, to compare names of areas and places."""
    return " ".join(str(name).casefold().replace("&", " and ").split())


def name_spots(label: Any, spots: gpd.GeoDataFrame) -> Any:
    """Rank of the hotspot that a rank, a ref or a name means."""
    if not isinstance(label, str) and label in spots.index:
        return label
    for column in ("ref", "name"):
        hits = spots.index[spots[column].map(fold) == fold(label)]
        if len(hits):
            return hits[0]
    near = closest_name(str(label), [*spots["ref"], *spots["name"]])
    raise InputError(
        "There is no such hotspot", given=repr(label), advice=f"'{near}'" if near else "its rank or ref"
    )


def _totals(spots: gpd.GeoDataFrame, table: pd.DataFrame) -> dict[str, float]:
    """All that was recorded, worked out from the shares; else what the hotspots hold."""
    totals = {}
    for measure in MEASURES:
        share = f"share_of_{measure}"
        shares = float(spots[share].sum()) if share in spots.columns else 0.0
        held = float(spots[measure].sum()) if measure in spots.columns else float(table[measure].sum())
        totals[measure] = held / shares if shares > 0 else held
    return totals


def _recount(
    table: pd.DataFrame,
    parts: pd.DataFrame,
    shapes: list[Any],
    incidents: gpd.GeoDataFrame,
    profile: Problem,
    pattern: Mapping[int, Shift],
) -> dict[str, float]:
    """Count incidents and harm anew: those of the profile, in the hours of the shift."""
    require_metres(incidents, what="incidents")
    rows = keep_hours(keep_profile(incidents, profile, what="incidents"), pattern)
    weight = pd.DataFrame(
        {
            "incidents": rows["incidents"].to_numpy(dtype=float)
            if "incidents" in rows
            else np.ones(len(rows)),
            "harm": rows["harm"].to_numpy(dtype=float) if "harm" in rows else np.full(len(rows), np.nan),
        }
    )
    stop = which_stop(rows, shapes, parts[["easting", "northing"]].to_numpy(dtype=float))
    inside = stop >= 0
    for measure in MEASURES:
        weights = weight[measure].to_numpy()
        table[measure] = np.bincount(stop[inside], weights[inside], minlength=len(table))
    return {measure: float(weight[measure].sum()) for measure in MEASURES}


def keep_hours(rows: gpd.GeoDataFrame, pattern: Mapping[int, Shift]) -> gpd.GeoDataFrame:
    """Incidents in the hours of the shift; all of them, said aloud, where none has a clock."""
    clock = rows["precision"].eq("minute") if "precision" in rows.columns else pd.Series(False, rows.index)
    if not clock.any():
        announce("No record has a time of day: the harm of the whole day stands for the hours of the shift.")
        return rows
    if not clock.all():
        announce(
            f"{int((~clock).sum())} records without a time of day are not counted in the hours of the shift."
        )
    timed = rows[clock]
    return timed[within_shift(timed["when"], pattern)]


def which_stop(points: gpd.GeoDataFrame, shapes: Any, centres: np.ndarray) -> np.ndarray:
    """Row of the stop each point is in, or -1; where shapes overlap, the one whose centre is nearest."""
    stop = np.full(len(points), -1, dtype=np.int64)
    at, shape = shapely.STRtree(np.asarray(shapes)).query(points.geometry.to_numpy(), predicate="intersects")
    xy = np.column_stack([points.geometry.x, points.geometry.y])
    metres = np.hypot(*(xy[at] - centres[shape]).T)
    order = np.lexsort((shape, -metres))
    stop[at[order]] = shape[order]
    return stop


def _already(
    table: pd.DataFrame, spots: gpd.GeoDataFrame, already: Mapping[Any, float] | Iterable[Any]
) -> np.ndarray:
    given = already if isinstance(already, Mapping) else dict.fromkeys(already, 1.0)
    shares = pd.Series(0.0, index=spots.index)
    for label, share in given.items():
        if not 0 <= share <= 1:
            raise InputError(
                "What others already cover is a share from 0 to 1", given=f"already={{{label!r}: {share}}}"
            )
        shares[name_spots(label, spots)] = float(share)
    return shares.reindex(table["rank"]).to_numpy()
