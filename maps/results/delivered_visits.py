"""What patrols delivered at the place of a plan: a log of visits beside the timetables of earlier runs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import record_visits, summarise_visits
from hotspots.checks import InputError
from hotspots.common.outline_text import read_outline
from hotspots.common.wording import say_count
from hotspots.patrols.monthly_return import describe_visits
from maps.disclosure.gate import Profile
from maps.results.week_files import Week, read_week
from maps.tables.csv_files import write_csv, write_rejects

NOT_FOR_ALL = "Delivered: a log of patrol visits was read; what it says is not for this page."


class Delivered(NamedTuple):
    """Sentences for a plan, the monthly return of its place, and the rows of the log not used."""

    lines: list[str]
    returned: pd.DataFrame
    rejects: pd.DataFrame


def read_delivered(
    log: str | Path,
    results: Sequence[str | Path],
    *,
    areas: Sequence[Mapping[str, Any]],
    start: Any,
    end: Any,
    profile: Profile,
) -> Delivered:
    """Read a log of visits, match it to the timetables of some runs, and keep what concerns a plan."""
    timetable, stops, gap = join_weeks(results)
    mine = _stops_of(areas, stops)
    planned = _at(timetable, mine)
    if planned.empty:
        raise _elsewhere(areas, timetable)
    visits, rejects = record_visits(log, timetable, stops=stops)
    here = _at(visits, mine)
    on_days = here["date"].isin(timetable["date"])
    timely = here["date"].between(pd.Timestamp(start), pd.Timestamp(end))
    done = here[on_days & timely].reset_index(drop=True)
    planned = planned[planned["date"].between(pd.Timestamp(start), pd.Timestamp(end))]
    lines = describe_visits(done, planned, max_gap_minutes=gap, threshold=profile.threshold)
    lines += _say_left_out(
        late=int((on_days & ~timely).sum()), off=int((~on_days).sum()), here=len(here), all_=len(visits)
    )
    returned = summarise_visits(done, planned, max_gap_minutes=gap)
    return Delivered([NOT_FOR_ALL] if profile.name == "public" else lines, returned, rejects)


def join_weeks(results: Sequence[str | Path]) -> Week:
    """Join the weeks of several runs; the gap is the strictest promised."""
    weeks = [read_week(folder) for folder in results]
    _refuse_same_days(weeks)
    timetable = pd.concat([week.timetable for week in weeks], ignore_index=True)
    stops = pd.concat([week.stops for week in weeks], ignore_index=True)
    stops = stops.drop_duplicates(["ref", "part"], keep="last", ignore_index=True)
    return Week(timetable, stops, min(week.gap for week in weeks))


def write_delivered(found: Delivered, folder: Path, who: Profile) -> None:
    """Write the monthly return, not for the public; the rows not used, as they were typed, in-house only."""
    if who.name == "public":
        return
    columns = list(found.returned.columns)
    write_csv(found.returned, folder / "visits.csv", kind="table", profile=who, columns=columns)
    if who.name == "internal":
        write_rejects(found.rejects, folder / "visits-not-used.csv")


def _stops_of(areas: Sequence[Mapping[str, Any]], stops: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the stops of a plan: of its own references; in its ground; or a place smaller than theirs."""
    shapes = [read_outline(area["wkt"]) for area in areas]
    at = stops["easting"].to_numpy(), stops["northing"].to_numpy()
    mine = stops["ref"].isin([str(area["ref"]) for area in areas])
    mine = mine | shapely.intersects_xy(shapely.union_all(shapes), *at)
    for shape in shapes:
        mine = mine | (stops.contains(shape.representative_point()) & stops.area.ge(shape.area))
    return stops[mine]


def _at(frame: pd.DataFrame, stops: gpd.GeoDataFrame) -> pd.DataFrame:
    """Rows at these stops: a part of a hotspot is a stop of its own."""
    wanted = set(zip(stops["ref"], stops["part"].astype(int), strict=True))
    there = zip(frame["ref"], frame["part"].fillna(0).astype(int), strict=True)
    return frame[np.array([pair in wanted for pair in there], dtype=bool)]


def _refuse_same_days(weeks: Sequence[Week]) -> None:
    days = pd.Series([day for week in weeks for day in week.days], dtype="datetime64[ns]")
    if days.duplicated().any():
        raise InputError(
            "Two timetables hold the same day",
            given=f"{days[days.duplicated()].min():%Y-%m-%d}",
            advice="the results of one run for each week",
        )


def _elsewhere(areas: Sequence[Mapping[str, Any]], timetable: pd.DataFrame) -> InputError:
    known = sorted({ref for ref in timetable["ref"] if ref})
    held = f"a timetable of {', '.join(known[:5])}" if known else "a timetable without a visit"
    return InputError(
        "The plan's place is not on the timetable",
        given=f"{' and '.join(str(area['ref']) for area in areas)}, and {held}",
        advice="the results of the run that drew the patrols of this place; or leave out --visits",
    )


def _say_left_out(*, late: int, off: int, here: int, all_: int) -> list[str]:
    """Say what the log holds besides: visits here that count for nothing, or visits elsewhere alone."""
    said = [
        f"{say_count(late, 'visit')} outside the dates of the response" if late else "",
        f"{say_count(off, 'visit')} on days that no timetable here holds" if off else "",
    ]
    lines = [f"Not counted: {' and '.join(filter(None, said))}."] if any(said) else []
    if not here and all_:
        lines.append(f"The log holds {say_count(all_, 'visit')}, all of them at other places.")
    return lines
