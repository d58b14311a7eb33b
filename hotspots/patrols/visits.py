"""What patrols delivered: a log of times or GPS points, matched to the timetable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import (
    CRS,
    InputError,
    announce,
    closest_name,
    read_own_table,
    require_columns,
    require_metres,
)
from hotspots.common.when import london_clock
from hotspots.common.wording import say_count
from hotspots.patrols._stops import which_stop
from hotspots.reading.crosswalks import fold_label as fold
from hotspots.reading.dates import parse_dates

OUTPUTS = ("searches", "arrests", "weapons", "intelligence", "penalty_notices")
_TEXTS = ("mode", "activity", "source", "vehicle")
_KNOWN = (
    *("ref", "hotspot", "part", "arrived", "left", "time", "easting", "northing", "longitude", "latitude"),
    *("officers", *_TEXTS, *OUTPUTS),
)
_DAY_FIRST = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
_MATCH = pd.Timedelta(hours=1)
_LONGEST = pd.Timedelta(hours=12)
_MOST = 1000  # officers, searches or arrests at one visit


def record_visits(
    log: str | Path | pd.DataFrame,
    timetable: pd.DataFrame,
    *,
    stops: gpd.GeoDataFrame,
    columns: Mapping[str, str] | None = None,
    officers: float | None = None,
    ping_minutes: float = 5,
    least_minutes: float = 3,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read what was delivered, from times or GPS points, and match it to what was planned.

    Parameters
    ----------
    log : path or DataFrame
        A CSV. Either one row a visit: ``ref`` (or ``hotspot``, a name), ``arrived``, ``left``; or one row a
        GPS point: ``time``, ``easting`` and ``northing`` (or ``longitude`` and ``latitude``), ``vehicle``.
        Times are the clock in London; those with an offset (GPS often keeps to UTC: "...Z") are moved to it.
        And, if there: ``part, officers, mode, activity, source, vehicle`` and the outputs ``searches,
        arrests, weapons, intelligence, penalty_notices``.
    timetable : DataFrame
        From `timetable_patrols`.
    stops : GeoDataFrame
        The choice that was timetabled (`choose_patrols`): its areas place GPS points.
    columns : mapping, optional
        Our column name to the log's, such as ``{"arrived": "Time on scene"}``.
    officers : float, optional
        Officers at a visit where the log does not say. None: as many as the timetable had there; at a visit
        that was not planned, as many as most of its visits have.
    ping_minutes : float
        A longer silence between GPS points ends a visit.
    least_minutes : float
        Points in a hotspot for a shorter time are passing through, not a visit.

    Returns
    -------
    visits : DataFrame
        ``date, rank, ref, name, part, planned_start, planned_end`` (missing where it was not planned),
        ``arrived, left, minutes, officers, officer_minutes, mode, activity, source, vehicle`` and the
        outputs that the log has. A planned visit is matched once, to the nearest within an hour.
    rejects : DataFrame
        Rows that could not be used: ``line, cause, value``.

    Raises
    ------
    InputError
        When the columns needed are not there, or every row is unusable.
    """
    table = _read(log, columns or {})
    require_columns(stops, ["rank", "ref", "name", "part", "easting", "northing"], what="stops")
    if {"arrived", "left"} <= set(table.columns):
        found, rejects = _from_times(table, stops, timetable)
    elif "time" in table.columns:
        found, rejects = _from_points(table, stops, ping_minutes, least_minutes)
    else:
        raise InputError(
            "The log has neither times (arrived, left) nor GPS points (time, easting, northing)",
            given=f"columns {', '.join(map(str, table.columns))}",
            advice="rename its columns to arrived and left, or in Python columns={'arrived': 'your column'}",
        )
    if len(table) and len(rejects) == len(table):
        first = rejects.iloc[0]
        raise InputError(
            "No row of the log can be used",
            given=f"line {first['line']}: {first['cause']} ({first['value']}); {len(rejects):,} in all",
            advice="mend that line, and the others of its kind",
        )
    if len(rejects):
        announce(
            f"{len(rejects):,} of {say_count(len(table), 'row')} of the log not used: see the rows not used."
        )
    return _count_officers(_match(_finish(found, stops), timetable), timetable, officers), rejects


def _read(log: str | Path | pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    unknown = [name for name in columns if name not in _KNOWN]
    if unknown:
        near = closest_name(unknown[0], _KNOWN)
        raise InputError(
            f"The log has no use for a column '{unknown[0]}'", advice=f"'{near}'" if near else ""
        )
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
    wanted = set(_KNOWN) - set(table.columns)
    twice = [c for c, name in plain.items() if list(plain.values()).count(name) > 1 and name in _KNOWN]
    if twice:
        raise InputError(
            "The log has one column twice", given=" and ".join(map(repr, twice)), advice="rename one of them"
        )
    return table.rename(columns={c: name for c, name in plain.items() if name in wanted})


def _from_times(
    table: pd.DataFrame, stops: gpd.GeoDataFrame, timetable: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    arrived, left = _times(table["arrived"]), _times(table["left"])
    parts = _parts(table)
    label = next((c for c in ("ref", "hotspot") if c in table.columns), None)
    if label is None:
        raise InputError(
            "The log does not say which hotspot",
            given=f"columns {', '.join(table.columns)}",
            advice="ref or hotspot",
        )
    names = table[label].map(fold)
    known = {fold(v) for column in ("ref", "name") for v in stops[column]}
    causes = pd.Series("", index=table.index)
    values = table["arrived"].astype(str) + " to " + table["left"].astype(str)
    causes[~names.isin(known)] = "unknown hotspot"
    causes[arrived.isna() | left.isna()] = "unreadable time"
    causes[left < arrived] = "left before arriving"
    causes[left - arrived > _LONGEST] = "longer than twelve hours"
    there = {
        (fold(label), part)
        for c in ("ref", "name")
        for label, part in zip(stops[c], stops["part"], strict=True)
    }
    missing = [pd.notna(part) and (n, part) not in there for n, part in zip(names, parts, strict=True)]
    causes[np.array(missing, dtype=bool) & causes.eq("")] = "unknown part"
    values[causes == "unknown hotspot"] = table[label].astype(str)
    if "part" in table.columns:
        values[causes == "unknown part"] = table["part"].astype(str)
    good = causes == ""
    found = table[good].assign(arrived=arrived[good], left=left[good])
    found["stop"] = [
        _one_stop(name, part, when, stops, timetable)
        for name, part, when in zip(names[good], parts[good], arrived[good], strict=True)
    ]
    return found, _rejects(table, causes, values)


def _one_stop(
    name: str, part: Any, when: pd.Timestamp, stops: gpd.GeoDataFrame, timetable: pd.DataFrame
) -> int:
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


def _from_points(
    table: pd.DataFrame, stops: gpd.GeoDataFrame, ping: float, least: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    time = _times(table["time"])
    pair = ("easting", "northing") if "easting" in table.columns else ("longitude", "latitude")
    require_columns(table, pair, what="The log of GPS points")
    x, y = (pd.to_numeric(table[c], errors="coerce") for c in pair)
    causes = pd.Series("", index=table.index)
    causes[x.isna() | y.isna()] = "unreadable coordinates"
    causes[time.isna()] = "unreadable time"
    good = causes == ""
    crs = CRS if pair[0] == "easting" else 4326
    points = gpd.GeoDataFrame(
        table[good].assign(time=time[good]), geometry=gpd.points_from_xy(x[good], y[good]), crs=crs
    ).to_crs(CRS)
    require_metres(stops, what="stops")
    centres = stops[["easting", "northing"]].to_numpy(dtype=float)
    points["stop"] = which_stop(points, stops.geometry.to_numpy(), centres)
    if "vehicle" not in points.columns:
        points["vehicle"] = ""
    if points.empty:
        never = pd.Series([], dtype="datetime64[ns]")
        nothing = table.iloc[:0].assign(vehicle="", stop=0, arrived=never, left=never)
        return nothing, _rejects(table, causes, _written_points(table, pair))
    points = points.sort_values(["vehicle", "time"], kind="stable")
    silent = points.groupby("vehicle")["time"].diff() > pd.Timedelta(minutes=ping)
    moved = points["stop"].ne(points.groupby("vehicle")["stop"].shift())
    spell = (silent | moved).cumsum()
    firsts = points.groupby(spell).first()
    runs = pd.DataFrame(firsts.drop(columns=["geometry", "time"])).assign(
        arrived=points.groupby(spell)["time"].min(), left=points.groupby(spell)["time"].max()
    )
    inside = runs[runs["stop"] >= 0]
    stays = inside[inside["left"] - inside["arrived"] >= pd.Timedelta(minutes=least)]
    if len(stays) < len(inside):
        passed = say_count(len(inside) - len(stays), "time", "times")
        announce(f"Vehicles only passed through a hotspot ({passed}): no visit is counted.")
    return stays.reset_index(drop=True), _rejects(table, causes, _written_points(table, pair))


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


def _finish(found: pd.DataFrame, stops: gpd.GeoDataFrame) -> pd.DataFrame:
    visits = found.sort_values("arrived", kind="stable").reset_index(drop=True)
    where = visits["stop"].to_numpy(dtype=int)
    for column in ("rank", "ref", "name", "part"):
        visits[column] = stops[column].to_numpy()[where]
    for column in ("arrived", "left"):
        visits[column] = visits[column].astype("datetime64[ns]")
    visits["minutes"] = (visits["left"] - visits["arrived"]).dt.total_seconds() / 60
    stated = visits["officers"] if "officers" in visits.columns else pd.Series(np.nan, visits.index)
    crew = pd.to_numeric(stated, errors="coerce").astype(float)
    visits["officers"] = crew.where(crew.gt(0) & crew.le(_MOST))
    for column in _TEXTS:
        visits[column] = visits[column].fillna("").astype("str") if column in visits.columns else ""
    for column in OUTPUTS:
        if column in visits.columns:
            number = pd.to_numeric(visits[column], errors="coerce").astype(float)
            number = number.where(number.between(0, _MOST) & number.mod(1).eq(0))
            unread = number.isna() & ~visits[column].fillna("").astype("str").str.strip().isin(["", "-"])
            if unread.any():
                are = say_count(unread.sum(), "entry is", "entries are")
                announce(f"{are} no number in '{column}' of the log: counted as 0.")
            visits[column] = number.fillna(0).astype("int64")
    return visits


def _count_officers(visits: pd.DataFrame, timetable: pd.DataFrame, officers: float | None) -> pd.DataFrame:
    """Give each visit its officers, where the log does not say by the timetable, and their minutes."""
    planned = timetable[timetable["activity"] == "visit"]
    crews = planned["officer_minutes"] / planned["minutes"]
    usual = float(crews.mode().iloc[0]) if len(crews) else 1.0
    silent = visits["officers"].isna()
    crew = visits.pop("_crew").fillna(usual) if officers is None else float(officers)
    if officers is None and silent.any():
        of = say_count(len(visits), "visit")
        announce(
            f"The log does not say how many officers came at {silent.sum():,} of {of}: "
            f"as many as the timetable had there, else {usual:g}."
        )
    known = visits["officers"].fillna(crew)
    visits["officers"] = known
    visits["officer_minutes"] = visits["minutes"] * known
    after = [c for c in (*_TEXTS, *OUTPUTS) if c in visits.columns]
    return visits[[*(c for c in visits.columns if c not in (*after, "_crew")), *after]]


def _match(visits: pd.DataFrame, timetable: pd.DataFrame) -> pd.DataFrame:
    """Each planned visit once, each delivered visit once: the nearest in time, within an hour."""
    from scipy.optimize import linear_sum_assignment

    planned = timetable[timetable["activity"] == "visit"]
    for column in ("planned_start", "planned_end", "date"):
        visits[column] = pd.Series(pd.NaT, index=visits.index, dtype="datetime64[ns]")
    visits["_crew"] = np.nan
    for key, mine in visits.groupby(["ref", "part"]):
        there = planned[(planned["ref"] == key[0]) & (planned["part"] == key[1])]
        away = np.abs(mine["arrived"].to_numpy()[:, None] - there["arrive"].to_numpy()[None, :])
        minutes = away / np.timedelta64(1, "m")
        rows, plans = linear_sum_assignment(np.minimum(minutes, 1e4))
        near = minutes[rows, plans] <= _MATCH.total_seconds() / 60
        at, hit = mine.index[rows[near]], there.iloc[plans[near]]
        visits.loc[at, "planned_start"] = hit["arrive"].to_numpy()
        visits.loc[at, "planned_end"] = hit["leave"].to_numpy()
        visits.loc[at, "date"] = hit["date"].to_numpy()
        visits.loc[at, "_crew"] = (hit["officer_minutes"] / hit["minutes"]).to_numpy()
    visits["date"] = visits["date"].fillna(visits["arrived"].dt.normalize())
    order = [
        "date",
        "rank",
        "ref",
        "name",
        "part",
        "planned_start",
        "planned_end",
        "arrived",
        "left",
        "minutes",
    ]
    order += ["officers", "_crew", *_TEXTS]
    return visits[order + [c for c in OUTPUTS if c in visits.columns]]
