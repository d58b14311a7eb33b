"""The officer's page: one HTML file a shift for a phone without signal, to tap in and out."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import require_columns
from hotspots.common.day_names import WEEKDAYS
from hotspots.common.wording import name_month, say_count, say_date
from hotspots.patrols._dose_text import parse_dose
from maps.common.escape import clean, embed_json, escape
from maps.common.write_whole import write_file
from maps.disclosure.gate import Profile
from maps.results.patrol_cards import NEEDED, explain_time_in_hand, for_planners
from maps.web._panel import read_template

# What may be counted on the page; the log reader knows each of these columns.
_OUTPUTS = (
    *(("searches", "Searches"), ("arrests", "Arrests"), ("warnings", "Warnings")),
    *(("dispersals", "Dispersals"), ("seizures", "Seizures"), ("penalty_notices", "Penalty notices")),
)
_REFERRALS = ("Lighting", "Waste", "A defect", "Overgrown plants", "A person to be helped")
_TO_DO = "Be seen on foot and talk to people. Look at what makes trouble easy here, and say what should be put right."
_KEPT = pd.Timedelta(days=31)


def write_officer_pages(
    timetable: gpd.GeoDataFrame,
    folder: str | Path,
    *,
    stops: pd.DataFrame | None = None,
    tasks: Mapping[str, Sequence[str]] | None = None,
    profile: str | Profile | None = None,
    marking: str | None = None,
) -> list[Path]:
    """Write a page for each vehicle and shift: its stops in order, why, what to do, and a log of taps.

    Parameters
    ----------
    timetable : GeoDataFrame
        From `hotspots.timetable_patrols` or `hotspots.patrols.doses.timetable_doses`.
    folder : str or Path
        Where ``shift-2026-12-01-vehicle-1.html`` and the like are written; made when absent.
    stops : DataFrame, optional
        The stops chosen: their rank, dose and reason say why officers come.
    tasks : mapping, optional
        What to do at a hotspot, by ``ref``: lines of its plan. No person may be named in them.
    profile, marking : str, optional
        As for `write_cards`.

    Returns
    -------
    list of Path
        The pages. Each works without a connection, asks nothing of any server, and keeps visits on the phone
        alone; the log it saves is read by `hotspots.record_visits` as it is.

    Raises
    ------
    InputError
        For a table that is not a timetable, or the profile "public".
    """
    require_columns(timetable, [*NEEDED, "geometry"], what="timetable")
    who = for_planners(profile)
    stamp = clean(who.marking if marking is None else marking)
    degrees = timetable.to_crs(4326)
    reasons = _reasons(stops)
    written = []
    for (date, vehicle), shift in degrees.groupby(["date", "vehicle"]):
        visits = shift[shift["activity"] == "visit"].sort_values("order")
        if visits.empty:
            continue
        name = f"shift-{date:%Y-%m-%d}-vehicle-{vehicle}"
        rows = [_stop(row, reasons, tasks or {}) for row in visits.to_dict("records")]
        page = _fill(shift, rows, name, stamp)
        path = Path(folder) / f"{name}.html"
        write_file(path, page.encode())
        written.append(path)
    return written


def _reasons(stops: pd.DataFrame | None) -> dict[tuple[str, int], str]:
    if stops is None or stops.empty:
        return {}
    found = {}
    for row in stops.to_dict("records"):
        said = f"number {row['rank']} of the list of {say_count(stops['rank'].nunique(), 'hotspot')}"
        dose = clean(row.get("dose"))
        said += f", to be visited {parse_dose(dose).say()}" if dose not in ("", "none") else ""
        why = clean(row.get("why"))
        said += f"; {why}" if why.startswith(("added", "must")) else ""
        kind = clean(row.get("default_location"))
        said += f"; records default to a {kind}, so ask what happened there" if kind else ""
        found[(str(row["ref"]), int(row["part"]))] = f"{said}."
    return found


def _stop(
    row: dict[Any, Any], reasons: dict[tuple[str, int], str], tasks: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    key = (str(row["ref"]), int(row["part"]))
    why = reasons.get(key, f"number {row['rank']} of the list.")
    return {
        "ref": key[0],
        "part": key[1],
        "rank": int(row["rank"]),
        "name": clean(row["name"]),
        "arrive": f"{row['arrive']:%H:%M}",
        "leave": f"{row['leave']:%H:%M}",
        "walk": clean(row["walk"]),
        "why": why,
        "todo": [clean(task) for task in tasks.get(key[0], (_TO_DO,))],
        "lat": round(row["geometry"].y, 5),
        "lon": round(row["geometry"].x, 5),
    }


def _fill(shift: pd.DataFrame, rows: list[dict[str, Any]], name: str, stamp: str) -> str:
    date, vehicle = shift["date"].iloc[0], int(shift["vehicle"].iloc[0])
    team = clean(shift["team"].iloc[0]) if "team" in shift.columns else ""
    day = f"{WEEKDAYS[date.day_of_week]} {date.day} {name_month(date)}"
    title = f"{team}, {day}, vehicle {vehicle}" if team else f"{day}, vehicle {vehicle}"
    others = shift[~shift["activity"].isin(["visit"])]
    breaks, last = (others[others["activity"] == what] for what in ("break", "writing up"))
    beside = [f"{clean(r.activity).capitalize()} {r.arrive:%H:%M} to {r.leave:%H:%M}." for r in others.itertuples()]
    facts = " ".join([f"{say_count(len(rows), 'visit')}, in this order.", *beside]) + explain_time_in_hand(shift)
    data = {
        "id": hashlib.sha256(repr((name, rows)).encode()).hexdigest()[:16],
        "file": f"{name}.csv",
        "officers": int(shift["officers"].iloc[0]),
        "vehicle": str(vehicle),
        "team": team,
        "ends": f"{last['arrive'].min() if len(last) else shift['leave'].max():%Y-%m-%dT%H:%M}",
        "breaks": [[f"{r.arrive:%Y-%m-%dT%H:%M}", r.minutes] for r in breaks.itertuples()],
        "visit": float(shift.loc[shift["activity"] == "visit", "minutes"].median()),
        "stops": rows,
        "outputs": [list(pair) for pair in _OUTPUTS],
        "referrals": list(_REFERRALS),
    }
    filled = {
        "TITLE": escape(title),
        "MARKING": escape(stamp),
        "FACTS": escape(facts),
        "DELETE": escape(f"Delete this page and its log by {say_date(date + _KEPT)}."),
        "DATA": embed_json(data),
    }
    page = read_template("officer.html")
    for key, text in filled.items():
        page = page.replace(f"@@{key}@@", text)
    return page
