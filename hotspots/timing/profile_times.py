"""When it happens: month, season, weekday, hour, school holidays and named peaks, as far as the data bear."""

from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import InputError, announce, closest_name
from hotspots.common.calendars import days_within, list_peaks, list_school_holidays
from hotspots.common.day_names import MONTHS, WEEKDAYS
from hotspots.common.harm_terms import split_harm
from hotspots.common.places import incidents_per_row
from hotspots.common.when import london_clock, months_of, precision_of
from hotspots.common.wording import say_percentage
from hotspots.reading.covered import keep_whole
from hotspots.reading.rows import UNREAD_CLOCK
from hotspots.statistics.aoristic import spread_over_week
from hotspots.timing.exposure import covered_days

SEASONS = ["winter", "spring", "summer", "autumn"]
HOURS = list(range(24))
NEEDS = {
    "month": "month",
    "calendar month": "month",
    "season": "month",
    "weekday": "day",
    "holidays": "day",
    "peaks": "day",
    "hour": "minute",
    "weekday_hour": "minute",
}
_BEARS = {"minute": {"minute", "day", "month"}, "day": {"day", "month"}, "month": {"month"}}
_BENT = 0.01  # an hour holds about one record in 24: a hundredth lost from one hour is seen in it
_UNKNOWN_HOUR = 0.05  # more than this share on the stroke of midnight are hours nobody knew


def profile_times(
    incidents: pd.DataFrame,
    *,
    by: str = "month",
    ends: str | pd.Series | None = None,
    calendar: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count incidents over time, with what an even spread would give, as far as their precision bears.

    Parameters
    ----------
    incidents : DataFrame
        Incidents or places.
    by : str
        "month" (one after the other), "calendar month" (January to December), "season", "weekday",
        "hour", "weekday_hour", "holidays" (school holidays and term) or "peaks" (Halloween to Bonfire
        Night and others).
    ends : str or Series, optional
        End of each record (a column, or times on the index of ``incidents``), where it happened some
        time between ``when`` and then: its hours share it (aoristic). None means a moment.
    calendar : DataFrame, optional
        From `read_calendar`; None means the typical English school holidays, or the usual peaks.

    Returns
    -------
    DataFrame
        One row per bin: ``incidents`` (and ``harm``, with ``own_harm`` for records that no index weighs, at
        the weight given them), ``days`` covered by the data, ``per_day``,
        ``share``, and ``expected``, ``chance_low``, ``chance_high``: what an even spread would give and
        the range 95 in 100 such spreads keep to. ``attrs``: ``left_out``, ``swapped``, ``warnings``.

    Raises
    ------
    InputError
        When no record is precise enough, with the reason: police.uk gives months only.

    Examples
    --------
    >>> when = pd.to_datetime(["2018-07-02 22:15", "2018-07-03 22:40", "2018-07-04 09:00"])
    >>> frame = pd.DataFrame({"when": when, "precision": "minute"})
    >>> profile_times(frame, by="hour").query("incidents > 0")["incidents"].to_dict()
    {9: 1.0, 22: 2.0}
    """
    if by not in NEEDS:
        raise InputError("There is no such time profile", given=by, advice=closest_name(by, NEEDS) or ", ".join(NEEDS))
    usable, warnings = _usable(incidents, by)
    if by not in ("hour", "weekday", "weekday_hour"):
        usable, gaps = keep_whole(usable)
        warnings += gaps
    weights = {"incidents": incidents_per_row(usable).astype(float), **split_harm(usable)}
    starts = months_of(usable).dt.to_timestamp() if NEEDS[by] == "month" else london_clock(usable["when"])
    finish = _ends(ends, incidents, usable)
    if finish is not None:
        starts, finish = _whole_days(starts, finish, precision_of(usable) == "day")
    days = covered_days(usable)
    totals, swapped = _count(by, starts, finish, weights, calendar, days)
    table = _expect(totals, _days_per_bin(by, days, calendar).reindex(totals.index))
    if swapped:
        warnings.append(f"{swapped:,} records end before they start: the two times were exchanged.")
    if NEEDS[by] == "minute" and finish is None:
        warnings += _midnight(usable, weights["incidents"])
    table.attrs = {"by": by, "left_out": len(incidents) - len(usable), "swapped": swapped, "warnings": warnings}
    for warning in warnings:
        announce(warning)
    return table


def _usable(incidents: pd.DataFrame, by: str) -> tuple[pd.DataFrame, list[str]]:
    bears = [kind for kind, borne in _BEARS.items() if NEEDS[by] in borne]
    precise = precision_of(incidents).isin(bears).to_numpy(dtype=bool)
    if "when" in incidents.columns:
        precise = precise & incidents["when"].notna().to_numpy()
    usable = incidents if precise.all() else incidents[precise]
    if len(incidents) and usable.empty:
        known = " and ".join(sorted(set(precision_of(incidents))))
        raise InputError(
            f"A profile by {by.replace('_', ' and ')} needs records dated to the {NEEDS[by]}, and these are "
            f"dated to the {known}: they hold no {_unknown(by)}",
            given="police.uk publishes the month only" if known == "month" else f"precision {known}",
            advice="by='month', 'calendar month' or 'season', or an export with times",
        )
    unread = _refuse_bent(incidents, by, len(usable))
    left = len(incidents) - len(usable)
    said = f"{left:,} records are not dated to the {NEEDS[by]} and are left out of the profile by {by}."
    return usable, ([said] if left else []) + unread


def _refuse_bent(incidents: pd.DataFrame, by: str, usable: int) -> list[str]:
    """Refuse a profile of hours of which some could not be read; of a few, say so."""
    if NEEDS[by] != "minute" or UNREAD_CLOCK not in incidents.columns:
        return []
    unread = int(incidents[UNREAD_CLOCK].fillna(False).astype(bool).sum())
    said = f"{unread:,} of {unread + usable:,} times of day were not understood"
    if unread > _BENT * (unread + usable):
        raise InputError(
            f"{said}, seldom at random: a profile by {by.replace('_', ' and ')} would be bent",
            given="hotspots check names one",
            advice="write every time as 18:02 in the export",
        )
    return [f"{said} and are left out: an hour may lack some."] if unread else []


def _unknown(by: str) -> str:
    return {"hour": "hour", "weekday_hour": "hour", "weekday": "weekday"}.get(by, "day")


def _ends(ends: Any, incidents: pd.DataFrame, usable: pd.DataFrame) -> pd.Series | None:
    if ends is None:
        return None
    if isinstance(ends, str):
        if ends not in incidents.columns:
            near = closest_name(ends, map(str, incidents.columns)) or ""
            raise InputError("The records have no such column of end times", given=ends, advice=near)
        ends = incidents[ends]
    return london_clock(ends.reindex(usable.index))


def _whole_days(starts: pd.Series, ends: pd.Series, dated: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Let a span of records dated to the day reach to the end of its last day, whichever of the two it is."""
    tomorrow = pd.Timedelta(days=1)
    last = dated & (ends >= starts)
    swapped = dated & (ends < starts)
    return starts.mask(swapped, starts.dt.normalize() + tomorrow), ends.mask(last, ends.dt.normalize() + tomorrow)


def _count(
    by: str,
    starts: pd.Series,
    ends: pd.Series | None,
    weights: dict[str, Any],
    calendar: pd.DataFrame | None,
    days: pd.DatetimeIndex,
) -> tuple[pd.DataFrame, int]:
    index = _bins(by, days, calendar)
    if by in ("hour", "weekday_hour", "weekday"):
        spans = starts, starts if ends is None else ends
        spreads = {name: spread_over_week(*spans, w) for name, w in weights.items()}
        columns = {name: _fold(by, spread.week) for name, spread in spreads.items()}
        return pd.DataFrame(columns, index=index), spreads["incidents"].swapped
    labels = _labels(by, pd.DatetimeIndex(starts), calendar)
    frame = pd.DataFrame(weights).groupby(labels).sum()
    return frame.reindex(index, fill_value=0.0), 0


def _fold(by: str, week: Any) -> Any:
    if by == "weekday_hour":
        return week
    return week.reshape(7, 24).sum(axis=0 if by == "hour" else 1)


def _bins(by: str, days: pd.DatetimeIndex, calendar: pd.DataFrame | None) -> Any:
    if by == "weekday_hour":
        return pd.MultiIndex.from_product([WEEKDAYS, HOURS], names=["weekday", "hour"])
    fixed: dict[str, list[Any]] = {
        "hour": HOURS,
        "weekday": list(WEEKDAYS),
        "season": SEASONS,
        "calendar month": list(MONTHS),
    }
    if by in fixed:
        return pd.Index(fixed[by], name=by)
    if by == "month":
        return pd.Index(sorted(set(days.strftime("%Y-%m"))), name=by, dtype="str")
    entries = _calendar(by, days, calendar)
    ordinary = "term" if by == "holidays" else "any other day"
    return pd.Index([*dict.fromkeys(entries["name"]), ordinary], name=by, dtype="str")


def _labels(by: str, moments: pd.DatetimeIndex, calendar: pd.DataFrame | None) -> Any:
    if by == "month":
        return moments.strftime("%Y-%m")
    if by == "calendar month":
        return np.array(MONTHS, dtype=object)[moments.month - 1]
    if by == "season":
        return np.array(SEASONS, dtype=object)[moments.month % 12 // 3]
    if by == "weekday":
        return np.array(WEEKDAYS, dtype=object)[moments.day_of_week]
    found = days_within(moments, _calendar(by, moments, calendar))
    return np.where(found == "", "term" if by == "holidays" else "any other day", found)


def _calendar(by: str, days: pd.DatetimeIndex, calendar: pd.DataFrame | None) -> pd.DataFrame:
    if calendar is not None:
        kept = calendar[calendar["kind"] == "holiday"] if by == "holidays" else calendar
        return kept.reset_index(drop=True)
    if not len(days):
        return list_peaks(2000, 1999)
    rule = list_school_holidays if by == "holidays" else list_peaks
    return rule(int(days.min().year) - 1, int(days.max().year))


def _days_per_bin(by: str, days: pd.DatetimeIndex, calendar: pd.DataFrame | None) -> pd.Series:
    index = _bins(by, days, calendar)
    if by == "hour":
        return pd.Series(float(len(days)), index=index)
    labels = _labels("weekday" if by == "weekday_hour" else by, days, calendar)
    counted = pd.Series(1.0, index=range(len(days))).groupby(np.asarray(labels)).sum()
    if by == "weekday_hour":
        return pd.Series(counted.reindex(index.get_level_values(0), fill_value=0.0).to_numpy(), index=index)
    return counted.reindex(index, fill_value=0.0)


def _expect(totals: pd.DataFrame, days: pd.Series) -> pd.DataFrame:
    from scipy.stats import poisson

    table = totals.astype(float)
    table["days"] = days.astype(float)
    everything = float(table["incidents"].sum())
    table["per_day"] = table["incidents"] / table["days"].where(table["days"] > 0)
    table["share"] = table["incidents"] / everything
    exposed = float(table["days"].sum())
    table["expected"] = everything * table["days"] / exposed if exposed else 0.0
    table["chance_low"] = poisson.ppf(0.025, table["expected"].to_numpy())
    table["chance_high"] = poisson.ppf(0.975, table["expected"].to_numpy())
    return table


def _midnight(usable: pd.DataFrame, weights: Any) -> list[str]:
    when = london_clock(usable["when"])
    exact = (when.dt.normalize() == when).to_numpy()
    share = float(weights[exact].sum() / weights.sum()) if weights.sum() else 0.0
    if share <= _UNKNOWN_HOUR:
        return []
    return [
        f"{say_percentage(share)} of the records say exactly midnight: probably hours nobody knew, so do not "
        "read midnight as a peak."
    ]
