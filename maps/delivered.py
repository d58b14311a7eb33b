"""What patrols delivered at the place of a plan: a log of visits beside the timetable of an earlier run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from hotspots import record_visits, summarise_visits
from hotspots.checks import InputError, read_own_table, require_columns
from hotspots.dosage import describe_visits
from maps.disclosure import Profile
from maps.flat import write_csv, write_rejects

TIMETABLE, LAYERS = Path("patrols") / "timetable.csv", Path("hotspots.gpkg")
_NEEDED = ("date", "activity", "arrive", "leave", "minutes", "officer_minutes", "rank", "ref", "name", "part")


class Delivered(NamedTuple):
    """Sentences for a plan, the monthly return of its place, and the rows of the log not used."""

    lines: list[str]
    returned: pd.DataFrame
    rejects: pd.DataFrame


def read_delivered(
    log: str | Path, results: str | Path, *, areas: Sequence[Mapping[str, Any]], start: Any, end: Any
) -> Delivered:
    """Read a log of visits, match it to the timetable of a run, and keep what concerns a plan.

    Parameters
    ----------
    log : str or Path
        A CSV of visits or of GPS points, as for `hotspots.record_visits`.
    results : str or Path
        Results of the run that drew the week: its ``patrols/timetable.csv`` and ``hotspots.gpkg``.
    areas : sequence of mappings
        The places that the plan is for, each with its ``ref`` and its outline as ``wkt``. A stop counts
        whose reference is there, or that lies in one of them: of a ward, all its stops.
    start, end : date
        First and last day of the response.

    Returns
    -------
    Delivered
        ``lines, returned`` (one row for each place and month) and ``rejects``.

    Raises
    ------
    InputError
        When the results hold no timetable, it knows no place of the plan, or no row of the log can be used.
    """
    timetable, stops = _read_timetable(Path(results)), _read_stops(Path(results))
    refs = _stops_of(areas, stops) & set(timetable["ref"])
    if not refs:
        known = sorted(set(timetable["ref"].dropna()))
        raise InputError(
            "The plan's place is not on the timetable",
            given=f"{' and '.join(str(a['ref']) for a in areas)}, and a timetable of {', '.join(known[:5])}",
            advice="the results of the run that drew these patrols",
        )
    visits, rejects = record_visits(log, timetable, stops=stops)
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    visits, timetable = (
        frame[frame["ref"].isin(refs) & frame["date"].between(first, last)] for frame in (visits, timetable)
    )
    return Delivered(describe_visits(visits, timetable), summarise_visits(visits, timetable), rejects)


def _stops_of(areas: Sequence[Mapping[str, Any]], stops: gpd.GeoDataFrame) -> set[str]:
    ground = shapely.union_all([shapely.from_wkt(area["wkt"]) for area in areas])
    inside = shapely.intersects_xy(ground, stops["easting"].to_numpy(), stops["northing"].to_numpy())
    return set(stops["ref"][inside]) | {str(area["ref"]) for area in areas}


def files_of_patrols(results: str | Path) -> list[Path]:
    """List the files that `read_delivered` reads in the results of a run."""
    return [Path(results) / name for name in (TIMETABLE, LAYERS)]


def write_delivered(found: Delivered, folder: Path, who: Profile) -> None:
    """Write the monthly return and the rows not used; under public nothing: where officers were stays in."""
    if who.name == "public":
        return
    columns = list(found.returned.columns)
    write_csv(found.returned, folder / "visits.csv", kind="table", profile=who, columns=columns)
    write_rejects(found.rejects, folder / "visits-not-used.csv")


def _read_timetable(results: Path) -> pd.DataFrame:
    path = results / TIMETABLE
    if not path.is_file():
        raise InputError(
            "The results hold no timetable of patrols",
            given=str(results),
            advice="the folder of a run with start and days under [patrols]",
        )
    table = read_own_table(path, what="The timetable")
    require_columns(table, _NEEDED, what="The timetable")
    moments = {name: pd.to_datetime(table[name], errors="coerce") for name in ("date", "arrive", "leave")}
    return table.assign(**moments).astype({"ref": "str", "name": "str", "rank": "Int64", "part": "Int64"})


def _read_stops(results: Path) -> gpd.GeoDataFrame:
    path = results / LAYERS
    if not path.is_file():
        raise InputError("The results hold no stops of patrols", given=str(path), advice="the whole folder")
    return gpd.read_file(path, layer="patrols")
