"""What patrols delivered: a log of times or GPS points, matched to the timetable."""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import InputError, announce, require_columns
from hotspots.common.wording import say_count
from hotspots.patrols._log_columns import CLAIMS, OUTPUTS, TEXTS, keep_others
from hotspots.patrols._visit_log import from_points, from_times, read_log

_MATCH = pd.Timedelta(hours=1)
_LIMITS = ("minutes_low", "minutes_high", "measured")
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
        And, if there: ``part, officers, mode, activity, source, vehicle``; ``agency, role, team, shift,
        cost``; and the outputs ``searches, arrests, weapons, intelligence, penalty_notices, dispersals,
        warnings, seizures, referrals``. Every other column is kept as it is, but for those that name
        persons, or that change from point to point of a visit: these are said aloud and left out.
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
        A longer silence between GPS points ends a visit; where points come more seldom, three and a half
        times their interval.
    least_minutes : float
        A shorter stay is passing through, not a visit: its minutes are said, and stand by ``ref`` in
        ``visits.attrs["passing_minutes"]``.

    Returns
    -------
    visits : DataFrame
        ``date, rank, ref, name, part, planned_start, planned_end`` (missing where it was not planned),
        ``arrived, left, minutes, officers, officer_minutes, mode, activity, source, vehicle``, what else the
        log has, and ``minutes_low, minutes_high, measured``. A planned visit is matched once, to the nearest
        within an hour. ``measured`` is "times"; "points" (GPS at an even pace: a point inside counts one
        interval, so sums are without bias, and the limits hold a visit's truth in 95 of 100); or "at least"
        (trackers that send when moving, or too few points to tell: ``minutes`` is then the lower limit, and
        the upper one is blank where no point before or after shows it).
    rejects : DataFrame
        Rows that could not be used: ``line, cause, value``.

    Raises
    ------
    InputError
        When the columns needed are not there, or every row is unusable.
    """
    table, others = keep_others(read_log(log, columns or {}))
    require_columns(stops, ["rank", "ref", "name", "part", "easting", "northing"], what="stops")
    if {"arrived", "left"} <= set(table.columns):
        found, rejects = from_times(table, stops, timetable)
    elif "time" in table.columns:
        found, rejects = from_points(table, stops, ping_minutes, least_minutes)
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
        announce(f"{len(rejects):,} of {say_count(len(table), 'row')} of the log not used: see the rows not used.")
    others = [c for c in others if c in found.columns]
    done = _match(_finish(found, stops), timetable, others)
    visits = _count_officers(done, timetable, officers, others)
    visits.attrs = dict(found.attrs)
    return visits, rejects


def _finish(found: pd.DataFrame, stops: gpd.GeoDataFrame) -> pd.DataFrame:
    visits = found.sort_values("arrived", kind="stable").reset_index(drop=True)
    where = visits["stop"].to_numpy(dtype=int)
    for column in ("rank", "ref", "name", "part"):
        visits[column] = stops[column].to_numpy()[where]
    for column in ("arrived", "left"):
        visits[column] = visits[column].astype("datetime64[ns]")
    stated = visits["officers"] if "officers" in visits.columns else pd.Series(np.nan, visits.index)
    crew = pd.to_numeric(stated, errors="coerce").astype(float)
    visits["officers"] = crew.where(crew.gt(0) & crew.le(_MOST))
    for column in (*TEXTS, *(c for c in CLAIMS if c in visits.columns and c != "cost")):
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


def _count_officers(
    visits: pd.DataFrame, timetable: pd.DataFrame, officers: float | None, others: list[str]
) -> pd.DataFrame:
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
    after = [c for c in (*TEXTS, *CLAIMS, *OUTPUTS, *others, *_LIMITS) if c in visits.columns]
    return visits[[*(c for c in visits.columns if c not in (*after, "_crew")), *after]]


def _match(visits: pd.DataFrame, timetable: pd.DataFrame, others: list[str]) -> pd.DataFrame:
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
    order = ["date", "rank", "ref", "name", "part", "planned_start", "planned_end", "arrived", "left", "minutes"]
    order += ["officers", "_crew", *TEXTS]
    more = [c for c in (*CLAIMS, *OUTPUTS, *others, *_LIMITS) if c in visits.columns]
    return visits[order + more]
