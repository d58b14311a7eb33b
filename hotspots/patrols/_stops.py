"""Stops that can be patrolled: hotspots or their parts, with what is at stake in the hours of the shift."""

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import Point

from hotspots.checks import InputError, announce, closest_name, require_metres
from hotspots.common.place_names import flag_default_locations
from hotspots.common.wording import say_count
from hotspots.finding.assign import rows_near
from hotspots.patrols._shifts import Shift, within_shift
from hotspots.patrols._stop_names import list_streets, name_stops
from hotspots.reading.crosswalks import fold_label
from hotspots.severity.demand import Problem, check_measure, keep_profile, part_rows

MEASURES = ("harm", "incidents")
_OWN = ("rank", "ref", "name")


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
    _require_ranks(spots)
    parts = part_rows(spots)
    rows = spots.loc[parts["label"]]
    table, shapes, totals = _bare(parts, rows), _outline(parts, rows), {}
    centres = parts[["easting", "northing"]].to_numpy(dtype=float)
    if incidents is None:
        totals = _totals(spots, table)
        if profile is not None:
            raise InputError(
                "A profile needs the incidents behind the hotspots",
                given="incidents=None",
                advice="incidents=incidents",
            )
        places = _places(parts, rows)
    else:
        require_metres(incidents, what="incidents", like=spots)
        counted = keep_hours(keep_profile(incidents, profile, what="incidents"), pattern)
        stop = which_stop(counted, shapes, centres)
        totals = _recount(table, counted, stop)
        found = list_streets(stop, counted, len(table), _column(counted, "incidents", 1.0))
        places = [new or old for new, old in zip(found, _places(parts, rows), strict=True)]
    for measure in MEASURES:
        table[f"share_of_{measure}"] = table[measure] / totals[measure] if totals[measure] > 0 else np.nan
    if len(table) and not table[by].sum() > 0:
        raise InputError(
            f"The hotspots hold no {by} to cover",
            given=f"{len(spots)} hotspots whose {by} adds up to 0 in these hours",
            advice="by='incidents', or other hours" if by == "harm" else "other hours, or another profile",
        )
    table["already"] = _already(table, spots, already)
    table["default_location"] = _default_location(table, rows)
    table["name"], table["streets"] = name_stops(table, places)
    layers = [c for c in spots.columns if str(c).endswith(("_code", "_name")) and c not in _OWN]
    table[layers] = rows[layers].to_numpy()
    table[["easting", "northing"]] = centres
    table.index = pd.RangeIndex(1, len(table) + 1, name="stop")
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index, crs=spots.crs), crs=spots.crs)


def _require_ranks(spots: gpd.GeoDataFrame) -> None:
    twice = spots.index[spots.index.duplicated()]
    if len(twice):
        raise InputError(
            "Each hotspot needs a rank of its own",
            given=f"rank {twice[0]} comes more than once",
            advice="spots.set_axis(range(1, len(spots) + 1))",
        )


def _bare(parts: pd.DataFrame, rows: gpd.GeoDataFrame) -> pd.DataFrame:
    table = pd.DataFrame({"rank": parts["label"], "ref": rows["ref"].to_numpy()})
    street = parts["street"].fillna("").astype("str")
    table["name"] = np.where(parts["part"].gt(0) & street.ne(""), street, rows["name"].to_numpy())
    table["part"] = parts["part"].astype("int64")
    table[["incidents", "harm"]] = parts[["incidents", "harm"]].astype(float).to_numpy()
    return table


def _outline(parts: pd.DataFrame, rows: gpd.GeoDataFrame) -> list[Any]:
    """Take the hotspot itself, or a disc around each part."""
    columns = (parts[c] for c in ("easting", "northing", "radius", "part"))
    return [
        Point(e, n).buffer(r) if part and np.isfinite(r) else whole
        for e, n, r, part, whole in zip(*columns, rows.geometry, strict=True)
    ]


def _places(parts: pd.DataFrame, rows: gpd.GeoDataFrame) -> list[list[str]]:
    """Streets as the spots list them: of a part only its busiest."""
    listed = rows["streets"] if "streets" in rows.columns else [None] * len(rows)
    return [
        ([street] if street else []) if part else list(streets) if isinstance(streets, list) else []
        for part, street, streets in zip(parts["part"], parts["street"].fillna(""), listed, strict=True)
    ]


def _default_location(table: pd.DataFrame, rows: gpd.GeoDataFrame) -> list[str]:
    """Kind of place that records default to, from the stop's name, else as the spots say for most of it."""
    named = flag_default_locations(table["name"])
    if "default_location" not in rows.columns:
        return named.tolist()
    mostly = rows["default_location_share"].ge(0.5).to_numpy() & table["part"].eq(0).to_numpy()
    stated = rows["default_location"].fillna("").astype("str").to_numpy()
    return [name or (kind if most else "") for name, kind, most in zip(named, stated, mostly, strict=True)]


def name_spots(label: Any, spots: gpd.GeoDataFrame) -> Any:
    """Rank of the hotspot that a rank, a ref or a name means."""
    if not isinstance(label, str) and label in spots.index:
        return label
    for column in ("ref", "name"):
        hits = spots.index[spots[column].map(fold_label) == fold_label(label)]
        if len(hits):
            return hits[0]
    near = closest_name(str(label), spots["name"])  # a reference like it may stand miles away
    raise InputError("There is no such hotspot", given=repr(label), advice=f"'{near}'" if near else "its rank or ref")


def _totals(spots: gpd.GeoDataFrame, table: pd.DataFrame) -> dict[str, float]:
    """All that was recorded, worked out from the shares; else what the hotspots hold."""
    totals = {}
    for measure in MEASURES:
        share = f"share_of_{measure}"
        shares = float(spots[share].sum()) if share in spots.columns else 0.0
        held = float(spots[measure].sum()) if measure in spots.columns else float(table[measure].sum())
        totals[measure] = held / shares if shares > 0 else held
    return totals


def _column(rows: pd.DataFrame, name: str, default: float) -> Any:
    return rows[name].to_numpy(dtype=float) if name in rows.columns else np.full(len(rows), default)


def _recount(table: pd.DataFrame, counted: gpd.GeoDataFrame, stop: Any) -> dict[str, float]:
    """Count incidents and harm anew in each stop; returns all there is of each."""
    totals, inside = {}, stop >= 0
    for measure, default in (("harm", np.nan), ("incidents", 1.0)):
        weights = _column(counted, measure, default)
        table[measure] = np.bincount(stop[inside], weights[inside], minlength=len(table))
        if np.isnan(weights).all():
            table[measure] = np.nan
        totals[measure] = float(weights.sum())
    return totals


def keep_hours(rows: gpd.GeoDataFrame, pattern: Mapping[int, Shift]) -> gpd.GeoDataFrame:
    """Incidents in the hours of the shift; all of them, said aloud, where none has a clock."""
    clock = rows["precision"].eq("minute") if "precision" in rows.columns else pd.Series(False, rows.index)
    if not clock.any():
        announce("No record has a time of day: those of the whole day stand for the hours of the shift.")
        return rows
    if not clock.all():
        announce(f"{say_count((~clock).sum(), 'record')} without a time of day not counted in the shift's hours.")
    timed = rows[clock]
    return timed[within_shift(timed["when"], pattern)]


def which_stop(points: gpd.GeoDataFrame, shapes: Any, centres: np.ndarray) -> np.ndarray:
    """Row of the stop each point is in, or -1; where shapes overlap, the one whose centre is nearest."""
    stop = np.full(len(points), -1, dtype=np.int64)
    geometry = points.geometry.to_numpy()
    xy = shapely.get_coordinates(geometry)
    near = rows_near(xy, np.asarray(shapes))
    at, shape = shapely.STRtree(np.asarray(shapes)).query(geometry[near], predicate="intersects")
    at = near[at]
    metres = np.hypot(*(xy[at] - centres[shape]).T)
    order = np.lexsort((shape, -metres))
    stop[at[order]] = shape[order]
    return stop


def _already(table: pd.DataFrame, spots: gpd.GeoDataFrame, already: Mapping[Any, float] | Iterable[Any]) -> np.ndarray:
    given = already if isinstance(already, Mapping) else dict.fromkeys(already, 1.0)
    shares = pd.Series(0.0, index=spots.index)
    for label, share in given.items():
        if not 0 <= share <= 1:
            raise InputError(
                "What others already cover is a share from 0 to 1",
                given=f"already={{{label!r}: {share}}}",
                advice="0.5 for half",
            )
        shares[name_spots(label, spots)] = float(share)
    return shares.reindex(table["rank"]).to_numpy()
