"""A log of visits as it comes: typed times, or GPS points; every row used or named."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import InputError, announce, closest_name, read_own_table, require_columns, require_metres
from hotspots.common.when import london_clock
from hotspots.common.wording import say_count
from hotspots.patrols._gps_stays import FEW, Pace, Track, find_pace, find_stays
from hotspots.patrols._log_columns import KNOWN, PLACES, constant_within
from hotspots.patrols._stops import which_stop
from hotspots.reading.crosswalks import fold_label as fold
from hotspots.reading.dates import parse_dates

_DAY_FIRST = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
_LONGEST = pd.Timedelta(hours=12)
_WORTH_SAYING = 10  # seconds between points, from which on the error of a visit is told
_POINT = ("time", "easting", "northing", "longitude", "latitude")
_NOTHING = Track(np.zeros(0), np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64))


def read_log(log: str | Path | pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    unknown = [name for name in columns if name not in KNOWN]
    if unknown:
        near = closest_name(unknown[0], KNOWN)
        raise InputError(f"The log has no use for a column '{unknown[0]}'", advice=f"'{near}'" if near else "")
    if isinstance(log, pd.DataFrame):
        table = log.reset_index(drop=True)
    else:
        path = Path(log)
        if not path.is_file():
            raise InputError("There is no such log", given=str(log), advice="the path of a CSV file")
        options: dict[str, Any] = {"dtype": "str", "keep_default_na": False, "skip_blank_lines": False}
        table = read_own_table(path, what="The log", **options).fillna("")
        table = table[(table != "").any(axis=1)]  # lines keep their number
    require_columns(table, columns.values(), what="The log")
    table = table.rename(columns={theirs: ours for ours, theirs in columns.items()})
    # headings in capitals are the same headings
    plain = {c: str(c).strip().casefold() for c in table.columns}
    wanted = set(KNOWN) - set(table.columns)
    twice = [c for c, name in plain.items() if list(plain.values()).count(name) > 1 and name in KNOWN]
    if twice:
        raise InputError(
            "The log has one column twice", given=" and ".join(map(repr, twice)), advice="rename one of them"
        )
    return table.rename(columns={c: name for c, name in plain.items() if name in wanted})


def from_times(
    table: pd.DataFrame, stops: gpd.GeoDataFrame, timetable: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    arrived, left = _times(table["arrived"]), _times(table["left"])
    parts = _parts(table)
    label = next((c for c in ("ref", "hotspot") if c in table.columns), None)
    if label is None:
        raise InputError(
            "The log does not say which hotspot", given=f"columns {', '.join(table.columns)}", advice="ref or hotspot"
        )
    names = table[label].map(fold)
    known = {fold(v) for column in ("ref", "name") for v in stops[column]}
    causes = pd.Series("", index=table.index)
    values = table["arrived"].astype(str) + " to " + table["left"].astype(str)
    causes[~names.isin(known)] = "unknown hotspot"
    causes[arrived.isna() | left.isna()] = "unreadable time"
    causes[left < arrived] = "left before arriving"
    causes[left - arrived > _LONGEST] = "longer than twelve hours"
    there = {(fold(label), part) for c in ("ref", "name") for label, part in zip(stops[c], stops["part"], strict=True)}
    missing = [pd.notna(part) and (n, part) not in there for n, part in zip(names, parts, strict=True)]
    causes[np.array(missing, dtype=bool) & causes.eq("")] = "unknown part"
    values[causes == "unknown hotspot"] = table[label].astype(str)
    if "part" in table.columns:
        values[causes == "unknown part"] = table["part"].astype(str)
    good = causes == ""
    found = table[good].assign(arrived=arrived[good], left=left[good], measured="times")
    for column in ("minutes", "minutes_low", "minutes_high"):
        found[column] = (left[good] - arrived[good]).dt.total_seconds() / 60
    found["stop"] = [
        _one_stop(name, part, when, stops, timetable)
        for name, part, when in zip(names[good], parts[good], arrived[good], strict=True)
    ]
    return found, _rejects(table, causes, values)


def _one_stop(name: str, part: Any, when: pd.Timestamp, stops: gpd.GeoDataFrame, timetable: pd.DataFrame) -> int:
    """Row of the stop meant: by name, else of several parts the one planned nearest in time."""
    folded = stops["name"].map(fold)
    fits = np.flatnonzero((stops["ref"].map(fold) == name) | (folded == name))
    if pd.notna(part):
        fits = fits[stops["part"].iloc[fits].to_numpy() == part]
    if len(fits) > 1:
        planned = timetable[timetable["ref"].isin(stops["ref"].iloc[fits])]
        away = (planned["arrive"] - when).abs().groupby(planned["part"]).min()
        mine = stops["part"].iloc[fits].map(away)
        return int(fits[int(np.argmin(mine.fillna(pd.Timedelta(days=9999)).to_numpy()))])
    return int(fits[0])


def from_points(
    table: pd.DataFrame, stops: gpd.GeoDataFrame, ping: float, least: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stays of every vehicle from its GPS points: one row a visit, with minutes and their limits."""
    time = _times(table["time"])
    pair = ("easting", "northing") if "easting" in table.columns else ("longitude", "latitude")
    require_columns(table, pair, what="The log of GPS points")
    table = table.assign(vehicle=table["vehicle"].fillna("") if "vehicle" in table.columns else "")
    x, y = (pd.to_numeric(table[c], errors="coerce") for c in pair)
    causes = pd.Series("", index=table.index)
    again = pd.DataFrame({"vehicle": table["vehicle"], "time": time}).duplicated()
    causes[again] = "a second point of one vehicle at one moment"
    causes[~np.isfinite(x) | ~np.isfinite(y)] = "unreadable coordinates"
    causes[time.isna()] = "unreadable time"
    good = causes == ""
    require_metres(stops, what="stops")
    crs = stops.crs if pair[0] == "easting" else 4326
    points = gpd.GeoDataFrame(
        table[good].assign(time=time[good]), geometry=gpd.points_from_xy(x[good], y[good]), crs=crs
    ).to_crs(stops.crs)
    points = points.sort_values(["vehicle", "time"], kind="stable", ignore_index=True)
    return _stays(points, stops, ping, least), _rejects(table, causes, _written_points(table, pair))


def _stays(points: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, ping: float, least: float) -> pd.DataFrame:
    """Rows of visits: the log's other columns, ``stop, arrived, left, minutes``, limits and ``measured``."""
    shapes = stops.geometry.to_numpy()
    where = which_stop(points, shapes, stops[["easting", "northing"]].to_numpy(dtype=float))
    clock = points["time"].astype("datetime64[ns]")
    seconds = (clock - pd.Timestamp(0)).dt.total_seconds().to_numpy()
    rows = dict(points.groupby("vehicle").indices)
    tracks = {v: Track(seconds[at], points.geometry.to_numpy()[at], where[at]) for v, at in rows.items()}
    together = find_pace(list(tracks.values()))
    found, paces = [], list[Pace]()
    for vehicle, track in tracks.items():
        pace = find_pace([track]) if len(track.seconds) > FEW else together
        silence = {"even": max(60 * ping, 3.5 * pace.seconds), "moving": _LONGEST.total_seconds()}
        stays = find_stays(track, shapes, pace, silence.get(pace.kind, 60 * ping))
        stays[["first", "last"]] = rows[vehicle][stays[["first", "last"]].to_numpy(dtype=int)].reshape(-1, 2)
        found.append(stays.assign(measured="points" if pace.kind == "even" else "at least"))
        paces += [pace] if len(stays) else []
    table = pd.concat(found, ignore_index=True) if found else find_stays(_NOTHING, shapes, together, 1.0)
    table = table.assign(measured=table.get("measured", ""))
    visit = table["seconds"] >= 60 * least
    _say_passing(table[~visit], stops)
    visits = _with_columns(table[visit].reset_index(drop=True), points)
    _say_limits(visits, paces)
    passes = table[~visit].groupby(stops["ref"].to_numpy()[table.loc[~visit, "stop"].astype(int)])["seconds"]
    visits.attrs["passing_minutes"] = (passes.sum() / 60).to_dict()
    return visits


def _with_columns(stays: pd.DataFrame, points: gpd.GeoDataFrame) -> pd.DataFrame:
    spans = [np.arange(a, b + 1) for a, b in zip(stays["first"], stays["last"], strict=True)]
    mine = points.iloc[np.concatenate(spans).astype(int)] if spans else points.iloc[:0]
    stay = pd.Series(np.repeat(np.arange(len(spans)), [len(s) for s in spans]), index=mine.index, dtype=int)
    own = [c for c in points.columns if c not in (*_POINT, "geometry")]
    kept = constant_within(pd.DataFrame(mine), stay, [c for c in own if c not in PLACES])
    kept += [c for c in own if c in PLACES]
    first = points.iloc[stays["first"].to_numpy(dtype=int)] if len(stays) else points.iloc[:0]
    table = pd.DataFrame(first[kept]).reset_index(drop=True)
    for ours, seconds in (("arrived", "began"), ("left", "ended")):
        table[ours] = pd.to_datetime(stays[seconds].astype(float).round(), unit="s").astype("datetime64[ns]")
    for ours, seconds in (("minutes", "seconds"), ("minutes_low", "low"), ("minutes_high", "high")):
        table[ours] = stays[seconds].astype(float) / 60
    return table.assign(stop=stays["stop"].astype("int64"), measured=stays["measured"].astype("str"))


def _say_passing(passing: pd.DataFrame, stops: gpd.GeoDataFrame) -> None:
    if len(passing):
        times = say_count(len(passing), "time", "times")
        announce(
            f"Vehicles only passed through a hotspot ({times}): no visit is counted. Minutes of passing, "
            f"apart from those of visits: {passing['seconds'].sum() / 60:,.0f}."
        )


def _say_limits(visits: pd.DataFrame, paces: list[Pace]) -> None:
    """Say what minutes are good for: of an even pace the error of the sum, of any other that they bound."""
    bound = visits["measured"].eq("at least")
    if bound.any():
        most = visits.loc[bound, "minutes_high"]
        known = f" and at most {most.sum():,.0f}" if most.notna().all() else ""
        silent = any(pace.kind == "moving" for pace in paces)
        why = "send only when a vehicle moves" if silent else "are too few, or too uneven, to show a pace"
        announce(
            f"The GPS points {why}: the minutes of {say_count(bound.sum(), 'visit')} are limits, at least "
            f"{visits.loc[bound, 'minutes'].sum():,.0f}{known} in all."
        )
    even = [pace.seconds for pace in paces if pace.kind == "even"]
    if even and (~bound).any() and max(even) >= _WORTH_SAYING:
        longest = max(even)
        error = longest / 60 * (int((~bound).sum()) / 6) ** 0.5
        often = f"{longest:g} seconds" if longest < 120 else f"{longest / 60:g} minutes"
        announce(
            f"A GPS point every {often} stands for as much time: a visit's minutes may be off by "
            f"{0.776 * longest / 60:.1f}, those of all {say_count((~bound).sum(), 'visit')} by about "
            f"{2 * error:.0f}."
        )


def _written_points(table: pd.DataFrame, pair: tuple[str, str]) -> pd.Series:
    return table[pair[0]].astype(str) + ", " + table[pair[1]].astype(str) + " " + table["time"].astype(str)


def _parts(table: pd.DataFrame) -> pd.Series:
    """Part of a hotspot in each row, as a number; NaN where the log does not say, −1 where it is none."""
    if "part" not in table.columns:
        return pd.Series(np.nan, index=table.index)
    blank = table["part"].isna() | table["part"].astype("str").str.strip().isin(["", "<NA>", "nan"])
    return pd.to_numeric(table["part"], errors="coerce").fillna(-1).astype(float).mask(blank)


def _times(texts: pd.Series) -> pd.Series:
    """Wall-clock times in London, whatever offset is stated; a day is never guessed before a month."""
    if not pd.api.types.is_datetime64_any_dtype(texts):
        read = parse_dates(texts.astype("str"), formats=_DAY_FIRST)
        return read["when"].where(read["precision"].eq("minute"))  # a day alone is no time
    return london_clock(texts)


def _rejects(table: pd.DataFrame, causes: pd.Series, values: pd.Series) -> pd.DataFrame:
    bad = causes != ""
    return pd.DataFrame(
        {"line": table.index[bad] + 2, "cause": causes[bad].to_numpy(), "value": values[bad].to_numpy()}
    )
