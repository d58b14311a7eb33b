"""Where a run sends people and cameras, by the configuration or by a default said aloud."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import choose_patrols, place_cameras, timetable_patrols
from hotspots.cameras.place import empty_sites
from hotspots.cameras.register import read_register
from hotspots.checks import CRS, InputError, announce
from hotspots.common.places import incidents_per_row
from hotspots.common.wording import SMALL_BASE, say_list
from hotspots.patrols._dose_text import parse_dose
from hotspots.patrols.doses import check_teams, sum_shifts, timetable_doses
from hotspots.patrols.options import PatrolTeam
from hotspots.reading.own_shapes import read_shapes
from maps.streets.schemas import PATH

CAMERAS: dict[str, Any] = {"count": 10, "radius": 100.0}
REACH = 100  # kilometres that nineteen records in twenty span each way
PATROLS: dict[str, Any] = {"officers": 4, "vehicles": 2, "shift": "14:00-22:00"}
# what the timetable alone asks for, and what it shares with the choice of stops
WEEK = ("start", "days", "breaks")
# what doses ask for besides, and of each team
DOSES = ("dose", "teams", "least_hours", "briefing_minutes", "writing_minutes")
# what either says of places against the list, and what the choice of stops alone can be asked for
AGAINST = ("must_include", "added", "dropped")
_CHOICE = (
    *("max_gap_minutes", "slack_minutes", "breaks", "priority", "max_share_outside_priority", "minimum_per_area"),
    *("spacing", "already", "default_locations"),
)
_UNSAID = "nobody said why"
_HOURS = ("officers", "vehicles", "shift", "crew", "weekdays", "depot", "break_minutes")
_BOTH = ("visit_minutes", "speed", "detour", "streets", "travel_minutes", "area")
CAMERA_FILES = ("candidates", "existing", "current", "assets")
TEAM = ("max_gap_minutes", "slack_minutes", *_HOURS, *_BOTH[:-1])


def check_deploy(patrols: Mapping[str, Any], cameras: Mapping[str, Any]) -> None:
    """Refuse, before any work, what the configuration alone shows to be wrong."""
    nobody = gpd.GeoDataFrame({"ref": [], "name": [], "harm": []}, geometry=[], crs=CRS)
    plain = {key: value for key, value in patrols.items() if key not in (*WEEK, *DOSES, *AGAINST, "streets")}
    choose_patrols(nobody, **{**PATROLS, **plain, **_against_list(patrols)})
    check_doses(patrols)
    place_cameras(nobody, **{**CAMERAS, **{k: v for k, v in cameras.items() if k not in CAMERA_FILES}})


def suits_default(incidents: gpd.GeoDataFrame) -> bool:
    """Whether what nobody asked for makes sense: records enough, and within reach of one team."""
    if incidents_per_row(incidents).sum() < SMALL_BASE:
        return False
    x, y = incidents.geometry.x.quantile([0.05, 0.95]), incidents.geometry.y.quantile([0.05, 0.95])
    return bool(np.hypot(np.ptp(x), np.ptp(y)) <= 1000 * REACH)


def check_doses(given: Mapping[str, Any]) -> None:
    """Refuse doses and teams that the configuration alone shows to be wrong."""
    if "dose" not in given:
        asked = [key for key in DOSES if key in given]
        if asked:
            raise InputError(
                f"{asked[0]} belongs to a rota of doses",
                given=f"[patrols] with {asked[0]} and no dose",
                advice='dose = "2 per week"',
            )
        return
    if "start" not in given:
        raise InputError("A dose needs a first day", given="[patrols] with dose and no start", advice="start")
    for text in given["dose"].values() if isinstance(given["dose"], dict) else [given["dose"]]:
        parse_dose(text)
    check_teams(teams_of(given), visit_minutes=given.get("visit_minutes", 15))


def teams_of(given: Mapping[str, Any]) -> list[PatrolTeam]:
    """Make the teams of a configuration; without any, the one of [patrols] itself."""
    beside = ("briefing_minutes", "writing_minutes")
    whole = {key: given[key] for key in (*_HOURS, *beside) if key in given}
    teams = given.get("teams") or {"Patrol": {}}
    lacking = [f"[patrols.teams.{name}]" for name, own in teams.items() if not {*own, *whole} >= set(PATROLS)]
    if lacking and given.get("teams"):
        raise InputError(
            "Each team needs officers, vehicles and a shift",
            given=f"{', '.join(lacking)} without",
            advice='officers = 4, vehicles = 2, shift = "14:00-22:00"',
        )
    return [PatrolTeam(name=name, **{**PATROLS, **whole, **own}) for name, own in teams.items()]


def plan_patrols(
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    timed: gpd.GeoDataFrame,
    given: Mapping[str, Any],
    *,
    seed: int,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, tuple[gpd.GeoDataFrame, pd.DataFrame] | None]:
    """Plan what the configuration asks for: doses for the whole list, or the choice of the two-hour rule.

    Returns the stops, what more officers would add, and the timetable with its summary, or None.
    """
    if "dose" not in given:
        patrols, further = pick_patrols(spots, incidents, given)
        return patrols, further, draw_week(patrols, timed, given, seed=seed)
    if unused := [key for key in _CHOICE if key in given]:
        announce(f"With a dose these of [patrols] are not used: {say_list(unused)}.")
    options = {key: given[key] for key in (*_BOTH, "start", "days", "least_hours", "by") if key in given}
    against = _against_list(given)
    options |= {"added": against["must_include"], "dropped": against["dropped"]}
    options.setdefault("by", "harm" if spots["harm"].sum() > 0 else "incidents")
    options |= {"dose": given["dose"], "teams": teams_of(given), "seed": seed, "incidents": incidents}
    found = _try("No rota of doses is drawn", timetable_doses, spots, **_read_streets(options, spots.crs))
    if found is None:
        return gpd.GeoDataFrame(geometry=[], crs=spots.crs), pd.DataFrame(), None
    return found[1], pd.DataFrame(), (found[0], sum_shifts(found[0]))


def site_cameras(incidents: gpd.GeoDataFrame, given: Mapping[str, Any], *, as_of: Any = None) -> gpd.GeoDataFrame:
    """Choose sites for the configured number of cameras, best first, with the radius they were placed for."""
    options = {**CAMERAS, **given}
    suits = bool(given) or suits_default(incidents)
    if suits and not given:
        announce(f"No [cameras] in the configuration: {CAMERAS['count']} cameras of {CAMERAS['radius']:.0f} m.")
    weighed = "harm" in incidents.columns and incidents["harm"].sum() > 0
    options.setdefault("by", "harm" if weighed else "incidents")
    register = options.pop("assets", None)
    for key in CAMERA_FILES[:3]:
        if key in options and options[key] != "grid":
            options[key] = read_shapes(options[key], what=f"The file of {key} sites", crs=incidents.crs)
    if register is not None:
        assets, _ = read_register(register, as_of=as_of, crs=incidents.crs)
        cameras = assets[assets["standing"] & assets["kind"].str.casefold().eq("camera")]
        due = cameras.loc[cameras["due"].eq("review"), "ref"].astype(str)
        if len(due):
            announce(f"Cameras due for review by their register: {say_list(due)}.")
        options.setdefault("current", cameras.reset_index(drop=True))
    sites = _try("No camera site is proposed", place_cameras, incidents, **options) if suits else None
    sites = (empty_sites(incidents.crs) if sites is None else sites).assign(radius=options["radius"])
    sites.attrs["records"] = int(incidents_per_row(incidents).sum())  # what the shares are of
    return sites


def pick_patrols(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, given: Mapping[str, Any]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Choose the stops that patrols can keep; say who is left out, and what more officers would add."""
    options = {**PATROLS, **{key: value for key, value in given.items() if key not in (*WEEK, *AGAINST)}}
    options |= _against_list(given)
    if not given and not suits_default(incidents):
        few = incidents_per_row(incidents).sum() < SMALL_BASE
        why = f"fewer than {SMALL_BASE} records" if few else f"records over {REACH:,} km, too far for a team"
        announce(f"No patrols or cameras are proposed unless [patrols] or [cameras] asks: {why}.")
        return gpd.GeoDataFrame(geometry=[], crs=spots.crs), pd.DataFrame()
    if not given:
        said = f"{PATROLS['officers']} officers in {PATROLS['vehicles']} vehicles, {PATROLS['shift']}"
        announce(f"No [patrols] in the configuration: {said}.")
    options.setdefault("by", "harm" if spots["harm"].sum() > 0 else "incidents")
    options = _read_streets(options, spots.crs)
    found = _try("No patrols are chosen", choose_patrols, spots, incidents=incidents, **options)
    return found or (gpd.GeoDataFrame(geometry=[], crs=spots.crs), pd.DataFrame())


def draw_week(
    patrols: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, given: Mapping[str, Any], *, seed: int
) -> tuple[gpd.GeoDataFrame, pd.DataFrame] | None:
    """Draw the rounds of each vehicle and day, where the configuration says from which day on."""
    if "start" not in given or patrols.empty:
        return None
    options = {**PATROLS, "seed": seed, **{k: v for k, v in given.items() if k in TEAM or k in WEEK}}
    options = _read_streets(options, patrols.crs)
    found: tuple[gpd.GeoDataFrame, pd.DataFrame] | None
    found = _try("No timetable is drawn", timetable_patrols, patrols, incidents=incidents, **options)
    return found


def _try(otherwise: str, work: Callable[..., Any], *given: Any, **options: Any) -> Any:
    """Do the work, or say why it cannot be done and give None: maps and plans do not wait for it."""
    try:
        return work(*given, **options)
    except InputError as error:
        announce(f"{otherwise}: {error}")
        return None


def _against_list(given: Mapping[str, Any]) -> dict[str, dict[Any, str]]:
    """Places that must be visited or are dropped against the list, each with the reason, whichever key says so."""
    musts = given.get("must_include", ())
    why = dict(musts) if isinstance(musts, Mapping) else dict.fromkeys(musts, _UNSAID)
    if _UNSAID in why.values():
        named = say_list([str(label) for label, said in why.items() if said == _UNSAID])
        announce(f"No reason is given why patrols must include {named}: in a table, label = reason, it is kept.")
    return {"must_include": {**why, **given.get("added", {})}, "dropped": dict(given.get("dropped", {}))}


def along_streets(given: Mapping[str, Any], ground: gpd.GeoDataFrame | None) -> Mapping[str, Any]:
    """Let patrols that are asked for, and say nothing else, drive along the streets under the map, not the paths."""
    if not given or ground is None or {"streets", "travel_minutes"} & set(given):
        return given
    lines = ground[ground["kind"].eq("road") & ground["rank"].lt(PATH) & ground.geom_type.str.contains("LineString")]
    return {**given, "streets": lines} if len(lines) else given


def _read_streets(options: dict[str, Any], crs: Any) -> dict[str, Any]:
    if not isinstance(options.get("streets"), str | Path):
        return options
    return {**options, "streets": read_shapes(options["streets"], what="The file of streets", crs=crs)}
