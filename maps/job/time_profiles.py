"""When it happens, for a run: every time profile that the records bear, and why the others are not there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hotspots import profile_times
from hotspots.checks import InputError, closest_name
from hotspots.common.calendars import list_peaks, name_in_months
from hotspots.common.sentence_rules import may_say
from hotspots.common.wording import name_month
from hotspots.reading.dates import parse_dates
from hotspots.timing.profile_times import NEEDS
from maps.disclosure.gate import Profile
from maps.disclosure.suppression import hide_small

SHEETS = {
    "month": "By month",
    "calendar month": "By calendar month",
    "season": "By season",
    "weekday": "By weekday",
    "hour": "By hour",
    "weekday_hour": "By hour of the week",
    "holidays": "School holidays",
    "peaks": "Peaks of the year",
}
REFUSED = "Times not shown"
_COLUMNS = ["incidents", "harm", "days", "per_day", "share", "expected", "chance_low", "chance_high"]
_HEADS = {"expected": "evenly_spread", "chance_low": "evenly_spread_low", "chance_high": "evenly_spread_high"}
_KINDS = {"season": "season", "hour": "time of day"}  # of sentence, in the register of what a run says
_FEWEST = 20  # with fewer incidents to a bin on average, no sentence says which stand out


@dataclass(frozen=True)
class Times:
    """Time profiles of a run."""

    # from `hotspots.profile_times`, by the names of `hotspots.timing.profile_times.NEEDS`
    profiles: dict[str, pd.DataFrame] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)  # why a profile is not there
    warnings: dict[str, list[str]] = field(default_factory=dict)  # what the reader of a profile must know


def profile_all(incidents: pd.DataFrame, *, given: Mapping[str, Any], calendar: pd.DataFrame) -> Times:
    """Profile the incidents by every unit of time that their precision bears."""
    ends = _read_ends(incidents, given) if "ends" in given else None
    found = Times()
    for by in given.get("by", list(NEEDS)):
        clock = by in ("weekday", "hour", "weekday_hour")
        try:
            table = profile_times(
                incidents, by=by, ends=ends if clock else None, calendar=_calendar_for(by, incidents, calendar)
            )
        except InputError as error:
            found.refused[by] = f"{error.problem} ({error.given})." if error.given else f"{error.problem}."
            if kind := _KINDS.get(by):
                may_say(kind, False, why=f"{error.problem}.")
            continue
        covered = table.index[table["days"] > 0]
        if by in ("calendar month", "season") and len(covered) < 2:
            only = f": the records are all of {covered[0]}" if len(covered) else ""
            found.refused[by] = f"Nothing to compare{only}."
            may_say("season", False, why=found.refused[by])
            continue
        if by == "season":
            held = incidents["when"].dropna().dt.month.nunique()
            why = f"The records hold {held} of the twelve months: no season is set beside another."
            table.attrs["partly"] = "" if may_say("season", held == 12, why=why) else why
        if NEEDS[by] == "minute":
            may_say("time of day", True)
        found.profiles[by] = table
        if table.attrs["warnings"]:
            found.warnings[by] = table.attrs["warnings"]
    return found


def _read_ends(incidents: pd.DataFrame, given: Mapping[str, Any]) -> pd.Series:
    name = str(given["ends"])
    column = name if name in incidents.columns else f"raw_{name}"
    if column not in incidents.columns:
        known = [str(c).removeprefix("raw_") for c in incidents.columns]
        raise InputError(
            "[times] names a column of end times that the records do not have",
            given=name,
            advice=closest_name(name, known) or ", ".join(known[:12]),
        )
    read = parse_dates(incidents[column], formats=given.get("ends_formats", ()))["when"]
    return read.fillna(incidents["when"])  # no end known: a moment


def _calendar_for(by: str, incidents: pd.DataFrame, calendar: pd.DataFrame) -> pd.DataFrame | None:
    """Calendar of a profile by holidays or peaks; None leaves it to the typical dates."""
    wanted = {"holidays": ["holiday"], "peaks": ["peak", "event"]}.get(by, [])
    own = calendar[calendar["kind"].isin(wanted)]
    if own.empty:
        return None
    years = incidents["when"].dropna().dt.year
    if by == "peaks" and not (own["kind"] == "peak").any() and len(years):
        usual = list_peaks(int(years.min()) - 1, int(years.max()))
        own = pd.concat([usual, own], ignore_index=True)
    return own.sort_values(["start", "end", "name"], kind="stable").reset_index(drop=True)


def hide_times(table: pd.DataFrame, who: Profile) -> pd.DataFrame:
    """Leave out of a profile what its small counts, or those beside them, would tell."""
    if not who.threshold:
        return table
    gone = hide_small(table["incidents"].round(), threshold=who.threshold)
    shown = table.drop(columns="own_harm", errors="ignore")  # a day for each ASB record is their number
    told = [c for c in _COLUMNS if c in table.columns and c != "days"]
    shown[told] = shown[told].astype("float64")
    shown.loc[gone.to_numpy(), told] = float("nan")
    return shown


def tabulate_times(times: Times, who: Profile, *, calendar: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the sheets of a run's time profiles; the last says which are not there, and why."""
    tables = {
        SHEETS[by]: hide_times(table, who).rename(columns=_HEADS).reset_index() for by, table in times.profiles.items()
    }
    if SHEETS["month"] in tables:
        months = tables[SHEETS["month"]]
        months["on_the_calendar"] = name_in_months(calendar, months["month"])
    if times.refused:
        rows = [(SHEETS.get(by, by), reason) for by, reason in times.refused.items()]
        tables[REFUSED] = pd.DataFrame(rows, columns=["profile", "reason"])
    return tables


def say_profile(table: pd.DataFrame) -> str:
    """Say in a sentence or two which bins hold more, and which fewer, than an even spread would give."""
    if partly := table.attrs.get("partly"):
        return str(partly)
    known = table.dropna(subset=["incidents"])
    known = known[known["days"] > 0]
    if len(known) < 2:
        held = f"only {name_bin(known.index[0])}" if len(known) else "nothing that may be shown"
        return f"The records hold {held}, so nothing can be said of the rest."
    if known["incidents"].mean() < _FEWEST:
        return f"Too few in each bin to name one: {known['incidents'].sum():,.0f} over {len(known):,} bins."
    parts = []
    for said, rows, short in (
        ("More than an even spread gives", known[known["incidents"] > known["chance_high"]], " expected"),
        ("Fewer", known[known["incidents"] < known["chance_low"]], ""),
    ):
        if len(rows):
            far = (rows["incidents"] / rows["expected"] - 1).abs().sort_values(ascending=False, kind="stable")
            parts.append(f"{said}: {_name_bins(rows.loc[far.index[:4]], short)}.")
    return " ".join(parts) or "No bin lies outside what an even spread over the days would give by chance."


def _name_bins(rows: pd.DataFrame, word: str) -> str:
    return "; ".join(
        f"{name_bin(label)} ({n:,.0f}, {e:,.0f}{word})"
        for label, n, e in zip(rows.index, rows["incidents"], rows["expected"], strict=True)
    )


def name_bin(label: Any) -> str:
    """Name a bin for a reader.

    Examples
    --------
    >>> name_bin(9), name_bin(("Friday", 23)), name_bin("spring"), name_bin("2018-07")
    ('09:00', 'Friday 23:00', 'spring', 'July 2018')
    """
    if isinstance(label, tuple):
        return f"{label[0]} {label[1]:02d}:00"
    if isinstance(label, int | np.integer):
        return f"{label:02d}:00"
    return name_month(pd.Timestamp(label + "-01")) if re.fullmatch(r"\d{4}-\d{2}", str(label)) else str(label)
